//! Config updates: from the configuration that a channel runs with to another, in the steps that orderers take.
//! Signing them is `signing`'s, sending them `peer`'s.

use super::block::{self, ConfigBlock};
use super::foreign::{Kept, key_in};
use super::proto::configtx::{Config, ConfigGroup};
use super::proto::orderer::ConsensusType;
use super::signing;
use super::{Encoding, compare, delta, difference, encoder, settle, steps};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{Channel, Network};
use prost::Message;
use std::collections::BTreeSet;
use std::path::Path;

/// The configuration that a channel runs with, out of a block.
#[derive(Clone, Debug)]
pub struct Current {
    pub channel: String,
    /// The block's.
    pub number: u64,
    /// How many updates the channel has had.
    pub sequence: u64,
    pub(super) group: ConfigGroup,
    place: Place,
}

/// What a channel is to become.
#[derive(Clone, Debug)]
pub struct Target {
    group: ConfigGroup,
    place: Place,
}

/// `ConsensusType.State`, which configtx.yaml cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsensusState {
    Normal,
    /// Orderers take nothing but config updates.
    Maintenance,
}

/// One update of several that follow each other, or the only one.
#[derive(Clone, Debug)]
pub struct Update {
    /// What differs, a line each.
    pub lines: Vec<String>,
    /// A `ConfigUpdate`, or an envelope around it.
    pub bytes: Vec<u8>,
}

/// In which form an update is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A `ConfigUpdate`, as `configtxlator compute_update` makes it.
    Bare,
    /// An unsigned envelope, which `peer channel signconfigtx` and `peer channel update` take.
    Envelope,
}

impl Current {
    /// Reads a block with a channel's configuration, as `peer channel fetch config` writes it.
    pub fn read(path: &Path, problems: &mut Problems) -> Result<Self, Stop> {
        let place = Place::file(path);
        match block::read_config(&bytes_of(path, problems)?) {
            Ok(ConfigBlock { number, channel_id, sequence, group }) => {
                Ok(Self { channel: channel_id, number, sequence, group, place })
            }
            Err(reason) => {
                let message = format!("this is no block with a channel's configuration: {reason}");
                problems.push(Problem::new(Code::FK0430, message).at(&place).help(
                    "`peer channel fetch config current.block -c <channel> -o <orderer> …` writes the newest one of a channel",
                ));
                Err(Stop::Reported)
            }
        }
    }

    /// Whether the block is the channel's.
    pub fn check_channel(&self, name: &str, problems: &mut Problems) -> Result<(), Stop> {
        if self.channel == name {
            return Ok(());
        }
        let message = format!("this is the block of channel `{}`, not of `{name}`", self.channel);
        problems.push(Problem::new(Code::FK0405, message).at(&self.place).help(
            "fetch the configuration of the channel that is to be changed, or leave out `--channel`: the block says whose it is",
        ));
        Err(Stop::Reported)
    }

    /// What the channel becomes by another block or `Config` message.
    pub fn target_of_file(&self, path: &Path, problems: &mut Problems) -> Result<Target, Stop> {
        let place = Place::file(path);
        let bytes = bytes_of(path, problems)?;
        let config = || Config::decode(bytes.as_slice()).ok()?.channel_group.filter(|group| !group.groups.is_empty());
        let mut group = match (block::read_config(&bytes), config()) {
            (Ok(block), _) if block.channel_id != self.channel => {
                let message = format!("this is the block of channel `{}`, not of `{}`", block.channel_id, self.channel);
                let problem = Problem::new(Code::FK0405, message).at(&place).at(&self.place);
                problems.push(problem.help("an update leads from one configuration of a channel to another of the same"));
                return Err(Stop::Reported);
            }
            (Ok(block), _) => block.group,
            (Err(_), Some(group)) => group,
            (Err(reason), None) => {
                let message = format!("this is neither a `Config` nor a block with a channel's configuration: {reason}");
                problems.push(
                    Problem::new(Code::FK0430, message)
                        .at(&place)
                        .help("`--to` takes a block, or what `configtxlator proto_encode --type common.Config` makes of JSON"),
                );
                return Err(Stop::Reported);
            }
        };
        settle::settle_maps(&self.group, &mut group);
        note_strangers(&self.group, &group, &place, problems);
        Ok(Target { group, place })
    }

    /// What the channel becomes when its consensus goes into another state and all else stays. Orderers take that alone, and
    /// from the capability V1_4_2 on (fabric `orderer/common/msgprocessor/maintenancefilter.go`).
    pub fn target_of_state(&self, state: ConsensusState, problems: &mut Problems) -> Result<Target, Stop> {
        let mut group = self.group.clone();
        let orderer = group.groups.entry("Orderer".into()).or_default();
        let capable = orderer.values.get("Capabilities").is_some_and(|value| {
            let capabilities = super::readable::facts("Capabilities", &value.value);
            capabilities.keys().any(|capability| !matches!(capability.as_str(), "V1_1"))
        });
        if let (false, ConsensusState::Maintenance) = (capable, state) {
            let message = format!("the orderers of channel `{}` know no maintenance mode", self.channel);
            problems.push(
                Problem::new(Code::FK0431, message)
                    .at(&self.place)
                    .help("give `/Channel/Orderer` the capability V1_4_2 or a later one first, in an update of its own"),
            );
            return Err(Stop::Reported);
        }
        if let Some(value) = orderer.values.get_mut("ConsensusType") {
            let mut consensus = ConsensusType::decode(value.value.as_slice()).unwrap_or_default();
            let state = match state {
                ConsensusState::Normal => 0,
                ConsensusState::Maintenance => 1,
            };
            if consensus.state != state {
                consensus.state = state;
                value.value = consensus.encode_to_vec();
            }
        }
        Ok(Target { group, place: self.place.clone() })
    }

    /// The updates that lead to the target, none where nothing differs. What orderers would refuse is an error.
    pub fn updates_to(&self, target: Target, form: Form, problems: &mut Problems) -> Result<Vec<Update>, Stop> {
        let Target { group, place } = target;
        self.check(&group, &place, problems);
        problems.stop_on_errors()?;
        let mut updates = Vec::new();
        let mut known = self.group.clone();
        for step in steps::steps(&self.group, group) {
            let Some(update) = delta::config_update(&self.channel, &known, &step) else { continue };
            let bytes = match form {
                Form::Bare => update.encode_to_vec(),
                Form::Envelope => signing::unsigned_envelope(&self.channel, &update)?,
            };
            updates.push(Update { lines: difference::lines(&known, &step), bytes });
            known = delta::after(&known, &step);
        }
        self.warn_of_leaving(&known, &place, problems);
        Ok(updates)
    }

    /// What Fabric refuses of the way from one configuration to the other, in whatever steps.
    fn check(&self, target: &ConfigGroup, place: &Place, problems: &mut Problems) {
        let mut refused = |message: String, help: &str| {
            problems.push(Problem::new(Code::FK0431, message).at(place).at(&self.place).help(help));
        };
        for section in ["Orderer", "Application"] {
            let (Some(old), new) = (self.group.groups.get(section), target.groups.get(section)) else { continue };
            let Some(new) = new else {
                refused(format!("`/Channel/{section}` would go"), "a channel cannot lose it: bring the section back");
                continue;
            };
            for (name, org) in &old.groups {
                let ids = (compare::msp_of(org), new.groups.get(name).and_then(compare::msp_of));
                if let (Some(old), Some(new)) = ids
                    && old.name != new.name
                {
                    refused(
                        format!("`/Channel/{section}/{name}` would be another MSP: `{}`, not `{}`", new.name, old.name),
                        "an org cannot change its MSP ID: take the old one out and add the new one under another name",
                    );
                }
            }
        }
        let (Some(old), Some(new)) = (consensus(&self.group), consensus(target)) else { return };
        if old.r#type != new.r#type && (old.state, new.state) != (1, 1) {
            refused(
                format!("the consensus would change from `{}` to `{}` outside of maintenance mode", old.r#type, new.r#type),
                "migrate in three updates, each from the newest config block: `--state maintenance`; then the files with the new type; \
                 then, when all orderers have been started again and have a leader, `--state normal`",
            );
        } else if old.state != new.state {
            let mut only = self.group.clone();
            let value = only.groups.get_mut("Orderer").and_then(|orderer| orderer.values.get_mut("ConsensusType"));
            if let Some(value) = value {
                value.value = ConsensusType { state: new.state, ..old }.encode_to_vec();
            }
            if difference::lines(&only, target) != Vec::<String>::new() {
                refused(
                    "the state of the consensus would change together with something else".to_owned(),
                    "orderers take `ConsensusType.State` alone: `--state` makes such an update",
                );
            }
        }
    }

    /// Orgs that go are the one thing that a forgotten line in a file can do great harm by.
    fn warn_of_leaving(&self, target: &ConfigGroup, place: &Place, problems: &mut Problems) {
        for section in ["Orderer", "Application"] {
            let orgs = |group: &ConfigGroup| -> BTreeSet<String> {
                group.groups.get(section).map(|group| group.groups.keys().cloned().collect()).unwrap_or_default()
            };
            for name in orgs(&self.group).difference(&orgs(target)) {
                let message = format!("the org `{name}` leaves `/Channel/{section}` of channel `{}`", self.channel);
                problems.push(Problem::new(Code::FK0433, message).at(place).help(
                    "if it is to stay: the files describe the whole channel, so name it in the profile; `SkipAsForeign: true` \
                     keeps an org of others as the channel knows it",
                ));
            }
        }
    }
}

/// Takes out of the one channel of a network what is defined elsewhere and what the running channel knows.
pub fn without_foreign(network: &mut Network, current: &Current, problems: &mut Problems) -> Foreign {
    let kept = network.channels.iter_mut().map(|channel| Kept::take(channel, current, problems)).collect();
    Foreign(kept)
}

/// What [`without_foreign`] took out.
#[derive(Debug)]
pub struct Foreign(Vec<Kept>);

/// What the channel becomes by the files: all that they say, in the channel's own words where nothing changes.
pub fn target_of_files(
    (channel, encoding): (&Channel, Encoding<'_>),
    foreign: Foreign,
    current: &Current,
    problems: &mut Problems,
) -> Result<Target, Stop> {
    let mut group = encoder::new_channel_group(channel, encoding, problems)?;
    problems.stop_on_errors()?;
    let sections = [("Orderer", &channel.config.orderer.orgs), ("Application", &channel.config.application.orgs)];
    for (section, orgs) in sections {
        let Some(fresh) = group.groups.get_mut(section) else { continue };
        for org in orgs {
            // An org is who its MSP is, whatever the channel calls it.
            if let Some(key) = key_in(&current.group, section, org).filter(|key| !fresh.groups.contains_key(key))
                && let Some(org) = fresh.groups.remove(&org.name)
            {
                fresh.groups.insert(key, org);
            }
        }
    }
    foreign.0.into_iter().for_each(|kept| kept.put_back(&current.group, &mut group));
    settle::settle(&current.group, &mut group);
    Ok(Target { group, place: channel.place.clone() })
}

fn consensus(group: &ConfigGroup) -> Option<ConsensusType> {
    ConsensusType::decode(group.groups.get("Orderer")?.values.get("ConsensusType")?.value.as_slice()).ok()
}

fn bytes_of(path: &Path, problems: &mut Problems) -> Result<Vec<u8>, Stop> {
    if !crate::fs::is_dir(path)
        && let Some(bytes) = crate::fs::read_if_there(path)?
    {
        return Ok(bytes);
    }
    let problem = Problem::new(Code::FK0102, format!("there is no file `{}`", path.display()));
    problems.push(problem.at(&Place::file(path)).help("give the path of a file that is there"));
    Err(Stop::Reported)
}

/// Policies over MSPs that leave. Those of the files have been looked at, whoever leaves.
fn note_strangers(current: &ConfigGroup, target: &ConfigGroup, place: &Place, problems: &mut Problems) {
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
    let own = compare::msp_of(group).map(|msp| msp.name);
    own.into_iter().chain(group.groups.values().flat_map(msp_ids)).collect()
}

fn policies(path: &str, group: &ConfigGroup, found: &mut impl FnMut(&str, BTreeSet<String>)) {
    for (key, policy) in &group.policies {
        let read = policy.policy.as_ref().and_then(super::policy::read_policy);
        let ids = read.iter().flat_map(|policy| policy.msp_ids()).map(str::to_owned).collect();
        found(&format!("{path} {key}"), ids);
    }
    for (key, group) in &group.groups {
        policies(&format!("{path}/{key}"), group, found);
    }
}
