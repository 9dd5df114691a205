//! `META-INF` of a chaincode: the indexes that peers make in CouchDB when it is defined. What else a folder has is `source`'s.

use serde_json::Value;

/// Whether a file may lie in `META-INF`, by its path in the package (`META-INF/statedb/couchdb/indexes/owner.json`) and what is in it;
/// if not, why (fabric `internal/ccmetadata/validators.go`).
pub fn check(path: &str, bytes: &[u8]) -> Result<(), String> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_place = match parts.as_slice() {
        ["META-INF", "statedb", "couchdb", "indexes", _, ..] => true,
        ["META-INF", "statedb", "couchdb", "collections", collection, "indexes", _, ..] => is_collection(collection),
        _ => false,
    };
    if !is_place || !path.ends_with(".json") {
        return Err(
            "indexes are JSON files in `META-INF/statedb/couchdb/indexes/`, or in `…/couchdb/collections/<collection>/indexes/`"
                .to_owned(),
        );
    }
    let index: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let Value::Object(index) = index else { return Err("it is no JSON object".to_owned()) };
    for (key, value) in &index {
        match key.as_str() {
            "index" => check_fields(value)?,
            "ddoc" | "name" if value.is_string() => {}
            "ddoc" | "name" => return Err(format!("`{key}` is no text")),
            "type" if value == "json" => {}
            "type" => return Err("`type` is not `json`".to_owned()),
            other => return Err(format!("an index has no key `{other}`: it has `index`, `ddoc`, `name` and `type`")),
        }
    }
    if index.contains_key("index") { Ok(()) } else { Err("it has no `index`".to_owned()) }
}

/// `[A-Za-z0-9_-]+`.
pub fn is_collection(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn check_fields(index: &Value) -> Result<(), String> {
    let Value::Object(index) = index else { return Err("`index` is no JSON object".to_owned()) };
    for (key, value) in index {
        match (key.as_str(), value) {
            ("fields", Value::Array(fields)) => fields.iter().try_for_each(check_field)?,
            ("fields", _) => return Err("`index.fields` is no list".to_owned()),
            ("partial_filter_selector", _) => {}
            (other, _) => {
                return Err(format!("`index` has no key `{other}`: it has `fields` and `partial_filter_selector`"));
            }
        }
    }
    Ok(())
}

/// A field's name, or its name with a direction.
fn check_field(field: &Value) -> Result<(), String> {
    let Value::Object(field) = field else { return Ok(()) };
    let is_direction =
        |value: &Value| value.as_str().is_some_and(|word| matches!(word.to_ascii_lowercase().as_str(), "asc" | "desc"));
    match field.iter().find(|(_, value)| !is_direction(value)) {
        Some((name, value)) => Err(format!("the field `{name}` is sorted by `{value}`: it is `asc` or `desc`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"{"index": {"fields": ["owner", {"size": "desc"}]}, "ddoc": "d", "name": "n", "type": "json"}"#;

    #[test]
    fn indexes_lie_where_peers_look() {
        for path in ["META-INF/statedb/couchdb/indexes/a.json", "META-INF/statedb/couchdb/collections/my_1/indexes/a.json"] {
            assert_eq!(check(path, INDEX.as_bytes()), Ok(()), "{path}");
        }
        for path in [
            "META-INF/a.json",
            "META-INF/statedb/leveldb/indexes/a.json",
            "META-INF/statedb/couchdb/indexes/a.txt",
            "META-INF/statedb/couchdb/collections/a.b/indexes/a.json",
            "META-INF/statedb/couchdb/collections/indexes/a.json",
        ] {
            assert!(check(path, INDEX.as_bytes()).is_err(), "{path}");
        }
    }

    #[test]
    fn an_index_is_what_couchdb_takes() {
        let path = "META-INF/statedb/couchdb/indexes/a.json";
        for wrong in [
            "{",
            "[]",
            "{}",
            r#"{"index": {"fields": "a"}}"#,
            r#"{"index": {"fields": [{"a": "up"}]}}"#,
            r#"{"index": {"more": 1}}"#,
            r#"{"index": {"fields": []}, "ddoc": 1}"#,
            r#"{"index": {"fields": []}, "type": "text"}"#,
            r#"{"index": {"fields": []}, "more": 1}"#,
        ] {
            assert!(check(path, wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
