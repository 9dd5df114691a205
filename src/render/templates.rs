//! The templates: embedded ones, and the user's over them, file by file. Filling them is `engine`'s.

use super::ScopeKind;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// How the names of templates end; other files in a user's folder are left alone.
const ENDING: &str = ".j2";

/// Where a template comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    BuiltIn(String),
    User(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::BuiltIn(name) => write!(f, "templates/{name}"),
            Origin::User(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A template file.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its path below the templates' folder, `/` between the parts: `peer/statefulset.yaml.j2`.
    pub name: String,
    pub text: String,
    pub origin: Origin,
}

impl Template {
    /// A leading `_` marks a partial, which makes no object of its own.
    pub fn is_partial(&self) -> bool {
        self.file_name().starts_with('_')
    }

    /// The scope that it is rendered in: its folder.
    pub fn scope(&self) -> Option<ScopeKind> {
        ScopeKind::of_template(&self.name)
    }

    fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// A whole set of templates.
#[derive(Clone, Debug)]
pub struct Templates {
    files: BTreeMap<String, Template>,
}

impl Templates {
    /// The embedded templates.
    pub fn built_in() -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![&EMBEDDED];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                let name = file.path().to_string_lossy().replace('\\', "/");
                let text = file.contents_utf8().unwrap_or_default().to_owned();
                files.insert(name.clone(), Template { origin: Origin::BuiltIn(name.clone()), name, text });
            }
        }
        Self { files }
    }

    /// The embedded templates under those of a user's folder: a file of the same path replaces one, another is added.
    pub fn load(dir: Option<&Path>, problems: &mut Problems) -> Result<Self, Stop> {
        let mut templates = Self::built_in();
        let Some(dir) = dir else { return Ok(templates) };
        if !fs::is_dir(dir)? {
            let problem = Problem::new(Code::FK0504, format!("the templates' folder `{}` is not there", dir.display()));
            problems.push(problem.help("`fabkube templates eject` writes one to begin with"));
            return Ok(templates);
        }
        for below in fs::walk(dir)? {
            let name = below.to_string_lossy().replace('\\', "/");
            if !name.ends_with(ENDING) {
                continue;
            }
            let path = dir.join(&below);
            let Ok(text) = String::from_utf8(fs::read(&path)?) else {
                problems.push(Problem::new(Code::FK0501, "the template is not UTF-8 text").at(&Place::file(&path)));
                continue;
            };
            let template = Template { name: name.clone(), text, origin: Origin::User(path.clone()) };
            if template.scope().is_none() && !template.is_partial() {
                let known: Vec<&str> = ScopeKind::ALL.iter().map(|kind| kind.folder()).collect();
                problems.push(
                    Problem::new(Code::FK0504, format!("the template `{name}` would never be rendered: its folder is no scope"))
                        .at(&Place::file(&path))
                        .help(format!(
                            "put it into one of `{}`, or begin its name with `_` to include it elsewhere",
                            known.join("`, `")
                        )),
                );
            }
            templates.files.insert(name, template);
        }
        Ok(templates)
    }

    /// Every template, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        self.files.values()
    }

    /// Whether some template is the user's.
    pub fn has_users(&self) -> bool {
        self.iter().any(|template| matches!(template.origin, Origin::User(_)))
    }

    /// One template.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.files.get(name)
    }

    /// The templates that are rendered in a scope, by name.
    pub fn of(&self, scope: ScopeKind) -> impl Iterator<Item = &Template> {
        self.iter().filter(move |template| template.scope() == Some(scope) && !template.is_partial())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_template_is_a_partial_or_has_a_scope() {
        let templates = Templates::built_in();
        assert!(templates.iter().count() > 10);
        assert!(templates.iter().all(|template| template.is_partial() || template.scope().is_some()));
        assert!(templates.iter().all(|template| template.name.ends_with(ENDING)));
    }

    #[test]
    fn a_users_file_replaces_one_and_adds_another() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("peer/service.yaml.j2", "one"), ("peer/own.yaml.j2", "two"), ("README.md", "three")] {
            fs::write(&dir.path().join(name), text.as_bytes(), fs::Mode::Public).unwrap();
        }
        let mut problems = Problems::new();
        let templates = Templates::load(Some(dir.path()), &mut problems).unwrap();
        assert!(problems.is_empty());
        assert_eq!(templates.get("peer/service.yaml.j2").unwrap().text, "one");
        assert_eq!(templates.get("peer/own.yaml.j2").unwrap().text, "two");
        assert_eq!(templates.iter().count(), Templates::built_in().iter().count() + 1);
    }

    #[test]
    fn a_template_outside_a_scope_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(&dir.path().join("peers/service.yaml.j2"), b"", fs::Mode::Public).unwrap();
        let mut problems = Problems::new();
        Templates::load(Some(dir.path()), &mut problems).unwrap();
        assert!(problems.has_errors());
    }
}
