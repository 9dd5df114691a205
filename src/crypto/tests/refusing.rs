//! What stops a run before its first write.

use super::*;

#[test]
fn frozen_names_what_is_missing() {
    let mut case = Case::made();
    case.making = Making::Nothing;
    case.provide();
    case.delete(&format!("{PEER}/tls/server.crt"));
    case.delete(&format!("{PEER}/msp/config.yaml"));
    case.delete("peerOrganizations/org2.example.com/users/Admin@org2.example.com");
    let problems = case.refused().join("\n");
    assert!(problems.contains(&format!("{PEER}/tls/server.crt")), "{problems}");
    assert!(problems.contains("users/Admin@org2.example.com\n"), "{problems}");

    let mut case = Case::empty();
    case.making = Making::Nothing;
    assert_eq!(case.refused().len(), 3);
}

#[test]
fn a_lock_whose_keys_are_elsewhere_stops_everything() {
    let mut case = Case::made();
    case.dir = tempfile::tempdir().unwrap();
    let problems = case.refused();
    assert!(problems.len() == 3 && problems[0].starts_with("error[FK0302]"), "{problems:#?}");
    let known = std::mem::take(&mut case.lock);
    case.provide();
    case.lock = known;
    assert_eq!(case.codes(), [vec![Code::FK0303; 2], vec![Code::FK0304; 3], vec![Code::FK0303; 4]].concat());
}

#[test]
fn the_ca_that_is_remembered_may_be_any_of_the_msp() {
    let mut case = Case::made();
    let other = Case::of(&vec![]);
    other.provide();
    let org = "peerOrganizations/org1.example.com";
    let files: Vec<_> = case.files().into_iter().filter(|(path, _)| path.starts_with(format!("{org}/ca"))).collect();
    case.delete(&format!("{org}/ca"));
    // It sorts first, and issued to nobody.
    let root = fs::read(&other.path(&format!("{org}/msp/cacerts/ca.org1.example.com-cert.pem"))).unwrap();
    case.overwrite(&format!("{org}/msp/cacerts/a.pem"), &root);
    let known = std::mem::take(&mut case.lock);
    let mut lock = Lock::default();
    case.provide().remember(&case.network, &mut lock);
    assert_eq!(lock, known, "the pin is of the CA that issued to the members");
    case.lock = known.clone();
    case.provide().remember(&case.network, &mut lock);
    assert_eq!(lock, known);
    files.iter().for_each(|(path, (bytes, _))| case.overwrite(path.to_str().unwrap(), bytes));
    case.provide();
    // One that the MSP does not know issues nothing that anybody trusts.
    let stranger = Case::empty();
    stranger.provide();
    for file in ["ca/ca.org1.example.com-cert.pem", "ca/priv_sk"] {
        case.overwrite(&format!("{org}/{file}"), &fs::read(&stranger.path(&format!("{org}/{file}"))).unwrap());
    }
    assert_eq!(case.codes(), [Code::FK0303]);
}

#[test]
fn a_private_key_in_a_file_of_certificates_goes_nowhere() {
    let org = "peerOrganizations/org1.example.com";
    for (certificate, key) in [
        (format!("{org}/ca/ca.org1.example.com-cert.pem"), format!("{org}/ca/priv_sk")),
        (format!("{org}/msp/cacerts/ca.org1.example.com-cert.pem"), format!("{org}/ca/priv_sk")),
        (format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem"), format!("{PEER}/msp/keystore/priv_sk")),
        (format!("{PEER}/tls/server.crt"), format!("{PEER}/tls/server.key")),
        (format!("{PEER}/tls/ca.crt"), format!("{org}/tlsca/priv_sk")),
    ] {
        let case = Case::made();
        // So that there is something to make.
        case.delete(&format!("{org}/users/Admin@org1.example.com"));
        let both = [&certificate, &key].map(|file| fs::read(&case.path(file)).unwrap()).concat();
        case.overwrite(&certificate, &both);
        let problems = case.refused();
        let is_told = |problem: &String| problem.starts_with("error[FK0362]") && problem.contains(&certificate);
        assert!(problems.iter().any(is_told), "{certificate}: {problems:#?}");
    }
}

#[test]
fn a_consenters_lost_key_is_not_made_again() {
    let mut case = Case::made();
    case.delete(&format!("{ORDERER}/tls"));
    assert_eq!(case.codes(), [Code::FK0304]);
    case.refused();
    case.lock = Lock::default();
    let fingerprint = "sha256:0123".to_owned();
    case.pinned = vec![Pinned {
        fingerprint,
        key: PinnedKey::Tls,
        holder: "o:7050 in b.block".into(),
        place: Place::file(Path::new("b.block")),
    }];
    assert_eq!(case.codes(), [Code::FK0305]);
    assert!(case.refused()[0].contains("b.block"));
}

#[test]
fn a_pinned_key_may_be_an_orderers_that_left_the_network() {
    let mut case = Case::made();
    let pem = fs::read(&case.path(&format!("{ORDERER}/tls/server.crt"))).unwrap();
    let fingerprint = key_fingerprint(&pem).unwrap();
    case.pinned = vec![Pinned { fingerprint, key: PinnedKey::Tls, holder: "o:7050 in b.block".into(), place: Place::default() }];
    case.network.orgs[0].nodes.remove(0);
    case.network.channels.clear();
    case.provide();
}

#[test]
fn damaged_files_are_problems_and_no_panics() {
    for file in [
        format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem"),
        format!("{PEER}/msp/keystore/priv_sk"),
        format!("{PEER}/msp/cacerts/ca.org1.example.com-cert.pem"),
        format!("{PEER}/tls/server.crt"),
        format!("{PEER}/tls/server.key"),
        format!("{PEER}/tls/ca.crt"),
        "peerOrganizations/org1.example.com/ca/ca.org1.example.com-cert.pem".to_owned(),
        "peerOrganizations/org1.example.com/msp/tlscacerts/tlsca.org1.example.com-cert.pem".to_owned(),
    ] {
        let mut case = Case::made();
        case.network.orgs.truncate(2);
        let whole = fs::read(&case.path(&file)).unwrap();
        for bytes in [
            b"".as_slice(),
            b"garbage",
            &whole[..whole.len() / 2],
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        ] {
            case.overwrite(&file, bytes);
            let problems = case.refused();
            assert!(!problems.iter().any(|problem| problem.contains("elsewhere")), "{file}: {problems:#?}");
        }
    }
}

#[test]
fn certificates_of_another_ca_are_refused() {
    let case = Case::made();
    case.delete("peerOrganizations/org1.example.com/ca");
    case.delete("peerOrganizations/org1.example.com/msp");
    assert_eq!(case.codes(), [Code::FK0302]);
    let case = Case { lock: Lock::default(), ..case };
    assert_eq!(case.codes(), [Code::FK0308]);
    let other = Case::empty();
    other.provide();
    for file in ["ca/ca.org1.example.com-cert.pem", "ca/priv_sk", "msp/cacerts/ca.org1.example.com-cert.pem"] {
        let file = format!("peerOrganizations/org1.example.com/{file}");
        case.overwrite(&file, &fs::read(&other.path(&file)).unwrap());
    }
    assert_eq!(case.codes(), [Code::FK0309; 4]);
    case.refused();
}

#[test]
fn names_that_are_dialled_must_be_in_the_certificate() {
    let mut case = Case::made();
    case.network.orgs[0].nodes[0].dialled.push("elsewhere.example.com".into());
    case.network.orgs[1].nodes[0].client_names.extend(["gw.example.com".into(), "10.0.0.1".into(), "127.0.0.1".into()]);
    let problems = case.refused().join("\n");
    assert!(problems.contains("error[FK0312]: the TLS certificate of `orderer0.example.com`"), "{problems}");
    assert!(problems.contains("does not name `gw.example.com`, `10.0.0.1`\n"), "{problems}");
}

#[test]
fn a_name_that_a_certificate_cannot_hold_stops_before_the_first_write() {
    let mut case = Case::empty();
    case.network.orgs[2].nodes[1].sans.push("peer.zürich.example".into());
    case.network.orgs[2].nodes[0].common_name = "../../up".into();
    assert_eq!(case.codes(), [Code::FK0314; 2]);
    case.refused();
}
