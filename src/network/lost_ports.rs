//! Node ports that the lock does not have though the network had them: what blocks and certificates in the stores say of that.
//! Ports are `resolve`'s to allot, and what the lock has is `allotted_port`'s.

use super::{AllottedPort, Exposure, HostPort, Listener, Network};
use crate::diag::{Code, Place, Problem, Problems, more};
use crate::lock::{Lock, Memory};
use std::ops::RangeInclusive;
use std::path::Path;

/// The ports that a cluster has for this unless it was told otherwise (kubernetes `pkg/kubeapiserver/options`).
pub const USUAL_NODE_PORTS: RangeInclusive<u16> = 30000..=32767;

/// An address that the stored block of a channel names.
#[derive(Clone, Debug)]
pub struct BlockAddress {
    pub address: HostPort,
    pub channel: String,
    pub place: Place,
}

/// What the stores say of former runs.
#[derive(Clone, Copy, Debug)]
pub struct Traces<'a> {
    pub in_blocks: &'a [BlockAddress],
    /// A node's certificate that fabkube issued.
    pub certificate: Option<&'a Path>,
}

/// How many names a message lists.
const NAMED: usize = 5;

/// What stored blocks say of a port that would be allotted.
enum InBlock<'a> {
    Same,
    Otherwise(&'a BlockAddress),
    No,
}

impl Network {
    /// Reports ports that would be allotted now though others know these nodes by others; `memory` says whether that counts. A first
    /// run over keys and blocks of cryptogen and configtxgen leaves no such trace, and takes them in.
    pub fn check_lost_ports(&self, (lock, file, memory): (&Lock, &Path, Memory), traces: &Traces<'_>, problems: &mut Problems) {
        let new = self.allotted_now(&lock.node_ports);
        if memory == Memory::BeginsAnew || new.is_empty() {
            return;
        }
        let known: Vec<(&AllottedPort, InBlock<'_>)> =
            new.iter().map(|port| (*port, self.in_block(port, traces.in_blocks))).collect();
        for (port, in_block) in &known {
            if let InBlock::Otherwise(BlockAddress { address, channel, place }) = in_block {
                let message =
                    format!("the {port} would be another than that in the block of channel `{channel}`, which names `{address}`");
                // Other ports than the gRPC port's cannot be declared.
                let help = match port.listener {
                    Listener::Grpc => {
                        format!("bring back the fabkube.lock that has it; or declare `nodePort: {}` for this one", address.port)
                    }
                    _ => "bring back the fabkube.lock that has it".to_owned(),
                };
                problems.push(Problem::new(Code::FK0718, message).at(&port.place).at(place).help(help));
            }
        }
        // Every run that makes anything writes the lock, and new ports before anything else.
        let is_gone = *lock == Lock::default();
        let unknown = known.iter().filter(|(_, in_block)| matches!(in_block, InBlock::No));
        let names: Vec<String> = unknown.map(|(port, _)| format!("`{}`", port.name)).collect();
        let Some(trace) = (is_gone && !names.is_empty()).then(|| self.trace(traces)).flatten() else { return };
        let message = format!(
            "`{}` is gone, and nothing else says which node ports were allotted to {}{}",
            file.file_name().unwrap_or(file.as_os_str()).to_string_lossy(),
            names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", "),
            more(names.len(), NAMED)
        );
        problems.push(Problem::new(Code::FK0718, message).at(&Place::file(file)).at(&trace).help(
            "bring it back from git; or declare the ports that they have in the cluster (`kubectl get services -A`) as `nodePort`; \
             or, where nobody dials them yet, allot them anew with `fabkube render --new-network`, on the keys and blocks that are here",
        ));
    }

    /// What blocks say of a port. A host that is one node's alone stands there with the port that the node had; whose a port of a
    /// host of many was, nobody can tell.
    fn in_block<'a>(&self, new: &AllottedPort, in_blocks: &'a [BlockAddress]) -> InBlock<'a> {
        let is_its = |exposure: &&Exposure| {
            exposure.name == new.name && exposure.ports.iter().any(|port| port.node_port == Some(new.port))
        };
        let exposure = self.exposures().find(is_its);
        let Some((exposure, host)) = exposure.and_then(|exposure| Some((exposure, exposure.host.as_deref()?))) else {
            return InBlock::No;
        };
        if self.exposures().filter(|other| other.is_at(host)).count() > 1 {
            return InBlock::No;
        }
        let at_host = || in_blocks.iter().filter(|known| exposure.is_at(&known.address.host));
        let is_now = |port: u16| exposure.ports.iter().any(|now| now.port == port);
        // A node port is one node's in all of the cluster: what hosts of several have is no such port.
        let is_others = |port: u16| {
            let of_others = self.exposures().filter(|other| !other.is_at(host));
            of_others
                .flat_map(|other| in_blocks.iter().filter(|known| other.is_at(&known.address.host)))
                .any(|at| at.address.port == port)
        };
        let is_former = |known: &&BlockAddress| {
            let port = known.address.port;
            USUAL_NODE_PORTS.contains(&port) && !is_now(port) && !is_others(port)
        };
        match at_host().find(is_former) {
            Some(former) => InBlock::Otherwise(former),
            None if at_host().any(|known| known.address.port == new.port) => InBlock::Same,
            None => InBlock::No,
        }
    }

    /// Where it stands that fabkube made something of this network before.
    fn trace(&self, Traces { in_blocks, certificate }: &Traces<'_>) -> Option<Place> {
        let configs = || self.channels.iter().map(|channel| &channel.config);
        let is_written = |at: &HostPort| configs().flat_map(|config| config.addresses()).any(|address| address.written == *at);
        let is_service = |host: &str| self.nodes().any(|node| self.service_fqdn(node) == host);
        let is_outside = |host: &str| self.exposures().any(|exposure| exposure.is_at(host));
        // configtxgen writes what stands in the files.
        let is_ours = |known: &&BlockAddress| {
            let host = known.address.host.as_str();
            !is_written(&known.address) && (is_service(host) || is_outside(host))
        };
        let in_block = in_blocks.iter().find(is_ours).map(|known| known.place.clone());
        in_block.or_else(|| certificate.map(Place::file))
    }

    /// Every way in from outside.
    pub fn exposures(&self) -> impl Iterator<Item = &Exposure> {
        self.nodes().filter_map(|node| node.exposure.as_ref()).chain(self.orgs.iter().filter_map(|org| org.exposure.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::ChannelLock;
    use crate::network::{Allotment, ExposedBy, ExposedPort, Labels, NodeId, sample};

    /// A way in by a node port that is allotted now.
    fn exposed(name: &str, host: &str, port: u16) -> Exposure {
        Exposure {
            name: name.to_owned(),
            namespace: "fabric".to_owned(),
            labels: Labels::new(),
            selector: Labels::new(),
            by: ExposedBy::NodePort { behind: super::super::Behind::All, session_affinity: None, traffic_policy: None },
            host: Some(host.to_owned()),
            ports: vec![ExposedPort { name: Listener::Grpc, service_port: 7051, node_port: Some(port), port }],
            annotations: [].into(),
            place: Place::default(),
        }
    }

    /// The sample's peers of its first org, exposed at hosts of theirs.
    fn network(hosts: [&str; 2]) -> Network {
        let mut network = sample::two_orgs();
        let ids: Vec<NodeId> = network.orgs[1].nodes.iter().map(|node| node.id).collect();
        for ((id, host), port) in ids.into_iter().zip(hosts).zip(30000..) {
            let name = format!("{host}-{port}");
            network.allotted_ports.push(AllottedPort {
                folder: name.clone(),
                listener: Listener::Grpc,
                port,
                when: Allotment::Now,
                name: name.clone(),
                place: Place::option(&name),
            });
            network.orgs[id.org().index()].nodes[id.index()].exposure = Some(exposed(&name, host, port));
        }
        network
    }

    /// What is said where blocks name these addresses.
    fn said(network: &Network, in_blocks: &[(&str, u16)], lock: &Lock, certificate: Option<&str>) -> Vec<String> {
        let address = |(host, port): &(&str, u16)| HostPort { host: (*host).to_owned(), port: *port };
        let block = |at| BlockAddress { address: address(at), channel: "c".to_owned(), place: Place::option("block") };
        let in_blocks: Vec<_> = in_blocks.iter().map(block).collect();
        let mut problems = Problems::new();
        let traces = Traces { in_blocks: &in_blocks, certificate: certificate.map(Path::new) };
        network.check_lost_ports((lock, Path::new("fabkube.lock"), Memory::Counts), &traces, &mut problems);
        assert!(problems.iter().all(|problem| problem.code == Code::FK0718));
        problems.iter().map(|problem| problem.message.clone()).collect()
    }

    fn written() -> Lock {
        Lock { channels: [("c".to_owned(), ChannelLock::default())].into(), ..Lock::default() }
    }

    #[test]
    fn keys_and_blocks_of_fabrics_own_tools_say_nothing_of_ports() {
        let network = network(["a.example.net", "b.example.net"]);
        for at in [("peer0.org1.example.com", 7051), ("orderer0.example.com", 7050), ("elsewhere.example.net", 30005)] {
            assert_eq!(said(&network, &[at], &Lock::default(), None), Vec::<String>::new(), "{at:?}");
        }
    }

    #[test]
    fn a_lock_that_is_gone_is_known_from_blocks_and_from_certificates() {
        let network = network(["a.example.net", "a.example.net"]);
        let gone = "`fabkube.lock` is gone, and nothing else says which node ports were allotted to `a.example.net-30000`, `a.example.net-30001`";
        for at in [("a.example.net", 30001), ("A.example.net", 30009), ("org2-peer1.fabric.svc.cluster.local", 7051)] {
            assert_eq!(said(&network, &[at], &Lock::default(), None), [gone], "{at:?}");
            assert_eq!(said(&network, &[at], &written(), None), Vec::<String>::new(), "{at:?}");
        }
        assert_eq!(said(&network, &[], &Lock::default(), Some("server.crt")), [gone]);
    }

    #[test]
    fn a_block_says_which_port_a_host_of_one_node_had() {
        let network = network(["a.example.net", "b.example.net"]);
        let as_now = [("a.example.net", 30000), ("b.example.net", 30001)];
        assert_eq!(said(&network, &as_now, &Lock::default(), Some("server.crt")), Vec::<String>::new(), "nothing would move");
        let moved = "the node port 30001 of b.example.net-30001 (grpc) would be another than that in the block of channel `c`, which names `b.example.net:30005`";
        for lock in [Lock::default(), written()] {
            assert_eq!(said(&network, &[as_now[0], ("b.example.net", 30005)], &lock, None), [moved]);
        }
        // What several hosts had was no node port.
        let shared = [("a.example.net", 30100), ("b.example.net", 30100)];
        assert_eq!(said(&network, &shared, &written(), None), Vec::<String>::new());
        // It was reached by a load balancer before.
        assert_eq!(said(&network, &[as_now[0], ("b.example.net", 7051)], &written(), None), Vec::<String>::new());
    }
}
