//! What the stage gives: public material, which the channel encoder gets, and beside it the private keys.

use super::certificate::Certificate;
use super::msp::MspFolder;
use super::secret::Secret;
use crate::lock::Lock;
use crate::network::{Network, NodeId, OrgId};

/// The keys and certificates of a network, in the order of its orgs, nodes and users.
#[derive(Debug)]
pub struct Material {
    pub(super) public: PublicMaterial,
    pub(super) keys: Vec<OrgKeys>,
    pub(super) made: Vec<String>,
}

/// What everybody may know. It holds no private key.
#[derive(Debug)]
pub struct PublicMaterial {
    /// As [`Network::orgs`].
    pub orgs: Vec<OrgPublic>,
}

/// The public material of an org.
#[derive(Debug)]
pub struct OrgPublic {
    /// Its verifying MSP.
    pub msp: MspFolder,
    pub ca: Certificate,
    pub tlsca: Certificate,
    /// As `Org::nodes`.
    pub nodes: Vec<IdentityPublic>,
    /// As `Org::users`.
    pub users: Vec<IdentityPublic>,
}

/// The public material of a node or a user.
#[derive(Debug)]
pub struct IdentityPublic {
    pub msp: MspFolder,
    /// Its signing certificate.
    pub certificate: Certificate,
    pub tls: TlsPublic,
}

/// A TLS pair without its key.
#[derive(Debug)]
pub struct TlsPublic {
    pub certificate: Certificate,
    /// The file `tls/ca.crt`.
    pub ca: Vec<u8>,
}

/// The private keys of a node or a user, as PEM.
#[derive(Debug)]
pub struct PairKeys {
    pub identity: Secret,
    pub tls: Secret,
}

#[derive(Debug)]
pub(super) struct OrgKeys {
    pub nodes: Vec<PairKeys>,
    pub users: Vec<PairKeys>,
}

impl PublicMaterial {
    pub fn org(&self, id: OrgId) -> &OrgPublic {
        &self.orgs[id.index()]
    }

    pub fn node(&self, id: NodeId) -> &IdentityPublic {
        &self.org(id.org()).nodes[id.index()]
    }
}

impl Material {
    pub fn public(&self) -> &PublicMaterial {
        &self.public
    }

    pub fn node_keys(&self, id: NodeId) -> &PairKeys {
        &self.keys[id.org().index()].nodes[id.index()]
    }

    /// `user` is a place in `Org::users`.
    pub fn user_keys(&self, org: OrgId, user: usize) -> &PairKeys {
        &self.keys[org.index()].users[user]
    }

    /// What this run made, by folder: `peerOrganizations/org1.example.com/peers/peer0.org1.example.com`.
    pub fn made(&self) -> &[String] {
        &self.made
    }

    /// Writes the public facts of what is in the store into the lock. An orderer that is no consenter any more keeps its line as
    /// long as it is a node of the network; blocks may still name it.
    pub fn remember(&self, network: &Network, lock: &mut Lock) {
        for (org, public) in network.orgs.iter().zip(&self.public.orgs) {
            let known = lock.orgs.entry(lock_key(&org.dir())).or_default();
            known.ca = public.ca.key_fingerprint.clone();
            known.tlsca = public.tlsca.key_fingerprint.clone();
            known.consenters.retain(|name, _| org.nodes.iter().any(|node| &node.common_name == name));
            for (node, identity) in org.nodes.iter().zip(&public.nodes) {
                if network.is_consenter(node.id) || known.consenters.contains_key(&node.common_name) {
                    known.consenters.insert(node.common_name.clone(), identity.tls.certificate.key_fingerprint.clone());
                }
            }
        }
    }
}

/// How the lock calls an org: its folder, with `/` on every system.
pub(super) fn lock_key(dir: &std::path::Path) -> String {
    dir.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
