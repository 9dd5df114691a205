//! Where a peer's chaincodes run. Choosing it is `resolve`'s.

use super::{Image, Resources};
use serde::Serialize;

/// One of those that fabkube knows; `kind` says which, to templates.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ChaincodeRuntime {
    /// Chaincode as a service: Kubernetes runs it, and the peer dials it.
    Ccaas,
    /// A Docker beside the peer, in its pod: the peer builds and starts chaincodes there.
    Dind(Dind),
    /// The peer runs no chaincode of its own.
    None,
}

/// Docker beside a peer.
#[derive(Clone, Debug, Serialize)]
pub struct Dind {
    pub image: Image,
    pub resources: Resources,
    /// Its socket, where the peer and itself see it.
    pub socket: String,
}
