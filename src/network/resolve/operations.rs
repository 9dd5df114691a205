//! What a node tells of itself: its log and its metrics. What watches them is `monitoring`'s.

use super::settings;
use crate::diag::{Code, Problem, Problems};
use crate::input::given;
use crate::input::values::{MetricsSettings, NodeSettings, OperationsTlsSettings, words};
use crate::network::addresses::{port, split_host_port};
use crate::network::log_spec::{self, Level, LogSpec};
use crate::network::{EnvVar, FabricVersion, Metrics, Operations, OperationsTls, Paths, Role, StateDatabase, names};
use crate::yaml::Spanned;

/// What a node tells of itself.
pub fn operations(metrics: &MetricsSettings, tls: &OperationsTlsSettings, problems: &mut Problems) -> Operations {
    let secret = &tls.client_secret;
    let client_secret = given(secret).then(|| secret.value.clone());
    Operations { metrics: self::metrics(metrics, problems), tls: tls.enabled.then_some(OperationsTls { client_secret }) }
}

/// The settings that all nodes share.
pub fn check(tls: &OperationsTlsSettings, problems: &mut Problems) {
    let secret = &tls.client_secret;
    if !given(secret) {
        return;
    }
    if let Err(reason) = names::check_subdomain(secret) {
        let problem = Problem::new(Code::FK0211, format!("`{secret}` cannot name a Secret: {reason}"));
        problems.push(problem.at(&secret.place).help("write the name of a Secret in every org's namespace"));
    }
    if !tls.enabled {
        let problem =
            Problem::new(Code::FK0743, "`operations.tls.clientSecret` has no effect: the operations port is plain HTTP");
        problems.push(problem.at(&secret.place).help("write `operations: {tls: {enabled: true}}`, or take it out"));
    }
}

/// Where a node's metrics go.
fn metrics(settings: &MetricsSettings, problems: &mut Problems) -> Metrics {
    let MetricsSettings { provider, statsd } = settings;
    settings::one_of(provider, "provider of metrics", words::METRICS_PROVIDER, problems);
    match provider.value.as_str() {
        "statsd" => {
            check_statsd(provider, &statsd.address, problems);
            Metrics::Statsd { address: statsd.address.value.clone() }
        }
        "disabled" => Metrics::Disabled,
        _ => Metrics::Prometheus,
    }
}

fn check_statsd(provider: &Spanned<String>, address: &Spanned<String>, problems: &mut Problems) {
    let help = "write where StatsD listens: `metrics: {provider: statsd, statsd: {address: \"statsd:8125\"}}`";
    if !given(address) {
        let problem = Problem::new(Code::FK0217, "`provider: statsd` needs `metrics.statsd.address`, which is empty");
        problems.push(problem.at(&provider.place).help(help));
    } else if let Err(reason) = split_host_port(address) {
        problems.push(Problem::new(Code::FK0224, reason).at(&address.place).help(help));
    }
}

/// What the node is told of it, in its own file's words. What StatsD is sent names no node, so each has its own name before it.
pub fn told(operations: &Operations, (role, name): (Role, &str)) -> Vec<EnvVar> {
    let Operations { metrics, tls } = operations;
    let paths = Paths::STANDARD;
    let (prefix, tls_keys) = match role {
        Role::Peer => ("CORE", ["CERT_FILE", "KEY_FILE", "CLIENTROOTCAS_FILES"]),
        Role::Orderer => ("ORDERER", ["CERTIFICATE", "PRIVATEKEY", "CLIENTROOTCAS"]),
    };
    let variable = |key: &str, value: &str| EnvVar::plain(&format!("{prefix}_{key}"), value);
    let mut all = vec![variable("OPERATIONS_LISTENADDRESS", &format!("0.0.0.0:{}", port::OPERATIONS))];
    if let Some(tls) = tls {
        let clients = if tls.client_secret.is_some() { paths.operations } else { paths.tls };
        let clients = match role {
            Role::Peer => format!("{clients}/ca.crt"),
            Role::Orderer => format!("[{clients}/ca.crt]"),
        };
        let values = [format!("{}/tls.crt", paths.tls), format!("{}/tls.key", paths.tls), clients];
        all.extend([variable("OPERATIONS_TLS_ENABLED", "true"), variable("OPERATIONS_TLS_CLIENTAUTHREQUIRED", "false")]);
        all.extend(tls_keys.iter().zip(&values).map(|(key, value)| variable(&format!("OPERATIONS_TLS_{key}"), value)));
    }
    all.push(variable("METRICS_PROVIDER", metrics.word()));
    if let Metrics::Statsd { address } = metrics {
        all.extend([variable("METRICS_STATSD_ADDRESS", address), variable("METRICS_STATSD_PREFIX", name)]);
    }
    all
}

/// What the node logs, and in which form, where the user chose one.
pub fn logging(settings: &NodeSettings) -> Vec<EnvVar> {
    let format = given(&settings.log_format).then(|| EnvVar::plain("FABRIC_LOGGING_FORMAT", &settings.log_format.value));
    [EnvVar::plain("FABRIC_LOGGING_SPEC", &settings.log_spec.value)].into_iter().chain(format).collect()
}

/// A form that Fabric knows by its name, or one of its own verbs (`common/flogging/logging.go`, `SetFormat`): every line of the log
/// would be that one word.
pub fn check_log_format(format: &Spanned<String>, problems: &mut Problems) {
    if given(format) && !["json", "logfmt"].contains(&format.as_str()) && !format.contains("%{message}") {
        let problem = Problem::new(Code::FK0212, format!("`{format}` is no form of a log"));
        problems.push(problem.at(&format.place).help("write `json`, `logfmt`, or a format of Fabric's, which has `%{message}`"));
    }
}

/// A specification that Fabric reads: its programs end at once with any other.
pub fn check_log_spec(spec: &Spanned<String>, problems: &mut Problems) {
    if let Err(reason) = LogSpec::parse(spec) {
        let message = format!("`{}` is no logging specification: {}", spec.escape_debug(), reason);
        let help = format!(
            "write a level, one of `{}`, or levels and loggers: `info:gossip=debug,ledgermgmt=error`",
            log_spec::WORDS.join("`, `")
        );
        problems.push(Problem::new(Code::FK0212, message).at(&spec.place).help(help));
    }
}

/// A peer's log with the password of its CouchDB.
pub fn check_password(spec: &Spanned<String>, (version, database): (FabricVersion, &StateDatabase), problems: &mut Problems) {
    let Some(logger) = log_spec::logger_of_password(version).filter(|_| !matches!(database, StateDatabase::LevelDb)) else {
        return;
    };
    if LogSpec::parse(spec).is_ok_and(|read| read.level_of(logger) <= Level::Debug) {
        let message = format!("with the logging specification `{spec}`, a peer's log has the password of its CouchDB");
        let help = format!("write `{spec}:{logger}=info`, which leaves that out");
        problems.push(Problem::new(Code::FK0745, message).at(&spec.place).help(help));
    }
}
