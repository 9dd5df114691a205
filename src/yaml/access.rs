//! What serde asks of lists and maps while it walks: items, keys, values, and the places of `Spanned`.
//! The values themselves are `de`'s.

use super::de::De;
use super::node::Node;
use super::read::{Failure, Path};
use super::spanned::SPANNED;
use serde::de::value::{StrDeserializer, U32Deserializer, UnitDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

type Result<T> = std::result::Result<T, Failure>;

/// The items of a list.
pub(super) struct Items<'i> {
    pub items: std::slice::Iter<'i, (usize, &'i Node)>,
    pub of: &'i De<'i>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let Some(&(i, node)) = self.items.next() else { return Ok(None) };
        let path = Path::Index(&self.of.path, i);
        seed.deserialize(De { node, path, context: self.of.context }).map(Some).map_err(|e| e.at(node, path))
    }
}

/// An entry of a mapping, under the name that the struct has for it.
pub(super) struct Field<'f> {
    pub key: &'f Node,
    pub name: Option<&'static str>,
    pub value: &'f Node,
}

/// The entries of a mapping, of which `value` is the one whose key was given.
pub(super) struct Fields<'f> {
    pub fields: std::slice::Iter<'f, Field<'f>>,
    pub value: Option<&'f Field<'f>>,
    pub of: &'f De<'f>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.value = self.fields.next();
        let Some(field) = self.value else { return Ok(None) };
        match field.name {
            Some(name) => seed.deserialize(StrDeserializer::new(name)).map(Some),
            None => seed.deserialize(KeyDe { key: field.key, of: *self.of }).map(Some).map_err(|e| e.at(field.key, self.of.path)),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        let Some(field) = self.value.take() else { return seed.deserialize(UnitDeserializer::new()) };
        let path = Path::Key(&self.of.path, field.key.text().unwrap_or_default());
        let value = De { node: field.value, path, context: self.of.context };
        seed.deserialize(value).map_err(|e| e.at(field.value, path))
    }
}

/// A key of a map: always its own text.
struct KeyDe<'n> {
    key: &'n Node,
    of: De<'n>,
}

impl<'de> Deserializer<'de> for KeyDe<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(self.key.text().unwrap_or_default())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != SPANNED {
            return visitor.visit_newtype_struct(self);
        }
        let text = Node::string(self.key.text().unwrap_or_default(), self.key.place.clone());
        visitor.visit_seq(Placed { next: 0, place: De { node: &text, path: self.of.path, context: self.of.context } })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(IntoDeserializer::<Failure>::into_deserializer(self.key.text().unwrap_or_default()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

/// What a `Spanned` asks for: file, line, value.
pub(super) struct Placed<'n> {
    pub next: u8,
    pub place: De<'n>,
}

impl<'de> SeqAccess<'de> for Placed<'_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let De { node, path, .. } = self.place;
        self.next += 1;
        match self.next {
            1 => seed.deserialize(StrDeserializer::new(node.place.name())),
            2 => seed.deserialize(U32Deserializer::new(node.place.line().unwrap_or_default())),
            _ => seed.deserialize(self.place).map_err(|e| e.at(node, path)),
        }
        .map(Some)
    }
}
