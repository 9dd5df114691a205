//! Wrong projects: each file in `tests/diagnostics/` is the sample with something wrong in it, and the report a user sees.
//! What a file may say is in `tests/diagnostics/README.md`; `just bless` renews the reports.

use crate::support::{Project, blessing, files, read, root};
use fabkube::diag::Code;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Codes that no file can show, and why.
const ELSEWHERE: &[(Code, &str)] = &[
    (Code::FK0282, "it comes with a transaction that is made"),
    (Code::FK0808, "it takes a link to a folder"),
    (Code::FK0902, "nothing is left out any more"),
    (Code::FK0603, "it takes another run that lasts two minutes"),
    (Code::FK0708, "it takes another run at the same time"),
];

#[test]
fn every_wrong_project_is_reported_as_its_file_says_and_nothing_is_written() {
    let cases = cases();
    assert!(!cases.is_empty());
    let wrong: Vec<String> = cases.par_iter().filter_map(|(path, text)| run(path, text).err()).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

#[test]
fn every_code_is_shown_by_a_wrong_project() {
    let all: String = cases().into_iter().map(|(_, text)| text).collect();
    let shown = |code: Code| all.contains(&format!("[{code}]"));
    let listed = |code: Code| ELSEWHERE.iter().any(|(elsewhere, _)| *elsewhere == code);
    let missing: Vec<Code> = Code::ALL.iter().copied().filter(|code| !shown(*code) && !listed(*code)).collect();
    assert!(missing.is_empty(), "no file in tests/diagnostics shows {missing:?}");
    let needless: Vec<Code> = ELSEWHERE.iter().map(|(code, _)| *code).filter(|code| shown(*code)).collect();
    assert!(needless.is_empty(), "shown by a file, so not to be listed: {needless:?}");
}

fn cases() -> Vec<(PathBuf, String)> {
    let dir = root().join("tests/diagnostics");
    let is_case = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "txt");
    files(&dir).into_keys().filter(is_case).map(|path| (dir.join(&path), read(&dir.join(&path)))).collect()
}

/// A file, taken apart.
struct Case<'a> {
    /// Everything before the report: what is renewed is only what follows.
    input: &'a str,
    args: Vec<&'a str>,
    /// Each with its heading, in order.
    sections: Vec<(&'a str, &'a str)>,
}

impl<'a> Case<'a> {
    fn parse(text: &'a str) -> Self {
        let input = text.find("-- stderr --\n").map_or(text, |at| &text[..at]);
        let (head, _) = input.split_once("\n-- ").unwrap_or((input, ""));
        let command = head.lines().find_map(|line| line.strip_prefix("$ fabkube ")).expect("a line `$ fabkube …`");
        let mut sections: Vec<(&str, &str)> = Vec::new();
        let mut rest = &input[head.len()..];
        while let Some((before, after)) = rest.split_once("-- ") {
            assert!(before.trim().is_empty(), "text between sections: {before}");
            let (heading, body) = after.split_once(" --\n").expect("a heading ends with ` --`");
            let end = body.match_indices("-- ").map(|(at, _)| at).find(|at| *at == 0 || body[..*at].ends_with('\n'));
            let end = end.unwrap_or(body.len());
            sections.push((heading, &body[..end]));
            rest = &body[end..];
        }
        Self { input, args: command.split_whitespace().collect(), sections }
    }

    /// The project that it describes.
    fn project(&self) -> Project {
        let with_stores = self.sections.iter().any(|(heading, _)| *heading == "stores");
        let project = if with_stores { Project::sample_with_stores() } else { Project::sample() };
        for (heading, body) in &self.sections {
            match heading.split_once(' ') {
                _ if *heading == "stores" => {}
                None => project.write(heading, body),
                Some(("patch", file)) => patch(&project, file, body),
                Some(("remove", path)) => project.remove(path),
                Some(("copy", paths)) => {
                    let (from, to) = paths.split_once(" to ").expect("copy FROM to TO");
                    let (from, to) = (project.path().join(from), project.path().join(to));
                    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                    std::fs::copy(from, to).unwrap();
                }
                Some(("run", args)) => drop(project.run(&args.split_whitespace().collect::<Vec<_>>()).ok()),
                Some(("cut", path)) => cut(&project, path, body.trim().parse().expect("a number of bytes")),
                Some(_) => panic!("no such section: {heading}"),
            }
        }
        project
    }
}

/// Replaces the lines with `-` by those with `+`; hunks end at empty lines, and lines with a space stay.
fn patch(project: &Project, file: &str, body: &str) {
    for hunk in body.split("\n\n").filter(|hunk| !hunk.trim().is_empty()) {
        let side = |other: char| -> String {
            let lines = hunk.lines().filter(|line| !line.starts_with(other));
            lines.map(|line| format!("{}\n", &line[1..])).collect()
        };
        let (old, new) = (side('+'), side('-'));
        let count = project.read(file).matches(&old).count();
        assert_eq!(count, 1, "these lines are {count} times in {file}:\n{old}");
        project.replace(file, &old, &new);
    }
}

/// Leaves the first bytes of a file.
fn cut(project: &Project, file: &str, length: usize) {
    let bytes = std::fs::read(project.path().join(file)).unwrap();
    std::fs::write(project.path().join(file), &bytes[..length]).unwrap();
}

fn run(path: &Path, text: &str) -> Result<(), String> {
    let case = Case::parse(text);
    let project = case.project();
    let before = state(&project);
    let ran = project.run(&case.args);
    let name = path.file_name().unwrap().to_string_lossy();
    if ran.code != 0 && !ran.stdout.is_empty() {
        return Err(format!("{name}: exit {} and yet something on stdout:\n{}", ran.code, ran.stdout));
    }
    let after = state(&project);
    if before != after {
        let changed: Vec<&PathBuf> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
        return Err(format!("{name}: the project was changed: {changed:?}\n{}", ran.stderr));
    }
    let actual = format!("{}-- stderr --\n{}-- exit --\n{}\n", case.input, ran.stderr, ran.code);
    if blessing() {
        std::fs::write(path, &actual).unwrap();
    } else if actual != text {
        let diff = similar::TextDiff::from_lines(text, &actual);
        return Err(diff.unified_diff().header(&name, "actual").to_string());
    }
    Ok(())
}

/// Every file with its bytes and the time of its last change.
fn state(project: &Project) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let time = |path: &Path| project.path().join(path).metadata().unwrap().modified().unwrap();
    project.tree(".").into_iter().map(|(path, bytes)| (path.clone(), (bytes, time(&path)))).collect()
}
