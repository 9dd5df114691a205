//! crypto-config.yaml as cryptogen reads it, plus PIVT's external orgs. What it means is `network`'s.
//! Fields and defaults: fabric `cmd/cryptogen/main.go`.

use crate::yaml::Spanned;
use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CryptoConfig {
    pub orderer_orgs: Vec<Spanned<OrgSpec>>,
    pub peer_orgs: Vec<Spanned<OrgSpec>>,
    /// PIVT's: orgs whose nodes run elsewhere.
    pub external_peer_orgs: Vec<Spanned<ExternalOrg>>,
    /// PIVT's: ordering orgs whose nodes run elsewhere.
    pub external_orderer_orgs: Vec<Spanned<ExternalOrg>>,
}

/// An org.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OrgSpec {
    pub name: Spanned<String>,
    pub domain: Spanned<String>,
    #[serde(rename = "EnableNodeOUs")]
    pub enable_node_ous: bool,
    #[serde(rename = "CA")]
    pub ca: NodeSpec,
    pub template: Spanned<Template>,
    pub specs: Vec<Spanned<NodeSpec>>,
    pub users: Users,
}

/// A node, or the CA.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeSpec {
    pub hostname: Spanned<String>,
    pub common_name: Spanned<String>,
    pub country: String,
    pub province: String,
    pub locality: String,
    pub organizational_unit: String,
    pub street_address: String,
    pub postal_code: String,
    #[serde(rename = "SANS")]
    pub sans: Vec<Spanned<String>>,
    pub public_key_algorithm: Spanned<String>,
}

/// Nodes by number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Template {
    pub count: Spanned<i64>,
    pub start: i64,
    pub hostname: Spanned<String>,
    #[serde(rename = "SANS")]
    pub sans: Vec<Spanned<String>>,
    pub public_key_algorithm: Spanned<String>,
}

/// Users of a peer org, beside its Admin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Users {
    pub count: Spanned<i64>,
    pub public_key_algorithm: Spanned<String>,
}

/// An org whose nodes run in another cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExternalOrg {
    pub name: Spanned<String>,
    pub domain: Spanned<String>,
    pub specs: Vec<Spanned<NodeSpec>>,
}
