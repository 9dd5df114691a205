//! The rendered stream as typed objects, found by kind and name.
//! What a pod makes of them is `pod`'s.

use fabkube::yaml;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet, StatefulSetSpec};
use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, serde::de::DeserializeOwned};
use std::collections::BTreeMap;

/// The objects that a pod is made of, in the order of the stream.
#[derive(Default)]
pub struct Manifests {
    config_maps: Vec<ConfigMap>,
    secrets: Vec<Secret>,
    pub services: Vec<Service>,
    pub stateful_sets: Vec<StatefulSet>,
    /// What watches the network: objects of Prometheus' operator, and dashboards.
    pub monitoring: Vec<serde_json::Value>,
    /// As StatefulSets without volumes of their own: their pods are alike.
    pub deployments: Vec<StatefulSet>,
}

impl Manifests {
    /// Reads what `fabkube render` prints.
    pub fn read(stream: &str) -> Self {
        let mut found = Self::default();
        for document in yaml::documents(stream).unwrap_or_else(|(line, e)| panic!("line {line} of the stream: {e}")) {
            match document.get("kind").and_then(|kind| kind.as_str()) {
                Some("ServiceMonitor" | "PrometheusRule") => found.monitoring.push(json(&document)),
                Some("ConfigMap") if is_dashboard(&document) => found.monitoring.push(json(&document)),
                Some("ConfigMap") => found.config_maps.push(typed(&document)),
                Some("Secret") => found.secrets.push(typed(&document)),
                Some("Service") => found.services.push(typed(&document)),
                Some("Deployment") => found.deployments.push(as_set(typed(&document))),
                Some("StatefulSet") => found.stateful_sets.push(typed(&document)),
                _ => {}
            }
        }
        found
    }

    /// The same Secret once more, under another name.
    pub fn copy_secret(&mut self, name: &str, copy: &str) {
        let mut secret = named(&self.secrets, name).clone();
        secret.metadata.name = Some(copy.to_owned());
        self.secrets.push(secret);
    }

    /// The data of a ConfigMap, as the files of its volume.
    pub fn config_map(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let data = named(&self.config_maps, name).data.clone().unwrap_or_default();
        data.into_iter().map(|(key, text)| (key, text.into_bytes())).collect()
    }

    /// The data of a Secret, out of its base64.
    pub fn secret(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let data = named(&self.secrets, name).data.clone().unwrap_or_default();
        data.into_iter().map(|(key, bytes)| (key, bytes.0)).collect()
    }

    pub fn service(&self, name: &str) -> &Service {
        named(&self.services, name)
    }

    /// What may stand in no log: passwords, and a line of every private key. Each with its Secret's name.
    pub fn confidential(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for secret in &self.secrets {
            for (key, value) in secret.data.iter().flatten() {
                let text = String::from_utf8_lossy(&value.0).into_owned();
                let line = match key.as_str() {
                    "password" => Some(text.as_str()),
                    key if key.ends_with("key.pem") || key == "tls.key" => text.lines().nth(1),
                    _ => None,
                };
                found.extend(line.map(|line| (format!("{}/{key}", name_of(secret)), line.to_owned())));
            }
        }
        found
    }
}

fn as_set(deployment: Deployment) -> StatefulSet {
    let spec = deployment.spec.expect("a Deployment has a spec");
    let spec = StatefulSetSpec { selector: spec.selector, template: spec.template, ..StatefulSetSpec::default() };
    StatefulSet { metadata: deployment.metadata, spec: Some(spec), status: None }
}

/// The name of an object.
pub fn name_of(object: &impl Metadata<Ty = ObjectMeta>) -> &str {
    object.metadata().name.as_deref().expect("an object has a name")
}

/// The namespace of an object.
pub fn namespace_of(object: &impl Metadata<Ty = ObjectMeta>) -> &str {
    object.metadata().namespace.as_deref().expect("an object has a namespace")
}

fn json(document: &yaml::Value) -> serde_json::Value {
    serde_json::to_value(document).expect("an object is JSON")
}

fn is_dashboard(document: &yaml::Value) -> bool {
    document["metadata"]["labels"].get("grafana_dashboard").is_some()
}

fn typed<T: DeserializeOwned>(document: &yaml::Value) -> T {
    serde_json::from_value(json(document)).unwrap_or_else(|e| panic!("{e} in {}", yaml::to_text(document)))
}

fn named<'a, T: Metadata<Ty = ObjectMeta>>(objects: &'a [T], name: &str) -> &'a T {
    let found = objects.iter().find(|object| name_of(*object) == name);
    found.unwrap_or_else(|| panic!("a manifest names `{name}`, which is not among the objects"))
}
