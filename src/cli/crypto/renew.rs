//! `fabkube crypto renew`: new certificates on the same keys.

use crate::cli::duration::Span;
use crate::cli::progress::Bar;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::crypto::{Choice, MissingSans, Renewed};
use crate::diag::Problems;
use crate::network::Role;
use crate::pipeline;

/// Several choices add up.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Args {
    /// Those that end within this time (`12h`, `90d`, `2w`, `1y`) or have ended
    #[arg(long, value_name = "DURATION")]
    expiring: Option<Span>,
    /// TLS certificates without the names by which their nodes are dialled
    #[arg(long)]
    missing_sans: bool,
    /// Both certificates of this node or user; may be given several times
    #[arg(long, value_name = "NAME")]
    node: Vec<String>,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let missing_sans = if self.missing_sans { MissingSans::Renewed } else { MissingSans::Left };
        let choice = Choice { expiring: self.expiring.map(|Span(span)| span), missing_sans, names: &self.node };
        let mut problems = Problems::new();
        let result = pipeline::renew(&project.project(None), &choice, &mut problems, &Bar::new());
        let renewed = report::reported(&problems, result)?;
        for Renewed { path, kept: _, gained, lost, role: _ } in renewed.iter().take(report::MOST_LINES) {
            let changes = names("now names", gained) + &names("no longer names", lost);
            report::line(&format!("renewed {}{changes}", path.display()));
        }
        if renewed.len() > report::MOST_LINES {
            report::line(&format!("renewed {} more", renewed.len() - report::MOST_LINES));
        }
        if renewed.is_empty() {
            report::line("nothing to renew");
            return Ok(Status::Done);
        }
        if let Some(first) = renewed.first() {
            report::line(&format!("the old ones are kept: {}", first.kept.display()));
        }
        let mut next = vec!["`fabkube render`, and apply what it prints".to_owned()];
        if renewed.iter().any(|renewed| renewed.role == Some(Role::Orderer)) {
            next.push("restart the orderers one at a time, each back before the next: delete its pod".to_owned());
        }
        report::next(&next);
        Ok(Status::Done)
    }
}

fn names(verb: &str, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; {verb} `{one}`"),
        [first, second] => format!("; {verb} `{first}` and `{second}`"),
        [first, rest @ ..] => format!("; {verb} `{first}` and {} more", rest.len()),
    }
}
