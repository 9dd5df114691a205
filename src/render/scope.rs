//! Scopes: what templates are rendered for, and the folder of those that are.
//! Which there are, and what is in their variables, is `context`'s.

use serde_json::Value;
use std::collections::BTreeMap;

/// A kind of scope: a folder of templates, rendered once for each thing of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Network,
    Namespace,
    Org,
    Ca,
    Cli,
    Chaincode,
    Orderer,
    Peer,
    ZooKeeper,
    Kafka,
    /// Of no network, but of a run of `flow roll`.
    Roll,
}

impl ScopeKind {
    /// In the order in which they are rendered.
    pub const ALL: &'static [ScopeKind] = &[
        ScopeKind::Network,
        ScopeKind::Namespace,
        ScopeKind::Org,
        ScopeKind::Ca,
        ScopeKind::Cli,
        ScopeKind::Chaincode,
        ScopeKind::Orderer,
        ScopeKind::Peer,
        ScopeKind::ZooKeeper,
        ScopeKind::Kafka,
        ScopeKind::Roll,
    ];

    /// The folder of its templates; that of a thing of the network is also the name of its variable.
    pub fn folder(self) -> &'static str {
        match self {
            ScopeKind::Network => "network",
            ScopeKind::Namespace => "namespace",
            ScopeKind::Org => "org",
            ScopeKind::Ca => "ca",
            ScopeKind::Cli => "cli",
            ScopeKind::Chaincode => "chaincode",
            ScopeKind::Orderer => "orderer",
            ScopeKind::Peer => "peer",
            ScopeKind::ZooKeeper => "zookeeper",
            ScopeKind::Kafka => "kafka",
            ScopeKind::Roll => "flow/roll",
        }
    }

    /// The scope of a template, by its path.
    pub fn of_template(name: &str) -> Option<Self> {
        let is_in = |folder: &str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        Self::ALL.iter().copied().find(|kind| is_in(kind.folder()))
    }
}

/// One thing that templates are rendered for, and every variable that they have there.
#[derive(Clone, Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    /// What it is called: `org1-peer0`. Only in its namespace has nothing else of its kind the same name.
    pub name: String,
    pub namespace: String,
    pub variables: BTreeMap<&'static str, Value>,
}
