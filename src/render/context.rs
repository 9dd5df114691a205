//! What templates are given: the model, and material beside it. `fabkube show` prints the same.

mod beside;

use super::{Scope, ScopeKind, Secrets};
use crate::chaincode::PackageIds;
use crate::channel::Artifacts;
use crate::crypto::{
    self, Certificate, IdentityPublic, Material, MspFolder, OrgPublic, PairKeys, PemFile, Secret, TlsPublic, Usage,
};
use crate::network::flow::roll::Roll;
use crate::network::{Kafka, Network, Node, Org, Role, StateDatabase};
use crate::profile::Profile;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How secret and long values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As they are.
    Values,
    /// Secret values as digests of public parts.
    Digests,
    /// Every value of a Secret as a word that says what it is.
    Placeholders,
}

impl From<Secrets> for Shown {
    fn from(secrets: Secrets) -> Self {
        match secrets {
            Secrets::Include | Secrets::Only => Shown::Values,
            Secrets::Omit | Secrets::Redact => Shown::Digests,
        }
    }
}

/// A Secret's content, and how a pod mounts it as a folder.
#[derive(Clone, Debug, Default, Serialize)]
struct Files {
    /// Base64 by key: a Secret's `data`.
    data: BTreeMap<String, String>,
    /// Where each key goes below the mount.
    items: Vec<Item>,
}

#[derive(Clone, Debug, Serialize)]
struct Item {
    key: String,
    path: String,
}

/// An identity and its TLS pair.
#[derive(Clone, Debug, Serialize)]
struct Identity {
    msp: Files,
    tls: Files,
    /// Changes when any part does; made of public parts alone.
    checksum: String,
}

/// Every scope of the network with its variables, in the model's order.
pub fn scopes(
    network: &Network,
    (material, artifacts, package_ids): (&Material, &Artifacts, &PackageIds),
    shown: Shown,
) -> Vec<Scope> {
    let shared = shared(network);
    let scope = |kind, called: (&str, &str), own| scope(kind, called, own, &shared);
    let view = View { shown };
    let mut scopes: Vec<Scope> = network
        .namespaces
        .iter()
        .map(|namespace| {
            let variables = view.namespace(namespace, (material, artifacts));
            scope(ScopeKind::Namespace, (&namespace.name, &namespace.name), variables)
        })
        .collect();
    for org in &network.orgs {
        scopes.push(scope(ScopeKind::Org, (&org.name, &org.namespace), view.org(org, network, material)));
    }
    for org in &network.orgs {
        let Some(ca) = &org.fabric_ca else { continue };
        scopes.extend(view.ca((org, ca), material).map(|own| scope(ScopeKind::Ca, (&ca.name, &ca.namespace), own)));
    }
    for org in &network.orgs {
        let Some(cli) = &org.cli else { continue };
        scopes.push(scope(ScopeKind::Cli, (&cli.name, &cli.namespace), view.cli((org, cli), material)));
    }
    for org in &network.orgs {
        let servers = view.chaincodes(org, (material, package_ids));
        scopes
            .extend(servers.into_iter().map(|(server, own)| scope(ScopeKind::Chaincode, (&server.name, &server.namespace), own)));
    }
    for node in network.nodes() {
        let kind = match node.role {
            Role::Orderer => ScopeKind::Orderer,
            Role::Peer => ScopeKind::Peer,
        };
        scopes.push(scope(kind, (&node.name, &node.namespace), view.node(kind, node, network.org(node.id.org()), material)));
    }
    scopes.extend(network.kafka.iter().flat_map(|kafka| of_kafka(kafka, &shared)));
    let first = network.namespaces.first().map_or("", |namespace| namespace.name.as_str());
    scopes.push(scope(ScopeKind::Network, (&network.name, first), vec![("monitoring", json!(network.monitoring))]));
    scopes
}

/// Kafka's scope and its ZooKeeper's.
pub(super) fn of_kafka(kafka: &Kafka, shared: &Value) -> [Scope; 2] {
    let (brokers, servers) = (&kafka.pods, &kafka.zookeeper.pods);
    let of_zookeeper = vec![("zookeeper", json!(kafka.zookeeper))];
    let mut of_kafka = json!(kafka);
    if let Some(fields) = of_kafka.as_object_mut() {
        fields.remove("zookeeper");
    }
    [
        scope(ScopeKind::ZooKeeper, (&servers.name, &servers.namespace), of_zookeeper, shared),
        scope(ScopeKind::Kafka, (&brokers.name, &brokers.namespace), vec![("kafka", of_kafka)], shared),
    ]
}

/// The scope of a run of `flow roll`.
pub(super) fn of_roll(roll: &Roll, network: &Network) -> Scope {
    let own = vec![("roll", json!(roll)), ("flow", json!(network.flow))];
    scope(ScopeKind::Roll, (&roll.name, &roll.namespace), own, &shared(network))
}

/// A scope with what every scope has, and what is its own.
fn scope(kind: ScopeKind, (name, namespace): (&str, &str), own: Vec<(&'static str, Value)>, shared: &Value) -> Scope {
    let variables = [("network", shared.clone())].into_iter().chain(own).collect();
    Scope { kind, name: name.to_owned(), namespace: namespace.to_owned(), variables }
}

/// What every scope has: the network without what the scopes themselves are.
pub(super) fn shared(network: &Network) -> Value {
    let Network {
        name,
        fabric_version,
        tls,
        addressing,
        cluster_domain,
        namespaces: _,
        orgs: _,
        channels,
        chaincodes: _,
        kafka: _,
        flow: _,
        topic_replicas,
        monitoring: _,
        allotted_ports: _,
    } = network;
    let channels: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    json!({
        "name": name, "fabric_version": fabric_version, "features": fabric_version.features(), "tls": tls,
        "addressing": addressing, "cluster_domain": cluster_domain, "channels": channels,
        "topic_replicas": topic_replicas,
    })
}

struct View {
    shown: Shown,
}

impl View {
    fn org(&self, org: &Org, network: &Network, material: &Material) -> Vec<(&'static str, Value)> {
        let public = material.public().org(org.id);
        let nodes: Vec<Value> = org.nodes.iter().map(|node| json!({ "name": node.name, "role": node.role })).collect();
        let mut variables = vec![
            ("org", summary(org)),
            ("msp", json!(self.msp(&public.msp, None))),
            ("nodes", json!(nodes)),
            ("certificates", json!(self.certificates(org, public))),
        ];
        if let Some(admin) = org.users.iter().position(|user| user.admin) {
            let identity = self.identity(&public.users[admin], material.user_keys(org.id, admin));
            variables.push(("admin", json!(identity)));
        }
        if org.connection_profile.is_some() {
            let (json, yaml) = match self.shown {
                Shown::Placeholders => ("<json>".to_owned(), "<yaml>".to_owned()),
                Shown::Values | Shown::Digests => {
                    let profile = Profile::new(network, org, material.public());
                    (profile.json(), profile.yaml())
                }
            };
            variables.push(("connection_profile", json!({ "data": { "connection.json": json, "connection.yaml": yaml } })));
        }
        variables
    }

    /// When the certificates of an org end, in seconds since 1970.
    fn certificates(&self, org: &Org, public: &OrgPublic) -> Vec<Value> {
        let entry = |(holder, usage, certificate): (String, Usage, &Certificate)| {
            let end = match self.shown {
                Shown::Placeholders => json!("<seconds>"),
                Shown::Values | Shown::Digests => json!(certificate.not_after.unix_timestamp()),
            };
            json!({ "holder": holder, "usage": usage.word(), "not_after": end })
        };
        public.certificates(org).into_iter().map(entry).collect()
    }

    fn node(&self, kind: ScopeKind, node: &Node, org: &Org, material: &Material) -> Vec<(&'static str, Value)> {
        let (public, keys) = (material.public().node(node.id), material.node_keys(node.id));
        let mut identity = self.identity(public, keys);
        let mut variables = vec![("org", summary(org)), (kind.folder(), json!(node))];
        if let Some(StateDatabase::CouchDb(couchdb)) = &node.state_database {
            let password = crypto::password(&public.certificate, &keys.identity, &format!("couchdb {}", node.name));
            identity.checksum =
                self.checksum([identity.checksum.as_bytes(), couchdb.user.as_bytes(), password.digest().as_bytes()]);
            let data = BTreeMap::from([("username", self.public(couchdb.user.as_bytes())), ("password", self.secret(&password))]);
            variables.push(("couchdb", json!({ "data": data })));
        }
        variables.push(("identity", json!(identity)));
        variables
    }

    /// A TLS pair as a Secret of Kubernetes' own type.
    fn tls(&self, public: &TlsPublic, key: &Secret) -> Files {
        let data = [
            ("tls.crt", self.public(&public.certificate.pem)),
            ("tls.key", self.secret(key)),
            ("ca.crt", self.public(&public.ca)),
        ];
        Files { data: data.map(|(key, value)| (key.to_owned(), value)).into(), items: Vec::new() }
    }

    fn identity(&self, public: &IdentityPublic, keys: &PairKeys) -> Identity {
        let msp = self.msp(&public.msp, Some(&keys.identity));
        let tls = self.tls(&public.tls, &keys.tls);
        let public_files = files(&public.msp).into_iter().flat_map(|(path, bytes)| [path.into_bytes(), bytes.to_vec()]);
        let parts = public_files.chain([
            keys.identity.digest().as_bytes().to_vec(),
            public.tls.certificate.pem.to_vec(),
            public.tls.ca.clone(),
            keys.tls.digest().as_bytes().to_vec(),
        ]);
        Identity { msp, tls, checksum: self.checksum(parts) }
    }

    fn checksum<T: AsRef<[u8]>>(&self, parts: impl IntoIterator<Item = T>) -> String {
        match self.shown {
            Shown::Placeholders => "<checksum>".to_owned(),
            Shown::Values | Shown::Digests => checksum(parts),
        }
    }

    /// An MSP folder as a Secret: each file under a key of its own, and back in its place when mounted. A verifying MSP has no
    /// key and no certificate of its own.
    fn msp(&self, msp: &MspFolder, key: Option<&Secret>) -> Files {
        let mut content = Files::default();
        let mut add = |name: String, path: String, value: String| {
            content.items.push(Item { key: name.clone(), path });
            content.data.insert(name, value);
        };
        for (folder, pem_files) in msp.folders() {
            if folder == "signcerts" && key.is_none() {
                continue;
            }
            for (i, PemFile { name, bytes, .. }) in pem_files.iter().enumerate() {
                let number = if i == 0 { String::new() } else { format!("-{i}") };
                add(format!("{}{number}.pem", word(folder)), format!("{folder}/{name}"), self.public(bytes));
            }
        }
        if let Some(config) = &msp.config {
            add("config.yaml".to_owned(), "config.yaml".to_owned(), self.public(config));
        }
        if let Some(key) = key {
            add("key.pem".to_owned(), "keystore/key.pem".to_owned(), self.secret(key));
        }
        content
    }

    fn public(&self, bytes: &[u8]) -> String {
        match self.shown {
            Shown::Placeholders => "<base64>".to_owned(),
            Shown::Values | Shown::Digests => BASE64_STANDARD.encode(bytes),
        }
    }

    fn secret(&self, secret: &Secret) -> String {
        match self.shown {
            Shown::Placeholders => self.secret_text(secret),
            Shown::Values | Shown::Digests => BASE64_STANDARD.encode(self.secret_text(secret)),
        }
    }

    /// A secret for a text of which a template makes a Secret.
    fn secret_text(&self, secret: &Secret) -> String {
        match (self.shown, secret.expose()) {
            (Shown::Placeholders, _) => "<secret>".to_owned(),
            (Shown::Values, Some(value)) => value.to_owned(),
            // Where keys are needed, `crypto` has seen to it that they are there.
            (Shown::Digests, _) | (Shown::Values, None) => format!("redacted:{}", secret.digest()),
        }
    }
}

/// An org for templates: its nodes are scopes of their own.
fn summary(org: &Org) -> Value {
    let mut value = json!(org);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("nodes");
    }
    value
}

/// What the keys of a Secret begin with that have an MSP's folder: `cacert` of `cacerts`.
fn word(folder: &str) -> &str {
    match folder {
        "signcerts" => "cert",
        folder => folder.trim_end_matches('s'),
    }
}

fn files(msp: &MspFolder) -> Vec<(String, &[u8])> {
    let pem_files = msp
        .folders()
        .into_iter()
        .flat_map(|(folder, files)| files.iter().map(move |file| (format!("{folder}/{}", file.name), file.bytes.as_slice())));
    pem_files.chain(msp.config.iter().map(|bytes| ("config.yaml".to_owned(), bytes.as_slice()))).collect()
}

/// SHA-256 over parts, each with its length, so that no two lists of parts have the same.
fn checksum<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
