//! The stage as a whole, on a store in a temporary folder.

use super::*;
use crate::diag::{Code, Silent};
use crate::fs::{self, Mode};
use crate::network::{NodeId, sample};
use crate::store::Keys;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const PEER: &str = "peerOrganizations/org1.example.com/peers/peer0.org1.example.com";
const ORDERER: &str = "ordererOrganizations/example.com/orderers/orderer0.example.com";

/// A network and its store.
struct Case {
    network: Network,
    dir: tempfile::TempDir,
    lock: Lock,
    pinned: Vec<Pinned>,
    making: Making,
    keys: Keys,
}

impl Case {
    /// Nothing made yet.
    fn empty() -> Self {
        Self {
            network: sample::two_orgs(),
            dir: tempfile::tempdir().unwrap(),
            lock: Lock::default(),
            pinned: vec![],
            making: Making::Missing,
            keys: Keys::Needed,
        }
    }

    /// All made, and remembered: a copy of one that was made once, since making takes its time.
    fn made() -> Self {
        static MADE: OnceLock<(Vec<(PathBuf, Vec<u8>)>, Lock)> = OnceLock::new();
        let (files, lock) = MADE.get_or_init(|| {
            let mut lock = Lock::default();
            let case = Self::empty();
            case.provide().remember(&case.network, &mut lock);
            (case.files().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect(), lock)
        });
        Self { lock: lock.clone(), ..Self::of(files) }
    }

    fn of(files: &[(PathBuf, Vec<u8>)]) -> Self {
        let case = Self::empty();
        files.iter().for_each(|(path, bytes)| case.overwrite(path.to_str().unwrap(), bytes));
        case
    }

    fn run(&self) -> (Result<Material, Stop>, Problems) {
        let store = Store::open(self.dir.path(), self.making);
        let policy = Policy { making: self.making, keys: self.keys };
        let request = Request { network: &self.network, store: &store, lock: &self.lock, pinned: &self.pinned, policy };
        let mut problems = Problems::new();
        let result = provision(&request, &mut problems, &Silent);
        (result, problems)
    }

    fn provide(&self) -> Material {
        let (result, problems) = self.run();
        assert!(problems.is_empty(), "{problems:#?}");
        result.unwrap()
    }

    /// The problems of a run that wrote nothing.
    fn refused(&self) -> Vec<String> {
        let before = self.files();
        let (result, problems) = self.run();
        assert!(matches!(result, Err(Stop::Reported)), "it was not refused: {problems:?}");
        assert_eq!(self.files(), before, "a refused run wrote something");
        problems.iter().map(ToString::to_string).collect()
    }

    fn codes(&self) -> Vec<Code> {
        self.run().1.iter().map(|problem| problem.code).collect()
    }

    /// Every file with its bytes and time.
    fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let read = |path: PathBuf| {
            let whole = self.dir.path().join(&path);
            (path, (fs::read(&whole).unwrap(), whole.metadata().unwrap().modified().unwrap()))
        };
        fs::walk(self.dir.path()).unwrap().into_iter().map(read).collect()
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn delete(&self, below: &str) {
        let path = self.path(below);
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }

    fn overwrite(&self, below: &str, bytes: &[u8]) {
        fs::write(&self.path(below), bytes, Mode::Public).unwrap();
    }
}

fn node_id(case: &Case, name: &str) -> NodeId {
    case.network.nodes().find(|node| node.common_name == name).unwrap().id
}

#[test]
fn a_second_run_writes_nothing_and_reads_the_same() {
    let case = Case::empty();
    let first = case.provide();
    let before = case.files();
    let second = case.provide();
    assert_eq!(case.files(), before);
    assert!(second.made().is_empty());
    assert_eq!(first.made().len(), 3 * 2 + 7 + 5);
    assert_eq!(first.made()[2], ORDERER);
    let id = node_id(&case, "peer0.org1.example.com");
    assert_eq!(first.public().node(id).certificate, second.public().node(id).certificate);
    assert_eq!(first.node_keys(id).identity.expose(), second.node_keys(id).identity.expose());
}

#[test]
fn the_tree_is_cryptogens() {
    let case = Case::made();
    let below =
        |dir: &str| -> Vec<String> { fs::walk(&case.path(dir)).unwrap().into_iter().map(|p| p.display().to_string()).collect() };
    assert_eq!(
        below(PEER),
        [
            "msp/cacerts/ca.org1.example.com-cert.pem",
            "msp/config.yaml",
            "msp/keystore/priv_sk",
            "msp/signcerts/peer0.org1.example.com-cert.pem",
            "msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "tls/ca.crt",
            "tls/server.crt",
            "tls/server.key",
        ]
    );
    assert_eq!(below("peerOrganizations/org1.example.com/users/User1@org1.example.com").last().unwrap(), "tls/client.key");
    assert_eq!(case.files().len(), 117);
}

#[test]
fn without_node_ous_administrators_are_listed() {
    let mut case = Case::empty();
    case.network.orgs[1].node_ous = false;
    let material = case.provide();
    let org = &material.public().orgs[1];
    let names = |msp: &MspFolder| msp.admincerts.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    let admin = "Admin@org1.example.com-cert.pem";
    assert_eq!((names(&org.msp), names(&org.nodes[0].msp)), (vec![admin.to_owned()], vec![admin.to_owned()]));
    assert_eq!(names(&org.users[0].msp), ["User1@org1.example.com-cert.pem"]);
    assert_eq!(org.msp.admincerts[0].bytes, org.users[1].certificate.pem);
    assert!(org.msp.config.is_none() && org.nodes[0].msp.config.is_none());
}

#[test]
fn a_lost_pair_of_a_peer_is_made_again_and_nothing_else() {
    let case = Case::made();
    let before = case.files();
    case.delete(&format!("{PEER}/tls/server.crt"));
    case.delete(&format!("{PEER}/tls/server.key"));
    assert_eq!(case.provide().made(), [PEER]);
    let after = case.files();
    let changed: Vec<_> = after.iter().filter(|(path, file)| before.get(*path) != Some(file)).map(|(path, _)| path).collect();
    assert_eq!(changed, [&PathBuf::from(PEER).join("tls/server.crt"), &PathBuf::from(PEER).join("tls/server.key")]);

    case.delete(PEER);
    assert_eq!(case.provide().made(), [PEER]);
    assert_eq!(case.files().len(), before.len());
}

#[test]
fn a_key_without_a_certificate_gets_one() {
    let case = Case::made();
    for (key, certificate) in
        [("msp/keystore/priv_sk", "msp/signcerts/peer0.org1.example.com-cert.pem"), ("tls/server.key", "tls/server.crt")]
    {
        let key = fs::read(&case.path(&format!("{PEER}/{key}"))).unwrap();
        let certificate = format!("{PEER}/{certificate}");
        let fingerprint = key_fingerprint(&fs::read(&case.path(&certificate)).unwrap());
        case.delete(&certificate);
        case.provide();
        assert_eq!(key_fingerprint(&fs::read(&case.path(&certificate)).unwrap()), fingerprint);
        assert!(case.files().values().any(|(bytes, _)| bytes == &key));
    }
    // An orderer's too: a block knows it by this key.
    case.delete(&format!("{ORDERER}/tls/server.crt"));
    case.provide();
}

#[test]
fn a_public_file_that_is_missing_is_added() {
    let case = Case::made();
    let before = case.files();
    for file in ["msp/config.yaml", "msp/cacerts/ca.org1.example.com-cert.pem", "tls/ca.crt"] {
        case.delete(&format!("{PEER}/{file}"));
    }
    case.delete("peerOrganizations/org1.example.com/msp");
    assert!(case.provide().made().is_empty());
    let bytes = |files: BTreeMap<PathBuf, (Vec<u8>, _)>| files.into_iter().map(|(p, (b, _))| (p, b)).collect::<Vec<_>>();
    assert_eq!(bytes(case.files()), bytes(before));
}

#[test]
fn frozen_names_what_is_missing() {
    let mut case = Case::made();
    case.making = Making::Nothing;
    case.provide();
    case.delete(&format!("{PEER}/tls/server.crt"));
    case.delete(&format!("{PEER}/msp/config.yaml"));
    case.delete("peerOrganizations/org2.example.com/users/Admin@org2.example.com");
    let problems = case.refused().join("\n");
    assert!(problems.contains(&format!("{PEER}/tls/server.crt")), "{problems}");
    assert!(problems.contains("users/Admin@org2.example.com\n"), "{problems}");

    let mut case = Case::empty();
    case.making = Making::Nothing;
    assert_eq!(case.refused().len(), 3);
}

#[test]
fn a_lock_whose_keys_are_elsewhere_stops_everything() {
    let mut case = Case::made();
    case.dir = tempfile::tempdir().unwrap();
    let problems = case.refused();
    assert!(problems.len() == 3 && problems[0].starts_with("error[FK0302]"), "{problems:#?}");
    case.making = Making::NewNetwork;
    case.provide();
    case.making = Making::Missing;
    assert_eq!(case.codes(), [vec![Code::FK0303; 2], vec![Code::FK0304; 3], vec![Code::FK0303; 4]].concat());
}

#[test]
fn a_consenters_lost_key_is_not_made_again() {
    let mut case = Case::made();
    case.delete(&format!("{ORDERER}/tls"));
    assert_eq!(case.codes(), [Code::FK0304]);
    case.refused();
    case.lock = Lock::default();
    let fingerprint = "sha256:0123".to_owned();
    case.pinned = vec![Pinned { fingerprint, holder: "o:7050 in b.block".into(), place: Place::file(Path::new("b.block")) }];
    assert_eq!(case.codes(), [Code::FK0305]);
    case.making = Making::NewNetwork;
    assert!(case.refused()[0].contains("b.block"));
}

#[test]
fn a_pinned_key_may_be_an_orderers_that_left_the_network() {
    let mut case = Case::made();
    let pem = fs::read(&case.path(&format!("{ORDERER}/tls/server.crt"))).unwrap();
    let fingerprint = key_fingerprint(&pem).unwrap();
    case.pinned = vec![Pinned { fingerprint, holder: "o:7050 in b.block".into(), place: Place::default() }];
    case.network.orgs[0].nodes.remove(0);
    case.network.channels.clear();
    case.provide();
}

#[test]
fn without_keys_the_public_material_and_the_digests_are_the_same() {
    let mut case = Case::made();
    let with = case.provide();
    for (path, _) in case.files() {
        if path.ends_with("priv_sk") || path.extension().is_some_and(|e| e == "key") {
            case.delete(path.to_str().unwrap());
        }
    }
    assert!(case.refused().iter().all(|problem| problem.starts_with("error[FK0307]")));
    case.keys = Keys::NotNeeded;
    case.making = Making::Nothing;
    let without = case.provide();
    let id = node_id(&case, "peer0.org1.example.com");
    let (a, b) = (with.node_keys(id), without.node_keys(id));
    assert_eq!((a.identity.digest(), a.tls.digest()), (b.identity.digest(), b.tls.digest()));
    assert_ne!(a.identity.digest(), a.tls.digest());
    assert!(a.identity.expose().is_some() && b.identity.expose().is_none());
    let certificate = &with.public().node(id).certificate;
    let [one, same, other] = [(a, "couchdb"), (b, "couchdb"), (a, "metrics")].map(|(k, p)| password(certificate, &k.identity, p));
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.expose(), other.expose());
    assert_eq!((one.expose().map(str::len), same.expose()), (Some(32), None));

    case.making = Making::Missing;
    case.delete(&format!("{PEER}/tls"));
    assert_eq!(case.codes(), [Code::FK0308]);
    case.refused();
}

#[test]
fn a_secret_is_not_printed() {
    let case = Case::made();
    let material = case.provide();
    let text = format!("{material:?}");
    assert!(!text.contains("PRIVATE KEY") && text.contains("Secret("));
}

#[test]
fn what_is_made_in_memory_leaves_no_file() {
    let mut case = Case::empty();
    case.making = Making::InMemory;
    assert_eq!(case.provide().made().len(), 18);
    assert!(case.files().is_empty());
}

#[test]
fn damaged_files_are_problems_and_no_panics() {
    for file in [
        format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem"),
        format!("{PEER}/msp/keystore/priv_sk"),
        format!("{PEER}/msp/cacerts/ca.org1.example.com-cert.pem"),
        format!("{PEER}/tls/server.crt"),
        format!("{PEER}/tls/server.key"),
        format!("{PEER}/tls/ca.crt"),
        "peerOrganizations/org1.example.com/ca/ca.org1.example.com-cert.pem".to_owned(),
        "peerOrganizations/org1.example.com/msp/tlscacerts/tlsca.org1.example.com-cert.pem".to_owned(),
    ] {
        let case = Case::made();
        let whole = fs::read(&case.path(&file)).unwrap();
        for bytes in [
            b"".as_slice(),
            b"garbage",
            &whole[..whole.len() / 2],
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        ] {
            case.overwrite(&file, bytes);
            assert!(!case.refused().is_empty(), "{file}");
        }
    }
}

#[test]
fn certificates_of_another_ca_are_refused() {
    let case = Case::made();
    case.delete("peerOrganizations/org1.example.com/ca");
    case.delete("peerOrganizations/org1.example.com/msp");
    assert_eq!(case.codes(), [Code::FK0302]);
    let case = Case { lock: Lock::default(), ..case };
    assert_eq!(case.codes(), [Code::FK0308]);
    let other = Case::empty();
    other.provide();
    for file in ["ca/ca.org1.example.com-cert.pem", "ca/priv_sk", "msp/cacerts/ca.org1.example.com-cert.pem"] {
        let file = format!("peerOrganizations/org1.example.com/{file}");
        case.overwrite(&file, &fs::read(&other.path(&file)).unwrap());
    }
    assert_eq!(case.codes(), [Code::FK0309; 4]);
    case.refused();
}

#[test]
fn names_that_are_dialled_must_be_in_the_certificate() {
    let mut case = Case::made();
    case.network.orgs[0].nodes[0].host = "elsewhere.example.com".into();
    case.network.orgs[1].nodes[0].client_names.extend(["gw.example.com".into(), "10.0.0.1".into(), "127.0.0.1".into()]);
    let problems = case.refused().join("\n");
    assert!(problems.contains("error[FK0312]: the TLS certificate of `orderer0.example.com`"), "{problems}");
    assert!(problems.contains("does not name `gw.example.com`, `10.0.0.1`\n"), "{problems}");
}

#[test]
fn a_name_that_a_certificate_cannot_hold_stops_before_the_first_write() {
    let mut case = Case::empty();
    case.network.orgs[2].nodes[1].sans.push("peer.zürich.example".into());
    case.network.orgs[2].nodes[0].common_name = "../../up".into();
    assert_eq!(case.codes(), [Code::FK0314; 2]);
    case.refused();
}
