//! Whatever is dialled leads to a listener whose certificate has the name that was dialled.

use super::case::Case;
use crate::cluster::{container_port, environment, services_of_monitor};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the block says, and what pods are told, is dialled at a Service that leads to a listener whose certificate has the name.
pub fn every_address_is_answered(case: &Case) {
    let Case { name, external, made, cluster, .. } = case;
    assert!(!made.artifacts.blocks.is_empty());
    for block in &made.artifacts.blocks {
        let addresses = crate::block::addresses(&block.bytes);
        assert!(!addresses.is_empty());
        for dialled in addresses.iter().filter(|dialled| !external.contains(&dialled.address)) {
            let sets = cluster.answering(&dialled.address).unwrap_or_else(|e| panic!("{name}: {}: {e}", dialled.address));
            if let Some(certificate) = &dialled.certificate {
                assert!(sets.iter().all(|set| &cluster.certificate(set) == certificate), "{name}: {}", dialled.address);
            }
        }
    }
    for cli in made.network.orgs.iter().filter_map(|org| org.cli.as_ref()) {
        for variable in cli.env.iter().chain(&cli.endpoints).filter(|variable| variable.name.contains("ADDRESS")) {
            let address = variable.value.as_deref().unwrap();
            cluster.answering(address).unwrap_or_else(|e| panic!("{name}: {}: {address}: {e}", variable.name));
        }
        // A file that is sourced may change nothing that the pod has.
        let names: BTreeSet<&str> = cli.env.iter().chain(&cli.endpoints).map(|variable| variable.name.as_str()).collect();
        assert_eq!(names.len(), cli.env.len() + cli.endpoints.len(), "{name}: {names:?}");
        let roots = cluster.find_in(&cli.namespace, "Secret", &cli.roots_secret).unwrap();
        for variable in cli.env.iter().chain(&cli.endpoints) {
            let Some(file) = variable.value.as_deref().and_then(|path| path.strip_prefix("/etc/hyperledger/roots/")) else {
                continue;
            };
            assert!(roots["data"].get(file).is_some(), "{name}: {file}");
        }
    }
    for ca in made.network.orgs.iter().filter_map(|org| org.fabric_ca.as_ref()) {
        cluster.answering(&ca.address).unwrap_or_else(|e| panic!("{name}: {}: {e}", ca.address));
    }
    for set in cluster.of_kind("StatefulSet") {
        let variables = environment(set);
        let addresses = [
            "CORE_PEER_ADDRESS",
            "CORE_PEER_GOSSIP_BOOTSTRAP",
            "CORE_PEER_GOSSIP_EXTERNALENDPOINT",
            "CORE_PEER_CHAINCODEADDRESS",
        ];
        for address in addresses.into_iter().filter_map(|name| variables.get(name)) {
            cluster.answering(address).unwrap_or_else(|e| panic!("{name}: {address}: {e}"));
        }
        let listeners = [
            ("CORE_PEER_LISTENADDRESS", "grpc"),
            ("CORE_PEER_CHAINCODELISTENADDRESS", "chaincode"),
            ("CORE_OPERATIONS_LISTENADDRESS", "operations"),
            ("ORDERER_GENERAL_LISTENPORT", "grpc"),
            ("ORDERER_ADMIN_LISTENADDRESS", "admin"),
            ("ORDERER_OPERATIONS_LISTENADDRESS", "operations"),
        ];
        for (variable, port) in listeners {
            let Some(listening) = variables.get(variable).map(|text| text.rsplit(':').next().unwrap()) else { continue };
            assert_eq!(container_port(set, port).unwrap().to_string(), listening, "{name}: {variable}");
        }
    }
}

/// Whoever is dialled from outside says so in its certificate, a gateway's peers all of them; and no two at one address.
pub fn hosts_outside_are_in_certificates(Case { name, made, cluster, .. }: &Case) {
    let mut known = BTreeSet::new();
    let mut ports = BTreeSet::new();
    let nodes = made.network.nodes().filter_map(|node| Some((vec![node], node.exposure.as_ref()?)));
    let gateways = made.network.orgs.iter().filter_map(|org| Some((org.nodes.iter().collect(), org.exposure.as_ref()?)));
    for (nodes, exposure) in nodes.chain(gateways) {
        let host = exposure.host.as_ref().unwrap();
        for node in nodes {
            let set = cluster.find_in(&node.namespace, "StatefulSet", &node.name).unwrap();
            assert!(cluster.certificate_names(set).contains(host), "{name}: {} lacks {host}", node.name);
        }
        for port in &exposure.ports {
            assert!(known.insert((host, port.port)), "{name}: {host}");
            assert!(port.node_port.is_none_or(|port| ports.insert(port)), "{name}: {host}");
        }
    }
}

/// Prometheus knows nodes by one name, and applications those of their profiles: every certificate has them.
pub fn what_watches_and_calls_finds_certificates_of_its_names(Case { name, cluster, .. }: &Case) {
    for monitor in cluster.of_kind("ServiceMonitor") {
        for endpoint in monitor["spec"]["endpoints"].as_array().unwrap() {
            let Some(host) = endpoint["tlsConfig"]["serverName"].as_str() else { continue };
            for service in services_of_monitor(cluster, monitor) {
                for set in cluster.selected(service, &service["spec"]["selector"]) {
                    assert!(cluster.certificate_names(set).contains(host), "{name}: {} lacks {host}", set["metadata"]["name"]);
                }
            }
        }
    }
    let profiles = cluster.of_kind("ConfigMap").filter_map(|object| object["data"]["connection.json"].as_str());
    for profile in profiles {
        let profile: Value = serde_json::from_str(profile).unwrap();
        let parts = ["peers", "orderers", "certificateAuthorities"].into_iter().flat_map(|key| profile[key].as_object());
        let urls: Vec<&str> = parts.flatten().map(|(_, part)| part["url"].as_str().unwrap()).collect();
        assert!(!urls.is_empty(), "{name}: {profile}");
        for url in urls {
            let (_, address) = url.split_once("://").unwrap();
            cluster.answering(address).unwrap_or_else(|e| panic!("{name}: {url}: {e}"));
        }
    }
}
