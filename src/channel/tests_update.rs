//! Config updates: what is a change, what is none, and in which steps it goes. Fabric's own judgement is in `tests/it`.

use super::proto::configtx::{ConfigGroup, ConfigPolicy, ConfigUpdate, ConfigValue};
use super::proto::configuration::Consortium;
use super::proto::orderer::{BatchTimeout, ConsensusType, RaftConsenter, RaftMetadata};
use super::proto::policies::{ImplicitMetaPolicy, POLICY_IMPLICIT_META, Policy};
use super::testing::{codes, group, public, reference_block};
use super::*;
use crate::diag::{Code, Place};
use crate::network::sample::raft_two_orgs;
use crate::network::{CertificateSource, Consensus, FabricVersion, MspSource};
use prost::Message;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A channel that runs with a configuration.
pub(super) fn running(group: ConfigGroup) -> Current {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("current.block");
    crate::fs::write(
        &file,
        &block::genesis("mychannel", group, FabricVersion::new(2, 5, 16), &block::Stamp::now().unwrap()),
        Mode::Public,
    )
    .unwrap();
    Current::read(&file, &mut Problems::new()).unwrap()
}

/// The updates that the files ask for, and what is said beside.
fn updates(network: Network, current: &Current) -> (Result<Vec<Update>, Stop>, Problems) {
    let public = public(&network);
    updates_of(network, &public, current)
}

/// The same of another fixture's public material.
pub(super) fn updates_of(
    mut network: Network,
    public: &PublicMaterial,
    current: &Current,
) -> (Result<Vec<Update>, Stop>, Problems) {
    let mut problems = Problems::new();
    let foreign = without_foreign(&mut network, current, &mut problems).unwrap();
    let encoding = Encoding { network: &network, public, hosts: Hosts::AsWritten };
    let updates = target_of_files((&network.channels[0], encoding), foreign, current, &mut problems)
        .and_then(|target| current.updates_to(target, Form::Bare, &mut problems));
    (updates, problems)
}

fn lines(network: Network, current: &Current) -> Vec<String> {
    let (updates, problems) = updates(network, current);
    assert!(!problems.has_errors(), "{problems:?}");
    updates.unwrap().into_iter().flat_map(|update| update.lines).collect()
}

pub(super) fn at<'a>(group: &'a mut ConfigGroup, path: &[&str]) -> &'a mut ConfigGroup {
    path.iter().fold(group, |group, key| group.groups.get_mut(*key).unwrap())
}

pub(super) fn change<M: Message + Default>(group: &mut ConfigGroup, key: &str, change: impl FnOnce(&mut M)) {
    let value = group.values.get_mut(key).unwrap();
    let mut message = M::decode(value.value.as_slice()).unwrap();
    change(&mut message);
    value.value = message.encode_to_vec();
}

fn names(values: &BTreeMap<String, ConfigValue>) -> Vec<&str> {
    values.keys().map(String::as_str).collect()
}

fn consenters(group: &mut ConfigGroup, edit: impl FnOnce(&mut Vec<RaftConsenter>)) {
    change(at(group, &["Orderer"]), "ConsensusType", |consensus: &mut ConsensusType| {
        let mut metadata = RaftMetadata::decode(consensus.metadata.as_slice()).unwrap();
        edit(&mut metadata.consenters);
        consensus.metadata = metadata.encode_to_vec();
    });
}

#[test]
fn a_channel_as_the_files_say_needs_no_update() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("theirs.block");
    crate::fs::write(&file, &reference_block(), Mode::Public).unwrap();
    let theirs = Current::read(&file, &mut Problems::new()).unwrap();
    assert_eq!((theirs.channel.as_str(), theirs.number), ("mychannel", 0));
    assert_eq!(lines(raft_two_orgs(), &theirs), Vec::<String>::new());
}

/// The same in other bytes: prost leaves out the empty message of a map's entry, which Go writes.
fn write_capabilities_otherwise(group: &mut ConfigGroup) {
    let value = &mut group.values.get_mut("Capabilities").unwrap().value;
    assert_eq!(value, b"\x0a\x08\x0a\x04V2_0\x12\x00");
    *value = b"\x0a\x06\x0a\x04V2_0".to_vec();
}

#[test]
fn what_means_the_same_stays_as_the_channel_has_it() {
    let network = raft_two_orgs();
    let mut known = group(&network, Hosts::AsWritten);
    // Certificates renewed on their keys, another order of consenters and of capabilities, and what no file can say.
    consenters(&mut known, |consenters| {
        consenters.reverse();
        consenters[0].client_tls_cert.splice(0..0, *b"# renewed\n");
    });
    change(at(&mut known, &["Orderer"]), "ConsensusType", |consensus: &mut ConsensusType| consensus.state = 1);
    write_capabilities_otherwise(&mut known);
    let consortium = Consortium { name: "SampleConsortium".into() }.encode_to_vec();
    known.values.insert("Consortium".into(), ConfigValue { value: consortium, ..ConfigValue::default() });
    at(&mut known, &["Application", "Org1MSP"]).mod_policy = "Writers".into();
    at(&mut known, &["Application"]).policies.get_mut("Admins").unwrap().mod_policy = "Readers".into();
    // An org is who its MSP is.
    let org1 = at(&mut known, &["Application"]).groups.remove("Org1MSP").unwrap();
    at(&mut known, &["Application"]).groups.insert("First".into(), org1);
    assert_eq!(lines(network, &running(known)), Vec::<String>::new());
}

#[test]
fn changes_are_said_in_words() {
    let mut network = raft_two_orgs();
    let current = running(group(&network, Hosts::AsWritten));
    let config = &mut network.channels[0].config;
    config.orderer.as_mut().unwrap().batch_timeout = "7s".into();
    config.application.as_mut().unwrap().orgs[0].anchor_peers.clear();
    config.application.as_mut().unwrap().policies.retain(|(name, _)| name != "Endorsement");
    let (updates, problems) = updates(network, &current);
    let [Update { lines, bytes }] = updates.unwrap().try_into().unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        lines,
        [
            "- /Channel/Application policy Endorsement MAJORITY Endorsement",
            "- /Channel/Application/Org1MSP AnchorPeers peer0.org1.example.com:7051",
            "  /Channel/Orderer BatchTimeout 2s → 7s",
        ]
    );
    let update = ConfigUpdate::decode(bytes.as_slice()).unwrap();
    assert_eq!(update.channel_id, "mychannel");
    let orderer = &update.write_set.unwrap().groups["Orderer"];
    assert_eq!((orderer.version, names(&orderer.values)), (0, vec!["BatchTimeout"]));
    assert_eq!(orderer.values["BatchTimeout"].version, 1);
}

#[test]
fn an_org_that_the_files_do_not_name_leaves_with_a_warning() {
    let mut network = raft_two_orgs();
    let current = running(group(&network, Hosts::AsWritten));
    network.channels[0].config.application.as_mut().unwrap().orgs.pop();
    let (updates, problems) = updates(network, &current);
    assert_eq!(updates.unwrap()[0].lines, ["- /Channel/Application/Org2MSP"]);
    assert_eq!(codes(&problems), [Code::FK0433]);
}

#[test]
fn what_is_defined_elsewhere_stays() {
    let mut network = raft_two_orgs();
    let current = running(group(&network, Hosts::AsWritten));
    let config = &mut network.channels[0].config;
    config.application.as_mut().unwrap().orgs[0].foreign = Some(Place::default());
    config.application.as_mut().unwrap().orgs[0].anchor_peers.clear();
    config.application.as_mut().unwrap().orgs[1].msp = MspSource::Folder("nowhere/msp".into());
    config.application.as_mut().unwrap().orgs[1].policies.clear();
    let Consensus::Raft { consenters, options: _ } = &mut config.orderer.as_mut().unwrap().consensus else { panic!() };
    consenters[1].server_tls_cert = CertificateSource::File(PathBuf::from("nowhere.crt"));
    let (updates, problems) = updates(network, &current);
    assert!(updates.unwrap().is_empty());
    assert_eq!(codes(&problems), [Code::FK0432; 3]);
}

#[test]
fn consenters_come_and_go_one_at_a_time() {
    let network = raft_two_orgs();
    let files = group(&network, Hosts::AsWritten);
    let certificate = |n: u8| vec![n];
    let mut known = files.clone();
    // Two of the three are unknown to the channel, which has two others, one of them at an address that stays.
    consenters(&mut known, |consenters| {
        consenters[1].client_tls_cert = certificate(1);
        consenters[2].client_tls_cert = certificate(2);
        consenters[2].host = "leaving.example.com".into();
    });
    at(&mut known, &["Orderer"]).groups.insert("LeavingMSP".into(), ConfigGroup::default());
    at(&mut known, &["Orderer"]).version = 4;
    change(at(&mut known, &["Orderer"]), "BatchTimeout", |timeout: &mut BatchTimeout| timeout.timeout = "9s".into());
    let current = running(known);
    let updates = updates(network, &current).0.unwrap();
    let about = |update: &Update| {
        let line = |line: &String| {
            let mut words = line.split(' ');
            let (sign, about) =
                (words.next().unwrap().to_owned(), words.find(|word| word.contains(".com") || word.contains("/L")));
            format!("{sign}{}", about.unwrap_or("other"))
        };
        update.lines.iter().map(line).collect::<Vec<_>>()
    };
    let steps: Vec<Vec<String>> = updates.iter().map(about).collect();
    assert_eq!(steps[0], ["other", "+orderer2.example.com:7050"]);
    assert_eq!(steps[1], ["orderer1.example.com:7050"]);
    assert_eq!(steps[2], ["-leaving.example.com:7050", "-/Channel/Orderer/LeavingMSP"]);
    assert_eq!(steps.len(), 3);
    // Each is made from what the one before leaves.
    let versions = updates.iter().map(|update| {
        let orderer = ConfigUpdate::decode(update.bytes.as_slice()).unwrap().write_set.unwrap().groups.remove("Orderer").unwrap();
        (orderer.version, orderer.values["ConsensusType"].version)
    });
    assert_eq!(versions.collect::<Vec<_>>(), [(4, 1), (4, 2), (5, 3)]);
}

#[test]
fn a_channel_after_an_update_has_the_versions_that_orderers_give() {
    let value = |version, text: &str| ConfigValue { version, value: text.into(), mod_policy: "Admins".into() };
    let policy = |version, rule: &str| ConfigPolicy {
        version,
        policy: Some(Policy {
            r#type: POLICY_IMPLICIT_META,
            value: ImplicitMetaPolicy { sub_policy: rule.into(), rule: 0 }.encode_to_vec(),
        }),
        mod_policy: "Admins".into(),
    };
    let org = |version| ConfigGroup { version, values: [("MSP".to_owned(), value(3, "msp"))].into(), ..ConfigGroup::default() };
    let old = ConfigGroup {
        version: 5,
        groups: [("Stays".to_owned(), org(2)), ("Goes".to_owned(), org(2))].into(),
        values: [("A".to_owned(), value(1, "a")), ("B".to_owned(), value(1, "b"))].into(),
        policies: [("P".to_owned(), policy(7, "x")), ("Q".to_owned(), policy(7, "x"))].into(),
        mod_policy: "Admins".into(),
    };
    let mut new = old.clone();
    new.groups.remove("Goes");
    new.groups.insert("Comes".into(), org(9));
    new.values.insert("A".into(), value(40, "changed"));
    new.policies.insert("Q".into(), policy(7, "y"));
    let after = delta::after(&old, &new);
    assert_eq!(after.version, 6);
    assert_eq!((after.groups["Stays"].version, after.groups["Comes"].version), (2, 0));
    assert_eq!((after.groups["Stays"].values["MSP"].version, after.groups["Comes"].values["MSP"].version), (3, 0));
    assert_eq!((after.values["A"].version, after.values["B"].version), (2, 1));
    assert_eq!((after.policies["P"].version, after.policies["Q"].version), (7, 8));

    // What changes is written and not read; what stays is named on both sides, by its version alone, since members come and go.
    let update = delta::config_update("mychannel", &old, &new).unwrap();
    let (read, write) = (update.read_set.unwrap(), update.write_set.unwrap());
    assert_eq!((read.version, write.version, read.mod_policy.as_str(), write.mod_policy.as_str()), (5, 6, "", "Admins"));
    assert_eq!((names(&read.values), names(&write.values)), (vec!["B"], vec!["A", "B"]));
    assert_eq!(
        (read.values["B"].clone(), write.values["A"].clone()),
        (ConfigValue { version: 1, ..Default::default() }, value(2, "changed"))
    );
    assert_eq!(read.policies["P"], ConfigPolicy { version: 7, ..Default::default() });
    assert_eq!(write.policies["Q"], policy(8, "y"));
    assert_eq!(read.groups["Stays"], ConfigGroup { version: 2, ..Default::default() });
    assert_eq!((read.groups.len(), write.groups.len(), write.groups["Comes"].values["MSP"].clone()), (1, 2, value(0, "msp")));
    assert_eq!(delta::config_update("mychannel", &new, &new), None);
}

#[test]
fn what_orderers_refuse_is_said_before_anybody_signs() {
    let network = raft_two_orgs();
    let files = group(&network, Hosts::AsWritten);
    let mut solo = files.clone();
    change(at(&mut solo, &["Orderer"]), "ConsensusType", |consensus: &mut ConsensusType| consensus.r#type = "solo".into());
    let refused = |known: &ConfigGroup| codes(&updates(raft_two_orgs(), &running(known.clone())).1);
    assert_eq!(refused(&solo), [Code::FK0431]);
    // In maintenance mode it goes, and the mode stays.
    change(at(&mut solo, &["Orderer"]), "ConsensusType", |consensus: &mut ConsensusType| consensus.state = 1);
    assert_eq!(refused(&solo), []);
    let lines = lines(raft_two_orgs(), &running(solo));
    assert!(lines.contains(&"  /Channel/Orderer ConsensusType type solo → etcdraft".to_owned()), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("state")), "{lines:?}");
    let mut renamed = files;
    let org2 = at(&mut renamed, &["Application"]).groups.remove("Org2MSP").unwrap();
    at(&mut renamed, &["Application"]).groups.insert("Org1MSP".into(), org2);
    assert_eq!(refused(&renamed), [Code::FK0431]);
}

#[test]
fn the_state_of_the_consensus_changes_alone() {
    let network = raft_two_orgs();
    let current = running(group(&network, Hosts::AsWritten));
    let mut problems = Problems::new();
    let target = current.target_of_state(ConsensusState::Maintenance, &mut problems).unwrap();
    let updates = current.updates_to(target, Form::Bare, &mut problems).unwrap();
    assert_eq!(updates[0].lines, ["  /Channel/Orderer ConsensusType state NORMAL → MAINTENANCE"]);
    let target = current.target_of_state(ConsensusState::Normal, &mut problems).unwrap();
    assert!(current.updates_to(target, Form::Bare, &mut problems).unwrap().is_empty());
    let mut old = group(&network, Hosts::AsWritten);
    at(&mut old, &["Orderer"]).values.remove("Capabilities");
    assert!(running(old).target_of_state(ConsensusState::Maintenance, &mut problems).is_err());
    assert_eq!(codes(&problems), [Code::FK0431]);
}

#[test]
fn a_configuration_from_elsewhere_is_taken_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.pb");
    let known = group(&raft_two_orgs(), Hosts::AsWritten);
    let current = running(known.clone());
    let target = |group: ConfigGroup| {
        let config = super::proto::configtx::Config { sequence: 9, channel_group: Some(group) };
        crate::fs::write(&file, &config.encode_to_vec(), Mode::Public).unwrap();
        let mut problems = Problems::new();
        let target = current.target_of_file(&file, &mut problems).unwrap();
        (current.updates_to(target, Form::Bare, &mut problems).unwrap(), codes(&problems))
    };
    // Go writes maps in any order; that alone is no change.
    let mut other = known.clone();
    write_capabilities_otherwise(&mut other);
    assert_ne!(other, known);
    assert!(target(other).0.is_empty());
    // Certificates are what they are.
    let mut other = known.clone();
    consenters(&mut other, |consenters| {
        let renewed = [b"# renewed\n", consenters[0].server_tls_cert.as_slice()].concat();
        consenters[0].client_tls_cert.clone_from(&renewed);
        consenters[0].server_tls_cert = renewed;
    });
    assert_eq!(target(other).0[0].lines, ["  /Channel/Orderer ConsensusType the same in other bytes"]);
    // An org that leaves, and whose signature is still asked for.
    let mut other = known.clone();
    let org2 = at(&mut other, &["Application"]).groups.remove("Org2MSP").unwrap();
    let admins = org2.policies["Admins"].clone();
    at(&mut other, &["Application"]).policies.insert("Admins".into(), admins);
    assert_eq!(target(other).1, [Code::FK0243, Code::FK0433]);
}

/// Whatever a file holds: cut off, or with bytes turned round.
#[test]
fn no_bytes_make_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    let network = raft_two_orgs();
    let known = group(&network, Hosts::AsWritten);
    let current = running(known.clone());
    let mut other = known.clone();
    other.groups.remove("Application");
    let update = delta::config_update("mychannel", &known, &other).unwrap();
    let config = super::proto::configtx::Config { sequence: 1, channel_group: Some(known) };
    let envelope = signing::unsigned_envelope("mychannel", &update).unwrap();
    for whole in [reference_block(), config.encode_to_vec(), update.encode_to_vec(), envelope] {
        for i in 0..150 {
            let place = (i * 7919) % whole.len();
            let mut turned = whole.clone();
            turned[place] ^= 1 << (i % 8);
            for bytes in [&whole[..place], &turned] {
                crate::fs::write(&file, bytes, Mode::Public).unwrap();
                let mut problems = Problems::new();
                let _ = Signable::read(&file, &mut problems);
                if let Ok(read) = Current::read(&file, &mut problems) {
                    let _ = updates(raft_two_orgs(), &read);
                }
                if let Ok(target) = current.target_of_file(&file, &mut problems) {
                    let _ = current.updates_to(target, Form::Envelope, &mut problems);
                }
            }
        }
    }
}
