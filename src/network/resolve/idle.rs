//! Settings of values.yaml that nothing reads, since the network has no Kafka, no CouchDB or no Docker. Settings that nothing reads in
//! any network are `input`'s.

use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::network::{ChaincodeRuntime, Channel, Consensus, Kafka, Org, StateDatabase};

/// Warns of each part once, where the user wrote something in it.
pub fn warn(inputs: &Inputs, (orgs, channels): (&[Org], &[Channel]), kafka: Option<&Kafka>, problems: &mut Problems) {
    let mut warn = |path: &[&str], except: &str, (why, help): (&str, &str)| {
        if let Some(place) = inputs.values.written(path, except) {
            let message = format!("`{}` has no effect: {why}", path.join("."));
            problems.push(Problem::new(Code::FK0105, message).at(place).help(help));
        }
    };
    let nodes = || orgs.iter().flat_map(|org| &org.nodes);
    let orders_by_kafka = |channel: &Channel| {
        let consensus = channel.config.orderer.as_ref().map(|orderer| &orderer.consensus);
        matches!(consensus, Some(Consensus::Kafka { .. }))
    };
    let has_kafka_elsewhere = channels.iter().any(orders_by_kafka);
    let no_kafka = if has_kafka_elsewhere {
        ("no Kafka is rendered", "take it out: who runs the brokers has it to say")
    } else {
        ("no channel orders by Kafka", "take it out: `OrdererType` in configtx.yaml says how channels order")
    };
    if kafka.is_none() {
        warn(&["kafka"], if has_kafka_elsewhere { "create" } else { "" }, no_kafka);
        warn(&["zookeeper"], "", no_kafka);
    }
    if !nodes().any(|node| matches!(node.chaincode_runtime, Some(ChaincodeRuntime::Dind(_)))) {
        let help = "take it out, or write `chaincode: {runtime: dind}`, which gives each peer one";
        warn(&["chaincode", "dind"], "", ("no peer has a Docker beside it", help));
    }
    // What else is said of an external one is `state_database`'s.
    if !nodes().any(|node| matches!(node.state_database, Some(StateDatabase::CouchDb(_)))) {
        let help = "take it out, or write `peer: {stateDatabase: couchdb}`, before peers first run";
        warn(&["couchdb"], "external", ("no peer has a CouchDB beside it", help));
    }
}
