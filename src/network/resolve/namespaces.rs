//! In which namespace an org's objects are, and what the namespaces themselves are. What is in them is `orgs`'s and `nodes`'s.

use super::ordering::Genesis;
use super::{Cluster, names_or, settings};
use crate::diag::{Code, Place, Problem, Problems, near};
use crate::input::Inputs;
use crate::input::values::{NamespaceSettings, is_default, words};
use crate::network::{
    Budget, GenesisSecret, Kafka, Namespace, Org, OrgKind, OrgRoot, PodSecurity, Reach, Role, RootsSecret, names,
};
use crate::yaml::{Ordered, Spanned};
use std::cmp::Reverse;

/// In which namespace each org's objects are.
#[derive(Debug)]
pub enum Placement<'a> {
    /// All in one.
    Single(String),
    /// Each in its own, by its Name or Domain; where it is not here, in one of its own name.
    PerOrg(&'a Ordered<Spanned<String>>),
}

/// Where an orderer looks for the others.
pub fn reach_of_orderers(inputs: &Inputs) -> Reach {
    if are_per_org(inputs) { Reach::Cluster } else { Reach::Namespace }
}

fn are_per_org(inputs: &Inputs) -> bool {
    inputs.values.settings.namespaces.mode.value == "per-org"
}

impl<'a> Placement<'a> {
    /// What values and `-n` say.
    pub fn new(inputs: &'a Inputs, problems: &mut Problems) -> Self {
        let NamespaceSettings { mode, name, of, create: _ } = &inputs.values.settings.namespaces;
        settings::one_of(mode, "mode of namespaces", words::NAMESPACES_MODE, problems);
        let option =
            inputs.namespace.as_ref().map(|name| Spanned { value: name.clone(), place: Place::option(&format!("-n {name}")) });
        if are_per_org(inputs) {
            if !is_default(name) {
                let why = "`namespaces.of` names the namespace of an org, and an org that is not there has one of its own name";
                idle("name", "each org has its own namespace", (&name.place, why), problems);
            }
            option.iter().for_each(|option| one_for_all(option, mode, problems));
            of.iter().for_each(|(_, name)| check(name, problems));
            return Self::PerOrg(of);
        }
        // Who says `single` knows that it leaves `of` aside.
        if let Some((first, _)) = of.first().filter(|_| is_default(mode)) {
            let help = "`namespaces: {mode: per-org}` gives each org its own";
            idle("of", "all orgs are in one namespace", (&first.place, help), problems);
        }
        let name = option.as_ref().unwrap_or(name);
        check(name, problems);
        Self::Single(name.value.clone())
    }

    /// The namespace that the user gave an org; `None` where it has one of its own name.
    pub fn namespace(&self, short_name: &str, domain: &str) -> Option<&str> {
        match self {
            Self::Single(name) => Some(name),
            Self::PerOrg(of) => entries(of, short_name, domain).next().map(|(_, name)| name.value.as_str()),
        }
    }

    /// A namespace for an org that is not there would silently do nothing, and of two for one org, one would.
    pub fn check_orgs(&self, orgs: &[Org], problems: &mut Problems) {
        let Self::PerOrg(of) = self else { return };
        let known: Vec<&str> = orgs.iter().flat_map(|org| [org.short_name.as_str(), org.domain.as_str()]).collect();
        for (key, _) in of.iter().filter(|(key, _)| !known.contains(&key.value.as_str())) {
            let message = format!("`namespaces.of` names the org `{}`, which crypto-config.yaml does not have", key.value);
            problems.push(Problem::new(Code::FK0215, message).at(&key.place).help(match near(&key.value, &known) {
                Some(name) => format!("`{name}` is there; was that meant?"),
                None => names_or("orgs go by their Name or their Domain:", &known, "it has no org"),
            }));
        }
        for org in orgs {
            let mut entries = entries(of, &org.short_name, &org.domain);
            let Some((key, name)) = entries.next() else {
                if is_of_cluster(&org.namespace) {
                    problems.push(would_be_in_clusters(org));
                }
                continue;
            };
            for (other_key, other) in entries.filter(|(_, other)| other.value != name.value) {
                let message = format!(
                    "`namespaces.of` has two namespaces for one org: `{}` for `{}`, and `{}` for `{}`",
                    name.value, key.value, other.value, other_key.value
                );
                let problem = Problem::new(Code::FK0219, message).at(&other_key.place).at(&key.place);
                problems.push(problem.help("take one of them out: an org goes by its Name or by its Domain"));
            }
        }
    }

    /// Every namespace that an org is in, in the order of the orgs. `ordering`: how many orderers may be evicted at once, wherever
    /// they are, and what they begin with.
    pub fn namespaces(
        &self,
        orgs: &[Org],
        (inputs, cluster): (&Inputs, &Cluster),
        ordering: (usize, Option<&Genesis>),
    ) -> Vec<Namespace> {
        let (may_go, genesis) = ordering;
        let (all, by_tls) = (orgs, inputs.values.settings.operations.tls.enabled);
        let mut groups: Vec<(&str, Vec<&Org>)> = Vec::new();
        for org in orgs {
            match groups.iter_mut().find(|(name, _)| *name == org.namespace) {
                Some((_, orgs)) => orgs.push(org),
                None => groups.push((&org.namespace, vec![org])),
            }
        }
        let orderers: Vec<usize> = groups.iter().map(|(_, orgs)| orderers(orgs)).collect();
        let shares = shares(may_go, &orderers);
        let namespace = |((name, orgs), (orderers, share)): ((&str, Vec<&Org>), (usize, usize))| {
            let sole = match (self, orgs.as_slice()) {
                (Self::PerOrg(_), [org]) => Some(org.name.as_str()),
                _ => None,
            };
            let of_nodes = orgs.iter().flat_map(|org| &org.nodes).map(|node| &node.pod);
            let of_cas = orgs.iter().filter_map(|org| org.fabric_ca.as_ref()).map(|ca| &ca.pod);
            let of_orgs = of_cas.chain(orgs.iter().filter_map(|org| org.cli.as_ref()).map(|cli| &cli.pod));
            let of_chaincodes = orgs.iter().flat_map(|org| &org.chaincodes).map(|server| &server.pod);
            let of_orgs = of_orgs.chain(of_chaincodes);
            let pod_security = of_nodes.chain(of_orgs).map(|pod| pod.security).max().unwrap_or(PodSecurity::Restricted);
            Namespace {
                name: name.to_owned(),
                create: is_made(name, inputs),
                pod_security,
                orderers_budget: (orderers > 0).then(|| budget(cluster, share)),
                genesis: genesis.filter(|_| orderers > 0).map(|genesis| genesis_secret(genesis, cluster)),
                flow_roots: (orderers > 0 && by_tls).then(|| flow_roots(all, cluster)),
                network_policies: Vec::new(),
                labels: names::namespace_labels(&cluster.network, pod_security, sole),
            }
        };
        groups.into_iter().zip(orderers.into_iter().zip(shares)).map(namespace).collect()
    }
}

/// Whether a namespace is emitted. Some are in every cluster, with pods of others that our labels would keep from starting: they are
/// neither made nor labelled.
fn is_made(name: &str, inputs: &Inputs) -> bool {
    inputs.values.settings.namespaces.create.value && !is_of_cluster(name)
}

fn is_of_cluster(name: &str) -> bool {
    ["default", "kube-system", "kube-public", "kube-node-lease"].contains(&name)
}

/// An org that is called as a namespace of the cluster's own has nobody's word that it is to be there.
fn would_be_in_clusters(org: &Org) -> Problem {
    let Org { short_name, namespace, .. } = org;
    let message = format!("the org `{short_name}` would be in the namespace `{namespace}`, which is the cluster's own");
    let help =
        format!("say in which one it is to be: `namespaces: {{of: {{{short_name}: …}}}}`, `{namespace}` too if it is meant");
    Problem::new(Code::FK0268, message).at(&org.place).help(help)
}

/// A namespace that fabkube does not make it does not label either: somebody else has to let pods in that need more than the strictest
/// level.
pub fn warn_of_unlabelled(namespaces: &[Namespace], inputs: &Inputs, problems: &mut Problems) {
    let NamespaceSettings { create, name, .. } = &inputs.values.settings.namespaces;
    for namespace in namespaces.iter().filter(|namespace| !namespace.create && namespace.pod_security != PodSecurity::Restricted)
    {
        let (label, level) = (names::POD_SECURITY, namespace.pod_security.word());
        let message = format!(
            "the namespace `{}` is not made here and so not labelled, and its pods need the Pod Security level `{level}`",
            namespace.name
        );
        let place = match &inputs.namespace {
            _ if !create.value => Some(create.place.clone()),
            Some(option) => Some(Place::option(&format!("-n {option}"))),
            None => Some(name.place.clone()).filter(|_| !is_default(name)),
        };
        // A namespace that somebody else made mostly has the label already.
        let help = format!(
            "whoever owns it has to allow them: `kubectl label --overwrite namespace {} {label}={level}`; its labels `warn` and `audit` of that \
             kind warn of these pods until they say the same",
            namespace.name
        );
        let problem = Problem::new(Code::FK0296, message).help(help);
        problems.push(place.iter().fold(problem, |problem, place| problem.at(place)));
    }
}

/// Kafka's, where no org is in it.
pub fn of_kafka(kafka: &Kafka, known: &[Namespace], (inputs, cluster): (&Inputs, &Cluster)) -> Option<Namespace> {
    let (name, pod_security) = (&kafka.pods.namespace, kafka.pods.pod.security.max(kafka.zookeeper.pods.pod.security));
    known.iter().all(|namespace| namespace.name != *name).then(|| Namespace {
        name: name.clone(),
        create: is_made(name, inputs),
        pod_security,
        orderers_budget: None,
        genesis: None,
        flow_roots: None,
        network_policies: Vec::new(),
        labels: names::namespace_labels(&cluster.network, pod_security, None),
    })
}

/// A setting of the other mode.
fn idle(key: &str, why: &str, (place, help): (&Place, &str), problems: &mut Problems) {
    problems.push(Problem::new(Code::FK0105, format!("`namespaces.{key}` has no effect: {why}")).at(place).help(help));
}

fn one_for_all(option: &Spanned<String>, mode: &Spanned<String>, problems: &mut Problems) {
    let message = format!("`-n {}` names one namespace, and with `namespaces.mode: per-org` each org has its own", option.value);
    problems.push(Problem::new(Code::FK0218, message).at(&option.place).at(&mode.place).help(format!(
        "leave out `-n`: `namespaces.of` names the namespace of an org; or `--set namespaces.mode=single -n {}` puts all into one",
        option.value
    )));
}

fn check(name: &Spanned<String>, problems: &mut Problems) {
    if let Err(reason) = names::check_namespace(name) {
        problems.push(
            Problem::new(Code::FK0211, format!("`{}` cannot name a namespace: {reason}", name.value))
                .at(&name.place)
                .help("use lower-case letters, digits and `-`, beginning and ending with a letter or a digit"),
        );
    }
}

fn entries<'o>(
    of: &'o Ordered<Spanned<String>>,
    short_name: &str,
    domain: &str,
) -> impl Iterator<Item = &'o (Spanned<String>, Spanned<String>)> {
    of.iter().filter(move |(key, _)| key.value == short_name || key.value == domain)
}

fn orderers(orgs: &[&Org]) -> usize {
    orgs.iter().filter(|org| org.kind == OrgKind::Orderer).map(|org| org.nodes.len()).sum()
}

/// In every namespace where an orderer mounts it.
fn genesis_secret(genesis: &Genesis, cluster: &Cluster) -> GenesisSecret {
    let Genesis { channel, name } = genesis;
    let labels = names::labels(&cluster.network, names::application(Role::Orderer), Role::Orderer.word(), None);
    GenesisSecret { name: name.clone(), labels, channel: channel.clone() }
}

/// In every namespace with orderers, since a flow runs where the first of them is that it has to do with.
fn flow_roots(orgs: &[Org], cluster: &Cluster) -> RootsSecret {
    let (application, component) = names::FLOW;
    let of_orderers = orgs.iter().filter(|org| org.kind == OrgKind::Orderer && !org.nodes.is_empty());
    RootsSecret {
        name: names::flow_roots(&cluster.network),
        labels: names::labels(&cluster.network, application, component, None),
        roots: of_orderers.map(OrgRoot::of).collect(),
    }
}

/// Over all orderers of a namespace, whichever org they are of.
fn budget(cluster: &Cluster, max_unavailable: usize) -> Budget {
    Budget {
        name: names::orderers_budget(&cluster.network),
        labels: names::labels(&cluster.network, names::application(Role::Orderer), Role::Orderer.word(), None),
        selector: names::orderers_selector(&cluster.network),
        max_unavailable,
    }
}

/// A whole dealt out among those who hold so many. A budget sees one namespace, and the consensus all of them: so budgets have
/// to add up to what it survives. One each as far as they go, where most is held first, since a machine with a pod that may
/// never be evicted cannot be drained.
fn shares(whole: usize, held: &[usize]) -> Vec<usize> {
    let mut shares = vec![0; held.len()];
    for _ in 0..whole {
        let open = (0..held.len()).filter(|i| shares[*i] < held[*i]);
        let Some(next) = open.min_by_key(|i| (shares[*i], Reverse(held[*i]))) else { break };
        shares[next] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_add_up_to_what_the_consensus_survives() {
        for (whole, held, dealt) in [
            (1, vec![3], vec![1]),
            (1, vec![0, 3, 0], vec![0, 1, 0]),
            (1, vec![1, 1, 1], vec![1, 0, 0]),
            (1, vec![1, 2], vec![0, 1]),
            (2, vec![4, 1], vec![1, 1]),
            (3, vec![2, 5], vec![1, 2]),
            (0, vec![1], vec![0]),
            (9, vec![1, 2], vec![1, 2]),
            (1, vec![], vec![]),
        ] {
            assert_eq!(shares(whole, &held), dealt, "{whole} among {held:?}");
        }
    }
}
