//! The operations port of a node: who is told its metrics, and whether by TLS. What watches many nodes is `monitoring`'s.

use serde::Serialize;

/// What a node tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operations {
    pub metrics: Metrics,
    /// `None`: it speaks plain HTTP.
    pub tls: Option<OperationsTls>,
}

impl Operations {
    /// The Secret with the CA of clients, where that is not the node's own TLS CA.
    pub fn client_secret(&self) -> Option<&str> {
        self.tls.as_ref()?.client_secret.as_deref()
    }
}

/// Where a node's metrics go (`metrics.provider` of core.yaml, `Metrics.Provider` of orderer.yaml).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "provider", rename_all = "kebab-case")]
pub enum Metrics {
    /// Whoever asks `/metrics` is told.
    Prometheus,
    /// The node sends them.
    Statsd {
        /// `host:port`.
        address: String,
    },
    Disabled,
}

impl Metrics {
    /// Fabric's word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Metrics::Prometheus => "prometheus",
            Metrics::Statsd { .. } => "statsd",
            Metrics::Disabled => "disabled",
        }
    }
}

/// TLS with the node's own pair. `/metrics` and `/logspec` ask for a client certificate, the others do not
/// (`core/operations/system.go`); if the listener itself asked (`clientAuthRequired`), the kubelet's probes would fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationsTls {
    /// The user's Secret with the CA of clients; `None`: the node's own TLS CA is theirs.
    pub client_secret: Option<String>,
}
