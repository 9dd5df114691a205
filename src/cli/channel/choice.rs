//! The options that commands about one channel share: which channel, and where the product goes.

use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs;
use crate::project::ChannelChoice;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// The profile of configtx.yaml, instead of what network.yaml says
    #[arg(long, value_name = "PROFILE", requires = "channel")]
    profile: Option<String>,
    /// The channel
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
}

impl Choice {
    /// The choice, where one was made.
    pub(super) fn choice(&self) -> Option<ChannelChoice> {
        self.channel.clone().map(|channel| ChannelChoice { channel, profile: self.profile.clone() })
    }
}

/// A file that the user named for a product must not be there yet, and is no stream.
pub(super) fn check_output(file: &Path, what: &str, problems: &mut Problems) -> Result<(), Stop> {
    if file == Path::new("-") {
        let problem = Problem::new(Code::FK0602, format!("{what} is a file of its own"));
        problems.push(problem.help("`-o FILE` takes a name, and no `-`"));
        return Err(Stop::Reported);
    }
    if fs::exists(file)? {
        let problem = Problem::new(Code::FK0602, format!("`{}` is there already", file.display()));
        problems.push(problem.help("artifacts are never overwritten: give another name, or move the file away"));
        return Err(Stop::Reported);
    }
    Ok(())
}

/// Where the product goes, for messages and for the disk.
#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// Write to this file, which must not be there yet, instead of into the folder of blocks
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
