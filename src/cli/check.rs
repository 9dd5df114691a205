//! `fabkube check`: the whole line with a policy that makes nothing.

use super::project_args::ProjectArgs;
use super::{Status, print, report};
use crate::diag::{Problems, Severity, Stop};
use crate::lock::Memory;
use crate::pipeline;
use crate::project::Project;
use crate::render::{self, Templates};
use crate::store::Keys;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exit 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// A folder of templates, as `render` takes it
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = self.check(&project.project(None), &mut problems);
        print(&report::text(&problems))?;
        match result {
            Err(Stop::Reported) => return Ok(Status::Wrong),
            Err(stop) => return Err(stop.into()),
            Ok(objects) if problems.is_empty() => print(&format!("no problem; {objects} objects would be rendered\n"))?,
            Ok(_) => {}
        }
        let denied = self.deny_warnings && problems.count(Severity::Warning) > 0;
        Ok(if denied { Status::Wrong } else { Status::Done })
    }

    fn check(&self, project: &Project, problems: &mut Problems) -> Result<usize, Stop> {
        let templates = Templates::load(self.templates.as_deref(), problems)?;
        render::preflight(&templates, problems)?;
        Ok(pipeline::rehearse(project, (Memory::Counts, Keys::WhereAnyAre), &templates, problems)?.len())
    }
}
