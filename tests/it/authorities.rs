//! CAs of other kinds than cryptogen's usual: what they issue, held against openssl where that is there.

use crate::support::Project;
use std::path::Path;
use std::process::Command;

const ORG: &str = "crypto-config/peerOrganizations/org1.example.com";
const PEER: &str = "peers/peer0.org1.example.com";

/// False where there is no openssl.
fn openssl_verifies(leaf: &Path, ca: &Path) -> bool {
    let Ok(output) = Command::new("openssl").args(["verify", "-CAfile"]).args([ca, leaf]).output() else { return false };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

#[test]
fn fabric_3_has_ed25519() {
    let project = Project::empty();
    let org = |more: &str| {
        let algorithm = "PublicKeyAlgorithm: ed25519";
        let (template, users) = (format!("{{Count: 1, {algorithm}}}"), format!("{{Count: 1, {algorithm}}}"));
        format!("PeerOrgs:\n- {{Name: Org1, Domain: org1.example.com, Template: {template}, Users: {users}{more}}}\n")
    };
    // As Go writes it: PKCS#8 without the public key.
    let is_ed25519 = |key: &str| project.read(&format!("{ORG}/{key}")).contains("\nMC4CAQAwBQYDK2VwBCIEI");
    let generate = ["crypto", "generate", "--fabric-version", "3.1"];

    project.write("crypto-config.yaml", &org(", CA: {PublicKeyAlgorithm: ed25519}"));
    project.run(&generate).ok();
    for key in ["ca/priv_sk", "tlsca/priv_sk", &format!("{PEER}/msp/keystore/priv_sk"), &format!("{PEER}/tls/server.key")] {
        assert!(is_ed25519(key), "{key}");
    }
    assert!(is_ed25519("users/User1@org1.example.com/tls/client.key"));
    // An administrator's is ECDSA, whatever its org's.
    assert!(!is_ed25519("users/Admin@org1.example.com/msp/keystore/priv_sk"));
    project.run(&["crypto", "verify", "--fabric-version", "3.1"]).ok();
    let at = |path: &str| project.path().join(ORG).join(path);
    openssl_verifies(&at(&format!("{PEER}/tls/server.crt")), &at("tlsca/tlsca.org1.example.com-cert.pem"));
    let admin = "users/Admin@org1.example.com/msp/signcerts/Admin@org1.example.com-cert.pem";
    openssl_verifies(&at(admin), &at("ca/ca.org1.example.com-cert.pem"));

    // One kind of CA issues for another kind of key.
    project.remove("crypto-config");
    project.remove("fabkube.lock");
    project.write("crypto-config.yaml", &org(""));
    project.run(&generate).ok();
    assert!(!is_ed25519("ca/priv_sk") && is_ed25519(&format!("{PEER}/tls/server.key")));
    project.run(&["crypto", "verify", "--fabric-version", "3.1"]).ok();
}
