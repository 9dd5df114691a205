//! A private key as it lies in a file: those that sign in Fabric and in company CAs are understood, any other is passed through.
//! Making one is `issue`'s; signing with one is `signer`'s.

use super::armor::{self, Block};
use super::certificate::{self, Certificate};
use super::secret::Secret;
use super::signer;
use hkdf::Hkdf;
use p256::pkcs8::DecodePrivateKey;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// A private key. It cannot be printed, compared or copied, and wipes itself. What cannot be wiped: copies that ring makes while it
/// reads a key, signs or makes one (see `signer`), and HMAC's inner state while a password is derived.
pub(super) struct PrivateKey {
    text: Zeroizing<String>,
    der: Zeroizing<Vec<u8>>,
    encoding: Encoding,
    /// `None` for a kind that is passed through.
    public: Option<PublicKey>,
}

/// How the DER of a key is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `PRIVATE KEY`.
    Pkcs8,
    /// `EC PRIVATE KEY`.
    Sec1,
    /// `RSA PRIVATE KEY`.
    Pkcs1,
}

/// What a key signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    EcdsaP256,
    EcdsaP384,
    Ed25519,
    Rsa,
}

/// A public key: what a certificate says of a private one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    pub algorithm: Algorithm,
    /// The bits of the SubjectPublicKeyInfo: the point, for an elliptic curve.
    pub bytes: Vec<u8>,
}

/// Whether a private key belongs to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// A foreign key beside a certificate that is not P-256.
    Unknown,
}

impl PrivateKey {
    /// The first private key of a PEM file, PKCS#8, SEC1 or PKCS#1; `None` where it has none, or only an encrypted one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = str::from_utf8(bytes).ok()?;
        let is_key = |label: &str| label.ends_with("PRIVATE KEY") && !label.starts_with("ENCRYPTED");
        let Block { label, is_encrypted, der } = armor::find(text, is_key)?;
        let encoding = match label {
            "EC PRIVATE KEY" => Encoding::Sec1,
            "RSA PRIVATE KEY" => Encoding::Pkcs1,
            _ => Encoding::Pkcs8,
        };
        if is_encrypted || der.is_empty() {
            return None;
        }
        let text = Zeroizing::new(text.to_owned());
        let public = signer::public_key(&der, encoding);
        Some(Self { text, der, encoding, public })
    }

    /// A new key out of its PKCS#8.
    pub fn new(der: Zeroizing<Vec<u8>>, public: PublicKey) -> Self {
        let text = Zeroizing::new(armor::write("PRIVATE KEY", &der));
        Self { text, der, encoding: Encoding::Pkcs8, public: Some(public) }
    }

    /// The file's text.
    pub fn pem(&self) -> &str {
        &self.text
    }

    /// The same, given away.
    pub fn into_pem(self) -> Zeroizing<String> {
        self.text
    }

    pub fn der(&self) -> (&[u8], Encoding) {
        (&self.der, self.encoding)
    }

    /// Its public key, where it is of a kind that signs here.
    pub fn public(&self) -> Option<&PublicKey> {
        self.public.as_ref()
    }

    /// The fingerprint of its public key, where that is known.
    pub fn fingerprint(&self) -> Option<String> {
        Some(certificate::fingerprint(&self.public()?.spki()))
    }

    /// Whether it belongs to the certificate.
    pub fn fits(&self, certificate: &Certificate) -> Fit {
        match &self.public {
            Some(own) if own.bytes == certificate.public_key => Fit::Yes,
            Some(_) => Fit::No,
            None if p256::PublicKey::from_sec1_bytes(&certificate.public_key).is_ok() => Fit::No,
            None => Fit::Unknown,
        }
    }

    /// What is secret in it, to derive from: the scalar of a P-256 key in whatever form it is written, else the DER.
    fn material(&self) -> Zeroizing<Vec<u8>> {
        let key = match self.encoding {
            Encoding::Pkcs8 => p256::SecretKey::from_pkcs8_der(&self.der).ok(),
            Encoding::Sec1 => p256::SecretKey::from_sec1_der(&self.der).ok(),
            Encoding::Pkcs1 => None,
        };
        key.map_or_else(|| self.der.clone(), |key| Zeroizing::new(Zeroizing::new(key.to_bytes()).to_vec()))
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

/// Whether a file holds a private key that takes a password, in either form that openssl writes.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    let find = |is_wanted: fn(&str) -> bool| armor::find(str::from_utf8(bytes).ok()?, is_wanted);
    find(|label| label == "ENCRYPTED PRIVATE KEY").is_some()
        || find(|label| label.ends_with("PRIVATE KEY")).is_some_and(|block| block.is_encrypted)
}
