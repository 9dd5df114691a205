//! The tree of a YAML file as written: text, order and places.
//! What a scalar's text means is `scalar`'s; what merges mean is `merge`'s.

use crate::diag::Place;

/// A value as written. An alias is a copy of what its anchor names, with the anchor's places.
#[derive(Clone, Debug)]
pub struct Node {
    pub content: Content,
    /// Where the value begins; an empty value stands where its key does.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Content {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    /// Keys and values in the order written.
    Mapping(Vec<(Node, Node)>),
}

/// One word or text, not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes and escapes.
    pub text: String,
    pub style: Style,
    /// The tag, `!!str` say, where one is written.
    pub tag: Option<String>,
}

/// Whether a scalar may be something else than a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Written bare: its text decides.
    Plain,
    /// In quotes or as a block: a string.
    Quoted,
}

impl Node {
    /// Nothing: what an empty file, or a key without a value, holds.
    pub fn null(place: Place) -> Self {
        Self::plain("", place)
    }

    /// A scalar written bare.
    pub fn plain(text: impl Into<String>, place: Place) -> Self {
        Self { content: Content::Scalar(Scalar { text: text.into(), style: Style::Plain, tag: None }), place }
    }

    /// A string.
    pub fn string(text: impl Into<String>, place: Place) -> Self {
        Self { content: Content::Scalar(Scalar { text: text.into(), style: Style::Quoted, tag: None }), place }
    }

    /// The value under a key; `None` where there is no such key, or this is no mapping. Of a key that stands twice, the last.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Content::Mapping(entries) = &self.content else { return None };
        entries.iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.text),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// Whether this is YAML's null: nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.is_null())
    }

    /// Whether two values were written alike, wherever they stand.
    pub fn same_as(&self, other: &Node) -> bool {
        match (&self.content, &other.content) {
            (Content::Scalar(a), Content::Scalar(b)) => a == b,
            (Content::Sequence(a), Content::Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_as(b)),
            (Content::Mapping(a), Content::Mapping(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((k, v), (l, w))| k.same_as(l) && v.same_as(w))
            }
            _ => false,
        }
    }
}
