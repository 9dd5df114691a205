//! The containers that users add to the pods of nodes, against what is in the pods already: names, ports and volumes.

use super::pods::{self, Made, Taken};
use super::structures;
use crate::diag::{Code, Problem, Problems};
use crate::input::values::NodeSettings;
use crate::network::pod::CONTAINERS;
use crate::yaml::{Free, FreeMap, Spanned};

/// Reports what Kubernetes refuses of them, and what cannot run beside fabkube's own. `volumes` are all that the pod has.
pub fn check(settings: &NodeSettings, made: &Made<'_>, volumes: &[&str], problems: &mut Problems) {
    let (mut names, mut port_names, mut port_numbers) = (Taken::default(), Taken::default(), Taken::default());
    let own_names: Vec<&str> = made.ports.iter().map(|(name, _)| *name).collect();
    let numbers: Vec<String> = made.ports.iter().map(|(_, number)| format!("{number}/TCP")).collect();
    let own_numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let init = settings.extra_init_containers.iter().map(|container| (container, stays(container)));
    for (container, stays) in init.chain(settings.extra_containers.iter().map(|container| (container, true))) {
        structures::check("Container", container, &container.place, problems);
        if let Some(name) = pods::text(container.get("name")) {
            names.check(&name, "container", CONTAINERS, problems);
        }
        check_mounts(container, volumes, problems);
        // What has ended before the node starts holds no port.
        for port in container.get("ports").filter(|_| stays).map_or(&[][..], |ports| ports.items()) {
            if let Some(name) = pods::text(Some(&field(port, "name"))) {
                port_names.check(&name, "port", &own_names, problems);
            }
            if let Free::Int(number) = port.get("containerPort") {
                let protocol = port.get("protocol").text().unwrap_or("TCP");
                let number = Spanned::new(format!("{number}/{protocol}"), port.place.clone());
                port_numbers.check(&number, "port", &own_numbers, problems);
            }
        }
    }
}

/// Whether an init container is a native sidecar.
fn stays(container: &FreeMap) -> bool {
    container.get("restartPolicy").is_some_and(|policy| policy.text() == Some("Always"))
}

fn field(of: &Spanned<Free>, key: &str) -> Spanned<Free> {
    let Free::Map(map) = &of.value else { return Spanned::new(Free::Null, of.place.clone()) };
    map.get(key).cloned().unwrap_or_else(|| Spanned::new(Free::Null, of.place.clone()))
}

fn check_mounts(container: &FreeMap, volumes: &[&str], problems: &mut Problems) {
    let mut paths = Taken::default();
    for mount in container.get("volumeMounts").map_or(&[][..], |mounts| mounts.items()) {
        if let Some(name) = pods::text(Some(&field(mount, "name"))) {
            check_volume(&name, volumes, problems);
        }
        if let Some(path) = pods::text(Some(&field(mount, "mountPath"))) {
            paths.check(&path, "mount path", &[], problems);
        }
    }
}

/// Reports a mount of a volume that the pod does not have.
pub fn check_volume(name: &Spanned<String>, volumes: &[&str], problems: &mut Problems) {
    if !volumes.contains(&name.as_str()) {
        let problem = Problem::new(Code::FK0294, format!("the pod has no volume `{name}` to be mounted"));
        problems
            .push(problem.at(&name.place).help(format!("`extraVolumes` makes volumes; there are `{}`", volumes.join("`, `"))));
    }
}
