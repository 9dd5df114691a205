//! A certificate in place of an older one: for the same key, with the same subject, and with what else Fabric CA wrote into it.
//! Which are renewed, and where the old ones go, is `renew`'s.

use super::certificate::{self, Certificate};
use super::der;
use super::issue::{self, Issuer};
use super::key::{PrivateKey, PublicKey};
use super::plan::Profile;
use super::signer::Signer;
use crate::diag::Stop;
use time::OffsetDateTime;

/// Where things stand in a TBSCertificate that has a version, as every one with extensions does.
const SERIAL: usize = 1;
const ALGORITHM: usize = 2;
const VALIDITY: usize = 4;
const SUBJECT: usize = 5;
const PUBLIC_KEY: usize = 6;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// The contents of the object identifiers of extensions that the profile decides: subject key identifier, key usage, basic
/// constraints, authority key identifier, extended key usage.
const DECIDED: [[u8; 3]; 5] = [[0x55, 0x1d, 14], [0x55, 0x1d, 15], [0x55, 0x1d, 19], [0x55, 0x1d, 35], [0x55, 0x1d, 37]];
/// The subject alternative name.
const NAMES: [u8; 3] = [0x55, 0x1d, 17];
/// The kinds of names that the profile can have: dNSName and iPAddress (RFC 5280, GeneralName).
const HOSTS: [u8; 2] = [0x82, 0x87];

/// What becomes of the hosts that only the old certificate names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldNames {
    Kept,
    Dropped,
}

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
    pub fn reissue(
        &self,
        old: &Certificate,
        profile: &Profile,
        old_names: OldNames,
        now: OffsetDateTime,
    ) -> Result<Certificate, Stop> {
        let damaged = || Stop::Internal(format!("the certificate of `{}` cannot be taken apart", old.common_name));
        // Issued for the authority's own key; the key of the old certificate then takes its place, of whatever kind it is.
        let fresh = Certificate::parse(self.issuer.issue(profile, self.public, now)?.as_bytes()).map_err(Stop::Internal)?;
        let (mut fields, algorithm) = parts(&fresh).ok_or_else(damaged)?;
        let (old_fields, _) = parts(old).ok_or_else(damaged)?;
        for place in [SUBJECT, PUBLIC_KEY] {
            *fields.get_mut(place).ok_or_else(damaged)? = old_fields.get(place).ok_or_else(damaged)?;
        }
        let mut extensions = extensions(&fields).ok_or_else(damaged)?;
        let old_extensions = self::extensions(&old_fields).unwrap_or_default();
        let names = match (names(&extensions), names(&old_extensions)) {
            (Some(fresh), Some(old)) => Some(merged(old, fresh, old_names).ok_or_else(damaged)?),
            _ => None,
        };
        if let Some(names) = &names {
            extensions.retain(|extension| oid(extension) != Some(&NAMES));
            extensions.push(names);
        }
        for extension in old_extensions {
            let oid = oid(extension).ok_or_else(damaged)?;
            let decided = DECIDED.iter().any(|decided| decided == oid) || names.is_some() && oid == NAMES;
            if !decided {
                extensions.push(extension);
            }
        }
        let extensions = der::tagged(EXTENSIONS, &der::sequence(&extensions));
        fields.retain(|field| field.first() != Some(&EXTENSIONS));
        fields.push(&extensions);
        let made = signed(&fields, algorithm, &self.signer)?;
        let same = made.key_fingerprint == old.key_fingerprint && made.subject == old.subject;
        if !same || !made.is_issued_by(self.certificate) {
            return Err(Stop::Internal(format!("the new certificate of `{}` is not what it should be", old.common_name)));
        }
        Ok(made)
    }
}

/// The self-signed certificate that takes the place of an authority's own, or why there can be none. Only serial number, end and
/// signature are new. It begins when the old one did: Fabric verifies the chain of an identity at the moment when that begins
/// (`fabric/msp/mspimplvalidate.go`, `getValidityOptsForCert`), so a later beginning would shut out all that it ever issued.
pub(super) fn authority(
    old: &Certificate,
    key: &PrivateKey,
    profile: &Profile,
    now: OffsetDateTime,
) -> Result<Certificate, String> {
    let damaged = || "its X.509 structure cannot be taken apart".to_owned();
    if old.subject != old.issuer || !old.is_issued_by(old) {
        return Err("another CA issued it".to_owned());
    }
    let signer = Signer::open(key).ok_or("its key is not ECDSA (P-256, P-384), Ed25519 or RSA (2048 to 4096 bits)")?;
    issue::check(profile)?;
    let fresh = issue::authority(profile, key, now).map_err(|stop| stop.to_string())?;
    let fresh = Certificate::parse(fresh.as_bytes())?;
    let ((fresh, algorithm), (mut fields, _)) = parts(&fresh).zip(parts(old)).ok_or_else(damaged)?;
    if fields.first().and_then(|field| field.first()) != Some(&VERSION) || fields.len() <= PUBLIC_KEY {
        return Err("it is of an X.509 version without extensions".to_owned());
    }
    let ([begin, _], [_, end]) = validity(&fields).zip(validity(&fresh)).ok_or_else(damaged)?;
    let validity = der::sequence(&[begin, end]);
    for place in [SERIAL, ALGORITHM] {
        fields[place] = fresh.get(place).ok_or_else(damaged)?;
    }
    fields[VALIDITY] = &validity;
    let made = signed(&fields, algorithm, &signer).map_err(|stop| stop.to_string())?;
    let same = made.key_fingerprint == old.key_fingerprint && made.subject == old.subject && made.is_issued_by(&made);
    if same { Ok(made) } else { Err(damaged()) }
}

/// The fields of a certificate's TBSCertificate, and the algorithm that it is signed by.
fn parts(certificate: &Certificate) -> Option<(Vec<&[u8]>, &[u8])> {
    let [body, algorithm, _] = der::children(&certificate.der).and_then(der::exactly)?;
    Some((der::children(body)?, algorithm))
}

/// When it begins and when it ends.
fn validity<'d>(fields: &[&'d [u8]]) -> Option<[&'d [u8]; 2]> {
    fields.get(VALIDITY).and_then(|field| der::children(field)).and_then(der::exactly)
}

/// The certificate of these fields.
fn signed(fields: &[&[u8]], algorithm: &[u8], signer: &Signer) -> Result<Certificate, Stop> {
    let body = der::sequence(fields);
    let signature = der::bit_string(&signer.sign(&body)?);
    let pem = certificate::pem_block("CERTIFICATE", &der::sequence(&[&body, algorithm, &signature]));
    Certificate::parse(pem.as_bytes()).map_err(Stop::Internal)
}

/// The extension with the names of the old certificate, and after them those of the fresh one that it had not.
fn merged(old: &[u8], fresh: &[u8], old_names: OldNames) -> Option<Vec<u8>> {
    let names = |extension| {
        let octets = *der::children(extension)?.last()?;
        der::children(der::content(octets)?)
    };
    let (old, fresh) = (names(old)?, names(fresh)?);
    let is_host = |name: &[u8]| name.first().is_some_and(|tag| HOSTS.contains(tag));
    let stays = |name: &&[u8]| old_names == OldNames::Kept || !is_host(name) || fresh.contains(name);
    let new = fresh.iter().filter(|name| !old.contains(name));
    let all: Vec<&[u8]> = old.iter().filter(|name| stays(name)).chain(new).copied().collect();
    let identifier = der::tagged(0x06, &NAMES);
    Some(der::sequence(&[&identifier, &der::tagged(0x04, &der::sequence(&all))]))
}

/// The extension that has a certificate's names.
fn names<'d>(extensions: &[&'d [u8]]) -> Option<&'d [u8]> {
    extensions.iter().find(|extension| oid(extension) == Some(&NAMES)).copied()
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
