//! Kafka and its ZooKeeper, as the channels' lists of brokers ask for them. What a list means is `resolve`'s.

use super::{Budget, Image, Labels, Pod, Resources, Storage, Toleration};
use serde::Serialize;
use std::collections::BTreeMap;

/// The brokers of an ordering service, which fabkube runs.
#[derive(Clone, Debug, Serialize)]
pub struct Kafka {
    pub pods: PodSet,
    /// The Service over all of them, where channels name it in place of the brokers.
    pub service: Option<String>,
    /// What the brokers listen on, and what channels dial.
    pub port: u16,
    /// How each broker is dialled, after `<pod>.`: what channels name, so that clients are told no other name.
    pub domain: String,
    /// How many brokers have the messages of a channel.
    pub replication_factor: usize,
    /// server.properties, but for what is a pod's own.
    pub properties: BTreeMap<String, String>,
    pub paths: DataPaths,
    pub zookeeper: ZooKeeper,
}

/// The ensemble that the brokers keep their own state in.
#[derive(Clone, Debug, Serialize)]
pub struct ZooKeeper {
    pub pods: PodSet,
    pub ports: ZooKeeperPorts,
    /// zookeeper.properties, but for what is a pod's own.
    pub properties: BTreeMap<String, String>,
    pub paths: DataPaths,
}

/// What servers of ZooKeeper listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ZooKeeperPorts {
    /// For brokers.
    pub client: u16,
    /// For the other servers: what the leader says.
    pub peer: u16,
    /// For the other servers: who leads.
    pub election: u16,
}

/// Pods that are alike but for their number: a StatefulSet and its headless Service.
#[derive(Clone, Debug, Serialize)]
pub struct PodSet {
    /// The StatefulSet; its ConfigMap and its ServiceAccount are called alike.
    pub name: String,
    /// The Service that gives each pod its name.
    pub headless: String,
    pub namespace: String,
    pub replicas: usize,
    pub labels: Labels,
    pub selector: Labels,
    pub image: Image,
    pub pull_secrets: Vec<String>,
    /// The JVM's, in the words of `-Xmx`.
    pub heap: String,
    pub storage: Storage,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// What the user adds.
    pub pod: Pod,
    /// A single pod has none: it may go whenever its machine must.
    pub budget: Option<Budget>,
}

/// Where things are mounted in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DataPaths {
    pub config: &'static str,
    /// The volume.
    pub volume: &'static str,
    /// A folder in it: Kafka refuses the `lost+found` that a new file system has.
    pub data: &'static str,
}

impl DataPaths {
    /// The volume stands exactly where the image `apache/kafka` declares one. Elsewhere above it, the container runtime would lay an
    /// empty one over it in every new pod; and a read-only folder above its other volumes could not hold them (docker/jvm/Dockerfile).
    pub const KAFKA: DataPaths =
        DataPaths { config: "/etc/kafka-config", volume: "/var/lib/kafka/data", data: "/var/lib/kafka/data/log" };
    pub const ZOOKEEPER: DataPaths =
        DataPaths { config: "/etc/zookeeper-config", volume: "/var/lib/zookeeper", data: "/var/lib/zookeeper/data" };
}
