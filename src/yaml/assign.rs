//! `--set`, `--set-string` and `--set-file`, in Helm's syntax (helm/pkg/strvals/parser.go).
//! Putting the values into a tree is `edit`'s.

use super::edit::Step;
use super::node::{Content, Node};
use crate::diag::{Code, Place, Problem, Problems};
use std::iter::Peekable;
use std::str::Chars;

/// The largest position that Helm takes in `list[i]`.
const MOST_ITEMS: usize = 65_536;
/// How many keys and positions Helm takes in one path.
const MOST_STEPS: usize = 30;

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `--set`: `true`, `false`, `null` and whole numbers are what they say, the rest is text.
    Typed,
    /// `--set-string`: text alone.
    String,
    /// `--set-file`: the names of files, as text; whoever may read files puts their content in place of them.
    File,
}

/// One `path=value`.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub path: Vec<Step>,
    pub value: Node,
}

/// Reads the text given to an option, `--set` say, into its assignments, to be put into a tree one after the other with
/// [`Node::set`]. FK0110 and `None` where it cannot be read.
pub fn assignments(option: &str, text: &str, kind: SetKind, problems: &mut Problems) -> Option<Vec<Assignment>> {
    match (Reader { rest: text.chars().peekable(), kind, option, place: Place::option(option) }).assignments() {
        Ok(found) => Some(found),
        Err(message) => {
            // What stands after it may be a secret, and messages go into logs.
            let before = text.split('=').next().unwrap_or_default();
            let place = Place::option(&format!("{option} {before}"));
            let help =
                format!("write `{option} path.to.key=value`; a backslash before `,`, `.` or `=` makes it part of the text");
            problems.push(Problem::new(Code::FK0110, message).at(&place).help(help));
            None
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    kind: SetKind,
    option: &'a str,
    /// Of the assignment that is being read: its path alone.
    place: Place,
}

impl Reader<'_> {
    fn assignments(mut self) -> Result<Vec<Assignment>, String> {
        let mut found = Vec::new();
        while self.rest.peek().is_some() {
            let path = self.path()?;
            self.place = Place::option(&format!("{} {}", self.option, shown(&path)));
            let value = self.value()?;
            found.push(Assignment { path, value });
        }
        Ok(found)
    }

    /// Text up to one of `stops`, without the backslashes that take the meaning from the character after them.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => text.extend(self.rest.next()),
                c if stops.contains(&c) => return (text, Some(c)),
                c => text.push(c),
            }
        }
        (text, None)
    }

    fn path(&mut self) -> Result<Vec<Step>, String> {
        let mut path = Vec::new();
        loop {
            let (key, mut stop) = self.until(&['.', '[', '=', ',']);
            if key.is_empty() {
                return Err("a key is empty".into());
            }
            path.push(Step::Key(key.clone()));
            while stop == Some('[') {
                path.push(Step::Index(self.index()?));
                stop = self.rest.next();
            }
            if path.len() > MOST_STEPS {
                return Err(format!("a path has more than {MOST_STEPS} keys"));
            }
            match stop {
                Some('=') => return Ok(path),
                Some('.') => {}
                None | Some(',') => return Err(format!("the key `{key}` has no value")),
                Some(c) => return Err(format!("`{c}` stands after `]`, where `.`, `[` or `=` belongs")),
            }
        }
    }

    fn index(&mut self) -> Result<usize, String> {
        let (text, stop) = self.until(&[']']);
        match text.parse::<usize>() {
            _ if stop.is_none() => Err("a `[` is not closed by a `]`".into()),
            Ok(i) if i <= MOST_ITEMS => Ok(i),
            _ => Err(format!("`{text}` is no position in a list: one from 0 to {MOST_ITEMS} belongs there")),
        }
    }

    fn value(&mut self) -> Result<Node, String> {
        if self.kind == SetKind::File || self.rest.peek() != Some(&'{') {
            return Ok(self.until(&[',']).0).map(|text| self.scalar(text));
        }
        self.rest.next();
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            if stop.is_none() {
                return Err("a list is not closed by a `}`".into());
            }
            // `{}` is the empty list, and a comma at the end adds nothing.
            if !(text.is_empty() && stop == Some('}')) {
                items.push(self.scalar(text));
            }
            if stop == Some('}') {
                break;
            }
        }
        match self.rest.next() {
            None | Some(',') => Ok(Node { content: Content::Sequence(items), place: self.place.clone() }),
            Some(c) => Err(format!("`{c}` stands after `}}`, where a comma or the end belongs")),
        }
    }

    fn scalar(&self, text: String) -> Node {
        let place = self.place.clone();
        let lower = text.to_ascii_lowercase();
        let whole = text == "0" || (!text.starts_with('0') && text.parse::<i64>().is_ok());
        match lower.as_str() {
            _ if self.kind != SetKind::Typed => Node::string(text, place),
            "true" | "false" | "null" => Node::plain(lower, place),
            _ if whole => Node::plain(text, place),
            _ => Node::string(text, place),
        }
    }
}

/// A path in Helm's syntax.
fn shown(path: &[Step]) -> String {
    path.iter().enumerate().fold(String::new(), |text, (i, step)| match step {
        Step::Index(at) => format!("{text}[{at}]"),
        Step::Key(key) if i == 0 => key.replace('.', "\\."),
        Step::Key(key) => format!("{text}.{}", key.replace('.', "\\.")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is set, as `path=value`, strings in quotes.
    fn set(text: &str, kind: SetKind) -> Result<Vec<String>, String> {
        let mut problems = Problems::new();
        let found = assignments("--set", text, kind, &mut problems);
        let Some(found) = found else { return Err(problems.iter().map(|p| p.message.clone()).collect()) };
        assert!(problems.is_empty());
        Ok(found.iter().map(|a| format!("{:?}={}", a.path, value(&a.value))).collect())
    }

    fn value(node: &Node) -> String {
        match &node.content {
            Content::Scalar(s) if s.style == super::super::Style::Plain => s.text.clone(),
            Content::Scalar(s) => format!("'{}'", s.text),
            Content::Sequence(items) => format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(" ")),
            Content::Mapping(_) => "{}".into(),
        }
    }

    fn one(text: &str) -> String {
        set(text, SetKind::Typed).unwrap().pop().unwrap().split_once('=').unwrap().1.to_string()
    }

    #[test]
    fn a_path_is_made_of_keys_and_positions() {
        let found = set(r"a.b=1,d[0].e[2]=x,f\.g=y", SetKind::Typed).unwrap();
        assert_eq!(
            found,
            [r#"[Key("a"), Key("b")]=1"#, r#"[Key("d"), Index(0), Key("e"), Index(2)]='x'"#, r#"[Key("f.g")]='y'"#]
        );
    }

    #[test]
    fn a_place_is_a_path_without_its_value() {
        let found = assignments("--set", r"a.b[0]=secret,f\.g={x,y}", SetKind::Typed, &mut Problems::new()).unwrap();
        let places: Vec<&str> = found.iter().map(|one| one.value.place.name()).collect();
        assert_eq!(places, ["--set a.b[0]", r"--set f\.g"]);
        let mut problems = Problems::new();
        assignments("--set", "pin=secret,b", SetKind::Typed, &mut problems);
        assert_eq!(problems.iter().next().unwrap().places[0].name(), "--set pin");
    }

    #[test]
    fn values_have_the_types_that_helm_gives_them() {
        let table = [
            ("a=5", "5"),
            ("a=-5", "-5"),
            ("a=0", "0"),
            ("a=010", "'010'"),
            ("a=1.10", "'1.10'"),
            ("a=True", "true"),
            ("a=null", "null"),
            ("a=yes", "'yes'"),
            ("a=", "''"),
            ("a={x,1,true}", "['x' 1 true]"),
            ("a={}", "[]"),
            (r"a=x\,y", "'x,y'"),
            ("a=b=c", "'b=c'"),
            (r"a=\{x", "'{x'"),
            ("a=99999999999999999999", "'99999999999999999999'"),
        ];
        for (text, wanted) in table {
            assert_eq!(one(text), wanted, "{text}");
        }
    }

    #[test]
    fn set_string_gives_strings_alone() {
        assert_eq!(set("a=5,b=null,c={1,x}", SetKind::String).unwrap().concat().matches('\'').count(), 8);
        assert_eq!(set("a={x.txt", SetKind::File).unwrap(), [r#"[Key("a")]='{x.txt'"#]);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem() {
        for text in [
            "a",
            "=1",
            "a.=1",
            "a[x]=1",
            "a[-1]=1",
            "a[99999]=1",
            "a[0=1",
            "a[0]b=1",
            "a={x",
            "a={x}y",
            "a=1,b",
            &"a.".repeat(40),
        ] {
            assert!(set(text, SetKind::Typed).is_err(), "{text}");
        }
    }
}
