//! Which node a host in configtx.yaml means. What a channel does with it is `channels`'s.

use super::Cluster;
use super::orgs::{NodeDraft, OrgDraft};
use crate::diag::{Code, Problem, Problems};
use crate::network::{Addressing, HostPort, Node, NodeId, Org, Role, addresses, names};
use std::collections::{BTreeMap, BTreeSet};

/// The answer to "which node is this?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Node(NodeId),
    /// A dotted host or an IP address that is none of ours.
    External,
    /// The machine itself, where several nodes could be meant.
    Loopback,
    /// A name of a node's Service in a namespace where the node is not.
    OtherNamespace(NodeId),
    /// Several nodes have this name; their names.
    Ambiguous(Vec<String>),
    Unknown,
}

/// All names of all nodes.
#[derive(Debug)]
pub struct Hosts {
    /// Names that mean one node by themselves: the CN before anything else.
    common_names: BTreeMap<String, BTreeSet<NodeId>>,
    other_names: BTreeMap<String, BTreeSet<NodeId>>,
    /// `host:port` of consenters whose certificate path says which node they are.
    consenters: BTreeMap<HostPort, NodeId>,
    nodes: BTreeMap<NodeId, (Role, String)>,
    /// By the name alone of a node's Service, whatever its namespace.
    services: BTreeMap<String, BTreeSet<NodeId>>,
    cluster_domain: String,
}

impl Hosts {
    /// Collects every name that a node may be called by; `outside` are the hosts that others know.
    pub fn new(orgs: &[OrgDraft], outside: &[(NodeId, String)], cluster: &Cluster) -> Self {
        let mut hosts = Self {
            common_names: BTreeMap::new(),
            other_names: BTreeMap::new(),
            consenters: BTreeMap::new(),
            nodes: BTreeMap::new(),
            services: BTreeMap::new(),
            cluster_domain: cluster.domain.clone(),
        };
        for org in orgs {
            for node in &org.nodes {
                hosts.nodes.insert(node.id, (node.role, node.common_name.clone()));
                add(&mut hosts.common_names, &node.common_name, node.id);
                add(&mut hosts.services, &node.name, node.id);
                for name in other_names(org, node, cluster) {
                    add(&mut hosts.other_names, &name, node.id);
                }
            }
        }
        for (node, host) in outside {
            add(&mut hosts.other_names, host, *node);
        }
        hosts
    }

    /// A consenter's `host:port` means its node wherever it stands: so loopback networks with a port a node work.
    pub fn learn_consenter(&mut self, address: HostPort, node: NodeId) {
        self.consenters.insert(address, node);
    }

    /// Whether a node has an address of its own by [`Self::learn_consenter`].
    pub fn is_consenter(&self, node: NodeId) -> bool {
        self.consenters.values().any(|known| *known == node)
    }

    /// Which node an address means where a node of this role is looked for.
    pub fn meaning(&self, address: &HostPort, role: Role) -> Meaning {
        if let Some(node) = self.consenters.get(address).filter(|_| role == Role::Orderer) {
            return Meaning::Node(*node);
        }
        match self.meaning_of_host(&address.host, role) {
            Meaning::External | Meaning::OtherNamespace(_) | Meaning::Unknown if role == Role::Orderer => {
                self.consenter_at(&address.host)
            }
            meaning => meaning,
        }
    }

    /// The one consenter that has a host, at whatever port: its cluster port may stand there, and its endpoint here.
    fn consenter_at(&self, host: &str) -> Meaning {
        let at_host = self.consenters.iter().filter(|(address, _)| address.host == host);
        let nodes: BTreeSet<NodeId> = at_host.map(|(_, node)| *node).collect();
        match (nodes.first(), nodes.len()) {
            (Some(node), 1) => Meaning::Node(*node),
            _ => self.meaning_of_host(host, Role::Orderer),
        }
    }

    /// Which node a host alone means.
    pub fn meaning_of_host(&self, host: &str, role: Role) -> Meaning {
        let host = addresses::plain(host);
        if addresses::is_loopback(&host) {
            return Meaning::Loopback;
        }
        for names in [&self.common_names, &self.other_names] {
            let Some(nodes) = names.get(&host) else { continue };
            let mut of_role = nodes.iter().filter(|id| self.nodes.get(id).is_some_and(|(r, _)| *r == role));
            return match (of_role.next(), of_role.next()) {
                (Some(node), None) => Meaning::Node(*node),
                (None, _) => Meaning::Unknown,
                _ => Meaning::Ambiguous(nodes.iter().filter_map(|id| self.nodes.get(id)).map(|(_, name)| name.clone()).collect()),
            };
        }
        match self.of_other_namespace(&host, role) {
            Some(node) => Meaning::OtherNamespace(node),
            None if host.contains('.') || host.contains(':') => Meaning::External,
            None => Meaning::Unknown,
        }
    }

    /// The one node whose Service has this name, but for the namespace.
    fn of_other_namespace(&self, host: &str, role: Role) -> Option<NodeId> {
        let in_full = format!(".svc.{}", self.cluster_domain);
        let short = host.strip_suffix(&in_full).or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
        let (service, namespace) = short.split_once('.')?;
        names::check_namespace(namespace).ok()?;
        let mut nodes = self.services.get(service)?.iter().filter(|id| self.nodes.get(id).is_some_and(|(r, _)| *r == role));
        nodes.next().copied().filter(|_| nodes.next().is_none())
    }

    /// Names near an unknown one, for a hint: PIVT's where it looks like one of these.
    pub fn names_like(&self, host: &str, role: Role) -> Vec<&str> {
        let pivts = format!("hlf-{}--", role.word());
        if host.starts_with(&pivts) {
            return self.other_names.keys().filter(|name| name.starts_with(&pivts)).map(String::as_str).collect();
        }
        self.nodes.values().filter(|(r, _)| *r == role).map(|(_, name)| name.as_str()).collect()
    }
}

fn add(names: &mut BTreeMap<String, BTreeSet<NodeId>>, name: &str, node: NodeId) {
    if !name.is_empty() && !addresses::is_loopback(name) {
        names.entry(name.to_ascii_lowercase()).or_default().insert(node);
    }
}

/// Its Hostname, its SANS, the names of its Service, and the name of PIVT's Service for it.
fn other_names(org: &OrgDraft, node: &NodeDraft, cluster: &Cluster) -> Vec<String> {
    let mut names = node.cryptogen_sans.clone();
    names.push(node.hostname.clone());
    names.extend(addresses::service_names(&node.name, &node.namespace, &cluster.domain));
    names.push(format!("hlf-{}--{}--{}", node.role.word(), org.short_name, node.hostname));
    names
}

/// How a node is dialled in this cluster.
pub fn dialled(node: &NodeDraft, cluster: &Cluster) -> String {
    match cluster.addressing {
        Addressing::Service => addresses::service_fqdn(&node.name, &node.namespace, &cluster.domain),
        Addressing::Domain => node.common_name.clone(),
    }
}

/// DNS leads a host to one Service, whatever the port: two nodes that share one could not both be reached by it.
pub fn check_one_node_each(orgs: &[Org], cluster: &Cluster, problems: &mut Problems) {
    if cluster.addressing == Addressing::Service {
        return;
    }
    let mut known: BTreeMap<&str, &Node> = BTreeMap::new();
    for node in orgs.iter().flat_map(|org| &org.nodes) {
        // What is declared for outside is left to other DNS, which leads it to a machine.
        for host in node.dialled.iter().filter(|host| !node.is_elsewhere(host)) {
            let other = known.entry(host).or_insert(node);
            if other.id != node.id {
                let message = format!("`{host}` would have to lead to both `{}` and `{}`", other.common_name, node.common_name);
                problems.push(Problem::new(Code::FK0716, message).at(&node.place).at(&other.place).help(
                    "write each node's own common name in configtx.yaml; or use `addressing: service`, where each port has its node",
                ));
            }
        }
    }
}
