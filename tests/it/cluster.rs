//! Rendered objects seen as a cluster sees them: Services find pods by labels and ports by name, pods find Secrets by reference.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fabkube::render::Object;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use x509_parser::prelude::{GeneralName, Pem};

/// All objects of a rendering.
pub struct Cluster {
    pub objects: Vec<Value>,
    /// `k8s.example`, as values say.
    pub domain: String,
    /// What the cluster's DNS was told: by a host of the user's, the name of a Service.
    pub hosts: BTreeMap<String, String>,
}

impl Cluster {
    pub fn new(objects: &[Object], domain: &str, rewrites: &[String]) -> Self {
        let objects = objects.iter().map(|object| serde_json::to_value(object.value()).unwrap()).collect();
        let rules = rewrites.iter().filter_map(|line| line.strip_prefix("rewrite name exact ")?.split_once(' '));
        let hosts = rules.map(|(host, service)| (host.to_owned(), service.to_owned())).collect();
        Self { objects, domain: domain.to_owned(), hosts }
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.objects.iter().filter(move |object| object["kind"] == kind)
    }

    /// What an object means when it names another: that of its own namespace.
    pub fn find(&self, beside: &Value, kind: &str, name: &str) -> Option<&Value> {
        self.find_in(beside["metadata"]["namespace"].as_str().unwrap(), kind, name)
    }

    pub fn find_in(&self, namespace: &str, kind: &str, name: &str) -> Option<&Value> {
        let is_it = |metadata: &Value| metadata["namespace"] == namespace && metadata["name"] == name;
        self.objects.iter().find(|object| object["kind"] == kind && is_it(&object["metadata"]))
    }

    /// Whatever has pods.
    pub fn workloads(&self) -> impl Iterator<Item = &Value> {
        ["StatefulSet", "Deployment", "Job"].into_iter().flat_map(|kind| self.of_kind(kind))
    }

    /// What has pods in an object's namespace, with all the labels that it selects.
    pub fn selected(&self, by: &Value, selector: &Value) -> Vec<&Value> {
        assert!(!selector.as_object().unwrap().is_empty(), "a selector of everything");
        let fits = |set: &&Value| selects(&json!({"matchLabels": selector}), &set["spec"]["template"]["metadata"]["labels"]);
        let beside = |set: &&Value| set["metadata"]["namespace"] == by["metadata"]["namespace"];
        self.workloads().filter(beside).filter(fits).collect()
    }

    /// Whoever answers at an address: the pods behind a Service of that DNS name, or of the one that DNS was told for the host.
    pub fn answering(&self, address: &str) -> Result<Vec<&Value>, String> {
        let (host, port) = address.rsplit_once(':').ok_or("no port")?;
        let port: u64 = port.parse().map_err(|_| "no number")?;
        let plain = host.trim_end_matches('.').to_ascii_lowercase();
        let name = self.hosts.get(&plain).unwrap_or(&plain);
        let service =
            self.of_kind("Service").find(|service| self.names(service).contains(name)).ok_or("no Service has this name")?;
        let ports = service["spec"]["ports"].as_array().unwrap();
        let target = ports.iter().find(|offered| offered["port"] == port).ok_or("the Service does not offer the port")?;
        let sets = self.selected(service, &service["spec"]["selector"]);
        for set in &sets {
            if container_port(set, target["targetPort"].as_str().unwrap()).is_none() {
                return Err(format!("the pod has no port `{}`", target["targetPort"]));
            }
            if !self.certificate_names(set).contains(host) {
                return Err(format!("the certificate of `{}` does not name it", set["metadata"]["name"]));
            }
        }
        if sets.is_empty() { Err("no pod is behind the Service".to_owned()) } else { Ok(sets) }
    }

    /// By what pods of every namespace find a Service; its bare name is known where all are in one.
    fn names(&self, service: &Value) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (name, namespace) = (text(&service["metadata"]["name"]), text(&service["metadata"]["namespace"]));
        let is_only = self.of_kind("Service").all(|other| other["metadata"]["namespace"] == namespace.as_str());
        let below = format!("{name}.{namespace}");
        let mut names = vec![format!("{below}.svc.{}", self.domain), format!("{below}.svc"), below];
        names.extend(is_only.then_some(name));
        names
    }

    /// The TLS server certificate of a node's pod.
    pub fn certificate(&self, set: &Value) -> Vec<u8> {
        let volumes = set["spec"]["template"]["spec"]["volumes"].as_array().unwrap();
        let tls = volumes.iter().find(|volume| volume["name"] == "tls").unwrap();
        let secret = self.find(set, "Secret", tls["secret"]["secretName"].as_str().unwrap()).unwrap();
        BASE64_STANDARD.decode(secret["data"]["tls.crt"].as_str().unwrap()).unwrap()
    }

    pub fn certificate_names(&self, set: &Value) -> BTreeSet<String> {
        let pem = self.certificate(set);
        let (pem, _) = Pem::read(std::io::Cursor::new(&pem)).unwrap();
        let certificate = pem.parse_x509().unwrap();
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        let text = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(bytes) => bytes.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
            other => panic!("{other}"),
        };
        names.value.general_names.iter().map(text).collect()
    }
}

/// Whether a Kubernetes LabelSelector finds what has these labels.
pub fn selects(selector: &Value, labels: &Value) -> bool {
    let equal = |(key, value): (&String, &Value)| labels.get(key) == Some(value);
    let expression = |one: &Value| {
        let value = labels.get(one["key"].as_str().unwrap());
        match one["operator"].as_str().unwrap() {
            "In" => value.is_some_and(|value| one["values"].as_array().unwrap().contains(value)),
            "Exists" => value.is_some(),
            other => panic!("{other}"),
        }
    };
    selector["matchLabels"].as_object().into_iter().flatten().all(equal)
        && selector["matchExpressions"].as_array().into_iter().flatten().all(expression)
}

/// The Services that a ServiceMonitor has Prometheus ask: those of its own namespace that it selects, and that have the port.
pub fn services_of_monitor<'a>(cluster: &'a Cluster, monitor: &'a Value) -> Vec<&'a Value> {
    assert!(monitor["spec"].get("namespaceSelector").is_none());
    let [endpoint] = monitor["spec"]["endpoints"].as_array().unwrap().as_slice() else { panic!("{monitor}") };
    let beside = |service: &&Value| service["metadata"]["namespace"] == monitor["metadata"]["namespace"];
    let fits = |service: &&Value| selects(&monitor["spec"]["selector"], &service["metadata"]["labels"]);
    let has_port =
        |service: &&Value| service["spec"]["ports"].as_array().unwrap().iter().any(|port| port["name"] == endpoint["port"]);
    cluster.of_kind("Service").filter(beside).filter(fits).filter(has_port).collect()
}

/// The environment of a node's main container: plain values.
pub fn environment(set: &Value) -> BTreeMap<&str, &str> {
    let variables = main_container(set)["env"].as_array().unwrap().iter();
    variables.filter_map(|variable| Some((variable["name"].as_str()?, variable["value"].as_str()?))).collect()
}

/// The number of a named port of a node's main container.
pub fn container_port(set: &Value, name: &str) -> Option<u64> {
    main_container(set)["ports"].as_array().unwrap().iter().find(|port| port["name"] == name)?["containerPort"].as_u64()
}

fn main_container(set: &Value) -> &Value {
    &set["spec"]["template"]["spec"]["containers"][0]
}

/// Every container of a pod, sidecars included.
pub fn containers(set: &Value) -> impl Iterator<Item = &Value> {
    let pod = &set["spec"]["template"]["spec"];
    ["initContainers", "containers"].into_iter().flat_map(|key| pod[key].as_array().into_iter().flatten())
}
