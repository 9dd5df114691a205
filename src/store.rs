//! A folder that only grows: what is in it is never overwritten or deleted, and what is missing is added. Renewal alone replaces.
//! What lies in it and under which names is `crypto`'s and `channel`'s.

use crate::diag::{Code, Problem, Problems, Progress, Stop};
use crate::fs::{self, Claim, Mode, NewFile, SecretBytes};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What a command may add to the stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// What is missing is made, unless `fabkube.lock` knows it: then it is elsewhere.
    Missing,
    /// Nothing is made, and what is missing is a problem (`--frozen`).
    Nothing,
    /// What is missing is made in memory and forgotten (`check`).
    InMemory,
}

impl Making {
    /// Whether anything may be written to disk.
    pub fn writes(self) -> bool {
        self == Making::Missing
    }
}

/// What a command needs of the private keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// They go into the product: one that is not here is a problem.
    Needed,
    /// They are needed of an org that has any here (`check`, `crypto verify`): without any, the org is somebody else's, or this is a
    /// copy for reviews.
    WhereAnyAre,
    /// The product is the same without them (`--secrets omit|redact`, `show`): reviews and CI have none.
    NotNeeded,
}

impl Keys {
    /// The same for one org, which has private keys here or has none.
    pub fn of_org(self, has_any: HasKeys) -> Self {
        match (self, has_any) {
            (Keys::WhereAnyAre, HasKeys::Some) => Keys::Needed,
            (Keys::WhereAnyAre, HasKeys::None) => Keys::NotNeeded,
            (Keys::Needed | Keys::NotNeeded, _) => self,
        }
    }
}

/// Whether any private key of an org is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasKeys {
    Some,
    None,
}

/// How a command treats the stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub making: Making,
    pub keys: Keys,
}

/// What [`Store::add_all`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// There was no such folder: it holds what was added and nothing else.
    Folder,
    Files,
}

/// A growing folder. Paths given to it are below that folder.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    making: Making,
    /// Where additions go instead of the disk; reads look here first.
    memory: Option<Mutex<BTreeMap<PathBuf, SecretBytes>>>,
}

/// How long a run waits for another: longer than any takes that makes keys.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a run adds to a store between two times that the disk begins to keep it: longer than a small network takes.
const KEEP: Duration = Duration::from_millis(100);

impl Drop for Store {
    fn drop(&mut self) {
        if self.making.writes() {
            fs::remove_empty_dir(&self.scratch());
        }
    }
}

impl Store {
    /// The store in `dir` (which need not be there yet). With [`Making::InMemory`] nothing is ever written.
    pub fn open(dir: &Path, making: Making) -> Self {
        let memory = (making == Making::InMemory).then(Mutex::default);
        Self { dir: dir.to_path_buf(), making, memory }
    }

    /// What may be added to it.
    pub fn making(&self) -> Making {
        self.making
    }

    /// The place on disk that a path in the store stands for, for messages.
    pub fn path(&self, below: &Path) -> PathBuf {
        if below.as_os_str().is_empty() { self.dir.clone() } else { self.dir.join(below) }
    }

    /// Whether there is a file or folder. Fails where that cannot be said, as [`fs::exists`].
    pub fn has(&self, below: &Path) -> Result<bool, fs::Error> {
        let remembered = |files: &mut BTreeMap<PathBuf, _>| {
            files.range(below.to_path_buf()..).next().is_some_and(|(path, _)| path.starts_with(below))
        };
        Ok(self.remembered(remembered).unwrap_or_default() || fs::exists(&self.dir.join(below))?)
    }

    /// The bytes of a file, or `None` where it is not there.
    pub fn read(&self, below: &Path) -> Result<Option<Vec<u8>>, fs::Error> {
        match self.remembered(|files| files.get(below).map(|bytes| bytes.expose().to_vec())).flatten() {
            Some(bytes) => Ok(Some(bytes)),
            None => fs::read_if_there(&self.dir.join(below)),
        }
    }

    /// The same of a file that may hold a private key.
    pub fn read_secret(&self, below: &Path) -> Result<Option<SecretBytes>, fs::Error> {
        match self.remembered(|files| files.get(below).map(|bytes| SecretBytes::copy_of(bytes.expose()))).flatten() {
            Some(bytes) => Ok(Some(bytes)),
            None => fs::read_secret_if_there(&self.dir.join(below)),
        }
    }

    /// The names of the files and folders in a folder, sorted; none where it is not there. Fails as [`fs::list_text`].
    pub fn list(&self, below: &Path) -> Result<Vec<String>, fs::Error> {
        let mut names = fs::list_text(&self.dir.join(below))?;
        let remembered = self.remembered(|files| {
            // Paths are ordered part by part, so what lies below a folder stands together.
            let from = files.range(below.to_path_buf()..).map(|(path, _)| path.strip_prefix(below));
            let inside = from.map_while(Result::ok).filter_map(|path| path.components().next());
            inside.map(|name| name.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>()
        });
        names.extend(remembered.unwrap_or_default());
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Adds a file that is not there yet, whole or not at all.
    pub fn add(&self, below: &Path, bytes: &[u8], mode: Mode) -> Result<(), fs::Error> {
        match self.remembered(|files| files.insert(below.to_path_buf(), SecretBytes::copy_of(bytes))) {
            Some(_) => Ok(()),
            None => fs::write_new_by(&self.scratch(), &self.dir.join(below), bytes, mode),
        }
    }

    /// Puts a public file in place of one that is there, whole or not at all. For renewal alone, which keeps the old one first.
    pub fn replace(&self, below: &Path, bytes: &[u8]) -> Result<(), fs::Error> {
        match self.remembered(|files| files.insert(below.to_path_buf(), SecretBytes::copy_of(bytes))) {
            Some(_) => Ok(()),
            None => fs::write_by(&self.scratch(), &self.dir.join(below), bytes, Mode::Public),
        }
    }

    /// Fails where nothing could be added to it, before something else is made that needs it.
    pub fn try_adding(&self) -> Result<(), fs::Error> {
        if self.making.writes() { fs::try_writing(&self.dir) } else { Ok(()) }
    }

    /// Adds files to a folder, in this order: all at once where the folder is not there yet. Paths are below the folder.
    pub fn add_all(&self, below: &Path, files: &[NewFile<'_>]) -> Result<Added, fs::Error> {
        let dir = self.dir.join(below);
        if self.memory.is_none() && !fs::exists(&dir)? && fs::write_new_dir(&self.scratch(), &dir, files)? {
            return Ok(Added::Folder);
        }
        files.iter().try_for_each(|NewFile { path, bytes, mode }| self.add(&below.join(path), bytes, *mode))?;
        Ok(Added::Files)
    }

    /// Keeps other runs from adding to it as long as the claim lasts; waits where another is at work, and says so. A command that
    /// writes nothing needs none.
    pub fn claim(&self, problems: &mut Problems, progress: &dyn Progress) -> Result<Option<Claim>, Stop> {
        let begun = Instant::now();
        let mut said = false;
        while self.making.writes() {
            if let Some(claim) = fs::claim(&self.dir)? {
                return Ok(Some(claim));
            }
            if begun.elapsed() > PATIENCE {
                let problem = Problem::new(Code::FK0603, format!("another fabkube is at work in `{}`", self.dir.display()));
                problems.push(problem.help("let it end, or end it, and run this again"));
                return Err(Stop::Reported);
            }
            if !said && begun.elapsed() > Duration::from_secs(1) {
                progress.note(&format!("waiting for another fabkube that is at work in `{}`", self.dir.display()));
                said = true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(None)
    }

    /// Removes what a killed run left half-done. Only for whoever has the claim.
    pub fn clean(&self) -> Result<(), fs::Error> {
        if self.making.writes() { fs::remove_dir(&self.scratch()) } else { Ok(()) }
    }

    fn scratch(&self) -> PathBuf {
        fs::scratch(&self.dir)
    }

    /// Has the disk keep what was added.
    pub fn keep(&self) -> Result<(), fs::Error> {
        if self.memory.is_some() { Ok(()) } else { fs::keep(&self.dir) }
    }

    /// Has the disk keep what `work` adds. The disk begins while the work goes on, and keeps the rest while `then` is done, which adds
    /// nothing: so little time is left to wait.
    pub fn keeping<W, T>(
        &self,
        work: impl FnOnce() -> Result<W, Stop>,
        then: impl FnOnce(W) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if self.memory.is_some() {
            return work().and_then(then);
        }
        let (working, worked) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let keeper = scope.spawn(move || {
                // Every failure counts: the system tells of each but once.
                while worked.recv_timeout(KEEP) == Err(RecvTimeoutError::Timeout) {
                    fs::keep(&self.dir)?;
                }
                fs::keep(&self.dir)
            });
            let done = work();
            drop(working);
            let done = done.and_then(then)?;
            keeper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok(done)
        })
    }

    fn remembered<T>(&self, look: impl FnOnce(&mut BTreeMap<PathBuf, SecretBytes>) -> T) -> Option<T> {
        let mut files = self.memory.as_ref()?.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Some(look(&mut files))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Making::Missing);
        store.add(Path::new("ca/key"), b"one", Mode::Secret).unwrap();
        assert!(store.add(Path::new("ca/key"), b"two", Mode::Secret).is_err());
        assert_eq!(store.read(Path::new("ca/key")).unwrap().unwrap(), b"one");
    }

    #[cfg(unix)]
    #[test]
    fn a_claim_is_one_runs_and_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("store");
        let first = fs::claim(&folder).unwrap();
        assert!(first.is_some() && fs::claim(&folder).unwrap().is_none());
        drop(first);
        assert!(!folder.exists());
        let claim = Store::open(&folder, Making::Nothing).claim(&mut Problems::new(), &crate::diag::Silent).unwrap();
        assert!(claim.is_none() && !folder.exists());
    }

    #[test]
    fn what_is_made_in_memory_is_read_back_and_leaves_the_disk_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Making::InMemory);
        store.add(Path::new("ca/key"), b"one", Mode::Secret).unwrap();
        assert_eq!(store.read(Path::new("ca/key")).unwrap().unwrap(), b"one");
        assert_eq!(store.list(Path::new("ca")).unwrap(), ["key"]);
        assert!(fs::list(dir.path()).unwrap().is_empty());
    }

    #[test]
    fn a_new_folder_comes_whole_and_an_old_one_grows() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Making::Missing);
        let file = |path: &'static str, bytes| NewFile { path: Path::new(path), bytes, mode: Mode::Public };
        store.add_all(Path::new("a/b"), &[file("c/d", b"1"), file("e", b"2")]).unwrap();
        store.add_all(Path::new("a/b"), &[file("c/f", b"3")]).unwrap();
        assert!(store.add_all(Path::new("a/b"), &[file("c/g", b"4"), file("e", b"5")]).is_err());
        drop(store);
        let paths = fs::walk(dir.path()).unwrap();
        assert_eq!(paths, ["a/b/c/d", "a/b/c/f", "a/b/c/g", "a/b/e"].map(PathBuf::from));
        assert_eq!(fs::read(&dir.path().join("a/b/e")).unwrap(), b"2");
        assert!(!fs::scratch(dir.path()).exists());
    }

    #[test]
    fn a_replacement_is_put_together_aside() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Making::Missing);
        let path = Path::new("signcerts/cert.pem");
        store.add(path, b"old", Mode::Public).unwrap();
        store.replace(path, b"new").unwrap();
        assert_eq!(store.read(path).unwrap().unwrap(), b"new");
        // Where nothing can be put together aside, nothing is put together beside the file either.
        store.clean().unwrap();
        fs::write_new(&fs::scratch(dir.path()), b"", Mode::Public).unwrap();
        assert!(store.replace(path, b"newer").is_err());
        assert_eq!(store.read(path).unwrap().unwrap(), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_whose_name_is_no_text_is_not_passed_over() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Making::Missing);
        store.add(Path::new(std::ffi::OsStr::from_bytes(b"Schl\xfcssel.pem")), b"", Mode::Public).unwrap();
        assert!(store.list(Path::new("")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path(), Making::Missing).add(Path::new("key"), b"k", Mode::Secret).unwrap();
        assert_eq!(dir.path().join("key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
