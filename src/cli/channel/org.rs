//! `fabkube channel org`: an organization as a channel's configuration holds it.

use crate::channel::Hosts;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::diag::Problems;
use crate::pipeline;

#[derive(Debug, clap::Args)]
pub(super) struct Org {
    /// Its Name or ID in configtx.yaml, or its Name or Domain in crypto-config.yaml
    #[arg(value_name = "ORG")]
    org: String,
    /// Look for it in this profile of configtx.yaml, instead of in `Organizations`
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Keep the hosts of configtx.yaml, as configtxgen would, instead of the addresses that `render` deploys
    #[arg(long)]
    as_written: bool,
}

impl Org {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let hosts = if self.as_written { Hosts::AsWritten } else { Hosts::Deployed };
        let mut problems = Problems::new();
        let wanted = pipeline::WantedOrg { name: &self.org, profile: self.profile.as_deref() };
        let result = pipeline::organization(&project.project(None), wanted, hosts, &mut problems);
        print(&report::reported(&problems, result)?)?;
        Ok(Status::Done)
    }
}
