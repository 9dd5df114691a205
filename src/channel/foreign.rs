//! Orgs and consenters whose material is elsewhere: in a consortium, each org has its own keys and no more than the names of
//! the others. What a running channel knows of them stays as it is.

use super::compare::msp_id_of;
use super::proto::configtx::ConfigGroup;
use super::proto::orderer::RaftConsenter;
use super::proto::smartbft;
use super::steps::{bft, raft};
use super::update::Current;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs;
use crate::network::{BftConsenter, CertificateSource, Channel, Consensus, Consenter, HostPort, MemberOrg, MspSource};
use prost::Message;
use std::path::Path;

/// What an update takes from the running channel, since the files only name it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The path of their group below `/Channel`, and their keys in it.
    orgs: Vec<(Vec<String>, String)>,
    raft: Vec<RaftConsenter>,
    bft: Vec<smartbft::Consenter>,
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
        match config.orderer.as_mut().map(|orderer| &mut orderer.consensus) {
            Some(Consensus::Raft { consenters, options: _ }) => {
                let known = raft(&current.group).map(|(_, metadata)| metadata.consenters).unwrap_or_default();
                for consenter in std::mem::take(consenters) {
                    let same = known.iter().find(|known| is_at(&consenter, &known.host, known.port));
                    match (missing_certificate([&consenter.client_tls_cert, &consenter.server_tls_cert])?, same) {
                        (Some(path), Some(same)) => {
                            note_kept((&same.host, same.port), (&consenter, path), problems);
                            kept.raft.push(same.clone());
                        }
                        _ => consenters.push(consenter),
                    }
                }
            }
            Some(Consensus::Bft { consenters, options: _ }) => {
                let known = bft(&current.group).map(|orderers| orderers.consenter_mapping).unwrap_or_default();
                for bft in std::mem::take(consenters) {
                    let BftConsenter { id, msp_id, identity, consenter } = &bft;
                    let is_it = |known: &&smartbft::Consenter| {
                        (known.id, &known.msp_id) == (*id, msp_id) && is_at(consenter, &known.host, known.port)
                    };
                    let certificates = [identity, &consenter.client_tls_cert, &consenter.server_tls_cert];
                    match (missing_certificate(certificates)?, known.iter().find(is_it)) {
                        (Some(path), Some(same)) => {
                            note_kept((&same.host, same.port), (consenter, path), problems);
                            kept.bft.push(same.clone());
                        }
                        _ => consenters.push(bft),
                    }
                }
            }
            Some(Consensus::Solo | Consensus::Kafka { .. }) | None => {}
        }
        Ok(kept)
    }

    /// Puts it back, into what was encoded of the rest. BFT's policy BlockValidation is settled afterwards.
    pub(super) fn put_back(self, current: &ConfigGroup, fresh: &mut ConfigGroup) {
        for (section, key) in self.orgs {
            let known = group_at(current, &section).and_then(|group| group.groups.get(&key));
            let group = section.iter().try_fold(&mut *fresh, |group, name| group.groups.get_mut(name));
            if let (Some(known), Some(group)) = (known, group) {
                group.groups.insert(key, known.clone());
            }
        }
        let consensus = raft(fresh).map(|(mut consensus, mut metadata)| {
            metadata.consenters.extend(self.raft);
            consensus.metadata = metadata.encode_to_vec();
            ("ConsensusType", consensus.encode_to_vec())
        });
        let orderers = bft(fresh).map(|mut orderers| {
            orderers.consenter_mapping.extend(self.bft);
            ("Orderers", orderers.encode_to_vec())
        });
        let Some(orderer) = fresh.groups.get_mut("Orderer") else { return };
        for (key, bytes) in consensus.into_iter().chain(orderers) {
            if let Some(value) = orderer.values.get_mut(key) {
                value.value = bytes;
            }
        }
    }
}

fn is_at(consenter: &Consenter, host: &str, port: u32) -> bool {
    let is_it = |address: &HostPort| (address.host.as_str(), u32::from(address.port)) == (host, port);
    is_it(&consenter.address.deployed) || is_it(&consenter.address.written)
}

fn note_kept((host, port): (&str, u32), (consenter, path): (&Consenter, &Path), problems: &mut Problems) {
    let message =
        format!("the consenter `{host}:{port}` keeps the certificates that the channel knows: `{}` is not there", path.display());
    problems.push(Problem::new(Code::FK0432, message).at(&consenter.place));
}

/// Why the definition of an org is not here, where it is not.
fn why_elsewhere(org: &MemberOrg) -> Result<Option<String>, Stop> {
    if org.foreign.is_some() {
        return Ok(Some("it is marked `SkipAsForeign`".to_owned()));
    }
    Ok(match &org.msp {
        MspSource::Folder(dir) | MspSource::Idemix(dir) if !fs::is_dir(dir)? => {
            Some(format!("its `MSPDir` `{}` is not here", dir.display()))
        }
        MspSource::Folder(_) | MspSource::Org(_) | MspSource::Idemix(_) => None,
    })
}

/// The first of a consenter's certificates that is not here.
fn missing_certificate<const N: usize>(certificates: [&CertificateSource; N]) -> Result<Option<&Path>, Stop> {
    for source in certificates {
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
        id => msp_id_of(group).is_some_and(|known| known == id),
    };
    orgs.iter().find(its).map(|(key, _)| key.clone())
}

fn group_at<'a>(group: &'a ConfigGroup, path: &[String]) -> Option<&'a ConfigGroup> {
    path.iter().try_fold(group, |group, name| group.groups.get(name))
}
