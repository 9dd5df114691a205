//! `fabkube channel genesis`: the blocks that channels begin with.

use crate::channel::Hosts;
use crate::cli::progress::Bar;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::crypto::Names;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use crate::lock::Memory;
use crate::network::Purpose;
use crate::pipeline::{self, Walk};
use crate::project::{ChannelChoice, Project};
use crate::store::{Keys, Making, Policy};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Genesis {
    /// The profile of configtx.yaml, instead of what network.yaml says
    #[arg(long, value_name = "PROFILE", requires = "channel")]
    profile: Option<String>,
    /// The channel
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
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
        let choice = self.channel.clone().map(|channel| ChannelChoice { channel, profile: self.profile.clone() });
        let project = project.project(choice);
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
        let policy = Policy { making: Making::Missing, keys: Keys::NotNeeded };
        let walk = Walk {
            project,
            policy,
            memory: Memory::Counts,
            purpose: Purpose::Deployment,
            names: Names::Checked,
            progress: &Bar::new(),
        };
        let target = match (&self.output, self.new) {
            (Some(file), _) if file == Path::new("-") => {
                problems
                    .push(Problem::new(Code::FK0602, "a block is a file of its own").help("`-o FILE` takes a name, and no `-`"));
                return Err(Stop::Reported);
            }
            (Some(file), _) => file.clone(),
            (None, true) => free_name(project, problems)?,
            (None, false) => {
                let made = pipeline::make(walk, problems)?;
                report::made(&project.crypto_store(), made.material.made());
                return Ok(made.artifacts.made().to_vec());
            }
        };
        if fs::exists(&target) {
            let problem = Problem::new(Code::FK0602, format!("`{}` is there already", target.display()));
            problems.push(problem.help("blocks are never overwritten: give another name, or move the file away"));
            return Err(Stop::Reported);
        }
        let (hosts, names) =
            if self.as_written { (Hosts::AsWritten, Names::Unchecked) } else { (Hosts::Deployed, Names::Checked) };
        let keys = pipeline::keys(Walk { names, ..walk }, problems)?;
        report::made(&project.crypto_store(), keys.1.made());
        let block = pipeline::fresh_block(&keys, hosts, problems)?;
        fs::write_new(&target, &block, Mode::Public)?;
        Ok(vec![target.display().to_string()])
    }
}

/// The first of `<channel>.2.block`, `<channel>.3.block` … that is not there.
fn free_name(project: &Project, problems: &mut Problems) -> Result<PathBuf, Stop> {
    let network = pipeline::network(project, Purpose::Deployment, problems)?;
    let [channel] = network.channels.as_slice() else {
        let names: Vec<&str> = network.channels.iter().map(|channel| channel.name.as_str()).collect();
        let problem = Problem::new(Code::FK0278, format!("`--new` is about one channel, and there are {}", names.len()));
        problems.push(problem.help(format!("say which with `--channel C`: there are `{}`", names.join("`, `"))));
        return Err(Stop::Reported);
    };
    let numbered = |i: u32| project.artifacts_store().join(format!("{}.{i}.block", channel.name));
    let mut i = 2;
    while fs::exists(&numbered(i)) {
        i += 1;
    }
    Ok(numbered(i))
}
