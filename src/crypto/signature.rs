//! Whether a public key made a signature, by the algorithms that Go's `crypto/x509` takes. Making one is `signer`'s.

use super::certificate::{Certificate, KeyKind};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::AlgorithmIdentifier;

/// What became of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    Yes,
    No,
    /// By an algorithm that Go does not take, whoever signed: its name.
    Refused(&'static str),
    /// By a key that is not verified with here (P-224, RSA below 2048 bits with SHA-384).
    Unknown,
}

/// The hash of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// An algorithm that Go verifies with (`crypto/x509`, `signatureAlgorithmDetails`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Ecdsa(Hash),
    RsaPkcs1(Hash),
    RsaPss(Hash),
    Ed25519,
}

/// Something signed, out of a certificate or a revocation list.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    message: Vec<u8>,
    /// Or the name of the one that Go refuses.
    algorithm: Result<Algorithm, &'static str>,
    bytes: Vec<u8>,
}

impl Signature {
    pub fn new(message: &[u8], algorithm: &AlgorithmIdentifier<'_>, bytes: &[u8]) -> Self {
        Self { message: message.to_vec(), algorithm: Algorithm::of(algorithm), bytes: bytes.to_vec() }
    }

    /// Whether Fabric takes it for one by an ECDSA key, and rewrites it (`fabric/msp/cert.go`, `isECDSASignedCert`).
    pub fn is_ecdsa(&self) -> bool {
        matches!(self.algorithm, Ok(Algorithm::Ecdsa(_)) | Err(ECDSA_SHA1))
    }

    /// Whether the key of this certificate made it.
    pub fn made_by(&self, signer: &Certificate) -> Signed {
        let algorithm = match self.algorithm {
            Ok(algorithm) => algorithm,
            Err(name) => return Signed::Refused(name),
        };
        let by_ring = |algorithm: &'static dyn VerificationAlgorithm| {
            let key = UnparsedPublicKey::new(algorithm, &signer.public_key);
            Signed::of(key.verify(&self.message, &self.bytes).is_ok())
        };
        match (&signer.key_kind, algorithm) {
            (KeyKind::Ecdsa(curve), Algorithm::Ecdsa(hash)) => {
                // As wide as the curve's numbers: RustCrypto wants half of that at least, and leading zeros change no number.
                let digest = |width: usize| {
                    let digest = hash.of(&self.message);
                    [vec![0; width.saturating_sub(digest.len())], digest].concat()
                };
                macro_rules! verified {
                    ($curve:ident, $width:literal) => {{
                        let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(&signer.public_key);
                        let signature = $curve::ecdsa::Signature::from_der(&self.bytes);
                        let verified = key.and_then(|key| key.verify_prehash(&digest($width), &signature?));
                        Signed::of(verified.is_ok())
                    }};
                }
                match (curve.as_str(), hash) {
                    ("P-256", Hash::Sha256) => by_ring(&ECDSA_P256_SHA256_ASN1),
                    ("P-256", Hash::Sha384) => by_ring(&ECDSA_P256_SHA384_ASN1),
                    ("P-384", Hash::Sha256) => by_ring(&ECDSA_P384_SHA256_ASN1),
                    ("P-384", Hash::Sha384) => by_ring(&ECDSA_P384_SHA384_ASN1),
                    // ring knows no others.
                    ("P-256", _) => verified!(p256, 32),
                    ("P-384", _) => verified!(p384, 48),
                    ("P-521", _) => verified!(p521, 66),
                    _ => Signed::Unknown,
                }
            }
            (KeyKind::Rsa(bits), Algorithm::RsaPkcs1(hash)) => match hash {
                Hash::Sha256 => by_ring(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
                Hash::Sha384 if *bits < 2048 => Signed::Unknown,
                Hash::Sha384 => by_ring(&RSA_PKCS1_2048_8192_SHA384),
                Hash::Sha512 => by_ring(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
            },
            (KeyKind::Rsa(bits), Algorithm::RsaPss(_)) if *bits < 2048 => Signed::Unknown,
            (KeyKind::Rsa(_), Algorithm::RsaPss(hash)) => by_ring(match hash {
                Hash::Sha256 => &RSA_PSS_2048_8192_SHA256,
                Hash::Sha384 => &RSA_PSS_2048_8192_SHA384,
                Hash::Sha512 => &RSA_PSS_2048_8192_SHA512,
            }),
            (KeyKind::Ed25519, Algorithm::Ed25519) => by_ring(&ED25519),
            _ => Signed::No,
        }
    }
}

impl Signed {
    fn of(verified: bool) -> Self {
        if verified { Signed::Yes } else { Signed::No }
    }
}

const ECDSA_SHA1: &str = "ECDSA with SHA-1";

impl Algorithm {
    fn of(identifier: &AlgorithmIdentifier<'_>) -> Result<Self, &'static str> {
        match identifier.algorithm.to_id_string().as_str() {
            "1.2.840.10045.4.1" => Err(ECDSA_SHA1),
            "1.2.840.10045.4.3.2" => Ok(Self::Ecdsa(Hash::Sha256)),
            "1.2.840.10045.4.3.3" => Ok(Self::Ecdsa(Hash::Sha384)),
            "1.2.840.10045.4.3.4" => Ok(Self::Ecdsa(Hash::Sha512)),
            "1.2.840.113549.1.1.2" => Err("RSA with MD2"),
            "1.2.840.113549.1.1.4" => Err("RSA with MD5"),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Err("RSA with SHA-1"),
            "1.2.840.113549.1.1.11" => Ok(Self::RsaPkcs1(Hash::Sha256)),
            "1.2.840.113549.1.1.12" => Ok(Self::RsaPkcs1(Hash::Sha384)),
            "1.2.840.113549.1.1.13" => Ok(Self::RsaPkcs1(Hash::Sha512)),
            "1.2.840.113549.1.1.10" => {
                let Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) = SignatureAlgorithm::try_from(identifier) else {
                    return Err("RSA-PSS of an unreadable kind");
                };
                match parameters.hash_algorithm_oid().to_id_string().as_str() {
                    "2.16.840.1.101.3.4.2.1" => Ok(Self::RsaPss(Hash::Sha256)),
                    "2.16.840.1.101.3.4.2.2" => Ok(Self::RsaPss(Hash::Sha384)),
                    "2.16.840.1.101.3.4.2.3" => Ok(Self::RsaPss(Hash::Sha512)),
                    _ => Err("RSA-PSS with another hash than SHA-2"),
                }
            }
            "1.3.101.112" => Ok(Self::Ed25519),
            _ => Err("an algorithm that Go does not know"),
        }
    }
}

impl Hash {
    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha384 => Sha384::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}
