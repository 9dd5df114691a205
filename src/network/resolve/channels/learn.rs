//! What addresses mean a node because of where they stand, learnt from all profiles before any is read.
//! Names of nodes are `hosts`'s.

use super::{Context, InStore, Purpose};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::Profile;
use crate::network::resolve::hosts::Meaning;
use crate::network::{HostPort, NodeId, Role, addresses};

impl Context<'_> {
    /// What consenters' certificate paths say of their addresses.
    pub fn learn_consenters(&mut self, profile: &Profile) {
        let orderers = || profile.orderer.iter();
        let raft = orderers().filter_map(|orderer| orderer.etcd_raft.as_ref()).flat_map(|raft| &raft.consenters);
        let bft = orderers().filter_map(|orderer| orderer.consenter_mapping.as_ref()).flat_map(|mapping| &mapping.value);
        let raft = raft.map(|consenter| (&consenter.host, &consenter.port, &consenter.server_tls_cert));
        let bft = bft.map(|consenter| (&consenter.host, &consenter.port, &consenter.server_tls_cert));
        for (host, port, certificate) in raft.chain(bft) {
            let node = self.node_of_certificate(certificate);
            if let (Some(node), Ok(port)) = (node, u16::try_from(port.value)) {
                self.hosts.learn_consenter(HostPort { host: host.value.clone(), port }, node);
            }
        }
    }

    /// Who orders for the consortiums of a system channel.
    pub fn learn_ordering(&mut self, profile: &Profile) {
        let orderers = profile.orderer.iter().flat_map(|orderer| &orderer.organizations);
        let msp_ids: Vec<&String> = orderers.map(|org| &org.id.value).collect();
        for (consortium, _) in profile.consortiums.iter().flat_map(|consortiums| consortiums.iter()) {
            self.ordering.entry(consortium.value.clone()).or_default().extend(msp_ids.iter().copied().cloned());
        }
    }

    /// Loopback endpoints besides those of consenters: the next orderers of their org that have no such address, as the port of
    /// an orderer that follows the channel and orders nothing.
    pub fn learn_loopback_endpoints(&mut self, profile: &Profile, problems: &mut Problems) {
        for org in profile.orderer.iter().flat_map(|orderer| &orderer.organizations) {
            let Some(InStore { org: draft, rest: _ }) = self.in_store(&org.msp_dir) else { continue };
            let nodes: Vec<(NodeId, String)> = draft.nodes.iter().map(|node| (node.id, node.common_name.clone())).collect();
            for text in &org.orderer_endpoints {
                let Ok((host, port)) = addresses::split_host_port(text) else { continue };
                let address = HostPort { host, port };
                if self.hosts.meaning(&address, Role::Orderer) != Meaning::Loopback {
                    continue;
                }
                let Some((node, name)) = nodes.iter().find(|(node, _)| !self.hosts.is_consenter(*node)) else { continue };
                problems.push(
                    Problem::new(
                        Code::FK0225,
                        format!("the endpoint `{address}` is a loopback address that no consenter has: taken for `{name}`, the next orderer of its org"),
                    )
                    .at(&text.place)
                    .help(format!("write `{name}:{port}`")),
                );
                self.hosts.learn_consenter(address, *node);
            }
        }
    }

    /// Endpoints by names of our orderers' Services in other namespaces, as in files that were written for one of these. The
    /// addresses of a channel are as much ours as all who order there; what stands under others is theirs.
    pub fn learn_other_namespaces(&mut self, profile: &Profile, problems: &mut Problems) {
        if self.purpose == Purpose::ChannelsAsWritten {
            return;
        }
        if let Some(section) = &profile.orderer {
            let orgs = || section.organizations.iter();
            let all_are_ours = orgs().all(|org| self.in_store(&org.msp_dir).is_some());
            let channel_wide = section.addresses.iter().flatten().filter(|_| all_are_ours).map(|text| (text, None));
            let of_orgs = orgs().flat_map(|org| org.orderer_endpoints.iter().map(move |text| (text, Some(org))));
            let mut found: Vec<(HostPort, NodeId, &Place)> = Vec::new();
            for (text, org) in channel_wide.chain(of_orgs) {
                let Ok((host, port)) = addresses::split_host_port(text) else { continue };
                let address = HostPort { host, port };
                let Meaning::OtherNamespace(node) = self.hosts.meaning(&address, Role::Orderer) else { continue };
                if org.is_none_or(|org| self.is_of(org, node)) && found.iter().all(|(known, ..)| *known != address) {
                    found.push((address, node, &text.place));
                }
            }
            for (address, node, place) in found {
                self.warn_of_other_namespace((&address.host, node), "that orderer", place, problems);
                self.hosts.learn_consenter(address, node);
            }
        }
    }
}
