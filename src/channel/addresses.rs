//! The addresses of nodes in a configuration, wherever they stand. Which node each means is `network`'s.

use super::history::consenters;
use super::proto::configtx::ConfigGroup;
use super::proto::configuration::OrdererAddresses;
use super::proto::peer::AnchorPeers;
use crate::network::{HostPort, addresses};
use prost::Message;

/// All of them; one that is none of a host and a port is left out.
pub(super) fn addresses(group: &ConfigGroup) -> Vec<HostPort> {
    let mut found: Vec<HostPort> = consenters(group).into_iter().filter_map(|named| at(named.host, named.port)).collect();
    collect(group, &mut found);
    found
}

/// Those in the values of a group and of all groups in it.
fn collect(group: &ConfigGroup, found: &mut Vec<HostPort>) {
    for (key, value) in &group.values {
        let bytes = value.value.as_slice();
        match key.as_str() {
            "OrdererAddresses" | "Endpoints" => {
                let list = OrdererAddresses::decode(bytes).unwrap_or_default().addresses;
                let split = list.iter().filter_map(|text| addresses::split_host_port(text).ok());
                found.extend(split.map(|(host, port)| HostPort { host, port }));
            }
            "AnchorPeers" => {
                let peers = AnchorPeers::decode(bytes).unwrap_or_default().anchor_peers;
                found.extend(peers.into_iter().filter_map(|peer| at(peer.host, u32::try_from(peer.port).ok()?)));
            }
            _ => {}
        }
    }
    group.groups.values().for_each(|group| collect(group, found));
}

fn at(host: String, port: u32) -> Option<HostPort> {
    Some(HostPort { host, port: u16::try_from(port).ok()? })
}
