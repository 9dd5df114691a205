//! What channels' lists of Kafka brokers mean: pods of a StatefulSet of this cluster, a Service over all of them, or machines
//! elsewhere. What the pods are is `super`'s.

use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{addresses, names, versions};
use crate::yaml::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// The Kafka that lists of brokers ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The StatefulSet.
    pub name: String,
    /// The Service that gives each pod its name.
    pub headless: String,
    pub namespace: String,
    pub port: u16,
    /// How each broker is dialled, after `<pod>.`.
    pub domain: String,
    /// How many brokers the lists name; `None` where they name a Service over all.
    pub named: Option<usize>,
    /// The Service over all, where the lists name it.
    pub service: Option<String>,
    /// Where the first broker is written.
    pub place: Place,
}

/// What names are read against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub cluster_domain: &'a str,
    /// Namespaces of the network.
    pub namespaces: &'a BTreeSet<&'a str>,
    /// Those with orderers: a name without a namespace is looked up there.
    pub of_orderers: &'a BTreeSet<&'a str>,
}

/// One broker of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Here(Here),
    Elsewhere,
}

/// A broker of this cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Here {
    /// The StatefulSet and the pod's number; `None`: the Service is over all pods.
    pod: Option<(String, usize)>,
    service: String,
    namespace: String,
    /// The host without the pod.
    domain: String,
    port: u16,
}

/// What all lists ask for together; `None` where there is nothing to run, or something is wrong with them.
pub fn asked(brokers: &[&Spanned<String>], around: Surroundings<'_>, problems: &mut Problems) -> Option<Asked> {
    let mut here: Vec<(&Spanned<String>, Here)> = Vec::new();
    let mut elsewhere: Vec<&Spanned<String>> = Vec::new();
    let mut wrong = false;
    for broker in brokers {
        match meaning(broker, around) {
            Ok(Meaning::Here(one)) => here.push((broker, one)),
            Ok(Meaning::Elsewhere) => elsewhere.push(broker),
            Err((reason, help)) => {
                wrong = true;
                problems.push(Problem::new(Code::FK0247, reason).at(&broker.place).help(help));
            }
        }
    }
    let Some((first, is)) = here.first() else {
        note_elsewhere(&elsewhere, problems);
        return None;
    };
    for other in &elsewhere {
        wrong = true;
        let message = format!("`{first}` is a broker that fabkube runs, and `{other}` is elsewhere");
        problems.push(Problem::new(Code::FK0247, message).at(&other.place).at(&first.place).help(
            "a Kafka is in one place: name pods of one StatefulSet, or, with `kafka: {create: false}`, brokers that others run",
        ));
    }
    for (other, also) in &here {
        if let Some((difference, help)) = difference(is, also) {
            wrong = true;
            let message = format!("the brokers `{first}` and `{other}` are not of one Kafka: {difference}");
            problems.push(Problem::new(Code::FK0247, message).at(&other.place).at(&first.place).help(help));
        }
    }
    if wrong {
        return None;
    }
    let asked = match &is.pod {
        None => Asked {
            name: is.service.clone(),
            headless: format!("{}-headless", is.service),
            domain: addresses::service_fqdn(&format!("{}-headless", is.service), &is.namespace, around.cluster_domain),
            namespace: is.namespace.clone(),
            port: is.port,
            named: None,
            service: Some(is.service.clone()),
            place: first.place.clone(),
        },
        Some((set, _)) => Asked {
            name: set.clone(),
            headless: is.service.clone(),
            domain: is.domain.clone(),
            namespace: is.namespace.clone(),
            port: is.port,
            named: Some(counted(set, &here, problems)?),
            service: None,
            place: first.place.clone(),
        },
    };
    check_is_free(&asked, first, problems);
    note_unknown_namespace(&asked, first, around, problems);
    Some(asked)
}

/// What a broker's `host:port` means, or why it can be none, and what to do.
fn meaning(broker: &str, around: Surroundings<'_>) -> Result<Meaning, (String, String)> {
    const PODS: &str =
        "name the pods of a StatefulSet, `kafka-0.kafka-headless.default:9092` and so on, or a Service, `kafka:9092`";
    let (written, port) = addresses::split_host_port(broker).map_err(|reason| (reason, PODS.to_owned()))?;
    let host = addresses::plain(&written);
    if addresses::is_loopback(&host) {
        let is_default = versions::DEFAULT.configtxgen().kafka_brokers.contains(&broker);
        let why = if is_default { ", which Fabric takes where no `Kafka.Brokers` are given" } else { "" };
        return Err((format!("`{broker}` is a loopback address{why}: no orderer's pod has a broker there"), PODS.to_owned()));
    }
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Ok(Meaning::Elsewhere);
    }
    addresses::check_host(&host).map_err(|reason| (reason, PODS.to_owned()))?;
    let full = format!(".svc.{}", around.cluster_domain);
    let short = host.strip_suffix(&full).or_else(|| host.strip_suffix(".svc"));
    let labels: Vec<&str> = short.unwrap_or(&host).split('.').collect();
    let numbered = labels.first().and_then(|label| numbered(label));
    let (pod, service, namespace) = match (labels.as_slice(), numbered) {
        ([service], _) if short.is_none() => (None, *service, None),
        ([service, namespace], _) if short.is_some() || around.namespaces.contains(namespace) => {
            (None, *service, Some(*namespace))
        }
        ([_, service], Some(pod)) => (Some(pod), *service, None),
        ([_, service, namespace], Some(pod)) => (Some(pod), *service, Some(*namespace)),
        _ => return Ok(Meaning::Elsewhere),
    };
    let namespace = match (namespace, around.of_orderers.iter().next(), around.of_orderers.len()) {
        (Some(namespace), ..) => namespace,
        (None, Some(only), 1) => only,
        (None, ..) => {
            let known: Vec<&str> = around.of_orderers.iter().copied().collect();
            let reason = if known.is_empty() {
                format!("`{broker}` names no namespace, and there is no orderer in whose namespace it would be")
            } else {
                format!("`{broker}` names no namespace, and orderers would look for it in `{}` each", known.join("`, `"))
            };
            return Err((reason, format!("write the namespace too: `{host}.{}:{port}`", known.first().unwrap_or(&"default"))));
        }
    };
    let shortened = |reason: String| (format!("`{broker}` cannot be in a cluster: {reason}"), PODS.to_owned());
    let set = pod.as_ref().map_or(service, |(set, _)| set);
    names::check_label(set, names::STATEFUL_SET_LIMIT).map_err(shortened)?;
    names::check_label(service, names::LABEL_LIMIT).map_err(shortened)?;
    names::check_namespace(namespace).map_err(shortened)?;
    let domain = host.split_once('.').map_or("", |(_, domain)| domain).to_owned();
    Ok(Meaning::Here(Here { service: service.to_owned(), namespace: namespace.to_owned(), pod, domain, port }))
}

/// `kafka-0`: a StatefulSet's name and a pod's number, as Kubernetes writes it.
fn numbered(label: &str) -> Option<(String, usize)> {
    let (set, number) = label.rsplit_once('-')?;
    let ordinal: usize = number.parse().ok().filter(|ordinal: &usize| ordinal.to_string() == number)?;
    (!set.is_empty()).then(|| (set.to_owned(), ordinal))
}

/// In what two brokers are not of one Kafka, and what to do.
fn difference(one: &Here, other: &Here) -> Option<(String, String)> {
    let set = |here: &Here| here.pod.as_ref().map(|(set, _)| set.clone());
    let two = |what: &str, one: &str, other: &str| {
        let help = format!("a network has one Kafka: give all brokers one {what}, in every channel");
        Some((format!("they have two {what}s, `{one}` and `{other}`"), help))
    };
    match (set(one), set(other)) {
        (Some(one), Some(other)) if one != other => return two("StatefulSet", &one, &other),
        (Some(_), None) | (None, Some(_)) => {
            let help = "name the pods, or the one Service over all of them".to_owned();
            return Some(("one is a pod, and the other a Service".to_owned(), help));
        }
        (None, None) if one.service != other.service => {
            // As in Docker's networks, where each broker has a name of its own.
            let help = "name the pods of one StatefulSet (`kafka-0.kafka-headless.default:9092` and so on), or one Service over all of them";
            return Some((format!("`{}` and `{}` are two Services", one.service, other.service), help.to_owned()));
        }
        _ => {}
    }
    if one.service != other.service {
        return two("Service", &one.service, &other.service);
    }
    if one.namespace != other.namespace {
        return two("namespace", &one.namespace, &other.namespace);
    }
    (one.port != other.port).then(|| two("port", &one.port.to_string(), &other.port.to_string())).flatten()
}

/// How many brokers the pods' numbers make; `None` where one is left out.
fn counted(set: &str, here: &[(&Spanned<String>, Here)], problems: &mut Problems) -> Option<usize> {
    let pods = here.iter().filter_map(|(broker, one)| one.pod.as_ref().map(|(_, number)| (*number, *broker)));
    let numbers: BTreeMap<usize, &Spanned<String>> = pods.collect();
    let missing = (0..).zip(numbers.keys()).find(|(expected, number)| expected != *number).map(|(expected, _)| expected);
    let Some(missing) = missing else { return Some(numbers.len()) };
    if let Some((highest, broker)) = numbers.last_key_value() {
        let message = format!("the brokers name the pod `{set}-{highest}` and not `{set}-{missing}`");
        let help = "a StatefulSet numbers its pods from 0 without a gap: name all of them";
        problems.push(Problem::new(Code::FK0247, message).at(&broker.place).help(help));
    }
    None
}

/// Services that a cluster cannot do without: of the API server, of its DNS (by either name) and of its metrics.
const OF_THE_CLUSTER: &[(&str, &str)] =
    &[("default", "kubernetes"), ("kube-system", "kube-dns"), ("kube-system", "coredns"), ("kube-system", "metrics-server")];

fn check_is_free(asked: &Asked, first: &Spanned<String>, problems: &mut Problems) {
    let services = [Some(&asked.headless), asked.service.as_ref()];
    for service in services.into_iter().flatten() {
        if OF_THE_CLUSTER.contains(&(asked.namespace.as_str(), service)) {
            let message =
                format!("the broker `{first}` would take the Service `{service}` from the cluster, which has one of that name");
            let help = "give the brokers' Service another name: `kafka:9092`, say";
            problems.push(Problem::new(Code::FK0247, message).at(&first.place).help(help));
        }
    }
}

fn note_elsewhere(brokers: &[&Spanned<String>], problems: &mut Problems) {
    if let Some(first) = brokers.first() {
        let names: BTreeSet<&str> = brokers.iter().map(|broker| broker.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        problems.push(
            Problem::new(Code::FK0248, format!("no Kafka is rendered: the brokers are elsewhere (`{}`)", names.join("`, `")))
                .at(&first.place)
                .help("nothing is to be done where that is so; pods are named like `kafka-0.kafka-headless.default:9092`, a Service over all of them like `kafka.default.svc:9092`"),
        );
    }
}

/// `kafka-0.example.com` might be a machine anywhere; a namespace that nobody has heard of is worth a look.
fn note_unknown_namespace(asked: &Asked, first: &Spanned<String>, around: Surroundings<'_>, problems: &mut Problems) {
    let namespace = asked.namespace.as_str();
    let in_full = asked.domain.ends_with(".svc") || asked.domain.ends_with(around.cluster_domain);
    if asked.named.is_some() && !in_full && namespace != "default" && !around.namespaces.contains(namespace) {
        let message = format!("`{first}` is taken for a pod: Kafka is rendered in a namespace `{namespace}`");
        problems.push(
            Problem::new(Code::FK0248, message)
                .at(&first.place)
                .help("where the brokers are elsewhere, say `kafka: {create: false}`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lists ask for, or the reports on them.
    fn read(brokers: &[&str]) -> Result<Option<Asked>, Vec<String>> {
        let brokers: Vec<Spanned<String>> = brokers.iter().map(|broker| Spanned::nowhere((*broker).to_owned())).collect();
        let (namespaces, of_orderers) = (BTreeSet::from(["ord", "org1"]), BTreeSet::from(["ord"]));
        let around = Surroundings { cluster_domain: "cluster.local", namespaces: &namespaces, of_orderers: &of_orderers };
        let mut problems = Problems::new();
        let asked = asked(&brokers.iter().collect::<Vec<_>>(), around, &mut problems);
        let messages: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
        if problems.is_empty() { Ok(asked) } else { Err(messages) }
    }

    fn fine(brokers: &[&str]) -> (String, String, String, u16, String, Option<usize>) {
        let Asked { name, headless, namespace, port, domain, named, .. } = read(brokers).unwrap().unwrap();
        (name, headless, namespace, port, domain, named)
    }

    #[test]
    fn names_of_pods_say_set_service_namespace_and_size() {
        let expected = |namespace: &str, domain: &str, named| {
            ("kafka".into(), "kafka-headless".into(), namespace.into(), 9092, domain.into(), Some(named))
        };
        let three =
            ["kafka-1.kafka-headless.default:9092", "kafka-0.kafka-headless.default:9092", "kafka-2.kafka-headless.default:9092"];
        assert_eq!(fine(&three), expected("default", "kafka-headless.default", 3));
        for domain in ["kafka-headless.some.svc", "kafka-headless.some.svc.cluster.local", "kafka-headless.org1"] {
            let namespace = domain.split('.').nth(1).unwrap();
            assert_eq!(fine(&[&format!("kafka-0.{domain}:9092")]), expected(namespace, domain, 1));
        }
        assert_eq!(fine(&["kafka-0.kafka-headless:9092"]), expected("ord", "kafka-headless", 1));
    }

    #[test]
    fn a_name_alone_is_a_service_in_the_orderers_namespace() {
        let expected =
            ("hlf".into(), "hlf-headless".into(), "ord".into(), 9093, "hlf-headless.ord.svc.cluster.local".into(), None);
        for broker in ["hlf:9093", "hlf.ord:9093", "hlf.ord.svc:9093", "hlf.ord.svc.cluster.local:9093", "HLF.ord.svc.:9093"] {
            assert_eq!(fine(&[broker, "hlf:9093"]), expected, "{broker}");
        }
    }

    #[test]
    fn other_hosts_are_elsewhere() {
        for broker in
            ["kafka.example.com:9092", "10.0.0.1:9092", "[::2]:9092", "kafka-01.kafka.default:9092", "kafka-0.a.b.com:9092"]
        {
            assert_eq!(read(&[broker]).unwrap_err(), [format!("no Kafka is rendered: the brokers are elsewhere (`{broker}`)")]);
        }
        assert_eq!(read(&[]), Ok(None));
        assert!(read(&["kafka-0.example.com:9092"]).unwrap_err()[0].contains("a namespace `com`"));
    }

    #[test]
    fn no_service_of_the_clusters_own_is_taken() {
        for broker in ["kubernetes.default.svc:9092", "kafka-0.kubernetes.default:9092", "kube-dns.kube-system.svc:9092"] {
            assert!(read(&[broker]).unwrap_err()[0].contains("from the cluster"), "{broker}");
        }
        assert!(read(&["kubernetes.ord:9092"]).is_ok());
    }

    #[test]
    fn brokers_that_are_not_of_one_kafka_are_problems() {
        for (brokers, part) in [
            (["kafka-0.k.ord:9092", "kafka-2.k.ord:9092"], "not `kafka-1`"),
            (["kafka-1.k.ord:9092", "kafka-1.k.ord:9092"], "not `kafka-0`"),
            (["kafka-0.k.ord:9092", "kafka-1.k.ord:9093"], "two ports"),
            (["kafka-0.k.ord:9092", "kafka-1.l.ord:9092"], "two Services, `k` and `l`"),
            (["kafka-0.k.ord:9092", "kafka-1.k.org1:9092"], "two namespaces"),
            (["kafka-0.k.ord:9092", "other-1.k.ord:9092"], "two StatefulSets"),
            (["kafka-0.k.ord:9092", "kafka:9092"], "one is a pod"),
            (["kafka0:9092", "kafka1:9092"], "two Services"),
            (["kafka-0.k.ord:9092", "10.0.0.1:9092"], "elsewhere"),
            (["kafka:9092", "127.0.0.1:9092"], "loopback"),
            (["kafka:9092", "kafka"], "no port"),
            (["kafka:9092", "0kafka:9092"], "cannot be in a cluster"),
            (["kafka:9092", "a_b:9092"], "cannot be in a cluster"),
        ] {
            let messages = read(&brokers).unwrap_err();
            assert!(messages.len() == 1 && messages[0].contains(part), "{brokers:?}: {messages:?}");
        }
    }

    #[test]
    fn a_name_without_a_namespace_needs_orderers_in_one() {
        let broker = Spanned::nowhere("kafka:9092".to_owned());
        let none = BTreeSet::new();
        let around = Surroundings { cluster_domain: "cluster.local", namespaces: &none, of_orderers: &none };
        let two = BTreeSet::from(["a", "b"]);
        for around in [around, Surroundings { of_orderers: &two, ..around }] {
            let mut problems = Problems::new();
            assert_eq!(asked(&[&broker], around, &mut problems), None);
            assert!(problems.has_errors());
        }
    }
}
