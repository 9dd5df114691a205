//! Settings of the Services over peers, and hosts that pods know, as what they change in the manifests of the sample.

use crate::support::Project;
use crate::variants::{changes, expect, render, sample};

fn with_values(values: &str) -> String {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    changes(sample(), &render(&project, &["-f", "values.yaml", "-f", "own.yaml"]))
}

#[test]
fn connections_from_one_address_go_to_one_peer_and_an_org_differs() {
    expect(
        &with_values(
            "
            gateway: {sessionAffinity: ClientIP}
            orgs: {org1.example.com: {gateway: {sessionAffinityTimeoutSeconds: 60}}}
            ",
        ),
        "
        Service/org1-peer-gateway-svc
        + sessionAffinity: ClientIP
        + sessionAffinityConfig:
        + clientIP:
        + timeoutSeconds: 60
        Service/org2-peer-gateway-svc
        + sessionAffinity: ClientIP
        + sessionAffinityConfig:
        + clientIP:
        + timeoutSeconds: 10800
        ",
    );
}

#[test]
fn one_orgs_gateway_can_do_without() {
    expect(
        &with_values(
            "
            gateway: {sessionAffinity: ClientIP, sessionAffinityTimeoutSeconds: 86400}
            orgs: {org1.example.com: {gateway: {sessionAffinity: None}}}
            ",
        ),
        "
        Service/org2-peer-gateway-svc
        + sessionAffinity: ClientIP
        + sessionAffinityConfig:
        + clientIP:
        + timeoutSeconds: 86400
        ",
    );
}

#[test]
fn a_list_of_host_aliases_stands_in_place_of_the_one_above_it() {
    expect(
        &with_values(
            "
            defaults: {hostAliases: [{ip: 203.0.113.7, hostnames: [orderer0.partner.org, orderer1.partner.org]}]}
            peer: {hostAliases: []}
            orgs: {org1.example.com: {nodes: {peer1: {hostAliases: [{ip: '2001:db8::7', hostnames: [peer0.partner.org]}]}}}}
            ",
        ),
        r#"
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + hostAliases:
        + - ip: "203.0.113.7"
        + hostnames:
        + - orderer0.partner.org
        + - orderer1.partner.org
        StatefulSet/org1-peer1
        + hostAliases:
        + - ip: "2001:db8::7"
        + hostnames:
        + - peer0.partner.org
        "#,
    );
}
