//! Who may reach which pods, as Kubernetes' NetworkPolicies. What a network's parts need of each other is `resolve`'s.

use super::Labels;
use crate::yaml::Value;
use serde::Serialize;

/// What may reach some pods of a namespace. Policies over one pod add up, and whatever none of them lets through is kept out.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkPolicy {
    pub name: String,
    pub labels: Labels,
    /// What finds the pods.
    pub selector: Labels,
    pub ingress: Vec<Ingress>,
}

/// Some ports, and who may reach them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ingress {
    /// Those of containers, whatever Services call them.
    pub ports: Vec<u16>,
    pub from: Sources,
}

/// Where connections come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Sources {
    /// From within the cluster and from outside.
    Everywhere,
    /// From these alone.
    Only { pods: Vec<PodSource>, written: Vec<Value> },
}

/// Pods of the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PodSource {
    pub namespaces: Vec<String>,
    /// What finds them there.
    pub selector: Labels,
}
