//! Who may reach which pods: what the network's parts need of each other, and whom the user lets in besides. Nothing is said of where
//! pods may connect to.

use super::{Cluster, structures};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::NetworkPolicySettings;
use crate::network::{
    ChaincodeRuntime, Channel, Consenter, FabricCa, Ingress, Kafka, Listener, Namespace, NetworkPolicy, Node, Org, OrgKind,
    PodSource, Port, Role, Sources, names,
};
use crate::yaml::{Free, FreeMap, Spanned};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Gives each namespace its policies.
pub fn settle(
    namespaces: &mut [Namespace],
    (orgs, channels, kafka): (&[Org], &[Channel], Option<&Kafka>),
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) {
    let settings = &inputs.values.settings.network_policies;
    let NetworkPolicySettings { enabled, clients, monitoring, admins, chaincodes, consenters } = settings;
    [clients, monitoring, admins, chaincodes, consenters].into_iter().flatten().for_each(|source| check(source, problems));
    if !enabled.value {
        if let Some(place) = inputs.values.written(&["networkPolicies"], "enabled") {
            let message = "`networkPolicies` has no effect: no policies are rendered";
            let help = "write `networkPolicies: {enabled: true}`, or take the sources out";
            problems.push(Problem::new(Code::FK0105, message).at(place).help(help));
        }
        return;
    }
    let all = namespaces.iter().map(|namespace| namespace.name.clone()).collect();
    let policies = Policies { settings, network: &cluster.network, namespaces: all };
    warn_of_consenters_elsewhere(settings, orgs, channels, problems);
    for namespace in namespaces {
        let own: Vec<&Org> = orgs.iter().filter(|org| org.namespace == namespace.name).collect();
        namespace.network_policies.push(policies.of_all());
        namespace.network_policies.extend(policies.of_orderers(&own));
        let peers = own.iter().filter(|org| org.kind == OrgKind::Peer && !org.nodes.is_empty());
        namespace.network_policies.extend(peers.map(|org| policies.of_peers(org)));
        let cas = own.iter().filter_map(|org| org.fabric_ca.as_ref());
        namespace.network_policies.extend(cas.map(|ca| policies.of_fabric_ca(ca)));
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
        let admins = self.of_components(&["cli", "flow"]);
        let rules = [
            (Listener::Grpc, self.clients()),
            (Listener::Cluster, only(self.of_components(&["orderer"]), &self.settings.consenters)),
            (Listener::Admin, only(admins, &self.settings.admins)),
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
        let own = PodSource { namespaces: vec![org.namespace.clone()], selector: names::org_selector(&org.name, component) };
        let own = nodes.iter().any(is_docker).then_some(own);
        let rules = [
            (Listener::Grpc, self.clients()),
            (Listener::Chaincode, only(own.into_iter().collect(), &self.settings.chaincodes)),
            (Listener::Operations, only(Vec::new(), &self.settings.monitoring)),
        ];
        NetworkPolicy {
            name: names::peers_budget(&org.name),
            labels: names::labels(self.network, names::application(Role::Peer), component, Some(&org.name)),
            selector: names::org_selector(&org.name, component),
            ingress: ingress(nodes.iter().flat_map(|node| &node.ports), rules),
        }
    }

    /// Over an org's Fabric CA: whoever calls nodes was enrolled by it, and is enrolled by it anew.
    fn of_fabric_ca(&self, ca: &FabricCa) -> NetworkPolicy {
        let rules = [(Listener::Https, self.clients()), (Listener::Operations, only(Vec::new(), &self.settings.monitoring))];
        NetworkPolicy {
            name: ca.name.clone(),
            labels: ca.labels.clone(),
            selector: ca.selector.clone(),
            ingress: ingress(ca.ports.iter(), rules),
        }
    }

    /// Brokers are reached by orderers and by each other, and ZooKeeper's servers by brokers and by each other.
    fn of_kafka(&self, Kafka { pods: brokers, zookeeper, port, .. }: &Kafka) -> [NetworkPolicy; 2] {
        let servers = &zookeeper.pods;
        let [of_brokers, of_servers] = [brokers, servers]
            .map(|pods| PodSource { namespaces: vec![pods.namespace.clone()], selector: pods.selector.clone() });
        let clients = self.of_components(&["orderer"]).into_iter().chain([of_brokers.clone()]).collect();
        let policy = |pods: &crate::network::PodSet, ingress| NetworkPolicy {
            name: pods.name.clone(),
            labels: pods.labels.clone(),
            selector: pods.selector.clone(),
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

    /// Whoever calls peers and orderers: everybody, or those that the user names, and all that is the network's own.
    fn clients(&self) -> Sources {
        let NetworkPolicySettings { clients, consenters, .. } = self.settings;
        if clients.is_empty() {
            return Sources::Everywhere;
        }
        let members = PodSource { namespaces: self.namespaces.clone(), selector: names::pods_selector(self.network) };
        // Where orderers have no port of their own for each other, those elsewhere come here.
        only(vec![members], &[clients.as_slice(), consenters].concat())
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

/// Reports what Kubernetes refuses in a source (`ValidateNetworkPolicyPeer` in pkg/apis/networking/validation).
fn check(source: &Spanned<FreeMap>, problems: &mut Problems) {
    structures::check("NetworkPolicyPeer", source, &source.place, problems);
    let says = |key: &str| source.get(key).is_some_and(|value| value.value != Free::Null);
    let mut refuse = |place: &Place, message: &str, help: &str| {
        problems.push(Problem::new(Code::FK0750, message).at(place).help(help));
    };
    if source.iter().next().is_none() {
        let help = "write `namespaceSelector: {}` for all of the cluster, or leave the whole entry out";
        refuse(&source.place, "a source of connections that says nothing", help);
    }
    if says("ipBlock") && (says("podSelector") || says("namespaceSelector")) {
        let help = "an address is inside the cluster or outside: write two entries";
        refuse(&source.place, "`ipBlock` beside a selector", help);
    }
    let Some(Free::Map(block)) = source.get("ipBlock").map(|value| &value.value) else { return };
    let text = |value: &Spanned<Free>| value.text().map(str::to_owned);
    let whole = block.get("cidr").and_then(|cidr| Some((text(cidr)?, cidr)));
    let Some((cidr, at)) = whole else {
        return refuse(&source.place, "`ipBlock` without `cidr`", "`ipBlock: {cidr: 10.0.0.0/8}`");
    };
    let Some(whole) = network(&cidr) else {
        return refuse(&at.place, &format!("`{cidr}` is no range of addresses"), "write an address and a length: `10.0.0.0/8`");
    };
    let Some(Free::List(exceptions)) = block.get("except").map(|value| &value.value) else { return };
    for exception in exceptions.iter().filter_map(|item| Some(Spanned::new(text(item)?, item.place.clone()))) {
        if !network(&exception).is_some_and(|part| part.1 > whole.1 && prefix(part.0, whole.1) == prefix(whole.0, whole.1)) {
            let message = format!("`{}` is no smaller range within `{cidr}`", exception.value);
            refuse(&exception.place, &message, "`except` names ranges within the one that it is taken from");
        }
    }
}

/// An address and how many of its bits count.
fn network(cidr: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = cidr.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let is_number = !length.is_empty() && length.chars().all(|c| c.is_ascii_digit());
    let length = length.parse().ok().filter(|length| is_number && *length <= if address.is_ipv4() { 32 } else { 128 })?;
    Some((address, length))
}

/// The first bits of an address, and whether it is one of IPv4.
fn prefix(address: IpAddr, bits: u32) -> (bool, u128) {
    let (all, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    (address.is_ipv4(), all.checked_shr(width - bits).unwrap_or_default())
}

/// Who orders elsewhere comes from an address that no file of the user's has.
fn warn_of_consenters_elsewhere(
    NetworkPolicySettings { enabled, clients, consenters, .. }: &NetworkPolicySettings,
    orgs: &[Org],
    channels: &[Channel],
    problems: &mut Problems,
) {
    let listens_apart =
        orgs.iter().flat_map(|org| &org.nodes).flat_map(|node| &node.ports).any(|port| port.name == Listener::Cluster);
    if !consenters.is_empty() || (clients.is_empty() && !listens_apart) {
        return;
    }
    let all = channels.iter().flat_map(|channel| channel.config.consenters());
    let elsewhere: Vec<&Consenter> = all.filter(|consenter| consenter.node().is_none()).collect();
    if let Some(first) = elsewhere.first() {
        let address = format!("{}:{}", first.address.written.host, first.address.written.port);
        let message = format!("`networkPolicies` keeps out the consenter `{address}`, which is elsewhere");
        let place = clients.first().map_or(&enabled.place, |client| &client.place);
        let problem = Problem::new(Code::FK0751, message).at(place).at(&first.place);
        problems
            .push(problem.help("name where it comes from: `networkPolicies: {consenters: [{ipBlock: {cidr: 203.0.113.7/32}}]}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_an_address_and_a_length() {
        for right in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3/32"] {
            assert!(network(right).is_some(), "{right}");
        }
        for wrong in ["10.0.0.0", "10.0.0.0/33", "::/129", "/8", "10.0.0/8", "a/8", "10.0.0.0/+8", "10.0.0.0/"] {
            assert!(network(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn ranges_share_their_first_bits() {
        let first = |cidr: &str, bits| prefix(network(cidr).unwrap().0, bits);
        assert_eq!(first("10.1.0.0/16", 8), first("10.0.0.0/8", 8));
        assert_ne!(first("10.1.0.0/16", 16), first("10.0.0.0/8", 16));
        assert_eq!(first("0.0.0.0/0", 0), first("9.9.9.9/32", 0));
        assert_ne!(first("::/0", 0), first("0.0.0.0/0", 0));
        assert_eq!(first("2001:db8:1::/48", 32), first("2001:db8::/32", 32));
    }
}
