//! `fabkube crypto verify`: every certificate of the network and what is wrong with it.

use super::slashed;
use crate::cli::project_args::ProjectArgs;
use crate::cli::table::Table;
use crate::cli::{Status, print, report};
use crate::crypto::{Row, Subject, Verified};
use crate::diag::{Place, Problem, Problems, Severity, Stop};
use crate::pipeline;
use crate::store::Keys;
use clap::ValueEnum;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Do not ask for private keys (where an org has none here, they are not asked for anyway)
    #[arg(long)]
    without_keys: bool,
    /// The form
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// To read; the problems follow on stderr
    Table,
    /// For programs, problems included
    Json,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let keys = if self.without_keys { Keys::NotNeeded } else { Keys::WhereAnyAre };
        let mut problems = Problems::new();
        let verified = match (pipeline::verify(&project.project(None), keys, &mut problems), self.output) {
            (Ok(verified), Format::Json) => {
                print(&format!("{:#}\n", json(&verified)))?;
                return Ok(status(&problems));
            }
            (Ok(verified), Format::Table) => verified,
            (Err(stop), _) => return report::reported(&problems, Err::<Status, Stop>(stop)),
        };
        print(&table(&verified))?;
        report::reported(&problems, Ok(()))?;
        let here = verified.rows.iter().filter(|row| !is_missing(&row.subject));
        let right = here.clone().filter(|row| row.problems.is_empty()).count();
        report::line(&format!("{right} of {} are right", here.count()));
        Ok(status(&problems))
    }
}

fn status(problems: &Problems) -> Status {
    if problems.has_errors() { Status::Wrong } else { Status::Done }
}

/// What a row says of itself: org, role, usage and name.
fn words(subject: &Subject) -> [&str; 4] {
    match subject {
        Subject::Certificate(entry) => [&entry.org, entry.role.word(), entry.usage.word(), &entry.name],
        Subject::Msp { org, .. } => [org, "org", "msp", org],
    }
}

fn is_missing(subject: &Subject) -> bool {
    match subject {
        Subject::Certificate(entry) => entry.certificate.is_none(),
        Subject::Msp { is_here, .. } => !is_here,
    }
}

fn table(verified: &Verified) -> String {
    let mut table = Table::new(&["ORG", "ROLE", "USAGE", "NAME", "VERDICT", "PATH"]);
    for Row { subject, problems } in &verified.rows {
        let mut codes: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.severity, problem.code)).collect();
        codes.dedup();
        let verdict = match codes.is_empty() {
            false => codes.join(", "),
            true if is_missing(subject) => "missing".to_owned(),
            true => "ok".to_owned(),
        };
        let mut row: Vec<String> = words(subject).map(str::to_owned).to_vec();
        row.extend([verdict, slashed(subject.path())]);
        table.row(row);
    }
    table.text()
}

fn json(verified: &Verified) -> Value {
    let identity = |row: &Row| {
        let Row { subject, problems } = row;
        let [org, role, usage, name] = words(subject);
        let verdict = match problems.iter().map(|problem| problem.severity).min() {
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
            _ if is_missing(subject) => "missing",
            _ => "ok",
        };
        json!({
            "org": org,
            "role": role,
            "usage": usage,
            "name": name,
            "path": slashed(subject.path()),
            "verdict": verdict,
            "problems": problems.iter().map(problem).collect::<Vec<_>>(),
        })
    };
    json!({
        "identities": verified.rows.iter().map(identity).collect::<Vec<_>>(),
        "problems": verified.others.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn problem(problem: &Problem) -> Value {
    let Problem { code, severity, places, message, help } = problem;
    json!({
        "code": code.to_string(),
        "severity": severity.to_string(),
        "message": message,
        "places": places.iter().map(Place::to_string).collect::<Vec<_>>(),
        "help": help,
    })
}
