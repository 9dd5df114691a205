//! A private key as it lies in a file: ECDSA P-256 is understood, any other is passed through. Making one is `issue`'s.

use super::certificate::{self, Certificate};
use super::secret::Secret;
use crate::diag::Stop;
use hkdf::Hkdf;
use p256::elliptic_curve::zeroize::Zeroizing;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use sha2::Sha256;
use std::fmt;

/// A private key.
pub(super) struct PrivateKey {
    text: Zeroizing<String>,
    kind: Kind,
}

enum Kind {
    P256(Box<p256::SecretKey>),
    /// Another curve or algorithm: its DER.
    Foreign(Zeroizing<Vec<u8>>),
}

/// Whether a private key belongs to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// A foreign key beside a certificate that is not P-256 either.
    Unknown,
}

impl PrivateKey {
    /// The first private key of a PEM file, PKCS#8 or SEC1; `None` where it has none, or only an encrypted one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = Zeroizing::new(String::from_utf8(bytes.to_vec()).ok()?);
        let block = pem::parse_many(bytes)
            .ok()?
            .into_iter()
            .find(|b| b.tag().ends_with("PRIVATE KEY") && !b.tag().starts_with("ENCRYPTED"))?;
        let encrypted = block.headers().iter().any(|(name, _)| name == "DEK-Info");
        let tag = block.tag().to_owned();
        let der = Zeroizing::new(block.into_contents());
        if encrypted || der.is_empty() {
            return None;
        }
        let key = match tag.as_str() {
            "PRIVATE KEY" => p256::SecretKey::from_pkcs8_der(&der).ok(),
            "EC PRIVATE KEY" => p256::SecretKey::from_sec1_der(&der).ok(),
            _ => None,
        };
        let kind = key.map_or(Kind::Foreign(der), |key| Kind::P256(Box::new(key)));
        Some(Self { text, kind })
    }

    /// A new key, written as cryptogen does: PKCS#8 without curve parameters inside, with the public key.
    pub fn new(key: p256::SecretKey) -> Result<Self, Stop> {
        let der = key.to_pkcs8_der().map_err(|e| Stop::Internal(format!("could not encode a private key: {e}")))?;
        let text = Zeroizing::new(certificate::pem_block("PRIVATE KEY", der.as_bytes()));
        Ok(Self { text, kind: Kind::P256(Box::new(key)) })
    }

    /// The file's text.
    pub fn pem(&self) -> &str {
        &self.text
    }

    /// The key, where it is one that signs here.
    pub fn p256(&self) -> Option<&p256::SecretKey> {
        match &self.kind {
            Kind::P256(key) => Some(key),
            Kind::Foreign(_) => None,
        }
    }

    /// The fingerprint of its public key, where that is known.
    pub fn fingerprint(&self) -> Option<String> {
        let spki = self.p256()?.public_key().to_public_key_der().ok()?;
        Some(certificate::fingerprint(spki.as_bytes()))
    }

    /// Whether it belongs to the certificate.
    pub fn fits(&self, certificate: &Certificate) -> Fit {
        match self.fingerprint() {
            Some(own) if own == certificate.key_fingerprint => Fit::Yes,
            Some(_) => Fit::No,
            None if p256::PublicKey::from_sec1_bytes(&certificate.public_key).is_ok() => Fit::No,
            None => Fit::Unknown,
        }
    }

    /// What is secret in it, to derive from.
    fn material(&self) -> Zeroizing<Vec<u8>> {
        match &self.kind {
            Kind::P256(key) => Zeroizing::new(key.to_bytes().to_vec()),
            Kind::Foreign(der) => der.clone(),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// A password that needs no state of its own: HKDF-SHA256 over the private scalar of an identity's key, `purpose` as info;
/// 32 hex digits. Its digest is known without the key.
pub fn password(identity: &Certificate, key: &Secret, purpose: &str) -> Secret {
    let value = key.expose().and_then(|text| PrivateKey::parse(text.as_bytes())).and_then(|key| {
        let mut derived = Zeroizing::new([0u8; 16]);
        let expanded = Hkdf::<Sha256>::new(None, &key.material()).expand(purpose.as_bytes(), derived.as_mut_slice());
        expanded.ok().map(|()| Zeroizing::new(hex::encode(derived.as_slice())))
    });
    Secret::new(&identity.key_fingerprint, &format!("password {purpose}"), value)
}
