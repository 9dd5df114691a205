//! Config updates: from the configuration that a channel runs with to another, in the steps that orderers take.
//! Signing them is `signing`'s, sending them `peer`'s.

use super::block::{self, ConfigBlock};
use super::foreign::{Kept, key_in};
use super::proto::configtx::{Config, ConfigGroup};
use super::proto::orderer::ConsensusType;
use super::signing;
use super::{Encoding, delta, difference, encoder, file_bytes, objections, settle, steps};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{Beginning, Channel, Network};
use prost::Message;
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
        match block::read_config(&file_bytes(path, problems)?) {
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
        let bytes = file_bytes(path, problems)?;
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
        objections::strangers(&self.group, &group, &place, problems);
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
        objections::refused((&self.group, &self.place), (&group, &place), problems);
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
        objections::leaving(&self.channel, &self.group, (&known, &place), problems);
        Ok(updates)
    }
}

/// Takes out of the one channel of a network what is defined elsewhere and what the running channel knows.
pub fn without_foreign(network: &mut Network, current: &Current, problems: &mut Problems) -> Result<Foreign, Stop> {
    let kept = network.channels.iter_mut().map(|channel| Kept::take(channel, current, problems));
    Ok(Foreign(kept.collect::<Result<_, _>>()?))
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
    for (section, org) in channel.config.orgs() {
        let section: Vec<String> = section.into_iter().map(str::to_owned).collect();
        let Some(fresh) = section.iter().try_fold(&mut group, |group, name| group.groups.get_mut(name)) else { continue };
        // An org is who its MSP is, whatever the channel calls it.
        if let Some(key) = key_in(&current.group, &section, org).filter(|key| !fresh.groups.contains_key(key))
            && let Some(org) = fresh.groups.remove(&org.name)
        {
            fresh.groups.insert(key, org);
        }
    }
    foreign.0.into_iter().for_each(|kept| kept.put_back(&current.group, &mut group));
    if channel.begins_with == Beginning::Transaction {
        // Its profile says who uses the channel; the rest came from the system channel.
        let application = group.groups.remove("Application");
        group = current.group.clone();
        group.groups.extend(application.map(|application| ("Application".to_owned(), application)));
    }
    settle::settle(&current.group, &mut group);
    Ok(Target { group, place: channel.place.clone() })
}
