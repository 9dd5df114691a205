//! The order of kinds: what others need comes first, as in Helm (`pkg/release/v1/util/kind_sorter.go`).

use crate::render::Object;

const KINDS: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "Pod",
    "Deployment",
    "StatefulSet",
    "Job",
    "CronJob",
    "Ingress",
];

/// Objects by kind; within a kind, in the order of the model. Unknown kinds come last.
pub fn ordered(objects: &[Object]) -> Vec<&Object> {
    let rank = |object: &&Object| KINDS.iter().position(|kind| *kind == object.kind).unwrap_or(KINDS.len());
    let mut ordered: Vec<&Object> = objects.iter().collect();
    ordered.sort_by_key(rank);
    ordered
}
