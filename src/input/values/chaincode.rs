//! Where chaincodes run, and what those can be told that run as services: of all orgs or of one.

use super::{EnvSettings, ImageSettings, ResourceSettings, ServiceAccountSettings, TolerationSettings};
use crate::yaml::{FreeMap, Ordered, Spanned};
use serde::Deserialize;

/// The mirror of `chaincode`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChaincodeSettings {
    pub runtime: Spanned<String>,
    pub dind: DindSettings,
    pub servers: Spanned<String>,
    pub tls: ChaincodeTlsSettings,
    pub replicas: Spanned<i64>,
    pub extra_env: Vec<Spanned<EnvSettings>>,
    pub resources: ResourceSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub affinity: FreeMap,
    pub pod_anti_affinity: Spanned<String>,
    pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
    pub priority_class_name: Spanned<String>,
    pub pod_labels: Ordered<Spanned<String>>,
    pub pod_annotations: Ordered<Spanned<String>>,
    pub service_account: ServiceAccountSettings,
}

/// Whether peers speak TLS with chaincodes that run as services.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChaincodeTlsSettings {
    pub enabled: bool,
}

/// The Docker beside a peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DindSettings {
    pub image: ImageSettings,
    pub resources: ResourceSettings,
}
