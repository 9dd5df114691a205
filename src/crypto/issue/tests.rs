//! Certificates as they are made, read back by this stage and by openssl.

use super::*;
use crate::crypto::plan::{Authority, Half, Member};
use crate::crypto::signer::new_key;
use crate::network::KeyAlgorithm;
use crate::network::{Org, sample};
use p256::ecdsa::Signature;
use p256::pkcs8::DecodePrivateKey;
use std::io::Write;
use std::process::Command;

/// An org with every attribute, and the authority of its signing certificates.
fn org() -> (Org, Certificate, Issuer, PrivateKey) {
    let mut org = sample::two_orgs().orgs.remove(1);
    org.ca.subject.organizational_unit = "Ledger Team".into();
    org.ca.subject.street_address = "1 Canal Street".into();
    org.ca.subject.postal_code = "3511 AB".into();
    let key = new_key(KeyAlgorithm::Ecdsa).unwrap();
    let pem = authority(&Profile::of_authority(&org, Authority::Signing), &key, now()).unwrap();
    let certificate = Certificate::parse(pem.as_bytes()).unwrap();
    let issuer = Issuer::open(&certificate, &key).unwrap();
    (org, certificate, issuer, key)
}

fn leaf(org: &Org, issuer: &Issuer, half: Half) -> Certificate {
    let profile = Profile::of_member(org, Member::Node(&org.nodes[0]), half);
    let pem = issuer.issue(&profile, new_key(KeyAlgorithm::Ecdsa).unwrap().public().unwrap(), now()).unwrap();
    Certificate::parse(pem.as_bytes()).unwrap()
}

/// `openssl x509 -text`, or nothing where there is no openssl.
fn openssl_text(certificate: &Certificate) -> Option<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    crate::fs::write(file.path(), &certificate.pem, crate::fs::Mode::Public).unwrap();
    let options = ["-noout", "-text", "-nameopt", "RFC2253", "-in"];
    let output = Command::new("openssl").arg("x509").args(options).arg(file.path()).output().ok()?;
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn signatures_are_low_s() {
    let (org, certificate, issuer, _) = org();
    for _ in 0..20 {
        let made = leaf(&org, &issuer, Half::Identity);
        let (_, read) = x509_parser::parse_x509_certificate(&made.der).unwrap();
        let signature = Signature::from_der(&read.signature_value.data).unwrap();
        assert!(signature.normalize_s().is_none());
        assert!(made.is_issued_by_one_of([&certificate]));
    }
}

#[test]
fn a_leaf_never_begins_before_its_authority() {
    let (org, mut certificate, issuer, key) = org();
    assert!(leaf(&org, &issuer, Half::Tls).not_before >= certificate.not_before);
    certificate.not_before = now() + Duration::days(1);
    certificate.not_after += Duration::days(100);
    let later = Issuer::open(&certificate, &key).unwrap();
    let made = leaf(&org, &later, Half::Tls);
    assert_eq!(made.not_before.unix_timestamp(), certificate.not_before.unix_timestamp());
    assert_eq!(made.not_after - made.not_before, LIFETIME);
}

#[test]
fn validity_begins_five_minutes_before_the_nearest_minute() {
    let at = |seconds| begin(OffsetDateTime::from_unix_timestamp(seconds).unwrap()).unix_timestamp();
    assert_eq!((at(1000 * 60 + 29), at(1000 * 60 + 30)), (995 * 60, 996 * 60));
}

#[test]
fn a_new_key_has_cryptogens_form() {
    let key = new_key(KeyAlgorithm::Ecdsa).unwrap();
    let der = pem::parse(key.pem()).unwrap().into_contents();
    // PKCS#8 v0, an ECPrivateKey inside without parameters, and the public key.
    assert_eq!((der.len(), &der[27..36]), (138, [0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20].as_slice()));
    assert!(p256::SecretKey::from_pkcs8_der(&der).is_ok());
    assert!(key.pem().starts_with("-----BEGIN PRIVATE KEY-----\n") && key.pem().ends_with("-----\n"));
}

#[test]
fn key_identifiers_are_whole_hashes_and_leaves_have_only_their_authoritys() {
    let (org, certificate, issuer, _) = org();
    let id = Sha256::digest(&certificate.public_key).to_vec();
    assert_eq!((&certificate.subject_key_id, &certificate.authority_key_id), (&Some(id.clone()), &None));
    let made = leaf(&org, &issuer, Half::Identity);
    assert_eq!((made.subject_key_id, made.authority_key_id), (None, Some(id)));
}

#[test]
fn openssl_reads_what_cryptogen_would_have_written() {
    let (org, certificate, issuer, _) = org();
    let Some(text) = openssl_text(&certificate) else {
        writeln!(std::io::stderr(), "skipped: there is no openssl on this machine").unwrap();
        return;
    };
    let place = "L=San Francisco,ST=California,C=US";
    let address = format!("postalCode=3511 AB,street=1 Canal Street,{place}");
    let has = |text: &str, lines: &[&str]| {
        for line in lines {
            assert!(text.contains(line), "{line}\n{text}");
        }
    };
    has(
        &text,
        &[
            &format!("Subject: CN=ca.org1.example.com,OU=Ledger Team,O=org1.example.com,{address}"),
            "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment, Certificate Sign, CRL Sign",
            "TLS Web Client Authentication, TLS Web Server Authentication",
            "X509v3 Basic Constraints: critical\n                CA:TRUE\n",
        ],
    );
    let identity = openssl_text(&leaf(&org, &issuer, Half::Identity)).unwrap();
    has(
        &identity,
        &[
            // Two OUs: the role, and the org's own.
            &format!("Subject: CN=peer0.org1.example.com,OU=Ledger Team,OU=peer,{address}"),
            "X509v3 Key Usage: critical\n                Digital Signature\n",
            "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        ],
    );
    assert!(!identity.contains("Extended Key Usage") && !identity.contains("Alternative Name"));
    has(
        &openssl_text(&leaf(&org, &issuer, Half::Tls)).unwrap(),
        &[
            &format!("Subject: CN=peer0.org1.example.com,OU=Ledger Team,{address}"),
            "Digital Signature, Key Encipherment\n",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "DNS:peer0.org1.example.com, DNS:peer0, DNS:org1-peer0, ",
            "DNS:localhost, IP Address:127.0.0.1",
        ],
    );
    let dir = tempfile::tempdir().unwrap();
    let [ca, made] = ["ca.pem", "leaf.pem"].map(|name| dir.path().join(name));
    crate::fs::write(&ca, &certificate.pem, crate::fs::Mode::Public).unwrap();
    crate::fs::write(&made, &leaf(&org, &issuer, Half::Tls).pem, crate::fs::Mode::Public).unwrap();
    let verified = Command::new("openssl").args(["verify", "-CAfile"]).args([&ca, &made]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
