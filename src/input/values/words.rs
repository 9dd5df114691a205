//! Settings that are one of a few words: `network` judges them by these, and the schema lists them.

pub const ADDRESSING: &[&str] = &["service", "domain"];
pub const NAMESPACES_MODE: &[&str] = &["single", "per-org"];
pub const PULL_POLICY: &[&str] = &["Always", "IfNotPresent", "Never"];
pub const POD_ANTI_AFFINITY: &[&str] = &["soft", "hard", "none"];
pub const STATE_DATABASE: &[&str] = &["couchdb", "leveldb", "external"];
pub const ROLLOUT: &[&str] = &["ordered", "rolling"];
pub const CHAINCODE_RUNTIME: &[&str] = &["ccaas", "dind", "none"];
pub const CHAINCODE_SERVERS: &[&str] = &["org", "peer"];
pub const TOLERATION_OPERATOR: &[&str] = &["Exists", "Equal"];
pub const TAINT_EFFECT: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
pub const EXPOSE_TYPE: &[&str] = &["none", "nodePort", "loadBalancer", "ingress", "tlsRoute"];
pub const EXTERNAL_TRAFFIC_POLICY: &[&str] = &["Cluster", "Local"];
pub const SESSION_AFFINITY: &[&str] = &["None", "ClientIP"];
/// Fabric's own (`core/operations/system.go`).
pub const METRICS_PROVIDER: &[&str] = &["prometheus", "statsd", "disabled"];
/// Fabric CA's own.
pub const CA_LOG_LEVEL: &[&str] = &["info", "warning", "debug", "error", "fatal", "critical"];
/// CouchDB's own (`[log] level`, `src/couch_log/src/couch_log_util.erl`).
pub const COUCHDB_LOG_LEVEL: &[&str] = &["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "none"];

/// Each with the end of the path that its settings have, wherever in the file they stand.
pub const BY_PATH: &[(&str, &[&str])] = &[
    ("addressing", ADDRESSING),
    ("namespaces.mode", NAMESPACES_MODE),
    ("image.pullPolicy", PULL_POLICY),
    ("podAntiAffinity", POD_ANTI_AFFINITY),
    ("stateDatabase", STATE_DATABASE),
    ("rollout", ROLLOUT),
    ("chaincode.runtime", CHAINCODE_RUNTIME),
    ("chaincode.servers", CHAINCODE_SERVERS),
    ("tolerations.operator", TOLERATION_OPERATOR),
    ("tolerations.effect", TAINT_EFFECT),
    ("expose.type", EXPOSE_TYPE),
    ("expose.externalTrafficPolicy", EXTERNAL_TRAFFIC_POLICY),
    ("gateway.sessionAffinity", SESSION_AFFINITY),
    ("metrics.provider", METRICS_PROVIDER),
    ("ca.logLevel", CA_LOG_LEVEL),
    ("couchdb.logLevel", COUCHDB_LOG_LEVEL),
];

/// What a setting can be, where it is one of a few words.
pub fn words(path: &str) -> Option<&'static [&'static str]> {
    let ends = |end: &str| path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    BY_PATH.iter().find(|(end, _)| ends(end)).map(|(_, words)| *words)
}
