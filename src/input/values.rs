//! values.yaml: how the network is deployed. The defaults are the embedded file; what values mean is `network`'s.

use crate::diag::Problems;
use crate::yaml::{self, Node, Ordered, Spanned};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The embedded file with every default.
pub const DEFAULTS: &str = include_str!("../../values.yaml");

/// What places of defaults are called.
pub const DEFAULTS_NAME: &str = "values.yaml (fabkube's defaults)";

/// Whether the user said nothing of a setting that has a default.
pub fn is_default<T>(setting: &Spanned<T>) -> bool {
    setting.place.name() == DEFAULTS_NAME
}

/// All values, and the tree that they were read from.
#[derive(Clone, Debug)]
pub struct Values {
    pub settings: Settings,
    tree: Node,
}

/// The mirror of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    pub network: NetworkSettings,
    pub fabric: FabricSettings,
    pub addressing: Spanned<String>,
    pub cluster_domain: Spanned<String>,
    pub namespaces: NamespaceSettings,
    pub image: RegistrySettings,
    pub defaults: PlacementSettings,
    pub peer: PodSettings,
    pub orderer: OrdererSettings,
    pub couchdb: CouchDbSettings,
    pub orgs: Ordered<Spanned<OrgSettings>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkSettings {
    pub name: Spanned<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricSettings {
    pub version: Spanned<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NamespaceSettings {
    pub mode: Spanned<String>,
    pub name: Spanned<String>,
    /// By an org's Name or Domain.
    pub of: Ordered<Spanned<String>>,
    pub create: bool,
}

/// What holds for every image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegistrySettings {
    pub registry: Spanned<String>,
    pub pull_policy: Spanned<String>,
    pub pull_secrets: Vec<Spanned<String>>,
}

/// Where pods may run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PlacementSettings {
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
}

/// A peer's or an orderer's, at any of its levels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSettings {
    pub image: ImageSettings,
    pub log_spec: Spanned<String>,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
}

/// Those of all orderers, who roll out in one way.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrdererSettings {
    pub image: ImageSettings,
    pub log_spec: Spanned<String>,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub rollout: Spanned<String>,
}

/// CouchDB's, which runs in its peer's pod.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CouchDbSettings {
    pub image: ImageSettings,
    pub user: Spanned<String>,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
}

/// Those of one node, and of its CouchDB.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeSettings {
    pub image: ImageSettings,
    pub log_spec: Spanned<String>,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub couchdb: CouchDbSettings,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ImageSettings {
    pub registry: Spanned<String>,
    pub repository: Spanned<String>,
    pub tag: Spanned<String>,
}

/// Kubernetes' own fields; quantities are text here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceSettings {
    pub requests: Ordered<Spanned<String>>,
    pub limits: Ordered<Spanned<String>>,
}

/// Kubernetes' own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TolerationSettings {
    pub key: Option<String>,
    pub operator: Option<Spanned<String>>,
    pub value: Option<String>,
    pub effect: Option<Spanned<String>>,
    pub toleration_seconds: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StorageSettings {
    pub size: Spanned<String>,
    pub class_name: Spanned<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrgSettings {
    pub name: Spanned<String>,
    pub peer: PodSettings,
    pub orderer: PodSettings,
    pub couchdb: CouchDbSettings,
    pub nodes: Ordered<Spanned<NodeSettings>>,
}

impl Values {
    /// Reads the mirror from a tree that already has the defaults under the user's values.
    pub fn read(tree: Node, problems: &mut Problems) -> Option<Self> {
        let settings = yaml::read(&tree, super::STRICT, problems)?;
        Some(Self { settings, tree })
    }

    /// The settings of a node's pod, from general to specific; `component` is `peer` or `orderer`.
    pub fn pod(&self, component: &str, domain: &str, hostname: &str, problems: &mut Problems) -> PodSettings {
        let node = self.of_node(domain, hostname);
        merged([self.tree.get("defaults"), self.tree.get(component), self.of_org(domain, component), node], problems)
    }

    /// The settings of the CouchDB beside a peer, from general to specific.
    pub fn couchdb(&self, domain: &str, hostname: &str, problems: &mut Problems) -> CouchDbSettings {
        let node = self.of_node(domain, hostname).and_then(|node| node.get("couchdb"));
        merged([self.tree.get("couchdb"), self.of_org(domain, "couchdb"), node], problems)
    }

    fn of_org(&self, domain: &str, key: &str) -> Option<&Node> {
        self.tree.get("orgs")?.get(domain)?.get(key)
    }

    fn of_node(&self, domain: &str, hostname: &str) -> Option<&Node> {
        self.of_org(domain, "nodes")?.get(hostname)
    }
}

/// Settings out of several levels, each over those before it. The whole was read strictly before, so what a level has beside
/// these settings is known to belong there.
fn merged<T: DeserializeOwned + Default, const N: usize>(levels: [Option<&Node>; N], problems: &mut Problems) -> T {
    let mut levels = levels.into_iter().flatten().cloned();
    let Some(mut tree) = levels.next() else { return T::default() };
    levels.for_each(|level| tree.overlay(level));
    yaml::read(&tree, super::STRICT_BUT_PARTIAL, problems).unwrap_or_default()
}
