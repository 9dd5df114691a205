//! `common/configtx.proto`: configuration trees.
//! What their values are is `configuration`'s, `msp`'s, `orderer`'s and `peer`'s.

use super::common::Envelope;
use super::map;
use super::policies::Policy;
use prost::bytes::{Buf, BufMut};
use prost::encoding::{self, DecodeContext, WireType};
use prost::{DecodeError, Message};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigEnvelope {
    #[prost(message, optional, tag = "1")]
    pub config: Option<Config>,
    #[prost(message, optional, tag = "2")]
    pub last_update: Option<Envelope>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Config {
    #[prost(uint64, tag = "1")]
    pub sequence: u64,
    #[prost(message, optional, tag = "2")]
    pub channel_group: Option<ConfigGroup>,
}

/// Encoded by hand for the sake of its maps: an update names what stays as it is by entries with empty messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigGroup {
    pub version: u64,
    pub groups: BTreeMap<String, ConfigGroup>,
    pub values: BTreeMap<String, ConfigValue>,
    pub policies: BTreeMap<String, ConfigPolicy>,
    pub mod_policy: String,
}

impl Message for ConfigGroup {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        if self.version != 0 {
            encoding::uint64::encode(1, &self.version, buf);
        }
        map::encode(2, &self.groups, buf);
        map::encode(3, &self.values, buf);
        map::encode(4, &self.policies, buf);
        if !self.mod_policy.is_empty() {
            encoding::string::encode(5, &self.mod_policy, buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1 => encoding::uint64::merge(wire_type, &mut self.version, buf, context),
            2 => map::merge(&mut self.groups, buf, context),
            3 => map::merge(&mut self.values, buf, context),
            4 => map::merge(&mut self.policies, buf, context),
            5 => encoding::string::merge(wire_type, &mut self.mod_policy, buf, context),
            _ => encoding::skip_field(wire_type, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        let version = if self.version == 0 { 0 } else { encoding::uint64::encoded_len(1, &self.version) };
        let mod_policy = if self.mod_policy.is_empty() { 0 } else { encoding::string::encoded_len(5, &self.mod_policy) };
        version
            + map::encoded_len(2, &self.groups)
            + map::encoded_len(3, &self.values)
            + map::encoded_len(4, &self.policies)
            + mod_policy
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigValue {
    #[prost(uint64, tag = "1")]
    pub version: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
    #[prost(string, tag = "3")]
    pub mod_policy: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigPolicy {
    #[prost(uint64, tag = "1")]
    pub version: u64,
    #[prost(message, optional, tag = "2")]
    pub policy: Option<Policy>,
    #[prost(string, tag = "3")]
    pub mod_policy: String,
}

/// What to change in a configuration: what was read, and what it becomes.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigUpdate {
    #[prost(string, tag = "1")]
    pub channel_id: String,
    #[prost(message, optional, tag = "2")]
    pub read_set: Option<ConfigGroup>,
    #[prost(message, optional, tag = "3")]
    pub write_set: Option<ConfigGroup>,
    #[prost(btree_map = "string, bytes", tag = "5")]
    pub isolated_data: BTreeMap<String, Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigUpdateEnvelope {
    /// A [`ConfigUpdate`], in the bytes that are signed.
    #[prost(bytes = "vec", tag = "1")]
    pub config_update: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    pub signatures: Vec<ConfigSignature>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigSignature {
    #[prost(bytes = "vec", tag = "1")]
    pub signature_header: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub signature: Vec<u8>,
}
