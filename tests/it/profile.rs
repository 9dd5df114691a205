//! Connection profiles: what is printed, and what is in the manifests.

use crate::support::Project;
use crate::variants::{changes, expect, parsed, render, sample};
use serde_json::{Value, json};

/// A profile with the root certificates as a word.
fn profile(project: &Project, more: &[&str]) -> Value {
    let mut profile: Value = serde_json::from_str(&project.run(&[&["profile"], more].concat()).ok().stdout).unwrap();
    for section in ["peers", "orderers"] {
        for (_, node) in profile[section].as_object_mut().unwrap() {
            if let Some(pem) = node.pointer_mut("/tlsCACerts/pem") {
                assert!(pem.as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----\n"));
                *pem = json!("PEM");
            }
        }
    }
    profile
}

fn node(url: &str) -> Value {
    json!({ "url": url, "tlsCACerts": { "pem": "PEM" } })
}

#[test]
fn a_profile_has_the_gateway_first_every_peer_of_the_org_and_the_orderers_of_its_channels() {
    let all =
        json!({ "endorsingPeer": true, "chaincodeQuery": true, "ledgerQuery": true, "eventSource": true, "discover": true });
    let expected = json!({
        "name": "sample-org1",
        "version": "1.0.0",
        "client": { "organization": "Org1", "connection": { "timeout": { "peer": { "endorser": "300" }, "orderer": "300" } } },
        "organizations": {
            "Org1": { "mspid": "Org1MSP", "peers": ["org1-peer-gateway-svc", "peer0.org1.example.com", "peer1.org1.example.com"] },
        },
        "channels": {
            "mychannel": {
                "orderers": ["orderer0.example.com", "orderer1.example.com", "orderer2.example.com"],
                "peers": { "peer0.org1.example.com": all, "peer1.org1.example.com": all },
            },
        },
        "peers": {
            "org1-peer-gateway-svc": node("grpcs://org1-peer-gateway-svc.fabric.svc.cluster.local:7051"),
            "peer0.org1.example.com": node("grpcs://org1-peer0.fabric.svc.cluster.local:7051"),
            "peer1.org1.example.com": node("grpcs://org1-peer1.fabric.svc.cluster.local:7051"),
        },
        "orderers": {
            "orderer0.example.com": node("grpcs://orderer-orderer0.fabric.svc.cluster.local:7050"),
            "orderer1.example.com": node("grpcs://orderer-orderer1.fabric.svc.cluster.local:7050"),
            "orderer2.example.com": node("grpcs://orderer-orderer2.fabric.svc.cluster.local:7050"),
        },
    });
    let project = Project::sample_with_stores();
    for org in ["Org1", "org1.example.com", "Org1MSP"] {
        assert_eq!(profile(&project, &["--org", org]), expected, "{org}");
    }
}

#[test]
fn from_outside_nodes_and_the_gateway_are_dialled_at_their_hosts() {
    let project = Project::sample();
    project.write(
        "values.yaml",
        "
        orderer: {expose: {type: nodePort, host: 192.0.2.1}}
        peer: {expose: {type: ingress}}
        gateway: {expose: {type: loadBalancer, domain: example.net}}
        orgs: {org2.example.com: {gateway: {expose: {type: none}}}}
        ",
    );
    project.run(&["render"]).ok();
    let outside = profile(&project, &["--org", "Org1", "--outside"]);
    let peers = json!({
        "org1-peer-gateway-svc": node("grpcs://org1-peer-gateway-svc.example.net:7051"),
        "peer0.org1.example.com": node("grpcs://peer0.org1.example.com:443"),
        "peer1.org1.example.com": node("grpcs://peer1.org1.example.com:443"),
    });
    let orderers = json!({
        "orderer0.example.com": node("grpcs://192.0.2.1:30000"),
        "orderer1.example.com": node("grpcs://192.0.2.1:30001"),
        "orderer2.example.com": node("grpcs://192.0.2.1:30002"),
    });
    let mut expected = profile(&project, &["--org", "Org1"]);
    (expected["peers"], expected["orderers"]) = (peers, orderers);
    assert_eq!(outside, expected);
    // A gateway that is not exposed is left out.
    let other = profile(&project, &["--org", "Org2", "--outside"]);
    assert_eq!(other["organizations"]["Org2"]["peers"], json!(["peer0.org2.example.com", "peer1.org2.example.com"]));
}

#[test]
fn yaml_says_what_json_says_and_neither_has_a_key() {
    let project = Project::sample_with_stores();
    let [json, yaml] = ["json", "yaml"].map(|form| project.run(&["profile", "--org", "Org2", "-o", form]).ok().stdout);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), serde_yaml::from_str::<Value>(&yaml).unwrap());
    assert!(!json.contains("PRIVATE") && !yaml.contains("PRIVATE"));
}

#[test]
fn peers_before_the_gateway_and_without_tls_are_dialled_one_by_one() {
    let project = Project::other_sample_with_stores("solo");
    let before = profile(&project, &["--org", "Org1"]);
    assert!(!before.to_string().contains("gateway"), "{before:#}");
    project
        .write("network.yaml", &format!("tlsEnabled: false\n{}", project.read("network.yaml").replace("tlsEnabled: true\n", "")));
    let without = profile(&project, &["--org", "Org1"]);
    let peers = without["peers"].as_object().unwrap();
    assert_eq!(peers["peer0.org1.example.com"], json!({ "url": "grpc://org1-peer0.fabric.svc.cluster.local:7051" }));
}

#[test]
fn manifests_have_what_the_command_prints() {
    let project = Project::sample_with_stores();
    let objects = render(&project, &["--set", "connectionProfile.enabled=true"]);
    let new: Vec<String> = changes(sample(), &objects).lines().map(str::to_owned).collect();
    expect(&(new.join("\n") + "\n"), "ConfigMap/org1-connection-profile ConfigMap/org2-connection-profile\n(new)");
    for (org, name) in [("Org1", "ConfigMap/org1-connection-profile"), ("Org2", "ConfigMap/org2-connection-profile")] {
        let (_, text) = objects.iter().find(|(found, _)| found == name).unwrap();
        let object: Value = serde_yaml::from_str(text).unwrap();
        for form in ["json", "yaml"] {
            let printed = project.run(&["profile", "--org", org, "-o", form]).ok().stdout;
            assert_eq!(object["data"][format!("connection.{form}")], json!(printed));
        }
    }
    // Without private keys the same is rendered.
    let redacted = project.run(&["render", "--frozen", "--secrets", "redact", "--set", "connectionProfile.enabled=true"]).ok();
    assert!(objects.iter().all(|object| parsed(&redacted.stdout).contains(object)));
}

#[test]
fn a_profile_says_where_users_enrol() {
    let project = Project::sample();
    project.run(&["crypto", "generate", "--set", "ca.enabled=true"]).ok();
    let with_ca = profile(&project, &["--org", "Org1", "--set", "ca.enabled=true"]);
    let ca = &with_ca["certificateAuthorities"]["org1-ca"];
    assert_eq!(ca["url"], "https://org1-ca.fabric.svc.cluster.local:7054");
    assert_eq!((&ca["caName"], &ca["httpOptions"]["verify"]), (&"ca".into(), &true.into()));
    let root = project.read("crypto-config/peerOrganizations/org1.example.com/fabric-ca/fabric-ca.org1.example.com/tls/ca.crt");
    assert_eq!(ca["tlsCACerts"]["pem"], serde_json::json!([root]));
    assert_eq!(with_ca["organizations"]["Org1"]["certificateAuthorities"], serde_json::json!(["org1-ca"]));
    let without = profile(&project, &["--org", "Org1"]);
    assert!(!without.to_string().contains("certificateAuthorities"));
}
