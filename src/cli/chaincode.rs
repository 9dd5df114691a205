//! `fabkube chaincode`: install packages of chaincodes, and their ids.

mod id;
mod package;

use super::Status;
use super::project_args::ProjectArgs;
use crate::pipeline::WantedPackages;
use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make what `peer lifecycle chaincode install` takes, the same bytes every time
    Package(package::Package),
    /// Print the id of a package, as `peer lifecycle chaincode calculatepackageid` does
    ///
    /// Where orgs have different packages, each line has an org's name before its id.
    Id(id::Id),
}

/// Which packages.
#[derive(Debug, clap::Args)]
struct Choice {
    /// The chaincode, by its name in network.yaml, or by name and version: `basic_1.0`
    #[arg(value_name = "NAME")]
    chaincode: String,
    /// For one org, by its name in crypto-config.yaml, its Domain or its MSP ID
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
}

impl Choice {
    fn wanted(&self) -> WantedPackages<'_> {
        WantedPackages { chaincode: &self.chaincode, org: self.org.as_deref() }
    }
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Package(args) => args.run(project),
            Command::Id(args) => args.run(project),
        }
    }
}
