//! The configuration tree of a channel, group by group, in the order and under the names of Fabric's own encoder
//! (`internal/configtxgen/encoder/encoder.go`). Values that take more than a line are `consensus`'s, `msp`'s and `policy`'s.

use super::proto::configtx::{ConfigGroup, ConfigPolicy, ConfigValue};
use super::proto::configuration::{BlockDataHashingStructure, Capability, Consortium, HashingAlgorithm, OrdererAddresses};
use super::proto::map::Map;
use super::proto::msp::MspConfig;
use super::proto::orderer::{BatchSize, BatchTimeout, ChannelRestrictions, KafkaBrokers};
use super::proto::peer::{AnchorPeer, AnchorPeers, ApiResource};
use super::{Encoding, Hosts, consensus, msp, policy};
use crate::diag::{Problems, Stop};
use crate::network::{
    self, Address, ApplicationConfig, Channel, ChannelConfig, Consensus, ImplicitRule, MemberOrg, OrdererConfig, Policy,
};
use prost::Message;

/// Who may change nearly everything.
pub(super) const ADMINS: &str = "Admins";

/// The value of an org's MSP.
pub(super) const MSP: &str = "MSP";

/// The value of an org's anchor peers.
pub(super) const ANCHOR_PEERS: &str = "AnchorPeers";

/// Who may change what belongs to the ordering service, wherever it stands.
const ORDERER_ADMINS: &str = "/Channel/Orderer/Admins";

/// The root: `/Channel`.
pub(super) fn new_channel_group(channel: &Channel, encoding: Encoding<'_>, problems: &mut Problems) -> Result<ConfigGroup, Stop> {
    let ChannelConfig { consortium, capabilities, policies, orderer, application, consortiums } = &channel.config;
    let mut group = new_group(policies);
    add_value(&mut group, "HashingAlgorithm", &HashingAlgorithm { name: "SHA256".into() }, ADMINS);
    add_value(&mut group, "BlockDataHashingStructure", &BlockDataHashingStructure { width: u32::MAX }, ADMINS);
    if let Some(orderer) = orderer.as_ref().filter(|orderer| !orderer.addresses.is_empty()) {
        add_value(&mut group, "OrdererAddresses", &addresses(&orderer.addresses, encoding.hosts), ORDERER_ADMINS);
    }
    if let Some(name) = consortium {
        add_value(&mut group, "Consortium", &Consortium { name: name.clone() }, ADMINS);
    }
    add_capabilities(&mut group, capabilities);
    if let Some(orderer) = orderer {
        group.groups.insert("Orderer".into(), new_orderer_group(orderer, encoding, problems)?);
    }
    if let Some(application) = application {
        group.groups.insert("Application".into(), new_application_group(application, encoding, problems)?);
    }
    if let Some(consortiums) = consortiums {
        group.groups.insert("Consortiums".into(), new_consortiums_group(consortiums, encoding, problems)?);
    }
    Ok(group)
}

/// `/Channel/Orderer`.
pub(super) fn new_orderer_group(
    orderer: &OrdererConfig,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    let OrdererConfig { consensus, addresses: _, batch_timeout, batch_size, max_channels, capabilities, policies, orgs } =
        orderer;
    let network::BatchSize { max_message_count, absolute_max_bytes, preferred_max_bytes } = *batch_size;
    let mut group = new_group(policies);
    add_value(&mut group, "BatchSize", &BatchSize { max_message_count, absolute_max_bytes, preferred_max_bytes }, ADMINS);
    add_value(&mut group, "BatchTimeout", &BatchTimeout { timeout: batch_timeout.clone() }, ADMINS);
    add_value(&mut group, "ChannelRestrictions", &ChannelRestrictions { max_count: *max_channels }, ADMINS);
    add_capabilities(&mut group, capabilities);
    match consensus {
        Consensus::Solo | Consensus::Raft { .. } => {}
        Consensus::Kafka { brokers } => {
            let brokers = brokers.iter().map(|broker| broker.value.clone()).collect();
            add_value(&mut group, "KafkaBrokers", &KafkaBrokers { brokers }, ADMINS);
        }
        Consensus::Bft { consenters, options: _ } => {
            let orderers = consensus::orderers(consenters, encoding, problems)?;
            // Whatever the file says: a block is valid with the signatures of a quorum of its consenters.
            if let Some(validation) = group.policies.get_mut("BlockValidation") {
                validation.policy = Some(policy::bft_block_validation(&orderers.consenter_mapping));
            }
            add_value(&mut group, "Orderers", &orderers, ADMINS);
        }
    }
    add_value(&mut group, "ConsensusType", &consensus::consensus_type(consensus, encoding, problems)?, ADMINS);
    for org in orgs {
        group.groups.insert(org.name.clone(), new_orderer_org_group(org, encoding, problems)?);
    }
    Ok(group)
}

/// `/Channel/Orderer/<org>`.
pub(super) fn new_orderer_org_group(
    org: &MemberOrg,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    let mut group = new_org_group(org, &msp::new_msp_config(org, encoding, problems)?);
    if !org.orderer_endpoints.is_empty() {
        add_value(&mut group, "Endpoints", &addresses(&org.orderer_endpoints, encoding.hosts), ADMINS);
    }
    Ok(group)
}

/// `/Channel/Application`.
pub(super) fn new_application_group(
    application: &ApplicationConfig,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    let mut group = new_application_outline(application);
    for org in &application.orgs {
        group.groups.insert(org.name.clone(), new_application_org_group(org, encoding, problems)?);
    }
    Ok(group)
}

/// `/Channel/Application` without its orgs.
pub(super) fn new_application_outline(application: &ApplicationConfig) -> ConfigGroup {
    let ApplicationConfig { capabilities, policies, acls, orgs: _ } = application;
    let mut group = new_group(policies);
    if !acls.is_empty() {
        let resource = |acl: &network::Acl| (acl.resource.clone(), ApiResource { policy_ref: acl.policy_ref.clone() });
        add_value(&mut group, "ACLs", &Map(acls.iter().map(resource).collect()), ADMINS);
    }
    add_capabilities(&mut group, capabilities);
    group
}

/// `/Channel/Application/<org>`.
pub(super) fn new_application_org_group(
    org: &MemberOrg,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    Ok(new_application_org_with(org, &msp::new_msp_config(org, encoding, problems)?, encoding.hosts))
}

/// `/Channel/Application/<org>` with an empty MSP.
pub(super) fn new_application_org_outline(org: &MemberOrg, hosts: Hosts) -> ConfigGroup {
    new_application_org_with(org, &MspConfig::default(), hosts)
}

fn new_application_org_with(org: &MemberOrg, msp: &MspConfig, hosts: Hosts) -> ConfigGroup {
    let mut group = new_org_group(org, msp);
    if !org.anchor_peers.is_empty() {
        let anchor_peers = org.anchor_peers.iter().map(|anchor| {
            let address = hosts.of(&anchor.address);
            AnchorPeer { host: address.host.clone(), port: i32::from(address.port) }
        });
        add_value(&mut group, ANCHOR_PEERS, &AnchorPeers { anchor_peers: anchor_peers.collect() }, ADMINS);
    }
    group
}

/// `/Channel/Consortiums`. Its policy Admins counts in that of the channel alone, and always agrees.
pub(super) fn new_consortiums_group(
    consortiums: &[network::Consortium],
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    let mut group = ConfigGroup { mod_policy: ORDERER_ADMINS.into(), ..ConfigGroup::default() };
    let admins = ConfigPolicy { version: 0, policy: Some(policy::accept_all()), mod_policy: ORDERER_ADMINS.into() };
    group.policies.insert(ADMINS.into(), admins);
    for consortium in consortiums {
        group.groups.insert(consortium.name.clone(), new_consortium_group(consortium, encoding, problems)?);
    }
    Ok(group)
}

/// `/Channel/Consortiums/<consortium>`.
pub(super) fn new_consortium_group(
    consortium: &network::Consortium,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConfigGroup, Stop> {
    let mut group = ConfigGroup { mod_policy: ORDERER_ADMINS.into(), ..ConfigGroup::default() };
    let any_admin = Policy::ImplicitMeta { rule: ImplicitRule::Any, sub_policy: ADMINS.into() };
    add_value(&mut group, "ChannelCreationPolicy", &policy::new_policy(&any_admin), ORDERER_ADMINS);
    for org in &consortium.orgs {
        group.groups.insert(org.name.clone(), new_org_group(org, &msp::new_msp_config(org, encoding, problems)?));
    }
    Ok(group)
}

/// What an org's groups have wherever they stand, and all that `/Channel/Consortiums/<consortium>/<org>` has.
fn new_org_group(org: &MemberOrg, msp: &MspConfig) -> ConfigGroup {
    let mut group = new_group(&org.policies);
    add_value(&mut group, MSP, msp, ADMINS);
    group
}

/// A group that its admins may change, with its policies.
fn new_group(policies: &[(String, Policy)]) -> ConfigGroup {
    let policies = policies.iter().map(|(name, policy)| {
        (name.clone(), ConfigPolicy { version: 0, policy: Some(policy::new_policy(policy)), mod_policy: ADMINS.into() })
    });
    ConfigGroup { policies: policies.collect(), mod_policy: ADMINS.into(), ..ConfigGroup::default() }
}

fn add_value(group: &mut ConfigGroup, key: &str, value: &impl Message, mod_policy: &str) {
    group.values.insert(key.into(), ConfigValue { version: 0, value: value.encode_to_vec(), mod_policy: mod_policy.into() });
}

/// Nothing where the file has no map of capabilities, an empty value where all of them are off.
fn add_capabilities(group: &mut ConfigGroup, capabilities: &network::Capabilities) {
    if let Some(names) = capabilities {
        let switched_on = |name: &String| (name.clone(), Capability {});
        add_value(group, "Capabilities", &Map(names.iter().map(switched_on).collect()), ADMINS);
    }
}

fn addresses(list: &[Address], hosts: Hosts) -> OrdererAddresses {
    OrdererAddresses { addresses: list.iter().map(|address| hosts.of(address).to_string()).collect() }
}
