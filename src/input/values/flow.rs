//! The mirror of `flow`: what the pods of flows are told. Where they run stands in the same words as for nodes.

use super::{ImageSettings, ResourceSettings, ServiceAccountSettings, TolerationSettings};
use crate::yaml::{FreeMap, Ordered, Spanned};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FlowSettings {
    pub image: ImageSettings,
    pub resources: ResourceSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub affinity: FreeMap,
    pub priority_class_name: Spanned<String>,
    pub pod_labels: Ordered<Spanned<String>>,
    pub pod_annotations: Ordered<Spanned<String>>,
    pub service_account: ServiceAccountSettings,
}
