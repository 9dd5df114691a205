//! `crypto list`, `crypto verify` and `crypto renew`, as a user sees them.

use crate::support::Project;
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn list_prints_every_certificate_that_the_files_name() {
    let project = Project::sample_with_stores();
    let ran = project.run(&["crypto", "list"]).ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("ORG ") && ran.stderr.is_empty(), "{ran:?}");
    // Of each of three orgs two CAs; three orderers and four peers, one user and three administrators, two certificates each.
    assert_eq!(lines.len(), 1 + 3 * 2 + (3 + 4 + 2 + 3) * 2, "{}", ran.stdout);
    let path = "crypto-config/peerOrganizations/org1.example.com/peers/peer0.org1.example.com/tls/server.crt";
    let line = lines.iter().find(|line| line.ends_with(path)).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[..6], ["org1.example.com", "peer", "tls", "peer0.org1.example.com", "ECDSA", "P-256"]);
    let column = lines[0].find("PATH").unwrap();
    assert!(lines[1..].iter().all(|line| line[column..].starts_with("crypto-config/")), "{}", ran.stdout);
}

#[test]
fn list_needs_no_private_key_and_says_what_is_not_there() {
    let project = Project::sample_with_stores();
    remove_keys(&project, "crypto-config");
    project.remove("crypto-config/peerOrganizations/org2.example.com/users");
    let ran = project.run(&["crypto", "list", "-o", "json"]).ok();
    let list: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((list.len(), ran.stderr.contains("4 of 30 certificates that the files name are not in")), (26, true), "{ran:?}");
    let peer = list.iter().find(|line| line["role"] == "peer" && line["usage"] == "tls").unwrap();
    assert_eq!((&peer["privateKeyHere"], &peer["keyAlgorithm"]), (&Value::Bool(false), &"ECDSA P-256".into()));
    assert!(peer["sans"].as_array().unwrap().contains(&"127.0.0.1".into()), "{peer}");
    assert!(peer["notAfter"].as_str().unwrap().ends_with('Z') && peer["daysLeft"].is_i64(), "{peer}");
    assert_eq!(peer["subject"], "C=US, ST=California, L=San Francisco, CN=peer0.org1.example.com");
}

#[test]
fn list_ends_with_1_where_something_expires() {
    let project = Project::sample_with_stores();
    let none = project.run(&["crypto", "list", "--expiring", "30d"]).ok();
    assert_eq!(none.stdout.lines().count(), 1);
    let all = project.run(&["crypto", "list", "--expiring", "50y"]).wrong();
    assert!(all.stdout.lines().count() == 31 && all.stderr.starts_with("30 end within"), "{all:?}");
    assert_eq!(project.run(&["crypto", "list", "--expiring", "30 days"]).code, 2);
}

#[test]
fn list_prints_what_it_can_read() {
    let project = Project::sample_with_stores();
    let path = "crypto-config/peerOrganizations/org1.example.com/peers/peer0.org1.example.com/tls/server.crt";
    project.write(path, "garbage");
    let ran = project.run(&["crypto", "list"]).wrong();
    assert!(ran.stdout.lines().count() == 30 && ran.stderr.contains("error[FK0306]"), "{ran:?}");
}

const PEER: &str = "crypto-config/peerOrganizations/org1.example.com/peers/peer0.org1.example.com";

/// The verdict of each row, by its path.
fn verdicts(table: &str) -> Vec<(String, String)> {
    let heading = table.lines().next().unwrap();
    let (from, to) = (heading.find("VERDICT").unwrap(), heading.find("PATH").unwrap());
    table.lines().skip(1).map(|line| (line[to..].to_owned(), line[from..to].trim().to_owned())).collect()
}

fn verdict(table: &str, path: &str) -> String {
    verdicts(table).into_iter().find(|(row, _)| row == path).unwrap_or_else(|| panic!("{path} is not in\n{table}")).1
}

fn remove_keys(project: &Project, below: &str) {
    for path in project.tree(below).into_keys() {
        let name = path.file_name().unwrap().to_string_lossy();
        if name == "priv_sk" || name.ends_with(".key") {
            project.remove(&format!("{below}/{}", path.display()));
        }
    }
}

#[test]
fn verify_says_of_every_certificate_whether_it_is_right() {
    let project = Project::sample_with_stores();
    let ran = project.run(&["crypto", "verify"]).ok();
    assert!(verdicts(&ran.stdout).iter().all(|(_, verdict)| verdict == "ok"), "{}", ran.stdout);
    assert_eq!((verdicts(&ran.stdout).len(), ran.stderr.as_str()), (33, "33 of 33 are right\n"));
}

#[test]
fn verify_puts_a_problem_beside_what_it_is_about() {
    let project = Project::sample_with_stores();
    let org = "crypto-config/peerOrganizations/org1.example.com";
    project.write(&format!("{PEER}/tls/ca.crt"), "garbage");
    project.write(&format!("{org}/msp/crls/crl.pem"), "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n");
    let key = project.read(&format!("{org}/ca/priv_sk"));
    project.write(&format!("{PEER}/msp/keystore/priv_sk"), &key);
    project.remove(&format!("{org}/peers/peer1.org1.example.com"));
    let before = project.tree(".");
    let ran = project.run(&["crypto", "verify"]).wrong();
    let is = |path: &str| verdict(&ran.stdout, path);
    assert_eq!(is(&format!("{PEER}/tls/server.crt")), "error FK0306");
    assert_eq!(is(&format!("{org}/msp")), "error FK0339");
    assert_eq!(is(&format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem")), "error FK0330");
    assert_eq!(is(&format!("{org}/peers/peer1.org1.example.com/tls/server.crt")), "missing");
    assert_eq!(verdicts(&ran.stdout).iter().filter(|(_, verdict)| verdict == "ok").count(), 33 - 5);
    assert!(ran.stderr.contains("error[FK0330]") && ran.stderr.contains("note[FK0342]"), "{}", ran.stderr);

    let ran = project.run(&["crypto", "verify", "-o", "json"]).wrong();
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((json["identities"].as_array().unwrap().len(), ran.stderr.as_str()), (33, ""));
    let row = json["identities"].as_array().unwrap().iter().find(|row| row["problems"][0]["code"] == "FK0330").unwrap();
    assert_eq!(
        (&row["verdict"], &row["name"], &row["usage"]),
        (&"error".into(), &"peer0.org1.example.com".into(), &"identity".into())
    );
    assert_eq!(json["problems"][0]["code"], "FK0342");
    assert!(project.tree(".") == before, "verifying changed something");
}

#[test]
fn verify_calls_missing_what_a_run_makes_and_wrong_what_it_cannot() {
    let project = Project::sample_with_stores();
    let org = "crypto-config/peerOrganizations/org1.example.com";
    let peer = format!("{org}/peers/peer1.org1.example.com");
    project.remove(&format!("{org}/msp"));
    project.remove(&format!("{peer}/tls"));
    let ran = project.run(&["crypto", "verify"]).ok();
    assert_eq!(verdict(&ran.stdout, &format!("{org}/msp")), "missing");
    assert_eq!(verdict(&ran.stdout, &format!("{peer}/tls/server.crt")), "missing");
    assert!(ran.stderr.contains("note[FK0342]") && !ran.stderr.contains("error["), "{}", ran.stderr);
    project.remove(&format!("{org}/tlsca/priv_sk"));
    let ran = project.run(&["crypto", "verify"]).wrong();
    assert_eq!(verdict(&ran.stdout, &format!("{peer}/tls/server.crt")), "error FK0308");
    assert!(ran.stderr.contains(&format!("and {peer}/tls/server.crt\n")), "{}", ran.stderr);
}

#[test]
fn verify_asks_for_private_keys_only_where_an_org_has_some() {
    let project = Project::sample_with_stores();
    remove_keys(&project, "crypto-config/peerOrganizations/org1.example.com");
    let ran = project.run(&["crypto", "verify"]).ok();
    assert!(ran.stderr.contains("note[FK0344]: 10 of 10 certificates of `org1.example.com`"), "{}", ran.stderr);
    project.remove("crypto-config/peerOrganizations/org2.example.com/peers/peer0.org2.example.com/tls/server.key");
    let ran = project.run(&["crypto", "verify"]).wrong();
    assert!(ran.stderr.contains("error[FK0307]"), "{}", ran.stderr);
    project.run(&["crypto", "verify", "--without-keys"]).ok();
}

#[test]
fn check_knows_which_keys_render_would_miss() {
    let project = Project::sample_with_stores();
    let own = project.read("values.yaml") + "\nca: {enabled: true}\n";
    project.write("values.yaml", &own);
    project.run(&["crypto", "generate"]).ok();
    project.remove("crypto-config/peerOrganizations/org1.example.com/ca/priv_sk");
    project.remove("crypto-config/peerOrganizations/org2.example.com/peers/peer0.org2.example.com/tls/server.key");
    let render = project.run(&["render"]).wrong().stderr;
    let check = project.run(&["check"]).wrong().stdout;
    for code in ["error[FK0720]", "error[FK0307]"] {
        assert!(render.contains(code) && check.contains(code), "{code}: {render}\n{check}");
    }
    // A copy for reviews has none at all.
    remove_keys(&project, "crypto-config");
    project.run(&["check"]).ok();
}

#[test]
fn renew_issues_again_on_the_same_keys_and_keeps_the_old() {
    let project = Project::sample_with_stores();
    let (lock, old) = (project.read("fabkube.lock"), project.read(&format!("{PEER}/tls/server.crt")));
    let ran = project.run(&["crypto", "renew", "--missing-sans", "-n", "other"]).ok();
    assert_eq!(ran.stderr.matches("renewed crypto-config/").count(), 7, "{}", ran.stderr);
    assert!(ran.stderr.contains("server.crt; now names `org1-peer0.other` and "), "{}", ran.stderr);
    assert!(ran.stderr.contains("\nnext: `fabkube render`") && ran.stderr.contains("orderers one at a time"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
    let kept = project.tree(PEER).into_iter().find(|(path, _)| path.to_str().unwrap().starts_with("renewed-"));
    assert_eq!(kept.unwrap().1, old.as_bytes());
    assert_eq!(project.read("fabkube.lock"), lock);
    project.run(&["render", "--frozen", "-n", "other"]).ok();
    let again = project.run(&["crypto", "renew", "--missing-sans", "-n", "other"]).ok();
    assert_eq!(again.stderr, "nothing to renew\n");
    assert_eq!(project.run(&["crypto", "renew"]).code, 2);
}

#[test]
fn a_folder_with_nothing_of_the_network_is_not_right() {
    let project = Project::sample();
    let ran = project.run(&["crypto", "verify", "--crypto-dir", "nowhere"]).wrong();
    assert!(ran.stderr.contains("error[FK0301]: nothing that the files name is in `nowhere`"), "{}", ran.stderr);
    project.run(&["crypto", "list", "--crypto-dir", "nowhere"]).ok();
    project.run(&["crypto", "list", "--expiring", "1d", "--crypto-dir", "nowhere"]).wrong();
}

#[test]
fn a_renewed_certificate_leaves_the_others_of_its_file() {
    let project = Project::sample_with_stores();
    let org = "crypto-config/peerOrganizations/org1.example.com";
    let path = format!("{PEER}/tls/server.crt");
    let ca = project.read(&format!("{org}/tlsca/tlsca.org1.example.com-cert.pem"));
    let old = project.read(&path);
    project.write(&path, &format!("{old}{ca}"));
    project.run(&["crypto", "renew", "--node", "peer0.org1.example.com"]).ok();
    let new = project.read(&path);
    assert!(new.ends_with(&ca) && !new.contains(&old), "{new}");
}

#[test]
fn names_go_only_where_that_is_asked_for_and_each_is_told() {
    let project = Project::sample_with_stores();
    let renew = |more: &[&str]| {
        let args = ["crypto", "renew", "--node", "org1-peer0"];
        project.run(&[&args[..], more].concat()).ok().stderr
    };
    let said = renew(&["-n", "other"]);
    assert!(said.contains("server.crt; now names `org1-peer0.other` and ") && !said.contains("no longer names"), "{said}");
    let said = renew(&["-n", "third", "--drop-names"]);
    for namespace in ["fabric", "other"] {
        for name in [format!("`org1-peer0.{namespace}`"), format!("`org1-peer-gateway-svc.{namespace}.svc.cluster.local`")] {
            assert!(said.contains(&name), "{name}\n{said}");
        }
    }
    let said = renew(&["-n", "third", "--drop-names"]);
    assert!(!said.contains("names"), "{said}");
}

#[test]
fn a_renewed_ca_is_the_same_to_lock_and_blocks_and_what_it_issues_lasts_longer() {
    let project = Project::sample_with_stores();
    let (lock, before) = (project.read("fabkube.lock"), not_after(&project));
    let cas = ["--ca", "ca.org1.example.com", "--ca", "tlsca.org1.example.com", "--ca", "ca.example.com"];
    let said = project.run(&[&["crypto", "renew", "--node", "org1-peer0"], &cas[..]].concat()).ok().stderr;
    assert!(said.contains("ca.org1.example.com-cert.pem and 5 other files that have it\n"), "{said}");
    assert!(said.matches("warning[FK0360]").count() == 3 && said.contains("; update every channel before"), "{said}");
    assert_eq!(project.read("fabkube.lock"), lock);
    let after = not_after(&project);
    let longer: Vec<&str> = after.keys().filter(|path| after[*path] > before[*path]).map(String::as_str).collect();
    assert_eq!(longer.len(), 3 + 2, "{longer:?}");
    assert!(longer.iter().filter(|path| path.contains("/peers/peer0.org1.example.com/")).count() == 2, "{longer:?}");
    let said = project.run(&["render", "--frozen"]).ok().stderr;
    assert_eq!(said, "");
    project.run(&["crypto", "verify"]).ok();
}

/// When every certificate ends, by its path.
fn not_after(project: &Project) -> BTreeMap<String, String> {
    let list: Vec<Value> = serde_json::from_str(&project.run(&["crypto", "list", "-o", "json"]).ok().stdout).unwrap();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    list.iter().map(|line| (text(line, "path"), text(line, "notAfter"))).collect()
}

/// Whoever may write everything cannot see this.
#[cfg(unix)]
#[test]
fn a_renewal_that_the_disk_stops_says_what_is_left() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::sample_with_stores();
    let tls = project.path().join(PEER).join("tls");
    let set = |mode: u32| std::fs::set_permissions(&tls, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    if std::fs::write(tls.join("try"), "").is_ok() {
        eprintln!("skipped: this user may write everything");
        return;
    }
    let renew = || project.run(&["crypto", "renew", "--missing-sans", "-n", "other"]);
    let ran = renew();
    set(0o700);
    let said = "3 of 7 certificates are renewed; run the same again when the cause is mended, for these are not:\n";
    assert!(ran.code == 2 && ran.stderr.contains(said), "{ran:?}");
    assert_eq!(ran.stderr.matches("\n  crypto-config/").count(), 4, "{}", ran.stderr);
    assert_eq!(renew().ok().stderr.matches("renewed crypto-config/").count(), 4);
    project.run(&["crypto", "verify", "-n", "other"]).ok();
}

/// Whoever may read everything cannot see this.
#[cfg(unix)]
#[test]
fn keys_of_somebody_else_are_only_asked_for_where_they_are_needed() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::sample_with_stores();
    let key = project.path().join("crypto-config/peerOrganizations/org1.example.com/peers/peer0.org1.example.com/tls/server.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&key).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    project.run(&["render", "--secrets", "redact"]).ok();
    let ran = project.run(&["render"]).wrong();
    assert!(ran.stderr.contains("error[FK0307]"), "{}", ran.stderr);
    // What would stop `render`, `check` knows; where no key of the org can be read, this is somebody who reviews.
    assert!(project.run(&["check"]).wrong().stdout.contains("error[FK0307]"));
}

/// What is behind it may be on a disk that is not here now.
#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_not_made_anew() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for place in ["", "/peerOrganizations", "/peerOrganizations/org1.example.com", "/peerOrganizations/org1.example.com/peers"] {
        let project = Project::sample_with_stores();
        let before = project.tree("");
        let folder = project.path().join(format!("crypto-config{place}"));
        let says = |reason: &str| {
            for args in [&["crypto", "generate"][..], &["render"], &["check"], &["crypto", "verify"]] {
                let ran = project.run(args);
                let is_told = ran.stderr.contains(&format!("`crypto-config{place}")) && ran.stderr.contains(reason);
                assert!(ran.code == 2 && is_told && ran.stdout.is_empty(), "{args:?}: {ran:?}");
            }
        };
        let permit = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        permit(0o600);
        match std::fs::metadata(folder.join(".")) {
            Ok(_) => eprintln!("half of it skipped: this user may look everywhere"),
            Err(_) => says("ermission denied"),
        }
        permit(0o755);
        let aside = project.path().join("aside");
        std::fs::rename(&folder, &aside).unwrap();
        symlink("/gone/keys", &folder).unwrap();
        says("it leads to `/gone/keys`, which is not there");
        std::fs::remove_file(&folder).unwrap();
        std::fs::rename(&aside, &folder).unwrap();
        assert!(project.tree("") == before, "{place}");
    }
}
