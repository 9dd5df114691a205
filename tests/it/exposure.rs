//! Ways in from outside: what each changes in manifests, certificates and blocks, and that ports of machines never move.

use crate::block;
use crate::schemas;
use crate::support::Project;
use crate::variants::{Objects, changes, expect, parsed, sample};
use std::collections::BTreeSet;

/// The sample with other values and fresh keys.
fn project(values: &str) -> Project {
    let project = Project::sample();
    project.write("own.yaml", values);
    project
}

const WITH_OWN: &[&str] = &["--secrets", "omit", "-f", "values.yaml", "-f", "own.yaml"];

fn rendered(project: &Project) -> Objects {
    parsed(&project.run(&[&["render"], WITH_OWN].concat()).ok().stdout)
}

/// What these values change, but for what follows from keys; and every object that is new, once.
fn with(values: &str) -> (Project, String) {
    let project = project(values);
    let without_keys = |objects: &Objects| -> Objects {
        let line = |line: &&str| !line.trim_start().starts_with("checksum/material:");
        let text = |text: &String| text.lines().filter(line).map(|line| format!("{line}\n")).collect();
        objects.iter().map(|(name, object)| (name.clone(), text(object))).collect()
    };
    let objects = rendered(&project);
    for (name, text) in objects.iter().filter(|(name, _)| !name.starts_with("TLSRoute/")) {
        let manifest = serde_yaml::from_str(text).unwrap();
        schemas::check(&manifest).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    }
    let text = changes(&without_keys(sample()), &without_keys(&objects));
    (project, text)
}

/// An object of a project's rendering, without its labels, which are its node's.
fn object(project: &Project, name: &str) -> String {
    let objects = rendered(project);
    let (_, text) = objects.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let labels = lines.iter().position(|line| *line == "  labels:").unwrap();
    let after = lines[labels + 1..].iter().take_while(|line| line.starts_with("    ")).count();
    lines.drain(labels..=labels + after);
    lines.iter().map(|line| format!("{}\n", line.trim())).collect()
}

/// The addresses in the channel's block.
fn addresses(project: &Project) -> BTreeSet<String> {
    let block = std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap();
    block::addresses(&block).into_iter().map(|dialled| dialled.address).collect()
}

fn set<const N: usize>(list: [&str; N]) -> BTreeSet<String> {
    list.map(str::to_owned).into()
}

#[test]
fn node_ports_of_orderers_are_what_the_channel_says() {
    let (project, changed) =
        with("{nodePorts: {range: 30100-30199}, orderer: {expose: {type: nodePort, host: node.example.net}}}");
    expect(
        &changed,
        "
        Service/orderer-orderer0
        + - name: grpc-30100
        + port: 30100
        + protocol: TCP
        + targetPort: grpc
        Service/orderer-orderer1
        + - name: grpc-30101
        + port: 30101
        + protocol: TCP
        + targetPort: grpc
        Service/orderer-orderer2
        + - name: grpc-30102
        + port: 30102
        + protocol: TCP
        + targetPort: grpc
        Service/orderer-orderer0-external Service/orderer-orderer1-external Service/orderer-orderer2-external
        (new)
        ",
    );
    expect(
        &object(&project, "Service/orderer-orderer1-external"),
        "
        apiVersion: v1
        kind: Service
        metadata:
          name: orderer-orderer1-external
          namespace: fabric
        spec:
          type: NodePort
          publishNotReadyAddresses: true
          selector:
            app: orderer-orderer1
          ports:
            - name: grpc
              port: 7050
              protocol: TCP
              targetPort: grpc
              nodePort: 30101
        ",
    );
    let peers = ["org1-peer0.fabric.svc.cluster.local:7051", "org2-peer0.fabric.svc.cluster.local:7051"];
    let orderers = ["node.example.net:30100", "node.example.net:30101", "node.example.net:30102"];
    assert_eq!(addresses(&project), peers.into_iter().chain(orderers).map(str::to_owned).collect());
}

#[test]
fn a_load_balancer_of_each_peer_is_what_other_orgs_are_told() {
    let (project, changed) = with(
        "
        peer:
          expose: {type: loadBalancer, domain: fabric.example.net, externalTrafficPolicy: Local, annotations: {dns/of: peers}}
        orgs:
          org1.example.com:
            peer: {expose: {loadBalancerClass: example.net/lb, loadBalancerSourceRanges: [192.0.2.0/24]}}
            nodes: {peer1: {expose: {host: 203.0.113.7, port: 17051, annotations: {dns/own: \"yes\"}}}}
          org2.example.com: {peer: {expose: {type: none}}}
        ",
    );
    expect(
        &changed,
        "
        StatefulSet/org1-peer0
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: org1-peer0.fabric.example.net:7051
        StatefulSet/org1-peer1
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: \"203.0.113.7:17051\"
        Service/org1-peer0-external Service/org1-peer1-external
        (new)
        ",
    );
    expect(
        &object(&project, "Service/org1-peer1-external"),
        "
        apiVersion: v1
        kind: Service
        metadata:
          name: org1-peer1-external
          namespace: fabric
          annotations:
            dns/of: peers
            dns/own: \"yes\"
        spec:
          type: LoadBalancer
          loadBalancerClass: example.net/lb
          loadBalancerSourceRanges:
            - 192.0.2.0/24
          externalTrafficPolicy: Local
          publishNotReadyAddresses: true
          selector:
            app: org1-peer1
          ports:
            - name: grpc
              port: 7051
              protocol: TCP
              targetPort: grpc
        ",
    );
    assert!(addresses(&project).contains("org1-peer0.fabric.example.net:7051"));
    assert!(addresses(&project).contains("org2-peer0.fabric.svc.cluster.local:7051"));
    let shown = project.run(&["show", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    assert!(shown.contains("outside by loadBalancer [grpc 203.0.113.7:17051]"), "{shown}");
}

#[test]
fn an_ingress_passes_tls_on_to_the_common_name_of_a_node_and_a_gateway_has_a_host_of_its_own() {
    let (project, changed) = with(
        "
        gateway: {expose: {type: ingress, className: nginx, annotations: {nginx.ingress.kubernetes.io/ssl-passthrough: \"false\"}}}
        orgs:
          org1.example.com: {peer: {expose: {type: ingress}}, gateway: {expose: {host: gateway.org1.example.com}}}
          org2.example.com: {gateway: {expose: {type: none}}}
        ",
    );
    expect(
        &changed,
        "
        Service/org1-peer-gateway-svc Service/org1-peer0 Service/org1-peer1
        + - name: grpc-443
        + port: 443
        + protocol: TCP
        + targetPort: grpc
        StatefulSet/org1-peer0
        - value: org1-peer0.fabric.svc.cluster.local:7051
        + value: peer0.org1.example.com:443
        StatefulSet/org1-peer1
        - value: org1-peer1.fabric.svc.cluster.local:7051
        + value: peer1.org1.example.com:443
        Ingress/org1-peer-gateway-svc-external Ingress/org1-peer0-external Ingress/org1-peer1-external
        (new)
        ",
    );
    expect(
        &object(&project, "Ingress/org1-peer0-external"),
        "
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: org1-peer0-external
          namespace: fabric
          annotations:
            nginx.ingress.kubernetes.io/backend-protocol: GRPCS
            nginx.ingress.kubernetes.io/ssl-passthrough: \"true\"
        spec:
          tls:
            - hosts:
                - peer0.org1.example.com
          rules:
            - host: peer0.org1.example.com
              http:
                paths:
                  - path: /
                    pathType: Prefix
                    backend:
                      service:
                        name: org1-peer0
                        port:
                          number: 7051
        ",
    );
    let of_gateway = object(&project, "Ingress/org1-peer-gateway-svc-external");
    assert!(of_gateway.contains("ssl-passthrough: \"false\"\n"), "{of_gateway}");
    assert!(of_gateway.contains("ingressClassName: nginx\n") && of_gateway.contains("name: org1-peer-gateway-svc\n"));
    assert!(addresses(&project).contains("peer0.org1.example.com:443"));
}

#[test]
fn a_route_belongs_to_a_gateway_of_the_cluster() {
    let (project, changed) = with(
        "
        orgs:
          org2.example.com:
            gateway: {expose: {type: tlsRoute, domain: fabric.example.net, port: 8443, gateway: {name: edge, namespace: infra, sectionName: tls}}}
        ",
    );
    expect(
        &changed,
        "
        Service/org2-peer-gateway-svc
        + - name: grpc-8443
        + port: 8443
        + protocol: TCP
        + targetPort: grpc
        TLSRoute/org2-peer-gateway-svc-external
        (new)
        ",
    );
    expect(
        &object(&project, "TLSRoute/org2-peer-gateway-svc-external"),
        "
        apiVersion: gateway.networking.k8s.io/v1
        kind: TLSRoute
        metadata:
          name: org2-peer-gateway-svc-external
          namespace: fabric
        spec:
          parentRefs:
            - name: edge
              namespace: infra
              sectionName: tls
          hostnames:
            - org2-peer-gateway-svc.fabric.example.net
          rules:
            - backendRefs:
                - name: org2-peer-gateway-svc
                  port: 7051
        ",
    );
}

#[test]
fn consenters_without_tls_for_clients_have_a_node_port_of_their_own() {
    let project = project("{orderer: {expose: {type: nodePort, host: 192.0.2.1}}}");
    project.write("network.yaml", "tlsEnabled: false\nnetwork: {channels: [{name: mychannel, profile: TwoOrgs}]}\n");
    let shown = object(&project, "Service/orderer-orderer0-external");
    assert!(shown.contains("nodePort: 30000\n") && shown.contains("nodePort: 30001\n"), "{shown}");
    let orderers = ["192.0.2.1:30000", "192.0.2.1:30001", "192.0.2.1:30002", "192.0.2.1:30003"];
    assert!(orderers.iter().all(|address| addresses(&project).contains(*address)), "{:?}", addresses(&project));
    let lock = project.read("fabkube.lock");
    assert!(lock.contains("/orderer0.example.com:\n    cluster: 30001\n    grpc: 30000\n"), "{lock}");
}

/// Which node port each external Service has.
fn node_ports(project: &Project) -> BTreeSet<String> {
    let of = |(name, text): &(String, String)| {
        let port = text.lines().find_map(|line| line.trim().strip_prefix("nodePort: "))?;
        Some(format!("{} {port}", name.strip_prefix("Service/")?.strip_suffix("-external")?))
    };
    rendered(project).iter().filter_map(of).collect()
}

#[test]
fn a_node_port_stays_when_nodes_come_go_and_change_places() {
    let project = project("{peer: {expose: {type: nodePort}}}");
    let first = ["org1-peer0 30000", "org1-peer1 30001", "org2-peer0 30002", "org2-peer1 30003"];
    assert_eq!(node_ports(&project), set(first));
    // An org before the others, and one peer less after them.
    project.replace(
        "crypto-config.yaml",
        "PeerOrgs:\n",
        "PeerOrgs:\n  - {Name: Zero, Domain: zero.example.com, Template: {Count: 1}}\n",
    );
    let crypto_config = project.read("crypto-config.yaml");
    let (before, last) = crypto_config.rsplit_once("Count: 2").unwrap();
    project.write("crypto-config.yaml", &format!("{before}Count: 1{last}"));
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2]]));
    // The one that went comes back.
    project.write("crypto-config.yaml", &crypto_config);
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2], first[3]]));
    // The range is another one, and a port is declared.
    project.write(
        "own.yaml",
        "{nodePorts: {range: 31000-31010}, peer: {expose: {type: nodePort}}, gateway: {expose: {type: nodePort}}, \
         orgs: {org1.example.com: {nodes: {peer0: {expose: {nodePort: 31000}}}}}}",
    );
    let gateways = ["zero-peer-gateway-svc 31001", "org1-peer-gateway-svc 31002", "org2-peer-gateway-svc 31003"];
    let nodes = ["zero-peer0 30004", "org1-peer0 31000", first[1], first[2], first[3]];
    assert_eq!(node_ports(&project), nodes.into_iter().chain(gateways).map(str::to_owned).collect());
    // No longer declared: it has the port that it had before.
    project.write("own.yaml", "{peer: {expose: {type: nodePort}}}");
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2], first[3]]));
}

#[test]
fn a_run_that_writes_nothing_allots_nothing_and_says_so() {
    let project = project("{orderer: {expose: {type: nodePort, host: 192.0.2.1}}}");
    let folder = ["render", "--output-dir", "out"];
    project.run(&[&folder[..], WITH_OWN].concat()).ok();
    project.run(&[&folder[..], WITH_OWN, &["--check"]].concat()).ok();
    let lock = project.read("fabkube.lock");
    let (made, ports) = lock.split_once("nodePorts:\n").unwrap();
    assert_eq!(ports.lines().count(), 6, "{ports}");

    // As a lock is that was written before nodes were exposed.
    project.write("fabkube.lock", made);
    for option in ["--frozen", "--check"] {
        let ran = project.run(&[&folder[..], WITH_OWN, &[option]].concat()).wrong();
        assert_eq!(ran.stderr.matches("error[FK0700]").count(), 3, "{}", ran.stderr);
    }
    for command in [&["check"][..], &["show"], &["show", "-o", "yaml"], &["crypto", "generate"]] {
        project.run(&[command, &["-f", "values.yaml", "-f", "own.yaml"]].concat()).ok();
        assert_eq!(project.read("fabkube.lock"), made, "{command:?}");
    }
    let ran = project.run(&[&["render"], WITH_OWN].concat()).ok();
    assert!(ran.stderr.contains("made node port 30000 of orderer-orderer0-external (grpc)\n"), "{}", ran.stderr);
    assert_eq!(project.read("fabkube.lock"), lock);
}

#[test]
fn a_block_made_by_itself_keeps_its_ports() {
    let project = project("{peer: {expose: {type: nodePort, host: node.example.net}}}");
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    project.run(&[&["crypto", "generate"][..], &own].concat()).ok();
    for command in [&["channel", "org", "Org1"][..], &["channel", "anchors", "--channel", "mychannel", "--org", "Org1"]] {
        let ran = project.run(&[command, &own].concat()).wrong();
        assert!(ran.stderr.contains("error[FK0700]"), "{}", ran.stderr);
    }
    project.run(&[&["channel", "genesis", "--channel", "mychannel", "-o", "own.block"][..], &own].concat()).ok();
    let lock = project.read("fabkube.lock");
    assert!(lock.contains("/peer0.org2.example.com:\n    grpc: 30002\n"), "{lock}");
    let block = std::fs::read(project.path().join("own.block")).unwrap();
    assert!(block::addresses(&block).iter().any(|dialled| dialled.address == "node.example.net:30002"));
    project.run(&[&["channel", "org", "Org1", "--as-written"][..], &own].concat()).ok();
    project.run(&[&["channel", "org", "Org1"][..], &own].concat()).ok();
}

#[test]
fn what_is_exposed_later_asks_for_new_certificates_and_an_update_of_channels() {
    let project = Project::sample_with_stores();
    project.write(
        "own.yaml",
        "{peer: {expose: &by {type: loadBalancer, domain: example.net}}, orderer: {expose: *by}, gateway: {expose: *by}}",
    );
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    let ran = project.run(&[&["render", "--frozen"][..], &own].concat()).wrong();
    assert_eq!(ran.stderr.matches("error[FK0312]").count(), 3, "{}", ran.stderr);
    let of_peer = "does not name `org1-peer0.example.net`, `org1-peer-gateway-svc.example.net`";
    assert!(ran.stderr.contains(of_peer) && ran.stderr.contains("crypto renew --missing-sans"), "{}", ran.stderr);

    project.run(&[&["crypto", "renew", "--missing-sans"][..], &own].concat()).ok();
    let ran = project.run(&[&["render", "--frozen"][..], &own].concat()).ok();
    assert!(ran.stderr.contains("note[FK0406]") && ran.stderr.contains("channel update"), "{}", ran.stderr);
    assert!(ran.stdout.contains("value: org1-peer0.example.net:7051\n"));
}

#[test]
fn a_host_outside_means_its_node_in_the_users_files() {
    let project = project("{peer: {expose: {type: loadBalancer, domain: org1.example.com, port: 17051}}}");
    project.replace("configtx.yaml", "Host: peer0.org1.example.com", "Host: org1-peer0.org1.example.com");
    let ran = project.run(&[&["render"], WITH_OWN].concat()).ok();
    assert!(!ran.stderr.contains("[FK02"), "{}", ran.stderr);
    assert!(addresses(&project).contains("org1-peer0.org1.example.com:17051"), "{:?}", addresses(&project));
}
