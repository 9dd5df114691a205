//! The second half of orgs and nodes: addresses, ports, names in certificates, and the settings of values.yaml.

use super::Cluster;
use super::hosts;
use super::orgs::{NodeDraft, OrgDraft, Source};
use super::{fabric_config, pods, settings, state_database};
use crate::diag::{Code, Problem, Problems};
use crate::input::values::NodeSettings;
use crate::input::{Inputs, given};
use crate::network::addresses::{self, port};
use crate::network::{
    Address, Budget, Channel, EnvVar, Labels, Listener, MspSource, Node, NodeId, Org, OrgKind, Paths, Port, Role, Rollout,
    Service, ServicePort, StateDatabase, names,
};
use std::collections::{BTreeMap, BTreeSet};

const PATHS: Paths = Paths::STANDARD;

/// Completes every org.
pub fn finish(
    drafts: Vec<OrgDraft>,
    channels: &[Channel],
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) -> Vec<Org> {
    let addresses = addresses(channels);
    let rollout = settings::rollout(&inputs.values.settings.orderer.rollout, problems);
    let mut databases = state_database::Taken::default();
    drafts
        .into_iter()
        .map(|draft| {
            let bootstrap = bootstrap(&draft).map(|node| hosts::dialled(node, cluster)).unwrap_or_default();
            let msp_id = super::channels::msp_id(&draft, inputs.configtx.as_ref().map(|file| &file.content));
            check_msp_id(&msp_id, channels, &draft, problems);
            let service = service(&draft, cluster, problems);
            let completion = Completion {
                inputs,
                cluster,
                org: &draft,
                msp_id: &msp_id,
                bootstrap: &bootstrap,
                service: service.as_ref(),
                addresses: &addresses,
                rollout,
            };
            let nodes: Vec<Node> = draft.nodes.iter().map(|node| completion.node(node, &mut databases, problems)).collect();
            let budget = budget(&draft, cluster);
            let OrgDraft { id, kind, name, namespace, short_name, domain, node_ous, ca, users, nodes: _, place } = draft;
            Org {
                labels: names::labels(&cluster.network, "fabric", "org", Some(&name)),
                secrets: names::org_secrets(&name),
                budget,
                id,
                kind,
                name,
                namespace,
                short_name,
                domain,
                msp_id,
                node_ous,
                ca,
                users,
                nodes,
                service,
                place,
            }
        })
        .collect()
}

/// The addresses that channels' configuration has for each node.
fn addresses(channels: &[Channel]) -> BTreeMap<NodeId, Vec<&Address>> {
    let mut addresses: BTreeMap<NodeId, Vec<&Address>> = BTreeMap::new();
    for config in channels.iter().map(|channel| &channel.config) {
        let consenters = config.consenters().into_iter().map(|consenter| &consenter.address);
        let channel_wide = config.orderer.iter().flat_map(|orderer| &orderer.addresses);
        let endpoints = config.orderer_orgs().iter().flat_map(|org| &org.orderer_endpoints);
        let anchors = config.application_orgs().iter().flat_map(|org| &org.anchor_peers).map(|anchor| &anchor.address);
        for address in consenters.chain(channel_wide).chain(endpoints).chain(anchors) {
            if let Some(node) = address.node {
                addresses.entry(node).or_default().push(address);
            }
        }
    }
    addresses
}

/// One MSP folder under two IDs: nodes can only have one.
fn check_msp_id(msp_id: &str, channels: &[Channel], org: &OrgDraft, problems: &mut Problems) {
    let orgs = channels.iter().flat_map(|channel| channel.config.orgs().map(|(_, org)| org));
    for member in orgs.filter(|member| member.msp == MspSource::Org(org.id) && member.msp_id != msp_id) {
        problems.push(
            Problem::new(Code::FK0277, format!("the MSP of `{}` has two IDs, `{msp_id}` and `{}`", org.domain, member.msp_id))
                .at(&member.place)
                .at(&org.place)
                .help("its nodes can only have one: give the organization one ID throughout configtx.yaml"),
        );
    }
}

/// Where gossip starts from, whatever else the org has: its first peer. Specs come before the Template's peers, so of those two
/// the Template's first stays the first when either grows, and no pod changes for it.
fn bootstrap(org: &OrgDraft) -> Option<&NodeDraft> {
    org.nodes.iter().find(|node| node.from == Source::Template).or(org.nodes.first())
}

/// The Service over all nodes of an org that do the same.
fn service(org: &OrgDraft, cluster: &Cluster, problems: &mut Problems) -> Option<Service> {
    org.nodes.first()?;
    let (name, port) = match org.kind {
        OrgKind::Peer => (names::peer_gateway(&org.name), port::PEER_GRPC),
        OrgKind::Orderer => (names::orderers(&org.name), port::ORDERER_GRPC),
    };
    let org_name_is_right = names::check_label(&org.name, names::LABEL_LIMIT).is_ok();
    if let (true, Err(reason)) = (org_name_is_right, names::check_label(&name, names::LABEL_LIMIT)) {
        problems.push(
            Problem::new(
                Code::FK0204,
                format!("the Service over the nodes of `{}` cannot be called `{name}`: {reason}", org.short_name),
            )
            .at(&org.place)
            .help(format!("give the org a shorter name in values.yaml: `orgs: {{{}: {{name: org1}}}}`", org.domain)),
        );
    }
    let component = org.role().word();
    Some(Service {
        labels: names::labels(&cluster.network, names::application(org.role()), component, Some(&org.name)),
        selector: names::org_selector(&org.name, component),
        ports: vec![ServicePort { name: "grpc".to_owned(), port, target: Listener::Grpc }],
        name,
    })
}

/// An org's peers go one at a time; a single one may go whenever its machine must.
fn budget(org: &OrgDraft, cluster: &Cluster) -> Option<Budget> {
    let role = Role::Peer;
    (org.kind == OrgKind::Peer && org.nodes.len() > 1).then(|| Budget {
        name: names::peers_budget(&org.name),
        labels: names::labels(&cluster.network, names::application(role), role.word(), Some(&org.name)),
        selector: names::org_selector(&org.name, role.word()),
        max_unavailable: 1,
    })
}

/// Completes the nodes of one org.
struct Completion<'a> {
    inputs: &'a Inputs,
    cluster: &'a Cluster,
    org: &'a OrgDraft,
    msp_id: &'a str,
    /// The host of the org's first node: where gossip starts from, whatever else the org has.
    bootstrap: &'a str,
    service: Option<&'a Service>,
    addresses: &'a BTreeMap<NodeId, Vec<&'a Address>>,
    rollout: Rollout,
}

impl Completion<'_> {
    fn node(&self, draft: &NodeDraft, databases: &mut state_database::Taken, problems: &mut Problems) -> Node {
        let component = draft.role.word();
        let settings = self.inputs.values.node(component, &self.org.domain, &draft.hostname, problems);
        let everywhere = &self.inputs.values.settings;
        let (ports, service_ports) = self.ports(draft);
        let host = hosts::dialled(draft, self.cluster);
        let dialled = self.dialled(draft, &host);
        let grpc = ports.first().map_or(0, |port| port.port);
        let address = format!("{host}:{grpc}");
        let mut labels = names::labels(&self.cluster.network, names::application(draft.role), component, Some(&self.org.name));
        labels.extend(names::node_selector(&draft.name));
        let secrets = names::node_secrets(&draft.name);
        let state_database = self.state_database(draft, (&settings, &secrets.couchdb), databases, problems);
        let mut env = match &state_database {
            Some(database) => self.peer_env(draft, &address, &service_ports, (&settings, database)),
            None => self.orderer_env(&settings),
        };
        let config = fabric_config::config(&settings.config, (draft.role, self.cluster.version), &mut env, problems);
        let own_env = pods::env(&settings.extra_env, &env, problems);
        env.extend(own_env);
        let made = pods::Made { labels: &labels, siblings: self.siblings(draft.role), mounts: mounts(draft.role) };
        let pod = pods::pod(&settings, made, problems);
        let client_names = self.service.map(|service| self.client_name(service)).into_iter().collect();
        Node {
            id: draft.id,
            role: draft.role,
            name: draft.name.clone(),
            hostname: draft.hostname.clone(),
            common_name: draft.common_name.clone(),
            key_algorithm: draft.key_algorithm,
            namespace: draft.namespace.clone(),
            msp_id: self.msp_id.to_owned(),
            secrets,
            sans: self.sans(draft, &dialled),
            dialled,
            client_names,
            labels,
            selector: names::node_selector(&draft.name),
            env,
            config,
            ports,
            service_ports,
            image: settings::image(&settings.image, (&everywhere.image, &self.cluster.version.to_string()), problems),
            pull_secrets: everywhere.image.pull_secrets.iter().map(|name| name.value.clone()).collect(),
            storage: settings::storage(&settings.storage, problems),
            resources: settings::resources(&settings.resources, problems),
            node_selector: settings.node_selector.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
            tolerations: settings::tolerations(&settings.tolerations, problems),
            pod,
            state_database,
            paths: PATHS,
            rollout: if draft.role == Role::Orderer { self.rollout } else { Rollout::Rolling },
            host,
            address,
            place: draft.place.clone(),
        }
    }

    /// How clients dial the Service over all nodes of the org.
    fn client_name(&self, service: &Service) -> String {
        addresses::service_fqdn(&service.name, &self.org.namespace, &self.cluster.domain)
    }

    fn addresses(&self, draft: &NodeDraft) -> impl Iterator<Item = &Address> {
        self.addresses.get(&draft.id).into_iter().flatten().copied()
    }

    fn dialled(&self, draft: &NodeDraft, host: &str) -> Vec<String> {
        let mut dialled = vec![host.to_owned()];
        for address in self.addresses(draft) {
            if !dialled.contains(&address.deployed.host) {
                dialled.push(address.deployed.host.clone());
            }
        }
        dialled
    }

    /// cryptogen's names first, then those of the node's Service and of its org's, whatever else it is dialled by, and the
    /// machine itself.
    fn sans(&self, draft: &NodeDraft, dialled: &[String]) -> Vec<String> {
        let mut sans = draft.cryptogen_sans.clone();
        let services = [Some(draft.name.as_str()), self.service.map(|service| service.name.as_str())];
        let in_cluster = services
            .into_iter()
            .flatten()
            .flat_map(|service| addresses::service_names(service, &self.org.namespace, &self.cluster.domain));
        let itself = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        for name in in_cluster.chain(dialled.iter().cloned()).chain(itself) {
            if !sans.contains(&name) {
                sans.push(name);
            }
        }
        sans
    }

    /// What the containers listen on, and what the Service offers: every port that the user wrote leads to the gRPC listener,
    /// and an auxiliary port in its way moves up to the next free one.
    fn ports(&self, draft: &NodeDraft) -> (Vec<Port>, Vec<ServicePort>) {
        let (grpc, auxiliary) = match draft.role {
            Role::Peer => {
                (port::PEER_GRPC, [(Listener::Chaincode, port::PEER_CHAINCODE), (Listener::Operations, port::OPERATIONS)])
            }
            Role::Orderer => {
                (port::ORDERER_GRPC, [(Listener::Admin, port::ORDERER_ADMIN), (Listener::Operations, port::OPERATIONS)])
            }
        };
        let mut ports = vec![Port { name: Listener::Grpc, port: grpc }];
        let mut offered = vec![ServicePort { name: "grpc".to_owned(), port: grpc, target: Listener::Grpc }];
        let written: BTreeSet<u16> = self.addresses(draft).map(|address| address.written.port).collect();
        for written in written.into_iter().filter(|port| *port != grpc) {
            offered.push(ServicePort { name: format!("grpc-{written}"), port: written, target: Listener::Grpc });
        }
        for (name, listener) in auxiliary {
            ports.push(Port { name, port: listener });
            let taken =
                |port: &u16| offered.iter().any(|other| other.port == *port) || auxiliary_elsewhere(auxiliary, name, *port);
            let port = (listener..=u16::MAX).chain(1..listener).find(|port| !taken(port)).unwrap_or(listener);
            offered.push(ServicePort { name: name.word().to_owned(), port, target: name });
        }
        (ports, offered)
    }

    fn peer_env(
        &self,
        draft: &NodeDraft,
        address: &str,
        service_ports: &[ServicePort],
        (settings, database): (&NodeSettings, &StateDatabase),
    ) -> Vec<EnvVar> {
        let chaincode =
            service_ports.iter().find(|port| port.target == Listener::Chaincode).map_or(port::PEER_CHAINCODE, |port| port.port);
        let chaincode_host = addresses::service_fqdn(&draft.name, &draft.namespace, &self.cluster.domain);
        let (msp, tls, data) = (PATHS.msp, PATHS.tls, PATHS.peer_data);
        let identity = env([
            ("FABRIC_CFG_PATH", PATHS.config.to_owned()),
            ("FABRIC_LOGGING_SPEC", settings.log_spec.value.clone()),
            ("CORE_PEER_ID", draft.common_name.clone()),
            ("CORE_PEER_NETWORKID", self.cluster.network.clone()),
            ("CORE_PEER_ADDRESS", address.to_owned()),
            ("CORE_PEER_LISTENADDRESS", format!("0.0.0.0:{}", port::PEER_GRPC)),
            ("CORE_PEER_CHAINCODEADDRESS", format!("{chaincode_host}:{chaincode}")),
            ("CORE_PEER_CHAINCODELISTENADDRESS", format!("0.0.0.0:{}", port::PEER_CHAINCODE)),
            ("CORE_PEER_GOSSIP_BOOTSTRAP", format!("{}:{}", self.bootstrap, port::PEER_GRPC)),
            ("CORE_PEER_GOSSIP_EXTERNALENDPOINT", address.to_owned()),
            ("CORE_PEER_LOCALMSPID", self.msp_id.to_owned()),
            ("CORE_PEER_MSPCONFIGPATH", msp.to_owned()),
            ("CORE_PEER_TLS_ENABLED", "true".to_owned()),
            ("CORE_PEER_TLS_CERT_FILE", format!("{tls}/tls.crt")),
            ("CORE_PEER_TLS_KEY_FILE", format!("{tls}/tls.key")),
            ("CORE_PEER_TLS_ROOTCERT_FILE", format!("{tls}/ca.crt")),
            ("CORE_PEER_FILESYSTEMPATH", data.to_owned()),
            ("CORE_LEDGER_SNAPSHOTS_ROOTDIR", format!("{data}/snapshots")),
        ]);
        let operations = env([
            ("CORE_OPERATIONS_LISTENADDRESS", format!("0.0.0.0:{}", port::OPERATIONS)),
            ("CORE_METRICS_PROVIDER", "prometheus".to_owned()),
            ("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG", format!("{{\"peername\":\"{}\"}}", draft.name)),
        ]);
        [identity, state_database::address(database), operations, state_database::credentials(database)].concat()
    }

    fn orderer_env(&self, settings: &NodeSettings) -> Vec<EnvVar> {
        let (msp, tls, data) = (PATHS.msp, PATHS.tls, PATHS.orderer_data);
        env([
            ("FABRIC_CFG_PATH", PATHS.config.to_owned()),
            ("FABRIC_LOGGING_SPEC", settings.log_spec.value.clone()),
            ("ORDERER_GENERAL_LISTENADDRESS", "0.0.0.0".to_owned()),
            ("ORDERER_GENERAL_LISTENPORT", port::ORDERER_GRPC.to_string()),
            ("ORDERER_GENERAL_LOCALMSPID", self.msp_id.to_owned()),
            ("ORDERER_GENERAL_LOCALMSPDIR", msp.to_owned()),
            ("ORDERER_GENERAL_TLS_ENABLED", "true".to_owned()),
            ("ORDERER_GENERAL_TLS_CERTIFICATE", format!("{tls}/tls.crt")),
            ("ORDERER_GENERAL_TLS_PRIVATEKEY", format!("{tls}/tls.key")),
            ("ORDERER_GENERAL_TLS_ROOTCAS", format!("[{tls}/ca.crt]")),
            ("ORDERER_GENERAL_BOOTSTRAPMETHOD", "none".to_owned()),
            ("ORDERER_CHANNELPARTICIPATION_ENABLED", "true".to_owned()),
            ("ORDERER_ADMIN_LISTENADDRESS", format!("0.0.0.0:{}", port::ORDERER_ADMIN)),
            ("ORDERER_ADMIN_TLS_ENABLED", "true".to_owned()),
            ("ORDERER_ADMIN_TLS_CERTIFICATE", format!("{tls}/tls.crt")),
            ("ORDERER_ADMIN_TLS_PRIVATEKEY", format!("{tls}/tls.key")),
            ("ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED", "true".to_owned()),
            ("ORDERER_ADMIN_TLS_CLIENTROOTCAS", format!("[{tls}/ca.crt]")),
            ("ORDERER_OPERATIONS_LISTENADDRESS", format!("0.0.0.0:{}", port::OPERATIONS)),
            ("ORDERER_METRICS_PROVIDER", "prometheus".to_owned()),
            ("ORDERER_FILELEDGER_LOCATION", data.to_owned()),
            ("ORDERER_CONSENSUS_WALDIR", format!("{data}/etcdraft/wal")),
            ("ORDERER_CONSENSUS_SNAPDIR", format!("{data}/etcdraft/snapshot")),
        ])
    }

    /// A peer's; for an orderer, settings of one would silently do nothing.
    fn state_database(
        &self,
        draft: &NodeDraft,
        (settings, secret): (&NodeSettings, &str),
        databases: &mut state_database::Taken,
        problems: &mut Problems,
    ) -> Option<StateDatabase> {
        if draft.role == Role::Orderer {
            let written = given(&settings.state_database).then_some(("stateDatabase", &settings.state_database.place));
            let couchdb = settings.couchdb.as_ref().map(|couchdb| ("couchdb", &couchdb.place));
            for (key, place) in written.into_iter().chain(couchdb) {
                let problem = Problem::new(Code::FK0297, format!("`{key}` stands under an orderer, which has no state database"));
                problems.push(problem.at(place).help("take it out, or put it under a peer"));
            }
            return None;
        }
        let values = &self.inputs.values;
        let couchdb = values.couchdb(&self.org.domain, &draft.hostname, problems);
        let of_couchdb = (&couchdb, &values.settings.image);
        let database = state_database::state_database(settings, of_couchdb, secret, problems);
        databases.by(&draft.name, &database, &couchdb.external.address, problems);
        Some(database)
    }

    /// What finds the nodes that do the same as this one: those of its org, and all that order.
    fn siblings(&self, role: Role) -> Labels {
        match role {
            Role::Peer => names::org_selector(&self.org.name, role.word()),
            Role::Orderer => names::orderers_selector(&self.cluster.network),
        }
    }
}

/// Where a node's container has something mounted.
fn mounts(role: Role) -> [&'static str; 5] {
    let data = match role {
        Role::Peer => PATHS.peer_data,
        Role::Orderer => PATHS.orderer_data,
    };
    [PATHS.config, data, PATHS.msp, PATHS.tls, "/tmp"]
}

fn auxiliary_elsewhere(auxiliary: [(Listener, u16); 2], name: Listener, port: u16) -> bool {
    auxiliary.iter().any(|(other, listener)| *other != name && *listener == port)
}

fn env<const N: usize>(pairs: [(&'static str, String); N]) -> Vec<EnvVar> {
    pairs.map(|(name, value)| EnvVar::plain(name, value)).into()
}
