//! A place in a user's file. What is wrong there is [`super::Problem`]'s.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A file, and the line in it where it is known. Cheap to clone: every value read keeps its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    file: Arc<str>,
    /// Counted from 1; 0 where there is no line (a whole file, a command-line option).
    line: u32,
}

impl Place {
    /// A line of a file, counted from 1.
    pub fn new(file: &Path, line: u32) -> Self {
        Self { file: file.display().to_string().into(), line }
    }

    /// A whole file or folder.
    pub fn file(file: &Path) -> Self {
        Self::new(file, 0)
    }

    /// Something typed on the command line, `--set peer.image.tag=2.5`, say.
    pub fn option(text: &str) -> Self {
        Self { file: text.into(), line: 0 }
    }

    /// Another line of the same file.
    pub fn with_line(&self, line: u32) -> Self {
        Self { file: self.file.clone(), line }
    }

    /// The file as the user named it.
    pub fn name(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1, where it is known.
    pub fn line(&self) -> Option<u32> {
        (self.line > 0).then_some(self.line)
    }
}

impl Default for Place {
    /// Nowhere: for values that no file gave.
    fn default() -> Self {
        Self::option("")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line() {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
