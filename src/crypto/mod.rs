//! Key material: a network's certificates and private keys, read from a store in cryptogen's layout, and made where they are
//! missing. The store only grows. Blocks are `channel`'s; which Secrets the keys go into is `render`'s.

mod armor;
mod bundle;
mod certificate;
mod chains;
mod check;
mod der;
mod found;
mod inventory;
mod issue;
mod key;
mod lack;
mod layout;
mod leftover;
mod make;
mod material;
mod memory;
mod msp;
mod ou_config;
mod plan;
mod reissue;
mod renew;
mod revocation;
mod secret;
mod shape;
mod signature;
mod signer;
mod signing_identity;
#[cfg(test)]
mod tests;
mod trace;
mod unnamed;
mod verify;

pub use certificate::{Certificate, KeyKind, key_fingerprint};
pub use inventory::{Entry, EntryRole, Usage, list};
pub use key::password;
pub use material::{FabricCaKeys, IdentityPublic, Material, OrgPublic, PairKeys, PublicMaterial, TlsPublic};
pub use msp::{MspFolder, PemFile};
pub use ou_config::{NodeOus, OuConfig, OuIdentifier, read_ou_config};
pub use reissue::OldNames;
pub use renew::{Choice, Holder, MissingSans, Renewed, renew};
pub use secret::Secret;
pub use signing_identity::SigningIdentity;
pub use trace::issued;
pub use unnamed::note_unnamed;
pub use verify::{Row, Subject, Verified, verify};

use check::Check;
use found::FoundOrg;
use lack::Lack;

use crate::diag::{Place, Problems, Progress, Stop};
use crate::lock::Lock;
use crate::network::{Network, OrgId};
use crate::store::{Making, Policy, Store};
use rayon::prelude::*;

/// What [`judge`] works from.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub network: &'a Network,
    /// `crypto-config/`.
    pub store: &'a Store,
    pub lock: &'a Lock,
    pub pinned: &'a [Pinned],
    pub rooted: &'a [Rooted],
    pub policy: Policy,
    pub names: Names,
}

/// Whether the names in certificates made elsewhere are held against those that nodes will be dialled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    Checked,
    /// For keys alone, and for blocks that keep the user's hosts: nothing is deployed.
    Unchecked,
}

/// A public key that a stored block names as a consenter's of this network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// As in `fabkube.lock`.
    pub fingerprint: String,
    pub key: PinnedKey,
    /// The consenter's address: `orderer0.example.com:7050`.
    pub holder: String,
    pub place: Place,
}

/// By which of its keys a channel knows a consenter: Raft by its TLS key, BFT by that and by what it signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinnedKey {
    Tls,
    Signing,
}

impl PinnedKey {
    /// The folder of a node that has it.
    fn folder(self) -> &'static str {
        match self {
            PinnedKey::Tls => "tls",
            PinnedKey::Signing => "msp",
        }
    }

    /// As a message calls it.
    fn word(self) -> &'static str {
        match self {
            PinnedKey::Tls => "TLS key",
            PinnedKey::Signing => "signing key",
        }
    }
}

/// An org whose CAs a stored block knows: others made for it would be strangers to the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rooted {
    pub org: OrgId,
    pub channel: String,
    pub place: Place,
}

/// What there is, judged, and a plan of what is missing.
pub struct Judged<'a> {
    request: Request<'a>,
    found: Vec<FoundOrg>,
    lacks: Vec<Lack>,
}

/// Plans. Nothing is written; what follows writes nothing unless all that is there is right and all that is missing can be made.
pub fn judge<'a>(request: &Request<'a>, problems: &mut Problems) -> Result<Judged<'a>, Stop> {
    let (found, lacks) = look(request, problems)?;
    let judged = Judged { request: *request, found, lacks };
    if judged.lacks_keys() {
        request.store.try_adding()?;
    }
    Ok(judged)
}

impl Judged<'_> {
    /// Whether anything is missing.
    pub fn lacks_keys(&self) -> bool {
        !self.lacks.iter().all(Lack::is_empty)
    }

    /// Makes what is missing. What was there has been judged; what is made is right by construction, and is not judged again.
    pub fn provide(self, progress: &dyn Progress) -> Result<Material, Stop> {
        if !self.lacks_keys() {
            return material::assemble(self.request.network, self.found, Vec::new());
        }
        let Self { request, found, lacks } = self;
        let make = || make::make(&request, found, &lacks, progress);
        let assemble = |(found, made): (Vec<FoundOrg>, Vec<String>)| {
            if !lacks_of(request.network, &found).iter().all(Lack::is_empty) {
                return Err(Stop::Internal("what was made is not in the store".to_owned()));
            }
            material::assemble(request.network, found, made)
        };
        request.store.keeping(make, assemble)
    }
}

fn lacks_of(network: &Network, found: &[FoundOrg]) -> Vec<Lack> {
    network.orgs.par_iter().zip(found).map(|(org, found)| Lack::of(org, found)).collect()
}

/// What is there and what is not, judged.
fn look(request: &Request<'_>, problems: &mut Problems) -> Result<(Vec<FoundOrg>, Vec<Lack>), Stop> {
    let Request { network, store, lock: _, pinned: _, rooted: _, policy, names: _ } = *request;
    let found = found::read(network, store, problems)?;
    let elsewhere = memory::judge(request, &found, problems)?;
    let lacks = lacks_of(network, &found);
    let orgs = network.orgs.par_iter().zip(&found).zip(&lacks).enumerate();
    let judged = orgs.filter(|(index, _)| !elsewhere.contains(index)).map(|(_, ((org, found), lack))| {
        let mut problems = Problems::new();
        match policy.making {
            Making::Nothing => lack.report(request, org, &mut problems),
            Making::Missing | Making::InMemory => lack.judge(request, org, found, &mut problems),
        }
        Check::new(request, org, found, lack).run(&mut problems);
        problems
    });
    judged.collect::<Vec<Problems>>().into_iter().for_each(|of_org| problems.append(of_org));
    leftover::warn(network, &found, store, problems);
    problems.stop_on_errors()?;
    Ok((found, lacks))
}
