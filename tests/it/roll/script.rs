//! The script of `flow roll` against a cluster of files.

use super::Script;
use crate::support::{Project, root};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A cluster of files: `<node>.pod` says what Kubernetes would of a pod (`uid|revision|deleted|ready|shape`), `<node>.metrics` what
/// the orderer tells. What is asked to be deleted is down for two questions; then `<node>.behind` answers to two more, if it is there.
struct Files {
    dir: tempfile::TempDir,
}

const KUBECTL: &str = r#"#!/bin/sh
cd "$STATE"
[ "$1" = -n ] && shift 2
case "$1 $2" in
  'get statefulset') printf '2|%s|new' "$(cat "$3.observed" 2>/dev/null || echo 2)" ;;
  'get pod')
    node=${3%-0}
    if [ -e "$node.down" ]; then
      left=$(cat "$node.down")
      if [ -e "$node.lost" ]; then printf '%s' "u2|new||False|Pending CrashLoopBackOff it panics "; exit; fi
      if [ "$left" -gt 0 ]; then echo $((left - 1)) >"$node.down"; printf 'u1|old|2026-01-01T00:00:00Z|False|Running   '; exit; fi
      rm "$node.down"
      echo "ready $node" >>log
      printf 'u2|new||True|Running   ' >"$node.pod"
    fi
    cat "$node.pod" 2>/dev/null ;;
  'delete pod')
    node=${3%-0}
    for down in *.down; do [ ! -e "$down" ] || echo "beside ${down%.down}" >>log; done
    echo "delete $node" >>log
    echo 2 >"$node.down"
    ;;
  *) echo "kubectl $* is not known" >&2; exit 1 ;;
esac
"#;

const CURL: &str = r#"#!/bin/sh
cd "$STATE"
while [ $# -gt 1 ]; do
  case $1 in
    --output) out=$2 ;;
    --connect-to) at=${2#::} ;;
    --cacert | --cert | --key) tls="$tls$1 $2 " ;;
  esac
  shift
done
node=${at:-${1#*://}}
node=${node%%.*}
echo "$node: $tls$1" >>asked
# One that runs as it was before TLS was switched on.
if [ -e "$node.plain" ] && ! grep -q "^delete $node" log; then was=http; else was=${tls:+https}; fi
case $1 in "${was:-http}":*) ;; *) echo "curl: it speaks no ${1%%:*}" >&2; exit 35 ;; esac
[ ! -e "$node.down" ] || { echo "beside the pod of $node" >>log; exit 7; }
if [ -e "$node.behind" ] && grep -q "^delete $node" log; then
  echo "behind $node" >>log
  cp "$node.behind" "$out"
  asked=$(grep -c "^behind $node" log)
  [ "$asked" -lt 2 ] || rm "$node.behind"
  exit
fi
[ -e "$node.metrics" ] || exit 22
cp "$node.metrics" "$out"
"#;

/// What an orderer of Raft tells of one channel.
fn raft(is_leader: u8, active: u8, height: &str) -> String {
    format!(
        "fabric_version{{version=\"2.5\"}} 1\n\
         consensus_etcdraft_active_nodes{{channel=\"mychannel\"}} {active}\n\
         consensus_etcdraft_cluster_size{{channel=\"mychannel\"}} 3\n\
         consensus_etcdraft_is_leader{{channel=\"mychannel\"}} {is_leader}\n\
         ledger_blockchain_height{{channel=\"mychannel\"}} {height}\n"
    )
}

const NODES: [&str; 3] = ["orderer-orderer0", "orderer-orderer1", "orderer-orderer2"];

impl Files {
    /// Three orderers, all of the old revision and ready; the first one leads.
    fn new() -> Self {
        let files = Self { dir: tempfile::tempdir().unwrap() };
        for (name, text) in [("bin/kubectl", KUBECTL), ("bin/curl", CURL)] {
            files.write(name, text);
            std::fs::set_permissions(files.dir.path().join(name), PermissionsExt::from_mode(0o755)).unwrap();
        }
        files.write("state/log", "");
        for (i, node) in NODES.iter().enumerate() {
            files.pod(node, "u1|old||True|Running   ");
            files.write(&format!("state/{node}.metrics"), &raft(u8::from(i == 0), 3, "1.234567e+06"));
        }
        files
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn pod(&self, node: &str, says: &str) {
        self.write(&format!("state/{node}.pod"), says);
    }

    fn run(&self, args: &[&str]) -> Told {
        self.run_in(&Project::sample(), args)
    }

    fn run_in(&self, project: &Project, args: &[&str]) -> Told {
        let script = Script::of(project, args);
        let state: PathBuf = self.dir.path().join("state");
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([self.dir.path().join("bin")].into_iter().chain(std::env::split_paths(&inherited)));
        let output = Command::new("sh")
            .args(["-c", &script.text])
            .envs(&script.env)
            .env("PATH", path.unwrap())
            .envs([("STATE", state.as_os_str()), ("TMPDIR", self.dir.path().as_os_str())])
            .envs([("PAUSE", "0"), ("SETTLING", "1")])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        // Without the time that each line begins with.
        let said = String::from_utf8(output.stdout).unwrap().lines().map(|line| format!("{}\n", &line[9..])).collect();
        let log = crate::support::read(&state.join("log"));
        Told { code: output.status.code().unwrap(), said, log: log.lines().map(str::to_owned).collect() }
    }
}

/// What the script said, how it ended, and what it did.
#[derive(Debug)]
struct Told {
    code: i32,
    said: String,
    log: Vec<String>,
}

impl Told {
    fn deleted(&self) -> Vec<&str> {
        self.log.iter().filter_map(|line| line.strip_prefix("delete orderer-")).collect()
    }
}

#[test]
fn the_script_restarts_one_after_another_and_the_leader_last() {
    let told = Files::new().run(&[]);
    assert_eq!(told.code, 0, "{told:?}");
    let expected: Vec<String> =
        [1, 2, 0].iter().flat_map(|i| [format!("delete {}", NODES[*i]), format!("ready {}", NODES[*i])]).collect();
    assert_eq!(told.log, expected);
    assert!(
        told.said.contains("orderer-orderer1: it is at height 1234567 of mychannel, which orderer-orderer0 leads\n"),
        "{told:?}"
    );
    assert!(told.said.ends_with("done: every orderer that was to be restarted is back\n"), "{told:?}");
}

#[test]
fn the_script_waits_until_the_orderer_is_with_the_others() {
    for (behind, why) in [
        (raft(0, 0, "1.234567e+06").replace("mychannel", "other"), "a channel"),
        (raft(0, 0, "1.234567e+06"), "a leader"),
        (raft(0, 2, "1.234567e+06"), "as many as before"),
        (raft(0, 3, "1234566"), "the last block"),
    ] {
        let files = Files::new();
        files.write("state/orderer-orderer1.behind", &behind);
        let told = files.run(&[]);
        assert_eq!(told.code, 0, "{why}: {told:?}");
        let [one, two, three, four, five, ..] = told.log.as_slice() else { panic!("{told:?}") };
        assert_eq!([one, two], ["delete orderer-orderer1", "ready orderer-orderer1"], "{why}");
        assert_eq!(
            [three, four, five],
            ["behind orderer-orderer1", "behind orderer-orderer1", "delete orderer-orderer2"],
            "{why}"
        );
    }
}

#[test]
fn the_script_stops_where_an_orderer_does_not_come_back() {
    let files = Files::new();
    files.write("state/orderer-orderer1.lost", "");
    let told = files.run(&["--timeout", "1"]);
    assert_eq!((told.code, told.deleted()), (1, vec!["orderer1"]), "{told:?}");
    let last = told.said.lines().last().unwrap();
    assert_eq!(
        last,
        "stopped: orderer-orderer1 did not come back within 1 seconds: orderer-orderer1 is not ready: Pending CrashLoopBackOff it panics. Mend it (kubectl -n fabric describe pod orderer-orderer1-0), and run this again"
    );
    assert!(told.said.contains("left as they are: orderer-orderer0 orderer-orderer2\n"), "{told:?}");
}

#[test]
fn the_script_stops_where_the_others_have_no_leader_for_an_orderer() {
    let files = Files::new();
    for node in NODES {
        files.write(&format!("state/{node}.metrics"), &raft(0, 0, "7"));
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (1, vec![]), "{told:?}");
    assert!(told.said.ends_with("stopped: the channel mychannel has no leader. Nothing was done to orderer-orderer0 orderer-orderer1 orderer-orderer2\n"), "{told:?}");
}

#[test]
fn the_script_counts_consenters_that_are_not_its_own() {
    // Two of three are active: a third is elsewhere, and away.
    let files = Files::new();
    for (i, node) in NODES.iter().enumerate() {
        files.write(&format!("state/{node}.metrics"), &raft(u8::from(i == 0), 2, "7"));
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (1, vec![]), "{told:?}");
    assert!(
        told.said.contains("stopped: only 2 of the 3 consenters of mychannel are active, too few without orderer-orderer1"),
        "{told:?}"
    );
}

#[test]
fn the_script_restarts_nobody_while_another_is_down() {
    let files = Files::new();
    files.pod(NODES[2], "u1|new||False|Running   ");
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (1, vec![]), "{told:?}");
    assert!(told.said.contains("stopped: orderer-orderer2 is down, and no other is restarted meanwhile"), "{told:?}");
}

#[test]
fn the_script_begins_with_an_orderer_that_is_down_and_changed() {
    let files = Files::new();
    files.pod(NODES[2], "u1|old||False|Running CrashLoopBackOff  ");
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer2", "orderer1", "orderer0"]), "{told:?}");
}

#[test]
fn the_script_mends_orderers_that_are_all_down() {
    let files = Files::new();
    for node in NODES {
        files.pod(node, "u1|old||False|Running CrashLoopBackOff  ");
        // Until two are there, none leads.
        files.write(&format!("state/{node}.behind"), &raft(0, 0, "7"));
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer0", "orderer1", "orderer2"]), "{told:?}");
}

#[test]
fn the_script_leaves_alone_what_has_not_changed() {
    let files = Files::new();
    for node in NODES {
        files.pod(node, "u1|new||True|Running   ");
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.said.as_str()), (0, "every orderer is as its StatefulSet says: nothing to do\n"));
    let told = files.run(&["--node", "orderer1.example.com"]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer1"]), "{told:?}");
    let files = Files::new();
    files.pod(NODES[1], "u1|new||True|Running   ");
    assert_eq!(files.run(&[]).deleted(), ["orderer2", "orderer0"]);
}

#[test]
fn the_script_waits_for_readiness_alone_where_nobody_leads() {
    let files = Files::new();
    for node in NODES {
        let kafka = "fabric_version{version=\"1.4.12\"} 1\nledger_blockchain_height{channel=\"common\"} 7\n";
        files.write(&format!("state/{node}.metrics"), kafka);
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer0", "orderer1", "orderer2"]), "{told:?}");
    assert!(told.said.contains("orderer-orderer0: it is at height 7 of common\n"), "{told:?}");
}

#[test]
fn the_script_does_not_wait_for_blocks_of_a_channel_that_an_orderer_does_not_order() {
    let files = Files::new();
    let other = "ledger_blockchain_height{channel=\"other\"}";
    for (i, node) in NODES.iter().enumerate() {
        let of_other = if i == 1 {
            format!("{other} 1\n")
        } else {
            format!("{other} 9\nconsensus_etcdraft_is_leader{{channel=\"other\"}} {}\n", u8::from(i == 0))
        };
        files.write(&format!("state/{node}.metrics"), &(raft(u8::from(i == 0), 3, "7") + &of_other));
    }
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer1", "orderer2", "orderer0"]), "{told:?}");
}

#[test]
fn the_script_waits_for_a_leader_that_orderers_of_bft_know() {
    let bft = |leader: u8, is_leader: u8| {
        format!(
            "fabric_version{{version=\"3.1\"}} 1\nconsensus_BFT_leader_id{{channel=\"c\"}} {leader}\n\
             consensus_BFT_is_leader{{channel=\"c\"}} {is_leader}\nledger_blockchain_height{{channel=\"c\"}} 3\n"
        )
    };
    let files = Files::new();
    for (i, node) in NODES.iter().enumerate() {
        files.write(&format!("state/{node}.metrics"), &bft(1, u8::from(i == 0)));
    }
    files.write("state/orderer-orderer1.behind", &bft(0, 0));
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer1", "orderer2", "orderer0"]), "{told:?}");
    assert_eq!(told.log.iter().filter(|line| *line == "behind orderer-orderer1").count(), 2);
}

#[test]
fn the_script_restarts_nobody_that_it_cannot_watch() {
    let files = Files::new();
    std::fs::remove_file(files.dir.path().join("state/orderer-orderer2.metrics")).unwrap();
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (1, vec![]), "{told:?}");
    let why = "stopped: orderer-orderer2 tells no metrics at http://orderer-orderer2.fabric.svc.cluster.local:9443/metrics";
    assert!(told.said.contains(why), "{told:?}");
    // A StatefulSet that Kubernetes has not looked at says nothing of who is to be restarted.
    let files = Files::new();
    files.write("state/orderer-orderer0.observed", "1");
    let told = files.run(&[]);
    assert_eq!((told.code, told.deleted()), (1, vec![]), "{told:?}");
}

#[test]
fn the_script_asks_by_tls_at_the_service_and_by_the_name_that_the_certificate_has() {
    let project = Project::sample();
    project.write("own.yaml", "{addressing: domain, operations: {tls: {enabled: true}}}");
    let files = Files::new();
    for node in NODES {
        files.pod(node, "u1|new||True|Running   ");
    }
    let told = files.run_in(&project, &["-f", "own.yaml", "--all"]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer1", "orderer2", "orderer0"]), "{told:?}");
    let asked: BTreeSet<String> =
        crate::support::read(&files.dir.path().join("state/asked")).lines().map(str::to_owned).collect();
    let client = "/etc/hyperledger/clients/orderer-admin-tls";
    let each = |i: u8| {
        format!(
            "orderer-orderer{i}: --cacert /etc/hyperledger/roots/orderer.fabric.pem --cert {client}/tls.crt --key {client}/tls.key \
             https://orderer{i}.example.com:9443/metrics"
        )
    };
    assert_eq!(asked, BTreeSet::from([each(0), each(1), each(2)]));
    // One that is not to be told says where it was asked.
    std::fs::remove_file(files.dir.path().join("state/orderer-orderer2.metrics")).unwrap();
    let told = files.run_in(&project, &["-f", "own.yaml", "--all"]);
    let why = "stopped: orderer-orderer2 tells no metrics at https://orderer2.example.com:9443/metrics, \
               asked at orderer-orderer2.fabric.svc.cluster.local:9443\n";
    assert!(told.said.ends_with(why), "{told:?}");
}

#[test]
fn the_script_asks_orderers_without_tls_until_they_have_it() {
    let project = Project::sample();
    project.write("own.yaml", "operations: {tls: {enabled: true}}");
    let files = Files::new();
    for node in NODES {
        files.write(&format!("state/{node}.plain"), "");
    }
    let told = files.run_in(&project, &["-f", "own.yaml"]);
    assert_eq!((told.code, told.deleted()), (0, vec!["orderer1", "orderer2", "orderer0"]), "{told:?}");
    // What has started since then is not asked without.
    let asked = crate::support::read(&files.dir.path().join("state/asked"));
    let of_one: Vec<bool> =
        asked.lines().filter(|line| line.starts_with(NODES[1])).map(|line| line.contains(" https://")).collect();
    assert!(of_one.is_sorted() && !of_one[0] && of_one.last() == Some(&true), "{asked}");
}

/// Whether a program is on this machine.
fn has(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|dir| Path::new(&dir).join(program).is_file())
}

#[test]
fn the_script_is_clean_where_somebody_can_tell() {
    if !has("shellcheck") {
        return;
    }
    let output =
        Command::new("shellcheck").args(["-s", "sh"]).arg(root().join("templates/flow/roll/_roll.sh.j2")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
