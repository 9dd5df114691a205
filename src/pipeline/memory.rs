//! What is remembered of runs before: node ports that were allotted, and the lock that has them. What lies in the stores is `crypto`'s and
//! `channel`'s.

use super::Walk;
use crate::channel::{History, Hosts};
use crate::crypto;
use crate::diag::{Problems, Severity, Stop};
use crate::lock::{Lock, Memory, NodePorts};
use crate::network::{Network, Traces};
use crate::project::Project;
use crate::store::{Making, Store};

/// The node ports that were allotted before. A lock that cannot be read is a problem among those of the network.
pub(super) fn node_ports(project: &Project, memory: Memory, problems: &mut Problems) -> Result<NodePorts, Stop> {
    match Lock::load(&project.lock_file(), memory, problems) {
        Ok(lock) => Ok(lock.node_ports),
        Err(Stop::Reported) => Ok(NodePorts::new()),
        Err(stop) => Err(stop),
    }
}

/// Ports that others are told have to stay: what remembers none of them tells none either.
pub(super) fn needs_ports((project, network): (&Project, &Network), hosts: Hosts, problems: &mut Problems) -> Result<(), Stop> {
    if hosts == Hosts::Deployed {
        let known = node_ports(project, Memory::Counts, problems)?;
        network.check_ports((&known, &project.lock_file()), Making::Nothing, problems);
    }
    problems.stop_on_errors()
}

/// Whether node ports may be allotted now, if any are, and whether they move.
pub(super) fn check_ports(
    Walk { project, policy, memory, purpose, .. }: Walk<'_>,
    (network, keys): (&Network, &Store),
    (history, lock): (&History<'_>, &Lock),
    problems: &mut Problems,
) -> Result<(), Stop> {
    let file = project.lock_file();
    let writes_lock = policy.making.writes() || purpose.needs_ports();
    if writes_lock && !network.allotted_now(&lock.node_ports).is_empty() {
        let certificate = crypto::issued(network, keys)?;
        let traces = Traces { in_blocks: history.addresses(), certificate: certificate.as_deref() };
        let found = problems.count(Severity::Error);
        network.check_lost_ports((lock, &file, memory), &traces, problems);
        if problems.count(Severity::Error) > found {
            return Ok(());
        }
    }
    if purpose.needs_ports() {
        network.check_ports((&lock.node_ports, &file), policy.making, problems);
    }
    Ok(())
}

/// Writes new node ports down.
pub(super) fn remember_ports(walk: Walk<'_>, network: &Network, lock: &Lock) -> Result<(), Stop> {
    match network.allotted_now(&lock.node_ports).as_slice() {
        [] => Ok(()),
        _ => remember(walk, lock, |lock| network.remember(lock)),
    }
}

/// Writes the lock, where the policy writes at all and there is more to remember.
pub(super) fn remember(walk: Walk<'_>, lock: &Lock, facts: impl FnOnce(&mut Lock)) -> Result<(), Stop> {
    if walk.policy.making.writes() {
        let mut with_facts = lock.clone();
        facts(&mut with_facts);
        if with_facts != *lock {
            with_facts.save(&walk.project.lock_file())?;
        }
    }
    Ok(())
}
