//! Files that a killed run left half-done in MSP folders, where Fabric takes them for certificates. fabkube puts files together
//! elsewhere; this is about runs before it did, and about links to other disks.

use super::found::FoundOrg;
use super::layout;
use super::plan::Member;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::Network;
use crate::store::Store;

/// A warning of each such file. It may be the first of its folder by name, and Fabric takes the first of `signcerts` for the
/// identity (`fabric/msp/configbuilder.go`).
pub(super) fn warn(network: &Network, found: &[FoundOrg], store: &Store, problems: &mut Problems) {
    let orgs = || network.orgs.iter().zip(found);
    let of_orgs = orgs().map(|(org, found)| (layout::org_msp(org), &found.msp));
    let of_members = orgs().flat_map(|(org, found)| {
        Member::all(org).zip(&found.members).map(move |(member, found)| (layout::member_msp(org, member), &found.msp))
    });
    for (dir, msp) in of_orgs.chain(of_members) {
        for file in &msp.half_done {
            let message = "a run that was killed left a file half-done, and Fabric would take it for a certificate";
            let problem = Problem::new(Code::FK0361, message).at(&Place::file(&store.path(&dir.join(file))));
            problems.push(problem.help("delete it; the certificate itself is beside it, whole"));
        }
    }
}
