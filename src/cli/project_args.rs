//! The global options: where the project is, and what the command line says in place of its files.

use crate::project::{Assignment, AssignmentKind, ChannelChoice, Project};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Project")]
pub struct ProjectArgs {
    /// The project folder
    #[arg(short = 'C', value_name = "DIR", default_value = ".", global = true)]
    dir: PathBuf,
    /// The namespace of every object, instead of the one in values; not with `namespaces.mode: per-org`
    #[arg(short, long, value_name = "NAME", global = true)]
    namespace: Option<String>,
    /// The Fabric version, instead of the one in values: `2.5.16` or `2.5`
    #[arg(long, value_name = "VERSION", global = true)]
    fabric_version: Option<String>,
    /// cryptogen's file; may be given several times
    #[arg(long, value_name = "FILE", global = true)]
    crypto_config: Vec<PathBuf>,
    /// configtxgen's file
    #[arg(long, value_name = "FILE", global = true)]
    configtx: Option<PathBuf>,
    /// The file that names channels
    #[arg(long, value_name = "FILE", global = true)]
    network: Option<PathBuf>,
    /// Settings; may be given several times, the last wins
    #[arg(short = 'f', long, value_name = "FILE", global = true)]
    values: Vec<PathBuf>,
    /// Set a value: `peer.image.tag=2.5.15,orderer.rollout=rolling`
    #[arg(long, value_name = "PATH=VALUE", global = true)]
    set: Vec<String>,
    /// Set a value as text
    #[arg(long, value_name = "PATH=TEXT", global = true)]
    set_string: Vec<String>,
    /// Set a value to the content of a file
    #[arg(long, value_name = "PATH=FILE", global = true)]
    set_file: Vec<String>,
    /// The folder of keys and certificates
    #[arg(long, value_name = "DIR", global = true)]
    crypto_dir: Option<PathBuf>,
    /// The folder of blocks
    #[arg(long, value_name = "DIR", global = true)]
    artifacts_dir: Option<PathBuf>,
}

impl ProjectArgs {
    /// `--fabric-version`.
    pub fn fabric_version(&self) -> Option<&str> {
        self.fabric_version.as_deref()
    }

    /// The project that they say.
    pub fn project(&self, channel: Option<ChannelChoice>) -> Project {
        let of_kind = |kind: AssignmentKind, texts: &[String]| -> Vec<Assignment> {
            texts.iter().map(|text| Assignment { kind, text: text.clone() }).collect()
        };
        let assignments = [
            of_kind(AssignmentKind::Typed, &self.set),
            of_kind(AssignmentKind::String, &self.set_string),
            of_kind(AssignmentKind::File, &self.set_file),
        ];
        Project {
            dir: self.dir.clone(),
            crypto_config: self.crypto_config.clone(),
            configtx: self.configtx.clone(),
            network: self.network.clone(),
            values: self.values.clone(),
            assignments: assignments.concat(),
            crypto_dir: self.crypto_dir.clone(),
            artifacts_dir: self.artifacts_dir.clone(),
            namespace: self.namespace.clone(),
            fabric_version: self.fabric_version.clone(),
            channel,
        }
    }
}
