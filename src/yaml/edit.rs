//! Laying values over values, and setting one by its path, as Helm does.
//! Reading `--set` is `assign`'s.

use super::node::{Content, Node};

/// A step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// Counted from 0.
    Index(usize),
}

impl Node {
    /// Lays `over` on this tree as Helm lays one values file on another: maps merge key by key, a null takes the key away, and
    /// everything else replaces what was there. The values and keys that win keep their places; new keys come last.
    pub fn overlay(&mut self, over: Node) {
        match (&mut self.content, over) {
            (Content::Mapping(entries), Node { content: Content::Mapping(new), place }) => {
                for (key, value) in new {
                    let old = entries.iter().position(|(k, _)| k.text().is_some() && k.text() == key.text());
                    match old {
                        Some(i) if value.is_null() => drop(entries.remove(i)),
                        Some(i) => {
                            if let Some(entry) = entries.get_mut(i) {
                                entry.0 = key;
                                entry.1.overlay(value);
                            }
                        }
                        None if value.is_null() => {}
                        None => entries.push((key, value.without_nulls())),
                    }
                }
                self.place = place;
            }
            // An empty file says nothing.
            (_, over) if over.is_null() => {}
            (_, over) => *self = over.without_nulls(),
        }
    }

    /// Takes away keys whose value is null, in maps within maps.
    fn without_nulls(mut self) -> Node {
        if let Content::Mapping(entries) = self.content {
            let kept = entries.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, v.without_nulls()));
            self.content = Content::Mapping(kept.collect());
        }
        self
    }

    /// Puts a value at the end of a path, making the maps and lists on the way; what stands in the way is replaced. A null takes
    /// the key away. Positions beyond a list's end fill it with nulls: whoever makes a path bounds them, as `assignments` does.
    pub fn set(&mut self, path: &[Step], value: Node) {
        let Some((step, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        let place = value.place.clone();
        match step {
            Step::Key(name) => {
                if !matches!(self.content, Content::Mapping(_)) {
                    if value.is_null() {
                        return;
                    }
                    *self = Node { content: Content::Mapping(Vec::new()), place: place.clone() };
                }
                let Content::Mapping(entries) = &mut self.content else { return };
                let old = entries.iter().rposition(|(k, _)| k.text() == Some(name));
                match old {
                    Some(i) if rest.is_empty() && value.is_null() => drop(entries.remove(i)),
                    Some(i) => {
                        if let Some((key, old)) = entries.get_mut(i) {
                            key.place = place;
                            old.set(rest, value);
                        }
                    }
                    None if value.is_null() => {}
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
    fn a_null_takes_the_key_away() {
        assert!(laid("a: {x: 1, y: 2}\n", "a: {x: null, n: ~}\nm: {n: }\n").same_as(&tree("", "a: {y: 2}\nm: {}\n")));
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert!(laid("a: 1\n", "").same_as(&tree("", "a: 1\n")));
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
        node.set(&[Step::Key("a".into())], Node::null(place.clone()));
        assert!(node.get("a").is_none());
        node.set(&[Step::Key("n".into()), Step::Key("m".into())], Node::null(place));
        assert!(node.get("n").is_none());
    }
}
