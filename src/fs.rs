//! The one door to `std::fs`: the path in every error, atomic writes, modes.
//! What is written where is the stores' and `output`'s.

#![expect(clippy::disallowed_methods, reason = "this is the one door to the disk")]

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An operation on a path that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} `{}`", path.display())]
pub struct Error {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl Error {
    /// The path in question.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

type Result<T> = std::result::Result<T, Error>;

fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error { action, path: path.to_path_buf(), source }
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0644: certificates, blocks, manifests.
    Public,
    /// 0600: private keys, and folders of manifests that hold Secrets.
    Secret,
}

impl Mode {
    #[cfg(unix)]
    fn bits(self) -> u32 {
        match self {
            Mode::Public => 0o644,
            Mode::Secret => 0o600,
        }
    }
}

/// The bytes of a file, or `None` where there is no such file.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(failed("read", path)(e)),
    }
}

/// The bytes of a file that must be there.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(failed("read", path))
}

/// Whether a file or folder is there.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a folder is there.
pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// The names in a folder, sorted; none where the folder is not there.
pub fn list(dir: &Path) -> Result<Vec<OsString>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(e) => return Err(failed("list", dir)(e)),
    };
    let mut names =
        entries.map(|entry| entry.map(|e| e.file_name())).collect::<io::Result<Vec<_>>>().map_err(failed("list", dir))?;
    names.sort();
    Ok(names)
}

/// The files (not folders) below a folder at any depth, as paths below it, sorted; none where it is not there.
pub fn walk(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        for name in list(&dir.join(&below))? {
            let path = below.join(name);
            if dir.join(&path).is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether files can be made in a folder, or in the folder that it would be made in. Nothing is left there.
pub fn try_writing(dir: &Path) -> Result<()> {
    let here = |dir: &&Path| !dir.as_os_str().is_empty() && dir.symlink_metadata().is_ok();
    let nearest = dir.ancestors().find(here).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".fabkube-").tempfile_in(nearest).map(drop).map_err(failed("write in", nearest))
}

/// Makes a folder and those above it.
pub fn make_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(failed("make the folder", dir))
}

fn written_beside(path: &Path, bytes: &[u8], mode: Mode) -> Result<tempfile::NamedTempFile> {
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(dir)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fabkube-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode.bits()));
    }
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(dir).map_err(failed("write", path))?;
    file.write_all(bytes).map_err(failed("write", path))?;
    #[cfg(not(target_os = "linux"))]
    file.as_file().sync_all().map_err(failed("write", path))?;
    Ok(file)
}

/// Has the disk keep all that was written in a folder, whatever happens to the machine. Once for many files: a `sync_all` for each
/// takes ten times as long as making the keys that they hold.
pub fn keep(dir: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    if let Ok(folder) = fs::File::open(dir) {
        rustix::fs::syncfs(&folder).map_err(|e| failed("write", dir)(e.into()))?;
    }
    // Elsewhere every file was kept when it was written.
    #[cfg(not(target_os = "linux"))]
    let _ = dir;
    Ok(())
}

/// Writes a file that is not there yet: whole or not at all, and never over another.
pub fn write_new(path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    written_beside(path, bytes, mode)?.persist_noclobber(path).map(drop).map_err(|e| failed("write", path)(e.error))
}

/// Writes a file, replacing one that is there: whole or not at all. A file that already has these bytes is left as it is.
pub fn write(path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    if read_if_there(path)?.as_deref() == Some(bytes) {
        return Ok(());
    }
    // The user's link stays a link; what it leads to is written.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    written_beside(path, bytes, mode)?.persist(path).map(drop).map_err(|e| failed("write", path)(e.error))
}
