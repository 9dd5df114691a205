//! What is exposed, and what its settings make of that, checked before a cluster sees it.

use super::checks::{self, ByName};
use super::node_ports::WantedPort;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::values::{ExposureSettings, words};
use crate::input::{Inputs, given};
use crate::network::addresses::port;
use crate::network::resolve::ordering::Ordering;
use crate::network::resolve::orgs::{NodeDraft, OrgDraft};
use crate::network::resolve::{Cluster, gateway, pods, ports, settings};
use crate::network::{Backend, Behind, ExposedBy, ExposedPort, Exposure, Labels, Listener, SessionAffinity, Tls, names};
use crate::yaml::Spanned;

/// Where Ingress controllers and Gateways take TLS.
const HTTPS: u16 = 443;

/// What has ingress-nginx pass TLS on (its `docs/user-guide/nginx-configuration/annotations.md`).
const PASSTHROUGH: [(&str, &str); 2] =
    [("nginx.ingress.kubernetes.io/backend-protocol", "GRPCS"), ("nginx.ingress.kubernetes.io/ssl-passthrough", "true")];

/// A node, or the gateway of an org.
pub struct Target {
    /// Its folder in cryptogen's tree.
    pub folder: String,
    /// The name of its Service in the cluster.
    service: String,
    namespace: String,
    /// A host that its certificate has anyway.
    common_name: Option<String>,
    labels: Labels,
    selector: Labels,
    listeners: Vec<(Listener, u16)>,
    behind: Behind,
    /// Whether a gateway's clients stay with one peer; it is the same from within and from outside.
    session_affinity: Option<SessionAffinity>,
    place: Place,
}

impl Target {
    /// Neither administration nor operations are for others.
    pub fn node(org: &OrgDraft, node: &NodeDraft, (cluster, ordering): (&Cluster, &Ordering)) -> Self {
        let role = node.role.word();
        let selector = names::node_selector(&node.name);
        let mut labels = names::labels(&cluster.network, names::application(node.role), role, Some(&org.name));
        labels.extend(selector.clone());
        let listeners = ports::listeners(node.role, cluster, ordering);
        Self {
            folder: format!("{}/{role}s/{}", folder(org), node.common_name),
            service: node.name.clone(),
            namespace: node.namespace.clone(),
            common_name: Some(node.common_name.clone()),
            labels,
            selector,
            listeners: listeners.into_iter().filter(|(name, _)| matches!(name, Listener::Grpc | Listener::Cluster)).collect(),
            behind: Behind::All,
            session_affinity: None,
            place: node.place.clone(),
        }
    }

    pub fn gateway(org: &OrgDraft, (inputs, cluster): (&Inputs, &Cluster), problems: &mut Problems) -> Self {
        let component = org.role().word();
        Self {
            folder: folder(org),
            service: names::peer_gateway(&org.name),
            namespace: org.namespace.clone(),
            common_name: None,
            labels: names::labels(&cluster.network, names::application(org.role()), component, Some(&org.name)),
            selector: names::org_selector(&org.name, component),
            listeners: vec![(Listener::Grpc, port::PEER_GRPC)],
            behind: Behind::Ready,
            session_affinity: gateway::session_affinity(org, inputs, problems),
            place: org.place.clone(),
        }
    }

    /// How it is exposed; `None` where it is not. Node ports and what follows from them are left at 0.
    pub fn exposure(&self, settings: &ExposureSettings, tls: Tls, problems: &mut Problems) -> Option<Exposure> {
        let kind = &settings.kind;
        settings::one_of(kind, "way to expose nodes", words::EXPOSE_TYPE, problems);
        let traffic_policy = checks::traffic_policy(&settings.external_traffic_policy, problems);
        let (behind, session_affinity) = (self.behind, self.session_affinity);
        let by = match kind.value.as_str() {
            "nodePort" => ExposedBy::NodePort { behind, session_affinity, traffic_policy },
            "loadBalancer" => ExposedBy::LoadBalancer {
                behind,
                session_affinity,
                traffic_policy,
                class: checks::class(&settings.load_balancer_class, "loadBalancerClass", problems),
                source_ranges: checks::source_ranges(&settings.load_balancer_source_ranges, problems),
            },
            "ingress" => {
                let class = checks::class(&settings.class_name, "IngressClass", problems);
                ExposedBy::Ingress { class, backend: self.backend()? }
            }
            "tlsRoute" => {
                ExposedBy::TlsRoute { parent: checks::parent(&settings.gateway, &kind.place, problems), backend: self.backend()? }
            }
            _ => return None,
        };
        let by_name = match by {
            ExposedBy::NodePort { .. } | ExposedBy::LoadBalancer { .. } => ByName::No,
            ExposedBy::Ingress { .. } | ExposedBy::TlsRoute { .. } => ByName::Yes,
        };
        if by_name == ByName::Yes && tls == Tls::Off {
            let message = format!("`{}` tells nodes apart by TLS, and this network has none", kind.value);
            problems.push(
                Problem::new(Code::FK0706, message)
                    .at(&kind.place)
                    .help("write `tlsEnabled: true` in network.yaml; or use `nodePort` or `loadBalancer`"),
            );
        }
        let mut annotations = pods::annotations(&settings.annotations, &[], problems);
        if let ExposedBy::Ingress { .. } = by {
            for (key, value) in PASSTHROUGH {
                annotations.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        let host = self.host(settings, by_name, problems);
        Some(Exposure {
            name: self.name(problems),
            namespace: self.namespace.clone(),
            labels: self.labels.clone(),
            selector: self.selector.clone(),
            ports: self.ports(&by, &settings.port, problems),
            by,
            annotations,
            place: host.as_ref().map_or_else(|| kind.place.clone(), |host| host.place.clone()),
            host: host.map(|host| host.value),
        })
    }

    /// The ports that it needs of every machine: what is declared is the gRPC port's.
    pub fn wanted_ports(&self, exposure: &Exposure, settings: &ExposureSettings, problems: &mut Problems) -> Vec<WantedPort> {
        let ExposedBy::NodePort { .. } = exposure.by else { return Vec::new() };
        let declared = checks::port(&settings.node_port, problems);
        let listeners = self.listeners.iter().map(|(listener, _)| *listener);
        let wanted = listeners.map(|listener| {
            let declared = declared.filter(|_| listener == Listener::Grpc);
            let place = if declared.is_some() { &settings.node_port.place } else { &self.place };
            let (folder, name) = (self.folder.clone(), exposure.name.clone());
            WantedPort { folder, listener, name, declared, place: place.clone() }
        });
        wanted.collect()
    }

    fn name(&self, problems: &mut Problems) -> String {
        let name = names::external(&self.service);
        let service_is_right = names::check_label(&self.service, names::LABEL_LIMIT).is_ok();
        if let (true, Err(reason)) = (service_is_right, names::check_label(&name, names::LABEL_LIMIT)) {
            let problem =
                Problem::new(Code::FK0204, format!("what exposes `{}` cannot be called `{name}`: {reason}", self.service));
            problems.push(problem.at(&self.place).help("give the org a shorter name in values.yaml: `orgs.<Domain>.name`"));
        }
        name
    }

    fn backend(&self) -> Option<Backend> {
        self.listeners.first().map(|(_, port)| Backend { service: self.service.clone(), port: *port })
    }

    /// What the user declared of the port is the gRPC port's. One of 0 follows from the node port.
    fn ports(&self, by: &ExposedBy, declared: &Spanned<i64>, problems: &mut Problems) -> Vec<ExposedPort> {
        let declared = checks::port(declared, problems);
        let listeners = match by {
            ExposedBy::NodePort { .. } | ExposedBy::LoadBalancer { .. } => self.listeners.as_slice(),
            // One host leads to one port.
            ExposedBy::Ingress { .. } | ExposedBy::TlsRoute { .. } => self.listeners.get(..1).unwrap_or_default(),
        };
        let usual = |service_port: u16| match by {
            ExposedBy::NodePort { .. } => 0,
            ExposedBy::LoadBalancer { .. } => service_port,
            ExposedBy::Ingress { .. } | ExposedBy::TlsRoute { .. } => HTTPS,
        };
        let exposed = listeners.iter().map(|(name, service_port)| ExposedPort {
            name: *name,
            service_port: *service_port,
            node_port: None,
            port: declared.filter(|_| *name == Listener::Grpc).unwrap_or(usual(*service_port)),
        });
        exposed.collect()
    }

    /// The host that others dial, and where it was said.
    fn host(&self, settings: &ExposureSettings, by_name: ByName, problems: &mut Problems) -> Option<Spanned<String>> {
        let kind = &settings.kind;
        let Some(host) = declared_host(settings, &self.service, self.common_name.as_deref()) else {
            let message = "what is exposed has no `host`: no certificate, channel or peer says how it is reached from outside";
            let advice = "once its address is known, declare `host` or `domain` beside `type`, best before the channel's first block is made";
            let (code, message, help) = match by_name {
                ByName::No => (Code::FK0703, message.to_owned(), advice),
                ByName::Yes => {
                    let message = format!("`{kind}` needs the host by which it is told apart");
                    (Code::FK0704, message, "declare `host` or `domain` beside `type`")
                }
            };
            problems.push(Problem::new(code, message).at(&kind.place).help(help));
            return None;
        };
        if let Err((reason, help)) = checks::host(&host, by_name) {
            let message = format!("`{host}` is no host to dial from outside: {reason}");
            problems.push(Problem::new(Code::FK0704, message).at(&host.place).help(help));
            return None;
        }
        Some(host)
    }
}

/// The host that others dial, as the settings have it; a node without one has its common name where TLS tells nodes apart.
pub fn declared_host(settings: &ExposureSettings, service: &str, common_name: Option<&str>) -> Option<Spanned<String>> {
    let ExposureSettings { kind, host, domain, .. } = settings;
    if given(host) {
        return Some(host.clone());
    }
    if given(domain) {
        return Some(Spanned::new(format!("{service}.{}", domain.trim_matches('.')), domain.place.clone()));
    }
    let by_name = matches!(kind.value.as_str(), "ingress" | "tlsRoute");
    common_name.filter(|_| by_name).map(|name| Spanned::new(name.to_owned(), kind.place.clone()))
}

/// An org's folder in cryptogen's tree, `/` between the parts.
fn folder(org: &OrgDraft) -> String {
    org.kind.dir(&org.domain).iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
