//! What users have core.yaml and orderer.yaml say: judged key by key against what fabkube sets itself, and against the keys that
//! the Fabric version knows. Which keys those are is `fabric_keys`'s, and what their values may be `fabric_values`'s.

use super::fabric_values::{self, Reader};
use super::own;
use crate::diag::{Code, Place, Problem, Problems, near};
use crate::network::fabric_keys::{Fit, Keys};
use crate::network::{EnvVar, FabricVersion, Role};
use crate::yaml::{Free, FreeMap, Value};

/// A node's own part of core.yaml or orderer.yaml. What it says in place of a variable that gives way takes that out of `env`.
pub fn config(own: &FreeMap, (role, version): (Role, FabricVersion), env: &mut Vec<EnvVar>, problems: &mut Problems) -> Value {
    if !own.is_empty() {
        let keys = Keys::of(role, version);
        let mut judge = Judge { role, version, keys, env, problems };
        judge.map(&mut Vec::new(), own);
    }
    own.data()
}

struct Judge<'a> {
    role: Role,
    version: FabricVersion,
    /// `None` where the keys of the version are not known.
    keys: Option<Keys>,
    env: &'a mut Vec<EnvVar>,
    problems: &'a mut Problems,
}

impl Judge<'_> {
    fn file(&self) -> &'static str {
        match self.role {
            Role::Peer => "core.yaml",
            Role::Orderer => "orderer.yaml",
        }
    }

    /// The variable that stands for a key (viper's and Fabric's own rule alike).
    fn variable(&self, path: &[&str]) -> String {
        let prefix = match self.role {
            Role::Peer => "CORE",
            Role::Orderer => "ORDERER",
        };
        path.iter().fold(prefix.to_owned(), |name, key| format!("{name}_{}", key.to_uppercase().replace('.', "_")))
    }

    fn map<'v>(&mut self, path: &mut Vec<&'v str>, map: &'v FreeMap) {
        for (key, value) in map.iter() {
            path.push(&key.value);
            self.entry(path, &key.place, value);
            path.pop();
        }
    }

    fn entry<'v>(&mut self, path: &mut Vec<&'v str>, place: &Place, value: &'v Free) {
        let variable = self.variable(path);
        if own::yields(&variable) {
            self.env.retain(|made| made.name != variable);
            return;
        }
        if self.keys.as_ref().is_some_and(|keys| keys.gone(self.role, path).is_some()) {
            self.unknown(path, place);
            return;
        }
        let remedy = own::remedy(&variable, self.env).or_else(|| own::is_secret(&variable).then(|| own::from_secret(&variable)));
        if let Some(remedy) = remedy {
            let message = format!("`{}` of {} is not yours to set", path.join("."), self.file());
            self.problems.push(Problem::new(Code::FK0290, message).at(place).help(remedy));
            return;
        }
        match (self.keys.as_ref().map(|keys| keys.fit(path)), value) {
            (Some(Fit::Unknown), _) => self.unknown(path, place),
            (Some(Fit::Section) | None, Free::Map(inner)) => self.map(path, inner),
            (Some(Fit::Key), _) => self.value(path, (value, place)),
            (Some(Fit::Section), Free::Null) | (None, _) => {}
            (Some(Fit::Section), _) => {
                let message = format!("`{}` is a section of {}, and no value can stand there", path.join("."), self.file());
                self.problems.push(Problem::new(Code::FK0103, message).at(place).help("write a map of its keys"));
            }
        }
    }

    fn value(&mut self, path: &[&str], (value, place): (&Free, &Place)) {
        let Some(kind) = self.keys.as_ref().and_then(|keys| keys.kind(path)) else { return };
        let is_in = |section: &[&str]| path.iter().zip(section).all(|(word, own)| word.eq_ignore_ascii_case(own));
        let whole = [["peer", "BCCSP"], ["peer", "handlers"]].iter().any(|section| is_in(section));
        let reader = if self.role == Role::Peer && !whole { Reader::ByKey } else { Reader::Whole };
        let name = format!("`{}` of {}", path.join("."), self.file());
        fabric_values::check(kind, (&name, value, place), reader, self.problems);
    }

    /// A peer ignores what it does not know; an orderer does not start (`ErrorUnused` in Fabric's viperutil).
    fn unknown(&mut self, path: &[&str], place: &Place) {
        let (Some(keys), Some((word, above))) = (&self.keys, path.split_last()) else { return };
        let (file, FabricVersion { major, minor, .. }) = (self.file(), self.version);
        let message = format!("{file} of Fabric {major}.{minor} has no key `{}`", path.join("."));
        // Advice is only what may be followed.
        let is_theirs = |path: &[&str]| own::remedy(&self.variable(path), self.env).is_none();
        let known = keys.below(above);
        let theirs: Vec<&str> = known.iter().copied().filter(|name| is_theirs(&[above, &[*name]].concat())).collect();
        let help = if let Some(instead) = keys.gone(self.role, path) {
            instead.to_owned()
        } else if word.contains('.') {
            "write maps within maps: `a: {b: …}` where `a.b` is meant".to_owned()
        } else if let Some(name) = near(word, &theirs) {
            format!("`{name}` is known; was that meant?")
        } else if let Some(name) = near(word, &known) {
            let remedy = own::remedy(&self.variable(&[above, &[name]].concat()), self.env).unwrap_or_default();
            format!("`{name}` is known, and not yours to set: {remedy}")
        } else if let Some(elsewhere) = keys.named(word).filter(|path| is_theirs(&path.split('.').collect::<Vec<_>>())) {
            format!("`{elsewhere}` is known; was that meant?")
        } else {
            format!("known here are `{}`", theirs.join("`, `"))
        };
        let problem = match self.role {
            Role::Peer => Problem::new(Code::FK0291, message),
            Role::Orderer => Problem::new(Code::FK0292, format!("{message}, and orderers would not start")),
        };
        self.problems.push(problem.at(place).help(help));
    }
}
