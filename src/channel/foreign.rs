//! Orgs and consenters whose material is elsewhere: in a consortium, each org has its own keys and no more than the names of
//! the others. What a running channel knows of them stays as it is.

use super::compare::msp_of;
use super::proto::configtx::ConfigGroup;
use super::proto::orderer::RaftConsenter;
use super::steps::raft;
use super::update::Current;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs;
use crate::network::{CertificateSource, Channel, Consensus, Consenter, HostPort, MemberOrg, MspSource};
use prost::Message;
use std::path::Path;

/// What an update takes from the running channel, since the files only name it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The path of their group below `/Channel`, and their keys in it.
    orgs: Vec<(Vec<String>, String)>,
    consenters: Vec<RaftConsenter>,
}

impl Kept {
    /// Takes out of a channel what is not here and what the running channel knows, with a note for each. What is in neither is
    /// left for the encoder, which says what is missing.
    pub(super) fn take(channel: &mut Channel, current: &Current, problems: &mut Problems) -> Result<Self, Stop> {
        let mut kept = Self::default();
        let config = &mut channel.config;
        for (section, orgs) in config.orgs_mut() {
            for org in std::mem::take(orgs) {
                let elsewhere = why_elsewhere(&org)?.and_then(|why| Some((why, key_in(&current.group, &section, &org)?)));
                let Some((why, key)) = elsewhere else {
                    orgs.push(org);
                    continue;
                };
                let message =
                    format!("the org `{}` stays in `/Channel/{}` as the channel knows it: {why}", org.name, section.join("/"));
                problems.push(Problem::new(Code::FK0432, message).at(&org.place).help(
                    "policies, anchor peers and endpoints that the files give it are not looked at: its own administrators update them",
                ));
                kept.orgs.push((section.clone(), key));
            }
        }
        let known = raft(&current.group).map(|(_, metadata)| metadata.consenters).unwrap_or_default();
        let Some(Consensus::Raft { consenters, options: _ }) = config.orderer.as_mut().map(|orderer| &mut orderer.consensus)
        else {
            return Ok(kept);
        };
        for consenter in std::mem::take(consenters) {
            let at = |address: &HostPort, known: &RaftConsenter| {
                (address.host.as_str(), u32::from(address.port)) == (known.host.as_str(), known.port)
            };
            let same = known.iter().find(|known| at(&consenter.address.deployed, known) || at(&consenter.address.written, known));
            let (Some(path), Some(same)) = (missing_certificate(&consenter)?, same) else {
                consenters.push(consenter);
                continue;
            };
            let message = format!(
                "the consenter `{}:{}` keeps the certificates that the channel knows: `{}` is not there",
                same.host,
                same.port,
                path.display()
            );
            problems.push(Problem::new(Code::FK0432, message).at(&consenter.place));
            kept.consenters.push(same.clone());
        }
        Ok(kept)
    }

    /// Puts it back, into what was encoded of the rest.
    pub(super) fn put_back(self, current: &ConfigGroup, fresh: &mut ConfigGroup) {
        for (section, key) in self.orgs {
            let known = group_at(current, &section).and_then(|group| group.groups.get(&key));
            let group = section.iter().try_fold(&mut *fresh, |group, name| group.groups.get_mut(name));
            if let (Some(known), Some(group)) = (known, group) {
                group.groups.insert(key, known.clone());
            }
        }
        let Some((mut consensus, mut metadata)) = raft(fresh) else { return };
        metadata.consenters.extend(self.consenters);
        consensus.metadata = metadata.encode_to_vec();
        if let Some(value) = fresh.groups.get_mut("Orderer").and_then(|orderer| orderer.values.get_mut("ConsensusType")) {
            value.value = consensus.encode_to_vec();
        }
    }
}

/// Why the definition of an org is not here, where it is not.
fn why_elsewhere(org: &MemberOrg) -> Result<Option<String>, Stop> {
    if org.foreign.is_some() {
        return Ok(Some("it is marked `SkipAsForeign`".to_owned()));
    }
    Ok(match &org.msp {
        MspSource::Folder(dir) if !fs::is_dir(dir)? => Some(format!("its `MSPDir` `{}` is not here", dir.display())),
        MspSource::Folder(_) | MspSource::Org(_) | MspSource::Idemix(_) => None,
    })
}

/// A certificate of a consenter that is not here.
fn missing_certificate(consenter: &Consenter) -> Result<Option<&Path>, Stop> {
    for source in [&consenter.client_tls_cert, &consenter.server_tls_cert] {
        if let CertificateSource::File(path) = source
            && !fs::exists(path)?
        {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The key of an org's group: that of its MSP ID, whatever the files call it; its name, where they do not say the ID.
pub(super) fn key_in(group: &ConfigGroup, section: &[String], org: &MemberOrg) -> Option<String> {
    let orgs = &group_at(group, section)?.groups;
    let its = |(key, group): &(&String, &ConfigGroup)| match org.msp_id.as_str() {
        "" => **key == org.name,
        id => msp_of(group).is_some_and(|msp| msp.name == id),
    };
    orgs.iter().find(its).map(|(key, _)| key.clone())
}

fn group_at<'a>(group: &'a ConfigGroup, path: &[String]) -> Option<&'a ConfigGroup> {
    path.iter().try_fold(group, |group, name| group.groups.get(name))
}
