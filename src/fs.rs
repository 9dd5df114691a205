//! The one door to `std::fs`: the path in every error, atomic writes, modes.
//! What is written where is the stores' and `output`'s.

#![expect(clippy::disallowed_methods, reason = "this is the one door to the disk")]

mod claim;
mod new_dir;
mod secret_bytes;
#[cfg(test)]
mod tests;

pub use claim::{Claim, claim};
pub use new_dir::{NewFile, write_new_dir};
pub use secret_bytes::SecretBytes;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// How the names of files and folders begin that are not whole yet.
pub const TEMPORARY: &str = ".fabkube-";

/// The folder of a store where files and folders are put together before they are moved to their place: so nothing half-written is
/// ever anywhere else.
pub fn scratch(store: &Path) -> PathBuf {
    store.join(format!("{TEMPORARY}new"))
}

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

    /// Whether there is a folder where a file was to be read.
    pub fn is_of_folder(&self) -> bool {
        // Windows says that it is denied.
        self.source.kind() == io::ErrorKind::IsADirectory || self.path.is_dir()
    }

    /// Whether it is there, and somebody else's.
    pub fn is_denied(&self) -> bool {
        self.source.kind() == io::ErrorKind::PermissionDenied
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
    if_there(path, "read", fs::read(path))
}

/// The same of a file that may hold a private key.
pub fn read_secret_if_there(path: &Path) -> Result<Option<SecretBytes>> {
    let read = || {
        let mut file = fs::File::open(path)?;
        // One more than it has, so that the buffer is not moved when its end is looked for. A file that grows meanwhile is: what
        // was read by then stays in memory.
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(0).saturating_add(1);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let read = file.read_to_end(&mut bytes);
        let bytes = SecretBytes::new(bytes);
        read.map(|_| bytes)
    };
    if_there(path, "read", read())
}

/// The bytes of a file that must be there.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(failed("read", path))
}

/// Whether a file or folder is there. Fails where that cannot be said: in a folder that is not ours to look into, or behind a link
/// that leads nowhere.
pub fn exists(path: &Path) -> Result<bool> {
    Ok(if_there(path, "look at", fs::metadata(path))?.is_some())
}

/// Whether a folder is there. Fails as [`exists`].
pub fn is_dir(path: &Path) -> Result<bool> {
    Ok(if_there(path, "look at", fs::metadata(path))?.is_some_and(|metadata| metadata.is_dir()))
}

/// Whether a path itself is a link, wherever that leads.
pub fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

/// Whether two paths lead to one place. What cannot be looked at is no place.
pub fn is_one_place(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// The names in a folder, sorted; none where the folder is not there.
pub fn list(dir: &Path) -> Result<Vec<OsString>> {
    let Some(entries) = if_there(dir, "list", fs::read_dir(dir))? else { return Ok(Vec::new()) };
    let mut names =
        entries.map(|entry| entry.map(|e| e.file_name())).collect::<io::Result<Vec<_>>>().map_err(failed("list", dir))?;
    names.sort();
    Ok(names)
}

/// The names in a folder as text, sorted. Fails at one that is not UTF-8: no place could name it, and passed over it would seem to be
/// missing.
pub fn list_text(dir: &Path) -> Result<Vec<String>> {
    let text = |name: OsString| {
        let wrong = || io::Error::other("its name is not UTF-8; rename it");
        name.into_string().map_err(|name| failed("use", &dir.join(name))(wrong()))
    };
    list(dir)?.into_iter().map(text).collect()
}

/// What was found at a path, or `None` where nothing is there: no folder above it either, or a file in such a folder's place.
fn if_there<T>(path: &Path, action: &'static str, found: io::Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => match dangling(path) {
            Some(link) => Err(link),
            None => Ok(None),
        },
        Err(e) => Err(failed(action, path)(e)),
    }
}

/// The link on the way to a path that leads nowhere, if it is for this that nothing was found. What it led to may be on a disk that
/// is not here now: that is no reason to make it anew.
fn dangling(path: &Path) -> Option<Error> {
    let (link, metadata) = path.ancestors().find_map(|path| Some((path, path.symlink_metadata().ok()?)))?;
    if !metadata.is_symlink() || fs::metadata(link).is_ok() {
        return None;
    }
    let target = fs::read_link(link).ok()?;
    Some(failed("follow the link", link)(io::Error::other(format!("it leads to `{}`, which is not there", target.display()))))
}

/// The files (not folders) below a folder at any depth, as paths below it, sorted; none where it is not there.
pub fn walk(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        for name in list(&dir.join(&below))? {
            let path = below.join(name);
            if is_dir(&dir.join(&path))? {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether files can be made in a folder, or in the folder that it would be made in. Nothing is left there, not even by a kill.
pub fn try_writing(dir: &Path) -> Result<()> {
    for dir in dir.ancestors().filter(|dir| !dir.as_os_str().is_empty()) {
        if exists(dir)? {
            return tempfile::tempfile_in(dir).map(drop).map_err(failed("write in", dir));
        }
    }
    let nearest = Path::new(".");
    tempfile::tempfile_in(nearest).map(drop).map_err(failed("write in", nearest))
}

/// Makes a folder and those above it.
pub fn make_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|e| dangling(dir).unwrap_or_else(|| failed("make the folder", dir)(e)))
}

fn written_in(dir: &Path, path: &Path, bytes: &[u8], mode: Mode) -> Result<tempfile::NamedTempFile> {
    make_dir(dir)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
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

/// The folder that a path is in.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
    written_in(parent(path), path, bytes, mode)?.persist_noclobber(path).map(drop).map_err(|e| failed("write", path)(e.error))
}

/// The same by way of a folder on the same disk, so that a killed run leaves nothing beside the file.
pub fn write_new_by(scratch: &Path, path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    make_dir(parent(path))?;
    match written_in(scratch, path, bytes, mode)?.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::CrossesDevices => write_new(path, bytes, mode),
        Err(e) => Err(failed("write", path)(e.error)),
    }
}

/// Removes a folder with all that is in it, where it is there.
pub fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", dir)(e)),
        _ => Ok(()),
    }
}

/// Removes a folder where it is there and empty; where it is not, nothing is lost.
pub fn remove_empty_dir(dir: &Path) {
    let _ = fs::remove_dir(dir);
}

/// Writes a file, replacing one that is there: whole or not at all. A file that already has these bytes is left as it is.
pub fn write(path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    if read_if_there(path)?.as_deref() == Some(bytes) {
        return Ok(());
    }
    // The user's link stays a link; what it leads to is written.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    written_in(parent(path), path, bytes, mode)?.persist(path).map(drop).map_err(|e| failed("write", path)(e.error))
}

/// The same by way of a folder on the same disk, so that a killed run leaves nothing beside the file.
pub fn write_by(scratch: &Path, path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    if read_if_there(path)?.as_deref() == Some(bytes) {
        return Ok(());
    }
    let target = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    match written_in(scratch, target, bytes, mode)?.persist(target) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::CrossesDevices => write(target, bytes, mode),
        Err(e) => Err(failed("write", path)(e.error)),
    }
}
