//! The CLI pod of an org: what it adds to the manifests, and that a network may grow without it.

use crate::support::Project;
use crate::variants::{Objects, changes, expect, parsed};
use serde_json::Value;

/// The sample with values in place of its own.
fn with(values: &str) -> Project {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    project
}

fn render(project: &Project, more: &[&str]) -> Objects {
    parsed(&project.run(&[&["render", "-f", "own.yaml"], more].concat()).ok().stdout)
}

const ON: &str = "orgs: {org1.example.com: {cli: {enabled: true}}}\n";

#[test]
fn a_cli_pod_is_added_and_nothing_else_changes() {
    let (before, after) = (render(&with(""), &["--frozen"]), render(&with(ON), &["--frozen"]));
    expect(
        &changes(&before, &after),
        "
        ServiceAccount/org1-cli Secret/org1-cli-roots ConfigMap/org1-cli Deployment/org1-cli
        (new)
        ",
    );
    for (_, text) in &after {
        crate::schemas::check(&serde_yaml::from_str::<Value>(text).unwrap()).unwrap();
    }
}

#[test]
fn settings_resolve_from_all_pods_to_the_cli_of_an_org() {
    let on = "cli: {enabled: true}\n";
    let of_clis = |values: &str| {
        let objects = render(&with(values), &["--frozen", "--secrets", "omit"]);
        objects.into_iter().filter(|(name, _)| name.ends_with("-cli")).collect::<Objects>()
    };
    let before = of_clis(on);
    let after = of_clis(
        "
        defaults: {tolerations: [{key: admin, operator: Exists}]}
        cli: {enabled: true, podLabels: {team: ops}, priorityClassName: low}
        orgs:
          example.com: {cli: {enabled: false}}
          org2.example.com: {cli: {image: {repository: mine/tools, tag: v1}, logSpec: debug, serviceAccount: {annotations: {a: b}}}}
        ",
    );
    expect(
        &changes(&before, &after),
        "
        ServiceAccount/orderer-cli ConfigMap/orderer-cli Deployment/orderer-cli
        (gone)
        ServiceAccount/org2-cli
        + annotations:
        + a: b
        Deployment/org1-cli
        + team: ops
        + priorityClassName: low
        + tolerations:
        + - key: admin
        + operator: Exists
        Deployment/org2-cli
        + team: ops
        + priorityClassName: low
        + tolerations:
        + - key: admin
        + operator: Exists
        - image: docker.io/hyperledger/fabric-tools:2.5.16
        + image: docker.io/mine/tools:v1
        - value: info
        + value: debug
        ",
    );
}

#[test]
fn a_network_that_grows_tells_its_cli_pods_by_a_file_and_restarts_none() {
    let project = with(ON);
    let before = render(&project, &["--secrets", "omit"]);
    project.replace("crypto-config.yaml", "Count: 2", "Count: 3");
    let after = render(&project, &["--secrets", "omit"]);
    let of_cli = |objects: Objects| objects.into_iter().filter(|(name, _)| name.ends_with("-cli")).collect::<Objects>();
    expect(
        &changes(&of_cli(before), &of_cli(after)),
        "
        ConfigMap/org1-cli
        + export ADDRESS_ORG1_PEER2=\"org1-peer2.fabric.svc.cluster.local:7051\"
        + export ADDRESS_ORG2_PEER2=\"org2-peer2.fabric.svc.cluster.local:7051\"
        ",
    );
}

#[test]
fn orgs_of_one_name_in_two_namespaces_are_told_apart() {
    let project = Project::sample();
    project.replace("crypto-config.yaml", "Name: Org2", "Name: Org1");
    project.remove("network.yaml");
    let values = "namespaces: {mode: per-org, of: {org1.example.com: one, org2.example.com: two}}\ncli: {enabled: true}\n";
    project.write("own.yaml", values);
    let objects = render(&project, &["--secrets", "omit"]);
    let file = objects.iter().find(|(name, _)| name == "ConfigMap/orderer-cli").map(|(_, text)| text.as_str()).unwrap();
    let lines: Vec<&str> = file.lines().map(str::trim).filter(|line| line.contains("ORG1") && !line.contains("PEER1")).collect();
    assert_eq!(
        lines,
        [
            "export MSPID_ONE__ORG1=\"Org1MSP\"",
            "export CA_ONE__ORG1=\"/etc/hyperledger/roots/org1.one.pem\"",
            "export ADDRESS_ONE__ORG1_PEER0=\"org1-peer0.one.svc.cluster.local:7051\"",
            "export MSPID_TWO__ORG1=\"Org2MSP\"",
            "export CA_TWO__ORG1=\"/etc/hyperledger/roots/org1.two.pem\"",
            "export ADDRESS_TWO__ORG1_PEER0=\"org1-peer0.two.svc.cluster.local:7051\"",
        ]
    );
}

#[test]
fn the_image_is_that_of_tools_as_long_as_there_is_one() {
    let deployment = |version: &str| {
        let project = Project::sample();
        project.write("own.yaml", "cli: {enabled: true}\n");
        let args = ["--secrets", "omit", "--fabric-version", version];
        let objects = render(&project, &args);
        objects.into_iter().find(|(name, _)| name == "Deployment/orderer-cli").unwrap().1
    };
    let (older, newer) = (deployment("2.5"), deployment("3.1"));
    assert!(older.contains("fabric-tools:2.5.16") && newer.contains("fabric-peer:3.1.5"));
    assert!(older.contains("ORDERER_ADMIN_ADDRESS") && newer.contains("ORDERER_ADMIN_ADDRESS"));
}
