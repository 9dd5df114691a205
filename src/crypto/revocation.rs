//! A list of revoked certificates, as Fabric reads it (`fabric/msp/mspimplsetup.go`, `setupCRLs`).
//! Which identities it is held against is `check`'s.

use super::certificate::{Certificate, Signed, without_zeros};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

/// A CRL: whose, and which serial numbers it has.
#[derive(Debug)]
pub(super) struct RevocationList {
    authority_key_id: Vec<u8>,
    serials: Vec<Vec<u8>>,
    /// What is signed, the algorithm's object identifier, and the signature.
    signed: (Vec<u8>, String, Vec<u8>),
}

impl RevocationList {
    /// The list in a PEM file. Fabric reads the first block, and asks for the key identifier of the CA.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let blocks = pem::parse_many(bytes).map_err(|e| format!("it is no PEM: {e}"))?;
        let block = blocks.into_iter().next().filter(|block| block.tag() == "X509 CRL");
        let der = block.ok_or("its first block is no `X509 CRL`")?.into_contents();
        let (_, read) = CertificateRevocationList::from_der(&der).map_err(|e| format!("its structure is damaged: {e}"))?;
        let mut ids = read.extensions().iter().filter_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
            _ => None,
        });
        Ok(Self {
            authority_key_id: ids.next().ok_or("it has no authority key identifier, and Fabric asks for one")?,
            serials: read.iter_revoked_certificates().map(|revoked| without_zeros(revoked.raw_serial()).to_vec()).collect(),
            signed: (
                read.tbs_cert_list.as_ref().to_vec(),
                read.signature_algorithm.algorithm.to_id_string(),
                read.signature_value.data.to_vec(),
            ),
        })
    }

    /// Whether it revokes a certificate of this issuer.
    pub fn revokes(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let (message, algorithm, signature) = &self.signed;
        issuer.subject_key_id.as_ref() == Some(&self.authority_key_id)
            && self.serials.contains(&certificate.serial)
            && issuer.made_signature(message, algorithm, signature) != Signed::No
    }
}
