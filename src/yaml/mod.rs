//! The one door to YAML: what users and Fabric wrote in, as values with places; what fabkube makes out, as canonical text.
//! What the keys mean is `input`'s; where the bytes come from and go to is `fs`'s.
//!
//! Fabric reads its files with Go's YAML libraries, which differ from YAML 1.2 and from each other: `yes` and `010`, where a
//! `<<` stands, keys that stand twice. So a file is first parsed into a tree that keeps text, order and lines ([`parse`]); a
//! [`Dialect`] then says what merges and duplicates mean ([`Node::merged`]); and a serde mirror is read from the tree by
//! [`Rules`] that say what keys and scalars mean ([`read`]). Values files are laid over one another between the last two steps
//! ([`Node::overlay`], [`Node::set`]).

mod access;
mod assign;
mod convert;
mod de;
mod documents;
mod edit;
mod free;
mod literal;
mod merge;
mod node;
mod parse;
mod read;
mod report;
mod scalar;
mod shape;
mod spanned;
mod text;

pub use assign::{Assignment, SetKind, assignments};
pub use documents::documents;
pub use edit::Step;
pub use free::{Free, FreeMap};
pub use merge::Dialect;
pub use node::{Content, Node, Scalar, Style};
pub use parse::parse;
pub use read::{Keys, Rules, Typing, Unknown, read};
pub use shape::{Shape, shape};
pub use spanned::{Ordered, Spanned};
pub use text::to_text;

/// A Kubernetes object, or a part of one, as data.
pub use serde_yaml::{Mapping, Value};

/// Any value as data, for [`to_text`]. The error is what its `Serialize` said.
pub fn value_of<T: serde::Serialize>(value: &T) -> Result<Value, String> {
    serde_yaml::to_value(value).map_err(|e| e.to_string())
}
