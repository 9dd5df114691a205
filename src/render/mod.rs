//! Templates and what they are given become Kubernetes objects. Templates shape objects out of the model; which names and
//! settings there are was decided in `network`, and where objects go is `output`'s.

mod context;
mod engine;
mod macros;
mod object;
mod overlay;
mod pod_security;
mod scope;
mod templates;
#[cfg(test)]
mod tests_kafka;

pub use context::{Shown, scopes};
pub use object::Object;
pub use scope::{Scope, ScopeKind};
pub use templates::{Origin, Template, Templates};

use crate::chaincode::PackageIds;
use crate::channel::Artifacts;
use crate::crypto::Material;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::Network;
use crate::network::flow::roll::Roll;
use engine::Engine;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What becomes of Secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    Include,
    /// Every object but Secrets.
    Omit,
    /// Secrets alone.
    Only,
    /// Every secret value is replaced by a digest of public parts: the same with and without private keys.
    Redact,
}

/// What [`render`] works from.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub network: &'a Network,
    pub material: &'a Material,
    pub artifacts: &'a Artifacts,
    pub package_ids: &'a PackageIds,
    pub templates: &'a Templates,
    pub secrets: Secrets,
}

/// Where `kubectl apply` would fail: it keeps a copy in an annotation that ends at 256 KiB.
const NOTED_SIZE: usize = 180 * 1024;
/// Where Kubernetes itself ends (etcd's request limit is 1.5 MiB, a ConfigMap's or Secret's data 1 MiB).
const LARGEST_SIZE: usize = 1024 * 1024;

/// Every object of the network, scope by scope in the model's order.
pub fn render(request: &Request<'_>, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
    let Request { network, material, artifacts, package_ids, templates, secrets } = *request;
    let engine = Engine::new(templates, problems)?;
    let scopes = scopes(network, (material, artifacts, package_ids), secrets.into());
    let rendered: Vec<(Vec<Object>, Problems)> = scopes
        .par_iter()
        .map(|scope| {
            let mut found = Problems::new();
            let files = templates.of(scope.kind);
            (files.flat_map(|template| engine.render(template, scope, &mut found)).collect(), found)
        })
        .collect();
    let mut objects = Vec::new();
    for (some, found) in rendered {
        for problem in found.iter() {
            // What is wrong with a template is wrong in every scope: once is enough.
            if !problems.iter().any(|known| known.code == problem.code && known.places == problem.places) {
                problems.push(problem.clone());
            }
        }
        objects.extend(some);
    }
    problems.stop_on_errors()?;
    check_unique(&objects, problems);
    check_sizes(&objects, problems);
    pod_security::warn(&objects, network, problems);
    problems.stop_on_errors()?;
    objects.retain(|object| match secrets {
        Secrets::Include | Secrets::Redact => true,
        Secrets::Omit => !object.is_secret(),
        Secrets::Only => object.is_secret(),
    });
    Ok(objects)
}

fn check_unique(objects: &[Object], problems: &mut Problems) {
    let mut known: BTreeMap<(&str, Option<&str>, &str), &Object> = BTreeMap::new();
    for object in objects {
        let key = (object.kind.as_str(), object.namespace.as_deref(), object.name.as_str());
        if let Some(other) = known.insert(key, object) {
            let (message, help) = if object.place == other.place {
                (
                    "the template makes more than one",
                    "it is rendered once for each thing of its folder: put that thing's name into its own",
                )
            } else {
                ("two templates make the", "the second would silently replace the first: give one of them another name")
            };
            problems.push(
                Problem::new(Code::FK0505, format!("{message} {} `{}`", object.kind, object.name))
                    .at(&object.place)
                    .at(&other.place)
                    .help(help),
            );
        }
    }
}

fn check_sizes(objects: &[Object], problems: &mut Problems) {
    for object in objects {
        let size = object.text().len();
        let what = || format!("the {} `{}` has {} KiB", object.kind, object.name, size / 1024);
        if size > LARGEST_SIZE {
            let problem = Problem::new(Code::FK0507, format!("{}, and Kubernetes takes 1024", what()));
            problems.push(problem.at(&object.place).help("make it smaller, or spread it over several objects"));
        } else if size > NOTED_SIZE {
            let problem = Problem::new(Code::FK0506, format!("{}: a plain `kubectl apply` may refuse it", what()));
            problems
                .push(problem.at(&object.place).help("use `kubectl apply --server-side`, which keeps no copy in an annotation"));
        }
    }
}

/// The objects of a run of `flow roll`.
pub fn roll(roll: &Roll, network: &Network, templates: &Templates, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
    let engine = Engine::new(templates, problems)?;
    let scope = context::of_roll(roll, network);
    let objects: Vec<Object> = templates.of(scope.kind).flat_map(|template| engine.render(template, &scope, problems)).collect();
    problems.stop_on_errors()?;
    check_unique(&objects, problems);
    check_sizes(&objects, problems);
    pod_security::warn(&objects, network, problems);
    problems.stop_on_errors()?;
    Ok(objects)
}

/// Checks a set of templates without any network, so that a broken one is found before keys are made.
pub fn preflight(templates: &Templates, problems: &mut Problems) -> Result<(), Stop> {
    Engine::new(templates, problems).map(drop)?;
    problems.stop_on_errors()
}

/// A place in a template, for problems.
fn place(template: &Template, line: u32) -> Place {
    Place::option(&template.origin.to_string()).with_line(line)
}
