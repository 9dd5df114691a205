//! `fabkube version`.

use super::{Status, print};

#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    pub fn run(&self) -> anyhow::Result<Status> {
        print(&format!("fabkube {}\n", env!("CARGO_PKG_VERSION")))?;
        Ok(Status::Done)
    }
}
