//! New certificates on old keys, and what becomes of the old ones.

use super::*;
use time::{Duration, OffsetDateTime};

/// Renews, and gives what was renewed or the codes of the problems.
fn renew(case: &Case, choice: &Choice<'_>) -> Result<Vec<Renewed>, Vec<Code>> {
    let policy = Policy { making: Making::Nothing, keys: case.keys };
    let store = Store::open(case.dir.path(), Making::Missing);
    let (pinned, rooted) = (&[], &[]);
    let request =
        Request { network: &case.network, store: &store, lock: &case.lock, pinned, rooted, policy, names: Names::Checked };
    let mut problems = Problems::new();
    let result = super::super::renew(&request, choice, &mut problems, &Silent);
    result.map_err(|stop| {
        assert!(matches!(stop, Stop::Reported), "{stop:?}");
        problems.iter().map(|problem| problem.code).collect()
    })
}

const NOTHING: Choice<'_> =
    Choice { expiring: None, missing_sans: MissingSans::Left, names: &[], authorities: &[], old_names: OldNames::Kept };
const EXPIRING: Choice<'_> = Choice { expiring: Some(Duration::days(20 * 365)), ..NOTHING };
const MISSING_SANS: Choice<'_> = Choice { missing_sans: MissingSans::Renewed, ..NOTHING };

fn named(names: &[String]) -> Choice<'_> {
    Choice { names, ..NOTHING }
}

fn authorities(authorities: &[String]) -> Choice<'_> {
    Choice { authorities, ..NOTHING }
}

fn dated(member: &str) -> String {
    format!("{member}/renewed-{}", OffsetDateTime::now_utc().date())
}

#[test]
fn all_that_ends_soon_is_renewed_but_cas_and_no_key_changes() {
    let case = Case::made();
    let before = case.files();
    let renewed = renew(&case, &EXPIRING).unwrap();
    assert_eq!(renewed.len(), 24);
    let after = case.files();
    let changed: Vec<&PathBuf> = before.keys().filter(|path| before[*path] != after[*path]).collect();
    assert_eq!(changed.len(), 24);
    for path in changed {
        let name = path.to_str().unwrap();
        assert!(name.ends_with("-cert.pem") && name.contains("signcerts") || name.ends_with(".crt"), "{name}");
        let [old, new] = [&before[path].0, &after[path].0].map(|bytes| Certificate::parse(bytes).unwrap());
        assert_eq!((&old.key_fingerprint, &old.subject, old.sans()), (&new.key_fingerprint, &new.subject, new.sans()), "{name}");
    }
    assert_eq!(after.len(), before.len() + 24);
    let kept = format!("{}/tls/server.crt", dated(PEER));
    assert_eq!(after[Path::new(&kept)].0, before[Path::new(&format!("{PEER}/tls/server.crt"))].0);
    // Lock and checks have nothing against them.
    case.provide();
}

#[test]
fn names_that_are_missing_are_put_in_and_others_stay_unless_they_are_to_go() {
    let mut case = Case::made();
    assert!(renew(&case, &MISSING_SANS).unwrap().is_empty());
    let node = &mut case.network.orgs[0].nodes[0];
    node.dialled.push("elsewhere.example.com".into());
    node.sans.push("elsewhere.example.com".into());
    node.sans.retain(|name| name != "localhost" && name != "127.0.0.1");
    let name = [node.common_name.clone()];
    assert_eq!(case.codes(), [Code::FK0312]);
    let renewed = renew(&case, &MISSING_SANS).unwrap();
    assert_eq!(renewed.len(), 1);
    let only = &renewed[0];
    assert_eq!(only.path, case.path(&format!("{ORDERER}/tls/server.crt")));
    assert_eq!((only.gained.as_slice(), only.lost.len()), (&["elsewhere.example.com".to_owned()][..], 0));
    case.provide();
    let dropped = renew(&case, &Choice { old_names: OldNames::Dropped, ..named(&name) }).unwrap();
    assert_eq!((dropped[1].gained.len(), dropped[1].lost.join(" ")), (0, "localhost 127.0.0.1".to_owned()));
    case.provide();
}

const ORG: &str = "peerOrganizations/org1.example.com";

/// A network whose second org has no NodeOUs, and the name of that org's administrator.
fn without_node_ous() -> (Case, String) {
    let mut case = Case::empty();
    case.network.orgs[1].node_ous = false;
    case.provide();
    (case, "Admin@org1.example.com".to_owned())
}

/// The files of the admincerts folders, by what they hold.
fn admincerts(files: &BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>) -> Vec<(&Path, &[u8])> {
    let is_admincert = |path: &Path| path.parent().is_some_and(|dir| dir.ends_with("admincerts"));
    files.iter().filter(|(path, _)| is_admincert(path)).map(|(path, (bytes, _))| (path.as_path(), bytes.as_slice())).collect()
}

#[test]
fn an_administrators_new_certificate_comes_beside_the_old_where_channels_know_that() {
    let (case, admin) = without_node_ous();
    let before = case.files();
    let name = std::slice::from_ref(&admin);
    let renewed = renew(&case, &named(name)).unwrap();
    // Of the org, of two peers, and the administrator's own.
    assert_eq!((renewed.len(), renewed[0].beside), (2, 4));
    let after = case.files();
    let own = &after[Path::new(&format!("{ORG}/users/{admin}/msp/signcerts/{admin}-cert.pem"))].0;
    assert!(admincerts(&before).iter().all(|file| admincerts(&after).contains(file)));
    let added = admincerts(&after).into_iter().filter(|file| !admincerts(&before).contains(file));
    assert_eq!(added.filter(|(_, bytes)| bytes == own).count(), 4);
    // A killed run had got so far, and nobody knows the certificate that it made.
    let interim = case.files();
    let path = format!("{ORG}/users/{admin}/msp/signcerts/{admin}-cert.pem");
    case.overwrite(&path, &before[Path::new(&path)].0);
    renew(&case, &named(name)).unwrap();
    assert_eq!(admincerts(&case.files()).len(), admincerts(&interim).len());
    // A second of the day.
    renew(&case, &named(name)).unwrap();
    assert_eq!(admincerts(&case.files()).len(), admincerts(&interim).len() + 4);
    case.provide();
}

#[test]
fn an_administrator_that_stands_second_in_a_file_is_found() {
    let (case, admin) = without_node_ous();
    let user = fs::read(&case.path(&format!("{ORG}/users/User1@org1.example.com/msp/signcerts/User1@org1.example.com-cert.pem")));
    let path = format!("{ORG}/msp/admincerts/{admin}-cert.pem");
    let both = [user.unwrap(), fs::read(&case.path(&path)).unwrap()].concat();
    case.overwrite(&path, &both);
    assert_eq!(renew(&case, &named(&[admin])).unwrap()[0].beside, 4);
    assert_eq!(fs::read(&case.path(&path)).unwrap(), both);
}

#[test]
fn a_killed_renewal_is_done_again() {
    let case = Case::made();
    let path = format!("{PEER}/tls/server.crt");
    let signcert = format!("{PEER}/msp/signcerts/peer0.org1.example.com-cert.pem");
    let kept = |number: &str, path: &str| {
        format!("{}{number}/{}", dated(PEER), path.strip_prefix(PEER).unwrap().trim_start_matches('/'))
    };
    let read = |path: &str| fs::read(&case.path(path)).unwrap();
    let (old, old_signcert) = (read(&path), read(&signcert));
    // It had kept the old ones, and got no further.
    for path in [&path, &signcert] {
        case.overwrite(&kept("", path), &read(path));
    }
    let peer = ["org1-peer0".to_owned()];
    let first = renew(&case, &named(&peer)).unwrap();
    assert_eq!((&first[0].kept, &first[1].kept), (&case.path(&kept("", &signcert)), &case.path(&kept("", &path))));
    let newer = read(&path);
    // It had replaced one: what is there now goes into a folder of its own, and no folder has files of two runs.
    case.overwrite(&signcert, &old_signcert);
    let second = renew(&case, &named(&peer)).unwrap();
    assert_eq!(second[1].kept, case.path(&kept(".2", &path)));
    assert_eq!([read(&kept("", &path)), read(&kept(".2", &path))], [old, newer]);
    assert_eq!([read(&kept("", &signcert)), read(&kept(".2", &signcert))], [old_signcert.clone(), old_signcert]);
}

#[test]
fn a_ca_is_renewed_in_every_place_and_all_below_it_stays() {
    let case = Case::made();
    let chain = format!("{PEER}/tls/server.crt");
    let read = |path: &str| fs::read(&case.path(path)).unwrap();
    let tlsca = format!("{ORG}/tlsca/tlsca.org1.example.com-cert.pem");
    case.overwrite(&chain, &[read(&chain), read(&tlsca)].concat());
    let before = case.files();
    let names = ["ca.org1.example.com", "tlsca.org1.example.com"].map(str::to_owned);
    let renewed = renew(&case, &authorities(&names)).unwrap();
    let after = case.files();
    // Of two peers and two users; the TLS CA in `tls/ca.crt` too, and in one chain.
    assert_eq!(renewed.iter().map(|renewed| renewed.copies).collect::<Vec<_>>(), [1 + 4, 1 + 4 + 4 + 1]);
    assert_eq!(renewed[0].kept, case.path(&format!("{}/ca/ca.org1.example.com-cert.pem", dated(ORG))));
    for (name, authority) in names.iter().zip(["ca", "tlsca"]) {
        let path = format!("{ORG}/{authority}/{name}-cert.pem");
        let [old, new] = [&before, &after].map(|files| Certificate::parse(&files[Path::new(&path)].0).unwrap());
        assert_eq!(fs::read(&case.path(&format!("{}/{authority}/{name}-cert.pem", dated(ORG)))).unwrap(), old.pem);
        assert_eq!(
            (&old.key_fingerprint, &old.subject, &old.subject_key_id, old.not_before),
            (&new.key_fingerprint, &new.subject, &new.subject_key_id, new.not_before)
        );
        assert!(new.serial != old.serial && new.is_issued_by(&new));
        let anywhere = |files: &BTreeMap<PathBuf, (Vec<u8>, _)>, pem: &[u8]| {
            files.iter().filter(|(path, (bytes, _))| !path.to_str().unwrap().contains("renewed-") && bytes.ends_with(pem)).count()
        };
        assert_eq!((anywhere(&before, &old.pem), anywhere(&after, &old.pem)), (anywhere(&after, &new.pem), 0));
    }
    let changed = before.keys().filter(|path| before[*path].0 != after[*path].0).count();
    assert_eq!(changed, 6 + 11);
    case.provide();
}

#[test]
fn a_ca_of_another_ca_or_without_its_key_is_not_renewed_here() {
    let case = Case::made();
    let refused = |name: &str| {
        let before = case.files();
        let codes = renew(&case, &authorities(&[name.to_owned()])).unwrap_err();
        assert_eq!(case.files(), before);
        codes
    };
    assert_eq!(refused("ca.org9.example.com"), [Code::FK0601]);
    case.delete(&format!("{ORG}/ca/priv_sk"));
    assert_eq!(refused("ca.org1.example.com"), [Code::FK0308]);
}

#[test]
fn what_cannot_be_renewed_is_told_before_anything_is_written() {
    let case = Case::made();
    case.delete("peerOrganizations/org1.example.com/tlsca/priv_sk");
    let refused = |names: &[&str]| {
        let before = case.files();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let codes = renew(&case, &named(&names)).unwrap_err();
        assert_eq!(case.files(), before);
        codes
    };
    assert_eq!(refused(&["peer0.org2.example.com", "peer0.org1.example.com"]), [Code::FK0308]);
    assert_eq!(refused(&["peer9.org1.example.com"]), [Code::FK0601]);
    assert_eq!(refused(&["tlsca.org1.example.com", "org2-peer0"]), [Code::FK0601]);
    case.delete(PEER);
    assert_eq!(refused(&["org1-peer0"]), [Code::FK0601]);
    case.delete("peerOrganizations/org2.example.com/ca");
    case.delete("peerOrganizations/org2.example.com/msp");
    assert_eq!(refused(&["org2-peer0"]), [Code::FK0302]);
}

#[test]
fn what_fabkube_issued_is_told_from_what_cryptogen_did() {
    let issued = |case: &Case| issued(&case.network, &Store::open(case.dir.path(), Making::Nothing)).unwrap();
    assert_eq!(issued(&Case::empty()), None);
    let case = Case::made();
    assert_eq!(issued(&case), Some(case.path(&format!("{ORDERER}/tls/server.crt"))));

    // As cryptogen would have made them.
    let mut case = Case::empty();
    let names = |case: &mut Case, of: &dyn Fn(&crate::network::Node) -> Vec<String>| {
        let nodes = case.network.orgs.iter_mut().flat_map(|org| &mut org.nodes);
        nodes.for_each(|node| node.sans = of(node));
    };
    names(&mut case, &|node| vec![node.common_name.clone(), node.hostname.clone()]);
    case.run().0.unwrap();
    assert_eq!(issued(&case), None);
    case.network = sample::two_orgs();
    renew(&case, &MISSING_SANS).unwrap();
    assert_eq!(issued(&case), None, "renewed, it names what fabkube's names, and the old one is beside it");
}
