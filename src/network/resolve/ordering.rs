//! How the orderers of a deployment begin and reach each other, as its channels and its Fabric version ask for; and whether that can
//! work at all. What a channel's configuration says is `channels`'s.

use super::Cluster;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{Beginning, Channel, Consensus, Kafka, Listener, Org, Probe, Role, Tls, names, versions};

/// Fabric's own number of replicas (`Kafka.Topic.ReplicationFactor` of its orderer.yaml), where the brokers are somebody else's.
const TOPIC_REPLICAS: usize = 3;

/// What all orderers of a network have in common.
#[derive(Clone, Debug)]
pub struct Ordering {
    /// The block that they begin with; from Fabric 2.3 on they can do without, and join channels one by one.
    pub genesis: Option<Genesis>,
    pub cluster: ClusterPort,
    /// What tells that an orderer is ready.
    pub readiness: Probe,
    /// How many brokers they ask to have a channel's topic; `None` where no channel orders by Kafka.
    pub topic_replicas: Option<usize>,
    /// How many brokers there are, where they are ours.
    pub brokers: Option<usize>,
}

/// The first block of the system channel.
#[derive(Clone, Debug)]
pub struct Genesis {
    pub channel: String,
    /// The Secret that it is in.
    pub name: String,
}

/// Where orderers reach each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterPort {
    /// Nowhere: Solo is alone, and Kafka is between the others.
    None,
    /// Where clients reach them.
    Shared,
    /// At a port of its own: consenters speak TLS, and clients do not.
    Own,
}

impl ClusterPort {
    /// What a consenter's address leads to.
    pub fn listener(self) -> Listener {
        match self {
            ClusterPort::None | ClusterPort::Shared => Listener::Grpc,
            ClusterPort::Own => Listener::Cluster,
        }
    }
}

impl Ordering {
    /// What the channels ask for, and the Kafka that runs here if one does.
    pub fn new(channels: &[Channel], kafka: Option<&Kafka>, cluster: &Cluster) -> Self {
        let system = channels.iter().find(|channel| channel.begins_with == Beginning::SystemBlock);
        let name = names::genesis(&cluster.network);
        // Without a system channel an orderer is always ready to be one of several.
        let cluster = match (system.and_then(consensus), cluster.tls) {
            (Some(Consensus::Solo | Consensus::Kafka { .. }), _) => ClusterPort::None,
            (_, Tls::On) => ClusterPort::Shared,
            (_, Tls::Off) => ClusterPort::Own,
        };
        // With Kafka, `/healthz` writes a message into every channel's log for ever, and before the brokers are there it ends the orderer
        // (`HealthCheck` in orderer/consensus/kafka/chain.go has no producer then).
        let has_kafka = channels.iter().filter_map(consensus).any(|consensus| matches!(consensus, Consensus::Kafka { .. }));
        let readiness = if has_kafka { Probe::Grpc } else { Probe::Health };
        let topic_replicas = has_kafka.then(|| kafka.map_or(TOPIC_REPLICAS, |kafka| kafka.replication_factor));
        let genesis = system.map(|channel| Genesis { channel: channel.name.clone(), name });
        Self { genesis, cluster, readiness, topic_replicas, brokers: kafka.map(|kafka| kafka.pods.replicas) }
    }
}

fn consensus(channel: &Channel) -> Option<&Consensus> {
    channel.config.orderer.as_ref().map(|orderer| &orderer.consensus)
}

/// Reports orderers that would not start, or not serve their channels. Channels are whole: nothing else is wrong with them.
pub fn check(orgs: &[Org], channels: &[Channel], cluster: &Cluster, problems: &mut Problems) {
    let orderers: Vec<&Org> = orgs.iter().filter(|org| org.nodes.iter().any(|node| node.role == Role::Orderer)).collect();
    let Some(first) = orderers.first() else { return };
    let system: Vec<&Channel> = channels.iter().filter(|channel| channel.begins_with == Beginning::SystemBlock).collect();
    let (version, needs_none) = (cluster.version, versions::DEFAULT);
    match system.as_slice() {
        [] if !version.features().channel_participation => {
            let message =
                format!("orderers of Fabric {version} begin with the first block of a system channel, and the files have none");
            let help = format!(
                "name a profile with Consortiums in network.yaml, `network: {{genesisProfile: OrdererGenesis}}`; or use a version \
                 whose orderers need none: `fabric: {{version: {needs_none}}}`"
            );
            problems.push(Problem::new(Code::FK0284, message).at(&first.place).help(help));
        }
        [one, another, ..] => {
            let message = format!("orderers begin with one system channel, and there are `{}` and `{}`", one.name, another.name);
            let problem = Problem::new(Code::FK0284, message).at(&another.place).at(&one.place);
            problems.push(problem.help("take one of them out: a profile with Consortiums makes a system channel"));
        }
        _ => {}
    }
    for channel in channels {
        let Some(consensus) = consensus(channel) else { continue };
        let kind = match consensus {
            Consensus::Solo => "solo",
            Consensus::Kafka { .. } => "kafka",
            Consensus::Raft { .. } | Consensus::Bft { .. } => continue,
        };
        if channel.begins_with == Beginning::Block {
            problems.push(needs_system_channel(kind, &channel.name, &channel.place));
        } else if kind == "solo" {
            check_alone(&orderers, channel, problems);
        }
    }
}

/// Orderers join channels of consenters alone (fabric `orderer/common/multichannel/registrar.go`, JoinChannel).
fn needs_system_channel(kind: &str, channel: &str, place: &Place) -> Problem {
    let message =
        format!("no orderer can join the channel `{channel}`: with the OrdererType `{kind}` a system channel has to make it");
    Problem::new(Code::FK0285, message)
        .at(place)
        .help("use `OrdererType: etcdraft`; or name a profile with Consortiums in network.yaml, `network: {genesisProfile: …}`")
}

fn check_alone(orderers: &[&Org], channel: &Channel, problems: &mut Problems) {
    let nodes: Vec<_> = orderers.iter().flat_map(|org| &org.nodes).collect();
    let [_, second, ..] = nodes.as_slice() else { return };
    let message =
        format!("with the OrdererType `solo` every orderer has a channel to itself, and there are {} orderers", nodes.len());
    let problem = Problem::new(Code::FK0286, message).at(&second.place).at(&channel.place);
    problems.push(problem.help("leave one orderer in crypto-config.yaml, or use `OrdererType: etcdraft`, whose orderers agree"));
}
