//! `fabkube cluster`: what a network asks of the cluster around it.

mod coredns;
mod kind;

use super::Status;
use super::project_args::ProjectArgs;
use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a configuration for `kind create cluster`
    ///
    /// A Service balances connections, not calls: a client stays with the peer that it was led to until it connects anew. In the
    /// mode `ipvs` a scheduler says to which; in the others it is left to chance. Kubernetes is retiring ipvs for nftables:
    /// deprecated since 1.35, off by default from 1.40 on, gone with 1.43.
    Kind(kind::Kind),
    /// Print what CoreDNS has to know of hosts, or a Corefile with it
    ///
    /// With `addressing: domain`, each host of your files becomes another name of its node's Service; with `--outside`, so does each that
    /// `expose` declares. Hosts that are left to other DNS are named. A Corefile comes back with these lines in its block
    /// `.:53`, between two marks: a second time they are replaced, and lines of other networks stay. A Corefile that CoreDNS
    /// could not read, or in which the hosts would lead nowhere, is a problem, and nothing is printed.
    Coredns(coredns::Coredns),
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        match &self.command {
            Command::Kind(args) => args.run(project),
            Command::Coredns(args) => args.run(project),
        }
    }
}
