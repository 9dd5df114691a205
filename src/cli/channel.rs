//! `fabkube channel`: blocks, updates and all else that configtxgen and configtxlator make.

mod genesis;
mod inspect;
mod org;

use super::Status;
use super::project_args::ProjectArgs;
use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the first block of a channel, or of every channel that has none
    Genesis(genesis::Genesis),
    /// Print what a block, a transaction or an update holds, as configtxlator does
    Inspect(inspect::Inspect),
    /// Print an organization as a channel's configuration holds it, as `configtxgen -printOrg` does
    Org(org::Org),
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Genesis(args) => args.run(project),
            Command::Inspect(args) => args.run(project),
            Command::Org(args) => args.run(project),
        }
    }
}
