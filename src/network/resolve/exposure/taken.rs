//! Whether hosts outside are somebody else's: an address leads to one node, and no certificate gets another node's name.
//! Whether a host can be dialled at all is `checks`'s.

use super::Exposures;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::resolve::Cluster;
use crate::network::resolve::orgs::OrgDraft;
use crate::network::{ExposedBy, Exposure, HostPort, NodeId, OrgId, OrgKind, RouteParent, addresses, names};
use std::collections::BTreeMap;

/// Reports hosts and addresses of others.
pub fn check(exposures: &Exposures, orgs: &[OrgDraft], cluster: &Cluster, problems: &mut Problems) {
    check_names(exposures, orgs, cluster, problems);
    check_addresses(exposures, problems);
    check_controllers(exposures, problems);
}

/// Who is called by a name within the cluster or in the user's files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Node(NodeId),
    /// The Service over all nodes of an org.
    Service(OrgId),
}

/// A name, by whom, and how a message calls that one.
struct Held<'a> {
    by: Holder,
    kind: Kind,
    called: String,
    place: &'a Place,
}

/// Whether a name is for its holder alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    /// What the user added to a certificate.
    San,
}

type Names<'a> = BTreeMap<String, Vec<Held<'a>>>;

/// Every name of every node and of the Services over them.
fn names_of<'a>(orgs: &'a [OrgDraft], cluster: &Cluster) -> Names<'a> {
    let mut all = Names::new();
    let mut add = |name: &str, held: Held<'a>| {
        let known = all.entry(addresses::plain(name)).or_default();
        if !known.iter().any(|other| other.by == held.by) {
            known.push(held);
        }
    };
    for org in orgs {
        for node in &org.nodes {
            let held = |kind| Held { by: Holder::Node(node.id), kind, called: node.common_name.clone(), place: &node.place };
            let services = addresses::service_names(&node.name, &node.namespace, &cluster.domain);
            services.iter().chain([&node.common_name, &node.hostname]).for_each(|name| add(name, held(Kind::Own)));
            node.cryptogen_sans.iter().for_each(|name| add(name, held(Kind::San)));
        }
        let service = match org.kind {
            OrgKind::Peer => names::peer_gateway(&org.name),
            OrgKind::Orderer => names::orderers(&org.name),
        };
        if !org.nodes.is_empty() {
            for name in addresses::service_names(&service, &org.namespace, &cluster.domain) {
                let (by, kind, called) = (Holder::Service(org.id), Kind::Own, service.clone());
                add(&name, Held { by, kind, called, place: &org.place });
            }
        }
    }
    all
}

/// A declared host goes into certificates: of one node, or of all peers behind a gateway. Whoever has a certificate with another
/// node's name can pass for that one.
fn check_names(exposures: &Exposures, orgs: &[OrgDraft], cluster: &Cluster, problems: &mut Problems) {
    let names = names_of(orgs, cluster);
    for (id, exposure) in &exposures.nodes {
        check_name((exposure, exposures), &names, |held| held.by == Holder::Node(*id), problems);
    }
    for (id, exposure) in &exposures.gateways {
        let org = orgs.iter().find(|org| org.id == *id);
        let only_peer = org.and_then(|org| if let [node] = org.nodes.as_slice() { Some(node.id) } else { None });
        let is_own = |held: &Held| held.by == Holder::Service(*id) || only_peer.is_some_and(|node| held.by == Holder::Node(node));
        check_name((exposure, exposures), &names, is_own, problems);
    }
}

fn check_name((exposure, all): (&Exposure, &Exposures), names: &Names, is_own: impl Fn(&Held) -> bool, problems: &mut Problems) {
    let Some(host) = exposure.host.as_deref() else { return };
    let Some(held) = names.get(&addresses::plain(host)) else { return };
    // A SAN that several nodes share, the name of their machine or their gateway, tells none of them apart; nor does that of a node
    // which is dialled there itself.
    let is_there = |held: &Held| all.nodes.iter().any(|(id, other)| held.by == Holder::Node(*id) && other.is_at(host));
    let is_shared = held.iter().all(|one| one.kind == Kind::San && (held.len() > 1 || is_there(one)));
    if !is_shared && !held.iter().any(is_own) {
        report(exposure, held, problems);
    }
}

fn report(exposure: &Exposure, held: &[Held], problems: &mut Problems) {
    let (Some(host), Some(other)) = (&exposure.host, held.first()) else { return };
    let message = format!("`{}` cannot be dialled at `{host}`, which is a name of `{}`", exposure.name, other.called);
    problems.push(
        Problem::new(Code::FK0709, message).at(&exposure.place).at(other.place).help(
            "declare a `host` that nobody else is called by: it goes into the certificate, which would pass for the other's",
        ),
    );
}

/// One address cannot lead to two.
fn check_addresses(exposures: &Exposures, problems: &mut Problems) {
    let mut known: BTreeMap<HostPort, (&Exposure, Option<u16>)> = BTreeMap::new();
    for (exposure, port) in exposures.all().flat_map(|exposure| exposure.ports.iter().map(move |port| (exposure, port))) {
        // Ports of 0, and node ports of two, have been told of.
        let Some(address) = exposure.address(port.name).filter(|address| address.port > 0) else { continue };
        let dialled = HostPort { host: addresses::plain(&address.host), port: address.port };
        let Some((other, node_port)) = known.insert(dialled, (exposure, port.node_port)) else { continue };
        if node_port.is_some() && node_port == port.node_port {
            continue;
        }
        report_two((other, exposure), &address.to_string(), problems);
    }
}

/// One controller tells nodes apart by the host alone, whatever port others dial.
fn check_controllers(exposures: &Exposures, problems: &mut Problems) {
    let mut known: BTreeMap<(String, String), &Exposure> = BTreeMap::new();
    for exposure in exposures.all() {
        let (Some(controller), Some(host)) = (controller(exposure), &exposure.host) else { continue };
        let port = |exposure: &Exposure| exposure.ports.first().map(|port| port.port);
        if let Some(other) = known.insert((controller, addresses::plain(host)), exposure)
            // At one port they have been told of.
            && port(other) != port(exposure)
        {
            report_two((other, exposure), host, problems);
        }
    }
}

/// What passes TLS on by the host; `None` where the address says who is meant.
fn controller(exposure: &Exposure) -> Option<String> {
    match &exposure.by {
        ExposedBy::NodePort { .. } | ExposedBy::LoadBalancer { .. } => None,
        ExposedBy::Ingress { class, backend: _ } => Some(format!("Ingress {}", class.as_deref().unwrap_or_default())),
        ExposedBy::TlsRoute { parent: RouteParent { name, namespace, section }, backend: _ } => {
            let namespace = namespace.as_ref().unwrap_or(&exposure.namespace);
            Some(format!("Gateway {namespace}/{name} {}", section.as_deref().unwrap_or_default()))
        }
    }
}

fn report_two((one, other): (&Exposure, &Exposure), address: &str, problems: &mut Problems) {
    let message = format!("`{}` and `{}` would both be dialled at `{address}`", one.name, other.name);
    problems.push(
        Problem::new(Code::FK0701, message)
            .at(&other.place)
            .at(&one.place)
            .help("give each node a `host` of its own (`orgs.<Domain>.nodes.<Hostname>.expose.host`), or all of them a `domain`"),
    );
}
