//! JSON as Go writes it (`encoding/json`, indented by tabs): what configtxlator prints byte for byte.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// A value, with a line feed at the end. Keys come in the order in which they stand.
pub fn text(value: &Value) -> String {
    let mut bytes = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"\t")));
    debug_assert!(written.is_ok(), "a value can always be written to memory");
    let mut text = String::with_capacity(bytes.len() + 1);
    // Go escapes what HTML and JavaScript could take for something else; outside of strings JSON has none of it.
    for c in String::from_utf8_lossy(&bytes).chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_written_as_go_writes_it() {
        let value = json!({"a": [], "b": {}, "c": ["<&>\u{2028}\"\\\n\t\u{1}é"], "d": null});
        let expected = "{\n\t\"a\": [],\n\t\"b\": {},\n\t\"c\": [\n\t\t\"\\u003c\\u0026\\u003e\\u2028\\\"\\\\\\n\\t\\u0001é\"\n\t],\n\t\"d\": null\n}\n";
        assert_eq!(text(&value), expected);
    }
}
