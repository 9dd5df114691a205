//! The walk over a tree as serde asks for it: each value as the type of its field, problems on the way.
//! What a scalar becomes is `convert`'s; what is said of a problem is `report`'s.

use super::access::{Field, Fields, Items, Placed};
use super::convert::{Width, boolean, float, integer, listed, string};
use super::merge::Dialect;
use super::node::{Content, Node};
use super::read::{Failure, Keys, Path, Typing};
use super::report::{BOOLEAN, Context};
use super::scalar::Resolved;
use super::spanned::SPANNED;
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

type Result<T> = std::result::Result<T, Failure>;

/// A value to be read.
#[derive(Clone, Copy)]
pub(super) struct De<'n> {
    pub node: &'n Node,
    pub path: Path<'n>,
    pub context: &'n Context,
}

impl<'n> De<'n> {
    fn weak(&self) -> bool {
        self.context.rules.typing == Typing::Weak
    }

    fn wrong(&self, expected: &str) {
        self.context.wrong(self.node, self.path, expected);
    }

    /// The scalar as `convert` has it; null is the zero value, and so is what is wrong, which is reported.
    fn scalar<T: Default>(&self, expected: &str, convert: impl Fn(&super::Scalar) -> Option<T>) -> T {
        match &self.node.content {
            Content::Scalar(_) if self.node.is_null() => T::default(),
            Content::Scalar(scalar) => convert(scalar).unwrap_or_else(|| {
                self.wrong(expected);
                T::default()
            }),
            Content::Sequence(_) | Content::Mapping(_) => {
                self.wrong(expected);
                T::default()
            }
        }
    }

    fn int(&self, width: Width) -> i128 {
        self.scalar(&width.expected(), |scalar| integer(scalar, width, self.context.rules))
    }

    fn float(&self) -> f64 {
        self.scalar("a number", |scalar| float(scalar, self.context.rules))
    }

    fn string(&self) -> String {
        self.scalar("a string", |scalar| string(scalar, self.context.rules))
    }

    fn items<'de, V: Visitor<'de>>(&self, items: &[Node], visitor: V) -> Result<V::Value> {
        // v4 leaves nulls out of lists of strings, numbers and structs (`sequence` and `null` in its constructor.go).
        let drop = self.context.rules.typing == Typing::Go && self.context.rules.dialect == Dialect::V4;
        let items: Vec<(usize, &Node)> = items.iter().enumerate().filter(|(_, item)| !(drop && item.is_null())).collect();
        visitor.visit_seq(Items { items: items.iter(), of: self })
    }

    fn all_items<'de, V: Visitor<'de>>(&self, items: &[Node], visitor: V) -> Result<V::Value> {
        let items: Vec<(usize, &Node)> = items.iter().enumerate().collect();
        visitor.visit_seq(Items { items: items.iter(), of: self })
    }

    fn entries<'de, V: Visitor<'de>>(&self, entries: &[(Node, Node)], visitor: V) -> Result<V::Value> {
        let fields = entries.iter().map(|(key, value)| Field { key, name: None, value }).collect::<Vec<_>>();
        visitor.visit_map(Fields { fields: fields.iter(), value: None, of: self })
    }

    /// The zero value of a collection after a problem: whatever fails on the way to it is told of already.
    fn none<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(Fields { fields: [].iter(), value: None, of: self }).map_err(Failure::reported)
    }

    /// The keys of a mapping that a struct knows, each once; the others are reported.
    fn known<'m>(&self, entries: &'m [(Node, Node)], names: &'static [&'static str]) -> Vec<Field<'m>> {
        let exact = |text: &str| names.iter().find(|n| **n == text).copied();
        let mut fields: Vec<Field<'m>> = Vec::new();
        for (key, value) in entries {
            let text = key.text().unwrap_or_default();
            let name = exact(text).or_else(|| {
                let alike = |n: &&&'static str| self.context.rules.keys == Keys::AnyCase && n.eq_ignore_ascii_case(text);
                // A key that is spelt as the struct has it goes before one that is merely alike.
                let name = *names.iter().find(alike)?;
                (!entries.iter().any(|(k, _)| k.text() == Some(name))).then_some(name)
            });
            let path = Path::Key(&self.path, text);
            match name {
                Some(name) if !fields.iter().any(|f| f.name == Some(name)) => fields.push(Field { key, name: Some(name), value }),
                _ => {
                    // configtxgen drops nulls before it looks for unknown keys, though not within lists.
                    let harmless = self.weak() && value.is_null() && !self.path.in_list();
                    self.context.unknown(key, path, names, harmless);
                }
            }
        }
        fields.retain(|field| !field.value.is_null());
        fields
    }

    /// configtxgen panics where a key is no string to its YAML library (`toMapStringInterface` in viperutil).
    fn check_key(&self, key: &Node) {
        let Content::Scalar(scalar) = &key.content else {
            return self.context.wrong(key, Path::Key(&self.path, "?"), "a word");
        };
        let word = matches!(scalar.resolved(self.context.rules.dialect), Ok(Resolved::Text));
        if self.weak() && !word && !matches!(self.path, Path::Root) && !self.path.in_list() {
            self.context.no_string(key, Path::Key(&self.path, &scalar.text));
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty, $width:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            // `int` gives nothing that the width does not hold.
            visitor.$visit(<$type>::try_from(self.int($width)).unwrap_or_default())
        })*
    };
}

impl<'de> Deserializer<'de> for De<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.content {
            Content::Sequence(items) => self.all_items(items, visitor),
            Content::Mapping(entries) => self.entries(entries, visitor),
            Content::Scalar(scalar) => match scalar.resolved(self.context.rules.dialect) {
                Ok(Resolved::Null) => visitor.visit_unit(),
                Ok(Resolved::Bool(b)) => visitor.visit_bool(b),
                Ok(Resolved::Int(i)) => match i64::try_from(i) {
                    Ok(i) => visitor.visit_i64(i),
                    Err(_) => visitor.visit_u64(u64::try_from(i).unwrap_or_default()),
                },
                Ok(Resolved::Float(f)) => visitor.visit_f64(f),
                Ok(Resolved::Text) => visitor.visit_str(&scalar.text),
                Err(tag) => {
                    self.wrong(&format!("what its tag `{tag}` says"));
                    visitor.visit_unit()
                }
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.scalar(BOOLEAN, |scalar| boolean(scalar, self.context.rules)))
    }

    integers! {
        deserialize_i8 visit_i8 i8, Width::Signed(8);
        deserialize_i16 visit_i16 i16, Width::Signed(16);
        deserialize_i32 visit_i32 i32, Width::Signed(32);
        deserialize_i64 visit_i64 i64, Width::Signed(64);
        deserialize_u8 visit_u8 u8, Width::Unsigned(8);
        deserialize_u16 visit_u16 u16, Width::Unsigned(16);
        deserialize_u32 visit_u32 u32, Width::Unsigned(32);
        deserialize_u64 visit_u64 u64, Width::Unsigned(64);
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_f32(self.float() as f32)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_f64(self.float())
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string())
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == SPANNED { visitor.visit_seq(Placed { next: 0, place: self }) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.content {
            Content::Sequence(items) => self.items(items, visitor),
            Content::Scalar(_) if self.node.is_null() => self.items(&[], visitor),
            // mapstructure wraps what is no list into one, an empty map into none.
            Content::Mapping(entries) if self.weak() && entries.is_empty() => self.items(&[], visitor),
            Content::Scalar(scalar) if self.weak() && listed(&scalar.text).is_some() => {
                let texts = listed(&scalar.text).unwrap_or_default();
                let items: Vec<Node> = texts.into_iter().map(|t| Node::string(t, self.node.place.clone())).collect();
                self.items(&items, visitor)
            }
            _ if self.weak() => self.items(std::slice::from_ref(self.node), visitor),
            _ => {
                self.wrong("a list");
                self.items(&[], visitor).map_err(Failure::reported)
            }
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &'static str, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.content {
            Content::Mapping(entries) => {
                entries.iter().for_each(|(key, _)| self.check_key(key));
                let fields: Vec<Field<'_>> = entries
                    .iter()
                    .filter(|(key, value)| key.text().is_some() && !(self.weak() && value.is_null()))
                    .map(|(key, value)| Field { key, name: None, value })
                    .collect();
                visitor.visit_map(Fields { fields: fields.iter(), value: None, of: &self })
            }
            Content::Scalar(_) if self.node.is_null() => self.entries(&[], visitor),
            Content::Sequence(items) if self.weak() && items.is_empty() => self.entries(&[], visitor),
            _ => {
                self.wrong("a map");
                self.none(visitor)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match &self.node.content {
            Content::Mapping(entries) => {
                entries.iter().for_each(|(key, _)| self.check_key(key));
                let fields = self.known(entries, names);
                visitor.visit_map(Fields { fields: fields.iter(), value: None, of: &self })
            }
            Content::Scalar(_) if self.node.is_null() => self.entries(&[], visitor),
            _ => {
                self.wrong("a map");
                self.none(visitor)
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text = self.node.text().filter(|text| variants.contains(text));
        if text.is_none() {
            let words = variants.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(" or ");
            self.wrong(&words);
        }
        let word = text.or(variants.first().copied()).unwrap_or_default();
        visitor
            .visit_enum(IntoDeserializer::<Failure>::into_deserializer(word))
            .map_err(|e| if text.is_none() { e.reported() } else { e })
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !self.node.is_null() {
            self.wrong("empty");
        }
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf identifier }
}
