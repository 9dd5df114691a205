//! Kubernetes' structures that users add to pods: which fields they have, and what may stand there. The list is beside this file, and
//! says how it is read. What is said of others is `resolve`'s.

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("pod-structures.txt");

static STRUCTURES: LazyLock<BTreeMap<&'static str, Vec<Field>>> = LazyLock::new(|| {
    let mut structures: BTreeMap<&str, Vec<Field>> = BTreeMap::new();
    let mut current = "";
    for line in TEXT.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.trim().split_once(' ') {
            None => current = line,
            Some((name, kind)) => structures.entry(current).or_default().push(Field::new(name, kind)),
        }
    }
    structures
});

/// A field of a structure.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub need: Need,
    pub kind: Kind,
}

/// Whether a structure can do without a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Optional,
    Demanded,
    /// One of all such fields of the structure is demanded, and no two of them.
    OneOf,
    /// No two of such fields, and none may do.
    OneAtMost,
}

/// What may stand in a field.
#[derive(Debug)]
pub enum Kind {
    Text,
    Number,
    Range(i64, i64),
    Truth,
    Quantity,
    /// A number or a name.
    NumberOrText,
    Words(Vec<&'static str>),
    /// A name as containers and volumes have.
    Label,
    /// A name as ports have.
    Port,
    Structure(&'static str),
    List(Box<Kind>),
    Map(Box<Kind>),
    Any,
}

impl Field {
    fn new(name: &'static str, kind: &'static str) -> Self {
        let marks = [("!", Need::Demanded), ("*", Need::OneOf), ("?", Need::OneAtMost)];
        let marked = marks.into_iter().find_map(|(mark, need)| Some((name.strip_suffix(mark)?, need)));
        let (name, need) = marked.unwrap_or((name, Need::Optional));
        Self { name, need, kind: Kind::new(kind) }
    }
}

impl Kind {
    fn new(text: &'static str) -> Self {
        let within =
            |open, close| text.strip_prefix(open).and_then(|text| text.strip_suffix(close)).map(|text| Box::new(Kind::new(text)));
        if let Some(item) = within('[', ']') {
            return Kind::List(item);
        }
        if let Some(item) = within('{', '}') {
            return Kind::Map(item);
        }
        let range = text.split_once("..").and_then(|(least, most)| Some(Kind::Range(least.parse().ok()?, most.parse().ok()?)));
        match text {
            "text" => Kind::Text,
            "number" => Kind::Number,
            "truth" => Kind::Truth,
            "quantity" => Kind::Quantity,
            "number|text" => Kind::NumberOrText,
            "label" => Kind::Label,
            "port" => Kind::Port,
            "any" => Kind::Any,
            words if words.contains('|') => Kind::Words(words.split('|').collect()),
            structure => range.unwrap_or(Kind::Structure(structure)),
        }
    }
}

/// The fields of a structure; none of one that is not listed.
pub fn fields(structure: &str) -> &'static [Field] {
    STRUCTURES.get(structure).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure_of(kind: &Kind) -> Option<&'static str> {
        match kind {
            Kind::Structure(name) => Some(name),
            Kind::List(item) | Kind::Map(item) => structure_of(item),
            _ => None,
        }
    }

    #[test]
    fn every_structure_that_a_field_has_is_listed() {
        for (name, fields) in STRUCTURES.iter() {
            assert!(!fields.is_empty(), "{name}");
            for field in fields {
                let structure = structure_of(&field.kind);
                assert!(structure.is_none_or(|structure| STRUCTURES.contains_key(structure)), "{name}: {field:?}");
            }
        }
    }

    #[test]
    fn a_field_is_read_as_the_list_says() {
        let field = |name: &str| fields("Container").iter().find(|field| field.name == name).unwrap();
        assert!(matches!(field("image"), Field { need: Need::Demanded, kind: Kind::Text, .. }));
        assert!(matches!(&field("ports").kind, Kind::List(item) if matches!(**item, Kind::Structure("ContainerPort"))));
        let port = fields("ContainerPort").iter().find(|field| field.name == "containerPort").unwrap();
        assert!(matches!(port.kind, Kind::Range(1, 65535)));
        assert!(fields("Probe").iter().any(|field| field.name == "exec" && field.need == Need::OneOf));
        assert!(fields("Nothing").is_empty());
    }
}
