//! A chaincode: its definition in channels, and what each org installs of it. Packing that is `chaincode`'s, choosing it `resolve`'s.

use super::{EnvVar, Image, Labels, OrgId, Pod, Policy, Resources, Toleration};
use crate::diag::Place;
use crate::yaml::Value;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A chaincode in one version.
#[derive(Clone, Debug, Serialize)]
pub struct Chaincode {
    pub name: String,
    pub version: String,
    /// `None`: the next one of each channel.
    pub sequence: Option<u64>,
    /// Whether its `Init` has to be called before anything else is.
    pub init_required: bool,
    pub channels: Vec<ChaincodeChannel>,
    pub collections: Vec<Collection>,
    pub plugins: ChaincodePlugins,
    /// One for each org that installs it, in the user's order.
    pub installs: Vec<Install>,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

/// A channel that it is defined in.
#[derive(Clone, Debug, Serialize)]
pub struct ChaincodeChannel {
    pub name: String,
    /// The local orgs that define it there.
    pub orgs: Vec<OrgId>,
    /// `None`: what the channel's configuration says of endorsement.
    pub endorsement: Option<Endorsement>,
}

/// Who has to endorse.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endorsement {
    /// `AND('Org1MSP.peer', 'Org2MSP.peer')`.
    Signature(Policy),
    /// A policy of the channel's configuration: `/Channel/Application/Endorsement`.
    Channel(String),
}

/// The plugins of peers that endorse and validate, where they are others than Fabric's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChaincodePlugins {
    pub endorsement: Option<String>,
    pub validation: Option<String>,
}

/// A collection of private data.
#[derive(Clone, Debug, Serialize)]
pub struct Collection {
    pub name: String,
    /// As Fabric's file of collections has it, with every default that is not its own.
    pub definition: Value,
}

/// What one org installs.
#[derive(Clone, Debug, Serialize)]
pub struct Install {
    pub org: OrgId,
    /// What begins the id of its package.
    pub label: String,
    pub content: Content,
}

/// What is in a package: how the peers of an org come by the chaincode.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// Kubernetes runs it as a server, and peers dial it there.
    Service {
        /// `host:port`, or a Go template of one that each peer fills in.
        address: String,
        tls: ServerTls,
        indexes: Indexes,
    },
    /// Peers build it with Docker.
    Source { language: Language, path: PathBuf },
}

/// Whether peers speak TLS with a chaincode's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerTls {
    On,
    Off,
}

/// The folder whose `META-INF` has the indexes for CouchDB, where there is one.
pub type Indexes = Option<PathBuf>;

/// What a chaincode is written in, as Fabric builds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Golang,
    Java,
    Node,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Golang, Language::Java, Language::Node];

    /// Fabric's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Language::Golang => "golang",
            Language::Java => "java",
            Language::Node => "node",
        }
    }
}

/// The server of a chaincode that an org runs for its peers.
#[derive(Clone, Debug, Serialize)]
pub struct ChaincodeServer {
    /// `<org>-cc-<name>-<version>`: its Deployment, Service and ServiceAccount.
    pub name: String,
    pub namespace: String,
    pub chaincode: String,
    pub version: String,
    pub port: u16,
    pub tls: Option<ChaincodeTls>,
    /// What it is told besides the id of its package.
    pub env: Vec<EnvVar>,
    pub labels: Labels,
    pub selector: Labels,
    pub image: Image,
    pub pull_secrets: Vec<String>,
    pub replicas: u32,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    pub pod: Pod,
}

/// The pair that a chaincode's server is dialled with.
#[derive(Clone, Debug, Serialize)]
pub struct ChaincodeTls {
    /// What the server's objects are called.
    pub name: String,
    /// The common name of its certificate and its folder in the store.
    pub common_name: String,
    pub secret: String,
    /// Where it is mounted.
    pub path: &'static str,
    /// Every host that it is dialled by.
    pub dialled: Vec<String>,
    /// The names in a certificate made here.
    pub sans: Vec<String>,
}
