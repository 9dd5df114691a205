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

/// The newest patches of lines that no message advises: later ones have all that they have.
const SUPERSEDED: &[FabricVersion] = &[
    FabricVersion::new(1, 0, 6),
    FabricVersion::new(1, 1, 1),
    FabricVersion::new(1, 2, 1),
    FabricVersion::new(1, 3, 0),
    FabricVersion::new(2, 0, 1),
    FabricVersion::new(2, 1, 1),
    FabricVersion::new(2, 3, 3),
    FabricVersion::new(2, 4, 9),
    FabricVersion::new(3, 0, 0),
];

impl FromStr for FabricVersion {
    type Err = String;

    /// `2.5.16`, or a line of releases (`2.5`), which means its newest patch; `v2.5.16` as git's tags have it.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| part.parse().ok().filter(|_| part.chars().all(|c| c.is_ascii_digit()));
        let parts: Option<Vec<u32>> = text.strip_prefix('v').unwrap_or(text).split('.').map(number).collect();
        let (line, patch) = match parts.as_deref() {
            Some(&[major, minor, patch]) => ((major, minor), Some(patch)),
            Some(&[major, minor]) => ((major, minor), None),
            _ => return Err(format!("`{text}` is no Fabric version")),
        };
        let newest = newest_patch(line).ok_or_else(|| format!("`{text}` is of no line of Fabric's releases that is known"))?;
        Ok(Self { patch: patch.unwrap_or(newest.patch), ..newest })
    }
}

impl FabricVersion {
    /// The newest known patch of its line, where it is later than that.
    pub fn known_before(self) -> Option<Self> {
        newest_patch((self.major, self.minor)).filter(|newest| *newest < self)
    }
}

fn newest_patch(line: (u32, u32)) -> Option<FabricVersion> {
    NEWEST.iter().chain(SUPERSEDED).copied().find(|newest| (newest.major, newest.minor) == line)
}

/// Every line of releases that is deployed, as users write it.
pub fn lines() -> Vec<String> {
    let mut known: Vec<&FabricVersion> = NEWEST.iter().chain(SUPERSEDED).filter(|newest| **newest >= OLDEST_DEPLOYED).collect();
    known.sort();
    known.iter().map(|newest| format!("{}.{}", newest.major, newest.minor)).collect()
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

/// A range of lines of releases: since which one, and up to which where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub since: (u32, u32),
    pub until: Option<(u32, u32)>,
}

impl Span {
    const fn since(since: (u32, u32)) -> Self {
        Self { since, until: None }
    }

    const fn until(until: (u32, u32)) -> Self {
        Self { since: (1, 0), until: Some(until) }
    }

    /// `2.2..2.5`, with both ends in it; `2.2..` and `..2.5` are open at one.
    pub fn parse(text: &str) -> Option<Self> {
        let line = |text: &str| {
            let (major, minor) = text.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let (since, until) = text.split_once("..")?;
        let since = if since.is_empty() { (1, 0) } else { line(since)? };
        let until = if until.is_empty() { None } else { Some(line(until)?) };
        Some(Self { since, until })
    }

    /// Whether a release is in it.
    pub fn has(self, version: FabricVersion) -> bool {
        let minor = (version.major, version.minor);
        self.since <= minor && self.until.is_none_or(|until| minor <= until)
    }
}

/// Every `OrdererType` and the releases whose configtxgen knows it (fabric `internal/configtxgen/genesisconfig/config.go`).
const ORDERER_TYPES: &[(&str, Span)] = &[
    ("solo", Span::since((1, 0))),
    ("kafka", Span::until((2, 5))),
    ("etcdraft", Span::since((1, 4))),
    ("BFT", Span::since((3, 0))),
];

/// The keys of configtx.yaml that only some releases know; the others refuse the file (same source).
const KEYS: &[(&str, Span)] = &[
    ("Resources", Span::until((2, 1))),
    ("SkipAsForeign", Span::since((2, 0))),
    ("Kafka", Span::until((2, 5))),
    ("ConsenterMapping", Span::since((3, 0))),
    ("SmartBFT", Span::since((3, 0))),
];

/// What a release's configtxgen takes where the file says nothing, and what it demands.
#[derive(Clone, Copy, Debug)]
pub struct ConfigTxGen {
    pub addresses: &'static [&'static str],
    pub kafka_brokers: &'static [&'static str],
    pub snapshot_interval_size: u32,
    pub policies: DefaultPolicies,
    pub empty_lists: EmptyLists,
}

/// What an empty list is where a default waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyLists {
    /// To Fabric before 2.2, the same as no list.
    AreAbsent,
    /// To Fabric 2.2 and later, a list.
    Count,
}

/// What becomes of a group without policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultPolicies {
    /// Fabric 1.4 fills in its own.
    FilledIn,
    /// Fabric 2.0 and later demand them.
    None,
}

impl FabricVersion {
    /// Whether a release is at least of a line of releases.
    pub fn is_from(self, line: (u32, u32)) -> bool {
        (self.major, self.minor) >= line
    }

    /// Its configtxgen.
    pub fn configtxgen(self) -> ConfigTxGen {
        let (addresses, empty_lists) =
            if self.is_from((2, 2)) { (&[][..], EmptyLists::Count) } else { (&["127.0.0.1:7050"][..], EmptyLists::AreAbsent) };
        let (policies, snapshot_interval_size) =
            if self.is_from((2, 0)) { (DefaultPolicies::None, 16 << 20) } else { (DefaultPolicies::FilledIn, 20 << 20) };
        ConfigTxGen { addresses, kafka_brokers: &["127.0.0.1:9092"], snapshot_interval_size, policies, empty_lists }
    }

    /// Whether orderers of the release know system channels.
    pub fn has_system_channel(self) -> bool {
        SYSTEM_CHANNEL.has(self)
    }

    /// Whether orderers of the release know the type `solo`, which configtxgen always takes.
    pub fn has_solo_orderers(self) -> bool {
        SOLO_ORDERERS.has(self)
    }

    /// Whether its configtxgen makes anchor peer transactions.
    pub fn has_anchor_transactions(self) -> bool {
        !self.is_from((3, 0))
    }
}

/// The releases whose orderers know system channels.
pub const SYSTEM_CHANNEL: Span = Span::until((2, 5));

/// The releases whose orderers know the type `solo`.
pub const SOLO_ORDERERS: Span = Span::until((2, 5));

/// The releases whose configtxgen knows an `OrdererType`; `None` where none does.
pub fn with_orderer_type(name: &str) -> Option<Span> {
    span(ORDERER_TYPES, name)
}

/// The releases whose configtxgen knows a key of configtx.yaml that not every release knows.
pub fn with_key(name: &str) -> Option<Span> {
    span(KEYS, name)
}

/// The releases that have a capability; `None` where none has it.
pub fn with_capability(level: Level, name: &str) -> Option<Span> {
    CAPABILITIES.iter().find(|(l, n, _)| *l == level && *n == name).map(|(_, _, since)| Span::since(*since))
}

fn span(table: &[(&str, Span)], name: &str) -> Option<Span> {
    table.iter().find(|(known, _)| *known == name).map(|(_, span)| *span)
}

/// The release to advise where all of these are asked for: the usual one, or else the newest. `None` where no release has them all.
pub fn with_all(asked: impl Iterator<Item = Span> + Clone) -> Option<FabricVersion> {
    let mut candidates = [DEFAULT].into_iter().chain(NEWEST.iter().rev().copied());
    candidates.find(|version| asked.clone().all(|span| span.has(*version)))
}

/// The release of a network whose inputs need Fabric 3.
pub const WITH_BFT: FabricVersion = FabricVersion::new(3, 1, 5);

/// The release of a network whose inputs need nothing after Fabric 1.4, and that has a system channel.
pub const WITH_SYSTEM_CHANNEL: FabricVersion = FabricVersion::new(1, 4, 12);

/// The oldest release that is deployed: its orderers refuse no key of the orderer.yaml of 1.4.12, as older ones do, and
/// its nodes answer `/version`.
pub const OLDEST_DEPLOYED: FabricVersion = FabricVersion::new(1, 4, 5);

/// The newest release that no input has asked to leave (conventions: 2.5 where the inputs allow it).
pub const DEFAULT: FabricVersion = FabricVersion::new(2, 5, 16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_releases_means_its_newest_patch() {
        assert_eq!("2.5".parse(), Ok(FabricVersion::new(2, 5, 16)));
        assert_eq!("2.5.4".parse(), Ok(FabricVersion::new(2, 5, 4)));
        assert_eq!("2.4".parse(), Ok(FabricVersion::new(2, 4, 9)));
        assert_eq!("v2.5.4".parse(), Ok(FabricVersion::new(2, 5, 4)));
        for wrong in ["", "2", "latest", "v", "2.+5", "2.5.", "2.6", "2.6.0", "3.2.0", "4.0", "9.9.9", "1.5.1"] {
            assert!(wrong.parse::<FabricVersion>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_patch_may_be_later_than_those_that_are_known() {
        let known = |text: &str| text.parse::<FabricVersion>().unwrap().known_before();
        assert_eq!(known("3.1.99"), Some(WITH_BFT));
        assert_eq!([known("3.1"), known("2.5.16"), known("1.3.0")], [None; 3]);
    }

    #[test]
    fn what_is_asked_for_has_the_usual_release_or_the_newest_or_none() {
        let [resources, kafka, bft] =
            [with_key("Resources"), with_orderer_type("kafka"), with_orderer_type("BFT")].map(Option::unwrap);
        let v2_0 = with_capability(Level::Application, "V2_0").unwrap();
        let v2_5 = with_capability(Level::Application, "V2_5").unwrap();
        for (asked, advised) in [
            (vec![], Some(DEFAULT)),
            (vec![v2_0], Some(DEFAULT)),
            (vec![v2_0, v2_5, kafka], Some(DEFAULT)),
            (vec![bft, v2_0], Some(WITH_BFT)),
            (vec![resources, kafka], Some(FabricVersion::new(1, 4, 12))),
            (vec![resources, v2_0], None),
            (vec![kafka, bft], None),
        ] {
            assert_eq!(with_all(asked.iter().copied()), advised, "{asked:?}");
        }
    }

    #[test]
    fn nobody_has_what_is_misspelt_or_of_another_level() {
        assert_eq!(with_capability(Level::Orderer, "V2_5"), None);
        assert_eq!(with_orderer_type("Solo"), None);
    }

    #[test]
    fn an_orderer_has_an_address_where_nobody_says_one_before_2_2() {
        let addresses = |version: &str| version.parse::<FabricVersion>().unwrap().configtxgen().addresses;
        assert_eq!(["1.4", "2.0", "2.1"].map(addresses), [["127.0.0.1:7050"]; 3]);
        assert!(["2.2", "2.5", "3.1"].iter().all(|version| addresses(version).is_empty()));
    }
}
