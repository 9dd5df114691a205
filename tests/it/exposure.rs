//! Ways in from outside: what each changes in manifests, certificates and blocks. That ports of machines never move is `node_ports`'s.

use crate::block;
use crate::schemas;
use crate::support::Project;
use crate::variants::{Objects, changes, expect, parsed, sample};
use std::collections::BTreeSet;

/// The sample with other values and fresh keys.
pub fn project(values: &str) -> Project {
    let project = Project::sample();
    project.write("own.yaml", values);
    project
}

pub const WITH_OWN: &[&str] = &["--secrets", "omit", "-f", "values.yaml", "-f", "own.yaml"];

pub fn rendered(project: &Project) -> Objects {
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
pub fn object(project: &Project, name: &str) -> String {
    let objects = rendered(project);
    let (_, text) = objects.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let labels = lines.iter().position(|line| *line == "  labels:").unwrap();
    let after = lines[labels + 1..].iter().take_while(|line| line.starts_with("    ")).count();
    lines.drain(labels..=labels + after);
    lines.iter().map(|line| format!("{}\n", line.trim())).collect()
}

/// The addresses in the channel's block.
pub fn addresses(project: &Project) -> BTreeSet<String> {
    let block = std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap();
    block::addresses(&block).into_iter().map(|dialled| dialled.address).collect()
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

#[test]
fn clients_stay_with_one_peer_from_outside_as_from_within() {
    for kind in ["nodePort", "loadBalancer"] {
        let values = format!(
            "{{gateway: {{expose: {{type: {kind}}}}}, orgs: {{org1.example.com: {{gateway: {{sessionAffinity: ClientIP, \
             sessionAffinityTimeoutSeconds: 600}}}}}}}}"
        );
        let project = project(&values);
        for service in ["org1-peer-gateway-svc", "org1-peer-gateway-svc-external"] {
            let service = object(&project, &format!("Service/{service}"));
            let affinity = "sessionAffinity: ClientIP\nsessionAffinityConfig:\nclientIP:\ntimeoutSeconds: 600\n";
            assert!(service.contains(affinity), "{service}");
        }
        let other = object(&project, "Service/org2-peer-gateway-svc-external");
        assert!(!other.contains("sessionAffinity"), "{other}");
    }
}

#[test]
fn a_host_of_its_own_and_one_machine_for_all_are_no_names_of_others() {
    // Each node has the machine's name by its SANS, and the gateway's.
    let project = project(
        "
        peer: {expose: {type: nodePort, host: node.example.net}}
        orderer: {expose: {type: nodePort, host: node.example.net}}
        gateway: {expose: {type: nodePort, host: node.example.net}}
        orgs: {example.com: {nodes: {orderer0: {expose: {host: orderer0.example.com}}}}}
        ",
    );
    project.replace("crypto-config.yaml", "Count: 2\n    Users:", "Count: 2\n      SANS: [node.example.net]\n    Users:");
    let dialled = addresses_of(&project);
    assert!(dialled.contains("orderer0.example.com:30000") && dialled.contains("node.example.net:30001"), "{dialled:?}");
}

/// One node alone has the machine's name by its SANS, and is dialled there itself: others may be, at ports of theirs.
#[test]
fn a_machine_that_one_node_names_may_be_that_of_others() {
    let project = project(
        "
        orderer: {expose: {type: nodePort, host: machine1.example.net}}
        orgs: {org1.example.com: {peer: {expose: {type: nodePort, host: machine1.example.net}}}}
        ",
    );
    project.replace("crypto-config.yaml", "Hostname: orderer0\n", "Hostname: orderer0\n        SANS: [machine1.example.net]\n");
    assert!(addresses_of(&project).contains("machine1.example.net:30003"));
}

fn addresses_of(project: &Project) -> BTreeSet<String> {
    rendered(project);
    addresses(project)
}
