//! The stage as a whole, on a store in a temporary folder.

mod making;
mod refusing;
mod renewing;

use super::*;
use crate::diag::{Code, Silent};
use crate::fs::{self, Mode};
use crate::network::{NodeId, sample};
use crate::store::Keys;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub const PEER: &str = "peerOrganizations/org1.example.com/peers/peer0.org1.example.com";
pub const ORDERER: &str = "ordererOrganizations/example.com/orderers/orderer0.example.com";

/// What lies in a store.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A network and its store.
pub struct Case {
    pub network: Network,
    dir: tempfile::TempDir,
    pub lock: Lock,
    pub pinned: Vec<Pinned>,
    making: Making,
    pub keys: Keys,
}

impl Case {
    /// Nothing made yet.
    pub fn empty() -> Self {
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
    pub fn made() -> Self {
        static MADE: OnceLock<(Files, Lock)> = OnceLock::new();
        let (files, lock) = MADE.get_or_init(|| {
            let mut lock = Lock::default();
            let case = Self::empty();
            case.provide().remember(&case.network, &mut lock);
            (case.files().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect(), lock)
        });
        Self { lock: lock.clone(), ..Self::of(files) }
    }

    pub fn of(files: &Files) -> Self {
        let case = Self::empty();
        files.iter().for_each(|(path, bytes)| case.overwrite(path.to_str().unwrap(), bytes));
        case
    }

    pub fn run(&self) -> (Result<Material, Stop>, Problems) {
        let store = Store::open(self.dir.path(), self.making);
        let policy = Policy { making: self.making, keys: self.keys };
        let request = Request {
            network: &self.network,
            store: &store,
            lock: &self.lock,
            pinned: &self.pinned,
            rooted: &[],
            policy,
            names: Names::Checked,
        };
        let mut problems = Problems::new();
        let result = judge(&request, &mut problems).and_then(|judged| judged.provide(&Silent));
        (result, problems)
    }

    pub fn provide(&self) -> Material {
        let (result, problems) = self.run();
        assert!(problems.is_empty(), "{problems:#?}");
        result.unwrap()
    }

    /// The problems of a run that wrote nothing.
    pub fn refused(&self) -> Vec<String> {
        let before = self.files();
        let (result, problems) = self.run();
        assert!(matches!(result, Err(Stop::Reported)), "it was not refused: {problems:?}");
        assert_eq!(self.files(), before, "a refused run wrote something");
        problems.iter().map(ToString::to_string).collect()
    }

    pub fn codes(&self) -> Vec<Code> {
        self.run().1.iter().map(|problem| problem.code).collect()
    }

    /// Every file with its bytes and time.
    pub fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let read = |path: PathBuf| {
            let whole = self.dir.path().join(&path);
            (path, (fs::read(&whole).unwrap(), whole.metadata().unwrap().modified().unwrap()))
        };
        fs::walk(self.dir.path()).unwrap().into_iter().map(read).collect()
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    pub fn delete(&self, below: &str) {
        let path = self.path(below);
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }

    pub fn overwrite(&self, below: &str, bytes: &[u8]) {
        fs::write(&self.path(below), bytes, Mode::Public).unwrap();
    }
}

pub fn node_id(case: &Case, name: &str) -> NodeId {
    case.network.nodes().find(|node| node.common_name == name).unwrap().id
}
