//! Which channels there are: those of network.yaml, or what the profiles' names say. Their configuration is `profile`'s.

use crate::diag::{Code, Place, Problem, Problems};
use crate::input::Inputs;
use crate::input::configtx::{ConfigTx, Profile};
use crate::network::Beginning;
use crate::network::resolve::names_or;
use crate::yaml::Spanned;

/// A channel to be read from its profile.
pub struct Wanted<'a> {
    pub name: String,
    pub profile_name: String,
    pub profile: &'a Spanned<Profile>,
    pub begins_with: Beginning,
    /// The local orgs whose peers join, where the user lists them.
    pub members: Option<&'a [Spanned<String>]>,
    pub place: Place,
}

/// What a single profile's channel is called where nobody says.
const DEFAULT_CHANNEL: &str = "mychannel";

/// What a system channel is called where nobody says (fabric 1.4 `common/genesis`).
const DEFAULT_SYSTEM_CHANNEL: &str = "testchainid";

/// A system channel that the files ask for.
struct SystemChannel<'a> {
    profile: &'a Spanned<String>,
    name: Option<&'a Spanned<String>>,
}

/// Where a system channel is asked for: `genesisProfile`, or the only candidate profile has Consortiums.
fn system_channel(inputs: &Inputs) -> Option<SystemChannel<'_>> {
    let section = inputs.network.as_ref().map(|network| &network.content.network);
    let name = section.and_then(|section| section.system_channel_id.as_ref());
    if let Some(section) = section {
        if let Some(profile) = &section.genesis_profile {
            return Some(SystemChannel { profile, name });
        }
        if !section.channels.is_empty() {
            return None;
        }
    }
    let profiles = &inputs.configtx.as_ref()?.content.profiles;
    if profiles.iter().any(|(_, profile)| is_application_channel(profile)) {
        return None;
    }
    let mut candidates = profiles.iter().filter(|(_, p)| p.orderer.is_some() && p.consortiums.is_some());
    candidates.next().map(|(profile, _)| SystemChannel { profile, name })
}

/// Whether the files ask for a system channel, be it one that cannot be made.
pub fn asks_for_system_channel(inputs: &Inputs) -> bool {
    system_channel(inputs).is_some()
}

fn is_application_channel(profile: &Profile) -> bool {
    profile.application.is_some() && profile.orderer.is_some() && profile.consortiums.is_none()
}

/// A channel that a system channel's orderers make.
fn is_created_channel(profile: &Profile) -> bool {
    profile.application.is_some() && profile.consortium.is_some() && profile.orderer.is_none() && profile.consortiums.is_none()
}

/// What a channel of a profile begins with; where there is a system channel, every other begins with a transaction.
fn beginning(profile: &Profile, system: Option<&SystemChannel<'_>>) -> Beginning {
    match system {
        _ if profile.consortiums.is_some() => Beginning::SystemBlock,
        Some(_) => Beginning::Transaction,
        None if is_created_channel(profile) => Beginning::Transaction,
        None => Beginning::Block,
    }
}

/// The channels that the files ask for, in their order, the system channel first.
pub fn wanted<'a>(inputs: &'a Inputs, configtx: &'a ConfigTx, problems: &mut Problems) -> Vec<Wanted<'a>> {
    let system = system_channel(inputs);
    let mut channels: Vec<Wanted> = Vec::new();
    if let Some(system) = &system {
        channels.extend(wanted_system_channel(system, configtx, problems));
    }
    match &inputs.network {
        Some(network) if !network.content.network.channels.is_empty() => {
            for entry in &network.content.network.channels {
                let name = &entry.name;
                let profile_name = entry.profile.as_ref().unwrap_or(name);
                if let Err(reason) = check_channel_name(name) {
                    let place = if name.is_empty() { &entry.place } else { &name.place };
                    problems.push(bad_name(name, &reason, place));
                    continue;
                }
                if let Some(known) = channels.iter().find(|known| known.name == name.value) {
                    let problem = Problem::new(Code::FK0231, format!("the channel `{}` is there twice", name.value));
                    problems.push(problem.at(&name.place).at(&known.place).help("take one of them out"));
                    continue;
                }
                let Some(profile) = configtx.profiles.get(profile_name) else {
                    problems.push(unknown_profile(name, ("profile", profile_name), configtx));
                    continue;
                };
                channels.push(Wanted {
                    name: name.value.clone(),
                    profile_name: profile_name.value.clone(),
                    profile,
                    begins_with: beginning(profile, system.as_ref()),
                    members: entry.orgs.as_deref(),
                    place: name.place.clone(),
                });
            }
        }
        _ => from_profiles(configtx, system.as_ref(), &mut channels, problems),
    }
    channels
}

fn wanted_system_channel<'a>(system: &SystemChannel<'a>, configtx: &'a ConfigTx, problems: &mut Problems) -> Option<Wanted<'a>> {
    let name = match system.name {
        Some(name) => name.clone(),
        None => Spanned::new(DEFAULT_SYSTEM_CHANNEL.to_owned(), system.profile.place.clone()),
    };
    if let Err(reason) = check_channel_name(&name) {
        problems.push(bad_name(&name, &reason, &name.place));
        return None;
    }
    let Some(profile) = configtx.profiles.get(system.profile) else {
        problems.push(unknown_profile(&name, ("genesisProfile", system.profile), configtx));
        return None;
    };
    Some(Wanted {
        name: name.value,
        profile_name: system.profile.value.clone(),
        profile,
        begins_with: Beginning::SystemBlock,
        members: None,
        place: name.place,
    })
}

/// Without network.yaml: every profile of an application channel whose name is a legal channel name, and the one that is left.
fn from_profiles<'a>(
    configtx: &'a ConfigTx,
    system: Option<&SystemChannel<'_>>,
    channels: &mut Vec<Wanted<'a>>,
    problems: &mut Problems,
) {
    let is_candidate = if system.is_some() { is_created_channel } else { is_application_channel };
    let candidates = configtx.profiles.iter().filter(|(_, profile)| is_candidate(profile));
    let (named, unnamed): (Vec<_>, Vec<_>) = candidates.partition(|(name, _)| check_channel_name(name).is_ok());
    let wanted = |name: &str, (key, profile): &'a (Spanned<String>, Spanned<Profile>)| Wanted {
        name: name.to_owned(),
        profile_name: key.value.clone(),
        profile,
        begins_with: beginning(profile, system),
        members: None,
        place: key.place.clone(),
    };
    channels.extend(named.iter().map(|entry| wanted(&entry.0.value, entry)));
    match unnamed.as_slice() {
        [] => {}
        [only] if !channels.iter().any(|channel| channel.name == DEFAULT_CHANNEL) => channels.push(wanted(DEFAULT_CHANNEL, only)),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.value.as_str()).collect();
            let mut problem = Problem::new(
                Code::FK0232,
                format!("the profiles `{}` could each be a channel, and none is named as a channel can be", names.join("`, `")),
            );
            for (name, _) in several {
                problem = problem.at(&name.place);
            }
            problems.push(problem.help(
                "say which in network.yaml: `network: {channels: [{name: mychannel, profile: <one of them>}]}` (`channels[].profile`)",
            ));
        }
    }
}

/// `[a-z][a-z0-9.-]*`, at most 249 (fabric `common/configtx/validator.go`).
fn check_channel_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("it is empty".to_owned());
    }
    if name.len() > 249 {
        return Err(format!("it has {} characters, and Fabric takes at most 249", name.len()));
    }
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(legal) {
        return Err(
            "it must begin with a lower-case letter, and only lower-case letters, digits, `.` and `-` may follow".to_owned()
        );
    }
    Ok(())
}

/// A name that Fabric would refuse, and one like it that it would take.
fn bad_name(name: &str, reason: &str, place: &Place) -> Problem {
    let slug = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let problem = Problem::new(Code::FK0230, format!("`{name}` cannot name a channel: {reason}")).at(place);
    let like_it = slug != name && check_channel_name(&slug).is_ok();
    problem.help(if like_it { format!("call it `{slug}`") } else { "write `name: mychannel`, say".to_owned() })
}

/// `key` is what names the profile.
fn unknown_profile(channel: &Spanned<String>, (key, profile): (&str, &Spanned<String>), configtx: &ConfigTx) -> Problem {
    let known: Vec<&str> = configtx.profiles.iter().map(|(name, _)| name.value.as_str()).collect();
    Problem::new(
        Code::FK0233,
        format!("the channel `{}` needs the profile `{}`, which configtx.yaml does not have", channel.value, profile.value),
    )
    .at(&profile.place)
    .help(names_or(&format!("name one of its profiles with `{key}:`:"), &known, "it has no profile: was the file cut off?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_name_begins_with_a_lower_case_letter() {
        assert!(check_channel_name("my.channel-1").is_ok());
        for wrong in ["", "Ch1", "1ch", "my_channel", "ch/1", &"a".repeat(250)] {
            assert!(check_channel_name(wrong).is_err(), "{wrong}");
        }
    }
}
