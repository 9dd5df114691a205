//! The images that objects ask for, for whoever mirrors them.

use crate::render::Object;
use crate::yaml::Value;
use std::collections::BTreeSet;

/// Every image of a container in some objects, once, sorted.
pub fn images(objects: &[Object]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    objects.iter().for_each(|object| collect(object.value(), &mut found));
    found
}

/// Containers are in lists of pods, wherever a kind has its pods' template; Argo has a single one.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Mapping(entries) => {
            for (key, value) in entries {
                let containers = match (key.as_str(), value) {
                    (Some("containers" | "initContainers"), Value::Sequence(containers)) => containers.as_slice(),
                    (Some("container"), Value::Mapping(_)) => std::slice::from_ref(value),
                    _ => &[],
                };
                let images = containers.iter().filter_map(|container| container.get("image")?.as_str());
                found.extend(images.map(str::to_owned));
                collect(value, found);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
