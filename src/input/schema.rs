//! The JSON Schema of values.yaml: keys and types as its mirror asks for them, defaults and comments out of the embedded file. The
//! draft is the one that editors know best.

use super::values::words::words;
use super::values::{DEFAULTS, DEFAULTS_NAME, Settings};
use crate::diag::Problems;
use crate::yaml::{self, Content, Dialect, Free, Node, Shape};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What values.yaml may have. The error says what is wrong with fabkube's own file, which no user's can change.
pub fn schema() -> Result<Value, String> {
    let mut problems = Problems::new();
    let tree = yaml::parse(Path::new(DEFAULTS_NAME), DEFAULTS, &mut problems).ok_or("the defaults are no YAML")?;
    let writer = Writer { comments: Comments::new(DEFAULTS), tree: tree.merged(Dialect::Strict, &mut problems) };
    let levels = Levels { own: Some(&writer.tree), others: Vec::new() };
    let mut schema = writer.schema(&yaml::shape::<Settings>()?, "", &levels);
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("fabkube's values.yaml"));
    Ok(Value::Object(schema))
}

/// Where a value stands in the embedded file, and where others stand that mean the same to other levels.
struct Levels<'n> {
    own: Option<&'n Node>,
    others: Vec<&'n Node>,
}

impl<'n> Levels<'n> {
    fn below(&self, key: &str) -> Levels<'n> {
        let others = self.others.iter().filter_map(|level| level.get(key)).collect();
        Levels { own: self.own.and_then(|own| own.get(key)), others }
    }
}

struct Writer {
    comments: Comments,
    tree: Node,
}

impl Writer {
    fn schema(&self, shape: &Shape, path: &str, levels: &Levels<'_>) -> Map<String, Value> {
        let schema = match shape {
            Shape::Any => json!({}),
            Shape::Text => match words(path) {
                // A key without a value, or with null, leaves the choice as it is.
                Some(words) => json!({"enum": words.iter().map(|word| json!(word)).chain([Value::Null]).collect::<Vec<_>>()}),
                // Text is what stands there, whatever it looks like.
                None => json!({"type": ["string", "number", "boolean", "null"]}),
            },
            Shape::Truth => json!({"type": ["boolean", "null"]}),
            Shape::Number => json!({"type": ["integer", "null"]}),
            Shape::List(item) => json!({"type": ["array", "null"], "items": self.schema(item, path, &self.of_items(path))}),
            Shape::Map(value) => {
                json!({"type": ["object", "null"], "additionalProperties": self.schema(value, path, &self.of_items(path))})
            }
            Shape::Struct(fields) => {
                let properties = fields.iter().map(|(key, shape)| ((*key).to_owned(), self.property(key, shape, path, levels)));
                json!({
                    "type": ["object", "null"],
                    "properties": properties.collect::<Map<String, Value>>(),
                    "additionalProperties": false,
                })
            }
        };
        if let Value::Object(schema) = schema { schema } else { Map::new() }
    }

    fn property(&self, key: &str, shape: &Shape, path: &str, levels: &Levels<'_>) -> Value {
        let mut below = levels.below(key);
        if path.is_empty() || path == "orgs" || [("orgs.nodes", "couchdb"), ("chaincode", "dind")].contains(&(path, key)) {
            // What a component does not say of a setting is said where all pods have it, or of peers, which come first.
            below.others.extend(["defaults", "peer"].iter().filter_map(|component| self.tree.get(component)));
        }
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let mut schema = self.schema(shape, &path, &below);
        let said = levels.own.iter().chain(&levels.others).find_map(|level| self.comments.of(level, key));
        if let Some(text) = said.or_else(|| self.comments.left_out.get(key)).map(String::as_str).or_else(|| of_orgs(&path)) {
            schema.insert("description".to_owned(), json!(text));
        }
        // What a level further up has may stand here too: no text at all, where that leaves the choice to somebody else.
        let defaults: Vec<Value> = below.own.iter().chain(&below.others).filter_map(|level| default(shape, level)).collect();
        if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            for default in defaults {
                if !words.contains(&default) {
                    words.push(default);
                }
            }
        }
        if let Some(default) = below.own.and_then(|own| default(shape, own)) {
            schema.insert("default".to_owned(), default);
        }
        Value::Object(schema)
    }

    /// An org has what the whole file has, and a node what its component has.
    fn of_items(&self, path: &str) -> Levels<'_> {
        let others = match path {
            "orgs" => vec![&self.tree],
            "orgs.nodes" => {
                let components = ["peer", "orderer", "defaults"].iter().filter_map(|component| self.tree.get(component));
                components.chain([&self.tree]).collect()
            }
            _ => Vec::new(),
        };
        Levels { own: None, others }
    }
}

/// What orgs alone have: the embedded file has none.
fn of_orgs(path: &str) -> Option<&'static str> {
    match path {
        "orgs.name" => {
            Some("What the org's objects are called. Empty: its Name in crypto-config.yaml, as Kubernetes can take it.")
        }
        "orgs.nodes" => Some("What differs for its nodes, by hostname."),
        _ => None,
    }
}

/// What stands in the embedded file; what is a struct says it field by field.
fn default(shape: &Shape, node: &Node) -> Option<Value> {
    match shape {
        Shape::Struct(_) => None,
        Shape::Text => node.text().map(Value::from),
        Shape::Any | Shape::Truth | Shape::Number | Shape::List(_) | Shape::Map(_) => {
            let value: Free = yaml::read(node, super::STRICT, &mut Problems::new())?;
            serde_json::to_value(value.data()).ok()
        }
    }
}

/// The comments of the embedded file.
struct Comments {
    /// By the line that they stand above, and the key that it begins with.
    above: BTreeMap<(u32, String), String>,
    /// Of keys that are comments themselves.
    left_out: BTreeMap<String, String>,
}

impl Comments {
    fn new(text: &str) -> Self {
        let mut comments = Self { above: BTreeMap::new(), left_out: BTreeMap::new() };
        let mut pending = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            match line.trim_start().strip_prefix('#') {
                Some(comment) => match left_out(comment) {
                    Some(key) => {
                        let said = std::mem::take(&mut pending);
                        if !said.is_empty() {
                            comments.left_out.entry(key.to_owned()).or_insert(said);
                        }
                    }
                    None => push(&mut pending, comment),
                },
                None if line.is_empty() => pending.clear(),
                None => {
                    let said = std::mem::take(&mut pending);
                    if let Some((key, _)) = line.trim_start().split_once(':').filter(|_| !said.is_empty()) {
                        comments.above.insert((number, key.to_owned()), said);
                    }
                }
            }
        }
        comments
    }

    /// What is said above a key that begins its line.
    fn of(&self, level: &Node, key: &str) -> Option<&String> {
        let Content::Mapping(entries) = &level.content else { return None };
        let (name, _) = entries.iter().find(|(name, _)| name.text() == Some(key))?;
        self.above.get(&(name.place.line()?, key.to_owned()))
    }
}

/// The key of a line that would be a setting without its `#`.
fn left_out(comment: &str) -> Option<&str> {
    let (key, value) = comment.strip_prefix(' ')?.split_once(": ")?;
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(|c| c.is_ascii_alphanumeric());
    (is_key && value.starts_with(['[', '{'])).then_some(key)
}

/// Lines go on as one; those of an example stay apart.
fn push(text: &mut String, line: &str) {
    let is_example = line.starts_with("   ");
    if !text.is_empty() {
        text.push(if is_example { '\n' } else { ' ' });
    }
    text.push_str(if is_example { line } else { line.trim() });
}
