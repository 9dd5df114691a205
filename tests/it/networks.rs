//! Addresses, ports, names and growth: the sample with something else in its files, as what changes in its manifests.

use crate::support::Project;
use crate::variants::{Objects, changes, expect, parsed, render, sample};

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
