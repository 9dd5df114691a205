//! The volumes that fabkube gives a node's pod, and where its container has them mounted.
//! Those of the user's are `pods`'s.

use crate::network::pod::VOLUMES;
use crate::network::{ChaincodeRuntime, Operations, Paths, Role, StateDatabase};

/// The volumes of a node's pod.
pub fn of_pod(
    genesis: Option<&String>,
    database: Option<&StateDatabase>,
    runtime: Option<&ChaincodeRuntime>,
    operations: &Operations,
) -> Vec<&'static str> {
    let mut volumes = VOLUMES.to_vec();
    let mut also = |is_there: bool, names: &[&'static str]| volumes.extend(names.iter().filter(|_| is_there));
    also(genesis.is_some(), &["genesis"]);
    also(matches!(database, Some(StateDatabase::CouchDb(_))), &["couchdb", "couchdb-local"]);
    also(matches!(runtime, Some(ChaincodeRuntime::Dind(_))), &["dind", "dind-data"]);
    also(operations.client_secret().is_some(), &["operations"]);
    volumes
}

/// Where a node's container has something mounted.
pub fn mounts(
    role: Role,
    genesis: Option<&String>,
    runtime: Option<&ChaincodeRuntime>,
    operations: &Operations,
) -> Vec<&'static str> {
    let paths = Paths::STANDARD;
    let data = match role {
        Role::Peer => paths.peer_data,
        Role::Orderer => paths.orderer_data,
    };
    let mut mounts = vec![paths.config, data, paths.msp, paths.tls, "/tmp"];
    mounts.extend(genesis.map(|_| paths.genesis));
    mounts.extend(operations.client_secret().map(|_| paths.operations));
    mounts.extend(matches!(runtime, Some(ChaincodeRuntime::Dind(_))).then_some(paths.docker));
    mounts
}
