//! Orgs in namespaces of their own: what changes in manifests, blocks and certificates.

use crate::support::Project;
use crate::variants::{changes, expect, parsed};

/// What is rendered of the sample with fresh keys, with what follows from keys left out.
fn rendered(values: &str) -> (Project, String) {
    let project = Project::sample();
    project.write("own.yaml", values);
    let stream = project.run(&["render", "--secrets", "omit", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let lines = stream.lines().filter(|line| !line.trim_start().starts_with("checksum/material:"));
    let stream = lines.map(|line| format!("{line}\n")).collect();
    (project, stream)
}

#[test]
fn objects_addresses_and_blocks_follow_each_org_to_its_namespace() {
    let (_, usual) = rendered("{}");
    let (project, other) = rendered("namespaces: {mode: per-org, of: {Orderer: ord, org2.example.com: 2nd}}");
    expect(
        &changes(&parsed(&usual), &parsed(&other)),
        "
        Namespace/fabric
        (gone)
        PodDisruptionBudget/sample-orderers ServiceAccount/orderer-orderer0 ServiceAccount/orderer-orderer1 ServiceAccount/orderer-orderer2 ConfigMap/orderer-orderer0 ConfigMap/orderer-orderer1 ConfigMap/orderer-orderer2 Service/orderer-orderer-svc Service/orderer-orderer0 Service/orderer-orderer1 Service/orderer-orderer2
        - namespace: fabric
        + namespace: ord
        PodDisruptionBudget/org1-peers ServiceAccount/org1-peer0 ServiceAccount/org1-peer1 ConfigMap/org1-peer0 ConfigMap/org1-peer1 Service/org1-peer-gateway-svc Service/org1-peer0 Service/org1-peer1
        - namespace: fabric
        + namespace: org1
        PodDisruptionBudget/org2-peers ServiceAccount/org2-peer0 ServiceAccount/org2-peer1 ConfigMap/org2-peer0 ConfigMap/org2-peer1 Service/org2-peer-gateway-svc Service/org2-peer0 Service/org2-peer1
        - namespace: fabric
        + namespace: 2nd
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - namespace: fabric
        + namespace: ord
        + namespaceSelector: {}
        StatefulSet/org1-peer0
        - namespace: fabric
        + namespace: org1
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: org1-peer0.org1.svc.cluster.local:7051
        - value: org1-peer0.fabric.svc.cluster.local:7052
        + value: org1-peer0.org1.svc.cluster.local:7052
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: org1-peer0.org1.svc.cluster.local:7051
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: org1-peer0.org1.svc.cluster.local:7051
        StatefulSet/org1-peer1
        - namespace: fabric
        + namespace: org1
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: org1-peer1.org1.svc.cluster.local:7051
        - value: org1-peer1.fabric.svc.cluster.local:7052
        + value: org1-peer1.org1.svc.cluster.local:7052
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: org1-peer0.org1.svc.cluster.local:7051
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: org1-peer1.org1.svc.cluster.local:7051
        StatefulSet/org2-peer0
        - namespace: fabric
        + namespace: 2nd
        - value: org2-peer0.fabric.svc.cluster.local:7051
        + value: org2-peer0.2nd.svc.cluster.local:7051
        - value: org2-peer0.fabric.svc.cluster.local:7052
        + value: org2-peer0.2nd.svc.cluster.local:7052
        - value: org2-peer0.fabric.svc.cluster.local:7051
        + value: org2-peer0.2nd.svc.cluster.local:7051
        - value: org2-peer0.fabric.svc.cluster.local:7051
        + value: org2-peer0.2nd.svc.cluster.local:7051
        StatefulSet/org2-peer1
        - namespace: fabric
        + namespace: 2nd
        - value: org2-peer1.fabric.svc.cluster.local:7051
        + value: org2-peer1.2nd.svc.cluster.local:7051
        - value: org2-peer1.fabric.svc.cluster.local:7052
        + value: org2-peer1.2nd.svc.cluster.local:7052
        - value: org2-peer0.fabric.svc.cluster.local:7051
        + value: org2-peer0.2nd.svc.cluster.local:7051
        - value: org2-peer1.fabric.svc.cluster.local:7051
        + value: org2-peer1.2nd.svc.cluster.local:7051
        Namespace/ord Namespace/org1 Namespace/2nd
        (new)
        ",
    );
    let block = std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap();
    let hosts: Vec<String> = crate::block::addresses(&block).into_iter().map(|dialled| dialled.address).collect();
    for host in ["orderer-orderer2.ord.svc.cluster.local:7050", "org1-peer0.org1.svc.cluster.local:7051"] {
        assert!(hosts.contains(&host.to_owned()), "{hosts:?}");
    }
    assert!(hosts.iter().all(|host| !host.contains(".fabric.")), "{hosts:?}");
}

#[test]
fn what_is_not_made_is_not_shown_as_labelled() {
    let shown = |args: &[&str]| Project::sample().run(&[&["show"], args].concat()).ok().stdout;
    let line = "namespace default of orderer, org1, org2 (not made here, for Pod Security restricted, 1 of 3";
    assert!(shown(&["-n", "default"]).contains(line));
    let line = "namespace fabric of orderer, org1, org2 (not made here, for Pod Security privileged, 1 of 3";
    assert!(shown(&["--set", "namespaces.create=false,chaincode.runtime=dind"]).contains(line));
}

#[test]
fn orgs_may_share_a_namespace_and_namesakes_may_not() {
    let project = Project::sample();
    let renamed = "orgs: {org1.example.com: {name: bank}, org2.example.com: {name: bank}}\n";
    project.write("own.yaml", &format!("{renamed}namespaces: {{mode: per-org, of: {{Org1: one, Org2: two, Orderer: one}}}}"));
    let shown = project.run(&["show", "-f", "own.yaml"]).ok().stdout;
    assert!(
        shown.contains("namespace one of orderer, bank (Pod Security restricted, 1 of 3 orderers may be evicted at once)\n"),
        "{shown}"
    );
    assert!(shown.contains("org1.example.com  bank-peer0.one.svc.cluster.local:7051"), "{shown}");
    assert!(shown.contains("org2.example.com  bank-peer0.two.svc.cluster.local:7051"), "{shown}");
    let variables = project.run(&["show", "-o", "json", "-f", "own.yaml"]).ok().stdout;
    let variables: serde_json::Value = serde_json::from_str(&variables).unwrap();
    let named = |kind: &str| variables[kind].as_object().unwrap().keys().cloned().collect::<Vec<String>>();
    assert_eq!(named("peer"), ["one/bank-peer0", "one/bank-peer1", "two/bank-peer0", "two/bank-peer1"]);
    assert_eq!(named("org"), ["orderer", "one/bank", "two/bank"]);

    project.write("own.yaml", &format!("{renamed}namespaces: {{mode: per-org}}"));
    assert!(project.run(&["show", "-f", "own.yaml"]).wrong().stderr.contains("FK0214"));
}

#[test]
fn a_network_that_moves_needs_names_in_certificates_and_its_block_stays_history() {
    let project = Project::sample_with_stores();
    project.replace("values.yaml", "network:\n", "namespaces: {mode: per-org}\nnetwork:\n");
    let refused = project.run(&["render"]).wrong().stderr;
    assert!(refused.contains("FK0312") && refused.contains("crypto renew --missing-sans"), "{refused}");
    let block = project.tree("channel-artifacts");
    project.run(&["crypto", "renew", "--missing-sans"]).ok();
    let ran = project.run(&["render", "--frozen", "--secrets", "omit"]).ok();
    assert!(ran.stderr.contains("note[FK0406]: the block of channel `mychannel` is older than the files"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/AnchorPeers") && ran.stderr.contains("/Endpoints"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("FK0313"), "{}", ran.stderr);
    assert!(project.tree("channel-artifacts") == block);
}

#[test]
fn a_namespace_of_the_clusters_own_is_neither_made_nor_labelled() {
    let project = Project::sample();
    let manifests = project.run(&["render", "-n", "kube-system"]).ok().stdout;
    assert!(manifests.contains("namespace: kube-system") && !manifests.contains("kind: Namespace"));
}
