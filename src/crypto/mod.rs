//! Key material: a network's certificates and private keys, read from a store in cryptogen's layout, and made where they are
//! missing. The store only grows. Blocks are `channel`'s; which Secrets the keys go into is `render`'s.

mod certificate;
mod issue;
mod key;
mod layout;
mod material;
mod msp;
mod plan;
mod secret;

pub use certificate::{Certificate, key_fingerprint};
pub use key::password;
pub use material::{IdentityPublic, Material, OrgPublic, PairKeys, PublicMaterial, TlsPublic};
pub use msp::{MspFolder, PemFile};
pub use secret::Secret;

use crate::diag::{Place, Problems, Progress, Stop};
use crate::lock::Lock;
use crate::network::Network;
use crate::store::{Policy, Store};

/// What [`provision`] works from.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub network: &'a Network,
    /// `crypto-config/`.
    pub store: &'a Store,
    pub lock: &'a Lock,
    pub pinned: &'a [Pinned],
    pub policy: Policy,
}

/// A public key that a stored block names as a consenter's TLS key of this network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// As in `fabkube.lock`.
    pub fingerprint: String,
    /// `orderer0.example.com:7050 in channel-artifacts/mychannel.block`
    pub holder: String,
    pub place: Place,
}

/// Plans, makes what is missing, and reads everything back from the store: the first and the thousandth run take one path.
pub fn provision(request: &Request<'_>, problems: &mut Problems, progress: &dyn Progress) -> Result<Material, Stop> {
    let _ = (request, problems, progress);
    Err(Stop::Internal("not yet".to_owned()))
}
