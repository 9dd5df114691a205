//! values.yaml: how the network is deployed. The defaults are the embedded file; what values mean is `network`'s.

mod ca;
mod chaincode;
mod cli;
mod exposure;
mod flow;
pub(super) mod forms;
mod gateway;
mod levels;
mod network_policies;
mod nulls;
mod operations;
pub mod words;

pub use ca::CaSettings;
pub use chaincode::{ChaincodeSettings, DindSettings};
pub use cli::CliSettings;
pub use exposure::{ExposureSettings, NodePortSettings, RouteParentSettings};
pub use flow::FlowSettings;
pub use gateway::GatewaySettings;
pub use levels::Values;
pub use network_policies::NetworkPolicySettings;
pub use nulls::take_back;
pub use operations::{
    DashboardSettings, MetricsSettings, MonitoringSettings, OperationsSettings, OperationsTlsSettings, PrometheusRuleSettings,
    ServiceMonitorSettings,
};

use crate::yaml::{FreeMap, Ordered, Spanned};
use serde::Deserialize;

/// The embedded file with every default.
pub const DEFAULTS: &str = include_str!("../../values.yaml");

/// What places of defaults are called.
pub const DEFAULTS_NAME: &str = "values.yaml (fabkube's defaults)";

/// Whether the user said nothing of a setting that has a default.
pub fn is_default<T>(setting: &Spanned<T>) -> bool {
    setting.place.name() == DEFAULTS_NAME
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
    pub key: Option<Spanned<String>>,
    pub operator: Option<Spanned<String>>,
    pub value: Option<Spanned<String>>,
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
    pub chaincode: ChaincodeSettings,
    pub cli: CliSettings,
    pub nodes: Ordered<Spanned<NodeSettings>>,
}
