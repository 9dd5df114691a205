//! What CLI pods can be told, all of them or an org's.

use super::{ImageSettings, ResourceSettings, ServiceAccountSettings, TolerationSettings};
use crate::yaml::{FreeMap, Ordered, Spanned};
use serde::Deserialize;

/// The mirror of `cli`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CliSettings {
    pub enabled: Spanned<bool>,
    pub log_spec: Spanned<String>,
    pub image: ImageSettings,
    pub resources: ResourceSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub affinity: FreeMap,
    pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
    pub priority_class_name: Spanned<String>,
    pub pod_labels: Ordered<Spanned<String>>,
    pub pod_annotations: Ordered<Spanned<String>>,
    pub service_account: ServiceAccountSettings,
}
