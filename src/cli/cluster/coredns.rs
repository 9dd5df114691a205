//! `fabkube cluster coredns`: the hosts of the user's files, for CoreDNS.

use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::cluster;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use crate::network::{Network, Purpose};
use crate::pipeline;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Coredns {
    /// A Corefile to print with the lines in it; `-` reads it from stdin
    #[arg(long, value_name = "FILE")]
    corefile: Option<PathBuf>,
}

impl Coredns {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let network = pipeline::network(&project.project(None), Purpose::Deployment, &mut problems);
        let Some(file) = &self.corefile else {
            let network = report::reported(&problems, network)?;
            let lines = cluster::rewrites(&network);
            if lines.is_empty() {
                return Ok(nothing_to_tell());
            }
            print(&format!("{}\n", lines.join("\n")))?;
            report::next(&[
                "put these lines into the `.:53` block of CoreDNS's Corefile, or give it to `--corefile` (docs/addresses.md)"
                    .to_owned(),
            ]);
            return Ok(Status::Done);
        };
        let patched = network.and_then(|network| Ok((patched(&network, file, &mut problems)?, network)));
        let (text, network) = report::reported(&problems, patched)?;
        print(&text)?;
        if network.hosts_to_resolve().is_empty() {
            return Ok(nothing_to_tell());
        }
        report::next(&["give it to the cluster, where CoreDNS reads it anew within two minutes (docs/addresses.md)".to_owned()]);
        Ok(Status::Done)
    }
}

fn nothing_to_tell() -> Status {
    report::line("nodes are dialled by the names of their Services: the cluster's DNS knows them by itself");
    Status::Done
}

fn patched(network: &Network, file: &Path, problems: &mut Problems) -> Result<String, Stop> {
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
    let Ok(text) = String::from_utf8(bytes) else {
        problems.push(Problem::new(Code::FK0101, "the Corefile is not UTF-8 text").at(&place));
        return Err(Stop::Reported);
    };
    cluster::patched(network, (&text, &place), problems).ok_or(Stop::Reported)
}
