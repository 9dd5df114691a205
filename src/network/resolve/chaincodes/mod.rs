//! Chaincodes of network.yaml: who installs them, which channels define them and how. How an org comes by one is `install`'s, who
//! runs it `servers`'s, private data `collections`'s, and where peers run chaincodes `chaincode`'s.

mod collections;
mod endorsement;
mod install;
mod servers;

use super::{Cluster, names_or};
use crate::diag::{Code, Problem, Problems};
use crate::input::network_file::{ChaincodeChannelEntry, ChaincodeEntry};
use crate::input::{Inputs, given};
use crate::network::{Chaincode, ChaincodeChannel, ChaincodePlugins, Channel, Content, Install, Org, OrgId, OrgKind, names};
use crate::yaml::Spanned;
use std::path::{Path, PathBuf};

/// Names that peers have for themselves (fabric `core/chaincode/lifecycle/scc.go`, systemChaincodeNames).
const OF_PEERS: &[&str] = &["cscc", "escc", "lscc", "qscc", "vscc"];

/// What PIVT's charts take where nobody says.
const DEFAULT_VERSION: &str = "1.0";

/// The chaincodes, in the user's order; orgs get the servers that they run.
pub fn chaincodes(
    orgs: &mut [Org],
    channels: &[Channel],
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) -> Vec<Chaincode> {
    let Some(network) = &inputs.network else { return Vec::new() };
    let mut chaincodes: Vec<Chaincode> = Vec::new();
    for entry in &network.content.network.chaincodes {
        let reading = Reading { entry, orgs, channels, dir: &network.dir, inputs, cluster };
        let Some(chaincode) = reading.chaincode(&chaincodes, problems) else { continue };
        for (id, server) in reading.servers(&chaincode, problems) {
            if let Some(org) = orgs.get_mut(id.index()) {
                org.chaincodes.push(server);
            }
        }
        chaincodes.push(chaincode);
    }
    chaincodes
}

/// One entry, and what it is read against.
struct Reading<'a> {
    entry: &'a Spanned<ChaincodeEntry>,
    orgs: &'a [Org],
    channels: &'a [Channel],
    /// Where network.yaml lies: its paths begin there.
    dir: &'a Path,
    inputs: &'a Inputs,
    cluster: &'a Cluster,
}

impl Reading<'_> {
    fn chaincode(&self, known: &[Chaincode], problems: &mut Problems) -> Option<Chaincode> {
        let ChaincodeEntry {
            name,
            version,
            language: _,
            orgs,
            channels,
            sequence,
            init_required,
            image,
            runtime: _,
            path: _,
            collections,
            endorsement_plugin,
            validation_plugin,
        } = &self.entry.value;
        let default = Spanned { value: DEFAULT_VERSION.to_owned(), place: self.entry.place.clone() };
        let version = version.as_ref().filter(|version| given(version)).unwrap_or(&default);
        let told = [("name", name, check_name(name)), ("version", version, check_version(version))];
        for (what, text, checked) in &told {
            if let Err(reason) = checked {
                let place = if text.is_empty() { &self.entry.place } else { &text.place };
                let problem =
                    Problem::new(Code::FK0801, format!("`{text}` cannot be the {what} of a chaincode: {reason}")).at(place);
                problems.push(problem.help("Fabric takes letters, digits, `-` and `_`, and in versions `.` and `+` too"));
            }
        }
        if told.iter().any(|(_, _, checked)| checked.is_err()) {
            return None;
        }
        if let Some(other) = known.iter().find(|other| other.name == name.value && other.version == version.value) {
            let message = format!("the chaincode `{}` is there twice in version `{}`", name.value, version.value);
            let problem = Problem::new(Code::FK0802, message).at(&self.entry.place).at(&other.place);
            problems.push(problem.help("take one of them out, or give it another version"));
            return None;
        }
        let slug = |name: &str, version: &str| names::chaincode_server("", name, version);
        if let Some(other) = known.iter().find(|other| slug(&other.name, &other.version) == slug(name, version)) {
            let message = format!(
                "the chaincodes `{}` {} and `{}` {} would have servers of one name",
                other.name, other.version, name.value, version.value
            );
            let problem = Problem::new(Code::FK0802, message).at(&self.entry.place).at(&other.place);
            problems.push(
                problem.help(
                    "Kubernetes tells neither capital letters nor `.`, `_` and `+` apart: give one another name or version",
                ),
            );
            return None;
        }
        if let Some(sequence) = sequence.as_ref().filter(|sequence| sequence.value == 0) {
            let problem = Problem::new(Code::FK0801, "a chaincode's definitions are counted from 1 on").at(&sequence.place);
            problems.push(problem.help("leave `sequence` out: it is the next one of each channel"));
        }
        let listed = orgs.as_ref().map(|listed| self.listed(listed, problems));
        let channels: Vec<ChaincodeChannel> =
            channels.iter().filter_map(|channel| self.channel(channel, listed.as_deref(), problems)).collect();
        let of_channels = || {
            let in_a_channel = |org: &&Org| channels.iter().any(|channel| channel.orgs.contains(&org.id));
            self.orgs.iter().filter(in_a_channel).map(|org| org.id).collect()
        };
        let installing: Vec<OrgId> = listed.unwrap_or_else(of_channels);
        let members: Vec<&str> = self.msp_ids(&channels);
        let installs: Vec<Install> =
            installing.into_iter().filter_map(|org| self.install(org, (name, version), problems)).collect();
        let is_service = |install: &Install| matches!(install.content, Content::Service { .. });
        if let (Some(image), false, false) = (image, installs.is_empty(), installs.iter().any(is_service)) {
            let message = format!("the image of the chaincode `{}` has no effect: its orgs' peers build it", name.value);
            let problem = Problem::new(Code::FK0105, message).at(&image.place);
            problems
                .push(problem.help("take it out, or write `chaincode: {runtime: ccaas}` in values.yaml, from Fabric 2.4.1 on"));
        }
        Some(Chaincode {
            name: name.value.clone(),
            version: version.value.clone(),
            sequence: sequence.as_ref().map(|sequence| sequence.value),
            init_required: init_required.as_ref().is_some_and(|required| required.value),
            collections: collections::collections(collections, &members, problems),
            channels,
            plugins: ChaincodePlugins { endorsement: text(endorsement_plugin), validation: text(validation_plugin) },
            installs,
            place: name.place.clone(),
        })
    }

    /// The local orgs of peers that a list names, each once.
    fn listed(&self, names: &[Spanned<String>], problems: &mut Problems) -> Vec<OrgId> {
        let peers = || self.orgs.iter().filter(|org| org.kind == OrgKind::Peer);
        let mut found = Vec::new();
        for name in names {
            match peers().find(|org| org.is_called(name)) {
                Some(org) if found.contains(&org.id) => {}
                Some(org) => found.push(org.id),
                None => {
                    let known: Vec<&str> = peers().map(|org| org.short_name.as_str()).collect();
                    let message = format!(
                        "the chaincode `{}` names the org `{}`, which is no org of peers here",
                        self.entry.name.value, name.value
                    );
                    let problem = Problem::new(Code::FK0803, message).at(&name.place);
                    problems.push(problem.help(names_or("its orgs of peers are", &known, "crypto-config.yaml has none")));
                }
            }
        }
        found
    }

    fn channel(
        &self,
        entry: &Spanned<ChaincodeChannelEntry>,
        installing: Option<&[OrgId]>,
        problems: &mut Problems,
    ) -> Option<ChaincodeChannel> {
        let ChaincodeChannelEntry { name, orgs, policy } = &entry.value;
        let Some(channel) = self.channels.iter().find(|channel| channel.name == name.value) else {
            let known: Vec<&str> = self.channels.iter().map(|channel| channel.name.as_str()).collect();
            let message =
                format!("the chaincode `{}` names the channel `{}`, which is not there", self.entry.name.value, name.value);
            let place = if name.is_empty() { &entry.place } else { &name.place };
            let problem = Problem::new(Code::FK0804, message).at(place);
            problems.push(problem.help(names_or("there are", &known, "list it under `network.channels`")));
            return None;
        };
        let defining = match orgs {
            Some(listed) => {
                let defining = self.listed(listed, problems);
                self.check_defining(&defining, installing, (channel, listed), problems);
                defining
            }
            None => channel.members.iter().copied().filter(|org| installing.is_none_or(|all| all.contains(org))).collect(),
        };
        let endorsement = policy.as_ref().filter(|policy| given(policy));
        let endorsement = endorsement.and_then(|policy| endorsement::endorsement(policy, channel, problems));
        Some(ChaincodeChannel { name: name.value.clone(), orgs: defining, endorsement })
    }

    /// Who defines a chaincode in a channel is in the channel, and installs it.
    fn check_defining(
        &self,
        defining: &[OrgId],
        installing: Option<&[OrgId]>,
        (channel, listed): (&Channel, &[Spanned<String>]),
        problems: &mut Problems,
    ) {
        for id in defining {
            let org = &self.orgs[id.index()];
            let place = listed.first().map_or(&self.entry.place, |name| &name.place);
            let chaincode = &self.entry.name.value;
            let (message, help) = if !channel.members.contains(id) {
                (
                    format!(
                        "`{}` defines the chaincode `{chaincode}` in `{}`, and its peers do not join that",
                        org.short_name, channel.name
                    ),
                    "take the org out here, or let it join: `channels[].orgs`",
                )
            } else if installing.is_some_and(|all| !all.contains(id)) {
                (
                    format!(
                        "`{}` defines the chaincode `{chaincode}` in `{}` without installing it",
                        org.short_name, channel.name
                    ),
                    "add the org to the chaincode's own `orgs`, or take it out here",
                )
            } else {
                continue;
            };
            problems.push(Problem::new(Code::FK0803, message).at(place).help(help));
        }
    }

    /// The MSPs that may hold private data: those of every channel of the chaincode, other companies' too.
    fn msp_ids(&self, channels: &[ChaincodeChannel]) -> Vec<&str> {
        let of_channel = |name: &str| {
            let channel = self.channels.iter().find(|channel| channel.name == name);
            channel.map(|channel| channel.config.application_orgs()).unwrap_or_default()
        };
        let mut all: Vec<&str> = Vec::new();
        for member in channels.iter().flat_map(|channel| of_channel(&channel.name)) {
            if !all.contains(&member.msp_id.as_str()) {
                all.push(&member.msp_id);
            }
        }
        all
    }

    fn path(&self, path: &Spanned<String>) -> PathBuf {
        self.dir.join(Path::new(&path.value))
    }
}

fn text(setting: &Option<Spanned<String>>) -> Option<String> {
    setting.as_ref().filter(|text| given(text)).map(|text| text.value.clone())
}

/// `[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*` (fabric `core/chaincode/lifecycle/scc.go`, ChaincodeNameRegExp).
fn check_name(name: &str) -> Result<(), String> {
    if OF_PEERS.contains(&name) {
        return Err("peers have a chaincode of this name themselves".to_owned());
    }
    match name.split(['-', '_']).find(|part| part.is_empty() || !part.chars().all(|c| c.is_ascii_alphanumeric())) {
        None => Ok(()),
        Some("") if name.is_empty() => Err("it is empty".to_owned()),
        Some("") => Err("each `-` and `_` stands between letters or digits".to_owned()),
        Some(part) => Err(format!("`{part}` has other characters than letters and digits")),
    }
}

/// `[A-Za-z0-9_.+-]+` (the same, ChaincodeVersionRegExp).
fn check_version(version: &str) -> Result<(), String> {
    match version.chars().find(|c| !c.is_ascii_alphanumeric() && !"_.+-".contains(*c)) {
        None => Ok(()),
        Some(other) => Err(format!("it has a `{other}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_fabric_takes() {
        for name in ["a", "asset-transfer_basic", "1a"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "a--b", "-a", "a_", "a.b", "ä", "qscc"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_version("1.0_x+y-z").is_ok() && check_version("1 0").is_err() && check_version("1:0").is_err());
    }
}
