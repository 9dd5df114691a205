//! What a cluster does, on loopback addresses: Services lead to pods, names resolve, pods start and are probed.
//! What Fabric is then asked to do is the test's.

use super::manifests::{Manifests, name_of, namespace_of};
use super::net::{self, Forwarder, Tls};
use super::pod::Pod;
use super::process::{Processes, Sandbox};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{Probe, Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

pub struct Cluster {
    // In this order they end.
    processes: Processes,
    services: Vec<Forwarder>,
    pub sandbox: Sandbox,
    pub manifests: Manifests,
    /// Those that are run.
    pub pods: Vec<Pod>,
    /// Kafka's pods, which are not run: the name and the address of each.
    pub brokers: BTreeMap<String, Ipv4Addr>,
    folder: Option<tempfile::TempDir>,
}

impl Cluster {
    /// A cluster of these objects and no pod that runs yet: those of all orderers, and of one peer and the Fabric CA of each
    /// org. `dns` is what
    /// its DNS knows beside Services: a name, and the Service that it means. The error is what this machine lacks.
    pub fn new(manifests: Manifests, bin: PathBuf, dns: &[(&str, &str)]) -> Result<Self, String> {
        Self::with(manifests, bin, dns, Peers::OneOfEach)
    }

    /// The same with as many peers.
    pub fn with(manifests: Manifests, bin: PathBuf, dns: &[(&str, &str)], peers: Peers) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("conformance-").tempdir().unwrap();
        let mut addresses: BTreeMap<&str, Ipv4Addr> = BTreeMap::new();
        // All pods have one hosts file. A bare name means a Service of the pod's own namespace, so where there are several, none.
        let mut hosts = "127.0.0.1 localhost\n".to_owned();
        for service in &manifests.services {
            let (name, address) = (name_of(service), net::loopback());
            addresses.insert(name, address);
            let namespace = namespace_of(service);
            writeln!(hosts, "{address} {name}.{namespace} {name}.{namespace}.svc {}", host(service)).unwrap();
            if manifests.services.iter().all(|other| namespace_of(other) == namespace) {
                writeln!(hosts, "{address} {name}").unwrap();
            }
            for (alias, _) in dns.iter().filter(|(_, of)| *of == name) {
                writeln!(hosts, "{address} {alias}").unwrap();
            }
        }
        let brokers = brokers(&manifests);
        for (name, address) in &brokers {
            writeln!(hosts, "{address} {name} {name}.svc {name}.svc.cluster.local").unwrap();
        }
        let sandbox = Sandbox::new(bin, folder.path().join("etc"), &hosts)?;
        let mut pods: Vec<Pod> = Vec::new();
        let chaincodes = manifests.deployments.iter().filter(|set| component(set) == "chaincode");
        for set in manifests.stateful_sets.iter().filter(|set| is_of_fabric(set)).chain(chaincodes) {
            let pod = Pod::lay_out(set, &manifests, net::loopback(), &folder.path().join(name_of(set)));
            let is_first =
                !pods.iter().any(|other| ["org", COMPONENT].iter().all(|label| other.label(label) == pod.label(label)));
            if pod.label(COMPONENT) == "orderer" || peers == Peers::All || is_first {
                pods.push(pod);
            }
        }
        let mut services = Vec::new();
        for service in &manifests.services {
            let selector = service.spec.as_ref().and_then(|spec| spec.selector.clone()).unwrap_or_default();
            let selected = |pod: &&Pod| selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value));
            let selected: Vec<&Pod> = pods.iter().filter(selected).collect();
            for port in ports(service).iter().filter(|_| !selected.is_empty()) {
                let target = port.target_port.clone().unwrap_or(IntOrString::Int(port.port));
                let from = (addresses[name_of(service)], u16::try_from(port.port).unwrap());
                services.push(Forwarder::start(from, selected.iter().map(|pod| pod.port(&target)).collect()));
            }
        }
        Ok(Self { processes: Processes::default(), services, sandbox, manifests, pods, brokers, folder: Some(folder) })
    }

    /// A folder for what is no pod's.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.as_ref().map(tempfile::TempDir::path).unwrap_or(Path::new(""));
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The pods of one kind of node.
    pub fn nodes(&self, component: &str) -> Vec<&Pod> {
        self.pods.iter().filter(|pod| pod.label(COMPONENT) == component).collect()
    }

    /// Starts the pods of one kind of node, and waits until all their probes succeed.
    pub fn start(&self, component: &str) {
        for pod in self.nodes(component) {
            self.launch(pod);
        }
        self.are_well(component);
    }

    /// Waits until all probes of the pods of one kind of node succeed.
    pub fn are_well(&self, component: &str) {
        self.nodes(component).into_iter().for_each(|pod| self.is_well(pod));
    }

    fn is_well(&self, pod: &Pod) {
        for (kind, asked) in pod.probes() {
            self.wait(&format!("the {kind} of {}", pod.name), || probe(pod, asked));
        }
    }

    /// Starts the pods of one kind of node, and waits until they are alive, and not ready for one known reason.
    pub fn start_but_ready(&self, component: &str, reason: &str) {
        for pod in self.nodes(component) {
            self.launch(pod);
        }
        for pod in self.nodes(component) {
            for (kind, asked) in pod.probes() {
                self.wait(&format!("the {kind} of {}", pod.name), || match (kind, probe(pod, asked)) {
                    // Its health is asked for before all that belongs to it is known.
                    ("readinessProbe", Ok(())) => Err("it is ready".to_owned()),
                    ("readinessProbe", Err(answer)) if answer.contains(reason) => Ok(()),
                    (_, answer) => answer,
                });
            }
        }
    }

    /// What is applied over what was: pods that run go on as they are until they are restarted.
    pub fn apply(&mut self, manifests: Manifests) {
        for i in 0..self.pods.len() {
            let (name, ip) = (self.pods[i].name.clone(), self.pods[i].ip);
            let set = manifests.stateful_sets.iter().find(|set| name_of(*set) == name);
            let folder = self.folder(&name);
            // What a ConfigMap says is written for the folder that it is mounted at.
            std::fs::remove_dir_all(folder.join("volumes/config")).unwrap();
            self.pods[i] = Pod::lay_out(set.unwrap_or_else(|| panic!("{name} is gone")), &manifests, ip, &folder);
        }
        self.manifests = manifests;
    }

    /// Ends a pod; its volumes stay.
    pub fn end(&self, pod: &Pod) {
        self.processes.end(&pod.name);
    }

    /// Ends all pods; their volumes stay.
    pub fn end_all(&self) {
        self.processes.end_all();
    }

    fn launch(&self, pod: &Pod) {
        let log = pod.invocation().working_dir.with_file_name("log");
        self.processes.add(self.sandbox.start(&pod.name, &pod.invocation(), log));
    }

    /// Ends the pod, starts it again with its volumes, and waits until all its probes succeed.
    pub fn restart(&self, pod: &Pod) {
        self.end(pod);
        self.launch(pod);
        self.is_well(pod);
    }

    /// Asks again and again, until the answer is good. Fails when time is over or a pod has ended.
    pub fn wait<T>(&self, what: &str, ask: impl Fn() -> Result<T, String>) -> T {
        self.processes.wait(what, ask)
    }

    /// The ends of all logs.
    pub fn tails(&self) -> String {
        self.processes.tails()
    }

    /// Every line of a log, with its pod's name.
    pub fn log_lines(&self) -> Vec<(String, String)> {
        self.processes.log_lines()
    }
}

impl Drop for Cluster {
    /// What failed can be looked at.
    fn drop(&mut self) {
        self.processes.end_all();
        self.services.clear();
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            super::say(&format!("the pods of the failed test lie in {}", folder.keep().display()));
        }
    }
}

/// How many peers of an org are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers {
    OneOfEach,
    All,
}

/// The label that says what a node is.
const COMPONENT: &str = "app.kubernetes.io/component";

/// Whether its pods are Fabric's: of Kafka and ZooKeeper no program is run.
fn is_of_fabric(set: &StatefulSet) -> bool {
    matches!(component(set), "orderer" | "peer" | "ca")
}

fn component(set: &StatefulSet) -> &str {
    set.metadata.labels.as_ref().and_then(|labels| labels.get(COMPONENT)).map_or("", String::as_str)
}

/// Kafka's pods by the names that a headless Service gives them: those of a StatefulSet, numbered, before the Service's.
fn brokers(manifests: &Manifests) -> BTreeMap<String, Ipv4Addr> {
    let mut found = BTreeMap::new();
    for set in manifests.stateful_sets.iter().filter(|set| component(set) == "kafka") {
        let spec = set.spec.as_ref().expect("a StatefulSet has a spec");
        let service = manifests.service(&spec.service_name);
        let is_headless = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref()) == Some("None");
        assert!(is_headless, "{} names no pod", name_of(service));
        for number in 0..spec.replicas.unwrap_or(1) {
            let name = format!("{}-{number}.{}.{}", name_of(set), name_of(service), namespace_of(service));
            found.insert(name, net::loopback());
        }
    }
    found
}

/// The ports of a Service.
pub fn ports(service: &Service) -> &[ServicePort] {
    service.spec.as_ref().and_then(|spec| spec.ports.as_deref()).unwrap_or_default()
}

/// The name of a Service in the DNS of the cluster.
pub fn host(service: &Service) -> String {
    format!("{}.{}.svc.cluster.local", name_of(service), namespace_of(service))
}

/// Asks a pod what the kubelet would ask.
fn probe(pod: &Pod, probe: &Probe) -> Result<(), String> {
    if let Some(socket) = &probe.tcp_socket {
        return net::connect(pod.port(&socket.port)).map(drop);
    }
    let http = probe.http_get.as_ref().unwrap_or_else(|| panic!("{} has a probe that is not read", pod.name));
    let (at, path) = (pod.port(&http.port), http.path.as_deref().unwrap_or("/"));
    match http.scheme.as_deref() {
        Some("HTTPS") => net::get_by_tls(at, path, &Tls::default()).map(drop),
        _ => net::get(at, path).map(drop),
    }
}
