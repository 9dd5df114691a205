//! The pod of a StatefulSet laid out in a folder: its volumes, its environment and its command, out of the manifests alone.
//! What differs from a cluster: mount paths are folders, and `0.0.0.0` is the pod's loopback address.

use super::manifests::{Manifests, name_of};
use super::process::{Access, Invocation};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{Container, EnvVar, KeyToPath, PodSpec, Probe, Volume, VolumeMount};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub struct Pod {
    /// The name of its StatefulSet.
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub ip: Ipv4Addr,
    /// Containers beside its own that are not run.
    pub left_out: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// The certificate and the key of whom it tells its metrics, where those of its own CA are not.
    pub metrics_client: Option<(PathBuf, PathBuf)>,
    container: Container,
    command: Vec<String>,
    mounts: Vec<Mount>,
    working_dir: PathBuf,
}

/// A volume, or a file of it, where a container sees it.
struct Mount {
    /// In the container.
    path: String,
    /// Here.
    folder: PathBuf,
    access: Access,
    items: Option<Vec<KeyToPath>>,
}

impl Pod {
    /// Lays a pod out below a folder that is its own.
    pub fn lay_out(set: &StatefulSet, manifests: &Manifests, ip: Ipv4Addr, folder: &Path) -> Self {
        let name = name_of(set).to_owned();
        let spec = set.spec.as_ref().expect("a StatefulSet has a spec");
        let template = spec.template.spec.clone().expect("a StatefulSet has pods");
        let labels = spec.template.metadata.as_ref().and_then(|metadata| metadata.labels.clone()).unwrap_or_default();
        let selected = spec.selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
        assert!(selected, "the StatefulSet {name} does not select its own pods");
        let [container] = template.containers.as_slice() else { panic!("{name} has not one container") };
        let container = container.clone();
        let claims: Vec<&str> = spec.volume_claim_templates.iter().flatten().map(name_of).collect();
        let volumes = Volumes { manifests, template: &template, claims: &claims, folder: folder.join("volumes") };
        let mounts: Vec<Mount> = container.volume_mounts.iter().flatten().map(|mount| volumes.mount(mount)).collect();
        for (outer, inner) in mounts.iter().flat_map(|a| mounts.iter().map(move |b| (a, b))) {
            assert!(!inner.path.starts_with(&format!("{}/", outer.path)), "{name} mounts {} inside {}", inner.path, outer.path);
        }
        let mut pod = Self {
            command: container.command.iter().chain(&container.args).flatten().cloned().collect(),
            left_out: template.init_containers.iter().flatten().map(|container| container.name.clone()).collect(),
            env: BTreeMap::new(),
            metrics_client: None,
            working_dir: folder.join("working-dir"),
            name,
            labels,
            ip,
            container,
            mounts,
        };
        std::fs::create_dir_all(&pod.working_dir).unwrap();
        pod.env = pod.environment(manifests);
        pod.rewrite_config_files(&volumes);
        pod
    }

    /// Has its container run a program that is here, in place of what its image runs.
    pub fn run_as(&mut self, program: &Path) {
        assert!(self.command.is_empty(), "{} says what it runs", self.name);
        self.command = vec![program.to_str().unwrap().to_owned()];
    }

    /// Replaces text in a file that it has mounted.
    pub fn replace_in(&self, folder: &Path, file: &str, old: &str, new: &str) {
        let path = folder.join(file);
        let text = crate::support::read(&path);
        assert!(text.contains(old), "`{old}` is not in {file} of {}", self.name);
        std::fs::write(path, text.replace(old, new)).unwrap();
    }

    /// The value of an environment variable.
    pub fn variable(&self, name: &str) -> &str {
        self.env.get(name).unwrap_or_else(|| panic!("{} has no variable `{name}`", self.name))
    }

    /// Where a path of its container is here.
    pub fn folder_at(&self, path: &str) -> &Path {
        let mount = self.mounts.iter().find(|mount| mount.path == path);
        &mount.unwrap_or_else(|| panic!("{} has nothing at {path}", self.name)).folder
    }

    /// Its label; empty where it has none.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// Where something listens: a port's number, or its name in the container.
    pub fn port(&self, port: &IntOrString) -> (Ipv4Addr, u16) {
        let number = match port {
            IntOrString::Int(number) => Some(*number),
            IntOrString::String(name) => {
                let ports = self.container.ports.iter().flatten();
                ports.filter(|port| port.name.as_ref() == Some(name)).map(|port| port.container_port).next()
            }
        };
        let number = number.unwrap_or_else(|| panic!("{} has no port {port:?}", self.name));
        (self.ip, u16::try_from(number).unwrap())
    }

    /// Its probes in the order in which they have to succeed.
    pub fn probes(&self) -> [(&'static str, &Probe); 3] {
        let container = &self.container;
        [
            ("startupProbe", &container.startup_probe),
            ("readinessProbe", &container.readiness_probe),
            ("livenessProbe", &container.liveness_probe),
        ]
        .map(|(name, probe)| (name, probe.as_ref().unwrap_or_else(|| panic!("{} has no {name}", self.name))))
    }

    /// Which key of a Secret lies in which file where a variable points to.
    pub fn items_at(&self, variable: &str) -> Vec<KeyToPath> {
        let folder = Path::new(self.variable(variable));
        let mount = self.mounts.iter().find(|mount| mount.folder == folder);
        mount.and_then(|mount| mount.items.clone()).unwrap_or_else(|| panic!("no Secret with items is mounted at `{variable}`"))
    }

    /// How its container is run.
    pub fn invocation(&self) -> Invocation<'_> {
        Invocation {
            command: &self.command,
            env: &self.env,
            folders: self.mounts.iter().map(|mount| (mount.folder.clone(), mount.access)).collect(),
            working_dir: &self.working_dir,
        }
    }

    /// Every variable of the manifest, and where temporary files go if the pod has a place for them.
    fn environment(&self, manifests: &Manifests) -> BTreeMap<String, String> {
        assert!(self.container.env_from.is_none(), "{}: `envFrom` is not read", self.name);
        let mut env = BTreeMap::new();
        for variable in self.container.env.iter().flatten() {
            let value = self.rewritten(&value_of(variable, manifests));
            assert!(!value.contains("$("), "{}: `$(…)` in {} is not read", self.name, variable.name);
            assert!(env.insert(variable.name.clone(), value).is_none(), "{}: {} stands twice", self.name, variable.name);
        }
        if let Some(tmp) = self.mounts.iter().find(|mount| mount.path == "/tmp") {
            env.insert("TMPDIR".to_owned(), tmp.folder.to_str().unwrap().to_owned());
        }
        env
    }

    /// The volume `config`, and ConfigMaps, are the files that name paths and addresses.
    fn rewrite_config_files(&self, volumes: &Volumes) {
        let is_config = |volume: &&Volume| volume.config_map.is_some() || volume.name == "config";
        for volume in volumes.template.volumes.iter().flatten().filter(is_config) {
            let folder = volumes.folder.join(&volume.name);
            for (path, bytes) in crate::support::files(&folder) {
                let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{} is no text", path.display()));
                std::fs::write(folder.join(path), self.rewritten(&text)).unwrap();
            }
        }
    }

    /// Text with folders for mount paths, and the pod's address for `0.0.0.0`.
    fn rewritten(&self, text: &str) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let inside = out.ends_with(|c: char| is_name(c) || c == '/');
            let mount = self.mounts.iter().find_map(|mount| {
                let after = rest.strip_prefix(&mount.path).filter(|after| !inside && !after.starts_with(is_name))?;
                Some((mount.folder.to_str()?, after))
            });
            if let Some((folder, after)) = mount {
                out.push_str(folder);
                rest = after;
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        out.replace("0.0.0.0", &self.ip.to_string())
    }
}

fn value_of(variable: &EnvVar, manifests: &Manifests) -> String {
    let Some(source) = &variable.value_from else { return variable.value.clone().unwrap_or_default() };
    let from = source.secret_key_ref.as_ref().unwrap_or_else(|| panic!("{}: only Secrets are read", variable.name));
    let value = manifests.secret(&from.name).remove(&from.key);
    String::from_utf8(value.unwrap_or_else(|| panic!("the Secret {} has no key `{}`", from.name, from.key))).unwrap()
}

/// The volumes of a pod.
struct Volumes<'a> {
    manifests: &'a Manifests,
    template: &'a PodSpec,
    claims: &'a [&'a str],
    /// Where each has a folder of its name.
    folder: PathBuf,
}

impl Volumes<'_> {
    fn mount(&self, mount: &VolumeMount) -> Mount {
        let mut folder = self.folder.join(&mount.name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut items = None;
        if !self.claims.contains(&mount.name.as_str()) {
            let volume = self.template.volumes.iter().flatten().find(|volume| volume.name == mount.name);
            items = fill(volume.unwrap_or_else(|| panic!("there is no volume `{}`", mount.name)), self.manifests, &folder);
        }
        folder.extend(&mount.sub_path);
        assert!(folder.exists(), "{:?} is not in the volume `{}`", mount.sub_path, mount.name);
        let access = if mount.read_only == Some(true) { Access::ReadOnly } else { Access::ReadWrite };
        Mount { path: mount.mount_path.clone(), folder, access, items }
    }
}

/// Writes what a volume has into a folder; what its `items` say.
pub fn fill(volume: &Volume, manifests: &Manifests, folder: &Path) -> Option<Vec<KeyToPath>> {
    if let Some(source) = &volume.config_map {
        let data = manifests.config_map(&source.name);
        write_files(&data, source.items.as_deref(), source.default_mode, folder);
        source.items.clone()
    } else if let Some(source) = &volume.secret {
        let data = manifests.secret(source.secret_name.as_deref().unwrap_or_default());
        write_files(&data, source.items.as_deref(), source.default_mode, folder);
        source.items.clone()
    } else if let Some(projected) = &volume.projected {
        for source in projected.sources.iter().flatten() {
            let secret = source.secret.as_ref().unwrap_or_else(|| panic!("`{}` has a source that is not read", volume.name));
            write_files(&manifests.secret(&secret.name), secret.items.as_deref(), projected.default_mode, folder);
        }
        None
    } else {
        assert!(volume.empty_dir.is_some(), "the volume `{}` is of a kind that is not read", volume.name);
        None
    }
}

/// Writes data as Kubernetes does: every key a file, or those that `items` names where it says.
pub fn write_files(data: &BTreeMap<String, Vec<u8>>, items: Option<&[KeyToPath]>, mode: Option<i32>, folder: &Path) {
    let every: Vec<KeyToPath> = data.keys().map(|key| KeyToPath { key: key.clone(), path: key.clone(), mode: None }).collect();
    for item in items.unwrap_or(&every) {
        let bytes = data.get(&item.key).unwrap_or_else(|| panic!("`{}` has no data to mount at {}", item.key, item.path));
        let path = folder.join(&item.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if !path.exists() {
            std::fs::write(&path, bytes).unwrap();
        }
        let mode = item.mode.or(mode).unwrap_or(0o644);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(u32::try_from(mode).unwrap())).unwrap();
    }
}
