//! Rendered templates read as data.
//! What users wrote is read by `parse` and `read`, which know Go's ways.

use serde::Deserialize;
use serde_yaml::{Deserializer, Mapping, Value};

/// Parses YAML 1.2, a rendered template say, into one value a document; documents that hold nothing are left out. Keys become
/// strings, as Kubernetes has them; `<<` is a key like any other. The error is a line, counted from 1 (0 where there is none), and
/// what is wrong there: text that is no YAML, a key that stands twice, a tag, a key that is no scalar.
pub fn documents(text: &str) -> Result<Vec<Value>, (u32, String)> {
    let mut found = Vec::new();
    for document in Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|e| failed(&e))?;
        if !value.is_null() {
            found.push(data(value).map_err(|message| (0, message))?);
        }
    }
    Ok(found)
}

fn failed(error: &serde_yaml::Error) -> (u32, String) {
    let line = error.location().map_or(0, |l| u32::try_from(l.line()).unwrap_or(u32::MAX));
    (line, error.to_string())
}

fn data(value: Value) -> Result<Value, String> {
    Ok(match value {
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(data).collect::<Result<_, _>>()?),
        Value::Mapping(map) => {
            let mut out = Mapping::new();
            for (key, value) in map {
                let key = match key {
                    Value::String(key) => key,
                    Value::Number(key) => key.to_string(),
                    Value::Bool(key) => key.to_string(),
                    Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
                        return Err("a key is no string".into());
                    }
                };
                let twice = format!("the key `{key}` stands twice");
                if out.insert(Value::String(key), data(value)?).is_some() {
                    return Err(twice);
                }
            }
            Value::Mapping(out)
        }
        Value::Tagged(tagged) => return Err(format!("the tag `{}` means nothing in an object", tagged.tag)),
        scalar => scalar,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_is_a_value_and_empty_ones_are_none() {
        let found = documents("---\na: yes\n---\n# nothing\n---\nb: 1\n").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].get("a"), Some(&Value::from("yes")));
        assert_eq!(documents(""), Ok(vec![]));
        assert_eq!(documents("# nothing\n"), Ok(vec![]));
    }

    #[test]
    fn an_error_carries_its_line() {
        assert_eq!(documents("a: 1\nb: [\n").unwrap_err().0, 3);
        let (line, message) = documents("a:\n  b: 1\n  b: 2\n").unwrap_err();
        assert!(line > 0 && message.contains("duplicate"), "{line} {message}");
    }

    #[test]
    fn keys_are_strings() {
        assert_eq!(documents("8080: x\n").unwrap()[0].get("8080"), Some(&Value::from("x")));
        assert!(documents("1: x\n'1': y\n").is_err());
        assert!(documents("a: !x y\n").is_err());
    }
}
