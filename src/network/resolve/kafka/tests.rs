//! Kafka out of lists of brokers and values.

use super::*;
use crate::diag::Severity;
use crate::network::PodSet;
use crate::network::sample::by_kafka;

const THREE: &[&str] =
    &["kafka-0.kafka-headless.default:9092", "kafka-1.kafka-headless.default:9092", "kafka-2.kafka-headless.default:9092"];

fn codes(problems: &Problems) -> Vec<(Code, Severity)> {
    problems.iter().map(|problem| (problem.code, problem.severity)).collect()
}

fn kafka(brokers: &[&str], values: &str) -> Kafka {
    let (network, problems) = by_kafka(brokers, values);
    assert!(!problems.has_errors(), "{problems:?}");
    network.kafka.unwrap()
}

#[test]
fn brokers_have_what_fabric_asks_for() {
    let kafka = kafka(THREE, "");
    for (key, value) in [
        ("unclean.leader.election.enable", "false"),
        ("min.insync.replicas", "2"),
        ("default.replication.factor", "3"),
        ("message.max.bytes", "103809024"),
        ("replica.fetch.max.bytes", "103809024"),
        ("socket.request.max.bytes", "104857600"),
        ("log.retention.ms", "-1"),
        ("log.dirs", "/var/lib/kafka/data/log"),
    ] {
        assert_eq!(kafka.properties.get(key).map(String::as_str), Some(value), "{key}");
    }
    assert!(
        kafka.properties["zookeeper.connect"]
            .starts_with("kafka-zookeeper-0.kafka-zookeeper-headless.default.svc.cluster.local:2181,kafka-zookeeper-1.")
    );
    let ensemble = &kafka.zookeeper;
    let third = ensemble.properties.get("server.3").map(String::as_str);
    assert_eq!(third, Some("kafka-zookeeper-2.kafka-zookeeper-headless.default.svc.cluster.local:2888:3888"));
    let budget = |pods: &PodSet| pods.budget.as_ref().map(|budget| budget.max_unavailable);
    assert_eq!((budget(&kafka.pods), budget(&ensemble.pods)), (Some(1), Some(1)));
}

#[test]
fn larger_blocks_fit_with_their_headers() {
    let most = (1 << 31) - 1 - (1 << 20);
    for (block, message) in [(0, 99 << 20), (98 << 20, 99 << 20), (99 << 20, 100 << 20), (u32::MAX, most)] {
        assert_eq!(message_bytes(block), message, "{block}");
    }
}

#[test]
fn fewer_brokers_than_fabric_asks_for_are_warned_of() {
    for (brokers, replicas, in_sync, budget) in [(1, "1", "1", None), (2, "2", "1", Some(1))] {
        let (network, problems) = by_kafka(&THREE[..brokers], "");
        assert_eq!(codes(&problems), [(Code::FK0249, Severity::Warning)]);
        let kafka = network.kafka.unwrap();
        let of = |key: &str| kafka.properties[key].clone();
        assert_eq!((of("default.replication.factor"), of("min.insync.replicas")), (replicas.into(), in_sync.into()));
        assert_eq!(kafka.pods.budget.map(|budget| budget.max_unavailable), budget);
    }
}

#[test]
fn orderers_ask_for_as_many_replicas_as_there_can_be() {
    assert_eq!(crate::network::sample::two_orgs().topic_replicas, None);
    for (brokers, values, replicas) in
        [(&THREE[..1], "", 1), (THREE, "kafka: {replicas: 4}", 3), (THREE, "kafka: {create: false}", 3)]
    {
        assert_eq!(by_kafka(brokers, values).0.topic_replicas, Some(replicas), "{brokers:?} {values}");
    }
}

#[test]
fn values_say_how_many_where_names_leave_it_open() {
    assert_eq!(kafka(&["kafka:9092"], "").pods.replicas, 3);
    assert_eq!(kafka(&["kafka:9092"], "kafka: {replicas: 4}").pods.replicas, 4);
    assert_eq!(kafka(THREE, "kafka: {replicas: 4}").pods.replicas, 4);
    let (_, problems) = by_kafka(THREE, "kafka: {replicas: 2}\nzookeeper: {replicas: 4}");
    assert_eq!(problems.iter().filter(|problem| problem.code == Code::FK0247).count(), 1);
    assert!(problems.iter().any(|problem| problem.code == Code::FK0249 && problem.message.starts_with("4 servers")));
    let (_, problems) = by_kafka(THREE, "kafka: {replicas: -1}\nzookeeper: {replicas: 0}");
    assert_eq!(codes(&problems).iter().filter(|(code, _)| *code == Code::FK0205).count(), 2);
    assert!(by_kafka(THREE, "kafka: {create: false}").0.kafka.is_none());
}

#[test]
fn the_namespace_of_brokers_is_there_and_default_is_left_alone() {
    let namespaces = |broker: &str| -> Vec<(String, bool)> {
        let (network, _) = by_kafka(&[broker], "");
        network.namespaces.into_iter().map(|namespace| (namespace.name, namespace.create)).collect()
    };
    let fabric = ("fabric".to_owned(), true);
    assert_eq!(namespaces("kafka-0.k.default:9092"), [fabric.clone(), ("default".to_owned(), false)]);
    assert_eq!(namespaces("kafka-0.k.messages.svc:9092"), [fabric.clone(), ("messages".to_owned(), true)]);
    assert_eq!(namespaces("kafka:9092"), [fabric]);
}

#[test]
fn settings_go_from_general_to_specific_and_what_fabric_asks_for_is_kept() {
    let values = "defaults: {nodeSelector: {disk: ssd}}\n\
                  kafka: {nodeSelector: {type: hw1}, config: {log.roll.hours: 24, compression.type: producer}, heap: 2g}\n";
    let kafka = kafka(THREE, values);
    assert_eq!(kafka.pods.node_selector.len(), 2);
    assert_eq!((kafka.properties["log.roll.hours"].as_str(), kafka.pods.heap.as_str()), ("24", "2g"));
    let (_, problems) = by_kafka(THREE, "kafka: {heap: 2GB, config: {broker.id: 7, log.retention.ms: 1, a: [b]}}");
    assert_eq!(
        codes(&problems).into_iter().map(|(code, _)| code).collect::<Vec<_>>(),
        [Code::FK0216, Code::FK0290, Code::FK0290, Code::FK0103]
    );
}

#[test]
fn an_org_that_is_called_as_brokers_are_is_a_problem() {
    let (_, problems) = by_kafka(&["orderer-orderer0:9092"], "");
    assert!(codes(&problems).contains(&(Code::FK0214, Severity::Error)), "{problems:?}");
}

#[test]
fn brokers_that_are_called_as_what_else_there_is_are_a_problem() {
    for brokers in [
        &["kafka-0.kafka-zookeeper-headless.default:9092"][..],
        &["sample-orderers-0.h.fabric.svc:9092", "sample-orderers-1.h.fabric.svc:9092"],
    ] {
        let (_, problems) = by_kafka(brokers, "network: {name: sample}");
        assert!(codes(&problems).contains(&(Code::FK0214, Severity::Error)), "{brokers:?} {problems:?}");
    }
}
