//! What Fabric CAs can be told, all of them or an org's.

use super::{ImageSettings, ResourceSettings, ServiceAccountSettings, StorageSettings, TolerationSettings};
use crate::yaml::{FreeMap, Ordered, Spanned};
use serde::Deserialize;

/// The mirror of `ca`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CaSettings {
    pub enabled: Spanned<bool>,
    pub user: Spanned<String>,
    pub log_level: Spanned<String>,
    pub image: ImageSettings,
    pub config: FreeMap,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub affinity: FreeMap,
    pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
    pub priority_class_name: Spanned<String>,
    pub pod_labels: Ordered<Spanned<String>>,
    pub pod_annotations: Ordered<Spanned<String>>,
    pub service_account: ServiceAccountSettings,
}
