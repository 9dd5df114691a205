//! Kafka and ZooKeeper with all that their pods need: sizes, names, settings. Which brokers channels ask for is `brokers`'s.

mod brokers;
mod ensemble;
#[cfg(test)]
mod tests;
mod zookeeper;

use super::Cluster;
use super::orgs::OrgDraft;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::Inputs;
use crate::network::{Channel, Consensus, DataPaths, Kafka, OrdererConfig, Org, OrgKind, ZooKeeper, names};
use crate::yaml::{Free, FreeMap, Spanned};
use brokers::{Asked, Surroundings};
use ensemble::{Set, hosts, number, properties};
use std::collections::{BTreeMap, BTreeSet};

/// Brokers behind one Service, and servers of ZooKeeper, where nothing else is said.
const USUAL: usize = 3;
/// Replicas that Fabric asks for at the least, and how many of them have to have a message (fabric `docs/source/kafka.rst`, step 6).
const REPLICAS: usize = 3;
const IN_SYNC: usize = 2;
/// `KAFKA_MESSAGE_MAX_BYTES` of Fabric's own samples (99 MiB). One number for all that is smaller, so that no channel's larger block
/// has the brokers restart.
const MESSAGE_BYTES: u32 = 99 << 20;
/// What the same page has for headers.
const HEADER_BYTES: u32 = 1 << 20;

/// What nobody sets in server.properties, besides what is in it: a pod's own, and what would lose messages.
const KAFKA_ONLY: &[&str] = &["advertised.listeners", "broker.id", "log.cleanup.policy", "log.dir", "process.roles"];

/// The Kafka that the channels' brokers ask for; `None` where there is none to run.
pub fn kafka(
    channels: &[Channel],
    orgs: &[OrgDraft],
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) -> Option<Kafka> {
    let mut of_kafka: Vec<(&OrdererConfig, &[Spanned<String>])> = Vec::new();
    for channel in channels {
        let Some(orderer) = &channel.config.orderer else { continue };
        let Consensus::Kafka { brokers } = &orderer.consensus else { continue };
        if brokers.is_empty() {
            let message = format!("the channel `{}` orders by Kafka, and names no broker", channel.name);
            let help = "list them under `Kafka.Brokers` in the Orderer section: `kafka-0.kafka-headless.default:9092` and so on";
            problems.push(Problem::new(Code::FK0247, message).at(&channel.place).help(help));
        }
        of_kafka.push((orderer, brokers.as_slice()));
    }
    let given = &inputs.values.settings.kafka;
    if !given.create {
        return None;
    }
    let namespaces = orgs.iter().map(|org| org.namespace.as_str()).collect();
    let of_orderers = orgs
        .iter()
        .filter(|org| org.kind == OrgKind::Orderer && !org.nodes.is_empty())
        .map(|org| org.namespace.as_str())
        .collect();
    let around = Surroundings { cluster_domain: &cluster.domain, namespaces: &namespaces, of_orderers: &of_orderers };
    let named: Vec<&Spanned<String>> = of_kafka.iter().flat_map(|(_, brokers)| *brokers).collect();
    let asked = brokers::asked(&named, around, problems)?;
    let largest = of_kafka.iter().map(|(orderer, _)| orderer.batch_size.absolute_max_bytes).max().unwrap_or_default();
    let replicas = replicas(&asked, &given.replicas, problems);
    let place = if given.replicas.value == 0 { &asked.place } else { &given.replicas.place };
    warn_of_few(replicas, place, problems);

    let zookeeper = zookeeper::zookeeper(&asked, (inputs, cluster), problems);
    let (replication_factor, in_sync) = replication(replicas);
    let made = made(&asked, (largest, replicas), &zookeeper, cluster);
    let pod_settings = inputs.values.beside("kafka", problems);
    let set = Set {
        component: "kafka",
        name: &asked.name,
        headless: &asked.headless,
        replicas,
        survives: replication_factor - in_sync,
    };
    let pods = set.pods(&asked, (&given.of_pods(), &pod_settings), (inputs, cluster), problems);
    Some(Kafka {
        properties: properties(made, ("kafka", &pod_settings), KAFKA_ONLY, problems),
        pods,
        service: asked.service,
        port: asked.port,
        domain: asked.domain,
        replication_factor,
        paths: DataPaths::KAFKA,
        zookeeper,
    })
}

/// How many replicas a message has, and how many of them have to have it before it counts.
fn replication(brokers: usize) -> (usize, usize) {
    let replicas = brokers.min(REPLICAS);
    (replicas, if replicas < REPLICAS { 1 } else { IN_SYNC })
}

/// As many brokers as channels name, or more, which clients hear of from the others.
fn replicas(asked: &Asked, given: &Spanned<i64>, problems: &mut Problems) -> usize {
    let least = asked.named.unwrap_or(1);
    if given.value == 0 {
        return asked.named.unwrap_or(USUAL);
    }
    let number = number(given, "brokers", problems);
    if number < least {
        let message = format!("`kafka.replicas` is {number}, and channels name {least} brokers");
        let problem = Problem::new(Code::FK0247, message).at(&given.place).at(&asked.place);
        problems.push(problem.help("leave it out: there are as many brokers as channels name"));
    }
    number.max(least)
}

fn warn_of_few(replicas: usize, place: &Place, problems: &mut Problems) {
    if replicas < REPLICAS {
        let brokers = if replicas == 1 { "one broker has" } else { "two brokers have" };
        let message = format!("{brokers} the messages of all channels, and Fabric asks for three");
        let help = "name four brokers, or three if new channels may wait while one is down";
        problems.push(Problem::new(Code::FK0249, message).at(place).help(help));
    }
}

/// server.properties (fabric `docs/source/kafka.rst`, step 6).
fn made(asked: &Asked, (largest, brokers): (u32, usize), zookeeper: &ZooKeeper, cluster: &Cluster) -> BTreeMap<String, String> {
    let (replication, in_sync) = replication(brokers);
    let servers: Vec<String> =
        hosts(&zookeeper.pods, cluster).iter().map(|host| format!("{host}:{}", zookeeper.ports.client)).collect();
    let message = message_bytes(largest);
    let properties = [
        // An orderer asks for a channel's topic, and so makes it, with as many replicas as the brokers say (fabric
        // `orderer/consensus/kafka/chain.go`, `setupTopicForChannel`).
        ("auto.create.topics.enable", "true".to_owned()),
        ("default.replication.factor", replication.to_string()),
        ("listeners", format!("PLAINTEXT://:{}", asked.port)),
        ("log.dirs", DataPaths::KAFKA.data.to_owned()),
        // A channel is its whole log.
        ("log.retention.bytes", "-1".to_owned()),
        ("log.retention.ms", "-1".to_owned()),
        ("message.max.bytes", message.to_string()),
        ("min.insync.replicas", in_sync.to_string()),
        ("offsets.topic.replication.factor", replication.to_string()),
        ("replica.fetch.max.bytes", message.to_string()),
        ("socket.request.max.bytes", (message + HEADER_BYTES).to_string()),
        ("transaction.state.log.min.isr", in_sync.to_string()),
        ("transaction.state.log.replication.factor", replication.to_string()),
        // A replica that lacks messages would begin a channel anew from where it stands.
        ("unclean.leader.election.enable", "false".to_owned()),
        ("zookeeper.connect", servers.join(",")),
        // Both start at once.
        ("zookeeper.connection.timeout.ms", "60000".to_owned()),
    ];
    properties.map(|(key, value)| (key.to_owned(), value)).into()
}

/// What brokers have to take, so that the largest block of all channels fits. Kafka counts in signed numbers; a block of 2 GiB would
/// long have failed elsewhere.
fn message_bytes(largest_block: u32) -> u32 {
    largest_block.saturating_add(HEADER_BYTES).clamp(MESSAGE_BYTES, i32::MAX.unsigned_abs() - HEADER_BYTES)
}

/// What Kafka's objects are called, nothing else of their namespace may be called; nor may they be called alike among themselves.
pub fn check_names(kafka: &Kafka, orgs: &[Org], (channels, network): (&[Channel], &str), problems: &mut Problems) {
    let brokers = channels.iter().filter_map(|channel| match &channel.config.orderer.as_ref()?.consensus {
        Consensus::Kafka { brokers } => brokers.first(),
        Consensus::Solo | Consensus::Raft { .. } | Consensus::Bft { .. } => None,
    });
    let Some(broker) = brokers.into_iter().next() else { return };
    let ensemble = &kafka.zookeeper.pods;
    if kafka.pods.headless == ensemble.headless || kafka.service.as_ref() == Some(&ensemble.headless) {
        let message = format!("Kafka and its ZooKeeper would both have a Service called `{}`", ensemble.headless);
        let problem = Problem::new(Code::FK0214, message).at(&broker.place);
        problems.push(problem.help("give the brokers' Service another name: `kafka-0.kafka-headless.default:9092`, say"));
    }
    let sets = [&kafka.pods, ensemble];
    let ours: BTreeSet<&str> = sets.iter().flat_map(|set| [set.name.as_str(), set.headless.as_str()]).collect();
    let our_budgets: BTreeSet<&str> = sets.iter().filter_map(|set| Some(set.budget.as_ref()?.name.as_str())).collect();
    let of_orderers = names::orderers_budget(network);
    for org in orgs.iter().filter(|org| org.namespace == kafka.pods.namespace) {
        let service = org.service.iter().map(|service| (service.name.as_str(), &org.place));
        let nodes = org.nodes.iter().map(|node| (node.name.as_str(), &node.place));
        let has_orderers = org.kind == OrgKind::Orderer && !org.nodes.is_empty();
        let of_peers = org.budget.iter().map(|budget| budget.name.as_str());
        let budgets = of_peers.chain(has_orderers.then_some(of_orderers.as_str())).map(|name| (name, &org.place));
        let fabric_ca = org.fabric_ca.iter().map(|ca| (ca.name.as_str(), &org.place));
        let cli = org.cli.iter().map(|cli| (cli.name.as_str(), &org.place));
        let taken = service.chain(nodes).chain(fabric_ca).chain(cli).filter(|(name, _)| ours.contains(name));
        for (name, place) in taken.chain(budgets.filter(|(name, _)| our_budgets.contains(name))) {
            let message =
                format!("`{}` of the org `{}` and Kafka would both have an object called `{name}`", name, org.short_name);
            let problem = Problem::new(Code::FK0214, message).at(&broker.place).at(place);
            problems.push(problem.help("give the brokers another name, or the org (`orgs: {<Domain>: {name: …}}`)"));
        }
    }
}

/// An orderer that asks for more replicas of a channel than there are brokers makes no channel; `config` is what the user has
/// orderer.yaml say.
pub fn check_topic(config: &FreeMap, brokers: usize, problems: &mut Problems) {
    let section = |map: &'_ FreeMap, key: &str| match map.get(key).map(|section| section.value.clone()) {
        Some(Free::Map(section)) => section,
        _ => FreeMap::default(),
    };
    let topic = section(&section(config, "Kafka"), "Topic");
    let Some(wanted) = topic.get("ReplicationFactor") else { return };
    let Free::Int(number) = wanted.value else { return };
    if usize::try_from(number).is_ok_and(|number| number > brokers) {
        let message = format!("`Kafka.Topic.ReplicationFactor` of orderer.yaml is {number}, and there are {brokers} brokers");
        let help = "take it out: it is three, or as many as there are brokers where these are fewer";
        problems.push(Problem::new(Code::FK0267, message).at(&wanted.place).help(help));
    }
}

/// Has a network that is there order by brokers, whatever its channels say.
#[cfg(test)]
pub fn order_by(network: &mut super::Network, brokers: &[&str], inputs: &Inputs, problems: &mut Problems) {
    let placement = super::Placement::new(inputs, problems);
    let cluster = super::cluster(inputs, problems);
    let (drafts, _) = super::orgs::expand((inputs, &placement), cluster.version, problems);
    for orderer in network.channels.iter_mut().filter_map(|channel| channel.config.orderer.as_mut()) {
        let brokers = brokers.iter().map(|broker| Spanned::nowhere((*broker).to_owned())).collect();
        orderer.consensus = Consensus::Kafka { brokers };
    }
    network.kafka = kafka(&network.channels, &drafts, (inputs, &cluster), problems);
    network.topic_replicas = super::Ordering::new(&network.channels, network.kafka.as_ref(), &cluster).topic_replicas;
    if let Some(kafka) = &network.kafka {
        check_names(kafka, &network.orgs, (&network.channels, &network.name), problems);
        network.namespaces.extend(super::namespaces::of_kafka(kafka, &network.namespaces, (inputs, &cluster)));
    }
}
