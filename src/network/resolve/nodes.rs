//! The second half of orgs and nodes: addresses, ports, names in certificates, and the settings of values.yaml.

use super::Cluster;
use super::environment::{self, Told};
use super::exposure::Exposures;
use super::hosts;
use super::ordering::Ordering;
use super::orgs::{NodeDraft, OrgDraft, Source};
use super::ports::{self, Written};
use super::{
    chaincode, fabric_ca, fabric_config, gateway, monitoring, namespaces, operations, pods, settings, state_database, volumes,
};
use crate::diag::{Code, Problem, Problems};
use crate::input::values::NodeSettings;
use crate::input::{Inputs, given};
use crate::network::addresses::{self, port};
use crate::network::{
    Budget, ChaincodeRuntime, Channel, Exposure, HostPort, Labels, Listener, MspSource, Node, NodeId, Org, OrgKind, Paths, Probe,
    Probes, Reach, Role, Rollout, Service, StateDatabase, names,
};
use std::collections::BTreeMap;

/// Completes every org.
pub fn finish(
    drafts: Vec<OrgDraft>,
    (channels, ordering, exposures): (&[Channel], &Ordering, &Exposures),
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) -> Vec<Org> {
    let outside = exposures.addresses();
    let addresses = addresses(channels, ordering, &outside);
    operations::check(&inputs.values.settings.operations.tls, problems);
    let rollout = settings::rollout(&inputs.values.settings.orderer.rollout, problems);
    let mut databases = state_database::Taken::default();
    drafts
        .into_iter()
        .map(|draft| {
            let first = bootstrap(&draft);
            let (first, bootstrap) =
                (first.map(|node| node.id), first.map(|node| hosts::dialled(node, cluster)).unwrap_or_default());
            let msp_id = super::channels::msp_id(&draft, inputs.configtx.as_ref().map(|file| &file.content));
            check_msp_id(&msp_id, channels, &draft, problems);
            let exposure = exposures.gateway(draft.id);
            let service = service(&draft, exposure, (inputs, cluster), problems);
            let runtime = (draft.kind == OrgKind::Peer).then(|| {
                let (settings, _) = inputs.values.chaincode(&draft.domain, problems);
                chaincode::runtime(&settings, inputs, cluster, problems)
            });
            let completion = Completion {
                inputs,
                cluster,
                org: &draft,
                msp_id: &msp_id,
                bootstrap: &bootstrap,
                service: service.as_ref(),
                addresses: &addresses,
                ordering,
                exposures,
                runtime: runtime.as_ref(),
                rollout,
            };
            let nodes: Vec<Node> = draft.nodes.iter().map(|node| completion.node(node, &mut databases, problems)).collect();
            let budget = budget(&draft, cluster);
            let fabric_ca = fabric_ca::fabric_ca(&draft, (inputs, cluster), problems);
            let watched = (nodes.as_slice(), service.as_ref(), fabric_ca.as_ref());
            let monitoring = monitoring::of_org(&draft, watched, (&inputs.values.settings, cluster), problems);
            let wants_profile = inputs.values.settings.connection_profile.enabled;
            let has_profile = wants_profile && draft.kind == OrgKind::Peer && !draft.nodes.is_empty();
            let OrgDraft { id, kind, name, namespace, short_name, domain, node_ous, ca, users, nodes: _, place } = draft;
            Org {
                labels: names::labels(&cluster.network, "fabric", "org", Some(&name)),
                secrets: names::org_secrets(&name),
                connection_profile: has_profile.then(|| names::connection_profile(&name)),
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
                monitoring,
                fabric_ca,
                // These stand on channels.
                chaincodes: Vec::new(),
                // It stands on the nodes of all orgs.
                cli: None,
                bootstrap: first,
                exposure: exposures.gateway(id).cloned(),
                place,
            }
        })
        .collect()
}

/// The addresses that channels' configuration has for each node, then those from outside, and what they lead to.
fn addresses<'a>(
    channels: &'a [Channel],
    ordering: &Ordering,
    outside: &'a [(NodeId, Listener, HostPort)],
) -> BTreeMap<NodeId, Vec<Written<'a>>> {
    let mut addresses: BTreeMap<NodeId, Vec<Written>> = BTreeMap::new();
    for config in channels.iter().map(|channel| &channel.config) {
        let consenters = config.consenters().into_iter().map(|consenter| &consenter.address);
        let channel_wide = config.orderer.iter().flat_map(|orderer| &orderer.addresses);
        let endpoints = config.orderer_orgs().iter().flat_map(|org| &org.orderer_endpoints);
        let anchors = config.application_orgs().iter().flat_map(|org| &org.anchor_peers).map(|anchor| &anchor.address);
        let consenters = consenters.map(|address| (address, ordering.cluster.listener()));
        let others = channel_wide.chain(endpoints).chain(anchors).map(|address| (address, Listener::Grpc));
        for (address, listener) in consenters.chain(others) {
            if let Some(node) = address.node {
                addresses.entry(node).or_default().push(Written { at: &address.deployed, listener });
            }
        }
    }
    // Where the cluster's own DNS knows the host from outside too, the node's Service takes what was meant for there.
    for (node, listener, at) in outside {
        addresses.entry(*node).or_default().push(Written { at, listener: *listener });
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
fn service(
    org: &OrgDraft,
    exposure: Option<&Exposure>,
    (inputs, cluster): (&Inputs, &Cluster),
    problems: &mut Problems,
) -> Option<Service> {
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
    let outside = exposure.and_then(|exposure| exposure.address(Listener::Grpc));
    let outside: Vec<Written> = outside.iter().map(|at| Written { at, listener: Listener::Grpc }).collect();
    let (_, ports) = ports::ports(vec![(Listener::Grpc, port)], &outside);
    Some(Service {
        labels: names::labels(&cluster.network, names::application(org.role()), component, Some(&org.name)),
        selector: names::org_selector(&org.name, component),
        ports,
        session_affinity: gateway::session_affinity(org, inputs, problems),
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
    addresses: &'a BTreeMap<NodeId, Vec<Written<'a>>>,
    ordering: &'a Ordering,
    exposures: &'a Exposures,
    runtime: Option<&'a ChaincodeRuntime>,
    rollout: Rollout,
}

impl Completion<'_> {
    fn node(&self, draft: &NodeDraft, databases: &mut state_database::Taken, problems: &mut Problems) -> Node {
        let component = draft.role.word();
        let settings = self.inputs.values.node(component, &self.org.domain, &draft.hostname, problems);
        let everywhere = &self.inputs.values.settings;
        let (ports, service_ports) = ports::ports(ports::listeners(draft.role, self.cluster, self.ordering), self.written(draft));
        let host = hosts::dialled(draft, self.cluster);
        let exposure = self.exposures.node(draft.id);
        let dialled = self.dialled(draft, &host);
        let grpc = ports.first().map_or(0, |port| port.port);
        let address = format!("{host}:{grpc}");
        let mut labels = names::labels(&self.cluster.network, names::application(draft.role), component, Some(&self.org.name));
        labels.extend(names::node_selector(&draft.name));
        let secrets = names::node_secrets(&draft.name);
        let state_database = self.state_database(draft, (&settings, &secrets.couchdb), databases, problems);
        let chaincode_runtime = self.runtime.cloned();
        let genesis = self.ordering.genesis.as_ref().filter(|_| draft.role == Role::Orderer).map(|genesis| genesis.name.clone());
        let operations = operations::operations(&settings.metrics, &everywhere.operations.tls, problems);
        monitoring::check_told(&settings.metrics.provider, &operations.metrics, everywhere, problems);
        operations::check_log_format(&settings.log_format, problems);
        operations::check_log_spec(&settings.log_spec, problems);
        if let Some(database) = &state_database {
            operations::check_password(&settings.log_spec, (self.cluster.version, database), problems);
        }
        let told =
            Told { cluster: self.cluster, settings: &settings, msp_id: self.msp_id, name: &draft.name, operations: &operations };
        let mut env = match (&state_database, &chaincode_runtime) {
            (Some(database), Some(runtime)) => {
                let chaincode = service_ports.iter().find(|port| port.target == Listener::Chaincode);
                let chaincode = chaincode.map_or(addresses::port::PEER_CHAINCODE, |port| port.port);
                let (bootstrap, address) = (self.bootstrap, address.as_str());
                let outside = exposure.and_then(|exposure| exposure.address(Listener::Grpc)).map(|outside| outside.to_string());
                let external = outside.as_deref().unwrap_or(address);
                environment::peer(&told, &environment::Peer { draft, address, external, bootstrap, chaincode, database, runtime })
            }
            _ => environment::orderer(&told, self.ordering),
        };
        let config = fabric_config::config(&settings.config, (draft.role, self.cluster.version), &mut env, problems);
        if let (Role::Orderer, Some(brokers)) = (draft.role, self.ordering.brokers) {
            super::kafka::check_topic(&settings.config, brokers, problems);
        }
        let own_env = pods::env(&settings.extra_env, &env, problems);
        env.extend(own_env);
        let mounts = volumes::mounts(draft.role, genesis.as_ref(), chaincode_runtime.as_ref(), &operations);
        let volumes = volumes::of_pod(genesis.as_ref(), state_database.as_ref(), chaincode_runtime.as_ref(), &operations);
        let mut taken: Vec<(&str, u16)> = ports.iter().map(|port| (port.name.word(), port.port)).collect();
        if let Some(StateDatabase::CouchDb(couchdb)) = &state_database {
            taken.push(("couchdb", couchdb.port));
        }
        let made = pods::Made { labels: &labels, siblings: self.siblings(draft.role), mounts, volumes, ports: taken };
        let mut pod = pods::pod(&settings, made, problems);
        pod.security = pod.security.max(chaincode_runtime.as_ref().map_or(pod.security, chaincode::security));
        if draft.role == Role::Peer {
            chaincode::check_builders(&settings.config, &env, self.cluster, problems);
        }
        let client_names = self.client_names();
        settings::check_release(&settings.image, self.cluster.version, problems);
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
            sans: self.sans(draft, (&dialled, &client_names)),
            dialled,
            client_names,
            exposure: exposure.cloned(),
            labels,
            selector: names::node_selector(&draft.name),
            env,
            config,
            ports,
            service_ports,
            image: settings::image(&settings.image, (&everywhere.image, &self.cluster.version.to_string()), problems),
            pull_secrets: settings::pull_secrets(&everywhere.image, problems),
            storage: settings::storage(&settings.storage, problems),
            resources: settings::resources(&settings.resources, problems),
            node_selector: settings::node_selector(&settings.node_selector, problems),
            tolerations: settings::tolerations(&settings.tolerations, problems),
            pod,
            probes: self.probes(draft.role, chaincode_runtime.as_ref()),
            operations,
            state_database,
            chaincode_runtime,
            genesis,
            paths: Paths::STANDARD,
            rollout: if draft.role == Role::Orderer { self.rollout } else { Rollout::Rolling },
            host,
            address,
            place: draft.place.clone(),
        }
    }

    /// How clients dial the Service over all nodes of the org, here and from outside.
    fn client_names(&self) -> Vec<String> {
        let fqdn = |service: &Service| addresses::service_fqdn(&service.name, &self.org.namespace, &self.cluster.domain);
        let outside = self.exposures.gateway(self.org.id).and_then(|exposure| exposure.host.clone());
        self.service.map(fqdn).into_iter().chain(outside).collect()
    }

    fn written(&self, draft: &NodeDraft) -> &[Written<'_>] {
        self.addresses.get(&draft.id).map_or(&[], Vec::as_slice)
    }

    /// A restart mends no Docker and no database, so liveness asks for neither.
    fn probes(&self, role: Role, runtime: Option<&ChaincodeRuntime>) -> Probes {
        let asks_docker = self.cluster.version.features().needs_docker_for_health;
        let readiness = match role {
            Role::Orderer => self.ordering.readiness,
            Role::Peer if asks_docker && !matches!(runtime, Some(ChaincodeRuntime::Dind(_))) => Probe::Grpc,
            Role::Peer => Probe::Health,
        };
        Probes { readiness, liveness: Probe::Version }
    }

    fn dialled(&self, draft: &NodeDraft, host: &str) -> Vec<String> {
        let mut dialled = vec![host.to_owned()];
        for Written { at, .. } in self.written(draft) {
            if !dialled.contains(&at.host) {
                dialled.push(at.host.clone());
            }
        }
        dialled
    }

    /// cryptogen's names first, then those of the node's Service and of its org's, whatever else it is dialled by, and the
    /// machine itself.
    fn sans(&self, draft: &NodeDraft, (dialled, by_clients): (&[String], &[String])) -> Vec<String> {
        let mut sans = draft.cryptogen_sans.clone();
        let services = [Some(draft.name.as_str()), self.service.map(|service| service.name.as_str())];
        let in_cluster = services
            .into_iter()
            .flatten()
            .flat_map(|service| addresses::service_names(service, &self.org.namespace, &self.cluster.domain));
        for name in in_cluster.chain(dialled.iter().chain(by_clients).cloned()).chain(addresses::itself()) {
            if !sans.contains(&name) {
                sans.push(name);
            }
        }
        sans
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

    /// What finds the nodes that do the same as this one: those of its org, and all that order, in whichever namespace.
    fn siblings(&self, role: Role) -> (Labels, Reach) {
        match role {
            Role::Peer => (names::org_selector(&self.org.name, role.word()), Reach::Namespace),
            Role::Orderer => (names::orderers_selector(&self.cluster.network), namespaces::reach_of_orderers(self.inputs)),
        }
    }
}
