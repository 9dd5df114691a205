//! All ways in from outside, and who is told of them. What one setting means is `target`'s, which ports machines have is
//! `node_ports`'s.

mod checks;
mod idle;
mod node_ports;
mod taken;
mod target;

use super::Cluster;
use super::ordering::Ordering;
use super::orgs::OrgDraft;
use crate::diag::Problems;
use crate::input::Inputs;
use crate::lock::NodePorts;
use crate::network::{Address, AllottedPort, Channel, Exposure, HostPort, Listener, LoneOrg, MemberOrg, NodeId, OrgId, OrgKind};
use idle::Idle;
use std::collections::BTreeMap;
use target::Target;

/// Every node and gateway that is reached from outside.
#[derive(Debug)]
pub struct Exposures {
    nodes: BTreeMap<NodeId, Exposure>,
    gateways: BTreeMap<OrgId, Exposure>,
    allotted: Vec<AllottedPort>,
    /// Where the addresses of consenters lead.
    consenters: Listener,
}

/// What an exposure leads to.
#[derive(Clone, Copy)]
enum Owner {
    Node(NodeId),
    Gateway(OrgId),
}

/// The hosts that nodes have outside, as far as each is one node's alone: the user's files may call it so.
pub fn hosts(orgs: &[OrgDraft], inputs: &Inputs) -> Vec<(NodeId, String)> {
    let mut owners: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
    for (org, node) in orgs.iter().flat_map(|org| org.nodes.iter().map(move |node| (org, node))) {
        // What is wrong with them is said by `Exposures::new`.
        let problems = &mut Problems::new();
        let settings = inputs.values.exposure(node.role.word(), &org.domain, &node.hostname, problems);
        if settings.kind.value != "none"
            && let Some(host) = target::declared_host(&settings, &node.name, Some(&node.common_name))
        {
            owners.entry(host.value).or_default().push(node.id);
        }
    }
    let alone = owners.into_iter().filter_map(|(host, nodes)| match nodes.as_slice() {
        [node] => Some((*node, host)),
        _ => None,
    });
    alone.collect()
}

impl Exposures {
    /// Reads `expose` of every node and gateway; `known` are the node ports that were allotted before.
    pub fn new(
        orgs: &[OrgDraft],
        (inputs, cluster, ordering): (&Inputs, &Cluster, &Ordering),
        known: &NodePorts,
        problems: &mut Problems,
    ) -> Self {
        let values = &inputs.values;
        let mut found: Vec<(Owner, Target, Exposure)> = Vec::new();
        let (mut wanted, mut idle) = (Vec::new(), Idle::default());
        for org in orgs {
            let nodes = org.nodes.iter().map(|node| {
                let settings =
                    |problems: &mut Problems| values.node(node.role.word(), &org.domain, &node.hostname, problems).expose;
                (Owner::Node(node.id), Target::node(org, node, (cluster, ordering)), settings(problems))
            });
            let mut targets: Vec<_> = nodes.collect();
            if org.kind == OrgKind::Peer && !org.nodes.is_empty() {
                let settings = values.gateway(&org.domain, problems).expose;
                let target = Target::gateway(org, (inputs, cluster), problems);
                targets.push((Owner::Gateway(org.id), target, settings));
            }
            for (owner, target, settings) in targets {
                idle.see(&settings, problems);
                if let Some(exposure) = target.exposure(&settings, cluster.tls, problems) {
                    wanted.extend(target.wanted_ports(&exposure, &settings, problems));
                    found.push((owner, target, exposure));
                }
            }
        }
        idle.warn(problems);
        let (ports, allotted) = node_ports::allot(&wanted, &values.settings.node_ports.range, known, problems);
        let consenters = ordering.cluster.listener();
        let mut exposures = Self { nodes: BTreeMap::new(), gateways: BTreeMap::new(), allotted, consenters };
        for (owner, target, mut exposure) in found {
            for exposed in &mut exposure.ports {
                exposed.node_port = ports.get(&(target.folder.as_str(), exposed.name.word())).copied();
                if exposed.port == 0 {
                    exposed.port = exposed.node_port.unwrap_or_default();
                }
            }
            match owner {
                Owner::Node(id) => exposures.nodes.insert(id, exposure),
                Owner::Gateway(id) => exposures.gateways.insert(id, exposure),
            };
        }
        taken::check(&exposures, orgs, cluster, problems);
        exposures
    }

    pub fn node(&self, id: NodeId) -> Option<&Exposure> {
        self.nodes.get(&id)
    }

    pub fn gateway(&self, id: OrgId) -> Option<&Exposure> {
        self.gateways.get(&id)
    }

    /// The node ports that nobody declared.
    pub fn into_allotted(self) -> Vec<AllottedPort> {
        self.allotted
    }

    /// Where others dial nodes, as far as that was declared.
    pub fn addresses(&self) -> Vec<(NodeId, Listener, HostPort)> {
        let of_node = |(id, exposure): (&NodeId, &Exposure)| -> Vec<(NodeId, Listener, HostPort)> {
            exposure.ports.iter().filter_map(|port| Some((*id, port.name, exposure.address(port.name)?))).collect()
        };
        self.nodes.iter().flat_map(of_node).collect()
    }

    /// Has channels say the addresses that others can dial.
    pub fn tell(&self, channels: &mut [Channel]) {
        for config in channels.iter_mut().map(|channel| &mut channel.config) {
            if let Some(orderer) = &mut config.orderer {
                for consenter in orderer.consensus.consenters_mut() {
                    self.tell_address(&mut consenter.address, self.consenters);
                }
                orderer.addresses.iter_mut().for_each(|address| self.tell_address(address, Listener::Grpc));
            }
            for (_, orgs) in config.orgs_mut() {
                orgs.iter_mut().for_each(|org| self.tell_org(org));
            }
        }
    }

    /// The same of an org by itself.
    pub fn tell_lone(&self, org: &mut LoneOrg) {
        match org {
            LoneOrg::Foreign => {}
            LoneOrg::Orderer(org) | LoneOrg::Application(org) => self.tell_org(org),
        }
    }

    fn tell_org(&self, org: &mut MemberOrg) {
        let anchors = org.anchor_peers.iter_mut().map(|anchor| &mut anchor.address);
        org.orderer_endpoints.iter_mut().chain(anchors).for_each(|address| self.tell_address(address, Listener::Grpc));
    }

    fn tell_address(&self, address: &mut Address, listener: Listener) {
        let exposure = address.node.and_then(|node| self.node(node));
        if let Some(outside) = exposure.and_then(|exposure| exposure.address(listener)) {
            address.deployed = outside;
        }
    }

    /// Those of nodes, then those of gateways.
    fn all(&self) -> impl Iterator<Item = &Exposure> {
        self.nodes.values().chain(self.gateways.values())
    }
}
