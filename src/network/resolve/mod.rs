//! Turns what the user wrote into a [`Network`], or into every reason why it is none. It reads no disk and makes nothing.

mod chaincode;
mod chaincodes;
mod channels;
mod cli;
mod containers;
mod environment;
mod exposure;
mod fabric_ca;
mod fabric_config;
mod fabric_values;
mod fabric_version;
mod flow;
mod gateway;
mod go_template;
mod host_aliases;
mod hosts;
mod idle;
pub(super) mod kafka;
mod monitoring;
mod namespaces;
mod network_policies;
mod nodes;
mod operations;
mod ordering;
mod orgs;
mod own;
mod pod_security;
mod pods;
mod ports;
mod selectors;
mod settings;
mod state_database;
mod structures;
#[cfg(test)]
mod tests;
mod unique_names;
mod units;
mod volumes;

use super::{Addressing, ChaincodeRuntime, Channel, FabricVersion, LoneOrg, Network, Org, OrgKind, Role, Tls, names, versions};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::input::values::{OrgSettings, Values, is_default};
use crate::input::{Inputs, given};
use crate::lock::NodePorts;
use crate::yaml::Spanned;
use exposure::Exposures;
pub use fabric_version::named_version;
use namespaces::Placement;
use ordering::Ordering;

/// What the whole network shares.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub network: String,
    pub domain: String,
    pub addressing: Addressing,
    pub tls: Tls,
    /// The one that the user named; otherwise the inputs choose it.
    pub version: FabricVersion,
}

/// What a network is resolved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// All of it has to be built into fabkube.
    Deployment,
    /// Its orgs alone matter, as they do to cryptogen. Channels say by which names nodes are dialled, where they can be read;
    /// what is not built yet, and what is wrong with them, is no reason to make no keys.
    Keys,
    /// Its channels' configuration, of whatever Fabric version and consensus: all that configtxgen does.
    Channels,
    /// The same, with hosts that stay as they are and need not mean any node.
    ChannelsAsWritten,
}

impl Purpose {
    /// Whether node ports stand in what is made, so that they have to stay from then on.
    pub fn needs_ports(self) -> bool {
        match self {
            Purpose::Deployment | Purpose::Channels => true,
            Purpose::Keys | Purpose::ChannelsAsWritten => false,
        }
    }
}

/// The network that the inputs describe, with the node ports that it had before.
pub fn resolve(inputs: &Inputs, node_ports: &NodePorts, purpose: Purpose, problems: &mut Problems) -> Result<Network, Stop> {
    if purpose == Purpose::Deployment {
        report_not_built(inputs, problems);
    }
    let placement = Placement::new(inputs, problems);
    let cluster = cluster(inputs, problems);
    let (drafts, known) = orgs::expand((inputs, &placement), cluster.version, problems);
    let mut channels = match purpose {
        Purpose::Deployment | Purpose::Channels | Purpose::ChannelsAsWritten => {
            channels::resolve(inputs, (&drafts, known), (&cluster, purpose), problems)
        }
        Purpose::Keys => {
            let mut of_channels = Problems::new();
            let channels = channels::resolve(inputs, (&drafts, known), (&cluster, purpose), &mut of_channels);
            if of_channels.has_errors() { Vec::new() } else { channels }
        }
    };
    let kafka = match purpose {
        Purpose::Deployment => kafka::kafka(&channels, &drafts, (inputs, &cluster), problems),
        Purpose::Keys | Purpose::Channels | Purpose::ChannelsAsWritten => None,
    };
    let ordering = Ordering::new(&channels, kafka.as_ref(), &cluster);
    let exposures = Exposures::new(&drafts, (inputs, &cluster, &ordering), node_ports, problems);
    let mut orgs = nodes::finish(drafts, (&channels, &ordering, &exposures), (inputs, &cluster), problems);
    exposures.tell(&mut channels);
    let chaincodes = match purpose {
        Purpose::Deployment => chaincodes::chaincodes(&mut orgs, &channels, (inputs, &cluster), problems),
        // Whose servers have certificates; what is wrong with them is no reason to make no keys.
        Purpose::Keys => chaincodes::chaincodes(&mut orgs, &channels, (inputs, &cluster), &mut Problems::new()),
        Purpose::Channels | Purpose::ChannelsAsWritten => Vec::new(),
    };
    let clis = cli::clis(&orgs, (inputs, &cluster), problems);
    orgs.iter_mut().zip(clis).for_each(|(org, cli)| org.cli = cli);
    let monitoring = monitoring::network(&inputs.values.settings.monitoring, (&orgs, kafka.as_ref()), &cluster, problems);
    unique_names::check(&orgs, problems);
    host_aliases::check_hosts(&orgs, problems);
    if purpose == Purpose::Deployment {
        hosts::check_one_node_each(&orgs, &cluster, problems);
        network_policies::check(&inputs.values.settings.network_policies, problems);
    }
    let flow = flow::flow(inputs, &cluster, problems);
    if let Some(kafka) = &kafka {
        kafka::check_names(kafka, &orgs, (&channels, &cluster.network), problems);
    }
    if known == orgs::Known::All {
        placement.check_orgs(&orgs, problems);
        check_org_settings(inputs, &orgs, problems);
    }
    problems.stop_on_errors()?;
    if purpose == Purpose::Deployment {
        check_deployment(inputs, (&orgs, &channels), &cluster, problems);
        idle::warn(inputs, (&orgs, &channels), kafka.as_ref(), problems);
        problems.stop_on_errors()?;
    }

    let may_go = orderers_that_may_go(&orgs, &channels);
    let mut namespaces = placement.namespaces(&orgs, (inputs, &cluster), (may_go, ordering.genesis.as_ref()));
    namespaces.extend(kafka.as_ref().and_then(|kafka| namespaces::of_kafka(kafka, &namespaces, (inputs, &cluster))));
    if purpose == Purpose::Deployment {
        namespaces::warn_of_unlabelled(&namespaces, inputs, problems);
        network_policies::settle(&mut namespaces, (&orgs, &channels, kafka.as_ref()), (inputs, &cluster), problems);
        problems.stop_on_errors()?;
    }
    Ok(Network {
        name: cluster.network,
        fabric_version: cluster.version,
        tls: cluster.tls,
        addressing: cluster.addressing,
        cluster_domain: cluster.domain,
        namespaces,
        orgs,
        channels,
        chaincodes,
        kafka,
        flow,
        topic_replicas: ordering.topic_replicas,
        monitoring,
        allotted_ports: exposures.into_allotted(),
    })
}

/// One organization of configtx.yaml by itself: by its `Name` or `ID` there, or by its name or domain in crypto-config.yaml; in a
/// profile, if one is given.
pub fn organization(
    inputs: &Inputs,
    node_ports: &NodePorts,
    wanted: (&str, Option<&str>),
    problems: &mut Problems,
) -> Result<LoneOrg, Stop> {
    let placement = Placement::new(inputs, problems);
    let cluster = cluster(inputs, problems);
    let (drafts, known) = orgs::expand((inputs, &placement), cluster.version, problems);
    let mut found = channels::organization(inputs, (&drafts, known), &cluster, wanted, problems);
    let ordering = Ordering::new(&[], None, &cluster);
    let exposures = Exposures::new(&drafts, (inputs, &cluster, &ordering), node_ports, problems);
    found.iter_mut().for_each(|org| exposures.tell_lone(org));
    problems.stop_on_errors()?;
    found.ok_or(Stop::Reported)
}

/// As many orderers may go at once as every channel's consensus survives; before there is a channel, as Raft will survive.
fn orderers_that_may_go(orgs: &[Org], channels: &[Channel]) -> usize {
    let orderers = orgs.iter().flat_map(|org| &org.nodes).filter(|node| node.role == Role::Orderer).count();
    let survived = channels.iter().map(|channel| &channel.config).filter_map(|config| config.orderer.as_ref());
    let survived = survived.map(|orderer| orderer.consensus.may_be_down(orderers)).min();
    survived.unwrap_or(orderers.saturating_sub(1) / 2)
}

/// What Fabric knows and fabkube does not yet: one clear problem each, never a half-rendered network.
pub(crate) fn not_built(what: impl std::fmt::Display, place: &Place, problems: &mut Problems) {
    problems.push(Problem::new(Code::FK0901, format!("{what} is not built into fabkube yet")).at(place).help(
        "what is built: the networks of one crypto-config.yaml, with Raft, BFT, Kafka or Solo ordering, of Fabric 1.4 to 3.1",
    ));
}

/// Whether what an org has one of can be called so; where the org's own name is wrong, that has been told.
fn names_checked(what: &str, (name, org): (&str, &str), (domain, place): (&str, &Place), problems: &mut Problems) {
    let org_name_is_right = names::check_label(org, names::LABEL_LIMIT).is_ok();
    if let (true, Err(reason)) = (org_name_is_right, names::check_label(name, names::STATEFUL_SET_LIMIT)) {
        problems.push(
            Problem::new(Code::FK0204, format!("the {what} of `{domain}` cannot be called `{name}`: {reason}"))
                .at(place)
                .help(format!("give the org a shorter name in values.yaml: `orgs: {{{domain}: {{name: org1}}}}`")),
        );
    }
}

/// A list of names for a help line, or what to say where there is none.
fn names_or(intro: &str, names: &[&str], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { format!("{intro} `{}`", names.join("`, `")) }
}

fn report_not_built(inputs: &Inputs, problems: &mut Problems) {
    let crypto = &inputs.crypto_config;
    for org in crypto.external_orderer_orgs.iter().chain(&crypto.external_peer_orgs) {
        not_built(format!("an external org (`{}`)", org.name.value), &org.place, problems);
    }
}

fn cluster(inputs: &Inputs, problems: &mut Problems) -> Cluster {
    let settings = &inputs.values.settings;
    let name = &settings.network.name;
    if let Err(reason) = names::check_label(name, names::LABEL_LIMIT) {
        problems.push(
            Problem::new(Code::FK0211, format!("`{}` cannot name a network: {reason}", name.value))
                .at(&name.place)
                .help("use lower-case letters, digits and `-`, beginning with a letter"),
        );
    }
    let version = fabric_version::version(inputs, problems);
    Cluster {
        network: name.value.clone(),
        domain: cluster_domain(&inputs.values, problems),
        addressing: addressing(inputs, problems),
        tls: tls(inputs),
        version,
    }
}

/// The cluster's DNS domain.
pub fn cluster_domain(values: &Values, problems: &mut Problems) -> String {
    let domain = &values.settings.cluster_domain;
    if domain.is_empty() || domain.split('.').any(|label| names::check_label(label, names::LABEL_LIMIT).is_err()) {
        let problem = Problem::new(Code::FK0211, format!("`{}` cannot be the cluster's DNS domain", domain.value));
        problems.push(problem.at(&domain.place).help("nearly every cluster has `cluster.local`"));
    }
    domain.trim_end_matches('.').to_owned()
}

/// What can be said of a network only as a whole: whether its Fabric version can run it, and what runs with less than users expect.
fn check_deployment(inputs: &Inputs, (orgs, channels): (&[Org], &[Channel]), cluster: &Cluster, problems: &mut Problems) {
    if cluster.version < versions::OLDEST_DEPLOYED {
        let wanted = fabric_version::wanted(inputs);
        let oldest = versions::OLDEST_DEPLOYED;
        let message = format!(
            "Fabric {} is too old: its orderers and peers are told other things than those from {oldest} on",
            cluster.version
        );
        let problem = Problem::new(Code::FK0289, message);
        let problem = if given(&wanted) { problem.at(&wanted.place) } else { problem };
        problems.push(
            problem.help(format!("Fabric {} reads the same ledgers: `--fabric-version 1.4`", versions::WITH_SYSTEM_CHANNEL)),
        );
    }
    ordering::check(orgs, channels, cluster, problems);
    let has_docker = |org: &&Org| org.nodes.iter().any(|node| matches!(node.chaincode_runtime, Some(ChaincodeRuntime::Dind(_))));
    for org in orgs.iter().filter(has_docker) {
        chaincode::warn_of_docker(&org.domain, inputs, cluster, problems);
    }
    if let Some(tls) = tls_setting(inputs).filter(|tls| !tls.value) {
        let message =
            "clients, peers and orderers of this network speak without TLS: everybody on their way can read and change it";
        let problem = Problem::new(Code::FK0283, message).at(&tls.place);
        problems.push(
            problem
                .help("write `tlsEnabled: true`: all certificates for it are made, and docs/ordering.md says what else changes"),
        );
    }
}

fn tls_setting(inputs: &Inputs) -> Option<&Spanned<bool>> {
    inputs.network.as_ref().and_then(|network| network.content.tls_enabled.as_ref())
}

/// PIVT's `tlsEnabled`; where nobody says, it is on.
fn tls(inputs: &Inputs) -> Tls {
    if tls_setting(inputs).is_some_and(|tls| !tls.value) { Tls::Off } else { Tls::On }
}

/// PIVT's `useActualDomains: true` asks for what values call `addressing: domain`, unless values ask for something.
fn addressing(inputs: &Inputs, problems: &mut Problems) -> Addressing {
    let given = &inputs.values.settings.addressing;
    let actual_domains = inputs.network.as_ref().and_then(|network| network.content.use_actual_domains.as_ref());
    match given.value.as_str() {
        "domain" => Addressing::Domain,
        "service" if is_default(given) && actual_domains.is_some_and(|wanted| wanted.value) => Addressing::Domain,
        "service" => Addressing::Service,
        other => {
            let problem = Problem::new(Code::FK0212, format!("`{other}` is no way to address nodes"));
            problems.push(problem.at(&given.place).help("write `service` or `domain`"));
            Addressing::Service
        }
    }
}

/// Settings for an org or a node that is not there would silently do nothing.
fn check_org_settings(inputs: &Inputs, orgs: &[Org], problems: &mut Problems) {
    for (domain, settings) in inputs.values.settings.orgs.iter() {
        let of_domain: Vec<&Org> = orgs.iter().filter(|org| org.domain == domain.value).collect();
        if of_domain.is_empty() {
            let known: Vec<&str> = orgs.iter().map(|org| org.domain.as_str()).collect();
            problems.push(
                Problem::new(
                    Code::FK0215,
                    format!("values.yaml has settings for the org `{}`, which crypto-config.yaml does not have", domain.value),
                )
                .at(&domain.place)
                .help(names_or("orgs go by their Domain:", &known, "it has no org")),
            );
            continue;
        }
        check_kind_of_org(inputs, (&domain.value, &of_domain), settings, problems);
        for (hostname, _) in settings.nodes.iter() {
            let nodes = || of_domain.iter().flat_map(|org| &org.nodes);
            if !nodes().any(|node| node.hostname == hostname.value) {
                let known: Vec<&str> = nodes().map(|node| node.hostname.as_str()).collect();
                problems.push(
                    Problem::new(
                        Code::FK0215,
                        format!(
                            "values.yaml has settings for the node `{}` of `{}`, which is not there",
                            hostname.value, domain.value
                        ),
                    )
                    .at(&hostname.place)
                    .help(names_or("nodes go by their Hostname:", &known, "the org has no node")),
                );
            }
        }
    }
}

/// What an org has no nodes for would do nothing there.
fn check_kind_of_org(inputs: &Inputs, (domain, orgs): (&str, &[&Org]), settings: &OrgSettings, problems: &mut Problems) {
    let has = |kind: OrgKind| orgs.iter().any(|org| org.kind == kind && !org.nodes.is_empty());
    let written = |key: &'static str| Some((key, inputs.values.written(&["orgs", domain, key], "")?));
    let gateway = settings.gateway.as_ref().map(|gateway| ("gateway", &gateway.place));
    let of_peers = [gateway, written("peer"), written("couchdb")];
    for (is_there, nodes, kind, found) in [
        (has(OrgKind::Peer), "peers", "a peer org", of_peers.as_slice()),
        (has(OrgKind::Orderer), "orderers", "an ordering org", &[written("orderer")]),
    ] {
        for (key, place) in found.iter().flatten().filter(|_| !is_there) {
            let message = format!("`{key}` stands under `{domain}`, which has no {nodes}");
            problems.push(Problem::new(Code::FK0297, message).at(place).help(format!("take it out, or put it under {kind}")));
        }
    }
}
