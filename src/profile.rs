//! Connection profiles: what Fabric's older SDKs (fabric-network, fabric-gateway-java, fabric-sdk-go) read of a network, for the
//! applications of one org. It holds no key. Newer applications read the gateway's address and its root certificates there.
//!
//! The form is that of fabric-samples (`test-network/organizations/ccp-template.yaml`) as the SDKs parse it: fabric-network asks for
//! `peers` in every organization, fabric-sdk-java for a map of peers and a list of orderers in every channel.

use crate::crypto::PublicMaterial;
use crate::diag::{Code, Problem, Problems, Stop, more};
use crate::network::addresses::port;
use crate::network::{Channel, HostPort, Listener, Network, Node, Org, Role, Tls};
use crate::yaml::{self, Mapping, Value};

/// A profile in both forms that SDKs read.
#[derive(Clone, Debug)]
pub struct Profile {
    value: Value,
}

impl Profile {
    /// The profile of an org, in which its applications in the cluster find its own peers and the orderers of its channels.
    pub fn new(network: &Network, org: &Org, public: &PublicMaterial) -> Self {
        Self::of(&View { network, org, public, reached: Reached::Within })
    }

    /// The same for applications outside of the cluster, by the addresses that are declared for them.
    pub fn outside(network: &Network, org: &Org, public: &PublicMaterial, problems: &mut Problems) -> Result<Self, Stop> {
        let view = View { network, org, public, reached: Reached::Outside };
        let nodes: Vec<&Node> = org.nodes.iter().chain(view.orderers()).collect();
        let (exposed, not_exposed): (Vec<&Node>, Vec<&Node>) = nodes.into_iter().partition(|node| node.exposure.is_some());
        let without_host = exposed.into_iter().filter(|node| view.address(node).is_none()).collect();
        for (nodes, why) in [(not_exposed, "not exposed"), (without_host, "exposed without a declared `host`")] {
            report(&nodes, why, problems);
        }
        problems.stop_on_errors()?;
        Ok(Self::of(&view))
    }

    fn of(view: &View<'_>) -> Self {
        let View { network, org, public: _, reached: _ } = *view;
        let gateway = view.gateway();
        let (channels, orderers) = (view.channels(), view.orderers());
        let names = gateway.iter().map(|(name, _)| name.clone()).chain(org.nodes.iter().map(|node| node.common_name.clone()));
        let authority = view.authority();
        let names_of_ca = authority.iter().map(|(name, _)| Value::from(name.clone())).collect::<Vec<_>>();
        let of_org = [("mspid", text(&org.msp_id)), ("peers", names.map(Value::from).collect::<Vec<_>>().into())];
        let with_ca = (!names_of_ca.is_empty()).then(|| ("certificateAuthorities", names_of_ca.into()));
        let organization = pairs(of_org.into_iter().chain(with_ca).map(|(key, value)| (key.to_owned(), value)));
        let peers = gateway.into_iter().chain(org.nodes.iter().filter_map(|node| view.endpoint(node)));
        let orderers_of = |channel: &Channel| {
            let names = orderers.iter().filter(|node| orders(channel, node)).map(|node| text(&node.common_name));
            names.collect::<Vec<_>>().into()
        };
        let channels = channels.into_iter().map(|channel| {
            let of_channel = map([("orderers", orderers_of(channel)), ("peers", view.roles())]);
            (channel.name.clone(), of_channel)
        });
        let timeout = map([("peer", map([("endorser", text("300"))])), ("orderer", text("300"))]);
        let client = map([("organization", text(&org.short_name)), ("connection", map([("timeout", timeout)]))]);
        let authorities = authority.map(|authority| ("certificateAuthorities", pairs([authority].into_iter())));
        let entries = [
            ("name", text(&format!("{}-{}", network.name, org.name))),
            ("version", text("1.0.0")),
            ("client", client),
            ("organizations", map([(org.short_name.as_str(), organization)])),
            ("channels", pairs(channels)),
            ("peers", pairs(peers)),
            ("orderers", pairs(orderers.iter().filter_map(|node| view.endpoint(node)))),
        ];
        Self { value: pairs(entries.into_iter().chain(authorities).map(|(key, value)| (key.to_owned(), value))) }
    }

    /// As YAML.
    pub fn yaml(&self) -> String {
        yaml::to_text(&self.value)
    }

    /// As JSON, which knows everything that is in one.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(&self.value).map_or_else(|_| self.yaml(), |text| text + "\n")
    }
}

/// Whether a node orders for a channel; one that is created by a transaction has the orderers of the system channel.
fn orders(channel: &Channel, node: &Node) -> bool {
    let orgs = channel.config.orderer_orgs();
    node.role == Role::Orderer && (orgs.is_empty() || orgs.iter().any(|org| org.org() == Some(node.id.org())))
}

/// Names the nodes that nobody outside can dial.
fn report(nodes: &[&Node], why: &str, problems: &mut Problems) {
    if nodes.is_empty() {
        return;
    }
    let names: Vec<String> = nodes.iter().take(NAMED).map(|node| format!("`{}`", node.common_name)).collect();
    let (names, more) = (names.join(", "), more(nodes.len(), NAMED));
    let message = format!("from outside nobody can dial {names}{more}: {why}");
    let places = nodes.iter().map(|node| node.exposure.as_ref().map_or(&node.place, |exposure| &exposure.place).clone());
    problems.push(Problem::new(Code::FK0731, message).at_all(places).help(
        "expose them, and declare `host` or `domain`: `peer: {expose: …}` and `orderer: {expose: …}`, as docs/exposure.md says",
    ));
}

/// How many nodes a message names.
const NAMED: usize = 5;

/// From where applications dial.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Within,
    Outside,
}

struct View<'a> {
    network: &'a Network,
    org: &'a Org,
    public: &'a PublicMaterial,
    reached: Reached,
}

impl<'a> View<'a> {
    fn channels(&self) -> Vec<&'a Channel> {
        self.network.channels.iter().filter(|channel| channel.members.contains(&self.org.id)).collect()
    }

    /// The orderers of all its channels.
    fn orderers(&self) -> Vec<&'a Node> {
        let channels = self.channels();
        self.network.nodes().filter(|node| channels.iter().any(|channel| orders(channel, node))).collect()
    }

    /// Where a node is dialled, if it is.
    fn address(&self, node: &Node) -> Option<String> {
        match self.reached {
            Reached::Within => Some(node.address.clone()),
            Reached::Outside => Some(node.exposure.as_ref()?.address(Listener::Grpc)?.to_string()),
        }
    }

    /// The Service over all peers, where a peer speaks for all: the gateway of Fabric 2.4 and later. Certificates made elsewhere
    /// may not name it, and then nobody can dial it.
    fn gateway(&self) -> Option<(String, Value)> {
        let service = self.org.service.as_ref().filter(|_| self.network.fabric_version.features().gateway)?;
        let address = match self.reached {
            Reached::Within => {
                let host = self.org.nodes.iter().flat_map(|node| &node.client_names).next()?.clone();
                let port = service.ports.iter().find(|port| port.target == Listener::Grpc);
                HostPort { host, port: port.map_or(port::PEER_GRPC, |port| port.port) }
            }
            Reached::Outside => self.org.exposure.as_ref()?.address(Listener::Grpc)?,
        };
        let names_it = |node: &Node| self.public.node(node.id).tls.certificate.names(&address.host);
        if self.network.tls == Tls::On && !self.org.nodes.iter().all(names_it) {
            return None;
        }
        let mut roots: Vec<&[u8]> = Vec::new();
        for node in &self.org.nodes {
            let root = self.public.node(node.id).tls.ca.as_slice();
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Some((service.name.clone(), self.entry(&address.to_string(), &roots.concat())))
    }

    fn endpoint(&self, node: &Node) -> Option<(String, Value)> {
        Some((node.common_name.clone(), self.entry(&self.address(node)?, &self.public.node(node.id).tls.ca)))
    }

    /// The org's Fabric CA, which enrols its users: it is within the cluster. Of its two CAs, the one that issues identities.
    fn authority(&self) -> Option<(String, Value)> {
        let ca = self.org.fabric_ca.as_ref().filter(|_| self.reached == Reached::Within)?;
        let roots = String::from_utf8_lossy(&self.public.org(self.org.id).fabric_ca.as_ref()?.ca).into_owned();
        let entry = [
            ("url", text(&format!("https://{}", ca.address))),
            ("caName", text("ca")),
            ("tlsCACerts", map([("pem", vec![Value::from(roots)].into())])),
            ("httpOptions", map([("verify", Value::from(true))])),
        ];
        Some((ca.name.clone(), map(entry)))
    }

    /// What is dialled is in the certificate, so no name stands in for it.
    fn entry(&self, address: &str, roots: &[u8]) -> Value {
        match self.network.tls {
            Tls::Off => map([("url", text(&format!("grpc://{address}")))]),
            Tls::On => {
                let pem = map([("pem", text(&String::from_utf8_lossy(roots)))]);
                map([("url", text(&format!("grpcs://{address}"))), ("tlsCACerts", pem)])
            }
        }
    }

    /// Every peer does everything; the gateway's Service is no peer of its own.
    fn roles(&self) -> Value {
        let all =
            ["endorsingPeer", "chaincodeQuery", "ledgerQuery", "eventSource", "discover"].map(|role| (role, Value::from(true)));
        pairs(self.org.nodes.iter().map(|node| (node.common_name.clone(), map(all.clone()))))
    }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    pairs(entries.into_iter().map(|(key, value)| (key.to_owned(), value)))
}

fn pairs(entries: impl Iterator<Item = (String, Value)>) -> Value {
    entries.map(|(key, value)| (Value::from(key), value)).collect::<Mapping>().into()
}
