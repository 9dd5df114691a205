//! Pods judged by the `restricted` profile of Kubernetes' Pod Security Standards, and by what fabkube says of every pod besides.

use super::case::Case;
use crate::cluster::containers;
use crate::support::{read, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A Docker beside a peer is privileged, and nothing else is; a namespace is labelled for what is in it.
pub fn pods_are_restricted_but_where_values_say_so(Case { name, cluster, .. }: &Case) {
    let mut open = BTreeSet::new();
    for set in cluster.workloads() {
        let (of, pod) = (&set["metadata"]["name"], &set["spec"]["template"]["spec"]);
        let against = violations(pod);
        let has_docker = containers(set).any(|container| container["name"] == "dind");
        assert_eq!(!against.is_empty(), has_docker, "{name}: {of}: {against:?}");
        if has_docker {
            open.insert(set["metadata"]["namespace"].clone().to_string());
        }
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}: {of}");
        assert_eq!(pod["enableServiceLinks"], false, "{name}: {of}");
        for container in containers(set) {
            let (what, docker) = (&container["name"], container["name"] == "dind");
            assert!(container["resources"]["requests"].is_object(), "{name}: {of}: no resources of {what}");
            let is_read_only = container["securityContext"]["readOnlyRootFilesystem"] == true;
            // What is in the user's image may write where that has it.
            let own = container["name"] == "chaincode";
            assert!(is_read_only || docker || own, "{name}: {of}: {what} may write to its root");
            let lives = container.get("ports").is_some();
            assert!(!lives || container["readinessProbe"].is_object(), "{name}: {of}: nobody asks {what}");
        }
    }
    for namespace in cluster.of_kind("Namespace") {
        let metadata = &namespace["metadata"];
        let level = if open.contains(&metadata["name"].to_string()) { "privileged" } else { "restricted" };
        for mode in ["enforce", "warn", "audit"] {
            assert_eq!(metadata["labels"][format!("pod-security.kubernetes.io/{mode}")], level, "{name}: {metadata}");
        }
    }
}

/// What a pod has against it
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>, `baseline` and `restricted`).
fn violations(pod: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |bad: bool, what: String| found.extend(bad.then_some(what));
    for field in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        say(pod[field] == true, field.to_owned());
    }
    say(pod["securityContext"].get("sysctls").is_some(), "sysctls".to_owned());
    const VOLUMES: &[&str] =
        &["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];
    for volume in pod["volumes"].as_array().into_iter().flatten() {
        let kinds = volume.as_object().unwrap().keys().filter(|key| *key != "name");
        kinds.for_each(|kind| say(!VOLUMES.contains(&kind.as_str()), format!("a volume of {kind}")));
    }
    let of_pod = &pod["securityContext"];
    let all = ["initContainers", "containers"].into_iter().flat_map(|key| pod[key].as_array().into_iter().flatten());
    for container in all {
        let (name, own) = (&container["name"], &container["securityContext"]);
        // What a container says stands over what its pod says.
        let said = |key: &str| if own.get(key).is_some() { own[key].clone() } else { of_pod[key].clone() };
        say(said("runAsNonRoot") != true, format!("{name}: may be root"));
        say(said("runAsUser") == 0, format!("{name}: is root"));
        let seccomp = said("seccompProfile")["type"].clone();
        say(seccomp != "RuntimeDefault" && seccomp != "Localhost", format!("{name}: seccomp"));
        say(own["privileged"] == true, format!("{name}: privileged"));
        say(own["allowPrivilegeEscalation"] != false, format!("{name}: may gain privileges"));
        say(own["capabilities"]["drop"] != json!(["ALL"]), format!("{name}: keeps capabilities"));
        let added = own["capabilities"]["add"].as_array().into_iter().flatten();
        say(added.into_iter().any(|one| one != "NET_BIND_SERVICE"), format!("{name}: adds capabilities"));
        say(!own["procMount"].is_null() && own["procMount"] != "Default", format!("{name}: procMount"));
        for key in ["seLinuxOptions", "appArmorProfile", "windowsOptions"] {
            say(!said(key).is_null(), format!("{name}: {key}"));
        }
        let ports = container["ports"].as_array().into_iter().flatten();
        say(ports.into_iter().any(|port| port.get("hostPort").is_some()), format!("{name}: a port of the machine"));
    }
    found
}

#[test]
fn what_is_not_restricted_is_seen() {
    let set: Value =
        serde_yaml::from_str(&read(&root().join("tests/golden/production/org1/org1-peer0.statefulset.yaml"))).unwrap();
    let pod = &set["spec"]["template"]["spec"];
    assert_eq!(violations(pod), Vec::<String>::new());
    for (at, key, value) in [
        ("", "hostNetwork", json!(true)),
        ("/securityContext", "runAsNonRoot", json!(null)),
        ("/securityContext", "seccompProfile", json!(null)),
        ("/containers/0/securityContext", "capabilities", json!({})),
        ("/containers/0/securityContext", "capabilities", json!({"drop": ["ALL"], "add": ["SYS_ADMIN"]})),
        ("/initContainers/0/securityContext", "allowPrivilegeEscalation", json!(null)),
        ("/initContainers/0/securityContext", "runAsUser", json!(0)),
        ("/initContainers/0/securityContext", "privileged", json!(true)),
        ("/containers/0/ports/0", "hostPort", json!(7051)),
        ("/volumes/0", "hostPath", json!({"path": "/"})),
    ] {
        let mut changed = pod.clone();
        changed.pointer_mut(at).unwrap()[key] = value;
        assert_eq!(
            violations(&changed).len(),
            if key == "runAsNonRoot" || key == "seccompProfile" { 2 } else { 1 },
            "{at}/{key}"
        );
    }
}
