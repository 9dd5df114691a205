//! Channels of every consensus, judged by Fabric: orderers begin with what `channel genesis` and `channel tx` made, and take what
//! `channel update` makes.

use super::by_hand::{ByHand, Orderer, Org, Start, fabric};
use super::programs::say;
use crate::support::{Project, read, root};
use fabkube::network::FabricVersion;
use std::time::Instant;

const ALPHA: Org = Org { folder: "ordererOrganizations/alpha.example.org", msp_id: "AlphaOrdererMSP" };
const BETA: Org = Org { folder: "ordererOrganizations/beta.example.org", msp_id: "BetaOrdererMSP" };
const GAMMA: Org = Org { folder: "ordererOrganizations/gamma.example.org", msp_id: "GammaOrdererMSP" };
const DELTA: Org = Org { folder: "ordererOrganizations/delta.example.org", msp_id: "DeltaOrdererMSP" };

const ORDERER_ORG: Org = Org { folder: "ordererOrganizations/example.com", msp_id: "OrdererMSP" };
const ORG1: Org = Org { folder: "peerOrganizations/org1.example.com", msp_id: "Org1MSP" };
const ORG2: Org = Org { folder: "peerOrganizations/org2.example.com", msp_id: "Org2MSP" };
const ORDERERS: [Orderer; 3] = [
    Orderer { host: "orderer0.example.com", org: ORDERER_ORG },
    Orderer { host: "orderer1.example.com", org: ORDERER_ORG },
    Orderer { host: "orderer2.example.com", org: ORDERER_ORG },
];

/// The project files of a fixture, with fresh keys of this version.
fn project(fixture: &str, change: impl Fn(&Project)) -> Project {
    let project = Project::empty();
    for name in ["crypto-config.yaml", "configtx.yaml"] {
        project.write(name, &read(&root().join("tests/fixtures").join(fixture).join(name)));
    }
    change(&project);
    project.run(&["crypto", "generate"]).ok();
    project
}

/// Hosts as they stand in configtx.yaml; without it they are those that `render` would deploy.
const AS_WRITTEN: &[&str] = &["--as-written"];

/// Makes an update of a channel by the arguments, lets all sign, and sends it by the first.
fn update(network: &ByHand, (from, args): (&str, &[&str]), signers: &[Org], orderer: Orderer, channel: &str) -> String {
    let file = format!("{from}.pb");
    let update = ["channel", "update", "--from", from, "-o", &file];
    let said = network.project.run(&[&update, args].concat()).ok().stderr;
    for (i, org) in signers.iter().enumerate() {
        let msp = org.admin();
        let envelope: &[&str] = if i + 1 == signers.len() { &["--envelope"] } else { &[] };
        let sign = ["channel", "sign", &file, "--msp-dir", &msp, "--msp-id", org.msp_id];
        network.project.run(&[&sign, envelope].concat()).ok();
    }
    let path = network.project.path().join(&file);
    network.peer_channel(signers[0], orderer, &["update", "-f", path.to_str().unwrap(), "-c", channel]);
    said
}

#[test]
fn fabric_3_orders_by_bft() {
    let Some(version) = fabric() else { return };
    if !version.starts_with("3.") {
        return say(&format!("skipped: Fabric {version} knows no BFT"));
    }
    let begun = Instant::now();
    let project = project("bft-four-orgs", |_| {});
    let orderers = [
        Orderer { host: "orderer.alpha.example.org", org: ALPHA },
        Orderer { host: "orderer.beta.example.org", org: BETA },
        Orderer { host: "orderer.gamma.example.org", org: GAMMA },
        Orderer { host: "orderer.delta.example.org", org: DELTA },
    ];
    let fifth = Orderer { host: "orderer2.alpha.example.org", org: ALPHA };
    let hosts: Vec<&str> = orderers.iter().chain([&fifth]).map(|orderer| orderer.host).collect();
    let genesis = ["channel", "genesis", "--as-written", "--profile", "trade", "--channel", "trade", "-o", "0.block"];
    project.run(&genesis).ok();
    let Some(network) = ByHand::new(project, &hosts) else { return };
    for orderer in orderers {
        network.start(orderer, Start::Empty);
    }
    for orderer in orderers {
        network.join(orderer, "trade", "0.block");
    }

    // A batch size, which a quorum has to agree on.
    network.project.replace("configtx.yaml", "MaxMessageCount: 10", "MaxMessageCount: 20");
    let said = update(&network, ("0.block", AS_WRITTEN), &[ALPHA, BETA, GAMMA], orderers[0], "trade");
    assert!(said.contains("  /Channel/Orderer BatchSize MaxMessageCount 10 → 20\n"), "{said}");
    for orderer in orderers {
        network.has(orderer, "trade", 2);
    }

    // A consenter, while all certificates have been renewed on their keys; the channel goes on with those that it knows.
    network.project.replace(
        "crypto-config.yaml",
        "Domain: alpha.example.org\n    EnableNodeOUs: true\n    Specs:\n",
        "Domain: alpha.example.org\n    EnableNodeOUs: true\n    Specs:\n      - Hostname: orderer2\n",
    );
    network.project.run(&["crypto", "renew", "--expiring", "20y"]).ok();
    let text = network.project.read("configtx.yaml");
    let (from, to) = (text.find("    - ID: 1\n").unwrap(), text.find("    - ID: 2\n").unwrap());
    let consenter = text[from..to].replace("ID: 1", "ID: 5").replace("orderer.alpha", "orderer2.alpha");
    network.project.replace("configtx.yaml", "    - ID: 1\n", &format!("{consenter}    - ID: 1\n"));
    let endpoint = "      - orderer.alpha.example.org:7050\n";
    network.project.replace("configtx.yaml", endpoint, &format!("{endpoint}      - orderer2.alpha.example.org:7050\n"));
    network.fetch((ALPHA, orderers[1]), "trade", ("1.block", 1));
    let said = update(&network, ("1.block", AS_WRITTEN), &[BETA, GAMMA, ALPHA], orderers[1], "trade");
    let consenters: Vec<&str> = said.lines().filter(|line| line.contains(" consenter ")).collect();
    assert!(matches!(consenters[..], [line] if line.starts_with("+ /Channel/Orderer Orderers consenter 5 ")), "{said}");
    for orderer in orderers {
        network.has(orderer, "trade", 3);
    }
    network.fetch((ALPHA, orderers[2]), "trade", ("2.block", 2));
    network.start(fifth, Start::Empty);
    network.join(fifth, "trade", "2.block");
    network.has(fifth, "trade", 3);

    // With their renewed certificates the orderers are still who they were; before 3.1.2 they would only follow (FK0347).
    if !parsed(&version).features().bft_knows_keys {
        return say(&format!("conformance: BFT on {version}, without renewed certificates: passed in {:.0?}", begun.elapsed()));
    }
    let all = [&orderers[..], &[fifth]].concat();
    network.stop();
    for &orderer in &all {
        network.start(orderer, Start::Empty);
    }
    for &orderer in &all {
        network.has(orderer, "trade", 3);
    }
    network.project.replace("configtx.yaml", "BatchTimeout: 2s", "BatchTimeout: 1s");
    update(&network, ("2.block", AS_WRITTEN), &[GAMMA, ALPHA, BETA], orderers[2], "trade");
    for &orderer in &all {
        network.has(orderer, "trade", 4);
    }
    say(&format!("conformance: BFT on {version}: passed in {:.0?}", begun.elapsed()));
}

#[test]
fn fabric_orders_by_raft() {
    let Some(version) = fabric() else { return };
    if !parsed(&version).features().channel_participation {
        return say(&format!("skipped: orderers of Fabric {version} join no channel"));
    }
    let begun = Instant::now();
    let project = project("raft-two-orgs", |project| {
        if version.starts_with("3.") {
            for_fabric_3(project);
        }
        without_newer_capabilities(project, &version);
    });
    let profile = "TwoOrgsApplicationGenesis";
    project.run(&["channel", "genesis", "--as-written", "--profile", profile, "--channel", "common", "-o", "0.block"]).ok();
    let Some(network) = ByHand::new(project, &ORDERERS.map(|orderer| orderer.host)) else { return };
    for orderer in ORDERERS {
        network.start(orderer, Start::Empty);
    }
    for orderer in ORDERERS {
        network.join(orderer, "common", "0.block");
    }
    network.project.replace("configtx.yaml", "BatchTimeout: 2s", "BatchTimeout: 1s");
    update(&network, ("0.block", &["--as-written", "--profile", profile]), &[ORDERER_ORG], ORDERERS[0], "common");
    for orderer in ORDERERS {
        network.has(orderer, "common", 2);
    }
    say(&format!("conformance: Raft on {version}: passed in {:.0?}", begun.elapsed()));
}

/// Capabilities of Fabric 3, which knows no addresses for the whole channel.
fn for_fabric_3(project: &Project) {
    project.replace("configtx.yaml", "&ChannelCapabilities\n    V2_0", "&ChannelCapabilities\n    V3_0");
    let text = project.read("configtx.yaml");
    let (from, to) = (text.find("  Addresses:\n").unwrap(), text.find("  BatchTimeout:").unwrap());
    project.write("configtx.yaml", &format!("{}{}", &text[..from], &text[to..]));
}

/// Capabilities that programs of a version know; and the project is for that version.
fn without_newer_capabilities(project: &Project, version: &str) {
    let older: &[(&str, &str, &str)] = if version.starts_with("1.") {
        &[("Channel", "V2_0", "V1_4_3"), ("Orderer", "V2_0", "V1_4_2"), ("Application", "V2_5", "V1_4_2")]
    } else if parsed(version).is_from((2, 5)) {
        &[]
    } else {
        &[("Application", "V2_5", "V2_0")]
    };
    for (of, newer, older) in older {
        let of = format!("&{of}Capabilities\n    ");
        project.replace("configtx.yaml", &format!("{of}{newer}"), &format!("{of}{older}"));
    }
    project.write("values.yaml", &format!("fabric: {{version: {version}}}\n"));
}

fn parsed(version: &str) -> FabricVersion {
    version.parse().unwrap_or_else(|e| panic!("{e}"))
}

/// A project with a system channel, whose first block is `genesis.block`; its channel is `mychannel`.
fn with_system_channel(version: &str, orderer_type: &str) -> Project {
    let project = project("raft-two-orgs", |project| {
        let network =
            "network:\n  genesisProfile: SystemChannelGenesis\n  systemChannelID: ordering\n  channels:\n    - name: mychannel\n";
        project.write("network.yaml", network);
        project.replace("configtx.yaml", "OrdererType: etcdraft", orderer_type);
        without_newer_capabilities(project, version);
    });
    project.run(&["channel", "genesis", "--channel", "ordering", "-o", "genesis.block"]).ok();
    project
}

#[test]
fn fabric_starts_from_a_system_channel_of_solo() {
    let Some(version) = fabric() else { return };
    if version.starts_with("3.") {
        return say(&format!("skipped: Fabric {version} has no system channel"));
    }
    let begun = Instant::now();
    let project = with_system_channel(&version, "OrdererType: solo");
    project.run(&["channel", "tx", "--channel", "mychannel", "-o", "mychannel.tx"]).ok();
    for org in ["Org1", "Org2"] {
        let file = format!("{org}.tx");
        project.run(&["channel", "anchors", "--channel", "mychannel", "--org", org, "-o", &file]).ok();
    }
    let orderer = ORDERERS[0];
    let Some(network) = ByHand::new(project, &[orderer.host]) else { return };
    network.start(orderer, Start::From("genesis.block"));
    network.listens(orderer);
    let path = |name: &str| network.project.path().join(name).to_str().unwrap().to_owned();
    let first = network.writable("mychannel.block");
    let create = ["create", "-c", "mychannel", "-f", &path("mychannel.tx"), "--outputBlock", first.to_str().unwrap()];
    network.peer_channel(ORG1, orderer, &create);
    for (org, file) in [(ORG1, "Org1.tx"), (ORG2, "Org2.tx")] {
        network.peer_channel(org, orderer, &["update", "-c", "mychannel", "-f", &path(file)]);
    }
    network.fetch((ORG1, orderer), "mychannel", ("2.block", 2));
    let summary = network.project.run(&["channel", "inspect", "--summary", "2.block"]).ok().stdout;
    for peer in ["org1-peer0.fabric.svc.cluster.local:7051", "org2-peer0.fabric.svc.cluster.local:7051"] {
        assert!(summary.contains(peer), "{summary}");
    }

    // The channel, whose profile says no more than its Application, and the system channel take updates.
    let same = network.project.run(&["channel", "update", "--from", "2.block"]).ok();
    assert!(same.stderr.contains("no update is needed"), "{}{}", same.stdout, same.stderr);
    network.project.replace("configtx.yaml", "Rule: \"MAJORITY Admins\"", "Rule: \"ALL Admins\"");
    let said = update(&network, ("2.block", &[]), &[ORG1, ORG2], orderer, "mychannel");
    let changes: Vec<&str> = said.lines().filter(|line| line.contains(" /Channel/")).collect();
    assert_eq!(changes, ["  /Channel/Application policy Admins MAJORITY Admins → ALL Admins"]);
    network.fetch((ORG2, orderer), "mychannel", ("3.block", 3));
    network.project.replace(
        "configtx.yaml",
        "      SampleConsortium:\n",
        "      OtherConsortium:\n        Organizations:\n          - *Org2\n      SampleConsortium:\n",
    );
    let said = update(&network, ("genesis.block", &[]), &[ORDERER_ORG], orderer, "ordering");
    assert!(said.contains("+ /Channel/Consortiums/OtherConsortium/Org2MSP\n"), "{said}");
    network.fetch((ORDERER_ORG, orderer), "ordering", ("ordering.block", 2));
    say(&format!("conformance: a system channel of solo on {version}: passed in {:.0?}", begun.elapsed()));
}

#[test]
fn fabric_starts_from_a_system_channel_of_kafka_and_dials_its_brokers() {
    let Some(version) = fabric() else { return };
    if version.starts_with("3.") {
        return say(&format!("skipped: Fabric {version} has no Kafka"));
    }
    let begun = Instant::now();
    let brokers = "OrdererType: kafka\n  Kafka:\n    Brokers:\n      - kafka0.example.com:9092\n      - kafka1.example.com:9092";
    let project = with_system_channel(&version, brokers);
    let orderer = ORDERERS[0];
    let hosts = [orderer.host, "kafka0.example.com", "kafka1.example.com"];
    let Some(network) = ByHand::new(project, &hosts) else { return };
    network.start(orderer, Start::From("genesis.block"));
    for broker in ["kafka0.example.com:9092", "kafka1.example.com:9092"] {
        network.logs(&format!("Failed to connect to broker {broker}"));
    }
    say(&format!("conformance: a system channel of kafka on {version}: passed in {:.0?}", begun.elapsed()));
}
