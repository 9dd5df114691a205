//! The keys that core.yaml and orderer.yaml have in each Fabric version. What is said of others is `resolve`'s.
//!
//! The lists are beside this file, a key a line, with its lines of releases where not all have it. core.yaml's are those of the
//! file that Fabric itself ships; orderer.yaml's are those and the other fields of its `localconfig`, since an orderer refuses
//! every other. `*` stands for any name.

use super::{FabricVersion, Role};

const CORE: &str = include_str!("core-keys.txt");
const ORDERER: &str = include_str!("orderer-keys.txt");

/// The lines of releases whose keys are listed.
const LINES: &[(u32, u32)] = &[(2, 5), (3, 1)];

/// The keys of one file in one version.
pub struct Keys(Vec<Vec<&'static str>>);

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
        let line = format!("{}.{}", version.major, version.minor);
        let text = match role {
            Role::Peer => CORE,
            Role::Orderer => ORDERER,
        };
        let keys = text.lines().filter_map(|text| {
            let mut words = text.split_whitespace();
            let key = words.next()?;
            let lines: Vec<&str> = words.collect();
            (lines.is_empty() || lines.contains(&line.as_str())).then(|| key.split('.').collect())
        });
        Some(Self(keys.collect()))
    }

    /// What stands at a path. Upper and lower case are alike, as to Fabric.
    pub fn fit(&self, path: &[&str]) -> Fit {
        let alike = |key: &&Vec<&str>| key.iter().zip(path).all(|(known, word)| same(known, word));
        let fitting: Vec<&Vec<&str>> = self.0.iter().filter(alike).collect();
        if fitting.iter().any(|key| key.len() <= path.len()) {
            Fit::Key
        } else if fitting.is_empty() {
            Fit::Unknown
        } else {
            Fit::Section
        }
    }

    /// The names that stand directly below a section.
    pub fn below(&self, section: &[&str]) -> Vec<&'static str> {
        let inside =
            |key: &&Vec<&str>| key.len() > section.len() && key.iter().zip(section).all(|(known, word)| same(known, word));
        let mut names: Vec<&str> = self.0.iter().filter(inside).filter_map(|key| key.get(section.len()).copied()).collect();
        names.dedup();
        names
    }

    /// The first path that ends in a name.
    pub fn named(&self, name: &str) -> Option<String> {
        self.0.iter().find_map(|key| {
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
    fn a_version_has_keys_of_its_own_or_none_that_are_listed() {
        let fit = |version: FabricVersion, path: &[&str]| Keys::of(Role::Orderer, version).map(|keys| keys.fit(path));
        assert_eq!(fit(V25, &["Kafka", "Verbose"]), Some(Fit::Key));
        assert_eq!(fit(FabricVersion::new(3, 1, 5), &["Kafka", "Verbose"]), Some(Fit::Unknown));
        assert_eq!(fit(FabricVersion::new(1, 4, 12), &["Kafka"]), None);
    }

    #[test]
    fn names_are_found_below_a_section_and_elsewhere() {
        let core = Keys::of(Role::Peer, V25).unwrap();
        assert_eq!(core.below(&["peer", "limits"]), ["concurrency"]);
        assert_eq!(core.named("couchdbconfig").as_deref(), Some("ledger.state.couchDBConfig"));
        assert_eq!(core.named("nothing"), None);
    }
}
