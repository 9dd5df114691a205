//! The CLI pods of orgs: whom each reaches, as whom, and by which roots. It stands on complete nodes, of all orgs.

use super::{Cluster, names_checked, operations, pods, settings};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::values::{CliSettings, ImageSettings};
use crate::input::{Inputs, given};
use crate::network::{Cli, CliPaths, EnvVar, Image, Listener, Node, Org, OrgKind, OrgRoot, Tls, names};
use crate::yaml::Spanned;
use std::collections::BTreeMap;

const PATHS: CliPaths = CliPaths::STANDARD;

/// The CLI pod of each org, in their order, where the user wants one.
pub fn clis(orgs: &[Org], (inputs, cluster): (&Inputs, &Cluster), problems: &mut Problems) -> Vec<Option<Cli>> {
    let mut without_tools = None;
    let clis = orgs
        .iter()
        .map(|org| {
            let (own, of_pod) = inputs.values.cli(&org.domain, problems);
            if !own.enabled.value {
                return None;
            }
            if !cluster.version.features().tools_image && !given(&own.image.repository) {
                without_tools.get_or_insert_with(|| own.enabled.place.clone());
            }
            operations::check_log_spec(&own.log_spec, problems);
            let name = names::cli(&org.name);
            names_checked("CLI pod", (&name, &org.name), (&org.domain, &org.place), problems);
            let mut labels = names::labels(&cluster.network, "fabric-cli", "cli", Some(&org.name));
            let selector = names::node_selector(&name);
            labels.extend(selector.clone());
            let made = pods::Made::closed(&labels, &selector);
            let mut pod = pods::pod(&of_pod, made, problems);
            // There is one of them.
            pod.anti_affinity = None;
            Some(Cli {
                namespace: org.namespace.clone(),
                roots_secret: names::cli_roots(&name),
                roots: orgs.iter().map(OrgRoot::of).collect(),
                env: env(org, orgs, &own, cluster),
                endpoints: endpoints(org, orgs),
                image: image(&own, (inputs, cluster), problems),
                pull_secrets: inputs.values.settings.image.pull_secrets.iter().map(|name| name.value.clone()).collect(),
                resources: settings::resources(&own.resources, problems),
                node_selector: of_pod.node_selector.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
                tolerations: settings::tolerations(&of_pod.tolerations, problems),
                pod,
                paths: PATHS,
                name,
                labels,
                selector,
            })
        })
        .collect();
    if let Some(place) = without_tools {
        warn_of_tools(&place, cluster, problems);
    }
    clis
}

fn warn_of_tools(place: &Place, cluster: &Cluster, problems: &mut Problems) {
    let message = format!(
        "CLI pods of Fabric {} have the peer's image, in which there is `peer` and no `osnadmin`, since no image of tools is published",
        cluster.version
    );
    let problem = Problem::new(Code::FK0723, message).at(place);
    problems.push(problem.help("`cli: {image: {repository: …, tag: …}}` names an image of yours that has Fabric's programs"));
}

fn image(own: &CliSettings, (inputs, cluster): (&Inputs, &Cluster), problems: &mut Problems) -> Image {
    let repository = match cluster.version.features().tools_image {
        true => "hyperledger/fabric-tools",
        false => "hyperledger/fabric-peer",
    };
    let repository = if given(&own.image.repository) {
        own.image.repository.clone()
    } else {
        Spanned { value: repository.to_owned(), place: own.image.repository.place.clone() }
    };
    let own = ImageSettings { repository, ..own.image.clone() };
    // Where a version has no tools of its own, those of another are what there is.
    if cluster.version.features().tools_image {
        settings::check_release(&own, cluster.version, problems);
    }
    settings::image(&own, (&inputs.values.settings.image, &cluster.version.to_string()), problems)
}

fn root_path(org: &Org) -> String {
    format!("{}/{}", PATHS.roots, OrgRoot::of(org).file)
}

/// What is the org's own, and the first orderer, by which all of a channel can be told and asked.
fn env(org: &Org, orgs: &[Org], own: &CliSettings, cluster: &Cluster) -> Vec<EnvVar> {
    let (msp, tls) = (PATHS.msp, PATHS.tls);
    let mut env = vec![
        ("FABRIC_CFG_PATH", PATHS.config.to_owned()),
        ("FABRIC_LOGGING_SPEC", own.log_spec.value.clone()),
        ("ENDPOINTS", format!("{}/endpoints.sh", PATHS.config)),
        // Shells and programs keep what they remember there.
        ("HOME", PATHS.work.to_owned()),
        ("CORE_PEER_LOCALMSPID", org.msp_id.clone()),
        ("CORE_PEER_MSPCONFIGPATH", msp.to_owned()),
        ("CORE_PEER_TLS_ENABLED", (cluster.tls == Tls::On).to_string()),
        ("CORE_PEER_TLS_ROOTCERT_FILE", format!("{tls}/ca.crt")),
        ("CORE_PEER_TLS_CLIENTCERT_FILE", format!("{tls}/tls.crt")),
        ("CORE_PEER_TLS_CLIENTKEY_FILE", format!("{tls}/tls.key")),
    ];
    if org.kind == OrgKind::Peer {
        env.extend(org.bootstrap().map(|peer| ("CORE_PEER_ADDRESS", peer.address.clone())));
    }
    let ordering = || orgs.iter().filter(|org| org.kind == OrgKind::Orderer && !org.nodes.is_empty());
    // Its own orderers, if it has any.
    if let Some(first) = ordering().find(|other| other.id == org.id).or(ordering().next()) {
        env.extend(first.bootstrap().map(|orderer| ("ORDERER_ADDRESS", orderer.address.clone())));
        env.push(("ORDERER_CA", root_path(first)));
    }
    // Orderers take administrators of their own org alone.
    if let Some(admin) = org.bootstrap().and_then(admin_address) {
        env.extend([
            ("ORDERER_ADMIN_ADDRESS", admin),
            ("ORDERER_ADMIN_TLS_SIGN_CERT", format!("{tls}/tls.crt")),
            ("ORDERER_ADMIN_TLS_PRIVATE_KEY", format!("{tls}/tls.key")),
        ]);
    }
    env.into_iter().map(|(name, value)| EnvVar::plain(name, value)).collect()
}

/// Every node of every org, and the root that its certificate is under. The kind goes before the name, so that no name makes one of
/// the variables that the pod has.
fn endpoints(own: &Org, orgs: &[Org]) -> Vec<EnvVar> {
    let of_orgs = Words::of(orgs.iter().map(|org| org.name.as_str()));
    let of_nodes = Words::of(orgs.iter().flat_map(|org| &org.nodes).map(|node| node.name.as_str()));
    let mut endpoints = Vec::new();
    for org in orgs {
        let word = of_orgs.word(&org.name, &org.namespace);
        endpoints.push(EnvVar::plain(&format!("MSPID_{word}"), org.msp_id.as_str()));
        endpoints.push(EnvVar::plain(&format!("CA_{word}"), root_path(org)));
        for node in &org.nodes {
            let word = of_nodes.word(&node.name, &node.namespace);
            endpoints.push(EnvVar::plain(&format!("ADDRESS_{word}"), node.address.as_str()));
            let admin = admin_address(node).filter(|_| org.id == own.id);
            endpoints.extend(admin.map(|admin| EnvVar::plain(&format!("ADMIN_ADDRESS_{word}"), admin)));
        }
    }
    endpoints
}

/// Names as words of variables. They are unique in their namespace, and those that another namespace has too have it before them.
struct Words<'a> {
    uses: BTreeMap<&'a str, usize>,
}

impl<'a> Words<'a> {
    fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let mut uses = BTreeMap::new();
        names.for_each(|name| *uses.entry(name).or_default() += 1);
        Self { uses }
    }

    fn word(&self, name: &str, namespace: &str) -> String {
        if self.uses.get(name).is_some_and(|uses| *uses > 1) { word(&format!("{namespace}__{name}")) } else { word(name) }
    }
}

/// A name as a shell has variables.
fn word(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// Where an orderer is told which channels it serves.
fn admin_address(node: &Node) -> Option<String> {
    let admin = node.service_ports.iter().find(|port| port.target == Listener::Admin)?;
    Some(format!("{}:{}", node.host, admin.port))
}
