//! The order of the modules: each uses only those before it, and each large dependency has one door.

use crate::support::{read, root};
use std::path::{Path, PathBuf};

/// The modules in the order of the line; `main.rs` and `lib.rs` stand outside it.
const LAYERS: &[&str] = &[
    "fs",
    "diag",
    "yaml",
    "store",
    "lock",
    "project",
    "input",
    "network",
    "crypto",
    "channel",
    "chaincode",
    "profile",
    "render",
    "output",
    "cluster",
    "pipeline",
    "cli",
];

/// A dependency, as Rust names it, and the modules that may use it.
const DOORS: &[(&str, &[&str])] = &[
    ("serde_yaml", &["yaml"]),
    ("saphyr_parser", &["yaml"]),
    ("rcgen", &["crypto"]),
    ("x509_parser", &["crypto"]),
    ("p256", &["crypto"]),
    ("p384", &["crypto"]),
    ("p521", &["crypto"]),
    ("ring", &["crypto"]),
    ("prost", &["channel"]),
    ("minijinja", &["render"]),
    ("include_dir", &["render"]),
    ("similar", &["output"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("anyhow", &["cli"]),
];

#[test]
fn every_module_uses_only_those_before_it() {
    let mut wrong = Vec::new();
    for (module, path, number, line) in lines() {
        for used in LAYERS {
            let names_it = line.match_indices("crate::").any(|(at, _)| {
                let rest = &line[at + "crate::".len()..];
                rest.strip_prefix(used).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            if names_it && rank(used) > rank(&module) {
                wrong.push(format!("{}:{number}: `{module}` uses `{used}`, which comes after it", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that turn round:\n{}", wrong.join("\n"));
}

#[test]
fn every_large_dependency_has_one_door() {
    let mut wrong = Vec::new();
    for (module, path, number, line) in lines() {
        for (dependency, doors) in DOORS {
            if names(&line, dependency) && !doors.contains(&module.as_str()) {
                wrong.push(format!("{}:{number}: `{dependency}` is used outside `{}`", path.display(), doors.join("`, `")));
            }
        }
    }
    assert!(wrong.is_empty(), "doors that stand open:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_program_is_in_the_list() {
    let listed: Vec<String> = read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert_eq!(listed, LAYERS);
}

/// Whether a line of code has a word, and not as a part of another.
fn names(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
        && (line.contains(&format!("{word}::"))
            || line.trim_start().starts_with("use ")
            || line.trim_start().starts_with("extern "))
}

#[test]
fn no_import_hides_several_modules_in_braces() {
    let grouped: Vec<String> = lines()
        .into_iter()
        .filter(|(_, _, _, line)| line.contains("crate::{"))
        .map(|(_, path, number, _)| format!("{}:{number}", path.display()))
        .collect();
    assert!(grouped.is_empty(), "write `use crate::module::…`, so that the arrows can be seen: {grouped:?}");
}

fn rank(module: &str) -> usize {
    LAYERS.iter().position(|layer| *layer == module).unwrap_or(LAYERS.len())
}

/// Every line of code that is no comment, with its module, file and number.
fn lines() -> Vec<(String, PathBuf, usize, String)> {
    let src = root().join("src");
    let mut all = Vec::new();
    for path in crate::support::files(&src).into_keys().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let first = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let module = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        if module == "main" || module == "lib" {
            continue;
        }
        for (i, line) in read(&src.join(&path)).lines().enumerate() {
            if !line.trim_start().starts_with("//") {
                all.push((module.clone(), Path::new("src").join(&path), i + 1, line.to_owned()));
            }
        }
    }
    all
}
