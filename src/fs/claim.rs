//! Claims on folders: one process at a time works in a project.

use super::{Result, is_dir, make_dir, remove_empty_dir};
use std::fs;
#[cfg(unix)]
use std::io;
use std::path::{Path, PathBuf};

/// What is known of a folder to others as long as this is kept: that somebody is at work in it.
#[derive(Debug)]
pub struct Claim {
    dir: PathBuf,
    /// Made for the claim: it goes again where nothing was put into it.
    is_new: bool,
    /// `None` where the system or the disk knows no such locks (folders on Windows, some network disks).
    _lock: Option<fs::File>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_new {
            remove_empty_dir(&self.dir);
        }
    }
}

/// Claims a folder, making it where it is not there; `None` where somebody else has it. The claim ends with the process, however
/// that ends: no file stands for it.
pub fn claim(dir: &Path) -> Result<Option<Claim>> {
    loop {
        let is_new = !is_dir(dir)?;
        make_dir(dir)?;
        let Ok(lock) = fs::File::open(dir) else { return Ok(Some(Claim { dir: dir.to_path_buf(), is_new, _lock: None })) };
        match lock.try_lock() {
            Ok(()) if is_same(&lock, dir) => return Ok(Some(Claim { dir: dir.to_path_buf(), is_new, _lock: Some(lock) })),
            // Whoever had it took it away.
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(_)) => return Ok(Some(Claim { dir: dir.to_path_buf(), is_new, _lock: None })),
        }
    }
}

#[cfg(unix)]
fn is_same(open: &fs::File, dir: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: io::Result<fs::Metadata>| metadata.map(|metadata| (metadata.dev(), metadata.ino())).ok();
    id(open.metadata()).is_some_and(|open| Some(open) == id(fs::metadata(dir)))
}

#[cfg(not(unix))]
fn is_same(_: &fs::File, dir: &Path) -> bool {
    dir.is_dir()
}
