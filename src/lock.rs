//! `fabkube.lock`: the public memory of what was made, committed to git by the user. It holds fingerprints, no secret.
//! Comparing it with a store is `crypto`'s and `channel`'s.

use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use crate::yaml::{self, Dialect, Keys, Rules, Typing, Unknown};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Whether what a lock remembers counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Counts,
    /// Another network begins (`--new-network`): the old lock is replaced.
    BeginsAnew,
}

/// The facts of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lock {
    /// By folder in cryptogen's tree: `peerOrganizations/org1.example.com`.
    pub orgs: BTreeMap<String, OrgLock>,
    /// By channel name.
    pub channels: BTreeMap<String, ChannelLock>,
    #[serde(rename = "nodePorts", skip_serializing_if = "BTreeMap::is_empty")]
    pub node_ports: NodePorts,
}

/// Node ports that were allotted: by the folder in cryptogen's tree of the node, or of the org whose gateway it is; then by the word
/// of the listener. Those of what is gone stay, so that nobody else is found there.
pub type NodePorts = BTreeMap<String, BTreeMap<String, u16>>;

/// Fingerprints of an org's public keys: `sha256:` and the hex SHA-256 of the DER SubjectPublicKeyInfo, so that a certificate
/// renewed on the same key keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgLock {
    pub ca: String,
    pub tlsca: String,
    /// The TLS keys of the org's consenters, by common name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consenters: BTreeMap<String, String>,
    /// The signing keys of those of BFT, by common name: channels know them by these too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub signers: BTreeMap<String, String>,
}

/// A channel's first block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelLock {
    /// `sha256:` and the hex SHA-256 of the block file.
    pub block: String,
}

/// What stands above the facts, for whoever opens the file.
const HEADER: &str = "# Written by fabkube: public facts of the keys and blocks that were made. Commit this file to git. Where the keys are\n\
                      # not here, fabkube then knows that they are elsewhere, and makes no second network beside the first.\n";

impl Lock {
    /// The lock of a project; an empty one where there is none, or where it does not count.
    pub fn load(file: &Path, memory: Memory, problems: &mut Problems) -> Result<Self, Stop> {
        if memory == Memory::BeginsAnew {
            return Ok(Self::default());
        }
        let Some(bytes) = fs::read_if_there(file)? else { return Ok(Self::default()) };
        let text = String::from_utf8_lossy(&bytes);
        let tree = yaml::parse(file, &text, problems).map(|tree| tree.merged(Dialect::Strict, problems));
        let lock = tree.and_then(|tree| yaml::read(&tree, RULES, problems));
        let lock: Self = lock.unwrap_or_default();
        if lock.orgs.is_empty() && lock.node_ports.is_empty() && !problems.has_errors() {
            // No run writes such a lock: taking it for none would let a second network begin. Node ports, which stand last in it, are
            // written before the first key.
            problems.push(Problem::new(Code::FK0113, "`fabkube.lock` remembers no org: it was cut off").at(&Place::file(file)));
        }
        if problems.has_errors() {
            problems.advise(&Place::file(file), "bring the file back from git; `--new-network` begins without it");
        }
        problems.stop_on_errors()?;
        Ok(lock)
    }

    /// Writes the lock where it differs from what is there.
    pub fn save(&self, file: &Path) -> Result<(), Stop> {
        let value = yaml::value_of(self).map_err(Stop::Internal)?;
        fs::write(file, format!("{HEADER}{}", yaml::to_text(&value)).as_bytes(), Mode::Public)?;
        Ok(fs::keep(file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))?)
    }
}

const RULES: Rules =
    Rules { keys: Keys::Exact, unknown: Unknown::Error, typing: Typing::Go, dialect: Dialect::Strict, forms: &[] };
