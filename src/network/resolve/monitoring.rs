//! What watches the network, as far as the user asks for it: which nodes are asked by whom, and what is an alarm. What a node tells
//! is `operations`'s.

use super::orgs::OrgDraft;
use super::{Cluster, pods};
use crate::diag::{Code, Problem, Problems};
use crate::input::given;
use crate::input::values::{MonitoringSettings, PrometheusRuleSettings, ServiceMonitorSettings, Settings};
use crate::network::monitoring::{
    Dashboard, Monitoring, NetworkRule, OrgMonitoring, OrgRule, Relabeling, ScrapeTls, ServiceMonitor, Volumes,
};
use crate::network::{FabricCa, Kafka, Labels, Metrics, Node, Org, PodSet, Service, StateDatabase, addresses, names};
use crate::yaml::{Free, FreeMap, Ordered, Spanned};

/// What time series of a node are called by, and the labels of its Service that say so.
const LABELS: [(&str, &str); 4] =
    [("app.kubernetes.io/instance", "network"), ("org", "org"), (names::NODE_LABEL, "node"), (COMPONENT, "role")];
const COMPONENT: &str = "app.kubernetes.io/component";

/// Grafana's limit of a dashboard's uid.
const UID_LIMIT: usize = 40;

/// What watches the whole network.
pub fn network(
    settings: &MonitoringSettings,
    (orgs, kafka): (&[Org], Option<&Kafka>),
    cluster: &Cluster,
    problems: &mut Problems,
) -> Monitoring {
    let MonitoringSettings { service_monitor, prometheus_rule, dashboard } = settings;
    check_scraping(service_monitor, problems);
    for (what, enabled) in [("alarms", &prometheus_rule.enabled), ("the dashboard", &dashboard.enabled)] {
        if enabled.value && !service_monitor.enabled {
            problems.push(
                Problem::new(Code::FK0741, format!("{what} would see no node: no ServiceMonitor has Prometheus ask them"))
                    .at(&enabled.place)
                    .help("write `monitoring: {serviceMonitor: {enabled: true}}`, or give time series its labels yourself: docs/monitoring.md"),
            );
        }
    }
    let days = &prometheus_rule.certificate_days;
    if days.value < 1 {
        let problem = Problem::new(Code::FK0742, format!("`{}` is no number of days before a certificate's end", days.value));
        problems.push(problem.at(&days.place).help("write a number from 1 on: `30`"));
    }
    let mut all: Vec<&str> = Vec::new();
    for org in orgs {
        if !all.contains(&org.namespace.as_str()) {
            all.push(&org.namespace);
        }
    }
    let matcher = match all.as_slice() {
        [one] => format!("namespace=\"{one}\""),
        several => format!("namespace=~\"{}\"", several.join("|")),
    };
    let labels = |own: &Ordered<Spanned<String>>, problems: &mut Problems| {
        labels((&cluster.network, "fabric", "network", None), own, problems)
    };
    let (rule_labels, dashboard_labels) = (labels(&prometheus_rule.labels, problems), labels(&dashboard.labels, problems));
    let first = all.first().map_or(String::new(), |name| (*name).to_owned());
    Monitoring {
        matchers: format!("network=\"{}\",{matcher}", cluster.network),
        namespaces: matcher,
        rule: prometheus_rule.enabled.value.then(|| NetworkRule {
            name: cluster.network.clone(),
            namespace: first.clone(),
            labels: rule_labels,
            certificate_days: days.value,
            volumes: kafka.map(|kafka| [&kafka.pods, &kafka.zookeeper.pods].map(volumes).into()).unwrap_or_default(),
        }),
        dashboard: dashboard.enabled.value.then(|| Dashboard {
            name: names::dashboard(&cluster.network),
            namespace: namespace(&dashboard.namespace, problems).unwrap_or(first),
            labels: dashboard_labels,
            uid: format!("fabric-{}", cluster.network).chars().take(UID_LIMIT).collect(),
        }),
    }
}

/// The claims of pods that are alike.
fn volumes(pods: &PodSet) -> Volumes {
    let PodSet { name, namespace, .. } = pods;
    Volumes { namespace: namespace.clone(), claims: format!("data-{name}-[0-9]+"), holder: name.clone() }
}

/// What watches an org: its nodes with the Service over them, and its Fabric CA.
pub fn of_org(
    org: &OrgDraft,
    (nodes, service, fabric_ca): (&[Node], Option<&Service>, Option<&FabricCa>),
    (settings, cluster): (&Settings, &Cluster),
    problems: &mut Problems,
) -> OrgMonitoring {
    if nodes.is_empty() && fabric_ca.is_none() {
        return OrgMonitoring::default();
    }
    let role = org.role();
    let named = (cluster.network.as_str(), names::application(role), role.word(), Some(org.name.as_str()));
    let name = names::nodes(&org.name, role);
    let PrometheusRuleSettings { enabled, labels: of_rule, certificate_days: _ } = &settings.monitoring.prometheus_rule;
    let rule = enabled.value.then(|| OrgRule {
        name: name.clone(),
        labels: labels(named, of_rule, problems),
        claims: claims(nodes, fabric_ca),
    });
    let service_monitor = nodes.first().and_then(|first| {
        let tls = first.operations.tls.as_ref().zip(service).map(|(tls, service)| {
            let own = names::org_secrets(&org.name).admin_tls;
            ScrapeTls {
                server_name: addresses::service_fqdn(&service.name, &org.namespace, &cluster.domain),
                client_secret: tls.client_secret.clone().unwrap_or_else(|| own.clone()),
                ca_secret: own,
            }
        });
        self::service_monitor((name, tls), named, (settings, cluster), problems)
    });
    OrgMonitoring { service_monitor, rule }
}

/// Has Prometheus ask an org's Fabric CA, whose operations port speaks plain HTTP whatever those of nodes speak.
pub fn of_fabric_ca(
    org: &OrgDraft,
    (name, config): (&str, &FreeMap),
    (settings, cluster): (&Settings, &Cluster),
    problems: &mut Problems,
) -> Option<ServiceMonitor> {
    let named = (cluster.network.as_str(), "fabric-ca", names::CA, Some(org.name.as_str()));
    let monitor = service_monitor((name.to_owned(), None), named, (settings, cluster), problems)?;
    // Keys of its file are found in any case.
    let get = |map: &FreeMap, wanted: &str| {
        map.iter().find(|(key, _)| key.value.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone())
    };
    let provider = get(config, "metrics").and_then(|metrics| match &metrics.value {
        Free::Map(metrics) => get(metrics, "provider"),
        _ => None,
    });
    if let Some(provider) = provider
        && let Some(text) = provider.value.text()
        && text != Metrics::Prometheus.word()
    {
        let help = "take `metrics` out of `ca.config`, or write `monitoring: {serviceMonitor: {enabled: false}}`";
        not_told(&Spanned { value: text.to_owned(), place: provider.place.clone() }, help, problems);
    }
    Some(monitor)
}

/// Labels by which an object is known: network, application, component and org.
type Named<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

/// Has Prometheus ask the nodes of an org that do one thing, where the user wants it.
fn service_monitor(
    (name, tls): (String, Option<ScrapeTls>),
    named: Named<'_>,
    (settings, cluster): (&Settings, &Cluster),
    problems: &mut Problems,
) -> Option<ServiceMonitor> {
    let ServiceMonitorSettings { enabled, labels: own, interval, scrape_timeout } = &settings.monitoring.service_monitor;
    let (_, _, component, org) = named;
    let selector = names::of_network(&cluster.network, names::org_selector(org.unwrap_or_default(), component));
    enabled.then(|| ServiceMonitor {
        name,
        labels: labels(named, own, problems),
        selector,
        node_label: names::NODE_LABEL.to_owned(),
        interval: given(interval).then(|| interval.value.clone()),
        scrape_timeout: given(scrape_timeout).then(|| scrape_timeout.value.clone()),
        tls,
        relabelings: LABELS.iter().map(|(label, target)| Relabeling { source: source(label), target }).collect(),
    })
}

/// A node that Prometheus is to ask tells it.
pub fn check_told(provider: &Spanned<String>, metrics: &Metrics, settings: &Settings, problems: &mut Problems) {
    if settings.monitoring.service_monitor.enabled && *metrics != Metrics::Prometheus {
        let help = "write `metrics: {provider: prometheus}`, or `monitoring: {serviceMonitor: {enabled: false}}`";
        not_told(provider, help, problems);
    }
}

fn not_told(provider: &Spanned<String>, help: &str, problems: &mut Problems) {
    let message = format!("Prometheus is to ask nodes for metrics, and with `{provider}` they tell it none");
    problems.push(Problem::new(Code::FK0740, message).at(&provider.place).help(help));
}

/// Labels of an object, and the user's.
fn labels((network, application, component, org): Named<'_>, own: &Ordered<Spanned<String>>, problems: &mut Problems) -> Labels {
    let mut labels = names::labels(network, application, component, org);
    let own = pods::own_labels(own, &labels, problems);
    labels.extend(own);
    labels
}

/// What Prometheus calls a label of a Service (`discovery/kubernetes`, `SanitizeLabelName`).
fn source(label: &str) -> String {
    let sanitized: String = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("__meta_kubernetes_service_label_{sanitized}")
}

/// Every claim of an org's StatefulSets. Names have no character that means something in a regular expression.
fn claims(nodes: &[Node], fabric_ca: Option<&FabricCa>) -> String {
    let of_ca = fabric_ca.map(|ca| ca.name.as_str());
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).chain(of_ca).collect();
    let has_couchdb = nodes.iter().any(|node| matches!(node.state_database, Some(StateDatabase::CouchDb(_))));
    let volumes = if has_couchdb { "(data|couchdb)" } else { "data" };
    format!("{volumes}-({})-0", names.join("|"))
}

fn namespace(setting: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    if !given(setting) {
        return None;
    }
    if let Err(reason) = names::check_namespace(setting) {
        let problem = Problem::new(Code::FK0211, format!("`{setting}` cannot name a namespace: {reason}"));
        problems.push(problem.at(&setting.place).help("write the namespace that Grafana looks into, which has to be there"));
    }
    Some(setting.value.clone())
}

fn check_scraping(settings: &ServiceMonitorSettings, problems: &mut Problems) {
    let ServiceMonitorSettings { interval, scrape_timeout, .. } = settings;
    for setting in [interval, scrape_timeout].into_iter().filter(|setting| given(setting)) {
        if milliseconds(setting).is_none_or(|length| length == 0) {
            let problem = Problem::new(Code::FK0742, format!("`{setting}` is no duration as Prometheus reads them"));
            problems.push(problem.at(&setting.place).help("write `30s`, `1m` or `1m30s`"));
        }
    }
    if let (Some(every), Some(most)) = (milliseconds(interval), milliseconds(scrape_timeout))
        && most > every
    {
        let message = format!("nodes may take `{scrape_timeout}` to answer, and are asked every `{interval}`");
        let problem = Problem::new(Code::FK0742, format!("{message}: Prometheus refuses that"));
        problems.push(problem.at(&scrape_timeout.place).at(&interval.place).help("make `scrapeTimeout` at most `interval`"));
    }
}

/// A duration (prometheus/common `model/time.go`, `ParseDuration`): numbers with units, the largest first; `None` where it is none.
fn milliseconds(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000), ("y", 31_536_000_000)];
    let (mut rest, mut total, mut before) = (text, 0_u64, u64::MAX);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit).filter(|(_, scale)| *scale < before)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*scale)?)?;
        (rest, before) = (after, *scale);
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_prometheus_does() {
        for (text, length) in [("30s", 30_000), ("1m30s", 90_000), ("500ms", 500), ("1d", 86_400_000)] {
            assert_eq!(milliseconds(text), Some(length), "{text}");
        }
        for wrong in ["", "30", "s", "1.5s", "30s1m", "1s1s", "-1s", "1 m", "99999999999y"] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn labels_of_services_are_called_as_prometheus_calls_them() {
        assert_eq!(source("app.kubernetes.io/part-of"), "__meta_kubernetes_service_label_app_kubernetes_io_part_of");
    }
}
