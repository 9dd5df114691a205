//! A certificate as read: its file's bytes and the facts that are asked of it. Issuing is `issue`'s, judging is `check`'s.

use super::signature::{Signature, Signed};
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::IpAddr;
use time::OffsetDateTime;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate, X509Extension};

/// A certificate read from a PEM file.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The file as it lies there.
    pub pem: Vec<u8>,
    pub der: Vec<u8>,
    /// `sha256:` and the hex SHA-256 of the DER SubjectPublicKeyInfo.
    pub key_fingerprint: String,
    pub common_name: String,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
    pub dns_names: Vec<String>,
    pub ip_addresses: Vec<IpAddr>,
    /// The DER names.
    pub subject: Vec<u8>,
    pub issuer: Vec<u8>,
    pub is_ca: bool,
    pub subject_key_id: Option<Vec<u8>>,
    pub authority_key_id: Option<Vec<u8>>,
    /// The subject to read: `C=US, ST=California, CN=peer0.org1.example.com`.
    pub subject_text: String,
    /// The OUs of the subject, in order.
    pub units: Vec<String>,
    pub key_kind: KeyKind,
    /// What it may be used for in TLS; `None` where it does not say, which is for anything.
    pub(super) usages: Option<Usages>,
    /// Whether its key usage, where it has one, lets it sign certificates.
    pub(super) signs_certificates: bool,
    /// The serial number's bytes, without leading zeros.
    pub(super) serial: Vec<u8>,
    /// The public key's bits: the point, for an elliptic curve.
    pub(super) public_key: Vec<u8>,
    pub(super) constraints: Constraints,
}

/// What a certificate demands of whoever verifies it, and of the certificates below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Constraints {
    /// How many CAs there may be between it and the certificate that is verified.
    pub path_length: Option<u32>,
    /// A critical extension that Go does not process (`crypto/x509/parser.go`, `processExtensions`): its object identifier.
    pub unknown_critical: Option<String>,
    /// Whether it limits the names below it.
    pub limits_names: bool,
    /// Whether it has subject alternative names, of any kind.
    pub has_alternative_names: bool,
}

/// What kind of key a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `P-224`, `P-256`, `P-384`, `P-521`, or a curve's object identifier.
    Ecdsa(String),
    /// How many bits.
    Rsa(usize),
    Ed25519,
    /// Its object identifier.
    Other(String),
}

impl KeyKind {
    /// Whether Go's `crypto/x509` reads a certificate with such a key.
    pub(super) fn is_known_to_go(&self) -> bool {
        match self {
            KeyKind::Ecdsa(curve) => ["P-224", "P-256", "P-384", "P-521"].contains(&curve.as_str()),
            KeyKind::Rsa(_) | KeyKind::Ed25519 => true,
            KeyKind::Other(_) => false,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyKind::Ecdsa(curve) => write!(f, "ECDSA {curve}"),
            KeyKind::Rsa(bits) => write!(f, "RSA {bits}"),
            KeyKind::Ed25519 => f.write_str("Ed25519"),
            KeyKind::Other(oid) => f.write_str(oid),
        }
    }
}

/// The extended key usages that Go's TLS and Fabric's MSP ask for; `any` stands for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usages {
    pub server: bool,
    pub client: bool,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.common_name, self.key_fingerprint)
    }
}

/// The fingerprint of the public key in a PEM certificate; `None` where it cannot be read.
pub fn key_fingerprint(pem: &[u8]) -> Option<String> {
    Certificate::parse(pem).ok().map(|certificate| certificate.key_fingerprint)
}

/// `sha256:<hex>` of a DER SubjectPublicKeyInfo.
pub(super) fn fingerprint(spki: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(spki)))
}

pub(super) use super::armor::write as pem_block;

/// Whether a file holds some PEM block, which is all that Fabric asks before it takes a file of an MSP folder.
pub(super) fn holds_pem(bytes: &[u8]) -> bool {
    pem::parse_many(bytes).is_ok_and(|blocks| !blocks.is_empty())
}

/// Whether a file is meant to hold a certificate, damaged or not: what else lies in a CA's folder may be its key.
pub(super) fn is_meant_as_certificate(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("BEGIN CERT")
}

impl Certificate {
    /// The first certificate of a PEM file.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let blocks = pem::parse_many(bytes).map_err(|e| format!("it is no PEM: {e}"))?;
        let block = blocks.into_iter().find(|b| b.tag() == "CERTIFICATE").ok_or("it has no block `CERTIFICATE`")?;
        let der = block.into_contents();
        let (rest, read) = X509Certificate::from_der(&der).map_err(|e| format!("its X.509 structure is damaged: {e}"))?;
        if !rest.is_empty() {
            return Err("bytes follow its X.509 structure".to_owned());
        }
        let mut facts = Self {
            pem: bytes.to_vec(),
            key_fingerprint: fingerprint(read.public_key().raw),
            common_name: read.subject().iter_common_name().filter_map(|a| a.as_str().ok()).collect(),
            not_before: read.validity().not_before.to_datetime(),
            not_after: read.validity().not_after.to_datetime(),
            dns_names: Vec::new(),
            ip_addresses: Vec::new(),
            subject: read.subject().as_raw().to_vec(),
            issuer: read.issuer().as_raw().to_vec(),
            is_ca: read.is_ca(),
            subject_text: read.subject().to_string(),
            units: read.subject().iter_organizational_unit().filter_map(|a| Some(a.as_str().ok()?.to_owned())).collect(),
            key_kind: key_kind(read.public_key()),
            usages: None,
            signs_certificates: true,
            serial: without_zeros(read.raw_serial()).to_vec(),
            subject_key_id: None,
            authority_key_id: None,
            public_key: read.public_key().subject_public_key.data.to_vec(),
            constraints: Constraints::default(),
            der: Vec::new(),
        };
        for extension in read.extensions() {
            if extension.critical && !is_processed(extension) {
                facts.constraints.unknown_critical.get_or_insert_with(|| extension.oid.to_id_string());
            }
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => facts.subject_key_id = Some(id.0.to_vec()),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    facts.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    facts.constraints.has_alternative_names = true;
                    for name in &names.general_names {
                        match name {
                            GeneralName::DNSName(name) => facts.dns_names.push((*name).to_owned()),
                            GeneralName::IPAddress(octets) => facts.ip_addresses.extend(ip_address(octets)),
                            _ => {}
                        }
                    }
                }
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    let server = usage.any || usage.server_auth;
                    facts.usages = Some(Usages { server, client: usage.any || usage.client_auth });
                }
                ParsedExtension::BasicConstraints(basic) => facts.constraints.path_length = basic.path_len_constraint,
                ParsedExtension::NameConstraints(_) => facts.constraints.limits_names = true,
                ParsedExtension::KeyUsage(usage) => facts.signs_certificates = usage.key_cert_sign(),
                _ => {}
            }
        }
        drop(read);
        facts.der = der;
        Ok(facts)
    }

    /// Every certificate of a PEM file that can be read: a bundle of CAs.
    pub(super) fn parse_all(bytes: &[u8]) -> Vec<Self> {
        let blocks = pem::parse_many(bytes).unwrap_or_default();
        let of_certificates = blocks.iter().filter(|block| block.tag() == "CERTIFICATE");
        of_certificates.filter_map(|block| Self::parse(pem::encode(block).as_bytes()).ok()).collect()
    }

    /// Its names for TLS, as text: DNS names first.
    pub fn sans(&self) -> Vec<String> {
        self.dns_names.iter().cloned().chain(self.ip_addresses.iter().map(ToString::to_string)).collect()
    }

    /// Whether a TLS client that dials this host takes the certificate, by the rules of Go (`crypto/x509.VerifyHostname`).
    pub fn names(&self, host: &str) -> bool {
        let literal = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = literal.parse::<IpAddr>() {
            return self.ip_addresses.contains(&address);
        }
        self.dns_names.iter().any(|pattern| dns_name_matches(pattern, host))
    }

    /// Whether one of these authorities issued it: by name, key identifier and signature.
    pub(super) fn is_issued_by_one_of<'a>(&self, authorities: impl IntoIterator<Item = &'a Certificate>) -> bool {
        authorities.into_iter().any(|authority| self.is_issued_by(authority))
    }

    pub(super) fn is_issued_by(&self, authority: &Certificate) -> bool {
        let same_id = || match (&self.authority_key_id, &authority.subject_key_id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        // A CA that is none by its constraints is its own problem. Go asks for the signature whatever the key identifiers say.
        authority.subject == self.issuer
            && match self.signed_by(authority) {
                Signed::Yes => true,
                Signed::No => false,
                Signed::Refused(_) | Signed::Unknown => same_id(),
            }
    }

    /// Whether they are one certificate. Fabric rewrites high-S signatures before it compares, so what was signed decides.
    pub(super) fn is_same_as(&self, other: &Certificate) -> bool {
        (&self.serial, &self.key_fingerprint, &self.issuer) == (&other.serial, &other.key_fingerprint, &other.issuer)
            && (self.not_before, self.not_after, &self.subject) == (other.not_before, other.not_after, &other.subject)
    }

    /// Whether the key of that certificate signed it; names are not compared.
    pub(super) fn signed_by(&self, signer: &Certificate) -> Signed {
        self.signature().map_or(Signed::No, |signature| signature.made_by(signer))
    }

    /// The signature on it.
    pub(super) fn signature(&self) -> Option<Signature> {
        let (_, read) = X509Certificate::from_der(&self.der).ok()?;
        Some(Signature::new(read.tbs_certificate.as_ref(), &read.signature_algorithm, &read.signature_value.data))
    }
}

/// Whether Go processes a critical extension. Those that must not be critical it does not read (`crypto/x509/parser.go`).
fn is_processed(extension: &X509Extension<'_>) -> bool {
    let is_known = |name: &GeneralName<'_>| {
        use GeneralName::{DNSName, IPAddress, RFC822Name, URI};
        matches!(name, DNSName(_) | IPAddress(_) | RFC822Name(_) | URI(_))
    };
    match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => names.general_names.iter().any(is_known),
        ParsedExtension::NameConstraints(constraints) => {
            let trees = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
            trees.into_iter().flatten().flatten().all(|tree| is_known(&tree.base))
        }
        ParsedExtension::KeyUsage(_)
        | ParsedExtension::BasicConstraints(_)
        | ParsedExtension::CRLDistributionPoints(_)
        | ParsedExtension::CertificatePolicies(_)
        | ParsedExtension::PolicyMappings(_)
        | ParsedExtension::PolicyConstraints(_)
        | ParsedExtension::ExtendedKeyUsage(_)
        | ParsedExtension::InhibitAnyPolicy(_) => true,
        _ => false,
    }
}

fn key_kind(key: &SubjectPublicKeyInfo<'_>) -> KeyKind {
    let algorithm = key.algorithm.algorithm.to_id_string();
    let curve = || {
        let oid = key.algorithm.parameters.as_ref().and_then(|curve| Some(curve.as_oid().ok()?.to_id_string()));
        match oid.as_deref() {
            Some("1.3.132.0.33") => "P-224".to_owned(),
            Some("1.2.840.10045.3.1.7") => "P-256".to_owned(),
            Some("1.3.132.0.34") => "P-384".to_owned(),
            Some("1.3.132.0.35") => "P-521".to_owned(),
            Some(other) => other.to_owned(),
            None => "of an unnamed curve".to_owned(),
        }
    };
    match algorithm.as_str() {
        "1.2.840.10045.2.1" => KeyKind::Ecdsa(curve()),
        "1.2.840.113549.1.1.1" => KeyKind::Rsa(key.parsed().map_or(0, |key| key.key_size())),
        "1.3.101.112" => KeyKind::Ed25519,
        _ => KeyKind::Other(algorithm),
    }
}

/// A number's bytes as they compare.
pub(super) fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = || <[u8; 4]>::try_from(octets).ok().map(IpAddr::from);
    let v6 = || <[u8; 16]>::try_from(octets).ok().map(IpAddr::from);
    v4().or_else(v6)
}

/// `*` stands for exactly one label, the first.
fn dns_name_matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if pattern.is_empty() || host.is_empty() {
        return false;
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(parent), Some((first, rest))) => !first.is_empty() && parent == rest,
        _ => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        assert!(dns_name_matches("*.example.com", "Peer0.example.com"));
        assert!(!dns_name_matches("*.example.com", "a.peer0.example.com"));
        assert!(!dns_name_matches("*.example.com", "example.com"));
        assert!(dns_name_matches("peer0", "peer0."));
    }

    #[test]
    fn a_damaged_certificate_is_an_error_and_no_panic() {
        for text in ["", "garbage", "-----BEGIN CERTIFICATE-----\n", "\u{0}\u{1}"] {
            assert!(Certificate::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        let block = pem_block("CERTIFICATE", &[0x30, 0x82, 0xff, 0xff, 1, 2, 3]);
        assert!(Certificate::parse(block.as_bytes()).is_err());
    }
}
