//! Files that a killed run left half-done in MSP folders, where Fabric takes them for certificates. fabkube puts files together
//! elsewhere; this is about runs before it did, and about links to other disks.

use super::layout;
use super::plan::Member;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use crate::network::Network;
use crate::store::Store;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The folders of an MSP that a renewal writes into.
const FOLDERS: [&str; 4] = ["signcerts", "admincerts", "cacerts", "tlscacerts"];

/// A warning of each such file. It may be the first of its folder by name, and Fabric takes the first of `signcerts` for the
/// identity (`fabric/msp/configbuilder.go`).
pub(super) fn warn(network: &Network, store: &Store, problems: &mut Problems) -> Result<(), Stop> {
    let of_orgs = network.orgs.iter().map(layout::org_msp);
    let of_members = network.orgs.iter().flat_map(|org| Member::all(org).map(move |member| layout::member_msp(org, member)));
    let folders: Vec<PathBuf> = of_orgs.chain(of_members).flat_map(|msp| FOLDERS.map(|folder| msp.join(folder))).collect();
    let found: Vec<Vec<PathBuf>> = folders.par_iter().map(|folder| in_folder(store, folder)).collect::<Result<_, Stop>>()?;
    for path in found.into_iter().flatten() {
        let message = "a run that was killed left a file half-done, and Fabric would take it for a certificate";
        let problem = Problem::new(Code::FK0361, message).at(&Place::file(&store.path(&path)));
        problems.push(problem.help("delete it; the certificate itself is beside it, whole"));
    }
    Ok(())
}

fn in_folder(store: &Store, folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let names = store.list(folder)?;
    Ok(names.into_iter().filter(|name| name.starts_with(fs::TEMPORARY)).map(|name| folder.join(name)).collect())
}
