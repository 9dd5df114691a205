//! The script of `flow roll` restarts real orderers, which tell it who leads. Kubernetes is a stub that says what the test does to pods.

use super::client::CHANNEL;
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{join_orderers, metric};
use super::pod::{fill, write_files};
use super::process::{Access, Invocation, PATIENCE, PAUSE};
use super::programs::{programs, say, version};
use super::system_channel;
use super::{AS_WRITTEN, keys_of_cryptogen, with_keys};
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

/// A network whose orderers are restarted.
struct Case<'a> {
    name: &'a str,
    /// Of Fabric.
    lines: &'a [&'a str],
    leads: Leader,
    channel: &'a str,
    set: &'a [&'a str],
    /// What is set besides before the orderers are restarted, and not when they start.
    later: &'a [&'a str],
    dns: &'a [(&'a str, &'a str)],
    /// A Secret of the user's is the copy of one that is here.
    copied: Option<(&'a str, &'a str)>,
}

const OF_RAFT: Case<'static> =
    Case { name: "Raft", lines: &["2.5", "3."], leads: RAFT, channel: CHANNEL, set: &[], later: &[], dns: &[], copied: None };
const OF_BFT: Case<'static> = Case { name: "BFT", lines: &["3."], leads: BFT, ..OF_RAFT };
const OF_SYSTEM: Case<'static> =
    Case { lines: &["1.4."], channel: system_channel::SYSTEM, set: &["--set", "chaincode.runtime=none"], ..OF_RAFT };

#[test]
fn orderers_of_raft_are_restarted_one_by_one() {
    rolls(&OF_RAFT, Project::sample);
}

#[test]
fn orderers_of_bft_are_restarted_one_by_one() {
    rolls(&OF_BFT, || Project::copy_of(&root().join("samples/bft")));
}

#[test]
fn orderers_of_raft_with_a_system_channel_are_restarted_one_by_one() {
    rolls(&Case { name: "Raft in Fabric 1.4", ..OF_SYSTEM }, system_channel::raft);
}

#[test]
fn an_orderer_of_solo_is_restarted() {
    rolls(&Case { name: "Solo", leads: Leader::IsNot, ..OF_SYSTEM }, system_channel::solo);
}

#[test]
fn orderers_whose_operations_port_speaks_tls_are_restarted_one_by_one() {
    rolls(&Case { name: "Raft, watched by TLS", set: BY_TLS, ..OF_RAFT }, Project::sample);
}

#[test]
fn orderers_are_restarted_one_by_one_into_an_operations_port_that_speaks_tls() {
    rolls(&Case { name: "Raft from plain HTTP to TLS", later: BY_TLS, ..OF_RAFT }, Project::sample);
}

#[test]
fn orderers_of_fabric_1_4_whose_operations_port_speaks_tls_are_restarted_one_by_one() {
    let set = [OF_SYSTEM.set, BY_TLS].concat();
    rolls(&Case { name: "Raft in Fabric 1.4, watched by TLS", set: &set, ..OF_SYSTEM }, system_channel::raft);
}

/// Their certificates do not name their Services.
#[test]
fn orderers_with_the_keys_of_cryptogen_whose_operations_port_speaks_tls_are_restarted_one_by_one() {
    let Some(keys) = keys_of_cryptogen() else { return };
    let set = [&["--set", "addressing=domain"][..], BY_TLS].concat();
    let case = Case { name: "Raft with the keys of cryptogen, watched by TLS", set: &set, dns: &AS_WRITTEN, ..OF_RAFT };
    rolls(&case, || with_keys(&keys));
}

/// A certificate of one CA for all, and a root for each.
#[test]
fn orderers_of_orgs_in_namespaces_whose_operations_port_speaks_tls_are_restarted_one_by_one() {
    let own = ["--set", "operations.tls.clientSecret=metrics", "--set", "namespaces.mode=per-org"];
    let set = [BY_TLS, &own].concat();
    let copied = Some(("north-admin-tls", "metrics"));
    let case = Case { name: "BFT in namespaces, watched by TLS", set: &set, copied, ..OF_BFT };
    rolls(&case, || Project::copy_of(&root().join("samples/bft")));
}

const BY_TLS: &[&str] = &["--set", "operations.tls.enabled=true"];

fn rolls(case: &Case<'_>, project: impl Fn() -> Project) {
    let Case { name, lines, leads, channel, set, later, dns, copied } = *case;
    let Some(bin) = programs() else { return };
    let version = version(&bin);
    if !lines.iter().any(|line| version.starts_with(line)) {
        return say(&format!("skipped: the roll of {name} is not for Fabric {version}"));
    }
    let begun = Instant::now();
    let project = project();
    let rendered = |more: &[&str]| Manifests::read(&project.run(&[&["render"], set, more].concat()).ok().stdout);
    let mut manifests = rendered(&[]);
    if let Some((secret, copy)) = copied {
        manifests.copy_secret(secret, copy);
    }
    let mut cluster = match Cluster::new(manifests, bin, dns) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    if let Some((_, copy)) = copied {
        let folder = cluster.folder("metrics-client");
        write_files(&cluster.manifests.secret(copy), None, None, &folder);
        let client = Some((folder.join("tls.crt"), folder.join("tls.key")));
        cluster.pods.iter_mut().for_each(|pod| pod.metrics_client.clone_from(&client));
    }
    cluster.start("orderer");
    if channel == CHANNEL {
        join_orderers(&cluster, dns, project.path().join(format!("channel-artifacts/{CHANNEL}.block")).to_str().unwrap());
    }
    let led = |cluster: &Cluster| is_led(cluster, leads, channel);
    cluster.wait("a leader", || led(&cluster).then_some(()).ok_or("there is none".to_owned()));
    if !later.is_empty() {
        cluster.apply(rendered(later));
    }

    let (state, stubs, scratch) = (cluster.folder("roll/state"), cluster.folder("roll/bin"), cluster.folder("roll/tmp"));
    std::fs::write(stubs.join("kubectl"), KUBECTL).unwrap();
    std::fs::set_permissions(stubs.join("kubectl"), PermissionsExt::from_mode(0o755)).unwrap();
    let orderers = cluster.nodes("orderer");
    let says = |name: &str, text: &str| std::fs::write(state.join(format!("{name}-0")), text).unwrap();
    orderers.iter().for_each(|pod| says(&pod.name, "1|old||True|Running"));
    let leader = orderers.iter().find(|pod| matches!(leads, Leader::SaysSo(name) if metric(pod, name, channel) == Ok(1.0)));
    let leader = leader.map(|pod| pod.name.clone());

    let script = Script::of(&project, &[set, later].concat());
    let mut env = script.env.clone();
    for (mount, volume) in script.mounts.iter().filter(|(_, volume)| volume.empty_dir.is_none()) {
        let folder = cluster.folder(&format!("roll/volumes/{}", mount.name));
        fill(volume, &cluster.manifests, &folder);
        let list = env.get_mut("ORDERERS").unwrap();
        assert!(list.contains(&mount.mount_path), "{list}");
        *list = list.replace(&mount.mount_path, folder.to_str().unwrap());
    }
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
                assert!(led(&cluster), "{} is to be restarted, and there is no leader\n{}", pod.name, process.tail());
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
    assert!(led(&cluster), "{said}");
    let mut names: Vec<String> = orderers.iter().map(|pod| pod.name.clone()).collect();
    assert!(leader.is_none() || restarted.first() != leader.as_ref(), "{leader:?} was the first of {restarted:?}\n{said}");
    restarted.sort();
    names.sort();
    assert_eq!(restarted, names, "{said}");
    assert!(said.contains(&format!(" of {channel}")), "{said}");
    say(&format!("conformance: the roll of {name}: passed in {:.0?}", begun.elapsed()));
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
