//! `fabkube chaincode id`: what peers will call a package.

use super::Choice;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::diag::Problems;
use crate::pipeline;
use std::collections::BTreeSet;

#[derive(Debug, clap::Args)]
pub(super) struct Id {
    #[command(flatten)]
    choice: Choice,
}

impl Id {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = pipeline::packages(&project.project(None), self.choice.wanted(), &mut problems);
        let packages = report::reported(&problems, result)?;
        let ids: BTreeSet<String> = packages.iter().map(|one| one.package.id()).collect();
        let lines: Vec<String> = match ids.len() {
            1 => ids.into_iter().collect(),
            _ => packages.iter().map(|one| format!("{}  {}", one.org, one.package.id())).collect(),
        };
        print(&(lines.join("\n") + "\n"))?;
        Ok(Status::Done)
    }
}
