//! Fabric's logging specification, `info:gossip=debug`, read as Fabric reads it (flogging's `loggerlevels.go` and `levels.go`).
//! Which node has which, and what is said of it, is `resolve`'s.

use super::FabricVersion;
use std::collections::BTreeMap;

/// How much a logger says: the more, the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Payload,
    Debug,
    Info,
    Warning,
    Error,
    DPanic,
    Panic,
    Fatal,
}

/// Its words, which Fabric takes in small or in capital letters and in no mixture (`nameToLevel`).
const LEVELS: &[(&str, Level)] = &[
    ("payload", Level::Payload),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("notice", Level::Info),
    ("warning", Level::Warning),
    ("warn", Level::Warning),
    ("error", Level::Error),
    ("critical", Level::Error),
    ("dpanic", Level::DPanic),
    ("panic", Level::Panic),
    ("fatal", Level::Fatal),
];

/// The words that advice names.
pub const WORDS: &[&str] = &["debug", "info", "warning", "error", "panic", "fatal"];

/// What a specification says of each logger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSpec {
    /// Of those that are not named.
    root: Level,
    loggers: BTreeMap<String, Level>,
}

impl LogSpec {
    /// A specification; if it is none, why (`ActivateSpec`, whose error ends the program).
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut root, mut loggers) = (Level::Info, BTreeMap::new());
        for part in text.split(':') {
            match part.split('=').collect::<Vec<_>>()[..] {
                [""] => root = Level::Info,
                [word] => root = level(word)?,
                ["", _] => return Err(format!("`{}` names no logger", part.escape_debug())),
                [names, word] => {
                    let level = level(word)?;
                    for name in names.split(',') {
                        check_logger(name)?;
                        loggers.insert(name.to_owned(), level);
                    }
                }
                _ => return Err(format!("`{}` has more than one `=`", part.escape_debug())),
            }
        }
        Ok(Self { root, loggers })
    }

    /// The level of a logger: its own (`name.`), that of the nearest above it, or the root's (`calculateLevel`).
    pub fn level_of(&self, logger: &str) -> Level {
        let exact = self.loggers.get(&format!("{logger}."));
        let above = || logger.rmatch_indices('.').find_map(|(dot, _)| self.loggers.get(&logger[..dot]));
        *exact.or_else(|| self.loggers.get(logger)).or_else(above).unwrap_or(&self.root)
    }
}

fn level(word: &str) -> Result<Level, String> {
    let is_it = |(known, _): &&(&str, Level)| *known == word || known.to_ascii_uppercase() == word;
    LEVELS.iter().find(is_it).map(|(_, level)| *level).ok_or_else(|| format!("`{}` is no level", word.escape_debug()))
}

/// `loggerNameRegexp`, after the dot that may end a name.
fn check_logger(name: &str) -> Result<(), String> {
    let stem = name.strip_suffix('.').unwrap_or(name);
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_#-".contains(c));
    if stem.split('.').all(is_word) { Ok(()) } else { Err(format!("`{}` can be no logger's name", name.escape_debug())) }
}

/// The logger that has CouchDB's password at `debug`: a peer prints its environment when it starts (`serve` in Fabric's
/// `internal/peer/node/start.go`; of 2.2 since 2.2.11), or in former times the head of every request to CouchDB (`handleRequest` in
/// `core/ledger/util/couchdb/couchdb.go` of 1.x). `None` where the version prints neither.
pub fn logger_of_password(version: FabricVersion) -> Option<&'static str> {
    match (version.major, version.minor) {
        (0 | 1, _) => Some("couchdb"),
        (2, 2) if version.patch >= 11 => Some("nodeCmd"),
        (2, 0..=4) => None,
        _ => Some("nodeCmd"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_is_levels_and_loggers() {
        for right in
            ["", "info", "DEBUG", "debug:", "info:gossip=debug", "a,b.c=warn:error", "gossip.=fatal", "a-b_#=NOTICE", ":"]
        {
            assert!(LogSpec::parse(right).is_ok(), "{right}");
        }
        for (wrong, why) in [
            ("foo", "`foo` is no level"),
            ("Info", "`Info` is no level"),
            ("info ", "`info ` is no level"),
            ("info:gossip=foo", "`foo` is no level"),
            ("gossip=", "`` is no level"),
            ("=debug", "`=debug` names no logger"),
            ("info:gossip,=debug", "`` can be no logger's name"),
            ("gossip=info=debug", "`gossip=info=debug` has more than one `=`"),
            ("a..b=info", "`a..b` can be no logger's name"),
            (".a=info", "`.a` can be no logger's name"),
            ("a..=info", "`a..` can be no logger's name"),
            ("info: gossip=debug", "` gossip` can be no logger's name"),
            ("gössip=debug", "`gössip` can be no logger's name"),
        ] {
            assert_eq!(LogSpec::parse(wrong), Err(why.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn a_logger_has_its_own_level_or_that_above_it() {
        let spec = LogSpec::parse("error:a=debug:a.b.=fatal:warn:a.b.c=info").unwrap();
        for (logger, level) in
            [("a", Level::Debug), ("a.b", Level::Fatal), ("a.b.c", Level::Info), ("a.b.d", Level::Debug), ("b", Level::Warning)]
        {
            assert_eq!(spec.level_of(logger), level, "{logger}");
        }
        // A part without a word sets the root back.
        assert_eq!(LogSpec::parse("debug:").unwrap().level_of("a"), Level::Info);
    }

    #[test]
    fn peers_of_some_versions_print_the_password() {
        let of = |major, minor, patch| logger_of_password(FabricVersion::new(major, minor, patch));
        assert_eq!([of(1, 4, 12), of(2, 5, 0), of(3, 1, 5)], [Some("couchdb"), Some("nodeCmd"), Some("nodeCmd")]);
        assert_eq!([of(2, 2, 10), of(2, 2, 11), of(2, 4, 9)], [None, Some("nodeCmd"), None]);
    }
}
