//! Values that fabkube passes on as they are: Kubernetes' own structures, and settings of Fabric. They keep their places.
//! What may stand in them is whoever's who takes them.

use super::{Mapping, Ordered, Spanned, Value};
use crate::diag::Place;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A map of [`Free`] values, in the user's order.
pub type FreeMap = Ordered<Spanned<Free>>;

/// Any value, understood without a type, with the places of all that is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Free {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Free>>),
    Map(FreeMap),
}

impl Free {
    /// The text of a text; nothing else is one.
    pub fn text(&self) -> Option<&str> {
        if let Free::Text(text) = self { Some(text) } else { None }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Spanned<Free>] {
        if let Free::List(items) = self { items } else { &[] }
    }

    /// What is under a key of a map; null where there is no such key, or this is no map.
    pub fn get(&self, key: &str) -> &Free {
        const NOTHING: &Free = &Free::Null;
        if let Free::Map(map) = self { map.get(key).map_or(NOTHING, |value| &value.value) } else { NOTHING }
    }

    /// What data is, all of it at one place.
    pub fn of_data(data: &Value, place: &Place) -> Free {
        let at_place = |data: &Value| Spanned::new(Free::of_data(data, place), place.clone());
        match data {
            Value::Null => Free::Null,
            Value::Bool(word) => Free::Bool(*word),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Free::Int(number),
                (None, Some(number)) => Free::Unsigned(number),
                (None, None) => Free::Float(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Free::Text(text.clone()),
            Value::Sequence(items) => Free::List(items.iter().map(at_place).collect()),
            Value::Mapping(entries) => {
                let text = |key: &Value| key.as_str().map(|key| Spanned::new(key.to_owned(), place.clone()));
                Free::Map(Ordered(entries.iter().filter_map(|(key, value)| Some((text(key)?, at_place(value)))).collect()))
            }
            Value::Tagged(tagged) => Free::of_data(&tagged.value, place),
        }
    }

    /// As data. A null under a key is left out: it says nothing, to Helm and to Kubernetes.
    pub fn data(&self) -> Value {
        match self {
            Free::Null => Value::Null,
            Free::Bool(word) => Value::Bool(*word),
            Free::Int(number) => Value::Number((*number).into()),
            Free::Unsigned(number) => Value::Number((*number).into()),
            Free::Float(number) => Value::Number((*number).into()),
            Free::Text(text) => Value::String(text.clone()),
            Free::List(items) => Value::Sequence(items.iter().map(|item| item.data()).collect()),
            Free::Map(map) => map.data(),
        }
    }
}

impl FreeMap {
    /// As data, see [`Free::data`].
    pub fn data(&self) -> Value {
        let given = self.iter().filter(|(_, value)| value.value != Free::Null);
        Value::Mapping(given.map(|(key, value)| (Value::String(key.value.clone()), value.data())).collect::<Mapping>())
    }
}

impl<'de> Deserialize<'de> for Free {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Free;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E: Error>(self) -> Result<Free, E> {
                Ok(Free::Null)
            }

            fn visit_bool<E: Error>(self, word: bool) -> Result<Free, E> {
                Ok(Free::Bool(word))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Free, E> {
                Ok(Free::Int(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Free, E> {
                Ok(Free::Unsigned(number))
            }

            /// JSON, which is what Kubernetes and templates read, has no other numbers than finite ones.
            fn visit_f64<E: Error>(self, number: f64) -> Result<Free, E> {
                if number.is_finite() { Ok(Free::Float(number)) } else { Err(E::custom("a number must be finite")) }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Free, E> {
                Ok(Free::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Free, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Free::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Free, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Free::Map(Ordered(entries)))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Keys, Rules, Typing, Unknown, parse, read, to_text};
    use super::*;
    use crate::diag::Problems;
    use std::path::Path;

    const STRICT: Rules =
        Rules { keys: Keys::Exact, unknown: Unknown::Error, typing: Typing::Go, dialect: Dialect::Strict, forms: &[] };

    fn free(text: &str) -> (Option<FreeMap>, Vec<String>) {
        let mut problems = Problems::new();
        let node = parse(Path::new("v.yaml"), text, &mut problems).unwrap().merged(Dialect::Strict, &mut problems);
        let value = read(&node, STRICT, &mut problems);
        (value, problems.iter().map(|problem| problem.to_string()).collect())
    }

    #[test]
    fn every_value_keeps_its_place_and_its_type() {
        let (value, problems) = free("a:\n  - {b: 1, c: 'x'}\n  - yes\nd: 1.5\ne: 18446744073709551615\n");
        assert!(problems.is_empty(), "{problems:?}");
        let value = value.unwrap();
        let list = &value.get("a").unwrap().value;
        assert_eq!(list.items()[1].place.line(), Some(3));
        assert_eq!((list.items()[0].get("c").text(), list.items()[0].get("z")), (Some("x"), &Free::Null));
        assert_eq!(to_text(&value.data()), "a:\n  - b: 1\n    c: x\n  - true\nd: 1.5\ne: 18446744073709551615\n");
    }

    #[test]
    fn a_null_under_a_key_says_nothing() {
        assert_eq!(to_text(&free("a: [{b: , c: {d: ~}}, ~]\ne:\n").0.unwrap().data()), "a:\n  - c: {}\n  - null\n");
    }

    #[test]
    fn a_number_without_end_is_refused_at_its_line() {
        let (value, problems) = free("a:\n  b: .inf\n");
        assert!(value.is_none());
        assert_eq!(problems, ["error[FK0103]: `a.b`: a number must be finite\n  --> v.yaml:2"]);
    }
}
