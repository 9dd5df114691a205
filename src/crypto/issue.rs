//! Makes keys and certificates. The only place of randomness and time in this stage, and the only user of rcgen.
//! What stands in a certificate is `plan`'s; writing it is `make`'s.

use super::certificate::{self, Certificate};
use super::key::PrivateKey;
use super::plan::{Attribute, Profile, Purpose};
use crate::diag::Stop;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::elliptic_curve::zeroize::Zeroizing;
use rand_core::{OsRng, RngCore};
use rcgen::string::{Ia5String, PrintableString, TeletexString};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    KeyIdMethod, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Name};

/// Attribute types that rcgen has no name for.
const STREET: &[u64] = &[2, 5, 4, 9];
const UNIT: &[u64] = &[2, 5, 4, 11];
const POSTAL_CODE: &[u64] = &[2, 5, 4, 17];
const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];
/// How long a certificate is valid, in cryptogen's days.
const LIFETIME: Duration = Duration::days(3650);

/// The time, for what is valid now.
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// When what is made at `now` begins to be valid: the nearest minute, and five less for clocks that are behind.
fn begin(now: OffsetDateTime) -> OffsetDateTime {
    let seconds = (now.unix_timestamp() + 30).div_euclid(60) * 60 - 5 * 60;
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(now)
}

/// A new private key.
pub(super) fn new_key() -> Result<PrivateKey, Stop> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    loop {
        random(bytes.as_mut_slice())?;
        // A draw outside the curve's order (one in 2^32) is drawn again.
        if let Ok(key) = p256::SecretKey::from_slice(bytes.as_slice()) {
            return PrivateKey::new(key);
        }
    }
}

fn random(bytes: &mut [u8]) -> Result<(), Stop> {
    OsRng.try_fill_bytes(bytes).map_err(|e| Stop::Internal(format!("the system gives no random numbers: {e}")))
}

/// A self-signed certificate, as PEM.
pub(super) fn authority(profile: &Profile, key: &p256::SecretKey, now: OffsetDateTime) -> Result<String, Stop> {
    let signer = Signer::new(key);
    let params = params(profile, &signer, begin(now)).map_err(Stop::Internal)?;
    let made = params.self_signed(&signer).map_err(failed)?;
    Ok(certificate::pem_block("CERTIFICATE", made.der()))
}

/// Whether a certificate can hold what the profile says.
pub(super) fn check(profile: &Profile) -> Result<(), String> {
    subject(profile)?;
    sans(profile).map(drop)
}

/// An authority that issues.
pub(super) struct Issuer {
    inner: rcgen::Issuer<'static, Signer>,
    not_before: OffsetDateTime,
}

impl Issuer {
    /// The authority of this certificate and key. Says why it cannot issue, where it cannot.
    pub fn open(certificate: &Certificate, key: &PrivateKey) -> Result<Self, String> {
        let key = key.p256().ok_or("its key is not ECDSA P-256, and fabkube signs with no other")?;
        let signer = Signer::new(key);
        let mut params = CertificateParams::default();
        params.distinguished_name =
            copied_name(&certificate.subject).ok_or("its subject is of a kind that cannot be repeated")?;
        let id = certificate.subject_key_id.clone().unwrap_or_else(|| signer.id());
        params.key_identifier_method = KeyIdMethod::PreSpecified(id);
        let issuer = Self { inner: rcgen::Issuer::new(params, signer), not_before: certificate.not_before };
        // An issuer is found by the very bytes of its name: one trial says whether they are repeated.
        let trial = Profile { subject: Vec::new(), purpose: Purpose::Identity, sans: Vec::new() };
        let issued = issuer.issue(&trial, key, now()).map_err(|e| e.to_string())?;
        match Certificate::parse(issued.as_bytes()) {
            Ok(issued) if issued.issuer == certificate.subject => Ok(issuer),
            _ => Err("its subject is of a kind that cannot be repeated".to_owned()),
        }
    }

    /// A certificate for this key, as PEM.
    pub fn issue(&self, profile: &Profile, key: &p256::SecretKey, now: OffsetDateTime) -> Result<String, Stop> {
        let subject = Signer::new(key);
        // Fabric verifies a chain at the time when the leaf begins: its authority must be valid by then.
        let params = params(profile, &subject, begin(now).max(self.not_before)).map_err(Stop::Internal)?;
        let made = params.signed_by(&subject, &self.inner).map_err(failed)?;
        Ok(certificate::pem_block("CERTIFICATE", made.der()))
    }
}

fn failed(error: rcgen::Error) -> Stop {
    Stop::Internal(format!("could not make a certificate: {error}"))
}

fn params(profile: &Profile, key: &Signer, not_before: OffsetDateTime) -> Result<CertificateParams, String> {
    let mut serial = [0u8; 16];
    random(&mut serial).map_err(|e| e.to_string())?;
    // Positive, and never a byte shorter.
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = not_before;
    params.not_after = not_before + LIFETIME;
    params.distinguished_name = subject(profile)?;
    params.subject_alt_names = sans(profile)?;
    params.key_identifier_method = KeyIdMethod::PreSpecified(key.id());
    use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyCertSign, KeyEncipherment};
    (params.key_usages, params.extended_key_usages) = match profile.purpose {
        Purpose::Authority => (vec![DigitalSignature, KeyEncipherment, KeyCertSign, CrlSign], vec![ClientAuth, ServerAuth]),
        Purpose::Identity => (vec![DigitalSignature], vec![]),
        Purpose::Tls => (vec![DigitalSignature, KeyEncipherment], vec![ServerAuth, ClientAuth]),
    };
    if profile.purpose == Purpose::Authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    } else {
        params.use_authority_key_identifier_extension = true;
        // rcgen's own way to say CA:FALSE adds a subject key identifier, which cryptogen's leaves do not have.
        let mut no_ca = CustomExtension::from_oid_content(BASIC_CONSTRAINTS, vec![0x30, 0x00]);
        no_ca.set_criticality(true);
        params.custom_extensions.push(no_ca);
    }
    Ok(params)
}

fn subject(profile: &Profile) -> Result<DistinguishedName, String> {
    let mut name = DistinguishedName::new();
    for (attribute, value) in &profile.subject {
        if value.chars().any(char::is_control) {
            return Err(format!("{value:?} has a control character"));
        }
        let kind = match attribute {
            Attribute::Country => DnType::CountryName,
            Attribute::Province => DnType::StateOrProvinceName,
            Attribute::Locality => DnType::LocalityName,
            Attribute::Street => DnType::CustomDnType(STREET.to_vec()),
            Attribute::PostalCode => DnType::CustomDnType(POSTAL_CODE.to_vec()),
            Attribute::Organization => DnType::OrganizationName,
            Attribute::Unit => DnType::OrganizationalUnitName,
            // rcgen keeps one value a type; under another name of the same type there is room for a second.
            Attribute::FurtherUnit => DnType::CustomDnType(UNIT.to_vec()),
            Attribute::CommonName => DnType::CommonName,
        };
        // As Go: PrintableString where every character allows it, else UTF8String.
        let value = PrintableString::try_from(value.as_str())
            .map_or_else(|_| DnValue::Utf8String(value.clone()), DnValue::PrintableString);
        name.push(kind, value);
    }
    Ok(name)
}

fn sans(profile: &Profile) -> Result<Vec<SanType>, String> {
    let typed = profile.sans.iter().map(|san| match san.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ia5String::try_from(san.as_str())
            .map(SanType::DnsName)
            .map_err(|_| format!("`{san}` has characters that a DNS name in a certificate cannot have")),
    });
    typed.collect()
}

/// The same name for rcgen, string types kept; `None` where it cannot hold it.
fn copied_name(der: &[u8]) -> Option<DistinguishedName> {
    use x509_parser::der_parser::asn1_rs::Tag;
    let (_, read) = X509Name::from_der(der).ok()?;
    let mut name = DistinguishedName::new();
    for attribute in read.iter_attributes() {
        let kind = DnType::CustomDnType(attribute.attr_type().iter()?.collect());
        let value = attribute.attr_value();
        let text = std::str::from_utf8(value.data).ok()?;
        name.push(
            kind,
            match value.header.tag() {
                Tag::PrintableString => DnValue::PrintableString(PrintableString::try_from(text).ok()?),
                Tag::Ia5String => DnValue::Ia5String(Ia5String::try_from(text).ok()?),
                Tag::T61String => DnValue::TeletexString(TeletexString::try_from(text).ok()?),
                Tag::Utf8String => DnValue::Utf8String(text.to_owned()),
                _ => return None,
            },
        );
    }
    Some(name)
}

/// A P-256 key as rcgen wants to see it.
struct Signer {
    key: SigningKey,
    /// Uncompressed.
    point: Vec<u8>,
}

impl Signer {
    fn new(key: &p256::SecretKey) -> Self {
        Self { key: SigningKey::from(key), point: key.public_key().to_encoded_point(false).as_bytes().to_vec() }
    }

    /// The key identifier as Fabric computes it: all 32 bytes.
    fn id(&self) -> Vec<u8> {
        Sha256::digest(&self.point).to_vec()
    }
}

impl PublicKeyData for Signer {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: Signature = self.key.sign(message);
        // Low-S, as Fabric wants signatures.
        let signature = signature.normalize_s().unwrap_or(signature);
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests;
