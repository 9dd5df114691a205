//! `fabkube channel`: blocks, updates and all else that configtxgen and configtxlator make.

mod genesis;

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
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Genesis(args) => args.run(project),
        }
    }
}
