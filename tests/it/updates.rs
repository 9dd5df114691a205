//! Config updates at the command line: files that are written, and signatures that others verify.

use crate::support::Project;
use prost::Message;
use std::path::Path;
use std::process::Command;

#[derive(Clone, PartialEq, Message)]
struct Update {
    #[prost(bytes, tag = "1")]
    update: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    signatures: Vec<Signature>,
}

#[derive(Clone, PartialEq, Message)]
struct Signature {
    #[prost(bytes, tag = "1")]
    header: Vec<u8>,
    #[prost(bytes, tag = "2")]
    signature: Vec<u8>,
}

/// An envelope or a payload: what is inside is its first or second field.
#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(bytes, tag = "1")]
    first: Vec<u8>,
    #[prost(bytes, tag = "2")]
    second: Vec<u8>,
}

/// A project whose files have moved on from its block.
fn changed() -> Project {
    let project = Project::sample_with_stores();
    project.replace("configtx.yaml", "BatchTimeout: 2s", "BatchTimeout: 1s");
    std::fs::copy(project.path().join("channel-artifacts/mychannel.block"), project.path().join("current.block")).unwrap();
    project
}

const UPDATE: [&str; 4] = ["channel", "update", "--from", "current.block"];

#[test]
fn an_update_is_written_once_and_its_difference_is_printed() {
    let project = changed();
    let before = project.tree(".");
    let printed = project.run(&UPDATE).ok();
    assert_eq!(printed.stdout, "  /Channel/Orderer BatchTimeout 2s → 1s\n");
    assert_eq!((printed.stderr.as_str(), project.tree(".") == before), ("", true));
    let written = project.run(&[&UPDATE[..], &["-o", "update.pb"]].concat()).ok();
    assert_eq!((written.stdout.as_str(), written.stderr.lines().next()), ("", Some("  /Channel/Orderer BatchTimeout 2s → 1s")));
    let bytes = std::fs::read(project.path().join("update.pb")).unwrap();
    assert!(project.run(&[&UPDATE[..], &["-o", "update.pb"]].concat()).wrong().stderr.contains("FK0602"));
    assert_eq!(std::fs::read(project.path().join("update.pb")).unwrap(), bytes);
    project.replace("configtx.yaml", "BatchTimeout: 1s", "BatchTimeout: 2s");
    let none = project.run(&[&UPDATE[..], &["-o", "none.pb"]].concat()).ok();
    assert!(none.stderr.contains("no update is needed") && !project.path().join("none.pb").exists());
}

#[test]
fn updates_of_several_consenters_are_numbered() {
    let project = changed();
    let text = project.read("configtx.yaml");
    let (first, last) = (
        text.find("      - Host: orderer1").unwrap(),
        text.find("  Organizations:\n  Policies:\n    Readers: {Type: Impl").unwrap(),
    );
    let orderers = text[first..].find("  Organizations:").map_or(last, |at| first + at);
    project.write("configtx.yaml", &format!("{}{}", &text[..first], &text[orderers..]));
    project.write("update.2.pb", "in the way");
    let args = [&UPDATE[..], &["-o", "update.pb"]].concat();
    assert!(project.run(&args).wrong().stderr.contains("update.2.pb"));
    assert!(!project.path().join("update.1.pb").exists());
    project.remove("update.2.pb");
    assert!(project.run(&args).ok().stderr.contains("update 2 of 2:"));
    let names: Vec<bool> =
        ["update.pb", "update.1.pb", "update.2.pb", "update.3.pb"].map(|name| project.path().join(name).exists()).into();
    assert_eq!(names, [false, true, true, false]);
}

#[test]
fn every_kind_of_key_signs_as_openssl_verifies() {
    let project = changed();
    project.run(&[&UPDATE[..], &["-o", "update.pb"]].concat()).ok();
    let kinds: [(&str, &[&str]); 4] = [
        ("p256", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("p384", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("p384-sec1", &["ecparam", "-name", "secp384r1", "-genkey", "-noout"]),
        ("ed25519", &["genpkey", "-algorithm", "ED25519"]),
    ];
    for (kind, generate) in kinds {
        let msp = format!("{kind}/msp");
        if !identity(&project, &msp, generate) {
            return;
        }
        for round in 0..8 {
            let file = format!("{kind}-{round}.pb");
            std::fs::copy(project.path().join("update.pb"), project.path().join(&file)).unwrap();
            project.run(&["channel", "sign", &file, "--msp-dir", &msp, "--msp-id", "Org1MSP"]).ok();
            let bytes = std::fs::read(project.path().join(&file)).unwrap();
            let update = Update::decode(bytes.as_slice()).unwrap();
            assert_eq!(update.update, std::fs::read(project.path().join("update.pb")).unwrap());
            let [Signature { header, signature }] = update.signatures.try_into().unwrap();
            assert!(kind == "ed25519" || is_low(&signature), "{kind}: {signature:?}");
            verify(&project, &msp, &[header, update.update].concat(), &signature);
        }
    }
    // Another one signs, and sends it in an envelope: the first signature stays.
    let sign = ["channel", "sign", "p256-0.pb", "--msp-dir", "p384/msp", "--msp-id", "Org2MSP", "--envelope", "-o", "signed.pb"];
    let said = project.run(&sign).ok();
    assert!(said.stderr.contains("signed by Org1MSP, Org2MSP"), "{}", said.stderr);
    let envelope = Pair::decode(std::fs::read(project.path().join("signed.pb")).unwrap().as_slice()).unwrap();
    verify(&project, "p384/msp", &envelope.first, &envelope.second);
    let inside = Update::decode(Pair::decode(envelope.first.as_slice()).unwrap().second.as_slice()).unwrap();
    assert_eq!(inside.signatures.len(), 2);
    // An envelope is signed as an envelope, and nobody twice.
    project.run(&["channel", "sign", "signed.pb", "--msp-dir", "ed25519/msp", "--msp-id", "Org3MSP"]).ok();
    let envelope = Pair::decode(std::fs::read(project.path().join("signed.pb")).unwrap().as_slice()).unwrap();
    verify(&project, "ed25519/msp", &envelope.first, &envelope.second);
    let again = project.run(&["channel", "sign", "signed.pb", "--msp-dir", "p256/msp", "--msp-id", "Org1MSP"]).wrong();
    assert!(again.stderr.contains("FK0435"), "{}", again.stderr);
}

/// An MSP folder with a new key and its certificate, where there is openssl.
fn identity(project: &Project, msp: &str, generate: &[&str]) -> bool {
    for folder in ["signcerts", "keystore"] {
        std::fs::create_dir_all(project.path().join(msp).join(folder)).unwrap();
    }
    let (key, certificate) = (format!("{msp}/keystore/any name"), format!("{msp}/signcerts/cert.pem"));
    openssl(project, &[generate, &["-out", &key]].concat())
        && openssl(project, &["req", "-new", "-x509", "-key", &key, "-subj", "/CN=admin", "-out", &certificate])
        && openssl(project, &["x509", "-in", &certificate, "-pubkey", "-noout", "-out", &format!("{msp}/public.pem")])
}

#[track_caller]
fn verify(project: &Project, msp: &str, message: &[u8], signature: &[u8]) {
    std::fs::write(project.path().join("message"), message).unwrap();
    std::fs::write(project.path().join("signature"), signature).unwrap();
    let public = format!("{msp}/public.pem");
    let ed25519 = ["pkeyutl", "-verify", "-pubin", "-inkey", &public, "-rawin", "-in", "message", "-sigfile", "signature"];
    let ecdsa = ["dgst", "-sha256", "-verify", &public, "-signature", "signature", "message"];
    let good = if msp.starts_with("ed25519") { openssl(project, &ed25519) } else { openssl(project, &ecdsa) };
    assert!(good, "openssl does not verify the signature of {msp}");
}

fn openssl(project: &Project, args: &[&str]) -> bool {
    Command::new("openssl").args(args).current_dir(project.path()).output().is_ok_and(|output| output.status.success())
}

/// Whether the second number of a signature is below half the order: that begins with 7f on both curves.
fn is_low(der: &[u8]) -> bool {
    let r = usize::from(der[3]);
    let s = &der[4 + r..];
    let field = if der.len() > 80 { 48 } else { 32 };
    let (length, bytes) = (usize::from(s[1]), &s[2..]);
    length < field || length == field && bytes[0] <= 0x7f
}

#[test]
fn a_failed_signature_leaves_the_file_as_it_is() {
    let project = changed();
    project.run(&[&UPDATE[..], &["-o", "update.pb"]].concat()).ok();
    let before = project.tree(".");
    let missing = Path::new("nowhere").to_str().unwrap();
    let said = project.run(&["channel", "sign", "current.block", "--msp-dir", missing, "--msp-id", "Org1MSP"]).wrong();
    assert!(said.stderr.contains("FK0434") && said.stderr.contains("FK0306"), "both are said:\n{}", said.stderr);
    assert!(project.tree(".") == before);
}
