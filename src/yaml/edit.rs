//! Laying values over values, and setting one by its path.
//! Reading `--set` is `assign`'s; what a null takes back is for those to say who know the settings.

use super::node::{Content, Node, Scalar, Style};

/// A step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// Counted from 0.
    Index(usize),
}

impl Node {
    /// Whether nothing was written: no value after a key, or a map of such keys alone.
    pub fn says_nothing(&self) -> bool {
        match &self.content {
            Content::Scalar(Scalar { text, style, tag }) => text.is_empty() && *style == Style::Plain && tag.is_none(),
            Content::Sequence(_) => false,
            Content::Mapping(entries) => !entries.is_empty() && entries.iter().all(|(_, value)| value.says_nothing()),
        }
    }

    /// Lays `over` on this tree as Helm lays one values file on another: maps merge key by key, and everything else replaces what
    /// was there, `null` too, which stays as what was said last. Unlike in Helm, a key without a value changes nothing. The values
    /// and keys that win keep their places; new keys come last.
    pub fn overlay(&mut self, over: Node) {
        match (&mut self.content, over) {
            (Content::Mapping(entries), Node { content: Content::Mapping(new), place }) => {
                for (key, value) in new {
                    let old = entries.iter().position(|(k, _)| k.text().is_some() && k.text() == key.text());
                    match old.and_then(|i| entries.get_mut(i)) {
                        Some((old_key, old)) => {
                            if !value.says_nothing() {
                                *old_key = key;
                            }
                            old.overlay(value);
                        }
                        None => entries.push((key, value)),
                    }
                }
                self.place = place;
            }
            (_, over) if over.says_nothing() => {}
            (_, over) => *self = over,
        }
    }

    /// Takes away keys whose value is null, in maps within maps.
    pub fn without_nulls(mut self) -> Node {
        if let Content::Mapping(entries) = self.content {
            let kept = entries.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, v.without_nulls()));
            self.content = Content::Mapping(kept.collect());
        }
        self
    }

    /// Puts a value at the end of a path, making the maps and lists on the way; what stands in the way is replaced. Positions
    /// beyond a list's end fill it with nulls: whoever makes a path bounds them, as `assignments` does.
    pub fn set(&mut self, path: &[Step], value: Node) {
        let Some((step, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        let place = value.place.clone();
        match step {
            Step::Key(name) => {
                if !matches!(self.content, Content::Mapping(_)) {
                    *self = Node { content: Content::Mapping(Vec::new()), place: place.clone() };
                }
                let Content::Mapping(entries) = &mut self.content else { return };
                let old = entries.iter().rposition(|(k, _)| k.text() == Some(name));
                match old {
                    Some(i) => {
                        if let Some((key, old)) = entries.get_mut(i) {
                            key.place = place;
                            old.set(rest, value);
                        }
                    }
                    None => {
                        let mut made = Node::null(place.clone());
                        made.set(rest, value);
                        entries.push((Node::string(name, place), made));
                    }
                }
            }
            Step::Index(i) => {
                if !matches!(self.content, Content::Sequence(_)) {
                    *self = Node { content: Content::Sequence(Vec::new()), place: place.clone() };
                }
                let Content::Sequence(items) = &mut self.content else { return };
                while items.len() <= *i {
                    items.push(Node::null(place.clone()));
                }
                if let Some(item) = items.get_mut(*i) {
                    item.set(rest, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::diag::{Place, Problems};
    use std::path::Path;

    fn tree(file: &str, text: &str) -> Node {
        parse(Path::new(file), text, &mut Problems::new()).unwrap()
    }

    fn laid(base: &str, over: &str) -> Node {
        let mut node = tree("base.yaml", base);
        node.overlay(tree("over.yaml", over));
        node
    }

    #[test]
    fn maps_merge_and_everything_else_replaces() {
        let node = laid("a: {x: 1, y: [1, 2]}\nb: 1\n", "a: {y: [3], z: 4}\nc: {d: 5}\n");
        assert!(node.same_as(&tree("", "a: {x: 1, y: [3], z: 4}\nb: 1\nc: {d: 5}\n")));
        assert_eq!(node.get("a").unwrap().get("z").unwrap().place, Place::new(Path::new("over.yaml"), 1));
        assert_eq!(node.get("b").unwrap().place, Place::new(Path::new("base.yaml"), 2));
    }

    #[test]
    fn a_null_stays_as_what_was_said_last() {
        let node = laid("a: {x: 1, y: 2}\nb: {z: 3}\n", "a: {x: null, n: ~}\nb: ~\n");
        assert!(node.same_as(&tree("", "a: {x: null, y: 2, n: ~}\nb: ~\n")));
        assert!(node.without_nulls().same_as(&tree("", "a: {y: 2}\n")));
    }

    #[test]
    fn what_is_empty_changes_nothing() {
        let base = "a: {x: 1}\nb: 2\nc: ~\n";
        for over in ["", "a:\n", "a: {x: }\n", "a: {x: {y: {z: }}}\n", "b: {x: }\n", "c:\n"] {
            assert!(laid(base, over).same_as(&tree("", base)), "{over}");
        }
        assert!(laid(base, "a: ''\nb: {}\n").same_as(&tree("", "a: ''\nb: {}\nc: ~\n")));
        assert!(laid("", "a: 1\n").same_as(&tree("", "a: 1\n")));
    }

    #[test]
    fn a_path_makes_what_it_needs() {
        let mut node = tree("", "a: 1\n");
        let place = Place::option("--set");
        let path = [Step::Key("a".into()), Step::Key("b".into()), Step::Index(1), Step::Key("c".into())];
        node.set(&path, Node::plain("7", place.clone()));
        assert_eq!(
            node.get("a").and_then(|a| a.get("b")).map(|b| matches!(&b.content, Content::Sequence(i) if i.len() == 2)),
            Some(true)
        );
        node.set(&[Step::Key("a".into()), Step::Key("b".into())], Node::plain("null", place));
        assert!(node.get("a").and_then(|a| a.get("b")).is_some_and(Node::is_null));
    }
}
