//! Whatever an object names is there: objects, their keys, ports, volumes, files.

use super::case::Case;
use crate::cluster::{containers, services_of_monitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub fn every_reference_leads_somewhere(case: &Case) {
    routes(case);
    services(case);
    monitors(case);
    for set in case.cluster.workloads() {
        pod(case, set);
    }
    for brought in &case.brought {
        let made = case.cluster.of_kind("Secret").any(|secret| secret["metadata"]["name"] == *brought);
        assert!(!made, "{}: `{brought}` is the user's, and is made", case.name);
    }
}

/// What leads in from outside names a Service and a port of it.
fn routes(Case { name, cluster, .. }: &Case) {
    let of_ingress = |object: &Value| {
        let backend = object["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"].clone();
        (backend["name"].clone(), backend["port"]["number"].clone())
    };
    let of_route = |object: &Value| {
        let backend = object["spec"]["rules"][0]["backendRefs"][0].clone();
        (backend["name"].clone(), backend["port"].clone())
    };
    let ingresses = cluster.of_kind("Ingress").map(|object| (object, of_ingress(object)));
    for (object, (service, port)) in ingresses.chain(cluster.of_kind("TLSRoute").map(|object| (object, of_route(object)))) {
        let service = cluster.find(object, "Service", service.as_str().unwrap()).unwrap_or_else(|| panic!("{name}: {object}"));
        assert!(service["spec"]["ports"].as_array().unwrap().iter().any(|offered| offered["port"] == port), "{name}: {object}");
    }
}

/// A Service's ports are ports of all the pods behind it.
fn services(Case { name, cluster, .. }: &Case) {
    for service in cluster.of_kind("Service") {
        for set in cluster.selected(service, &service["spec"]["selector"]) {
            for port in service["spec"]["ports"].as_array().unwrap() {
                let target = port["targetPort"].as_str().unwrap();
                assert!(has_port(set, target), "{name}: {} has no port `{target}`", set["metadata"]["name"]);
            }
        }
    }
}

fn has_port(set: &Value, port: &str) -> bool {
    containers(set).any(|container| has(&container["ports"], port))
}

/// Whether a list has an entry of that name.
fn has(list: &Value, name: &str) -> bool {
    list.as_array().into_iter().flatten().any(|entry| entry["name"] == name)
}

fn monitors(case: &Case) {
    for monitor in case.cluster.of_kind("ServiceMonitor") {
        for endpoint in monitor["spec"]["endpoints"].as_array().unwrap() {
            let port = endpoint["port"].as_str().unwrap();
            for service in services_of_monitor(&case.cluster, monitor) {
                assert!(
                    has(&service["spec"]["ports"], port),
                    "{}: {} has no port `{port}`",
                    case.name,
                    service["metadata"]["name"]
                );
            }
            let tls = &endpoint["tlsConfig"];
            for secret in [&tls["ca"]["secret"], &tls["cert"]["secret"], &tls["keySecret"]] {
                if !secret.is_null() {
                    data(case, monitor, "Secret", &secret["name"], &secret["key"]);
                }
            }
        }
    }
}

/// Asserts that an object is there, and has a key; what the user brings is believed.
fn data(case: &Case, beside: &Value, kind: &str, name: &Value, key: &Value) {
    let (name, key) = (name.as_str().unwrap(), key.as_str().unwrap());
    if case.brought.contains(&name) {
        return;
    }
    let of = &beside["metadata"]["name"];
    let object = case.cluster.find(beside, kind, name).unwrap_or_else(|| panic!("{}: no {kind} `{name}` for {of}", case.name));
    assert!(object["data"].get(key).is_some(), "{}: {kind} `{name}` has no `{key}`, for {of}", case.name);
}

fn pod(case: &Case, set: &Value) {
    let Case { name, cluster, brought, .. } = case;
    let (of, pod) = (&set["metadata"]["name"], &set["spec"]["template"]["spec"]);
    if set["kind"] == "StatefulSet" {
        assert!(cluster.find(set, "Service", set["spec"]["serviceName"].as_str().unwrap()).is_some(), "{name}: {of}");
    }
    let account = pod["serviceAccountName"].as_str().unwrap();
    assert!(cluster.find(set, "ServiceAccount", account).is_some(), "{name}: no ServiceAccount of {of}");
    for secret in pod["imagePullSecrets"].as_array().into_iter().flatten() {
        assert!(brought.contains(&secret["name"].as_str().unwrap()), "{name}: {secret}");
    }
    let files = volumes(case, set);
    for container in containers(set) {
        for variable in container["env"].as_array().into_iter().flatten() {
            for (key, kind) in [("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")] {
                let Some(reference) = variable["valueFrom"].get(key) else { continue };
                data(case, set, kind, &reference["name"], &reference["key"]);
            }
        }
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            for action in ["httpGet", "tcpSocket", "grpc"] {
                let Some(port) = container[probe][action].get("port") else { continue };
                assert!(has(&container["ports"], port.as_str().unwrap()), "{name}: the {probe} of {of} asks {port}");
            }
        }
        let mounts = container["volumeMounts"].as_array().unwrap();
        for mount in mounts {
            let volume = files.get(mount["name"].as_str().unwrap()).unwrap_or_else(|| panic!("{name}: {of} mounts {mount}"));
            if let (Some(part), Some(files)) = (mount["subPath"].as_str(), volume) {
                assert!(files.contains(part), "{name}: {of} mounts {mount}");
            }
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            for path in paths(variable["value"].as_str().unwrap_or_default()) {
                is_there(name, &format!("{of}, {}", variable["name"]), path, mounts, &files);
            }
        }
    }
}

/// The paths in a variable's value, which may be a list.
fn paths(value: &str) -> impl Iterator<Item = &str> {
    value.split(['[', ']', ',', ' ']).filter(|part| part.starts_with("/etc/hyperledger/"))
}

/// A path below a volume of a Secret or a ConfigMap is a file there, or a folder with files.
fn is_there(name: &str, of: &str, path: &str, mounts: &[Value], files: &BTreeMap<String, Option<BTreeSet<String>>>) {
    let below = |mount: &Value| {
        let rest = path.strip_prefix(mount["mountPath"].as_str().unwrap())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| (rest.trim_start_matches('/').to_owned(), mount["name"].clone()))
    };
    let (file, volume) = mounts.iter().find_map(below).unwrap_or_else(|| panic!("{name}: nothing is mounted at {path} ({of})"));
    let Some(files) = &files[volume.as_str().unwrap()] else { return };
    let found = files.iter().any(|known| file.is_empty() || *known == file || known.starts_with(&format!("{file}/")));
    assert!(found, "{name}: there is no {path} ({of})");
}

/// The volumes of a pod, and which files are in those of Secrets and ConfigMaps; `None` where a program writes them, or the user does.
fn volumes(case: &Case, set: &Value) -> BTreeMap<String, Option<BTreeSet<String>>> {
    let mut found = BTreeMap::new();
    let claims = set["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
    found.extend(claims.map(|claim| (claim["metadata"]["name"].as_str().unwrap().to_owned(), None)));
    for volume in set["spec"]["template"]["spec"]["volumes"].as_array().unwrap() {
        let (kind, source, object) = match (&volume["secret"], &volume["configMap"]) {
            (Value::Object(secret), _) => ("Secret", secret, &secret["secretName"]),
            (_, Value::Object(map)) => ("ConfigMap", map, &map["name"]),
            _ => {
                found.insert(volume["name"].as_str().unwrap().to_owned(), None);
                continue;
            }
        };
        let items: Vec<&Value> = source.get("items").and_then(Value::as_array).into_iter().flatten().collect();
        items.iter().for_each(|item| data(case, set, kind, object, &item["key"]));
        let paths = items.iter().map(|item| item["path"].as_str().unwrap().to_owned());
        let files = if !items.is_empty() {
            Some(paths.collect())
        } else if case.brought.contains(&object.as_str().unwrap()) {
            None
        } else {
            let there = case.cluster.find(set, kind, object.as_str().unwrap());
            let there = there.unwrap_or_else(|| panic!("{}: {volume} of {}", case.name, set["metadata"]["name"]));
            Some(there["data"].as_object().unwrap().keys().cloned().collect())
        };
        found.insert(volume["name"].as_str().unwrap().to_owned(), files);
    }
    found
}
