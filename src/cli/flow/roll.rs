//! `fabkube flow roll`: orderers restarted one by one.

use super::Shared;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::diag::{Problems, Stop};
use crate::network::flow::roll::{Choice, Run, Which};
use crate::output;
use crate::pipeline;
use crate::project::Project;
use crate::render::{self, Object, Templates};
use std::io;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Roll {
    #[command(flatten)]
    shared: Shared,
    /// Only orderers of this org, by its name, its Domain or its MSP ID
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Only this orderer, whether it has changed or not; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["org", "all"])]
    node: Vec<String>,
    /// All of them, whether they have changed or not
    #[arg(long)]
    all: bool,
    /// How long an orderer may take to come back
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,
    /// A folder of templates, as `render` takes it
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Roll {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let mut problems = Problems::new();
        let result = self.objects(&project, &mut problems);
        let objects = report::reported(&problems, result)?;
        output::stream(&objects, &mut io::stdout().lock())?;
        report::next(&objects.iter().filter_map(followed).collect::<Vec<_>>());
        Ok(Status::Done)
    }

    fn objects(&self, project: &Project, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
        let templates = Templates::load(self.templates.as_deref(), problems)?;
        render::preflight(&templates, problems)?;
        let which = if self.all { Which::All } else { Which::Changed };
        let choice = Choice { org: self.org.as_deref(), nodes: &self.node, which };
        let run = Run { engine: self.shared.engine.into(), mark: &self.shared.mark(), timeout: self.timeout };
        pipeline::roll(project, (choice, run), &templates, problems)
    }
}

/// How to see what becomes of it.
fn followed(object: &Object) -> Option<String> {
    let (namespace, name) = (object.namespace.as_deref()?, &object.name);
    let command = match object.kind.as_str() {
        "Job" => format!("kubectl -n {namespace} logs -f job/{name}"),
        "Workflow" => format!("argo -n {namespace} logs -f {name}"),
        _ => return None,
    };
    Some(format!("apply it, and `{command}`"))
}
