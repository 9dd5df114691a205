//! `fabkube schema`: what editors know values.yaml by.

use super::{Status, print};
use crate::input::schema;

#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    pub fn run(&self) -> anyhow::Result<Status> {
        let schema = schema::schema().map_err(anyhow::Error::msg)?;
        print(&format!("{schema:#}\n"))?;
        Ok(Status::Done)
    }
}
