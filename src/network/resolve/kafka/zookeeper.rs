//! The ZooKeeper that brokers keep their own state in.

use super::USUAL;
use super::brokers::Asked;
use super::ensemble::{Set, hosts, number, properties};
use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::is_default;
use crate::network::addresses::port;
use crate::network::resolve::Cluster;
use crate::network::{DataPaths, ZooKeeper, ZooKeeperPorts, names};
use std::collections::BTreeMap;

/// What nobody sets in zookeeper.properties: a second folder, which has no volume.
const ZOOKEEPER_ONLY: &[&str] = &["dataLogDir"];

/// The ensemble beside the brokers, in their namespace.
pub fn zookeeper(asked: &Asked, (inputs, cluster): (&Inputs, &Cluster), problems: &mut Problems) -> ZooKeeper {
    let given = &inputs.values.settings.zookeeper;
    let replicas = number(&given.replicas, "servers of ZooKeeper", problems);
    if replicas.is_multiple_of(2) || (replicas < USUAL && !is_default(&given.replicas)) {
        let survives = (replicas - 1) / 2;
        let message = format!("{replicas} servers of ZooKeeper survive the loss of {survives}");
        let help = "three survive the loss of one, five of two: an odd number gets the most out of each";
        problems.push(Problem::new(Code::FK0249, message).at(&given.replicas.place).help(help));
    }
    let name = format!("{}-zookeeper", asked.name);
    let headless = format!("{name}-headless");
    for (name, limit) in [(&name, names::STATEFUL_SET_LIMIT), (&headless, names::LABEL_LIMIT)] {
        if let Err(reason) = names::check_label(name, limit) {
            let message = format!("the brokers `{}-…` have a ZooKeeper that cannot be called `{name}`: {reason}", asked.name);
            problems.push(Problem::new(Code::FK0247, message).at(&asked.place).help("give the brokers a shorter name"));
        }
    }
    let ports = ZooKeeperPorts { client: port::ZOOKEEPER, peer: port::ZOOKEEPER_PEER, election: port::ZOOKEEPER_ELECTION };
    let mut made = BTreeMap::from(
        [
            // No page for administrators, which nothing here asks for.
            ("admin.enableServer", "false".to_owned()),
            ("autopurge.purgeInterval", "24".to_owned()),
            ("autopurge.snapRetainCount", "3".to_owned()),
            ("clientPort", ports.client.to_string()),
            ("dataDir", DataPaths::ZOOKEEPER.data.to_owned()),
            ("initLimit", "10".to_owned()),
            // A pod's own name may not resolve yet when it starts.
            ("quorumListenOnAllIPs", "true".to_owned()),
            ("syncLimit", "5".to_owned()),
            ("tickTime", "2000".to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let set = Set { component: "zookeeper", name: &name, headless: &headless, replicas, survives: (replicas - 1) / 2 };
    let pod_settings = inputs.values.beside("zookeeper", problems);
    let pods = set.pods(asked, (&given.of_pods(), &pod_settings), (inputs, cluster), problems);
    for (i, host) in hosts(&pods, cluster).into_iter().enumerate().filter(|_| replicas > 1) {
        made.insert(format!("server.{}", i + 1), format!("{host}:{}:{}", ports.peer, ports.election));
    }
    let properties = properties(made, ("zookeeper", &pod_settings), ZOOKEEPER_ONLY, problems);
    ZooKeeper { pods, ports, properties, paths: DataPaths::ZOOKEEPER }
}
