//! What peers keep their state in, each choice as what it changes.

use crate::support::Project;
use crate::variants::{expect, parsed, with_values};

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
