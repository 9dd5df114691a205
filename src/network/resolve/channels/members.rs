//! The orgs in a channel's configuration: their MSPs, endpoints and anchor peers.

use super::policies::Group;
use super::{Context, keys};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{ConfigTx, Organization};
use crate::input::given;
use crate::network::resolve::hosts::Meaning;
use crate::network::resolve::orgs::OrgDraft;
use crate::network::{
    AnchorPeer, Beginning, ChannelConfig, HostPort, MemberOrg, MspSource, NodeId, OrgId, OrgKind, Policy, PrincipalRole, Role,
};
use crate::yaml::Spanned;

impl MemberOrg {
    /// The org of this network that it is, where it is one.
    pub fn org(&self) -> Option<OrgId> {
        match &self.msp {
            MspSource::Org(id) => Some(*id),
            MspSource::Folder(_) | MspSource::Idemix(_) => None,
        }
    }
}

/// The section of a profile that lists orgs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Orderer,
    /// Of a channel that begins so.
    Application(Beginning),
    Consortium,
}

impl Context<'_> {
    /// The orgs of a section, in its order; two with one name are an error, though Fabric would silently keep the last.
    pub fn member_orgs(&self, orgs: &[Spanned<Organization>], section: Section, problems: &mut Problems) -> Vec<MemberOrg> {
        let mut members: Vec<MemberOrg> = Vec::new();
        for org in orgs {
            let Some(member) = self.member(org, section, problems) else { continue };
            let is_same = |known: &&MemberOrg| {
                known.name == member.name
                    || (known.msp_id == member.msp_id && known.foreign.is_none() && member.foreign.is_none())
            };
            if let Some(known) = members.iter().find(is_same) {
                let (message, help) = if known.name == member.name {
                    (format!("the organization `{}` is there twice in one section", member.name), "take one of them out")
                } else {
                    let both = format!("`{}` and `{}`", known.name, member.name);
                    (format!("the organizations {both} have one MSP ID, `{}`", member.msp_id), "give each an ID of its own")
                };
                problems.push(Problem::new(Code::FK0270, message).at(&member.place).at(&known.place).help(help));
                continue;
            }
            members.push(member);
        }
        members
    }

    pub fn member(&self, org: &Spanned<Organization>, section: Section, problems: &mut Problems) -> Option<MemberOrg> {
        let name_or_id = if given(&org.name) { &org.name } else { &org.id };
        let place = if given(name_or_id) { &name_or_id.place } else { &org.place };
        let foreign = Self::foreign(org);
        let needed = [
            ("Name", given(&org.name)),
            ("ID", foreign.is_some() || given(&org.id)),
            ("MSPDir", foreign.is_some() || given(&org.msp_dir)),
        ];
        let missing: Vec<&str> = needed.into_iter().filter_map(|(key, there)| (!there).then_some(key)).collect();
        if !missing.is_empty() {
            let problem = Problem::new(Code::FK0271, format!("an organization has no {}", missing.join(", no ")));
            problems.push(problem.at(place).help("every organization needs Name, ID and MSPDir"));
            return None;
        }
        keys::check_key(&org.name, "an organization", problems);
        let msp = self.msp_source(org, problems)?;
        let policies = if foreign.is_some() { Vec::new() } else { self.policies_of(org, place, problems) };
        let (mut orderer_endpoints, mut anchor_peers) = (Vec::new(), Vec::new());
        match section {
            Section::Orderer => {
                for text in &org.orderer_endpoints {
                    orderer_endpoints.extend(self.endpoint(text, problems));
                }
            }
            Section::Application(_) => anchor_peers = self.anchor_peers(org, problems),
            Section::Consortium => {}
        }
        Some(MemberOrg {
            name: org.name.value.clone(),
            msp_id: org.id.value.clone(),
            msp,
            msp_dir: self.path(&org.msp_dir),
            policies,
            orderer_endpoints,
            anchor_peers,
            foreign,
            place: place.clone(),
        })
    }

    fn policies_of(&self, org: &Organization, place: &Place, problems: &mut Problems) -> Vec<(String, Policy)> {
        let whose = format!("the organization `{}`", org.name.value);
        // Fabric 1.4 compares with this word and takes any other for a member's.
        let is_admin = org.admin_principal.as_ref().is_none_or(|who| !given(who) || who.value == "Role.ADMIN");
        let admin = if is_admin { PrincipalRole::Admin } else { PrincipalRole::Member };
        self.policies(&org.policies, (&whose, Group::Org { msp_id: &org.id, admin }), place, problems)
    }

    /// Where the org's definition is left out, if it is: an update keeps the channel's, a transaction needs none, and a first block
    /// cannot do without.
    fn foreign(org: &Organization) -> Option<Place> {
        org.skip_as_foreign.as_ref().filter(|foreign| foreign.value).map(|foreign| foreign.place.clone())
    }

    fn msp_source(&self, org: &Organization, problems: &mut Problems) -> Option<MspSource> {
        match org.msp_type.as_ref().filter(|kind| given(kind)) {
            Some(kind) if kind.value == "idemix" => Some(MspSource::Idemix(self.path(&org.msp_dir))),
            Some(kind) if kind.value != "bccsp" => {
                let problem = Problem::new(Code::FK0272, format!("`{}` is no MSPType", kind.value));
                problems.push(problem.at(&kind.place).help("Fabric knows `bccsp` and `idemix`"));
                None
            }
            _ => Some(match self.in_store(&org.msp_dir) {
                Some(found) if found.rest == "msp" => MspSource::Org(found.org.id),
                _ => MspSource::Folder(self.path(&org.msp_dir)),
            }),
        }
    }

    fn anchor_peers(&self, org: &Organization, problems: &mut Problems) -> Vec<AnchorPeer> {
        let mut anchors = Vec::new();
        for entry in &org.anchor_peers {
            let place = if given(&entry.host) { &entry.host.place } else { &entry.place };
            let port = u16::try_from(entry.port.value).ok().filter(|port| *port > 0);
            let (true, Some(port)) = (given(&entry.host), port) else {
                let problem = Problem::new(
                    Code::FK0274,
                    format!("an anchor peer of `{}` has no host or no port from 1 to 65535", org.name.value),
                );
                problems.push(problem.at(place).help("write `- Host: peer0.org1.example.com` and `Port: 7051`"));
                continue;
            };
            if !self.check_host(&entry.host, (Role::Peer, place), problems) {
                continue;
            }
            let written = HostPort { host: entry.host.value.clone(), port };
            let address = match self.hosts.meaning(&written, Role::Peer) {
                // A network that was tried on one machine first; its org has a peer that is meant.
                Meaning::Loopback => match self.first_peer(org) {
                    Some(peer) => {
                        problems.push(
                            Problem::new(Code::FK0275, format!("the anchor peer `{written}` is a loopback address: taken for `{}`, the first peer of its org", peer.common_name))
                                .at(place)
                                .help(format!("write `Host: {}`", peer.common_name)),
                        );
                        self.resolved(written, Some(peer.id))
                    }
                    None => self.address(written, Role::Peer, place, problems),
                },
                Meaning::OtherNamespace(peer) if self.is_of(org, peer) => {
                    self.warn_of_other_namespace((&written.host, peer), "that peer", place, problems);
                    self.resolved(written, Some(peer))
                }
                _ => self.address(written, Role::Peer, place, problems),
            };
            anchors.push(AnchorPeer { address });
        }
        anchors
    }

    /// Whether a node is of this very organization.
    pub fn is_of(&self, org: &Organization, node: NodeId) -> bool {
        self.in_store(&org.msp_dir).is_some_and(|found| found.org.id == node.org())
    }

    fn first_peer(&self, org: &Organization) -> Option<&super::super::orgs::NodeDraft> {
        let found = self.in_store(&org.msp_dir)?;
        (found.org.kind == OrgKind::Peer).then(|| found.org.nodes.first())?
    }
}

/// One MSP ID in two sections must be one MSP ("Attempted to define two different versions of MSP").
pub fn check_same_msps(config: &ChannelConfig, problems: &mut Problems) {
    let orgs: Vec<&MemberOrg> = config.orgs().map(|(_, org)| org).filter(|org| org.foreign.is_none()).collect();
    for (i, member) in orgs.iter().enumerate() {
        let other = orgs[..i].iter().find(|other| other.msp_id == member.msp_id && other.msp != member.msp);
        if let Some(other) = other {
            problems.push(
                Problem::new(
                    Code::FK0276,
                    format!("the MSP ID `{}` stands for two different MSPs in one channel", member.msp_id),
                )
                .at(&member.place)
                .at(&other.place)
                .help("orderers refuse that: give one of the two orgs another ID"),
            );
        }
    }
}

/// The MSP ID of an org: the ID of the configtx organization whose MSPDir is this org's, else `<Name>MSP`.
pub fn msp_id(org: &OrgDraft, configtx: Option<&ConfigTx>) -> String {
    let end = format!("{}/msp", org.kind.dir(&org.domain).to_string_lossy());
    let is_its = |candidate: &&Spanned<Organization>| {
        let dir = candidate.msp_dir.replace('\\', "/");
        let dir = dir.trim_end_matches('/');
        given(&candidate.id) && (dir == end || dir.ends_with(&format!("/{end}")))
    };
    let mut its = configtx.into_iter().flat_map(ConfigTx::organizations).filter(is_its);
    its.next().map_or_else(|| format!("{}MSP", org.short_name), |org| org.id.value.clone())
}
