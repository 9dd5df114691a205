//! Settings, each as what it changes in the manifests of the sample.

use crate::support::Project;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The objects of a stream in its order: `Kind/name`, and their text.
type Objects = Vec<(String, String)>;

fn parsed(stream: &str) -> Objects {
    let name = |text: &str| {
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        format!("{}/{}", value["kind"].as_str().unwrap(), value["metadata"]["name"].as_str().unwrap())
    };
    stream.split("---\n").filter(|text| !text.is_empty()).map(|text| (name(text), text.to_owned())).collect()
}

/// The sample as it is, without Secrets.
fn sample() -> &'static Objects {
    static SAMPLE: OnceLock<Objects> = OnceLock::new();
    SAMPLE.get_or_init(|| render(&Project::sample_with_stores(), &[]))
}

fn render(project: &Project, more: &[&str]) -> Objects {
    parsed(&project.run(&[&["render", "--frozen", "--secrets", "omit"], more].concat()).ok().stdout)
}

/// What differs: the lines of each object; objects with the same differences together.
fn changes(old: &Objects, new: &Objects) -> String {
    let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) = (old.iter().cloned().collect(), new.iter().cloned().collect());
    let mut changes: Vec<(Vec<&str>, String)> = Vec::new();
    for name in old.iter().chain(new.iter().filter(|(name, _)| !before.contains_key(name))).map(|(name, _)| name) {
        let lines = match (before.get(name), after.get(name)) {
            (Some(_), None) => "(gone)\n".to_owned(),
            (None, _) => "(new)\n".to_owned(),
            (Some(old), Some(new)) => difference(old, new),
        };
        match changes.iter_mut().find(|(_, known)| *known == lines) {
            _ if lines.is_empty() => {}
            Some((names, _)) => names.push(name),
            None => changes.push((vec![name], lines)),
        }
    }
    changes.into_iter().fold(String::new(), |mut text, (names, lines)| {
        let _ = write!(text, "{}\n{lines}", names.join(" "));
        text
    })
}

fn difference(old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let lines = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    lines.map(|change| format!("{} {}\n", change.tag(), change.value().trim())).collect()
}

/// The sample with other values, as what changes.
fn with_values(values: &str) -> String {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    changes(sample(), &render(&project, &["-f", "values.yaml", "-f", "own.yaml"]))
}

#[track_caller]
fn expect(actual: &str, expected: &str) {
    let expected: String = expected.trim().lines().map(|line| format!("{}\n", line.trim())).collect();
    assert!(expected == actual, "expected\n{expected}\nactual\n{actual}");
}

#[test]
fn the_sample_is_no_variant_of_itself() {
    expect(&changes(sample(), &render(&Project::sample_with_stores(), &[])), "");
}

#[test]
fn a_size_of_storage_resolves_from_component_to_org_to_node() {
    expect(
        &with_values(
            "
            peer: {storage: {size: 6Gi, className: slow}}
            orgs:
              org1.example.com: {peer: {storage: {size: 7Gi}}, nodes: {peer1: {storage: {className: fast}}}}
            ",
        ),
        "
        StatefulSet/org1-peer0
        - storage: 5Gi
        + storage: 7Gi
        + storageClassName: slow
        StatefulSet/org1-peer1
        - storage: 5Gi
        + storage: 7Gi
        + storageClassName: fast
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - storage: 5Gi
        + storage: 6Gi
        + storageClassName: slow
        ",
    );
}

#[test]
fn a_node_selector_of_a_node_joins_those_above_it_and_tolerations_replace_them() {
    expect(
        &with_values(
            "
            defaults: {nodeSelector: {os: linux, disk: any}, tolerations: [{key: all, operator: Exists}]}
            orderer: {nodeSelector: {disk: ssd}}
            orgs:
              org1.example.com: {peer: {tolerations: [{key: org1, operator: Exists}]}, nodes: {peer1: {nodeSelector: {zone: b}}}}
            ",
        ),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + nodeSelector:
        + disk: ssd
        + os: linux
        + tolerations:
        + - key: all
        + operator: Exists
        StatefulSet/org1-peer0
        + nodeSelector:
        + disk: any
        + os: linux
        + tolerations:
        + - key: org1
        + operator: Exists
        StatefulSet/org1-peer1
        + nodeSelector:
        + disk: any
        + os: linux
        + zone: b
        + tolerations:
        + - key: org1
        + operator: Exists
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        + nodeSelector:
        + disk: any
        + os: linux
        + tolerations:
        + - key: all
        + operator: Exists
        ",
    );
}

#[test]
fn resources_of_a_node_replace_key_by_key() {
    expect(
        &with_values(
            "
            couchdb: {resources: {limits: {memory: 1Gi}}}
            orgs:
              org2.example.com: {couchdb: {resources: {requests: {cpu: 1}}}, nodes: {peer0: {couchdb: {storage: {size: 50Gi}}}}}
              example.com: {nodes: {orderer2: {resources: {requests: {memory: 2Gi}}}}}
            ",
        ),
        r#"
        StatefulSet/orderer-orderer2
        - memory: 256Mi
        + memory: 2Gi
        StatefulSet/org1-peer0 StatefulSet/org1-peer1
        + limits:
        + memory: 1Gi
        StatefulSet/org2-peer0
        - cpu: 50m
        + cpu: "1"
        + limits:
        + memory: 1Gi
        - storage: 5Gi
        + storage: 50Gi
        StatefulSet/org2-peer1
        - cpu: 50m
        + cpu: "1"
        + limits:
        + memory: 1Gi
        "#,
    );
}

#[test]
fn images_come_from_a_registry_with_a_tag_or_a_digest_and_pull_secrets() {
    expect(
        &with_values(
            "
            image: {registry: registry.example.com/mirror, pullPolicy: Always, pullSecrets: [regcred, other]}
            peer: {image: {tag: 2.5.15}}
            orderer: {image: {registry: ghcr.io, tag: 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}}
            couchdb: {image: {registry: '', repository: mycouch}}
            ",
        ),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + imagePullSecrets:
        + - name: regcred
        + - name: other
        - image: docker.io/hyperledger/fabric-orderer:2.5.16
        - imagePullPolicy: IfNotPresent
        + image: ghcr.io/hyperledger/fabric-orderer@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        + imagePullPolicy: Always
        StatefulSet/org1-peer0 StatefulSet/org1-peer1 StatefulSet/org2-peer0 StatefulSet/org2-peer1
        + imagePullSecrets:
        + - name: regcred
        + - name: other
        - image: docker.io/library/couchdb:3.4.2
        - imagePullPolicy: IfNotPresent
        + image: registry.example.com/mirror/mycouch:3.4.2
        + imagePullPolicy: Always
        - image: docker.io/hyperledger/fabric-peer:2.5.16
        - imagePullPolicy: IfNotPresent
        + image: registry.example.com/mirror/hyperledger/fabric-peer:2.5.15
        + imagePullPolicy: Always
        ",
    );
}

#[test]
fn orderers_may_roll() {
    expect(
        &with_values("orderer: {rollout: rolling, logSpec: debug}"),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - type: OnDelete
        + type: RollingUpdate
        - value: info
        + value: debug
        ",
    );
}

#[test]
fn a_namespace_that_is_there_already_is_not_made() {
    expect(&with_values("namespaces: {create: false}"), "Namespace/fabric\n(gone)");
}

#[test]
fn set_wins_over_every_file_and_the_version_is_the_default_tag() {
    let project = Project::sample_with_stores();
    let args =
        ["--set", "peer.storage.size=8Gi,orgs.org1\\.example\\.com.nodes.peer0.logSpec=debug", "--fabric-version", "2.5.10"];
    expect(
        &changes(sample(), &render(&project, &args)),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - image: docker.io/hyperledger/fabric-orderer:2.5.16
        + image: docker.io/hyperledger/fabric-orderer:2.5.10
        StatefulSet/org1-peer0
        - image: docker.io/hyperledger/fabric-peer:2.5.16
        + image: docker.io/hyperledger/fabric-peer:2.5.10
        - value: info
        + value: debug
        - storage: 5Gi
        + storage: 8Gi
        StatefulSet/org1-peer1 StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - image: docker.io/hyperledger/fabric-peer:2.5.16
        + image: docker.io/hyperledger/fabric-peer:2.5.10
        - storage: 5Gi
        + storage: 8Gi
        ",
    );
}

#[test]
fn domain_addressing_keeps_the_hosts_of_the_files_and_names_them_for_dns() {
    let project = Project::sample_with_stores();
    project.write("own.yaml", "addressing: domain");
    let ran = project.run(&["render", "--frozen", "--secrets", "omit", "-f", "values.yaml", "-f", "own.yaml"]).ok();
    let next = ran.stderr.lines().find(|line| line.starts_with("next: ")).unwrap();
    for host in ["orderer2.example.com", "peer0.org1.example.com", "peer1.org2.example.com"] {
        assert!(next.contains(host), "{next}");
    }
    let peer1 = |objects: Objects| objects.into_iter().filter(|(name, _)| name == "StatefulSet/org1-peer1").collect::<Objects>();
    expect(
        &changes(&peer1(sample().clone()), &peer1(parsed(&ran.stdout))),
        "
        StatefulSet/org1-peer1
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: peer1.org1.example.com:7051
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: peer0.org1.example.com:7051
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: peer1.org1.example.com:7051
        ",
    );
}

#[test]
fn a_port_of_the_users_leads_to_grpc_and_what_is_in_its_way_moves() {
    let project = Project::sample_with_stores();
    project.replace("configtx.yaml", "- orderer0.example.com:7050", "- orderer0.example.com:7053");
    project.replace("configtx.yaml", "- orderer1.example.com:7050", "- orderer1.example.com:9443");
    project.replace(
        "configtx.yaml",
        "Host: peer0.org1.example.com\n        Port: 7051",
        "Host: peer0.org1.example.com\n        Port: 7052",
    );
    expect(
        &changes(sample(), &render(&project, &[])),
        "
        Service/orderer-orderer0
        + - name: grpc-7053
        + port: 7053
        + protocol: TCP
        + targetPort: grpc
        - port: 7053
        + port: 7054
        Service/orderer-orderer1
        + - name: grpc-9443
        + port: 9443
        + protocol: TCP
        + targetPort: grpc
        - port: 9443
        + port: 9444
        Service/org1-peer0
        + - name: grpc-7052
        + port: 7052
        + protocol: TCP
        + targetPort: grpc
        - port: 7052
        + port: 7053
        StatefulSet/org1-peer0
        - value: org1-peer0.fabric.svc.cluster.local:7052
        + value: org1-peer0.fabric.svc.cluster.local:7053
        ",
    );
}

/// A project of its own keys, with what follows from keys left out.
fn fresh(change: impl Fn(&Project), more: &[&str]) -> (Project, String) {
    let project = Project::sample();
    change(&project);
    let stream = project.run(&[&["render", "--secrets", "omit"], more].concat()).ok().stdout;
    let lines = stream.lines().filter(|line| !line.trim_start().starts_with("checksum/material:"));
    (project, lines.map(|line| format!("{line}\n")).collect())
}

#[test]
fn a_namespace_a_cluster_domain_and_the_name_of_an_org_are_followed_by_every_name() {
    let (_, usual) = fresh(|_| {}, &[]);
    let own = "clusterDomain: k8s.test\norgs: {org1.example.com: {name: acme}}\n";
    let (project, other) =
        fresh(|project| project.write("own.yaml", own), &["-n", "trade", "-f", "values.yaml", "-f", "own.yaml"]);
    let renamed = [
        ("org1-", "acme-"),
        ("org: org1\n", "org: acme\n"),
        (".fabric.svc.cluster.local", ".trade.svc.k8s.test"),
        ("namespace: fabric\n", "namespace: trade\n"),
        ("  name: fabric\n", "  name: trade\n"),
    ];
    let expected = renamed.into_iter().fold(usual, |text, (old, new)| text.replace(old, new));
    expect(&changes(&parsed(&expected), &parsed(&other)), "");
    let addresses = crate::block::addresses(&std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap());
    let hosts: Vec<String> = addresses.into_iter().map(|dialled| dialled.address).collect();
    assert!(hosts.contains(&"acme-peer0.trade.svc.k8s.test:7051".to_owned()), "{hosts:?}");
    assert!(hosts.iter().all(|host| host.contains(".trade.svc.k8s.test:")), "{hosts:?}");
}

#[test]
fn a_loopback_network_becomes_one_of_services() {
    let loopback = |project: &Project| {
        for i in 0..3 {
            let (consenter, port) = (format!("Host: orderer{i}.example.com\n        Port: 7050"), 7050 + 1000 * i);
            project.replace("configtx.yaml", &consenter, &format!("Host: 127.0.0.1\n        Port: {port}"));
            project.replace("configtx.yaml", &format!("- orderer{i}.example.com:7050"), &format!("- 127.0.0.1:{port}"));
        }
    };
    let (_, usual) = fresh(|_| {}, &[]);
    let (project, other) = fresh(loopback, &[]);
    expect(
        &changes(&parsed(&usual), &parsed(&other)),
        "
        Service/orderer-orderer1
        + - name: grpc-8050
        + port: 8050
        + protocol: TCP
        + targetPort: grpc
        Service/orderer-orderer2
        + - name: grpc-9050
        + port: 9050
        + protocol: TCP
        + targetPort: grpc
        ",
    );
    let block = std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap();
    let consenters = crate::block::addresses(&block).into_iter().filter(|dialled| dialled.certificate.is_some());
    assert_eq!(
        consenters.map(|dialled| dialled.address).collect::<Vec<_>>(),
        [
            "orderer-orderer0.fabric.svc.cluster.local:7050",
            "orderer-orderer1.fabric.svc.cluster.local:8050",
            "orderer-orderer2.fabric.svc.cluster.local:9050",
        ]
    );
}

/// All objects, Secrets too, of the sample with its stores after a change that makes more.
fn grown(change: impl Fn(&Project)) -> (String, String) {
    let project = Project::sample_with_stores();
    let before = parsed(&project.run(&["render"]).ok().stdout);
    change(&project);
    let ran = project.run(&["render"]).ok();
    (changes(&before, &parsed(&ran.stdout)), ran.stderr)
}

#[test]
fn one_more_peer_changes_no_object_that_is_there() {
    let (changes, _) = grown(|project| {
        project.replace(
            "crypto-config.yaml",
            "Count: 2\n    Users:\n      Count: 1\n  - Name: Org2",
            "Count: 3\n    Users:\n      Count: 1\n  - Name: Org2",
        )
    });
    expect(
        &changes,
        "
        ServiceAccount/org1-peer2 Secret/org1-peer2-couchdb Secret/org1-peer2-msp Secret/org1-peer2-tls ConfigMap/org1-peer2 Service/org1-peer2 StatefulSet/org1-peer2
        (new)
        ",
    );
}

#[test]
fn one_more_orderer_that_is_no_consenter_changes_no_object_that_is_there() {
    let (changes, _) = grown(|project| {
        project.replace("crypto-config.yaml", "- Hostname: orderer2", "- Hostname: orderer2\n      - Hostname: orderer3")
    });
    expect(
        &changes,
        "
        ServiceAccount/orderer-orderer3 Secret/orderer-orderer3-msp Secret/orderer-orderer3-tls ConfigMap/orderer-orderer3 Service/orderer-orderer3 StatefulSet/orderer-orderer3
        (new)
        ",
    );
}

#[test]
fn one_more_channel_is_one_more_block_and_no_other_object() {
    let (changes, stderr) =
        grown(|project| project.replace("network.yaml", "channels:", "channels:\n    - {name: second, profile: TwoOrgs}"));
    expect(&changes, "");
    assert!(stderr.contains("made channel-artifacts/second.block") && !stderr.contains("mychannel"), "{stderr}");
}

#[test]
fn one_more_org_changes_no_object_that_is_there() {
    let more = "PeerOrgs:\n  - {Name: Org3, Domain: org3.example.com, EnableNodeOUs: true, Template: {Count: 1}}";
    let (changes, _) = grown(|project| project.replace("crypto-config.yaml", "PeerOrgs:", more));
    let (names, what) = changes.trim_end().rsplit_once('\n').unwrap();
    assert!(what == "(new)" && names.split(' ').all(|name| name.contains("/org3-")), "{changes}");
}
