//! What watches a network: objects of the Prometheus operator, and a dashboard of Grafana's. What a node tells is `operations`'s.

use super::Labels;
use serde::Serialize;

/// What watches the whole network.
#[derive(Clone, Debug, Serialize)]
pub struct Monitoring {
    /// What every selector of this network's time series says: `network="fabric", namespace="fabric"`.
    pub matchers: String,
    /// What selectors of other things in its namespaces say: `namespace="fabric"`.
    pub namespaces: String,
    pub rule: Option<NetworkRule>,
    pub dashboard: Option<Dashboard>,
}

/// The alarms that need to see all nodes.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkRule {
    pub name: String,
    pub namespace: String,
    pub labels: Labels,
    pub certificate_days: i64,
    /// Of brokers and their ZooKeeper, which are no org's.
    pub volumes: Vec<Volumes>,
}

/// The claims of pods that are alike.
#[derive(Clone, Debug, Serialize)]
pub struct Volumes {
    pub namespace: String,
    /// A regular expression of their names.
    pub claims: String,
    /// What the pods are called together.
    pub holder: String,
}

/// A ConfigMap with a dashboard.
#[derive(Clone, Debug, Serialize)]
pub struct Dashboard {
    pub name: String,
    pub namespace: String,
    pub labels: Labels,
    /// What Grafana knows it by, at most 40 characters.
    pub uid: String,
}

/// What watches the nodes of one org.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OrgMonitoring {
    pub service_monitor: Option<ServiceMonitor>,
    pub rule: Option<OrgRule>,
}

/// Has Prometheus ask the org's nodes.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceMonitor {
    pub name: String,
    pub labels: Labels,
    /// What finds the Services of its nodes, together with the label below.
    pub selector: Labels,
    /// A label that only Services of single nodes have.
    pub node_label: String,
    /// `None`: as often as Prometheus asks others.
    pub interval: Option<String>,
    pub scrape_timeout: Option<String>,
    pub tls: Option<ScrapeTls>,
    /// What time series are called by, out of the labels of Services.
    pub relabelings: Vec<Relabeling>,
}

/// How Prometheus knows nodes, and they it. Each is a key of a Secret in the org's namespace.
#[derive(Clone, Debug, Serialize)]
pub struct ScrapeTls {
    /// A name that the certificates of all its nodes have.
    pub server_name: String,
    /// With the CA of nodes, as `ca.crt`.
    pub ca_secret: String,
    /// With the client's pair, as `tls.crt` and `tls.key`.
    pub client_secret: String,
}

/// A label of time series out of one of Services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relabeling {
    pub source: String,
    pub target: &'static str,
}

/// What the network's alarms have to know of an org, and the alarms of its volumes.
#[derive(Clone, Debug, Serialize)]
pub struct OrgRule {
    pub name: String,
    pub labels: Labels,
    /// A regular expression of the claims of its nodes.
    pub claims: String,
}
