//! One stream of objects, as `kubectl apply -f -` takes it. The only place that writes the product to a stream.

use super::order::ordered;
use crate::render::Object;
use std::io::{self, Write};

/// Writes every object with `---` before it and its template's name.
pub fn stream(objects: &[Object], out: &mut dyn Write) -> io::Result<()> {
    for object in ordered(objects) {
        out.write_all(document(object).as_bytes())?;
    }
    out.flush()
}

/// How every document of ours begins; by it a manifest is known again.
pub const MARK: &str = "---\n# Source: ";

/// An object as a document of its own.
pub fn document(object: &Object) -> String {
    format!("{MARK}{}\n{}", object.template, object.text())
}
