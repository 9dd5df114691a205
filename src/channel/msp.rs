//! The `MSP` value of an org: the verifying half of its MSP folder (fabric `msp/configbuilder.go`).
//! Folders outside the store are read in `external`.

use super::proto::msp::{FabricCryptoConfig, FabricMspConfig, FabricNodeOus, FabricOuIdentifier, MSP_FABRIC, MspConfig};
use super::{Encoding, external};
use crate::crypto::{MspFolder, NodeOus, OuConfig, OuIdentifier, PemFile, read_ou_config};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{MemberOrg, MspSource};
use prost::Message;
use std::path::{Path, PathBuf};

/// The value of one org, from the store or from its folder elsewhere.
pub(super) fn new_msp_config(org: &MemberOrg, encoding: Encoding<'_>, problems: &mut Problems) -> Result<MspConfig, Stop> {
    match &org.msp {
        MspSource::Org(id) => {
            let dir = encoding.network.org(*id).dir().join("msp");
            let folder = &encoding.public.org(*id).msp;
            // `crypto` has checked the store: what is wrong there has been said, with its path.
            Verifying { org, dir, folder, elsewhere: None }.config(&mut Problems::new())
        }
        MspSource::Folder(dir) => external::msp_config(org, dir, problems),
        MspSource::Idemix(dir) => external::idemix_msp_config(org, dir, problems),
    }
}

/// The MSP folder of an org, about to be encoded.
pub(super) struct Verifying<'a> {
    pub org: &'a MemberOrg,
    /// Its path, for messages.
    pub dir: PathBuf,
    pub folder: &'a MspFolder,
    /// Where it lies on disk, if not in the store: `config.yaml` may name files there that are in none of its known folders.
    pub elsewhere: Option<&'a Path>,
}

impl Verifying<'_> {
    pub(super) fn config(&self, problems: &mut Problems) -> Result<MspConfig, Stop> {
        let root_certs = whole_files(&self.folder.cacerts);
        if root_certs.is_empty() {
            problems.push(
                Problem::new(Code::FK0408, format!("`{}` has no CA certificate in `cacerts`", self.dir.display()))
                    .at(&self.org.place)
                    .help("`MSPDir` must be the folder `msp` of an organization"),
            );
        }
        let tls_root_certs = whole_files(&self.folder.tlscacerts);
        // Fabric reads them only beside TLS roots.
        let tls_intermediate_certs = match tls_root_certs.as_slice() {
            [] => Vec::new(),
            _ => whole_files(&self.folder.tlsintermediatecerts),
        };
        let OuConfig { organizational_unit_identifiers, node_ous } = self.ou_config(problems);
        let config = FabricMspConfig {
            name: self.org.msp_id.clone(),
            root_certs,
            intermediate_certs: whole_files(&self.folder.intermediatecerts),
            admins: whole_files(&self.folder.admincerts),
            revocation_list: whole_files(&self.folder.crls),
            signing_identity: None,
            organizational_unit_identifiers: self
                .ou_identifiers(organizational_unit_identifiers.unwrap_or_default(), problems)?,
            crypto_config: Some(FabricCryptoConfig {
                signature_hash_family: "SHA2".into(),
                identity_identifier_hash_function: "SHA256".into(),
            }),
            tls_root_certs,
            tls_intermediate_certs,
            fabric_node_ous: match node_ous {
                Some(node_ous) if node_ous.enable == Some(true) => Some(self.node_ous(node_ous, problems)?),
                _ => None,
            },
        };
        Ok(MspConfig { r#type: MSP_FABRIC, config: config.encode_to_vec() })
    }

    fn ou_config(&self, problems: &mut Problems) -> OuConfig {
        let read = |bytes: &Vec<u8>| read_ou_config(&self.dir.join("config.yaml"), bytes, problems);
        self.folder.config.as_ref().and_then(read).unwrap_or_default()
    }

    fn ou_identifiers(&self, list: Vec<OuIdentifier>, problems: &mut Problems) -> Result<Vec<FabricOuIdentifier>, Stop> {
        let mut identifiers = Vec::new();
        for OuIdentifier { certificate, organizational_unit_identifier } in list {
            let path = certificate.unwrap_or_default();
            match self.certificate_at(&path)? {
                Some(certificate) => identifiers.push(FabricOuIdentifier {
                    certificate,
                    organizational_unit_identifier: organizational_unit_identifier.unwrap_or_default(),
                }),
                None => problems.push(
                    Problem::new(
                        Code::FK0409,
                        format!(
                            "the certificate `{path}` of an organizational unit identifier is not in `{}`",
                            self.dir.display()
                        ),
                    )
                    .at(&Place::file(&self.dir.join("config.yaml")))
                    .at(&self.org.place)
                    .help("`Certificate` is a path below the MSP folder, such as `cacerts/ca.pem`"),
                ),
            }
        }
        Ok(identifiers)
    }

    fn node_ous(&self, node_ous: NodeOus, problems: &mut Problems) -> Result<FabricNodeOus, Stop> {
        let NodeOus { enable: _, client, peer, admin, orderer } = node_ous;
        let mut identifier = |identifier: Option<OuIdentifier>| self.node_ou(identifier.unwrap_or_default(), problems);
        Ok(FabricNodeOus {
            enable: true,
            client_ou_identifier: identifier(client)?,
            peer_ou_identifier: identifier(peer)?,
            admin_ou_identifier: identifier(admin)?,
            orderer_ou_identifier: identifier(orderer)?,
        })
    }

    /// One without a name is none; one whose certificate is not there goes without it, and any CA of the MSP will do.
    fn node_ou(&self, identifier: OuIdentifier, problems: &mut Problems) -> Result<Option<FabricOuIdentifier>, Stop> {
        let OuIdentifier { certificate, organizational_unit_identifier } = identifier;
        let Some(name) = organizational_unit_identifier.filter(|name| !name.is_empty()) else { return Ok(None) };
        let path = certificate.unwrap_or_default();
        let certificate = match path.as_str() {
            "" => None,
            _ => self.certificate_at(&path)?,
        };
        if certificate.is_none() && !path.is_empty() {
            problems.push(
                Problem::new(
                    Code::FK0410,
                    format!("the certificate `{path}` of the node OU `{name}` is not in `{}`", self.dir.display()),
                )
                .at(&Place::file(&self.dir.join("config.yaml")))
                .at(&self.org.place)
                .help("`Certificate` is a path below the MSP folder, such as `cacerts/ca.pem`"),
            );
        }
        Ok(Some(FabricOuIdentifier { certificate: certificate.unwrap_or_default(), organizational_unit_identifier: name }))
    }

    /// A file that `config.yaml` names by its path below the MSP folder.
    fn certificate_at(&self, path: &str) -> Result<Option<Vec<u8>>, Stop> {
        let Some((files, name)) = self.folder.at(path) else { return self.file_elsewhere(path) };
        Ok(files.iter().find(|file| name == file.name.as_str()).map(|file| file.bytes.clone()))
    }

    fn file_elsewhere(&self, path: &str) -> Result<Option<Vec<u8>>, Stop> {
        let Some(dir) = self.elsewhere else { return Ok(None) };
        let file = dir.join(path.trim_start_matches('/'));
        if crate::fs::is_dir(&file)? { Ok(None) } else { Ok(crate::fs::read_if_there(&file)?) }
    }
}

fn whole_files(files: &[PemFile]) -> Vec<Vec<u8>> {
    files.iter().map(|file| file.bytes.clone()).collect()
}
