//! Whether the TLS certificates of members name what they are dialled by.
//! Which names those are is `network`'s.

use super::{Check, again};
use crate::crypto::certificate::Certificate;
use crate::crypto::found::FoundPair;
use crate::crypto::plan::Member;
use crate::diag::{Code, Problem};
use crate::network::{Node, Org, Role};

impl Check<'_> {
    pub(super) fn name_for_prometheus(&self, node: &Node, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let name =
            scraped_by(self.org, certificate).filter(|name| !missing_names(Member::Node(node), certificate).contains(name))?;
        let message = format!("the TLS certificate of `{}` does not name `{name}`", node.common_name);
        let help = format!("Prometheus asks for that name: {}", again(Member::Node(node)));
        Some(Problem::new(Code::FK0744, message).at(&self.place(pair)).help(help))
    }

    pub(super) fn names_of(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let missing = missing_names(member, certificate);
        if missing.is_empty() {
            return None;
        }
        let again = "`fabkube crypto renew --missing-sans` issues it again with them, on the same key";
        let by_domain = "`addressing: domain` in values.yaml keeps the hosts that the certificate has";
        let again_alone = format!("{again}; before that, others cannot dial it from outside");
        let (code, help) = match member {
            Member::Node(node) => {
                let nodes_can_dial = node.dialled.iter().all(|name| certificate.names(name));
                // From outside there is no other name.
                let outside = node.exposure.as_ref().and_then(|exposure| exposure.host.as_deref());
                let by_domain_helps = outside.is_none_or(|host| certificate.names(host));
                match (node.role, nodes_can_dial) {
                    (Role::Orderer, _) if !by_domain_helps => (Code::FK0312, again_alone),
                    (Role::Peer, false) if !by_domain_helps => (Code::FK0313, again_alone),
                    (Role::Orderer, _) => (Code::FK0312, format!("{again}; or {by_domain}")),
                    (Role::Peer, false) => (Code::FK0313, format!("{again}; or {by_domain}")),
                    (Role::Peer, true) => (Code::FK0313, format!("{again}; or let clients dial `{}`", node.host)),
                }
            }
            Member::User(_) | Member::FabricCa(_) | Member::Chaincode(_) => (Code::FK0313, again.to_owned()),
        };
        let missing: Vec<String> = missing.into_iter().map(|name| format!("`{name}`")).collect();
        let message = format!("the TLS certificate of `{}` does not name {}", member.common_name(), missing.join(", "));
        Some(Problem::new(code, message).at(&self.place(pair)).help(help))
    }
}

/// The name that Prometheus would ask a node by, where its TLS certificate lacks that.
fn scraped_by<'o>(org: &'o Org, certificate: &Certificate) -> Option<&'o str> {
    let monitor = org.monitoring.service_monitor.as_ref()?;
    let name = monitor.tls.as_ref()?.server_name.as_str();
    (!certificate.names(name)).then_some(name)
}

/// The names that a member is dialled by and that its TLS certificate lacks.
pub fn missing_names<'m>(member: Member<'m>, certificate: &Certificate) -> Vec<&'m str> {
    let mut missing: Vec<&str> = member.dialled().filter(|name| !certificate.names(name)).collect();
    missing.dedup();
    missing
}
