//! What the stage gives: public material, which the channel encoder gets, and beside it the private keys.

use super::certificate::{Certificate, pem_block};
use super::found::{FoundMember, FoundOrg, FoundPair, Pair};
use super::inventory::Usage;
use super::key::PrivateKey;
use super::msp::MspFolder;
use super::plan::Authority;
use super::secret::Secret;
use crate::diag::Stop;
use crate::lock::Lock;
use crate::network::{Network, NodeId, Org, OrgId};

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
    /// As [`Authority::BOTH`]: all that counts as the org's CA.
    pub authorities: [Vec<Certificate>; 2],
    /// Of an org that has a Fabric CA, what that is dialled with.
    pub fabric_ca: Option<TlsPublic>,
    /// Of those of `Org::chaincodes` that speak TLS, in their order.
    pub chaincodes: Vec<TlsPublic>,
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

/// The private keys of a Fabric CA, as PEM: those that it issues with, and its own.
#[derive(Debug)]
pub struct FabricCaKeys {
    pub ca: Secret,
    pub tlsca: Secret,
    pub tls: Secret,
}

#[derive(Debug)]
pub(super) struct OrgKeys {
    pub nodes: Vec<PairKeys>,
    pub users: Vec<PairKeys>,
    /// Where the org has one: the keys of its CAs go nowhere else.
    pub fabric_ca: Option<FabricCaKeys>,
    /// As [`OrgPublic::chaincodes`].
    pub chaincodes: Vec<Secret>,
}

impl PublicMaterial {
    pub fn org(&self, id: OrgId) -> &OrgPublic {
        &self.orgs[id.index()]
    }

    pub fn node(&self, id: NodeId) -> &IdentityPublic {
        &self.org(id.org()).nodes[id.index()]
    }
}

impl OrgPublic {
    /// The certificates that the org cannot do without, each with its holder: those of its CAs, its nodes, its administrators
    /// and its Fabric CA.
    pub fn certificates(&self, org: &Org) -> Vec<(String, Usage, &Certificate)> {
        let authorities = [
            (Authority::Signing.common_name(org), Usage::Identity, &self.ca),
            (Authority::Tls.common_name(org), Usage::Tls, &self.tlsca),
        ];
        let nodes = org.nodes.iter().map(|node| &node.common_name).zip(&self.nodes);
        let users = org.users.iter().zip(&self.users);
        let admins = users.filter(|(user, _)| user.admin).map(|(user, public)| (&user.common_name, public));
        let members = nodes.chain(admins).flat_map(|(holder, public)| {
            let identity = (holder.clone(), Usage::Identity, &public.certificate);
            [identity, (holder.clone(), Usage::Tls, &public.tls.certificate)]
        });
        let fabric_ca = org.fabric_ca.as_ref().zip(self.fabric_ca.as_ref());
        let fabric_ca = fabric_ca.map(|(ca, tls)| (ca.common_name.clone(), Usage::Tls, &tls.certificate));
        authorities.into_iter().chain(members).chain(fabric_ca).collect()
    }

    /// The org's CA and those above it, one PEM block each, beginning with itself.
    pub fn ca_chain(&self) -> Vec<String> {
        chain(&self.ca, &self.authorities[0])
    }

    /// The same for its TLS CA.
    pub fn tlsca_chain(&self) -> Vec<String> {
        chain(&self.tlsca, &self.authorities[1])
    }

    /// The key by which the org's CA is remembered: the one that is, as long as it is one of the org's CAs; else that of the CA that
    /// issued to members, since an MSP may know CAs that issued to nobody.
    fn pin(&self, authority: Authority, pinned: &str) -> String {
        let (own, all) = match authority {
            Authority::Signing => (&self.ca, &self.authorities[0]),
            Authority::Tls => (&self.tlsca, &self.authorities[1]),
        };
        if all.iter().any(|certificate| certificate.key_fingerprint == pinned) {
            return pinned.to_owned();
        }
        let issued = |issuer: &&Certificate| {
            let of_member = |member: &IdentityPublic| match authority {
                Authority::Signing => member.certificate.is_issued_by(issuer),
                Authority::Tls => member.tls.certificate.is_issued_by(issuer),
            };
            self.nodes.iter().chain(&self.users).any(of_member)
        };
        all.iter().find(issued).unwrap_or(own).key_fingerprint.clone()
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

    /// Those of the servers of an org's chaincodes, as [`OrgPublic::chaincodes`].
    pub fn chaincode_keys(&self, org: OrgId) -> &[Secret] {
        &self.keys[org.index()].chaincodes
    }

    /// Those of an org's Fabric CA, where it has one.
    pub fn fabric_ca_keys(&self, org: OrgId) -> Option<&FabricCaKeys> {
        self.keys[org.index()].fabric_ca.as_ref()
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
            for (authority, pinned) in [(Authority::Signing, &mut known.ca), (Authority::Tls, &mut known.tlsca)] {
                *pinned = public.pin(authority, pinned);
            }
            for keys in [&mut known.consenters, &mut known.signers] {
                keys.retain(|name, _| org.nodes.iter().any(|node| &node.common_name == name));
            }
            for (node, IdentityPublic { msp: _, certificate, tls }) in org.nodes.iter().zip(&public.nodes) {
                for (keys, is_named, certificate) in [
                    (&mut known.consenters, network.is_consenter(node.id), &tls.certificate),
                    (&mut known.signers, network.is_signing_consenter(node.id), certificate),
                ] {
                    if is_named || keys.contains_key(&node.common_name) {
                        keys.insert(node.common_name.clone(), certificate.key_fingerprint.clone());
                    }
                }
            }
        }
    }
}

/// Puts together what was found; everything has been checked by then.
pub(super) fn assemble(network: &Network, found: Vec<FoundOrg>, made: Vec<String>) -> Result<Material, Stop> {
    let mut public = Vec::new();
    let mut keys = Vec::new();
    for (org, found) in network.orgs.iter().zip(found) {
        let authorities = Authority::BOTH.map(|authority| found.authorities(authority));
        let FoundOrg { ca, tlsca, above_ca: _, above_tlsca: _, msp, members } = found;
        let mut members = members;
        // As [`Member::all`] has them: those with a TLS pair alone come last.
        let servers = members.split_off(org.nodes.len() + org.users.len() + usize::from(org.fabric_ca.is_some()));
        let servers = servers.into_iter().map(tls_half).collect::<Result<Vec<_>, Stop>>()?;
        let (chaincodes, chaincode_keys): (Vec<_>, Vec<_>) = servers.into_iter().unzip();
        let fabric_ca = org.fabric_ca.as_ref().and_then(|_| members.pop()).map(tls_half).transpose()?;
        let members = members.into_iter().map(member).collect::<Result<Vec<_>, Stop>>()?;
        let (mut nodes, mut node_keys): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        let users = nodes.split_off(org.nodes.len());
        let user_keys = node_keys.split_off(org.nodes.len());
        let ((ca, ca_key), (tlsca, tlsca_key)) = (halves(ca, "ca")?, halves(tlsca, "tlsca")?);
        let (fabric_ca, tls) = fabric_ca.unzip();
        public.push(OrgPublic { msp, ca, tlsca, nodes, users, authorities, fabric_ca, chaincodes });
        let fabric_ca = tls.map(|tls| FabricCaKeys { ca: ca_key, tlsca: tlsca_key, tls });
        keys.push(OrgKeys { nodes: node_keys, users: user_keys, fabric_ca, chaincodes: chaincode_keys });
    }
    Ok(Material { public: PublicMaterial { orgs: public }, keys, made })
}

fn member(found: FoundMember) -> Result<(IdentityPublic, PairKeys), Stop> {
    let FoundMember { msp, identity, tls, tls_ca } = found;
    let (certificate, identity) = halves(identity, "identity key")?;
    let (public, tls) = tls_pair(tls, tls_ca)?;
    Ok((IdentityPublic { msp, certificate, tls: public }, PairKeys { identity, tls }))
}

/// A member that has a TLS pair alone.
fn tls_half(found: FoundMember) -> Result<(TlsPublic, Secret), Stop> {
    tls_pair(found.tls, found.tls_ca)
}

fn tls_pair(found: FoundPair, ca: Option<Vec<u8>>) -> Result<(TlsPublic, Secret), Stop> {
    let (certificate, key) = halves(found, "tls key")?;
    Ok((TlsPublic { certificate, ca: ca.unwrap_or_default() }, key))
}

/// A CA and those above it, as far as they are here.
fn chain(own: &Certificate, authorities: &[Certificate]) -> Vec<String> {
    let mut others: Vec<&Certificate> = authorities.iter().collect();
    let mut chain = vec![own];
    while let Some(last) = chain.last().filter(|last| last.subject != last.issuer) {
        let Some(next) = others.iter().position(|other| last.is_issued_by(other)) else { break };
        chain.push(others.swap_remove(next));
    }
    chain.into_iter().map(|certificate| pem_block("CERTIFICATE", &certificate.der)).collect()
}

/// The certificate and the secret of a pair.
fn halves(found: FoundPair, purpose: &str) -> Result<(Certificate, Secret), Stop> {
    let (certificate, key) = match found.pair {
        Pair::Whole(certificate, key) => (certificate, Some(key)),
        Pair::Certificate(certificate) => (certificate, None),
        Pair::Missing | Pair::Key(_) | Pair::Broken => {
            return Err(Stop::Internal(format!("`{}` was taken for granted", found.path.display())));
        }
    };
    let value = key.map(PrivateKey::into_pem);
    let secret = Secret::new(&certificate.key_fingerprint, purpose, value);
    Ok((certificate, secret))
}

/// How the lock calls an org: its folder, with `/` on every system.
pub(super) fn lock_key(dir: &std::path::Path) -> String {
    dir.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
