//! MSP folders with something wrong in a chain, as Fabric's peers judge them and as `crypto verify` does.
//! Each case in `tests/fixtures/chains` is an MSP folder: the name of a folder, and a certificate of it.

use crate::support::{Project, compare_with_file, read, root};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const VERSIONS: [&str; 3] = ["1.4.12", "2.5.16", "3.1.5"];

/// What the test's lack of keys and of everything else brings with it.
const BESIDE: [&str; 5] = ["FK0301", "FK0308", "FK0310", "FK0342", "FK0344"];

/// Where a peer starts and fabkube refuses, and why.
const STRICTER: &[(&str, &str)] = &[
    ("inner-issuer", "nobody takes the peer's signatures"),
    ("rsa-forged-leaf", "nobody takes the peer's signatures"),
    ("rsa-md5-leaf", "nobody takes the peer's signatures"),
    ("ed-root", "Fabric 1.4 reads the certificate and drops the error that it cannot use its key"),
    ("ed-inter", "Fabric 1.4, likewise"),
    ("ed-forged-leaf", "nobody takes the peer's signatures"),
    ("nc-root", "the peers of 1.4 that there are were built with Go 1.14, which refuses it; this one was not"),
];

#[test]
fn chains_are_judged_as_fabric_judges_them() {
    let dir = root().join("tests/fixtures/chains");
    let fabric: BTreeMap<String, Vec<String>> = read(&dir.join("fabric.txt"))
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            Some((words.next()?, words.collect()))
        })
        .collect();
    let judged: Vec<(&String, Vec<BTreeSet<String>>)> = fabric
        .par_iter()
        .map(|(case, _)| (case, VERSIONS.iter().map(|version| codes(&read(&dir.join(format!("{case}.pem"))), version)).collect()))
        .collect();
    let mut table = String::new();
    for (case, of_versions) in &judged {
        for ((version, codes), word) in VERSIONS.iter().zip(of_versions).zip(&fabric[*case]) {
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            table.push_str(&format!("{case} {version} {word}: {}\n", codes.join(" ")));
            let is_stricter = STRICTER.iter().any(|(stricter, _)| stricter == case) && word == "ok";
            assert!(is_stricter || codes.is_empty() == (word == "ok"), "{case}: Fabric {version} says {word}, fabkube {codes:?}");
        }
    }
    let needless = STRICTER.iter().filter(|(case, _)| !judged.iter().any(|(name, _)| name == case)).count();
    assert_eq!(needless, 0);
    compare_with_file(&dir.join("codes.txt"), &table);
}

/// The codes of the errors that `crypto verify` has for an MSP folder.
fn codes(case: &str, version: &str) -> BTreeSet<String> {
    const ORG: &str = "crypto-config/peerOrganizations/org1.example.com";
    let project = Project::empty();
    let org = "PeerOrgs:\n- {Name: Org1, Domain: org1.example.com, EnableNodeOUs: true, Template: {Count: 1}}\n";
    project.write("crypto-config.yaml", org);
    let units = ["Client", "Peer", "Admin", "Orderer"]
        .map(|name| format!("  {name}OUIdentifier: {{OrganizationalUnitIdentifier: {}}}\n", name.to_lowercase()));
    let config = format!("NodeOUs:\n  Enable: true\n{}", units.concat());
    for (index, text) in case.split("-----END CERTIFICATE-----\n").enumerate().filter(|(_, text)| !text.is_empty()) {
        let (folder, body) = text.split_once('\n').unwrap();
        let pem = format!("{body}-----END CERTIFICATE-----\n");
        for msp in ["msp", "peers/peer0.org1.example.com/msp"] {
            if msp != "msp" || folder != "signcerts" {
                project.write(&format!("{ORG}/{msp}/{folder}/{index}.pem"), &pem);
            }
            project.write(&format!("{ORG}/{msp}/config.yaml"), &config);
        }
    }
    let ran = project.run(&["crypto", "verify", "--without-keys", "--fabric-version", version]);
    let code = |line: &str| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned());
    ran.stderr.lines().filter_map(code).filter(|code| !BESIDE.contains(&code.as_str())).collect()
}
