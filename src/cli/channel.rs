//! `fabkube channel`: blocks, updates and all else that configtxgen and configtxlator make.

mod anchors;
mod choice;
mod genesis;
mod inspect;
mod org;
mod sign;
mod tx;
mod update;

use super::Status;
use super::project_args::ProjectArgs;
use crate::channel::Hosts;
use crate::crypto::Names;
use crate::diag::Stop;
use crate::fs::{self, Mode};
use clap::Subcommand;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the first block of a channel, or of every channel that has none
    Genesis(genesis::Genesis),
    /// Make the transaction that creates a channel through a system channel, or that of every channel that has none
    Tx(tx::Tx),
    /// Make the transaction that tells a channel, created by a transaction, the anchor peers of an org
    Anchors(anchors::Anchors),
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
            Command::Tx(args) => args.run(project),
            Command::Anchors(args) => args.run(project),
            Command::Inspect(args) => args.run(project),
            Command::Org(args) => args.run(project),
            Command::Update(args) => args.run(project),
            Command::Sign(args) => args.run(),
        }
    }
}

/// The hosts that `--as-written` asks for.
fn hosts(as_written: bool) -> Hosts {
    if as_written { Hosts::AsWritten } else { Hosts::Deployed }
}

/// Whether certificates must have the hosts: those of configtx.yaml are nobody's to check.
fn names(hosts: Hosts) -> Names {
    match hosts {
        Hosts::AsWritten => Names::Unchecked,
        Hosts::Deployed => Names::Checked,
    }
}

/// Writes a new file, and says which.
fn written(file: &Path, bytes: &[u8]) -> Result<Vec<String>, Stop> {
    fs::write_new(file, bytes, Mode::Public)?;
    Ok(vec![file.display().to_string()])
}
