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
fn a_renewed_certificate_keeps_key_subject_and_names_and_takes_those_of_today() {
    let mut org = org();
    let (ca, ca_key) = authority(&org, Authority::Tls);
    let key = new_key(KeyAlgorithm::Ecdsa).unwrap();
    let profile = Profile::of_member(&org, Member::Node(&org.nodes[0]), Half::Tls);
    let issuer = Issuer::open(&ca, &ca_key).unwrap();
    let old = Certificate::parse(issuer.issue(&profile, key.public().unwrap(), issue::now()).unwrap().as_bytes()).unwrap();
    org.nodes[0].sans = vec!["peer.example.net".into(), "10.0.0.1".into()];
    org.ca.subject.country = "NL".into();
    let profile = Profile::of_member(&org, Member::Node(&org.nodes[0]), Half::Tls);
    let reissuer = Reissuer::open(&ca, &ca_key).unwrap();
    let made = reissuer.reissue(&old, &profile, OldNames::Dropped, issue::now()).unwrap();
    assert_eq!(made.sans(), ["peer.example.net", "10.0.0.1"]);
    let made = reissuer.reissue(&made, &Profile { sans: old.sans(), ..profile }, OldNames::Kept, issue::now()).unwrap();
    assert!(made.sans().starts_with(&["peer.example.net".to_owned()]) && made.sans().contains(&"10.0.0.1".to_owned()));
    assert!(old.sans().iter().all(|name| made.names(name)) && made.sans().len() == old.sans().len() + 2, "{:?}", made.sans());
    assert_eq!((&made.subject, &made.key_fingerprint), (&old.subject, &old.key_fingerprint));
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
    let made = Reissuer::open(&ca, &ca_key).unwrap().reissue(&old, &profile, OldNames::Kept, issue::now()).unwrap();
    assert_eq!((&made.subject_text, &made.sans(), made.usages), (&old.subject_text, &old.sans(), None));
    let attributes = br#"{"attrs":{"hf.Affiliation":"org1.department1"}}"#;
    assert!(made.der.windows(attributes.len()).any(|window| window == attributes));
}

#[test]
fn an_authority_is_issued_again_on_its_own_key_alone() {
    let org = org();
    let (ca, ca_key) = authority(&org, Authority::Signing);
    let profile = Profile::of_authority(&org, Authority::Signing);
    let later = issue::now() + time::Duration::days(400);
    let made = super::authority(&ca, &ca_key, &profile, later).unwrap();
    assert_eq!((made.not_before, &made.subject_key_id, made.is_ca), (ca.not_before, &ca.subject_key_id, true));
    assert!(made.not_after > ca.not_after + time::Duration::days(399) && made.serial != ca.serial);
    let (other, other_key) = authority(&org, Authority::Tls);
    assert!(super::authority(&ca, &other_key, &profile, later).is_err());
    let between = Issuer::open(&other, &other_key).unwrap().issue(&profile, ca_key.public().unwrap(), issue::now()).unwrap();
    let between = Certificate::parse(between.as_bytes()).unwrap();
    assert_eq!(super::authority(&between, &ca_key, &profile, later).unwrap_err(), "another CA issued it");
}
