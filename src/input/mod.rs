//! The user's files as written: mirrors of the four files in their own spelling, loaded and merged. Nothing is interpreted
//! here; what the files mean is `network`'s.

mod collections;
pub mod configtx;
pub mod crypto_config;
mod load;
pub mod network_file;
mod pivt;
pub mod schema;
pub mod values;

pub use load::{load, values as load_values};

use crate::diag::Place;
use crate::yaml::{Dialect, Keys, Rules, Spanned, Typing, Unknown};
use configtx::ConfigTx;
use crypto_config::CryptoConfig;
use network_file::NetworkFile;
use std::path::PathBuf;
use values::Values;

/// Everything that the user wrote.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// One or several files, read as one.
    pub crypto_config: CryptoConfig,
    /// The first of them, for problems that have no line.
    pub crypto_config_place: Place,
    pub configtx: Option<ConfigTxFile>,
    pub network: Option<NetworkInput>,
    pub values: Values,
    /// `-n`, which wins over values.
    pub namespace: Option<String>,
    /// `--fabric-version`, which wins over values.
    pub fabric_version: Option<String>,
}

/// configtx.yaml and the folder that its relative paths start from.
#[derive(Clone, Debug)]
pub struct ConfigTxFile {
    pub content: ConfigTx,
    pub dir: PathBuf,
    pub place: Place,
}

/// network.yaml, or what the command line says in its place.
#[derive(Clone, Debug)]
pub struct NetworkInput {
    pub content: NetworkFile,
    /// Where the file lies: its paths begin there.
    pub dir: PathBuf,
    pub place: Place,
}

/// Our own files: an unknown key is an error.
pub(crate) const STRICT: Rules = Rules {
    keys: Keys::Exact,
    unknown: Unknown::Error,
    typing: Typing::Go,
    dialect: Dialect::Strict,
    forms: values::forms::FORMS,
};
/// A part of our own files, whose whole was read by [`STRICT`] before.
pub(crate) const STRICT_BUT_PARTIAL: Rules = Rules { unknown: Unknown::Ignore, ..STRICT };

/// Whether a value was given at all: empty text and no text are the same in Fabric's files.
pub fn given(value: &Spanned<String>) -> bool {
    !value.is_empty()
}
