//! network.yaml: PIVT's file, and the optional keys that fabkube adds. What it means is `network`'s.

use crate::yaml::{Spanned, Value};
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
    /// Read by later stages of the project; kept as it is.
    pub chaincodes: Vec<Spanned<Value>>,
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
