//! `fabkube cluster coredns`: the hosts of a network, for CoreDNS.

use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::cluster::{self, Hosts, Outside};
use crate::diag::{Code, Place, Problem, Problems, Stop, more};
use crate::fs;
use crate::network::{Network, Purpose};
use crate::pipeline;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Coredns {
    /// A Corefile to print with the lines in it; `-` reads it from stdin
    #[arg(long, value_name = "FILE")]
    corefile: Option<PathBuf>,
    /// Lead the hosts that `expose` declares to the Services, too: for clusters where nothing that leaves comes back in
    #[arg(long)]
    outside: bool,
}

impl Coredns {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let network = pipeline::network(&project.project(None), Purpose::Deployment, &mut problems);
        let outside = if self.outside { Outside::Led } else { Outside::Left };
        let network = network.map(|network| (Hosts::new(&network, outside), network));
        let Some(file) = &self.corefile else {
            let (hosts, network) = report::reported(&problems, network)?;
            let lines = cluster::rewrites(&network, &hosts);
            if !lines.is_empty() {
                print(&format!("{}\n", lines.join("\n")))?;
            }
            notes(&hosts);
            if !lines.is_empty() {
                report::next(&[
                    "put these lines into the `.:53` block of CoreDNS's Corefile, or give it to `--corefile` (docs/addresses.md)"
                        .to_owned(),
                ]);
            }
            return Ok(Status::Done);
        };
        let patched = network.and_then(|(hosts, network)| Ok((patched((&network, &hosts), file, &mut problems)?, hosts)));
        let (Patched { before, after }, hosts) = report::reported(&problems, patched)?;
        print(&after)?;
        notes(&hosts);
        let gone = hosts.declared.iter().filter(|host| cluster::leads(&before, host) && !cluster::leads(&after, host));
        if let Some(gone) = listed(&gone.cloned().collect()) {
            report::line(&format!("note: lines of a run with `--outside` are gone, since this one is without: {gone}"));
        }
        if before != after {
            report::next(&[
                "give it to the cluster, where CoreDNS reads it anew within two minutes (docs/addresses.md)".to_owned()
            ]);
        }
        Ok(Status::Done)
    }
}

/// Says which hosts the lines are not about.
fn notes(Hosts { rules, led: _, declared, shared, elsewhere }: &Hosts) {
    if rules.is_empty() {
        report::line("nodes are dialled by the names of their Services: the cluster's DNS knows them by itself");
    }
    for (hosts, what, rest) in [
        (declared, "hosts that `expose` declares are left to other DNS", "; with `--outside` they lead to the Services"),
        (shared, "hosts of several nodes are left to other DNS", ", since none leads to the Service of each"),
        (elsewhere, "hosts elsewhere are left to other DNS", ""),
    ] {
        if let Some(hosts) = listed(hosts) {
            report::line(&format!("note: {what}: {hosts}{rest}"));
        }
    }
}

/// How many hosts a note names.
const NAMED: usize = 10;

fn listed(hosts: &BTreeSet<String>) -> Option<String> {
    let named = hosts.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!hosts.is_empty()).then(|| named + &more(hosts.len(), NAMED))
}

/// A Corefile as it was, and with the lines.
struct Patched {
    before: String,
    after: String,
}

fn patched((network, hosts): (&Network, &Hosts), file: &Path, problems: &mut Problems) -> Result<Patched, Stop> {
    let (bytes, place) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| Stop::Internal(format!("cannot read stdin: {error}")))?;
        (bytes, Place::option("stdin"))
    } else {
        let Some(bytes) = fs::read_if_there(file)? else {
            let problem = Problem::new(Code::FK0102, format!("`{}` is not there", file.display()));
            problems
                .push(problem.help("`kubectl -n kube-system get configmap coredns -o jsonpath='{.data.Corefile}'` prints it"));
            return Err(Stop::Reported);
        };
        (bytes, Place::file(file))
    };
    let Ok(before) = String::from_utf8(bytes) else {
        problems.push(Problem::new(Code::FK0101, "the Corefile is not UTF-8 text").at(&place));
        return Err(Stop::Reported);
    };
    let after = cluster::patched(network, hosts, (&before, &place), problems).ok_or(Stop::Reported)?;
    Ok(Patched { before, after })
}
