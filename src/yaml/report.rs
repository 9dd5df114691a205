//! What is said of values and keys that do not belong where they stand.
//! Finding them is `de`'s.

use super::node::{Content, Node, Scalar, Style};
use super::read::{Keys, Path, Rules, Unknown};
use super::scalar::Resolved;
use crate::diag::{Code, Place, Problem, Problems, near};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What a reader carries along.
pub(super) struct Context {
    pub rules: Rules,
    pub problems: RefCell<Problems>,
    /// What is told of, by the last step of its path: what stands in one place is told of once, however many aliases bring it
    /// to other paths.
    told: RefCell<BTreeSet<(Code, Option<Place>, String)>>,
}

impl Context {
    pub fn new(rules: Rules) -> Self {
        Self { rules, problems: RefCell::default(), told: RefCell::default() }
    }

    /// Adds a problem whose message names a path.
    fn push(&self, path: Path<'_>, message: impl Fn(String) -> Problem) {
        let problem = message(path.to_string());
        let last = message(path.last());
        if self.told.borrow_mut().insert((last.code, last.places.first().cloned(), last.message)) {
            self.problems.borrow_mut().push(problem);
        }
    }

    /// A value that is not what belongs there.
    pub fn wrong(&self, node: &Node, path: Path<'_>, expected: &str) {
        let found = match &node.content {
            Content::Scalar(_) if node.is_null() => "empty".to_string(),
            Content::Scalar(scalar) => format!("`{}`", shortened(&scalar.text)),
            Content::Sequence(_) => "a list".to_string(),
            Content::Mapping(_) => "a map".to_string(),
        };
        let form = self.form(path).map(|form| format!("write `{form}`"));
        let help = match &node.content {
            Content::Scalar(scalar) => {
                let bare = Scalar { style: Style::Plain, ..scalar.clone() };
                let resolved = bare.resolved(self.rules.dialect);
                let understood = matches!(resolved, Ok(Resolved::Bool(_) | Resolved::Int(_) | Resolved::Float(_)));
                let scalars = expected == BOOLEAN || expected.contains("number");
                match scalar.style {
                    Style::Quoted if understood && scalars => Some("take away the quotes"),
                    _ if expected == BOOLEAN => Some("write `true` or `false`"),
                    _ => None,
                }
            }
            Content::Sequence(_) | Content::Mapping(_) => None,
        };
        self.push(path, |path| {
            let message = format!("{path} must be {expected}, but it is {found}");
            Problem {
                help: help.map(str::to_string).or_else(|| form.clone()),
                ..Problem::new(Code::FK0103, message).at(&node.place)
            }
        });
    }

    /// How what stands at a path is written.
    fn form(&self, path: Path<'_>) -> Option<&'static str> {
        let path = path.to_string();
        self.rules.forms.iter().find(|(end, _)| path.trim_end_matches('`').ends_with(end)).map(|(_, form)| *form)
    }

    /// A key that the mirror does not know.
    pub fn unknown(&self, key: &Node, path: Path<'_>, known: &[&str], harmless: bool) {
        let code = match self.rules.unknown {
            Unknown::Ignore => return,
            Unknown::Warn => Code::FK0105,
            Unknown::Error if harmless => Code::FK0105,
            Unknown::Error => Code::FK0104,
        };
        let text = key.text().unwrap_or_default();
        let help = match (near(text, known), self.rules.keys) {
            (None, _) if self.form(path).is_some() => format!("write `{}`", self.form(path).unwrap_or_default()),
            (Some(name), Keys::Exact) if name.eq_ignore_ascii_case(text) => {
                format!("write `{name}`: upper and lower case matter here")
            }
            (Some(name), Keys::AnyCase) if name.eq_ignore_ascii_case(text) => {
                format!("`{name}` is given already: take one of them out")
            }
            (Some(name), _) => format!("`{name}` is known; was that meant?"),
            (None, _) if key.place.name().starts_with("--set") => {
                format!("known here are `{}`; a dot within a key is written `\\.`", known.join("`, `"))
            }
            (None, _) => format!("known here are `{}`", known.join("`, `")),
        };
        self.push(path, |path| Problem::new(code, format!("unknown key {path}")).at(&key.place).help(&help));
    }

    /// A key that is no string to Go's YAML library.
    pub fn no_string(&self, key: &Node, path: Path<'_>) {
        let text = key.text().unwrap_or_default();
        self.push(path, |path| {
            let message = format!("the key {path} is no string to configtxgen, which refuses it");
            Problem::new(Code::FK0103, message).at(&key.place).help(format!("write `\"{text}\"`, in quotes"))
        });
    }
}

/// What belongs in a field of type bool.
pub(super) const BOOLEAN: &str = "true or false";

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}
