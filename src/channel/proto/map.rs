//! Maps from names to messages as Go writes them: every entry with its key and its message. prost leaves out a message that is empty,
//! which is shorter and not the same: Fabric 1.4 takes an entry without one for nothing at all, and its orderers panic.

use prost::bytes::{Buf, BufMut};
use prost::encoding::{self, DecodeContext, WireType, btree_map};
use prost::{DecodeError, Message};
use std::collections::BTreeMap;

/// A message that is one map, in field 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map<V>(pub BTreeMap<String, V>);

impl<V: Message + Default> Message for Map<V> {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        encode(1, &self.0, buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1 => merge(&mut self.0, buf, context),
            _ => encoding::skip_field(wire_type, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        encoded_len(1, &self.0)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Writes a field that is a map.
pub fn encode<V: Message>(tag: u32, entries: &BTreeMap<String, V>, buf: &mut impl BufMut) {
    for (key, value) in entries {
        encoding::encode_key(tag, WireType::LengthDelimited, buf);
        encoding::encode_varint(entry_len(key, value) as u64, buf);
        encoding::string::encode(1, key, buf);
        encoding::message::encode(2, value, buf);
    }
}

/// Reads an entry of a field that is a map.
pub fn merge<V: Message + Default>(
    entries: &mut BTreeMap<String, V>,
    buf: &mut impl Buf,
    context: DecodeContext,
) -> Result<(), DecodeError> {
    btree_map::merge(encoding::string::merge, encoding::message::merge, entries, buf, context)
}

/// The length in bytes of a field that is a map.
pub fn encoded_len<V: Message>(tag: u32, entries: &BTreeMap<String, V>) -> usize {
    let with_length = |len: usize| encoding::key_len(tag) + encoding::encoded_len_varint(len as u64) + len;
    entries.iter().map(|(key, value)| with_length(entry_len(key, value))).sum()
}

fn entry_len<V: Message>(key: &String, value: &V) -> usize {
    encoding::string::encoded_len(1, key) + encoding::message::encoded_len(2, value)
}
