//! A folder with a file for each object: `<namespace>/<name>.<kind>.yaml`. Files that are nobody's are left alone.

use super::stream::{MARK, document};
use crate::fs::{self, Mode};
use crate::render::Object;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What writing a folder came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub files: usize,
    /// Manifests in the folder that are not rendered any more; they are left there.
    pub left: Vec<PathBuf>,
}

/// The text of every file of the folder, by its path below it.
pub fn files(objects: &[Object]) -> BTreeMap<PathBuf, &Object> {
    objects.iter().map(|object| (path(object), object)).collect()
}

/// Cluster-wide objects come first when the folder is applied as a whole, since namespaces are among them.
fn path(object: &Object) -> PathBuf {
    let kind = object.kind.to_lowercase();
    match &object.namespace {
        Some(namespace) => [namespace.as_str(), &format!("{}.{kind}.yaml", object.name)].iter().collect(),
        None => PathBuf::from(format!("00-{}.{kind}.yaml", object.name)),
    }
}

/// Writes the folder: whole files, and only those that differ.
pub fn write(objects: &[Object], dir: &Path) -> Result<Written, fs::Error> {
    let files = files(objects);
    for (path, object) in &files {
        let mode = if object.is_secret() { Mode::Secret } else { Mode::Public };
        fs::write(&dir.join(path), document(object).as_bytes(), mode)?;
    }
    let left = stale(dir, &files)?.into_iter().map(|(path, _)| path).collect();
    Ok(Written { files: files.len(), left })
}

/// The manifests in a folder that were rendered once and are not any more, with their text. Files without our mark are the user's.
pub fn stale(dir: &Path, wanted: &BTreeMap<PathBuf, &Object>) -> Result<Vec<(PathBuf, String)>, fs::Error> {
    let mut stale = Vec::new();
    for path in fs::walk(dir)? {
        let is_manifest = path.extension().is_some_and(|ending| ending == "yaml") && !wanted.contains_key(&path);
        if is_manifest {
            let text = String::from_utf8_lossy(&fs::read(&dir.join(&path))?).into_owned();
            if text.starts_with(MARK) {
                stale.push((path, text));
            }
        }
    }
    Ok(stale)
}
