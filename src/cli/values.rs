//! `fabkube values`: every setting, its default and its comment.

use super::{Status, print};
use crate::input::values::DEFAULTS;

#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    pub fn run(&self) -> anyhow::Result<Status> {
        print(DEFAULTS)?;
        Ok(Status::Done)
    }
}

/// The page in docs/.
pub fn reference() -> String {
    format!(
        "# Settings\n\nGenerated from the embedded values.yaml, which `fabkube values` prints; `just bless` renews it. A project's own\n\
         values.yaml says only what differs.\n\n```yaml\n{DEFAULTS}```\n"
    )
}
