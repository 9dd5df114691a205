//! A Kubernetes object: data, and what it is called. Its text is canonical YAML.

use crate::diag::Place;
use crate::yaml::{self, Value};

/// A rendered object.
#[derive(Clone, Debug)]
pub struct Object {
    pub kind: String,
    pub name: String,
    /// `None`: it belongs to the cluster.
    pub namespace: Option<String>,
    /// The template that made it, `peer/statefulset.yaml.j2`.
    pub template: String,
    /// The same, for problems.
    pub place: Place,
    value: Value,
}

impl Object {
    /// An object out of a rendered document; if it is none, why.
    pub fn new(value: Value, template: String, place: Place) -> Result<Self, String> {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned);
        let metadata = value.get("metadata").cloned().unwrap_or_default();
        if text(&value, "apiVersion").is_none() {
            return Err("it has no `apiVersion`".to_owned());
        }
        let kind = text(&value, "kind").ok_or("it has no `kind`")?;
        let name = text(&metadata, "name").ok_or("it has no `metadata.name`")?;
        Ok(Self { kind, name, namespace: text(&metadata, "namespace"), template, place, value })
    }

    pub fn is_secret(&self) -> bool {
        self.kind == "Secret"
    }

    /// Canonical YAML, ending with a newline.
    pub fn to_text(&self) -> String {
        yaml::to_text(&self.value)
    }

    /// The object as data.
    pub fn value(&self) -> &Value {
        &self.value
    }
}
