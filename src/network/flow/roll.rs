//! `flow roll`: orderers restarted one by one. Which of them, by what they are found, and what the Job may do for it; how it is done
//! is the script's in templates/flow/roll.

use super::Engine;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{Listener, Network, Node, Org, OrgRoot, Role, addresses, names};
use serde::Serialize;

/// Where the script finds what it knows orderers by, and is known by.
const ROOTS: &str = "/etc/hyperledger/roots";
const CLIENTS: &str = "/etc/hyperledger/clients";

/// Orderers to restart, as a user asks for them. None named: all.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Those of one org, by its name, its Domain or its MSP ID.
    pub org: Option<&'a str>,
    /// These, by their names in Kubernetes or their common names, whatever revision they are of.
    pub nodes: &'a [String],
    pub which: Which,
}

/// Which of those that are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose pods are older than their StatefulSets.
    Changed,
    All,
}

/// A run: what carries it out, what tells it from other runs, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub engine: Engine,
    /// The end of its name.
    pub mark: &'a str,
    /// Seconds that an orderer may take to come back.
    pub timeout: u32,
}

/// A Job, or a Workflow, that restarts orderers.
#[derive(Clone, Debug, Serialize)]
pub struct Roll {
    pub engine: Engine,
    /// The Job's or the Workflow's: another with every run, since a Job cannot be changed and runs once.
    pub name: String,
    /// Of the ServiceAccount, the Roles and the RoleBindings: the same with every run.
    pub account: String,
    /// Where it runs: with the first of the orderers that it may restart.
    pub namespace: String,
    pub timeout: u32,
    /// Every orderer of the network, whether it is restarted or only looked at.
    pub orderers: Vec<Rolled>,
    /// The same as the script reads it: a line an orderer.
    pub list: String,
    pub grants: Vec<Grant>,
    /// `None`: orderers tell their metrics by plain HTTP.
    pub tls: Option<RollTls>,
}

/// How the Job knows orderers, and they it: Secrets of its own namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollTls {
    /// With the roots of all ordering orgs.
    pub roots_secret: String,
    pub roots_path: &'static str,
    /// Each with a certificate and its key.
    pub client_secrets: Vec<String>,
    /// Each Secret is a folder there.
    pub clients_path: &'static str,
}

/// An orderer, as the script knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rolled {
    pub name: String,
    pub namespace: String,
    pub when: When,
    /// Where it tells its metrics.
    pub metrics: String,
    /// How it is asked there, if that is by TLS.
    pub tls: Option<RolledTls>,
}

/// How an orderer is asked by TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RolledTls {
    /// `host:port` of its own Service, which every cluster's DNS knows: the host of `metrics` is the one that its certificate has.
    pub at: String,
    /// The file with its root.
    pub root: String,
    /// The folder with `tls.crt` and `tls.key`.
    pub client: String,
}

/// When an orderer is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// If its pod is older than its StatefulSet.
    Changed,
    Always,
    Never,
}

impl When {
    /// The script's word.
    fn word(self) -> &'static str {
        match self {
            When::Changed => "changed",
            When::Always => "always",
            When::Never => "never",
        }
    }
}

/// What the Job may do in a namespace, thing by thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    pub namespace: String,
    /// StatefulSets that it reads.
    pub stateful_sets: Vec<String>,
    /// Pods that it reads.
    pub pods: Vec<String>,
    /// Those among them that it may delete.
    pub restarted: Vec<String>,
}

/// How many characters a Job's name may have: its pods carry it in a label.
const NAME_LIMIT: usize = names::LABEL_LIMIT;

/// The Job that restarts the chosen orderers of a network.
pub fn roll(network: &Network, choice: Choice<'_>, run: Run<'_>, problems: &mut Problems) -> Result<Roll, Stop> {
    let orderers: Vec<&Node> = network.nodes().filter(|node| node.role == Role::Orderer).collect();
    check(network, &orderers, choice, problems);
    let when = |node: &Node| {
        let is_of_org = choice.org.is_none_or(|org| is_called(network.org(node.id.org()), org));
        let is_named = choice.nodes.iter().any(|name| is_node(node, name));
        match (choice.nodes.is_empty(), is_named, is_of_org, choice.which) {
            (_, true, true, _) | (true, _, true, Which::All) => When::Always,
            (true, _, true, Which::Changed) => When::Changed,
            _ => When::Never,
        }
    };
    let rolled: Vec<Rolled> = orderers
        .iter()
        .map(|node| Rolled {
            name: node.name.clone(),
            namespace: node.namespace.clone(),
            when: when(node),
            metrics: metrics(node, network),
            tls: rolled_tls(node, network),
        })
        .collect();
    let account = format!("{}-flow-roll", network.name);
    let namespace = rolled.iter().find(|node| node.when != When::Never).map(|node| node.namespace.clone());
    if let Some(node) = network.nodes().find(|node| node.name == account && Some(&node.namespace) == namespace.as_ref()) {
        let problem =
            Problem::new(Code::FK0214, format!("the flow's ServiceAccount and the node's would both be called `{account}`"));
        problems.push(problem.at(&node.place).help("give the network another name in values.yaml: `network: {name: …}`"));
    }
    if let Some(namespace) = &namespace {
        check_clients(network, &orderers, namespace, problems);
    }
    problems.stop_on_errors()?;
    Ok(Roll {
        engine: run.engine,
        name: job_name(&network.name, run.mark),
        account,
        namespace: namespace.ok_or_else(|| Stop::Internal("nothing is to be restarted".to_owned()))?,
        timeout: run.timeout,
        list: rolled.iter().map(Rolled::line).collect(),
        grants: grants(&rolled),
        tls: roll_tls(network, &orderers),
        orderers: rolled,
    })
}

impl Rolled {
    /// What the script reads of it: words, the last three with TLS alone.
    fn line(&self) -> String {
        let Self { name, namespace, when, metrics, tls } = self;
        let how = tls.as_ref().map_or(String::new(), |RolledTls { at, root, client }| format!(" {at} {root} {client}"));
        format!("{name} {namespace} {} {metrics}{how}\n", when.word())
    }
}

/// Where a node tells its metrics. By TLS it is called as others dial it, since its certificate has that name for sure: one that was
/// made elsewhere need not have its Service's.
fn metrics(node: &Node, network: &Network) -> String {
    match &node.operations.tls {
        None => format!("http://{}/metrics", operations_at(node, network)),
        Some(_) => format!("https://{}:{}/metrics", node.host, operations_port(node)),
    }
}

/// `host:port` of its own Service, which every cluster's DNS knows, however nodes are dialled otherwise.
fn operations_at(node: &Node, network: &Network) -> String {
    format!("{}:{}", network.service_fqdn(node), operations_port(node))
}

fn operations_port(node: &Node) -> u16 {
    let offered = node.service_ports.iter().find(|port| port.target == Listener::Operations);
    offered.map_or(addresses::port::OPERATIONS, |port| port.port)
}

fn rolled_tls(node: &Node, network: &Network) -> Option<RolledTls> {
    let secret = client_secret(node, network)?;
    let root = OrgRoot::of(network.org(node.id.org())).file;
    Some(RolledTls { at: operations_at(node, network), root: format!("{ROOTS}/{root}"), client: format!("{CLIENTS}/{secret}") })
}

/// The Secret with a certificate that the node tells its metrics to, as Prometheus has it: the user's, or the administrator's of its org.
/// `None`: it tells everybody.
fn client_secret<'a>(node: &'a Node, network: &'a Network) -> Option<&'a str> {
    let tls = node.operations.tls.as_ref()?;
    Some(tls.client_secret.as_deref().unwrap_or(&network.org(node.id.org()).secrets.admin_tls))
}

fn roll_tls(network: &Network, orderers: &[&Node]) -> Option<RollTls> {
    let mut client_secrets: Vec<String> =
        orderers.iter().filter_map(|node| client_secret(node, network)).map(str::to_owned).collect();
    client_secrets.dedup();
    let roots_secret = names::flow_roots(&network.name);
    (!client_secrets.is_empty()).then_some(RollTls { roots_secret, roots_path: ROOTS, client_secrets, clients_path: CLIENTS })
}

/// An administrator's key stays in the namespace of its org, where it is nobody else's.
fn check_clients(network: &Network, orderers: &[&Node], namespace: &str, problems: &mut Problems) {
    let has_own = |node: &&&Node| node.operations.tls.is_some() && node.operations.client_secret().is_none();
    let elsewhere = orderers.iter().filter(has_own).filter(|node| node.namespace != namespace);
    let mut orgs: Vec<&Org> = elsewhere.map(|node| network.org(node.id.org())).collect();
    orgs.dedup_by_key(|org| org.id);
    if orgs.is_empty() {
        return;
    }
    let names: Vec<&str> = orgs.iter().map(|org| org.short_name.as_str()).collect();
    let message = format!(
        "orderers tell their metrics to certificates of their own orgs alone, and no key of `{}` is for the namespace `{namespace}`",
        names.join("`, `")
    );
    let problem = Problem::new(Code::FK0761, message);
    let problem = orgs.iter().fold(problem, |problem, org| problem.at(&org.place));
    problems.push(problem.help(
        "write `operations: {tls: {clientSecret: …}}`: a Secret of one CA for metrics alone, in every org's namespace (docs/monitoring.md)",
    ));
}

/// The network's name gives way where both are too long together: the mark tells runs apart.
fn job_name(network: &str, mark: &str) -> String {
    let rest = format!("-roll-{mark}");
    let room = NAME_LIMIT.saturating_sub(rest.len());
    let network: String = network.chars().take(room).collect();
    format!("{}{rest}", network.trim_end_matches('-'))
}

fn grants(orderers: &[Rolled]) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for orderer in orderers {
        let known = grants.iter().position(|grant| grant.namespace == orderer.namespace);
        let at = known.unwrap_or_else(|| {
            let namespace = orderer.namespace.clone();
            grants.push(Grant { namespace, stateful_sets: Vec::new(), pods: Vec::new(), restarted: Vec::new() });
            grants.len() - 1
        });
        let pod = format!("{}-0", orderer.name);
        if orderer.when != When::Never {
            grants[at].restarted.push(pod.clone());
        }
        grants[at].stateful_sets.push(orderer.name.clone());
        grants[at].pods.push(pod);
    }
    grants
}

fn is_called(org: &Org, name: &str) -> bool {
    org.is_called(name) || org.name == name
}

fn is_node(node: &Node, name: &str) -> bool {
    node.name == name || node.common_name == name
}

fn check(network: &Network, orderers: &[&Node], choice: Choice<'_>, problems: &mut Problems) {
    let Some(first) = orderers.first() else {
        let problem = Problem::new(Code::FK0760, "the network has no orderer to restart");
        problems.push(problem.help("`flow roll` restarts the orderers of crypto-config.yaml; a changed peer restarts by itself"));
        return;
    };
    if let Some(name) = choice.org
        && !orderers.iter().any(|node| is_called(network.org(node.id.org()), name))
    {
        let problem = Problem::new(Code::FK0601, format!("no org with orderers is called `{name}`"));
        let mut known: Vec<&str> = orderers.iter().map(|node| network.org(node.id.org()).short_name.as_str()).collect();
        known.dedup();
        problems.push(problem.at(&Place::option(&format!("--org {name}"))).help(format!("there are `{}`", known.join("`, `"))));
    }
    for name in choice.nodes.iter().filter(|name| !orderers.iter().any(|node| is_node(node, name))) {
        let problem = Problem::new(Code::FK0601, format!("no orderer is called `{name}`"));
        let help = format!("`fabkube show` prints them: `{}`, for one", first.name);
        problems.push(problem.at(&Place::option(&format!("--node {name}"))).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::sample::two_orgs;

    const RUN: Run<'_> = Run { engine: Engine::Jobs, mark: "1", timeout: 60 };

    fn whens(choice: Choice<'_>) -> Result<Vec<When>, Vec<String>> {
        let mut problems = Problems::new();
        match roll(&two_orgs(), choice, RUN, &mut problems) {
            Ok(roll) => Ok(roll.orderers.iter().map(|orderer| orderer.when).collect()),
            Err(_) => Err(problems.iter().map(|problem| problem.message.clone()).collect()),
        }
    }

    #[test]
    fn who_is_named_is_restarted_and_the_others_are_looked_at() {
        use When::{Always, Changed, Never};
        let nodes = ["orderer1.example.com".to_owned(), "orderer-orderer2".to_owned()];
        let all = Choice { org: None, nodes: &[], which: Which::Changed };
        assert_eq!(whens(all), Ok(vec![Changed; 3]));
        assert_eq!(whens(Choice { which: Which::All, ..all }), Ok(vec![Always; 3]));
        assert_eq!(whens(Choice { nodes: &nodes, ..all }), Ok(vec![Never, Always, Always]));
        for org in ["Orderer", "orderer", "example.com", "OrdererMSP"] {
            assert_eq!(whens(Choice { org: Some(org), ..all }), Ok(vec![Changed; 3]), "{org}");
        }
        let peer = ["peer0.org1.example.com".to_owned()];
        assert_eq!(whens(Choice { nodes: &peer, ..all }).unwrap_err(), ["no orderer is called `peer0.org1.example.com`"]);
        assert_eq!(whens(Choice { org: Some("Org1"), ..all }).unwrap_err(), ["no org with orderers is called `Org1`"]);
    }

    #[test]
    fn a_job_may_delete_what_it_restarts_and_nothing_else() {
        let nodes = ["orderer-orderer1".to_owned()];
        let choice = Choice { org: None, nodes: &nodes, which: Which::Changed };
        let roll = roll(&two_orgs(), choice, RUN, &mut Problems::new()).unwrap();
        let [grant] = roll.grants.as_slice() else { panic!("{:?}", roll.grants) };
        assert_eq!(grant.restarted, ["orderer-orderer1-0"]);
        assert_eq!(grant.pods, ["orderer-orderer0-0", "orderer-orderer1-0", "orderer-orderer2-0"]);
    }

    #[test]
    fn a_long_name_of_a_network_gives_way_to_the_run() {
        assert_eq!(job_name("fabric", "20261120-202415"), "fabric-roll-20261120-202415");
        let long = job_name(&format!("{}-{}", "a".repeat(41), "b".repeat(21)), "20261120-202415");
        assert_eq!(long, format!("{}-roll-20261120-202415", "a".repeat(41)));
    }
}
