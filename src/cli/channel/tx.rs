//! `fabkube channel tx`: the transactions of which a system channel's orderers make channels.

use super::choice::Choice;
use crate::cli::output::{Output, check_output};
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::diag::{Problems, Stop};
use crate::pipeline;
use crate::project::Project;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub(super) struct Tx {
    #[command(flatten)]
    choice: Choice,
    /// Accepted as by the other commands: no host stands in such a transaction
    #[arg(long)]
    as_written: bool,
    #[command(flatten)]
    output: Output,
}

impl Tx {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(self.choice.choice());
        let mut problems = Problems::new();
        let result = self.transactions(&project, &mut problems);
        let made = report::reported(&problems, result)?;
        report::made(Path::new(""), &made);
        if made.is_empty() {
            report::line("every channel that begins with a transaction has it already");
        }
        Ok(Status::Done)
    }

    fn transactions(&self, project: &Project, problems: &mut Problems) -> Result<Vec<String>, Stop> {
        let hosts = super::hosts(self.as_written);
        if let Some(file) = &self.output.output {
            check_output(file, "a transaction", problems)?;
            let transaction = pipeline::channel_transaction(project, hosts, problems)?;
            return super::written(file, &transaction.bytes);
        }
        pipeline::store_channel_transactions(project, hosts, problems)
    }
}
