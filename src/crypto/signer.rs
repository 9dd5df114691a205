//! Keys that sign, and new ones, by ring. What is signed is `issue`'s; verifying is `signature`'s.
//!
//! ring is many times as fast as RustCrypto, and networks have thousands of keys. It does not wipe what it holds, and nobody else
//! can: its pairs of keys, and the PKCS#8 of a key that it makes, which lies on the stack. So a key is handed to it for one operation,
//! or for as long as an authority issues. p256 wipes what it reads.

use super::der;
use super::key::{Algorithm, Encoding, PrivateKey, PublicKey};
use crate::diag::Stop;
use crate::network::KeyAlgorithm;
use p256::ecdsa::Signature;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rand_core::{OsRng, RngCore};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// PKCS#8 of an ed25519 key up to the key itself, as Go writes it: version 1, so without the public key.
const ED25519_PKCS8: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// The inside of PKCS#8 around a SEC1 key on P-384: version, id-ecPublicKey, secp384r1.
const P384_PKCS8: [u8; 21] = [
    0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
];

impl Algorithm {
    /// As rcgen calls it.
    fn of_rcgen(self) -> &'static SignatureAlgorithm {
        match self {
            Algorithm::EcdsaP256 => &PKCS_ECDSA_P256_SHA256,
            Algorithm::EcdsaP384 => &PKCS_ECDSA_P384_SHA384,
            Algorithm::Ed25519 => &PKCS_ED25519,
            Algorithm::Rsa => &PKCS_RSA_SHA256,
        }
    }
}

impl PublicKey {
    /// DER of the SubjectPublicKeyInfo.
    pub fn spki(&self) -> Vec<u8> {
        self.subject_public_key_info()
    }
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm.of_rcgen()
    }
}

/// A key that signs certificates. ring's copy of it is freed without being wiped.
pub(super) struct Signer {
    pair: Pair,
    algorithm: Algorithm,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    /// The signer of this key; `None` where it is of a kind that does not sign here.
    pub fn open(key: &PrivateKey) -> Option<Self> {
        let (der, encoding) = key.der();
        Self::of_der(der, encoding)
    }

    fn of_der(der: &[u8], encoding: Encoding) -> Option<Self> {
        use Algorithm::{EcdsaP256, EcdsaP384, Ed25519, Rsa};
        let ecdsa = |pair| Pair::Ecdsa(pair);
        let of_pkcs8 = |der: &[u8]| {
            let p256 = ecdsa_pair(&ECDSA_P256_SHA256_ASN1_SIGNING, der).map(|pair| (ecdsa(pair), EcdsaP256));
            let p384 = || ecdsa_pair(&ECDSA_P384_SHA384_ASN1_SIGNING, der).map(|pair| (ecdsa(pair), EcdsaP384));
            let ed25519 = || Some((Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?), Ed25519));
            let rsa = || Some((Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).ok()?)), Rsa));
            p256.or_else(p384).or_else(ed25519).or_else(rsa)
        };
        // ring wants the public key inside, which not everybody writes.
        let completed = |key: p256::SecretKey| key.to_pkcs8_der().ok().and_then(|der| of_pkcs8(der.as_bytes()));
        let (pair, algorithm) = match encoding {
            Encoding::Pkcs8 => of_pkcs8(der).or_else(|| completed(p256::SecretKey::from_pkcs8_der(der).ok()?))?,
            Encoding::Sec1 => match p256::SecretKey::from_sec1_der(der) {
                Ok(key) => completed(key)?,
                Err(_) => of_pkcs8(&p384_in_pkcs8(der)?)?,
            },
            Encoding::Pkcs1 => (Pair::Rsa(Box::new(RsaKeyPair::from_der(der).ok()?)), Rsa),
        };
        Some(Self { pair, algorithm })
    }

    fn public(&self) -> PublicKey {
        let bytes = match &self.pair {
            Pair::Ecdsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
        };
        PublicKey { algorithm: self.algorithm, bytes }
    }

    pub fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm.of_rcgen()
    }

    /// A signature as certificates hold it. ECDSA's are low-S, as Fabric wants signatures.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        let failed = |_| Stop::Internal("could not sign a certificate".to_owned());
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => loop {
                let signature = pair.sign(&random, message).map_err(failed)?;
                if let Some(signature) = low_s(self.algorithm, signature.as_ref()) {
                    return Ok(signature);
                }
            },
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// A key that signs messages of Fabric's: these are hashed by SHA-256 on every curve, which ring does on P-256 alone.
pub(super) enum MessageSigner {
    Ring(Signer),
    P384(p384::ecdsa::SigningKey),
}

impl MessageSigner {
    /// The signer of this key; `None` where Fabric takes no signatures of its kind.
    pub fn open(key: &PrivateKey) -> Option<Self> {
        match key.public()?.algorithm {
            Algorithm::EcdsaP256 | Algorithm::Ed25519 => Some(Self::Ring(Signer::open(key)?)),
            Algorithm::EcdsaP384 => {
                let (der, encoding) = key.der();
                let secret = match encoding {
                    Encoding::Sec1 => p384::SecretKey::from_sec1_der(der).ok()?,
                    Encoding::Pkcs8 | Encoding::Pkcs1 => p384::SecretKey::from_pkcs8_der(der).ok()?,
                };
                Some(Self::P384(secret.into()))
            }
            Algorithm::Rsa => None,
        }
    }

    /// A signature as Fabric wants it; ECDSA's are low-S.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        match self {
            Self::Ring(signer) => signer.sign(message),
            Self::P384(key) => {
                let signed: Result<p384::ecdsa::Signature, _> = key.sign_prehash(&Sha256::digest(message));
                let signature = signed.map_err(|_| Stop::Internal("could not sign a message".to_owned()))?;
                Ok(signature.normalize_s().unwrap_or(signature).to_der().as_bytes().to_vec())
            }
        }
    }
}

/// The signature with the smaller of the two S that are valid; `None` where another has to be drawn for it.
fn low_s(algorithm: Algorithm, der: &[u8]) -> Option<Vec<u8>> {
    if algorithm == Algorithm::EcdsaP256 {
        let signature = Signature::from_der(der).ok()?;
        return Some(signature.normalize_s().unwrap_or(signature).to_der().as_bytes().to_vec());
    }
    // Half the order of P-384 begins with 7f ff: what is shorter or begins lower is below it.
    let [_, s] = der::children(der).and_then(der::exactly)?;
    (s.len() < 2 + 48 || s.len() == 2 + 48 && s[2] < 0x7f).then(|| der.to_vec())
}

/// The public key of a private one; `None` where it is of a kind that does not sign here.
pub(super) fn public_key(der: &[u8], encoding: Encoding) -> Option<PublicKey> {
    Signer::of_der(der, encoding).map(|signer| signer.public())
}

/// A new key, written as cryptogen does.
pub(super) fn new_key(algorithm: KeyAlgorithm) -> Result<PrivateKey, Stop> {
    let (der, public) = match algorithm {
        KeyAlgorithm::Ecdsa => {
            // PKCS#8 without curve parameters inside, with the public key.
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
            let der = Zeroizing::new(made.map_err(|_| no_random("ring"))?.as_ref().to_vec());
            // The last 65 bytes are the point: it need not be computed again.
            let point = der.len().checked_sub(65).map(|at| der[at..].to_vec());
            (der, point.map(|bytes| PublicKey { algorithm: Algorithm::EcdsaP256, bytes }))
        }
        KeyAlgorithm::Ed25519 => {
            let mut der = Zeroizing::new([0; ED25519_PKCS8.len() + 32].to_vec());
            der[..ED25519_PKCS8.len()].copy_from_slice(&ED25519_PKCS8);
            random(&mut der[ED25519_PKCS8.len()..])?;
            let public = public_key(&der, Encoding::Pkcs8);
            (der, public)
        }
    };
    let public = public.ok_or_else(|| Stop::Internal("a new key cannot be read".to_owned()))?;
    Ok(PrivateKey::new(der, public))
}

/// Fills with randomness of the system.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), Stop> {
    OsRng.try_fill_bytes(bytes).map_err(no_random)
}

fn no_random(reason: impl std::fmt::Display) -> Stop {
    Stop::Internal(format!("the system gives no random numbers: {reason}"))
}

fn ecdsa_pair(algorithm: &'static EcdsaSigningAlgorithm, der: &[u8]) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).ok()
}

/// A SEC1 key on P-384 with PKCS#8 around it.
fn p384_in_pkcs8(sec1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // All lengths here take two bytes, 128 to 255.
    let length = |length: usize| u8::try_from(length).ok().filter(|length| *length >= 128);
    let inside = P384_PKCS8.len() + 3 + sec1.len();
    let mut der = Zeroizing::new(Vec::with_capacity(inside + 3));
    der.extend([0x30, 0x81, length(inside)?]);
    der.extend(P384_PKCS8);
    der.extend([0x04, 0x81, length(sec1.len())?]);
    der.extend(sec1);
    Some(der)
}
