//! `config.yaml` of an MSP folder: which organizational units mean what.
//! The certificates that it names are found in `msp`.

use crate::diag::{Code, Place, Problem, Problems};
use crate::yaml::{self, Dialect, Keys, Rules, Typing, Unknown};
use serde::Deserialize;
use std::path::Path;

/// The file (fabric `msp/configbuilder.go`, `Configuration`). Keys that it does not know, Fabric ignores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OuConfig {
    #[serde(rename = "OrganizationalUnitIdentifiers")]
    pub organizational_unit_identifiers: Option<Vec<OuIdentifier>>,
    #[serde(rename = "NodeOUs")]
    pub node_ous: Option<NodeOus>,
}

/// An OU, and the CA that must stand behind it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OuIdentifier {
    #[serde(rename = "Certificate")]
    pub certificate: Option<String>,
    #[serde(rename = "OrganizationalUnitIdentifier")]
    pub organizational_unit_identifier: Option<String>,
}

/// Which OU makes an identity a client, a peer, an admin, an orderer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeOus {
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

/// Fabric ignores keys that it does not know, and so must we.
const FABRIC: Rules = Rules { keys: Keys::Exact, unknown: Unknown::Ignore, typing: Typing::Go, dialect: Dialect::V2 };

/// Reads the file; what is wrong in it is an error.
pub(super) fn read(file: &Path, bytes: &[u8], problems: &mut Problems) -> Option<OuConfig> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.push(Problem::new(Code::FK0101, "the file is not UTF-8 text").at(&Place::file(file)));
        return None;
    };
    let tree = yaml::parse(file, text, problems)?.merged(Dialect::V2Structs, problems);
    yaml::read(&tree, FABRIC, problems)
}
