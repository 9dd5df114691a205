//! Blocks against what Fabric's own tools made of the same inputs.
//! Policies have their own tests; stored blocks are `tests_history`'s.

use super::proto::common::{Block, ChannelHeader, Envelope, Payload, SignatureHeader};
use super::proto::configtx::ConfigGroup;
use super::testing::{codes, fixture, group, public, reference_block};
use super::*;
use crate::diag::{Code, Severity};
use crate::network::sample::{org_id, raft_two_orgs};
use crate::network::{CertificateSource, Consensus, Consenter, MspSource};
use crate::store::{Making, Store};
use prost::Message;

/// In one spelling: Go writes maps in random order, into values too.
pub(super) fn spelt_alike(mut group: ConfigGroup) -> ConfigGroup {
    for (key, value) in &mut group.values {
        if ["Capabilities", "ACLs"].contains(&key.as_str()) {
            value.value = compare::comparable(key, &value.value);
        }
    }
    group.groups = group.groups.into_iter().map(|(key, group)| (key, spelt_alike(group))).collect();
    group
}

#[test]
fn a_block_says_what_configtxgen_says() {
    let reference = block::read(&reference_block()).unwrap();
    assert_eq!(reference.channel_id, "mychannel");
    let ours = group(&raft_two_orgs(), Hosts::AsWritten);
    assert_eq!(spelt_alike(ours), spelt_alike(reference.group));
}

#[test]
fn an_acl_without_a_policy_is_written_as_go_writes_it() {
    let mut network = raft_two_orgs();
    let acls = [("b", "/Channel/Application/Readers"), ("a", "")];
    let acl = |(resource, policy): (&str, &str)| crate::network::Acl { resource: resource.into(), policy_ref: policy.into() };
    network.channels[0].config.application.as_mut().unwrap().acls = acls.map(acl).to_vec();
    let group = group(&network, Hosts::AsWritten);
    let value = &group.groups["Application"].values["ACLs"].value;
    let of_b = format!("0a230a016212{:02x}0a{:02x}{}", 30, 28, hex::encode("/Channel/Application/Readers"));
    assert_eq!(hex::encode(value), format!("0a050a01611200{of_b}"));
}

#[test]
fn deployed_addresses_differ_from_written_ones_and_nothing_else_does() {
    let network = raft_two_orgs();
    let (mut written, mut deployed) = (group(&network, Hosts::AsWritten), group(&network, Hosts::Deployed));
    assert_ne!(written, deployed);
    for group in [&mut written, &mut deployed] {
        group.values.remove("OrdererAddresses").unwrap();
        group.groups.get_mut("Orderer").unwrap().values.remove("ConsensusType").unwrap();
        group.groups.get_mut("Orderer").unwrap().groups.get_mut("OrdererOrg").unwrap().values.remove("Endpoints").unwrap();
        for org in group.groups.get_mut("Application").unwrap().groups.values_mut() {
            org.values.remove("AnchorPeers").unwrap();
        }
    }
    assert_eq!(written, deployed);
}

#[test]
fn no_map_of_capabilities_is_not_an_empty_one() {
    let mut network = raft_two_orgs();
    network.channels[0].config.capabilities = None;
    network.channels[0].config.application.as_mut().unwrap().capabilities = Some(Vec::new());
    let group = group(&network, Hosts::Deployed);
    assert!(!group.values.contains_key("Capabilities"));
    assert!(group.groups["Application"].values["Capabilities"].value.is_empty());
}

#[test]
fn a_consortium_and_max_channels_are_encoded_where_they_are_set() {
    let mut network = raft_two_orgs();
    network.channels[0].config.consortium = Some("SampleConsortium".into());
    network.channels[0].config.orderer.as_mut().unwrap().max_channels = 7;
    let group = group(&network, Hosts::Deployed);
    assert_eq!(group.values["Consortium"].value, b"\x0a\x10SampleConsortium");
    assert_eq!(group.groups["Orderer"].values["ChannelRestrictions"].value, [8, 7]);
}

fn genesis() -> Vec<u8> {
    let network = raft_two_orgs();
    let public = public(&network);
    let encoding = Encoding { network: &network, public: &public, hosts: Hosts::Deployed };
    genesis_block(&network.channels[0], encoding, &mut Problems::new()).unwrap()
}

#[test]
fn a_block_keeps_its_own_promises() {
    let block = Block::decode(genesis().as_slice()).unwrap();
    let data = block.data.unwrap().data;
    assert_eq!(data.len(), 1);
    let header = block.header.unwrap();
    assert_eq!(header.data_hash, Sha256::digest(&data[0]).to_vec());
    assert!(header.number == 0 && header.previous_hash.is_empty());
    assert_eq!(block.metadata.unwrap().metadata, [b"\x0a\x02\x0a\x00".to_vec(), vec![], vec![], vec![], vec![]]);
    let envelope = Envelope::decode(data[0].as_slice()).unwrap();
    assert!(envelope.signature.is_empty());
    let header = Payload::decode(envelope.payload.as_slice()).unwrap().header.unwrap();
    let channel = ChannelHeader::decode(header.channel_header.as_slice()).unwrap();
    let signature = SignatureHeader::decode(header.signature_header.as_slice()).unwrap();
    assert_eq!((channel.r#type, channel.version, channel.epoch, channel.channel_id.as_str()), (1, 1, 0, "mychannel"));
    assert_eq!(channel.tx_id, hex::encode(Sha256::digest(&signature.nonce)));
    assert_eq!((signature.nonce.len(), signature.creator.len()), (24, 0));
}

#[test]
fn the_same_stamp_gives_the_same_bytes_and_another_one_does_not() {
    let network = raft_two_orgs();
    let bytes = |nonce| {
        block::genesis(
            "mychannel",
            group(&network, Hosts::Deployed),
            network.fabric_version,
            &block::Stamp { seconds: 1, nonce: [nonce; 24] },
        )
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
    assert_ne!(genesis(), genesis());
}

#[test]
fn a_broken_block_file_is_refused_and_never_panics() {
    let good = reference_block();
    for end in (0..good.len()).step_by(29) {
        assert!(block::read(&good[..end]).is_err(), "cut at {end}");
    }
    for at in (0..good.len()).step_by(41) {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let _ = block::read(&bad);
        }
    }
    assert!(block::read(b"-----BEGIN CERTIFICATE-----").is_err());
    // A configuration that nests without end.
    let mut nested = Vec::new();
    for _ in 0..5_000 {
        let group = ConfigGroup::default();
        let mut entry = b"\x0a\x01a\x12".to_vec();
        prost::encoding::encode_varint(nested.len() as u64, &mut entry);
        entry.extend(&nested);
        nested = group.encode_to_vec();
        nested.push(0x12);
        prost::encoding::encode_varint(entry.len() as u64, &mut nested);
        nested.extend(entry);
    }
    assert!(ConfigGroup::decode(nested.as_slice()).is_err());
}

/// The test network with one org and one consenter read from files.
fn with_files(msp: &Path, certificate: &Path) -> Network {
    let mut network = raft_two_orgs();
    let config = &mut network.channels[0].config;
    config.application.as_mut().unwrap().orgs[0].msp = MspSource::Folder(msp.to_path_buf());
    let Consensus::Raft { consenters, options: _ } = &mut config.orderer.as_mut().unwrap().consensus else { panic!("no Raft") };
    let Consenter { client_tls_cert, server_tls_cert, .. } = &mut consenters[0];
    (*client_tls_cert, *server_tls_cert) =
        (CertificateSource::File(certificate.into()), CertificateSource::File(certificate.into()));
    network
}

fn preflighted(network: &Network) -> Problems {
    let mut problems = Problems::new();
    let keys = Store::open(&fixture().join("crypto-config"), Making::Nothing);
    preflight(network, &keys, Hosts::AsWritten, &mut problems).unwrap();
    problems
}

#[test]
fn files_elsewhere_encode_as_the_stores_do() {
    let crypto = fixture().join("crypto-config");
    let certificate = crypto.join("ordererOrganizations/example.com/orderers/orderer0.example.com/tls/server.crt");
    let network = with_files(&crypto.join(raft_two_orgs().org(org_id(1)).dir()).join("msp"), &certificate);
    assert!(preflighted(&network).is_empty());
    assert_eq!(group(&network, Hosts::Deployed), group(&raft_two_orgs(), Hosts::Deployed));
}

#[test]
fn what_is_wrong_with_files_elsewhere_is_found_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let gone = with_files(&dir.path().join("msp"), &dir.path().join("tls.crt"));
    assert_eq!(codes(&preflighted(&gone)), [Code::FK0408, Code::FK0409]);
    let write = |below: &str, bytes: &[u8]| crate::fs::write(&dir.path().join(below), bytes, Mode::Public).unwrap();
    write("msp/cacerts/.notes", b"no PEM");
    write("tls.crt", b"no certificate");
    assert_eq!(codes(&preflighted(&gone)), [Code::FK0408, Code::FK0409]);
    write("msp/cacerts/ca.pem", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    write("msp/config.yaml", b"NodeOUs: [");
    assert_eq!(codes(&preflighted(&gone)), [Code::FK0101, Code::FK0409]);
    write("msp/config.yaml", b"OrganizationalUnitIdentifiers:\n- {Certificate: cacerts/none.pem, OrganizationalUnitIdentifier: a}\nNodeOUs: {Enable: true, ClientOUIdentifier: {Certificate: ./cacerts/../none.pem, OrganizationalUnitIdentifier: client}, PeerOUIdentifier: {OrganizationalUnitIdentifier: peer}}\n");
    let problems = preflighted(&gone);
    assert_eq!(codes(&problems), [Code::FK0409, Code::FK0410, Code::FK0409]);
    assert_eq!(problems.iter().map(|p| p.severity).max_by_key(|s| *s == Severity::Error), Some(Severity::Error));
}
