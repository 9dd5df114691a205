//! `fabkube channel genesis`: the blocks that channels begin with.

use super::choice::Choice;
use crate::cli::output::check_output;
use crate::cli::progress::Bar;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::diag::{Problems, Stop};
use crate::fs;
use crate::lock::Memory;
use crate::network::Purpose;
use crate::pipeline::{self, Walk};
use crate::project::Project;
use crate::store::{Keys, Making, Policy};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Genesis {
    #[command(flatten)]
    choice: Choice,
    /// Keep the hosts of configtx.yaml, as configtxgen would, instead of the addresses that `render` deploys
    #[arg(long, requires = "output")]
    as_written: bool,
    /// Make a new block beside the stored one, which stays
    #[arg(long, conflicts_with = "output")]
    new: bool,
    /// Write a fresh block to this file, which must not be there yet, instead of into the folder of blocks
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Genesis {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(self.choice.choice());
        let mut problems = Problems::new();
        let result = self.blocks(&project, &mut problems);
        let blocks = report::reported(&problems, result)?;
        report::made(Path::new(""), &blocks);
        if blocks.is_empty() {
            report::line("every channel has its block already: `--new` makes another beside it");
        }
        Ok(Status::Done)
    }

    /// The files that were made.
    fn blocks(&self, project: &Project, problems: &mut Problems) -> Result<Vec<String>, Stop> {
        let hosts = super::hosts(self.as_written);
        let policy = Policy { making: Making::Missing, keys: Keys::NotNeeded };
        let walk = Walk {
            project,
            policy,
            memory: Memory::Counts,
            purpose: pipeline::channel_purpose(hosts),
            names: super::names(hosts),
            progress: &Bar::new(),
        };
        let target = match (&self.output, self.new) {
            (Some(file), _) => file.clone(),
            (None, true) => free_name(project, problems)?,
            (None, false) => {
                let made = pipeline::make(walk, problems)?;
                report::made(&project.crypto_store(), made.material.made());
                return Ok(made.artifacts.made().to_vec());
            }
        };
        check_output(&target, "a block", problems)?;
        let keys = pipeline::channel_keys(walk, problems)?;
        report::made(&project.crypto_store(), keys.1.made());
        let block = pipeline::fresh_block(&keys, hosts, problems)?;
        super::written(&target, &block)
    }
}

/// The first of `<channel>.2.block`, `<channel>.3.block` … that is not there; `genesis.2.block` of a system channel.
fn free_name(project: &Project, problems: &mut Problems) -> Result<PathBuf, Stop> {
    let network = pipeline::network(project, Purpose::Channels, problems)?;
    let channel = pipeline::one_channel_with_block(&network, problems)?;
    let file = channel.file();
    let stem = file.trim_end_matches(".block");
    let numbered = |i: u32| project.artifacts_store().join(format!("{stem}.{i}.block"));
    let mut i = 2;
    while fs::exists(&numbered(i))? {
        i += 1;
    }
    Ok(numbered(i))
}
