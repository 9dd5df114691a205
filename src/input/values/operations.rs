//! What nodes tell of themselves, and to whom. Fabric's own words where Fabric has them.

use crate::yaml::{Ordered, Spanned};
use serde::Deserialize;

/// Where a node's metrics go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MetricsSettings {
    pub provider: Spanned<String>,
    pub statsd: StatsdSettings,
}

/// Who is sent metrics, where nobody fetches them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatsdSettings {
    pub address: Spanned<String>,
}

/// The operations ports of all nodes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OperationsSettings {
    pub tls: OperationsTlsSettings,
}

/// Whether they speak TLS, and with whom.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OperationsTlsSettings {
    pub enabled: bool,
    pub client_secret: Spanned<String>,
}

/// What Prometheus and Grafana are told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MonitoringSettings {
    pub service_monitor: ServiceMonitorSettings,
    pub prometheus_rule: PrometheusRuleSettings,
    pub dashboard: DashboardSettings,
}

/// The Prometheus operator's own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceMonitorSettings {
    pub enabled: bool,
    pub interval: Spanned<String>,
    pub scrape_timeout: Spanned<String>,
    pub labels: Ordered<Spanned<String>>,
}

/// What is an alarm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PrometheusRuleSettings {
    pub enabled: Spanned<bool>,
    pub labels: Ordered<Spanned<String>>,
    pub certificate_days: Spanned<i64>,
}

/// Where Grafana finds its dashboard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DashboardSettings {
    pub enabled: Spanned<bool>,
    pub namespace: Spanned<String>,
    pub labels: Ordered<Spanned<String>>,
}
