//! `common/configuration.proto`: the values of the root group, and capabilities.
//! Those of the other groups are `msp`'s, `orderer`'s and `peer`'s.

use super::map::Map;

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

/// The names of capabilities, each with an empty message.
pub type Capabilities = Map<Capability>;

#[derive(Clone, PartialEq, prost::Message)]
pub struct Capability {}
