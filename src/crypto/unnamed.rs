//! What lies in the tree and no file names: orgs, nodes and users of former times, or of others. Nothing is done with it.

use super::layout;
use super::plan::Member;
use crate::diag::{Code, Place, Problem, Problems, Stop, count};
use crate::network::{Network, OrgKind};
use crate::store::Store;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A note of the folders of orgs, nodes and users that no file names.
pub fn note_unnamed(network: &Network, store: &Store, problems: &mut Problems) -> Result<(), Stop> {
    let strays = folders(network, store)?;
    if strays.is_empty() {
        return Ok(());
    }
    let message = format!("{} in the tree that no file names", count(strays.len(), "folder"));
    let places = strays.iter().map(|dir| Place::file(&store.path(dir)));
    let problem = Problem::new(Code::FK0343, message).at_all(places);
    problems.push(problem.help("nothing is done with them; move away what is not needed, or name it in crypto-config.yaml (servers of chaincodes in network.yaml)"));
    Ok(())
}

/// The folders of orgs, nodes and users that the network does not know, sorted.
fn folders(network: &Network, store: &Store) -> Result<Vec<PathBuf>, Stop> {
    let orgs: BTreeSet<PathBuf> = network.orgs.iter().map(|org| org.dir()).collect();
    let members = network.orgs.iter().flat_map(|org| Member::all(org).map(|member| layout::member_dir(org, member)));
    let members: BTreeSet<PathBuf> = members.collect();
    let mut strays = Vec::new();
    for kind in [OrgKind::Orderer, OrgKind::Peer] {
        let section = kind.dir("");
        for name in store.list(&section)? {
            let dir = kind.dir(&name);
            if !crate::fs::is_dir(&store.path(&dir))? {
                continue;
            }
            if !orgs.contains(&dir) {
                strays.push(dir);
                continue;
            }
            for part in layout::MEMBER_SECTIONS {
                for member in store.list(&dir.join(part))? {
                    let member = dir.join(part).join(member);
                    if !members.contains(&member) && crate::fs::is_dir(&store.path(&member))? {
                        strays.push(member);
                    }
                }
            }
        }
    }
    strays.sort();
    Ok(strays)
}
