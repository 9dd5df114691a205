//! `channel genesis`, `tx` and `anchors` from outside: what they make, where, and for which Fabric version.
//! What is in a block is `src/channel`'s tests'.

use crate::block;
use crate::support::{Project, root};

/// The fixture of ours, without what Fabric's tools made of it.
fn fixture(name: &str) -> Project {
    let project = Project::empty();
    for file in ["crypto-config.yaml", "configtx.yaml"] {
        project.write(file, &crate::support::read(&root().join("tests/fixtures").join(name).join(file)));
    }
    project
}

const SYSTEM_CHANNEL: &str =
    "network:\n  genesisProfile: SystemChannelGenesis\n  systemChannelID: ordering\n  channels:\n    - name: mychannel\n";

#[test]
fn a_system_channel_has_a_block_and_its_channels_have_transactions() {
    let project = fixture("raft-two-orgs");
    project.write("network.yaml", SYSTEM_CHANNEL);
    let made = project.run(&["channel", "genesis"]).ok();
    assert!(made.stderr.contains("made channel-artifacts/genesis.block"), "{}", made.stderr);
    assert!(project.read("fabkube.lock").contains("ordering:\n    block: sha256:"));
    let hosts = block::addresses(&std::fs::read(project.path().join("channel-artifacts/genesis.block")).unwrap());
    assert!(
        hosts.iter().any(|host| host.address == "orderer-orderer0.fabric.svc.cluster.local:7050" && host.certificate.is_some())
    );
    project.run(&["channel", "tx"]).ok();
    project.run(&["channel", "anchors", "--org", "Org1"]).ok();
    let made = project.tree("channel-artifacts");
    let names: Vec<_> = made.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(names, ["Org1MSP.mychannel.anchors.tx", "genesis.block", "mychannel.tx"]);
    let anchors = made.values().next().unwrap();
    let host = b"org1-peer0.fabric.svc.cluster.local";
    assert!(anchors.windows(host.len()).any(|part| part == host));

    // Nothing is made a second time, and nothing is overwritten.
    let again = project.run(&["channel", "genesis"]).ok();
    assert!(again.stderr.contains("`--new` makes another"), "{}", again.stderr);
    let again = project.run(&["channel", "tx"]).ok();
    assert!(again.stderr.contains("has it already"), "{}", again.stderr);
    project.run(&["channel", "anchors", "--org", "Org1MSP"]).wrong();
    project.run(&["channel", "tx", "-o", "channel-artifacts/mychannel.tx"]).wrong();
    assert_eq!(project.tree("channel-artifacts"), made);
    let new = project.run(&["channel", "genesis", "--new", "--channel", "ordering"]).ok();
    assert!(new.stderr.contains("made channel-artifacts/genesis.2.block"), "{}", new.stderr);
}

#[test]
fn any_profile_serves_without_network_yaml() {
    let project = fixture("raft-two-orgs");
    let of = |command: &'static str, profile: &'static str, file: &'static str| {
        ["channel", command, "--profile", profile, "--channel", "one", "-o", file]
    };
    project.run(&of("genesis", "SystemChannelGenesis", "system.block")).ok();
    project.run(&of("genesis", "TwoOrgsApplicationGenesis", "application.block")).ok();
    project.run(&of("tx", "mychannel", "one.tx")).ok();
    // Transactions take no keys.
    project.remove("crypto-config");
    project.run(&of("tx", "mychannel", "two.tx")).ok();
    let anchors = [&of("anchors", "mychannel", "anchors.tx")[..], &["--org", "org2.example.com"]].concat();
    project.run(&anchors).ok();
    assert!(!project.path().join("crypto-config").exists());
}

#[test]
fn the_inputs_choose_the_version_of_a_bft_network() {
    let project = fixture("bft-four-orgs");
    project.run(&["channel", "genesis"]).ok();
    let made = std::fs::read(project.path().join("channel-artifacts/trade.block")).unwrap();
    let text = |wanted: &str| made.windows(wanted.len()).any(|part| part == wanted.as_bytes());
    assert!(text("alphaorderer-orderer.fabric.svc.cluster.local") && !text("orderer.alpha.example.org:7050"));
    // The block knows its consenters by what they sign with, too.
    let signcerts = "crypto-config/ordererOrganizations/beta.example.org/orderers/orderer.beta.example.org/msp/signcerts";
    let folder = "crypto-config/ordererOrganizations/beta.example.org/orderers/orderer.beta.example.org/msp";
    assert!(project.path().join(signcerts).exists());
    // So does the lock, and one that was written before it did learns it.
    let lock = project.read("fabkube.lock");
    let before = lock.split_inclusive('\n').scan(false, |inside, line| {
        *inside = line.trim_end().ends_with("signers:") || *inside && line.starts_with("      ");
        Some(if *inside { "" } else { line })
    });
    project.write("fabkube.lock", &before.collect::<String>());
    assert_ne!(project.read("fabkube.lock"), lock);
    project.run(&["channel", "genesis"]).ok();
    assert_eq!(project.read("fabkube.lock"), lock);
    project.remove(folder);
    let refused = project.run(&["channel", "genesis"]).wrong();
    assert!(refused.stderr.contains("FK0305") && refused.stderr.contains("by a signing key"), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("[FK0304]: the signing key of the consenter `orderer.beta.example.org`"),
        "{}",
        refused.stderr
    );
    assert!(!project.path().join(signcerts).exists());
}

fn with_capabilities_of_1_4(project: &Project) {
    for (newer, older) in [("V2_0: true", "V1_4_3: true"), ("V2_5: true", "V1_4_2: true")] {
        project.replace("configtx.yaml", newer, older);
    }
    let orderer = "Orderer: &OrdererCapabilities\n    V1_4_3: true";
    project.replace("configtx.yaml", orderer, "Orderer: &OrdererCapabilities\n    V1_4_2: true");
}

#[test]
fn fabric_1_4_is_chosen_for_a_system_channel_of_its_capabilities() {
    let project = fixture("raft-two-orgs");
    project.write("network.yaml", SYSTEM_CHANNEL);
    with_capabilities_of_1_4(&project);
    project.run(&["channel", "genesis"]).ok();
    let block = std::fs::read(project.path().join("channel-artifacts/genesis.block")).unwrap();
    // Five empty entries of metadata: only later versions write the first.
    assert!(block.ends_with(&[0x1a, 10, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0]), "{:?}", &block[block.len() - 20..]);
    let later = project.run(&["channel", "genesis", "--fabric-version", "2.5", "--channel", "ordering", "-o", "later.block"]);
    later.ok();
    let block = std::fs::read(project.path().join("later.block")).unwrap();
    assert!(block.ends_with(&[0x1a, 14, 10, 4, 10, 2, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0]), "{:?}", &block[block.len() - 20..]);
}

#[test]
fn an_empty_list_of_addresses_is_none_to_fabric_1_4() {
    let project = fixture("raft-two-orgs");
    let text = project.read("configtx.yaml");
    let (before, rest) = text.split_once("  Addresses:\n").unwrap();
    let (_, after) = rest.split_once("  BatchTimeout:").unwrap();
    project.write("configtx.yaml", &format!("{before}  Addresses: []\n  BatchTimeout:{after}"));
    with_capabilities_of_1_4(&project);
    for (version, filled_in) in [("1.4", true), ("2.5", false)] {
        let file = format!("{version}.block");
        let profile = ["--profile", "SystemChannelGenesis", "--channel", "one"];
        project
            .run(&[&["channel", "genesis", "--as-written", "--fabric-version", version, "-o", &file][..], &profile].concat())
            .ok();
        let block = std::fs::read(project.path().join(&file)).unwrap();
        assert_eq!(block.windows(14).any(|part| part == b"127.0.0.1:7050"), filled_in, "{version}");
    }
    // What is deployed has no loopback address that nobody wrote.
    let deployed = ["--profile", "SystemChannelGenesis", "--channel", "one", "-o", "deployed.block"];
    project.run(&[&["channel", "genesis", "--fabric-version", "1.4"][..], &deployed].concat()).ok();
    let block = std::fs::read(project.path().join("deployed.block")).unwrap();
    assert!(!block.windows(14).any(|part| part == b"127.0.0.1:7050"));
}
