//! configtx.yaml as configtxgen reads it: every key of Fabric 1.4 to 3.x. What it means is `network`'s.
//! Fields: fabric `internal/configtxgen/genesisconfig/config.go`. Sizes and durations stay text here.

use crate::yaml::{Ordered, Spanned};
use serde::Deserialize;

/// The whole file. Only `Profiles` matter for what is made; the other sections are there to be anchored, yet a wrong key in
/// them is as fatal to configtxgen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ConfigTx {
    pub organizations: Vec<Spanned<Organization>>,
    pub capabilities: Ordered<Ordered<bool>>,
    pub application: Option<Application>,
    pub orderer: Option<Orderer>,
    pub channel: Option<Profile>,
    pub resources: Option<Spanned<Resources>>,
    pub profiles: Ordered<Spanned<Profile>>,
}

/// A profile, or the `Channel` section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Profile {
    pub consortium: Option<Spanned<String>>,
    pub application: Option<Spanned<Application>>,
    pub orderer: Option<Spanned<Orderer>>,
    pub consortiums: Option<Ordered<Consortium>>,
    pub capabilities: Option<Ordered<bool>>,
    pub policies: Option<Ordered<PolicySpec>>,
}

/// A policy as text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PolicySpec {
    #[serde(rename = "Type")]
    pub kind: Spanned<String>,
    pub rule: Spanned<String>,
}

/// A consortium of a system channel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Consortium {
    pub organizations: Vec<Spanned<Organization>>,
}

/// An org.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Organization {
    pub name: Spanned<String>,
    #[serde(rename = "ID")]
    pub id: Spanned<String>,
    #[serde(rename = "MSPDir")]
    pub msp_dir: Spanned<String>,
    #[serde(rename = "MSPType")]
    pub msp_type: Option<Spanned<String>>,
    pub policies: Option<Ordered<PolicySpec>>,
    pub anchor_peers: Vec<Spanned<AnchorPeer>>,
    pub orderer_endpoints: Vec<Spanned<String>>,
    pub admin_principal: Option<Spanned<String>>,
    pub skip_as_foreign: Option<Spanned<bool>>,
}

/// An anchor peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AnchorPeer {
    pub host: Spanned<String>,
    pub port: Spanned<i64>,
}

/// The `Application` section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Application {
    pub organizations: Vec<Spanned<Organization>>,
    pub capabilities: Option<Ordered<bool>>,
    pub policies: Option<Ordered<PolicySpec>>,
    #[serde(rename = "ACLs")]
    pub acls: Option<Ordered<Spanned<String>>>,
    pub resources: Option<Spanned<Resources>>,
}

/// Fabric 1.4's resources; not encoded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Resources {
    pub default_mod_policy: Option<String>,
}

/// The `Orderer` section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Orderer {
    pub orderer_type: Option<Spanned<String>>,
    pub addresses: Option<Vec<Spanned<String>>>,
    pub batch_timeout: Option<Spanned<String>>,
    pub batch_size: BatchSize,
    pub kafka: Option<Spanned<Kafka>>,
    pub etcd_raft: Option<EtcdRaft>,
    #[serde(rename = "ConsenterMapping")]
    pub consenter_mapping: Option<Spanned<Vec<Spanned<ConsenterMapping>>>>,
    #[serde(rename = "SmartBFT")]
    pub smart_bft: Option<Spanned<SmartBft>>,
    pub organizations: Vec<Spanned<Organization>>,
    pub max_channels: Option<Spanned<String>>,
    pub capabilities: Option<Ordered<bool>>,
    pub policies: Option<Ordered<PolicySpec>>,
}

/// Sizes of a block.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchSize {
    pub max_message_count: Option<Spanned<String>>,
    pub absolute_max_bytes: Option<Spanned<String>>,
    pub preferred_max_bytes: Option<Spanned<String>>,
}

/// Kafka's brokers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Kafka {
    pub brokers: Option<Vec<Spanned<String>>>,
}

/// Raft's consenters and options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EtcdRaft {
    pub consenters: Vec<Spanned<Consenter>>,
    pub options: EtcdRaftOptions,
}

/// A Raft consenter; the certificates are paths.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Consenter {
    pub host: Spanned<String>,
    pub port: Spanned<i64>,
    #[serde(rename = "ClientTLSCert")]
    pub client_tls_cert: Spanned<String>,
    #[serde(rename = "ServerTLSCert")]
    pub server_tls_cert: Spanned<String>,
}

/// Raft's options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EtcdRaftOptions {
    pub tick_interval: Option<Spanned<String>>,
    pub election_tick: Option<Spanned<String>>,
    pub heartbeat_tick: Option<Spanned<String>>,
    pub max_inflight_blocks: Option<Spanned<String>>,
    pub snapshot_interval_size: Option<Spanned<String>>,
}

/// A BFT consenter; identity and certificates are paths.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ConsenterMapping {
    #[serde(rename = "ID")]
    pub id: Spanned<i64>,
    pub host: Spanned<String>,
    pub port: Spanned<i64>,
    #[serde(rename = "MSPID")]
    pub msp_id: Spanned<String>,
    pub identity: Spanned<String>,
    #[serde(rename = "ClientTLSCert")]
    pub client_tls_cert: Spanned<String>,
    #[serde(rename = "ServerTLSCert")]
    pub server_tls_cert: Spanned<String>,
}

/// SmartBFT's options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SmartBft {
    pub request_batch_max_count: Option<Spanned<String>>,
    pub request_batch_max_bytes: Option<Spanned<String>>,
    pub request_batch_max_interval: Option<Spanned<String>>,
    pub incoming_message_buffer_size: Option<Spanned<String>>,
    pub request_pool_size: Option<Spanned<String>>,
    pub request_forward_timeout: Option<Spanned<String>>,
    pub request_complain_timeout: Option<Spanned<String>>,
    pub request_auto_remove_timeout: Option<Spanned<String>>,
    pub request_max_bytes: Option<Spanned<String>>,
    pub view_change_resend_interval: Option<Spanned<String>>,
    pub view_change_timeout: Option<Spanned<String>>,
    pub leader_heartbeat_timeout: Option<Spanned<String>>,
    pub leader_heartbeat_count: Option<Spanned<String>>,
    pub collect_timeout: Option<Spanned<String>>,
    pub sync_on_start: Option<Spanned<bool>>,
    pub speed_up_view_change: Option<Spanned<bool>>,
    pub leader_rotation: Option<Spanned<String>>,
    pub decisions_per_leader: Option<Spanned<String>>,
}

impl Profile {
    /// Every policy of the channel's groups.
    pub fn policies(&self) -> impl Iterator<Item = &PolicySpec> {
        let Self { consortium: _, application, orderer, consortiums, capabilities: _, policies } = self;
        let of_sections = orderer.iter().map(|section| &section.policies);
        let of_sections = of_sections.chain(application.iter().map(|section| &section.policies));
        let orgs = orderer.iter().flat_map(|section| &section.organizations);
        let orgs = orgs.chain(application.iter().flat_map(|section| &section.organizations));
        let consortiums = consortiums.iter().flat_map(|consortiums| consortiums.iter());
        let orgs = orgs.chain(consortiums.flat_map(|(_, consortium)| &consortium.organizations));
        let groups = [policies].into_iter().chain(of_sections).chain(orgs.map(|org| &org.policies));
        groups.flatten().flat_map(|policies| policies.iter()).map(|(_, policy)| policy)
    }
}

impl ConfigTx {
    /// Every Orderer section of the file, used or not.
    pub fn orderers(&self) -> impl Iterator<Item = &Orderer> {
        let of_profiles = self.profiles.iter().map(|(_, profile)| &profile.value).chain(&self.channel);
        self.orderer.iter().chain(of_profiles.filter_map(|profile| profile.orderer.as_ref().map(|orderer| &orderer.value)))
    }

    /// Every Application section of the file.
    pub fn applications(&self) -> impl Iterator<Item = &Application> {
        let of_profiles = self.profiles.iter().map(|(_, profile)| &profile.value).chain(&self.channel);
        self.application
            .iter()
            .chain(of_profiles.filter_map(|profile| profile.application.as_ref().map(|section| &section.value)))
    }

    /// Every organization of the file, in each section that it stands in.
    pub fn organizations(&self) -> impl Iterator<Item = &Spanned<Organization>> {
        let profiles = self.profiles.iter().map(|(_, profile)| &profile.value).chain(&self.channel);
        let consortiums = profiles.flat_map(|profile| profile.consortiums.iter().flat_map(|consortiums| consortiums.iter()));
        let of_orderers = self.orderers().flat_map(|orderer| &orderer.organizations);
        let of_applications = self.applications().flat_map(|application| &application.organizations);
        let of_consortiums = consortiums.flat_map(|(_, consortium)| &consortium.organizations);
        self.organizations.iter().chain(of_orderers).chain(of_applications).chain(of_consortiums)
    }
}
