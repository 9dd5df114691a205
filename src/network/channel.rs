//! A channel: the configuration that its first block will hold, typed and checked. Encoding it is `channel`'s.

use super::{NodeId, OrgId, Policy};
use crate::diag::Place;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// A channel of the network.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    pub name: String,
    /// The profile of configtx.yaml that it is made from.
    pub profile: String,
    /// The local peer orgs whose peers join.
    pub members: Vec<OrgId>,
    pub config: ChannelConfig,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

/// The `/Channel` group.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelConfig {
    pub consortium: Option<String>,
    pub capabilities: Capabilities,
    pub policies: Vec<(String, Policy)>,
    pub orderer: OrdererConfig,
    pub application: ApplicationConfig,
}

/// Capability names that are switched on. `None` where the file has no map at all: then nothing is encoded, while an empty map
/// (all `false`) is encoded as an empty value (fabric `internal/configtxgen/encoder`).
pub type Capabilities = Option<Vec<String>>;

/// The `/Channel/Orderer` group.
#[derive(Clone, Debug, Serialize)]
pub struct OrdererConfig {
    pub consensus: Consensus,
    /// The channel-wide `Addresses`.
    pub addresses: Vec<Address>,
    /// As Go prints it: `2s`, `2m0s`.
    pub batch_timeout: String,
    pub batch_size: BatchSize,
    pub max_channels: u64,
    pub capabilities: Capabilities,
    pub policies: Vec<(String, Policy)>,
    pub orgs: Vec<MemberOrg>,
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BatchSize {
    pub max_message_count: u32,
    pub absolute_max_bytes: u32,
    pub preferred_max_bytes: u32,
}

/// The ordering service's kind.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consensus {
    Raft { consenters: Vec<Consenter>, options: RaftOptions },
}

impl Consensus {
    /// The consenters that the channel's configuration names, in its order.
    pub fn consenters(&self) -> &[Consenter] {
        match self {
            Consensus::Raft { consenters, .. } => consenters,
        }
    }

    /// How many consenters may be down while the service still orders: Raft needs a majority.
    pub fn may_be_down(&self) -> usize {
        match self {
            Consensus::Raft { consenters, .. } => consenters.len().saturating_sub(1) / 2,
        }
    }
}

/// `EtcdRaft.Options`; `tick_interval` is stored as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaftOptions {
    pub tick_interval: String,
    pub election_tick: u32,
    pub heartbeat_tick: u32,
    pub max_inflight_blocks: u32,
    pub snapshot_interval_size: u32,
}

/// One Raft consenter.
#[derive(Clone, Debug, Serialize)]
pub struct Consenter {
    pub address: Address,
    pub client_tls_cert: CertificateSource,
    pub server_tls_cert: CertificateSource,
    #[serde(skip)]
    pub place: Place,
}

impl Consenter {
    /// The node that it is, where it is one of ours.
    pub fn node(&self) -> Option<NodeId> {
        match &self.server_tls_cert {
            CertificateSource::NodeTls(node) => Some(*node),
            CertificateSource::File(_) => None,
        }
    }
}

/// Where a certificate that configtx.yaml names comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSource {
    /// The TLS server certificate of a node, in the store wherever that is.
    NodeTls(NodeId),
    /// A file elsewhere on disk.
    File(PathBuf),
}

/// The `/Channel/Application` group.
#[derive(Clone, Debug, Serialize)]
pub struct ApplicationConfig {
    pub capabilities: Capabilities,
    pub policies: Vec<(String, Policy)>,
    pub acls: Vec<Acl>,
    pub orgs: Vec<MemberOrg>,
}

/// An access rule: a resource and the policy that guards it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acl {
    pub resource: String,
    pub policy_ref: String,
}

/// An org in a channel's configuration.
#[derive(Clone, Debug, Serialize)]
pub struct MemberOrg {
    /// `Name` of configtx.yaml: the group's key.
    pub name: String,
    pub msp_id: String,
    pub msp: MspSource,
    pub policies: Vec<(String, Policy)>,
    /// Encoded in the Orderer group only.
    pub orderer_endpoints: Vec<Address>,
    /// Encoded in the Application group only.
    pub anchor_peers: Vec<AnchorPeer>,
    /// Where it is marked `SkipAsForeign`, if it is: then it is defined by others, and the files only name it.
    #[serde(skip)]
    pub foreign: Option<Place>,
    #[serde(skip)]
    pub place: Place,
}

/// An org by itself, as it could be added to a channel.
#[derive(Clone, Debug)]
pub enum LoneOrg {
    /// Marked `SkipAsForeign`: nothing but its group.
    Foreign,
    /// For the Orderer group, with its endpoints.
    Orderer(MemberOrg),
    /// For the Application group, with its anchor peers.
    Application(MemberOrg),
}

/// Where the MSP of a member comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MspSource {
    /// The verifying MSP of an org of this network, in the store wherever that is.
    Org(OrgId),
    /// A verifying MSP folder elsewhere on disk.
    Folder(PathBuf),
}

/// An anchor peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnchorPeer {
    pub address: Address,
}

/// An address in the channel's configuration: as the user wrote it, and as `render` deploys it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    pub written: HostPort,
    pub deployed: HostPort,
    /// The node that it means, where it is one of ours.
    pub node: Option<NodeId>,
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HostPort {
    pub host: String,
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
