//! How others reach nodes and gateways from outside of the cluster. What it means is `network`'s.

use crate::yaml::{Ordered, Spanned};
use serde::Deserialize;

/// `expose`, of a node or of an org's gateway.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExposureSettings {
    #[serde(rename = "type")]
    pub kind: Spanned<String>,
    pub host: Spanned<String>,
    pub domain: Spanned<String>,
    pub port: Spanned<i64>,
    pub node_port: Spanned<i64>,
    pub annotations: Ordered<Spanned<String>>,
    pub class_name: Spanned<String>,
    pub load_balancer_class: Spanned<String>,
    pub load_balancer_source_ranges: Vec<Spanned<String>>,
    pub external_traffic_policy: Spanned<String>,
    pub gateway: RouteParentSettings,
}

/// The Gateway of the Gateway API that a TLSRoute belongs to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RouteParentSettings {
    pub name: Spanned<String>,
    pub namespace: Spanned<String>,
    pub section_name: Spanned<String>,
}

/// Node ports that fabkube chooses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodePortSettings {
    pub range: Spanned<String>,
}
