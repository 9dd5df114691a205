//! `fabkube crypto renew`: new certificates on the same keys.

use crate::cli::duration::Span;
use crate::cli::progress::Bar;
use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, report};
use crate::crypto::{Choice, Holder, MissingSans, OldNames, Renewed};
use crate::diag::Problems;
use crate::network::{OrgKind, Role};
use crate::pipeline;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// Leave out the hosts that the old certificate names and the node is not called by any more; without this none is lost
    #[arg(long)]
    drop_names: bool,
}

/// Several choices add up.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Chosen {
    /// Those that end within this time (`12h`, `90d`, `2w`, `1y`) or have ended, but for CAs
    #[arg(long, value_name = "DURATION")]
    expiring: Option<Span>,
    /// TLS certificates without the names by which their nodes are dialled
    #[arg(long)]
    missing_sans: bool,
    /// Both certificates of this node or user; may be given several times
    #[arg(long, value_name = "NAME")]
    node: Vec<String>,
    /// The certificate of this CA, in every place where it stands; channels have to be updated after that. May be given several times
    #[arg(long, value_name = "NAME")]
    ca: Vec<String>,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let Chosen { expiring, missing_sans, node, ca } = &self.chosen;
        let choice = Choice {
            expiring: expiring.map(|Span(span)| span),
            missing_sans: if *missing_sans { MissingSans::Renewed } else { MissingSans::Left },
            names: node,
            authorities: ca,
            old_names: if self.drop_names { OldNames::Dropped } else { OldNames::Kept },
        };
        let mut problems = Problems::new();
        let result = pipeline::renew(&project.project(None), &choice, &mut problems, &Bar::new());
        let renewed = report::reported(&problems, result)?;
        // Whoever loses names is to see each of them.
        let (lines, others): (Vec<(usize, &Renewed)>, Vec<_>) =
            renewed.iter().enumerate().partition(|(index, renewed)| *index < report::MOST_LINES || !renewed.lost.is_empty());
        for (_, renewed) in lines {
            report::line(&line(renewed));
        }
        if !others.is_empty() {
            report::line(&format!("renewed {} more", others.len()));
        }
        let Some(first) = renewed.first() else {
            report::line("nothing to renew");
            return Ok(Status::Done);
        };
        report::line(&format!("the old ones are kept: {}", first.kept.display()));
        report::next(&next(&renewed));
        Ok(Status::Done)
    }
}

fn line(renewed: &Renewed) -> String {
    let Renewed { path, kept: _, copies, beside, gained, lost, holder: _ } = renewed;
    let places = match copies {
        0 => String::new(),
        1 => " and 1 other file that has it".to_owned(),
        several => format!(" and {several} other files that have it"),
    };
    let beside = match beside {
        0 => String::new(),
        1 => "; beside the old one in 1 folder `admincerts`".to_owned(),
        several => format!("; beside the old one in {several} folders `admincerts`"),
    };
    let changes = names("now names", &some(gained)) + &names("no longer names", &all(lost));
    format!("renewed {}{places}{beside}{changes}", path.display())
}

fn next(renewed: &[Renewed]) -> Vec<String> {
    let any = |is: fn(Holder) -> bool| renewed.iter().any(|renewed| is(renewed.holder));
    let mut next = vec!["`fabkube render`, and apply what it prints".to_owned()];
    if any(|holder| matches!(holder, Holder::Node(Role::Orderer) | Holder::Authority(OrgKind::Orderer))) {
        next.push("restart the orderers one at a time, each back before the next: delete its pod".to_owned());
    }
    if any(|holder| matches!(holder, Holder::Authority(_))) {
        next.push("update every channel before the CA's old certificate ends".to_owned());
    }
    next
}

fn all(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

/// The first, and how many follow.
fn some(names: &[String]) -> Vec<String> {
    match names {
        [first, rest @ ..] if rest.len() > 1 => vec![format!("`{first}`"), format!("{} more", rest.len())],
        names => all(names),
    }
}

fn names(verb: &str, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; {verb} {one}"),
        [names @ .., last] => format!("; {verb} {} and {last}", names.join(", ")),
    }
}
