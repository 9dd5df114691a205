//! The network as it will be: every name, address, port, label, image and setting, decided once. It holds no secret and
//! cannot be invalid; only [`resolve`] makes one. Key material is `crypto`'s, blocks are `channel`'s, objects are `render`'s.

pub mod addresses;
mod allotted_port;
mod chaincode;
mod chaincode_runtime;
mod channel;
mod cli;
mod exposure;
mod fabric_ca;
mod fabric_keys;
mod features;
pub mod flow;
mod image_reference;
mod kafka;
mod log_spec;
mod lost_ports;
pub mod monitoring;
pub mod names;
mod network_policy;
mod node;
mod operations;
mod org;
pub mod pod;
pub mod pod_security;
mod pod_structures;
mod policy;
mod resolve;
mod roots;
#[cfg(test)]
pub(crate) mod sample;
mod state_database;
mod value_kind;
mod versions;

pub use allotted_port::{Allotment, AllottedPort};
pub use chaincode::{
    Chaincode, ChaincodeChannel, ChaincodePlugins, ChaincodeServer, ChaincodeTls, Collection, Content, Endorsement, Indexes,
    Install, Language, ServerTls,
};
pub use chaincode_runtime::{ChaincodeRuntime, Dind};
pub use channel::{
    Acl, Address, AnchorPeer, ApplicationConfig, BatchSize, Beginning, BftConsenter, BftOptions, Capabilities, CertificateSource,
    Channel, ChannelConfig, Consensus, Consenter, Consortium, HostPort, LeaderRotation, LoneOrg, MemberOrg, MspSource,
    OrdererConfig, RaftOptions,
};
pub use cli::{Cli, CliPaths};
pub use exposure::{Backend, Behind, ExposedBy, ExposedPort, Exposure, RouteParent};
pub use fabric_ca::{FabricCa, FabricCaPaths, FabricCaSecrets};
pub use features::Features;
pub use kafka::{DataPaths, Kafka, PodSet, ZooKeeper, ZooKeeperPorts};
pub use lost_ports::{BlockAddress, Traces, USUAL_NODE_PORTS};
pub use monitoring::{Monitoring, OrgMonitoring};
pub use network_policy::{Ingress, NetworkPolicy, PodSource, Sources};
pub use node::{
    EnvVar, Image, Listener, Node, NodeId, NodeSecrets, Paths, Port, Probe, Probes, Resources, Role, Rollout, ServicePort,
    Storage, Toleration,
};
pub use operations::{Metrics, Operations, OperationsTls};
pub use org::{
    Budget, CertificateAuthority, KeyAlgorithm, Org, OrgId, OrgKind, OrgSecrets, Service, SessionAffinity, Subject, User,
};
pub use pod::{AntiAffinity, HostAlias, Pod, PodSecurity, Reach, Strength};
pub use policy::{ImplicitRule, Policy, Principal, PrincipalRole, Rule, gate};
pub use resolve::{Purpose, cluster_domain, named_version, organization, resolve};
pub use roots::{OrgRoot, RootsSecret};
pub use state_database::{CouchDb, ExternalCouchDb, StateDatabase};
pub use versions::FabricVersion;

use serde::Serialize;
use std::collections::BTreeMap;

/// A whole network. Everything is in the user's order: ordering orgs first, then peer orgs, as their file lists them.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// `network.name` of values.yaml: what the labels `part-of` and `instance` say.
    pub name: String,
    pub fabric_version: FabricVersion,
    pub tls: Tls,
    pub addressing: Addressing,
    /// `cluster.local`, nearly everywhere.
    pub cluster_domain: String,
    /// Every one that an org or Kafka is in, each once.
    pub namespaces: Vec<Namespace>,
    pub orgs: Vec<Org>,
    pub channels: Vec<Channel>,
    pub chaincodes: Vec<Chaincode>,
    /// Where channels order by it, and it runs here.
    pub kafka: Option<Kafka>,
    /// What the pods of flows are told.
    pub flow: flow::Flow,
    /// How many brokers orderers ask to have a channel's topic; `None` where no channel orders by Kafka.
    pub topic_replicas: Option<usize>,
    pub monitoring: Monitoring,
    /// The node ports that nobody declared.
    #[serde(skip)]
    pub allotted_ports: Vec<AllottedPort>,
}

impl Network {
    pub fn org(&self, id: OrgId) -> &Org {
        &self.orgs[id.index()]
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.org(id.org()).nodes[id.index()]
    }

    /// Every node of every org.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.orgs.iter().flat_map(|org| &org.nodes)
    }

    /// Hosts that nodes are dialled by and that the cluster's DNS does not know by itself, each once, and the node that each means.
    pub fn hosts_to_resolve(&self) -> BTreeMap<&str, &Node> {
        match self.addressing {
            Addressing::Service => BTreeMap::new(),
            Addressing::Domain => {
                let hosts = self.nodes().flat_map(|node| node.dialled.iter().map(move |host| (host.as_str(), node)));
                let is_known = |node: &Node, host: &str| self.is_service_name(node, host) || node.is_elsewhere(host);
                hosts.filter(|(host, node)| !is_known(node, host)).collect()
            }
        }
    }

    /// The full DNS name of a node's Service.
    pub fn service_fqdn(&self, node: &Node) -> String {
        addresses::service_fqdn(&node.name, &node.namespace, &self.cluster_domain)
    }

    /// Whether a host is one of the names of the node's Service, which the cluster's DNS knows by itself.
    fn is_service_name(&self, node: &Node, host: &str) -> bool {
        addresses::service_names(&node.name, &node.namespace, &self.cluster_domain).iter().any(|name| name == host)
    }

    /// Whether some channel's block names this node's TLS key as a consenter's.
    pub fn is_consenter(&self, id: NodeId) -> bool {
        self.channels.iter().flat_map(|c| c.config.consenters()).any(|c| c.node() == Some(id))
    }

    /// Whether some channel's block names what this node signs with, as BFT's do.
    pub fn is_signing_consenter(&self, id: NodeId) -> bool {
        let of_channels = self.channels.iter().filter_map(|channel| channel.config.orderer.as_ref());
        of_channels.flat_map(|orderer| orderer.consensus.identities()).any(|of| *of == CertificateSource::NodeSigning(id))
    }

    /// Takes out the nodes and users whose certificates stand in no block. An org without NodeOUs keeps its users: its
    /// administrators are known by their certificates.
    pub fn leave_out_what_no_block_names(&mut self) {
        for org in &mut self.orgs {
            if org.kind == OrgKind::Peer {
                org.nodes.clear();
            }
            if org.node_ous {
                org.users.clear();
            }
            org.fabric_ca = None;
            org.chaincodes.clear();
        }
    }

    /// The channels that begin with a block, which is made once and kept.
    pub fn channels_with_block(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().filter(|channel| channel.has_block())
    }
}

/// Whether nodes speak TLS with each other and with clients; consenters always do among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    On,
    Off,
}

/// How nodes are dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addressing {
    /// By the DNS names of their Services.
    Service,
    /// By the hosts that the user's files say; the cluster's DNS has to know them.
    Domain,
}

/// A namespace that objects go to.
#[derive(Clone, Debug, Serialize)]
pub struct Namespace {
    pub name: String,
    /// Whether fabkube emits it, or somebody else made it.
    pub create: bool,
    /// The strictest Pod Security level that all its pods meet; it is among the labels.
    pub pod_security: PodSecurity,
    /// Over all its orderers, whichever org they are of. The budgets of all namespaces together let as many go as every channel's
    /// consensus survives.
    pub orderers_budget: Option<Budget>,
    /// The Secret with the system channel's first block, where orderers in it begin with that.
    pub genesis: Option<GenesisSecret>,
    /// The Secret with the roots of all ordering orgs, by which flows know orderers, where those speak TLS with them.
    pub flow_roots: Option<RootsSecret>,
    /// Who may reach the network's pods in it, if that is limited.
    pub network_policies: Vec<NetworkPolicy>,
    pub labels: Labels,
}

/// The Secret with the system channel's first block: public, and kept in a Secret as all that nodes mount from `crypto` and `channel`.
#[derive(Clone, Debug, Serialize)]
pub struct GenesisSecret {
    pub name: String,
    pub labels: Labels,
    /// The channel whose block it is.
    pub channel: String,
}

/// Kubernetes labels, sorted.
pub type Labels = BTreeMap<String, String>;
