//! What fabkube sets in Fabric's configuration itself, and nobody else can: the reason, and what to do. The same rule holds for
//! variables of the environment and for the keys of core.yaml and orderer.yaml that they stand for.

use crate::network::EnvVar;

/// Settings of Fabric that only some other setting of values.yaml changes, whether this node has them or not, and that setting.
const ELSEWHERE: &[(&str, &str)] = &[
    ("FABRIC_LOGGING_SPEC", "use `logSpec`"),
    ("CORE_LEDGER_STATE_STATEDATABASE", "use `stateDatabase`: `couchdb`, `leveldb` or `external`"),
    ("CORE_LEDGER_STATE_COUCHDBCONFIG_COUCHDBADDRESS", "use `stateDatabase: external` and `couchdb.external.address`"),
    (
        "CORE_LEDGER_STATE_COUCHDBCONFIG_USERNAME",
        "use `couchdb.user`, or the Secret that `couchdb.external.existingSecret` names",
    ),
    (
        "CORE_LEDGER_STATE_COUCHDBCONFIG_PASSWORD",
        "take it out: the password is in a Secret, your own where `couchdb.external.existingSecret` names one",
    ),
    ("FABRIC_LOGGING_FORMAT", "use `logFormat`"),
    ("CORE_OPERATIONS_TLS_ENABLED", "use `operations.tls.enabled`"),
    ("ORDERER_OPERATIONS_TLS_ENABLED", "use `operations.tls.enabled`"),
    ("CORE_METRICS_PROVIDER", METRICS),
    ("ORDERER_METRICS_PROVIDER", METRICS),
    ("CORE_METRICS_STATSD_ADDRESS", STATSD),
    ("ORDERER_METRICS_STATSD_ADDRESS", STATSD),
    ("CORE_PEER_LOCALMSPID", "the organization's `ID` in configtx.yaml says it"),
    ("ORDERER_GENERAL_LOCALMSPID", "the organization's `ID` in configtx.yaml says it"),
    ("CORE_PEER_NETWORKID", "use `network.name`"),
];

/// Settings of Fabric where any other value than fabkube's, or Fabric's own, breaks the network; and why.
const BREAKING: &[(&str, &str)] = &[
    ("CORE_PEER_ADDRESSAUTODETECT", "the peer would name the address of its pod, which no certificate has"),
    ("CORE_PEER_GOSSIP_ENDPOINT", "the peer's certificate has the names that fabkube has it dialled by"),
    ("CORE_OPERATIONS_TLS_CLIENTAUTHREQUIRED", PROBES),
    ("ORDERER_OPERATIONS_TLS_CLIENTAUTHREQUIRED", PROBES),
    ("ORDERER_GENERAL_CLUSTER_LISTENADDRESS", TLS_PORT),
    ("ORDERER_GENERAL_CLUSTER_LISTENPORT", TLS_PORT),
    ("ORDERER_GENERAL_CLUSTER_SERVERCERTIFICATE", TLS_PORT),
    ("ORDERER_GENERAL_CLUSTER_SERVERPRIVATEKEY", TLS_PORT),
    ("ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE", CONSENTERS),
    ("ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY", CONSENTERS),
    ("ORDERER_GENERAL_BOOTSTRAPMETHOD", BEGINNING),
    ("ORDERER_GENERAL_BOOTSTRAPFILE", BEGINNING),
    ("ORDERER_CHANNELPARTICIPATION_ENABLED", BEGINNING),
    ("ORDERER_GENERAL_GENESISMETHOD", BEGINNING),
    ("ORDERER_GENERAL_GENESISFILE", BEGINNING),
    (
        "ORDERER_GENERAL_LEDGERTYPE",
        "an orderer that keeps its ledger elsewhere than in files has no channel left once its pod restarts",
    ),
];

const METRICS: &str = "use `metrics.provider`: `prometheus`, `statsd` or `disabled`";
const STATSD: &str = "use `metrics: {provider: statsd, statsd: {address: …}}`";
const PROBES: &str = "the kubelet's probes have no client certificate; with TLS, metrics ask for one whatever this says";
const TLS_PORT: &str = "orderers reach each other at a TLS port that channels name and Services offer";
const CONSENTERS: &str = "consenters know each other by the TLS certificates in the channel's configuration";
const BEGINNING: &str = "orderers begin as channels and the Fabric version ask for";

/// Secrets, which have no place in a ConfigMap, nor open in a pod.
const SECRETS: &[&str] = &["CORE_PEER_BCCSP_PKCS11_PIN", "ORDERER_GENERAL_BCCSP_PKCS11_PIN", "ORDERER_KAFKA_SASLPLAIN_PASSWORD"];

/// Those that give way where `config` says something else: nothing but what reads metrics depends on them.
const YIELDING: &[&str] = &["CORE_METRICS_STATSD_PREFIX", "ORDERER_METRICS_STATSD_PREFIX"];

/// Why a variable, or the key that it stands for, is not the user's to set, and what to do; `None` where it is.
/// `made` is what fabkube sets for this node.
pub fn remedy(variable: &str, made: &[EnvVar]) -> Option<String> {
    let found = |table: &[(&str, &'static str)]| table.iter().find(|(name, _)| *name == variable).map(|(_, text)| *text);
    if let Some(instead) = found(ELSEWHERE) {
        return Some(instead.to_owned());
    }
    if let Some(reason) = found(BREAKING) {
        return Some(format!("take it out: {reason}"));
    }
    let is_made = made.iter().any(|own| own.name == variable);
    is_made
        .then(|| "take it out: certificates, Services, volumes and probes are made for the value that fabkube gives".to_owned())
}

/// Whether what a variable stands for is a secret.
pub fn is_secret(variable: &str) -> bool {
    SECRETS.contains(&variable)
}

/// What to do with a secret.
pub fn from_secret(variable: &str) -> String {
    format!("it is a secret: use `extraEnv: [{{name: {variable}, valueFrom: {{secretKeyRef: …}}}}]`")
}

/// Whether `config` may say something else than the variable that fabkube sets.
pub fn yields(variable: &str) -> bool {
    YIELDING.contains(&variable)
}
