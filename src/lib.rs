//! fabkube turns Hyperledger Fabric's own `crypto-config.yaml` and `configtx.yaml` into a running network on Kubernetes:
//! a function from a project folder to Kubernetes objects, in six steps. The modules stand in the order of that line, and
//! each uses only those before it. There are no semantic version guarantees for this library: it exists for the program.

pub mod fs;
pub mod diag;
pub mod yaml;
pub mod store;
pub mod lock;
pub mod project;
pub mod input;
pub mod network;
pub mod crypto;
pub mod channel;
pub mod chaincode;
pub mod profile;
pub mod render;
pub mod output;
pub mod cluster;
pub mod pipeline;
pub mod cli;
