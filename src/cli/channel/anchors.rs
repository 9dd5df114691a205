//! `fabkube channel anchors`: the transaction that tells a new channel the anchor peers of an org.

use super::choice::Choice;
use crate::cli::output::{Output, check_output};
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::diag::{Problems, Stop};
use crate::pipeline;
use crate::project::Project;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub(super) struct Anchors {
    #[command(flatten)]
    choice: Choice,
    /// The org, by its name in crypto-config.yaml or configtx.yaml, or by its MSP ID
    #[arg(long, value_name = "ORG")]
    org: String,
    /// Keep the hosts of configtx.yaml, as configtxgen would, instead of the addresses that `render` deploys
    #[arg(long, requires = "output")]
    as_written: bool,
    #[command(flatten)]
    output: Output,
}

impl Anchors {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(self.choice.choice());
        let mut problems = Problems::new();
        let result = self.transaction(&project, &mut problems);
        let made = report::reported(&problems, result)?;
        report::made(Path::new(""), &made);
        Ok(Status::Done)
    }

    fn transaction(&self, project: &Project, problems: &mut Problems) -> Result<Vec<String>, Stop> {
        if let Some(file) = &self.output.output {
            check_output(file, "a transaction", problems)?;
        }
        let transaction = pipeline::anchors_transaction(project, &self.org, super::hosts(self.as_written), problems)?;
        if let Some(file) = &self.output.output {
            return super::written(file, &transaction.bytes);
        }
        let file = project.artifacts_store().join(&transaction.file);
        check_output(&file, "a transaction", problems)?;
        pipeline::store_transactions(project, &[transaction])
    }
}
