//! What may stand in a mirror: its keys and types, as serde asks for them. Reading values is `de`'s.

use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// What may stand in a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Whatever the user writes.
    #[default]
    Any,
    Text,
    Truth,
    Number,
    List(Box<Shape>),
    /// Under keys of the user's.
    Map(Box<Shape>),
    /// Under keys that are known.
    Struct(Vec<(&'static str, Shape)>),
}

/// What may stand in a value of a type; the error is what its `Deserialize` said.
pub fn shape<T: DeserializeOwned>() -> Result<Shape, String> {
    let mut shape = Shape::Any;
    T::deserialize(Asked { shape: &mut shape }).map_err(|e| e.to_string())?;
    Ok(shape)
}

/// A value that notes what it is asked for, and answers with the least of that.
struct Asked<'s> {
    shape: &'s mut Shape,
}

macro_rules! answers {
    ($($method:ident $shape:ident $visit:ident($answer:expr);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            *self.shape = Shape::$shape;
            visitor.$visit($answer)
        })*
    };
}

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    answers! {
        deserialize_bool Truth visit_bool(false);
        deserialize_i8 Number visit_i8(0);
        deserialize_i16 Number visit_i16(0);
        deserialize_i32 Number visit_i32(0);
        deserialize_i64 Number visit_i64(0);
        deserialize_u8 Number visit_u8(0);
        deserialize_u16 Number visit_u16(0);
        deserialize_u32 Number visit_u32(0);
        deserialize_u64 Number visit_u64(0);
        deserialize_f32 Number visit_f32(0.0);
        deserialize_f64 Number visit_f64(0.0);
        deserialize_str Text visit_str("");
        deserialize_string Text visit_str("");
        deserialize_char Text visit_str("");
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut item = Shape::Any;
        let answer = visitor.visit_seq(Once { shape: Some(&mut item) })?;
        *self.shape = Shape::List(Box::new(item));
        Ok(answer)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut value = Shape::Any;
        let answer = visitor.visit_map(Once { shape: Some(&mut value) })?;
        *self.shape = Shape::Map(Box::new(value));
        Ok(answer)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut fields = Vec::new();
        let answer = visitor.visit_map(Fields { names: names.iter(), fields: &mut fields })?;
        *self.shape = Shape::Struct(fields);
        Ok(answer)
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any }
}

/// A list of one item, or a map of one entry.
struct Once<'s> {
    shape: Option<&'s mut Shape>,
}

impl<'de> SeqAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.shape.take().map(|shape| seed.deserialize(Asked { shape })).transpose()
    }
}

impl<'de> MapAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let mut key = Shape::Any;
        self.shape.is_some().then(|| seed.deserialize(Asked { shape: &mut key })).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let mut unasked = Shape::Any;
        seed.deserialize(Asked { shape: self.shape.take().unwrap_or(&mut unasked) })
    }
}

/// Every field of a struct, one after the other.
struct Fields<'s> {
    names: std::slice::Iter<'static, &'static str>,
    fields: &'s mut Vec<(&'static str, Shape)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(name) = self.names.next() else { return Ok(None) };
        self.fields.push((name, Shape::Any));
        let name: StrDeserializer<'_, Error> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let mut shape = Shape::Any;
        let answer = seed.deserialize(Asked { shape: &mut shape })?;
        if let Some((_, field)) = self.fields.last_mut() {
            *field = shape;
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FreeMap, Ordered, Spanned};
    use super::*;
    use serde::Deserialize;

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    #[allow(dead_code, reason = "its fields are asked for, and never read")]
    struct Whole {
        some_text: Spanned<String>,
        perhaps: Option<Spanned<Part>>,
        parts: Vec<Spanned<Part>>,
        by_name: Ordered<Spanned<Part>>,
        free: FreeMap,
    }

    #[derive(Clone, Default, Deserialize)]
    #[serde(default)]
    #[allow(dead_code, reason = "its fields are asked for, and never read")]
    struct Part {
        on: bool,
        number: Option<i64>,
    }

    #[test]
    fn a_mirror_is_known_by_what_it_asks_for() {
        let part = Shape::Struct(vec![("on", Shape::Truth), ("number", Shape::Number)]);
        let whole = Shape::Struct(vec![
            ("someText", Shape::Text),
            ("perhaps", part.clone()),
            ("parts", Shape::List(Box::new(part.clone()))),
            ("byName", Shape::Map(Box::new(part))),
            ("free", Shape::Map(Box::new(Shape::Any))),
        ]);
        assert_eq!(shape::<Whole>(), Ok(whole));
    }
}
