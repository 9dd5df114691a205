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
    text: String,
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
        let namespace = text(&metadata, "namespace");
        for name in namespace.iter().chain([&name]) {
            check_name(name)?;
        }
        Ok(Self { kind, name, namespace, template, place, text: yaml::to_text(&value), value })
    }

    pub fn is_secret(&self) -> bool {
        self.kind == "Secret"
    }

    /// Canonical YAML, ending with a newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The object as data.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

/// What every kind refuses in a name (apimachinery `pkg/api/validation/path/name.go`); it would also lead out of a folder.
fn check_name(name: &str) -> Result<(), String> {
    if name == "." || name == ".." || name.contains(['/', '%']) {
        return Err(format!("nothing can be called `{name}` in Kubernetes"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Result<Object, String> {
        let document = yaml::documents(text).unwrap().remove(0);
        Object::new(document, "org/own.yaml.j2".to_owned(), Place::default())
    }

    #[test]
    fn an_object_has_a_version_a_kind_and_a_name() {
        let fine = object("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}}").unwrap();
        assert!(fine.is_secret() && fine.name == "a" && fine.namespace.as_deref() == Some("b"));
        for wrong in [
            "{kind: Secret, metadata: {name: a}}",
            "{apiVersion: v1, metadata: {name: a}}",
            "{apiVersion: v1, kind: Secret}",
            "[]",
        ] {
            assert!(object(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        for name in ["..", "../../evil", "a/b", "%2e"] {
            assert!(object(&format!("{{apiVersion: v1, kind: Secret, metadata: {{name: \"{name}\"}}}}")).is_err(), "{name}");
        }
    }
}
