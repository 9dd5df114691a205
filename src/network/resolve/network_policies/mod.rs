//! Who may reach which pods: what the network's parts need of each other, and whom the user lets in besides. Nothing is said of where
//! pods may connect to. Sources of the user's are `sources`', and who is kept out by mistake is `kept_out`'s.

mod kept_out;
mod sources;

use super::Cluster;
use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::NetworkPolicySettings;
use crate::network::{
    ChaincodeRuntime, Channel, FabricCa, Ingress, Kafka, Labels, Listener, Namespace, NetworkPolicy, Node, Org, OrgKind,
    PodSource, Port, Role, Sources, names,
};
use crate::yaml::{FreeMap, Spanned};
use std::collections::BTreeSet;

/// Reports what Kubernetes refuses of what the user wrote.
pub fn check(settings: &NetworkPolicySettings, problems: &mut Problems) {
    let NetworkPolicySettings { enabled: _, clients, monitoring, admins, chaincodes, consenters } = settings;
    [clients, monitoring, admins, chaincodes, consenters]
        .into_iter()
        .flatten()
        .for_each(|source| sources::check(source, problems));
}

/// Gives each namespace its policies.
pub fn settle(
    namespaces: &mut [Namespace],
    (orgs, channels, kafka): (&[Org], &[Channel], Option<&Kafka>),
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) {
    let settings = &inputs.values.settings.network_policies;
    if !settings.enabled.value {
        if let Some(place) = inputs.values.written(&["networkPolicies"], "enabled") {
            let message = "`networkPolicies` has no effect: no policies are rendered";
            let help = "write `networkPolicies: {enabled: true}`, or take the sources out";
            problems.push(Problem::new(Code::FK0105, message).at(place).help(help));
        }
        return;
    }
    let all = namespaces.iter().map(|namespace| namespace.name.clone()).collect();
    let policies = Policies { settings, network: &cluster.network, namespaces: all };
    kept_out::warn(inputs, (orgs, channels), problems);
    for namespace in namespaces {
        let own: Vec<&Org> = orgs.iter().filter(|org| org.namespace == namespace.name).collect();
        namespace.network_policies.push(policies.of_all());
        namespace.network_policies.extend(policies.of_orderers(&own));
        let peers = own.iter().filter(|org| org.kind == OrgKind::Peer && !org.nodes.is_empty());
        namespace.network_policies.extend(peers.map(|org| policies.of_peers(org)));
        let with_servers = own.iter().filter(|org| !org.chaincodes.is_empty());
        namespace.network_policies.extend(with_servers.map(|org| policies.of_chaincodes(org)));
        let authorities = own.iter().filter_map(|org| org.fabric_ca.as_ref());
        namespace.network_policies.extend(authorities.map(|ca| policies.of_fabric_ca(ca)));
        let kafka = kafka.filter(|kafka| kafka.pods.namespace == namespace.name);
        namespace.network_policies.extend(kafka.into_iter().flat_map(|kafka| policies.of_kafka(kafka)));
    }
}

/// What all policies of a network are made of.
struct Policies<'a> {
    settings: &'a NetworkPolicySettings,
    network: &'a str,
    /// All of the network's.
    namespaces: Vec<String>,
}

impl Policies<'_> {
    /// Nobody reaches any pod of the network, but for what the others say.
    fn of_all(&self) -> NetworkPolicy {
        NetworkPolicy {
            name: names::default_deny(self.network),
            labels: names::labels(self.network, "fabric", "network", None),
            selector: names::pods_selector(self.network),
            ingress: Vec::new(),
        }
    }

    /// Over all orderers of a namespace, whichever org they are of.
    fn of_orderers(&self, orgs: &[&Org]) -> Option<NetworkPolicy> {
        let nodes: Vec<&Node> = orgs.iter().flat_map(|org| &org.nodes).filter(|node| node.role == Role::Orderer).collect();
        nodes.first()?;
        let NetworkPolicySettings { consenters, admins, .. } = self.settings;
        let rules = [
            // Where orderers have no port of their own for each other, those elsewhere come here.
            (Listener::Grpc, self.clients(&["peer", "orderer", "cli"], consenters)),
            (Listener::Cluster, only(self.of_components(&["orderer"]), consenters)),
            (Listener::Admin, only(self.of_components(&["cli"]), admins)),
            // Who restarts orderers one by one reads there how they are.
            (Listener::Operations, only(self.of_components(&["flow"]), &self.settings.monitoring)),
        ];
        Some(NetworkPolicy {
            name: names::orderers_budget(self.network),
            labels: names::labels(self.network, names::application(Role::Orderer), Role::Orderer.word(), None),
            selector: names::orderers_selector(self.network),
            ingress: ingress(nodes.iter().flat_map(|node| &node.ports), rules),
        })
    }

    /// Over an org's peers.
    fn of_peers(&self, org: &Org) -> NetworkPolicy {
        let nodes: Vec<&Node> = org.nodes.iter().collect();
        let component = Role::Peer.word();
        // Chaincodes that a Docker in the pod runs have the pod's own address; what is a service is dialled by the peer.
        let is_docker = |node: &&Node| matches!(node.chaincode_runtime, Some(ChaincodeRuntime::Dind(_)));
        let selector = self.own(names::org_selector(&org.name, component));
        let own = PodSource { namespaces: vec![org.namespace.clone()], selector: selector.clone() };
        let own = nodes.iter().any(is_docker).then_some(own);
        let rules = [
            (Listener::Grpc, self.clients(&["peer", "cli"], &[])),
            (Listener::Chaincode, only(own.into_iter().collect(), &self.settings.chaincodes)),
            (Listener::Operations, only(Vec::new(), &self.settings.monitoring)),
        ];
        NetworkPolicy {
            name: names::peers_budget(&org.name),
            labels: names::labels(self.network, names::application(Role::Peer), component, Some(&org.name)),
            selector,
            ingress: ingress(nodes.iter().flat_map(|node| &node.ports), rules),
        }
    }

    /// Over the servers of an org's chaincodes, which its peers alone dial.
    fn of_chaincodes(&self, org: &Org) -> NetworkPolicy {
        let selector = self.own(names::org_selector(&org.name, names::CHAINCODE));
        let ports: BTreeSet<u16> = org.chaincodes.iter().map(|server| server.port).collect();
        let peers = self.own(names::org_selector(&org.name, Role::Peer.word()));
        let from = only(vec![PodSource { namespaces: vec![org.namespace.clone()], selector: peers }], &[]);
        NetworkPolicy {
            name: names::chaincodes(&org.name),
            labels: names::labels(self.network, "fabric-chaincode", names::CHAINCODE, Some(&org.name)),
            selector,
            ingress: vec![Ingress { ports: ports.into_iter().collect(), from }],
        }
    }

    /// Over an org's Fabric CA, which whoever has or seeks a certificate calls.
    fn of_fabric_ca(&self, ca: &FabricCa) -> NetworkPolicy {
        let rules =
            [(Listener::Https, self.clients(&["cli"], &[])), (Listener::Operations, only(Vec::new(), &self.settings.monitoring))];
        NetworkPolicy {
            name: ca.name.clone(),
            labels: ca.labels.clone(),
            selector: self.own(ca.selector.clone()),
            ingress: ingress(ca.ports.iter(), rules),
        }
    }

    /// Brokers are reached by orderers and by each other, and ZooKeeper's servers by brokers and by each other.
    fn of_kafka(&self, Kafka { pods: brokers, zookeeper, port, .. }: &Kafka) -> [NetworkPolicy; 2] {
        let servers = &zookeeper.pods;
        let [of_brokers, of_servers] = [brokers, servers]
            .map(|pods| PodSource { namespaces: vec![pods.namespace.clone()], selector: self.own(pods.selector.clone()) });
        let clients = self.of_components(&["orderer"]).into_iter().chain([of_brokers.clone()]).collect();
        let policy = |pods: &crate::network::PodSet, ingress| NetworkPolicy {
            name: pods.name.clone(),
            labels: pods.labels.clone(),
            selector: self.own(pods.selector.clone()),
            ingress,
        };
        let ports = zookeeper.ports;
        [
            policy(brokers, vec![Ingress { ports: vec![*port], from: only(clients, &[]) }]),
            policy(
                servers,
                vec![
                    Ingress { ports: vec![ports.client], from: only(vec![of_brokers], &[]) },
                    Ingress { ports: vec![ports.peer, ports.election], from: only(vec![of_servers], &[]) },
                ],
            ),
        ]
    }

    /// A selector of the network's own pods: a pod of somebody else in the namespace may have labels like theirs.
    fn own(&self, selector: Labels) -> Labels {
        names::of_network(self.network, selector)
    }

    /// Whoever calls what clients call: everybody, or those that the user names, and those of the network's own pods that do.
    fn clients(&self, components: &[&str], besides: &[Spanned<FreeMap>]) -> Sources {
        match self.settings.clients.as_slice() {
            [] => Sources::Everywhere,
            clients => only(self.of_components(components), &[clients, besides].concat()),
        }
    }

    /// The network's pods that do something, in all of its namespaces.
    fn of_components(&self, components: &[&str]) -> Vec<PodSource> {
        let source = |component: &&str| PodSource {
            namespaces: self.namespaces.clone(),
            selector: names::component_selector(self.network, component),
        };
        components.iter().map(source).collect()
    }
}

fn only(pods: Vec<PodSource>, written: &[Spanned<FreeMap>]) -> Sources {
    Sources::Only { pods, written: written.iter().map(|source| source.data()).collect() }
}

/// The rules of the listeners that pods have. To Kubernetes a rule from nowhere is one from everywhere, so there is none.
fn ingress<'a, const N: usize>(ports: impl Iterator<Item = &'a Port>, rules: [(Listener, Sources); N]) -> Vec<Ingress> {
    let ports: BTreeSet<(&str, u16)> = ports.map(|port| (port.name.word(), port.port)).collect();
    let is_somebody = |from: &Sources| !matches!(from, Sources::Only { pods, written } if pods.is_empty() && written.is_empty());
    let rules = rules.into_iter().filter(|(_, from)| is_somebody(from)).map(|(listener, from)| {
        let of_listener = ports.iter().filter(|(name, _)| *name == listener.word());
        Ingress { ports: of_listener.map(|(_, port)| *port).collect(), from }
    });
    rules.filter(|rule| !rule.ports.is_empty()).collect()
}
