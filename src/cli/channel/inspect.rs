//! `fabkube channel inspect`: files of channels made readable.

use crate::channel;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::diag::{Place, Problems, Stop};
use crate::network::{self, FabricVersion};
use crate::yaml::Spanned;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Inspect {
    /// A block, an envelope, an update or a configuration
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print a page to read, instead of JSON
    #[arg(long)]
    summary: bool,
    /// What to read it as, such as `common.Block`, where the file itself does not say
    #[arg(long = "type", value_name = "TYPE")]
    message: Option<String>,
}

impl Inspect {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = version(project, &mut problems)
            // A page says all that there is, whether or not some release knows it.
            .map(|version| version.filter(|_| !self.summary))
            .and_then(|version| channel::inspect(&self.file, self.message.as_deref(), version, &mut problems));
        let inspection = report::reported(&problems, result)?;
        print(&if self.summary { inspection.summary() } else { inspection.json() })?;
        Ok(Status::Done)
    }
}

/// The release that the user names, if any: a file needs no project around it, whose values would name one.
fn version(project: &ProjectArgs, problems: &mut Problems) -> Result<Option<FabricVersion>, Stop> {
    let Some(text) = project.fabric_version() else { return Ok(None) };
    let wanted = Spanned::new(text.to_owned(), Place::option(&format!("--fabric-version {text}")));
    network::named_version(&wanted, problems).map(Some).ok_or(Stop::Reported)
}
