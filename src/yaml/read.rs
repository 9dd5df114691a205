//! Reading a serde mirror from the tree: the rules, the problems, and where one is.
//! The walk itself is `de`'s.

use super::de::De;
use super::merge::Dialect;
use super::node::Node;
use super::report::Context;
use crate::diag::{Code, Place, Problem, Problems};
use serde::de::DeserializeOwned;
use std::fmt;

/// How a file's keys and scalars are understood.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub keys: Keys,
    pub unknown: Unknown,
    pub typing: Typing,
    /// The library whose table says what `yes` and `010` are.
    pub dialect: Dialect,
    /// What the ends of paths are written like, for who wrote something else there: `(".pullSecrets", "pullSecrets: [regcred]")`.
    pub forms: &'static [(&'static str, &'static str)],
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
    let context = Context::new(rules);
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

    /// The last key, and the positions after it.
    pub fn last(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(_, key) => (*key).to_string(),
            Path::Index(above, i) => format!("{}[{i}]", above.last()),
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

#[cfg(test)]
mod tests {
    use super::super::{Ordered, Spanned, Value, parse, to_text};
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize, Default, Debug)]
    #[serde(default, rename_all = "PascalCase")]
    struct Org {
        name: Spanned<String>,
        count: u32,
        enable: bool,
        kind: Kind,
        hosts: Vec<Spanned<String>>,
        inner: Option<Spanned<Inner>>,
        policies: Ordered<Spanned<String>>,
        sizes: BTreeMap<String, i64>,
        free: Option<Value>,
    }

    #[derive(Deserialize, Default, Debug, PartialEq)]
    enum Kind {
        #[default]
        Peer,
        Orderer,
    }

    #[derive(Deserialize, Default, Debug)]
    #[serde(default)]
    struct Inner {
        x: Option<i64>,
    }

    const CRYPTOGEN: Rules =
        Rules { keys: Keys::Exact, unknown: Unknown::Warn, typing: Typing::Go, dialect: Dialect::V2Structs, forms: &[] };
    const CONFIGTX: Rules =
        Rules { keys: Keys::AnyCase, unknown: Unknown::Error, typing: Typing::Weak, dialect: Dialect::V2, forms: &[] };

    /// The value, and the problems with their first place and their help.
    fn get<T: DeserializeOwned>(text: &str, rules: Rules) -> (Option<T>, Vec<String>) {
        let mut problems = Problems::new();
        let node = parse(std::path::Path::new("o.yaml"), text, &mut problems).unwrap().merged(rules.dialect, &mut problems);
        let value = read(&node, rules, &mut problems);
        let line = |p: &Problem| format!("{} {} {} | {}", p.code, p.places[0], p.message, p.help.as_deref().unwrap_or_default());
        (value, problems.iter().map(line).collect())
    }

    fn org(text: &str, rules: Rules) -> (Org, Vec<String>) {
        let (value, problems) = get(text, rules);
        (value.unwrap(), problems)
    }

    #[test]
    fn values_come_with_their_places_and_maps_in_their_order() {
        let text = "Name: 1.10\nHosts:\n  - a\n  - b\nInner:\n  x: 010\nPolicies:\n  Z: z\n  A: a\nKind: Orderer\n";
        let (org, problems) = org(text, CRYPTOGEN);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((org.name.as_str(), org.name.place.line()), ("1.10", Some(1)));
        assert_eq!(org.hosts[1].place.to_string(), "o.yaml:4");
        let inner = org.inner.unwrap();
        assert_eq!((inner.x, inner.place.line()), (Some(8), Some(6)));
        assert_eq!(org.policies.iter().map(|(k, v)| format!("{k}{}{v}", k.place)).collect::<String>(), "Zo.yaml:8zAo.yaml:9a");
        assert_eq!(org.kind, Kind::Orderer);
    }

    #[test]
    fn every_wrong_value_is_reported_and_reading_goes_on() {
        let text =
            "Name: [a]\nCount: x\nEnable: '1'\nKind: Client\nHosts: a\nInner: 5\nSizes: {a: '5', b: 7}\nPolicies: {x: {}}\n";
        let (org, problems) = org(text, CRYPTOGEN);
        assert_eq!(org.sizes, BTreeMap::from([("a".into(), 0), ("b".into(), 7)]));
        assert_eq!(
            problems,
            [
                "FK0103 o.yaml:1 `Name` must be a string, but it is a list | ",
                "FK0103 o.yaml:2 `Count` must be a whole number from 0 to 4294967295, but it is `x` | ",
                "FK0103 o.yaml:3 `Enable` must be true or false, but it is `1` | take away the quotes",
                "FK0103 o.yaml:4 `Kind` must be `Peer` or `Orderer`, but it is `Client` | ",
                "FK0103 o.yaml:5 `Hosts` must be a list, but it is `a` | ",
                "FK0103 o.yaml:6 `Inner` must be a map, but it is `5` | ",
                "FK0103 o.yaml:7 `Sizes.a` must be a whole number, but it is `5` | take away the quotes",
                "FK0103 o.yaml:8 `Policies.x` must be a string, but it is a map | ",
            ]
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_its_path() {
        let (_, problems) = org("Inner:\n  y: 1\nname: x\nHost: [a]\nZzz: 1\n", CRYPTOGEN);
        assert_eq!(
            problems,
            [
                "FK0105 o.yaml:3 unknown key `name` | write `Name`: upper and lower case matter here",
                "FK0105 o.yaml:4 unknown key `Host` | `Hosts` is known; was that meant?",
                "FK0105 o.yaml:5 unknown key `Zzz` | known here are `Name`, `Count`, `Enable`, `Kind`, `Hosts`, `Inner`, `Policies`, `Sizes`, `Free`",
                "FK0105 o.yaml:2 unknown key `Inner.y` | known here are `x`",
            ]
        );
        let (_, problems) = org("Foo: 1\n", CONFIGTX);
        assert_eq!(
            problems,
            [
                "FK0104 o.yaml:1 unknown key `Foo` | known here are `Name`, `Count`, `Enable`, `Kind`, `Hosts`, `Inner`, `Policies`, `Sizes`, `Free`"
            ]
        );
        assert!(org("Foo: 1\n", Rules { unknown: Unknown::Ignore, ..CONFIGTX }).1.is_empty());
    }

    #[test]
    fn keys_of_structs_may_be_in_any_case_in_configtx() {
        let (org, problems) = org("count: '5'\nNAME: me\npolicies: {a: x, A: z}\n", CONFIGTX);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((org.count, org.name.as_str(), org.policies.len()), (5, "me", 2));
    }

    #[test]
    fn a_key_spelt_in_two_ways_is_unknown_the_second_time() {
        let (org, problems) = org("count: 5\nCount: 6\n", CONFIGTX);
        assert_eq!(org.count, 6);
        assert!(problems.len() == 1 && problems[0].starts_with("FK0104 o.yaml:1 unknown key `count`"), "{problems:?}");
    }

    #[test]
    fn null_is_an_absent_key() {
        let text = "Name:\nCount: ~\nHosts: null\nInner:\nPolicies:\nFree:\n";
        for rules in [CRYPTOGEN, CONFIGTX] {
            let (org, problems) = org(text, rules);
            assert!(problems.is_empty(), "{problems:?}");
            assert!(org.name.is_empty() && org.hosts.is_empty() && org.inner.is_none() && org.free.is_none());
        }
        assert!(get::<Org>("", CRYPTOGEN).0.is_some());
        let text = "Sizes: {a: , b: 1}\n";
        assert_eq!((org(text, CRYPTOGEN).0.sizes.len(), org(text, CONFIGTX).0.sizes.len()), (2, 1));
    }

    #[test]
    fn an_unknown_null_is_harmless_in_configtx_but_in_lists() {
        assert_eq!(
            org("Foo:\n", CONFIGTX).1,
            [
                "FK0105 o.yaml:1 unknown key `Foo` | known here are `Name`, `Count`, `Enable`, `Kind`, `Hosts`, `Inner`, `Policies`, `Sizes`, `Free`"
            ]
        );
        assert_eq!(
            get::<Vec<Org>>("- Foo:\n", CONFIGTX).1,
            [
                "FK0104 o.yaml:1 unknown key `[0].Foo` | known here are `Name`, `Count`, `Enable`, `Kind`, `Hosts`, `Inner`, `Policies`, `Sizes`, `Free`"
            ]
        );
    }

    #[test]
    fn a_single_value_is_a_list_in_configtx() {
        assert_eq!(org("Hosts: a\n", CONFIGTX).0.hosts, [Spanned::nowhere("a".to_string())]);
        assert_eq!(org("Hosts: '[a, b]'\n", CONFIGTX).0.hosts.len(), 2);
        let (orgs, problems) = get::<Vec<Org>>("Name: a\n", CONFIGTX);
        assert!(orgs.is_some_and(|o| o.len() == 1 && o[0].name.as_str() == "a") && problems.is_empty());
    }

    #[test]
    fn a_key_that_is_no_string_to_configtxgen_is_reported() {
        let (_, problems) = org("Policies: {yes: a, 5: b, c: d}\n", CONFIGTX);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("FK0103 o.yaml:1 the key `Policies.yes` is no string"), "{problems:?}");
        assert!(org("Policies: {yes: a, 5: b}\n", CRYPTOGEN).1.is_empty());
    }

    #[test]
    fn nulls_in_lists_are_left_out_in_fabric_3() {
        for (dialect, count) in [(Dialect::V2Structs, 2), (Dialect::V4, 1)] {
            assert_eq!(org("Hosts: [a, ~]\n", Rules { dialect, ..CRYPTOGEN }).0.hosts.len(), count);
        }
    }

    #[test]
    fn a_value_without_a_type_is_what_go_makes_of_it() {
        let (org, problems) = org("Free: {a: yes, b: 010, c: 'no', d: 1.5, e: [~, x], 5: z}\n", CRYPTOGEN);
        assert!(problems.is_empty());
        let text = to_text(&org.free.unwrap());
        assert_eq!(text, "a: true\nb: 8\nc: \"no\"\nd: 1.5\ne:\n  - null\n  - x\n\"5\": z\n");
    }

    #[test]
    fn a_value_that_cannot_be_built_is_a_problem() {
        #[derive(Deserialize, Debug)]
        struct Needed {
            #[serde(rename = "list")]
            _list: Vec<Item>,
        }
        #[derive(Deserialize, Debug)]
        struct Item {
            #[serde(rename = "id")]
            _id: u8,
        }
        let (value, problems) = get::<Needed>("list:\n  - id: 1\n  - {}\n", CRYPTOGEN);
        assert!(value.is_none());
        assert_eq!(problems, ["FK0103 o.yaml:3 `list[1]`: the key `id` is missing | "]);
        let (value, problems) = get::<Needed>("[]\n", CRYPTOGEN);
        assert!(value.is_none());
        assert_eq!(problems, ["FK0103 o.yaml:1 the file must be a map, but it is a list | "]);
    }

    #[test]
    fn what_stands_in_one_place_is_told_of_once() {
        let (_, problems) =
            get::<BTreeMap<String, Org>>("a: &a {Count: x, Foo: 1}\nb: *a\nc: {<<: *a}\nd: {Count: x}\n", CONFIGTX);
        let lines: Vec<&str> = problems.iter().filter_map(|p| p.split(" | ").next()).collect();
        assert_eq!(
            lines,
            [
                "FK0104 o.yaml:1 unknown key `a.Foo`",
                "FK0103 o.yaml:1 `a.Count` must be a whole number from 0 to 4294967295, but it is `x`",
                "FK0103 o.yaml:4 `d.Count` must be a whole number from 0 to 4294967295, but it is `x`",
            ]
        );
    }

    #[test]
    fn the_deepest_file_is_read() {
        let text = format!("{}{}", "[".repeat(99), "]".repeat(99));
        let (value, problems) = get::<Value>(&text, CRYPTOGEN);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(to_text(&value.unwrap()).matches("- ").count(), 98);
    }
}
