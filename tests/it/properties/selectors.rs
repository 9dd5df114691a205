//! Every selector finds exactly the pods, or the Services, that it is meant for.

use super::case::Case;
use crate::cluster::{Cluster, selects, services_of_monitor};
use fabkube::network::{Network, Node, Role};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A namespace, and a name in it.
type Name = (String, String);

fn name_of(object: &Value) -> Name {
    let text = |key: &str| object["metadata"][key].as_str().unwrap().to_owned();
    (text("namespace"), text("name"))
}

fn names(objects: Vec<&Value>) -> BTreeSet<Name> {
    objects.into_iter().map(name_of).collect()
}

fn selected(cluster: &Cluster, service: &Value) -> BTreeSet<Name> {
    names(cluster.selected(service, &service["spec"]["selector"]))
}

fn named(node: &Node) -> Name {
    (node.namespace.clone(), node.name.clone())
}

/// Every Service in the cluster that a network is to have, and whose pods are behind it.
fn meant(network: &Network) -> BTreeMap<Name, BTreeSet<Name>> {
    let mut meant = BTreeMap::new();
    let mut add = |namespace: &str, name: &str, behind: BTreeSet<Name>| {
        assert!(meant.insert((namespace.to_owned(), name.to_owned()), behind).is_none(), "two Services `{name}`");
    };
    for org in &network.orgs {
        for node in &org.nodes {
            add(&node.namespace, &node.name, [named(node)].into());
        }
        if let Some(service) = &org.service {
            add(&org.namespace, &service.name, org.nodes.iter().map(named).collect());
        }
        for server in &org.chaincodes {
            add(&server.namespace, &server.name, [(server.namespace.clone(), server.name.clone())].into());
        }
        if let Some(ca) = &org.fabric_ca {
            add(&ca.namespace, &ca.name, [(ca.namespace.clone(), ca.name.clone())].into());
        }
    }
    if let Some(kafka) = &network.kafka {
        for pods in [&kafka.pods, &kafka.zookeeper.pods] {
            add(&pods.namespace, &pods.headless, [(pods.namespace.clone(), pods.name.clone())].into());
        }
        if let Some(service) = &kafka.service {
            add(&kafka.pods.namespace, service, [(kafka.pods.namespace.clone(), kafka.pods.name.clone())].into());
        }
    }
    meant
}

pub fn services_find_their_pods_alone(Case { name, cluster, made, .. }: &Case) {
    let mut meant = meant(&made.network);
    for service in cluster.of_kind("Service") {
        let (namespace, service_name) = name_of(service);
        let found = selected(cluster, service);
        // What comes from outside arrives where the Service in the cluster leads, and at no port but those for others.
        if let Some(inner) = service_name.strip_suffix("-external") {
            let inner = cluster.find(service, "Service", inner).unwrap();
            assert_eq!(found, selected(cluster, inner), "{name}: {service_name}");
            let targets = service["spec"]["ports"].as_array().unwrap().iter().map(|port| port["targetPort"].as_str().unwrap());
            assert!(targets.into_iter().all(|target| ["grpc", "cluster"].contains(&target)), "{name}: {service}");
        } else {
            assert_eq!(Some(found), meant.remove(&(namespace, service_name.clone())), "{name}: {service_name}");
        }
    }
    assert!(meant.is_empty(), "{name}: no Service for {meant:?}");
    for set in cluster.workloads() {
        let own = cluster.selected(set, &set["spec"]["selector"]["matchLabels"]);
        assert_eq!(names(own), names(vec![set]), "{name}");
        keeps_away_from_its_like(name, cluster, set);
    }
}

/// Pods keep to other machines than those that do the same do, and than themselves; a selector that misses them keeps nothing apart.
fn keeps_away_from_its_like(name: &str, cluster: &Cluster, set: &Value) {
    let affinity = &set["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"];
    let hard = affinity["requiredDuringSchedulingIgnoredDuringExecution"].as_array().into_iter().flatten();
    let soft = affinity["preferredDuringSchedulingIgnoredDuringExecution"].as_array().into_iter().flatten();
    for term in hard.chain(soft.map(|weighted| &weighted["podAffinityTerm"])) {
        let labels = |set: &Value| set["spec"]["template"]["metadata"]["labels"].clone();
        let component = |set: &Value| labels(set)["app.kubernetes.io/component"].clone();
        assert!(selects(&term["labelSelector"], &labels(set)), "{name}: {} does not know its like", set["metadata"]["name"]);
        let others = cluster.workloads().filter(|other| selects(&term["labelSelector"], &labels(other)));
        others.for_each(|other| assert_eq!(component(other), component(set), "{name}: {}", set["metadata"]["name"]));
    }
}

/// Two budgets over one pod let nobody evict it, and one over different kinds of nodes protects neither.
pub fn budgets_are_over_one_kind_of_node_and_never_two_over_one(Case { name, cluster, made, .. }: &Case) {
    let network = &made.network;
    let mut groups: BTreeSet<BTreeSet<Name>> = BTreeSet::new();
    for org in &network.orgs {
        groups.insert(org.nodes.iter().filter(|node| node.role == Role::Peer).map(named).collect());
        let there = network.nodes().filter(|node| node.role == Role::Orderer && node.namespace == org.namespace);
        groups.insert(there.map(named).collect());
    }
    if let Some(kafka) = &network.kafka {
        for pods in [&kafka.pods, &kafka.zookeeper.pods] {
            groups.insert([(pods.namespace.clone(), pods.name.clone())].into());
        }
    }
    let mut budgeted = BTreeSet::new();
    for budget in cluster.of_kind("PodDisruptionBudget") {
        let over = names(cluster.selected(budget, &budget["spec"]["selector"]["matchLabels"]));
        assert!(!over.is_empty() && groups.contains(&over), "{name}: a budget over {over:?}");
        for pod in over {
            assert!(budgeted.insert(pod.clone()), "{name}: two budgets over {pod:?}");
        }
    }
}

/// A policy over nothing closes nothing, and a ServiceMonitor over more than an org's nodes asks what tells nothing.
pub fn policies_and_monitors_find_what_they_are_for(Case { name, cluster, made, .. }: &Case) {
    for policy in cluster.of_kind("NetworkPolicy") {
        let found = cluster.selected(policy, &policy["spec"]["podSelector"]["matchLabels"]);
        let components: BTreeSet<&str> =
            found.iter().map(|set| set["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap()).collect();
        if policy["spec"].get("ingress").is_some() {
            assert_eq!(components.len(), 1, "{name}: {} is over {components:?}", policy["metadata"]["name"]);
        } else {
            let beside = cluster.workloads().filter(|set| set["metadata"]["namespace"] == policy["metadata"]["namespace"]);
            assert_eq!(names(found), names(beside.collect()), "{name}: {}", policy["metadata"]["name"]);
        }
    }
    for org in &made.network.orgs {
        let monitors = cluster.of_kind("ServiceMonitor").filter(|monitor| {
            monitor["metadata"]["namespace"] == org.namespace.as_str()
                && monitor["metadata"]["labels"]["org"] == org.name.as_str()
        });
        for monitor in monitors {
            let found = names(services_of_monitor(cluster, monitor));
            let of_ca = org.fabric_ca.iter().filter(|ca| monitor["metadata"]["name"] == ca.name.as_str());
            let wanted: BTreeSet<Name> = match of_ca.map(|ca| (ca.namespace.clone(), ca.name.clone())).next() {
                Some(ca) => [ca].into(),
                None => org.nodes.iter().map(named).collect(),
            };
            assert_eq!(found, wanted, "{name}: what Prometheus asks of {}", org.name);
        }
    }
}
