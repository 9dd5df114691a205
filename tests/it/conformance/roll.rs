//! The script of `flow roll` restarts real orderers, which tell it who leads. Kubernetes is a stub that says what the test does to pods.

use super::client::CHANNEL;
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{join_orderers, metric};
use super::process::{Access, Invocation, PATIENCE, PAUSE};
use super::programs::{programs, say, version};
use super::system_channel;
use crate::roll::Script;
use crate::support::{Project, read, root};
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

const KUBECTL: &str = r#"#!/bin/sh
cd "$STATE"
case "$3 $4" in
  'get statefulset') printf '1|1|new' ;;
  'get pod') cat "$5" ;;
  'delete pod') printf '1|old|2026-01-01T00:00:00Z|False|Running' >"$5" && touch "$5.deleted" ;;
  *) exit 1 ;;
esac
"#;

/// How orderers of a network know of a leader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leader {
    /// One says so of itself.
    SaysSo(&'static str),
    /// Each names one.
    IsNamed(&'static str),
    /// There is none.
    IsNot,
}

const RAFT: Leader = Leader::SaysSo("consensus_etcdraft_is_leader");
const BFT: Leader = Leader::IsNamed("consensus_BFT_leader_id");

#[test]
fn orderers_of_raft_are_restarted_one_by_one() {
    rolls(&["2.5", "3."], "Raft", (RAFT, CHANNEL), &[], Project::sample);
}

#[test]
fn orderers_of_bft_are_restarted_one_by_one() {
    rolls(&["3."], "BFT", (BFT, CHANNEL), &[], || Project::copy_of(&root().join("samples/bft")));
}

#[test]
fn orderers_of_raft_with_a_system_channel_are_restarted_one_by_one() {
    let set = ["--set", "chaincode.runtime=none"];
    rolls(&["1.4."], "Raft in Fabric 1.4", (RAFT, system_channel::SYSTEM), &set, system_channel::raft);
}

#[test]
fn an_orderer_of_solo_is_restarted() {
    let set = ["--set", "chaincode.runtime=none"];
    rolls(&["1.4."], "Solo", (Leader::IsNot, system_channel::SYSTEM), &set, system_channel::solo);
}

fn rolls(lines: &[&str], case: &str, (leads, channel): (Leader, &str), set: &[&str], project: impl Fn() -> Project) {
    let Some(bin) = programs() else { return };
    let version = version(&bin);
    if !lines.iter().any(|line| version.starts_with(line)) {
        return say(&format!("skipped: the roll of {case} is not for Fabric {version}"));
    }
    let begun = Instant::now();
    let project = project();
    let manifests = Manifests::read(&project.run(&[&["render"], set].concat()).ok().stdout);
    let cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    cluster.start("orderer");
    if channel == CHANNEL {
        join_orderers(&cluster, &[], project.path().join(format!("channel-artifacts/{CHANNEL}.block")).to_str().unwrap());
    }
    let led = || is_led(&cluster, leads, channel);
    cluster.wait("a leader", || led().then_some(()).ok_or("there is none".to_owned()));

    let (state, stubs, scratch) = (cluster.folder("roll/state"), cluster.folder("roll/bin"), cluster.folder("roll/tmp"));
    std::fs::write(stubs.join("kubectl"), KUBECTL).unwrap();
    std::fs::set_permissions(stubs.join("kubectl"), PermissionsExt::from_mode(0o755)).unwrap();
    let orderers = cluster.nodes("orderer");
    let says = |name: &str, text: &str| std::fs::write(state.join(format!("{name}-0")), text).unwrap();
    orderers.iter().for_each(|pod| says(&pod.name, "1|old||True|Running"));
    let leader = orderers.iter().find(|pod| matches!(leads, Leader::SaysSo(name) if metric(pod, name, channel) == Ok(1.0)));
    let leader = leader.map(|pod| pod.name.clone());

    let script = Script::of(&project, set);
    let mut env = script.env.clone();
    let path = std::env::join_paths([stubs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())));
    let text = |path: std::ffi::OsString| path.into_string().unwrap();
    env.insert("PATH".to_owned(), text(path.unwrap()));
    env.insert("STATE".to_owned(), text(state.clone().into_os_string()));
    env.insert("TMPDIR".to_owned(), text(scratch.clone().into_os_string()));
    env.insert("PAUSE".to_owned(), "1".to_owned());
    env.insert("TIMEOUT".to_owned(), "100".to_owned());
    let folders = vec![(state.clone(), Access::ReadWrite), (scratch.clone(), Access::ReadWrite)];
    let command = ["sh", "-c", &script.text].map(str::to_owned);
    let invocation = Invocation { command: &command, env: &env, folders, working_dir: &scratch };
    let log = cluster.folder("roll").join("log");
    let mut process = cluster.sandbox.start("flow roll", &invocation, log.clone());
    let mut restarted: Vec<String> = Vec::new();
    let status = loop {
        if let Some(status) = process.ended() {
            break status;
        }
        assert!(begun.elapsed() < PATIENCE * 4, "the script does not end\n{}{}", process.tail(), cluster.tails());
        for pod in &orderers {
            let deleted = state.join(format!("{}-0.deleted", pod.name));
            if deleted.exists() {
                assert!(led(), "{} is to be restarted, and there is no leader\n{}", pod.name, process.tail());
                std::fs::remove_file(deleted).unwrap();
                restarted.push(pod.name.clone());
                cluster.restart(pod);
                says(&pod.name, "2|new||True|Running");
            }
        }
        std::thread::sleep(PAUSE);
    };
    let said = read(&log);
    assert!(status.success(), "{said}\n{}", cluster.tails());
    assert!(led(), "{said}");
    let mut names: Vec<String> = orderers.iter().map(|pod| pod.name.clone()).collect();
    assert!(leader.is_none() || restarted.first() != leader.as_ref(), "{leader:?} was the first of {restarted:?}\n{said}");
    restarted.sort();
    names.sort();
    assert_eq!(restarted, names, "{said}");
    assert!(said.contains(&format!(" of {channel}")), "{said}");
    say(&format!("conformance: the roll of {case}: passed in {:.0?}", begun.elapsed()));
}

/// Whether the orderers of a channel, which all run, have a leader.
fn is_led(cluster: &Cluster, leads: Leader, channel: &str) -> bool {
    let orderers = cluster.nodes("orderer");
    match leads {
        Leader::SaysSo(name) => orderers.iter().any(|pod| metric(pod, name, channel) == Ok(1.0)),
        Leader::IsNamed(name) => orderers.iter().all(|pod| metric(pod, name, channel).is_ok_and(|id| id > 0.0)),
        Leader::IsNot => true,
    }
}
