//! An organization's Fabric CA: a server that issues certificates in the name of the org's CA and of its TLS CA.

use super::monitoring::ServiceMonitor;
use super::{Image, Labels, Pod, Port, Resources, ServicePort, Storage, Toleration};
use crate::yaml::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// One server for both CAs of an org.
#[derive(Clone, Debug, Serialize)]
pub struct FabricCa {
    /// `<org>-ca`: its Service, StatefulSet and ServiceAccount.
    pub name: String,
    /// The common name of its TLS certificate and its folder in the store.
    pub common_name: String,
    pub namespace: String,
    /// How clients in the cluster dial it: `https://` goes before.
    pub address: String,
    /// Every host that it is dialled by.
    pub dialled: Vec<String>,
    /// The names in a TLS certificate made here.
    pub sans: Vec<String>,
    pub secrets: FabricCaSecrets,
    /// Who may register others from the beginning; the password is made.
    pub user: String,
    /// The affiliation that there is from the beginning.
    pub affiliation: String,
    pub log_level: String,
    /// What the user has fabric-ca-server-config.yaml say besides.
    pub config: Value,
    pub labels: Labels,
    pub selector: Labels,
    pub ports: Vec<Port>,
    pub service_ports: Vec<ServicePort>,
    pub image: Image,
    pub pull_secrets: Vec<String>,
    pub storage: Storage,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// Has Prometheus ask it.
    pub service_monitor: Option<ServiceMonitor>,
    /// What the user adds.
    pub pod: Pod,
    pub paths: FabricCaPaths,
}

/// The names of a Fabric CA's Secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FabricCaSecrets {
    /// The certificates and the private keys of both CAs, which are in no other.
    pub keys: String,
    /// What it is dialled with.
    pub tls: String,
    /// Its first user's name and password.
    pub bootstrap: String,
    /// What it is told, that password with it.
    pub config: String,
}

impl FabricCaSecrets {
    /// All of them.
    pub fn all(&self) -> [&str; 4] {
        let Self { keys, tls, bootstrap, config } = self;
        [keys, tls, bootstrap, config]
    }
}

/// Where things are mounted in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FabricCaPaths {
    pub config: &'static str,
    pub keys: &'static str,
    pub tls: &'static str,
    /// Its volume: a folder for each CA, with its database and its own keys for Idemix.
    pub data: &'static str,
    /// In memory: Fabric's crypto library copies the CAs' keys to where it keeps keys (`util/csp.go`, ImportBCCSPKeyFromPEM).
    pub keystore: &'static str,
}

impl FabricCaPaths {
    /// Not in the image's own `/etc/hyperledger/fabric-ca-server`.
    pub const STANDARD: FabricCaPaths = FabricCaPaths {
        config: "/etc/hyperledger/config",
        keys: "/etc/hyperledger/ca",
        tls: "/etc/hyperledger/tls",
        data: "/var/hyperledger/fabric-ca",
        keystore: "/var/run/keystore",
    };
}
