//! The store of keys among several runs: at once, and after a kill.

use crate::support::{Project, files};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Enough orgs that making their keys takes a while.
fn project() -> Project {
    project_of(12)
}

fn project_of(orgs: usize) -> Project {
    let project = Project::empty();
    let orgs: String = (1..=orgs)
        .map(|i| {
            format!("- {{Name: Org{i}, Domain: org{i}.example.com, EnableNodeOUs: {}, Template: {{Count: 8}}, Users: {{Count: 2}}}}\n", i % 2 == 0)
        })
        .collect();
    let orderers = "- {Name: Orderer, Domain: example.com, EnableNodeOUs: true, Template: {Count: 3}}";
    project.write("crypto-config.yaml", &format!("OrdererOrgs:\n{orderers}\nPeerOrgs:\n{orgs}"));
    project
}

fn command(project: &Project, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabkube"));
    command.args(args).current_dir(project.path()).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn generate(project: &Project) -> Command {
    command(project, &["crypto", "generate"])
}

/// How many runs are killed, at moments all over a run; `FABKUBE_KILLS=200` for whoever wants to be sure.
fn kills() -> u32 {
    std::env::var("FABKUBE_KILLS").map_or(9, |kills| kills.parse().unwrap())
}

/// Starts a run and kills it some time after it has begun, or after it has come to what is waited for; gives whether it was at work
/// until then.
fn kill(mut command: Command, begun: impl Fn() -> bool, after: Duration) -> bool {
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    while !begun() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(after);
    let _ = child.kill();
    !child.wait().unwrap().success()
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
    let (kills, mut killed, mut half_done) = (kills(), 0, 0);
    for part in 1..=kills {
        killed += u32::from(kill(generate(&project), || true, takes * part / (kills + 1)));
        let tree = files(&project.path().join("crypto-config"));
        is_sound(&tree);
        half_done += u32::from(!tree.is_empty() && !project.path().join("fabkube.lock").exists());
        if part % 3 == 0 {
            for name in ["crypto-config", "fabkube.lock"].into_iter().filter(|name| project.path().join(name).exists()) {
                project.remove(name);
            }
        }
    }
    eprintln!("{killed} of {kills} runs were killed, {half_done} times with some of the keys made");
    assert!(half_done > 0, "no kill came while keys were made");
    project.run(&["crypto", "generate"]).ok();
    is_complete(&project);
    let paths = |project: &Project| project.tree("crypto-config").into_keys().collect::<Vec<_>>();
    assert_eq!(paths(&project), paths(&whole));
}

/// The certificates that are not kept, by path; those in a folder of administrators may become more.
fn certificates(tree: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<&Path, &[u8]> {
    let is_kept = |path: &Path| path.iter().any(|part| part.to_str().unwrap().starts_with("renewed-"));
    let is_certificate = |path: &Path| path.extension().is_some_and(|e| e == "pem" || e == "crt");
    let all = tree.iter().filter(|(path, _)| is_certificate(path) && !is_kept(path) && !path.starts_with(".fabkube-new"));
    all.map(|(path, bytes)| (path.as_path(), bytes.as_slice())).collect()
}

/// Whether a certificate lies where its holder has it, and not where others know it by.
fn is_own_place(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name).unwrap();
    let is_pair = |name: &str| path.file_name().unwrap() == name;
    ["ca", "tlsca", "signcerts"].iter().any(|own| folder == *own) || is_pair("server.crt") || is_pair("client.crt")
}

#[test]
fn a_killed_renewal_loses_nothing_and_the_next_completes_it() {
    let project = project_of(5);
    assert!(generate(&project).stderr(Stdio::null()).status().unwrap().success());
    // Names that no certificate has yet, an administrator that `admincerts` names, and a CA that stands in many files.
    let renew = |namespace: u32| {
        let namespace = format!("n{namespace}");
        let args = ["crypto", "renew", "--missing-sans", "--drop-names", "--namespace", &namespace];
        let named = ["--node", "Admin@org1.example.com", "--ca", "tlsca.org2.example.com"];
        command(&project, &[&args[..], &named].concat())
    };
    // Copies of the CA are replaced first, after all that is kept.
    let first =
        project.path().join("crypto-config/peerOrganizations/org2.example.com/msp/tlscacerts/tlsca.org2.example.com-cert.pem");
    let first = || std::fs::read(&first).unwrap();
    let (begun, before, copy) = (Instant::now(), project.tree("crypto-config"), first());
    let mut whole = renew(0).stderr(Stdio::null()).spawn().unwrap();
    while first() == copy {
        std::thread::sleep(Duration::from_micros(200));
    }
    let replacing = Instant::now();
    assert!(whole.wait().unwrap().success());
    let (takes, replacing) = (begun.elapsed(), replacing.elapsed());
    let after = project.tree("crypto-config");
    let all = certificates(&before).iter().filter(|(path, bytes)| certificates(&after)[*path] != **bytes).count();
    let (kills, mut killed, mut half_done) = (kills(), 0, 0);
    for part in 1..=kills {
        let (before, copy) = (project.tree("crypto-config"), first());
        killed += u32::from(match part % 2 {
            0 => kill(renew(part), || true, takes * part / (kills + 1)),
            _ => kill(renew(part), || first() != copy, replacing * (part - 1) / (kills + 1)),
        });
        let after = project.tree("crypto-config");
        let (old, new) = (certificates(&before), certificates(&after));
        let contents: BTreeSet<&[u8]> = after.values().map(Vec::as_slice).collect();
        let mut changed = 0;
        for (path, bytes) in &old {
            let fingerprint = |bytes: &[u8]| fabkube::crypto::key_fingerprint(bytes).expect("a whole certificate");
            let now = new.get(path).unwrap_or_else(|| panic!("{} is gone", path.display()));
            assert_eq!(fingerprint(now), fingerprint(bytes), "{}", path.display());
            // A copy may be of a killed run, whose certificate never came to its own place.
            assert!(contents.contains(bytes) || !is_own_place(path), "{} is kept nowhere", path.display());
            changed += usize::from(now != bytes);
        }
        let left = after.keys().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".fabkube-"));
        assert!(left.is_none_or(|left| left.starts_with(".fabkube-new")), "{left:?}");
        let others = before.iter().filter(|(path, _)| !old.contains_key(path.as_path()) && !path.starts_with(".fabkube-new"));
        others.for_each(|(path, bytes)| assert_eq!(after.get(path), Some(bytes), "{}", path.display()));
        half_done += u32::from(changed > 0 && changed < all);
    }
    eprintln!("{killed} of {kills} runs were killed, {half_done} times with some of the certificates replaced");
    assert!(half_done > 0, "no kill came while certificates were replaced");
    assert!(renew(kills).stderr(Stdio::null()).status().unwrap().success());
    let namespace = format!("n{kills}");
    let verified = project.run(&["crypto", "verify", "--namespace", &namespace]).ok();
    assert!(verified.stderr.contains("136 of 136 are right"), "{}", verified.stderr);
    let again = project.run(&["crypto", "renew", "--missing-sans", "--namespace", &namespace]).ok();
    assert_eq!(again.stderr, "nothing to renew\n");
    assert!(!project.path().join("crypto-config/.fabkube-new").exists());
}

#[cfg(unix)]
#[test]
fn runs_at_once_make_one_set_of_keys() {
    let project = project();
    let store = project.path().join("crypto-config");
    std::fs::create_dir(&store).unwrap();
    let held = std::fs::File::open(&store).unwrap();
    held.lock().unwrap();
    let children: Vec<_> = (0..3).map(|_| generate(&project).stderr(Stdio::piped()).spawn().unwrap()).collect();
    // All three are at the door before any may go in.
    let waiting: Vec<_> = children
        .into_iter()
        .map(|mut child| {
            let mut errors = BufReader::new(child.stderr.take().unwrap());
            let mut line = String::new();
            errors.read_line(&mut line).unwrap();
            assert!(line.starts_with("waiting for another fabkube"), "{line}");
            (child, errors)
        })
        .collect();
    assert!(is_empty(&store));
    drop(held);
    let said: Vec<String> = waiting
        .into_iter()
        .map(|(mut child, mut errors)| {
            let mut said = String::new();
            errors.read_to_string(&mut said).unwrap();
            assert!(child.wait().unwrap().success(), "{said}");
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

#[test]
fn node_ports_are_written_down_before_the_first_key() {
    let project = project();
    project.write("values.yaml", "gateway: {expose: {type: nodePort}}\n");
    let render = ["render", "--secrets", "omit"];
    kill(command(&project, &render), || project.path().join("crypto-config/peerOrganizations").exists(), Duration::ZERO);
    let ports = |lock: &str| lock.split_once("nodePorts:\n").map(|(_, ports)| ports.to_owned()).expect("a lock with node ports");
    let killed = ports(&project.read("fabkube.lock"));
    assert_eq!(killed.lines().count(), 24, "{killed}");
    project.run(&render).ok();
    assert_eq!(ports(&project.read("fabkube.lock")), killed);
}
