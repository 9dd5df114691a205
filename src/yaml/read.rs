//! Reading a serde mirror from the tree: the rules, the problems, and where one is.
//! The walk itself is `de`'s.

use super::de::De;
use super::merge::Dialect;
use super::node::{Content, Node};
use crate::diag::{Code, Place, Problem, Problems};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::fmt;

/// How a file's keys and scalars are understood.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub keys: Keys,
    pub unknown: Unknown,
    pub typing: Typing,
    /// The library whose table says what `yes` and `010` are.
    pub dialect: Dialect,
}

/// How the keys of structs are compared. The keys of maps always are what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Letter by letter: crypto-config.yaml, and fabkube's own files.
    Exact,
    /// Upper and lower case alike: configtx.yaml (mapstructure).
    AnyCase,
}

/// What happens to a key that the mirror does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    Ignore,
    /// FK0105: cryptogen ignores it.
    Warn,
    /// FK0104: configtxgen refuses the file.
    Error,
}

/// How scalars become values of a field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// As Go's YAML libraries fill the fields of structs: strings take any scalar's text, the rest must be of its kind.
    Go,
    /// As configtxgen fills configtx's: understood without a type first, then converted by mapstructure with weak typing.
    Weak,
}

/// Reads a mirror from a tree whose merges are applied ([`Node::merged`]). All problems are collected: a wrong value is reported
/// (FK0103), the zero value of its type stands in for it, and reading goes on; an unknown key is reported as the rules say and
/// left out. A null is an absent key to a struct, and the zero value in a list or map (in configtx it is absent there too).
/// `None` only where no value could be built: a field without a default is missing, or a type's own `Deserialize` refused;
/// that is a problem too (FK0103). Mirrors must not carry `deny_unknown_fields`.
pub fn read<T: DeserializeOwned>(node: &Node, rules: Rules, problems: &mut Problems) -> Option<T> {
    let context = Context { rules, problems: RefCell::default() };
    let result = T::deserialize(De { node, path: Path::Root, context: &context });
    let found = context.problems.into_inner();
    let failed = found.has_errors();
    found.iter().for_each(|problem| problems.push(problem.clone()));
    match result {
        Ok(value) => Some(value),
        Err(Failure { reported: true, .. }) if failed => None,
        Err(Failure { message, found, .. }) => {
            let (path, place) = found.unwrap_or_else(|| (Path::Root.to_string(), node.place.clone()));
            problems.push(Problem::new(Code::FK0103, format!("{path}: {message}")).at(&place));
            None
        }
    }
}

/// What a reader carries along.
pub(super) struct Context {
    pub rules: Rules,
    pub problems: RefCell<Problems>,
}

impl Context {
    pub fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// A value that is not what belongs there.
    pub fn wrong(&self, node: &Node, path: Path<'_>, expected: &str) {
        let found = match &node.content {
            Content::Scalar(_) if node.is_null() => "empty".to_string(),
            Content::Scalar(scalar) => format!("`{}`", shortened(&scalar.text)),
            Content::Sequence(_) => "a list".to_string(),
            Content::Mapping(_) => "a map".to_string(),
        };
        let mut problem = Problem::new(Code::FK0103, format!("{path} must be {expected}, but it is {found}")).at(&node.place);
        if let Content::Scalar(scalar) = &node.content {
            let bare = Node::plain(scalar.text.clone(), node.place.clone());
            let number = matches!(&bare.content, Content::Scalar(s) if s.resolved(self.rules.dialect).is_ok_and(|r| r != super::scalar::Resolved::Text));
            if scalar.style == super::node::Style::Quoted && number && !bare.is_null() {
                problem = problem.help("take away the quotes");
            } else if expected == BOOLEAN {
                problem = problem.help("write `true` or `false`");
            }
        }
        self.push(problem);
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
        let problem = Problem::new(code, format!("unknown key {path}")).at(&key.place);
        self.push(match near(text, known) {
            Some(name) if name.eq_ignore_ascii_case(text) && name != text => {
                problem.help(format!("write `{name}`: upper and lower case matter here"))
            }
            Some(name) => problem.help(format!("`{name}` is known; was that meant?")),
            None => problem,
        });
    }
}

pub(super) const BOOLEAN: &str = "true or false";

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// The known key that is most like a word, if one is like it at all.
fn near<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = word.to_lowercase();
    let far = (word.chars().count() / 3).max(1);
    known.iter().map(|k| (distance(&lower, &k.to_lowercase()), *k)).filter(|(d, _)| *d <= far).min().map(|(_, k)| k)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    if a.len() > 200 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut last = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = (last + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            last = *cell;
            *cell = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The way from the top of a file to a value; shown as `` `Profiles.X.Orderer` ``, or `the file`.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// Whether a list lies on the way.
    pub fn in_list(&self) -> bool {
        match self {
            Path::Root => false,
            Path::Key(above, _) => above.in_list(),
            Path::Index(..) => true,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, key) => f.write_str(key),
            Path::Key(above, key) => above.write(f).and_then(|()| write!(f, ".{key}")),
            Path::Index(above, i) => above.write(f).and_then(|()| write!(f, "[{i}]")),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => f.write_str("the file"),
            _ => f.write_str("`").and_then(|()| self.write(f)).and_then(|()| f.write_str("`")),
        }
    }
}

/// Why a value could not be built.
#[derive(Debug)]
pub(super) struct Failure {
    pub message: String,
    /// The path and place of the innermost value concerned.
    pub found: Option<(String, Place)>,
    /// It follows from a problem that is reported already.
    pub reported: bool,
}

impl Failure {
    pub fn at(mut self, node: &Node, path: Path<'_>) -> Self {
        self.found.get_or_insert_with(|| (path.to_string(), node.place.clone()));
        self
    }

    pub fn reported(mut self) -> Self {
        self.reported = true;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), found: None, reported: false }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key `{field}` is missing"))
    }
}
