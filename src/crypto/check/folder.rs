//! Judges an MSP folder by what Fabric asks of one when it sets it up (`fabric/msp/mspimplsetup.go`). Who is issued by whom is
//! the parent's; an identity is `identity`'s.

use crate::crypto::certificate::Certificate;
use crate::crypto::msp::{MspFolder, PemFile};
use crate::crypto::ou_config::{OuConfig, OuIdentifier, OuRole};
use crate::crypto::revocation::RevocationList;
use crate::diag::Code;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

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
}

/// The certificates of a folder's files that can be read, with their names.
pub(super) fn read(files: &[PemFile]) -> Vec<(&str, Certificate)> {
    files.iter().filter_map(|file| Some((file.name.as_str(), Certificate::parse(&file.bytes).ok()?))).collect()
}

/// The certificates alone.
pub(super) fn certificates(lists: [&[PemFile]; 2]) -> Vec<Certificate> {
    lists.into_iter().flat_map(read).map(|(_, certificate)| certificate).collect()
}

impl Folder<'_> {
    pub fn findings(&self) -> Vec<Finding> {
        let msp = self.msp;
        let mut findings = Vec::new();
        for (folder, files) in [
            ("cacerts", &msp.cacerts),
            ("intermediatecerts", &msp.intermediatecerts),
            ("tlscacerts", &msp.tlscacerts),
            ("tlsintermediatecerts", &msp.tlsintermediatecerts),
        ] {
            for (name, certificate) in read(files) {
                let faults = authority_faults(&certificate);
                findings.extend(faults.into_iter().map(|(code, message, help)| Finding {
                    code,
                    message,
                    file: Path::new(folder).join(name),
                    help,
                }));
            }
        }
        findings.extend(unrooted(("intermediatecerts", &msp.intermediatecerts), ("cacerts", &msp.cacerts)));
        findings.extend(unrooted(("tlsintermediatecerts", &msp.tlsintermediatecerts), ("tlscacerts", &msp.tlscacerts)));
        findings.extend(self.revocations());
        findings.extend(self.ou_certificates());
        findings.extend(self.administrators());
        findings
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
                (Some(file), _) => match Certificate::parse(&file.bytes) {
                    Ok(named) if !authorities.iter().any(|authority| authority.is_same_as(&named)) => {
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
    pub fn ou_certificate(&self, identifier: &OuIdentifier) -> Option<Certificate> {
        Certificate::parse(&self.file(identifier.path())?.bytes).ok()
    }

    /// A file that `config.yaml` names; Go joins an absolute path to the folder, too.
    fn file(&self, path: &str) -> Option<&PemFile> {
        let mut parts: Vec<&OsStr> = Vec::new();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(part) => parts.push(part),
                Component::ParentDir => {
                    parts.pop()?;
                }
                _ => {}
            }
        }
        let [folder, name] = parts.as_slice() else { return None };
        let files = match folder.to_str()? {
            "cacerts" => &self.msp.cacerts,
            "intermediatecerts" => &self.msp.intermediatecerts,
            "admincerts" => &self.msp.admincerts,
            "tlscacerts" => &self.msp.tlscacerts,
            "tlsintermediatecerts" => &self.msp.tlsintermediatecerts,
            "signcerts" => &self.msp.signcerts,
            _ => return None,
        };
        files.iter().find(|file| *name == file.name.as_str())
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
        if roles.is_empty() {
            return Vec::new();
        }
        let may_administer = |unit: &String| {
            let of = |wanted: OuRole| roles.iter().any(|(role, identifier)| *role == wanted && identifier.name() == unit);
            of(OuRole::Admin) || of(OuRole::Client)
        };
        let without =
            read(&self.msp.admincerts).into_iter().filter(|(_, certificate)| !certificate.units.iter().any(may_administer));
        without
            .map(|(name, certificate)| Finding {
                code: Code::FK0335,
                message: format!(
                    "the administrator `{}` has neither the OU of a client nor that of an administrator, and NodeOUs are on",
                    certificate.common_name
                ),
                file: Path::new("admincerts").join(name),
                help: "have the certificate issued with `OU=admin`, or move it out of `admincerts`",
            })
            .collect()
    }
}

/// What Fabric, or Go below it, has against a certificate as a CA.
fn authority_faults(certificate: &Certificate) -> Vec<(Code, String, &'static str)> {
    let name = &certificate.common_name;
    let mut faults = Vec::new();
    let help =
        "have the CA's certificate issued again on the same key, as a CA's: `CA:TRUE`, `keyCertSign`, a subject key identifier";
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

/// Intermediate CAs that no CA of the folder issued.
fn unrooted((folder, intermediates): (&str, &[PemFile]), (root_folder, roots): (&str, &[PemFile])) -> Vec<Finding> {
    let intermediates = read(intermediates);
    let authorities: Vec<Certificate> =
        read(roots).into_iter().chain(intermediates.iter().cloned()).map(|(_, certificate)| certificate).collect();
    let is_rooted = |certificate: &Certificate| {
        authorities.iter().any(|authority| !authority.is_same_as(certificate) && certificate.is_issued_by(authority))
    };
    intermediates
        .iter()
        .filter(|(_, certificate)| !is_rooted(certificate))
        .map(|(name, certificate)| Finding {
            code: Code::FK0309,
            message: format!("the intermediate CA `{}` is not issued by a CA in `{root_folder}`", certificate.common_name),
            file: Path::new(folder).join(name),
            help: "put the root CA's certificate beside it, or move it away",
        })
        .collect()
}
