//! Where objects go: one stream, or a folder of files; and whether a folder still says what would be rendered.
//! Objects are made in `render`.

mod check;
mod directory;
mod order;
mod stream;

pub use check::{Differences, compare};
pub use directory::{Written, write};
pub use stream::stream;
