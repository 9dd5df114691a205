//! Which hosts of a network the cluster's DNS has to lead to which Services, and which it leaves to other DNS. How CoreDNS is told is
//! `coredns`'s.

use crate::network::{Consensus, Exposure, Network, addresses};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Whether hosts that are declared for outside lead to the Services within the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// They are other DNS's: who dials them goes out of the cluster and comes back in.
    Left,
    Led,
}

/// The hosts that nodes are dialled by. DNS knows no case, and a dot at the end says nothing here.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// The Service that each leads to.
    pub rules: BTreeMap<String, String>,
    /// Those among them that are declared for outside.
    pub led: BTreeSet<String>,
    /// Those that could be among them, and are not.
    pub declared: BTreeSet<String>,
    /// Those of several nodes, told apart by their ports: no Service has all of these.
    pub shared: BTreeSet<String>,
    /// Those of nodes that are not this network's.
    pub elsewhere: BTreeSet<String>,
}

impl Hosts {
    /// All hosts of a network.
    pub fn new(network: &Network, outside: Outside) -> Self {
        let rules =
            network.hosts_to_resolve().into_iter().map(|(host, node)| (addresses::plain(host), network.service_fqdn(node)));
        let mut hosts = Self { rules: rules.collect(), elsewhere: elsewhere(network), ..Self::default() };
        for (host, services) in declared(network) {
            let is_known = hosts.rules.contains_key(&host) || services.iter().any(|service| service.names.contains(&host));
            match services.as_slice() {
                _ if is_known => {}
                [service] if outside == Outside::Led => {
                    hosts.rules.insert(host.clone(), service.fqdn().to_owned());
                    hosts.led.insert(host);
                }
                [_] => drop(hosts.declared.insert(host)),
                _ => drop(hosts.shared.insert(host)),
            }
        }
        hosts
    }
}

/// A Service that takes what is dialled from outside.
struct Service {
    /// Those that the cluster's DNS knows by itself, the full one last.
    names: [String; 4],
}

impl Service {
    fn fqdn(&self) -> &str {
        let [.., fqdn] = &self.names;
        fqdn
    }
}

/// The Services behind every host that is declared for outside; IP addresses need no DNS.
fn declared(network: &Network) -> BTreeMap<String, Vec<Service>> {
    let nodes = network.nodes().map(|node| (node.exposure.as_ref(), &node.name, &node.namespace));
    let gateways =
        network.orgs.iter().filter_map(|org| Some((org.exposure.as_ref(), &org.service.as_ref()?.name, &org.namespace)));
    let mut hosts: BTreeMap<String, Vec<Service>> = BTreeMap::new();
    for (exposure, service, namespace) in nodes.chain(gateways) {
        let Some(host) = exposure.and_then(|Exposure { host, .. }| host.as_deref()).filter(|host| is_name(host)) else {
            continue;
        };
        let names = addresses::service_names(service, namespace, &network.cluster_domain);
        hosts.entry(addresses::plain(host)).or_default().push(Service { names });
    }
    hosts
}

/// The hosts in channels that mean no node of the network, but for those that pods have in their hosts files.
fn elsewhere(network: &Network) -> BTreeSet<String> {
    let configs = || network.channels.iter().map(|channel| &channel.config);
    let nodes = configs().flat_map(|config| config.addresses()).filter(|address| address.node.is_none());
    let nodes = nodes.map(|address| address.deployed.host.clone());
    let brokers = configs().filter_map(|config| config.orderer.as_ref()).flat_map(|orderer| match &orderer.consensus {
        Consensus::Kafka { brokers } if network.kafka.is_none() => brokers.as_slice(),
        Consensus::Solo | Consensus::Kafka { .. } | Consensus::Raft { .. } | Consensus::Bft { .. } => &[],
    });
    let brokers = brokers.filter_map(|broker| Some(addresses::split_host_port(broker).ok()?.0));
    let aliases = network.nodes().flat_map(|node| &node.pod.host_aliases).flat_map(|alias| &alias.hostnames);
    let aliases: BTreeSet<String> = aliases.map(|name| addresses::plain(name)).collect();
    let all = nodes.chain(brokers).filter(|host| is_name(host)).map(|host| addresses::plain(&host));
    all.filter(|host| !aliases.contains(host)).collect()
}

fn is_name(host: &str) -> bool {
    host.parse::<IpAddr>().is_err()
}
