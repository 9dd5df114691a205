//! values.yaml: how the network is deployed. The defaults are the embedded file; what values mean is `network`'s.

mod ca;
mod cli;
mod exposure;
mod flow;
mod gateway;
mod network_policies;
mod nulls;
mod operations;
pub mod words;

pub use ca::CaSettings;
pub use cli::CliSettings;
pub use exposure::{ExposureSettings, NodePortSettings, RouteParentSettings};
pub use flow::FlowSettings;
pub use gateway::GatewaySettings;
pub use network_policies::NetworkPolicySettings;
pub use nulls::take_back;
pub use operations::{
    DashboardSettings, MetricsSettings, MonitoringSettings, OperationsSettings, OperationsTlsSettings, PrometheusRuleSettings,
    ServiceMonitorSettings,
};

use crate::diag::{Place, Problems};
use crate::yaml::{self, Content, FreeMap, Node, Ordered, Spanned};
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
    pub network_policies: NetworkPolicySettings,
    pub node_ports: NodePortSettings,
    pub image: RegistrySettings,
    pub defaults: PlacementSettings,
    pub peer: PeerSettings,
    pub orderer: OrdererSettings,
    pub gateway: GatewaySettings,
    pub couchdb: CouchDbSettings,
    pub kafka: KafkaSettings,
    pub zookeeper: ZooKeeperSettings,
    pub chaincode: ChaincodeSettings,
    pub operations: OperationsSettings,
    pub monitoring: MonitoringSettings,
    pub ca: CaSettings,
    pub cli: CliSettings,
    pub connection_profile: ConnectionProfileSettings,
    pub flow: FlowSettings,
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
    pub create: Spanned<bool>,
}

/// What holds for every image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegistrySettings {
    pub registry: Spanned<String>,
    pub pull_policy: Spanned<String>,
    pub pull_secrets: Vec<Spanned<String>>,
}

/// What holds for the pods of every component: where they run, and what they are called by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PlacementSettings {
    pub node_selector: Ordered<Spanned<String>>,
    pub tolerations: Vec<Spanned<TolerationSettings>>,
    pub affinity: FreeMap,
    pub pod_anti_affinity: Spanned<String>,
    pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
    pub priority_class_name: Spanned<String>,
    pub host_aliases: Vec<Spanned<HostAliasSettings>>,
    pub pod_labels: Ordered<Spanned<String>>,
    pub pod_annotations: Ordered<Spanned<String>>,
}

/// A mirror of what every node can be told, and of what it can be told besides where it stands.
macro_rules! pod_settings {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            pub image: ImageSettings,
            pub log_spec: Spanned<String>,
            pub log_format: Spanned<String>,
            pub metrics: MetricsSettings,
            pub config: FreeMap,
            pub resources: ResourceSettings,
            pub storage: StorageSettings,
            pub node_selector: Ordered<Spanned<String>>,
            pub tolerations: Vec<Spanned<TolerationSettings>>,
            pub affinity: FreeMap,
            pub pod_anti_affinity: Spanned<String>,
            pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
            pub priority_class_name: Spanned<String>,
            pub host_aliases: Vec<Spanned<HostAliasSettings>>,
            pub pod_labels: Ordered<Spanned<String>>,
            pub pod_annotations: Ordered<Spanned<String>>,
            pub service_account: ServiceAccountSettings,
            pub expose: ExposureSettings,
            pub extra_env: Vec<Spanned<EnvSettings>>,
            pub extra_volumes: Vec<Spanned<FreeMap>>,
            pub extra_volume_mounts: Vec<Spanned<FreeMap>>,
            pub extra_containers: Vec<Spanned<FreeMap>>,
            pub extra_init_containers: Vec<Spanned<FreeMap>>,
            $(pub $field: $type,)*
        }
    };
}

pod_settings! {
    /// Those of an org's orderers.
    PodSettings {}
}
pod_settings! {
    /// Those of peers, of all or of an org's.
    PeerSettings { state_database: Spanned<String>, }
}
pod_settings! {
    /// Those of all orderers, who roll out in one way.
    OrdererSettings { rollout: Spanned<String>, }
}
pod_settings! {
    /// Those of one node; a peer's has a state database, and perhaps CouchDB.
    NodeSettings { state_database: Spanned<String>, couchdb: Option<Spanned<CouchDbSettings>>, }
}

/// A mirror of what pods that are no nodes of Fabric can be told.
macro_rules! ensemble_settings {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            $(pub $field: $type,)*
            pub replicas: Spanned<i64>,
            pub image: ImageSettings,
            pub heap: Spanned<String>,
            pub config: FreeMap,
            pub resources: ResourceSettings,
            pub storage: StorageSettings,
            pub node_selector: Ordered<Spanned<String>>,
            pub tolerations: Vec<Spanned<TolerationSettings>>,
            pub affinity: FreeMap,
            pub pod_anti_affinity: Spanned<String>,
            pub topology_spread_constraints: Vec<Spanned<FreeMap>>,
            pub priority_class_name: Spanned<String>,
            pub host_aliases: Vec<Spanned<HostAliasSettings>>,
            pub pod_labels: Ordered<Spanned<String>>,
            pub pod_annotations: Ordered<Spanned<String>>,
            pub service_account: ServiceAccountSettings,
        }

        impl $name {
            /// What both kinds have beside what nodes have too.
            pub fn of_pods(&self) -> EnsembleSettings<'_> {
                let Self { image, heap, resources, storage, .. } = self;
                EnsembleSettings { image, heap, resources, storage }
            }
        }
    };
}

ensemble_settings! {
    /// Kafka's brokers'.
    KafkaSettings { create: bool, }
}
ensemble_settings! {
    /// ZooKeeper's servers'.
    ZooKeeperSettings {}
}

/// Settings of an ensemble's containers.
#[derive(Clone, Copy, Debug)]
pub struct EnsembleSettings<'a> {
    pub image: &'a ImageSettings,
    pub heap: &'a Spanned<String>,
    pub resources: &'a ResourceSettings,
    pub storage: &'a StorageSettings,
}

/// Kubernetes' own fields: a line of a pod's hosts file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HostAliasSettings {
    pub ip: Spanned<String>,
    pub hostnames: Vec<Spanned<String>>,
}

/// The account that a node's pod runs under.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceAccountSettings {
    pub annotations: Ordered<Spanned<String>>,
}

/// Kubernetes' own fields; a value is text whatever it looks like.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvSettings {
    pub name: Spanned<String>,
    pub value: Option<String>,
    pub value_from: Option<FreeMap>,
}

/// CouchDB's, which runs in its peer's pod or elsewhere.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CouchDbSettings {
    pub image: ImageSettings,
    pub user: Spanned<String>,
    pub log_level: Spanned<String>,
    pub resources: ResourceSettings,
    pub storage: StorageSettings,
    pub external: ExternalCouchDbSettings,
}

/// Where peers' chaincodes run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChaincodeSettings {
    pub runtime: Spanned<String>,
    pub dind: DindSettings,
}

/// The Docker beside a peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DindSettings {
    pub image: ImageSettings,
    pub resources: ResourceSettings,
}

/// Where a CouchDB is that fabkube does not run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalCouchDbSettings {
    pub address: Spanned<String>,
    pub existing_secret: Spanned<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ImageSettings {
    pub registry: Spanned<String>,
    pub repository: Spanned<String>,
    pub tag: Spanned<String>,
    pub digest: Spanned<String>,
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

/// Whether orgs have connection profiles among the manifests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConnectionProfileSettings {
    pub enabled: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OrgSettings {
    pub name: Spanned<String>,
    pub peer: PeerSettings,
    pub orderer: PodSettings,
    /// Only peer orgs have one.
    pub gateway: Option<Spanned<GatewaySettings>>,
    pub couchdb: CouchDbSettings,
    pub ca: CaSettings,
    pub cli: CliSettings,
    pub nodes: Ordered<Spanned<NodeSettings>>,
}

impl Values {
    /// Reads the mirror from a tree that already has the defaults under the user's values.
    pub fn read(tree: Node, problems: &mut Problems) -> Option<Self> {
        // A key that is not known is a problem whatever it has; all others are read once more, without what nulls take away.
        let _: Settings = yaml::read(&tree, super::STRICT, problems)?;
        let settings = yaml::read(&tree.clone().without_nulls(), super::STRICT, &mut Problems::new())?;
        Some(Self { settings, tree })
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

    /// Where the user wrote the first setting below a path, but below one of its keys; `None` where all are defaults.
    pub fn written(&self, path: &[&str], except: &str) -> Option<&Place> {
        let above = path.iter().try_fold(&self.tree, |node, key| node.get(key))?;
        let Content::Mapping(entries) = &above.content else { return written(above) };
        entries.iter().filter(|(key, _)| key.text() != Some(except)).find_map(|(_, value)| written(value))
    }

    fn of_org(&self, domain: &str, key: &str) -> Option<&Node> {
        self.tree.get("orgs")?.get(domain)?.get(key)
    }

    fn of_node(&self, domain: &str, hostname: &str) -> Option<&Node> {
        self.of_org(domain, "nodes")?.get(hostname)
    }
}

fn written(node: &Node) -> Option<&Place> {
    match &node.content {
        Content::Mapping(entries) => entries.iter().find_map(|(_, value)| written(value)),
        Content::Scalar(_) if node.is_null() => None,
        Content::Scalar(_) | Content::Sequence(_) => Some(&node.place).filter(|place| place.name() != DEFAULTS_NAME),
    }
}

/// Settings out of several levels, each over those before it; a null takes the more general entry of a map away. The whole was read
/// strictly before, so what a level has beside these settings is known to belong there.
fn merged<T: DeserializeOwned + Default, const N: usize>(levels: [Option<&Node>; N], problems: &mut Problems) -> T {
    let mut levels = levels.into_iter().flatten().cloned();
    let Some(mut tree) = levels.next() else { return T::default() };
    levels.for_each(|level| tree.overlay(level));
    yaml::read(&tree.without_nulls(), super::STRICT_BUT_PARTIAL, problems).unwrap_or_default()
}
