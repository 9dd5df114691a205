//! `crypto list`, `crypto verify` and `crypto renew`, as a user sees them.

use crate::support::Project;
use serde_json::Value;

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
    for path in project.tree("crypto-config").into_keys() {
        let name = path.file_name().unwrap().to_string_lossy();
        if name == "priv_sk" || name.ends_with(".key") {
            project.remove(&format!("crypto-config/{}", path.display()));
        }
    }
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
