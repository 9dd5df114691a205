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

/// Where in a channel's configuration a capability stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Channel,
    Orderer,
    Application,
}

/// Every capability and the first minor release that has it (fabric `common/capabilities/{channel,orderer,application}.go`).
const CAPABILITIES: &[(Level, &str, (u32, u32))] = &[
    (Level::Channel, "V1_1", (1, 1)),
    (Level::Channel, "V1_3", (1, 3)),
    (Level::Channel, "V1_4_2", (1, 4)),
    (Level::Channel, "V1_4_3", (1, 4)),
    (Level::Channel, "V2_0", (2, 0)),
    (Level::Channel, "V3_0", (3, 0)),
    (Level::Orderer, "V1_1", (1, 1)),
    (Level::Orderer, "V1_4_2", (1, 4)),
    (Level::Orderer, "V2_0", (2, 0)),
    (Level::Application, "V1_1", (1, 1)),
    (Level::Application, "V1_2", (1, 2)),
    (Level::Application, "V1_3", (1, 3)),
    (Level::Application, "V1_4_2", (1, 4)),
    (Level::Application, "V2_0", (2, 0)),
    (Level::Application, "V2_5", (2, 5)),
];

/// The newest release that no input has asked to leave (conventions: 2.5 where the inputs allow it).
pub const DEFAULT: FabricVersion = FabricVersion::new(2, 5, 16);

/// The first minor release that has a capability; `None` where no release has it.
pub fn capability_since(level: Level, name: &str) -> Option<(u32, u32)> {
    CAPABILITIES.iter().find(|(l, n, _)| *l == level && *n == name).map(|(_, _, since)| *since)
}

/// The newest patch of a line of releases, where it is known.
pub fn newest_of((major, minor): (u32, u32)) -> Option<FabricVersion> {
    NEWEST.iter().copied().find(|v| (v.major, v.minor) >= (major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_releases_means_its_newest_patch() {
        assert_eq!("2.5".parse(), Ok(FabricVersion::new(2, 5, 16)));
        assert_eq!("2.5.4".parse(), Ok(FabricVersion::new(2, 5, 4)));
        assert!("2".parse::<FabricVersion>().is_err());
        assert!("latest".parse::<FabricVersion>().is_err());
    }

    #[test]
    fn a_capability_of_a_later_fabric_names_the_release_that_has_it() {
        assert_eq!(capability_since(Level::Channel, "V3_0").and_then(newest_of), Some(FabricVersion::new(3, 1, 5)));
        assert_eq!(capability_since(Level::Orderer, "V2_5"), None);
    }
}
