//! The command line: one file a command, its arguments and its run. What commands do is in the stages.

mod chaincode;
mod channel;
mod check;
mod cluster;
mod crypto;
mod duration;
mod explain;
mod flow;
mod images;
mod output;
mod profile;
mod progress;
mod project_args;
mod render;
mod report;
mod schema;
mod show;
mod table;
mod templates;
mod values;
mod version;

use crate::diag::Stop;
use clap::{CommandFactory, Parser, Subcommand};
use project_args::ProjectArgs;
use std::io::{self, Write};
use std::process::ExitCode;

/// Turns Hyperledger Fabric's own crypto-config.yaml and configtx.yaml into a running network on Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "fabkube", version, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    project: ProjectArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the manifests of the network, making keys and blocks that are missing
    Render(render::Args),
    /// Say everything that is wrong with the project, and make nothing
    Check(check::Args),
    /// Explain a problem by its code
    Explain(explain::Args),
    /// Print what the network is, and what templates can use
    Show(show::Args),
    /// Print every image that the network needs, once
    Images(images::Args),
    /// Keys and certificates
    Crypto(crypto::Args),
    /// Channel blocks
    Channel(channel::Args),
    /// Install packages of chaincodes
    Chaincode(chaincode::Args),
    /// Print what an org's applications read of the network, for Fabric's older SDKs
    ///
    /// The peers of the org, the Service over them first (from Fabric 2.4 on), the orderers of its channels, and the root certificates
    /// of their TLS. It holds no key. `connectionProfile.enabled` has `render` make a ConfigMap of it.
    Profile(profile::Args),
    /// What a network asks of the cluster around it
    Cluster(cluster::Args),
    /// What is done to a running network, by Jobs or Workflows in its cluster
    Flow(flow::Args),
    /// The templates of the manifests
    Templates(templates::Args),
    /// Print every setting, its default and what it means
    Values(values::Args),
    /// Print the JSON Schema of values.yaml, for editors
    Schema(schema::Args),
    /// Print the version
    Version(version::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Done,
    /// The user's input is wrong, or `--check` found a difference.
    Wrong,
}

/// The whole program: 0 done, 1 the input is wrong or `--check` differs, 2 anything else. A closed pipe is 0.
pub fn main() -> ExitCode {
    let Cli { project, command } = Cli::parse();
    let ended = match command {
        Command::Render(args) => args.run(&project),
        Command::Check(args) => args.run(&project),
        Command::Explain(args) => args.run(),
        Command::Show(args) => args.run(&project),
        Command::Images(args) => args.run(&project),
        Command::Crypto(args) => args.run(&project),
        Command::Channel(args) => args.run(&project),
        Command::Chaincode(args) => args.run(&project),
        Command::Profile(args) => args.run(&project),
        Command::Cluster(args) => args.run(&project),
        Command::Flow(args) => args.run(&project),
        Command::Templates(args) => args.run(),
        Command::Values(args) => args.run(),
        Command::Schema(args) => args.run(),
        Command::Version(args) => args.run(),
    };
    match ended {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::Wrong) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if matches!(error.downcast_ref(), Some(Stop::Reported)) => ExitCode::from(1),
        Err(error) => {
            report::line(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes a product to stdout.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// `docs/cli.md`: the help of every command. A test keeps the file true.
pub fn reference() -> String {
    let mut text = String::from("# Commands\n\nGenerated from the program's own help; `just bless` renews it.\n");
    let mut pending = vec![(String::from("fabkube"), Cli::command().term_width(100))];
    while let Some((name, mut command)) = pending.pop() {
        text.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", command.render_long_help().to_string().trim_end()));
        let below: Vec<_> = command
            .get_subcommands()
            .map(|sub| {
                (format!("{name} {}", sub.get_name()), sub.clone().bin_name(format!("{name} {}", sub.get_name())).term_width(100))
            })
            .collect();
        pending.extend(below.into_iter().rev());
    }
    text
}

/// `docs/problems.md`: every code. A test keeps the file true.
pub fn problems_reference() -> String {
    explain::reference()
}

/// `docs/values.md`: values.yaml as a page. A test keeps the file true.
pub fn values_reference() -> String {
    values::reference()
}
