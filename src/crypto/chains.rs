//! Chains of certificates as Go builds them (`crypto/x509/verify.go`) when Fabric's MSP asks it to (`fabric/msp/mspimpl.go`,
//! `getUniqueValidationChain`). What a refusal means for whom is `check`'s.

use super::certificate::Certificate;
use super::signature::Signed;
use std::fmt;
use time::{Duration, OffsetDateTime};

/// So many signatures Go looks at before it gives up.
const MOST_SIGNATURES: usize = 100;

/// The CAs that an MSP knows: chains end in a root, and lead through the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Authorities {
    pub roots: Vec<Certificate>,
    pub intermediates: Vec<Certificate>,
}

/// Certificates, each issued by the next.
pub(super) type Chain<'c> = Vec<&'c Certificate>;

/// Why there is no chain: what is wrong, and with which certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub fault: Fault,
    /// Whose fault it is.
    pub common_name: String,
    /// Its key, which with the name tells it from others.
    pub key_fingerprint: String,
}

/// What Go has against a certificate in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// None of the CAs issued it.
    Stranger,
    /// A critical extension that Go does not process: its object identifier.
    CriticalExtension(String),
    /// Signed by this algorithm.
    Signature(&'static str),
    /// It issued, and is no CA or may not sign certificates.
    NoAuthority,
    /// It allows fewer CAs below it.
    PathLength,
    /// It begins after the time of verification.
    NotYet,
    /// It ended before the time of verification.
    Ended,
    /// Its extended key usages lack `serverAuth`.
    Usages,
    /// It limits names, and the certificate that is verified has its name in the common name alone.
    LimitedNames,
}

/// When Fabric verifies a certificate, whatever the clock says (`getValidityOptsForCert`).
pub(super) fn time_of(certificate: &Certificate) -> OffsetDateTime {
    certificate.not_before + Duration::SECOND
}

impl Authorities {
    /// Without repetitions: Go's pools have none.
    pub fn new(roots: Vec<Certificate>, intermediates: Vec<Certificate>) -> Self {
        Self { roots: unique(roots), intermediates: unique(intermediates) }
    }

    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        self.roots.iter().chain(&self.intermediates)
    }

    /// Every chain from a certificate to a root, verified at a time. At least one.
    pub fn chains<'c>(&'c self, certificate: &'c Certificate, at: OffsetDateTime) -> Result<Vec<Chain<'c>>, Refusal> {
        acceptable(certificate, 0, at)?;
        let chains = match self.roots.iter().find(|root| root.is_same_as(certificate)) {
            Some(root) => vec![vec![root]],
            None => Walk { authorities: self, at, signatures: 0, refusal: None }.run(certificate)?,
        };
        let mut refusal = None;
        let usable = chains.into_iter().filter(|chain| match usages(chain).and_then(|()| names(chain)) {
            Ok(()) => true,
            Err(reason) => {
                refusal.get_or_insert(reason);
                false
            }
        });
        let usable: Vec<_> = usable.collect();
        refusal.filter(|_| usable.is_empty()).map_or(Ok(usable), Err)
    }
}

/// `Certificate.buildChains` and what it keeps.
struct Walk<'c> {
    authorities: &'c Authorities,
    at: OffsetDateTime,
    signatures: usize,
    /// The first reason that says something.
    refusal: Option<Refusal>,
}

impl<'c> Walk<'c> {
    fn run(mut self, certificate: &'c Certificate) -> Result<Vec<Chain<'c>>, Refusal> {
        let mut found = Vec::new();
        self.extend(vec![certificate], &mut found);
        if found.is_empty() { Err(self.refusal.unwrap_or_else(|| Fault::Stranger.of(certificate))) } else { Ok(found) }
    }

    fn extend(&mut self, chain: Chain<'c>, found: &mut Vec<Chain<'c>>) {
        let Some(last) = chain.last().copied() else { return };
        let Authorities { roots, intermediates } = self.authorities;
        let is_root = |index: usize| index < roots.len();
        for (index, candidate) in roots.iter().chain(intermediates).enumerate() {
            let repeats =
                |of: &&Certificate| (&of.subject, &of.key_fingerprint) == (&candidate.subject, &candidate.key_fingerprint);
            if candidate.subject != last.issuer || chain.iter().any(repeats) || self.signatures == MOST_SIGNATURES {
                continue;
            }
            self.signatures += 1;
            if let Err(refusal) = issued(last, candidate).and_then(|()| acceptable(candidate, chain.len(), self.at)) {
                // Another CA of the same name says the least.
                if self.refusal.as_ref().is_none_or(|known| known.fault == Fault::Stranger) {
                    self.refusal = Some(refusal);
                }
                continue;
            }
            let longer: Chain<'c> = chain.iter().copied().chain([candidate]).collect();
            if is_root(index) { found.push(longer) } else { self.extend(longer, found) }
        }
    }
}

/// `Certificate.CheckSignatureFrom`.
fn issued(certificate: &Certificate, issuer: &Certificate) -> Result<(), Refusal> {
    if !issuer.is_ca || !issuer.signs_certificates {
        return Err(Fault::NoAuthority.of(issuer));
    }
    match certificate.signed_by(issuer) {
        Signed::Yes | Signed::Unknown => Ok(()),
        Signed::No => Err(Fault::Stranger.of(certificate)),
        Signed::Refused(algorithm) => Err(Fault::Signature(algorithm).of(certificate)),
    }
}

/// `Certificate.isValid`, for one that has so many certificates below it.
fn acceptable(certificate: &Certificate, below: usize, at: OffsetDateTime) -> Result<(), Refusal> {
    if let Some(oid) = &certificate.constraints.unknown_critical {
        return Err(Fault::CriticalExtension(oid.clone()).of(certificate));
    }
    if at < certificate.not_before {
        return Err(Fault::NotYet.of(certificate));
    }
    if at > certificate.not_after {
        return Err(Fault::Ended.of(certificate));
    }
    match certificate.constraints.path_length {
        // The one that is verified does not count.
        Some(most) if below.saturating_sub(1) > most as usize => Err(Fault::PathLength.of(certificate)),
        _ => Ok(()),
    }
}

/// `checkChainForKeyUsage`: who names no usage asks for `serverAuth`, and Fabric names none.
fn usages(chain: &Chain<'_>) -> Result<(), Refusal> {
    let without = chain.iter().rev().find(|certificate| certificate.usages.is_some_and(|usages| !usages.server));
    without.map_or(Ok(()), |certificate| Err(Fault::Usages.of(certificate)))
}

/// `verifyLegacyNameConstraints` of Fabric, which Go did until 1.14.
fn names(chain: &Chain<'_>) -> Result<(), Refusal> {
    let Some((certificate, above)) = chain.split_first() else { return Ok(()) };
    if certificate.constraints.has_alternative_names || !is_host_name(&certificate.common_name) {
        return Ok(());
    }
    let limit = above.iter().find(|authority| authority.constraints.limits_names);
    limit.map_or(Ok(()), |authority| Err(Fault::LimitedNames.of(authority)))
}

/// `validHostname`.
fn is_host_name(name: &str) -> bool {
    let is_label = |(index, label): (usize, &str)| {
        let is_legal = |c: char| c.is_ascii_alphanumeric() || "-_:".contains(c);
        index == 0 && label == "*" || !label.is_empty() && !label.starts_with('-') && label.chars().all(is_legal)
    };
    name.strip_suffix('.').unwrap_or(name).split('.').enumerate().all(is_label)
}

fn unique(certificates: Vec<Certificate>) -> Vec<Certificate> {
    let mut kept: Vec<Certificate> = Vec::new();
    for certificate in certificates {
        if !kept.iter().any(|other| other.is_same_as(&certificate)) {
            kept.push(certificate);
        }
    }
    kept
}

impl Fault {
    /// This fault, of that certificate.
    pub fn of(self, certificate: &Certificate) -> Refusal {
        let (common_name, key_fingerprint) = (certificate.common_name.clone(), certificate.key_fingerprint.clone());
        Refusal { fault: self, common_name, key_fingerprint }
    }
}

impl Fault {
    /// Whether it shows only where something below is verified: a CA of which it is said may be right by itself.
    pub fn shows_below(&self) -> bool {
        matches!(self, Fault::PathLength | Fault::NotYet | Fault::Ended | Fault::LimitedNames)
    }
}

impl Refusal {
    /// Whether it is this certificate's fault.
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        (&self.common_name, &self.key_fingerprint) == (&certificate.common_name, &certificate.key_fingerprint)
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self.fault {
            Fault::Stranger => "put the certificate of the CA that issued it beside the others, or move it away",
            Fault::CriticalExtension(_) => {
                "have it issued again on the same key without that extension, or with the extension not critical"
            }
            Fault::Signature(_) => "have it issued again on the same key, signed with SHA-256 or SHA-384",
            Fault::NoAuthority => "have the CA's certificate issued again on the same key, as a CA's: `CA:TRUE`, `keyCertSign`",
            Fault::PathLength => {
                "have the CA's certificate issued again on the same key with a longer path length, or issue from that CA itself"
            }
            Fault::NotYet | Fault::Ended => "have it issued again on the same key, to begin within the time of all CAs above it",
            Fault::Usages => {
                "have it issued again on the same key, with `serverAuth` among its extended key usages or without any"
            }
            Fault::LimitedNames => {
                "have it issued again on the same key with its name as a DNS name too, or by a CA without name constraints"
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.common_name;
        match &self.fault {
            Fault::Stranger => write!(f, "no CA beside it issued `{name}`"),
            Fault::CriticalExtension(oid) => write!(f, "`{name}` has the critical extension {oid}, which Fabric does not know"),
            Fault::Signature(algorithm) => write!(f, "`{name}` is signed by {algorithm}, which Fabric does not take"),
            Fault::NoAuthority => write!(f, "`{name}` issued it, and may not sign certificates"),
            Fault::PathLength => write!(f, "the path length of `{name}` does not allow so many CAs below it"),
            Fault::NotYet => write!(f, "`{name}` is not valid yet at the moment when Fabric verifies it"),
            Fault::Ended => write!(f, "`{name}` has ended at the moment when Fabric verifies it"),
            Fault::Usages => write!(f, "the extended key usages of `{name}` lack `serverAuth`"),
            Fault::LimitedNames => write!(f, "`{name}` limits names, and it has no name but the common name"),
        }
    }
}
