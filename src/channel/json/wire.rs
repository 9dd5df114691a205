//! The protobuf wire format: a message taken apart into its fields, in their order. What they mean is the schema's.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use std::borrow::Cow;

/// A field's content as far as the wire says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw<'a> {
    Varint(u64),
    /// A text, bytes, a message or an entry of a map.
    Bytes(&'a [u8]),
    /// A number of fixed width or a group: Fabric's messages have none.
    Other,
}

/// A message's fields in the order of the wire, each with its number.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a>(Vec<(u32, Raw<'a>)>);

impl<'a> Fields<'a> {
    /// Takes a message apart, or says why the bytes are none.
    pub fn parse(mut bytes: &'a [u8]) -> Result<Self, String> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let (number, wire_type) = decode_key(&mut bytes).map_err(|e| e.to_string())?;
            let raw = match wire_type {
                WireType::Varint => Raw::Varint(decode_varint(&mut bytes).map_err(|e| e.to_string())?),
                WireType::LengthDelimited => {
                    let length = decode_varint(&mut bytes).map_err(|e| e.to_string())?;
                    let split = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
                    let (content, rest) = split.ok_or_else(|| {
                        format!("it is cut off: field {number} has {length} bytes, of which {} are there", bytes.len())
                    })?;
                    bytes = rest;
                    Raw::Bytes(content)
                }
                _ => {
                    skip_field(wire_type, number, &mut bytes, DecodeContext::default()).map_err(|e| e.to_string())?;
                    Raw::Other
                }
            };
            fields.push((number, raw));
        }
        Ok(Self(fields))
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, Raw<'a>)> + '_ {
        self.0.iter().copied()
    }

    /// Every content of a field of texts, bytes or messages.
    pub fn all_bytes(&self, number: u32) -> impl DoubleEndedIterator<Item = &'a [u8]> + '_ {
        self.0.iter().filter_map(move |(n, raw)| match raw {
            Raw::Bytes(bytes) if *n == number => Some(*bytes),
            _ => None,
        })
    }

    /// A field of bytes or text, of which the last counts.
    pub fn bytes(&self, number: u32) -> Option<&'a [u8]> {
        self.all_bytes(number).next_back()
    }

    /// A number, of which the last counts.
    pub fn varint(&self, number: u32) -> Option<u64> {
        self.0.iter().rev().find_map(|(n, raw)| match raw {
            Raw::Varint(value) if *n == number => Some(*value),
            _ => None,
        })
    }

    /// A message that stands here several times is one, put together (protobuf's rule of merging): so are its bytes.
    pub fn merged(&self, number: u32) -> Option<Cow<'a, [u8]>> {
        let parts: Vec<&[u8]> = self.all_bytes(number).collect();
        match parts.as_slice() {
            [] => None,
            [only] => Some(Cow::Borrowed(only)),
            parts => Some(Cow::Owned(parts.concat())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_the_order_of_the_wire() {
        let fields = Fields::parse(&[0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x0d, 1, 2, 3, 4]).unwrap();
        let expected = [(1, Raw::Varint(150)), (2, Raw::Bytes(b"hi")), (1, Raw::Other)];
        assert_eq!(fields.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_no_message() {
        for wrong in [
            &[0x12, 0x05, b'h'][..],
            &[0x12],
            &[0x08, 0xff],
            &[0x00],
            &[0x0c],
            &[0x0d, 1],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(Fields::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_last_of_several_counts_and_messages_are_put_together() {
        let fields = Fields::parse(&[0x0a, 1, b'a', 0x0a, 1, b'b', 0x08, 1, 0x08, 2]).unwrap();
        assert_eq!((fields.bytes(1), fields.varint(1)), (Some(&b"b"[..]), Some(2)));
        assert_eq!((fields.merged(1).as_deref(), fields.merged(2)), (Some(&b"ab"[..]), None));
    }
}
