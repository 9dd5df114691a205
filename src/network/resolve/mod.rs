//! Turns what the user wrote into a [`Network`], or into every reason why it is none. It reads no disk and makes nothing.

mod chaincode;
mod channels;
mod containers;
mod environment;
mod fabric_config;
mod flow;
mod go_template;
mod hosts;
pub(super) mod kafka;
mod namespaces;
mod nodes;
mod ordering;
mod orgs;
mod own;
mod pod_security;
mod pods;
mod ports;
mod settings;
mod state_database;
mod structures;
#[cfg(test)]
mod tests;
mod units;

use super::{Addressing, ChaincodeRuntime, Channel, FabricVersion, LoneOrg, Network, Org, Role, Tls, names, versions};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::input::{Inputs, given};
use crate::yaml::Spanned;
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

/// The network that the inputs describe.
pub fn resolve(inputs: &Inputs, purpose: Purpose, problems: &mut Problems) -> Result<Network, Stop> {
    if purpose == Purpose::Deployment {
        report_not_built(inputs, problems);
    }
    let placement = Placement::new(inputs, problems);
    let cluster = cluster(inputs, problems);
    let (drafts, known) = orgs::expand((inputs, &placement), cluster.version, problems);
    let channels = match purpose {
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
    let orgs = nodes::finish(drafts, (&channels, &ordering), (inputs, &cluster), problems);
    check_unique_names(&orgs, problems);
    let flow = flow::flow(inputs, &cluster, problems);
    if let Some(kafka) = &kafka {
        kafka::check_names(kafka, &orgs, &channels, problems);
    }
    if known == orgs::Known::All {
        placement.check_orgs(&orgs, problems);
        check_org_settings(inputs, &orgs, problems);
    }
    problems.stop_on_errors()?;
    if purpose == Purpose::Deployment {
        check_deployment(inputs, (&orgs, &channels), &cluster, problems);
        problems.stop_on_errors()?;
    }

    let may_go = orderers_that_may_go(&orgs, &channels);
    let mut namespaces = placement.namespaces(&orgs, (inputs, &cluster), (may_go, ordering.genesis.as_ref()));
    namespaces.extend(kafka.as_ref().and_then(|kafka| namespaces::of_kafka(kafka, &namespaces, (inputs, &cluster))));
    Ok(Network {
        name: cluster.network,
        fabric_version: cluster.version,
        tls: cluster.tls,
        addressing: cluster.addressing,
        cluster_domain: cluster.domain,
        namespaces,
        orgs,
        channels,
        kafka,
        flow,
        topic_replicas: ordering.topic_replicas,
    })
}

/// One organization of configtx.yaml by itself: by its `Name` or `ID` there, or by its name or domain in crypto-config.yaml; in a
/// profile, if one is given.
pub fn organization(inputs: &Inputs, wanted: (&str, Option<&str>), problems: &mut Problems) -> Result<LoneOrg, Stop> {
    let placement = Placement::new(inputs, problems);
    let cluster = cluster(inputs, problems);
    let (drafts, known) = orgs::expand((inputs, &placement), cluster.version, problems);
    let found = channels::organization(inputs, (&drafts, known), &cluster, wanted, problems);
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

/// A list of names for a help line, or what to say where there is none.
fn names_or(intro: &str, names: &[&str], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { format!("{intro} `{}`", names.join("`, `")) }
}

fn report_not_built(inputs: &Inputs, problems: &mut Problems) {
    let chaincodes = inputs.network.iter().flat_map(|network| &network.content.network.chaincodes);
    if let Some(first) = chaincodes.into_iter().next() {
        problems.push(
            Problem::new(Code::FK0902, "fabkube renders the network and no chaincode yet: `chaincodes` is left out")
                .at(&first.place)
                .help("install chaincodes by hand; docs/versions.md says where peers of which Fabric run them"),
        );
    }
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
    let domain = &settings.cluster_domain;
    if domain.is_empty() || domain.split('.').any(|label| names::check_label(label, names::LABEL_LIMIT).is_err()) {
        let problem = Problem::new(Code::FK0211, format!("`{}` cannot be the cluster's DNS domain", domain.value));
        problems.push(problem.at(&domain.place).help("nearly every cluster has `cluster.local`"));
    }
    let version = version(inputs, problems);
    Cluster {
        network: name.value.clone(),
        domain: domain.trim_end_matches('.').to_owned(),
        addressing: addressing(inputs, problems),
        tls: tls(inputs),
        version,
    }
}

/// What can be said of a network only as a whole: whether its Fabric version can run it, and what runs with less than users expect.
fn check_deployment(inputs: &Inputs, (orgs, channels): (&[Org], &[Channel]), cluster: &Cluster, problems: &mut Problems) {
    if cluster.version < versions::OLDEST_DEPLOYED {
        let wanted = wanted_version(inputs);
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
    let has_docker = |org: &Org| org.nodes.iter().any(|node| matches!(node.chaincode_runtime, Some(ChaincodeRuntime::Dind(_))));
    if orgs.iter().any(has_docker) {
        chaincode::warn_of_docker(inputs, cluster, problems);
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

/// PIVT's `useActualDomains: true` asks for what values call `addressing: domain`.
fn addressing(inputs: &Inputs, problems: &mut Problems) -> Addressing {
    let given = &inputs.values.settings.addressing;
    let actual_domains = inputs.network.as_ref().and_then(|network| network.content.use_actual_domains.as_ref());
    match given.value.as_str() {
        "domain" => Addressing::Domain,
        "service" if actual_domains.is_some_and(|wanted| wanted.value) => Addressing::Domain,
        "service" => Addressing::Service,
        other => {
            let problem = Problem::new(Code::FK0212, format!("`{other}` is no way to address nodes"));
            problems.push(problem.at(&given.place).help("write `service` or `domain`"));
            Addressing::Service
        }
    }
}

/// What the user wrote of it; empty where nothing.
fn wanted_version(inputs: &Inputs) -> Spanned<String> {
    match &inputs.fabric_version {
        Some(version) => Spanned { value: version.clone(), place: Place::option(&format!("--fabric-version {version}")) },
        None => inputs.values.settings.fabric.version.clone(),
    }
}

/// The version that the user named; else the one that the inputs ask for.
fn version(inputs: &Inputs, problems: &mut Problems) -> FabricVersion {
    let wanted = wanted_version(inputs);
    if !given(&wanted) {
        return channels::version_chosen(inputs);
    }
    match wanted.parse::<FabricVersion>() {
        Ok(version) => version,
        Err(reason) => {
            problems.push(
                Problem::new(Code::FK0213, reason)
                    .at(&wanted.place)
                    .help("write a release, `2.5.16`, or a line of releases, `2.5`"),
            );
            versions::DEFAULT
        }
    }
}

/// Every (kind, namespace, name) is unique: two orgs with one slug, or a hostname that makes another object's name.
fn check_unique_names(orgs: &[Org], problems: &mut Problems) {
    let mut taken: std::collections::BTreeMap<(names::Kind, &str, String), (&Place, String)> = std::collections::BTreeMap::new();
    let mut clashes = Vec::new();
    for org in orgs {
        let whose = format!("the org `{}`", org.short_name);
        let super::OrgSecrets { msp, admin_msp, admin_tls } = org.secrets.clone();
        let mut org_names = vec![(names::Kind::Secret, msp), (names::Kind::Secret, admin_msp), (names::Kind::Secret, admin_tls)];
        org_names.extend(org.service.iter().map(|service| (names::Kind::Workload, service.name.clone())));
        let of_org = org_names.into_iter().map(|(kind, name)| (kind, name, &org.place, whose.clone()));
        let of_nodes = org.nodes.iter().flat_map(|node| {
            let super::NodeSecrets { msp, tls, couchdb } = node.secrets.clone();
            let secrets = [msp, tls, couchdb].map(|name| (names::Kind::Secret, name));
            let all = secrets.into_iter().chain([(names::Kind::Workload, node.name.clone())]);
            all.map(|(kind, name)| (kind, name, &node.place, format!("the node `{}`", node.common_name)))
        });
        // Two orgs of one name in one namespace share the names of all their objects: that is one problem.
        let mut before = orgs.iter().take_while(|other| other.id != org.id);
        if let Some(other) = before.find(|other| (&other.name, &other.namespace) == (&org.name, &org.namespace)) {
            problems.push(same_name(org, other));
            continue;
        }
        for (kind, name, place, whose) in of_org.chain(of_nodes) {
            match taken.get(&(kind, org.namespace.as_str(), name.clone())) {
                Some((other, others)) => clashes.push((name, place, whose, (*other).clone(), others.clone())),
                None => {
                    taken.insert((kind, org.namespace.as_str(), name), (place, whose));
                }
            }
        }
    }
    for (name, place, whose, other, others) in clashes {
        problems.push(
            Problem::new(Code::FK0214, format!("{whose} and {others} would both have an object called `{name}`"))
                .at(place)
                .at(&other)
                .help("give one org another name in values.yaml (`orgs: {<Domain>: {name: …}}`), or one node another Hostname"),
        );
    }
}

fn same_name(org: &Org, other: &Org) -> Problem {
    let message =
        format!("the orgs `{}` and `{}` would both be called `{}` in Kubernetes", other.short_name, org.short_name, org.name);
    // `orgs.<Domain>` speaks of both where they share the Domain.
    let help = if org.domain == other.domain {
        "give one of them another Name in crypto-config.yaml, which no certificate holds".to_owned()
    } else {
        format!("give one of them another name in values.yaml: `orgs: {{{}: {{name: {}2}}}}`", org.domain, org.name)
    };
    Problem::new(Code::FK0214, message).at(&org.place).at(&other.place).help(help)
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
