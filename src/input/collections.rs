//! Collections of private data that stand in a file of their own, as Fabric's command line takes them: what is in the file takes the place
//! of its path, so that problems name the file's own lines. What collections mean is `network`'s.

use super::load;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::yaml::{Content, Dialect, Node};
use std::path::Path;

/// Puts the content of files in the place of paths, in the tree of network.yaml, which lies in `dir`.
pub fn bring_in(tree: &mut Node, dir: &Path, problems: &mut Problems) -> Result<(), Stop> {
    let chaincodes = entry(tree, "network").and_then(|network| entry(network, "chaincodes"));
    let Some(Content::Sequence(chaincodes)) = chaincodes.map(|chaincodes| &mut chaincodes.content) else { return Ok(()) };
    for collections in chaincodes.iter_mut().filter_map(|chaincode| entry(chaincode, "collections")) {
        let Some(path) = collections.text().filter(|_| !collections.is_null()).map(|path| dir.join(path)) else { continue };
        match load::load_tree(&path, problems)? {
            Some(Some(found)) => *collections = found.merged(Dialect::V2, problems),
            // It is in the problems why it cannot be read.
            Some(None) => collections.content = Content::Sequence(Vec::new()),
            None => {
                let problem = Problem::new(Code::FK0102, format!("`{}` is not there", path.display())).at(&collections.place);
                problems.push(
                    problem.help(
                        "`collections` is a list, or the path of Fabric's file of collections, from where network.yaml lies",
                    ),
                );
                collections.content = Content::Sequence(Vec::new());
            }
        }
    }
    Ok(())
}

fn entry<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let Content::Mapping(entries) = &mut node.content else { return None };
    entries.iter_mut().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
}
