//! Merges (`<<`) and keys that stand twice, as each of Go's libraries has them.
//! Laying one values file over another is `edit`'s.

use super::node::{Content, Node, Style};
use crate::diag::{Code, Place, Problem, Problems};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// Which library reads a file, and into what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// yaml.v2 into maps, as Fabric 1.4 to 2.5 read configtx.yaml: keys and merges count in the order written, the last wins.
    V2,
    /// yaml.v2 into structs, as cryptogen 1.4 to 2.5 reads crypto-config.yaml: as `V2`, but a map that is given again is read
    /// into the one before, so that what it does not name stays.
    V2Structs,
    /// go.yaml.in/yaml/v4, as Fabric 3.x reads both files: a key wins over every merge, and no key may stand twice.
    V4,
    /// fabkube's own files: as `V4`, and `yes` is a boolean everywhere.
    Strict,
}

impl Dialect {
    fn in_order(self) -> bool {
        matches!(self, Dialect::V2 | Dialect::V2Structs)
    }
}

impl Node {
    /// Applies merges and drops all but one of the keys that stand twice, as the dialect's library does (`merge`, `mapping` and
    /// `mappingStruct` in go-yaml's decode.go). Afterwards no mapping holds a plain `<<`, or a key twice. Problems: FK0106 or
    /// FK0107 for keys that stand twice, FK0108 for a merge that overrides a differing key above it, FK0111 for a merge of
    /// something that is no map.
    #[must_use]
    pub fn merged(self, dialect: Dialect, problems: &mut Problems) -> Node {
        let content = match self.content {
            Content::Scalar(scalar) => Content::Scalar(scalar),
            Content::Sequence(items) => Content::Sequence(items.into_iter().map(|i| i.merged(dialect, problems)).collect()),
            Content::Mapping(entries) => {
                let mut out = Entries::default();
                if dialect.in_order() {
                    out.decode(entries, dialect, problems);
                } else {
                    out.collect(entries, dialect, problems);
                }
                Content::Mapping(out.list)
            }
        };
        Node { content, place: self.place }
    }

    fn is_merge(&self) -> bool {
        let Content::Scalar(scalar) = &self.content else { return false };
        match scalar.tag.as_deref() {
            None => scalar.style == Style::Plain && scalar.text == "<<",
            Some("!!merge") => scalar.text == "<<",
            Some(_) => false,
        }
    }
}

/// The maps that a `<<` names, in the order written.
fn sources(value: Node, problems: &mut Problems) -> Vec<(Vec<(Node, Node)>, Place)> {
    let items = match value.content {
        Content::Sequence(items) => items,
        content => vec![Node { content, place: value.place }],
    };
    let mut found = Vec::new();
    for item in items {
        match item.content {
            Content::Mapping(entries) => found.push((entries, item.place)),
            Content::Scalar(_) | Content::Sequence(_) => problems.push(
                Problem::new(Code::FK0111, "`<<` merges something that is no map")
                    .at(&item.place)
                    .help("write an alias of a map, `<<: *name`, or a list of them"),
            ),
        }
    }
    found
}

/// A mapping that is being filled. A key that is no scalar is never the same as another.
#[derive(Default)]
struct Entries {
    list: Vec<(Node, Node)>,
    index: BTreeMap<String, usize>,
}

impl Entries {
    fn of(list: Vec<(Node, Node)>) -> Self {
        let index = list.iter().enumerate().filter_map(|(i, (k, _))| Some((k.text()?.to_string(), i))).collect();
        Self { list, index }
    }

    fn slot(&mut self, key: &Node) -> Option<&mut (Node, Node)> {
        let i = *self.index.get(key.text()?)?;
        self.list.get_mut(i)
    }

    fn add(&mut self, key: Node, value: Node) {
        if let Some(text) = key.text() {
            self.index.insert(text.to_string(), self.list.len());
        }
        self.list.push((key, value));
    }

    /// yaml.v2: what is written counts in the order in which it is written.
    fn decode(&mut self, entries: Vec<(Node, Node)>, dialect: Dialect, problems: &mut Problems) {
        twice(&entries, Code::FK0107, problems);
        let mut written = BTreeSet::new();
        for (key, value) in entries {
            if !key.is_merge() {
                written.extend(key.text().map(str::to_string));
                self.assign(key, value, dialect, problems);
                continue;
            }
            let mut before = BTreeMap::new();
            // Backwards, so that the first of a list is written last and wins.
            for (source, _) in sources(value, problems).into_iter().rev() {
                for (k, _) in &source {
                    if let Some(text) = k.text().filter(|t| written.contains(*t) && !before.contains_key(*t))
                        && let Some((_, old)) = self.slot(k)
                    {
                        before.insert(text.to_string(), old.clone());
                    }
                }
                // The keys of a merge of a merge are not looked at: that one is told of where it stands.
                self.decode(source, dialect, problems);
            }
            for (name, old) in before {
                let Some((_, new)) = self.index.get(&name).and_then(|i| self.list.get(*i)) else { continue };
                if !new.same_as(&old) {
                    let message = format!("this merge overrides `{name}` above it up to Fabric 2.5; in Fabric 3.x `{name}` wins");
                    let problem = Problem::new(Code::FK0108, message).at(&key.place).at(&old.place);
                    problems.push(problem.help(format!("put `<<` above `{name}`, or take out `{name}`")));
                }
            }
        }
    }

    fn assign(&mut self, key: Node, value: Node, dialect: Dialect, problems: &mut Problems) {
        let Some(slot) = self.slot(&key) else {
            let value = value.merged(dialect, problems);
            return self.add(key, value);
        };
        slot.0 = key;
        match (&mut slot.1, value) {
            (Node { content: Content::Mapping(old), place }, Node { content: Content::Mapping(new), place: new_place })
                if dialect == Dialect::V2Structs =>
            {
                let mut inner = Entries::of(mem::take(old));
                inner.decode(new, dialect, problems);
                *old = inner.list;
                *place = new_place;
            }
            (old, value) => *old = value.merged(dialect, problems),
        }
    }

    /// v4: what a map says itself wins, then the first of the merged maps that says it.
    fn collect(&mut self, entries: Vec<(Node, Node)>, dialect: Dialect, problems: &mut Problems) {
        twice(&entries, Code::FK0106, problems);
        let own: BTreeSet<String> =
            entries.iter().filter(|(k, _)| !k.is_merge()).filter_map(|(k, _)| Some(k.text()?.to_string())).collect();
        for (key, value) in entries {
            if key.is_merge() {
                for (source, place) in sources(value, problems) {
                    let source = Node { content: Content::Mapping(source), place }.merged(dialect, problems);
                    let Content::Mapping(source) = source.content else { continue };
                    for (k, v) in source {
                        if !k.text().is_some_and(|text| own.contains(text)) && self.slot(&k).is_none() {
                            self.add(k, v);
                        }
                    }
                }
            } else {
                let value = value.merged(dialect, problems);
                match self.slot(&key) {
                    Some(slot) => *slot = (key, value),
                    None => self.add(key, value),
                }
            }
        }
    }
}

/// Reports keys that stand twice in one map. v4 counts a second `<<` among them.
fn twice(entries: &[(Node, Node)], code: Code, problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for (key, _) in entries {
        let Some(text) = key.text() else { continue };
        if let Some(first) = seen.get(text) {
            let what = if code == Code::FK0107 { "and the last one counts" } else { "in one map" };
            let problem = Problem::new(code, format!("`{text}` stands twice, {what}")).at(&key.place).at(first);
            problems.push(if key.is_merge() {
                problem.help("write one `<<` with a list, `<<: [*first, *second]`: the first of a list wins")
            } else {
                problem.help("take one of them out")
            });
        } else {
            seen.insert(text, &key.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use std::path::Path;

    fn merged(text: &str, dialect: Dialect) -> (Node, Vec<String>) {
        let mut problems = Problems::new();
        let node = parse(Path::new("c.yaml"), text, &mut problems).unwrap().merged(dialect, &mut problems);
        (node, problems.iter().map(|p| format!("{} {} {}", p.code, p.places[0], p.message)).collect())
    }

    fn at<'n>(node: &'n Node, path: &str) -> Option<&'n str> {
        path.split('.').try_fold(node, |n, key| n.get(key)).and_then(Node::text)
    }

    const AFTER: &str = "d: &d\n  t: 2s\n  s: same\nx:\n  t: 9s\n  s: same\n  <<: *d\n";

    #[test]
    fn a_merge_after_a_key_overrides_it_in_fabric_2() {
        let (node, problems) = merged(AFTER, Dialect::V2);
        assert_eq!(at(&node, "x.t"), Some("2s"));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("FK0108 c.yaml:7 this merge overrides `t` above it"), "{problems:?}");
    }

    #[test]
    fn a_key_wins_over_every_merge_in_fabric_3() {
        for dialect in [Dialect::V4, Dialect::Strict] {
            let (node, problems) = merged(AFTER, dialect);
            assert_eq!(at(&node, "x.t"), Some("9s"));
            assert!(problems.is_empty(), "{problems:?}");
        }
    }

    #[test]
    fn a_merge_above_a_key_reads_the_same_everywhere() {
        for dialect in [Dialect::V2, Dialect::V2Structs, Dialect::V4, Dialect::Strict] {
            let (node, problems) = merged("d: &d {t: 2s, u: 1}\nx:\n  <<: *d\n  t: 9s\n", dialect);
            assert_eq!((at(&node, "x.t"), at(&node, "x.u")), (Some("9s"), Some("1")));
            assert!(problems.is_empty(), "{problems:?}");
            assert!(node.get("x").unwrap().get("<<").is_none());
        }
    }

    #[test]
    fn of_a_list_of_merged_maps_the_first_wins() {
        for dialect in [Dialect::V2, Dialect::V2Structs, Dialect::V4, Dialect::Strict] {
            let (node, _) = merged("a: &a {k: a}\nb: &b {k: b, l: b}\nx: {<<: [*a, *b]}\n", dialect);
            assert_eq!((at(&node, "x.k"), at(&node, "x.l")), (Some("a"), Some("b")));
        }
    }

    #[test]
    fn a_merge_of_a_merge_brings_both() {
        for dialect in [Dialect::V2, Dialect::V2Structs, Dialect::V4, Dialect::Strict] {
            let (node, _) = merged("a: &a {k: a, m: a}\nb: &b {<<: *a, k: b}\nx: {<<: *b}\n", dialect);
            assert_eq!((at(&node, "x.k"), at(&node, "x.m")), (Some("b"), Some("a")));
        }
    }

    #[test]
    fn merges_are_shallow_but_into_structs_of_yaml_v2() {
        let text = "a: &a {ca: {x: 1, y: 1}}\no: {<<: *a, ca: {y: 2}}\n";
        for (dialect, x) in [(Dialect::V2, None), (Dialect::V4, None), (Dialect::Strict, None), (Dialect::V2Structs, Some("1"))] {
            let (node, _) = merged(text, dialect);
            assert_eq!((at(&node, "o.ca.x"), at(&node, "o.ca.y")), (x, Some("2")), "{dialect:?}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_counts_last_in_fabric_2() {
        let (node, problems) = merged("a: {x: 1}\nb: 1\na: {y: 2}\n", Dialect::V2);
        assert_eq!((at(&node, "a.x"), at(&node, "a.y")), (None, Some("2")));
        assert_eq!(problems, ["FK0107 c.yaml:3 `a` stands twice, and the last one counts"]);
        let (node, _) = merged("a: {x: 1}\na: {y: 2}\n", Dialect::V2Structs);
        assert_eq!((at(&node, "a.x"), at(&node, "a.y")), (Some("1"), Some("2")));
        let (node, _) = merged("a: {x: 1}\na:\n", Dialect::V2Structs);
        assert!(node.get("a").unwrap().is_null());
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_in_fabric_3() {
        for dialect in [Dialect::V4, Dialect::Strict] {
            assert_eq!(merged("a: 1\na: 1\n", dialect).1, ["FK0106 c.yaml:2 `a` stands twice, in one map"]);
            assert_eq!(
                merged("a: &a {}\nx:\n  <<: *a\n  <<: *a\n", dialect).1,
                ["FK0106 c.yaml:4 `<<` stands twice, in one map"]
            );
        }
    }

    #[test]
    fn only_a_bare_merge_key_merges() {
        let (node, problems) = merged("a: &a {k: 1}\nx: {'<<': *a}\n", Dialect::V2);
        assert!(problems.is_empty());
        assert_eq!(at(&node, "x.<<.k"), Some("1"));
    }

    #[test]
    fn a_merge_takes_maps_alone() {
        for dialect in [Dialect::V2, Dialect::V4] {
            for text in ["x: {<<: 1}\n", "x: {<<: [{}, 1]}\n", "x: {<<: }\n"] {
                assert_eq!(merged(text, dialect).1, ["FK0111 c.yaml:1 `<<` merges something that is no map"]);
            }
        }
    }
}
