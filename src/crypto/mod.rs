//! Public key material as the channel stage sees it.
//! How it is made and kept is not here.

use crate::diag::{Place, Problems, Stop};
use crate::network::{NodeId, OrgId};
use crate::store::Store;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The public parts of a network's material, in the order of its orgs.
pub struct PublicMaterial {
    pub orgs: Vec<OrgPublic>,
}

impl PublicMaterial {
    pub fn org(&self, id: OrgId) -> &OrgPublic {
        &self.orgs[id.index()]
    }

    pub fn node(&self, id: NodeId) -> &IdentityPublic {
        &self.org(id.org()).nodes[id.index()]
    }
}

pub struct OrgPublic {
    pub msp: MspFolder,
    pub ca: Certificate,
    pub tlsca: Certificate,
    pub nodes: Vec<IdentityPublic>,
    pub users: Vec<IdentityPublic>,
}

pub struct IdentityPublic {
    pub msp: MspFolder,
    pub certificate: Certificate,
    pub tls: TlsPublic,
}

pub struct TlsPublic {
    pub certificate: Certificate,
    pub ca: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct PemFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct MspFolder {
    pub cacerts: Vec<PemFile>,
    pub intermediatecerts: Vec<PemFile>,
    pub admincerts: Vec<PemFile>,
    pub crls: Vec<PemFile>,
    pub tlscacerts: Vec<PemFile>,
    pub tlsintermediatecerts: Vec<PemFile>,
    pub signcerts: Vec<PemFile>,
    pub config: Option<Vec<u8>>,
}

impl MspFolder {
    pub fn read(store: &Store, below: &Path, _problems: &mut Problems) -> Result<Self, Stop> {
        let files = |folder: &str| -> Result<Vec<PemFile>, Stop> {
            let dir = below.join(folder);
            let mut found = Vec::new();
            for name in store.list(&dir)? {
                let path = dir.join(&name);
                if crate::fs::is_dir(&store.path(&path)) {
                    continue;
                }
                if let Some(bytes) = store.read(&path)?.filter(|bytes| pem::parse(bytes).is_ok()) {
                    found.push(PemFile { name, bytes });
                }
            }
            Ok(found)
        };
        Ok(Self {
            cacerts: files("cacerts")?,
            intermediatecerts: files("intermediatecerts")?,
            admincerts: files("admincerts")?,
            crls: files("crls")?,
            tlscacerts: files("tlscacerts")?,
            tlsintermediatecerts: files("tlsintermediatecerts")?,
            signcerts: files("signcerts")?,
            config: store.read(&below.join("config.yaml"))?,
        })
    }
}

#[derive(Clone, Debug)]
pub struct Certificate {
    pub pem: Vec<u8>,
    pub key_fingerprint: String,
}

impl Certificate {
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let key_fingerprint = key_fingerprint(bytes).ok_or("it is no certificate")?;
        Ok(Self { pem: bytes.to_vec(), key_fingerprint })
    }
}

/// `sha256:` and the hex SHA-256 of the public key of the first certificate in a PEM file.
pub fn key_fingerprint(cert_pem: &[u8]) -> Option<String> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(cert_pem).ok()?;
    let certificate = pem.parse_x509().ok()?;
    Some(format!("sha256:{}", hex::encode(Sha256::digest(certificate.tbs_certificate.subject_pki.raw))))
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    pub fingerprint: String,
    pub holder: String,
    pub place: Place,
}
