//! What holds of every network: tried on made-up ones (`generated`), seen as a cluster sees them (`cluster`).

use crate::cluster::{Cluster, container_port, containers, environment};
use crate::generated::{self, Generated};
use crate::support::Project;
use fabkube::crypto::Names;
use fabkube::diag::{Problems, Silent, Stop};
use fabkube::lock::Memory;
use fabkube::network::{Node, Purpose, Role};
use fabkube::pipeline::{self, Made, Walk};
use fabkube::render::{Object, Secrets, Templates};
use fabkube::store::{Keys, Making, Policy};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

/// How many networks are made up.
const NETWORKS: u64 = 10;

struct Case {
    seed: u64,
    generated: Generated,
    folder: Project,
    made: Made,
    objects: Vec<Object>,
    cluster: Cluster,
}

fn project(folder: &Project) -> fabkube::project::Project {
    fabkube::project::Project::in_dir(folder.path())
}

fn make(folder: &Project, making: Making, keys: Keys, context: &dyn Fn() -> String) -> Made {
    let mut problems = Problems::new();
    let policy = Policy { making, keys };
    let walk = Walk {
        project: &project(folder),
        policy,
        memory: Memory::Counts,
        purpose: Purpose::Deployment,
        names: Names::Checked,
        progress: &Silent,
    };
    let made = pipeline::make(walk, &mut problems);
    made.unwrap_or_else(|stop| panic!("{stop}: {:#?}\n{}", problems.iter().map(|p| p.to_string()).collect::<Vec<_>>(), context()))
}

fn objects(made: &Made, secrets: Secrets) -> Vec<Object> {
    pipeline::objects(made, &Templates::built_in(), secrets, &mut Problems::new()).unwrap()
}

fn case(seed: u64) -> Case {
    let generated = generated::network(seed);
    let folder = Project::empty();
    folder.write("crypto-config.yaml", &generated.crypto_config);
    folder.write("configtx.yaml", &generated.configtx);
    folder.write("values.yaml", &generated.values);
    generated.network.iter().for_each(|text| folder.write("network.yaml", text));
    let files = || format!("seed {seed}\n{}\n{}\n{}", generated.crypto_config, generated.configtx, generated.values);
    let made = make(&folder, Making::Missing, Keys::Needed, &files);
    let objects = objects(&made, Secrets::Include);
    // What docs/exposure.md has the cluster's DNS told of hosts outside, which lead to the same nodes from there.
    let outside = made.network.nodes().filter_map(|node| Some((node, node.exposure.as_ref()?.host.as_ref()?)));
    let outside = outside.map(|(node, host)| format!("rewrite name exact {host} {}", made.network.service_fqdn(node)));
    let rewrites: Vec<String> = fabkube::cluster::rewrites(&made.network).into_iter().chain(outside).collect();
    let cluster = Cluster::new(&objects, &made.network.cluster_domain, &rewrites);
    Case { seed, folder, made, objects, cluster, generated }
}

/// Runs a check over every made-up network; a failure says the seed. `SEED=n` runs that one alone, `SEEDS=n`
/// as many.
fn for_all(check: impl Fn(&Case) + Sync) {
    let only: Option<u64> = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let last = std::env::var("SEEDS").ok().and_then(|last| last.parse().ok()).unwrap_or(NETWORKS);
    let seeds: Vec<u64> = only.map_or((0..last).collect(), |seed| vec![seed]);
    seeds.into_par_iter().for_each(|seed| check(&case(seed)));
}

#[test]
fn made_up_networks_hold_together() {
    for_all(|case| {
        every_address_is_answered(case);
        hosts_outside_are_in_certificates(case);
        every_reference_leads_somewhere(case);
        selectors_find_their_pods_alone(case);
        names_are_unique_and_within_limits(case);
        namespaces_hold_together(case);
        secrets_stay_in_secrets(case);
        private_keys_are_in_one_secret(case);
        secret_modes_agree(case);
    });
}

/// What the block says, and what pods are told, is dialled at a Service that leads to a listener whose certificate has the name.
fn every_address_is_answered(case: &Case) {
    let Case { seed, generated, made, cluster, .. } = case;
    assert!(!made.artifacts.blocks.is_empty());
    for block in &made.artifacts.blocks {
        let addresses = crate::block::addresses(&block.bytes);
        assert!(!addresses.is_empty());
        for dialled in addresses.iter().filter(|dialled| !generated.external.contains(&dialled.address)) {
            let sets = cluster.answering(&dialled.address).unwrap_or_else(|e| panic!("seed {seed}: {}: {e}", dialled.address));
            if let Some(certificate) = &dialled.certificate {
                assert!(sets.iter().all(|set| &cluster.certificate(set) == certificate), "seed {seed}: {}", dialled.address);
            }
        }
    }
    for cli in made.network.orgs.iter().filter_map(|org| org.cli.as_ref()) {
        for variable in cli.env.iter().chain(&cli.endpoints).filter(|variable| variable.name.contains("ADDRESS")) {
            let address = variable.value.as_deref().unwrap();
            cluster.answering(address).unwrap_or_else(|e| panic!("seed {seed}: {}: {address}: {e}", variable.name));
        }
        // A file that is sourced may change nothing that the pod has.
        let names: BTreeSet<&str> = cli.env.iter().chain(&cli.endpoints).map(|variable| variable.name.as_str()).collect();
        assert_eq!(names.len(), cli.env.len() + cli.endpoints.len(), "seed {seed}: {names:?}");
        let roots = cluster.find_in(&cli.namespace, "Secret", &cli.roots_secret).unwrap();
        for variable in cli.env.iter().chain(&cli.endpoints) {
            let Some(file) = variable.value.as_deref().and_then(|path| path.strip_prefix("/etc/hyperledger/roots/")) else {
                continue;
            };
            assert!(roots["data"].get(file).is_some(), "seed {seed}: {file}");
        }
    }
    for ca in made.network.orgs.iter().filter_map(|org| org.fabric_ca.as_ref()) {
        cluster.answering(&ca.address).unwrap_or_else(|e| panic!("seed {seed}: {}: {e}", ca.address));
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
            cluster.answering(address).unwrap_or_else(|e| panic!("seed {seed}: {address}: {e}"));
        }
        let listeners = [
            ("CORE_PEER_LISTENADDRESS", "grpc"),
            ("CORE_PEER_CHAINCODELISTENADDRESS", "chaincode"),
            ("CORE_OPERATIONS_LISTENADDRESS", "operations"),
            ("ORDERER_GENERAL_LISTENPORT", "grpc"),
            ("ORDERER_ADMIN_LISTENADDRESS", "admin"),
            ("ORDERER_OPERATIONS_LISTENADDRESS", "operations"),
        ];
        for (name, port) in listeners {
            let Some(listening) = variables.get(name).map(|text| text.rsplit(':').next().unwrap()) else { continue };
            assert_eq!(container_port(set, port).unwrap().to_string(), listening, "{name}");
        }
    }
}

/// Whoever is dialled from outside says so in its certificate, a gateway's peers all of them; and no two at one address.
fn hosts_outside_are_in_certificates(Case { seed, made, cluster, .. }: &Case) {
    let mut known = BTreeSet::new();
    let mut ports = BTreeSet::new();
    let nodes = made.network.nodes().filter_map(|node| Some((vec![node], node.exposure.as_ref()?)));
    let gateways = made.network.orgs.iter().filter_map(|org| Some((org.nodes.iter().collect(), org.exposure.as_ref()?)));
    for (nodes, exposure) in nodes.chain(gateways) {
        let host = exposure.host.as_ref().unwrap();
        for node in nodes {
            let set = cluster.find_in(&node.namespace, "StatefulSet", &node.name).unwrap();
            assert!(cluster.certificate_names(set).contains(host), "seed {seed}: {} lacks {host}", node.name);
        }
        for port in &exposure.ports {
            assert!(known.insert((host, port.port)), "seed {seed}: {host}");
            assert!(port.node_port.is_none_or(|port| ports.insert(port)), "seed {seed}: {host}");
        }
    }
}

fn every_reference_leads_somewhere(Case { cluster, .. }: &Case) {
    for ingress in cluster.of_kind("Ingress") {
        let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
        let service = cluster.find(ingress, "Service", backend["name"].as_str().unwrap()).unwrap();
        assert!(service["spec"]["ports"].as_array().unwrap().iter().any(|port| port["port"] == backend["port"]["number"]));
    }
    for route in cluster.of_kind("TLSRoute") {
        let backend = &route["spec"]["rules"][0]["backendRefs"][0];
        let service = cluster.find(route, "Service", backend["name"].as_str().unwrap()).unwrap();
        assert!(service["spec"]["ports"].as_array().unwrap().iter().any(|port| port["port"] == backend["port"]));
    }
    for set in cluster.of_kind("StatefulSet").chain(cluster.of_kind("Deployment")) {
        let pod = &set["spec"]["template"]["spec"];
        let service = set["spec"]["serviceName"].as_str();
        assert!(service.is_some_and(|name| cluster.find(set, "Service", name).is_some()) || set["kind"] == "Deployment");
        assert!(cluster.find(set, "ServiceAccount", pod["serviceAccountName"].as_str().unwrap()).is_some());
        let claims = set["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten().map(|claim| &claim["metadata"]["name"]);
        let volumes: BTreeSet<&str> =
            pod["volumes"].as_array().unwrap().iter().map(|v| &v["name"]).chain(claims).map(|n| n.as_str().unwrap()).collect();
        for volume in pod["volumes"].as_array().unwrap() {
            let (kind, source, name) = match (&volume["secret"], &volume["configMap"]) {
                (Value::Object(_), _) => ("Secret", &volume["secret"], "secretName"),
                (_, Value::Object(_)) => ("ConfigMap", &volume["configMap"], "name"),
                _ => continue,
            };
            let target = cluster.find(set, kind, source[name].as_str().unwrap()).unwrap_or_else(|| panic!("{volume}"));
            for item in source["items"].as_array().into_iter().flatten() {
                assert!(target["data"].get(item["key"].as_str().unwrap()).is_some(), "{item}");
            }
        }
        for container in containers(set) {
            for variable in container["env"].as_array().unwrap() {
                let Some(reference) = variable["valueFrom"].get("secretKeyRef") else { continue };
                let name = reference["name"].as_str().unwrap();
                let secret = cluster.find(set, "Secret", name).unwrap_or_else(|| panic!("{reference}"));
                assert!(secret["data"].get(reference["key"].as_str().unwrap()).is_some(), "{reference}");
            }
            for mount in container["volumeMounts"].as_array().unwrap() {
                assert!(volumes.contains(mount["name"].as_str().unwrap()), "{mount}");
            }
        }
    }
}

fn selectors_find_their_pods_alone(Case { seed, cluster, made, .. }: &Case) {
    let names = |sets: Vec<&Value>| -> BTreeSet<(String, String)> {
        let of = |set: &Value, key: &str| set["metadata"][key].as_str().unwrap().to_owned();
        sets.into_iter().map(|set| (of(set, "namespace"), of(set, "name"))).collect()
    };
    let named = |node: &Node| (node.namespace.clone(), node.name.clone());
    let cas = made.network.orgs.iter().filter_map(|org| org.fabric_ca.as_ref());
    let of_cas: BTreeSet<_> = cas.map(|ca| (ca.namespace.clone(), ca.name.clone())).collect();
    assert_eq!(names(cluster.of_kind("StatefulSet").collect()), made.network.nodes().map(named).chain(of_cas.clone()).collect());
    for (namespace, name) in of_cas {
        let service = cluster.find_in(&namespace, "Service", &name).unwrap();
        assert_eq!(names(cluster.selected(service, &service["spec"]["selector"])), [(namespace, name)].into(), "seed {seed}");
    }
    for set in cluster.of_kind("StatefulSet") {
        assert_eq!(names(cluster.selected(set, &set["spec"]["selector"]["matchLabels"])), names(vec![set]), "seed {seed}");
    }
    for org in &made.network.orgs {
        let service = cluster.find_in(&org.namespace, "Service", &org.service.as_ref().unwrap().name).unwrap();
        let own = org.nodes.iter().map(named).collect();
        assert_eq!(names(cluster.selected(service, &service["spec"]["selector"])), own, "seed {seed}");
    }
    for node in made.network.nodes() {
        let service = cluster.find_in(&node.namespace, "Service", &node.name).unwrap();
        assert_eq!(names(cluster.selected(service, &service["spec"]["selector"])), [named(node)].into(), "seed {seed}");
    }
    // What comes from outside arrives where the Service in the cluster leads, and at no port but those for others.
    for service in cluster.of_kind("Service") {
        let Some(inner) = service["metadata"]["name"].as_str().unwrap().strip_suffix("-external") else { continue };
        let inner = cluster.find(service, "Service", inner).unwrap();
        assert_eq!(
            names(cluster.selected(service, &service["spec"]["selector"])),
            names(cluster.selected(inner, &inner["spec"]["selector"]))
        );
        let targets = service["spec"]["ports"].as_array().unwrap().iter().map(|port| port["targetPort"].as_str().unwrap());
        assert!(targets.into_iter().all(|target| ["grpc", "cluster"].contains(&target)), "seed {seed}: {service}");
    }
    // Two budgets over one pod let nobody evict it.
    let mut budgeted = BTreeSet::new();
    for budget in cluster.of_kind("PodDisruptionBudget") {
        for name in names(cluster.selected(budget, &budget["spec"]["selector"]["matchLabels"])) {
            assert!(budgeted.insert(name.clone()), "seed {seed}: two budgets over {name:?}");
        }
    }
}

/// Whether a Secret has a private key under a key.
fn is_private_key(key: &str) -> bool {
    key.ends_with("key.pem") || key == "tls.key"
}

/// Every object is in a namespace that is made, and the orderers that may be evicted are no more than the consensus survives,
/// wherever they are.
fn namespaces_hold_together(Case { seed, cluster, made, .. }: &Case) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made_ones: BTreeSet<String> = cluster.of_kind("Namespace").map(|object| text(&object["metadata"]["name"])).collect();
    let used = cluster.objects.iter().filter(|object| object["kind"] != "Namespace");
    assert_eq!(used.map(|object| text(&object["metadata"]["namespace"])).collect::<BTreeSet<_>>(), made_ones, "seed {seed}");

    let of_orderers = |budget: &&Value| budget["metadata"]["labels"]["app.kubernetes.io/component"] == "orderer";
    let budgets: Vec<&Value> = cluster.of_kind("PodDisruptionBudget").filter(of_orderers).collect();
    let covered = budgets.iter().flat_map(|budget| cluster.selected(budget, &budget["spec"]["selector"]["matchLabels"])).count();
    let orderers = made.network.nodes().filter(|node| node.role == Role::Orderer).count();
    let evicted: u64 = budgets.iter().map(|budget| budget["spec"]["maxUnavailable"].as_u64().unwrap()).sum();
    let services = made.network.channels.iter().filter_map(|channel| channel.config.orderer.as_ref());
    let survived = services.map(|service| service.consensus.may_be_down(orderers)).min().unwrap();
    assert_eq!((covered, evicted as usize), (orderers, survived), "seed {seed}");
}

/// No private key is in two Secrets, so none is copied to another namespace.
fn private_keys_are_in_one_secret(Case { seed, cluster, .. }: &Case) {
    let mut known = BTreeSet::new();
    for secret in cluster.of_kind("Secret") {
        for (key, value) in secret["data"].as_object().unwrap().iter().filter(|(key, _)| is_private_key(key)) {
            assert!(known.insert(value.as_str().unwrap()), "seed {seed}: {key} of {}", secret["metadata"]["name"]);
        }
    }
}

fn names_are_unique_and_within_limits(Case { seed, cluster, .. }: &Case) {
    let label = |name: &str, most: usize| {
        let inside = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(inside && name.len() <= most && !name.starts_with('-') && !name.ends_with('-'), "seed {seed}: {name}");
    };
    let mut known = BTreeSet::new();
    for object in &cluster.objects {
        let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
        assert!(known.insert((kind, object["metadata"]["namespace"].as_str(), name)), "seed {seed}: {kind} {name} twice");
        label(name, if kind == "StatefulSet" { 52 } else { 63 });
        for labels in [&object["metadata"]["labels"], &object["spec"]["template"]["metadata"]["labels"]] {
            let values = labels.as_object().into_iter().flatten().map(|(_, value)| value.as_str().unwrap());
            values.for_each(|value| label(value, 63));
        }
        let mut ports = BTreeSet::new();
        for port in object["spec"]["ports"].as_array().into_iter().flatten() {
            label(port["name"].as_str().unwrap(), 15);
            assert!((1..=65535).contains(&port["port"].as_u64().unwrap()));
            assert!(ports.insert(port["name"].to_string()) && ports.insert(port["port"].to_string()), "seed {seed}: {object}");
        }
    }
}

/// No private key and no password is in anything that is no Secret.
fn secrets_stay_in_secrets(Case { seed, objects, cluster, .. }: &Case) {
    let open: String = objects.iter().filter(|object| !object.is_secret()).map(Object::text).collect();
    for secret in cluster.of_kind("Secret") {
        for (key, value) in secret["data"].as_object().unwrap() {
            if !is_private_key(key) && key != "password" {
                continue;
            }
            let encoded = value.as_str().unwrap();
            let plain = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, encoded).unwrap();
            let plain = String::from_utf8(plain).unwrap();
            let lines = plain.lines().filter(|line| !line.starts_with("-----") && line.len() > 8);
            for text in lines.chain([encoded]) {
                assert!(!open.contains(text), "seed {seed}: {key} of {} is outside Secrets", secret["metadata"]["name"]);
            }
        }
    }
}

fn secret_modes_agree(Case { seed, folder, made, objects: included, .. }: &Case) {
    let text = |objects: &[Object]| objects.iter().map(|object| object.text().to_owned()).collect::<Vec<String>>();
    let of_mode = |made: &Made, secrets: Secrets| text(&objects(made, secrets));
    let (omitted, only) = (of_mode(made, Secrets::Omit), of_mode(made, Secrets::Only));
    let both: BTreeSet<&String> = omitted.iter().chain(&only).collect();
    assert_eq!(both, text(included).iter().collect(), "seed {seed}");
    assert_eq!(both.len(), omitted.len() + only.len());

    let redacted = of_mode(made, Secrets::Redact);
    for path in folder.tree(".").into_keys() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with("_sk") || name.ends_with(".key") {
            std::fs::remove_file(folder.path().join(&path)).unwrap();
        }
    }
    let without = make(folder, Making::Nothing, Keys::NotNeeded, &|| format!("seed {seed}, without keys"));
    assert_eq!(of_mode(&without, Secrets::Redact), redacted, "seed {seed}: redacted without keys");
}

#[test]
fn no_damaged_file_makes_it_panic_or_fail_otherwise() {
    let names = ["crypto-config.yaml", "configtx.yaml", "network.yaml", "values.yaml"];
    (0..1200_u64).into_par_iter().for_each(|seed| {
        let dice = &mut generated::Dice::new(seed);
        let folder = Project::sample();
        let name = names[dice.below(names.len())];
        let mut bytes = folder.read(name).into_bytes();
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(6) {
            0 => bytes.truncate(dice.below(bytes.len())),
            1 => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            2 => {
                lines.swap(one, other);
                bytes = lines.concat();
            }
            3 => {
                lines.remove(one);
                bytes = lines.concat();
            }
            4 => {
                lines.insert(other, lines[one].clone());
                bytes = lines.concat();
            }
            _ => {
                let line = &mut lines[one];
                let at = dice.below(line.len());
                let odd =
                    dice.pick::<str>(&["- ", ": ", "\"", "&a ", "*a", "{", "]", "<<: ", "!!int ", "\t", "0x", "~", "\u{0}"]);
                line.splice(at..at, odd.bytes());
                bytes = lines.concat();
            }
        }
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        let mut problems = Problems::new();
        let stopped = match seed % 40 {
            // Now and then the whole line.
            0 => pipeline::rehearse(&project(&folder), Memory::Counts, &Templates::built_in(), &mut problems).err(),
            _ => pipeline::network(&project(&folder), Purpose::Deployment, &mut problems).err(),
        };
        match stopped {
            None => assert!(!problems.has_errors()),
            Some(Stop::Reported) => assert!(problems.has_errors()),
            Some(other) => panic!("seed {seed}: {other}\n{}", String::from_utf8_lossy(&bytes)),
        }
    });
}
