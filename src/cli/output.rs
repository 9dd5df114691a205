//! The file that the user named for a product: it is no stream, and not there yet.

use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs;
use std::path::{Path, PathBuf};

/// Where the product goes, for messages and for the disk.
#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// Write to this file, which must not be there yet, instead of into the folder of blocks
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Reports that `what` cannot go into this file.
pub(super) fn check_output(file: &Path, what: &str, problems: &mut Problems) -> Result<(), Stop> {
    check_is_file(file, what, problems)?;
    check_not_there(&[file], "artifacts", problems)
}

/// Reports `-` where `what` takes a file of its own.
pub(super) fn check_is_file(file: &Path, what: &str, problems: &mut Problems) -> Result<(), Stop> {
    if file != Path::new("-") {
        return Ok(());
    }
    let problem = Problem::new(Code::FK0602, format!("{what} is a file of its own"));
    problems.push(problem.help("`-o FILE` takes a name, and no `-`"));
    Err(Stop::Reported)
}

/// Reports every file that is there already; `kind` is what is never overwritten.
pub(super) fn check_not_there(files: &[impl AsRef<Path>], kind: &str, problems: &mut Problems) -> Result<(), Stop> {
    let mut checked = Ok(());
    for file in files.iter().map(AsRef::as_ref) {
        if fs::exists(file)? {
            let problem = Problem::new(Code::FK0602, format!("`{}` is there already", file.display()));
            problems.push(problem.help(format!("{kind} are never overwritten: give another name, or move the file away")));
            checked = Err(Stop::Reported);
        }
    }
    checked
}
