//! What a network asks of the cluster around it: a cluster of its own to try it in, and what the cluster's DNS has to know.
//! Objects of the network itself are `render`'s.

mod coredns;
mod corefile;
mod hosts;
mod kind;

pub use coredns::{leads, patched, rewrites};
pub use hosts::{Hosts, Outside};
pub use kind::{Kind, Proxy};
