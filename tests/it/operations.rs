//! Logs, metrics and what watches them, each setting as what it changes in the manifests of the sample.

use crate::support::{Project, root};
use crate::variants::{expect, parsed, render, with_values};
use serde_json::Value;

/// One object of the sample with other values.
fn object(values: &str, name: &str) -> Value {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    let stream = project.run(&["render", "--frozen", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let found = parsed(&stream).into_iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    serde_yaml::from_str(&found.1).unwrap()
}

#[test]
fn metrics_go_where_each_node_is_told() {
    expect(
        &with_values(
            "
            orderer: {metrics: {provider: disabled}}
            orgs:
              org1.example.com:
                peer: {metrics: {statsd: {address: 'statsd:8125'}}}
                nodes: {peer1: {metrics: {provider: statsd}}}
            ",
        ),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - value: prometheus
        + value: disabled
        StatefulSet/org1-peer1
        - value: prometheus
        + value: statsd
        + - name: CORE_METRICS_STATSD_ADDRESS
        + value: statsd:8125
        + - name: CORE_METRICS_STATSD_PREFIX
        + value: org1-peer1
        ",
    );
}

/// What StatsD's names begin with may be said otherwise, since nothing depends on it.
#[test]
fn a_prefix_of_the_users_takes_the_place_of_the_nodes_name() {
    let values = "orgs: {org1.example.com: {nodes: {peer0: {
        metrics: {provider: statsd, statsd: {address: 'a:1'}}, config: {metrics: {statsd: {prefix: mine}}}}}}}";
    let changed = with_values(values);
    assert!(changed.contains("+ prefix: mine\n") && !changed.contains("STATSD_PREFIX"), "{changed}");
}

#[test]
fn logs_are_told_from_component_to_org_to_node() {
    expect(
        &with_values(
            "
            peer: {logFormat: json}
            orderer: {logSpec: warn}
            couchdb: {logLevel: warning}
            orgs:
              org1.example.com: {peer: {logSpec: 'info:gossip=debug'}, nodes: {peer1: {logSpec: error, couchdb: {logLevel: error}}}}
              org2.example.com: {peer: {logFormat: ''}, couchdb: {logLevel: ''}, nodes: {peer1: {logSpec: debug}}}
            ",
        ),
        "
        ConfigMap/org1-peer0
        + [log]
        + level = warning
        ConfigMap/org1-peer1
        + [log]
        + level = error
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - value: info
        + value: warn
        StatefulSet/org1-peer0
        - checksum/config
        + checksum/config
        - value: info
        + value: info:gossip=debug
        + - name: FABRIC_LOGGING_FORMAT
        + value: json
        StatefulSet/org1-peer1
        - checksum/config
        + checksum/config
        - value: info
        + value: error
        + - name: FABRIC_LOGGING_FORMAT
        + value: json
        StatefulSet/org2-peer1
        - value: info
        + value: debug
        ",
    );
}

#[test]
fn the_operations_port_speaks_tls_and_probes_with_it() {
    expect(
        &with_values("operations: {tls: {enabled: true}}"),
        r#"
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + - name: ORDERER_OPERATIONS_TLS_ENABLED
        + value: "true"
        + - name: ORDERER_OPERATIONS_TLS_CLIENTAUTHREQUIRED
        + value: "false"
        + - name: ORDERER_OPERATIONS_TLS_CERTIFICATE
        + value: /etc/hyperledger/tls/tls.crt
        + - name: ORDERER_OPERATIONS_TLS_PRIVATEKEY
        + value: /etc/hyperledger/tls/tls.key
        + - name: ORDERER_OPERATIONS_TLS_CLIENTROOTCAS
        + value: "[/etc/hyperledger/tls/ca.crt]"
        + scheme: HTTPS
        + scheme: HTTPS
        StatefulSet/org1-peer0 StatefulSet/org1-peer1 StatefulSet/org2-peer0 StatefulSet/org2-peer1
        + - name: CORE_OPERATIONS_TLS_ENABLED
        + value: "true"
        + - name: CORE_OPERATIONS_TLS_CLIENTAUTHREQUIRED
        + value: "false"
        + - name: CORE_OPERATIONS_TLS_CERT_FILE
        + value: /etc/hyperledger/tls/tls.crt
        + - name: CORE_OPERATIONS_TLS_KEY_FILE
        + value: /etc/hyperledger/tls/tls.key
        + - name: CORE_OPERATIONS_TLS_CLIENTROOTCAS_FILES
        + value: /etc/hyperledger/tls/ca.crt
        + scheme: HTTPS
        + scheme: HTTPS
        "#,
    );
}

#[test]
fn prometheus_may_have_a_certificate_of_another_ca() {
    let values = "{operations: {tls: {enabled: true, clientSecret: prometheus}}, monitoring: {serviceMonitor: {enabled: true}}}";
    let tls = &object(values, "ServiceMonitor/org1-peers")["spec"]["endpoints"][0]["tlsConfig"];
    let secret = |name: &str, key: &str| serde_json::json!({ "name": name, "key": key });
    assert_eq!(tls["ca"]["secret"], secret("org1-admin-tls", "ca.crt"));
    assert_eq!(tls["cert"]["secret"], secret("prometheus", "tls.crt"));
    assert_eq!(tls["keySecret"], secret("prometheus", "tls.key"));
    let set = object(values, "StatefulSet/org1-peer0");
    let pod = &set["spec"]["template"]["spec"];
    let volumes = pod["volumes"].as_array().unwrap();
    let volume = volumes.iter().find(|volume| volume["name"] == "operations").unwrap();
    // The CA alone: Prometheus' key is no node's business.
    assert_eq!(volume["secret"]["items"], serde_json::json!([{ "key": "ca.crt", "path": "ca.crt" }]));
    let env = pod["containers"][0]["env"].as_array().unwrap();
    let clients = env.iter().find(|variable| variable["name"] == "CORE_OPERATIONS_TLS_CLIENTROOTCAS_FILES").unwrap();
    assert_eq!(clients["value"], "/etc/hyperledger/operations/ca.crt");
}

/// Whatever watches the network, nothing that runs in it changes.
#[test]
fn monitoring_adds_objects_and_changes_none() {
    expect(
        &with_values(
            "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboard: {enabled: true, namespace: grafana}}",
        ),
        "
        ConfigMap/sample-dashboard PrometheusRule/orderer-orderers ServiceMonitor/orderer-orderers PrometheusRule/org1-peers ServiceMonitor/org1-peers PrometheusRule/org2-peers ServiceMonitor/org2-peers PrometheusRule/sample
        (new)
        ",
    );
}

#[test]
fn a_servicemonitor_finds_the_services_of_nodes_alone() {
    let values =
        "monitoring: {serviceMonitor: {enabled: true, interval: 30s, scrapeTimeout: 10s, labels: {release: prometheus}}}";
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    let objects = render(&project, &["-f", "values.yaml", "-f", "own.yaml"]);
    let objects: Vec<Value> = objects.iter().map(|(_, text)| serde_yaml::from_str(text).unwrap()).collect();
    let of_kind = |kind: &str| objects.iter().filter(|object| object["kind"] == kind).collect::<Vec<_>>();
    let monitors = of_kind("ServiceMonitor");
    let mut found = Vec::new();
    for service in of_kind("Service") {
        let labels = service["metadata"]["labels"].as_object().unwrap();
        let selects = |monitor: &&&Value| {
            let selector = &monitor["spec"]["selector"];
            assert_eq!(selector["matchExpressions"][0]["operator"], "Exists");
            let exists = labels.contains_key(selector["matchExpressions"][0]["key"].as_str().unwrap());
            exists && selector["matchLabels"].as_object().unwrap().iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let by = monitors.iter().filter(selects).count();
        let is_nodes = service["spec"]["ports"].as_array().unwrap().iter().any(|port| port["name"] == "operations");
        assert_eq!(by, usize::from(is_nodes), "{}", service["metadata"]["name"]);
        found.extend(is_nodes.then_some(()));
        // What time series are called by is there.
        let relabelings = monitors[0]["spec"]["endpoints"][0]["relabelings"].as_array().unwrap();
        for source in relabelings.iter().filter(|_| is_nodes).map(|relabeling| relabeling["sourceLabels"][0].as_str().unwrap()) {
            let named =
                |label: &String| format!("__meta_kubernetes_service_label_{}", label.replace(['.', '/', '-'], "_")) == source;
            assert!(labels.keys().any(named), "{source}");
        }
    }
    assert_eq!(found.len(), 7);
    let monitor = monitors[0];
    assert_eq!(monitor["metadata"]["labels"]["release"], "prometheus");
    let endpoint = &monitor["spec"]["endpoints"][0];
    assert_eq!((endpoint["interval"].as_str(), endpoint["scrapeTimeout"].as_str()), (Some("30s"), Some("10s")));
    assert_eq!((endpoint["scheme"].as_str(), endpoint.get("tlsConfig")), (Some("http"), None));
}

/// As `crypto list` says them.
#[test]
fn alarms_know_every_node_and_when_its_certificates_end() {
    let values = "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true, certificateDays: 45}}";
    let rule = object(values, "PrometheusRule/org1-peers");
    let rules = rule["spec"]["groups"][0]["rules"].as_array().unwrap();
    let recorded = |name: &str| rules.iter().filter(|rule| rule["record"] == name).collect::<Vec<_>>();
    let nodes: Vec<&str> =
        recorded("fabkube_node_expected").iter().map(|rule| rule["labels"]["node"].as_str().unwrap()).collect();
    assert_eq!(nodes, ["org1-peer0", "org1-peer1"]);
    let certificates = recorded("fabkube_certificate_not_after");
    let holders: Vec<String> = certificates
        .iter()
        .map(|rule| ["holder", "usage"].map(|label| rule["labels"][label].as_str().unwrap()).join(" "))
        .collect();
    assert_eq!(
        holders,
        [
            "ca.org1.example.com identity",
            "tlsca.org1.example.com tls",
            "peer0.org1.example.com identity",
            "peer0.org1.example.com tls",
            "peer1.org1.example.com identity",
            "peer1.org1.example.com tls",
            "Admin@org1.example.com identity",
            "Admin@org1.example.com tls",
        ]
    );
    let listed = Project::sample_with_stores().run(&["crypto", "list", "-o", "json"]).ok().stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    for (rule, holder) in certificates.iter().zip(&holders) {
        let seconds: i64 =
            rule["expr"].as_str().unwrap().strip_prefix("vector(").unwrap().strip_suffix(')').unwrap().parse().unwrap();
        let end = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let end = end.format(&time::format_description::well_known::Rfc3339).unwrap();
        assert!(listed.to_string().contains(&end), "{holder} {end}");
    }
    let network = object(values, "PrometheusRule/sample");
    assert!(network.to_string().contains("/ 86400 < 45"), "{network}");
}

/// Its operations port speaks plain HTTP, whatever those of nodes speak.
#[test]
fn a_fabric_ca_is_watched_too() {
    let watching =
        "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}, operations: {tls: {enabled: true}}";
    let values = format!("{{{watching}, orgs: {{org1.example.com: {{ca: {{enabled: true}}}}}}}}");
    let project = Project::sample();
    project.write("own.yaml", &values);
    let objects = parsed(&project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout);
    let object = |name: &str| -> Value {
        serde_yaml::from_str(&objects.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1).unwrap()
    };
    let monitor = object("ServiceMonitor/org1-ca");
    let endpoint = &monitor["spec"]["endpoints"][0];
    assert_eq!((&endpoint["scheme"], endpoint.get("tlsConfig")), (&"http".into(), None));
    let labels = object("Service/org1-ca")["metadata"]["labels"].clone();
    let selected = monitor["spec"]["selector"]["matchLabels"].as_object().unwrap();
    assert!(selected.iter().all(|(label, value)| labels[label] == *value), "{labels}");
    let rule = object("PrometheusRule/org1-peers").to_string();
    for part in
        [r#""org":"org1","node":"org1-ca","role":"ca""#, r#""holder":"fabric-ca.org1.example.com""#, "|org1-ca)-0", "vector(1)"]
    {
        assert!(rule.contains(part), "{part}: {rule}");
    }
    assert!(!objects.iter().any(|(name, _)| name == "ServiceMonitor/org2-ca"));
}

/// Brokers keep all of the channels, and only the kubelet is asked.
#[test]
fn volumes_of_kafka_are_watched_too() {
    let project = Project::copy_of(&root().join("samples/kafka"));
    project.write("own.yaml", "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}");
    let stream = project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let rules: String =
        parsed(&stream).into_iter().filter(|(name, _)| name.starts_with("PrometheusRule/")).map(|(_, text)| text).collect();
    for claims in ["data-kafka-[0-9]+", "data-kafka-zookeeper-[0-9]+"] {
        assert!(rules.contains(&format!("persistentvolumeclaim=~\"{claims}\"")), "{claims}: {rules}");
    }
}

#[test]
fn a_network_in_several_namespaces_is_one_to_alarms() {
    let values = "{namespaces: {mode: per-org}, monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}}";
    let project = Project::sample();
    project.write("own.yaml", values);
    let stream = project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let network = parsed(&stream).into_iter().find(|(name, _)| name == "PrometheusRule/sample").unwrap().1;
    assert!(network.contains(r#"up{network="sample",namespace=~"orderer|org1|org2"} == 1"#), "{network}");
}

#[test]
fn the_dashboard_is_json_and_its_braces_are_grafanas() {
    let map = object(
        "monitoring: {serviceMonitor: {enabled: true}, dashboard: {enabled: true, labels: {team: ops}}}",
        "ConfigMap/sample-dashboard",
    );
    let labels = &map["metadata"]["labels"];
    assert_eq!((labels["grafana_dashboard"].as_str(), labels["team"].as_str()), (Some("1"), Some("ops")));
    let dashboard: Value = serde_json::from_str(map["data"]["sample-dashboard.json"].as_str().unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids: Vec<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), panels.len());
    for (i, panel) in panels.iter().enumerate() {
        let place = |panel: &Value| ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
        let [x, y, w, h] = place(panel);
        assert!(x + w <= 24, "{}", panel["title"]);
        for other in &panels[..i] {
            let [ox, oy, ow, oh] = place(other);
            assert!(
                x >= ox + ow || ox >= x + w || y >= oy + oh || oy >= y + h,
                "{} lies over {}",
                panel["title"],
                other["title"]
            );
        }
        for target in panel["targets"].as_array().unwrap() {
            assert!(target["expr"].as_str().unwrap().contains("{"), "{target}");
        }
    }
    let text = dashboard.to_string();
    assert!(text.contains("{{channel}} {{node}}") && text.contains(r#"network=\"sample\",namespace=\"fabric\""#));
}
