//! An identity that signs: the certificate and the key of an MSP folder. What it signs is `channel`'s.

use super::certificate::{self, Certificate};
use super::key::{Fit, PrivateKey};
use super::signer::MessageSigner;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use std::fmt;
use std::path::{Path, PathBuf};

/// The identity of an MSP folder, as `peer` has it with `CORE_PEER_MSPCONFIGPATH` and `CORE_PEER_LOCALMSPID`.
pub struct SigningIdentity {
    msp_id: String,
    certificate: Certificate,
    signer: MessageSigner,
}

impl fmt::Debug for SigningIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningIdentity({}, {})", self.msp_id, self.certificate.common_name)
    }
}

impl SigningIdentity {
    /// Reads `signcerts/` (the first file that holds a certificate, as Fabric does) and the key in `keystore/` that belongs to
    /// it, whatever its file is called.
    pub fn read(dir: &Path, msp_id: &str, problems: &mut Problems) -> Result<Self, Stop> {
        let certificate = signcert(dir, problems)?;
        let key = key_of(dir, &certificate, problems)?;
        let Some(signer) = MessageSigner::open(&key) else {
            let message = format!("an identity with a key of the kind {} cannot sign for Fabric", certificate.key_kind);
            let problem = Problem::new(Code::FK0331, message).at(&Place::file(&dir.join("signcerts")));
            problems.push(problem.help("Fabric takes ECDSA on P-256 and P-384, and from 3.0 on Ed25519"));
            return Err(Stop::Reported);
        };
        Ok(Self { msp_id: msp_id.to_owned(), certificate, signer })
    }

    pub fn msp_id(&self) -> &str {
        &self.msp_id
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificate as Fabric has it in signatures: the block alone.
    pub fn id_bytes(&self) -> Vec<u8> {
        certificate::pem_block("CERTIFICATE", &self.certificate.der).into_bytes()
    }

    /// A signature over a message: ECDSA over its SHA-256 on either curve, with a low S, or Ed25519 (fabric `msp/identities.go`).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        self.signer.sign(message)
    }
}

fn signcert(dir: &Path, problems: &mut Problems) -> Result<Certificate, Stop> {
    let signcerts = dir.join("signcerts");
    let mut reason = "there is none".to_owned();
    for path in files(&signcerts)? {
        match Certificate::parse(&fs::read(&path)?) {
            Ok(certificate) => return Ok(certificate),
            Err(why) => reason = format!("`{}`: {why}", path.display()),
        }
    }
    let message = format!("`{}` has no certificate to sign with: {reason}", dir.display());
    problems.push(Problem::new(Code::FK0306, message).at(&Place::file(&signcerts)).help(
        "`--msp-dir` is the MSP folder of an administrator, with `signcerts` and `keystore`: `users/Admin@<Domain>/msp`, say",
    ));
    Err(Stop::Reported)
}

fn key_of(dir: &Path, certificate: &Certificate, problems: &mut Problems) -> Result<PrivateKey, Stop> {
    let keystore = dir.join("keystore");
    let mut others = Vec::new();
    let mut unreadable = Vec::new();
    let mut passed_through = None;
    for path in files(&keystore)? {
        let Some(bytes) = fs::read_secret_if_there(&path)? else { continue };
        match PrivateKey::parse(bytes.expose()) {
            Some(key) => match key.fits(certificate) {
                Fit::Yes => return Ok(key),
                Fit::No => others.push(path),
                Fit::Unknown => passed_through = Some(key),
            },
            None => unreadable.push(path),
        }
    }
    if let Some(key) = passed_through {
        return Ok(key);
    }
    let whose = &certificate.common_name;
    let names = |paths: &[PathBuf]| paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    let problem = match (others.as_slice(), unreadable.as_slice()) {
        ([], []) => Problem::new(Code::FK0307, format!("the private key of `{whose}` is not there")),
        ([], unreadable) => {
            Problem::new(Code::FK0315, format!("the private key of `{whose}` cannot be read: {}", names(unreadable)))
        }
        (others, _) => Problem::new(Code::FK0330, format!("the key of `{whose}` is not there: {} is another's", names(others))),
    };
    problems.push(problem.at(&Place::file(&keystore)).help(
        "`keystore` has to hold the key of the certificate in `signcerts`, in PKCS#8 or SEC1 and unencrypted; its name does not matter",
    ));
    Err(Stop::Reported)
}

/// The files of a folder, in the order of their names.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut files = Vec::new();
    for path in fs::list(dir)?.into_iter().map(|name| dir.join(name)) {
        if !fs::is_dir(&path)? {
            files.push(path);
        }
    }
    Ok(files)
}
