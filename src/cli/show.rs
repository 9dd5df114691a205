//! `fabkube show`: what the network is, and every variable that a template can use.

use super::progress::Bar;
use super::project_args::ProjectArgs;
use super::{Status, print, report};
use crate::crypto::Names;
use crate::diag::{Problems, Stop, more};
use crate::lock::Memory;
use crate::network::{
    Addressing, Beginning, Channel, Consensus, ExposedBy, Exposure, HostPort, Kafka, Namespace, Network, Node, Org, OrgKind,
    Purpose, Role, Tls,
};
use crate::pipeline::{self, Walk};
use crate::project::Project;
use crate::render::{self, Shown};
use crate::store::{Keys, Making, Policy};
use crate::yaml;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How many node ports a note lists.
const NAMED: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form
    #[arg(short, long, value_enum, default_value_t = Format::Tree)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// To read
    Tree,
    /// Every variable of every scope of the templates, values of Secrets as placeholders
    Yaml,
    /// The same, for programs
    Json,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let mut problems = Problems::new();
        let result = match self.output {
            Format::Tree => pipeline::network(&project, Purpose::Deployment, &mut problems).map(|network| tree(&network)),
            Format::Yaml => variables(&project, &mut problems).and_then(|value| {
                let value = yaml::value_of(&value).map_err(Stop::Internal)?;
                Ok(yaml::to_text(&value))
            }),
            Format::Json => variables(&project, &mut problems).map(|value| format!("{value:#}\n")),
        };
        print(&report::reported(&problems, result)?)?;
        Ok(Status::Done)
    }
}

/// Every scope with its variables, by the folder of its templates and its name.
fn variables(project: &Project, problems: &mut Problems) -> Result<Value, Stop> {
    let policy = Policy { making: Making::InMemory, keys: Keys::NotNeeded };
    let made = pipeline::make(
        Walk {
            project,
            policy,
            memory: Memory::Counts,
            purpose: Purpose::Deployment,
            names: Names::Checked,
            progress: &Bar::new(),
        },
        problems,
    )?;
    if !made.ports.is_empty() {
        let named = made.ports.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        report::line(&format!(
            "note: not allotted yet, and perhaps others once `render` allots them: {named}{}",
            more(made.ports.len(), NAMED)
        ));
    }
    let scopes = render::scopes(&made.network, (&made.material, &made.artifacts, &made.package_ids), Shown::Placeholders);
    let mut all = json!({});
    for scope in &scopes {
        let namesakes = scopes.iter().filter(|other| (other.kind, &other.name) == (scope.kind, &scope.name)).count();
        let name = if namesakes > 1 { format!("{}/{}", scope.namespace, scope.name) } else { scope.name.clone() };
        all[scope.kind.folder()][name] = json!(scope.variables);
    }
    Ok(all)
}

fn tree(network: &Network) -> String {
    let mut text = String::new();
    let addressing = match network.addressing {
        Addressing::Service => "by Service names",
        Addressing::Domain => "by the hosts of your files",
    };
    let tls = match network.tls {
        Tls::On => "",
        Tls::Off => " without TLS",
    };
    let _ = writeln!(text, "network {}: Fabric {}{tls}, nodes dialled {addressing}", network.name, network.fabric_version);
    for namespace in &network.namespaces {
        let _ = writeln!(text, "{}", namespace_line(namespace, network));
    }
    for org in &network.orgs {
        let _ = writeln!(text, "{}", org_line(org));
        for node in &org.nodes {
            let _ = writeln!(text, "  {}", node_line(node, network));
        }
        if let Some(service) = &org.service {
            let outside = outside(org.exposure.as_ref(), network);
            let _ = writeln!(text, "  {}  the Service over all of them{outside}", service.name);
        }
        if let Some(cli) = &org.cli {
            let _ = writeln!(text, "  {}  Fabric's command line, as its administrator", cli.name);
        }
        if let Some(ca) = &org.fabric_ca {
            let _ = writeln!(text, "  {}  its Fabric CA, {}", ca.name, ca.address);
        }
    }
    if let Some(kafka) = &network.kafka {
        let _ = writeln!(text, "{}", kafka_line(kafka));
    }
    for channel in &network.channels {
        let _ = writeln!(text, "{}", channel_line(channel, network));
    }
    text
}

/// What a channel begins with is said where that is no block of its own.
fn channel_line(channel: &Channel, network: &Network) -> String {
    let ordered = match channel.config.orderer.as_ref().map(|orderer| &orderer.consensus) {
        Some(Consensus::Raft { consenters, options: _ }) => format!("{} consenters", consenters.len()),
        Some(Consensus::Bft { consenters, options: _ }) => format!("{} consenters", consenters.len()),
        Some(Consensus::Kafka { brokers: _ }) => "ordered by Kafka".to_owned(),
        Some(Consensus::Solo) => "ordered by one orderer".to_owned(),
        None => "ordered as the system channel is".to_owned(),
    };
    let members: Vec<&str> = channel.members.iter().map(|id| network.org(*id).name.as_str()).collect();
    let members = if members.is_empty() { "no local org".to_owned() } else { members.join(", ") };
    let what = match channel.begins_with {
        Beginning::SystemBlock => format!("what orderers begin with, {ordered}"),
        Beginning::Block => format!("peers of {members}, {ordered}"),
        Beginning::Transaction => format!("peers of {members}, created by a transaction"),
    };
    format!("channel {} (profile {}): {what}", channel.name, channel.profile)
}

/// Evictions of orderers are said, since their budgets are dealt out over all namespaces.
fn namespace_line(namespace: &Namespace, network: &Network) -> String {
    let orgs: Vec<&str> =
        network.orgs.iter().filter(|org| org.namespace == namespace.name).map(|org| org.name.as_str()).collect();
    let whose = if orgs.is_empty() { "Kafka".to_owned() } else { orgs.join(", ") };
    let is_orderer = |node: &&Node| node.role == Role::Orderer && node.namespace == namespace.name;
    let evictions = namespace.orderers_budget.as_ref().map_or(String::new(), |budget| {
        format!(", {} of {} orderers may be evicted at once", budget.max_unavailable, network.nodes().filter(is_orderer).count())
    });
    let level = namespace.pod_security.word();
    let security =
        if namespace.create { format!("Pod Security {level}") } else { format!("not made here, for Pod Security {level}") };
    format!("namespace {} of {whose} ({security}{evictions})", namespace.name)
}

/// The brokers as channels name them.
fn kafka_line(kafka: &Kafka) -> String {
    let Kafka { pods, service, port, domain, replication_factor, zookeeper, .. } = kafka;
    let dialled = match service {
        Some(service) => format!("{service}:{port}"),
        None => format!("{}-0.{domain}:{port}", pods.name),
    };
    let (brokers, servers) = (pods.replicas, zookeeper.pods.replicas);
    format!(
        "kafka {} in {}: {brokers} brokers at {dialled}, {replication_factor} replicas, {servers} servers of ZooKeeper",
        pods.name, pods.namespace
    )
}

fn org_line(org: &Org) -> String {
    let kind = match org.kind {
        OrgKind::Orderer => "ordering org",
        OrgKind::Peer => "peer org",
    };
    format!("{kind} {} ({}, {})", org.name, org.msp_id, org.domain)
}

/// Service ports are said in full: one that made way for a port of the user's is seen here.
fn node_line(node: &Node, network: &Network) -> String {
    let exposed = || node.exposure.iter().flat_map(|exposure| exposure.ports.iter().map(move |port| (exposure, port)));
    let is_open = |offered: u16| {
        exposed().any(|(exposure, port)| port.node_port == Some(offered) && network.is_allotted_now(exposure, port))
    };
    let ports = node.service_ports.iter().filter(|port| !is_open(port.port));
    let ports: Vec<String> = ports.map(|port| format!("{} {}", port.target.word(), port.port)).collect();
    let outside = outside(node.exposure.as_ref(), network);
    format!("{}  {}  {}  [{}]{outside}", node.name, node.common_name, node.address, ports.join(", "))
}

const TO_BE_ALLOTTED: &str = "its node port allotted at `render`";

/// Where it is dialled from outside, and what leads in. A node port that is free now may be another's by the time that it is allotted.
fn outside(exposure: Option<&Exposure>, network: &Network) -> String {
    let Some(exposure) = exposure else { return String::new() };
    let by = match exposure.by {
        ExposedBy::NodePort { .. } => "nodePort",
        ExposedBy::LoadBalancer { .. } => "loadBalancer",
        ExposedBy::Ingress { .. } => "ingress",
        ExposedBy::TlsRoute { .. } => "tlsRoute",
    };
    let ports = exposure.ports.iter().map(|port| {
        let (word, follows) = (port.name.word(), port.node_port == Some(port.port));
        match (exposure.address(port.name), network.is_allotted_now(exposure, port)) {
            (Some(address), false) => format!("{word} {address}"),
            (None, false) => format!("{word} port {}", port.port),
            (Some(address), true) if !follows => format!("{word} {address}, {TO_BE_ALLOTTED}"),
            (Some(HostPort { host, port: _ }), true) => format!("{word} {host}, {TO_BE_ALLOTTED}"),
            (None, true) => format!("{word}, {TO_BE_ALLOTTED}"),
        }
    });
    format!("  outside by {by} [{}]", ports.collect::<Vec<_>>().join(", "))
}
