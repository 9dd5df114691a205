//! Where the user says that connections come from: Kubernetes' NetworkPolicyPeers, checked before a cluster sees them.

use crate::diag::{Code, Place, Problem, Problems, near};
use crate::network::resolve::structures;
use crate::yaml::{Free, FreeMap, Spanned};
use std::net::IpAddr;

/// What a source may say.
const KNOWN: &[&str] = &["ipBlock", "namespaceSelector", "podSelector"];

/// Whether a source says something of `key`.
pub fn says(source: &Spanned<FreeMap>, key: &str) -> bool {
    source.get(key).is_some_and(|value| value.value != Free::Null)
}

/// Reports what Kubernetes refuses in a source (`ValidateNetworkPolicyPeer` in pkg/apis/networking/validation).
pub fn check(source: &Spanned<FreeMap>, problems: &mut Problems) {
    structures::check("NetworkPolicyPeer", source, &source.place, problems);
    let mut refuse = |place: &Place, message: &str, help: &str| {
        problems.push(Problem::new(Code::FK0750, message).at(place).help(help));
    };
    // What is misspelt has been told of; what no Kubernetes of today knows leaves a source that it refuses.
    let is_meant = |key: &Spanned<String>| near(key, KNOWN).is_some() && !KNOWN.contains(&key.as_str());
    if !KNOWN.iter().any(|key| says(source, key)) && !source.iter().any(|(key, _)| is_meant(key)) {
        let of_block = source.iter().find(|(key, _)| ["cidr", "except"].contains(&key.as_str()));
        match of_block {
            Some((key, _)) => {
                let message = format!("a source of connections with `{}` outside of an `ipBlock`", key.value);
                refuse(&key.place, &message, "write `ipBlock: {cidr: 10.0.0.0/8}`");
            }
            None => {
                let help = "write `namespaceSelector: {}` for all of the cluster, or leave the whole entry out";
                refuse(&source.place, "a source of connections that says nothing", help);
            }
        }
    }
    if says(source, "ipBlock") && (says(source, "podSelector") || says(source, "namespaceSelector")) {
        let help = "an address is inside the cluster or outside: write two entries";
        refuse(&source.place, "`ipBlock` beside a selector", help);
    }
    let Some(Free::Map(block)) = source.get("ipBlock").map(|value| &value.value) else { return };
    let text = |value: &Spanned<Free>| value.text().map(str::to_owned);
    let whole = block.get("cidr").and_then(|cidr| Some((text(cidr)?, cidr)));
    let Some((cidr, at)) = whole else {
        return refuse(&source.place, "`ipBlock` without `cidr`", "`ipBlock: {cidr: 10.0.0.0/8}`");
    };
    let Some(whole) = network(&cidr) else {
        return refuse(&at.place, &format!("`{cidr}` is no range of addresses"), "write an address and a length: `10.0.0.0/8`");
    };
    let Some(Free::List(exceptions)) = block.get("except").map(|value| &value.value) else { return };
    for exception in exceptions.iter().filter_map(|item| Some(Spanned::new(text(item)?, item.place.clone()))) {
        if !network(&exception).is_some_and(|part| part.1 > whole.1 && prefix(part.0, whole.1) == prefix(whole.0, whole.1)) {
            let message = format!("`{}` is no smaller range within `{cidr}`", exception.value);
            refuse(&exception.place, &message, "`except` names ranges within the one that it is taken from");
        }
    }
}

/// An address and how many of its bits count.
fn network(cidr: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = cidr.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let is_number = !length.is_empty() && length.chars().all(|c| c.is_ascii_digit());
    let length = length.parse().ok().filter(|length| is_number && *length <= if address.is_ipv4() { 32 } else { 128 })?;
    Some((address, length))
}

/// The first bits of an address, and whether it is one of IPv4.
fn prefix(address: IpAddr, bits: u32) -> (bool, u128) {
    let (all, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    (address.is_ipv4(), all.checked_shr(width - bits).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_an_address_and_a_length() {
        for right in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3/32"] {
            assert!(network(right).is_some(), "{right}");
        }
        for wrong in ["10.0.0.0", "10.0.0.0/33", "::/129", "/8", "10.0.0/8", "a/8", "10.0.0.0/+8", "10.0.0.0/"] {
            assert!(network(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn ranges_share_their_first_bits() {
        let first = |cidr: &str, bits| prefix(network(cidr).unwrap().0, bits);
        assert_eq!(first("10.1.0.0/16", 8), first("10.0.0.0/8", 8));
        assert_ne!(first("10.1.0.0/16", 16), first("10.0.0.0/8", 16));
        assert_eq!(first("0.0.0.0/0", 0), first("9.9.9.9/32", 0));
        assert_ne!(first("::/0", 0), first("0.0.0.0/0", 0));
        assert_eq!(first("2001:db8:1::/48", 32), first("2001:db8::/32", 32));
    }
}
