//! A change in the steps that orderers take: Raft takes one consenter at a time ("update of more than one consenter at a time is
//! not supported", fabric `orderer/consensus/etcdraft/membership.go`). BFT takes any number, if the policy BlockValidation is of
//! the new consenters (fabric 3 `orderer/consensus/smartbft/configverifier.go`), and so the files have to say both.

use super::consensus::ETCDRAFT;
use super::proto::configtx::{ConfigGroup, ConfigValue};
use super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata};
use super::proto::smartbft::Orderers;
use prost::Message;

/// The configurations that lead from `current` to `target`, which is the last. Whatever is no consenter changes in the first,
/// but for ordering orgs that leave: their consenters have to go before them.
///
/// Consenters come before others go, so that a majority is there throughout; one that has a new certificate at its old address
/// takes one step, as Fabric rotates certificates.
pub(super) fn steps(current: &ConfigGroup, target: ConfigGroup) -> Vec<ConfigGroup> {
    let (Some(old), Some((consensus, metadata))) = (raft(current), raft(&target)) else { return vec![target] };
    let mut lists = memberships(&old.1.consenters, &metadata.consenters);
    lists.pop();
    let mut steps: Vec<ConfigGroup> = lists
        .into_iter()
        .map(|consenters| {
            let metadata = RaftMetadata { consenters, options: metadata.options.clone() };
            let consensus = ConsensusType { metadata: metadata.encode_to_vec(), ..consensus.clone() };
            between(current, &target, consensus.encode_to_vec())
        })
        .collect();
    steps.push(target);
    steps
}

/// The consenters of Raft, where there are some.
pub(super) fn raft(group: &ConfigGroup) -> Option<(ConsensusType, RaftMetadata)> {
    let consensus = ConsensusType::decode(group.groups.get("Orderer")?.values.get("ConsensusType")?.value.as_slice()).ok()?;
    let metadata = (consensus.r#type == ETCDRAFT).then(|| RaftMetadata::decode(consensus.metadata.as_slice()).ok())??;
    Some((consensus, metadata))
}

/// The consenters of BFT, where there are some.
pub(super) fn bft(group: &ConfigGroup) -> Option<Orderers> {
    Orderers::decode(group.groups.get("Orderer")?.values.get("Orderers")?.value.as_slice()).ok()
}

fn between(current: &ConfigGroup, target: &ConfigGroup, consensus: Vec<u8>) -> ConfigGroup {
    let mut step = target.clone();
    let leaving = current.groups.get("Orderer").map(|orderer| orderer.groups.clone()).unwrap_or_default();
    if let Some(orderer) = step.groups.get_mut("Orderer") {
        for (name, org) in leaving {
            orderer.groups.entry(name).or_insert(org);
        }
        orderer.values.entry("ConsensusType".into()).and_modify(|value: &mut ConfigValue| value.value = consensus);
    }
    step
}

/// The lists of consenters from one to the next, the last of which has all of `new`. There is one at least.
fn memberships(old: &[RaftConsenter], new: &[RaftConsenter]) -> Vec<Vec<RaftConsenter>> {
    let has = |list: &[RaftConsenter], consenter: &RaftConsenter| {
        list.iter().any(|known| known.client_tls_cert == consenter.client_tls_cert)
    };
    let at = |list: &[RaftConsenter], consenter: &RaftConsenter| {
        list.iter().position(|known| (&known.host, known.port) == (&consenter.host, consenter.port))
    };
    // Those that stay have at once all that is new of them.
    let mut list: Vec<RaftConsenter> = old
        .iter()
        .map(|known| new.iter().find(|new| new.client_tls_cert == known.client_tls_cert).unwrap_or(known).clone())
        .collect();
    let mut lists = Vec::new();
    let coming: Vec<&RaftConsenter> = new.iter().filter(|consenter| !has(old, consenter)).collect();
    let is_rotated = |consenter: &RaftConsenter| at(old, consenter).is_some_and(|i| !has(new, &old[i]));
    let (rotated, added): (Vec<&RaftConsenter>, Vec<&RaftConsenter>) = coming.into_iter().partition(|c| is_rotated(c));
    for consenter in added {
        list.push(consenter.clone());
        lists.push(list.clone());
    }
    for consenter in rotated {
        if let Some(i) = at(&list, consenter) {
            list[i] = consenter.clone();
            lists.push(list.clone());
        }
    }
    while let Some(i) = list.iter().position(|known| !has(new, known)) {
        list.remove(i);
        lists.push(list.clone());
    }
    if lists.is_empty() {
        lists.push(list);
    }
    lists
}
