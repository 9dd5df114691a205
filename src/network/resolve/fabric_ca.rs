//! An org's Fabric CA with all that its pod, its Service and its certificate need. Whether the keys that it issues with are here is
//! `crypto`'s.

use super::fabric_values::{self, Reader};
use super::orgs::OrgDraft;
use super::{Cluster, monitoring, names_checked, pods, settings};
use crate::diag::{Code, Place, Problem, Problems, near};
use crate::input::Inputs;
use crate::input::values::words;
use crate::network::addresses::{self, port};
use crate::network::fabric_keys::Keys;
use crate::network::{FabricCa, FabricCaPaths, KeyAlgorithm, Listener, Port, ServicePort, names};
use crate::yaml::{Free, FreeMap, Spanned};

/// The sections of fabric-ca-server-config.yaml (fabric-ca `cmd/fabric-ca-server/config.go` and the fields of `lib/serverconfig.go`).
const SECTIONS: &[&str] = &[
    "address",
    "affiliations",
    "bccsp",
    "ca",
    "cacount",
    "cafiles",
    "cfg",
    "cors",
    "crl",
    "crlsizelimit",
    "csr",
    "db",
    "debug",
    "idemix",
    "intermediate",
    "ldap",
    "loglevel",
    "metrics",
    "operations",
    "port",
    "registry",
    "signing",
    "tls",
    "version",
];

/// What fabkube says there itself, and what to do about it.
const OWN: &[(&str, &str)] = &[
    ("address", SERVED),
    ("bccsp", "take it out: the CAs' keys are kept in memory, out of their Secret"),
    ("ca.certfile", GIVEN),
    ("ca.chainfile", GIVEN),
    ("ca.keyfile", GIVEN),
    ("ca.name", GIVEN),
    ("cacount", GIVEN),
    ("cafiles", GIVEN),
    ("db", "take it out: who is registered is kept on the CA's own volume (`ca.storage`)"),
    ("debug", "use `ca.logLevel`"),
    ("intermediate", GIVEN),
    ("ldap", "take it out: who is registered is kept on the CA's own volume (`ca.storage`)"),
    ("loglevel", "use `ca.logLevel`"),
    ("operations", "take it out: the kubelet's probes ask the operations port in plain HTTP"),
    ("port", SERVED),
    ("registry.identities", "use `ca.user` for the first one; it registers all others"),
    ("tls.certfile", SERVED),
    ("tls.enabled", SERVED),
    ("tls.keyfile", SERVED),
    ("version", "use `ca.image.tag`"),
];

const SERVED: &str = "take it out: the Service, the certificate and the probes are made for the value that fabkube gives";
const GIVEN: &str = "take it out: it serves the org's own CA and TLS CA, out of crypto-config";

/// The Fabric CA of an org, where the user wants one.
pub fn fabric_ca(org: &OrgDraft, (inputs, cluster): (&Inputs, &Cluster), problems: &mut Problems) -> Option<FabricCa> {
    let (own, of_pod) = inputs.values.ca(&org.domain, problems);
    if !own.enabled.value {
        return None;
    }
    check_key(org, &own.enabled.place, problems);
    check_config(&own.config, problems);
    settings::one_of(&own.log_level, "log level of a Fabric CA", words::CA_LOG_LEVEL, problems);
    let user = user(&own.user, problems);
    let name = names::fabric_ca(&org.name);
    names_checked("Fabric CA", (&name, &org.name), (&org.domain, &org.place), problems);
    let mut labels = names::labels(&cluster.network, "fabric-ca", names::CA, Some(&org.name));
    let selector = names::node_selector(&name);
    labels.extend(selector.clone());
    let made = pods::Made::closed(&labels, &selector);
    let mut pod = pods::pod(&of_pod, made, problems);
    // There is one of them.
    pod.anti_affinity = None;
    let everywhere = &inputs.values.settings.image;
    let host = addresses::service_fqdn(&name, &org.namespace, &cluster.domain);
    let listeners = [(Listener::Https, port::FABRIC_CA), (Listener::Operations, port::OPERATIONS)];
    Some(FabricCa {
        common_name: format!("fabric-ca.{}", org.domain),
        namespace: org.namespace.clone(),
        address: format!("{host}:{}", port::FABRIC_CA),
        sans: sans(&name, org, cluster),
        dialled: vec![host],
        secrets: names::fabric_ca_secrets(&name),
        user,
        affiliation: org.name.clone(),
        log_level: own.log_level.value.clone(),
        config: own.config.data(),
        ports: listeners.map(|(name, port)| Port { name, port }).into(),
        service_ports: listeners.map(|(target, port)| ServicePort { name: target.word().to_owned(), port, target }).into(),
        image: settings::image(&own.image, (everywhere, cluster.version.fabric_ca_tag()), problems),
        pull_secrets: everywhere.pull_secrets.iter().map(|name| name.value.clone()).collect(),
        storage: settings::storage(&own.storage, problems),
        resources: settings::resources(&own.resources, problems),
        node_selector: of_pod.node_selector.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
        tolerations: settings::tolerations(&of_pod.tolerations, problems),
        pod,
        paths: FabricCaPaths::STANDARD,
        service_monitor: monitoring::of_fabric_ca(org, (&name, &own.config), (&inputs.values.settings, cluster), problems),
        name,
        labels,
        selector,
    })
}

/// The names that crypto-config.yaml has for the CA, those of its Service, and the machine itself.
fn sans(name: &str, org: &OrgDraft, cluster: &Cluster) -> Vec<String> {
    let in_cluster = addresses::service_names(name, &org.namespace, &cluster.domain);
    [format!("fabric-ca.{}", org.domain), org.ca.common_name.clone()]
        .into_iter()
        .chain(in_cluster)
        .chain(addresses::itself())
        .collect()
}

/// The first user, as basic authentication has him and the URL that `fabric-ca-client` takes (Go's
/// `validUserinfo` in net/url, without the two signs that mean something there).
fn user(user: &Spanned<String>, problems: &mut Problems) -> String {
    let is_right = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=@".contains(c);
    if let Some(sign) = user.chars().find(|c| !is_right(*c)) {
        // The name is not told: with a `:`, a password is likely to stand behind it.
        let sign = sign.escape_debug();
        let message = format!("nobody can enrol as the first user of a Fabric CA: `{sign}` cannot stand in its name");
        let problem = Problem::new(Code::FK0724, message);
        problems.push(problem.at(&user.place).help("use letters, digits, `-`, `_` and `.`"));
    }
    settings::needed(user, "ca.user", problems)
}

/// A CA with such a key is refused when the server reads it.
fn check_key(org: &OrgDraft, place: &Place, problems: &mut Problems) {
    if org.ca.key_algorithm == KeyAlgorithm::Ed25519 {
        let message =
            format!("the CAs of `{}` are to have Ed25519 keys, and Fabric CA issues with none but ECDSA keys", org.domain);
        let problem = Problem::new(Code::FK0721, message).at(place).at(&org.place);
        problems.push(
            problem.help("leave `PublicKeyAlgorithm` out under `CA`: nodes and users may have Ed25519 keys under an ECDSA CA"),
        );
    }
}

/// What the user has the file say besides.
fn check_config(config: &FreeMap, problems: &mut Problems) {
    for (key, value) in config.iter() {
        let section = key.value.to_ascii_lowercase();
        if !SECTIONS.contains(&section.as_str()) {
            let message = format!("fabric-ca-server-config.yaml has no key `{}`", key.value);
            let help = match near(&section, SECTIONS) {
                Some(name) => format!("`{name}` is known; was that meant?"),
                None => format!("known are `{}`", SECTIONS.join("`, `")),
            };
            problems.push(Problem::new(Code::FK0722, message).at(&key.place).help(help));
        }
        refuse_own(&section, &key.place, problems);
        check_values(&Keys::of_fabric_ca(), (&mut vec![&key.value], &key.place, value), problems);
        let Free::Map(inner) = &value.value else { continue };
        inner
            .iter()
            .for_each(|(key, _)| refuse_own(&format!("{section}.{}", key.value.to_ascii_lowercase()), &key.place, problems));
    }
}

/// What is of a kind that is known, however deep it stands.
fn check_values<'v>(keys: &Keys, (path, place, value): (&mut Vec<&'v str>, &'v Place, &'v Free), problems: &mut Problems) {
    if let Some(kind) = keys.kind(path) {
        let name = format!("`{}` of fabric-ca-server-config.yaml", path.join("."));
        fabric_values::check(kind, (&name, value, place), Reader::Whole, problems);
    } else if let Free::Map(inner) = value {
        for (key, value) in inner.iter() {
            path.push(&key.value);
            check_values(keys, (path, &key.place, value), problems);
            path.pop();
        }
    }
}

fn refuse_own(path: &str, place: &Place, problems: &mut Problems) {
    if let Some((_, remedy)) = OWN.iter().find(|(own, _)| *own == path) {
        let message = format!("`{path}` of fabric-ca-server-config.yaml is not yours to set");
        problems.push(Problem::new(Code::FK0290, message).at(place).help(*remedy));
    }
}
