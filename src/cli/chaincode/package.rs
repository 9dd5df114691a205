//! `fabkube chaincode package`: packages as files.

use super::Choice;
use crate::cli::output::{check_is_file, check_not_there};
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use crate::pipeline::{self, OrgPackage, Transaction};
use crate::project::Project;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Package {
    #[command(flatten)]
    choice: Choice,
    /// Write to this file, which must not be there yet, instead of `<MSP ID>.<label>.tgz` in the folder of artifacts
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Package {
    pub(super) fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let mut problems = Problems::new();
        let result = self.files(&project, &mut problems);
        let made = report::reported(&problems, result)?;
        report::made(Path::new(""), &made);
        if made.is_empty() {
            report::line("every package is there already, and the same");
        }
        Ok(Status::Done)
    }

    /// The files that were made.
    fn files(&self, project: &Project, problems: &mut Problems) -> Result<Vec<String>, Stop> {
        if let Some(file) = &self.output {
            check_is_file(file, "a package", problems)?;
            check_not_there(&[file], "artifacts", problems)?;
        }
        let packages = pipeline::packages(project, self.choice.wanted(), problems)?;
        let Some(file) = &self.output else { return stored(project, packages, problems) };
        match packages.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other.package == first.package) => {
                fs::write_new(file, &first.package.bytes, Mode::Public)?;
                Ok(vec![file.display().to_string()])
            }
            several => {
                let orgs: Vec<&str> = several.iter().map(|one| one.org.as_str()).collect();
                let problem = Problem::new(Code::FK0602, "each org has a package of its own, and one file takes one");
                problems.push(problem.help(format!("say whose it is to be: `--org` takes `{}`", orgs.join("`, `"))));
                Err(Stop::Reported)
            }
        }
    }
}

/// Adds packages to the folder of artifacts. One that is there and is another stays: orgs may have approved it.
fn stored(project: &Project, packages: Vec<OrgPackage>, problems: &mut Problems) -> Result<Vec<String>, Stop> {
    let mut missing = Vec::new();
    for one in packages {
        let path = project.artifacts_store().join(one.file());
        match fs::read_if_there(&path)? {
            None => missing.push(Transaction { file: one.file(), bytes: one.package.bytes }),
            Some(bytes) if bytes == one.package.bytes => {}
            Some(_) => {
                let message = format!("`{}` is another package than the files now say", path.display());
                let help =
                    "give the chaincode another `version`, since orgs may have approved the old package; or move the file away";
                problems.push(Problem::new(Code::FK0602, message).help(help));
            }
        }
    }
    problems.stop_on_errors()?;
    pipeline::store_transactions(project, &missing)
}
