//! A certificate and its private key, told from the files where they belong.

use super::Reader;
use crate::crypto::certificate::Certificate;
use crate::crypto::key::{self, Fit, PrivateKey};
use crate::crypto::layout;
use crate::crypto::msp::PemFile;
use crate::diag::Code;
use crate::fs::SecretBytes;
use std::path::{Path, PathBuf};

/// A certificate and its private key.
#[derive(Debug)]
pub struct FoundPair {
    /// Where the certificate lies or belongs.
    pub path: PathBuf,
    pub pair: Pair,
    /// Keys where its key belongs that are another's, if none is its own.
    pub others: Vec<PathBuf>,
    /// An encrypted key where its key belongs, if none is its own.
    pub encrypted: Option<PathBuf>,
}

/// How much of a pair there is.
#[derive(Debug)]
pub enum Pair {
    Missing,
    /// A run was killed between the two writes, or the certificate was lost.
    Key(PrivateKey),
    Certificate(Certificate),
    Whole(Certificate, PrivateKey),
    /// Something unreadable is in its place; the problem has been reported.
    Broken,
}

impl FoundPair {
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.pair {
            Pair::Certificate(certificate) | Pair::Whole(certificate, _) => Some(certificate),
            Pair::Missing | Pair::Key(_) | Pair::Broken => None,
        }
    }

    /// Whether its private key is here.
    pub fn has_key(&self) -> bool {
        matches!(self.pair, Pair::Whole(..) | Pair::Key(_))
    }

    /// The fingerprint of its public key, as long as either half says it.
    pub fn fingerprint(&self) -> Option<String> {
        match &self.pair {
            Pair::Key(key) => key.fingerprint(),
            _ => self.certificate().map(|certificate| certificate.key_fingerprint.clone()),
        }
    }

    pub fn missing(path: PathBuf) -> Self {
        Self { path, pair: Pair::Missing, others: Vec::new(), encrypted: None }
    }

    /// Whether something unreadable is in its place.
    pub fn is_broken(&self) -> bool {
        matches!(self.pair, Pair::Broken)
    }

    /// Whether a certificate has to be made.
    pub fn lacks_certificate(&self) -> bool {
        matches!(self.pair, Pair::Missing | Pair::Key(_))
    }
}

/// A file where a private key belongs.
pub struct KeyFile {
    pub path: PathBuf,
    /// `None` where it cannot be read as a key.
    key: Option<PrivateKey>,
    /// It takes a password, so that nothing more can be said of it.
    is_encrypted: bool,
}

impl KeyFile {
    pub fn read(path: PathBuf, bytes: &SecretBytes) -> Self {
        let (key, is_encrypted) = (PrivateKey::parse(bytes.expose()), key::is_encrypted(bytes.expose()));
        Self { path, key, is_encrypted }
    }

    /// Whether it is this certificate's for certain.
    pub fn fits(&self, certificate: &Certificate) -> bool {
        self.key.as_ref().is_some_and(|key| key.fits(certificate) == Fit::Yes)
    }
}

/// A file where a certificate belongs, or why it cannot be read as one.
pub type CertificateFile = (PathBuf, Result<Certificate, String>);

pub fn read_file(file: &PemFile) -> Result<Certificate, String> {
    file.certificate().cloned().map_err(str::to_owned)
}

/// What a pair is put together from.
pub struct Parts {
    pub certificate: Option<CertificateFile>,
    /// All files that may be its key.
    pub keys: Vec<KeyFile>,
    /// Where the certificate and the key would be if they were made here.
    pub expected: PathBuf,
    pub key: PathBuf,
}

impl Parts {
    /// The pair, once what is wrong with it is reported.
    pub fn pair(self, reader: &mut Reader<'_>) -> FoundPair {
        let Parts { certificate, keys, expected, key } = self;
        let path = certificate.as_ref().map_or(expected, |(path, _)| path.clone());
        let mut others = Vec::new();
        let encrypted = keys.iter().find(|file| file.is_encrypted).map(|file| file.path.clone());
        let pair = match certificate {
            Some((_, Ok(certificate))) => with_key(certificate, keys, &mut others),
            Some((path, Err(reason))) => {
                reader.unreadable(&path, &reason);
                Pair::Broken
            }
            None => key_alone(keys, &key, reader),
        };
        let encrypted = encrypted.filter(|_| matches!(pair, Pair::Certificate(_)));
        FoundPair { path, pair, others, encrypted }
    }
}

/// A certificate and its key among these files; where none is its own, those that are another's go into `others`.
fn with_key(certificate: Certificate, files: Vec<KeyFile>, others: &mut Vec<PathBuf>) -> Pair {
    let mut unknown = None;
    let mut of_others = Vec::new();
    for KeyFile { path, key, is_encrypted: _ } in files {
        let Some(key) = key else { continue };
        match key.fits(&certificate) {
            Fit::Yes => return Pair::Whole(certificate, key),
            Fit::Unknown => unknown = unknown.or(Some(key)),
            Fit::No => of_others.push(path),
        }
    }
    match unknown {
        Some(key) => Pair::Whole(certificate, key),
        None => {
            *others = of_others;
            Pair::Certificate(certificate)
        }
    }
}

/// What to do with keys that no certificate tells apart.
fn key_alone(files: Vec<KeyFile>, expected: &Path, reader: &mut Reader<'_>) -> Pair {
    let is_unreadable = files.iter().any(|file| file.path == expected && file.key.is_none());
    let encrypted = files.iter().find(|file| file.is_encrypted).map(|file| file.path.clone());
    let mut keys: Vec<(PathBuf, PrivateKey)> =
        files.into_iter().filter_map(|KeyFile { path, key, is_encrypted: _ }| Some((path, key?))).collect();
    let index = keys.iter().position(|(path, _)| *path == expected).or((keys.len() == 1).then_some(0));
    if let Some(index) = index {
        let (path, key) = keys.swap_remove(index);
        if key.public().is_some() {
            return Pair::Key(key);
        }
        let message = "the key has no certificate, and fabkube makes none for a key of its kind".to_owned();
        reader.report(Code::FK0315, &path, message, "put the certificate beside it");
        return Pair::Broken;
    }
    let help = "restore the certificate, or move what is not needed out of the folder";
    if let Some((path, _)) = keys.first() {
        let dir = path.parent().unwrap_or(path);
        reader.report(Code::FK0315, dir, "several keys, and no certificate that says which is meant".to_owned(), help);
        return Pair::Broken;
    }
    if let Some(path) = encrypted {
        let message = "the private key is encrypted, and has no certificate".to_owned();
        reader.report(Code::FK0315, &path, message, &decrypting(&reader.store.path(&path)));
        return Pair::Broken;
    }
    if is_unreadable {
        reader.report(Code::FK0315, expected, "the file cannot be read as a private key".to_owned(), help);
        return Pair::Broken;
    }
    Pair::Missing
}

/// What to do about an encrypted key: neither fabkube nor Fabric asks for passwords.
pub fn decrypting(path: &Path) -> String {
    let plain = path.with_file_name(layout::KEY);
    let plain = if plain == path { path.with_file_name("plain.key") } else { plain };
    let (path, plain) = (path.display(), plain.display());
    format!("decrypt it with `openssl pkey -in {path} -out {plain}`, and move the encrypted file out of the tree")
}
