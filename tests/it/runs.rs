//! The store of keys among several runs: at once, and after a kill.

use crate::support::{Project, files};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Enough orgs that making their keys takes a while.
fn project() -> Project {
    let project = Project::empty();
    let orgs: String = (1..=12)
        .map(|i| {
            format!("- {{Name: Org{i}, Domain: org{i}.example.com, EnableNodeOUs: {}, Template: {{Count: 8}}, Users: {{Count: 2}}}}\n", i % 2 == 0)
        })
        .collect();
    let orderers = "- {Name: Orderer, Domain: example.com, EnableNodeOUs: true, Template: {Count: 3}}";
    project.write("crypto-config.yaml", &format!("OrdererOrgs:\n{orderers}\nPeerOrgs:\n{orgs}"));
    project
}

fn generate(project: &Project) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabkube"));
    command.args(["crypto", "generate"]).current_dir(project.path()).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Every certificate that is made with a key has it beside it, and nothing else is in the store.
fn is_sound(tree: &BTreeMap<PathBuf, Vec<u8>>) {
    for path in tree.keys() {
        let name = path.to_str().unwrap();
        let key = match path.extension().and_then(|e| e.to_str()) {
            _ if name.starts_with(".fabkube-new/") => continue,
            Some("crt") if !name.ends_with("/ca.crt") => path.with_extension("key"),
            Some("pem") if name.contains("/signcerts/") => path.ancestors().nth(2).unwrap().join("keystore/priv_sk"),
            Some("pem") if name.contains("/ca/") || name.contains("/tlsca/") => path.with_file_name("priv_sk"),
            Some("pem" | "yaml" | "crt") => continue,
            Some("key") => continue,
            None if name.ends_with("priv_sk") => continue,
            _ => panic!("{name} is in the store"),
        };
        assert!(tree.contains_key(&key), "{name} has no key");
    }
}

/// A run adds nothing, and the store holds nothing but the tree.
fn is_complete(project: &Project) {
    let before = project.tree("crypto-config");
    let said = project.run(&["crypto", "generate"]).ok().stderr;
    assert!(!said.contains("made "), "{said}");
    assert_eq!(project.tree("crypto-config"), before);
    let names: Vec<_> =
        std::fs::read_dir(project.path().join("crypto-config")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    is_sound(&before);
}

#[test]
fn a_killed_run_leaves_what_the_next_completes() {
    let whole = project();
    let begun = Instant::now();
    assert!(generate(&whole).stderr(Stdio::null()).status().unwrap().success());
    let takes = begun.elapsed();
    let project = project();
    for part in 1..=9 {
        let mut child = generate(&project).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(takes * part / 10);
        let _ = child.kill();
        child.wait().unwrap();
        is_sound(&files(&project.path().join("crypto-config")));
        if part % 3 == 0 {
            for name in ["crypto-config", "fabkube.lock"].into_iter().filter(|name| project.path().join(name).exists()) {
                project.remove(name);
            }
        }
    }
    project.run(&["crypto", "generate"]).ok();
    is_complete(&project);
    let paths = |project: &Project| project.tree("crypto-config").into_keys().collect::<Vec<_>>();
    assert_eq!(paths(&project), paths(&whole));
}

#[test]
fn runs_at_once_make_one_set_of_keys() {
    let project = project();
    let children: Vec<_> = (0..3).map(|_| generate(&project).stderr(Stdio::piped()).spawn().unwrap()).collect();
    let said: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{said}");
            said
        })
        .collect();
    assert_eq!(said.iter().filter(|said| said.contains("made ")).count(), 1, "{said:#?}");
    is_complete(&project);
}

#[test]
fn growth_is_told_and_touches_nothing() {
    let project = project();
    generate(&project).stderr(Stdio::null()).status().unwrap();
    let before = project.tree("crypto-config");
    let file = "crypto-config.yaml";
    project.replace(file, "Domain: org12.example.com", "Domain: org13.example.com");
    let org1 = "org1.example.com, EnableNodeOUs: false, Template: {Count: ";
    project.replace(file, &format!("{org1}8"), &format!("{org1}9"));
    project.replace(file, "{Name: Orderer, ", "{Name: Orderer, Users: {Count: 1}, ");
    let said = project.run(&["crypto", "generate"]).ok().stderr;
    for line in [
        "warning[FK0105]: `Users` of an ordering org has no effect",
        "note[FK0343]: 1 folder in the tree that no file names\n  --> crypto-config/peerOrganizations/org12.example.com\n",
        "made crypto-config/peerOrganizations/org1.example.com/peers/peer8.org1.example.com\n",
        "made crypto-config/peerOrganizations/org13.example.com/users/Admin@org13.example.com\n",
        "13 orgs, 137 nodes and users; 14 made, 149 kept as they are",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let after = project.tree("crypto-config");
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
}

#[cfg(unix)]
#[test]
fn a_run_waits_for_another_and_says_so() {
    let project = project();
    let store = project.path().join("crypto-config");
    std::fs::create_dir(&store).unwrap();
    let other = std::fs::File::open(&store).unwrap();
    other.lock().unwrap();
    let child = generate(&project).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    assert!(is_empty(&store));
    // What makes nothing waits for nobody.
    assert_eq!(project.run(&["render", "--frozen"]).code, 1);
    project.run(&["check"]).ok();
    drop(other);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.starts_with("waiting for another fabkube"), "{said}");
}

#[cfg(unix)]
fn is_empty(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
}
