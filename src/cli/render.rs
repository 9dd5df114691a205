//! `fabkube render`: the manifests, to stdout or a folder; or whether a folder still says what they are.

use super::progress::Bar;
use super::project_args::ProjectArgs;
use super::{Status, print, report};
use crate::crypto::Names;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::lock::Memory;
use crate::network::{Beginning, Purpose};
use crate::output;
use crate::pipeline::{self, Walk};
use crate::project::Project;
use crate::render::{self, Object, Secrets, Templates};
use crate::store::{Keys, Making, Policy};
use clap::ValueEnum;
use glob::Pattern;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write a file for each object into this folder, instead of one stream to stdout
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Write nothing: print how the folder differs from what would be rendered, and exit 1 if it does
    #[arg(long, requires = "output_dir")]
    check: bool,
    /// Only the objects of these templates (`peer/*`) or of these names (`StatefulSet/org1-*`)
    #[arg(short = 's', long = "show-only", value_name = "GLOB")]
    show_only: Vec<Pattern>,
    /// What becomes of Secrets
    #[arg(long, value_enum, default_value_t = SecretsArg::Include)]
    secrets: SecretsArg,
    /// Make nothing, and fail where something is missing
    #[arg(long)]
    frozen: bool,
    /// Make keys and blocks although fabkube.lock knows others, and begin the lock anew, with node ports allotted anew
    #[arg(long, conflicts_with = "frozen")]
    new_network: bool,
    /// A folder of templates that replace built-in ones, file by file, or add to them
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SecretsArg {
    /// With all other objects
    Include,
    /// Every object but Secrets
    Omit,
    /// Secrets alone
    Only,
    /// Secret values replaced by digests: for reviews, and the same with and without private keys
    Redact,
}

impl From<SecretsArg> for Secrets {
    fn from(arg: SecretsArg) -> Self {
        match arg {
            SecretsArg::Include => Secrets::Include,
            SecretsArg::Omit => Secrets::Omit,
            SecretsArg::Only => Secrets::Only,
            SecretsArg::Redact => Secrets::Redact,
        }
    }
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let mut problems = Problems::new();
        let result = self.objects(&project, &mut problems);
        let rendered = report::reported(&problems, result)?;
        let objects = rendered.objects;
        let Some(dir) = &self.output_dir else {
            output::stream(&objects, &mut io::stdout().lock())?;
            report::next(&rendered.next);
            return Ok(Status::Done);
        };
        if self.check {
            let differences = output::compare(&objects, dir, self.secrets.into())?;
            print(&differences.diff)?;
            if differences.files == 0 {
                return Ok(Status::Done);
            }
            let files =
                if differences.files == 1 { "1 file differs".to_owned() } else { format!("{} files differ", differences.files) };
            report::line(&format!("{files} in `{}`", dir.display()));
            report::next(&[match differences.stale {
                0 => "render without `--check` to renew the folder".to_owned(),
                _ => "render without `--check` to renew the folder, and delete the manifests that are not rendered any more"
                    .to_owned(),
            }]);
            return Ok(Status::Wrong);
        }
        let written = output::write(&objects, dir)?;
        report::line(&format!("{} manifests are in `{}`", written.files, dir.display()));
        for path in &written.left {
            report::line(&format!("note: `{}` is not rendered any more and was left there", dir.join(path).display()));
        }
        let mut next = rendered.next;
        if !written.left.is_empty() {
            next.push("delete those manifests, here and in the cluster".to_owned());
        }
        next.push(format!("`kubectl apply -R -f {}`", dir.display()));
        report::next(&next);
        Ok(Status::Done)
    }

    /// Leaves the objects that `-s` names.
    fn choose(&self, objects: &mut Vec<Object>, problems: &mut Problems) -> Result<(), Stop> {
        if self.show_only.is_empty() {
            return Ok(());
        }
        objects.retain(|object| self.show_only.iter().any(|pattern| matches(pattern, object)));
        if objects.is_empty() {
            let patterns: Vec<&str> = self.show_only.iter().map(Pattern::as_str).collect();
            let problem = Problem::new(Code::FK0601, format!("no object fits `{}`", patterns.join("`, `")));
            problems.push(problem.help("patterns are held against template names (`peer/service.yaml.j2`) and `Kind/name`"));
            return Err(Stop::Reported);
        }
        Ok(())
    }

    fn policy(&self) -> Policy {
        // `--check` looks at a folder and writes nothing anywhere.
        let making = if self.frozen || self.check { Making::Nothing } else { Making::Missing };
        let keys = match self.secrets {
            SecretsArg::Include | SecretsArg::Only => Keys::Needed,
            SecretsArg::Omit | SecretsArg::Redact => Keys::NotNeeded,
        };
        Policy { making, keys }
    }

    fn objects(&self, project: &Project, problems: &mut Problems) -> Result<Rendered, Stop> {
        // Templates first: a broken one is found before keys are made.
        let memory = if self.new_network { Memory::BeginsAnew } else { Memory::Counts };
        let templates = Templates::load(self.templates.as_deref(), problems)?;
        render::preflight(&templates, problems)?;
        if templates.has_users() || !self.show_only.is_empty() {
            // A template of the user's can fail at anything, and a pattern can fit nothing: that is tried in memory before a key
            // is made for it.
            let mut objects = pipeline::rehearse(project, (memory, self.policy().keys), &templates, problems)?;
            objects.retain(|object| self.secrets != if object.is_secret() { SecretsArg::Omit } else { SecretsArg::Only });
            self.choose(&mut objects, problems)?;
        }
        let walk = Walk {
            project,
            policy: self.policy(),
            memory,
            purpose: Purpose::Deployment,
            names: Names::Checked,
            progress: &Bar::new(),
        };
        let made = pipeline::make(walk, problems)?;
        report::made(&project.crypto_store(), made.material.made());
        report::made(Path::new(""), made.artifacts.made());
        report::made(Path::new(""), &made.ports);
        let mut objects = pipeline::objects(&made, &templates, self.secrets.into(), problems)?;
        self.choose(&mut objects, problems)?;
        let mut next = Vec::new();
        if !made.material.made().is_empty() || !made.artifacts.made().is_empty() || !made.ports.is_empty() {
            next.push(format!("commit `{}` to git, and keep the keys safe and out of it", project.lock_file().display()));
        }
        let hosts = made.network.hosts_to_resolve();
        if !hosts.is_empty() {
            let hosts: Vec<&str> = hosts.into_keys().collect();
            next.push(format!("let the cluster's DNS know {}: `fabkube cluster coredns` (docs/addresses.md)", hosts.join(", ")));
        }
        let created = made.network.channels.iter().filter(|channel| channel.begins_with == Beginning::Transaction);
        let created: Vec<&str> = created.map(|channel| channel.name.as_str()).collect();
        if !created.is_empty() {
            next.push(format!("once orderers run, create {} by transactions (docs/channels.md)", created.join(", ")));
        }
        Ok(Rendered { objects, next })
    }
}

struct Rendered {
    objects: Vec<Object>,
    next: Vec<String>,
}

fn matches(pattern: &Pattern, object: &Object) -> bool {
    pattern.matches(&object.template) || pattern.matches(&format!("{}/{}", object.kind, object.name))
}
