//! Judges an MSP folder by what Fabric asks of one when it sets it up (`fabric/msp/mspimplsetup.go`). Who is issued by whom is
//! the parent's; an identity is `identity`'s.

use crate::crypto::certificate::{Certificate, KeyKind};
use crate::crypto::chains::{Authorities, Fault, Refusal, time_of};
use crate::crypto::msp::{MspFolder, PemFile};
use crate::crypto::ou_config::{OuConfig, OuIdentifier, OuRole};
use crate::crypto::plan::Authority;
use crate::crypto::revocation::RevocationList;
use crate::crypto::signature::Signed;
use crate::diag::Code;
use crate::network::FabricVersion;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Something wrong with a file of an MSP folder. It says nothing of where the folder is: copies have the same findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub code: Code,
    pub message: String,
    /// Below the folder.
    pub file: PathBuf,
    pub help: &'static str,
}

/// An MSP folder about to be judged.
pub(super) struct Folder<'a> {
    pub msp: &'a MspFolder,
    pub config: &'a OuConfig,
    /// Whether administrators will be named by what is still to be made.
    pub admins_to_come: bool,
    pub fabric_version: FabricVersion,
    pub now: OffsetDateTime,
}

/// The certificates of a folder's files that can be read, with their names.
fn read(files: &[PemFile]) -> Vec<(&str, &Certificate)> {
    files.iter().filter_map(|file| Some((file.name.as_str(), file.certificate().ok()?))).collect()
}

/// The certificates alone.
pub(super) fn certificates(lists: [&[PemFile]; 2]) -> Vec<Certificate> {
    lists.into_iter().flat_map(read).map(|(_, certificate)| certificate.clone()).collect()
}

/// The CAs of a kind that an MSP has.
pub(super) fn authorities(msp: &MspFolder, authority: Authority) -> Authorities {
    let [(_, roots), (_, intermediates)] = msp.authorities(authority);
    Authorities::new(certificates([roots, &[]]), certificates([intermediates, &[]]))
}

/// The problem of a certificate that Go's verification refuses.
pub(super) fn code_of(fault: &Fault) -> Code {
    match fault {
        Fault::Stranger => Code::FK0309,
        Fault::NotYet | Fault::Ended => Code::FK0334,
        Fault::NoAuthority => Code::FK0332,
        Fault::Usages => Code::FK0333,
        Fault::CriticalExtension(_) | Fault::Signature(_) | Fault::PathLength | Fault::LimitedNames => Code::FK0350,
    }
}

/// Whether Fabric reads an MSP with a certificate that has such a key (`bccsp/sw/keyimport.go`). For TLS, Go alone is asked.
pub(super) fn takes_key(kind: &KeyKind, authority: Authority, version: FabricVersion) -> Result<(), String> {
    if !kind.is_known_to_go() {
        return Err(format!("has a key of the kind {kind}, and Fabric cannot read such certificates"));
    }
    if *kind == KeyKind::Ed25519 && authority == Authority::Signing && version.major < 3 {
        return Err(format!("has a key of the kind {kind}, and Fabric {version} knows no such keys"));
    }
    Ok(())
}

impl Folder<'_> {
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(Authority::BOTH.into_iter().flat_map(|authority| self.authorities(authority)));
        findings.extend(self.revocations());
        findings.extend(self.ou_certificates());
        findings.extend(self.administrators());
        findings
    }

    /// What is wrong with the CAs of a kind.
    fn authorities(&self, authority: Authority) -> Vec<Finding> {
        let known = authorities(self.msp, authority);
        let [(root_folder, roots), (other_folder, others)] = self.msp.authorities(authority);
        let mut findings = Vec::new();
        for (folder, name, certificate) in read(roots)
            .into_iter()
            .map(|(name, root)| (root_folder, name, root))
            .chain(read(others).into_iter().map(|(name, other)| (other_folder, name, other)))
        {
            let mut faults = authority_faults(certificate, authority, self.fabric_version);
            if faults.is_empty() {
                faults.extend(self.chain_fault(certificate, &known, (authority, root_folder)));
            }
            let file = Path::new(folder).join(name);
            let finding = |(code, message, help)| Finding { code, message, file: file.clone(), help };
            findings.extend(faults.into_iter().map(finding));
        }
        findings
    }

    /// Why Fabric finds no way, or more than one, from a CA to a root.
    fn chain_fault(
        &self,
        certificate: &Certificate,
        known: &Authorities,
        (authority, root_folder): (Authority, &str),
    ) -> Option<(Code, String, &'static str)> {
        let name = &certificate.common_name;
        // Until 1.4, Fabric takes the root's own key for its issuer's, of whatever kind that is.
        let is_ecdsa = matches!(certificate.key_kind, KeyKind::Ecdsa(_));
        let is_root = known.roots.iter().any(|root| root.is_same_as(certificate));
        let is_to_sign_itself = is_root && authority == Authority::Signing && (self.fabric_version.major >= 2 || !is_ecdsa);
        if let Some(fault) = root_fault(certificate).filter(|_| is_to_sign_itself) {
            return Some(fault);
        }
        let at = match authority {
            // Until 1.4, Fabric looks at the clock here (`setupTLSCAs`).
            Authority::Tls if self.fabric_version.major < 2 => self.now,
            Authority::Signing | Authority::Tls => time_of(certificate),
        };
        let told = |refusal: Refusal| {
            if refusal.fault == Fault::Stranger && refusal.is_of(certificate) {
                let message = format!("the intermediate CA `{name}` is not issued by a CA in `{root_folder}`");
                return Some((Code::FK0309, message, "put the root CA's certificate beside it, or move it away"));
            }
            let message = match refusal.is_of(certificate) {
                true => refusal.to_string(),
                // What is wrong with that one by itself is said of it.
                false if !refusal.fault.shows_below() => return None,
                false => format!("the CA `{name}` is refused: {refusal}"),
            };
            Some((code_of(&refusal.fault), message, refusal.help()))
        };
        let chains = match known.chains(certificate, at) {
            Ok(chains) => chains,
            Err(refusal) => return told(refusal),
        };
        if let [chain] = chains.as_slice() {
            // What it issues is one further down.
            let short =
                |(below, ca): &(usize, &&Certificate)| ca.constraints.path_length.is_some_and(|most| *below > most as usize);
            let short = chain.iter().enumerate().find(short).filter(|_| authority == Authority::Signing);
            return short.and_then(|(_, ca)| told(Fault::PathLength.of(ca)));
        }
        let message = format!("there are {} chains from the CA `{name}` to a root, and Fabric takes only one", chains.len());
        Some((Code::FK0335, message, "leave one certificate of each CA in the folders of CAs"))
    }

    fn revocations(&self) -> Vec<Finding> {
        let unreadable = self.msp.crls.iter().filter_map(|file| Some((file, RevocationList::parse(&file.bytes).err()?)));
        let finding = |(file, reason): (&PemFile, String)| Finding {
            code: Code::FK0339,
            message: format!("the revocation list `{}` cannot be read: {reason}", file.name),
            file: Path::new("crls").join(&file.name),
            help: "have the CA write it again (`fabric-ca-client gencrl`), or move it away",
        };
        unreadable.map(finding).collect()
    }

    fn ou_certificates(&self) -> Vec<Finding> {
        let authorities = certificates([&self.msp.cacerts, &self.msp.intermediatecerts]);
        let own = self.config.organizational_unit_identifiers.iter().flatten().map(|identifier| (None, identifier));
        let roles = self.config.roles().into_iter().map(|(role, identifier)| (Some(role), identifier));
        // The units by what is wrong with their certificate: mostly all name the same.
        let mut wrong: Vec<(Code, &str, &str, Vec<String>)> = Vec::new();
        for (role, identifier) in own.chain(roles) {
            let path = identifier.path();
            let (code, what) = match (self.file(path), role) {
                (None, Some(_)) if path.is_empty() => continue,
                (None, Some(_)) => (Code::FK0410, "is not there"),
                (None, None) => (Code::FK0336, "is not there"),
                (Some(file), _) => match file.certificate() {
                    Ok(named) if !authorities.iter().any(|authority| authority.is_same_as(named)) => {
                        (Code::FK0336, "is neither in `cacerts` nor in `intermediatecerts`")
                    }
                    // A damaged file is its own problem.
                    _ => continue,
                },
            };
            let name = format!("`{}`", identifier.name());
            match wrong.iter_mut().find(|(c, w, p, _)| (*c, *w, *p) == (code, what, path)) {
                Some((.., names)) => names.push(name),
                None => wrong.push((code, what, path, vec![name])),
            }
        }
        let finding = |(code, what, path, names): (Code, &str, &str, Vec<String>)| Finding {
            code,
            message: format!("the certificate `{path}`, which gives the OU {}, {what}", names.join(", ")),
            file: PathBuf::from("config.yaml"),
            help: "`Certificate` is the path, below the MSP folder, of the CA that issues to that unit: `cacerts/ca.pem`",
        };
        wrong.into_iter().map(finding).collect()
    }

    /// The certificate of a unit, where it is one of the folder's.
    pub fn ou_certificate(&self, identifier: &OuIdentifier) -> Option<&Certificate> {
        self.file(identifier.path())?.certificate().ok()
    }

    /// A file that `config.yaml` names.
    fn file(&self, path: &str) -> Option<&PemFile> {
        let (files, name) = self.msp.at(path)?;
        files.iter().find(|file| name == file.name.as_str())
    }

    fn administrators(&self) -> Vec<Finding> {
        let roles = self.config.roles();
        let by_unit = roles.iter().any(|(role, _)| *role == OuRole::Admin);
        if self.msp.admincerts.is_empty() && !by_unit && !self.admins_to_come {
            return vec![Finding {
                code: Code::FK0337,
                message: "the MSP has no administrators: `admincerts` is empty, and no node OU makes any".to_owned(),
                file: PathBuf::from("admincerts"),
                help: "put the administrator's certificate into `admincerts`, or a `config.yaml` with `AdminOUIdentifier` beside it",
            }];
        }
        let mut findings = self.refused_administrators();
        if roles.is_empty() {
            return findings;
        }
        let may_administer = |unit: &String| {
            let of = |wanted: OuRole| roles.iter().any(|(role, identifier)| *role == wanted && identifier.name() == unit);
            of(OuRole::Admin) || of(OuRole::Client)
        };
        let without =
            read(&self.msp.admincerts).into_iter().filter(|(_, certificate)| !certificate.units.iter().any(may_administer));
        let without = without.map(|(name, certificate)| Finding {
            code: Code::FK0335,
            message: format!(
                "the administrator `{}` has neither the OU of a client nor that of an administrator, and NodeOUs are on",
                certificate.common_name
            ),
            file: Path::new("admincerts").join(name),
            help: "have the certificate issued with `OU=admin`, or move it out of `admincerts`",
        });
        findings.extend(without);
        findings
    }

    /// Fabric verifies administrators when it sets the MSP up.
    fn refused_administrators(&self) -> Vec<Finding> {
        let known = authorities(self.msp, Authority::Signing);
        // Folders without any CA are filled, or their lack is said.
        if known.roots.is_empty() {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for (name, certificate) in read(&self.msp.admincerts) {
            let of = &certificate.common_name;
            let (code, message) = match known.chains(certificate, time_of(certificate)) {
                _ if takes_key(&certificate.key_kind, Authority::Signing, self.fabric_version).is_err() => {
                    (Code::FK0331, format!("the administrator `{of}` has a key of the kind {}", certificate.key_kind))
                }
                Ok(chains) if chains.len() == 1 => continue,
                Ok(chains) => (
                    Code::FK0335,
                    format!("the administrator `{of}` has {} chains to a root, and Fabric takes only one", chains.len()),
                ),
                Err(refusal) if !refusal.is_of(certificate) && !refusal.fault.shows_below() => continue,
                Err(refusal) if refusal.fault == Fault::PathLength => continue,
                Err(refusal) => (code_of(&refusal.fault), format!("the administrator `{of}` is refused: {refusal}")),
            };
            let help = "have the certificate issued again by a CA of the MSP, or move it out of `admincerts`";
            findings.push(Finding { code, message, file: Path::new("admincerts").join(name), help });
        }
        findings
    }
}

/// What Fabric, or Go below it, has against a certificate as a CA, wherever it was issued.
fn authority_faults(
    certificate: &Certificate,
    authority: Authority,
    version: FabricVersion,
) -> Vec<(Code, String, &'static str)> {
    let name = &certificate.common_name;
    let mut faults = Vec::new();
    let help =
        "have the CA's certificate issued again on the same key, as a CA's: `CA:TRUE`, `keyCertSign`, a subject key identifier";
    if let Err(what) = takes_key(&certificate.key_kind, authority, version) {
        let message = format!("`{name}` is among the CAs, and {what}");
        faults.push((Code::FK0331, message, "let a CA with an ECDSA P-256 key issue, and put its certificate there"));
    }
    let mut fault = |code: Code, what: &str| faults.push((code, format!("`{name}` is among the CAs, and {what}"), help));
    if !certificate.is_ca {
        fault(Code::FK0332, "its certificate is not a CA's (no `CA:TRUE`)");
    }
    if certificate.is_ca && certificate.subject_key_id.is_none() {
        fault(Code::FK0332, "its certificate has no subject key identifier");
    }
    if certificate.is_ca && !certificate.signs_certificates {
        fault(Code::FK0332, "its key usage does not let it sign certificates");
    }
    if certificate.is_ca && certificate.usages.is_some_and(|usages| !usages.server) {
        fault(Code::FK0333, "its extended key usages lack `serverAuth`, which Fabric asks for along the whole chain");
    }
    faults
}

/// Fabric rewrites high-S signatures, and asks of a root that an ECDSA key signed to have signed itself (`sanitizeCert`).
fn root_fault(certificate: &Certificate) -> Option<(Code, String, &'static str)> {
    if !certificate.signature().is_some_and(|signature| signature.is_ecdsa()) {
        return None;
    }
    let name = &certificate.common_name;
    match certificate.signed_by(certificate) {
        Signed::Yes | Signed::Unknown => None,
        Signed::Refused(algorithm) if certificate.subject == certificate.issuer => {
            let refusal = Fault::Signature(algorithm).of(certificate);
            Some((Code::FK0350, refusal.to_string(), refusal.help()))
        }
        Signed::No | Signed::Refused(_) => {
            let message = format!("`{name}` is among the roots, and did not sign itself, which Fabric asks of roots");
            let help = "put the root CA's certificate into the folder of roots, and this one into the folder of intermediate CAs; \
                        beside a CA in `ca` or `tlsca`, put the certificates above it";
            Some((Code::FK0350, message, help))
        }
    }
}
