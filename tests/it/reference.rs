//! Networks that others wrote for Fabric's own tools, where `FABKUBE_REFERENCE` names a folder that has them: each renders as it is.

use crate::support::{Project, files, root};
use fabkube::diag::{Problems, Severity};
use fabkube::network::{Network, Purpose};
use fabkube::pipeline;
use k8s_openapi::api::core::v1::Service;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

#[test]
fn a_reference_network_renders_and_every_host_of_its_channels_is_known_to_the_cluster() {
    for (name, version) in [("pivt-simple", "1.4.12"), ("pivt-scaled-raft-tls", "1.4.12"), ("bft-four-orgs", "3.1.5")] {
        let Some(project) = reference(name) else { return };
        let rendered = project.run(&["render"]).ok();
        let services = services(&rendered.stdout);
        let next = rendered.stderr.lines().find(|line| line.starts_with("next: ")).unwrap_or_default();
        let network = network(&project);
        assert_eq!(network.fabric_version.to_string(), version, "{name}");
        let hosts = hosts(&network);
        assert!(hosts.len() > 3, "{name}: {hosts:?}");
        for host in hosts {
            let is_told = next.split([' ', ',']).any(|word| word == host);
            assert!(services.contains(&host) || is_told, "{name}: {host} is neither a Service nor in `{next}`");
        }
    }
}

/// The inputs of a reference network in a folder of their own.
fn reference(name: &str) -> Option<Project> {
    let folder = std::env::var_os("FABKUBE_REFERENCE").map_or(root().join("../shared/reference"), PathBuf::from).join(name);
    let project = Project::empty();
    let inputs = files(&folder).into_iter().filter(|(path, _)| path.components().count() == 1);
    for (path, bytes) in inputs.filter(|(path, _)| path.extension().is_some_and(|ending| ending == "yaml")) {
        std::fs::write(project.path().join(path), bytes).unwrap();
    }
    if !project.path().join("crypto-config.yaml").exists() {
        // Past the capture of the tests' output.
        drop(writeln!(std::io::stderr(), "skipped: there is no network in {}", folder.display()));
        return None;
    }
    Some(project)
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

/// The DNS names of the Services of a stream.
fn services(stream: &str) -> BTreeSet<String> {
    let documents = serde_yaml::Deserializer::from_str(stream).map(|document| serde_json::Value::deserialize(document).unwrap());
    let services = documents.filter(|document| document["kind"] == "Service");
    let names = services.map(|service| serde_json::from_value::<Service>(service).unwrap().metadata);
    names.map(|of| format!("{}.{}.svc.cluster.local", of.name.unwrap(), of.namespace.unwrap())).collect()
}
