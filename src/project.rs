//! Where a project keeps things: paths and the words of the command line that stand beside the files. It reads nothing.

use std::path::{Path, PathBuf};

/// A project folder and what the command line says in place of its files.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// `-C DIR`; the other paths are relative to it unless the user gave them.
    pub dir: PathBuf,
    /// `--crypto-config`, repeatable.
    pub crypto_config: Vec<PathBuf>,
    /// `--configtx`.
    pub configtx: Option<PathBuf>,
    /// `--network`.
    pub network: Option<PathBuf>,
    /// `-f`, `--values`, repeatable, over the project's own; later ones win.
    pub values: Vec<PathBuf>,
    /// `--set` and its kin, in the order in which they were typed within each kind.
    pub assignments: Vec<Assignment>,
    /// `--crypto-dir`.
    pub crypto_dir: Option<PathBuf>,
    /// `--artifacts-dir`.
    pub artifacts_dir: Option<PathBuf>,
    /// `-n`.
    pub namespace: Option<String>,
    /// `--fabric-version`.
    pub fabric_version: Option<String>,
    /// The one channel that a command is about, instead of those of network.yaml.
    pub channel: Option<ChannelChoice>,
}

/// One `--set`, `--set-string` or `--set-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub kind: AssignmentKind,
    pub text: String,
}

/// Which of Helm's three ways to set a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentKind {
    Typed,
    String,
    File,
}

/// `--channel C`, and `--profile P` where it is to be made from another profile than the files say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelChoice {
    pub channel: String,
    pub profile: Option<String>,
}

impl Project {
    /// The project in a folder, with every file where it is by convention.
    pub fn in_dir(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), ..Self::default() }
    }

    /// crypto-config.yaml, one or several.
    pub fn crypto_config_files(&self) -> Vec<PathBuf> {
        if self.crypto_config.is_empty() { vec![self.at("crypto-config.yaml")] } else { self.crypto_config.clone() }
    }

    /// The candidates for configtx.yaml, the first that is there counts (fabric `internal/configtxgen/genesisconfig`).
    pub fn configtx_files(&self) -> Vec<PathBuf> {
        match &self.configtx {
            Some(file) => vec![file.clone()],
            None => vec![self.at("configtx.yaml"), self.at("configtx.yml")],
        }
    }

    /// network.yaml.
    pub fn network_file(&self) -> PathBuf {
        self.network.clone().unwrap_or_else(|| self.at("network.yaml"))
    }

    /// The project's own values, where it has some; those that the user names lie on top of them, as in Helm.
    pub fn values_file(&self) -> PathBuf {
        self.at("values.yaml")
    }

    /// cryptogen's tree.
    pub fn crypto_store(&self) -> PathBuf {
        self.crypto_dir.clone().unwrap_or_else(|| self.at("crypto-config"))
    }

    /// The blocks.
    pub fn artifacts_store(&self) -> PathBuf {
        self.artifacts_dir.clone().unwrap_or_else(|| self.at("channel-artifacts"))
    }

    /// The public memory of what was made.
    pub fn lock_file(&self) -> PathBuf {
        self.at("fabkube.lock")
    }

    fn at(&self, name: &str) -> PathBuf {
        if self.dir.as_os_str().is_empty() || self.dir == Path::new(".") { PathBuf::from(name) } else { self.dir.join(name) }
    }
}
