//! Stored blocks: kept, held against the lock, the store and the files.
//! What a block says is `tests_encoding`'s.

use super::testing::{codes, group, public, reference_block};
use super::*;
use crate::diag::{Code, Severity};
use crate::network::sample::raft_two_orgs;
use crate::network::{CertificateSource, Consensus};
use crate::store::{Making, Store};

/// A walk of the stage in a folder.
fn walk(network: &Network, dir: &Path, lock: &Lock, making: Making) -> (Result<Artifacts, Stop>, Problems) {
    walk_with(network, &public(network), dir, lock, making)
}

fn walk_with(
    network: &Network,
    public: &PublicMaterial,
    dir: &Path,
    lock: &Lock,
    making: Making,
) -> (Result<Artifacts, Stop>, Problems) {
    let mut problems = Problems::new();
    let store = Store::open(dir, making);
    let artifacts =
        history(network, &store, lock, &mut problems).and_then(|history| encode(network, public, history, &mut problems));
    (artifacts, problems)
}

#[test]
fn a_block_is_made_once_and_kept() {
    let (dir, network) = (tempfile::tempdir().unwrap(), raft_two_orgs());
    let mut lock = Lock::default();
    let (first, problems) = walk(&network, dir.path(), &lock, Making::Missing);
    let first = first.unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(first.made(), [dir.path().join("mychannel.block").display().to_string()]);
    assert_eq!(first.blocks[0].file, "mychannel.block");
    assert_eq!(first.blocks[0].sha256, sha256(&crate::fs::read(&dir.path().join("mychannel.block")).unwrap()));
    first.remember(&mut lock);
    assert_eq!(lock.channels["mychannel"].block, first.blocks[0].sha256);
    for making in [Making::Missing, Making::Nothing, Making::InMemory] {
        let (again, problems) = walk(&network, dir.path(), &lock, making);
        let again = again.unwrap();
        assert!(problems.is_empty() && again.made().is_empty(), "{making:?}: {problems:?}");
        assert_eq!(again.blocks[0].bytes, first.blocks[0].bytes);
    }
}

#[test]
fn a_block_that_the_lock_knows_is_not_made_anew() {
    let (dir, network) = (tempfile::tempdir().unwrap(), raft_two_orgs());
    let mut lock = Lock::default();
    lock.channels.insert("mychannel".into(), ChannelLock { block: "sha256:00".into() });
    for making in [Making::Missing, Making::Nothing, Making::InMemory] {
        let (result, problems) = walk(&network, dir.path(), &lock, making);
        assert!(result.is_err());
        assert_eq!(codes(&problems), [Code::FK0401], "{making:?}");
    }
    assert!(walk(&network, dir.path(), &Lock::default(), Making::Missing).0.is_ok());
    assert_eq!(codes(&walk(&network, dir.path(), &lock, Making::Missing).1), [Code::FK0403]);
    let (_, problems) = walk(&network, tempfile::tempdir().unwrap().path(), &Lock::default(), Making::Nothing);
    assert_eq!(codes(&problems), [Code::FK0402]);
}

/// What is said of a stored file.
fn judged(network: &Network, public: &PublicMaterial, block: &[u8]) -> Problems {
    let dir = tempfile::tempdir().unwrap();
    crate::fs::write(&dir.path().join("mychannel.block"), block, Mode::Public).unwrap();
    walk_with(network, public, dir.path(), &Lock::default(), Making::Missing).1
}

#[test]
fn a_stored_file_must_be_the_block_of_its_channel() {
    let network = raft_two_orgs();
    let public = public(&network);
    assert_eq!(codes(&judged(&network, &public, &reference_block()[..999])), [Code::FK0404]);
    let other = block::genesis(
        "other",
        group(&network, Hosts::Deployed),
        network.fabric_version,
        &block::Stamp { seconds: 0, nonce: [0; 24] },
    );
    assert_eq!(codes(&judged(&network, &public, &other)), [Code::FK0405]);
}

#[test]
fn a_block_made_by_configtxgen_serves_and_its_differences_are_a_note() {
    let network = raft_two_orgs();
    let problems = judged(&network, &public(&network), &reference_block());
    assert_eq!(codes(&problems), [Code::FK0406]);
    let note = problems.iter().next().unwrap();
    assert_eq!(note.severity, Severity::Note);
    assert!(
        note.message.contains("`/Channel/OrdererAddresses`")
            && note.message.contains("`/Channel/Application/Org1MSP/AnchorPeers`")
    );
    assert!(note.help.as_ref().unwrap().contains("fabkube channel update --from BLOCK --channel mychannel"));
}

#[test]
fn a_difference_is_named_by_its_path() {
    let network = raft_two_orgs();
    let bytes =
        block::genesis("mychannel", group(&network, Hosts::Deployed), network.fabric_version, &block::Stamp::now().unwrap());
    let mut changed = network.clone();
    changed.channels[0].config.orderer.as_mut().unwrap().batch_timeout = "1s".into();
    changed.channels[0].config.application.as_mut().unwrap().policies[0].1 =
        crate::network::Policy::parse("ImplicitMeta", "ANY Endorsement").unwrap();
    changed.channels[0].config.application.as_mut().unwrap().orgs.pop();
    let problems = judged(&changed, &public(&network), &bytes);
    let message = &problems.iter().next().unwrap().message;
    let paths = "`/Channel/Application/LifecycleEndorsement (policy)`, `/Channel/Application/Org2MSP`, `/Channel/Orderer/BatchTimeout` differ";
    assert!(message.ends_with(paths), "{message}");
}

#[test]
fn a_block_with_other_roots_than_the_store_cannot_serve() {
    let network = raft_two_orgs();
    let mut public = public(&network);
    let theirs = public.orgs[1].msp.clone();
    public.orgs[1].msp.cacerts[0].bytes = public.orgs[2].msp.cacerts[0].bytes.clone();
    public.orgs[2].msp.tlscacerts[0].bytes = theirs.tlscacerts[0].bytes.clone();
    let problems = judged(&network, &public, &reference_block());
    assert_eq!(codes(&problems), [Code::FK0407, Code::FK0407]);
    assert!(problems.iter().next().unwrap().message.contains("another CA of `Org1MSP`"));
    // Text before the certificate makes other bytes and no other key.
    public.orgs[1].msp = theirs;
    public.orgs[2].msp = self::public(&network).orgs[2].msp.clone();
    public.orgs[1].msp.cacerts[0].bytes.splice(0..0, *b"# renewed\n");
    let bytes =
        block::genesis("mychannel", group(&network, Hosts::Deployed), network.fabric_version, &block::Stamp::now().unwrap());
    assert!(judged(&network, &public, &bytes).is_empty());
}

#[test]
fn the_keys_of_our_consenters_are_pinned() {
    let (dir, mut network) = (tempfile::tempdir().unwrap(), raft_two_orgs());
    crate::fs::write(&dir.path().join("mychannel.block"), &reference_block(), Mode::Public).unwrap();
    let store = Store::open(dir.path(), Making::Missing);
    let pinned = |network: &Network| history(network, &store, &Lock::default(), &mut Problems::new()).unwrap().pinned().to_vec();
    let public = public(&network);
    let keys: Vec<String> = public.orgs[0].nodes.iter().map(|node| node.tls.certificate.key_fingerprint.clone()).collect();
    assert_eq!(pinned(&network).into_iter().map(|p| p.fingerprint).collect::<Vec<_>>(), keys);
    // One is somebody else's, another is in the block and no longer in the files.
    let consensus = &mut network.channels[0].config.orderer.as_mut().unwrap().consensus;
    let Consensus::Raft { consenters, options: _ } = consensus else { panic!("no Raft") };
    consenters[0].server_tls_cert = CertificateSource::File("their.crt".into());
    consenters.pop();
    assert_eq!(pinned(&network).into_iter().map(|p| p.fingerprint).collect::<Vec<_>>(), keys[1..]);
}
