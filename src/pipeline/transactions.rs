//! The calls for channels that begin with a transaction, and for anchor peers that are told by one. They take no keys.

use super::{channel_purpose, needs_ports, network, one};
use crate::channel::{self, Hosts};
use crate::diag::{Problems, Stop};
use crate::fs::Mode;
use crate::network::{Beginning, Channel, Network};
use crate::project::Project;
use crate::store::{Making, Store};
use std::path::Path;

/// A transaction, and what it is called in the folder of artifacts.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub file: String,
    pub bytes: Vec<u8>,
}

/// The transaction that creates the one channel that a command is about. It takes no keys.
pub fn channel_transaction(project: &Project, hosts: Hosts, problems: &mut Problems) -> Result<Transaction, Stop> {
    let network = network(project, channel_purpose(hosts), problems)?;
    let channel = one(created_channels(&network, project), "is created by a transaction", "channel genesis", &network, problems)?;
    creation(channel)
}

fn creation(channel: &Channel) -> Result<Transaction, Stop> {
    Ok(Transaction { file: channel.transaction_file(), bytes: channel::channel_creation(channel)? })
}

/// The transactions that create the channels of a project, stored where they are not there yet.
pub fn store_channel_transactions(project: &Project, hosts: Hosts, problems: &mut Problems) -> Result<Vec<String>, Stop> {
    let network = network(project, channel_purpose(hosts), problems)?;
    let channels = created_channels(&network, project);
    if channels.is_empty() {
        one(channels, "is created by a transaction", "channel genesis", &network, problems)?;
        return Ok(Vec::new());
    }
    let store = Store::open(&project.artifacts_store(), Making::Missing);
    let mut missing = Vec::new();
    for channel in channels {
        if !store.has(Path::new(&channel.transaction_file()))? {
            missing.push(creation(channel)?);
        }
    }
    store_transactions(project, &missing)
}

/// Adds transactions to the folder of artifacts, where none of them may be yet.
pub fn store_transactions(project: &Project, transactions: &[Transaction]) -> Result<Vec<String>, Stop> {
    let store = Store::open(&project.artifacts_store(), Making::Missing);
    let mut made = Vec::new();
    for Transaction { file, bytes } in transactions {
        store.add(Path::new(file), bytes, Mode::Public)?;
        made.push(store.path(Path::new(file)).display().to_string());
    }
    if !made.is_empty() {
        store.keep()?;
    }
    Ok(made)
}

/// The transaction that tells a channel, created by a transaction, the anchor peers of an org.
pub fn anchors_transaction(project: &Project, org: &str, hosts: Hosts, problems: &mut Problems) -> Result<Transaction, Stop> {
    let network = network(project, channel_purpose(hosts), problems)?;
    needs_ports((project, &network), hosts, problems)?;
    let store = Store::open(&project.artifacts_store(), Making::Nothing);
    let with_application = network.channels.iter().filter(|channel| channel.config.application.is_some());
    let channel = one(with_application.collect(), "has applications", "channel genesis", &network, problems)?;
    let was_created = channel.begins_with == Beginning::Transaction || store.has(Path::new(&channel.transaction_file()))?;
    channel::anchor_peers(channel, &channel::AnchorsOf { network: &network, org, hosts, was_created }, problems)
        .map(|(file, bytes)| Transaction { file, bytes })
}

/// The channels that a system channel's orderers make. One that the command line names is taken at its word, as configtxgen does,
/// where its profile has what such a channel needs.
fn created_channels<'a>(network: &'a Network, project: &Project) -> Vec<&'a Channel> {
    let is_named = project.channel.as_ref().is_some_and(|choice| choice.profile.is_some());
    let is_created = |channel: &&Channel| {
        let could_be = channel.config.consortium.is_some() && channel.config.application.is_some();
        channel.begins_with == Beginning::Transaction || (is_named && could_be)
    };
    network.channels.iter().filter(is_created).collect()
}
