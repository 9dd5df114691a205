//! `fabkube flow`: what is done to a running network, as Jobs or Workflows for its cluster. One file a flow.

mod roll;

use super::Status;
use super::project_args::ProjectArgs;
use crate::network::flow::Engine;
use clap::{Subcommand, ValueEnum};
use time::OffsetDateTime;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Restart orderers one by one, each back among the others before the next
    ///
    /// What is printed is for `kubectl apply -f -`: a Job, or an Argo Workflow, and what it may do. It restarts the orderers whose
    /// pods are older than their StatefulSets, and stops where one does not come back. It takes no keys.
    Roll(roll::Roll),
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Roll(args) => args.run(project),
        }
    }
}

/// What every flow can be told.
#[derive(Debug, clap::Args)]
struct Shared {
    /// What runs it
    #[arg(long, value_enum, default_value_t = EngineArg::Jobs)]
    engine: EngineArg,
    /// The end of its name, which tells it from other runs; without one, the time
    #[arg(long, value_name = "NAME", value_parser = mark)]
    run: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EngineArg {
    /// Kubernetes itself: a Job
    Jobs,
    /// Argo Workflows
    Argo,
}

impl From<EngineArg> for Engine {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Jobs => Engine::Jobs,
            EngineArg::Argo => Engine::Argo,
        }
    }
}

impl Shared {
    /// What tells this run from others.
    fn mark(&self) -> String {
        self.run.clone().unwrap_or_else(|| {
            let now = OffsetDateTime::now_utc();
            let (date, time) = (now.date(), now.time());
            format!(
                "{:04}{:02}{:02}-{:02}{:02}{:02}",
                date.year(),
                u8::from(date.month()),
                date.day(),
                time.hour(),
                time.minute(),
                time.second()
            )
        })
    }
}

/// The end of a Job's name: a label of a reasonable length.
fn mark(text: &str) -> Result<String, String> {
    crate::network::names::check_dns_label(text)?;
    if text.len() > 32 { Err("it has more than 32 characters".to_owned()) } else { Ok(text.to_owned()) }
}
