//! At which ports consenters reach each other where the rest of a network does without TLS. Who listens there is `ports`'s.

use crate::network::addresses::port;
use crate::network::resolve::Cluster;
use crate::network::{Channel, ChannelConfig, NodeId, Tls};
use std::collections::BTreeSet;

/// Consenters speak TLS whatever the rest does, so without it they have a port of their own. Where the user gave a consenter the port
/// that clients have too, it is deployed with another.
pub fn part(channels: &mut [Channel], cluster: &Cluster) {
    if cluster.tls == Tls::On {
        return;
    }
    let of_clients: BTreeSet<(Option<NodeId>, u16)> = channels.iter().flat_map(|channel| of_clients(&channel.config)).collect();
    let orderers = channels.iter_mut().filter_map(|channel| channel.config.orderer.as_mut());
    for consenter in orderers.flat_map(|orderer| orderer.consensus.consenters_mut()) {
        let address = &mut consenter.address;
        let is_of_clients = |port: u16| port == port::ORDERER_GRPC || of_clients.contains(&(address.node, port));
        if address.node.is_some() && is_of_clients(address.deployed.port) {
            address.deployed.port = port::ORDERER_CLUSTER;
        }
    }
}

/// The ports under which clients find orderers.
fn of_clients(config: &ChannelConfig) -> Vec<(Option<NodeId>, u16)> {
    let channel_wide = config.orderer.iter().flat_map(|orderer| &orderer.addresses);
    let of_orgs = config.orderer_orgs().iter().flat_map(|org| &org.orderer_endpoints);
    channel_wide.chain(of_orgs).map(|address| (address.node, address.deployed.port)).collect()
}
