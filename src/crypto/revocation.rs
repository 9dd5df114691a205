//! A list of revoked certificates, as Fabric reads it (`fabric/msp/mspimplsetup.go`, `setupCRLs`).
//! Which identities it is held against is `check`'s.

use super::certificate::{Certificate, without_zeros};
use super::signature::{Signature, Signed};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

/// A CRL: whose, and which serial numbers it has.
#[derive(Debug)]
pub(super) struct RevocationList {
    authority_key_id: Vec<u8>,
    serials: Vec<Vec<u8>>,
    signature: Signature,
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
            signature: Signature::new(read.tbs_cert_list.as_ref(), &read.signature_algorithm, &read.signature_value.data),
        })
    }

    /// Whether it revokes a certificate of this issuer.
    pub fn revokes(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        issuer.subject_key_id.as_ref() == Some(&self.authority_key_id)
            && self.serials.contains(&certificate.serial)
            && self.signature.made_by(issuer) != Signed::No
    }
}
