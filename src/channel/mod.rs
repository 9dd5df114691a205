//! Fabric's configtx encoder: makes the first block of each channel once, keeps it, and says where the files have moved on.
//! What a channel shall be is decided in `network`; keys are `crypto`'s, and only their public parts come in here.

mod addresses;
mod block;
mod brokers;
mod compare;
mod consensus;
mod creation;
mod delta;
mod difference;
mod encoder;
mod external;
mod foreign;
mod history;
mod inspect;
mod json;
mod msp;
mod objections;
mod organization;
mod policy;
mod proto;
mod readable;
mod settle;
mod signing;
mod steps;
mod summary;
mod suits;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests_encoding;
#[cfg(test)]
mod tests_history;
#[cfg(test)]
mod tests_reference;
#[cfg(test)]
mod tests_update;
#[cfg(test)]
mod tests_update_kinds;
mod update;

pub use external::preflight;
pub use history::{History, history};
pub use inspect::{Inspection, inspect};
pub use organization::organization;
pub use signing::{Signable, Wrapping};
pub use update::{ConsensusState, Current, Foreign, Form, Target, Update, target_of_files, without_foreign};

use crate::crypto::PublicMaterial;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs::Mode;
use crate::lock::{ChannelLock, Lock};
use crate::network::{Address, Channel, HostPort, Network};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Which of its two forms an address has in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// As `render` deploys it.
    Deployed,
    /// As the user wrote it, and configtxgen would.
    AsWritten,
}

impl Hosts {
    fn of(self, address: &Address) -> &HostPort {
        match self {
            Hosts::Deployed => &address.deployed,
            Hosts::AsWritten => &address.written,
        }
    }
}

/// What a configuration is encoded from.
#[derive(Clone, Copy)]
pub struct Encoding<'a> {
    pub network: &'a Network,
    pub public: &'a PublicMaterial,
    pub hosts: Hosts,
}

/// The blocks of a network's channels, as they lie in the store.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// In the order of [`Network::channels_with_block`].
    pub blocks: Vec<ChannelBlock>,
    made: Vec<String>,
}

impl Artifacts {
    /// Writes down which block each channel has.
    pub fn remember(&self, lock: &mut Lock) {
        for ChannelBlock { channel, file: _, bytes: _, sha256 } in &self.blocks {
            lock.channels.insert(channel.clone(), ChannelLock { block: sha256.clone() });
        }
    }

    /// The files that were made, for the user to read.
    pub fn made(&self) -> &[String] {
        &self.made
    }
}

/// The first block of a channel.
#[derive(Clone, Debug)]
pub struct ChannelBlock {
    pub channel: String,
    /// Its name in the store: `mychannel.block`.
    pub file: String,
    pub bytes: Vec<u8>,
    /// `sha256:` and the hex SHA-256 of the file.
    pub sha256: String,
}

impl ChannelBlock {
    fn new(channel: &Channel, bytes: Vec<u8>) -> Self {
        Self { channel: channel.name.clone(), file: channel.file(), sha256: sha256(&bytes), bytes }
    }
}

/// The block of every channel: the stored one where there is one, else a new one, which is written to the store and read back.
pub fn encode(
    network: &Network,
    public: &PublicMaterial,
    history: History<'_>,
    problems: &mut Problems,
) -> Result<Artifacts, Stop> {
    let encoding = Encoding { network, public, hosts: Hosts::Deployed };
    let (store, stored) = history.into_parts();
    let mut missing = Vec::new();
    for (channel, stored) in network.channels_with_block().zip(&stored) {
        let group = encoder::new_channel_group(channel, encoding, problems)?;
        match stored {
            Some(stored) => compare::check(stored, channel, &group, encoding, problems),
            None => missing.push((channel, group)),
        }
    }
    problems.stop_on_errors()?;

    let mut made = Vec::new();
    for (channel, group) in missing {
        let file = channel.file();
        let block = block::genesis(&channel.name, group, network.fabric_version, &block::Stamp::now()?);
        store.add(Path::new(&file), &block, Mode::Public)?;
        made.push(store.path(Path::new(&file)).display().to_string());
    }
    if !made.is_empty() {
        store.keep()?;
    }
    let mut blocks = Vec::new();
    for (channel, stored) in network.channels_with_block().zip(stored) {
        let bytes = match stored {
            Some(stored) => stored.bytes,
            None => store
                .read(Path::new(&channel.file()))?
                .ok_or_else(|| Stop::Internal(format!("the block of channel `{}` was written and is not there", channel.name)))?,
        };
        blocks.push(ChannelBlock::new(channel, bytes));
    }
    Ok(Artifacts { blocks, made })
}

/// A fresh first block of one channel. It is nowhere kept: every call gives another.
pub fn genesis_block(channel: &Channel, encoding: Encoding<'_>, problems: &mut Problems) -> Result<Vec<u8>, Stop> {
    let group = encoder::new_channel_group(channel, encoding, problems)?;
    problems.stop_on_errors()?;
    Ok(block::genesis(&channel.name, group, encoding.network.fabric_version, &block::Stamp::now()?))
}

/// The transaction by which a system channel's orderers make a channel; every call gives another time.
pub fn channel_creation(channel: &Channel) -> Result<Vec<u8>, Stop> {
    let (Some(consortium), Some(application)) = (&channel.config.consortium, &channel.config.application) else {
        return Err(Stop::Internal(format!("the channel `{}` has no consortium or no application", channel.name)));
    };
    creation::channel_creation(&channel.name, consortium, application, block::now())
}

/// Whose anchor peers a transaction is to tell.
#[derive(Clone, Copy)]
pub struct AnchorsOf<'a> {
    pub network: &'a Network,
    /// Its name in crypto-config.yaml or configtx.yaml, or its MSP ID.
    pub org: &'a str,
    pub hosts: Hosts,
    /// Whether the channel was created by a transaction.
    pub was_created: bool,
}

/// The transaction that tells a channel, created by a transaction and not changed since, the anchor peers of an org; and the name
/// of its file. Problems: FK0279, FK0281, FK0601, and an org without anchor peers.
pub fn anchor_peers(channel: &Channel, of: &AnchorsOf<'_>, problems: &mut Problems) -> Result<(String, Vec<u8>), Stop> {
    creation::anchors_of(channel, of, problems)
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// A file that the user names on the command line.
fn file_bytes(path: &Path, problems: &mut Problems) -> Result<Vec<u8>, Stop> {
    if !crate::fs::is_dir(path)?
        && let Some(bytes) = crate::fs::read_if_there(path)?
    {
        return Ok(bytes);
    }
    let problem = Problem::new(Code::FK0102, format!("there is no file `{}`", path.display()));
    problems.push(problem.at(&Place::file(path)).help("give the path of a file that is there"));
    Err(Stop::Reported)
}
