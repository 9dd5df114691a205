//! Hosts that pods know by their own hosts file, before they ask any DNS: what Kubernetes takes, and none of this network's.

use crate::diag::{Code, Problem, Problems};
use crate::input::values::HostAliasSettings;
use crate::network::{HostAlias, Node, Org, names};
use crate::yaml::Spanned;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Kubernetes' `hostAliases` of a pod (`pkg/apis/core/validation`, `ValidateHostAliases`).
pub fn host_aliases(settings: &[Spanned<HostAliasSettings>], problems: &mut Problems) -> Vec<HostAlias> {
    settings
        .iter()
        .map(|alias| {
            let HostAliasSettings { ip, hostnames } = &alias.value;
            if ip.parse::<IpAddr>().is_err() {
                let (message, place) = match ip.as_str() {
                    "" => ("a host alias without an `ip`".to_owned(), &alias.place),
                    other => (format!("`{other}` is no IP address for a host alias"), &ip.place),
                };
                problems.push(
                    Problem::new(Code::FK0294, message)
                        .at(place)
                        .help("`hostAliases: [{ip: 203.0.113.7, hostnames: [orderer0.example.com]}]`"),
                );
            }
            for name in hostnames {
                if let Err(reason) = names::check_subdomain(name) {
                    let problem = Problem::new(Code::FK0294, format!("`{name}` cannot be a host alias: {reason}"));
                    problems.push(problem.at(&name.place).help("write a DNS name in lower case, each as an entry of its own"));
                }
            }
            let hostnames = hostnames.iter().map(|name| name.value.clone()).collect();
            HostAlias { ip: ip.value.clone(), hostnames, place: alias.place.clone() }
        })
        .collect()
}

/// A node's own host among the aliases leads past its Service, to an address that the next cluster does not have.
pub fn check_hosts(orgs: &[Org], problems: &mut Problems) {
    let nodes = || orgs.iter().flat_map(|org| &org.nodes);
    let dialled: BTreeMap<&str, &Node> =
        nodes().flat_map(|node| node.dialled.iter().chain(&node.client_names).map(move |host| (host.as_str(), node))).collect();
    for alias in nodes().flat_map(|node| &node.pod.host_aliases) {
        for hostname in &alias.hostnames {
            let Some(node) = dialled.get(hostname.as_str()) else { continue };
            let message = format!("`{hostname}` is a host of this network, and pods would look for it at {}", alias.ip);
            let help = format!(
                "take it out: its Service `{}` has an address that follows the pod, and docs/addresses.md says how the cluster's DNS learns the host",
                node.name
            );
            problems.push(Problem::new(Code::FK0710, message).at(&alias.place).help(help));
        }
    }
}
