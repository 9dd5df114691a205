//! `fabkube channel`: blocks, updates and all else that configtxgen and configtxlator make.

mod genesis;
mod inspect;
mod org;
mod sign;
mod update;

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
    /// Make the config update that leads a running channel to what the files say
    ///
    /// What differs is printed by path: on stderr with `-o`, else on stdout. Where nothing differs, no file is written, and the
    /// command ends well all the same.
    Update(update::Update),
    /// Sign a config update with the identity of an MSP folder
    Sign(sign::Sign),
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Genesis(args) => args.run(project),
            Command::Inspect(args) => args.run(project),
            Command::Org(args) => args.run(project),
            Command::Update(args) => args.run(project),
            Command::Sign(args) => args.run(),
        }
    }
}
