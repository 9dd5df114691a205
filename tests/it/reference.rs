//! Networks that others wrote for Fabric's own tools, where `FABKUBE_REFERENCE` names a folder that has them: each renders as it is.
//! Of these and of some that are here, no host of a channel is unknown to the cluster.

use crate::support::{Project, files, root};
use fabkube::diag::{Problems, Severity};
use fabkube::network::{Consensus, Network, Purpose, Role};
use fabkube::pipeline;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::Service;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

#[test]
fn a_reference_network_renders_and_every_host_of_its_channels_is_known_to_the_cluster() {
    let networks = [
        ("pivt-simple", "1.4.12"),
        ("pivt-scaled-kafka", "1.4.12"),
        ("pivt-scaled-raft-tls", "1.4.12"),
        ("bft-four-orgs", "3.1.5"),
    ];
    for (name, version) in networks {
        let Some(project) = reference(name) else { continue };
        let network = network(&project);
        assert_eq!(network.fabric_version.to_string(), version, "{name}");
        every_host_is_known(name, &project, &network);
    }
}

#[test]
fn every_host_of_the_channels_of_own_networks_is_known_to_the_cluster() {
    for folder in ["tests/fixtures/bft-four-orgs", "samples/kafka", "samples/namespaces"] {
        let project = Project::empty();
        inputs(&root().join(folder), &project);
        every_host_is_known(folder, &project, &network(&project));
    }
}

/// Each is a Service, or one of the pods that a Service names, or the user is told to make it known.
fn every_host_is_known(name: &str, project: &Project, network: &Network) {
    let rendered = project.run(&["render"]).ok();
    let names = names(&rendered.stdout);
    let next = rendered.stderr.lines().find(|line| line.starts_with("next: ")).unwrap_or_default();
    let hosts = hosts(network);
    assert!(hosts.len() >= 3, "{name}: {hosts:?}");
    for host in hosts {
        let is_told = next.split([' ', ',']).any(|word| word == host);
        assert!(names.contains(&host) || is_told, "{name}: {host} is neither a Service nor in `{next}`");
    }
    let brokers = brokers(network);
    assert_eq!(!brokers.is_empty(), name.contains("kafka"), "{name}: {brokers:?}");
    for (namespace, broker) in brokers {
        // As the pods of orderers resolve it.
        let searched = ["", ".cluster.local", ".svc.cluster.local", &format!(".{namespace}.svc.cluster.local")];
        let is_known = searched.iter().any(|suffix| names.contains(&format!("{broker}{suffix}")));
        assert!(is_known, "{name}: {broker} is neither a Service nor a pod, for an orderer in {namespace}");
    }
}

/// The inputs of a reference network in a folder of their own.
fn reference(name: &str) -> Option<Project> {
    let folder = std::env::var_os("FABKUBE_REFERENCE").map_or(root().join("../shared/reference"), PathBuf::from).join(name);
    let project = Project::empty();
    inputs(&folder, &project);
    if !project.path().join("crypto-config.yaml").exists() {
        // Past the capture of the tests' output.
        drop(writeln!(std::io::stderr(), "skipped: there is no network in {}", folder.display()));
        return None;
    }
    Some(project)
}

/// Puts the inputs that lie in a folder into a project.
fn inputs(folder: &Path, project: &Project) {
    let inputs = files(folder).into_iter().filter(|(path, _)| path.components().count() == 1);
    for (path, bytes) in inputs.filter(|(path, _)| path.extension().is_some_and(|ending| ending == "yaml")) {
        std::fs::write(project.path().join(path), bytes).unwrap();
    }
}

fn network(project: &Project) -> Network {
    let mut problems = Problems::new();
    let folder = fabkube::project::Project::in_dir(project.path());
    let network = pipeline::network(&folder, Purpose::Deployment, &mut problems);
    assert_eq!(problems.count(Severity::Error), 0, "{problems:?}");
    network.unwrap()
}

/// Every host that a channel's configuration has.
fn hosts(network: &Network) -> BTreeSet<String> {
    let configs = || network.channels.iter().map(|channel| &channel.config);
    let consenters = configs().flat_map(|config| config.consenters()).map(|consenter| &consenter.address);
    let channel_wide = configs().filter_map(|config| config.orderer.as_ref()).flat_map(|orderer| &orderer.addresses);
    let orgs = || configs().flat_map(|config| config.orgs()).map(|(_, org)| org);
    let endpoints = orgs().flat_map(|org| &org.orderer_endpoints);
    let anchors = orgs().flat_map(|org| &org.anchor_peers).map(|anchor| &anchor.address);
    let all = consenters.chain(channel_wide).chain(endpoints).chain(anchors);
    all.map(|address| address.deployed.host.clone()).collect()
}

/// Every host of a broker that a channel names, with each namespace that has orderers to dial it.
fn brokers(network: &Network) -> BTreeSet<(String, String)> {
    let orderers = network.orgs.iter().filter(|org| org.nodes.iter().any(|node| node.role == Role::Orderer));
    let namespaces: Vec<&String> = orderers.map(|org| &org.namespace).collect();
    let orderers = network.channels.iter().filter_map(|channel| channel.config.orderer.as_ref());
    let brokers = orderers.flat_map(|orderer| match &orderer.consensus {
        Consensus::Kafka { brokers } => brokers.as_slice(),
        Consensus::Solo | Consensus::Raft { .. } | Consensus::Bft { .. } => &[],
    });
    let hosts = brokers.map(|broker| broker.value.rsplit_once(':').expect("a broker has a port").0.to_owned());
    hosts.flat_map(|host| namespaces.iter().map(move |namespace| ((*namespace).clone(), host.clone()))).collect()
}

/// The DNS names that a stream makes: of Services, and of pods before that of the Service of their StatefulSet.
fn names(stream: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for document in serde_yaml::Deserializer::from_str(stream).map(|document| serde_json::Value::deserialize(document).unwrap()) {
        if document["kind"] == "Service" {
            let of = serde_json::from_value::<Service>(document).unwrap().metadata;
            names.insert(format!("{}.{}.svc.cluster.local", of.name.unwrap(), of.namespace.unwrap()));
        } else if document["kind"] == "StatefulSet" {
            let set: StatefulSet = serde_json::from_value(document).unwrap();
            let (of, spec) = (set.metadata, set.spec.unwrap());
            let (name, namespace) = (of.name.unwrap(), of.namespace.unwrap());
            let pods = (0..spec.replicas.unwrap_or(1)).map(|number| format!("{name}-{number}"));
            names.extend(pods.map(|pod| format!("{pod}.{}.{namespace}.svc.cluster.local", spec.service_name)));
        }
    }
    names
}
