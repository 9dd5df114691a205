//! Files of channels as JSON, as Fabric's own configtxlator and configtxgen print them: of fixtures, and, where it is present, of the
//! folder of references beside the project (or `FABKUBE_REFERENCE`).

use crate::support::{Project, compare_with_file, copy_tree, files, read, root};
use serde_json::Value;
use std::path::{Path, PathBuf};

const FIXTURES: &str = "tests/fixtures/inspect";

fn inspected(file: &Path, options: &[&str]) -> String {
    let file = file.to_str().unwrap();
    let ran = Project::empty().run(&[&["channel", "inspect", file], options].concat()).ok();
    assert_eq!(ran.stderr, "", "{file}");
    ran.stdout
}

#[test]
fn every_file_is_printed_byte_for_byte_as_configtxlator_does() {
    let dir = root().join(FIXTURES);
    let mut compared = 0;
    for name in files(&dir).into_keys() {
        // `config.block.1.4.12.json`
        let name = name.to_str().unwrap();
        let Some(described) = name.strip_suffix(".json") else { continue };
        let (file, version) = described.match_indices('.').nth(1).map(|(at, _)| described.split_at(at)).unwrap();
        let printed = inspected(&dir.join(file), &["--fabric-version", &version[1..]]);
        assert!(printed == read(&dir.join(name)), "{name} differs");
        compared += 1;
    }
    assert!(compared >= 11, "{compared}");
}

#[test]
fn references_say_the_same() {
    let Some(reference) = reference() else { return };
    let mut compared = 0;
    for name in files(&reference).into_keys() {
        let folder = name.components().nth(1).map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let Some(version) = folder.strip_prefix("configtxgen-") else { continue };
        let described = reference.join(&name).with_extension("");
        if name.extension().is_none_or(|ending| ending != "json") || !described.is_file() {
            continue;
        }
        let printed: Value = serde_json::from_str(&inspected(&described, &["--fabric-version", version])).unwrap();
        let expected: Value = serde_json::from_str(&read(&reference.join(&name))).unwrap();
        assert!(printed == expected, "{} differs", name.display());
        compared += 1;
    }
    assert!(compared > 0, "the references have blocks");
}

#[test]
fn an_organization_is_printed_byte_for_byte_as_configtxgen_does() {
    let fixture = root().join("tests/fixtures/raft-two-orgs");
    let project = Project::copy_of(&fixture);
    for (name, version) in [("Org1MSP", "1.4.12"), ("Org1MSP", "2.5.16"), ("Org1MSP", "3.1.5"), ("OrdererOrg", "2.5.16")] {
        let printed = project.run(&["channel", "org", name, "--as-written", "--fabric-version", version]).ok().stdout;
        assert!(printed == read(&fixture.join(format!("org.{name}.{version}.json"))), "{name} of {version} differs");
    }
}

#[test]
fn an_organization_goes_by_any_of_its_names_and_is_found_in_no_profile() {
    let project = Project::copy_of(&root().join("tests/fixtures/raft-two-orgs"));
    let printed = |args: &[&str]| project.run(&[&["channel", "org"], args].concat()).ok().stdout;
    // Of the ordering org, these are the ID, and the name and domain in crypto-config.yaml.
    let by_name = printed(&["OrdererOrg"]);
    for name in ["OrdererMSP", "Orderer", "example.com"] {
        assert!(printed(&[name]) == by_name, "{name}");
    }
    assert!(printed(&["OrdererOrg", "--profile", "TwoOrgsApplicationGenesis"]) == by_name);
    // Endpoints as `render` deploys them, unless they are to stay.
    assert!(by_name.contains(".svc.cluster.local:7050\"") && !by_name.contains("orderer0.example.com:7050"), "{by_name}");
    assert!(printed(&["OrdererOrg", "--as-written"]).contains("\"orderer0.example.com:7050\""));

    // One that no profile has, and whose MSP is another company's.
    let msp = "crypto-config/peerOrganizations/org2.example.com/msp";
    copy_tree(&project.path().join(msp), &project.path().join("elsewhere"));
    let third = "  - Name: Third\n    ID: ThirdMSP\n    MSPDir: elsewhere\n    Policies: *OrdererOrgPolicies\n";
    project.replace("configtx.yaml", "  - &Org2\n", &format!("{third}  - &Org2\n"));
    assert!(printed(&["ThirdMSP"]).contains("\"name\": \"ThirdMSP\""));
}

#[test]
fn a_foreign_organization_is_an_empty_group() {
    let project = Project::copy_of(&root().join("tests/fixtures/raft-two-orgs"));
    project.replace("configtx.yaml", "    ID: Org2MSP\n", "    ID: Org2MSP\n    SkipAsForeign: true\n");
    let printed: Value = serde_json::from_str(&project.run(&["channel", "org", "Org2MSP"]).ok().stdout).unwrap();
    assert_eq!(printed, serde_json::json!({"groups": {}, "mod_policy": "Admins", "policies": {}, "values": {}, "version": "0"}));
}

#[test]
fn summaries_are_as_their_goldens() {
    for file in [
        "config.block",
        "trade.block",
        "transaction.block",
        "mychannel.tx",
        "update.tx",
        "update.pb",
        "SystemChannelGenesis.block",
    ] {
        let page = inspected(&root().join(FIXTURES).join(file), &["--summary"]);
        compare_with_file(&root().join("tests/golden/inspect").join(format!("{file}.txt")), &page);
    }
}

/// The folder of references, if it is here.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("FABKUBE_REFERENCE").map_or(root().join("../shared/reference"), PathBuf::from);
    folder.is_dir().then_some(folder)
}
