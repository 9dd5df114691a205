//! `fabkube.lock`: the public memory of what was made, committed to git by the user. It holds fingerprints, no secret.
//! Comparing it with a store is `crypto`'s and `channel`'s.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The facts of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lock {
    /// By folder in cryptogen's tree: `peerOrganizations/org1.example.com`.
    pub orgs: BTreeMap<String, OrgLock>,
    /// By channel name.
    pub channels: BTreeMap<String, ChannelLock>,
}

/// Fingerprints of an org's public keys: `sha256:` and the hex SHA-256 of the DER SubjectPublicKeyInfo, so that a certificate
/// renewed on the same key keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrgLock {
    pub ca: String,
    pub tlsca: String,
    /// The TLS keys of the org's consenters, by common name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consenters: BTreeMap<String, String>,
}

/// A channel's first block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelLock {
    /// `sha256:` and the hex SHA-256 of the block file.
    pub block: String,
}
