//! What is wrong in a user's files, where, and what to do: problems, collected and never thrown one by one.
//! Printing them and choosing the exit code is `cli`'s.

mod codes;
mod near;
mod numbers;
mod place;

pub use codes::Code;
pub use near::near;
pub use numbers::{count, more};
pub use place::Place;

use std::fmt;

/// How bad a problem is. Errors stop the line; warnings and notes do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is made or printed.
    Error,
    /// Works, but probably not as the user means.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// More places than these nobody reads.
const MOST_PLACES: usize = 20;

/// One thing that is wrong in the user's input. The message is lower case without a full stop, literals in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub severity: Severity,
    /// Where; the first place is the one to look at, others belong to it (the line it clashes with, say).
    pub places: Vec<Place>,
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem of the severity that its code has by nature.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), places: Vec::new(), message: message.into(), help: None }
    }

    /// Adds a place; the first added is the one to look at.
    pub fn at(mut self, place: &Place) -> Self {
        if !self.places.contains(place) {
            self.places.push(place.clone());
        }
        self
    }

    /// Adds many places: as many as anybody reads.
    pub fn at_all(self, places: impl IntoIterator<Item = Place>) -> Self {
        places.into_iter().take(MOST_PLACES).fold(self, |problem, place| problem.at(&place))
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)?;
        for (i, place) in self.places.iter().enumerate() {
            write!(f, "\n  {} {place}", if i == 0 { "-->" } else { "and" })?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", help.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

/// All problems so far, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, once: the same one found twice (through an alias, say) is one problem.
    pub fn push(&mut self, problem: Problem) {
        if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// Adds what was found elsewhere, each once.
    pub fn append(&mut self, found: Problems) {
        found.list.into_iter().for_each(|problem| self.push(problem));
    }

    /// Adds a remedy to the problems of a file that have none.
    pub fn advise(&mut self, file: &Place, help: &str) {
        let of_file = |problem: &&mut Problem| problem.places.first().is_some_and(|place| place.name() == file.name());
        for problem in self.list.iter_mut().filter(of_file) {
            problem.help.get_or_insert_with(|| help.to_owned());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|p| p.severity == severity).count()
    }

    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// The end of a stage: passes when nothing found so far is an error.
    pub fn stop_on_errors(&self) -> Result<(), Stop> {
        if self.has_errors() { Err(Stop::Reported) } else { Ok(()) }
    }
}

/// Why a stage did not give its result.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The user's input is wrong; the reasons are in [`Problems`].
    #[error("the input has errors")]
    Reported,
    /// Something outside the input failed: a disk, a permission.
    #[error(transparent)]
    Failed(#[from] crate::fs::Error),
    /// A fault of fabkube itself, or of a user's template, with the whole story.
    #[error("{0}")]
    Internal(String),
}

/// A long piece of work tells how far it is; the command line shows it.
pub trait Progress: Sync {
    /// `total` pieces of work called `what` begin.
    fn begin(&self, what: &str, total: usize);
    /// One piece is done.
    fn step(&self);
    /// All are done.
    fn end(&self);
    /// Something that a user who waits wants to know.
    fn note(&self, text: &str);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _what: &str, _total: usize) {}
    fn step(&self) {}
    fn end(&self) {}
    fn note(&self, _text: &str) {}
}
