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

/// Runs openssl in a folder; `None` where there is none.
fn openssl(dir: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("openssl").args(args).current_dir(dir).output().ok()?;
    assert!(output.status.success(), "{args:?} {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// How openssl makes a key of a kind.
pub type Key<'a> = &'a [&'a str];
pub const P384: Key<'_> = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
const P256: Key<'_> = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA: Key<'_> = &["-newkey", "rsa:2048"];
const ED25519: Key<'_> = &["-newkey", "ed25519"];

/// A company's root CA and one below it, as `root.pem`, `ca.pem` and `ca.key` in a folder. False where there is no openssl.
pub fn company_ca(dir: &Path, key: Key<'_>) -> bool {
    company_ca_below(dir, RSA, key)
}

/// Likewise, with a root of a kind.
fn company_ca_below(dir: &Path, root_key: Key<'_>, key: Key<'_>) -> bool {
    std::fs::create_dir_all(dir).unwrap();
    let ca = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
    std::fs::write(dir.join("extensions"), ca).unwrap();
    // Domain components, several attributes in one RDN, a string that is not ASCII.
    let root = "/DC=com/DC=company/O=Company Ltd/CN=Company Root";
    let subject = "/DC=com/DC=company/C=NL/O=Company Ltd/OU=Ledger+OU=Team/CN=K\u{f6}ln Issuing CA+serialNumber=7";
    let request = ["req", "-new", "-nodes", "-utf8", "-multivalue-rdn"];
    let of_root = [&request[..], root_key, &["-keyout", "root.key", "-out", "root.csr", "-subj", root]].concat();
    if openssl(dir, &of_root).is_none() {
        return false;
    }
    let of_ca = [&request[..], key, &["-keyout", "ca.key", "-out", "ca.csr", "-subj", subject]].concat();
    openssl(dir, &of_ca);
    let sign = ["x509", "-req", "-days", "1000", "-extfile", "extensions"];
    openssl(dir, &[&sign[..], &["-in", "root.csr", "-signkey", "root.key", "-out", "root.pem"]].concat());
    let issuer = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
    openssl(dir, &[&sign[..], &["-in", "ca.csr", "-out", "ca.pem"], &issuer].concat());
    true
}

const COMPANY_ORG: &str =
    "PeerOrgs:\n- {Name: Org1, Domain: org1.example.com, EnableNodeOUs: true, Template: {Count: 1}, Users: {Count: 1}}\n";

fn copy(project: &Project, from: &Path, to: &str) {
    project.write(&format!("{ORG}/{to}"), &std::fs::read_to_string(from).unwrap());
}

/// What a company CA issued is whole, whoever judges.
fn is_right(project: &Project, chain: &str) {
    let verified = project.run(&["crypto", "verify", "--fabric-version", "3.1"]);
    assert_eq!((verified.code, verified.stderr.contains("error[")), (0, false), "{}{}", verified.stdout, verified.stderr);
    let at = |path: &str| project.path().join(ORG).join(path);
    for (leaf, folder) in
        [(format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem"), ""), (format!("{PEER}/tls/server.crt"), "tls")]
    {
        let (root, between) = (format!("msp/{folder}cacerts/{chain}"), format!("msp/{folder}intermediatecerts"));
        let between = std::fs::read_dir(at(&between)).unwrap().next().unwrap().unwrap().path();
        let untrusted =
            ["verify", "-CAfile", at(&root).to_str().unwrap(), "-untrusted", between.to_str().unwrap()].map(str::to_owned);
        let args: Vec<&str> = untrusted.iter().map(String::as_str).collect();
        openssl(&at(""), &[&args[..], &[at(&leaf).to_str().unwrap()]].concat());
        let text = openssl(&at(""), &["x509", "-noout", "-enddate", "-in", at(&leaf).to_str().unwrap()]).unwrap();
        let of_ca = openssl(&at(""), &["x509", "-noout", "-enddate", "-in", between.to_str().unwrap()]).unwrap();
        assert_eq!(text, of_ca, "it does not outlive its CA");
    }
    let before = project.tree("crypto-config");
    assert!(project.run(&["crypto", "generate", "--fabric-version", "3.1"]).ok().stderr.contains("; 0 made, "));
    assert_eq!(project.tree("crypto-config"), before);
}

#[test]
fn a_company_ca_issues_with_what_lies_beside_it() {
    for key in [P384, P256, RSA, ED25519] {
        let project = Project::empty();
        project.write("crypto-config.yaml", COMPANY_ORG);
        for (ca, certificate) in [("ca", "company-ca.pem"), ("tlsca", "tlsca.org1.example.com-cert.pem")] {
            let company = project.path().join(format!("company-{ca}"));
            if !company_ca(&company, key) {
                return eprintln!("skipped: there is no openssl on this machine");
            }
            copy(&project, &company.join("ca.pem"), &format!("{ca}/{certificate}"));
            copy(&project, &company.join("root.pem"), &format!("{ca}/root.pem"));
            copy(&project, &company.join("ca.key"), &format!("{ca}/company.key"));
        }
        let before = project.tree("crypto-config");
        project.run(&["crypto", "generate", "--fabric-version", "3.1"]).ok();
        let after = project.tree("crypto-config");
        assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
        is_right(&project, "root.pem");
        let config = project.read(&format!("{ORG}/{PEER}/msp/config.yaml"));
        assert!(config.contains("Certificate: intermediatecerts/ca.org1.example.com-cert.pem\n"), "{config}");
        assert_eq!(project.read(&format!("{ORG}/{PEER}/tls/ca.crt")).matches("BEGIN").count(), 2);
    }
}

#[test]
fn a_company_ca_issues_into_an_msp_that_was_filled_by_hand() {
    let project = Project::empty();
    project.write("crypto-config.yaml", COMPANY_ORG);
    for (ca, tls) in [("ca", ""), ("tlsca", "tls")] {
        let company = project.path().join(format!("company-{ca}"));
        if !company_ca(&company, P384) {
            return eprintln!("skipped: there is no openssl on this machine");
        }
        // A file with the chain, as CAs hand it out; a key as older tools write it.
        let chain = ["ca.pem", "root.pem"].map(|name| std::fs::read_to_string(company.join(name)).unwrap()).concat();
        project.write(&format!("{ORG}/{ca}/{tls}ca.org1.example.com-cert.pem"), &chain);
        openssl(&company, &["ec", "-in", "ca.key", "-out", "sec1.key"]);
        copy(&project, &company.join("sec1.key"), &format!("{ca}/priv_sk"));
        copy(&project, &company.join("root.pem"), &format!("msp/{tls}cacerts/company.pem"));
        copy(&project, &company.join("ca.pem"), &format!("msp/{tls}intermediatecerts/issuing.pem"));
    }
    project.run(&["crypto", "generate"]).ok();
    is_right(&project, "company.pem");
    let config = project.read(&format!("{ORG}/msp/config.yaml"));
    assert!(config.contains("Certificate: intermediatecerts/issuing.pem\n"), "{config}");
}

#[test]
fn a_ca_without_its_root_is_refused_before_anything_is_made() {
    let project = Project::empty();
    project.write("crypto-config.yaml", COMPANY_ORG);
    let company = project.path().join("company");
    if !company_ca_below(&company, P256, P256) {
        return eprintln!("skipped: there is no openssl on this machine");
    }
    copy(&project, &company.join("ca.pem"), "ca/ca.pem");
    copy(&project, &company.join("ca.key"), "ca/priv_sk");
    let before = project.tree(".");
    let ran = project.run(&["crypto", "generate"]).wrong();
    assert!(
        ran.stderr.contains("error[FK0350]: `K\u{f6}ln Issuing CA` is among the roots, and did not sign itself"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("/ca/ca.pem\n") && project.tree(".") == before, "{}", ran.stderr);
    copy(&project, &company.join("root.pem"), "ca/root.pem");
    project.run(&["crypto", "generate"]).ok();
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
