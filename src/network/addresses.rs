//! Under which names and ports things are reached in a cluster. What they are called is `names`'s.

/// The listeners of Fabric's containers.
pub mod port {
    pub const PEER_GRPC: u16 = 7051;
    pub const PEER_CHAINCODE: u16 = 7052;
    pub const ORDERER_GRPC: u16 = 7050;
    pub const ORDERER_ADMIN: u16 = 7053;
    /// Where orderers reach each other, if not at their gRPC port.
    pub const ORDERER_CLUSTER: u16 = 7059;
    pub const FABRIC_CA: u16 = 7054;
    /// Of chaincodes that run as services.
    pub const CHAINCODE: u16 = 9999;
    pub const OPERATIONS: u16 = 9443;
    pub const COUCHDB: u16 = 5984;
    pub const ZOOKEEPER: u16 = 2181;
    pub const ZOOKEEPER_PEER: u16 = 2888;
    pub const ZOOKEEPER_ELECTION: u16 = 3888;
}

/// A name as DNS compares it: it knows no case, and a dot at the end says nothing.
pub fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// An address as messages may show it: what stands before an `@` may be a password, and messages go into logs.
pub fn without_user(text: &str) -> String {
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, host)| format!("…@{host}"))
}

/// The full DNS name of a Service.
pub fn service_fqdn(service: &str, namespace: &str, cluster_domain: &str) -> String {
    format!("{service}.{namespace}.svc.{cluster_domain}")
}

/// Every DNS name under which pods of the cluster reach a Service, shortest first.
pub fn service_names(service: &str, namespace: &str, cluster_domain: &str) -> [String; 4] {
    [
        service.to_owned(),
        format!("{service}.{namespace}"),
        format!("{service}.{namespace}.svc"),
        service_fqdn(service, namespace, cluster_domain),
    ]
}

/// By what a program is reached from within its own pod.
pub fn itself() -> [String; 2] {
    ["localhost", "127.0.0.1"].map(str::to_owned)
}

/// The names of the machine itself: never a way to tell nodes apart.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

/// Splits `host:port` as Go's `net.SplitHostPort` does, IPv6 in brackets included.
pub fn split_host_port(text: &str) -> Result<(String, u16), String> {
    let (host, port) = text.rsplit_once(':').ok_or_else(|| format!("`{text}` has no port: write `host:port`"))?;
    let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(inner) => inner,
        None if host.contains(':') => return Err(format!("`{text}` has too many colons: write an IPv6 address in brackets")),
        None => host,
    };
    if host.is_empty() {
        return Err(format!("`{text}` has no host: write `host:port`"));
    }
    Ok((host.to_owned(), check_port(port)?))
}

/// A host by itself: a DNS name or an IP address, without brackets and without a port.
pub fn check_host(host: &str) -> Result<(), String> {
    let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !host.is_empty();
    if is_name || host.parse::<std::net::IpAddr>().is_ok() {
        return Ok(());
    }
    Err(format!("`{host}` is no host: write a DNS name or an IP address alone"))
}

/// A port number as text.
pub fn check_port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{text}` is no port: ports are 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_split_at_the_last_colon() {
        assert_eq!(split_host_port("a.b:7050"), Ok(("a.b".into(), 7050)));
        assert_eq!(split_host_port("[::1]:7050"), Ok(("::1".into(), 7050)));
        for wrong in ["a.b", "a:b:1", ":7050", "a:0", "a:70500", "a:", ""] {
            assert!(split_host_port(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_alone() {
        assert!(["a", "a_b.c-d", "10.0.0.1", "::1"].into_iter().all(|host| check_host(host).is_ok()));
        assert!(["", "a:7051", "[::1]", "a b", "zürich.example"].into_iter().all(|host| check_host(host).is_err()));
    }

    #[test]
    fn loopback_is_known_in_every_spelling() {
        assert!(["localhost", "127.0.0.1", "127.0.1.1", "::1", "0.0.0.0"].into_iter().all(is_loopback));
        assert!(!is_loopback("10.0.0.1"));
    }
}
