//! A configuration for kind, which makes clusters out of containers: https://kind.sigs.k8s.io, `kind.x-k8s.io/v1alpha4`.

use crate::diag::{Code, Place, Problem, Problems};
use crate::yaml;
use serde::Serialize;
use serde_json::{Value, json};

/// The DNS domain that kubeadm gives a cluster.
const USUAL_DOMAIN: &str = "cluster.local";

/// A cluster to be made.
#[derive(Clone, Copy, Debug)]
pub struct Kind<'a> {
    /// kind's own default where there is none.
    pub name: Option<&'a str>,
    /// Machines besides the one of the control plane, which takes pods only where it is alone.
    pub workers: usize,
    pub proxy: Proxy<'a>,
    /// The image of its machines, which says the release of Kubernetes; kind's own default where there is none.
    pub image: Option<&'a str>,
    /// The cluster's DNS domain.
    pub domain: &'a str,
}

/// How kube-proxy leads connections to the pods behind a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy<'a> {
    /// In the kernel's load balancer, by one of its schedulers: `rr`, `lc` and others.
    Ipvs(&'a str),
    /// By rules that choose at random.
    NfTables,
    /// The same in older rules.
    IpTables,
}

/// kind's file; fields in the order in which kind's own pages have them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    kind: &'static str,
    api_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    networking: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kubeadm_config_patches: Vec<String>,
    nodes: Vec<Machine<'a>>,
}

#[derive(Serialize)]
struct Machine<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
}

impl Kind<'_> {
    /// The file as text; `Err` is a fault of fabkube's.
    pub fn text(&self, problems: &mut Problems) -> Result<String, String> {
        self.check_name(problems);
        let Kind { name, workers, proxy, image, domain } = *self;
        let (mode, scheduler) = match proxy {
            Proxy::Ipvs(scheduler) => ("ipvs", Some(scheduler)),
            Proxy::NfTables => ("nftables", None),
            Proxy::IpTables => ("iptables", None),
        };
        let scheduler = scheduler.map(|scheduler| {
            json!({ "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration", "ipvs": { "scheduler": scheduler } })
        });
        let domain =
            (domain != USUAL_DOMAIN).then(|| json!({ "kind": "ClusterConfiguration", "networking": { "dnsDomain": domain } }));
        let patches = scheduler.into_iter().chain(domain);
        let machines = ["control-plane"].into_iter().chain(std::iter::repeat_n("worker", workers));
        text(&File {
            kind: "Cluster",
            api_version: "kind.x-k8s.io/v1alpha4",
            name,
            networking: json!({ "kubeProxyMode": mode }),
            kubeadm_config_patches: patches.map(|patch| text(&patch)).collect::<Result<_, _>>()?,
            nodes: machines.map(|role| Machine { role, image }).collect(),
        })
    }

    /// kind's rule: `pkg/internal/apis/config/validate.go`.
    fn check_name(&self, problems: &mut Problems) {
        let is_inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        if let Some(name) = self.name.filter(|name| name.is_empty() || !name.chars().all(is_inside)) {
            let problem = Problem::new(Code::FK0211, format!("`{name}` cannot name a cluster of kind"));
            let place = Place::option(&format!("--name {name}"));
            problems.push(problem.at(&place).help("use lower-case letters, digits, `-` and `.`"));
        }
    }
}

fn text(value: &impl Serialize) -> Result<String, String> {
    Ok(yaml::to_text(&yaml::value_of(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Kind<'_> = Kind { name: None, workers: 0, proxy: Proxy::NfTables, image: None, domain: USUAL_DOMAIN };

    #[test]
    fn what_nobody_asks_for_is_kinds_own() {
        let text = PLAIN.text(&mut Problems::new()).unwrap();
        assert_eq!(
            text,
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking:\n  kubeProxyMode: nftables\nnodes:\n  - role: control-plane\n"
        );
    }

    #[test]
    fn a_name_is_what_kind_takes() {
        for (name, is_right) in [("a.b-1", true), ("", false), ("A", false), ("a_b", false), ("a b", false)] {
            let mut problems = Problems::new();
            Kind { name: Some(name), ..PLAIN }.text(&mut problems).unwrap();
            assert_eq!(problems.is_empty(), is_right, "{name}");
        }
    }
}
