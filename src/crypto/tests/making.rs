//! What is made, what is read as it is, and what is remembered.

use super::*;

#[test]
fn a_second_run_writes_nothing_and_reads_the_same() {
    let case = Case::empty();
    let first = case.provide();
    let before = case.files();
    let second = case.provide();
    assert_eq!(case.files(), before);
    assert!(second.made().is_empty());
    assert_eq!(first.made().len(), 3 * 2 + 7 + 5);
    assert_eq!(first.made()[2], ORDERER);
    let id = node_id(&case, "peer0.org1.example.com");
    assert_eq!(first.public().node(id).certificate, second.public().node(id).certificate);
    assert_eq!(first.node_keys(id).identity.expose(), second.node_keys(id).identity.expose());
    for (first, second) in first.public().orgs.iter().zip(&second.public().orgs) {
        assert_eq!((&first.msp, &first.ca, &first.tlsca), (&second.msp, &second.ca, &second.tlsca));
        for (first, second) in first.nodes.iter().chain(&first.users).zip(second.nodes.iter().chain(&second.users)) {
            assert_eq!((&first.msp, &first.certificate), (&second.msp, &second.certificate));
            assert_eq!((&first.tls.certificate, &first.tls.ca), (&second.tls.certificate, &second.tls.ca));
        }
    }
}

#[test]
fn the_tree_is_cryptogens() {
    let case = Case::made();
    let below =
        |dir: &str| -> Vec<String> { fs::walk(&case.path(dir)).unwrap().into_iter().map(|p| p.display().to_string()).collect() };
    assert_eq!(
        below(PEER),
        [
            "msp/cacerts/ca.org1.example.com-cert.pem",
            "msp/config.yaml",
            "msp/keystore/priv_sk",
            "msp/signcerts/peer0.org1.example.com-cert.pem",
            "msp/tlscacerts/tlsca.org1.example.com-cert.pem",
            "tls/ca.crt",
            "tls/server.crt",
            "tls/server.key",
        ]
    );
    assert_eq!(below("peerOrganizations/org1.example.com/users/User1@org1.example.com").last().unwrap(), "tls/client.key");
    assert_eq!(case.files().len(), 117);
}

#[test]
fn without_node_ous_administrators_are_listed() {
    let mut case = Case::empty();
    case.network.orgs[1].node_ous = false;
    let material = case.provide();
    let org = &material.public().orgs[1];
    let names = |msp: &MspFolder| msp.admincerts.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    let admin = "Admin@org1.example.com-cert.pem";
    assert_eq!((names(&org.msp), names(&org.nodes[0].msp)), (vec![admin.to_owned()], vec![admin.to_owned()]));
    assert_eq!(names(&org.users[0].msp), ["User1@org1.example.com-cert.pem"]);
    assert_eq!(org.msp.admincerts[0].bytes, org.users[1].certificate.pem);
    assert!(org.msp.config.is_none() && org.nodes[0].msp.config.is_none());
}

#[test]
fn a_lost_pair_of_a_peer_is_made_again_and_nothing_else() {
    let case = Case::made();
    let before = case.files();
    case.delete(&format!("{PEER}/tls/server.crt"));
    case.delete(&format!("{PEER}/tls/server.key"));
    assert_eq!(case.provide().made(), [PEER]);
    let after = case.files();
    let changed: Vec<_> = after.iter().filter(|(path, file)| before.get(*path) != Some(file)).map(|(path, _)| path).collect();
    assert_eq!(changed, [&PathBuf::from(PEER).join("tls/server.crt"), &PathBuf::from(PEER).join("tls/server.key")]);

    case.delete(PEER);
    assert_eq!(case.provide().made(), [PEER]);
    assert_eq!(case.files().len(), before.len());
}

#[test]
fn a_key_without_a_certificate_gets_one() {
    let case = Case::made();
    for (key, certificate) in
        [("msp/keystore/priv_sk", "msp/signcerts/peer0.org1.example.com-cert.pem"), ("tls/server.key", "tls/server.crt")]
    {
        let key = fs::read(&case.path(&format!("{PEER}/{key}"))).unwrap();
        let certificate = format!("{PEER}/{certificate}");
        let fingerprint = key_fingerprint(&fs::read(&case.path(&certificate)).unwrap());
        case.delete(&certificate);
        case.provide();
        assert_eq!(key_fingerprint(&fs::read(&case.path(&certificate)).unwrap()), fingerprint);
        assert!(case.files().values().any(|(bytes, _)| bytes == &key));
    }
    // An orderer's too: a block knows it by this key.
    case.delete(&format!("{ORDERER}/tls/server.crt"));
    case.provide();
}

#[test]
fn a_public_file_that_is_missing_is_added() {
    let case = Case::made();
    let before = case.files();
    for file in ["msp/config.yaml", "msp/cacerts/ca.org1.example.com-cert.pem", "tls/ca.crt"] {
        case.delete(&format!("{PEER}/{file}"));
    }
    case.delete("peerOrganizations/org1.example.com/msp");
    assert!(case.provide().made().is_empty());
    let bytes = |files: BTreeMap<PathBuf, (Vec<u8>, _)>| files.into_iter().map(|(p, (b, _))| (p, b)).collect::<Vec<_>>();
    assert_eq!(bytes(case.files()), bytes(before));
}

#[test]
fn without_keys_the_public_material_and_the_digests_are_the_same() {
    let mut case = Case::made();
    let with = case.provide();
    for (path, _) in case.files() {
        if path.ends_with("priv_sk") || path.extension().is_some_and(|e| e == "key") {
            case.delete(path.to_str().unwrap());
        }
    }
    assert!(case.refused().iter().all(|problem| problem.starts_with("error[FK0307]")));
    case.keys = Keys::NotNeeded;
    case.making = Making::Nothing;
    let without = case.provide();
    let id = node_id(&case, "peer0.org1.example.com");
    let (a, b) = (with.node_keys(id), without.node_keys(id));
    assert_eq!((a.identity.digest(), a.tls.digest()), (b.identity.digest(), b.tls.digest()));
    assert_ne!(a.identity.digest(), a.tls.digest());
    assert!(a.identity.expose().is_some() && b.identity.expose().is_none());
    let certificate = &with.public().node(id).certificate;
    let [one, same, other] = [(a, "couchdb"), (b, "couchdb"), (a, "metrics")].map(|(k, p)| password(certificate, &k.identity, p));
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.expose(), other.expose());
    assert_eq!((one.expose().map(str::len), same.expose()), (Some(32), None));

    case.making = Making::Missing;
    case.delete(&format!("{PEER}/tls"));
    assert_eq!(case.codes(), [Code::FK0308]);
    case.refused();
}

#[test]
fn a_secret_is_not_printed() {
    let case = Case::made();
    let material = case.provide();
    let text = format!("{material:?}");
    assert!(!text.contains("PRIVATE KEY") && text.contains("Secret("));
}

#[test]
fn what_is_made_in_memory_leaves_no_file() {
    let mut case = Case::empty();
    case.making = Making::InMemory;
    assert_eq!(case.provide().made().len(), 18);
    assert!(case.files().is_empty());
}

#[test]
fn a_store_that_another_tool_filled_is_read_as_it_is() {
    let mut case = Case::made();
    let rename = |from: &str, to: &str| std::fs::rename(case.path(from), case.path(to)).unwrap();
    let org = "peerOrganizations/org1.example.com";
    // As Fabric CA's client leaves it: no key of the CA, other names, keys of earlier enrolments.
    case.delete(&format!("{org}/ca"));
    case.delete(&format!("{org}/tlsca/priv_sk"));
    for dir in [org, PEER] {
        rename(&format!("{dir}/msp/cacerts/ca.org1.example.com-cert.pem"), &format!("{dir}/msp/cacerts/localhost-7054.pem"));
    }
    rename(&format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem"), &format!("{PEER}/msp/signcerts/cert.pem"));
    rename(&format!("{PEER}/msp/keystore/priv_sk"), &format!("{PEER}/msp/keystore/7b3f_sk"));
    case.overwrite(
        &format!("{PEER}/msp/keystore/0aaa_sk"),
        signer::new_key(crate::network::KeyAlgorithm::Ecdsa).unwrap().pem().as_bytes(),
    );
    for dir in [org, PEER] {
        let config = String::from_utf8(fs::read(&case.path(&format!("{dir}/msp/config.yaml"))).unwrap()).unwrap();
        let config = config.replace("ca.org1.example.com-cert.pem", "localhost-7054.pem");
        case.overwrite(&format!("{dir}/msp/config.yaml"), config.as_bytes());
    }
    // As openssl writes a key.
    let path = format!("{PEER}/tls/server.key");
    let text = String::from_utf8(fs::read(&case.path(&path)).unwrap()).unwrap();
    let key = <p256::SecretKey as p256::pkcs8::DecodePrivateKey>::from_pkcs8_pem(&text).unwrap();
    let sec1 = certificate::pem_block("EC PRIVATE KEY", &key.to_sec1_der().unwrap());
    case.overwrite(&path, sec1.as_bytes());

    let before = case.files();
    let material = case.provide();
    assert_eq!(case.files(), before);
    let id = node_id(&case, "peer0.org1.example.com");
    assert_eq!(material.node_keys(id).tls.expose(), Some(sec1.as_str()));
    assert!(material.node_keys(id).identity.expose().is_some());
    assert_eq!(material.public().org(id.org()).msp.cacerts[0].name, "localhost-7054.pem");

    // Its CA's key is elsewhere for good: what is missing cannot be made here.
    let user = crate::network::User { common_name: "User2@org1.example.com".into(), ..case.network.orgs[1].users[0].clone() };
    case.network.orgs[1].users.insert(1, user);
    assert_eq!(case.codes(), [Code::FK0308; 2]);
    case.refused();
}

#[test]
fn a_file_without_pem_is_skipped_with_a_warning() {
    let case = Case::made();
    case.overwrite(&format!("{PEER}/msp/cacerts/README"), b"roots");
    case.overwrite(&format!("{PEER}/msp/cacerts/.fabkube-killed"), b"-----BEGIN");
    let (result, problems) = case.run();
    assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [Code::FK0316, Code::FK0361]);
    assert_eq!(result.unwrap().public().node(node_id(&case, "peer0.org1.example.com")).msp.cacerts.len(), 1);
}

#[test]
fn the_lock_remembers_authorities_and_consenters() {
    let case = Case::made();
    let keys: Vec<&str> = case.lock.orgs.keys().map(String::as_str).collect();
    let peers = ["peerOrganizations/org1.example.com", "peerOrganizations/org2.example.com"];
    assert_eq!(keys, ["ordererOrganizations/example.com", peers[0], peers[1]]);
    assert_eq!(case.lock.orgs[keys[0]].consenters.len(), 3);
    assert!(case.lock.orgs[keys[1]].consenters.is_empty());
    let material = case.provide();
    assert_eq!(case.lock.orgs[keys[1]].tlsca, material.public().orgs[1].tlsca.key_fingerprint);
}
