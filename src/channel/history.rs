//! The blocks that are already there: found, read, and held against `fabkube.lock` and the model's channels.
//! Whether they still fit the files is `compare`'s.

use super::block::{self, Genesis};
use super::brokers;
use super::consensus::ETCDRAFT;
use super::proto::configtx::ConfigGroup;
use super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata};
use super::proto::smartbft::Orderers;
use super::{addresses, compare, sha256};
use crate::crypto::{Pinned, PinnedKey, Rooted, key_fingerprint};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::lock::{ChannelLock, Lock};
use crate::network::{BlockAddress, Channel, HostPort, Network, Role};
use crate::store::{Making, Store};
use prost::Message;
use std::path::{Path, PathBuf};

/// What the stored blocks of a network say.
pub struct History<'a> {
    store: &'a Store,
    /// In the order of [`Network::channels_with_block`].
    blocks: Vec<Option<Stored>>,
    pinned: Vec<Pinned>,
    rooted: Vec<Rooted>,
    addresses: Vec<BlockAddress>,
}

/// A block that is already there.
pub(super) struct Stored {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub group: ConfigGroup,
}

impl<'a> History<'a> {
    /// The TLS keys of consenters that the stored blocks name and that belong to this network's nodes: keys that cannot be made
    /// anew, since the block would not know them.
    pub fn pinned(&self) -> &[Pinned] {
        &self.pinned
    }

    /// The orgs of this network whose CAs the stored blocks know.
    pub fn rooted(&self) -> &[Rooted] {
        &self.rooted
    }

    /// The addresses that the stored blocks name.
    pub fn addresses(&self) -> &[BlockAddress] {
        &self.addresses
    }

    /// Whether some channel has no block yet.
    pub fn lacks_blocks(&self) -> bool {
        self.blocks.iter().any(Option::is_none)
    }

    /// Writes down which block each channel has, where it has one.
    pub fn remember(&self, network: &Network, lock: &mut Lock) {
        for (channel, stored) in network.channels_with_block().zip(&self.blocks) {
            if let Some(stored) = stored {
                lock.channels.insert(channel.name.clone(), ChannelLock { block: sha256(&stored.bytes) });
            }
        }
    }

    pub(super) fn into_parts(self) -> (&'a Store, Vec<Option<Stored>>) {
        (self.store, self.blocks)
    }
}

/// Reads the block of every channel of the network that has one. A block that `fabkube.lock` knows must be here, and the same.
/// What is wrong is in the problems, beside which the next stage puts what is wrong with the keys.
pub fn history<'a>(network: &Network, store: &'a Store, lock: &Lock, problems: &mut Problems) -> Result<History<'a>, Stop> {
    let making = store.making();
    let mut history = History { store, blocks: Vec::new(), pinned: Vec::new(), rooted: Vec::new(), addresses: Vec::new() };
    for channel in network.channels_with_block() {
        let known = lock.channels.get(&channel.name).map(|known| known.block.as_str());
        let file = channel.file();
        let path = store.path(Path::new(&file));
        let stored = match store.read(Path::new(&file))? {
            Some(bytes) => stored(channel, path, bytes, known, problems),
            None => {
                missing(channel, &path, known, making).into_iter().for_each(|problem| problems.push(problem));
                None
            }
        };
        if let Some(stored) = &stored {
            brokers::check(stored, channel, network, problems);
            history.pinned.extend(pinned(network, channel, stored));
            history.addresses.extend(named(channel, stored));
            for rooted in rooted(channel, stored) {
                if !history.rooted.iter().any(|known| known.org == rooted.org) {
                    history.rooted.push(rooted);
                }
            }
        }
        history.blocks.push(stored);
    }
    Ok(history)
}

fn missing(channel: &Channel, path: &Path, known: Option<&str>, making: Making) -> Option<Problem> {
    let (name, path) = (&channel.name, path.display());
    if known.is_some() {
        let message = format!(
            "this network's blocks are elsewhere: `fabkube.lock` knows the block of channel `{name}`, and `{path}` is not there"
        );
        return Some(Problem::new(Code::FK0401, message).at(&channel.place).help(
            "bring the folder of the network's blocks here, name it with `--artifacts-dir`, or begin another network with `--new-network`",
        ));
    }
    (making == Making::Nothing).then(|| {
        Problem::new(Code::FK0402, format!("the block of channel `{name}` is not there, and nothing may be made: `{path}`"))
            .at(&channel.place)
            .help("render once without `--frozen` or `--check`, and keep the block that it makes")
    })
}

fn stored(channel: &Channel, path: PathBuf, bytes: Vec<u8>, known: Option<&str>, problems: &mut Problems) -> Option<Stored> {
    let at = Place::file(&path);
    let hash = sha256(&bytes);
    if let Some(known) = known.filter(|known| *known != hash) {
        let message =
            format!("this is another block of channel `{}` than `fabkube.lock` knows: `{hash}`, not `{known}`", channel.name);
        problems.push(Problem::new(Code::FK0403, message).at(&at).help(
            "every node must start from one and the same block: bring the known one back, or begin another network with `--new-network`",
        ));
        return None;
    }
    let help = format!("it must be the first block of channel `{}`, as fabkube or configtxgen makes it", channel.name);
    match block::read(&bytes) {
        Ok(Genesis { channel_id, group }) if channel_id == channel.name => Some(Stored { path, bytes, group }),
        Ok(Genesis { channel_id, group: _ }) => {
            let message = format!("this is the block of channel `{channel_id}`, not of `{}`", channel.name);
            problems.push(Problem::new(Code::FK0405, message).at(&at).at(&channel.place).help(help));
            None
        }
        Err(reason) => {
            let message = format!("this is not the first block of a channel: {reason}");
            problems.push(Problem::new(Code::FK0404, message).at(&at).help(help));
            None
        }
    }
}

/// The keys of a block's consenters that are nodes of ours: by the model's consenter of that address, else by a node's names.
fn pinned(network: &Network, channel: &Channel, stored: &Stored) -> Vec<Pinned> {
    let mut found = Vec::new();
    for named in consenters(&stored.group) {
        let address = (named.host.as_str(), named.port);
        let same = |known: &HostPort| (known.host.as_str(), u32::from(known.port)) == address;
        let modelled = channel.config.consenters();
        let modelled = modelled.iter().find(|known| same(&known.address.written) || same(&known.address.deployed));
        let ours = match modelled {
            Some(modelled) => modelled.node().is_some(),
            None => network
                .nodes()
                .filter(|node| node.role == Role::Orderer)
                .any(|node| node.host == named.host || node.sans.contains(&named.host)),
        };
        let keys = [(PinnedKey::Tls, &named.server_tls_cert), (PinnedKey::Signing, &named.identity)];
        for (key, certificate) in keys.into_iter().filter(|_| ours) {
            found.extend(key_fingerprint(certificate).map(|fingerprint| Pinned {
                fingerprint,
                key,
                holder: format!("{}:{}", named.host, named.port),
                place: Place::file(&stored.path),
            }));
        }
    }
    found
}

fn named(channel: &Channel, stored: &Stored) -> Vec<BlockAddress> {
    let (channel, place) = (&channel.name, Place::file(&stored.path));
    let address = |address| BlockAddress { address, channel: channel.clone(), place: place.clone() };
    addresses::addresses(&stored.group).into_iter().map(address).collect()
}

/// The orgs of ours that have an MSP in the block.
fn rooted(channel: &Channel, stored: &Stored) -> Vec<Rooted> {
    let known = channel.config.orgs().filter(|(section, org)| compare::stored_msp(&stored.group, section, org).is_some());
    let place = Place::file(&stored.path);
    known.filter_map(|(_, org)| Some(Rooted { org: org.org()?, channel: channel.name.clone(), place: place.clone() })).collect()
}

/// A consenter as a block names it, of Raft or BFT; Raft knows no identity.
pub(super) struct Named {
    pub host: String,
    pub port: u32,
    server_tls_cert: Vec<u8>,
    identity: Vec<u8>,
}

/// The consenters that a configuration names, in its order.
pub(super) fn consenters(group: &ConfigGroup) -> Vec<Named> {
    let raft = raft_consenters(group).into_iter().map(|RaftConsenter { host, port, client_tls_cert: _, server_tls_cert }| {
        Named { host, port, server_tls_cert, identity: Vec::new() }
    });
    let value = group.groups.get("Orderer").and_then(|orderer| orderer.values.get("Orderers"));
    let mapping = value.and_then(|value| Orderers::decode(value.value.as_slice()).ok()).unwrap_or_default().consenter_mapping;
    let bft = mapping.into_iter().map(|consenter| Named {
        host: consenter.host,
        port: consenter.port,
        server_tls_cert: consenter.server_tls_cert,
        identity: consenter.identity,
    });
    raft.chain(bft).collect()
}

fn raft_consenters(group: &ConfigGroup) -> Vec<RaftConsenter> {
    let value = group.groups.get("Orderer").and_then(|orderer| orderer.values.get("ConsensusType"));
    let consensus = value.and_then(|value| ConsensusType::decode(value.value.as_slice()).ok());
    let metadata = consensus.filter(|c| c.r#type == ETCDRAFT).and_then(|c| RaftMetadata::decode(c.metadata.as_slice()).ok());
    metadata.map(|metadata| metadata.consenters).unwrap_or_default()
}
