//! A node: a peer or an orderer, with all that its pod, its Service and its certificates need. Its org is `org`'s.

use super::{ChaincodeRuntime, Exposure, KeyAlgorithm, Labels, Operations, OrgId, Pod, StateDatabase};
use crate::diag::Place;
use crate::yaml::{Mapping, Value};
use serde::Serialize;
use std::collections::BTreeMap;

/// A node of this network. Only the model makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NodeId {
    org: OrgId,
    index: usize,
}

impl NodeId {
    pub(super) fn new(org: OrgId, index: usize) -> Self {
        Self { org, index }
    }

    pub fn org(self) -> OrgId {
        self.org
    }

    /// Its place in [`super::Org::nodes`]; material is kept in the same order.
    pub fn index(self) -> usize {
        self.index
    }
}

/// What a node does. The word is also the OU of its certificate and its folder in cryptogen's tree (`peers`, `orderers`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Orderer,
    Peer,
}

impl Role {
    /// `peer` or `orderer`.
    pub fn word(self) -> &'static str {
        match self {
            Role::Orderer => "orderer",
            Role::Peer => "peer",
        }
    }
}

/// A peer or an orderer.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    pub id: NodeId,
    pub role: Role,
    /// `<org>-<hostname>`: its Service, StatefulSet, ConfigMap and ServiceAccount.
    pub name: String,
    pub hostname: String,
    /// The common name of its certificates and its folder in cryptogen's tree.
    pub common_name: String,
    pub key_algorithm: KeyAlgorithm,
    pub namespace: String,
    pub msp_id: String,
    /// How other nodes and clients in the cluster dial it.
    pub host: String,
    /// `host:port` of its gRPC listener, as other nodes dial it.
    pub address: String,
    /// Every host that it is dialled by, here and in channels' configuration; `host` is the first.
    pub dialled: Vec<String>,
    /// The names in a TLS server certificate made here: cryptogen's first, then the Service's. IP addresses are among them.
    pub sans: Vec<String>,
    /// Names that clients dial and other nodes do not: the gateway's.
    pub client_names: Vec<String>,
    pub secrets: NodeSecrets,
    pub labels: Labels,
    pub selector: Labels,
    /// How it is reached from outside of the cluster, if it is.
    pub exposure: Option<Exposure>,
    /// What its containers listen on.
    pub ports: Vec<Port>,
    /// What its Service offers: the listeners, and every port that the user wrote for it.
    pub service_ports: Vec<ServicePort>,
    pub image: Image,
    pub pull_secrets: Vec<String>,
    pub env: Vec<EnvVar>,
    /// What the user has core.yaml or orderer.yaml say besides.
    pub config: Value,
    pub storage: Storage,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// What the user adds.
    pub pod: Pod,
    pub paths: Paths,
    pub rollout: Rollout,
    pub probes: Probes,
    pub operations: Operations,
    /// Only peers have one.
    pub state_database: Option<StateDatabase>,
    /// Only peers have one.
    pub chaincode_runtime: Option<ChaincodeRuntime>,
    /// The Secret with the system channel's first block, for an orderer that begins with it.
    pub genesis: Option<String>,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

impl Node {
    /// Whether a host is the one that it has outside and not within the cluster.
    pub(super) fn is_elsewhere(&self, host: &str) -> bool {
        let outside = self.exposure.as_ref().and_then(|exposure| exposure.host.as_deref());
        host != self.host && outside == Some(host)
    }
}

/// The names of a node's Secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeSecrets {
    pub msp: String,
    pub tls: String,
    /// Used by peers with CouchDB beside them alone.
    pub couchdb: String,
}

/// Where things are mounted in a node's container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Paths {
    /// core.yaml or orderer.yaml.
    pub config: &'static str,
    pub msp: &'static str,
    pub tls: &'static str,
    /// The system channel's first block, as `genesis.block`.
    pub genesis: &'static str,
    /// The socket of the Docker beside a peer.
    pub docker: &'static str,
    /// The CA of those who may read metrics, where it is not the node's own.
    pub operations: &'static str,
    pub peer_data: &'static str,
    pub orderer_data: &'static str,
}

impl Paths {
    /// The same in every container. Not below Fabric's own `/etc/hyperledger/fabric`, so that the image's samples stay whole.
    pub const STANDARD: Paths = Paths {
        config: "/etc/hyperledger/config",
        msp: "/etc/hyperledger/msp",
        tls: "/etc/hyperledger/tls",
        genesis: "/etc/hyperledger/genesis",
        docker: "/var/run/dind",
        operations: "/etc/hyperledger/operations",
        peer_data: "/var/hyperledger/production",
        orderer_data: "/var/hyperledger/production/orderer",
    };
}

/// What Kubernetes asks a node's main container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Probes {
    pub readiness: Probe,
    pub liveness: Probe,
}

/// One way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// Whether its gRPC port takes connections.
    Grpc,
    /// `/healthz` of the operations port: also whether what it depends on is well.
    Health,
    /// `/version` of the operations port.
    Version,
}

/// How a changed StatefulSet restarts its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rollout {
    /// It waits for somebody to delete the pod: orderers change one at a time, each back before the next.
    Ordered,
    /// At once.
    Rolling,
}

/// What a container listens for; the word is the name of its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listener {
    Grpc,
    Chaincode,
    /// Where orderers reach each other, if not at their gRPC port.
    Cluster,
    Admin,
    Operations,
    /// A Fabric CA.
    Https,
}

impl Listener {
    /// The name of its container port.
    pub fn word(self) -> &'static str {
        match self {
            Listener::Grpc => "grpc",
            Listener::Chaincode => "chaincode",
            Listener::Cluster => "cluster",
            Listener::Admin => "admin",
            Listener::Operations => "operations",
            Listener::Https => "https",
        }
    }
}

/// A named container port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Port {
    pub name: Listener,
    pub port: u16,
}

/// A port of a Service and the container port that it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServicePort {
    pub name: String,
    pub port: u16,
    pub target: Listener,
}

/// An image as a container names it.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
    /// `docker.io/hyperledger/fabric-peer:2.5.16`.
    pub reference: String,
    pub pull_policy: String,
}

/// An environment variable: a plain value, or where Kubernetes takes it from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvVar {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<Value>,
}

impl EnvVar {
    /// A variable with a value of its own.
    pub fn plain(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()), value_from: None }
    }

    /// A variable that a Secret has under a key.
    pub fn of_secret(name: &str, secret: &str, key: &str) -> Self {
        let reference: Mapping =
            [("name", secret), ("key", key)].map(|(key, text)| (key.into(), text.into())).into_iter().collect();
        let value_from: Mapping = [("secretKeyRef".into(), reference.into())].into_iter().collect();
        Self { name: name.to_owned(), value: None, value_from: Some(value_from.into()) }
    }
}

/// Kubernetes' `resources` of a container: quantities by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
}

/// A Kubernetes toleration; what is not given is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Toleration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

/// A claim of a StatefulSet.
#[derive(Clone, Debug, Serialize)]
pub struct Storage {
    pub size: String,
    /// `None`: the cluster's default class.
    pub class: Option<String>,
}
