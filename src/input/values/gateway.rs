//! Settings of the Service over all peers of an org.

use super::ExposureSettings;
use crate::yaml::Spanned;
use serde::Deserialize;

/// Those of all gateways, or of an org's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewaySettings {
    pub session_affinity: Spanned<String>,
    pub session_affinity_timeout_seconds: Spanned<i64>,
    pub expose: ExposureSettings,
}
