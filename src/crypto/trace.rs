//! Whether fabkube issued certificates of this network before. What certificates have to say is `check`'s.

use super::certificate::Certificate;
use super::layout;
use super::plan::{Half, Member};
use super::renew::is_kept;
use crate::diag::Stop;
use crate::network::Network;
use crate::store::Store;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// The TLS certificate of a node that fabkube issued first: it names what cryptogen knows nothing of, the node's Service and the
/// machine itself. One of cryptogen's that was renewed names them too, and has the old one beside it.
pub fn issued(network: &Network, store: &Store) -> Result<Option<PathBuf>, Stop> {
    for org in &network.orgs {
        for node in &org.nodes {
            let member = Member::Node(node);
            let path = layout::certificate(org, member, Half::Tls);
            let Some(certificate) = store.read(&path)?.and_then(|bytes| Certificate::parse(&bytes).ok()) else { continue };
            let names = [node.name.as_str(), &network.service_fqdn(node)];
            let is_of_fabkube = names.iter().all(|name| certificate.dns_names.iter().any(|known| known == name))
                && certificate.ip_addresses.contains(&IpAddr::V4(Ipv4Addr::LOCALHOST));
            if is_of_fabkube && !store.list(&layout::member_dir(org, member))?.iter().any(|name| is_kept(name)) {
                return Ok(Some(store.path(&path)));
            }
        }
    }
    Ok(None)
}
