//! Folders that come to be with all their files at once.

use super::{Mode, Result, failed, make_dir, parent};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(target_os = "linux")]
use rustix::fs::{CWD, RenameFlags};

/// A file of a folder to be written.
#[derive(Clone, Copy)]
pub struct NewFile<'a> {
    /// Below the folder.
    pub path: &'a Path,
    pub bytes: &'a [u8],
    pub mode: Mode,
}

impl fmt::Debug for NewFile<'_> {
    /// Without the bytes, which may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewFile({}, {} bytes, {:?})", self.path.display(), self.bytes.len(), self.mode)
    }
}

/// Writes a folder that is not there yet, by way of a folder on the same disk: with all its files or not at all. Gives false, and
/// has written nothing, where there is such a folder by now or the folders are on different disks.
pub fn write_new_dir(scratch: &Path, dir: &Path, files: &[NewFile<'_>]) -> Result<bool> {
    let new = scratch.join(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    // Once a network, not once a node.
    if fs::create_dir(&new).is_err() {
        make_dir(scratch)?;
        fs::create_dir(&new).map_err(failed("make the folder", &new))?;
    }
    let written = fill(&new, files).and_then(|()| move_new_dir(&new, dir));
    if !matches!(written, Ok(true)) {
        // What went wrong is told; what is left here goes with the next run.
        let _ = fs::remove_dir_all(&new);
    }
    written
}

/// Tells the folders apart that this process is making.
static NEXT: AtomicUsize = AtomicUsize::new(0);

fn fill(dir: &Path, files: &[NewFile<'_>]) -> Result<()> {
    let mut made: Vec<&Path> = Vec::new();
    for file in files {
        let folders: Vec<&Path> = file.path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
        for folder in folders.into_iter().rev() {
            if !made.contains(&folder) {
                fs::create_dir(dir.join(folder)).map_err(failed("make the folder", &dir.join(folder)))?;
                made.push(folder);
            }
        }
        let path = dir.join(file.path);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, file.mode.bits());
        let mut open = options.open(&path).map_err(failed("write", &path))?;
        open.write_all(file.bytes).map_err(failed("write", &path))?;
        #[cfg(not(target_os = "linux"))]
        open.sync_all().map_err(failed("write", &path))?;
    }
    Ok(())
}

fn move_new_dir(new: &Path, dir: &Path) -> Result<bool> {
    let rename = || {
        #[cfg(target_os = "linux")]
        let renamed = rustix::fs::renameat_with(CWD, new, CWD, dir, RenameFlags::NOREPLACE).map_err(io::Error::from);
        // Where a file system does not know how, and elsewhere: a folder with something in it is never replaced.
        #[cfg(target_os = "linux")]
        let renamed = match renamed {
            Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => fs::rename(new, dir),
            renamed => renamed,
        };
        #[cfg(not(target_os = "linux"))]
        let renamed = fs::rename(new, dir);
        renamed
    };
    let renamed = match rename() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            make_dir(parent(dir))?;
            rename()
        }
        renamed => renamed,
    };
    use io::ErrorKind::{AlreadyExists, CrossesDevices, DirectoryNotEmpty};
    match renamed {
        Ok(()) => Ok(true),
        Err(e) if matches!(e.kind(), AlreadyExists | CrossesDevices | DirectoryNotEmpty) => Ok(false),
        Err(e) => Err(failed("write", dir)(e)),
    }
}
