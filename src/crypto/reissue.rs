//! A certificate in place of an older one: for the same key, with the same subject, and with what else Fabric CA wrote into it.
//! Which are renewed, and where the old ones go, is `renew`'s.

use super::certificate::{self, Certificate};
use super::der;
use super::issue::Issuer;
use super::key::{PrivateKey, PublicKey};
use super::plan::Profile;
use super::signer::Signer;
use crate::diag::Stop;
use time::OffsetDateTime;

/// Where things stand in a TBSCertificate that has a version, as every one with extensions does.
const SUBJECT: usize = 5;
const PUBLIC_KEY: usize = 6;
const EXTENSIONS: u8 = 0xa3;

/// The contents of the object identifiers of extensions that the profile decides: subject key identifier, key usage, basic
/// constraints, authority key identifier, extended key usage.
const DECIDED: [[u8; 3]; 5] = [[0x55, 0x1d, 14], [0x55, 0x1d, 15], [0x55, 0x1d, 19], [0x55, 0x1d, 35], [0x55, 0x1d, 37]];
/// The subject alternative name, which the profile decides where it has names.
const NAMES: [u8; 3] = [0x55, 0x1d, 17];

/// An authority that issues certificates for keys that others hold.
pub(super) struct Reissuer<'a> {
    issuer: Issuer,
    certificate: &'a Certificate,
    public: &'a PublicKey,
    signer: Signer,
}

impl<'a> Reissuer<'a> {
    /// The authority of this certificate and key. Says why it cannot issue, where it cannot.
    pub fn open(certificate: &'a Certificate, key: &'a PrivateKey) -> Result<Self, String> {
        let issuer = Issuer::open(certificate, key)?;
        let (signer, public) = Signer::open(key).zip(key.public()).ok_or("its key does not sign")?;
        Ok(Self { issuer, certificate, public, signer })
    }

    /// Whether a certificate is this authority's.
    pub fn issued(&self, certificate: &Certificate) -> bool {
        certificate.is_issued_by(self.certificate)
    }

    /// The certificate that takes the place of `old`. The private key of the old one is not needed.
    pub fn reissue(&self, old: &Certificate, profile: &Profile, now: OffsetDateTime) -> Result<Certificate, Stop> {
        let damaged = || Stop::Internal(format!("the certificate of `{}` cannot be taken apart", old.common_name));
        // Issued for the authority's own key; the key of the old certificate then takes its place, of whatever kind it is.
        let fresh = Certificate::parse(self.issuer.issue(profile, self.public, now)?.as_bytes()).map_err(Stop::Internal)?;
        let [fresh_body, algorithm, _] = der::children(&fresh.der).and_then(der::exactly).ok_or_else(damaged)?;
        let [old_body, _, _] = der::children(&old.der).and_then(der::exactly).ok_or_else(damaged)?;
        let mut fields = der::children(fresh_body).ok_or_else(damaged)?;
        let old_fields = der::children(old_body).ok_or_else(damaged)?;
        for place in [SUBJECT, PUBLIC_KEY] {
            *fields.get_mut(place).ok_or_else(damaged)? = old_fields.get(place).ok_or_else(damaged)?;
        }
        let mut extensions = extensions(&fields).ok_or_else(damaged)?;
        let named = |extensions: &[&[u8]]| extensions.iter().any(|extension| oid(extension) == Some(&NAMES));
        let has_names = named(&extensions);
        for extension in self::extensions(&old_fields).unwrap_or_default() {
            let oid = oid(extension).ok_or_else(damaged)?;
            let decided = DECIDED.iter().any(|decided| decided == oid) || has_names && oid == NAMES;
            if !decided {
                extensions.push(extension);
            }
        }
        let extensions = der::tagged(EXTENSIONS, &der::sequence(&extensions));
        fields.retain(|field| field.first() != Some(&EXTENSIONS));
        fields.push(&extensions);
        let body = der::sequence(&fields);
        let signature = der::bit_string(&self.signer.sign(&body)?);
        let pem = certificate::pem_block("CERTIFICATE", &der::sequence(&[&body, algorithm, &signature]));
        let made = Certificate::parse(pem.as_bytes()).map_err(Stop::Internal)?;
        let same = made.key_fingerprint == old.key_fingerprint && made.subject == old.subject;
        if !same || !made.is_issued_by(self.certificate) {
            return Err(Stop::Internal(format!("the new certificate of `{}` is not what it should be", old.common_name)));
        }
        Ok(made)
    }
}

/// The extensions of a TBSCertificate's fields, each whole.
fn extensions<'d>(fields: &[&'d [u8]]) -> Option<Vec<&'d [u8]>> {
    let field = fields.iter().find(|field| field.first() == Some(&EXTENSIONS))?;
    let [list] = der::children(field).and_then(der::exactly)?;
    der::children(list)
}

/// The content of an extension's object identifier.
fn oid(extension: &[u8]) -> Option<&[u8]> {
    // Identifiers are short: one byte says how long they are.
    der::children(extension)?.first()?.get(2..)
}

#[cfg(test)]
mod tests;
