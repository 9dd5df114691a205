//! `fabkube channel`: blocks, updates and all else that configtxgen and configtxlator make.

mod anchors;
mod choice;
mod genesis;
mod tx;

use super::Status;
use super::project_args::ProjectArgs;
use crate::channel::Hosts;
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
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Genesis(args) => args.run(project),
            Command::Tx(args) => args.run(project),
            Command::Anchors(args) => args.run(project),
        }
    }
}

/// The hosts that `--as-written` asks for.
fn hosts(as_written: bool) -> Hosts {
    if as_written { Hosts::AsWritten } else { Hosts::Deployed }
}

/// Writes a new file, and says which.
fn written(file: &Path, bytes: &[u8]) -> Result<Vec<String>, Stop> {
    fs::write_new(file, bytes, Mode::Public)?;
    Ok(vec![file.display().to_string()])
}
