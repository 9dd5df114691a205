//! Where objects go: one stream, or a folder of files; and whether a folder still says what would be rendered.
//! Objects are made in `render`.

mod check;
mod directory;
mod images;
mod order;
mod stream;

pub use check::{Differences, compare};
pub use directory::{Written, write};
pub use images::images;
pub use stream::stream;
