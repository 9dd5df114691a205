//! Whom a network has to let in, and its policies keep out: addresses outside of the cluster stand in no file of the user's.

use super::sources::says;
use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::NetworkPolicySettings;
use crate::network::{Channel, Consenter, ExposedBy, Exposure, Listener, Org, Role};
use crate::yaml::{FreeMap, Spanned};

/// Warns of consenters elsewhere, of ways in from outside that lead to closed pods, and of a Prometheus that nobody lets in.
pub fn warn(inputs: &Inputs, (orgs, channels): (&[Org], &[Channel]), problems: &mut Problems) {
    let settings = &inputs.values.settings.network_policies;
    warn_of_consenters_elsewhere(settings, orgs, channels, problems);
    warn_of_ways_in(settings, orgs, problems);
    warn_of_prometheus(inputs, problems);
}

/// Who is to ask all nodes for metrics is let in by name alone.
fn warn_of_prometheus(inputs: &Inputs, problems: &mut Problems) {
    let NetworkPolicySettings { enabled, monitoring, .. } = &inputs.values.settings.network_policies;
    if monitoring.is_empty() && inputs.values.settings.monitoring.service_monitor.enabled {
        let place = inputs.values.written(&["networkPolicies", "monitoring"], "").unwrap_or(&enabled.place);
        let message = "`networkPolicies` keeps Prometheus out, which is to ask all nodes for metrics";
        let help = "name where it runs: `networkPolicies: {monitoring: [{namespaceSelector: {matchLabels: \
                    {kubernetes.io/metadata.name: monitoring}}}]}`";
        problems.push(Problem::new(Code::FK0753, message).at(place).help(help));
    }
}

/// Who orders elsewhere comes from an address that no file of the user's has.
fn warn_of_consenters_elsewhere(
    NetworkPolicySettings { enabled, clients, consenters, .. }: &NetworkPolicySettings,
    orgs: &[Org],
    channels: &[Channel],
    problems: &mut Problems,
) {
    let listens_apart =
        orgs.iter().flat_map(|org| &org.nodes).flat_map(|node| &node.ports).any(|port| port.name == Listener::Cluster);
    if !consenters.is_empty() || (clients.is_empty() && !listens_apart) {
        return;
    }
    let all = channels.iter().flat_map(|channel| channel.config.consenters());
    let elsewhere: Vec<&Consenter> = all.filter(|consenter| consenter.node().is_none()).collect();
    if let Some(first) = elsewhere.first() {
        let address = format!("{}:{}", first.address.written.host, first.address.written.port);
        let message = format!("`networkPolicies` keeps out the consenter `{address}`, which is elsewhere");
        let place = clients.first().map_or(&enabled.place, |client| &client.place);
        let problem = Problem::new(Code::FK0751, message).at(place).at(&first.place);
        problems
            .push(problem.help("name where it comes from: `networkPolicies: {consenters: [{ipBlock: {cidr: 203.0.113.7/32}}]}`"));
    }
}

/// How connections from outside of the cluster come to a pod.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From an address of no pod: a machine's, a load balancer's or the client's own.
    Directly,
    /// From a pod of an Ingress controller or a Gateway, wherever that runs.
    ByController,
}

impl Way {
    fn of(exposure: &Exposure) -> Self {
        match exposure.by {
            ExposedBy::NodePort { .. } | ExposedBy::LoadBalancer { .. } => Way::Directly,
            ExposedBy::Ingress { .. } | ExposedBy::TlsRoute { .. } => Way::ByController,
        }
    }

    /// Whether any of the sources may be where such connections come from.
    fn is_open(self, sources: &[Spanned<FreeMap>]) -> bool {
        sources.iter().any(|source| match self {
            Way::Directly => says(source, "ipBlock"),
            Way::ByController => says(source, "namespaceSelector") || says(source, "ipBlock"),
        })
    }

    fn who_and_help(self) -> (&'static str, &'static str) {
        match self {
            Way::Directly => (
                "every address outside of the cluster",
                "name where it comes from, `networkPolicies: {clients: [{ipBlock: {cidr: 203.0.113.0/24}}]}`: the clients with \
                 `externalTrafficPolicy: Local`, the cluster's machines without",
            ),
            Way::ByController => (
                "pods of other namespaces, the controller's too",
                "name its namespace: `networkPolicies: {clients: [{namespaceSelector: {matchLabels: \
                 {kubernetes.io/metadata.name: ingress-nginx}}}]}`",
            ),
        }
    }
}

/// Policies that name nobody who could come in by what is exposed close what was opened: one warning for each way in.
fn warn_of_ways_in(settings: &NetworkPolicySettings, orgs: &[Org], problems: &mut Problems) {
    let NetworkPolicySettings { clients, consenters, .. } = settings;
    let Some(first) = clients.first() else { return };
    let of_orderers = [clients.as_slice(), consenters].concat();
    let nodes = orgs.iter().flat_map(|org| &org.nodes).filter_map(|node| {
        let sources = if node.role == Role::Orderer { of_orderers.as_slice() } else { clients };
        Some((node.exposure.as_ref()?, sources))
    });
    let gateways = orgs.iter().filter_map(|org| Some((org.exposure.as_ref()?, clients.as_slice())));
    let exposures: Vec<(&Exposure, &[Spanned<FreeMap>])> = nodes.chain(gateways).collect();
    for way in [Way::Directly, Way::ByController] {
        let is_closed = |(exposure, sources): &&(&Exposure, &[_])| Way::of(exposure) == way && !way.is_open(sources);
        if let Some((exposure, _)) = exposures.iter().find(is_closed) {
            let (who, help) = way.who_and_help();
            let message = format!("`{}` leads to pods that `networkPolicies` closes to {who}", exposure.name);
            problems.push(Problem::new(Code::FK0752, message).at(&first.place).at(&exposure.place).help(help));
        }
    }
}
