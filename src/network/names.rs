//! What things are called in Kubernetes, and the limits that it sets. Addresses are `addresses`'s.

use super::fabric_ca::FabricCaSecrets;
use super::node::NodeSecrets;
use super::org::OrgSecrets;
use std::collections::BTreeMap;

/// Where a StatefulSet's name ends: its pods carry the label `controller-revision-hash: <name>-<hash of 10>`, and a label's
/// value has at most 63 characters (kubernetes/kubernetes#64023).
pub const STATEFUL_SET_LIMIT: usize = 52;

/// Where the name of a Service, a namespace or a label's value ends (RFC 1035, section 2.3.4).
pub const LABEL_LIMIT: usize = 63;

/// A name as Kubernetes can take it: lower case, and every character outside `[a-z0-9-]` a `-`.
pub fn slug(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect()
}

/// Whether a name is a DNS-1035 label of at most `limit` characters; if not, why.
pub fn check_label(name: &str, limit: usize) -> Result<(), String> {
    if !name.is_empty() && name.len() <= limit && !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err("it does not begin with a lower-case letter".to_owned());
    }
    check_dns_label_of(name, limit)
}

/// Whether a namespace can have a name: it is a DNS-1123 label, which may begin with a digit
/// (kubernetes `pkg/apis/core/validation`, `ValidateNamespaceName`); if not, why.
pub fn check_namespace(name: &str) -> Result<(), String> {
    check_dns_label(name)
}

/// Whether a name is a DNS-1123 label, as those of containers and volumes are; if not, why.
pub fn check_dns_label(name: &str) -> Result<(), String> {
    check_dns_label_of(name, LABEL_LIMIT)
}

/// Whether a port can have a name (apimachinery `pkg/util/validation`, IsValidPortName); if not, why.
pub fn check_port(name: &str) -> Result<(), String> {
    check_dns_label_of(name, 15)?;
    if name.contains("--") {
        return Err("it has two `-` in a row".to_owned());
    }
    if !name.contains(|c: char| c.is_ascii_lowercase()) { Err("it has no letter".to_owned()) } else { Ok(()) }
}

fn check_dns_label_of(name: &str, limit: usize) -> Result<(), String> {
    let reason = if name.is_empty() {
        "it is empty".to_owned()
    } else if name.len() > limit {
        format!("it has {} characters, and Kubernetes takes at most {limit}", name.len())
    } else if name.starts_with('-') {
        "it begins with `-`".to_owned()
    } else if name.ends_with('-') {
        "it ends with `-`".to_owned()
    } else if name.chars().any(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
        "only lower-case letters, digits and `-` may stand in it".to_owned()
    } else {
        return Ok(());
    };
    Err(reason)
}

/// Whether a text can name an object of most kinds (RFC 1123 subdomain); if not, why.
pub fn check_subdomain(name: &str) -> Result<(), String> {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let reason = if name.len() > 253 {
        "it has more than 253 characters"
    } else if !name.chars().all(inside) {
        "only lower-case letters, digits, `-` and `.` may stand in it"
    } else if !name.split('.').all(|part| part.starts_with(edge) && part.ends_with(edge)) {
        "each of its parts begins and ends with a letter or digit"
    } else {
        return Ok(());
    };
    Err(reason.to_owned())
}

/// Whether a text can be the key of a label or an annotation, `name` or `example.com/name`; if not, why
/// (apimachinery `pkg/util/validation`, IsQualifiedName).
pub fn check_qualified(key: &str) -> Result<(), String> {
    let name = match key.split_once('/') {
        Some((prefix, name)) => {
            check_subdomain(prefix).map_err(|reason| format!("of what stands before the `/`, {reason}"))?;
            name
        }
        None => key,
    };
    if name.is_empty() { Err("it is empty".to_owned()) } else { check_label_value(name) }
}

/// Whether a text can be the value of a label; if not, why (apimachinery `pkg/util/validation`, IsValidLabelValue).
pub fn check_label_value(value: &str) -> Result<(), String> {
    let edge = |c: char| c.is_ascii_alphanumeric();
    let reason = if value.len() > LABEL_LIMIT {
        return Err(format!("it has {} characters, and Kubernetes takes at most {LABEL_LIMIT}", value.len()));
    } else if value.chars().any(|c| !(edge(c) || "-_.".contains(c))) {
        "only letters, digits, `-`, `_` and `.` may stand in it"
    } else if !(value.is_empty() || value.starts_with(edge) && value.ends_with(edge)) {
        "it begins and ends with a letter or digit"
    } else {
        return Ok(());
    };
    Err(reason.to_owned())
}

/// Whether a text can name a resource of containers; if not, why (kubernetes `pkg/apis/core/validation`,
/// `ValidateContainerResourceName`).
pub fn check_resource(name: &str) -> Result<(), String> {
    check_qualified(name)?;
    let is_standard = ["cpu", "memory", "ephemeral-storage"].contains(&name) || name.starts_with("hugepages-");
    if is_standard || name.contains('/') { Ok(()) } else { Err("Kubernetes has no such resource of its own".to_owned()) }
}

/// `<org>-<hostname>`.
pub fn node(org: &str, hostname: &str) -> String {
    format!("{org}-{hostname}")
}

/// The Service over an org's peers.
pub fn peer_gateway(org: &str) -> String {
    format!("{org}-peer-gateway-svc")
}

/// The ConfigMap with what an org's applications read of the network.
pub fn connection_profile(org: &str) -> String {
    format!("{org}-connection-profile")
}

/// The Service over an org's orderers.
pub fn orderers(org: &str) -> String {
    format!("{org}-orderer-svc")
}

/// The Service, Ingress or route that leads from outside to what a Service of the cluster leads to.
pub fn external(service: &str) -> String {
    format!("{service}-external")
}

/// `app.kubernetes.io/name` of what serves or guards nodes of a role.
pub fn application(role: super::Role) -> &'static str {
    match role {
        super::Role::Orderer => "fabric-orderer",
        super::Role::Peer => "fabric-peer",
    }
}

/// The Secret with the system channel's first block.
pub fn genesis(network: &str) -> String {
    format!("{network}-genesis")
}

/// The disruption budget and the network policy over an org's peers.
pub fn peers_budget(org: &str) -> String {
    nodes(org, super::Role::Peer)
}

/// What is over all nodes of an org: `<org>-peers`, `<org>-orderers`.
pub fn nodes(org: &str, role: super::Role) -> String {
    format!("{org}-{}s", role.word())
}

/// The ConfigMap with the network's dashboard.
pub fn dashboard(network: &str) -> String {
    format!("{network}-dashboard")
}

/// The disruption budget and the network policy over all orderers of a namespace.
pub fn orderers_budget(network: &str) -> String {
    format!("{network}-orderers")
}

/// The policy that keeps everybody out of all pods of a network in a namespace.
pub fn default_deny(network: &str) -> String {
    format!("{network}-default-deny")
}

/// What finds all orderers of a network in their namespace.
pub fn orderers_selector(network: &str) -> super::Labels {
    component_selector(network, "orderer")
}

/// What finds all pods of a network that do one thing, in their namespace.
pub fn component_selector(network: &str, component: &str) -> super::Labels {
    selector([("app.kubernetes.io/component", component), ("app.kubernetes.io/instance", network)])
}

/// What finds all pods of a network in their namespace, and none that others put there.
pub fn pods_selector(network: &str) -> super::Labels {
    selector([("app.kubernetes.io/instance", network), ("app.kubernetes.io/managed-by", "fabkube")])
}

/// What objects of one name may share: these kinds have separate names, so only names within a kind clash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Service, StatefulSet, ConfigMap, ServiceAccount, PodDisruptionBudget and NetworkPolicy of a node or an org.
    Workload,
    Secret,
}

/// The Secrets of a node.
pub fn node_secrets(node: &str) -> NodeSecrets {
    NodeSecrets { msp: format!("{node}-msp"), tls: format!("{node}-tls"), couchdb: format!("{node}-couchdb") }
}

/// The Secrets of an org.
pub fn org_secrets(org: &str) -> OrgSecrets {
    OrgSecrets { msp: format!("{org}-msp"), admin_msp: format!("{org}-admin-msp"), admin_tls: format!("{org}-admin-tls") }
}

/// What a chaincode is among the components of a network.
pub const CHAINCODE: &str = "chaincode";

/// The server of a chaincode for an org, or for one of its peers.
pub fn chaincode_server(whose: &str, name: &str, version: &str) -> String {
    // A name does not end with a dash, as a version may.
    format!("{whose}-cc-{}-{}", slug(name), slug(version)).trim_end_matches('-').to_owned()
}

/// What an install package of a chaincode is called.
pub fn package_label(name: &str, version: &str) -> String {
    format!("{name}_{version}")
}

/// The NetworkPolicy over the servers of an org's chaincodes.
pub fn chaincodes(org: &str) -> String {
    format!("{org}-chaincodes")
}

/// What a Fabric CA is among the components of a network.
pub const CA: &str = "ca";

/// The server of an org's CAs.
pub fn fabric_ca(org: &str) -> String {
    format!("{org}-ca")
}

/// Its Secrets; the one that has its own name has the CAs' keys.
pub fn fabric_ca_secrets(ca: &str) -> FabricCaSecrets {
    FabricCaSecrets {
        keys: ca.to_owned(),
        tls: format!("{ca}-tls"),
        bootstrap: format!("{ca}-bootstrap"),
        config: format!("{ca}-config"),
    }
}

/// The pod that acts as an org's administrator.
pub fn cli(org: &str) -> String {
    format!("{org}-cli")
}

/// The Secret with all orgs' TLS roots, for one org's CLI pod.
pub fn cli_roots(cli: &str) -> String {
    format!("{cli}-roots")
}

/// The Secret with all ordering orgs' TLS roots, for the pods of flows.
pub fn flow_roots(network: &str) -> String {
    format!("{network}-flow-roots")
}

/// `app.kubernetes.io/name` and `component` of what flows are made of.
pub const FLOW: (&str, &str) = ("fabric-flow", "flow");

/// The labels of everything that belongs to the network.
pub fn labels(network: &str, name: &str, component: &str, org: Option<&str>) -> super::Labels {
    let mut labels = BTreeMap::from(
        [
            ("app.kubernetes.io/name", name),
            ("app.kubernetes.io/instance", network),
            ("app.kubernetes.io/component", component),
            ("app.kubernetes.io/part-of", network),
            ("app.kubernetes.io/managed-by", "fabkube"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    if let Some(org) = org {
        labels.insert("org".to_owned(), org.to_owned());
    }
    labels
}

/// The label of a namespace that says which pods Kubernetes lets in.
pub const POD_SECURITY: &str = "pod-security.kubernetes.io/enforce";
/// Those that have it say the same of what makes pods, when that is applied: `enforce` judges pods alone.
const POD_SECURITY_WARNINGS: [&str; 2] = ["pod-security.kubernetes.io/warn", "pod-security.kubernetes.io/audit"];

/// The labels of a namespace: what Kubernetes lets its pods do, and the org that has it for itself.
pub fn namespace_labels(network: &str, pod_security: super::PodSecurity, org: Option<&str>) -> super::Labels {
    let mut labels = labels(network, "fabric", "network", org);
    for label in [POD_SECURITY].iter().chain(&POD_SECURITY_WARNINGS) {
        labels.insert((*label).to_owned(), pod_security.word().to_owned());
    }
    labels
}

/// The label that only what belongs to one node has.
pub const NODE_LABEL: &str = "app";

/// The label that only the pods of one node have; its selector, fixed for ever.
pub fn node_selector(node: &str) -> super::Labels {
    selector([(NODE_LABEL, node)])
}

/// The same, and nothing of another network in their namespace.
pub fn of_network(network: &str, mut selector: super::Labels) -> super::Labels {
    selector.insert("app.kubernetes.io/instance".to_owned(), network.to_owned());
    selector
}

/// The selector of all nodes of an org that do one thing, fixed for ever.
pub fn org_selector(org: &str, component: &str) -> super::Labels {
    selector([("org", org), ("app.kubernetes.io/component", component)])
}

fn selector<const N: usize>(labels: [(&str, &str); N]) -> super::Labels {
    labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_digits_and_dashes() {
        assert_eq!(slug("Org_1.Example"), "org-1-example");
        assert_eq!(slug("Zürich"), "z-rich");
    }

    #[test]
    fn a_namespace_may_begin_with_a_digit_where_a_service_may_not() {
        assert_eq!((check_namespace("2nd-org"), check_label("2nd-org", LABEL_LIMIT).is_err()), (Ok(()), true));
        for wrong in ["", "-a", "a-", "a.b", "Org", "a_b", &"a".repeat(64)] {
            assert!(check_namespace(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_and_values_of_labels_are_what_kubernetes_takes() {
        for key in ["app", "example.com/App_1.x", "a/b", "0"] {
            assert_eq!(check_qualified(key), Ok(()), "{key}");
        }
        for key in ["", "a/", "/a", "a/b/c", "Example.com/a", "-a", "a b"] {
            assert!(check_qualified(key).is_err(), "{key}");
        }
        assert!(check_label_value("").is_ok() && check_label_value("v1.0_x").is_ok());
        assert!(
            check_label_value("a:b").is_err() && check_label_value("a.").is_err() && check_label_value(&"a".repeat(64)).is_err()
        );
        assert!(check_subdomain("0.couch-db").is_ok() && check_subdomain("a..b").is_err() && check_subdomain("A").is_err());
    }

    #[test]
    fn a_resource_is_of_kubernetes_or_has_a_domain() {
        for right in ["cpu", "hugepages-2Mi", "nvidia.com/gpu"] {
            assert_eq!(check_resource(right), Ok(()), "{right}");
        }
        for wrong in ["gpu", "bad key!", "", "nvidia.com/"] {
            assert!(check_resource(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_label_begins_with_a_letter_and_ends_within_the_limit() {
        assert_eq!(check_label("org1", LABEL_LIMIT), Ok(()));
        assert!(check_label("1org", LABEL_LIMIT).is_err());
        assert!(check_label("org-", LABEL_LIMIT).is_err());
        assert!(check_label(&"a".repeat(53), STATEFUL_SET_LIMIT).is_err());
        assert!(check_label(&"a".repeat(52), STATEFUL_SET_LIMIT).is_ok());
    }
}
