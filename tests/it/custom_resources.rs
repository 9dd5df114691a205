//! Objects that are not Kubernetes' own, as far as they are rendered: the CustomResourceDefinitions of Prometheus' operator
//! (`monitoring.coreos.com/v1`) and of the Gateway API (`gateway.networking.k8s.io/v1`) as types.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A type that knows no other fields, and leaves out what is not there.
macro_rules! types {
    ($($name:ident { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize, Serialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $name {
            $(#[serde(default, skip_serializing_if = "is_absent")] $field: Field<$type>,)*
        }
    )*};
}

type Field<T> = Option<T>;

fn is_absent<T>(field: &Field<T>) -> bool {
    field.is_none()
}

types! {
    ServiceMonitor { api_version: String, kind: String, metadata: ObjectMeta, spec: ServiceMonitorSpec, }
    ServiceMonitorSpec { job_label: String, selector: LabelSelector, endpoints: Vec<Endpoint>, }
    Endpoint {
        port: String, path: String, scheme: String, interval: String, scrape_timeout: String, tls_config: TlsConfig,
        relabelings: Vec<Relabeling>,
    }
    TlsConfig { server_name: String, ca: SecretOrConfigMap, cert: SecretOrConfigMap, key_secret: SecretKey, }
    SecretOrConfigMap { secret: SecretKey, config_map: SecretKey, }
    SecretKey { name: String, key: String, }
    Relabeling { source_labels: Vec<String>, target_label: String, }
    PrometheusRule { api_version: String, kind: String, metadata: ObjectMeta, spec: PrometheusRuleSpec, }
    PrometheusRuleSpec { groups: Vec<Group>, }
    Group { name: String, rules: Vec<Rule>, }
    Rule {
        record: String, alert: String, expr: String, r#for: String, labels: BTreeMap<String, String>,
        annotations: BTreeMap<String, String>,
    }
    TLSRoute { api_version: String, kind: String, metadata: ObjectMeta, spec: TLSRouteSpec, }
    TLSRouteSpec { parent_refs: Vec<ParentReference>, hostnames: Vec<String>, rules: Vec<TLSRouteRule>, }
    ParentReference { name: String, namespace: String, section_name: String, }
    TLSRouteRule { backend_refs: Vec<BackendRef>, }
    BackendRef { name: String, port: u16, }
}
