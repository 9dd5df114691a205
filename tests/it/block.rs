//! Reads a channel's first block from outside, with protobuf messages of its own: what Fabric's nodes would dial.

use prost::Message;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Message)]
struct Wrapped {
    #[prost(bytes, repeated, tag = "1")]
    inner: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct Block {
    #[prost(message, optional, tag = "2")]
    data: Option<Wrapped>,
}

#[derive(Clone, PartialEq, Message)]
struct Payload {
    #[prost(bytes, tag = "2")]
    data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ConfigEnvelope {
    #[prost(message, optional, tag = "1")]
    config: Option<Config>,
}

#[derive(Clone, PartialEq, Message)]
struct Config {
    #[prost(message, optional, tag = "2")]
    channel: Option<Group>,
}

#[derive(Clone, PartialEq, Message)]
struct Group {
    #[prost(btree_map = "string, message", tag = "2")]
    groups: BTreeMap<String, Group>,
    #[prost(btree_map = "string, message", tag = "3")]
    values: BTreeMap<String, Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(bytes, tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Addresses {
    #[prost(string, repeated, tag = "1")]
    addresses: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Hosts {
    #[prost(message, repeated, tag = "1")]
    hosts: Vec<Host>,
}

/// An anchor peer, or a consenter with its certificates.
#[derive(Clone, PartialEq, Message)]
struct Host {
    #[prost(string, tag = "1")]
    host: String,
    #[prost(int32, tag = "2")]
    port: i32,
    #[prost(bytes, tag = "4")]
    server_tls_cert: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ConsensusType {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes, tag = "2")]
    metadata: Vec<u8>,
}

/// Who orders by BFT.
#[derive(Clone, PartialEq, Message)]
struct Orderers {
    #[prost(message, repeated, tag = "1")]
    consenters: Vec<Consenter>,
}

#[derive(Clone, PartialEq, Message)]
struct Consenter {
    #[prost(string, tag = "2")]
    host: String,
    #[prost(uint32, tag = "3")]
    port: u32,
    #[prost(bytes, tag = "7")]
    server_tls_cert: Vec<u8>,
}

/// An address in a block, and the TLS certificate that is expected there, where the block says one.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialled {
    pub address: String,
    pub certificate: Option<Vec<u8>>,
}

/// Every address that the block holds.
pub fn addresses(block: &[u8]) -> Vec<Dialled> {
    let envelope = Block::decode(block).unwrap().data.unwrap().inner.remove(0);
    let payload = Wrapped::decode(envelope.as_slice()).unwrap().inner.remove(0);
    let config = ConfigEnvelope::decode(Payload::decode(payload.as_slice()).unwrap().data.as_slice()).unwrap();
    let mut found = Vec::new();
    collect(&config.config.unwrap().channel.unwrap(), &mut found);
    found
}

fn collect(group: &Group, found: &mut Vec<Dialled>) {
    for (name, value) in &group.values {
        let bytes = value.value.as_slice();
        let hosts = match name.as_str() {
            "Endpoints" | "OrdererAddresses" => {
                let addresses = Addresses::decode(bytes).unwrap().addresses;
                found.extend(addresses.into_iter().map(|address| Dialled { address, certificate: None }));
                continue;
            }
            "AnchorPeers" => Hosts::decode(bytes).unwrap(),
            "ConsensusType" => {
                let consensus = ConsensusType::decode(bytes).unwrap();
                if consensus.name != "etcdraft" {
                    continue;
                }
                Hosts::decode(consensus.metadata.as_slice()).unwrap()
            }
            "Orderers" => {
                let consenters = Orderers::decode(bytes).unwrap().consenters;
                found.extend(consenters.into_iter().map(|Consenter { host, port, server_tls_cert }| Dialled {
                    address: format!("{host}:{port}"),
                    certificate: Some(server_tls_cert),
                }));
                continue;
            }
            _ => continue,
        };
        found.extend(hosts.hosts.into_iter().map(|Host { host, port, server_tls_cert }| Dialled {
            address: format!("{host}:{port}"),
            certificate: Some(server_tls_cert).filter(|certificate| !certificate.is_empty()),
        }));
    }
    group.groups.values().for_each(|group| collect(group, found));
}
