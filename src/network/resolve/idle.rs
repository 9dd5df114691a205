//! Settings of values.yaml that nothing reads, since the network has no Kafka, no CouchDB or no Docker, or since another setting says
//! otherwise. Settings that nothing reads in any network are `input`'s.

use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::MonitoringSettings;
use crate::network::{ChaincodeRuntime, Channel, Consensus, Kafka, Metrics, Node, Org, Role, StateDatabase};

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
    warn_of_affinity(orgs, &mut warn);
    warn_of_statsd(orgs, &mut warn);
    let MonitoringSettings { service_monitor, prometheus_rule, dashboard } = &inputs.values.settings.monitoring;
    for (key, what, enabled) in [
        ("serviceMonitor", "no ServiceMonitor is rendered", service_monitor.enabled),
        ("prometheusRule", "no alarms are rendered", prometheus_rule.enabled.value),
        ("dashboard", "no dashboard is rendered", dashboard.enabled.value),
    ] {
        if !enabled {
            let help = format!("write `monitoring: {{{key}: {{enabled: true}}}}`, or take it out");
            warn(&["monitoring", key], "enabled", (what, &help));
        }
    }
}

/// Warns of what is written below a path, but below one of its keys, with why it does nothing, and what to do.
type Warn<'a> = dyn FnMut(&[&str], &str, (&str, &str)) + 'a;

/// How long an affinity lasts, where there is none.
fn warn_of_affinity(orgs: &[Org], warn: &mut Warn<'_>) {
    const TIMEOUT: &str = "sessionAffinityTimeoutSeconds";
    let why = ("connections from one address go to any peer", "write `sessionAffinity: ClientIP` beside it, or take it out");
    let has_one =
        |orgs: &[&Org]| orgs.iter().filter_map(|org| org.service.as_ref()).any(|service| service.session_affinity.is_some());
    if !has_one(&orgs.iter().collect::<Vec<_>>()) {
        warn(&["gateway", TIMEOUT], "", why);
    }
    for (domain, _) in by_domain(orgs).into_iter().filter(|(_, orgs)| !has_one(orgs)) {
        warn(&["orgs", domain, "gateway", TIMEOUT], "", why);
    }
}

/// Where metrics are sent, where they are not sent.
fn warn_of_statsd(orgs: &[Org], warn: &mut Warn<'_>) {
    let why = ("no StatsD is sent any metrics", "write `metrics: {provider: statsd}` beside it, or take it out");
    let sends = |orgs: &[&Org], wanted: &dyn Fn(&Node) -> bool| {
        let mut nodes = orgs.iter().flat_map(|org| &org.nodes).filter(|node| wanted(node));
        nodes.any(|node| matches!(node.operations.metrics, Metrics::Statsd { .. }))
    };
    let all: Vec<&Org> = orgs.iter().collect();
    for (role, key) in [(Role::Peer, "peer"), (Role::Orderer, "orderer")] {
        let of_role = |node: &Node| node.role == role;
        if !sends(&all, &of_role) {
            warn(&[key, "metrics", "statsd"], "", why);
        }
        for (domain, _) in by_domain(orgs).into_iter().filter(|(_, orgs)| !sends(orgs, &of_role)) {
            warn(&["orgs", domain, key, "metrics", "statsd"], "", why);
        }
    }
    for (domain, orgs) in by_domain(orgs) {
        for node in orgs.iter().flat_map(|org| &org.nodes) {
            if !sends(&orgs, &|other| other.hostname == node.hostname) {
                warn(&["orgs", domain, "nodes", &node.hostname, "metrics", "statsd"], "", why);
            }
        }
    }
}

/// Settings go by domain, and an ordering org may have that of a peer org.
fn by_domain(orgs: &[Org]) -> Vec<(&str, Vec<&Org>)> {
    let mut domains: Vec<(&str, Vec<&Org>)> = Vec::new();
    for org in orgs {
        match domains.iter_mut().find(|(domain, _)| *domain == org.domain) {
            Some((_, known)) => known.push(org),
            None => domains.push((&org.domain, vec![org])),
        }
    }
    domains
}
