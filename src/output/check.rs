//! Whether a folder of manifests is what would be rendered now, and how it differs. Nothing is written.

use super::directory::{files, stale};
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
    /// Those of them that are not rendered any more.
    pub stale: usize,
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
            let content = Content::of(object.is_secret(), secrets);
            differences.add(&dir.join(path), old.as_deref().unwrap_or_default(), &new, content);
        }
    }
    for (path, old) in stale(dir, &wanted)? {
        let is_secret = old.lines().any(|line| line == "kind: Secret");
        differences.add(&dir.join(path), &old, "", Content::of(is_secret, secrets));
        differences.stale += 1;
    }
    Ok(differences)
}

/// Whether a diff may show what a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Shown,
    Hidden,
}

impl Content {
    /// Secrets are hidden, unless they are redacted anyway.
    fn of(is_secret: bool, secrets: Secrets) -> Self {
        if is_secret && secrets != Secrets::Redact { Content::Hidden } else { Content::Shown }
    }
}

impl Differences {
    fn add(&mut self, path: &Path, old: &str, new: &str, content: Content) {
        self.files += 1;
        let name = path.display().to_string();
        let (from, to) = match (old.is_empty(), new.is_empty()) {
            (true, _) => ("/dev/null".to_owned(), name),
            (_, true) => (name, "/dev/null".to_owned()),
            _ => (name.clone(), name),
        };
        self.diff.push_str(&match content {
            Content::Hidden => format!("--- {from}\n+++ {to}\n# a Secret: its content is not shown\n"),
            Content::Shown => TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string(),
        });
    }
}
