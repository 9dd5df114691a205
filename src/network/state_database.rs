//! Where a peer keeps the state of its channels. Choosing it is `resolve`'s.

use super::{Image, Resources, Storage};
use serde::Serialize;

/// One of those that Fabric knows; `kind` says which, to templates.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum StateDatabase {
    /// CouchDB beside the peer, in its pod.
    #[serde(rename = "couchdb")]
    CouchDb(CouchDb),
    /// LevelDB within the peer.
    #[serde(rename = "leveldb")]
    LevelDb,
    /// A CouchDB that fabkube does not run.
    External(ExternalCouchDb),
}

/// CouchDB beside a peer.
#[derive(Clone, Debug, Serialize)]
pub struct CouchDb {
    pub image: Image,
    pub user: String,
    /// `None`: CouchDB's own.
    pub log_level: Option<String>,
    /// The Secret with its administrator's name and password.
    pub secret: String,
    pub port: u16,
    pub storage: Storage,
    pub resources: Resources,
}

/// CouchDB elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalCouchDb {
    /// `host:port`.
    pub address: String,
    /// The user's Secret, with the keys `username` and `password`.
    pub secret: String,
}
