//! What users add to the pods of nodes, checked against what is in them already. Kubernetes' own structures are passed on as they
//! are; which Pod Security level they meet is `pod_security`'s.

use super::{containers, host_aliases, own, pod_security, settings, structures};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::given;
use crate::input::values::{EnvSettings, NodeSettings, words};
use crate::network::pod::{ANNOTATIONS, SOME_VOLUMES, VOLUMES};
use crate::network::{AntiAffinity, EnvVar, Labels, Pod, PodSecurity, Reach, Strength, names};
use crate::yaml::{Free, FreeMap, Ordered, Spanned, Value};
use std::collections::BTreeMap;

/// What a node's pod has without the user.
pub struct Made<'a> {
    pub labels: &'a Labels,
    /// What finds the pods that it is not to share a machine with, and where.
    pub siblings: (Labels, Reach),
    /// Where its main container has something mounted.
    pub mounts: Vec<&'a str>,
    pub volumes: Vec<&'a str>,
    /// The ports that its containers listen at, by name.
    pub ports: Vec<(&'a str, u16)>,
}

impl<'a> Made<'a> {
    /// A pod that there is one of, and that takes nothing of the user's within.
    pub fn closed(labels: &'a Labels, selector: &Labels) -> Self {
        let (siblings, mounts) = ((selector.clone(), Reach::Namespace), Vec::new());
        Self { labels, siblings, mounts, volumes: Vec::new(), ports: Vec::new() }
    }
}

/// The user's part of a pod.
pub fn pod(settings: &NodeSettings, made: Made<'_>, problems: &mut Problems) -> Pod {
    let mut security = PodSecurity::Restricted;
    let own = volumes(settings, problems);
    let volumes: Vec<&str> = own.iter().map(|name| name.as_str()).chain(made.volumes.iter().copied()).collect();
    check_mounts(settings, &made, &volumes, problems);
    containers::check(settings, &made, &volumes, problems);
    structures::check("Affinity", &settings.affinity, &Place::default(), problems);
    check_spread(&settings.topology_spread_constraints, problems);
    for container in settings.extra_init_containers.iter().chain(&settings.extra_containers) {
        security = security.max(pod_security::of_container(container, problems));
    }
    for volume in &settings.extra_volumes {
        security = security.max(pod_security::of_volume(volume, problems));
    }
    security = security.max(pod_security::of_annotations(&settings.pod_annotations, problems));
    let mut labels = made.labels.clone();
    labels.extend(own_labels(&settings.pod_labels, made.labels, problems));
    let priority = &settings.priority_class_name;
    if given(priority)
        && let Err(reason) = names::check_subdomain(priority)
    {
        let problem = Problem::new(Code::FK0211, format!("`{priority}` cannot name a PriorityClass: {reason}"));
        problems.push(problem.at(&priority.place).help("`kubectl get priorityclasses` lists those of a cluster"));
    }
    Pod {
        labels,
        annotations: annotations(&settings.pod_annotations, ANNOTATIONS, problems),
        service_account_annotations: annotations(&settings.service_account.annotations, &[], problems),
        priority_class: given(priority).then(|| priority.value.clone()),
        affinity: settings.affinity.data(),
        anti_affinity: anti_affinity(settings, made.siblings, problems),
        topology_spread_constraints: data(&settings.topology_spread_constraints),
        host_aliases: host_aliases::host_aliases(&settings.host_aliases, problems),
        containers: data(&settings.extra_containers),
        init_containers: data(&settings.extra_init_containers),
        volumes: data(&settings.extra_volumes),
        volume_mounts: data(&settings.extra_volume_mounts),
        security,
    }
}

fn data(list: &[Spanned<FreeMap>]) -> Vec<Value> {
    list.iter().map(|map| map.data()).collect()
}

/// The user's variables of a node's main container; `made` is what fabkube sets there.
pub fn env(list: &[Spanned<EnvSettings>], made: &[EnvVar], problems: &mut Problems) -> Vec<EnvVar> {
    let mut known = Taken::default();
    let mut env = Vec::new();
    for variable in list {
        let EnvSettings { name, value, value_from } = &variable.value;
        // envvar names: apimachinery `pkg/util/validation`, IsEnvVarName
        let word = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(word) {
            let problem = Problem::new(Code::FK0294, format!("`{name}` is no name of an environment variable"));
            let place = if given(name) { &name.place } else { &variable.place };
            problems.push(problem.at(place).help("`extraEnv: [{name: NAME, value: text}]`"));
        }
        if let (Some(_), Some(_)) = (value, value_from) {
            let problem = Problem::new(Code::FK0294, format!("the variable `{name}` has both `value` and `valueFrom`"));
            problems.push(problem.at(&variable.place).help("Kubernetes takes one of them: take the other out"));
        }
        let open = value.is_some() && own::is_secret(name);
        let remedy = own::remedy(name, made).or_else(|| open.then(|| own::from_secret(name)));
        if let Some(remedy) = remedy {
            let problem = Problem::new(Code::FK0290, format!("the variable `{name}` is not yours to set"));
            problems.push(problem.at(&name.place).help(remedy));
        } else {
            known.check(name, "variable", &[], problems);
        }
        if let Some(from) = value_from {
            structures::check("EnvVarSource", from, &variable.place, problems);
        }
        env.push(EnvVar { name: name.value.clone(), value: value.clone(), value_from: value_from.as_ref().map(FreeMap::data) });
    }
    env
}

/// The names of the user's volumes.
fn volumes(settings: &NodeSettings, problems: &mut Problems) -> Vec<Spanned<String>> {
    let mut taken = Taken::default();
    let mut names = Vec::new();
    for volume in &settings.extra_volumes {
        structures::check("Volume", volume, &volume.place, problems);
        let Some(name) = text(volume.get("name")) else { continue };
        taken.check(&name, "volume", &[VOLUMES, SOME_VOLUMES].concat(), problems);
        names.push(name);
    }
    names
}

fn check_mounts(settings: &NodeSettings, made: &Made<'_>, volumes: &[&str], problems: &mut Problems) {
    let mut paths = Taken::default();
    for mount in &settings.extra_volume_mounts {
        structures::check("VolumeMount", mount, &mount.place, problems);
        if let Some(path) = text(mount.get("mountPath")) {
            if path.is_empty() || path.contains(':') {
                let problem = Problem::new(Code::FK0294, format!("`{path}` is no path where a volume can be mounted"));
                problems.push(problem.at(&path.place).help("write a path without a `:`: `mountPath: /certs`"));
            }
            paths.check(&Spanned::new(absolute(&path), path.place), "mount path", &made.mounts, problems);
        }
        if let Some(name) = text(mount.get("name")) {
            containers::check_volume(&name, volumes, problems);
        }
    }
}

/// A path as the kubelet and the container's runtime take it: from the root, without `//`, `.` and `..`.
fn absolute(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Kubernetes refuses two of one topology that do the same (`ValidateSpreadConstraintNotRepeat`).
fn check_spread(constraints: &[Spanned<FreeMap>], problems: &mut Problems) {
    let mut taken = Taken::default();
    for constraint in constraints {
        structures::check("TopologySpreadConstraint", constraint, &constraint.place, problems);
        if let (Some(key), Some(way)) = (text(constraint.get("topologyKey")), text(constraint.get("whenUnsatisfiable"))) {
            let both = Spanned::new(format!("{}, {}", key.value, way.value), constraint.place.clone());
            taken.check(&both, "spread constraint", &[], problems);
        }
    }
}

/// A text where one stands; what else does is reported with its structure.
pub fn text(value: Option<&Spanned<Free>>) -> Option<Spanned<String>> {
    let value = value?;
    Some(Spanned::new(value.text()?.to_owned(), value.place.clone()))
}

/// Names that the user has taken, and where.
#[derive(Default)]
pub struct Taken(BTreeMap<String, Place>);

impl Taken {
    /// Reports a name that the pod has already, by fabkube or by the user, and remembers it.
    pub fn check(&mut self, name: &Spanned<String>, what: &str, made: &[&str], problems: &mut Problems) {
        if made.contains(&name.as_str()) {
            let problem = Problem::new(Code::FK0293, format!("the {what} `{name}` is fabkube's own"));
            problems.push(problem.at(&name.place).help(format!("use another; fabkube's own are `{}`", made.join("`, `"))));
        } else if let Some(other) = self.0.insert(name.value.clone(), name.place.clone()) {
            let problem = Problem::new(Code::FK0293, format!("the {what} `{name}` is there twice"));
            problems.push(problem.at(&name.place).at(&other).help("take one of them out"));
        }
    }
}

/// The user's labels beside those that fabkube gives.
pub fn own_labels(settings: &Ordered<Spanned<String>>, made: &Labels, problems: &mut Problems) -> Labels {
    for (key, value) in settings.iter() {
        if made.contains_key(&key.value) {
            let problem = Problem::new(Code::FK0293, format!("the label `{}` is fabkube's own", key.value));
            let known: Vec<&str> = made.keys().map(String::as_str).collect();
            let help = format!("objects are found by it: use another; fabkube's own are `{}`", known.join("`, `"));
            problems.push(problem.at(&key.place).help(help));
        }
        check_label(key, value, problems);
    }
    texts(settings)
}

/// Whether a label can be that of a pod or of a machine.
pub fn check_label(key: &Spanned<String>, value: &Spanned<String>, problems: &mut Problems) {
    check_key(key, "a label", problems);
    if let Err(reason) = names::check_label_value(value) {
        let problem = Problem::new(Code::FK0211, format!("`{value}` cannot be the value of a label: {reason}"));
        problems.push(problem.at(&value.place).help("use letters, digits, `-`, `_` and `.`; annotations take any text"));
    }
}

/// Annotations of the user's; `made` are those that fabkube sets there.
pub fn annotations(settings: &Ordered<Spanned<String>>, made: &[&str], problems: &mut Problems) -> BTreeMap<String, String> {
    for (key, _) in settings.iter() {
        Taken::default().check(key, "annotation", made, problems);
        check_key(key, "an annotation", problems);
    }
    texts(settings)
}

/// Whether a text can be the key of a label or an annotation.
pub fn check_key(key: &Spanned<String>, what: &str, problems: &mut Problems) {
    if let Err(reason) = names::check_qualified(key) {
        let problem = Problem::new(Code::FK0211, format!("`{}` cannot be the key of {what}: {reason}", key.value));
        problems.push(problem.at(&key.place).help("write `name` or `example.com/name`"));
    }
}

fn texts(map: &Ordered<Spanned<String>>) -> BTreeMap<String, String> {
    map.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

/// The user's own `podAntiAffinity` stands in place of fabkube's.
fn anti_affinity(settings: &NodeSettings, (selector, reach): (Labels, Reach), problems: &mut Problems) -> Option<AntiAffinity> {
    let wanted = &settings.pod_anti_affinity;
    settings::one_of(wanted, "anti-affinity", words::POD_ANTI_AFFINITY, problems);
    let strength = match wanted.value.as_str() {
        "none" => return None,
        "hard" => Strength::Hard,
        _ => Strength::Soft,
    };
    let theirs = settings.affinity.get("podAntiAffinity").is_some_and(|own| own.value != Free::Null);
    (!theirs).then_some(AntiAffinity { strength, selector, reach })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_has_many_spellings() {
        for path in ["/tmp", "/tmp/", "//tmp", "tmp", "/./tmp", "/a/../tmp", "/../tmp"] {
            assert_eq!(absolute(path), "/tmp", "{path}");
        }
    }
}
