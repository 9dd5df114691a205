//! An MSP folder as it lies there, whole files, as Fabric reads them (`fabric/msp/configbuilder.go`): every file of a folder
//! that holds a PEM block, by name. What the certificates in it say is `check`'s.

use super::armor;
use super::certificate::{self, Certificate};
use super::plan::Authority;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs::{self, SecretBytes};
use crate::store::Store;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// One public file of an MSP folder. Private keys are in none.
#[derive(Clone)]
pub struct PemFile {
    pub name: String,
    /// The file as it is, text around its blocks included.
    pub bytes: Vec<u8>,
    /// Read when it is first asked for, and not again: a folder is judged from many sides.
    certificate: OnceLock<Result<Arc<Certificate>, String>>,
}

impl PemFile {
    pub(super) fn new(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes, certificate: OnceLock::new() }
    }

    /// The first certificate in it, or why there is none to read.
    pub(super) fn certificate(&self) -> Result<&Certificate, &str> {
        let read = self.certificate.get_or_init(|| Certificate::parse(&self.bytes).map(Arc::new));
        read.as_deref().map_err(String::as_str)
    }
}

impl PartialEq for PemFile {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.bytes) == (&other.name, &other.bytes)
    }
}

impl Eq for PemFile {}

impl fmt::Debug for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PemFile({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// The public files of an MSP folder; each list is sorted by name, as Fabric reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MspFolder {
    pub cacerts: Vec<PemFile>,
    pub intermediatecerts: Vec<PemFile>,
    pub admincerts: Vec<PemFile>,
    pub crls: Vec<PemFile>,
    pub tlscacerts: Vec<PemFile>,
    pub tlsintermediatecerts: Vec<PemFile>,
    pub signcerts: Vec<PemFile>,
    /// `config.yaml`.
    pub config: Option<Vec<u8>>,
    /// What a killed run left half-done in it, below it.
    pub(super) half_done: Vec<PathBuf>,
}

impl MspFolder {
    /// Reads the folder `below` of a store; what is not there is empty. Its private keys are not looked at.
    pub fn read(store: &Store, below: &Path, problems: &mut Problems) -> Result<Self, Stop> {
        Reading::begin(store, below, problems)?.folder(|_| true)
    }

    /// The same of what says who administers, and no more: `admincerts` and `config.yaml`.
    pub fn read_administration(store: &Store, below: &Path, problems: &mut Problems) -> Result<Self, Stop> {
        Reading::begin(store, below, problems)?.folder(|folder| folder == "admincerts")
    }

    /// The folder that these public files make, given by their paths below it.
    pub(super) fn of_files<'a>(files: impl Iterator<Item = (&'a Path, &'a [u8])>) -> Self {
        let mut msp = Self::default();
        for (path, bytes) in files {
            let (folder, name) = (path.parent().and_then(Path::to_str), path.file_name().map(|name| name.to_string_lossy()));
            if folder == Some("") && name.as_deref() == Some("config.yaml") {
                msp.config = Some(bytes.to_vec());
                continue;
            }
            let Some(list) = folder.and_then(|folder| msp.list_mut(folder)) else { continue };
            list.push(PemFile::new(name.unwrap_or_default().into_owned(), bytes.to_vec()));
            list.sort_by(|a, b| a.name.cmp(&b.name));
        }
        msp
    }

    /// The folders that Fabric takes every file of, with their files.
    pub fn folders(&self) -> [(&'static str, &[PemFile]); 7] {
        [
            ("cacerts", &self.cacerts),
            ("intermediatecerts", &self.intermediatecerts),
            ("admincerts", &self.admincerts),
            ("crls", &self.crls),
            ("tlscacerts", &self.tlscacerts),
            ("tlsintermediatecerts", &self.tlsintermediatecerts),
            ("signcerts", &self.signcerts),
        ]
    }

    fn folders_mut(&mut self) -> [(&'static str, &mut Vec<PemFile>); 7] {
        [
            ("cacerts", &mut self.cacerts),
            ("intermediatecerts", &mut self.intermediatecerts),
            ("admincerts", &mut self.admincerts),
            ("crls", &mut self.crls),
            ("tlscacerts", &mut self.tlscacerts),
            ("tlsintermediatecerts", &mut self.tlsintermediatecerts),
            ("signcerts", &mut self.signcerts),
        ]
    }

    /// The files of one of its folders.
    pub(super) fn list_mut(&mut self, folder: &str) -> Option<&mut Vec<PemFile>> {
        self.folders_mut().into_iter().find(|(name, _)| *name == folder).map(|(_, files)| files)
    }

    /// Where a path of `config.yaml` leads: the files of that folder, and the name among them. `None` where it leads into none of
    /// its folders of certificates. Go joins an absolute path to the MSP folder, too.
    pub fn at<'p>(&self, path: &'p str) -> Option<(&[PemFile], &'p OsStr)> {
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
        let mut of_certificates = self.folders().into_iter().filter(|(folder, _)| *folder != "crls");
        let (_, files) = of_certificates.find(|(of, _)| folder == of)?;
        Some((files, name))
    }

    /// The CAs of a kind, by folder: the roots, and what is between them and those who are issued for.
    pub(super) fn authorities(&self, authority: Authority) -> [(&'static str, &[PemFile]); 2] {
        match authority {
            Authority::Signing => [("cacerts", &self.cacerts), ("intermediatecerts", &self.intermediatecerts)],
            Authority::Tls => [("tlscacerts", &self.tlscacerts), ("tlsintermediatecerts", &self.tlsintermediatecerts)],
        }
    }

    /// The certificates that it trusts or names, by the folder they lie in.
    pub(super) fn certificates(&self) -> impl Iterator<Item = (&'static str, &PemFile)> {
        let folders = self.folders().into_iter().filter(|(folder, _)| !["crls", "signcerts"].contains(folder));
        folders.flat_map(|(folder, files)| files.iter().map(move |file| (folder, file)))
    }
}

/// A folder of a store that is being read.
struct Reading<'a> {
    store: &'a Store,
    below: &'a Path,
    /// Most have three of the seven: looking for each takes longer than looking once.
    there: Vec<String>,
    problems: &'a mut Problems,
}

impl<'a> Reading<'a> {
    fn begin(store: &'a Store, below: &'a Path, problems: &'a mut Problems) -> Result<Self, Stop> {
        Ok(Self { store, below, there: store.list(below)?, problems })
    }

    fn has(&self, name: &str) -> bool {
        self.there.iter().any(|there| there == name)
    }

    /// `config.yaml`, and the files of the folders that are wanted.
    fn folder(mut self, is_wanted: impl Fn(&str) -> bool) -> Result<MspFolder, Stop> {
        let (mut msp, mut half_done) = (MspFolder::default(), Vec::new());
        for (folder, files) in msp.folders_mut() {
            if is_wanted(folder) && self.has(folder) {
                *files = self.files(folder, &mut half_done)?;
            }
        }
        msp.half_done = half_done;
        if self.has("config.yaml") {
            msp.config = self.store.read(&self.below.join("config.yaml"))?;
        }
        Ok(msp)
    }

    fn files(&mut self, folder: &str, half_done: &mut Vec<PathBuf>) -> Result<Vec<PemFile>, Stop> {
        let dir = self.below.join(folder);
        let names = self.store.list(&dir)?;
        half_done.extend(names.iter().filter(|name| name.starts_with(fs::TEMPORARY)).map(|name| Path::new(folder).join(name)));
        let read = |name: &str| self.store.read(&dir.join(name));
        let mut found = files(names, read, PemFile::new)?;
        found.retain(|file| {
            judge_public(self.store, &dir.join(&file.name), &file.bytes, self.problems);
            let holds = file.certificate().is_ok() || certificate::holds_pem(&file.bytes);
            if !holds && !file.name.starts_with('.') {
                let place = Place::file(&self.store.path(&dir.join(&file.name)));
                let certificate = [".pem", ".crt", ".cer", ".cert"].iter().any(|end| file.name.ends_with(end));
                self.problems.push(if certificate {
                    Problem::new(Code::FK0306, format!("`{}` holds no certificate", file.name))
                        .at(&place)
                        .help("restore the file from a backup, or delete it")
                } else {
                    Problem::new(Code::FK0316, format!("`{}` holds no PEM, and Fabric skips it", file.name))
                        .at(&place)
                        .help("move it out of the folder, or restore the certificate that was there")
                });
            }
            holds
        });
        Ok(found)
    }
}

/// Every certificate of a file as a file of its own, since Fabric reads the first of each alone.
pub(super) fn split(path: &Path, bytes: &[u8]) -> Vec<PemFile> {
    let blocks: Vec<_> =
        pem::parse_many(bytes).unwrap_or_default().into_iter().filter(|block| block.tag() == "CERTIFICATE").collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = |index: usize| if blocks.len() > 1 { format!("{stem}-{}.pem", index + 1) } else { format!("{stem}.pem") };
    let file = |(index, block): (usize, &pem::Pem)| {
        PemFile::new(name(index), armor::write("CERTIFICATE", block.contents()).into_bytes())
    };
    blocks.iter().enumerate().map(file).collect()
}

/// A file of a folder that holds private keys, certificates beside them. It is wiped.
#[derive(Debug)]
pub(super) struct SecretFile {
    pub name: String,
    pub bytes: SecretBytes,
}

/// The files of a folder that holds private keys. One that somebody else keeps for himself is not here for us: whatever needs it
/// says so, and nothing that is in the way of a file is ever replaced. A certificate that cannot be read is a failure, or a CA
/// would seem to be missing.
pub(super) fn files_with_keys(store: &Store, dir: &Path) -> Result<Vec<SecretFile>, Stop> {
    let is_certificate = |name: &str| [".pem", ".crt", ".cer"].iter().any(|ending| name.ends_with(ending));
    let names = match store.list(dir) {
        Err(error) if error.is_denied() => return Ok(Vec::new()),
        names => names?,
    };
    let read = |name: &str| match store.read_secret(&dir.join(name)) {
        Err(error) if error.is_denied() && !is_certificate(name) => Ok(None),
        read => read,
    };
    files(names, read, |name, bytes| SecretFile { name, bytes })
}

/// The files (not folders) among these names.
fn files<B, F>(
    names: Vec<String>,
    read: impl Fn(&str) -> Result<Option<B>, fs::Error>,
    file: impl Fn(String, B) -> F,
) -> Result<Vec<F>, Stop> {
    let mut found = Vec::new();
    // What a killed run left of a write is none.
    for name in names.into_iter().filter(|name| !name.starts_with(fs::TEMPORARY)) {
        match read(&name) {
            Ok(Some(bytes)) => found.push(file(name, bytes)),
            Ok(None) => {}
            Err(error) if error.is_of_folder() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// A problem where a file of certificates, which is copied to wherever these go, has a private key in it.
pub(super) fn judge_public(store: &Store, path: &Path, bytes: &[u8], problems: &mut Problems) {
    if armor::holds_private_key(bytes) {
        let message = "a private key is in the file of a certificate, and would go wherever the certificate goes";
        problems.push(Problem::new(Code::FK0362, message).at(&Place::file(&store.path(path))).help(
            "put the key into a file of its own and take it out of this one; where copies of the file are with others already, the key \
             is no secret any more",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_yaml_names_files_of_folders_of_certificates() {
        let paths = ["cacerts/ca.pem", "crls/ca.pem"].map(|path| (Path::new(path), &b""[..]));
        let msp = MspFolder::of_files(paths.into_iter());
        for path in ["cacerts/ca.pem", "/cacerts/ca.pem", "./crls/../cacerts/ca.pem"] {
            assert!(msp.at(path).is_some_and(|(files, name)| files == msp.cacerts && name == "ca.pem"), "{path}");
        }
        for path in ["crls/ca.pem", "../cacerts/ca.pem", "cacerts", "cacerts/a/ca.pem", "keystore/ca.pem", ""] {
            assert_eq!(msp.at(path), None, "{path}");
        }
    }

    #[test]
    fn every_folder_is_read_into_its_own_list() {
        let names = MspFolder::default().folders().map(|(folder, _)| folder);
        let paths = names.map(|folder| format!("{folder}/{folder}.pem"));
        let msp = MspFolder::of_files(paths.iter().map(|path| (Path::new(path), &b""[..])));
        for (folder, files) in msp.folders() {
            assert!(matches!(files, [file] if file.name == format!("{folder}.pem")), "{folder}");
        }
    }
}
