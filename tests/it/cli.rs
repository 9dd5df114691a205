//! The command line: exit codes, what goes where, and what each command leaves behind. Wrong input is `diagnostics`'s.

use crate::support::{Project, Ran, read, root};
use fabkube::diag::Code;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

type Tree = std::collections::BTreeMap<PathBuf, Vec<u8>>;

/// The files that differ between two trees, or are in one of them alone.
fn changed(before: &Tree, after: &Tree) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path));
    paths.map(|path| path.display().to_string()).collect()
}

fn next(ran: &Ran) -> Option<&str> {
    ran.stderr.lines().find_map(|line| line.strip_prefix("next: "))
}

#[test]
fn what_is_no_command_ends_with_2_and_says_how_to_go_on() {
    let project = Project::sample();
    for args in [
        &["rendr"][..],
        &["render", "--frozn"],
        &["render", "--secrets", "all"],
        &["explain", "FK9999"],
        &["render", "--check"],
        &[],
    ] {
        let ran = project.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(
            ran.stdout.is_empty() && ran.stderr.contains("Usage") || ran.stderr.contains("--help"),
            "{args:?}: {}",
            ran.stderr
        );
    }
    assert_eq!(project.tree(".").len(), 4);
}

#[test]
fn a_folder_that_cannot_be_written_ends_with_2_and_names_the_path() {
    let project = Project::sample();
    project.write("channel-artifacts", "a file where a folder belongs");
    let ran = project.run(&["render"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("channel-artifacts"), "{}", ran.stderr);
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let project = Project::empty();
    for (path, bytes) in Project::sample().tree(".") {
        project.write(&format!("sub/{}", path.display()), std::str::from_utf8(&bytes).unwrap());
    }
    let before = project.run(&["-C", "sub", "-n", "trade", "--fabric-version", "2.5.9", "show"]).ok().stdout;
    let after = project.run(&["show", "-C", "sub", "--namespace", "trade", "--fabric-version", "2.5.9"]).ok().stdout;
    assert_eq!(before, after);
    assert!(before.contains("namespace trade") && before.contains("Fabric 2.5.9"), "{before}");
    let elsewhere =
        ["--crypto-config", "sub/crypto-config.yaml", "--configtx", "sub/configtx.yaml", "--network", "sub/network.yaml"];
    let ran =
        project.run(&[&elsewhere[..], &["-f", "sub/values.yaml", "show", "-n", "trade", "--fabric-version", "2.5.9"]].concat());
    assert_eq!(ran.ok().stdout, before);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let project = Project::sample_with_stores();
    for args in [&["render", "--frozen"][..], &["values"], &["explain"], &["show", "-o", "json"], &["check"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fabkube"))
            .args(args)
            .current_dir(project.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn stdout_has_the_product_alone_and_stderr_what_was_made() {
    let project = Project::sample();
    let ran = project.run(&["render"]).ok();
    for document in ran.stdout.split("---\n").skip(1) {
        let value: serde_yaml::Value = serde_yaml::from_str(document).unwrap();
        assert!(value["kind"].is_string() && value["metadata"]["name"].is_string());
    }
    assert!(ran.stderr.contains("made channel-artifacts/mychannel.block\n"), "{}", ran.stderr);
    assert!(next(&ran).is_some_and(|next| next.contains("fabkube.lock")), "{}", ran.stderr);
    assert_eq!(project.run(&["render"]).ok().stderr, "");
}

#[test]
fn a_folder_is_checked_against_what_would_be_rendered() {
    let project = Project::sample_with_stores();
    let check = || project.run(&["render", "--output-dir", "out", "--check"]);
    let before = project.tree(".");
    let ran = check().wrong();
    assert!(ran.stderr.contains("files differ in `out`"), "{}", ran.stderr);
    assert_eq!(project.tree("."), before, "`--check` writes nothing");

    let ran = project.run(&["render", "--output-dir", "out"]).ok();
    assert!(next(&ran).is_some_and(|next| next.contains("kubectl apply -R -f out")), "{}", ran.stderr);
    assert_eq!((ran.stdout.as_str(), check().ok().stdout.as_str()), ("", ""));

    project.replace("values.yaml", "cpu: 250m", "cpu: 300m");
    let ran = check().wrong();
    assert!(
        ran.stdout.contains("--- out/fabric/org1-peer0.statefulset.yaml\n+++ out/fabric/org1-peer0.statefulset.yaml\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("\n-              cpu: 250m\n+              cpu: 300m\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("1 file differs"), "{}", ran.stderr);
    project.run(&["render", "--output-dir", "out"]).ok();

    project.replace("out/fabric/org1-peer0-tls.secret.yaml", "tls.key: ", "tls.key: eA==");
    let ran = check().wrong();
    assert!(ran.stdout.contains("org1-peer0-tls.secret.yaml") && !ran.stdout.contains("tls.key"), "{}", ran.stdout);
    project.run(&["render", "--output-dir", "out"]).ok();

    project.write("out/fabric/mine.yaml", "a: user's own\n");
    assert_eq!(check().ok().stdout, "", "what fabkube never rendered is nobody's business");
    project.write(
        "out/fabric/old.secret.yaml",
        "---\n# Source: peer/own.yaml.j2\napiVersion: v1\nkind: Secret\nmetadata: {name: old}\ndata: {key: c2VjcmV0}\n",
    );
    let ran = check().wrong();
    assert!(ran.stdout.contains("old.secret.yaml") && !ran.stdout.contains("c2VjcmV0"), "{}", ran.stdout);
    assert!(next(&ran).is_some_and(|next| next.contains("delete the manifests")), "{}", ran.stderr);
    let ran = project.run(&["render", "--output-dir", "out"]).ok();
    assert!(ran.stderr.contains("`out/fabric/old.secret.yaml` is not rendered any more"), "{}", ran.stderr);
    assert!(project.path().join("out/fabric/old.secret.yaml").exists());
}

#[test]
fn a_redacted_folder_is_checked_without_keys() {
    let project = Project::sample_with_stores();
    project.run(&["render", "--secrets", "redact", "--output-dir", "out"]).ok();
    for path in project
        .tree("crypto-config")
        .into_keys()
        .filter(|path| path.ends_with("priv_sk") || path.extension().is_some_and(|e| e == "key"))
    {
        project.remove(&format!("crypto-config/{}", path.display()));
    }
    project.run(&["render", "--secrets", "redact", "--output-dir", "out", "--check"]).ok();
    project.replace("out/fabric/org1-peer0-tls.secret.yaml", "tls.key: ", "tls.key: eA==");
    let ran = project.run(&["render", "--secrets", "redact", "--output-dir", "out", "--check"]).wrong();
    assert!(ran.stdout.contains("\n-  tls.key: eA==") && ran.stdout.contains("\n+  tls.key: "), "what is redacted may be shown");
    for args in [&["check"][..], &["show"], &["show", "-o", "yaml"]] {
        project.run(args).ok();
    }
}

#[test]
fn only_objects_that_are_asked_for_are_shown() {
    let project = Project::sample_with_stores();
    let shown = |args: &[&str]| -> Vec<String> {
        let stream = project.run(&[&["render", "--frozen"], args].concat()).ok().stdout;
        let documents = stream.split("---\n").skip(1).map(|text| serde_yaml::from_str::<serde_yaml::Value>(text).unwrap());
        documents.map(|v| format!("{}/{}", v["kind"].as_str().unwrap(), v["metadata"]["name"].as_str().unwrap())).collect()
    };
    assert_eq!(shown(&["-s", "StatefulSet/org1-*"]), ["StatefulSet/org1-peer0", "StatefulSet/org1-peer1"]);
    let gateways =
        ["Namespace/fabric", "Service/orderer-orderer-svc", "Service/org1-peer-gateway-svc", "Service/org2-peer-gateway-svc"];
    assert_eq!(shown(&["-s", "org/service.yaml.j2", "-s", "Namespace/*"]), gateways);
    assert_eq!(shown(&["--secrets", "only", "-s", "*/org2-peer0*"]).len(), 3);
}

#[test]
fn a_lost_peer_pair_is_made_again_and_nothing_else() {
    let project = Project::sample_with_stores();
    let before = project.tree(".");
    let tls = "crypto-config/peerOrganizations/org2.example.com/peers/peer1.org2.example.com/tls";
    project.remove(&format!("{tls}/server.crt"));
    project.remove(&format!("{tls}/server.key"));
    let ran = project.run(&["render"]).ok();
    assert_eq!(changed(&before, &project.tree(".")), [format!("{tls}/server.crt"), format!("{tls}/server.key")].into());
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("made ")).count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("peer1.org2.example.com"), "{}", ran.stderr);
    project.run(&["render", "--frozen"]).ok();
}

#[test]
fn a_lock_whose_keys_are_elsewhere_stops_until_a_new_network_is_wanted() {
    let project = Project::sample_with_stores();
    let old = project.read("fabkube.lock");
    project.remove("crypto-config");
    project.remove("channel-artifacts");
    for args in [&["render"][..], &["crypto", "generate"], &["render", "--secrets", "redact"]] {
        let ran = project.run(args).wrong();
        assert!(ran.stderr.contains("elsewhere"), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(project.tree(".").len(), 5, "nothing was made");
    project.run(&["render", "--new-network"]).ok();
    let new = project.read("fabkube.lock");
    let fingerprints = |text: &str| {
        text.split_whitespace().filter(|word| word.starts_with("sha256:")).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert!(fingerprints(&new).is_disjoint(&fingerprints(&old)), "{new}");
    assert_eq!(fingerprints(&new).len(), fingerprints(&old).len());
    project.run(&["render", "--frozen"]).ok();
}

#[test]
fn keys_can_be_made_before_blocks() {
    let project = Project::sample();
    let ran = project.run(&["crypto", "generate"]).ok();
    assert!(ran.stdout.is_empty() && ran.stderr.contains("is complete"), "{}", ran.stderr);
    assert!(project.tree("channel-artifacts").is_empty());
    let keys = project.tree("crypto-config");
    let again = project.run(&["crypto", "generate"]).ok();
    assert!(!again.stderr.contains("made "), "{}", again.stderr);
    let ran = project.run(&["render"]).ok();
    assert!(ran.stderr.starts_with("made channel-artifacts/mychannel.block\n"), "{}", ran.stderr);
    assert_eq!(project.tree("crypto-config"), keys);
}

#[test]
fn a_block_is_made_once_or_beside_or_as_written() {
    let project = Project::sample();
    let addresses = |file: &str| -> BTreeSet<String> {
        let block = std::fs::read(project.path().join(file)).unwrap();
        crate::block::addresses(&block).into_iter().map(|dialled| dialled.address).collect()
    };
    project.run(&["channel", "genesis"]).ok();
    let stored = project.tree("channel-artifacts");
    assert!(addresses("channel-artifacts/mychannel.block").contains("org1-peer0.fabric.svc.cluster.local:7051"));
    project.run(&["channel", "genesis"]).ok();
    assert_eq!(project.tree("channel-artifacts"), stored);

    project.run(&["channel", "genesis", "--new"]).ok();
    let changes = changed(&stored, &project.tree("channel-artifacts"));
    assert_eq!(changes, ["mychannel.2.block".to_owned()].into());
    assert_eq!(addresses("channel-artifacts/mychannel.2.block"), addresses("channel-artifacts/mychannel.block"));

    project.run(&["channel", "genesis", "--profile", "TwoOrgs", "--channel", "other", "--as-written", "-o", "other.block"]).ok();
    let written = addresses("other.block");
    assert!(written.contains("orderer2.example.com:7050") && written.contains("peer0.org2.example.com:7051"), "{written:?}");
    assert!(written.iter().all(|address| !address.contains("svc")), "{written:?}");
    project.run(&["render", "--frozen"]).ok();
}

#[test]
fn every_code_is_explained() {
    let project = Project::empty();
    let all = project.run(&["explain"]).ok().stdout;
    assert_eq!(all.lines().count(), Code::ALL.len());
    for code in Code::ALL.iter().step_by(9) {
        let one = project.run(&["explain", &code.to_string().to_lowercase()]).ok().stdout;
        assert!(one.starts_with(&code.to_string()) && one.contains(code.explanation()), "{one}");
    }
}

#[test]
fn show_prints_the_network_and_what_templates_can_use_and_no_secret() {
    let project = Project::sample();
    let before = project.tree(".");
    let tree = project.run(&["show"]).ok().stdout;
    assert!(tree.contains("\n  org1-peer0  peer0.org1.example.com  org1-peer0.fabric.svc.cluster.local:7051  ["), "{tree}");
    let yaml: serde_json::Value = serde_yaml::from_str(&project.run(&["show", "-o", "yaml"]).ok().stdout).unwrap();
    let json: serde_json::Value = serde_json::from_str(&project.run(&["show", "-o", "json"]).ok().stdout).unwrap();
    assert_eq!(yaml, json);
    assert_eq!(json["peer"]["org1-peer0"]["peer"]["name"], "org1-peer0");
    assert_eq!(json["peer"]["org1-peer0"]["identity"]["tls"]["data"]["tls.key"], "<secret>");
    assert_eq!(project.tree("."), before, "`show` makes nothing");
}

#[test]
fn check_makes_nothing_and_tells_warnings() {
    let project = Project::sample();
    let before = project.tree(".");
    assert!(project.run(&["check"]).ok().stdout.starts_with("no problem"));
    project.replace("configtx.yaml", "BatchTimeout: 2s", "BatchTimeout: 2");
    assert!(project.run(&["check"]).ok().stdout.contains("warning[FK0260]"));
    assert!(project.run(&["check", "--deny-warnings"]).wrong().stdout.contains("warning[FK0260]"));
    project.replace("configtx.yaml", "BatchTimeout: 2", "BatchTimeout: 2s");
    assert_eq!(project.tree("."), before);
}

#[test]
fn values_and_version_are_printed() {
    let project = Project::empty();
    assert_eq!(project.run(&["values"]).ok().stdout, read(&root().join("values.yaml")));
    assert_eq!(project.run(&["version"]).ok().stdout, format!("fabkube {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn ejected_templates_render_as_the_built_in_ones_until_they_are_changed() {
    let project = Project::sample_with_stores();
    let list = project.run(&["templates", "list"]).ok().stdout;
    assert!(list.lines().any(|line| line.starts_with("peer/statefulset.yaml.j2") && line.contains("one peer")), "{list}");
    project.run(&["templates", "eject", "--output-dir", "own"]).ok();
    assert_eq!(project.tree("own").len(), list.lines().count());
    assert_eq!(project.run(&["templates", "eject", "peer/*", "--output-dir", "own"]).wrong().stdout, "");
    let usual = project.run(&["render", "--frozen"]).ok().stdout;
    assert_eq!(project.run(&["render", "--frozen", "--templates", "own"]).ok().stdout, usual);
    project.replace(
        "own/peer/serviceaccount.yaml.j2",
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
    );
    let other = project.run(&["render", "--frozen", "--templates", "own"]).ok().stdout;
    let lines = usual.lines().zip(other.lines()).filter(|(usual, other)| usual != other);
    assert_eq!(
        lines.collect::<BTreeSet<_>>(),
        [("automountServiceAccountToken: false", "automountServiceAccountToken: true")].into()
    );
    assert!(project.run(&["templates", "list", "--templates", "own"]).ok().stdout.contains("own/peer/serviceaccount.yaml.j2"));
}
