//! Kafka and ZooKeeper as objects.

use super::engine::Engine;
use super::{Object, Templates, context};
use crate::diag::Problems;
use crate::network::sample::by_kafka;
use crate::yaml::Value;

const THREE: &[&str] =
    &["kafka-0.kafka-headless.default:9092", "kafka-1.kafka-headless.default:9092", "kafka-2.kafka-headless.default:9092"];

fn rendered(brokers: &[&str]) -> Vec<Object> {
    let (network, mut problems) = by_kafka(brokers, "");
    let templates = Templates::built_in();
    let engine = Engine::new(&templates, &mut problems).unwrap();
    let mut found = Problems::new();
    let objects = context::of_kafka(network.kafka.as_ref().unwrap(), &context::shared(&network))
        .iter()
        .flat_map(|scope| {
            templates.of(scope.kind).flat_map(|template| engine.render(template, scope, &mut found)).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
    objects
}

fn at<'a>(object: &'a Object, path: &[&str]) -> &'a Value {
    path.iter().fold(object.value(), |value, key| match key.parse::<usize>() {
        Ok(index) => &value[index],
        Err(_) => &value[*key],
    })
}

fn object<'a>(objects: &'a [Object], kind: &str, name: &str) -> &'a Object {
    let named = |object: &&Object| object.kind == kind && object.name == name;
    objects.iter().find(named).unwrap_or_else(|| panic!("no {kind} {name}"))
}

#[test]
fn brokers_say_of_themselves_the_names_that_channels_know() {
    let objects = rendered(THREE);
    let set = object(&objects, "StatefulSet", "kafka");
    let command = at(set, &["spec", "template", "spec", "containers", "0", "args", "0"]).as_str().unwrap();
    assert!(
        command.contains("--override \"advertised.listeners=PLAINTEXT://$POD_NAME.kafka-headless.default:9092\""),
        "{command}"
    );
    assert!(command.contains("--override \"broker.id=${POD_NAME##*-}\""), "{command}");
    assert_eq!(at(set, &["spec", "serviceName"]), "kafka-headless");
    assert_eq!(at(set, &["spec", "replicas"]), 3);
    let properties = at(object(&objects, "ConfigMap", "kafka"), &["data", "server.properties"]).as_str().unwrap();
    assert!(
        properties.contains("\nlisteners=PLAINTEXT://:9092\n") && properties.contains("\nlog.retention.ms=-1\n"),
        "{properties}"
    );
    assert!(objects.iter().all(|object| object.namespace.as_deref() == Some("default")));
}

#[test]
fn services_and_budgets_find_the_pods() {
    let objects = rendered(&["hlf-kafka-service:9092"]);
    let kinds: Vec<String> = objects.iter().map(|object| format!("{} {}", object.kind, object.name)).collect();
    assert_eq!(
        kinds,
        [
            "ConfigMap hlf-kafka-service-zookeeper",
            "PodDisruptionBudget hlf-kafka-service-zookeeper",
            "Service hlf-kafka-service-zookeeper-headless",
            "ServiceAccount hlf-kafka-service-zookeeper",
            "StatefulSet hlf-kafka-service-zookeeper",
            "ConfigMap hlf-kafka-service",
            "PodDisruptionBudget hlf-kafka-service",
            "Service hlf-kafka-service-headless",
            "Service hlf-kafka-service",
            "ServiceAccount hlf-kafka-service",
            "StatefulSet hlf-kafka-service",
        ]
    );
    for set in objects.iter().filter(|object| object.kind == "StatefulSet") {
        let labels = at(set, &["spec", "template", "metadata", "labels"]).as_mapping().unwrap();
        let matched = |selector: &Value| selector.as_mapping().unwrap().iter().all(|(key, value)| labels.get(key) == Some(value));
        let own = |object: &&Object| object.name.strip_suffix("-headless").unwrap_or(&object.name) == set.name;
        for object in objects.iter().filter(own) {
            let selector = match object.kind.as_str() {
                "Service" => at(object, &["spec", "selector"]),
                "PodDisruptionBudget" | "StatefulSet" => at(object, &["spec", "selector", "matchLabels"]),
                _ => continue,
            };
            assert!(matched(selector), "{} {}", object.kind, object.name);
        }
        let container = ["spec", "template", "spec", "containers", "0"];
        let ports = at(set, &[&container[..], &["ports"]].concat()).as_sequence().unwrap();
        let probed = at(set, &[&container[..], &["readinessProbe", "tcpSocket", "port"]].concat());
        assert!(ports.iter().any(|port| &port["name"] == probed));
    }
}

#[test]
fn one_pod_has_no_budget_and_pods_no_service_over_all() {
    let objects = rendered(&THREE[..1]);
    assert!(!objects.iter().any(|object| object.kind == "PodDisruptionBudget" && object.name == "kafka"));
    assert!(!objects.iter().any(|object| object.kind == "Service" && object.name == "kafka"));
}
