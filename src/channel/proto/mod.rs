//! The messages of Fabric's protocol that channel configurations are made of, written by hand: field numbers are the same in
//! 1.4, 2.5 and 3.1 (fabric-protos). What goes into them is the encoder's.

pub mod common;
pub mod configtx;
pub mod configuration;
pub mod map;
pub mod msp;
pub mod orderer;
pub mod peer;
pub mod policies;
pub mod smartbft;
