//! Transactions for channels that a system channel's orderers make: the one that asks for the channel, and the one that tells it
//! an org's anchor peers. An org's definition stands in neither, so they need no keys.

use super::block::transaction;
use super::delta::config_update;
use super::proto::common::Timestamp;
use super::proto::configtx::{ConfigGroup, ConfigPolicy, ConfigUpdate, ConfigUpdateEnvelope, ConfigValue};
use super::proto::configuration::Consortium;
use super::{AnchorsOf, Hosts, encoder};
use crate::diag::{Code, Problem, Problems, Severity, Stop};
use crate::network::{ApplicationConfig, Channel, MemberOrg};
use prost::Message;
use std::collections::BTreeMap;

/// The group of applications.
const APPLICATION: &str = "Application";

/// The transaction that asks for a channel (fabric `internal/configtxgen/encoder`, `MakeChannelCreationTransaction`).
pub(super) fn channel_creation(
    channel_id: &str,
    consortium: &str,
    application: &ApplicationConfig,
    time: Timestamp,
) -> Result<Vec<u8>, Stop> {
    let whole = application_outline(application);
    let template = ConfigGroup { values: BTreeMap::new(), policies: BTreeMap::new(), ..whole.clone() };
    let mut update = config_update(channel_id, &root(template), &root(whole))
        .ok_or_else(|| Stop::Internal(format!("the Application section of channel `{channel_id}` is empty")))?;
    // The orderers look for the consortium in the write set, and it is the template's besides.
    let name = Consortium { name: consortium.to_owned() };
    let written = ConfigValue { value: name.encode_to_vec(), ..ConfigValue::default() };
    update.read_set.get_or_insert_default().values.insert("Consortium".to_owned(), ConfigValue::default());
    update.write_set.get_or_insert_default().values.insert("Consortium".to_owned(), written);
    Ok(wrapped(channel_id, &update, Some(time)))
}

/// Finds the org, says what speaks against such a transaction, and makes it in the form of the version's configtxgen.
pub(super) fn anchors_of(channel: &Channel, of: &AnchorsOf<'_>, problems: &mut Problems) -> Result<(String, Vec<u8>), Stop> {
    let AnchorsOf { network, org, hosts, was_created } = *of;
    let version = network.fabric_version;
    if !version.has_anchor_transactions() {
        let message = format!("Fabric {version} has no transactions for anchor peers");
        problems.push(
            Problem::new(Code::FK0281, message)
                .at(&channel.place)
                .help("the anchor peers of configtx.yaml are in the first block of the channel already"),
        );
    }
    if !was_created {
        let message = format!(
            "the anchor peers are in the first block of `{}` already: a transaction for them fits a channel that a transaction created, and would be refused",
            channel.name
        );
        let mut problem = Problem::new(Code::FK0279, message).at(&channel.place).help(format!(
            "nothing is left to do; a channel that a system channel's orderers make of `{}.tx` has them afterwards",
            channel.name
        ));
        if hosts == Hosts::AsWritten {
            // configtxgen makes it all the same.
            problem.severity = Severity::Warning;
        }
        problems.push(problem);
    }
    let members = channel.config.application_orgs();
    let is_it = |member: &&MemberOrg| {
        let known_as = member.org().map(|id| network.org(id));
        member.name == org || member.msp_id == org || known_as.is_some_and(|known| known.short_name == org || known.domain == org)
    };
    let Some(member) = members.iter().find(is_it) else {
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let problem = Problem::new(Code::FK0601, format!("the channel `{}` has no org `{org}`", channel.name));
        problems.push(problem.at(&channel.place).help(format!("its orgs are `{}`", names.join("`, `"))));
        return Err(Stop::Reported);
    };
    if let Some(foreign) = &member.foreign {
        let message = format!(
            "the org `{}` is marked `SkipAsForeign`: nothing here says which policies a change of it has to keep",
            member.name
        );
        problems.push(
            Problem::new(Code::FK0273, message)
                .at(foreign)
                .help("take the mark out, or let the org tell the channel its anchor peers itself"),
        );
    } else if member.anchor_peers.is_empty() {
        let mut problem =
            Problem::new(Code::FK0244, format!("`{}` has no anchor peers to tell of", member.name)).at(&member.place);
        problem.severity = Severity::Error;
        problems.push(problem.help("name one of its peers: `AnchorPeers: [{Host: peer0.org1.example.com, Port: 7051}]`"));
    }
    problems.stop_on_errors()?;
    let extra = member.policies.iter().any(|(name, _)| !OF_EVERY_ORG.contains(&name.as_str()));
    let form = match (version.is_from((2, 0)), extra, hosts) {
        (true, ..) | (false, true, Hosts::Deployed) => Form::Computed,
        (false, ..) => Form::ByHand,
    };
    if extra && form == Form::ByHand {
        let message = format!("the transaction takes away every policy of `{}` but {}", member.name, OF_EVERY_ORG.join(", "));
        problems.push(
            Problem::new(Code::FK0282, message)
                .at(&member.place)
                .help("configtxgen 1.4 makes it so; without `--as-written` they are kept"),
        );
    }
    let bytes = anchor_peers(&channel.name, member, (hosts, form), super::block::now())?;
    Ok((format!("{}.{}.anchors.tx", member.msp_id, channel.name), bytes))
}

/// The policies that configtxgen 1.4 takes every org to have.
const OF_EVERY_ORG: [&str; 3] = ["Readers", "Writers", "Admins"];

/// How a transaction for anchor peers is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// By configtxgen 2.x.
    Computed,
    /// By configtxgen 1.4.
    ByHand,
}

fn anchor_peers(channel_id: &str, org: &MemberOrg, (hosts, form): (Hosts, Form), time: Timestamp) -> Result<Vec<u8>, Stop> {
    match form {
        Form::Computed => {
            let update = computed(channel_id, org, hosts)
                .ok_or_else(|| Stop::Internal(format!("`{}` has no anchor peers to tell of", org.name)))?;
            Ok(wrapped(channel_id, &update, Some(time)))
        }
        Form::ByHand => Ok(wrapped(channel_id, &by_hand(channel_id, org, hosts), None)),
    }
}

/// As configtxgen 2.x: the difference between the org without and with its anchor peers, in a channel of version 1
/// (`cmd/configtxgen/main.go`, `doOutputAnchorPeersUpdate`).
fn computed(channel_id: &str, org: &MemberOrg, hosts: Hosts) -> Option<ConfigUpdate> {
    let with = encoder::new_application_org_outline(org, hosts);
    let mut without = with.clone();
    without.values.remove(encoder::ANCHOR_PEERS)?;
    let application = |org_group: ConfigGroup| ConfigGroup {
        version: 1,
        groups: BTreeMap::from([(org.name.clone(), org_group)]),
        mod_policy: encoder::ADMINS.into(),
        ..ConfigGroup::default()
    };
    config_update(channel_id, &root(application(without)), &root(application(with)))
}

/// As configtxgen 1.4: put together by hand, so that every org is taken to have three policies and no more
/// (fabric 1.4 `common/tools/configtxgen/main.go`).
fn by_hand(channel_id: &str, org: &MemberOrg, hosts: Hosts) -> ConfigUpdate {
    let policies = OF_EVERY_ORG.map(|name| (name.to_owned(), ConfigPolicy::default()));
    let read = ConfigGroup {
        values: BTreeMap::from([(encoder::MSP.to_owned(), ConfigValue::default())]),
        policies: BTreeMap::from(policies),
        ..ConfigGroup::default()
    };
    let anchors = encoder::new_application_org_outline(org, hosts).values.remove(encoder::ANCHOR_PEERS);
    let mut write = ConfigGroup { version: 1, mod_policy: encoder::ADMINS.into(), ..read.clone() };
    write.values.extend(anchors.map(|anchors| (encoder::ANCHOR_PEERS.to_owned(), anchors)));
    let application = |org_group: ConfigGroup| ConfigGroup {
        version: 1,
        groups: BTreeMap::from([(org.name.clone(), org_group)]),
        mod_policy: encoder::ADMINS.into(),
        ..ConfigGroup::default()
    };
    ConfigUpdate {
        channel_id: channel_id.to_owned(),
        read_set: Some(root(application(read))),
        write_set: Some(root(application(write))),
        isolated_data: BTreeMap::new(),
    }
}

/// The Application group with orgs of which only the names are said: they are the same on both sides.
fn application_outline(application: &ApplicationConfig) -> ConfigGroup {
    let mut group = encoder::new_application_outline(application);
    group.groups = application.orgs.iter().map(|org| (org.name.clone(), ConfigGroup::default())).collect();
    group
}

fn root(application: ConfigGroup) -> ConfigGroup {
    ConfigGroup { groups: BTreeMap::from([(APPLICATION.to_owned(), application)]), ..ConfigGroup::default() }
}

fn wrapped(channel_id: &str, update: &ConfigUpdate, time: Option<Timestamp>) -> Vec<u8> {
    let envelope = ConfigUpdateEnvelope { config_update: update.encode_to_vec(), signatures: Vec::new() };
    transaction(channel_id, envelope.encode_to_vec(), time)
}
