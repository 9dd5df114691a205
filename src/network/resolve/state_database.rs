//! Where each peer keeps its state, and what the peer is told of it. The settings of a pod are `settings`'s.

use super::settings;
use crate::diag::{Code, Problem, Problems};
use crate::input::given;
use crate::input::values::{CouchDbSettings, NodeSettings, RegistrySettings, words};
use crate::network::addresses::{port, split_host_port, without_user};
use crate::network::{CouchDb, EnvVar, ExternalCouchDb, StateDatabase, names};
use crate::yaml::Spanned;
use std::collections::BTreeMap;

/// The state database of a peer whose own Secret for CouchDB would be called `secret`.
pub fn state_database(
    settings: &NodeSettings,
    (couchdb, everywhere): (&CouchDbSettings, &RegistrySettings),
    secret: &str,
    problems: &mut Problems,
) -> StateDatabase {
    let choice = &settings.state_database;
    settings::one_of(choice, "state database", words::STATE_DATABASE, problems);
    let address = &couchdb.external.address;
    if choice.value != "external" && given(address) {
        let message = format!("`couchdb.external.address` does nothing for a peer whose `stateDatabase` is `{choice}`");
        problems.push(
            Problem::new(Code::FK0298, message)
                .at(&address.place)
                .help("write `stateDatabase: external` for that peer, before it first runs, or take the address out"),
        );
    }
    match choice.value.as_str() {
        "leveldb" => StateDatabase::LevelDb,
        "external" => StateDatabase::External(external(choice, couchdb, problems)),
        _ => StateDatabase::CouchDb(CouchDb {
            image: settings::image(&couchdb.image, (everywhere, ""), problems),
            log_level: log_level(&couchdb.log_level, problems),
            user: user(&couchdb.user, problems),
            secret: secret.to_owned(),
            port: port::COUCHDB,
            storage: settings::storage(&couchdb.storage, problems),
            resources: settings::resources(&couchdb.resources, problems),
        }),
    }
}

/// What CouchDB logs, where the user chose it.
fn log_level(level: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    if !given(level) {
        return None;
    }
    settings::one_of(level, "log level of CouchDB", words::COUCHDB_LOG_LEVEL, problems);
    Some(level.value.clone())
}

/// The administrator, as the image writes it into `[admins]` of an ini file (`docker-entrypoint.sh` of apache/couchdb-docker) and as
/// basic authentication has it.
fn user(given: &Spanned<String>, problems: &mut Problems) -> String {
    let is_wrong = |c: char| c.is_control() || c == ':' || c == '=';
    if given.contains(is_wrong) || given.starts_with([';', '[']) || given.trim() != given.value {
        let problem =
            Problem::new(Code::FK0228, format!("`{}` can be no user of CouchDB (`couchdb.user`)", given.escape_debug()));
        problems.push(problem.at(&given.place).help("use letters, digits, `-`, `_` and `.`"));
    }
    settings::needed(given, "couchdb.user", problems)
}

fn external(choice: &Spanned<String>, couchdb: &CouchDbSettings, problems: &mut Problems) -> ExternalCouchDb {
    let (address, secret) = (&couchdb.external.address, &couchdb.external.existing_secret);
    let help = "`couchdb: {external: {address: \"couchdb.example.com:5984\", existingSecret: couchdb-admin}}`, where the Secret \
                has the keys `username` and `password`; each peer needs a CouchDB of its own, under \
                `orgs.<Domain>.nodes.<Hostname>`";
    for (setting, what) in [(address, "address"), (secret, "existingSecret")] {
        if !given(setting) {
            let problem =
                Problem::new(Code::FK0217, format!("`stateDatabase: external` needs `couchdb.external.{what}`, which is empty"));
            problems.push(problem.at(&choice.place).help(help));
        }
    }
    if given(address)
        && let Err(reason) = split_host_port(address)
    {
        let (reason, help) = if address.contains("://") {
            (
                format!("`{}` is no `host:port`", without_user(address)),
                "leave the scheme out: Fabric speaks plain HTTP with CouchDB, and nothing else",
            )
        } else if address.contains('@') {
            let help = "leave the user out: `couchdb.external.existingSecret` has it, and its password";
            (format!("`{}` is no `host:port`", without_user(address)), help)
        } else {
            (reason, "write where CouchDB listens: `couchdb.example.com:5984`")
        };
        problems.push(Problem::new(Code::FK0224, reason).at(&address.place).help(help));
    }
    if given(secret)
        && let Err(reason) = names::check_subdomain(secret)
    {
        let problem = Problem::new(Code::FK0211, format!("`{secret}` cannot name a Secret: {reason}"));
        problems.push(problem.at(&secret.place).help("write the name of a Secret in the peer's namespace"));
    }
    ExternalCouchDb { address: address.value.clone(), secret: secret.value.clone() }
}

/// What the peer is told: which database, and where CouchDB is.
pub fn address(database: &StateDatabase) -> Vec<EnvVar> {
    let (kind, address) = match database {
        StateDatabase::LevelDb => ("goleveldb", None),
        StateDatabase::CouchDb(couchdb) => ("CouchDB", Some(format!("127.0.0.1:{}", couchdb.port))),
        StateDatabase::External(couchdb) => ("CouchDB", Some(couchdb.address.clone())),
    };
    let mut env = vec![EnvVar::plain("CORE_LEDGER_STATE_STATEDATABASE", kind)];
    env.extend(address.map(|address| EnvVar::plain("CORE_LEDGER_STATE_COUCHDBCONFIG_COUCHDBADDRESS", address)));
    env
}

/// How the peer gets CouchDB's administrator. Fabric takes it from core.yaml or the environment, and prints what core.yaml says.
pub fn credentials(database: &StateDatabase) -> Vec<EnvVar> {
    let secret = match database {
        StateDatabase::LevelDb => return Vec::new(),
        StateDatabase::CouchDb(couchdb) => &couchdb.secret,
        StateDatabase::External(couchdb) => &couchdb.secret,
    };
    vec![
        EnvVar::of_secret("CORE_LEDGER_STATE_COUCHDBCONFIG_USERNAME", secret, "username"),
        EnvVar::of_secret("CORE_LEDGER_STATE_COUCHDBCONFIG_PASSWORD", secret, "password"),
    ]
}

/// CouchDBs elsewhere, each with the peer that has it. Fabric's databases are called after channels and chaincodes alone
/// (`ConstructCouchDBNames`): two peers in one CouchDB would write into each other's state.
#[derive(Default)]
pub struct Taken {
    by: BTreeMap<String, String>,
}

impl Taken {
    /// Reports a CouchDB that another peer has.
    pub fn by(&mut self, peer: &str, database: &StateDatabase, address: &Spanned<String>, problems: &mut Problems) {
        let StateDatabase::External(couchdb) = database else { return };
        if !given(address) {
            return;
        }
        if let Some(other) = self.by.insert(couchdb.address.to_ascii_lowercase(), peer.to_owned()) {
            problems.push(
                Problem::new(Code::FK0295, format!("`{other}` and `{peer}` would share the CouchDB at `{}`", without_user(&couchdb.address)))
                    .at(&address.place)
                    .help("give each peer one of its own: `orgs: {<Domain>: {nodes: {<Hostname>: {couchdb: {external: {address: …}}}}}}`"),
            );
        }
    }
}
