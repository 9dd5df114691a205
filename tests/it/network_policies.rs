//! Who may reach whom: rendered NetworkPolicies, judged as Kubernetes does, over all samples.

use crate::cluster::selects;
use crate::support::Project;
use crate::variants::{expect, with_values};
use serde::Deserialize;
use serde_json::{Value, json};

/// A pod, or whatever else a connection comes from.
#[derive(Clone, Debug)]
struct End {
    name: String,
    namespace: String,
    namespace_labels: Value,
    labels: Value,
    /// By name.
    ports: Vec<(String, u64)>,
}

impl End {
    fn component(&self) -> &str {
        self.labels["app.kubernetes.io/component"].as_str().unwrap_or_default()
    }

    fn port(&self, name: &str) -> Option<u64> {
        self.ports.iter().find(|(known, _)| known == name).map(|(_, port)| *port)
    }
}

/// What is rendered of a sample with network policies and all that dials or is dialled, and the pods of flows.
struct Rendered {
    pods: Vec<End>,
    policies: Vec<Value>,
}

fn rendered(project: &Project, values: &str) -> Rendered {
    let options = "ca: {enabled: true}\ncli: {enabled: true}\noperations: {tls: {enabled: true}}";
    project.write("own.yaml", &format!("{options}\nnetworkPolicies: {{enabled: true, {values}}}"));
    let files = if project.path().join("values.yaml").exists() { vec!["-f", "values.yaml"] } else { Vec::new() };
    let run = |command: &[&str]| project.run(&[command, files.as_slice(), &["-f", "own.yaml"]].concat()).ok().stdout;
    let stream = [run(&["render", "--secrets", "omit"]), run(&["flow", "roll"])].join("---\n");
    let objects: Vec<Value> = serde_yaml::Deserializer::from_str(&stream).map(|one| Value::deserialize(one).unwrap()).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object["kind"] == kind);
    let namespace_labels = |name: &str| {
        let found = of_kind("Namespace").find(|namespace| namespace["metadata"]["name"] == name);
        let mut labels = found.map_or(json!({}), |namespace| namespace["metadata"]["labels"].clone());
        // Every namespace has it from Kubernetes itself.
        labels["kubernetes.io/metadata.name"] = name.into();
        labels
    };
    let pods = ["StatefulSet", "Deployment", "Job"].into_iter().flat_map(of_kind).map(|set| {
        let template = &set["spec"]["template"];
        let containers = template["spec"]["containers"].as_array().unwrap().iter();
        let ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
        let namespace = text(&set["metadata"]["namespace"]);
        End {
            name: text(&set["metadata"]["name"]),
            namespace_labels: namespace_labels(&namespace),
            namespace,
            labels: template["metadata"]["labels"].clone(),
            ports: ports.map(|port| (text(&port["name"]), port["containerPort"].as_u64().unwrap())).collect(),
        }
    });
    Rendered { pods: pods.collect(), policies: of_kind("NetworkPolicy").cloned().collect() }
}

impl Rendered {
    /// Whether a pod may be reached, as networking.k8s.io/v1 says: policies over a pod add up, and one that no policy is over is open.
    fn lets(&self, from: &End, to: &End, port: u64) -> bool {
        let is_over = |policy: &&Value| {
            policy["metadata"]["namespace"] == to.namespace.as_str() && selects(&policy["spec"]["podSelector"], &to.labels)
        };
        let over: Vec<&Value> = self.policies.iter().filter(is_over).collect();
        let rules = || {
            over.iter()
                .flat_map(|policy| policy["spec"]["ingress"].as_array().into_iter().flatten().map(move |rule| (policy, rule)))
        };
        over.is_empty()
            || rules().any(|(policy, rule)| {
                let at_port =
                    rule.get("ports").is_none_or(|ports| ports.as_array().unwrap().iter().any(|one| one["port"] == port));
                let sources = rule["from"].as_array().filter(|sources| !sources.is_empty());
                at_port && sources.is_none_or(|sources| sources.iter().any(|source| comes_from(source, policy, from)))
            })
    }

    fn of<'a>(&'a self, component: &'a str) -> impl Iterator<Item = &'a End> {
        self.pods.iter().filter(move |pod| pod.component() == component)
    }
}

fn comes_from(source: &Value, policy: &Value, from: &End) -> bool {
    if source.get("ipBlock").is_some() {
        return false;
    }
    let there = match source.get("namespaceSelector") {
        Some(selector) => selects(selector, &from.namespace_labels),
        None => policy["metadata"]["namespace"] == from.namespace.as_str(),
    };
    there && source.get("podSelector").is_none_or(|selector| selects(selector, &from.labels))
}

/// A pod that is none of the network's, of a namespace with only the label that Kubernetes gives.
fn stranger(namespace: &str, labels: Value) -> End {
    let namespace_labels = json!({"kubernetes.io/metadata.name": namespace});
    End { name: "stranger".to_owned(), namespace: namespace.to_owned(), namespace_labels, labels, ports: Vec::new() }
}

/// A pod of the network, in the namespace of another, that does something else.
fn beside(node: &End, component: &str) -> End {
    let mut labels = node.labels.clone();
    labels["app.kubernetes.io/component"] = component.into();
    labels["app"] = component.into();
    End { name: component.to_owned(), labels, ports: Vec::new(), ..node.clone() }
}

const SAMPLES: &[&str] = &["", "namespaces", "production", "bft", "solo", "kafka"];

fn sample(name: &str) -> Project {
    if name.is_empty() { Project::sample_with_stores() } else { Project::other_sample_with_stores(name) }
}

/// Which component dials which, and at which of its ports.
const DIALLED: &[(&str, &str, &str)] = &[
    ("peer", "peer", "grpc"),
    ("peer", "orderer", "grpc"),
    ("orderer", "orderer", "grpc"),
    ("orderer", "orderer", "cluster"),
    ("orderer", "kafka", "kafka"),
    ("kafka", "kafka", "kafka"),
    ("kafka", "zookeeper", "client"),
    ("zookeeper", "zookeeper", "peer"),
    ("zookeeper", "zookeeper", "election"),
    ("cli", "peer", "grpc"),
    ("cli", "orderer", "grpc"),
    ("cli", "orderer", "admin"),
    ("cli", "ca", "https"),
    ("flow", "orderer", "operations"),
];

/// What clients call: components and their ports.
const CALLED: &[(&str, &str)] = &[("peer", "grpc"), ("orderer", "grpc"), ("ca", "https")];

#[test]
fn what_the_network_needs_of_itself_is_let_through() {
    let mut seen = std::collections::BTreeSet::new();
    let without_tls = || {
        let project = sample("");
        project.replace("network.yaml", "network:\n", "tlsEnabled: false\nnetwork:\n");
        project
    };
    let projects = SAMPLES.iter().map(|name| (*name, sample(name))).chain([("without TLS", without_tls())]);
    for (name, project) in projects {
        for clients in ["", "clients: [{namespaceSelector: {matchLabels: {team: none}}}]"] {
            let rendered = rendered(&project, clients);
            for (from, to, name_of_port) in DIALLED {
                for dialling in rendered.of(from) {
                    for (dialled, port) in rendered.of(to).filter_map(|pod| Some((pod, pod.port(name_of_port)?))) {
                        let (one, other) = (&dialling.name, &dialled.name);
                        assert!(rendered.lets(dialling, dialled, port), "`{name}`, {clients}: {one} cannot reach {other}:{port}");
                        seen.insert((from, to, name_of_port));
                    }
                }
            }
        }
    }
    let unseen: Vec<_> = DIALLED.iter().filter(|(from, to, port)| !seen.contains(&(from, to, port))).collect();
    assert!(unseen.is_empty(), "no sample has {unseen:?}");
}

/// With clients narrowed, nobody in the network reaches more than it needs.
#[test]
fn what_the_network_does_not_need_of_itself_is_closed() {
    for name in SAMPLES {
        let rendered = rendered(&sample(name), "clients: [{namespaceSelector: {matchLabels: {team: none}}}]");
        for (from, to) in rendered.pods.iter().flat_map(|from| rendered.pods.iter().map(move |to| (from, to))) {
            // Chaincodes that a Docker in a peer's pod runs have that pod's address.
            for (port_name, port) in to.ports.iter().filter(|(name, _)| name != "chaincode") {
                let is_needed = DIALLED.contains(&(from.component(), to.component(), port_name));
                let is_let = rendered.lets(from, to, *port);
                assert_eq!(is_let, is_needed, "`{name}`: {} to {port_name} of {}", from.name, to.name);
            }
        }
    }
}

#[test]
fn strangers_reach_what_is_for_clients_and_nothing_else() {
    for name in SAMPLES {
        let open = rendered(&sample(name), "");
        let narrow =
            rendered(&sample(name), "clients: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: apps}}}]");
        for pod in &open.pods {
            // In another namespace, in the pod's own, and one that calls itself as the network's do.
            let disguised = End { labels: pod.labels.clone(), ..stranger("elsewhere", json!({})) };
            let strangers = [stranger("elsewhere", json!({})), stranger(&pod.namespace, json!({"app": "x"})), disguised];
            for (port_name, port) in &pod.ports {
                for stranger in &strangers {
                    let is_for_clients = CALLED.contains(&(pod.component(), port_name));
                    let what = format!("`{name}`: {stranger:?} to {port_name} of {}", pod.name);
                    assert_eq!(open.lets(stranger, pod, *port), is_for_clients, "{what}");
                    assert!(!narrow.lets(stranger, pod, *port), "narrow, {what}");
                }
                let client = stranger("apps", json!({}));
                let is_for_clients = CALLED.contains(&(pod.component(), port_name));
                assert_eq!(narrow.lets(&client, pod, *port), is_for_clients, "`{name}`: {port_name} of {}", pod.name);
                let prometheus = stranger("monitoring", json!({}));
                let told = open.lets(&prometheus, pod, *port);
                assert_eq!(told, is_for_clients || port_name == "operations", "`{name}`: {port_name} of {}", pod.name);
            }
        }
    }
}

#[test]
fn nothing_that_is_not_the_networks_is_closed() {
    for name in SAMPLES {
        let rendered = rendered(&sample(name), "");
        let namespace = &rendered.pods[0].namespace;
        let theirs = stranger(namespace, json!({"app": "shop", "app.kubernetes.io/managed-by": "Helm"}));
        assert!(rendered.lets(&stranger("elsewhere", json!({})), &theirs, 80), "`{name}`");
    }
}

/// A port that a Service offers and that nobody may reach would be a pod that its own policy cuts off.
#[test]
fn every_port_is_reached_by_somebody() {
    for name in SAMPLES {
        let rendered = rendered(&sample(name), "");
        let mut ends = rendered.pods.clone();
        ends.extend([stranger("elsewhere", json!({})), stranger("monitoring", json!({})), beside(&rendered.pods[0], "cli")]);
        for pod in &rendered.pods {
            // With chaincode as a service, it is peers that dial.
            for (port_name, port) in pod.ports.iter().filter(|(name, _)| name != "chaincode") {
                assert!(ends.iter().any(|end| rendered.lets(end, pod, *port)), "`{name}`: {port_name} of {}", pod.name);
            }
        }
    }
}

#[test]
fn chaincodes_that_dial_peers_are_let_through_where_they_run() {
    let reached = |values: &str, by: &dyn Fn(&End) -> End| {
        let project = Project::sample_with_stores();
        project.write("more.yaml", values);
        let text = format!("{}\n{values}", project.read("values.yaml"));
        project.write("values.yaml", &text);
        let rendered = rendered(&project, "chaincodes: [{podSelector: {matchLabels: {runs: chaincode}}}]");
        let peer = rendered.of("peer").next().unwrap().clone();
        rendered.lets(&by(&peer), &peer, peer.port("chaincode").unwrap())
    };
    let itself = |peer: &End| peer.clone();
    let written = |peer: &End| stranger(&peer.namespace, json!({"runs": "chaincode"}));
    let other = |peer: &End| stranger(&peer.namespace, json!({"runs": "something else"}));
    assert!(reached("chaincode: {runtime: dind}", &itself));
    assert!(!reached("", &itself));
    assert!(reached("", &written) && !reached("", &other));
}

#[test]
fn a_policy_for_each_component_and_one_that_closes_the_rest() {
    expect(
        &with_values("networkPolicies: {enabled: true}"),
        "NetworkPolicy/sample-default-deny NetworkPolicy/sample-orderers NetworkPolicy/org1-peers NetworkPolicy/org2-peers\n(new)",
    );
}
