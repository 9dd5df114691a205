//! What a user adds to a node's pod, and what that makes of it. What every node's pod has is `node`'s and the templates'.

use super::Labels;
use crate::diag::Place;
use crate::yaml::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// Names of containers that templates give; no container of the user's has one, whatever this pod has.
pub const CONTAINERS: &[&str] = &["couchdb", "dind", "orderer", "peer"];
/// Names of volumes that every pod has.
pub const VOLUMES: &[&str] = &["config", "data", "msp", "tls", "tmp"];
/// Names of volumes that some pods have besides.
pub const SOME_VOLUMES: &[&str] = &["couchdb", "couchdb-local", "dind", "dind-data", "genesis", "operations"];
/// Annotations that templates give to pods.
pub const ANNOTATIONS: &[&str] = &["checksum/config", "checksum/material"];

/// The user's part of a pod. Values are Kubernetes' own structures, passed on.
#[derive(Clone, Debug, Serialize)]
pub struct Pod {
    /// The node's labels, and the user's.
    pub labels: Labels,
    /// The user's alone.
    pub annotations: BTreeMap<String, String>,
    pub service_account_annotations: BTreeMap<String, String>,
    pub priority_class: Option<String>,
    /// Kubernetes' `affinity`, as far as the user wrote it.
    pub affinity: Value,
    /// `None` where the user wants none, or wrote a `podAntiAffinity` that stands in its place.
    pub anti_affinity: Option<AntiAffinity>,
    pub topology_spread_constraints: Vec<Value>,
    pub host_aliases: Vec<HostAlias>,
    pub containers: Vec<Value>,
    pub init_containers: Vec<Value>,
    pub volumes: Vec<Value>,
    pub volume_mounts: Vec<Value>,
    pub security: PodSecurity,
}

/// Hosts that a pod's own hosts file knows, before any DNS.
#[derive(Clone, Debug, Serialize)]
pub struct HostAlias {
    pub ip: String,
    pub hostnames: Vec<String>,
    /// Where the user wrote it.
    #[serde(skip)]
    pub place: Place,
}

/// Nodes that are not to share a machine.
#[derive(Clone, Debug, Serialize)]
pub struct AntiAffinity {
    pub strength: Strength,
    /// What finds the pods that this one keeps away from, and this one.
    pub selector: Labels,
    pub reach: Reach,
}

/// Whose namespaces an anti-affinity looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The pod's own.
    Namespace,
    /// All of the cluster: no list that grows with the network, and no labels that a Namespace may lack.
    Cluster,
}

/// How much an anti-affinity counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Where there is another machine.
    Soft,
    /// Without another machine, the pod waits for one.
    Hard,
}

/// The levels of Kubernetes' Pod Security Standards, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodSecurity {
    Restricted,
    Baseline,
    Privileged,
}

impl PodSecurity {
    /// The value of the labels `pod-security.kubernetes.io/…`.
    pub fn word(self) -> &'static str {
        match self {
            PodSecurity::Restricted => "restricted",
            PodSecurity::Baseline => "baseline",
            PodSecurity::Privileged => "privileged",
        }
    }
}
