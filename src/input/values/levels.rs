//! All values, and what they say of one node, org or component: from general to specific, each level over those before it.
//! Which settings there are is the mirror's, and what a null among the user's values takes back is `nulls`'s.

use super::{
    CaSettings, ChaincodeSettings, CliSettings, CouchDbSettings, DEFAULTS_NAME, ExposureSettings, GatewaySettings, NodeSettings,
    Settings,
};
use crate::diag::{Place, Problems};
use crate::input::{STRICT, STRICT_BUT_PARTIAL};
use crate::yaml::{self, Content, Node};
use serde::de::DeserializeOwned;

/// All values, and the tree that they were read from.
#[derive(Clone, Debug)]
pub struct Values {
    pub settings: Settings,
    tree: Node,
    /// The defaults alone: what says the same as they do says nothing.
    defaults: Node,
}

impl Values {
    /// Reads the mirror from a tree that already has the defaults under the user's values.
    pub fn read(tree: Node, defaults: Node, problems: &mut Problems) -> Option<Self> {
        // A key that is not known is a problem whatever it has; all others are read once more, without what nulls take away.
        let _: Settings = yaml::read(&tree, STRICT, problems)?;
        let settings = yaml::read(&tree.clone().without_nulls(), STRICT, &mut Problems::new())?;
        Some(Self { settings, tree, defaults })
    }

    /// The settings of a node, from general to specific, but those of its CouchDB; `component` is `peer` or `orderer`.
    pub fn node(&self, component: &str, domain: &str, hostname: &str, problems: &mut Problems) -> NodeSettings {
        let node = self.of_node(domain, hostname);
        merged([self.tree.get("defaults"), self.tree.get(component), self.of_org(domain, component), node], problems)
    }

    /// The settings of a peer's CouchDB, from general to specific.
    pub fn couchdb(&self, domain: &str, hostname: &str, problems: &mut Problems) -> CouchDbSettings {
        let node = self.of_node(domain, hostname).and_then(|node| node.get("couchdb"));
        merged([self.tree.get("couchdb"), self.of_org(domain, "couchdb"), node], problems)
    }

    /// The settings of an org's Fabric CA, from general to specific: its own, and those that pods of nodes have too.
    pub fn ca(&self, domain: &str, problems: &mut Problems) -> (CaSettings, NodeSettings) {
        self.of_one(domain, "ca", problems)
    }

    /// Those of an org's CLI pod.
    pub fn cli(&self, domain: &str, problems: &mut Problems) -> (CliSettings, NodeSettings) {
        self.of_one(domain, "cli", problems)
    }

    /// Those of an org's chaincodes.
    pub fn chaincode(&self, domain: &str, problems: &mut Problems) -> (ChaincodeSettings, NodeSettings) {
        self.of_one(domain, "chaincode", problems)
    }

    /// Those of something that an org has one of.
    fn of_one<T: DeserializeOwned + Default>(&self, domain: &str, key: &str, problems: &mut Problems) -> (T, NodeSettings) {
        let levels = [self.tree.get(key), self.of_org(domain, key)];
        let own = merged(levels, problems);
        // What both have was read above, with its problems.
        let of_pod = merged([self.tree.get("defaults"), levels[0], levels[1]], &mut Problems::new());
        (own, of_pod)
    }

    /// How a node is exposed, from general to specific: of its settings, that alone.
    pub fn exposure(&self, component: &str, domain: &str, hostname: &str, problems: &mut Problems) -> ExposureSettings {
        let levels = [self.tree.get(component), self.of_org(domain, component), self.of_node(domain, hostname)];
        merged(levels.map(|level| level.and_then(|level| level.get("expose"))), problems)
    }

    /// The settings of an org's gateway, from general to specific.
    pub fn gateway(&self, domain: &str, problems: &mut Problems) -> GatewaySettings {
        merged([self.tree.get("gateway"), self.of_org(domain, "gateway")], problems)
    }

    /// The settings of pods that are no node's, `kafka`, `zookeeper` or `flow`, as far as nodes have them too.
    pub fn beside(&self, component: &str, problems: &mut Problems) -> NodeSettings {
        merged([self.tree.get("defaults"), self.tree.get(component)], problems)
    }

    /// Where the user wrote the first setting below a path, but below one of its keys; `None` where all are defaults, be it that the
    /// user copied them.
    pub fn written(&self, path: &[&str], except: &str) -> Option<&Place> {
        let above = path.iter().try_fold(&self.tree, |node, key| node.get(key))?;
        let default = path.iter().try_fold(&self.defaults, |node, key| node.get(key));
        let Content::Mapping(entries) = &above.content else { return written(above, default) };
        let asked = entries.iter().filter(|(key, _)| key.text() != Some(except));
        asked.into_iter().find_map(|(key, value)| written(value, below(default, key)))
    }

    fn of_org(&self, domain: &str, key: &str) -> Option<&Node> {
        self.tree.get("orgs")?.get(domain)?.get(key)
    }

    fn of_node(&self, domain: &str, hostname: &str) -> Option<&Node> {
        self.of_org(domain, "nodes")?.get(hostname)
    }
}

/// The default under a key, if there is one.
fn below<'d>(default: Option<&'d Node>, key: &Node) -> Option<&'d Node> {
    default?.get(key.text()?)
}

fn written<'n>(node: &'n Node, default: Option<&Node>) -> Option<&'n Place> {
    if default.is_some_and(|default| default.same_as(node)) {
        return None;
    }
    match &node.content {
        Content::Mapping(entries) => entries.iter().find_map(|(key, value)| written(value, below(default, key))),
        Content::Scalar(_) if node.is_null() => None,
        Content::Scalar(_) => own(node),
        // `--set` with an index leaves the list where it stands, and an empty item says something too.
        Content::Sequence(items) => own(node)
            .or_else(|| items.iter().find_map(|item| written(item, None).or_else(|| own(item).filter(|_| !item.is_null())))),
    }
}

/// Where a value stands, if the user wrote it.
fn own(node: &Node) -> Option<&Place> {
    Some(&node.place).filter(|place| place.name() != DEFAULTS_NAME)
}

/// Settings out of several levels, each over those before it; a null takes the more general entry of a map away. The whole was read
/// strictly before, so what a level has beside these settings is known to belong there.
fn merged<T: DeserializeOwned + Default, const N: usize>(levels: [Option<&Node>; N], problems: &mut Problems) -> T {
    let mut levels = levels.into_iter().flatten().cloned();
    let Some(mut tree) = levels.next() else { return T::default() };
    levels.for_each(|level| tree.overlay(level));
    yaml::read(&tree.without_nulls(), STRICT_BUT_PARTIAL, problems).unwrap_or_default()
}
