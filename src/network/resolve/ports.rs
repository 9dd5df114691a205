//! What a node's containers listen on, and what its Service offers. Which listener an address leads to is `ordering`'s.

use super::Cluster;
use super::ordering::{ClusterPort, Ordering};
use crate::network::addresses::port;
use crate::network::{HostPort, Listener, Port, Role, ServicePort};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An address that a channel's configuration or somebody outside has for a node, and what it leads to there.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub at: &'a HostPort,
    pub listener: Listener,
}

/// What a node of a role listens on, the gRPC port first.
pub fn listeners(role: Role, cluster: &Cluster, ordering: &Ordering) -> Vec<(Listener, u16)> {
    match role {
        Role::Peer => vec![
            (Listener::Grpc, port::PEER_GRPC),
            (Listener::Chaincode, port::PEER_CHAINCODE),
            (Listener::Operations, port::OPERATIONS),
        ],
        Role::Orderer => {
            let mut listeners = vec![(Listener::Grpc, port::ORDERER_GRPC)];
            if ordering.cluster == ClusterPort::Own {
                listeners.push((Listener::Cluster, port::ORDERER_CLUSTER));
            }
            if cluster.version.features().channel_participation {
                listeners.push((Listener::Admin, port::ORDERER_ADMIN));
            }
            listeners.push((Listener::Operations, port::OPERATIONS));
            listeners
        }
    }
}

/// Every port that the user wrote leads to its listener, and an auxiliary port in its way moves up to the next free one.
pub fn ports(listeners: Vec<(Listener, u16)>, written: &[Written<'_>]) -> (Vec<Port>, Vec<ServicePort>) {
    let (Some((grpc, auxiliary)), ports) = (listeners.split_first(), &listeners) else { return (Vec::new(), Vec::new()) };
    let mut offered = vec![ServicePort { name: grpc.0.word().to_owned(), port: grpc.1, target: grpc.0 }];
    // No DNS leads an IP address to the Service.
    let by_name = written.iter().filter(|written| written.at.host.parse::<IpAddr>().is_err());
    let written: BTreeSet<(u16, &str)> = by_name.map(|written| (written.at.port, written.listener.word())).collect();
    for (port, word) in written {
        let listener = ports.iter().find(|(listener, _)| listener.word() == word);
        let is_free = !offered.iter().any(|other| other.port == port);
        if let Some((target, _)) = listener.filter(|(_, usual)| *usual != port && is_free) {
            offered.push(ServicePort { name: format!("{word}-{port}"), port, target: *target });
        }
    }
    for (target, usual) in auxiliary {
        let of_another = |port: u16| auxiliary.iter().any(|(other, usual)| other != target && *usual == port);
        let taken = |port: &u16| offered.iter().any(|other| other.port == *port) || of_another(*port);
        let port = (*usual..=u16::MAX).chain(1..*usual).find(|port| !taken(port)).unwrap_or(*usual);
        offered.push(ServicePort { name: target.word().to_owned(), port, target: *target });
    }
    (ports.iter().map(|(name, port)| Port { name: *name, port: *port }).collect(), offered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consenters_and_clients_are_led_to_their_own_listeners() {
        let address = |port: u16| HostPort { host: "a".to_owned(), port };
        let (clients, usual, consenters) = (address(7053), address(7050), address(8059));
        let outside = HostPort { host: "192.0.2.1".to_owned(), port: 30000 };
        let written = [
            Written { at: &outside, listener: Listener::Grpc },
            Written { at: &clients, listener: Listener::Grpc },
            Written { at: &usual, listener: Listener::Grpc },
            Written { at: &consenters, listener: Listener::Cluster },
        ];
        let listeners = vec![(Listener::Grpc, 7050), (Listener::Cluster, 7059), (Listener::Admin, 7053)];
        let (ports, offered) = ports(listeners, &written);
        assert_eq!(ports.iter().map(|port| port.port).collect::<Vec<_>>(), [7050, 7059, 7053]);
        let offered: Vec<String> =
            offered.iter().map(|port| format!("{} {} {}", port.name, port.port, port.target.word())).collect();
        assert_eq!(
            offered,
            ["grpc 7050 grpc", "grpc-7053 7053 grpc", "cluster-8059 8059 cluster", "cluster 7059 cluster", "admin 7054 admin"]
        );
    }
}
