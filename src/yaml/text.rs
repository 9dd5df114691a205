//! Data as canonical YAML: blocks, two blanks a level, keys in their order, the same bytes for the same data.
//! How a string is written is `literal`'s.
//!
//! This is not the library's writer, since that leaves bare what readers of YAML 1.1 take for something else (`yes`, `1_000`,
//! `12:30:45`), and kubectl is one: Go's yaml.v2 lies under sigs.k8s.io/yaml.

use super::literal::{block, one_line};
use serde_yaml::{Mapping, Value};

/// The longest key that is written as `key:`; readers look no further than 1024 characters for the colon.
const LONGEST_KEY: usize = 900;

/// A value as a YAML document, ending in a line end. Every reader of YAML 1.1 or 1.2 reads the same data from it. Tags are not
/// written: [`super::documents`] lets none in.
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    let mut writer = Writer { out: &mut out };
    match plain(value) {
        Some(text) => writer.line(&text),
        None => writer.collection(value, 0, Begun::No),
    }
    out
}

/// Whether the first line of a collection stands on a line that is begun already, after `- `.
#[derive(Clone, Copy, PartialEq)]
enum Begun {
    Yes,
    No,
}

struct Writer<'o> {
    out: &'o mut String,
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indent(&mut self, level: usize, begun: Begun) {
        if begun == Begun::No {
            self.out.extend(std::iter::repeat_n("  ", level));
        }
    }

    /// A list or map that is not empty, or a text of several lines, each line at `level`.
    fn collection(&mut self, value: &Value, level: usize, begun: Begun) {
        match value {
            Value::Sequence(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.indent(level, if i == 0 { begun } else { Begun::No });
                    self.out.push_str("- ");
                    self.after_mark(item, level);
                }
            }
            Value::Mapping(map) => self.mapping(map, level, begun),
            Value::Tagged(tagged) => self.collection(&tagged.value, level, begun),
            Value::String(text) => {
                // A text alone in a document: its lines are indented as if they belonged to a key.
                self.string(text, level);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn mapping(&mut self, map: &Mapping, level: usize, begun: Begun) {
        for (i, (key, value)) in map.iter().enumerate() {
            self.indent(level, if i == 0 { begun } else { Begun::No });
            let short = match key {
                Value::String(text) => Some(one_line(text)).filter(|key| key.len() <= LONGEST_KEY),
                other => plain(other),
            };
            match short {
                Some(key) => self.out.push_str(&key),
                None => {
                    self.out.push_str("? ");
                    match key {
                        Value::String(text) => self.line(&one_line(text)),
                        key => self.after_mark(key, level),
                    }
                    self.indent(level, Begun::No);
                }
            }
            self.out.push(':');
            match (plain(value), value) {
                (Some(text), _) => self.line(&format!(" {text}")),
                (None, Value::String(text)) => {
                    self.out.push(' ');
                    self.string(text, level);
                }
                (None, value) => {
                    self.line("");
                    self.collection(value, level + 1, Begun::No);
                }
            }
        }
    }

    /// A value after `- ` or `? `, which stand at `level`.
    fn after_mark(&mut self, value: &Value, level: usize) {
        match (plain(value), value) {
            (Some(text), _) => self.line(&text),
            (None, Value::String(text)) => self.string(text, level),
            (None, value) => self.collection(value, level + 1, Begun::Yes),
        }
    }

    /// A text of several lines that belongs to something at `level`.
    fn string(&mut self, text: &str, level: usize) {
        let Some(head) = block(text) else { return self.line(&one_line(text)) };
        self.line(head);
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(level + 1, Begun::No);
            }
            self.line(line);
        }
    }
}

/// What fits on the line of its key.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".into()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::String(text) => block(text).is_none().then(|| one_line(text)),
        Value::Sequence(items) => items.is_empty().then(|| "[]".into()),
        Value::Mapping(map) => map.is_empty().then(|| "{}".into()),
        Value::Tagged(tagged) => plain(&tagged.value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Keys, Rules, Typing, Unknown, documents, parse, read};
    use super::*;
    use crate::diag::Problems;
    use crate::yaml::Dialect;

    /// Everything that some reader might take for something else, or cut, fold or trim.
    fn nasty() -> Vec<String> {
        let mut all: Vec<String> = [
            "",
            "y",
            "Y",
            "yes",
            "Yes",
            "no",
            "on",
            "Off",
            "true",
            "TRUE",
            "null",
            "~",
            "Null",
            "010",
            "1_000",
            "0o17",
            "1e3",
            "12:30:45",
            "190:20:30.15",
            "2001-01-01",
            "2001-12-14 21:59:43",
            "0x1F",
            "0b11",
            ".5",
            "5.",
            "1.10",
            "-1",
            "+1",
            ".inf",
            "-.INF",
            ".nan",
            "<<",
            "=",
            "-",
            "--",
            "---",
            "...",
            "--- a",
            "- a",
            "? a",
            ": a",
            "a: b",
            "a:",
            "a #b",
            "#",
            "&a",
            "*a",
            "!a",
            "!!str a",
            "| a",
            "> a",
            "%",
            "@",
            "`",
            "[",
            "]",
            "{",
            "}",
            ",",
            " ",
            "  a",
            "a  ",
            "\t",
            "\ta",
            "a\t",
            "'",
            "''",
            "\"",
            "\"a\"",
            "\\",
            "\\n",
            "it's",
            "a\u{a0}",
            "\u{a0}a",
            "é",
            "日本",
            "🎉",
            "\u{feff}a",
            "\u{85}",
            "\u{2028}",
            "\u{7f}",
            "\0",
            "\u{1b}[0m",
            "\r",
            "a\rb",
            "a\r\nb\r\n",
            "\n",
            "\n\n",
            " \n",
            "a\n",
            "a\nb",
            "a\n\nb\n\n",
            "\na",
            "\n\na\n",
            " a\nb",
            "a\n b\n",
            "\ta\nb",
            "a\n\tb",
            "a\n \n b",
            "a \nb \n",
            "#a\n#b\n",
            "---\na: b\n...\n",
            "a: |\n  b\n",
            "{\"a\": [1, 'x']}",
            "key: {a}\n- b\n",
            "\"a\nb\"",
            "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
            "a\n\u{7}b",
            "1\n2\n",
            "\u{e000}",
            "a,b",
            "a, b]",
            "%YAML 1.2\n---\n",
            "a\n\n\n",
            "x\n  ",
            "\u{10ffff}",
        ]
        .iter()
        .map(|s| (*s).to_string())
        .collect();
        all.push("long ".repeat(400));
        all.push("k".repeat(2000));
        all
    }

    fn strings() -> Value {
        let list: Vec<Value> = nasty().into_iter().map(Value::String).collect();
        let map: Mapping = nasty().into_iter().map(|s| (Value::String(s.clone()), Value::String(s))).collect();
        let nested: Mapping =
            [(Value::from("list"), Value::Sequence(vec![Value::Mapping(map.clone()), Value::Sequence(list.clone())]))]
                .into_iter()
                .collect();
        Value::Sequence(vec![Value::Sequence(list), Value::Mapping(map), Value::Mapping(nested)])
    }

    #[test]
    fn every_string_survives_every_reader() {
        let value = strings();
        let text = to_text(&value);
        assert_eq!(documents(&text), Ok(vec![value.clone()]));
        let mut problems = Problems::new();
        let node = parse(std::path::Path::new("x"), &text, &mut problems).unwrap();
        for dialect in [Dialect::V2, Dialect::V4] {
            let rules = Rules { keys: Keys::Exact, unknown: Unknown::Error, typing: Typing::Weak, dialect, forms: &[] };
            assert_eq!(read::<Value>(&node, rules, &mut problems), Some(value.clone()));
        }
        assert!(problems.is_empty());
    }

    #[test]
    fn every_string_survives_alone_in_a_document() {
        for text in nasty() {
            let value = Value::String(text.clone());
            let written = to_text(&value);
            assert!(written.ends_with('\n'));
            assert_eq!(documents(&written), Ok(vec![value]), "{written:?}");
            let node = parse(std::path::Path::new("x"), &written, &mut Problems::new()).unwrap();
            assert!(matches!(&node.content, Content::Scalar(s) if s.text == text), "{written:?}");
        }
    }

    #[test]
    fn data_is_written_in_blocks_and_in_its_order() {
        let value: Value = serde_yaml::from_str(
            "{kind: ConfigMap, apiVersion: v1, data: {run.sh: \"#!/bin/sh\\necho hi\\n\", on: 'yes', n: 3, f: 1.5}, args: [a, [b, c], {d: e, f: [g]}], none: ~, no: [], nil: {}}",
        )
        .unwrap();
        let wanted = "kind: ConfigMap\napiVersion: v1\ndata:\n  run.sh: |\n    #!/bin/sh\n    echo hi\n  \"on\": \"yes\"\n  \"n\": 3\n  f: 1.5\nargs:\n  - a\n  - - b\n    - c\n  - d: e\n    f:\n      - g\nnone: null\n\"no\": []\nnil: {}\n";
        assert_eq!(to_text(&value), wanted);
        assert_eq!(documents(wanted), Ok(vec![value]));
    }

    #[test]
    fn keys_that_are_no_words_are_kept() {
        let key = Value::Sequence(vec![Value::from("a"), Value::from(1)]);
        let map: Mapping = [
            (key, Value::from("x")),
            (Value::from(8080), Value::from("y")),
            (Value::from(true), Value::Sequence(vec![Value::Null])),
        ]
        .into_iter()
        .collect();
        let text = to_text(&Value::Mapping(map.clone()));
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), Value::Mapping(map));
    }
}
