//! Every certificate that the files name, as it lies in the store: what `crypto list` prints, and the rows of `crypto verify`.
//! Whether they are right is `check`'s.

use super::certificate::Certificate;
use super::found::{self, FoundOrg, FoundPair};
use super::plan::{Authority, Half, Member};
use crate::diag::{Problems, Stop};
use crate::network::{Network, Org};
use crate::store::Store;
use std::path::PathBuf;

/// A certificate of the network, there or not.
#[derive(Debug)]
pub struct Entry {
    /// Its org's `Domain`.
    pub org: String,
    pub role: EntryRole,
    pub usage: Usage,
    /// What the files call its holder. The certificate itself may say another name.
    pub name: String,
    /// Where it lies or belongs.
    pub path: PathBuf,
    pub certificate: Option<Certificate>,
    pub has_key: bool,
}

/// Who holds a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryRole {
    Ca,
    Orderer,
    Peer,
    Admin,
    Client,
    /// The server that runs an org's CAs.
    FabricCa,
    /// The server of a chaincode.
    Chaincode,
}

impl EntryRole {
    /// As in an OU, where there is one for it.
    pub fn word(self) -> &'static str {
        match self {
            EntryRole::Ca => "ca",
            EntryRole::Orderer => "orderer",
            EntryRole::Peer => "peer",
            EntryRole::Admin => "admin",
            EntryRole::Client => "client",
            EntryRole::FabricCa => "fabric-ca",
            EntryRole::Chaincode => "chaincode",
        }
    }
}

/// What a certificate is for: messages are signed, or connections made. A CA's is for those that it issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    Identity,
    Tls,
}

impl Usage {
    pub fn word(self) -> &'static str {
        match self {
            Usage::Identity => "identity",
            Usage::Tls => "tls",
        }
    }
}

/// Every certificate of the network, in the order of its files: of each org the CAs, the nodes, the users. Nothing is made, and
/// no private key is needed.
pub fn list(network: &Network, store: &Store, problems: &mut Problems) -> Result<Vec<Entry>, Stop> {
    let found = found::read(network, store, problems)?;
    Ok(network.orgs.iter().zip(&found).flat_map(|(org, found)| entries(org, found, store)).collect())
}

/// The certificates of one org.
pub(super) fn entries(org: &Org, found: &FoundOrg, store: &Store) -> Vec<Entry> {
    let entry = |role: EntryRole, usage: Usage, name: String, pair: &FoundPair| Entry {
        org: org.domain.clone(),
        role,
        usage,
        name,
        path: store.path(&pair.path),
        certificate: pair.certificate().cloned(),
        has_key: pair.has_key(),
    };
    let authorities = Authority::BOTH.map(|authority| {
        let usage = match authority {
            Authority::Signing => Usage::Identity,
            Authority::Tls => Usage::Tls,
        };
        entry(EntryRole::Ca, usage, authority.common_name(org), found.authority(authority))
    });
    let members = Member::all(org).zip(&found.members).flat_map(|(member, found)| {
        member.halves().iter().map(move |&half| {
            let usage = match half {
                Half::Identity => Usage::Identity,
                Half::Tls => Usage::Tls,
            };
            entry(role(member), usage, member.common_name().to_owned(), found.half(half))
        })
    });
    authorities.into_iter().chain(members).collect()
}

fn role(member: Member<'_>) -> EntryRole {
    use crate::network::Role;
    match member {
        Member::Node(node) => match node.role {
            Role::Orderer => EntryRole::Orderer,
            Role::Peer => EntryRole::Peer,
        },
        Member::User(user) if user.admin => EntryRole::Admin,
        Member::User(_) => EntryRole::Client,
        Member::FabricCa(_) => EntryRole::FabricCa,
        Member::Chaincode(_) => EntryRole::Chaincode,
    }
}
