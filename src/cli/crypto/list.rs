//! `fabkube crypto list`: every certificate of the network and how long it lasts.

use super::slashed;
use crate::cli::duration::Span;
use crate::cli::project_args::ProjectArgs;
use crate::cli::table::Table;
use crate::cli::{Status, print, report};
use crate::crypto::{Certificate, Entry};
use crate::diag::Problems;
use crate::pipeline;
use clap::ValueEnum;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only those that end within this time (`12h`, `30d`, `2w`, `1y`) or have ended, and exit 1 if there are any
    #[arg(long, value_name = "DURATION")]
    expiring: Option<Span>,
    /// The form
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// To read
    Table,
    /// With subjects and names
    Wide,
    /// For programs
    Json,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let project = project.project(None);
        let mut problems = Problems::new();
        let result = pipeline::certificates(&project, &mut problems);
        let entries = report::reported(&problems, result)?;
        let now = OffsetDateTime::now_utc();
        let there: Vec<Line<'_>> = entries.iter().filter_map(|entry| Line::of(entry, now)).collect();
        let absent = entries.len() - there.len();
        let shown: Vec<Line<'_>> = there.into_iter().filter(|line| line.ends_within(self.expiring, now)).collect();
        print(&match self.output {
            Format::Table => table(&shown, Width::Narrow),
            Format::Wide => table(&shown, Width::Wide),
            Format::Json => format!("{:#}\n", Value::Array(shown.iter().map(Line::json).collect())),
        })?;
        if absent > 0 {
            report::line(&format!(
                "{absent} of {} certificates that the files name are not in `{}`",
                entries.len(),
                project.crypto_store().display()
            ));
        }
        let ending = self.expiring.is_some() && !shown.is_empty();
        if let (Some(span), true) = (self.expiring, ending) {
            report::line(&format!("{} end within {span}", shown.len()));
            report::next(&[format!(
                "`fabkube crypto renew --expiring {span}` issues those of nodes and users again on the same keys"
            )]);
        }
        // What is not there cannot be said to last.
        let unsure = self.expiring.is_some() && absent > 0;
        Ok(if ending || unsure || problems.has_errors() { Status::Wrong } else { Status::Done })
    }
}

/// An entry whose certificate is there.
struct Line<'a> {
    entry: &'a Entry,
    certificate: &'a Certificate,
    not_after: String,
    days_left: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Narrow,
    Wide,
}

impl<'a> Line<'a> {
    fn of(entry: &'a Entry, now: OffsetDateTime) -> Option<Self> {
        let certificate = entry.certificate.as_ref()?;
        let not_after = certificate.not_after.format(&Rfc3339).unwrap_or_else(|_| certificate.not_after.to_string());
        let seconds = (certificate.not_after - now).whole_seconds();
        // Rounded down: what ended an hour ago has -1 days left, not 0.
        Some(Self { entry, certificate, not_after, days_left: seconds.div_euclid(24 * 60 * 60) })
    }

    fn ends_within(&self, span: Option<Span>, now: OffsetDateTime) -> bool {
        span.is_none_or(|Span(span)| self.certificate.not_after - now <= span)
    }

    fn json(&self) -> Value {
        let Entry { org, role, usage, name: _, path, certificate: _, has_key } = self.entry;
        json!({
            "org": org,
            "role": role.word(),
            "usage": usage.word(),
            "commonName": self.certificate.common_name,
            "subject": self.certificate.subject_text,
            "sans": self.certificate.sans(),
            "keyAlgorithm": self.certificate.key_kind.to_string(),
            "keyFingerprint": self.certificate.key_fingerprint,
            "notAfter": self.not_after,
            "daysLeft": self.days_left,
            "privateKeyHere": has_key,
            "path": slashed(path),
        })
    }
}

fn table(lines: &[Line<'_>], width: Width) -> String {
    let mut heading = vec!["ORG", "ROLE", "USAGE", "COMMON NAME", "KEY", "NOT AFTER", "DAYS LEFT", "PATH"];
    if width == Width::Wide {
        heading.extend(["SUBJECT", "SANS"]);
    }
    let mut table = Table::new(&heading);
    for Line { entry, certificate, not_after, days_left } in lines {
        let mut row = vec![
            entry.org.clone(),
            entry.role.word().to_owned(),
            entry.usage.word().to_owned(),
            certificate.common_name.clone(),
            certificate.key_kind.to_string(),
            not_after.clone(),
            days_left.to_string(),
            slashed(&entry.path),
        ];
        if width == Width::Wide {
            row.extend([certificate.subject_text.clone(), certificate.sans().join(",")]);
        }
        table.row(row);
    }
    table.text()
}
