//! Packages of chaincodes: what peers install, the same bytes for the same input, and their ids. Which chaincodes there are is
//! `network`'s, and installing them is a flow's.

mod archive;
mod ids;
mod indexes;
mod package;
mod source;

pub use ids::{PackageIds, ids, preflight};
pub use package::{Package, pack};
