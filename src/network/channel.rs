//! A channel: the configuration that its first block will hold, typed and checked. Encoding it is `channel`'s.

use super::{NodeId, OrgId, Policy};
use crate::diag::Place;
use crate::yaml::Spanned;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// A channel of the network.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    pub name: String,
    /// The profile of configtx.yaml that it is made from.
    pub profile: String,
    pub begins_with: Beginning,
    /// The local peer orgs whose peers join.
    pub members: Vec<OrgId>,
    pub config: ChannelConfig,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

impl Channel {
    /// The file that it begins with, in the folder of artifacts.
    pub fn file(&self) -> String {
        match self.begins_with {
            Beginning::SystemBlock => "genesis.block".to_owned(),
            Beginning::Block => format!("{}.block", self.name),
            Beginning::Transaction => self.transaction_file(),
        }
    }

    /// The file of the transaction that creates it, where one does; some channels with a block could be created by one, too.
    pub fn transaction_file(&self) -> String {
        format!("{}.tx", self.name)
    }

    /// Whether it begins with a block that is made here; of a transaction, orderers make one.
    pub fn has_block(&self) -> bool {
        self.begins_with != Beginning::Transaction
    }
}

/// What a channel begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// The first block of the system channel, from which orderers start (Fabric up to 2.5).
    SystemBlock,
    /// A first block that orderers and peers join by.
    Block,
    /// A transaction for the system channel's orderers, which make the first block of it (Fabric up to 2.5).
    Transaction,
}

/// The `/Channel` group. A channel of the system channel's making has no Orderer section, and a system channel rarely an
/// Application section.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelConfig {
    pub consortium: Option<String>,
    pub capabilities: Capabilities,
    pub policies: Vec<(String, Policy)>,
    pub orderer: Option<OrdererConfig>,
    pub application: Option<ApplicationConfig>,
    /// In a system channel alone.
    pub consortiums: Option<Vec<Consortium>>,
}

impl ChannelConfig {
    /// Every consenter that it names, in its order.
    pub fn consenters(&self) -> Vec<&Consenter> {
        self.orderer.as_ref().map(|orderer| orderer.consensus.consenters()).unwrap_or_default()
    }

    /// The orgs of its Orderer section.
    pub fn orderer_orgs(&self) -> &[MemberOrg] {
        self.orderer.as_ref().map_or(&[], |orderer| &orderer.orgs)
    }

    /// The orgs of its Application section.
    pub fn application_orgs(&self) -> &[MemberOrg] {
        self.application.as_ref().map_or(&[], |application| &application.orgs)
    }

    /// Every address that it has: of consenters, endpoints and anchor peers.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        let consenters = self.consenters().into_iter().map(|consenter| &consenter.address);
        let endpoints = self.orderer.iter().flat_map(|orderer| &orderer.addresses);
        let of_orgs = self.orgs().flat_map(|(_, org)| {
            let anchors = org.anchor_peers.iter().map(|anchor| &anchor.address);
            org.orderer_endpoints.iter().chain(anchors)
        });
        consenters.chain(endpoints).chain(of_orgs)
    }

    /// Its consortiums.
    pub fn consortiums(&self) -> &[Consortium] {
        self.consortiums.as_deref().unwrap_or_default()
    }

    /// Every org with the path of the group that it stands in, below `/Channel`.
    pub fn orgs(&self) -> impl Iterator<Item = (Vec<&str>, &MemberOrg)> {
        let orderer = self.orderer_orgs().iter().map(|org| (vec!["Orderer"], org));
        let application = self.application_orgs().iter().map(|org| (vec!["Application"], org));
        let consortiums = self
            .consortiums()
            .iter()
            .flat_map(|consortium| consortium.orgs.iter().map(|org| (vec!["Consortiums", consortium.name.as_str()], org)));
        orderer.chain(application).chain(consortiums)
    }

    /// The lists of orgs with the path of the group that they stand in, below `/Channel`.
    pub fn orgs_mut(&mut self) -> impl Iterator<Item = (Vec<String>, &mut Vec<MemberOrg>)> {
        let orderer = self.orderer.iter_mut().map(|orderer| (vec!["Orderer".to_owned()], &mut orderer.orgs));
        let application = self.application.iter_mut().map(|application| (vec!["Application".to_owned()], &mut application.orgs));
        let consortiums = self.consortiums.iter_mut().flatten();
        let consortiums = consortiums.map(|one| (vec!["Consortiums".to_owned(), one.name.clone()], &mut one.orgs));
        orderer.chain(application).chain(consortiums)
    }
}

/// A consortium of a system channel: orgs that may create channels together.
#[derive(Clone, Debug, Serialize)]
pub struct Consortium {
    pub name: String,
    pub orgs: Vec<MemberOrg>,
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
    Solo,
    Kafka { brokers: Vec<Spanned<String>> },
    Raft { consenters: Vec<Consenter>, options: RaftOptions },
    Bft { consenters: Vec<BftConsenter>, options: Box<BftOptions> },
}

impl Consensus {
    /// The consenters that the channel's configuration names, in its order; Solo and Kafka have none.
    pub fn consenters(&self) -> Vec<&Consenter> {
        match self {
            Consensus::Solo | Consensus::Kafka { .. } => Vec::new(),
            Consensus::Raft { consenters, options: _ } => consenters.iter().collect(),
            Consensus::Bft { consenters, options: _ } => consenters.iter().map(|bft| &bft.consenter).collect(),
        }
    }

    /// The same, to be changed.
    pub fn consenters_mut(&mut self) -> Vec<&mut Consenter> {
        match self {
            Consensus::Solo | Consensus::Kafka { .. } => Vec::new(),
            Consensus::Raft { consenters, options: _ } => consenters.iter_mut().collect(),
            Consensus::Bft { consenters, options: _ } => consenters.iter_mut().map(|bft| &mut bft.consenter).collect(),
        }
    }

    /// What the consenters sign with, where the channel's configuration names it, in its order.
    pub fn identities(&self) -> impl Iterator<Item = &CertificateSource> {
        let consenters = match self {
            Consensus::Bft { consenters, options: _ } => consenters.as_slice(),
            Consensus::Solo | Consensus::Kafka { .. } | Consensus::Raft { .. } => &[],
        };
        consenters.iter().map(|consenter| &consenter.identity)
    }

    /// How many of `orderers` may be down while the service still orders: Raft needs a majority of its consenters, BFT two thirds,
    /// Solo its one node, and Kafka any.
    pub fn may_be_down(&self, orderers: usize) -> usize {
        match self {
            Consensus::Solo => 0,
            Consensus::Kafka { .. } => orderers.saturating_sub(1),
            Consensus::Raft { consenters, .. } => consenters.len().saturating_sub(1) / 2,
            Consensus::Bft { consenters, .. } => consenters.len().saturating_sub(1) / 3,
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

/// `SmartBFT`: the options, with durations as written. Fields: fabric-protos `orderer/smartbft/configuration.proto`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BftOptions {
    pub request_batch_max_count: u64,
    pub request_batch_max_bytes: u64,
    pub request_batch_max_interval: String,
    pub incoming_message_buffer_size: u64,
    pub request_pool_size: u64,
    pub request_forward_timeout: String,
    pub request_complain_timeout: String,
    pub request_auto_remove_timeout: String,
    pub request_max_bytes: u64,
    pub view_change_resend_interval: String,
    pub view_change_timeout: String,
    pub leader_heartbeat_timeout: String,
    pub leader_heartbeat_count: u64,
    pub collect_timeout: String,
    pub sync_on_start: bool,
    pub speed_up_view_change: bool,
    pub leader_rotation: LeaderRotation,
    pub decisions_per_leader: u64,
}

/// `LeaderRotation`. The numbers are those of `smartbft.Options.Rotation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaderRotation {
    Unspecified = 0,
    Off = 1,
    On = 2,
}

/// One BFT consenter.
#[derive(Clone, Debug, Serialize)]
pub struct BftConsenter {
    pub id: u32,
    pub msp_id: String,
    /// What its node signs with.
    pub identity: CertificateSource,
    pub consenter: Consenter,
}

/// One consenter, where it is dialled and by which TLS certificates it is known.
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
            CertificateSource::NodeSigning(_) | CertificateSource::File(_) => None,
        }
    }
}

/// Where a certificate that configtx.yaml names comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSource {
    /// The TLS server certificate of a node, in the store wherever that is.
    NodeTls(NodeId),
    /// The signing certificate of a node.
    NodeSigning(NodeId),
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
    /// `MSPDir` as Fabric reads it, whatever `msp` makes of it.
    #[serde(skip)]
    pub msp_dir: PathBuf,
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
    /// The folder of an Idemix issuer's public keys.
    Idemix(PathBuf),
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
