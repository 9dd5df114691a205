//! Certificates made anew, of our own and of others.

use super::*;
use crate::crypto::issue;
use crate::crypto::plan::{Authority, Half, Member};
use crate::crypto::signer::new_key;
use crate::network::KeyAlgorithm;
use crate::network::{Org, sample};

fn org() -> Org {
    let mut org = sample::two_orgs().orgs.remove(1);
    org.ca.subject.organizational_unit = "Ledger Team".into();
    org
}

fn authority(org: &Org, authority: Authority) -> (Certificate, PrivateKey) {
    let key = new_key(KeyAlgorithm::Ecdsa).unwrap();
    let pem = issue::authority(&Profile::of_authority(org, authority), &key, issue::now()).unwrap();
    (Certificate::parse(pem.as_bytes()).unwrap(), key)
}

#[test]
fn a_renewed_certificate_keeps_key_and_subject_and_takes_the_names_of_today() {
    let mut org = org();
    let (ca, ca_key) = authority(&org, Authority::Tls);
    let key = new_key(KeyAlgorithm::Ecdsa).unwrap();
    let profile = Profile::of_member(&org, Member::Node(&org.nodes[0]), Half::Tls);
    let issuer = Issuer::open(&ca, &ca_key).unwrap();
    let old = Certificate::parse(issuer.issue(&profile, key.public().unwrap(), issue::now()).unwrap().as_bytes()).unwrap();
    org.nodes[0].sans = vec!["peer.example.net".into(), "10.0.0.1".into()];
    org.ca.subject.country = "NL".into();
    let profile = Profile::of_member(&org, Member::Node(&org.nodes[0]), Half::Tls);
    let made = Reissuer::open(&ca, &ca_key).unwrap().reissue(&old, &profile, issue::now()).unwrap();
    assert_eq!((&made.subject, &made.key_fingerprint), (&old.subject, &old.key_fingerprint));
    assert_eq!(made.sans(), ["peer.example.net", "10.0.0.1"]);
    assert!(made.serial != old.serial && made.is_issued_by(&ca));
    assert_eq!((made.usages, made.subject_key_id, made.authority_key_id), (old.usages, None, ca.subject_key_id));
}

/// As Fabric CA issues it: two OUs in one RDN, an attribute extension, a name for the host, a P-384 key.
const OF_FABRIC_CA: &str = include_str!("of_fabric_ca.pem");

#[test]
fn a_renewed_certificate_of_fabric_ca_keeps_its_attributes_and_names() {
    let org = org();
    let (ca, ca_key) = authority(&org, Authority::Signing);
    let old = Certificate::parse(OF_FABRIC_CA.as_bytes()).unwrap();
    assert!(old.subject_text.contains(" + OU=") && old.key_kind == certificate::KeyKind::Ecdsa("P-384".into()), "{old:?}");
    let profile = Profile::of_member(&org, Member::User(&org.users[0]), Half::Identity);
    let made = Reissuer::open(&ca, &ca_key).unwrap().reissue(&old, &profile, issue::now()).unwrap();
    assert_eq!((&made.subject_text, &made.sans(), made.usages), (&old.subject_text, &old.sans(), None));
    let attributes = br#"{"attrs":{"hf.Affiliation":"org1.department1"}}"#;
    assert!(made.der.windows(attributes.len()).any(|window| window == attributes));
}
