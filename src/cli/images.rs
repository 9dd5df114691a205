//! `fabkube images`: the images that a network needs.

use super::project_args::ProjectArgs;
use super::{Status, print, report};
use crate::diag::{Problems, Stop};
use crate::pipeline;
use crate::project::Project;
use crate::render::{self, Templates};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of templates, as `render` takes it
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = self.images(&project.project(None), &mut problems);
        print(&report::reported(&problems, result)?)?;
        Ok(Status::Done)
    }

    fn images(&self, project: &Project, problems: &mut Problems) -> Result<String, Stop> {
        let templates = Templates::load(self.templates.as_deref(), problems)?;
        render::preflight(&templates, problems)?;
        let images = pipeline::images(project, &templates, problems)?;
        Ok(images.iter().map(|image| format!("{image}\n")).collect())
    }
}
