//! network.yaml: PIVT's file, and the optional keys that fabkube adds. What it means is `network`'s.

use crate::yaml::Spanned;
use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkFile {
    pub tls_enabled: Option<Spanned<bool>>,
    pub use_actual_domains: Option<Spanned<bool>>,
    pub network: NetworkSection,
}

/// Its `network` section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkSection {
    /// The profile of a system channel.
    pub genesis_profile: Option<Spanned<String>>,
    #[serde(rename = "systemChannelID")]
    pub system_channel_id: Option<Spanned<String>>,
    pub channels: Vec<Spanned<ChannelEntry>>,
    pub chaincodes: Vec<Spanned<ChaincodeEntry>>,
}

/// A channel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChannelEntry {
    pub name: Spanned<String>,
    /// Ours: the profile of configtx.yaml, where it is not called as the channel is.
    pub profile: Option<Spanned<String>>,
    /// The local orgs whose peers join; all that the profile names where this is left out.
    pub orgs: Option<Vec<Spanned<String>>>,
}

/// A chaincode in one version.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChaincodeEntry {
    pub name: Spanned<String>,
    pub version: Option<Spanned<String>>,
    pub language: Option<Spanned<String>>,
    /// The local orgs that install it; those of its channels where this is left out.
    pub orgs: Option<Vec<Spanned<String>>>,
    pub channels: Vec<Spanned<ChaincodeChannelEntry>>,
    /// Ours, as all that follow: which definition of the chaincode it is in its channels.
    pub sequence: Option<Spanned<u64>>,
    pub init_required: Option<Spanned<bool>>,
    /// Of a chaincode that Kubernetes runs.
    pub image: Option<Spanned<String>>,
    /// Where it runs, if not where its orgs' chaincodes do.
    pub runtime: Option<Spanned<String>>,
    /// The folder of its sources, of which one that has an image needs `META-INF` alone.
    pub path: Option<Spanned<String>>,
    /// A path in place of the list is replaced by what is in that file, before the mirror is read.
    pub collections: Vec<Spanned<CollectionEntry>>,
    pub endorsement_plugin: Option<Spanned<String>>,
    pub validation_plugin: Option<Spanned<String>>,
}

/// A channel of a chaincode.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChaincodeChannelEntry {
    pub name: Spanned<String>,
    /// The local orgs that define it there; all of the chaincode's that are in the channel where this is left out.
    pub orgs: Option<Vec<Spanned<String>>>,
    pub policy: Option<Spanned<String>>,
}

/// A collection of private data, in the keys of Fabric's own file (fabric `internal/peer/chaincode/common.go`, collectionConfigJson).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CollectionEntry {
    pub name: Spanned<String>,
    pub policy: Spanned<String>,
    pub required_peer_count: Option<Spanned<i64>>,
    pub max_peer_count: Option<Spanned<i64>>,
    pub block_to_live: Option<Spanned<u64>>,
    pub member_only_read: Option<Spanned<bool>>,
    pub member_only_write: Option<Spanned<bool>>,
    pub endorsement_policy: Option<Spanned<CollectionEndorsementEntry>>,
}

/// Who endorses changes of a collection, where that is another policy than the chaincode's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CollectionEndorsementEntry {
    pub signature_policy: Option<Spanned<String>>,
    pub channel_config_policy: Option<Spanned<String>>,
}
