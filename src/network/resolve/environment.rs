//! What each node is told by environment variables: its own names, paths and ports, in the words of its Fabric version. What is the
//! same for all nodes stands in the templates of core.yaml and orderer.yaml.

use super::Cluster;
use super::ordering::{ClusterPort, Ordering};
use super::orgs::NodeDraft;
use super::{operations, state_database};
use crate::input::values::NodeSettings;
use crate::network::addresses::{self, port};
use crate::network::{ChaincodeRuntime, EnvVar, Operations, Paths, Role, StateDatabase, Tls};

const PATHS: Paths = Paths::STANDARD;

/// What nodes of both kinds are told.
pub struct Told<'a> {
    pub cluster: &'a Cluster,
    pub settings: &'a NodeSettings,
    pub msp_id: &'a str,
    /// What the node is called in Kubernetes.
    pub name: &'a str,
    pub operations: &'a Operations,
}

/// What only peers have.
pub struct Peer<'a> {
    pub draft: &'a NodeDraft,
    /// Its `host:port`.
    pub address: &'a str,
    /// The `host:port` that other orgs dial.
    pub external: &'a str,
    /// The host that gossip starts from.
    pub bootstrap: &'a str,
    /// The port of its Service for chaincodes.
    pub chaincode: u16,
    pub database: &'a StateDatabase,
    pub runtime: &'a ChaincodeRuntime,
}

/// A peer's variables.
pub fn peer(told: &Told<'_>, peer: &Peer<'_>) -> Vec<EnvVar> {
    let Told { cluster, settings, msp_id, name, operations } = told;
    let Peer { draft, address, external, bootstrap, chaincode, database, runtime } = *peer;
    let chaincode_host = addresses::service_fqdn(&draft.name, &draft.namespace, &cluster.domain);
    let (msp, tls, data) = (PATHS.msp, PATHS.tls, PATHS.peer_data);
    let mut all = beginning(settings);
    all.extend(env([
        ("CORE_PEER_ID", draft.common_name.clone()),
        ("CORE_PEER_NETWORKID", cluster.network.clone()),
        ("CORE_PEER_ADDRESS", address.to_owned()),
        ("CORE_PEER_LISTENADDRESS", format!("0.0.0.0:{}", port::PEER_GRPC)),
        ("CORE_PEER_CHAINCODEADDRESS", format!("{chaincode_host}:{chaincode}")),
        ("CORE_PEER_CHAINCODELISTENADDRESS", format!("0.0.0.0:{}", port::PEER_CHAINCODE)),
        ("CORE_PEER_GOSSIP_BOOTSTRAP", format!("{bootstrap}:{}", port::PEER_GRPC)),
        ("CORE_PEER_GOSSIP_EXTERNALENDPOINT", external.to_owned()),
        ("CORE_PEER_LOCALMSPID", (*msp_id).to_owned()),
        ("CORE_PEER_MSPCONFIGPATH", msp.to_owned()),
        ("CORE_PEER_TLS_ENABLED", is_on(cluster.tls)),
        ("CORE_PEER_TLS_CERT_FILE", format!("{tls}/tls.crt")),
        ("CORE_PEER_TLS_KEY_FILE", format!("{tls}/tls.key")),
        ("CORE_PEER_TLS_ROOTCERT_FILE", format!("{tls}/ca.crt")),
        ("CORE_PEER_FILESYSTEMPATH", data.to_owned()),
    ]));
    if cluster.version.features().snapshots {
        all.extend(env([("CORE_LEDGER_SNAPSHOTS_ROOTDIR", format!("{data}/snapshots"))]));
    }
    all.extend(state_database::address(database));
    all.extend(operations::told(operations, (Role::Peer, name)));
    if !matches!(runtime, ChaincodeRuntime::None) && cluster.version.features().ccaas_builder {
        let config = format!("{{\"peername\":\"{}\"}}", draft.name);
        all.extend(env([("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG", config)]));
    }
    if let ChaincodeRuntime::Dind(dind) = runtime {
        all.extend(env([("CORE_VM_ENDPOINT", format!("unix://{}", dind.socket))]));
    }
    all.extend(state_database::credentials(database));
    all
}

/// An orderer's variables.
pub fn orderer(told: &Told<'_>, ordering: &Ordering) -> Vec<EnvVar> {
    let Told { cluster, settings, msp_id, name, operations } = told;
    let (msp, tls, data) = (PATHS.msp, PATHS.tls, PATHS.orderer_data);
    let (certificate, key, ca) = (format!("{tls}/tls.crt"), format!("{tls}/tls.key"), format!("[{tls}/ca.crt]"));
    let features = cluster.version.features();
    let mut all = beginning(settings);
    all.extend(env([
        ("ORDERER_GENERAL_LISTENADDRESS", "0.0.0.0".to_owned()),
        ("ORDERER_GENERAL_LISTENPORT", port::ORDERER_GRPC.to_string()),
        ("ORDERER_GENERAL_LOCALMSPID", (*msp_id).to_owned()),
        ("ORDERER_GENERAL_LOCALMSPDIR", msp.to_owned()),
        ("ORDERER_GENERAL_TLS_ENABLED", is_on(cluster.tls)),
        ("ORDERER_GENERAL_TLS_CERTIFICATE", certificate.clone()),
        ("ORDERER_GENERAL_TLS_PRIVATEKEY", key.clone()),
        ("ORDERER_GENERAL_TLS_ROOTCAS", ca.clone()),
    ]));
    if ordering.cluster == ClusterPort::Own
        || (ordering.cluster == ClusterPort::Shared && !features.cluster_shows_server_certificate)
    {
        all.extend(env([
            ("ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE", certificate.clone()),
            ("ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY", key.clone()),
            ("ORDERER_GENERAL_CLUSTER_ROOTCAS", ca.clone()),
        ]));
    }
    if ordering.cluster == ClusterPort::Own {
        all.extend(env([
            ("ORDERER_GENERAL_CLUSTER_LISTENADDRESS", "0.0.0.0".to_owned()),
            ("ORDERER_GENERAL_CLUSTER_LISTENPORT", port::ORDERER_CLUSTER.to_string()),
            ("ORDERER_GENERAL_CLUSTER_SERVERCERTIFICATE", certificate.clone()),
            ("ORDERER_GENERAL_CLUSTER_SERVERPRIVATEKEY", key.clone()),
        ]));
    }
    let (method, file) = if features.genesis_method {
        ("ORDERER_GENERAL_GENESISMETHOD", "ORDERER_GENERAL_GENESISFILE")
    } else {
        ("ORDERER_GENERAL_BOOTSTRAPMETHOD", "ORDERER_GENERAL_BOOTSTRAPFILE")
    };
    match &ordering.genesis {
        Some(_) => all.extend(env([(method, "file".to_owned()), (file, format!("{}/genesis.block", PATHS.genesis))])),
        None => all.extend(env([(method, "none".to_owned())])),
    }
    if features.channel_participation {
        all.extend(env([
            ("ORDERER_CHANNELPARTICIPATION_ENABLED", "true".to_owned()),
            ("ORDERER_ADMIN_LISTENADDRESS", format!("0.0.0.0:{}", port::ORDERER_ADMIN)),
            ("ORDERER_ADMIN_TLS_ENABLED", "true".to_owned()),
            ("ORDERER_ADMIN_TLS_CERTIFICATE", certificate),
            ("ORDERER_ADMIN_TLS_PRIVATEKEY", key),
            ("ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED", "true".to_owned()),
            ("ORDERER_ADMIN_TLS_CLIENTROOTCAS", ca),
        ]));
    }
    all.extend(operations::told(operations, (Role::Orderer, name)));
    all.extend(env([
        ("ORDERER_FILELEDGER_LOCATION", data.to_owned()),
        ("ORDERER_CONSENSUS_WALDIR", format!("{data}/etcdraft/wal")),
        ("ORDERER_CONSENSUS_SNAPDIR", format!("{data}/etcdraft/snapshot")),
    ]));
    all
}

/// What every node is told first.
fn beginning(settings: &NodeSettings) -> Vec<EnvVar> {
    let mut all = env([("FABRIC_CFG_PATH", PATHS.config.to_owned())]);
    all.extend(operations::logging(settings));
    all
}

fn is_on(tls: Tls) -> String {
    (tls == Tls::On).to_string()
}

fn env<const N: usize>(pairs: [(&'static str, String); N]) -> Vec<EnvVar> {
    pairs.map(|(name, value)| EnvVar::plain(name, value)).into()
}
