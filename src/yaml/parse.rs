//! From a file's text to the tree: anchors resolved, the first document alone, and bounds on what a file may blow up to.
//! What the tree means is left to `merge` and `read`.

use super::node::{Content, Node, Scalar, Style};
use crate::diag::{Code, Place, Problem, Problems};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use std::collections::BTreeMap;
use std::path::Path;

/// How many values a file may hold with its aliases written out: against files that multiply (go-yaml has such a bound too).
const MOST_VALUES: usize = 1_000_000;
/// How deep values may lie in one another; every walk over a tree recurses no deeper.
const MOST_LEVELS: usize = 100;

/// Parses the first document of a file; an empty one is null. Problems: FK0101 where it is not YAML, FK0111 for an alias of
/// an anchor that is not there, FK0109 where more documents follow, which Fabric ignores. `None` where it could not be read.
pub fn parse(file: &Path, text: &str, problems: &mut Problems) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    match Builder::new(file, &text).run() {
        Ok((node, more)) => {
            if let Some(place) = more {
                let message = "only the first document of a file is read: what follows this line has no effect";
                problems.push(Problem::new(Code::FK0109, message).at(&place).help("put each document into a file of its own"));
            }
            Some(node)
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

type Result<T> = std::result::Result<T, Box<Problem>>;

/// A finished value, and how large it is with its aliases written out.
#[derive(Clone)]
struct Built {
    node: Node,
    values: usize,
    levels: usize,
}

/// A collection that is still open.
struct Open {
    built: Built,
    /// The key that waits for its value.
    key: Option<Node>,
    anchor: usize,
}

struct Builder<'a> {
    text: &'a str,
    file: Place,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Built>,
    values: usize,
}

impl<'a> Builder<'a> {
    fn new(file: &Path, text: &'a str) -> Self {
        Self { text, file: Place::file(file), open: Vec::new(), anchors: BTreeMap::new(), values: 0 }
    }

    fn place(&self, line: usize) -> Place {
        // An error at the end of a file is reported at its last line.
        let last = self.text.lines().count().max(1);
        self.file.with_line(u32::try_from(line.clamp(1, last)).unwrap_or(u32::MAX))
    }

    /// The tree, and where a second document begins.
    fn run(mut self) -> Result<(Node, Option<Place>)> {
        self.only_printable()?;
        let mut parser = Parser::new_from_str(self.text);
        let mut root = None;
        while let Some(next) = parser.next_event() {
            let (event, span) = match next {
                Ok(found) => found,
                // Fabric never sees what is wrong after the first document.
                Err(_) if root.is_some() => break,
                Err(error) => return Err(self.not_yaml(&error)),
            };
            let place = self.file.with_line(u32::try_from(span.start.line()).unwrap_or(u32::MAX));
            if let (Some(node), Event::DocumentStart(_)) = (&root, &event) {
                // A file that ends in `---` says nothing more.
                let silent = matches!(parser.next_event(), Some(Ok((Event::Scalar(text, ..), _))) if text.is_empty());
                return Ok((Node::clone(node), (!silent).then_some(place)));
            }
            let done = match event {
                Event::Scalar(text, style, anchor, tag) => {
                    let mut text = text.into_owned();
                    // A block that the file ends in has the line end that the file has; the scanner always gives it one.
                    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                    if block
                        && text.ends_with('\n')
                        && !self.text.ends_with('\n')
                        && span.end.index() >= self.text.chars().count()
                    {
                        text.pop();
                    }
                    let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
                    let scalar = Scalar { text, style, tag: tag.map(|tag| short(&tag)) };
                    self.values += 1;
                    let built = Built { node: Node { content: Content::Scalar(scalar), place }, values: 1, levels: 1 };
                    self.add(built, anchor)?
                }
                Event::Alias(id) => {
                    let Some(built) = self.anchors.get(&id).cloned() else {
                        let message = "an alias stands inside the value that its own anchor names";
                        return Err(Box::new(Problem::new(Code::FK0111, message).at(&place)));
                    };
                    self.values += built.values;
                    self.add(built, 0)?
                }
                Event::SequenceStart(anchor, _) => self.begin(Content::Sequence(Vec::new()), anchor, place)?,
                Event::MappingStart(anchor, _) => self.begin(Content::Mapping(Vec::new()), anchor, place)?,
                Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                    Some(open) => self.add(open.built, open.anchor)?,
                    None => None,
                },
                _ => None,
            };
            root = done.or(root);
        }
        Ok((root.unwrap_or_else(|| Node::null(self.file.with_line(1))), None))
    }

    fn begin(&mut self, content: Content, anchor: usize, place: Place) -> Result<Option<Node>> {
        self.values += 1;
        let built = Built { node: Node { content, place: place.clone() }, values: 1, levels: 1 };
        self.open.push(Open { built, key: None, anchor });
        self.bounds(0, &place)?;
        Ok(None)
    }

    /// Puts a finished value where it belongs; it comes back where it is the whole document.
    fn add(&mut self, built: Built, anchor: usize) -> Result<Option<Node>> {
        self.bounds(built.levels, &built.node.place)?;
        if anchor > 0 {
            self.values += built.values;
            self.anchors.insert(anchor, built.clone());
        }
        let Some(open) = self.open.last_mut() else { return Ok(Some(built.node)) };
        open.built.values += built.values;
        open.built.levels = open.built.levels.max(built.levels + 1);
        let mut node = built.node;
        match &mut open.built.node.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(entries) => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => {
                    if matches!(&node.content, Content::Scalar(s) if s.text.is_empty() && s.style == Style::Plain) {
                        node.place = key.place.clone();
                    }
                    entries.push((key, node));
                }
            },
            Content::Scalar(_) => {}
        }
        Ok(None)
    }

    fn bounds(&self, levels: usize, place: &Place) -> Result<()> {
        let message = if self.values > MOST_VALUES {
            format!("the file holds more than {MOST_VALUES} values, with its aliases written out")
        } else if self.open.len() + levels > MOST_LEVELS {
            format!("values lie more than {MOST_LEVELS} levels deep in one another")
        } else {
            return Ok(());
        };
        Err(Box::new(Problem::new(Code::FK0101, message).at(place).help("write it with fewer aliases, or less deep")))
    }

    /// go-yaml refuses control characters (readerc.go); so does YAML. Tabs and line ends are none.
    fn only_printable(&self) -> Result<()> {
        for (i, line) in self.text.split('\n').enumerate() {
            let bad = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
            if let Some(c) = line.chars().find(bad) {
                let message = format!("there is a control character (U+{:04X}) in this line", u32::from(c));
                return Err(Box::new(Problem::new(Code::FK0101, message).at(&self.place(i + 1)).help("take it out")));
            }
        }
        Ok(())
    }

    fn not_yaml(&self, error: &ScanError) -> Box<Problem> {
        let mut line = error.marker().line();
        if error.info().contains("tab") {
            // The scanner names where the text began that the tab cuts off.
            let tabbed = |line: &str| line.trim_start_matches(' ').starts_with('\t');
            line = self
                .text
                .split('\n')
                .enumerate()
                .skip(line.saturating_sub(1))
                .find(|(_, l)| tabbed(l))
                .map_or(line, |(i, _)| i + 1);
        }
        let place = self.place(line);
        if error.info().contains("unknown anchor") {
            let name = self.alias_at(error.marker().line(), error.marker().col());
            let problem = Problem::new(Code::FK0111, format!("there is no anchor `&{name}` above `*{name}`")).at(&place);
            return Box::new(problem.help(format!("write `&{name}` before the value that `*{name}` stands for")));
        }
        let help = if error.info().contains("tab") {
            "indent with spaces: YAML takes no tab there"
        } else if error.info().contains("end of stream") {
            "the file ends too early: was it cut off, or is a quote or bracket not closed?"
        } else {
            "the cause may be a line or two above: no space after a colon or a dash, another indentation, an open quote or bracket"
        };
        Box::new(Problem::new(Code::FK0101, format!("not YAML: {}", error.info())).at(&place).help(help))
    }

    fn alias_at(&self, line: usize, column: usize) -> String {
        let line = self.text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let rest = line.chars().skip(column).skip_while(|c| *c == '*');
        rest.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '{' | '}')).collect()
    }
}

/// `!!str` for `tag:yaml.org,2002:str`, as go-yaml's `shortTag`.
fn short(tag: &Tag) -> String {
    let long = format!("{}{}", tag.handle, tag.suffix);
    match long.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => long,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Option<Node>, Vec<String>) {
        let mut problems = Problems::new();
        let node = parse(Path::new("a.yaml"), text, &mut problems);
        (node, problems.iter().map(|p| format!("{} {} {}", p.code, p.places[0], p.message)).collect())
    }

    fn problem(text: &str) -> String {
        let (_, problems) = parsed(text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].clone()
    }

    #[test]
    fn text_order_and_lines_are_kept() {
        let (node, problems) = parsed("b: 010\na:\n  - x\n  - 'y'\nc:\n");
        assert!(problems.is_empty());
        let node = node.unwrap();
        let entries = if let Content::Mapping(entries) = &node.content { entries.as_slice() } else { &[] };
        assert_eq!(entries.iter().filter_map(|(k, _)| k.text()).collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(node.get("b").unwrap().text(), Some("010"));
        let items = if let Content::Sequence(items) = &node.get("a").unwrap().content { items.as_slice() } else { &[] };
        assert_eq!(items[1].place.to_string(), "a.yaml:4");
        assert!(node.get("c").unwrap().is_null());
        assert_eq!(node.get("c").unwrap().place.line(), Some(5));
    }

    #[test]
    fn an_alias_is_a_copy_with_the_anchors_places() {
        let (node, problems) = parsed("a: &x\n  k: v\nb: *x\n");
        assert!(problems.is_empty());
        let node = node.unwrap();
        assert!(node.get("a").unwrap().same_as(node.get("b").unwrap()));
        assert_eq!(node.get("b").unwrap().get("k").unwrap().place.line(), Some(2));
    }

    #[test]
    fn an_empty_file_is_null() {
        for text in ["", "\n", "# nothing\n", "---\n", "\u{feff}"] {
            assert!(parsed(text).0.unwrap().is_null(), "{text:?}");
            assert!(parsed(text).1.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn further_documents_are_ignored_with_a_warning() {
        assert!(problem("a: 1\n---\nb: 2\n").starts_with("FK0109 a.yaml:2"));
        assert!(parsed("a: 1\n---\n").1.is_empty());
        assert!(parsed("a: 1\n...\n").1.is_empty());
        assert!(parsed("a: 1\n---\nb: [\n").0.is_some());
    }

    #[test]
    fn what_is_not_yaml_is_named_with_its_line() {
        assert!(problem("a: 1\nb: [1, 2\n").starts_with("FK0101 a.yaml:2"));
        assert!(problem("a: 1\n\tb: 2\n").starts_with("FK0101 a.yaml:2"));
        assert!(problem("a: 1\nb: \u{7}\n").starts_with("FK0101 a.yaml:2 there is a control character (U+0007)"));
    }

    #[test]
    fn an_alias_needs_its_anchor_above() {
        assert_eq!(problem("a: 1\nb: *nope\n"), "FK0111 a.yaml:2 there is no anchor `&nope` above `*nope`");
        assert!(problem("a: &a\n  b: *a\n").starts_with("FK0111 a.yaml:2"));
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_are_no_matter() {
        let (node, problems) = parsed("\u{feff}a: |\r\n  x\r\n  y\r\nb: z\r\n");
        assert!(problems.is_empty());
        let node = node.unwrap();
        assert_eq!(node.get("a").unwrap().text(), Some("x\ny\n"));
        assert_eq!(node.get("b").unwrap().text(), Some("z"));
    }

    #[test]
    fn a_block_at_the_end_has_the_files_line_end() {
        for (text, wanted) in [("a: |\n  x\n", "x\n"), ("a: |\n  x", "x"), ("a: >\n  x\n  y", "x y"), ("a: |\n  x\n# end", "x\n")]
        {
            assert_eq!(parsed(text).0.unwrap().get("a").unwrap().text(), Some(wanted), "{text:?}");
        }
    }

    #[test]
    fn a_file_that_multiplies_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..10 {
            let last = format!("*a{}", i - 1);
            text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![last; 10].join(", ")));
        }
        assert!(problem(&text).contains("more than 1000000 values"));
    }

    #[test]
    fn a_file_that_is_too_deep_is_refused() {
        for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
            assert!(problem(&text).starts_with("FK0101"));
        }
        let mut text = String::from("a0: &a0 [x]\n");
        for i in 1..200 {
            text.push_str(&format!("a{i}: &a{i} [*a{}]\n", i - 1));
        }
        assert!(problem(&text).contains("levels deep"));
    }
}
