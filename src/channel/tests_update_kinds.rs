//! Config updates of channels that are not Raft's with an Application: system channels and those that they made, Kafka, BFT, and
//! Idemix orgs. What all updates have in common is `tests_update`'s.

use super::proto::configtx::{ConfigGroup, ConfigUpdate};
use super::proto::policies::Policy;
use super::proto::smartbft::{Consenter, Orderers};
use super::testing::{codes, fixture_of, group, group_of, public_in};
use super::tests_update::{at, change, running, updates_of};
use super::*;
use crate::diag::{Code, Place};
use crate::network::sample::{channel_of, raft_two_orgs};
use crate::network::{CertificateSource, Consensus, Consortium, MspSource};
use prost::Message;
use std::path::PathBuf;

const RAFT: &str = "raft-two-orgs";
const BFT: &str = "bft-four-orgs";

fn encoded(network: &Network, fixture: &str) -> ConfigGroup {
    group_of(network, &public_in(network, &fixture_of(fixture)), Hosts::AsWritten)
}

/// The lines and bytes of the one update that the files ask for, if they do, and what is said beside.
fn update(network: Network, fixture: &str, current: &Current) -> (Vec<String>, Vec<u8>, Vec<Code>) {
    let public = public_in(&network, &fixture_of(fixture));
    let (updates, problems) = updates_of(network, &public, current);
    assert!(!problems.has_errors(), "{problems:?}");
    let mut updates = updates.unwrap();
    assert!(updates.len() < 2);
    let (lines, bytes) = updates.pop().map(|Update { lines, bytes }| (lines, bytes)).unwrap_or_default();
    (lines, bytes, codes(&problems))
}

fn refusals(network: Network, fixture: &str, current: &Current) -> Vec<Code> {
    let public = public_in(&network, &fixture_of(fixture));
    let (updates, problems) = updates_of(network, &public, current);
    assert!(updates.is_err());
    codes(&problems)
}

#[test]
fn a_profile_without_orderers_speaks_of_applications_alone() {
    // What the system channel's orderers made of the transaction: their own section, and the rest of the root as they had it.
    let mut known = group(&raft_two_orgs(), Hosts::AsWritten);
    known.policies.remove("Readers");
    known.values.remove("Capabilities");
    let current = running(known);
    let network = || channel_of(RAFT, "mychannel", "mychannel");
    assert_eq!(update(network(), RAFT, &current), (vec![], vec![], vec![]));
    let mut changed = network();
    changed.channels[0].config.application.as_mut().unwrap().orgs.pop();
    let (lines, bytes, codes) = update(changed, RAFT, &current);
    assert_eq!((lines, codes), (vec!["- /Channel/Application/Org2MSP".to_owned()], vec![Code::FK0433]));
    let written = ConfigUpdate::decode(bytes.as_slice()).unwrap().write_set.unwrap();
    assert_eq!((written.groups.keys().map(String::as_str).collect::<Vec<_>>(), written.values.len()), (vec!["Application"], 0));
}

#[test]
fn a_system_channel_gains_and_loses_orgs_of_consortiums() {
    let network = || channel_of(RAFT, "ordering", "SystemChannelGenesis");
    let known = encoded(&network(), RAFT);
    assert_eq!(update(network(), RAFT, &running(known.clone())).0, Vec::<String>::new());
    // Another consortium comes, and an org leaves the one that is there.
    let mut changed = network();
    let consortiums = changed.channels[0].config.consortiums.as_mut().unwrap();
    let org2 = consortiums[0].orgs.pop().unwrap();
    consortiums.push(Consortium { name: "Other".into(), orgs: vec![org2] });
    let (lines, _, said) = update(changed, RAFT, &running(known.clone()));
    for line in [
        "+ /Channel/Consortiums/Other",
        "+ /Channel/Consortiums/Other/Org2MSP",
        "- /Channel/Consortiums/SampleConsortium/Org2MSP",
    ] {
        assert!(lines.iter().any(|known| known == line), "{lines:?}");
    }
    assert_eq!(said, [Code::FK0433]);
    // An org of others stays as the channel knows it, under the name that the channel has for it.
    let mut renamed = known.clone();
    let consortium = at(&mut renamed, &["Consortiums", "SampleConsortium"]);
    let org1 = consortium.groups.remove("Org1MSP").unwrap();
    consortium.groups.insert("First".into(), org1);
    let mut foreign = network();
    let orgs = &mut foreign.channels[0].config.consortiums.as_mut().unwrap()[0].orgs;
    orgs[0].foreign = Some(Place::default());
    orgs[0].policies.clear();
    assert_eq!(update(foreign, RAFT, &running(renamed)), (vec![], vec![], vec![Code::FK0432]));
}

#[test]
fn consortiums_neither_come_nor_go_nor_change_their_msps() {
    let system = || channel_of(RAFT, "ordering", "SystemChannelGenesis");
    let known = encoded(&system(), RAFT);
    let mut without = system();
    without.channels[0].config.consortiums = None;
    assert_eq!(refusals(without, RAFT, &running(known.clone())), [Code::FK0431]);
    let mut other = known.clone();
    other.groups.remove("Consortiums");
    assert_eq!(refusals(system(), RAFT, &running(other)), [Code::FK0431]);
    let mut exchanged = known;
    let consortium = at(&mut exchanged, &["Consortiums", "SampleConsortium"]);
    let org2 = consortium.groups.remove("Org2MSP").unwrap();
    consortium.groups.insert("Org1MSP".into(), org2);
    assert_eq!(refusals(system(), RAFT, &running(exchanged)), [Code::FK0431]);
}

#[test]
fn brokers_of_kafka_come_and_go() {
    let network = |brokers: &[&str]| {
        let mut network = raft_two_orgs();
        let brokers = brokers.iter().map(|&broker| crate::yaml::Spanned::nowhere(broker.to_owned())).collect();
        network.channels[0].config.orderer.as_mut().unwrap().consensus = Consensus::Kafka { brokers };
        network
    };
    let current = running(encoded(&network(&["kafka0:9092", "kafka1:9092"]), RAFT));
    let (lines, _, _) = update(network(&["kafka1:9092", "kafka2:9092"]), RAFT, &current);
    assert_eq!(lines, ["- /Channel/Orderer KafkaBrokers kafka0:9092", "+ /Channel/Orderer KafkaBrokers kafka2:9092"]);
    assert_eq!(update(network(&["kafka0:9092", "kafka1:9092"]), RAFT, &current).0, Vec::<String>::new());
}

#[test]
fn an_idemix_org_changes_its_keys_or_stays_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let network = || {
        let mut network = raft_two_orgs();
        network.channels[0].config.application.as_mut().unwrap().orgs[1].msp = MspSource::Idemix(dir.path().to_owned());
        network
    };
    let write = |name: &str, key: &str| {
        crate::fs::make_dir(&dir.path().join("msp")).unwrap();
        crate::fs::write(&dir.path().join("msp").join(name), key.as_bytes(), Mode::Public).unwrap();
    };
    write("IssuerPublicKey", "issuer");
    write("RevocationPublicKey", "revocation");
    let mut known = encoded(&network(), RAFT);
    // An org is who its MSP is, of whatever kind.
    let org2 = at(&mut known, &["Application"]).groups.remove("Org2MSP").unwrap();
    at(&mut known, &["Application"]).groups.insert("Second".into(), org2);
    let current = running(known);
    assert_eq!(update(network(), RAFT, &current), (vec![], vec![], vec![]));
    write("IssuerPublicKey", "another");
    let (lines, _, _) = update(network(), RAFT, &current);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.starts_with("  /Channel/Application/Second MSP IssuerPublicKey sha256:"), "{line}");
    let mut elsewhere = network();
    elsewhere.channels[0].config.application.as_mut().unwrap().orgs[1].msp = MspSource::Idemix("nowhere".into());
    assert_eq!(update(elsewhere, RAFT, &current), (vec![], vec![], vec![Code::FK0432]));
}

fn bft() -> Network {
    channel_of(BFT, "trade", "trade")
}

fn consenters(group: &mut ConfigGroup, edit: impl FnOnce(&mut Vec<Consenter>)) {
    change(at(group, &["Orderer"]), "Orderers", |orderers: &mut Orderers| edit(&mut orderers.consenter_mapping));
    let orderer = at(group, &["Orderer"]);
    let orderers = Orderers::decode(orderer.values["Orderers"].value.as_slice()).unwrap();
    let validation = policy::bft_block_validation(&orderers.consenter_mapping);
    orderer.policies.get_mut("BlockValidation").unwrap().policy = Some(validation);
}

/// What the policy BlockValidation of a channel would be after an update, and what its consenters then ask for.
fn block_validation(bytes: &[u8], known: &ConfigGroup) -> (Option<Policy>, Policy, Vec<Consenter>) {
    let written = ConfigUpdate::decode(bytes).unwrap().write_set.unwrap().groups.remove("Orderer").unwrap();
    let known = &known.groups["Orderer"];
    let value = written.values.get("Orderers").filter(|value| !value.value.is_empty()).unwrap_or(&known.values["Orderers"]);
    let mapping = Orderers::decode(value.value.as_slice()).unwrap().consenter_mapping;
    let policy = written.policies.get("BlockValidation").and_then(|policy| policy.policy.clone());
    (policy.or_else(|| known.policies["BlockValidation"].policy.clone()), policy::bft_block_validation(&mapping), mapping)
}

#[test]
fn consenters_of_bft_stay_with_the_certificates_and_the_order_of_the_channel() {
    let mut known = encoded(&bft(), BFT);
    assert_eq!(update(bft(), BFT, &running(known.clone())), (vec![], vec![], vec![]));
    consenters(&mut known, |consenters| {
        consenters.reverse();
        consenters[0].identity.splice(0..0, *b"# older\n");
        consenters[1].client_tls_cert.splice(0..0, *b"# older\n");
    });
    assert_eq!(update(bft(), BFT, &running(known.clone())), (vec![], vec![], vec![]));
    // What else changes takes them along as they are.
    let mut changed = bft();
    changed.channels[0].config.orderer.as_mut().unwrap().batch_timeout = "7s".into();
    let (lines, bytes, _) = update(changed, BFT, &running(known.clone()));
    assert_eq!(lines, ["  /Channel/Orderer BatchTimeout 2s → 7s"]);
    let (is, wanted, mapping) = block_validation(&bytes, &known);
    assert_eq!((is, mapping.len()), (Some(wanted), 4));
}

#[test]
fn a_consenter_of_bft_comes_with_the_policy_that_orderers_compute() {
    let files = encoded(&bft(), BFT);
    let mut known = files.clone();
    consenters(&mut known, |consenters| {
        consenters.remove(1);
        consenters[0].identity.splice(0..0, *b"# older\n");
        consenters[2].port = 9999;
    });
    let (lines, bytes, _) = update(bft(), BFT, &running(known.clone()));
    let of_consenters: Vec<&String> = lines.iter().filter(|line| line.contains(" consenter ")).collect();
    let [comes, moves] = of_consenters[..] else { panic!("{lines:?}") };
    let text = "+ /Channel/Orderer Orderers consenter 2 orderer.beta.example.org:7050, BetaOrdererMSP, signs by orderer.beta.example.org until ";
    assert!(comes.starts_with(text), "{comes}");
    assert!(
        moves.starts_with("  /Channel/Orderer Orderers consenter 4 orderer.delta.example.org:9999, DeltaOrdererMSP, "),
        "{moves}"
    );
    let (is, wanted, mapping) = block_validation(&bytes, &known);
    assert_eq!(is, Some(wanted));
    let ids: Vec<u32> = mapping.iter().map(|consenter| consenter.id).collect();
    assert_eq!((ids, mapping[0].identity.starts_with(b"# older")), (vec![1, 3, 4, 2], true));
}

#[test]
fn a_policy_that_orderers_of_bft_refuse_is_set_right() {
    let mut known = encoded(&bft(), BFT);
    // Of the same keys, but not of the bytes that the consenters have.
    let mut other = known.clone();
    consenters(&mut other, |consenters| consenters[0].identity.splice(0..0, *b"# older\n").for_each(drop));
    let policies = at(&mut other, &["Orderer"]).policies.clone();
    at(&mut known, &["Orderer"]).policies = policies;
    let (lines, bytes, _) = update(bft(), BFT, &running(known.clone()));
    assert!(matches!(&lines[..], [line] if line.starts_with("  /Channel/Orderer policy BlockValidation ")), "{lines:?}");
    let (is, wanted, _) = block_validation(&bytes, &known);
    assert_eq!(is, Some(wanted));
}

#[test]
fn consenters_of_bft_whose_certificates_are_elsewhere_stay() {
    let known = encoded(&bft(), BFT);
    let mut network = bft();
    let Consensus::Bft { consenters, options: _ } = &mut network.channels[0].config.orderer.as_mut().unwrap().consensus else {
        panic!()
    };
    consenters[1].identity = CertificateSource::File(PathBuf::from("nowhere.crt"));
    consenters[2].consenter.server_tls_cert = CertificateSource::File(PathBuf::from("nowhere.crt"));
    assert_eq!(update(network, BFT, &running(known)), (vec![], vec![], vec![Code::FK0432; 2]));
}

#[test]
fn options_of_bft_are_said_by_name() {
    let known = encoded(&bft(), BFT);
    let mut network = bft();
    let Consensus::Bft { consenters: _, options } = &mut network.channels[0].config.orderer.as_mut().unwrap().consensus else {
        panic!()
    };
    options.request_batch_max_count = 7;
    options.sync_on_start = !options.sync_on_start;
    let (lines, _, _) = update(network, BFT, &running(known));
    let [count, sync] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(count, "  /Channel/Orderer ConsensusType RequestBatchMaxCount 100 → 7");
    assert!(sync.starts_with("  /Channel/Orderer ConsensusType SyncOnStart "), "{sync}");
}
