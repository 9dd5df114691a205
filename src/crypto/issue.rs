//! Makes certificates, by rcgen. The place of time in this stage; randomness is `signer`'s.
//! What stands in a certificate is `plan`'s; writing it is `make`'s.

use super::armor;
use super::certificate::Certificate;
use super::der;
use super::key::{PrivateKey, PublicKey};
use super::plan::{Attribute, Profile, Purpose};
use super::signer::{Signer, random};
use crate::diag::Stop;
use rcgen::string::{Ia5String, PrintableString};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    KeyIdMethod, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

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

/// A self-signed certificate, as PEM.
pub(super) fn authority(profile: &Profile, key: &PrivateKey, now: OffsetDateTime) -> Result<String, Stop> {
    let (signer, public) = Signer::open(key).zip(key.public()).ok_or_else(cannot_sign)?;
    let params = params(profile, public, begin(now)).map_err(Stop::Internal)?;
    let blank = Blank { algorithm: signer.algorithm(), public: public.bytes.clone() };
    let made = params.self_signed(&blank).map_err(failed)?;
    pem(&signer, made.der(), None)
}

/// Whether a certificate can hold what the profile says.
pub(super) fn check(profile: &Profile) -> Result<(), String> {
    subject(profile)?;
    sans(profile).map(drop)
}

/// An authority that issues.
pub(super) struct Issuer {
    inner: rcgen::Issuer<'static, Blank>,
    signer: Signer,
    /// The DER of its name: an issuer is found by the very bytes of it.
    name: Vec<u8>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Issuer {
    /// The authority of this certificate and key. Says why it cannot issue, where it cannot.
    pub fn open(certificate: &Certificate, key: &PrivateKey) -> Result<Self, String> {
        let (signer, public) = Signer::open(key)
            .zip(key.public())
            .ok_or("its key is not ECDSA (P-256, P-384), Ed25519 or RSA (2048 to 4096 bits)")?;
        let mut params = CertificateParams::default();
        let id = certificate.subject_key_id.clone().unwrap_or_else(|| key_id(public));
        params.key_identifier_method = KeyIdMethod::PreSpecified(id);
        let blank = Blank { algorithm: signer.algorithm(), public: public.bytes.clone() };
        let inner = rcgen::Issuer::new(params, blank);
        let name = certificate.subject.clone();
        Ok(Self { inner, signer, name, not_before: certificate.not_before, not_after: certificate.not_after })
    }

    /// A certificate for this key, as PEM.
    pub fn issue(&self, profile: &Profile, key: &PublicKey, now: OffsetDateTime) -> Result<String, Stop> {
        // Fabric verifies a chain at the time when the leaf begins: its authority must be valid by then.
        let mut params = params(profile, key, begin(now).max(self.not_before)).map_err(Stop::Internal)?;
        // It is worth nothing when its authority has ended, and lists are to say so. One that has ended already is told of.
        if self.not_after > now {
            params.not_after = params.not_after.min(self.not_after);
        }
        let made = params.signed_by(key, &self.inner).map_err(failed)?;
        pem(&self.signer, made.der(), Some(&self.name))
    }
}

/// Stands for the authority's key while rcgen writes a certificate. The signature comes afterwards, since rcgen cannot repeat every
/// issuer's name: it keeps one value an attribute type, and one attribute an RDN.
struct Blank {
    algorithm: &'static SignatureAlgorithm,
    public: Vec<u8>,
}

impl PublicKeyData for Blank {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl rcgen::SigningKey for Blank {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

/// The certificate as PEM, with the name of its issuer and the signature put in.
fn pem(signer: &Signer, blank: &[u8], issuer: Option<&[u8]>) -> Result<String, Stop> {
    let damaged = || Stop::Internal("a certificate was made that cannot be read".to_owned());
    let [to_be_signed, algorithm, _] = der::children(blank).and_then(der::exactly).ok_or_else(damaged)?;
    let to_be_signed = match issuer {
        None => to_be_signed.to_vec(),
        Some(name) => {
            // Version, serial, algorithm, issuer (fabric reads no version 1).
            let mut fields = der::children(to_be_signed).ok_or_else(damaged)?;
            *fields.get_mut(3).ok_or_else(damaged)? = name;
            der::sequence(&fields)
        }
    };
    let signature = der::bit_string(&signer.sign(&to_be_signed)?);
    Ok(armor::write("CERTIFICATE", &der::sequence(&[&to_be_signed, algorithm, &signature])))
}

fn cannot_sign() -> Stop {
    Stop::Internal("a key that does not sign was planned for an authority".to_owned())
}

/// The key identifier as Fabric computes it: all 32 bytes.
fn key_id(key: &PublicKey) -> Vec<u8> {
    Sha256::digest(&key.bytes).to_vec()
}

fn failed(error: rcgen::Error) -> Stop {
    Stop::Internal(format!("could not make a certificate: {error}"))
}

fn params(profile: &Profile, key: &PublicKey, not_before: OffsetDateTime) -> Result<CertificateParams, String> {
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
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_id(key));
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

#[cfg(test)]
mod tests;
