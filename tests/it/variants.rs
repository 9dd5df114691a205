//! Settings, each as what it changes in the manifests of the sample. Other files than values.yaml are `networks`'s.

use crate::schemas;
use crate::support::Project;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The objects of a stream in its order: `Kind/name`, and their text.
pub type Objects = Vec<(String, String)>;

pub fn parsed(stream: &str) -> Objects {
    let name = |text: &str| {
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        format!("{}/{}", value["kind"].as_str().unwrap(), value["metadata"]["name"].as_str().unwrap())
    };
    // At the lines that part documents, and not at the end of a PEM file's first line.
    let stream = format!("\n{}", stream.trim_end());
    stream.split("\n---\n").filter(|text| !text.is_empty()).map(|text| (name(text), format!("{text}\n"))).collect()
}

/// The sample as it is, without Secrets.
pub fn sample() -> &'static Objects {
    static SAMPLE: OnceLock<Objects> = OnceLock::new();
    SAMPLE.get_or_init(|| render(&Project::sample_with_stores(), &[]))
}

pub fn render(project: &Project, more: &[&str]) -> Objects {
    parsed(&project.run(&[&["render", "--frozen", "--secrets", "omit"], more].concat()).ok().stdout)
}

/// What differs: the lines of each object; objects with the same differences together.
pub fn changes(old: &Objects, new: &Objects) -> String {
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

/// The sample with other values, as what changes; every object of it is one that Kubernetes reads.
pub fn with_values(values: &str) -> String {
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

#[track_caller]
pub fn expect(actual: &str, expected: &str) {
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
            couchdb:
              image: {registry: '', repository: mycouch, digest: 'sha256:abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd'}
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
        + image: registry.example.com/mirror/mycouch@sha256:abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd
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
