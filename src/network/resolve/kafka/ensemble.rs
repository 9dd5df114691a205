//! Pods that are alike but for their number, of Kafka or of ZooKeeper: what both are told and how both are deployed.

use super::brokers::Asked;
use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::{EnsembleSettings, ImageSettings, NodeSettings, ResourceSettings};
use crate::network::resolve::{Cluster, pods, settings};
use crate::network::{Budget, PodSet, Reach, addresses, image_reference, names};
use crate::yaml::{Free, Spanned};
use std::collections::BTreeMap;

/// What makes pods a set.
pub struct Set<'a> {
    pub component: &'static str,
    pub name: &'a str,
    pub headless: &'a str,
    pub replicas: usize,
    /// How many may go at once.
    pub survives: usize,
}

impl Set<'_> {
    /// The pods in the brokers' namespace.
    pub fn pods(
        &self,
        asked: &Asked,
        (given, pod_settings): (&EnsembleSettings<'_>, &NodeSettings),
        (inputs, cluster): (&Inputs, &Cluster),
        problems: &mut Problems,
    ) -> PodSet {
        let everywhere = &inputs.values.settings.image;
        let selector = names::node_selector(self.name);
        let of_set = names::labels(&cluster.network, self.component, self.component, None);
        let labels = of_set.iter().chain(&selector).map(|(key, value)| (key.clone(), value.clone())).collect();
        check_has_zookeeper(given.image, problems);
        let made = pods::Made {
            labels: &labels,
            siblings: (selector.clone(), Reach::Namespace),
            mounts: Vec::new(),
            volumes: Vec::new(),
            ports: Vec::new(),
        };
        PodSet {
            name: self.name.to_owned(),
            headless: self.headless.to_owned(),
            namespace: asked.namespace.clone(),
            replicas: self.replicas,
            image: settings::image(given.image, (everywhere, ""), problems),
            pull_secrets: settings::pull_secrets(everywhere, problems),
            heap: heap(given.heap, (self.component, given.resources), problems),
            storage: settings::storage(given.storage, problems),
            resources: settings::resources(given.resources, problems),
            node_selector: settings::node_selector(&pod_settings.node_selector, problems),
            tolerations: settings::tolerations(&pod_settings.tolerations, problems),
            pod: pods::pod(pod_settings, made, problems),
            budget: (self.replicas > 1).then(|| Budget {
                name: self.name.to_owned(),
                labels: of_set.clone(),
                selector: selector.clone(),
                max_unavailable: self.survives,
            }),
            selector,
            labels,
        }
    }
}

/// Kafka's own image has ZooKeeper up to 3.9; images of others count by themselves.
fn check_has_zookeeper(image: &ImageSettings, problems: &mut Problems) {
    let tag = &image.tag;
    let has_none = tag.value == "latest" || image_reference::major(tag).is_some_and(|major| major >= 4);
    if image.repository.ends_with("apache/kafka") && has_none {
        let message = format!("Kafka `{tag}` has no ZooKeeper, and does not speak with the client in Fabric");
        problems.push(Problem::new(Code::FK0229, message).at(&tag.place).help("3.9 is the last line that does: write `3.9.1`"));
    }
}

/// What Java begins with at the least (`Too small maximum heap`).
const LEAST_HEAP: f64 = 2.0 * 1024.0 * 1024.0;

/// A heap as `-Xmx` has it.
fn heap(given: &Spanned<String>, (component, resources): (&str, &ResourceSettings), problems: &mut Problems) -> String {
    let setting = format!("`{component}.heap`");
    let Some(bytes) = bytes(given) else {
        let problem = Problem::new(Code::FK0216, format!("`{given}` is no size of a heap ({setting})"));
        problems.push(problem.at(&given.place).help("write it as Java has it: `512m`, `2g`"));
        return given.value.clone();
    };
    if bytes < LEAST_HEAP {
        let problem = Problem::new(Code::FK0216, format!("`{given}` is too small for a heap ({setting}): Java does not start"));
        problems.push(problem.at(&given.place).help("a number alone is bytes: write `512m`, say"));
    }
    if let Some(limit) =
        resources.limits.get("memory").filter(|limit| settings::quantity(limit).is_some_and(|most| bytes >= most))
    {
        let message = format!("a heap of `{given}` ({setting}) does not fit into the memory limit (`{limit}`)");
        let problem = Problem::new(Code::FK0216, message).at(&given.place).at(&limit.place);
        problems.push(problem.help("Java takes memory besides: give the container half as much again as the heap, or more"));
    }
    given.value.clone()
}

/// Digits, and one letter at most that says how much each counts.
fn bytes(heap: &str) -> Option<f64> {
    let digits = heap.trim_end_matches(['k', 'm', 'g', 'K', 'M', 'G']);
    let number: f64 = digits.parse().ok().filter(|_| digits.chars().all(|c| c.is_ascii_digit()))?;
    let power = match heap[digits.len()..].to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        _ => return None,
    };
    Some(number * 1024_f64.powi(power))
}

/// A number of pods that a StatefulSet of these can have.
pub fn number(given: &Spanned<i64>, what: &str, problems: &mut Problems) -> usize {
    match usize::try_from(given.value).ok().filter(|number| (1..=99).contains(number)) {
        Some(number) => number,
        None => {
            let problem = Problem::new(Code::FK0205, format!("{} is no number of {what}", given.value));
            problems.push(problem.at(&given.place).help("write a number from 1 to 99"));
            super::USUAL
        }
    }
}

/// How each pod is dialled.
pub fn hosts(pods: &PodSet, cluster: &Cluster) -> Vec<String> {
    let domain = addresses::service_fqdn(&pods.headless, &pods.namespace, &cluster.domain);
    (0..pods.replicas).map(|i| format!("{}-{i}.{domain}", pods.name)).collect()
}

/// What fabkube sets, and what the user sets besides.
pub fn properties(
    mut made: BTreeMap<String, String>,
    (component, settings): (&str, &NodeSettings),
    nobodys: &[&str],
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    for (key, value) in settings.config.iter().filter(|(_, value)| value.value != Free::Null) {
        let Some(text) = single(value) else {
            let problem = Problem::new(Code::FK0103, format!("`{component}.config.{}` is no single value", key.value));
            problems.push(problem.at(&value.place).help("write `key: value`, as in a file of properties"));
            continue;
        };
        if nobodys.contains(&key.as_str()) || made.contains_key(&key.value) {
            let message = format!("`{}` is not yours to set in `{component}.config`", key.value);
            let problem = Problem::new(Code::FK0290, message).at(&key.place);
            problems.push(problem.help("take it out: it follows from the channels, or channels would lose messages by it"));
        } else if is_secret(&key.value) && !text.starts_with("${") {
            let message = format!("`{}` of `{component}.config` is a secret, and a ConfigMap is none", key.value);
            let problem = Problem::new(Code::FK0290, message).at(&key.place);
            problems.push(problem.help("take it out: brokers with passwords are for others to run, `kafka: {create: false}`"));
        } else {
            made.insert(key.value.clone(), text);
        }
    }
    made
}

/// The settings that Kafka itself does not print (type `password` in `BrokerSecurityConfigs` and `SslConfigs`), but for certificates.
/// What stands in their place as `${…}` is fetched from elsewhere.
fn is_secret(key: &str) -> bool {
    [".password", "password.encoder.secret", "password.encoder.old.secret", "sasl.jaas.config", "ssl.keystore.key"]
        .iter()
        .chain(&["delegation.token.master.key", "delegation.token.secret.key", ".client.secret"])
        .any(|ending| key.ends_with(ending))
}

/// A value that a file of properties can have.
fn single(value: &Free) -> Option<String> {
    match value {
        Free::Bool(word) => Some(word.to_string()),
        Free::Int(number) => Some(number.to_string()),
        Free::Unsigned(number) => Some(number.to_string()),
        Free::Float(number) => Some(number.to_string()),
        Free::Text(text) => Some(text.clone()),
        Free::Null | Free::List(_) | Free::Map(_) => None,
    }
}
