//! Who may reach the network's pods: `networkPolicies` of values.yaml. Sources are Kubernetes' own structures.

use crate::yaml::{FreeMap, Spanned};
use serde::Deserialize;

/// What NetworkPolicies let through besides what the network's own pods need of each other.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkPolicySettings {
    pub enabled: Spanned<bool>,
    pub clients: Vec<Spanned<FreeMap>>,
    pub monitoring: Vec<Spanned<FreeMap>>,
    pub admins: Vec<Spanned<FreeMap>>,
    pub chaincodes: Vec<Spanned<FreeMap>>,
    pub consenters: Vec<Spanned<FreeMap>>,
}
