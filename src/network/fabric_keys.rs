//! The keys that core.yaml and orderer.yaml have in each Fabric version, and what kind of value each takes. What is said of others is
//! `resolve`'s.
//!
//! The lists are beside this file, a key a line, with its kind, and its ranges of lines of releases where not all have it. core.yaml's
//! are those of the file that Fabric itself ships, and their kinds those of the functions that ask for them (`viper.GetDuration`);
//! orderer.yaml's are those and the other fields of its `localconfig`, since an orderer refuses every other. What came with a patch
//! counts for its whole line. `*` stands for any name that no line before has. fabric-ca-server-config.yaml's are those that users have a say in, in its small
//! letters (`lib/serverconfig.go` and `lib/caconfig.go` of fabric-ca, `config/config.go` of cfssl).

use super::value_kind::Kind;
use super::versions::Span;
use super::{FabricVersion, Role};

const CORE: &str = include_str!("core-keys.txt");
const ORDERER: &str = include_str!("orderer-keys.txt");
const FABRIC_CA: &str = include_str!("fabric-ca-keys.txt");

/// Keys that a release took away, with all within them, and what is in their place (core.yaml, orderer.yaml and `localconfig` of 1.4
/// to 3.1). One that a version still has is among its keys.
const GONE: &[(Role, &str, &str)] = &[
    (
        Role::Orderer,
        "General.GenesisProfile",
        "use `network: {genesisProfile: …}` in network.yaml: orderers make no block themselves",
    ),
    (
        Role::Orderer,
        "General.SystemChannel",
        "use `network: {systemChannelID: …}` in network.yaml: orderers make no block themselves",
    ),
    (Role::Orderer, "General.LedgerType", "leave it out: ledgers are files, and nothing else since Fabric 2.0"),
    (Role::Orderer, "General.LogLevel", "use `logSpec`"),
    (Role::Orderer, "General.LogFormat", "use `extraEnv: [{name: FABRIC_LOGGING_FORMAT, value: …}]`"),
    (Role::Orderer, "General.Cluster.ReplicationBackgroundRefreshInterval", "leave it out: it was about system channels"),
    (Role::Orderer, "RAMLedger", "leave it out: ledgers are files, and nothing else since Fabric 2.0"),
    (Role::Orderer, "Kafka", "leave it out: Fabric 2.5 is the last that orders by Kafka"),
    (Role::Peer, "logging", "use `logSpec`"),
    (Role::Peer, "peer.gomaxprocs", "use `extraEnv: [{name: GOMAXPROCS, value: …}]`"),
    (Role::Peer, "peer.adminService", "leave it out: Fabric 2.0 took the service away"),
    (Role::Peer, "peer.events", "leave it out: peers serve events at their one port"),
    (Role::Peer, "chaincode.car", "leave it out: Fabric 2.0 took such chaincodes away"),
    (Role::Peer, "chaincode.systemPlugins", "leave it out: Fabric 2.0 took such chaincodes away"),
    (
        Role::Peer,
        "ledger.state.couchDBConfig.warmIndexesAfterNBlocks",
        "leave it out: from Fabric 2.4 on, indexes are kept warm by CouchDB",
    ),
    (Role::Peer, "peer.BCCSP.PKCS11.FileKeyStore", "leave it out: from Fabric 2.0 on, PKCS11 has no files beside it"),
];

/// The lines of releases whose keys are listed.
const LINES: &[(u32, u32)] = &[(1, 4), (2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 0), (3, 1)];

/// The keys of one file in one version.
pub struct Keys(Vec<Key>);

struct Key {
    path: Vec<&'static str>,
    kind: Kind,
}

/// A line of a list, and whether it counts for a version.
fn key(line: &'static str, version: Option<FabricVersion>) -> Option<Key> {
    let mut words = line.split_whitespace();
    let (path, kind) = (words.next()?.split('.').collect(), Kind::parse(words.next()?)?);
    let spans: Vec<Span> = words.filter_map(Span::parse).collect();
    let is_there = spans.is_empty() || version.is_none_or(|version| spans.iter().any(|span| span.has(version)));
    is_there.then_some(Key { path, kind })
}

/// What a path is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// A key, or something within its value.
    Key,
    /// A map of keys.
    Section,
    Unknown,
}

impl Keys {
    /// The keys of a role's file; `None` where the version's are not listed.
    pub fn of(role: Role, version: FabricVersion) -> Option<Self> {
        if !LINES.contains(&(version.major, version.minor)) {
            return None;
        }
        let text = match role {
            Role::Peer => CORE,
            Role::Orderer => ORDERER,
        };
        Some(Self(text.lines().filter_map(|line| key(line, Some(version))).collect()))
    }

    /// Those of fabric-ca-server-config.yaml whose kinds are known.
    pub fn of_fabric_ca() -> Self {
        Self(FABRIC_CA.lines().filter_map(|line| key(line, None)).collect())
    }

    /// The kind of value that a key takes; `None` of a section, within a value, and of what is not known.
    pub fn kind(&self, path: &[&str]) -> Option<Kind> {
        let is_it = |key: &&Key| key.path.len() == path.len() && key.path.iter().zip(path).all(|(known, word)| same(known, word));
        self.0.iter().find(is_it).map(|key| key.kind)
    }

    /// What stands at a path. Upper and lower case are alike, as to Fabric.
    pub fn fit(&self, path: &[&str]) -> Fit {
        let alike = |key: &&Vec<&str>| key.iter().zip(path).all(|(known, word)| same(known, word));
        let fitting: Vec<&Vec<&str>> = self.paths().filter(alike).collect();
        if fitting.iter().any(|key| key.len() <= path.len()) {
            Fit::Key
        } else if fitting.is_empty() {
            Fit::Unknown
        } else {
            Fit::Section
        }
    }

    fn paths(&self) -> impl Iterator<Item = &Vec<&'static str>> {
        self.0.iter().map(|key| &key.path)
    }

    /// The names that stand directly below a section.
    pub fn below(&self, section: &[&str]) -> Vec<&'static str> {
        let inside =
            |key: &&Vec<&str>| key.len() > section.len() && key.iter().zip(section).all(|(known, word)| same(known, word));
        let mut names: Vec<&str> = self.paths().filter(inside).filter_map(|key| key.get(section.len()).copied()).collect();
        names.dedup();
        names
    }

    /// What to do about a key that the version lacks and a former one had; `None` where none had.
    pub fn gone(&self, role: Role, path: &[&str]) -> Option<&'static str> {
        GONE.iter().filter(|(of, ..)| *of == role).find_map(|(_, key, instead)| {
            let key: Vec<&str> = key.split('.').collect();
            let is_it = key.len() <= path.len() && key.iter().zip(path).all(|(known, word)| same(known, word));
            (is_it && self.fit(&key) == Fit::Unknown).then_some(*instead)
        })
    }

    /// The first path that ends in a name.
    pub fn named(&self, name: &str) -> Option<String> {
        self.paths().find_map(|key| {
            let at = key.iter().position(|word| word.eq_ignore_ascii_case(name))?;
            Some(key.get(..=at)?.join("."))
        })
    }
}

fn same(known: &str, word: &str) -> bool {
    known == "*" || known.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V25: FabricVersion = FabricVersion::new(2, 5, 16);

    #[test]
    fn a_path_is_a_key_a_section_or_unknown() {
        let core = Keys::of(Role::Peer, V25).unwrap();
        for (path, fit) in [
            ("peer.gossip.pullInterval", Fit::Key),
            ("PEER.Gossip.pullinterval", Fit::Key),
            ("peer.gossip", Fit::Section),
            ("peer.handlers.endorsers.mine.library", Fit::Key),
            ("peer.handlers.endorsers.mine", Fit::Section),
            ("chaincode.externalBuilders.0.name", Fit::Key),
            ("peer.gosip.pullInterval", Fit::Unknown),
            ("peer.deliveryclient.policy", Fit::Unknown),
        ] {
            assert_eq!(core.fit(&path.split('.').collect::<Vec<_>>()), fit, "{path}");
        }
    }

    #[test]
    fn a_key_takes_values_of_one_kind() {
        let core = Keys::of(Role::Peer, V25).unwrap();
        for (path, kind) in [
            ("peer.gossip.pullInterval", Some(Kind::Duration)),
            ("PEER.Gossip.useLeaderElection", Some(Kind::Bool)),
            ("peer.gossip.pullPeerNum", Some(Kind::Number)),
            ("peer.gossip", None),
            ("chaincode.externalBuilders", Some(Kind::Maps)),
            ("chaincode.externalBuilders.name", None),
            ("vm.docker.hostConfig.Memory", Some(Kind::Number)),
            ("vm.docker.hostConfig.LogConfig", Some(Kind::Any)),
        ] {
            assert_eq!(core.kind(&path.split('.').collect::<Vec<_>>()), kind, "{path}");
        }
        assert_eq!(Keys::of_fabric_ca().kind(&["signing", "profiles", "tls", "expiry"]), Some(Kind::Duration));
    }

    #[test]
    fn a_version_has_keys_of_its_own_or_none_that_are_listed() {
        let fit = |version: FabricVersion, path: &[&str]| Keys::of(Role::Orderer, version).map(|keys| keys.fit(path));
        assert_eq!(fit(V25, &["Kafka", "Verbose"]), Some(Fit::Key));
        assert_eq!(fit(FabricVersion::new(3, 1, 5), &["Kafka", "Verbose"]), Some(Fit::Unknown));
        assert_eq!(fit(FabricVersion::new(2, 2, 15), &["Admin", "ListenAddress"]), Some(Fit::Unknown));
        assert_eq!(fit(FabricVersion::new(1, 4, 12), &["General", "LedgerType"]), Some(Fit::Key));
        // It was there, went, and came again.
        let shift = |minor| fit(FabricVersion::new(2, minor, 0), &["General", "TLS", "TLSHandshakeTimeShift"]);
        assert_eq!([shift(0), shift(1), shift(2)], [Some(Fit::Unknown), Some(Fit::Unknown), Some(Fit::Key)]);
        assert_eq!(fit(FabricVersion::new(2, 6, 0), &["Kafka"]), None);
    }

    #[test]
    fn every_line_of_the_lists_is_a_key_its_kind_and_ranges() {
        for line in CORE.lines().chain(ORDERER.lines()).chain(FABRIC_CA.lines()) {
            let mut words = line.split(' ');
            assert!(words.next().is_some_and(|key| !key.is_empty() && !key.contains("..")), "{line}");
            assert!(words.next().is_some_and(|kind| Kind::parse(kind).is_some()), "{line}");
            assert!(words.all(|word| Span::parse(word).is_some()), "{line}");
        }
    }

    #[test]
    fn a_key_that_is_gone_says_what_is_in_its_place() {
        let of = |role, version| Keys::of(role, version).unwrap();
        let newest = FabricVersion::new(3, 1, 5);
        assert_eq!(of(Role::Peer, V25).gone(Role::Peer, &["Logging", "level"]), Some("use `logSpec`"));
        assert_eq!(of(Role::Orderer, V25).gone(Role::Orderer, &["logging"]), None);
        assert_eq!(of(Role::Orderer, V25).gone(Role::Orderer, &["General"]), None);
        assert_eq!(of(Role::Orderer, V25).gone(Role::Orderer, &["Kafka", "Verbos"]), None);
        for (role, key, instead) in GONE {
            assert_eq!(of(*role, newest).gone(*role, &key.split('.').collect::<Vec<_>>()), Some(*instead), "{key}");
        }
    }

    #[test]
    fn names_are_found_below_a_section_and_elsewhere() {
        let core = Keys::of(Role::Peer, V25).unwrap();
        assert_eq!(core.below(&["peer", "limits"]), ["concurrency"]);
        assert_eq!(core.named("couchdbconfig").as_deref(), Some("ledger.state.couchDBConfig"));
        assert_eq!(core.named("nothing"), None);
    }
}
