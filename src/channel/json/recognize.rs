//! Which message a file is. Protobuf does not say, so every type that a file of a channel can have is tried.

use super::schema::{BLOCK, CONFIG, CONFIG_ENVELOPE, CONFIG_UPDATE, CONFIG_UPDATE_ENVELOPE, ENVELOPE, Message};
use super::{Form, decode};
use serde_json::Value;

/// The types of files, and what one of each always has. Of two that fit as well, the first is meant.
const CANDIDATES: &[(&Message, &[&str])] = &[
    (&BLOCK, &["header", "data"]),
    (&ENVELOPE, &["payload"]),
    (&CONFIG_UPDATE_ENVELOPE, &["config_update"]),
    (&CONFIG_UPDATE, &["write_set"]),
    (&CONFIG_ENVELOPE, &["config"]),
    (&CONFIG, &["channel_group"]),
];

/// The type that fits best: of those that can be read and have what their type always has, the one with the fewest fields that
/// its type does not know. `None` where nothing fits.
pub fn recognize(bytes: &[u8]) -> Option<&'static Message> {
    let fit = |(message, needed): &(&'static Message, &[&str])| {
        let decoded = decode(bytes, message, Form::V3).ok()?;
        let has = |key: &str| is_something(&decoded.value[key]);
        needed.iter().all(|key| has(key)).then_some((decoded.remarks.len(), *message))
    };
    CANDIDATES.iter().filter_map(fit).min_by_key(|(remarks, _)| *remarks).map(|(_, message)| message)
}

/// Whether a part says anything: an empty message is everything and nothing.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(map) => map.values().any(is_something),
        Value::Array(list) => !list.is_empty(),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Number(number) => number.as_i64() != Some(0),
        Value::Bool(set) => *set,
    }
}
