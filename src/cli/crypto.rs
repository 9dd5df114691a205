//! `fabkube crypto`: keys and certificates.

mod list;
mod renew;
mod verify;

use super::progress::Bar;
use super::project_args::ProjectArgs;
use super::{Status, report};
use crate::crypto::Names;
use crate::diag::{Problems, count};
use crate::lock::Memory;
use crate::network::Purpose;
use crate::pipeline::{self, Walk};
use crate::store::{Keys, Making, Policy};
use clap::Subcommand;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the keys and certificates that crypto-config.yaml names and the folder lacks; nothing that exists is touched
    Generate(Generate),
    /// Print every certificate of the network: whose it is, its key, and how long it lasts
    List(list::Args),
    /// Say of every certificate of the network whether it is right; nothing is made
    Verify(verify::Args),
    /// Issue certificates again on the same keys, so that channels go on knowing their holders; the old ones are kept beside
    Renew(renew::Args),
}

#[derive(Debug, clap::Args)]
struct Generate {
    /// Make keys although fabkube.lock knows others, and begin the lock anew
    #[arg(long)]
    new_network: bool,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Generate(args) => args.run(project),
            Command::List(args) => args.run(project),
            Command::Verify(args) => args.run(project),
            Command::Renew(args) => args.run(project),
        }
    }
}

impl Generate {
    fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let memory = if self.new_network { Memory::BeginsAnew } else { Memory::Counts };
        let policy = Policy { making: Making::Missing, keys: Keys::NotNeeded };
        let walk =
            Walk { project: &project, policy, memory, purpose: Purpose::Keys, names: Names::Unchecked, progress: &Bar::new() };
        let mut problems = Problems::new();
        let result = pipeline::keys(walk, &mut problems).and_then(|(network, material)| {
            pipeline::note_unnamed(&project, &network, &mut problems)?;
            Ok((network, material))
        });
        let (network, material) = report::reported(&problems, result)?;
        let dir = project.crypto_store();
        report::made(&dir, material.made());
        // Two CAs an org.
        let all: usize = network.orgs.iter().map(|org| org.nodes.len() + org.users.len() + 2).sum();
        let (made, orgs) = (material.made().len(), network.orgs.len());
        report::line(&format!(
            "`{}` is complete: {}, {} nodes and users; {made} made, {} kept as they are, the orgs' CAs among them",
            dir.display(),
            count(orgs, "org"),
            all - 2 * orgs,
            all.saturating_sub(made)
        ));
        Ok(Status::Done)
    }
}

/// A path with `/` on every system.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}
