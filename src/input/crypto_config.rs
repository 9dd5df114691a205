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
    pub country: Spanned<String>,
    pub province: Spanned<String>,
    pub locality: Spanned<String>,
    pub organizational_unit: Spanned<String>,
    pub street_address: Spanned<String>,
    pub postal_code: Spanned<String>,
    #[serde(rename = "SANS")]
    pub sans: Vec<Spanned<String>>,
    pub public_key_algorithm: Spanned<String>,
}

impl NodeSpec {
    /// The attributes of a subject that are given, by key. Only a CA's have an effect: on all certificates of its org.
    pub fn subject(&self) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
        let all = [
            ("Country", &self.country),
            ("Province", &self.province),
            ("Locality", &self.locality),
            ("OrganizationalUnit", &self.organizational_unit),
            ("StreetAddress", &self.street_address),
            ("PostalCode", &self.postal_code),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty())
    }
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
