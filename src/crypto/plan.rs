//! What certificates a network has and what stands in each: cryptogen 2.5's profiles, as a pure function of the model.
//! Where they lie is `layout`'s; making them is `issue`'s.

use crate::network::{ChaincodeTls, FabricCa, KeyAlgorithm, Node, Org, Role, User};

/// One of the two authorities of an org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    Signing,
    Tls,
}

impl Authority {
    pub const BOTH: [Authority; 2] = [Authority::Signing, Authority::Tls];

    /// The common name of its certificate.
    pub fn common_name(self, org: &Org) -> String {
        match self {
            Authority::Signing => org.ca.common_name.clone(),
            Authority::Tls => format!("tls{}", org.ca.common_name),
        }
    }
}

/// Who of an org has certificates: an MSP identity and a TLS pair, or one of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member<'a> {
    Node(&'a Node),
    User(&'a User),
    /// It signs nothing in its own name, and has a TLS pair alone.
    FabricCa(&'a FabricCa),
    /// The server of a chaincode, which signs nothing either.
    Chaincode(&'a ChaincodeTls),
}

/// The two pairs of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Identity,
    Tls,
}

impl Half {
    pub const BOTH: [Half; 2] = [Half::Identity, Half::Tls];

    /// Who issues it.
    pub fn issuer(self) -> Authority {
        match self {
            Half::Identity => Authority::Signing,
            Half::Tls => Authority::Tls,
        }
    }
}

impl<'a> Member<'a> {
    /// The members of an org: its nodes, then its users, then its Fabric CA, then the servers of its chaincodes.
    pub fn all(org: &'a Org) -> impl Iterator<Item = Member<'a>> {
        let users = org.users.iter().map(Member::User);
        let servers = org.chaincodes.iter().filter_map(|server| server.tls.as_ref()).map(Member::Chaincode);
        org.nodes.iter().map(Member::Node).chain(users).chain(org.fabric_ca.iter().map(Member::FabricCa)).chain(servers)
    }

    /// The pairs that it has.
    pub fn halves(self) -> &'static [Half] {
        match self {
            Member::Node(_) | Member::User(_) => &Half::BOTH,
            Member::FabricCa(_) | Member::Chaincode(_) => &[Half::Tls],
        }
    }

    pub fn common_name(self) -> &'a str {
        match self {
            Member::Node(node) => &node.common_name,
            Member::User(user) => &user.common_name,
            Member::FabricCa(ca) => &ca.common_name,
            Member::Chaincode(server) => &server.common_name,
        }
    }

    /// What its objects are called, where it has any.
    pub fn object_name(self) -> Option<&'a str> {
        match self {
            Member::Node(node) => Some(&node.name),
            Member::User(_) => None,
            Member::FabricCa(ca) => Some(&ca.name),
            Member::Chaincode(server) => Some(&server.name),
        }
    }

    /// The names that it is dialled by, which its TLS certificate has to have.
    pub fn dialled(self) -> impl Iterator<Item = &'a str> {
        let (by_all, by_clients): (&[String], &[String]) = match self {
            Member::Node(node) if node.role == Role::Peer => (&node.dialled, &node.client_names),
            Member::Node(node) => (&node.dialled, &[]),
            Member::User(_) => (&[], &[]),
            Member::FabricCa(ca) => (&ca.dialled, &[]),
            Member::Chaincode(server) => (&server.dialled, &[]),
        };
        by_all.iter().chain(by_clients).map(String::as_str)
    }

    /// Whether others dial it, so that it has a server's certificate.
    pub fn is_server(self) -> bool {
        match self {
            Member::Node(_) | Member::FabricCa(_) | Member::Chaincode(_) => true,
            Member::User(_) => false,
        }
    }

    /// What its keys sign with.
    pub fn key_algorithm(self) -> KeyAlgorithm {
        match self {
            Member::Node(node) => node.key_algorithm,
            Member::User(user) => user.key_algorithm,
            Member::FabricCa(_) | Member::Chaincode(_) => KeyAlgorithm::Ecdsa,
        }
    }

    /// The OU that says its role, where the org has NodeOUs.
    fn role(self) -> &'static str {
        match self {
            Member::Node(node) => node.role.word(),
            Member::User(user) if user.admin => "admin",
            Member::User(_) | Member::FabricCa(_) | Member::Chaincode(_) => "client",
        }
    }
}

/// An attribute of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Country,
    Province,
    Locality,
    Street,
    PostalCode,
    Organization,
    /// A role, or the org's own OU where there is no role.
    Unit,
    /// The org's own OU beside a role. cryptogen puts both into one RDN; Fabric reads the set of all OUs.
    FurtherUnit,
    CommonName,
}

/// What a certificate is for; its usages and constraints follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Authority,
    Identity,
    Tls,
}

/// What stands in a certificate, apart from keys, serial and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// In order, without empty ones.
    pub subject: Vec<(Attribute, String)>,
    pub purpose: Purpose,
    pub sans: Vec<String>,
}

impl Profile {
    /// The certificate of an authority.
    pub fn of_authority(org: &Org, authority: Authority) -> Self {
        let own = [
            (Attribute::Organization, org.domain.clone()),
            (Attribute::Unit, org.ca.subject.organizational_unit.clone()),
            (Attribute::CommonName, authority.common_name(org)),
        ];
        Self { subject: subject(org, own), purpose: Purpose::Authority, sans: Vec::new() }
    }

    /// A certificate of a member.
    pub fn of_member(org: &Org, member: Member<'_>, half: Half) -> Self {
        let unit = org.ca.subject.organizational_unit.clone();
        let (first, further) = match half {
            Half::Identity if org.node_ous => (member.role().to_owned(), unit),
            _ => (unit, String::new()),
        };
        let common_name = member.common_name().to_owned();
        let own = [(Attribute::Unit, first), (Attribute::FurtherUnit, further), (Attribute::CommonName, common_name)];
        let (purpose, sans) = match (half, member) {
            (Half::Identity, _) => (Purpose::Identity, Vec::new()),
            (Half::Tls, Member::Node(node)) => (Purpose::Tls, node.sans.clone()),
            (Half::Tls, Member::User(_)) => (Purpose::Tls, Vec::new()),
            (Half::Tls, Member::FabricCa(ca)) => (Purpose::Tls, ca.sans.clone()),
            (Half::Tls, Member::Chaincode(server)) => (Purpose::Tls, server.sans.clone()),
        };
        Self { subject: subject(org, own), purpose, sans }
    }
}

fn subject<const N: usize>(org: &Org, own: [(Attribute, String); N]) -> Vec<(Attribute, String)> {
    let from = &org.ca.subject;
    let inherited = [
        (Attribute::Country, from.country.clone()),
        (Attribute::Province, from.province.clone()),
        (Attribute::Locality, from.locality.clone()),
        (Attribute::Street, from.street_address.clone()),
        (Attribute::PostalCode, from.postal_code.clone()),
    ];
    inherited.into_iter().chain(own).filter(|(_, value)| !value.is_empty()).collect()
}
