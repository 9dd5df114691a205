//! Names, and the namespaces that objects are in.

use super::case::Case;
use fabkube::network::Role;
use serde_json::Value;
use std::collections::BTreeSet;

pub fn names_are_unique_and_within_limits(Case { name: case, cluster, .. }: &Case) {
    let label = |name: &str, most: usize| {
        let inside = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(inside && name.len() <= most && !name.starts_with('-') && !name.ends_with('-'), "{case}: {name}");
    };
    let mut known = BTreeSet::new();
    for object in &cluster.objects {
        let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
        assert!(known.insert((kind, object["metadata"]["namespace"].as_str(), name)), "{case}: {kind} {name} twice");
        label(name, if kind == "StatefulSet" { 52 } else { 63 });
        for labels in [&object["metadata"]["labels"], &object["spec"]["template"]["metadata"]["labels"]] {
            let values = labels.as_object().into_iter().flatten().map(|(_, value)| value.as_str().unwrap());
            values.for_each(|value| label(value, 63));
        }
        let mut ports = BTreeSet::new();
        for port in object["spec"]["ports"].as_array().into_iter().flatten() {
            label(port["name"].as_str().unwrap(), 15);
            assert!((1..=65535).contains(&port["port"].as_u64().unwrap()));
            assert!(ports.insert(port["name"].to_string()) && ports.insert(port["port"].to_string()), "{case}: {object}");
        }
    }
}

/// Every object is in a namespace that is made, and the orderers that may be evicted are no more than the consensus survives,
/// wherever they are.
pub fn namespaces_hold_together(Case { name, cluster, made, .. }: &Case) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut made_ones: BTreeSet<String> = cluster.of_kind("Namespace").map(|object| text(&object["metadata"]["name"])).collect();
    let others = cluster.objects.iter().filter(|object| object["kind"] != "Namespace");
    let used: BTreeSet<String> = others.map(|object| text(&object["metadata"]["namespace"])).collect();
    // Every cluster has this one.
    made_ones.extend(used.get("default").cloned());
    assert_eq!(used, made_ones, "{name}");

    let of_orderers = |budget: &&Value| budget["metadata"]["labels"]["app.kubernetes.io/component"] == "orderer";
    let budgets: Vec<&Value> = cluster.of_kind("PodDisruptionBudget").filter(of_orderers).collect();
    let covered = budgets.iter().flat_map(|budget| cluster.selected(budget, &budget["spec"]["selector"]["matchLabels"])).count();
    let orderers = made.network.nodes().filter(|node| node.role == Role::Orderer).count();
    let evicted: u64 = budgets.iter().map(|budget| budget["spec"]["maxUnavailable"].as_u64().unwrap()).sum();
    let services = made.network.channels.iter().filter_map(|channel| channel.config.orderer.as_ref());
    let survived = services.map(|service| service.consensus.may_be_down(orderers)).min().unwrap();
    assert_eq!((covered, evicted as usize), (orderers, survived), "{name}");
}
