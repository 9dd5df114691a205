//! The networks that properties are tried on, made and rendered.

use crate::cluster::Cluster;
use crate::generated;
use crate::support::Project;
use fabkube::cluster::{Hosts, Outside, rewrites};
use fabkube::crypto::Names;
use fabkube::diag::{Problems, Silent};
use fabkube::lock::Memory;
use fabkube::network::Purpose;
use fabkube::pipeline::{self, Made, Walk};
use fabkube::render::{Object, Secrets, Templates};
use fabkube::store::{Keys, Making, Policy};
use rayon::prelude::*;

/// How many networks are made up.
const NETWORKS: u64 = 10;

/// The samples by their folders below `samples/`, and the Secrets that the user brings into the cluster.
const SAMPLES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("namespaces", &[]),
    ("production", &["prometheus-client", "registry"]),
    ("bft", &[]),
    ("solo", &[]),
    ("kafka", &[]),
    ("chaincode", &[]),
];

/// A network, all that was rendered of it, and what is not of it.
pub struct Case {
    /// For whoever reads a failure.
    pub name: String,
    /// Addresses in it that are machines elsewhere.
    pub external: Vec<String>,
    /// Secrets that the user brings.
    pub brought: Vec<&'static str>,
    pub folder: Project,
    pub made: Made,
    pub objects: Vec<Object>,
    pub cluster: Cluster,
}

/// Runs a check over every sample and every made-up network; a failure says which. `SEED=n` runs that one made-up network alone,
/// `SEEDS=n` as many.
pub fn for_all(check: impl Fn(&Case) + Sync) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let only = number("SEED");
    let samples = if only.is_some() { &[] } else { SAMPLES };
    let seeds: Vec<u64> = only.map_or_else(|| (0..number("SEEDS").unwrap_or(NETWORKS)).collect(), |seed| vec![seed]);
    samples.par_iter().for_each(|(name, brought)| check(&sample(name, brought)));
    seeds.into_par_iter().for_each(|seed| check(&made_up(seed)));
}

fn sample(name: &str, brought: &[&'static str]) -> Case {
    let folder = if name.is_empty() { Project::sample_with_stores() } else { Project::other_sample_with_stores(name) };
    case(format!("samples/{name}"), folder, Vec::new(), brought.to_vec(), String::new)
}

fn made_up(seed: u64) -> Case {
    let generated = generated::network(seed);
    let folder = Project::empty();
    folder.write("crypto-config.yaml", &generated.crypto_config);
    folder.write("configtx.yaml", &generated.configtx);
    folder.write("values.yaml", &generated.values);
    generated.network.iter().for_each(|text| folder.write("network.yaml", text));
    let files = || format!("{}\n{}\n{}", generated.crypto_config, generated.configtx, generated.values);
    case(format!("seed {seed}"), folder, generated.external.clone(), generated.brought.clone(), files)
}

fn case(name: String, folder: Project, external: Vec<String>, brought: Vec<&'static str>, files: impl Fn() -> String) -> Case {
    let made = make(&folder, Making::Missing, Keys::Needed, &|| format!("{name}\n{}", files()));
    let objects = objects(&made, Secrets::Include);
    // Hosts outside lead to the same nodes from there.
    let rewrites = rewrites(&made.network, &Hosts::new(&made.network, Outside::Led));
    let cluster = Cluster::new(&objects, &made.network.cluster_domain, &rewrites);
    Case { name, external, brought, folder, made, objects, cluster }
}

/// Whatever a run of `render` makes of a folder; `context` is for whoever reads a failure.
pub fn make(folder: &Project, making: Making, keys: Keys, context: &dyn Fn() -> String) -> Made {
    let mut problems = Problems::new();
    let policy = Policy { making, keys };
    let walk = Walk {
        project: &in_folder(folder),
        policy,
        memory: Memory::Counts,
        purpose: Purpose::Deployment,
        names: Names::Checked,
        progress: &Silent,
    };
    let made = pipeline::make(walk, &mut problems);
    made.unwrap_or_else(|stop| {
        panic!("{stop}: {}\n{}", problems.iter().map(|p| p.to_string()).collect::<Vec<_>>().join("\n"), context())
    })
}

/// What is rendered of it.
pub fn objects(made: &Made, secrets: Secrets) -> Vec<Object> {
    pipeline::objects(made, &Templates::built_in(), secrets, &mut Problems::new()).unwrap()
}

/// The project in a folder, as the library reads it.
pub fn in_folder(folder: &Project) -> fabkube::project::Project {
    fabkube::project::Project::in_dir(folder.path())
}
