//! docs/production.md says what restarts when something is switched on: its last column is held against the manifests.

use crate::support::{Project, read, root};
use crate::variants::{Objects, render, sample};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Each row by its setting, and what switches it on; where it is a setting of nodes, for one of them.
const SETTINGS: &[(&str, &str)] = &[
    (
        "`nodeSelector`, `tolerations`, `affinity`, `topologySpreadConstraints`",
        "{nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}],
          affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution:
            [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]}},
          topologySpreadConstraints:
            [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {org: org1}}}]}",
    ),
    ("`podAntiAffinity: hard`", "{podAntiAffinity: hard}"),
    ("`priorityClassName`", "{priorityClassName: fabric}"),
    ("`resources.limits`", "{resources: {limits: {memory: 2Gi}}}"),
    ("`orderer.rollout: rolling`", "orderer: {rollout: rolling}"),
    ("`namespaces.mode: per-org`", "namespaces: {mode: per-org}"),
    ("`networkPolicies.enabled`", "networkPolicies: {enabled: true}"),
    ("`image.registry`, `image.pullSecrets`", "image: {registry: mirror.example.com, pullSecrets: [mirror]}"),
    ("`….image.digest`", "{image: {digest: 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}}"),
    (
        "`peer.expose`, `gateway.expose`",
        "peer: {expose: {type: loadBalancer, domain: a.example.org}}
gateway: {expose: {type: loadBalancer, domain: a.example.org}}",
    ),
    ("`orderer.expose`", "orderer: {expose: {type: loadBalancer, domain: a.example.org}}"),
    ("`gateway.sessionAffinity: ClientIP`", "gateway: {sessionAffinity: ClientIP}"),
    ("`addressing: domain` with `fabkube cluster coredns`", "addressing: domain"),
    ("`hostAliases`", "{hostAliases: [{ip: 203.0.113.7, hostnames: [orderer0.partner.example.com]}]}"),
    (
        "`monitoring.serviceMonitor`, `.prometheusRule`, `.dashboard`",
        "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboard: {enabled: true}}",
    ),
    ("`operations.tls.enabled`", "operations: {tls: {enabled: true}}"),
    ("`logFormat: json`", "{logFormat: json}"),
    ("`couchdb.logLevel`", "couchdb: {logLevel: warning}"),
    ("`ca.enabled`", "ca: {enabled: true}"),
    ("`cli.enabled`", "cli: {enabled: true}"),
    ("`connectionProfile.enabled`", "connectionProfile: {enabled: true}"),
];

const OF_NODES: &str = "the nodes that have it";

#[test]
fn what_is_switched_on_restarts_what_the_page_says() {
    let page = read(&root().join("docs/production.md"));
    let rows: BTreeMap<&str, &str> = page.lines().filter_map(row).collect();
    let settings: BTreeSet<&str> = SETTINGS.iter().map(|(setting, _)| *setting).collect();
    assert_eq!(rows.keys().copied().collect::<BTreeSet<_>>(), settings, "each row has its settings here");
    for (setting, values) in SETTINGS {
        let said = rows[setting];
        let values = match said {
            OF_NODES => format!("orgs: {{org1.example.com: {{nodes: {{peer0: {values}}}}}}}"),
            _ => (*values).to_owned(),
        };
        let restarted = restarted(&values);
        let names: BTreeSet<&str> = restarted.iter().map(String::as_str).collect();
        let (orderers, peers): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with("orderer-"));
        let found = match (names.len(), peers.len(), orderers.len()) {
            (1, 1, 0) if names.contains("org1-peer0") => OF_NODES,
            (0, ..) => "nothing",
            (7, ..) => "every node",
            (_, 4, 0) => "peers",
            (_, 0, 3) => "orderers",
            _ => panic!("{setting} restarts {names:?}"),
        };
        assert_eq!(said, found, "{setting} restarts {names:?}");
    }
}

/// The first and the last cell of a row with four, unless it is a heading.
fn row(line: &str) -> Option<(&str, &str)> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split('|').map(str::trim).collect();
    match cells.as_slice() {
        [setting, _, _, restarts] if setting.starts_with('`') => Some((setting, restarts)),
        _ => None,
    }
}

/// The nodes whose pods are others with these values: certificates that then lack a name are renewed, as a user would.
fn restarted(values: &str) -> Vec<String> {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    project.run(&[&["crypto", "renew", "--missing-sans"], &own[..]].concat()).ok();
    if values.contains("ca:") {
        project.run(&[&["crypto", "generate"], &own[..]].concat()).ok();
    }
    let (before, after) = (pods(sample()), pods(&render(&project, &own)));
    assert!(before.keys().all(|name| after.contains_key(name)), "{values}: {:?}", after.keys());
    before.into_iter().filter(|(name, pod)| after[name] != *pod).map(|(name, _)| name).collect()
}

/// What nodes' pods are made of.
fn pods(objects: &Objects) -> BTreeMap<String, Value> {
    let sets = objects.iter().filter_map(|(name, text)| Some((name.strip_prefix("StatefulSet/")?, text)));
    let pod = |text: &str| serde_yaml::from_str::<Value>(text).unwrap()["spec"]["template"].clone();
    sets.map(|(name, text)| (name.to_owned(), pod(text))).collect()
}
