//! What a null takes back: the settings that files and `--set` said before it. Laying files over one another is `yaml`'s, and levels
//! over one another `levels`'s.

use super::Settings;
use crate::yaml::{self, Content, Node, Shape};

/// Takes out of the user's values, laid over one another, every null that stands for a setting: its default counts again, or what is
/// said more generally. A null that stands for an entry of a map of the user's stays, to take the more general entry away. So does
/// one under a key that is not known, to be reported. The error is a fault of the mirror.
pub fn take_back(values: &mut Node) -> Result<(), String> {
    settings(values, &yaml::shape::<Settings>()?);
    Ok(())
}

fn settings(node: &mut Node, shape: &Shape) {
    let Content::Mapping(entries) = &mut node.content else { return };
    match shape {
        Shape::Struct(fields) => entries.retain_mut(|(key, value)| {
            let Some((_, shape)) = fields.iter().find(|(name, _)| key.text() == Some(name)) else { return true };
            let was_empty = is_empty(value);
            settings(value, shape);
            // What had nothing but nulls says nothing, as if it were not there.
            !value.is_null() && (was_empty || !is_empty(value))
        }),
        // Orgs and nodes, of which nothing more general is said.
        Shape::Map(item) if matches!(**item, Shape::Struct(_)) => entries.retain_mut(|(_, value)| {
            settings(value, item);
            !value.is_null()
        }),
        Shape::Map(_) | Shape::Any | Shape::Text | Shape::Truth | Shape::Number | Shape::List(_) => {}
    }
}

fn is_empty(node: &Node) -> bool {
    matches!(&node.content, Content::Mapping(entries) if entries.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Problems;
    use std::path::Path;

    fn tree(text: &str) -> Node {
        yaml::parse(Path::new("values.yaml"), text, &mut Problems::new()).unwrap()
    }

    #[test]
    fn nulls_of_settings_go_and_nulls_of_entries_stay() {
        for (values, left) in [
            ("{addressing: ~, fabric: {version: 2.5.16}}", "{fabric: {version: 2.5.16}}"),
            ("{peer: null, orderer: {}, orgs: ~}", "{orderer: {}}"),
            ("{peer: {image: {tag: ~}, logSpec: debug}}", "{peer: {logSpec: debug}}"),
            ("{peer: {image: {tag: ~}}}", "{}"),
            (
                "{peer: {nodeSelector: ~, resources: {requests: {cpu: ~}, limits: ~}}}",
                "{peer: {resources: {requests: {cpu: ~}}}}",
            ),
            ("{peer: {config: {ledger: {state: ~}}}}", "{peer: {config: {ledger: {state: ~}}}}"),
            ("{peer: {tolerations: [{key: ~}]}}", "{peer: {tolerations: [{key: ~}]}}"),
            ("{namespaces: {of: {Orderer: ~}}}", "{namespaces: {of: {Orderer: ~}}}"),
            (
                "{orgs: {a: ~, b: {name: ~, nodes: {n: {storage: ~}, m: ~}}, c: {gateway: {expose: ~}}}}",
                "{orgs: {b: {nodes: {n: {}}}, c: {}}}",
            ),
            ("{orgs: {a: {peer: {podLabels: {x: ~}}}}}", "{orgs: {a: {peer: {podLabels: {x: ~}}}}}"),
            ("{peeer: ~, peer: {sotrage: ~}}", "{peeer: ~, peer: {sotrage: ~}}"),
            ("[a]", "[a]"),
        ] {
            let mut found = tree(values);
            take_back(&mut found).unwrap();
            assert!(found.same_as(&tree(left)), "{values}: {found:?}");
        }
    }
}
