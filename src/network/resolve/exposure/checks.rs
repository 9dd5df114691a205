//! Settings of exposures by themselves: whether each is what Kubernetes and Fabric take.

use crate::diag::{Code, Place, Problem, Problems};
use crate::input::given;
use crate::input::values::{RouteParentSettings, words};
use crate::network::resolve::settings;
use crate::network::{RouteParent, addresses, names};
use crate::yaml::Spanned;
use std::net::IpAddr;

/// A port as a number; 0 stands for none.
pub fn port(setting: &Spanned<i64>, problems: &mut Problems) -> Option<u16> {
    let port = u16::try_from(setting.value);
    if port.is_err() {
        let problem = Problem::new(Code::FK0224, format!("`{}` is no port: ports are 1 to 65535", setting.value));
        problems.push(problem.at(&setting.place).help("0, or nothing, leaves it to fabkube"));
    }
    port.ok().filter(|port| *port > 0)
}

/// Whether others can dial a host, and, where they are told apart `by_name`, whether it is such a name; if not, why and what to do.
pub fn host(host: &str, by_name: ByName) -> Result<(), (String, &'static str)> {
    let help = "the port has a setting of its own, `port`, and there are no wildcards";
    addresses::check_host(host).map_err(|_| ("neither a DNS name nor an IP address".to_owned(), help))?;
    if host.ends_with('.') {
        return Err(("no certificate has a dot at the end".to_owned(), "write it without that dot"));
    }
    if addresses::is_loopback(host) {
        let help = "leave it out: every certificate has `localhost`, and other nodes would dial themselves there";
        return Err(("it means the machine that dials".to_owned(), help));
    }
    // orderer/consensus/etcdraft/chain.go and gossip/service/gossip_service.go write no brackets around them.
    if host.contains(':') {
        let help = "write a DNS name that leads there";
        return Err(("Fabric cannot dial IPv6 addresses of channels".to_owned(), help));
    }
    if by_name == ByName::Yes {
        let help = "TLS names the host that is dialled: write a DNS name in lower case that leads to the controller";
        if host.parse::<IpAddr>().is_ok() {
            return Err(("several nodes are behind one address".to_owned(), help));
        }
        names::check_subdomain(host).map_err(|reason| (reason, help))?;
    }
    Ok(())
}

/// Whether nodes behind one address are told apart by the host that TLS names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByName {
    Yes,
    No,
}

/// Kubernetes' own word, where there is one.
pub fn traffic_policy(setting: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    if given(setting) {
        settings::one_of(setting, "externalTrafficPolicy", words::EXTERNAL_TRAFFIC_POLICY, problems);
    }
    text(setting)
}

/// The name of a class of the cluster, with a prefix or without.
pub fn class(setting: &Spanned<String>, what: &str, problems: &mut Problems) -> Option<String> {
    let checked = match setting.split_once('/') {
        Some((prefix, name)) => names::check_subdomain(prefix).and_then(|()| names::check_label_value(name)),
        None => names::check_subdomain(setting),
    };
    name(setting, what, checked, problems)
}

/// CIDRs: `192.0.2.0/24`.
pub fn source_ranges(list: &[Spanned<String>], problems: &mut Problems) -> Vec<String> {
    for range in list {
        let parts =
            range.trim().split_once('/').and_then(|(ip, bits)| Some((ip.parse::<IpAddr>().ok()?, bits.parse::<u8>().ok()?)));
        if parts.is_none_or(|(ip, bits)| bits > if ip.is_ipv4() { 32 } else { 128 }) {
            let problem = Problem::new(Code::FK0224, format!("`{range}` is no range of addresses"));
            problems.push(problem.at(&range.place).help("write an address and how many bits of it count: `192.0.2.0/24`"));
        }
    }
    list.iter().map(|range| range.value.clone()).collect()
}

/// The Gateway that a route belongs to; `place` says that there is to be one.
pub fn parent(settings: &RouteParentSettings, place: &Place, problems: &mut Problems) -> RouteParent {
    let RouteParentSettings { name: gateway, namespace, section_name } = settings;
    if !given(gateway) {
        let problem = Problem::new(Code::FK0707, "a TLSRoute needs the Gateway that it belongs to");
        problems.push(
            problem
                .at(place)
                .help("write `gateway: {name: …}` beside `type`; `kubectl get gateways -A` lists those of a cluster"),
        );
    }
    RouteParent {
        name: name(gateway, "Gateway", names::check_subdomain(gateway), problems).unwrap_or_default(),
        namespace: name(namespace, "namespace", names::check_namespace(namespace), problems),
        section: name(section_name, "listener of a Gateway", names::check_subdomain(section_name), problems),
    }
}

fn name(setting: &Spanned<String>, what: &str, checked: Result<(), String>, problems: &mut Problems) -> Option<String> {
    if let (true, Err(reason)) = (given(setting), checked) {
        let problem = Problem::new(Code::FK0211, format!("`{setting}` cannot name a {what}: {reason}"));
        problems.push(problem.at(&setting.place).help("write the name that it has in the cluster"));
    }
    text(setting)
}

fn text(setting: &Spanned<String>) -> Option<String> {
    given(setting).then(|| setting.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_addresses_and_ports_are_no_hosts_and_names_are_told_from_addresses() {
        for fine in ["peer0.example.com", "192.0.2.7", "Peer0.example.com"] {
            assert_eq!(host(fine, ByName::No), Ok(()), "{fine}");
        }
        for wrong in ["localhost", "127.0.0.1", "::1", "2001:db8::1", "peer0.example.com:443", "*.example.com", "a b"] {
            assert!(host(wrong, ByName::No).is_err(), "{wrong}");
        }
        assert_eq!(host("peer0.example.com", ByName::Yes), Ok(()));
        for wrong in ["192.0.2.7", "Peer0.example.com", "peer_0.example.com"] {
            assert!(host(wrong, ByName::Yes).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_of_addresses_has_as_many_bits_as_its_kind() {
        let count = |text: &str| {
            let mut problems = Problems::new();
            source_ranges(&[Spanned::nowhere(text.to_owned())], &mut problems);
            problems.iter().count()
        };
        assert!(["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/128"].into_iter().all(|range| count(range) == 0));
        assert!(["192.0.2.0", "192.0.2.0/33", "2001:db8::/129", "all/0", ""].into_iter().all(|range| count(range) == 1));
    }
}
