//! `common/configuration.proto`: the values of the root group, and capabilities.
//! Those of the other groups are `msp`'s, `orderer`'s and `peer`'s.

#[derive(Clone, PartialEq, prost::Message)]
pub struct HashingAlgorithm {
    #[prost(string, tag = "1")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct BlockDataHashingStructure {
    #[prost(uint32, tag = "1")]
    pub width: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct OrdererAddresses {
    #[prost(string, repeated, tag = "1")]
    pub addresses: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Consortium {
    #[prost(string, tag = "1")]
    pub name: String,
}

/// A map from names to empty messages on the wire. Go writes the empty message of an entry and prost's maps leave it out, so the
/// entries are spelled out here: they must be sorted by whoever makes them.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Capabilities {
    #[prost(message, repeated, tag = "1")]
    pub capabilities: Vec<CapabilityEntry>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct CapabilityEntry {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(message, optional, tag = "2")]
    pub value: Option<Capability>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Capability {}
