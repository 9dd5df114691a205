//! Every golden manifest against Kubernetes' own types: a field that they do not know is an error, and none is lost on the way.

use crate::custom_resources::{PrometheusRule, ServiceMonitor, TLSRoute};
use crate::support::{files, read, root};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Reads a document strictly as one type; if it does not fit, why.
type Reader = fn(&Value) -> Result<(), String>;

/// An `apiVersion`, a `kind`, and what reads it.
type Kind = (&'static str, &'static str, Reader);

/// The kinds that are rendered, and the types of one version of Kubernetes that read each strictly.
macro_rules! kinds {
    ($types:ident) => {
        &[
            ("v1", "Namespace", strictly::<$types::api::core::v1::Namespace>),
            ("v1", "ServiceAccount", strictly::<$types::api::core::v1::ServiceAccount>),
            ("v1", "Secret", strictly::<$types::api::core::v1::Secret>),
            ("v1", "ConfigMap", strictly::<$types::api::core::v1::ConfigMap>),
            ("v1", "Service", strictly::<$types::api::core::v1::Service>),
            ("apps/v1", "Deployment", strictly::<$types::api::apps::v1::Deployment>),
            ("apps/v1", "StatefulSet", strictly::<$types::api::apps::v1::StatefulSet>),
            ("networking.k8s.io/v1", "Ingress", strictly::<$types::api::networking::v1::Ingress>),
            ("batch/v1", "Job", strictly::<$types::api::batch::v1::Job>),
            ("rbac.authorization.k8s.io/v1", "Role", strictly::<$types::api::rbac::v1::Role>),
            ("rbac.authorization.k8s.io/v1", "RoleBinding", strictly::<$types::api::rbac::v1::RoleBinding>),
            ("policy/v1", "PodDisruptionBudget", strictly::<$types::api::policy::v1::PodDisruptionBudget>),
            ("networking.k8s.io/v1", "NetworkPolicy", strictly::<$types::api::networking::v1::NetworkPolicy>),
        ]
    };
}

/// The oldest Kubernetes that manifests are for, and the newest that the types are known of.
const VERSIONS: &[(&str, &[Kind])] = &[("1.29", kinds!(k8s_openapi)), ("1.37", kinds!(k8s_openapi_newest))];

/// The same of what Prometheus' operator brings, whatever the version.
const OF_OPERATOR: &[Kind] = &[
    ("monitoring.coreos.com/v1", "ServiceMonitor", strictly::<ServiceMonitor>),
    ("monitoring.coreos.com/v1", "PrometheusRule", strictly::<PrometheusRule>),
    ("gateway.networking.k8s.io/v1", "TLSRoute", strictly::<TLSRoute>),
];

#[test]
fn every_golden_manifest_is_what_kubernetes_reads() {
    let golden = root().join("tests/golden");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for path in files(&golden).into_keys().filter(|path| path.extension().is_some_and(|ending| ending == "yaml")) {
        for manifest in serde_yaml::Deserializer::from_str(&read(&golden.join(&path))) {
            let manifest = Value::deserialize(manifest).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            seen += 1;
            wrong.extend(check(&manifest).err().map(|reason| format!("{}: {reason}", path.display())));
        }
    }
    assert!(seen > 50, "{seen} manifests");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_misspelt_field_is_seen_at_any_depth() {
    let golden = root().join("tests/golden/samples/fabric/org1-peer0.statefulset.yaml");
    let manifest: Value = serde_yaml::from_str(&read(&golden)).unwrap();
    assert_eq!(check(&manifest), Ok(()));
    for (path, key, misspelt) in [
        ("/spec", "replicas", "replica"),
        ("/spec/template/spec", "enableServiceLinks", "enableServiceLink"),
        ("/spec/template/spec/containers/0/readinessProbe/httpGet", "path", "Path"),
        ("/spec/volumeClaimTemplates/0/spec", "accessModes", "accessmodes"),
    ] {
        let mut changed = manifest.clone();
        let map = changed.pointer_mut(path).unwrap().as_object_mut().unwrap();
        let value = map.remove(key).unwrap_or_else(|| panic!("{path}/{key}"));
        map.insert(misspelt.to_owned(), value);
        let reason = check(&changed).unwrap_err();
        let seen = reason.split("; ").filter(|reason| reason.contains(misspelt));
        assert_eq!(seen.count(), VERSIONS.len(), "{reason}");
    }
    let mut changed = manifest;
    changed["spec"]["replicas"] = "one".into();
    assert!(check(&changed).is_err());
}

/// Whether a manifest is what every version of Kubernetes reads; if not, why.
pub fn check(manifest: &Value) -> Result<(), String> {
    let (version, kind) = (&manifest["apiVersion"], &manifest["kind"]);
    let mut wrong = Vec::new();
    for (kubernetes, kinds) in VERSIONS {
        let known = kinds.iter().chain(OF_OPERATOR).find(|(v, k, _)| version == v && kind == k);
        let read = known.map_or_else(|| Err(format!("no type for {version} {kind}")), |(_, _, read)| read(manifest));
        wrong.extend(read.err().map(|reason| format!("Kubernetes {kubernetes}: {reason}")));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Reads a manifest as its type: every field is known, and all are still there when it is written again.
fn strictly<T: DeserializeOwned + Serialize>(manifest: &Value) -> Result<(), String> {
    let mut unknown = Vec::new();
    let object: T = serde_ignored::deserialize(manifest, |path| unknown.push(path.to_string())).map_err(|e| e.to_string())?;
    if !unknown.is_empty() {
        return Err(format!("unknown fields: {}", unknown.join(", ")));
    }
    let again = serde_json::to_value(object).map_err(|e| e.to_string())?;
    let lost = lost("", manifest, &again);
    if lost.is_empty() { Ok(()) } else { Err(format!("lost when written again: {}", lost.join(", "))) }
}

/// What stands in one value and not so in the other. What types add (a claim's `kind`) is no loss.
fn lost(path: &str, from: &Value, to: &Value) -> Vec<String> {
    match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            let fields =
                from.iter().map(|(key, value)| lost(&format!("{path}/{key}"), value, to.get(key).unwrap_or(&Value::Null)));
            fields.flatten().collect()
        }
        (Value::Array(from), Value::Array(to)) if from.len() == to.len() => {
            let items = from.iter().zip(to).enumerate().map(|(i, (from, to))| lost(&format!("{path}/{i}"), from, to));
            items.flatten().collect()
        }
        _ if from == to => Vec::new(),
        _ => vec![path.to_owned()],
    }
}
