//! `fabkube templates`: what manifests are made from.

use super::{Status, print, report};
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use crate::render::{Origin, Template, Templates};
use clap::Subcommand;
use glob::Pattern;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every template and where it comes from
    List(List),
    /// Write built-in templates into a folder, to be changed there and used with `render --templates`
    Eject(Eject),
}

#[derive(Debug, clap::Args)]
struct List {
    /// A folder of templates, as `render` takes it
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Eject {
    /// Which templates: `peer/*`, say; without one, all
    names: Vec<Pattern>,
    /// The folder
    #[arg(long, value_name = "DIR", default_value = "templates")]
    output_dir: PathBuf,
}

impl Args {
    pub fn run(&self) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = match &self.command {
            Command::List(args) => args.run(&mut problems),
            Command::Eject(args) => args.run(&mut problems),
        };
        print(&report::reported(&problems, result)?)?;
        Ok(Status::Done)
    }
}

impl List {
    fn run(&self, problems: &mut Problems) -> Result<String, Stop> {
        let templates = Templates::load(self.templates.as_deref(), problems)?;
        problems.stop_on_errors()?;
        let line = |template: &Template| {
            let what = match (template.scope(), template.is_partial()) {
                (_, true) => "partial".to_owned(),
                (Some(scope), false) => format!("one {}", scope.folder()),
                (None, false) => "never".to_owned(),
            };
            let origin = match &template.origin {
                Origin::BuiltIn(_) => "built in".to_owned(),
                Origin::User(path) => path.display().to_string(),
            };
            format!("{:36} {what:14} {origin}\n", template.name)
        };
        Ok(templates.iter().map(line).collect())
    }
}

impl Eject {
    fn run(&self, problems: &mut Problems) -> Result<String, Stop> {
        let templates = Templates::built_in();
        let chosen: Vec<&Template> = templates
            .iter()
            .filter(|template| self.names.is_empty() || self.names.iter().any(|pattern| pattern.matches(&template.name)))
            .collect();
        if chosen.is_empty() {
            let problem = Problem::new(Code::FK0601, "no template has such a name");
            problems.push(problem.help("`fabkube templates list` prints them"));
        }
        for template in &chosen {
            let path = self.output_dir.join(&template.name);
            if fs::exists(&path)? {
                let problem = Problem::new(Code::FK0602, format!("`{}` is there already", path.display()));
                problems.push(problem.help("it may have changes of yours: move it away, or eject into another folder"));
            }
        }
        problems.stop_on_errors()?;
        let mut written = Vec::new();
        for template in chosen {
            let path = self.output_dir.join(&template.name);
            fs::write_new(&path, template.text.as_bytes(), Mode::Public)?;
            written.push(path.display().to_string());
        }
        report::made(Path::new(""), &written);
        report::next(&[format!("change them, and `fabkube render --templates {}`", self.output_dir.display())]);
        Ok(String::new())
    }
}
