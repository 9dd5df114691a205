//! The files of a chaincode's folder that go into its package, as Fabric's own packager chooses them. How they are packed is `package`'s.

use super::indexes;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use crate::network::Language;
use std::path::{Path, PathBuf};

/// A file by its path in the package.
pub type File = (String, Vec<u8>);

const METADATA: &str = "META-INF";

/// What is packed of a folder of sources.
#[derive(Debug)]
pub struct Source {
    /// What the package says that its path is: the import path of Go's modules. For others Fabric looks at none, and one would make
    /// the id depend on where the files lie.
    pub path: String,
    pub files: Vec<File>,
}

/// The indexes for CouchDB below a folder; none where it has no `META-INF`.
pub fn indexes(dir: &Path, problems: &mut Problems) -> Result<Vec<File>, Stop> {
    let root = dir.join(METADATA);
    let mut files = Vec::new();
    for path in walk(&root, |_| false, problems)? {
        // Fabric's packager passes hidden files by.
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let file = root.join(&path);
        let (name, bytes) = (format!("{METADATA}/{}", slashed(&path)), fs::read(&file)?);
        if let Err(reason) = indexes::check(&name, &bytes) {
            let message = format!("`{name}` is no index that peers would take: {reason}");
            let problem = Problem::new(Code::FK0807, message).at(&Place::file(&file));
            problems.push(problem.help("correct the index, or take the file out of `META-INF`"));
        }
        files.push((name, bytes));
    }
    Ok(files)
}

/// What is packed of a chaincode in a language; `None` where a problem says why it cannot be.
pub fn read(language: Language, dir: &Path, place: &Place, problems: &mut Problems) -> Result<Option<Source>, Stop> {
    if !fs::is_dir(dir)? {
        let message = format!("the chaincode's folder `{}` is not there", dir.display());
        let problem = Problem::new(Code::FK0806, message).at(place);
        problems.push(problem.help("`path` is the folder with its sources, from where network.yaml lies"));
        return Ok(None);
    }
    // Paths are compared below, however the folder was named.
    let named = dir;
    let dir = &std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let module = if language == Language::Golang { module(dir)? } else { None };
    let (root, import_path) = match (language, module) {
        (Language::Golang, Some((root, path))) => (root, path),
        (Language::Golang, None) => return Ok(refuse(named, "go.mod", "`go mod init` makes one", place, problems)),
        (Language::Node, _) if !fs::exists(&dir.join("package.json"))? => {
            return Ok(refuse(named, "package.json", "a peer builds with npm, which starts from it", place, problems));
        }
        (Language::Java, _) if !has_any(dir, &["build.gradle", "build.gradle.kts", "pom.xml"])? => {
            return Ok(refuse(named, "build.gradle and no pom.xml", "a peer builds with Gradle or Maven", place, problems));
        }
        (Language::Node | Language::Java, _) => (dir.to_path_buf(), String::new()),
    };
    let metadata = dir.join(METADATA);
    let is_left_out = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let by_language = match language {
            Language::Golang => name.starts_with('.'),
            Language::Node => name == "node_modules" || name == ".git",
            Language::Java => ["target", "build", "out", ".git"].contains(&name.as_str()),
        };
        by_language || root.join(path) == metadata
    };
    let mut files = indexes(dir, problems)?;
    for path in walk(&root, is_left_out, problems)? {
        if language == Language::Java && path.extension().is_some_and(|extension| extension == "class") {
            continue;
        }
        files.push((format!("src/{}", slashed(&path)), fs::read(&root.join(&path))?));
    }
    files.sort();
    Ok(Some(Source { path: import_path, files }))
}

fn refuse(dir: &Path, lacks: &str, why: &str, place: &Place, problems: &mut Problems) -> Option<Source> {
    let problem = Problem::new(Code::FK0806, format!("the chaincode's folder `{}` has no {lacks}", dir.display())).at(place);
    problems.push(problem.help(format!("{why}; `language` says what the chaincode is written in, and `path` where it is")));
    None
}

fn has_any(dir: &Path, names: &[&str]) -> Result<bool, Stop> {
    for name in names {
        if fs::exists(&dir.join(name))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The folder of the Go module that a folder, by its whole path, is in, and the folder's import path.
fn module(dir: &Path) -> Result<Option<(PathBuf, String)>, Stop> {
    for root in dir.ancestors() {
        let Some(bytes) = fs::read_if_there(&root.join("go.mod"))? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(name) = text.lines().find_map(module_name) else { return Ok(None) };
        let below = dir.strip_prefix(root).map(slashed).unwrap_or_default();
        let path = if below.is_empty() { name } else { format!("{name}/{below}") };
        return Ok(Some((root.to_path_buf(), path)));
    }
    Ok(None)
}

/// What a line of go.mod says that the module is called.
fn module_name(line: &str) -> Option<String> {
    let line = line.split("//").next().unwrap_or_default().trim();
    let name = line.strip_prefix("module")?.strip_prefix([' ', '\t'])?.trim().trim_matches(['"', '`']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The files below a folder, sorted, without folders that are left out. Links to folders are not followed: one may lead back up.
fn walk(root: &Path, is_left_out: impl Fn(&Path) -> bool, problems: &mut Problems) -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        for name in fs::list_text(&root.join(&below))? {
            let path = below.join(name);
            match (fs::is_dir(&root.join(&path))?, fs::is_link(&root.join(&path))) {
                (true, _) if is_left_out(&path) => {}
                (true, true) => {
                    let place = Place::file(&root.join(&path));
                    let problem = Problem::new(Code::FK0808, format!("`{}` is a link to a folder", path.display())).at(&place);
                    problems.push(problem.help("peers take files alone: put a copy in its place"));
                }
                (true, false) => pending.push(path),
                (false, _) => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A path with `/` between its parts, on every system.
fn slashed(path: &Path) -> String {
    let parts: Vec<String> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::write(&path, text.as_bytes(), fs::Mode::Public).unwrap();
        }
        dir
    }

    fn packed(language: Language, dir: &Path) -> (String, Vec<String>, Vec<Code>) {
        let mut problems = Problems::new();
        let source = read(language, dir, &Place::file(dir), &mut problems).unwrap();
        let codes = problems.iter().map(|problem| problem.code).collect();
        let Some(Source { path, files }) = source else { return (String::new(), Vec::new(), codes) };
        (path, files.into_iter().map(|(path, _)| path).collect(), codes)
    }

    const INDEX: (&str, &str) = ("META-INF/statedb/couchdb/indexes/a.json", r#"{"index": {"fields": ["a"]}}"#);

    #[test]
    fn a_go_chaincode_is_its_module_without_hidden_folders() {
        let files = [
            ("go.mod", "// x\nmodule example.com/cc // y\n"),
            ("main.go", ""),
            (".git/x", ""),
            (".env", ""),
            ("a/b.go", ""),
            INDEX,
        ];
        let dir = folder(&files);
        let (path, files, codes) = packed(Language::Golang, dir.path());
        assert_eq!((path.as_str(), codes), ("example.com/cc", vec![]));
        assert_eq!(files, ["META-INF/statedb/couchdb/indexes/a.json", "src/.env", "src/a/b.go", "src/go.mod", "src/main.go"]);
    }

    #[test]
    fn a_go_chaincode_may_be_a_package_of_its_module() {
        let dir = folder(&[("go.mod", "module example.com/m"), ("lib/l.go", ""), ("cc/main.go", "")]);
        let (path, files, _) = packed(Language::Golang, &dir.path().join("cc"));
        assert_eq!((path.as_str(), files.join(" ").as_str()), ("example.com/m/cc", "src/cc/main.go src/go.mod src/lib/l.go"));
    }

    #[test]
    fn what_is_installed_or_built_stays_out() {
        let dir = folder(&[("package.json", "{}"), ("index.js", ""), ("node_modules/a/b.js", ""), ("META-INF/statedb/.x", "")]);
        assert_eq!(packed(Language::Node, dir.path()).1, ["src/index.js", "src/package.json"]);
        let dir = folder(&[("pom.xml", ""), ("src/A.java", ""), ("A.class", ""), ("target/x", ""), ("build/x", "")]);
        assert_eq!(packed(Language::Java, dir.path()).1, ["src/pom.xml", "src/src/A.java"]);
    }

    #[test]
    fn a_folder_that_cannot_be_built_is_a_problem() {
        let dir = folder(&[("a.txt", ""), ("META-INF/b.json", "{}")]);
        for language in Language::ALL {
            assert!(packed(language, dir.path()).2.contains(&Code::FK0806), "{language:?}");
        }
        assert_eq!(packed(Language::Node, &dir.path().join("none")).2, [Code::FK0806]);
        let mut problems = Problems::new();
        assert_eq!(indexes(dir.path(), &mut problems).unwrap().len(), 1);
        assert!(problems.iter().any(|problem| problem.code == Code::FK0807));
        assert!(indexes(&dir.path().join("none"), &mut Problems::new()).unwrap().is_empty());
    }

    /// What is packed depends on the files, and not on how their folder is named.
    #[test]
    fn a_folder_may_be_named_from_here() {
        let files = [("go.mod", "module m"), ("main.go", ""), ("package.json", "{}"), INDEX];
        let dir = folder(&files);
        let here = std::env::current_dir().unwrap();
        let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
        let relative = up.join(dir.path().strip_prefix("/").unwrap());
        for language in [Language::Golang, Language::Node] {
            assert_eq!(packed(language, &relative), packed(language, dir.path()), "{language:?}");
            assert!(!packed(language, &relative).1.iter().any(|path| path.starts_with("src/META-INF")), "{language:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_is_not_followed() {
        let dir = folder(&[("package.json", "{}")]);
        std::os::unix::fs::symlink("..", dir.path().join("up")).unwrap();
        assert_eq!(packed(Language::Node, dir.path()).2, [Code::FK0808]);
    }
}
