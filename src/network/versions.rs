//! What each Fabric version can do, as data. Which version a network has is decided in `resolve`.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A Fabric release, `2.5.16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FabricVersion {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl FabricVersion {
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for FabricVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for FabricVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The releases that are meant where a user names a line of releases only (`2.5`): the newest patch of each.
const NEWEST: &[FabricVersion] =
    &[FabricVersion::new(1, 4, 12), FabricVersion::new(2, 2, 15), FabricVersion::new(2, 5, 16), FabricVersion::new(3, 1, 5)];

impl FromStr for FabricVersion {
    type Err = String;

    /// `2.5.16`, or a line of releases (`2.5`), which means its newest patch.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            Some(&[major, minor]) => NEWEST
                .iter()
                .copied()
                .find(|v| (v.major, v.minor) == (major, minor))
                .ok_or_else(|| format!("no newest patch of Fabric `{text}` is known")),
            _ => Err(format!("`{text}` is no Fabric version")),
        }
    }
}
