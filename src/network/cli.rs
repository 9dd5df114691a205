//! An organization's CLI pod: Fabric's command line in the cluster, which acts as the org's administrator.

use super::{EnvVar, Image, Labels, OrgRoot, Pod, Resources, Toleration};
use serde::Serialize;
use std::collections::BTreeMap;

/// A pod that waits for commands.
#[derive(Clone, Debug, Serialize)]
pub struct Cli {
    /// `<org>-cli`: its Deployment, ConfigMap and ServiceAccount.
    pub name: String,
    pub namespace: String,
    /// The Secret with the roots of all orgs' TLS certificates.
    pub roots_secret: String,
    /// The file of each org in it.
    pub roots: Vec<OrgRoot>,
    pub labels: Labels,
    pub selector: Labels,
    pub image: Image,
    pub pull_secrets: Vec<String>,
    /// What is the org's own: the same however many nodes there are.
    pub env: Vec<EnvVar>,
    /// How every node is dialled, for a file to be sourced: it grows with the network, and the pod stays.
    pub endpoints: Vec<EnvVar>,
    pub resources: Resources,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    /// What the user adds.
    pub pod: Pod,
    pub paths: CliPaths,
}

/// Where things are mounted in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CliPaths {
    /// core.yaml and `endpoints.sh`.
    pub config: &'static str,
    pub msp: &'static str,
    pub tls: &'static str,
    pub roots: &'static str,
    /// Where it stands and may write; gone with the pod.
    pub work: &'static str,
}

impl CliPaths {
    /// As in nodes, as far as those have the same.
    pub const STANDARD: CliPaths = CliPaths {
        config: "/etc/hyperledger/config",
        msp: "/etc/hyperledger/msp",
        tls: "/etc/hyperledger/tls",
        roots: "/etc/hyperledger/roots",
        work: "/work",
    };
}
