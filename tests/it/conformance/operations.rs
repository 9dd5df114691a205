//! The operations port by TLS, asked as the kubelet and Prometheus ask it; and whether the programs tell what alarms and the dashboard
//! are made of.

use super::client::CHANNEL;
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::net::{self, Tls};
use super::network::leader_metrics;
use super::pod::{Pod, write_files};
use super::programs::{programs_from, say};
use super::up;
use crate::support::{Project, root};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// What is not told by Fabric's programs as they run here: Prometheus' and the kubelet's own, what rules record, and CouchDB's.
const NOT_FABRICS: &[&str] = &["up", "fabkube_", "kubelet_", "couchdb_", "ALERTS"];

/// Everything switched on.
pub const WATCHED: &str = "
operations: {tls: {enabled: true}}
monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboard: {enabled: true}}
";

#[test]
fn prometheus_gets_what_alarms_and_the_dashboard_are_made_of_by_tls() {
    if programs_from((2, 5)).is_some() {
        watched("the sample, watched by TLS", Project::sample());
    }
}

#[test]
fn prometheus_gets_what_alarms_of_bft_are_made_of() {
    if programs_from((3, 0)).is_some() {
        watched("the sample of BFT, watched by TLS", Project::copy_of(&root().join("samples/bft")));
    }
}

/// A Secret of the user's: what it has for a CA is all that counts. Here it is the other org's.
#[test]
fn prometheus_has_a_certificate_of_its_own() {
    let Some(bin) = programs_from((2, 5)) else { return };
    let project = Project::sample();
    project.write("own.yaml", &WATCHED.replace("{enabled: true}}\nm", "{enabled: true, clientSecret: prometheus}}\nm"));
    let stream = project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let mut manifests = Manifests::read(&stream);
    manifests.copy_secret("org2-admin-tls", "prometheus");
    let cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    cluster.start("orderer");
    for pod in cluster.nodes("orderer") {
        scrape(&cluster, pod).unwrap_or_else(|e| panic!("{e}"));
        let own = own_pair(&cluster, pod);
        let refused = net::get_by_tls(operations_port(pod), "/metrics", &own).unwrap_err();
        assert!(!refused.is_empty());
    }
    say("conformance: a client certificate of another CA for Prometheus: passed");
}

/// Brings a network up and asks every node as its ServiceMonitor says.
fn watched(case: &str, project: Project) {
    project.write("own.yaml", WATCHED);
    let stream = project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    let Some(cluster) = up(case, &[], Manifests::read(&stream), &block) else { return };
    told(&cluster, case);
}

/// Nobody without a certificate is told metrics, Prometheus is, and all that is asked for is among them.
pub fn told(cluster: &Cluster, case: &str) {
    for pod in &cluster.pods {
        for path in ["/metrics", "/logspec"] {
            let refused = net::get_by_tls(operations_port(pod), path, &Tls::default()).unwrap_err();
            assert!(refused.contains("401"), "{}: {refused}", pod.name);
        }
        net::get_by_tls(operations_port(pod), "/version", &Tls::default()).unwrap_or_else(|e| panic!("{}: {e}", pod.name));
    }
    let by_bft = leader_metrics(cluster).0.contains("BFT");
    let is_others = |name: &str| name.starts_with("consensus_") && name.starts_with("consensus_etcdraft_") == by_bft;
    let is_told = |pages: &str, name: &str| {
        let name = name.strip_suffix("_bucket").unwrap_or(name);
        pages.lines().any(|line| line.strip_prefix("# TYPE ").and_then(|rest| rest.split(' ').next()) == Some(name))
    };
    let asked = asked_for(&cluster.manifests.monitoring);
    let of_fabric: Vec<&String> = asked.iter().filter(|name| !NOT_FABRICS.iter().any(|other| name.starts_with(other))).collect();
    assert!(of_fabric.len() > 9, "{of_fabric:?}");
    let of_this: Vec<&&String> = of_fabric.iter().filter(|name| !is_others(name)).collect();
    // Some are told from the first time on that there is something to tell: what peers know of each other, say.
    cluster.wait(&format!("what alarms and the dashboard are made of: {case}"), || {
        let pages: Result<Vec<String>, String> = cluster.pods.iter().map(|pod| scrape(cluster, pod)).collect();
        let pages = pages?.concat();
        let lacking: Vec<&&&String> = of_this.iter().filter(|name| !is_told(&pages, name)).collect();
        if lacking.is_empty() { Ok(()) } else { Err(format!("nobody tells {lacking:?}")) }
    });
    say(&format!("conformance: {case}: {} metrics of alarms and dashboard looked for: passed", of_this.len()));
}

/// All that a node tells Prometheus. By TLS, its own pair is a client's too where its CA is that of clients: it has issued it.
pub fn metrics(pod: &Pod) -> Result<String, String> {
    if !pod.env.iter().any(|(name, value)| name.ends_with("_OPERATIONS_TLS_ENABLED") && value == "true") {
        return net::get(operations_port(pod), "/metrics");
    }
    let file = |names: [&str; 2]| names.iter().find_map(|name| pod.env.get(*name)).map(PathBuf::from);
    let certificate = file(["CORE_OPERATIONS_TLS_CERT_FILE", "ORDERER_OPERATIONS_TLS_CERTIFICATE"]);
    let key = file(["CORE_OPERATIONS_TLS_KEY_FILE", "ORDERER_OPERATIONS_TLS_PRIVATEKEY"]);
    let client = pod.metrics_client.clone().or(certificate.zip(key));
    let by_tls = net::get_by_tls(operations_port(pod), "/metrics", &Tls { server: None, client });
    // One that runs as it was before TLS was switched on.
    by_tls.or_else(|refused| net::get(operations_port(pod), "/metrics").map_err(|_| refused))
}

/// Where it answers to the kubelet and to Prometheus.
fn operations_port(pod: &Pod) -> (Ipv4Addr, u16) {
    pod.port(&IntOrString::String("operations".to_owned()))
}

/// As Prometheus asks a node: by the name, the CA and the certificate that its org's ServiceMonitor says.
fn scrape(cluster: &Cluster, pod: &Pod) -> Result<String, String> {
    let monitors = cluster.manifests.monitoring.iter().filter(|object| object["kind"] == "ServiceMonitor");
    let monitor = monitors.into_iter().find(|monitor| monitor["spec"]["selector"]["matchLabels"]["org"] == pod.label("org"));
    let endpoint = &monitor.expect("each org has a ServiceMonitor")["spec"]["endpoints"][0];
    let tls = &endpoint["tlsConfig"];
    let file = |reference: &Value| {
        let (name, key) = (reference["name"].as_str().unwrap(), reference["key"].as_str().unwrap());
        let folder = cluster.folder(&format!("secret-{name}"));
        write_files(&cluster.manifests.secret(name), None, None, &folder);
        folder.join(key)
    };
    let by = Tls {
        server: Some((file(&tls["ca"]["secret"]), tls["serverName"].as_str().unwrap().to_owned())),
        client: Some((file(&tls["cert"]["secret"]), file(&tls["keySecret"]))),
    };
    assert_eq!(endpoint["scheme"], "https");
    net::get_by_tls(operations_port(pod), endpoint["path"].as_str().unwrap(), &by)
}

/// The node's own pair, as a client's.
fn own_pair(cluster: &Cluster, pod: &Pod) -> Tls {
    let folder = cluster.folder(&format!("own-{}", pod.name));
    write_files(&cluster.manifests.secret(&format!("{}-tls", pod.name)), None, None, &folder);
    Tls { server: None, client: Some((folder.join("tls.crt"), folder.join("tls.key"))) }
}

/// Every metric that an alarm or a panel names.
fn asked_for(objects: &[Value]) -> BTreeSet<String> {
    let mut expressions = Vec::new();
    objects.iter().for_each(|object| collect(object, &mut expressions));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = BTreeSet::new();
    for expression in expressions {
        // A metric is a word right before a brace, wherever that is no label of a quoted value.
        for (at, _) in expression.match_indices('{') {
            let before = &expression[..at];
            let begins = before.rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
            names.insert(before[begins..].to_owned());
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The expressions of rules, and of dashboards within ConfigMaps.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(text) if key == "expr" => found.push(text.to_owned()),
                    Some(text) if key.ends_with(".json") => collect(&serde_json::from_str(text).unwrap(), found),
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
