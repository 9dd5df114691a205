//! New certificates on old keys, and what becomes of the old ones.

use super::*;
use crate::fs::Mode;
use time::{Duration, OffsetDateTime};

/// Renews, and gives what was renewed or the codes of the problems.
fn renew(case: &Case, choice: &Choice<'_>) -> Result<Vec<Renewed>, Vec<Code>> {
    let policy = Policy { making: Making::Nothing, keys: case.keys };
    let store = Store::open(case.dir.path(), policy.making);
    let (pinned, rooted) = (&[], &[]);
    let request =
        Request { network: &case.network, store: &store, lock: &case.lock, pinned, rooted, policy, names: Names::Checked };
    let mut problems = Problems::new();
    let result = super::super::renew(&request, choice, &mut problems);
    result.map_err(|stop| {
        assert!(matches!(stop, Stop::Reported), "{stop:?}");
        problems.iter().map(|problem| problem.code).collect()
    })
}

fn named(names: &[String]) -> Choice<'_> {
    Choice { expiring: None, missing_sans: MissingSans::Left, names }
}

const EXPIRING: Choice<'_> = Choice { expiring: Some(Duration::days(20 * 365)), missing_sans: MissingSans::Left, names: &[] };
const MISSING_SANS: Choice<'_> = Choice { expiring: None, missing_sans: MissingSans::Renewed, names: &[] };

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
fn names_that_are_missing_are_put_in_and_names_of_former_times_go() {
    let mut case = Case::made();
    assert!(renew(&case, &MISSING_SANS).unwrap().is_empty());
    let node = &mut case.network.orgs[0].nodes[0];
    node.dialled.push("elsewhere.example.com".into());
    node.sans.push("elsewhere.example.com".into());
    node.sans.retain(|name| name != "localhost");
    assert_eq!(case.codes(), [Code::FK0312]);
    let renewed = renew(&case, &MISSING_SANS).unwrap();
    assert_eq!(renewed.len(), 1);
    let only = &renewed[0];
    assert_eq!(only.path, case.path(&format!("{ORDERER}/tls/server.crt")));
    assert_eq!(
        (only.gained.as_slice(), only.lost.as_slice()),
        (&["elsewhere.example.com".to_owned()][..], &["localhost".to_owned()][..])
    );
    case.provide();
}

#[test]
fn copies_of_an_administrators_certificate_go_along() {
    let mut case = Case::empty();
    case.network.orgs[1].node_ous = false;
    case.provide();
    let admin = "Admin@org1.example.com".to_owned();
    let before = case.files();
    assert_eq!(renew(&case, &named(std::slice::from_ref(&admin))).unwrap().len(), 2);
    let after = case.files();
    let org = "peerOrganizations/org1.example.com";
    let own = &after[Path::new(&format!("{org}/users/{admin}/msp/signcerts/{admin}-cert.pem"))].0;
    let copies: Vec<&PathBuf> =
        after.keys().filter(|path| path.to_str().unwrap().contains(&format!("admincerts/{admin}"))).collect();
    // Of the org, of two peers, and the administrator's own.
    assert_eq!(copies.len(), 4);
    assert!(copies.iter().all(|path| &after[*path].0 == own && before[*path].0 != after[*path].0));
    case.provide();
}

#[test]
fn a_killed_renewal_is_done_again() {
    let case = Case::made();
    let path = format!("{PEER}/tls/server.crt");
    let old = fs::read(&case.path(&path)).unwrap();
    // It had kept the old one, and got no further.
    let kept = format!("{}/tls/server.crt", dated(PEER));
    fs::write(&case.path(&kept), &old, Mode::Public).unwrap();
    let peer = ["org1-peer0".to_owned()];
    let first = renew(&case, &named(&peer)).unwrap();
    assert_eq!(first[1].kept, case.path(&kept));
    let newer = fs::read(&case.path(&path)).unwrap();
    // The second of a day goes beside the first.
    let second = renew(&case, &named(&peer)).unwrap();
    assert_eq!(second[1].kept, case.path(&format!("{}.2/tls/server.crt", dated(PEER))));
    assert_eq!((fs::read(&case.path(&kept)).unwrap(), fs::read(&second[1].kept).unwrap()), (old, newer));
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
    assert_eq!(refused(&["tlsca.org1.example.com", "org2-peer0"]), [Code::FK0901]);
    case.delete(PEER);
    assert_eq!(refused(&["org1-peer0"]), [Code::FK0601]);
    case.delete("peerOrganizations/org2.example.com/ca");
    case.delete("peerOrganizations/org2.example.com/msp");
    assert_eq!(refused(&["org2-peer0"]), [Code::FK0302]);
}
