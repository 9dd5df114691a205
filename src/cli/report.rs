//! What goes to stderr: problems, what was made, and the next step.

use crate::diag::{Code, Problems, Severity, Stop};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// A line for the user. That stderr is closed is nobody's problem.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints every problem to stderr and passes the result of a stage on.
pub fn reported<T>(problems: &Problems, result: Result<T, Stop>) -> anyhow::Result<T> {
    let text = text(problems);
    if !text.is_empty() {
        line(text.trim_end());
    }
    Ok(result?)
}

/// Every problem, worst first, and how many there are; empty where there is none.
pub fn text(problems: &Problems) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for problem in problems.iter().filter(|problem| problem.severity == severity) {
            let _ = writeln!(text, "{problem}\n");
        }
    }
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| match problems.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            many => Some(format!("{many} {severity}s")),
        })
        .collect();
    if !counts.is_empty() {
        let _ = writeln!(text, "{}", counts.join(", "));
    }
    if problems.has_errors() {
        let mut codes: Vec<Code> = Vec::new();
        for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
            if !codes.contains(&problem.code) {
                codes.push(problem.code);
            }
        }
        let _ = match codes.as_slice() {
            [] => Ok(()),
            [code] => writeln!(text, "`fabkube explain {code}` says more"),
            _ => writeln!(text, "`fabkube explain CODE` says more of each"),
        };
    }
    text
}

/// More lines than these nobody reads.
pub const MOST_LINES: usize = 40;

/// Says what was made, each thing in a line, below the folder that it is in.
pub fn made(dir: &Path, things: &[String]) {
    for thing in things.iter().take(MOST_LINES) {
        line(&format!("made {}", dir.join(thing).display()));
    }
    if things.len() > MOST_LINES {
        line(&format!("made {} more in `{}`", things.len() - MOST_LINES, dir.display()));
    }
}

/// Says what is left to do.
pub fn next(steps: &[String]) {
    if !steps.is_empty() {
        line(&format!("next: {}", steps.join("; ")));
    }
}
