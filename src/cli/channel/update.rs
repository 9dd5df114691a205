//! `fabkube channel update`: what changes a running channel.

use crate::channel::{self, ConsensusState, Current, Form};
use crate::cli::output::{check_is_file, check_not_there};
use crate::cli::progress::Bar;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::diag::{Problems, Stop};
use crate::fs::{self, Mode};
use crate::lock::Memory;
use crate::pipeline::{self, Walk};
use crate::project::ChannelChoice;
use crate::store::{Keys, Making, Policy};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Update {
    /// The newest config block of the channel, as `peer channel fetch config` writes it
    #[arg(long, value_name = "BLOCK")]
    from: PathBuf,
    /// What the channel is to become, as a block or a `Config` message, instead of what the files say
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "as_written", "state"])]
    to: Option<PathBuf>,
    /// Change the state of the consensus alone, which no file can say: migrating to another consensus takes place in maintenance
    #[arg(long, value_name = "STATE", conflicts_with_all = ["profile", "as_written"])]
    state: Option<State>,
    /// Write the update to this file, which must not be there yet; several that must follow each other to `<name>.1.<ending>` …
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write it in an unsigned envelope, for `peer channel signconfigtx` and `peer channel update`
    #[arg(long, requires = "output")]
    envelope: bool,
    /// The channel, which must be the block's
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The profile of configtx.yaml, instead of what network.yaml says
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Take the hosts of configtx.yaml, as configtxgen would, instead of the addresses that `render` deploys
    #[arg(long)]
    as_written: bool,
}

/// `ConsensusType.State`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Normal,
    Maintenance,
}

impl From<State> for ConsensusState {
    fn from(state: State) -> Self {
        match state {
            State::Normal => ConsensusState::Normal,
            State::Maintenance => ConsensusState::Maintenance,
        }
    }
}

impl Update {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = self.updates(project, &mut problems);
        let (current, updates) = report::reported(&problems, result)?;
        let mut text = Vec::new();
        for (i, update) in updates.iter().enumerate() {
            if updates.len() > 1 {
                text.push(format!("update {} of {}:", i + 1, updates.len()));
            }
            text.extend(update.lines.iter().cloned());
        }
        match &self.output {
            None => {
                let lines: String = text.iter().map(|line| format!("{line}\n")).collect();
                print(&lines)?;
            }
            Some(_) => text.iter().for_each(|line| report::line(line)),
        }
        if updates.is_empty() {
            report::line(&format!(
                "channel `{}` is so already, at block {}: no update is needed",
                current.channel, current.number
            ));
        }
        if let Some(output) = &self.output {
            let files = names(output, updates.len());
            for (file, update) in files.iter().zip(&updates) {
                fs::write_new(file, &update.bytes, Mode::Public)?;
            }
            report::made(Path::new(""), &files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>());
            if updates.len() > 1 {
                report::next(&[
                    "send them one after the other, each when the orderer that the one before brought has joined the \
                                channel and follows"
                        .to_owned(),
                ]);
            }
        }
        Ok(Status::Done)
    }

    fn updates(&self, project: &ProjectArgs, problems: &mut Problems) -> Result<(Current, Vec<channel::Update>), Stop> {
        let current = Current::read(&self.from, problems)?;
        if let Some(channel) = &self.channel {
            current.check_channel(channel, problems)?;
        }
        self.check_output(problems, 1)?;
        let form = if self.envelope { Form::Envelope } else { Form::Bare };
        let target = match (&self.to, self.state) {
            (Some(file), _) => Some(current.target_of_file(file, problems)?),
            (None, Some(state)) => Some(current.target_of_state(state.into(), problems)?),
            (None, None) => None,
        };
        let updates = match target {
            Some(target) => current.updates_to(target, form, problems)?,
            None => self.updates_of_files(project, &current, form, problems)?,
        };
        self.check_output(problems, updates.len())?;
        Ok((current, updates))
    }

    fn updates_of_files(
        &self,
        project: &ProjectArgs,
        current: &Current,
        form: Form,
        problems: &mut Problems,
    ) -> Result<Vec<channel::Update>, Stop> {
        let choice = ChannelChoice { channel: current.channel.clone(), profile: self.profile.clone() };
        let project = project.project(Some(choice));
        let hosts = super::hosts(self.as_written);
        let names = super::names(hosts);
        let updates = |making, problems: &mut Problems| {
            let policy = Policy { making, keys: Keys::NotNeeded };
            let (memory, purpose, progress) = (Memory::Counts, pipeline::channel_purpose(hosts), &Bar::new());
            let walk = Walk { project: &project, policy, memory, purpose, names, progress };
            pipeline::channel_updates(walk, current, (hosts, form), problems)
        };
        // In memory first, so that no key is made for an update that there cannot be.
        let (tried, material) = updates(Making::InMemory, problems)?;
        if material.made().is_empty() {
            return Ok(tried);
        }
        self.check_output(problems, tried.len())?;
        *problems = Problems::new();
        let (updates, material) = updates(Making::Missing, problems)?;
        report::made(&project.crypto_store(), material.made());
        Ok(updates)
    }

    /// Updates are signed by many: none is overwritten.
    fn check_output(&self, problems: &mut Problems, count: usize) -> Result<(), Stop> {
        let Some(output) = &self.output else { return Ok(()) };
        check_is_file(output, "an update", problems)?;
        check_not_there(&names(output, count), "updates", problems)
    }
}

/// `update.pb`, or `update.1.pb`, `update.2.pb` … where there are several.
fn names(output: &Path, count: usize) -> Vec<PathBuf> {
    if count < 2 {
        return vec![output.to_path_buf(); count];
    }
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let ending = output.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    (1..=count).map(|i| output.with_file_name(format!("{stem}.{i}{ending}"))).collect()
}
