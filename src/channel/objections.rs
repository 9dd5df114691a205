//! What is to be said against an update before anybody signs it: what orderers refuse, who leaves, and whose signature nobody
//! can give any more.

use super::compare::msp_id_of;
use super::difference;
use super::policy::read_policy;
use super::proto::configtx::ConfigGroup;
use super::proto::orderer::ConsensusType;
use crate::diag::{Code, Place, Problem, Problems};
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};

/// What Fabric refuses of the way from one configuration to the other, in whatever steps.
pub(super) fn refused((current, from): (&ConfigGroup, &Place), (target, place): (&ConfigGroup, &Place), problems: &mut Problems) {
    let mut refused = |message: String, help: &str| {
        problems.push(Problem::new(Code::FK0431, message).at(place).at(from).help(help));
    };
    for section in ["Orderer", "Application", "Consortiums"] {
        match (current.groups.contains_key(section), target.groups.contains_key(section)) {
            (true, false) => {
                refused(format!("`/Channel/{section}` would go"), "a channel cannot lose it: bring the section back");
            }
            (false, true) if section == "Consortiums" => refused(
                format!("`/Channel/{section}` would come to a channel that is no system channel"),
                "`--profile` takes a profile that is of this channel",
            ),
            _ => {}
        }
    }
    let after = orgs(target);
    for (path, old) in orgs(current) {
        if let (Some(old), Some(Some(new))) = (old, after.get(&path))
            && old != *new
        {
            refused(
                format!("`{path}` would be another MSP: `{new}`, not `{old}`"),
                "an org cannot change its MSP ID: take the old one out and add the new one under another name",
            );
        }
    }
    let (Some(old), Some(new)) = (consensus(current), consensus(target)) else { return };
    if old.r#type != new.r#type && (old.state, new.state) != (1, 1) {
        refused(
            format!("the consensus would change from `{}` to `{}` outside of maintenance mode", old.r#type, new.r#type),
            "migrate in three updates, each from the newest config block: `--state maintenance`; then the files with the new type; \
             then, when all orderers have been started again and have a leader, `--state normal`",
        );
    } else if old.state != new.state {
        let mut only = current.clone();
        let value = only.groups.get_mut("Orderer").and_then(|orderer| orderer.values.get_mut("ConsensusType"));
        if let Some(value) = value {
            value.value = ConsensusType { state: new.state, ..old }.encode_to_vec();
        }
        if !difference::lines(&only, target).is_empty() {
            refused(
                "the state of the consensus would change together with something else".to_owned(),
                "orderers take `ConsensusType.State` alone: `--state` makes such an update",
            );
        }
    }
}

/// Orgs that go are the one thing that a forgotten line in a file can do great harm by.
pub(super) fn leaving(channel: &str, current: &ConfigGroup, (target, place): (&ConfigGroup, &Place), problems: &mut Problems) {
    let after = orgs(target);
    for path in orgs(current).into_keys().filter(|path| !after.contains_key(path)) {
        let (section, name) = path.rsplit_once('/').unwrap_or_default();
        let message = format!("the org `{name}` leaves `{section}` of channel `{channel}`");
        problems.push(Problem::new(Code::FK0433, message).at(place).help(
            "if it is to stay: the files describe the whole channel, so name it in the profile; `SkipAsForeign: true` \
             keeps an org of others as the channel knows it",
        ));
    }
}

/// The MSP IDs of all orgs, as far as they can be read, by the paths of their groups.
fn orgs(group: &ConfigGroup) -> BTreeMap<String, Option<String>> {
    let sections = ["Orderer", "Application"].into_iter().map(|name| (format!("/Channel/{name}"), group.groups.get(name)));
    let consortiums = group.groups.get("Consortiums").into_iter().flat_map(|consortiums| &consortiums.groups);
    let consortiums = consortiums.map(|(name, consortium)| (format!("/Channel/Consortiums/{name}"), Some(consortium)));
    let orgs = sections.chain(consortiums).flat_map(|(path, section)| {
        let orgs = section.into_iter().flat_map(|section| &section.groups);
        orgs.map(move |(name, org)| (format!("{path}/{name}"), msp_id_of(org)))
    });
    orgs.collect()
}

fn consensus(group: &ConfigGroup) -> Option<ConsensusType> {
    ConsensusType::decode(group.groups.get("Orderer")?.values.get("ConsensusType")?.value.as_slice()).ok()
}

/// Policies over MSPs that leave. Those of the files have been looked at, whoever leaves.
pub(super) fn strangers(current: &ConfigGroup, target: &ConfigGroup, place: &Place, problems: &mut Problems) {
    let before = msp_ids(current);
    let after = msp_ids(target);
    let mut named = Vec::new();
    policies("/Channel", target, &mut |path, msp_ids| {
        named.extend(msp_ids.into_iter().map(|id| (path.to_owned(), id)));
    });
    for (path, id) in named {
        if before.contains(&id) && !after.contains(&id) {
            let message = format!("the policy `{path}` names the MSP `{id}`, which leaves the channel");
            problems.push(
                Problem::new(Code::FK0243, message)
                    .at(place)
                    .help("what needs that MSP's signature can never be met again: change the policy in the same update"),
            );
        }
    }
}

fn msp_ids(group: &ConfigGroup) -> BTreeSet<String> {
    let own = msp_id_of(group);
    own.into_iter().chain(group.groups.values().flat_map(msp_ids)).collect()
}

fn policies(path: &str, group: &ConfigGroup, found: &mut impl FnMut(&str, BTreeSet<String>)) {
    for (key, policy) in &group.policies {
        let read = policy.policy.as_ref().and_then(read_policy);
        let ids = read.iter().flat_map(|policy| policy.msp_ids()).map(str::to_owned).collect();
        found(&format!("{path} {key}"), ids);
    }
    for (key, group) in &group.groups {
        policies(&format!("{path}/{key}"), group, found);
    }
}
