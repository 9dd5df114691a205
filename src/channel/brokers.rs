//! Whether the brokers that a stored block orders by are those that would run. What files ask for now is `network`'s.
//!
//! Brokers have the messages of a channel, and an orderer that is new reads the whole channel by the block that it begins with: both
//! hold on to the names in the block, whatever the channel learns later.

use super::consensus::KAFKA;
use super::history::Stored;
use super::proto::orderer::{ConsensusType, KafkaBrokers};
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{Channel, Consensus, Kafka, Network, Org, OrgKind, addresses};
use prost::Message;
use std::collections::BTreeSet;

/// Reports a block whose brokers are none of the Kafka that the network would run (FK0414). Where it runs none, they are somebody
/// else's.
pub(super) fn check(stored: &Stored, channel: &Channel, network: &Network, problems: &mut Problems) {
    let Some(kafka) = &network.kafka else { return };
    let rendered = names(kafka, network);
    let is_gone = |broker: &String| !rendered.contains(&broker.to_ascii_lowercase().replacen(".:", ":", 1));
    let gone: Vec<String> = of_block(stored).into_iter().filter(is_gone).collect();
    if gone.is_empty() {
        return;
    }
    let message = format!(
        "the block of channel `{}` orders by brokers that the Kafka of these files does not have: `{}`",
        channel.name,
        gone.join("`, `")
    );
    let problem = Problem::new(Code::FK0414, message).at(&Place::file(&stored.path)).at(now(channel));
    problems.push(problem.help(
        "bring these brokers back in configtx.yaml: they have the channel's messages; where others run them, say `kafka: {create: false}`",
    ));
}

/// Where the files say which brokers the channel has now.
fn now(channel: &Channel) -> &Place {
    match channel.config.orderer.as_ref().map(|orderer| &orderer.consensus) {
        Some(Consensus::Kafka { brokers }) => brokers.first().map_or(&channel.place, |broker| &broker.place),
        Some(Consensus::Solo | Consensus::Raft { .. } | Consensus::Bft { .. }) | None => &channel.place,
    }
}

/// The brokers that a block orders by; none where it orders otherwise.
fn of_block(stored: &Stored) -> Vec<String> {
    let Some(orderer) = stored.group.groups.get("Orderer") else { return Vec::new() };
    let value = |key: &str| orderer.values.get(key).map(|value| value.value.as_slice());
    let consensus = value("ConsensusType").and_then(|value| ConsensusType::decode(value).ok());
    let brokers = value("KafkaBrokers").and_then(|value| KafkaBrokers::decode(value).ok());
    match (consensus, brokers) {
        (Some(consensus), Some(brokers)) if consensus.r#type == KAFKA => brokers.brokers,
        _ => Vec::new(),
    }
}

/// Every `host:port` under which orderers reach a broker of the Kafka, or the Service over all.
fn names(kafka: &Kafka, network: &Network) -> BTreeSet<String> {
    let (pods, domain) = (&kafka.pods, &network.cluster_domain);
    // A name without a namespace is looked up in the orderer's own.
    let is_elsewhere = |org: &Org| org.kind == OrgKind::Orderer && org.namespace != pods.namespace;
    let without_namespace = usize::from(network.orgs.iter().any(is_elsewhere));
    let of_service = |service: &str| {
        let names = addresses::service_names(service, &pods.namespace, domain);
        names.into_iter().skip(without_namespace).map(|host| format!("{host}:{}", kafka.port)).collect::<Vec<_>>()
    };
    let of_pods = of_service(&pods.headless);
    let of_pods = (0..pods.replicas).flat_map(|i| of_pods.iter().map(move |name| format!("{}-{i}.{name}", pods.name)));
    of_pods.chain(kafka.service.iter().flat_map(|service| of_service(service))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::proto::configtx::{ConfigGroup, ConfigValue};
    use crate::network::sample::by_kafka;

    /// The block of a network that orders by brokers.
    fn block(brokers: &[&str]) -> Stored {
        let value = |bytes: Vec<u8>| ConfigValue { value: bytes, ..ConfigValue::default() };
        let consensus = ConsensusType { r#type: KAFKA.to_owned(), ..ConsensusType::default() };
        let brokers = KafkaBrokers { brokers: brokers.iter().map(|broker| (*broker).to_owned()).collect() };
        let mut orderer = ConfigGroup::default();
        orderer.values.insert("ConsensusType".to_owned(), value(consensus.encode_to_vec()));
        orderer.values.insert("KafkaBrokers".to_owned(), value(brokers.encode_to_vec()));
        let mut group = ConfigGroup::default();
        group.groups.insert("Orderer".to_owned(), orderer);
        Stored { path: "mychannel.block".into(), bytes: Vec::new(), group }
    }

    const OF_BLOCK: [&str; 3] = ["kafka-0.kafka.fabric:9092", "kafka-1.kafka.fabric:9092", "KAFKA-2.kafka.fabric.:9092"];

    /// What is said of a block, where the files name brokers.
    fn said(in_block: &[&str], in_files: &[&str], values: &str) -> Vec<String> {
        let (network, _) = by_kafka(in_files, values);
        let mut problems = Problems::new();
        check(&block(in_block), &network.channels[0], &network, &mut problems);
        problems.iter().map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn brokers_may_come_and_none_of_the_block_may_go() {
        assert!(said(&OF_BLOCK, &OF_BLOCK, "").is_empty());
        assert!(said(&OF_BLOCK[..2], &OF_BLOCK, "").is_empty());
        assert!(said(&OF_BLOCK, &OF_BLOCK[..1], "kafka: {replicas: 3}").is_empty());
        let fewer = said(&OF_BLOCK, &OF_BLOCK[..1], "");
        assert!(matches!(fewer.as_slice(), [one] if one.contains("have: `kafka-1.kafka.fabric:9092`, `KAFKA-2.")), "{fewer:?}");
    }

    #[test]
    fn another_spelling_of_a_broker_is_the_same_broker() {
        let of_service = ["kafka:9092", "kafka.fabric:9092", "kafka.fabric.svc:9092", "kafka.fabric.svc.cluster.local:9092"];
        assert!(said(&of_service, &["kafka:9092"], "").is_empty());
        assert!(
            said(&OF_BLOCK, &OF_BLOCK.map(|broker| broker.replace("fabric", "fabric.svc")).each_ref().map(String::as_str), "")
                .is_empty()
        );
        assert!(said(&["kafka-0.kafka:9092"], &["kafka-0.kafka.fabric:9092"], "").is_empty());
    }

    #[test]
    fn another_kafka_is_none_for_the_block() {
        for (in_block, in_files) in [
            ("kafka-0.kafka.fabric:9092", "kafka-0.kafka.kafka:9092"),
            ("kafka-0.kafka.fabric:9092", "kafka-0.kafka.fabric:9093"),
            ("kafka-0.kafka:9092", "kafka-0.kafka.kafka:9092"),
            ("kafka:9092", "kafka-0.kafka.fabric:9092"),
            ("10.0.0.1:9092", "kafka:9092"),
        ] {
            assert_eq!(said(&[in_block], &[in_files], "").len(), 1, "{in_block}, {in_files}");
            assert!(said(&[in_block], &[in_files], "kafka: {create: false}").is_empty());
        }
    }
}
