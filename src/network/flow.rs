//! Flows: what is done to a running network by a Job or a Workflow in its cluster. What all of their pods have in common is here,
//! and each flow in a file of its own.

pub mod roll;

use super::{Image, Labels, Pod, Resources, Toleration};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the pods of all flows have in common.
#[derive(Clone, Debug, Serialize)]
pub struct Flow {
    /// It has a shell, kubectl and curl.
    pub image: Image,
    pub pull_secrets: Vec<String>,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// What the user adds.
    pub pod: Pod,
    /// Of all objects of flows.
    pub labels: Labels,
}

/// What runs a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Kubernetes itself.
    Jobs,
    /// Argo Workflows.
    Argo,
}
