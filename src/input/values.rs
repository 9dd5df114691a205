//! values.yaml: how the network is deployed. The defaults are the embedded file; what values mean is `network`'s.

use crate::diag::Problems;
use crate::yaml::{self, Node, Ordered, Spanned, Value};
use serde::Deserialize;

/// The embedded file with every default.
pub const DEFAULTS: &str = include_str!("../../values.yaml");

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
    pub defaults: NodeSettings,
    pub peer: NodeSettings,
    pub orderer: OrdererSettings,
    pub couchdb: NodeSettings,
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
    pub name: Spanned<String>,
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

/// The settings of a node (or of its CouchDB), at any of their levels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeSettings {
    pub image: ImageSettings,
    pub log_spec: Spanned<String>,
    /// Only CouchDB's.
    pub user: Spanned<String>,
    pub resources: Option<Spanned<Value>>,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<Value>>,
    /// Only in `orgs.<Domain>.nodes.<Hostname>`: what differs for the CouchDB of that peer.
    pub couchdb: Option<Box<NodeSettings>>,
}

/// Orderers have one setting more.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrdererSettings {
    pub image: ImageSettings,
    pub log_spec: Spanned<String>,
    pub resources: Option<Spanned<Value>>,
    pub storage: StorageSettings,
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<Value>>,
    pub rollout: Spanned<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ImageSettings {
    pub registry: Spanned<String>,
    pub repository: Spanned<String>,
    pub tag: Spanned<String>,
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
    pub peer: NodeSettings,
    pub orderer: NodeSettings,
    pub couchdb: NodeSettings,
    pub nodes: Ordered<Spanned<NodeSettings>>,
}

impl Values {
    /// Reads the mirror from a tree that already has the defaults under the user's values.
    pub fn read(tree: Node, problems: &mut Problems) -> Option<Self> {
        let settings = yaml::read(&tree, super::STRICT, problems)?;
        Some(Self { settings, tree })
    }

    /// The settings of one node, from general to specific: `component` is `peer`, `orderer` or `couchdb`.
    pub fn node(&self, component: &str, domain: &str, hostname: &str, problems: &mut Problems) -> NodeSettings {
        let org = self.tree.get("orgs").and_then(|orgs| orgs.get(domain));
        let node = org.and_then(|org| org.get("nodes")?.get(hostname));
        // A node's own entry speaks of the node; what it says of its CouchDB stands one level deeper.
        let node = if component == "couchdb" { node.and_then(|node| node.get("couchdb")) } else { node };
        // CouchDB runs in its peer's pod, so what places pods does not concern it.
        let defaults = if component == "couchdb" { None } else { self.tree.get("defaults") };
        let levels = [defaults, self.tree.get(component), org.and_then(|org| org.get(component)), node];
        let mut levels = levels.into_iter().flatten();
        let Some(mut tree) = levels.next().cloned() else { return NodeSettings::default() };
        for level in levels {
            tree.overlay(level.clone());
        }
        yaml::read(&tree, super::STRICT_BUT_PARTIAL, problems).unwrap_or_default()
    }
}
