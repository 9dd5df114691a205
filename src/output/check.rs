//! Whether a folder of manifests is what would be rendered now, and how it differs. Nothing is written.

use super::directory::{files, manifests};
use super::stream::document;
use crate::fs;
use crate::render::{Object, Secrets};
use similar::TextDiff;
use std::path::Path;

/// How a folder differs from what would be rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files that differ, are missing, or are not rendered any more.
    pub files: usize,
    /// A unified diff; the content of Secrets is not in it unless it is redacted anyway.
    pub diff: String,
}

/// Compares a folder with what would be rendered.
pub fn compare(objects: &[Object], dir: &Path, secrets: Secrets) -> Result<Differences, fs::Error> {
    let wanted = files(objects);
    let mut differences = Differences::default();
    for (path, object) in &wanted {
        let new = document(object);
        let old = fs::read_if_there(&dir.join(path))?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if old.as_deref() != Some(&new) {
            let hidden = object.is_secret() && secrets != Secrets::Redact;
            differences.add(&dir.join(path), old.as_deref().unwrap_or_default(), &new, hidden);
        }
    }
    for path in manifests(dir)?.into_iter().filter(|path| !wanted.contains_key(path)) {
        let path = dir.join(path);
        let old = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        // Its kind is nobody's word, so it may be a Secret.
        let hidden = secrets != Secrets::Redact && old.lines().any(|line| line.trim() == "kind: Secret");
        differences.add(&path, &old, "", hidden);
    }
    Ok(differences)
}

impl Differences {
    fn add(&mut self, path: &Path, old: &str, new: &str, hidden: bool) {
        self.files += 1;
        let name = path.display().to_string();
        let (from, to) = match (old.is_empty(), new.is_empty()) {
            (true, _) => ("/dev/null".to_owned(), name),
            (_, true) => (name, "/dev/null".to_owned()),
            _ => (name.clone(), name),
        };
        if hidden {
            self.diff.push_str(&format!("--- {from}\n+++ {to}\n# a Secret: its content is not shown\n"));
        } else {
            self.diff.push_str(&TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string());
        }
    }
}
