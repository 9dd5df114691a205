//! How a node, or the gateway of an org, is reached from outside of the cluster. Within it, `node` and `org` say.

use super::{HostPort, Labels, Listener, SessionAffinity, addresses};
use crate::diag::Place;
use serde::Serialize;
use std::collections::BTreeMap;

/// One way in from outside.
#[derive(Clone, Debug, Serialize)]
pub struct Exposure {
    /// What its Service, Ingress or TLSRoute is called: `<node>-external`.
    pub name: String,
    pub namespace: String,
    pub labels: Labels,
    /// What finds the pods behind a Service of its own.
    pub selector: Labels,
    pub by: ExposedBy,
    /// The host that others dial; `None` where nobody declared it.
    pub host: Option<String>,
    /// The gRPC port, and where orderers reach each other, if apart. Never administration or operations.
    pub ports: Vec<ExposedPort>,
    pub annotations: BTreeMap<String, String>,
    /// Where the user declared it.
    #[serde(skip)]
    pub place: Place,
}

/// What leads in.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ExposedBy {
    /// A Service with a port of every machine.
    NodePort { behind: Behind, session_affinity: Option<SessionAffinity>, traffic_policy: Option<String> },
    /// A Service with a machine before the cluster.
    LoadBalancer {
        behind: Behind,
        session_affinity: Option<SessionAffinity>,
        traffic_policy: Option<String>,
        class: Option<String>,
        source_ranges: Vec<String>,
    },
    /// A controller that passes TLS on by the host that it names.
    Ingress { class: Option<String>, backend: Backend },
    /// A Gateway of the Gateway API that does the same.
    TlsRoute { parent: RouteParent, backend: Backend },
}

/// Which pods a Service leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behind {
    /// Whatever state they are in: it stands for the node.
    All,
    /// It balances.
    Ready,
}

/// The Service in the cluster that an Ingress or a route leads to.
#[derive(Clone, Debug, Serialize)]
pub struct Backend {
    pub service: String,
    pub port: u16,
}

/// A Gateway of the Gateway API.
#[derive(Clone, Debug, Serialize)]
pub struct RouteParent {
    pub name: String,
    pub namespace: Option<String>,
    pub section: Option<String>,
}

/// A listener that is reached from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExposedPort {
    pub name: Listener,
    /// The port of the Service in the cluster.
    pub service_port: u16,
    pub node_port: Option<u16>,
    /// Where others dial it.
    pub port: u16,
}

impl Exposure {
    /// Where others dial a listener, if that was declared.
    pub fn address(&self, listener: Listener) -> Option<HostPort> {
        let port = self.ports.iter().find(|port| port.name == listener)?;
        Some(HostPort { host: self.host.clone()?, port: port.port })
    }

    /// Whether others dial it at a host.
    pub fn is_at(&self, host: &str) -> bool {
        self.host.as_deref().is_some_and(|own| addresses::plain(own) == addresses::plain(host))
    }
}
