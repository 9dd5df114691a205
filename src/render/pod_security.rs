//! Rendered pods against the Pod Security level of their namespaces: what templates of the user's say, nothing before them knows.
//! The rules are `network`'s.

use super::Object;
use crate::diag::{Code, Problem, Problems};
use crate::network::{Network, PodSecurity, names, pod_security};
use crate::yaml::{Free, Value};
use std::collections::BTreeMap;

/// Warns of pods that Kubernetes would refuse: one warning for all objects of a template that have the same against them.
pub fn warn(objects: &[Object], network: &Network, problems: &mut Problems) {
    let levels = levels(objects, network);
    let mut told: Vec<(&str, String)> = Vec::new();
    for object in objects {
        let allowed = object.namespace.as_deref().and_then(|namespace| Some((namespace, *levels.get(namespace)?)));
        let (Some((namespace, allowed)), Some(pod)) = (allowed, pod(object)) else { continue };
        let beyond: Vec<_> = pod_security::of_pod(&pod).into_iter().filter(|(_, found)| found.level() > allowed).collect();
        let Some(needed) = beyond.iter().map(|(_, found)| found.level()).max() else { continue };
        let reasons: Vec<String> = beyond.iter().map(|(what, found)| format!("{what} has {}", found.reasons())).collect();
        let known = (object.template.as_str(), reasons.join(", "));
        if told.contains(&known) {
            continue;
        }
        let message = format!(
            "Kubernetes refuses the pods of the {} `{}`: their namespace `{namespace}` is for the Pod Security level `{}`, and {}",
            object.kind,
            object.name,
            allowed.word(),
            known.1
        );
        let help = format!(
            "take that out of the template, or have a template `namespace/namespace.yaml.j2` of your own say `{}: {}`",
            names::POD_SECURITY,
            needed.word()
        );
        problems.push(Problem::new(Code::FK0296, message).at(&object.place).help(help));
        told.push(known);
    }
}

/// The level of each namespace: what its label says where it is rendered, and what its owner is asked for where it is not.
fn levels<'a>(objects: &'a [Object], network: &'a Network) -> BTreeMap<&'a str, PodSecurity> {
    let of_network = network.namespaces.iter().map(|namespace| (namespace.name.as_str(), namespace.pod_security));
    let rendered = objects.iter().filter(|object| object.kind == "Namespace").map(|object| {
        let labels = object.value().get("metadata").and_then(|metadata| metadata.get("labels"));
        let word = labels.and_then(|labels| labels.get(names::POD_SECURITY)).and_then(Value::as_str);
        let levels = [PodSecurity::Restricted, PodSecurity::Baseline];
        // Without a label, the cluster's own default holds, which is to let all in.
        let level = levels.into_iter().find(|level| word == Some(level.word())).unwrap_or(PodSecurity::Privileged);
        (object.name.as_str(), level)
    });
    of_network.chain(rendered).collect()
}

/// What an object makes pods of, with `metadata` and `spec`.
fn pod(object: &Object) -> Option<Free> {
    let path: &[&str] = match object.kind.as_str() {
        "Pod" => &[],
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        "DaemonSet" | "Deployment" | "Job" | "ReplicaSet" | "StatefulSet" => &["spec", "template"],
        _ => return None,
    };
    let template = path.iter().try_fold(object.value(), |value, key| value.get(key))?;
    Some(Free::of_data(template, &object.place))
}
