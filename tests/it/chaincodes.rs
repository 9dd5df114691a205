//! Chaincodes of network.yaml: what each changes in the manifests of the sample, and the packages that peers install.

use crate::support::Project;
use crate::variants::{changes, expect, render, sample};
use std::path::Path;

/// The sample with chaincodes, and values besides its own.
fn with(chaincodes: &str, values: &str) -> Project {
    let project = Project::sample_with_stores();
    project.write("network.yaml", &format!("{}  chaincodes:\n{chaincodes}", project.read("network.yaml")));
    project.write("own.yaml", values);
    project
}

fn changed(project: &Project) -> String {
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    project.run(&[&["crypto", "generate"], &own[..]].concat()).ok();
    changes(sample(), &render(project, &own))
}

const BASIC: &str = "  - {name: basic, image: 'example/basic:1.0', channels: [{name: mychannel}]}\n";
const NEXT: &str = "  - {name: basic, version: '2.0', image: 'example/basic:2.0', channels: [{name: mychannel}]}\n";

#[test]
fn a_chaincode_or_another_version_adds_objects_and_changes_no_pod() {
    expect(
        &changed(&with(BASIC, "")),
        "
        ServiceAccount/org1-cc-basic-1-0 ServiceAccount/org2-cc-basic-1-0 Service/org1-cc-basic-1-0 Service/org2-cc-basic-1-0 Deployment/org1-cc-basic-1-0 Deployment/org2-cc-basic-1-0
        (new)
        ",
    );
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    let (before, after) = (render(&with(BASIC, ""), &own), render(&with(&[BASIC, NEXT].concat(), ""), &own));
    expect(
        &changes(&before, &after),
        "
        ServiceAccount/org1-cc-basic-2-0 ServiceAccount/org2-cc-basic-2-0 Service/org1-cc-basic-2-0 Service/org2-cc-basic-2-0 Deployment/org1-cc-basic-2-0 Deployment/org2-cc-basic-2-0
        (new)
        ",
    );
}

#[test]
fn servers_are_of_orgs_or_of_peers_and_settings_of_all_or_of_one_org() {
    let project = with(
        BASIC,
        "
        image: {registry: mirror.example.com}
        peer: {image: {registry: docker.io}}
        orderer: {image: {registry: docker.io}}
        couchdb: {image: {registry: docker.io}}
        chaincode: {replicas: 2, resources: {limits: {memory: 1Gi}}, extraEnv: [{name: LOG, value: debug}]}
        orgs:
          org1.example.com: {chaincode: {servers: peer, nodeSelector: {disk: ssd}}}
          org2.example.com: {chaincode: {runtime: none}}
        ",
    );
    let objects = render(&project, &["-f", "values.yaml", "-f", "own.yaml"]);
    let servers: Vec<&(String, String)> = objects.iter().filter(|(name, _)| name.starts_with("Deployment/")).collect();
    let names: Vec<&str> = servers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Deployment/org1-peer0-cc-basic-1-0", "Deployment/org1-peer1-cc-basic-1-0"]);
    for part in ["replicas: 2", "memory: 1Gi", "disk: ssd", "- name: LOG", "image: mirror.example.com/example/basic:1.0"] {
        assert!(servers[0].1.contains(part), "{part}: {}", servers[0].1);
    }
    let id = project.run(&["chaincode", "id", "basic", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    assert!(servers.iter().all(|(_, text)| text.contains(&format!("value: {}", id.trim()))), "both peers have one package: {id}");
}

#[test]
fn by_tls_each_server_has_a_pair_and_another_package() {
    let plain = with(BASIC, "");
    let project = with(BASIC, "chaincode: {tls: {enabled: true}}\n");
    let shown = changed(&project);
    assert!(shown.contains("Deployment/org1-cc-basic-1-0"), "{shown}");
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    let id = |project: &Project| project.run(&[&["chaincode", "id", "basic", "--org", "Org1"], &own[..]].concat()).ok().stdout;
    assert_ne!(id(&plain), id(&project));
    let server = "crypto-config/peerOrganizations/org1.example.com/chaincodes/org1-cc-basic-1-0.org1.example.com/tls";
    let files: Vec<String> = project.tree(server).into_keys().map(|path| path.display().to_string()).collect();
    assert_eq!(files, ["ca.crt", "server.crt", "server.key"]);
    let secrets = project.run(&[&["render", "--frozen", "--secrets", "only"], &own[..]].concat()).ok().stdout;
    assert!(secrets.contains("name: org1-cc-basic-1-0-tls"));
    // Its names follow the namespace, as those of nodes do.
    let moved = project.run(&[&["check", "-n", "elsewhere"], &own[..]].concat()).wrong().stdout;
    assert!(moved.contains("`org1-cc-basic-1-0.org1.example.com` does not name"), "{moved}");
}

#[test]
fn packages_are_the_same_bytes_every_time_and_stay() {
    let project = with(BASIC, "");
    let made = project.run(&["chaincode", "package", "basic"]).ok();
    assert!(made.stderr.contains("made channel-artifacts/Org1MSP.basic_1.0.tgz"), "{}", made.stderr);
    let packages = project.tree("channel-artifacts");
    assert!(project.run(&["chaincode", "package", "basic"]).ok().stderr.contains("there already"));
    assert!(project.tree("channel-artifacts") == packages);
    // One file takes one package, and what is there is another than the files now say.
    assert!(project.run(&["chaincode", "package", "basic", "-o", "b.tgz"]).wrong().stderr.contains("FK0602"));
    project.run(&["chaincode", "package", "basic", "--org", "Org2MSP", "-o", "b.tgz"]).ok();
    assert_eq!(packages[Path::new("Org2MSP.basic_1.0.tgz")], project.tree(".")[Path::new("b.tgz")]);
    let other = project.run(&["chaincode", "package", "basic", "-n", "elsewhere"]).wrong().stderr;
    assert!(other.contains("FK0602") && other.contains("is another package"), "{other}");
    assert!(project.tree("channel-artifacts") == packages);
    assert!(project.run(&["chaincode", "id", "basic", "--org", "Orderer"]).wrong().stderr.contains("FK0816"));
}

#[test]
fn sources_are_one_package_for_all_orgs() {
    let project = with("  - {name: basic, language: golang, channels: [{name: mychannel}]}\n", "chaincode: {runtime: dind}\n");
    project.write("chaincode/basic/go.mod", "module example.com/basic\n");
    project.write("chaincode/basic/main.go", "package main\n");
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    let id = project.run(&[&["chaincode", "id", "basic"], &own[..]].concat()).ok().stdout;
    // For ever: the id is what orgs approve.
    assert_eq!(id, "basic_1.0:4f2bdfb7987b9851b7256116045ae882db4dada496f3e0744452d1b56a9e798b\n");
    project.run(&[&["chaincode", "package", "basic", "-o", "b.tgz"], &own[..]].concat()).ok();
}
