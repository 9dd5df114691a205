//! Projects in temporary folders, and running fabkube on them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project folder of its own, gone when the test ends.
pub struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    /// The four files of `samples/`, without any key.
    pub fn sample() -> Self {
        let project = Self::empty();
        for name in ["crypto-config.yaml", "configtx.yaml", "network.yaml", "values.yaml"] {
            project.write(name, &read(&root().join("samples").join(name)));
        }
        project
    }

    /// The sample with the stores of the fixture: keys and blocks for tests alone.
    pub fn sample_with_stores() -> Self {
        let project = Self::sample();
        copy_tree(&root().join("tests/fixtures/samples"), project.path());
        project
    }

    /// A sample of its own, `samples/NAME`, with the stores of its fixture.
    pub fn other_sample_with_stores(name: &str) -> Self {
        let project = Self::copy_of(&root().join("samples").join(name));
        copy_tree(&root().join("tests/fixtures").join(name), project.path());
        project
    }

    /// A copy of a folder.
    pub fn copy_of(dir: &Path) -> Self {
        let project = Self::empty();
        copy_tree(dir, project.path());
        project
    }

    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces text in a file, which must be in it.
    pub fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "`{old}` is not in {name}");
        self.write(name, &text.replace(old, new));
    }

    pub fn read(&self, name: &str) -> String {
        read(&self.path().join(name))
    }

    pub fn remove(&self, name: &str) {
        let path = self.path().join(name);
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }

    /// Runs fabkube in the folder.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_fabkube")).args(args).current_dir(self.path()).output().unwrap();
        Ran::new(output)
    }

    /// Every file below a folder of the project, with its bytes.
    pub fn tree(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.path().join(name))
    }
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The run must have ended with 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// The run must have said that the input is wrong, and printed no product.
    #[track_caller]
    pub fn wrong(self) -> Self {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// Text of a file that must be there.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below a folder, by its path below it; none where the folder is not there.
pub fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(folder) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().to_path_buf(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Copies a folder; the copies can be written.
pub fn copy_tree(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let target = to.join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, bytes).unwrap();
    }
}

/// Whether golden files are to be renewed rather than compared: `BLESS=1`, which is what `just bless` sets.
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Compares text with a file, or renews the file.
#[track_caller]
pub fn compare_with_file(path: &Path, actual: &str) {
    if blessing() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        let diff = similar::TextDiff::from_lines(&expected, actual);
        panic!("{} differs (`just bless` renews it):\n{}", path.display(), diff.unified_diff().header("golden", "actual"));
    }
}
