//! `config.yaml` of an MSP folder: which organizational units mean what.
//! The certificates that it names are looked for by `check` and by `channel`.

use crate::diag::{Code, Place, Problem, Problems};
use crate::yaml::{self, Dialect, Keys, Rules, Typing, Unknown};
use serde::Deserialize;
use std::path::Path;

/// The file (fabric `msp/configbuilder.go`, `Configuration`). Keys that it does not know, Fabric ignores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OuConfig {
    #[serde(rename = "OrganizationalUnitIdentifiers")]
    pub organizational_unit_identifiers: Option<Vec<OuIdentifier>>,
    #[serde(rename = "NodeOUs")]
    pub node_ous: Option<NodeOus>,
}

/// An OU, and the CA that must stand behind it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OuIdentifier {
    #[serde(rename = "Certificate")]
    pub certificate: Option<String>,
    #[serde(rename = "OrganizationalUnitIdentifier")]
    pub organizational_unit_identifier: Option<String>,
}

/// Which OU makes an identity a client, a peer, an admin, an orderer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NodeOus {
    #[serde(rename = "Enable")]
    pub enable: Option<bool>,
    #[serde(rename = "ClientOUIdentifier")]
    pub client: Option<OuIdentifier>,
    #[serde(rename = "PeerOUIdentifier")]
    pub peer: Option<OuIdentifier>,
    #[serde(rename = "AdminOUIdentifier")]
    pub admin: Option<OuIdentifier>,
    #[serde(rename = "OrdererOUIdentifier")]
    pub orderer: Option<OuIdentifier>,
}

impl OuConfig {
    /// Whether roles are told apart by OUs.
    pub(super) fn has_node_ous(&self) -> bool {
        self.node_ous.as_ref().is_some_and(|ous| ous.enable == Some(true))
    }

    /// The node OUs that are in force: those with a name, and none unless they are enabled.
    pub(super) fn roles(&self) -> Vec<(OuRole, &OuIdentifier)> {
        let Some(NodeOus { enable: Some(true), client, peer, admin, orderer }) = &self.node_ous else { return Vec::new() };
        [(OuRole::Client, client), (OuRole::Peer, peer), (OuRole::Admin, admin), (OuRole::Orderer, orderer)]
            .into_iter()
            .filter_map(|(role, identifier)| Some((role, identifier.as_ref()?)))
            .filter(|(_, identifier)| !identifier.name().is_empty())
            .collect()
    }
}

impl OuIdentifier {
    pub(super) fn name(&self) -> &str {
        self.organizational_unit_identifier.as_deref().unwrap_or_default()
    }

    /// Where its certificate lies below the MSP folder; empty where any CA will do.
    pub(super) fn path(&self) -> &str {
        self.certificate.as_deref().unwrap_or_default()
    }
}

/// What an OU makes of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OuRole {
    Client,
    Peer,
    Admin,
    Orderer,
}

impl OuRole {
    pub fn word(self) -> &'static str {
        match self {
            OuRole::Client => "client",
            OuRole::Peer => "peer",
            OuRole::Admin => "admin",
            OuRole::Orderer => "orderer",
        }
    }
}

/// Fabric ignores keys that it does not know, and so must we.
const FABRIC: Rules = Rules { keys: Keys::Exact, unknown: Unknown::Ignore, typing: Typing::Go, dialect: Dialect::V2, forms: &[] };

/// Reads the file; what is wrong in it is an error.
pub fn read_ou_config(file: &Path, bytes: &[u8], problems: &mut Problems) -> Option<OuConfig> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.push(Problem::new(Code::FK0101, "the file is not UTF-8 text").at(&Place::file(file)));
        return None;
    };
    let tree = yaml::parse(file, text, problems)?.merged(Dialect::V2Structs, problems);
    yaml::read(&tree, FABRIC, problems)
}
