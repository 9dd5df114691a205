//! What users add to pods and to Fabric's own files, each as what it changes; and every manifest so changed against Kubernetes'
//! own types.

use crate::schemas;
use crate::support::{Project, read, root};
use crate::variants::{changes, expect, parsed, render, sample};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The sample with other values, as what changes. Every object is one that Kubernetes reads.
fn with_values(values: &str) -> String {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    let objects = render(&project, &["-f", "values.yaml", "-f", "own.yaml"]);
    for (name, text) in &objects {
        schemas::check(&serde_yaml::from_str(text).unwrap()).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    }
    // Which checksums change is what matters.
    let known =
        |line: &str| line.split_once(": \"").filter(|(key, _)| key.contains("checksum/")).map_or(line, |(key, _)| key).to_owned();
    changes(sample(), &objects).lines().map(|line| known(line) + "\n").collect()
}

/// Changes without the lines that go.
fn what_comes(changes: &str) -> String {
    changes.lines().filter(|line| !line.starts_with("- ")).map(|line| format!("{line}\n")).collect()
}

/// Objects of one node, as text.
fn of_node(node: &str, values: &str) -> String {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    let stream = project.run(&["render", "--frozen", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let of_node = |(name, _): &(String, String)| name.contains(&format!("/{node}"));
    parsed(&stream).into_iter().filter(of_node).map(|(_, text)| text).collect()
}

#[test]
fn a_peer_with_leveldb_has_no_couchdb() {
    let values = "orgs: {org2.example.com: {nodes: {peer1: {stateDatabase: leveldb}}}}";
    expect(
        &what_comes(&with_values(values)),
        "
        ConfigMap/org2-peer1
        StatefulSet/org2-peer1
        + checksum/material
        + value: goleveldb
        ",
    );
    let text = of_node("org2-peer1", values).to_lowercase().replace("couchdbconfig:", "");
    assert!(text.contains("kind: secret") && !text.contains("couchdb"), "{text}");
}

const EXTERNAL: &str = "
    orgs:
      org2.example.com:
        peer: {stateDatabase: external}
        couchdb: {external: {existingSecret: couchdb-admin}}
        nodes:
          peer0: {couchdb: {external: {address: 'couchdb0.example.com:5984'}}}
          peer1: {couchdb: {external: {address: 'couchdb1.example.com:5984', existingSecret: other}}}
";

#[test]
fn an_external_couchdb_has_a_secret_of_the_users() {
    expect(
        &what_comes(&with_values(EXTERNAL)),
        "
        ConfigMap/org2-peer0 ConfigMap/org2-peer1
        StatefulSet/org2-peer0
        + checksum/material
        + value: couchdb0.example.com:5984
        + name: couchdb-admin
        + name: couchdb-admin
        StatefulSet/org2-peer1
        + checksum/material
        + value: couchdb1.example.com:5984
        + name: other
        + name: other
        ",
    );
    let text = of_node("org2-peer0", EXTERNAL);
    assert!(!text.contains("name: org2-peer0-couchdb") && !text.contains("library/couchdb"), "{text}");
}

#[test]
fn a_choice_of_the_org_is_taken_back_by_a_node() {
    let all =
        with_values("{peer: {stateDatabase: leveldb}, orgs: {org1.example.com: {nodes: {peer0: {stateDatabase: couchdb}}}}}");
    assert!(all.contains("org1-peer1") && !all.contains("org1-peer0"), "{all}");
}

#[test]
fn own_settings_of_core_yaml_join_from_component_to_node_lists_of_maps_included() {
    expect(
        &with_values(
            "
            peer: {config: {peer: {Gossip: {pullInterval: 5s}}, chaincode: {externalBuilders: []}}}
            orgs:
              org1.example.com:
                peer: {config: {ledger: {state: {couchDBConfig: {cacheSize: 128}}}}}
                nodes:
                  peer1:
                    config:
                      peer: {gossip: {pullInterval: 6s, pullPeerNum: 1}}
                      chaincode: {externalBuilders: [{name: k8s_builder, path: /opt/k8s, propagateEnvironment: [CORE_PEER_ID]}]}
            ",
        ),
        "
        ConfigMap/org1-peer0
        - pullInterval: 4s
        + pullInterval: 5s
        - externalBuilders:
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        - propagateEnvironment:
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + externalBuilders: []
        - cacheSize: 64
        + cacheSize: 128
        ConfigMap/org1-peer1
        - pullInterval: 4s
        - pullPeerNum: 3
        + pullInterval: 6s
        + pullPeerNum: 1
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        + - name: k8s_builder
        + path: /opt/k8s
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + - CORE_PEER_ID
        - cacheSize: 64
        + cacheSize: 128
        ConfigMap/org2-peer0 ConfigMap/org2-peer1
        - pullInterval: 4s
        + pullInterval: 5s
        - externalBuilders:
        - - name: ccaas_builder
        - path: /opt/hyperledger/ccaas_builder
        - propagateEnvironment:
        - - CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG
        + externalBuilders: []
        StatefulSet/org1-peer0
        - checksum/config
        + checksum/config
        StatefulSet/org1-peer1
        - checksum/config
        + checksum/config
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - checksum/config
        + checksum/config
        ",
    );
}

#[test]
fn own_settings_of_orderer_yaml_may_be_new_keys() {
    expect(
        &with_values(
            "orderer: {config: {General: {Cluster: {DialTimeout: 10s}, cluster: {sendbuffersize: 50}}, Consensus: {EvictionSuspicion: 20m}}}",
        ),
        "
        ConfigMap/orderer-orderer0 ConfigMap/orderer-orderer1 ConfigMap/orderer-orderer2
        - SendBufferSize: 100
        + SendBufferSize: 50
        + DialTimeout: 10s
        + EvictionSuspicion: 20m
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - checksum/config
        + checksum/config
        ",
    );
}

#[test]
fn metrics_may_go_elsewhere() {
    expect(
        &with_values(
            "orgs: {org1.example.com: {nodes: {peer0: {config: {metrics: {provider: statsd, statsd: {address: 'statsd:8125'}}}}}}}",
        ),
        r#"
        ConfigMap/org1-peer0
        - address: "127.0.0.1:8125"
        + address: statsd:8125
        + provider: statsd
        StatefulSet/org1-peer0
        - checksum/config
        + checksum/config
        - - name: CORE_METRICS_PROVIDER
        - value: prometheus
        "#,
    );
    expect(
        &with_values("orgs: {example.com: {nodes: {orderer0: {config: {Metrics: {Provider: disabled}}}}}}"),
        "
        ConfigMap/orderer-orderer0
        - Provider: prometheus
        + Provider: disabled
        StatefulSet/orderer-orderer0
        - checksum/config
        + checksum/config
        - - name: ORDERER_METRICS_PROVIDER
        - value: prometheus
        ",
    );
}

#[test]
fn variables_volumes_and_containers_are_added_as_they_are_written() {
    expect(
        &with_values(
            "
            orderer: {extraEnv: [{name: GODEBUG, value: 1}]}
            orgs:
              org1.example.com:
                nodes:
                  peer0:
                    extraEnv:
                    - {name: HTTP_PROXY, value: ''}
                    - {name: CORE_PEER_BCCSP_PKCS11_PIN, valueFrom: {secretKeyRef: {name: hsm, key: pin}}}
                    extraVolumes:
                    - {name: builder, emptyDir: , nothing: }
                    - {name: more, configMap: {name: more, defaultMode: 0440}}
                    extraVolumeMounts: [{name: builder, mountPath: /opt/builder, readOnly: yes}]
                    extraInitContainers: [{name: fetch, image: 'fetch:1', securityContext: &strict {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
                    extraContainers: [{name: logger, image: 'logger:1', args: ['010', '-x'], securityContext: *strict}]
            ",
        ),
        r#"
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + - name: GODEBUG
        + value: "1"
        StatefulSet/org1-peer0
        + - name: fetch
        + image: fetch:1
        + securityContext:
        + allowPrivilegeEscalation: false
        + capabilities:
        + drop:
        + - ALL
        + - name: HTTP_PROXY
        + value: ""
        + - name: CORE_PEER_BCCSP_PKCS11_PIN
        + valueFrom:
        + secretKeyRef:
        + name: hsm
        + key: pin
        + - name: builder
        + mountPath: /opt/builder
        + readOnly: true
        + - name: logger
        + image: logger:1
        + args:
        + - "010"
        + - -x
        + securityContext:
        + allowPrivilegeEscalation: false
        + capabilities:
        + drop:
        + - ALL
        + - name: builder
        + - name: more
        + configMap:
        + name: more
        + defaultMode: 288
        "#,
    );
}

#[test]
fn pods_are_labelled_annotated_and_placed() {
    expect(
        &with_values(
            "
            defaults: {podLabels: {team: blockchain}, podAnnotations: {example.com/scrape: true}, priorityClassName: high}
            orderer: {podLabels: {team: ordering}}
            peer: {serviceAccount: {annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/x'}}}
            orgs:
              org1.example.com:
                peer: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: arch, operator: In, values: [amd64]}]}]}}}}
                nodes:
                  peer1: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {org: org1}}}]}
            ",
        ),
        r#"
        ServiceAccount/org1-peer0 ServiceAccount/org1-peer1 ServiceAccount/org2-peer0 ServiceAccount/org2-peer1
        + annotations:
        + eks.amazonaws.com/role-arn: arn:aws:iam::1:role/x
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + team: ordering
        + example.com/scrape: "true"
        + priorityClassName: high
        StatefulSet/org1-peer0
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        + nodeAffinity:
        + requiredDuringSchedulingIgnoredDuringExecution:
        + nodeSelectorTerms:
        + - matchExpressions:
        + - key: arch
        + operator: In
        + values:
        + - amd64
        StatefulSet/org1-peer1
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        + nodeAffinity:
        + requiredDuringSchedulingIgnoredDuringExecution:
        + nodeSelectorTerms:
        + - matchExpressions:
        + - key: arch
        + operator: In
        + values:
        + - amd64
        + topologySpreadConstraints:
        + - maxSkew: 1
        + topologyKey: zone
        + whenUnsatisfiable: ScheduleAnyway
        + labelSelector:
        + matchLabels:
        + org: org1
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        "#,
    );
}

#[test]
fn nodes_keep_apart_as_much_as_is_wished() {
    expect(
        &with_values("peer: {podAntiAffinity: none}"),
        "
        StatefulSet/org1-peer0 StatefulSet/org1-peer1
        - affinity:
        - podAntiAffinity:
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org1
        - topologyKey: kubernetes.io/hostname
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - affinity:
        - podAntiAffinity:
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org2
        - topologyKey: kubernetes.io/hostname
        ",
    );
    expect(
        &with_values("orderer: {podAntiAffinity: hard}"),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: orderer
        - app.kubernetes.io/instance: sample
        - topologyKey: kubernetes.io/hostname
        + requiredDuringSchedulingIgnoredDuringExecution:
        + - labelSelector:
        + matchLabels:
        + app.kubernetes.io/component: orderer
        + app.kubernetes.io/instance: sample
        + topologyKey: kubernetes.io/hostname
        ",
    );
    expect(
        &with_values(
            "orgs: {org1.example.com: {nodes: {peer0: {affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}}}}}",
        ),
        "
        StatefulSet/org1-peer0
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org1
        - topologyKey: kubernetes.io/hostname
        + preferredDuringSchedulingIgnoredDuringExecution: []
        ",
    );
}

#[test]
fn the_namespace_allows_what_its_pods_need() {
    expect(
        &with_values("orgs: {example.com: {nodes: {orderer0: {extraContainers: [{name: shell, image: 'shell:1'}]}}}}"),
        "
        Namespace/fabric
        - pod-security.kubernetes.io/enforce: restricted
        + pod-security.kubernetes.io/enforce: baseline
        StatefulSet/orderer-orderer0
        + - name: shell
        + image: shell:1
        ",
    );
}

/// The list of names in the program is the list of names in the templates.
#[test]
fn every_name_that_a_pod_has_is_taken() {
    let golden = root().join("tests/golden/samples/fabric");
    let mut settings = BTreeSet::new();
    for (component, node) in [("peer", "org1-peer0"), ("orderer", "orderer-orderer0")] {
        let set: serde_json::Value = serde_yaml::from_str(&read(&golden.join(format!("{node}.statefulset.yaml")))).unwrap();
        let (template, claims) = (&set["spec"]["template"], &set["spec"]["volumeClaimTemplates"]);
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let main = &template["spec"]["containers"][0];
        let claimed = list(claims).into_iter().map(|claim| claim["metadata"].clone());
        for volume in list(&template["spec"]["volumes"]).into_iter().chain(claimed) {
            settings.insert(format!("{component}.extraVolumes[0].name={}", volume["name"].as_str().unwrap()));
        }
        for key in ["containers", "initContainers"] {
            for container in list(&template["spec"][key]) {
                let name = container["name"].as_str().unwrap();
                settings.insert(format!("{component}.extraContainers[0].name={name}"));
                settings.insert(format!("{component}.extraInitContainers[0].name={name}"));
            }
        }
        for variable in list(&main["env"]) {
            settings.insert(format!("{component}.extraEnv[0].name={}", variable["name"].as_str().unwrap()));
        }
        for mount in list(&main["volumeMounts"]) {
            settings.insert(format!("{component}.extraVolumeMounts[0].mountPath={}/", mount["mountPath"].as_str().unwrap()));
        }
        for (key, of) in [("labels", "podLabels"), ("annotations", "podAnnotations")] {
            for name in template["metadata"][key].as_object().unwrap().keys() {
                settings.insert(format!("{component}.{of}.{}=x", name.replace('.', "\\.")));
            }
        }
    }
    assert!(settings.len() > 60, "{settings:#?}");
    let project = Project::sample_with_stores();
    settings.par_iter().for_each(|setting| {
        let ran = project.run(&["show", "--set", setting]).wrong();
        assert!(ran.stderr.contains("[FK0290]") || ran.stderr.contains("[FK0293]"), "{setting}: {}", ran.stderr);
    });
}
