//! An organization: its names, its certificate authority's subject, its users and nodes. One node is `node`'s.

use super::{ChaincodeServer, Cli, Exposure, FabricCa, Labels, Node, NodeId, OrgMonitoring, ServicePort};
use crate::diag::Place;
use serde::Serialize;
use std::path::PathBuf;

/// An org of this network. Only the model makes one, so an id always has its org.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OrgId(usize);

impl OrgId {
    pub(super) fn new(index: usize) -> Self {
        Self(index)
    }

    /// Its place in [`super::Network::orgs`]; material is kept in the same order.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Which section of crypto-config.yaml an org stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrgKind {
    Orderer,
    Peer,
}

impl OrgKind {
    /// The folder of an org of this kind in cryptogen's tree: `peerOrganizations/<domain>`.
    pub fn dir(self, domain: &str) -> PathBuf {
        let section = match self {
            OrgKind::Orderer => "ordererOrganizations",
            OrgKind::Peer => "peerOrganizations",
        };
        [section, domain].iter().collect()
    }
}

/// An organization.
#[derive(Clone, Debug, Serialize)]
pub struct Org {
    pub id: OrgId,
    pub kind: OrgKind,
    /// The slug of the short name: what objects are called.
    pub name: String,
    /// `Name` of crypto-config.yaml, or what its Domain says.
    pub short_name: String,
    pub domain: String,
    pub msp_id: String,
    /// Whether certificates carry their role as an OU (`EnableNodeOUs`).
    pub node_ous: bool,
    pub ca: CertificateAuthority,
    /// `User1@<domain>` … and always `Admin@<domain>`, last, as cryptogen makes them.
    pub users: Vec<User>,
    pub nodes: Vec<Node>,
    #[serde(skip)]
    pub(super) bootstrap: Option<NodeId>,
    pub namespace: String,
    pub secrets: OrgSecrets,
    pub labels: Labels,
    /// The Service over all nodes of the org: its peers' gateway, or its orderers.
    pub service: Option<Service>,
    /// How that is reached from outside of the cluster, if it is.
    pub exposure: Option<Exposure>,
    /// The servers of chaincodes that it runs for its peers.
    pub chaincodes: Vec<ChaincodeServer>,
    /// The server that runs its CAs, where the user wants one.
    pub fabric_ca: Option<FabricCa>,
    /// A pod that acts as its administrator, where the user wants one.
    pub cli: Option<Cli>,
    /// The ConfigMap with its connection profile, where there is one.
    pub connection_profile: Option<String>,
    /// Over its peers; `None` for an org of one peer, and for orderers, whose namespace has one.
    pub budget: Option<Budget>,
    pub monitoring: OrgMonitoring,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

impl Org {
    /// Whether it is what a user's files call so: by its name in crypto-config.yaml, its Domain or its MSP ID.
    pub fn is_called(&self, name: &str) -> bool {
        [&self.short_name, &self.domain, &self.msp_id].into_iter().any(|known| known == name)
    }

    /// Its folder in cryptogen's tree: `peerOrganizations/<domain>`.
    pub fn dir(&self) -> PathBuf {
        self.kind.dir(&self.domain)
    }

    /// The node that stays the first, however many there are: gossip starts from it.
    pub fn bootstrap(&self) -> Option<&Node> {
        self.bootstrap.and_then(|id| self.nodes.get(id.index()))
    }

    /// The one user who is the org's administrator.
    pub fn admin(&self) -> Option<&User> {
        self.users.iter().find(|u| u.admin)
    }
}

/// The names of an org's Secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrgSecrets {
    /// Its public roots.
    pub msp: String,
    pub admin_msp: String,
    pub admin_tls: String,
}

/// The signing CA of an org; its TLS CA has the same subject and `tls` before the common name.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateAuthority {
    pub common_name: String,
    /// What every certificate of the org inherits from `CA:`.
    pub subject: Subject,
    pub key_algorithm: KeyAlgorithm,
}

/// What a new key signs with (`PublicKeyAlgorithm`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyAlgorithm {
    /// ECDSA on P-256.
    #[default]
    Ecdsa,
    /// Fabric 3 has it, in channels of the capability V3_0.
    Ed25519,
}

/// The attributes beside O and CN that `CA:` gives all certificates of an org; empty ones are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    pub country: String,
    pub province: String,
    pub locality: String,
    pub organizational_unit: String,
    pub street_address: String,
    pub postal_code: String,
}

/// A user of an org, who has an MSP identity and a TLS client pair.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// `User1@org1.example.com`: the common name and the folder.
    pub common_name: String,
    pub admin: bool,
    pub key_algorithm: KeyAlgorithm,
}

/// How many pods of a kind may be evicted at once.
#[derive(Clone, Debug, Serialize)]
pub struct Budget {
    pub name: String,
    pub labels: Labels,
    pub selector: Labels,
    pub max_unavailable: usize,
}

/// A Service over several pods.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    pub name: String,
    pub labels: Labels,
    pub selector: Labels,
    pub ports: Vec<ServicePort>,
    /// `None`: each connection goes to any of the pods.
    pub session_affinity: Option<SessionAffinity>,
}

/// Connections from one address go to one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SessionAffinity {
    /// For how long after a connection.
    pub timeout_seconds: u32,
}
