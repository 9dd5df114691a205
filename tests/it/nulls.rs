//! Every setting of values.yaml without a value, and with null, over what other files say. What a null leaves is `input/values/nulls`'s.

use crate::support::{Project, read, root};
use crate::variants::{self, expect, with_values};
use fabkube::diag::{Problems, Severity};
use fabkube::input::schema::schema;
use fabkube::input::values::DEFAULTS_NAME;
use fabkube::network::Purpose;
use fabkube::pipeline;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a network is, whatever it is rendered to, and what is said of it.
#[derive(Debug, PartialEq)]
struct Resolved {
    network: Option<Value>,
    said: Vec<String>,
}

/// A sample with one more values file; what is wrong has a line in a file of the user's.
fn resolved(sample: &str, values: &str, more: &str) -> Resolved {
    let folder = Project::copy_of(&root().join("samples").join(sample));
    folder.write("values.yaml", values);
    folder.write("more.yaml", more);
    let mut project = fabkube::project::Project::in_dir(folder.path());
    project.values = vec![folder.path().join("more.yaml")];
    let mut problems = Problems::new();
    let network = pipeline::network(&project, Purpose::Deployment, &mut problems).ok();
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let is_placed = problem.places.iter().any(|place| place.line().is_some() && place.name() != DEFAULTS_NAME);
        assert!(is_placed, "{more}: {problem}");
    }
    let said = problems.iter().map(|problem| format!("{} {}", problem.code, problem.message)).collect();
    Resolved { network: network.map(|network| serde_json::to_value(&network).unwrap()), said }
}

/// The way to every section and every setting of the file, of an org and of a node.
fn paths(org: &str, node: &str) -> Vec<Vec<String>> {
    fn below(schema: &Value, path: &[String], (org, node): (&str, &str), found: &mut Vec<Vec<String>>) {
        for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
            let path = [path, std::slice::from_ref(key)].concat();
            let one = match key.as_str() {
                "orgs" => Some(org),
                "nodes" => Some(node),
                _ => None,
            };
            match one {
                Some(one) => {
                    let path = [path.as_slice(), &[one.to_owned()]].concat();
                    below(&schema["additionalProperties"], &path, (org, node), found);
                    found.push(path);
                }
                None => below(schema, &path, (org, node), found),
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    below(&schema().unwrap(), &[], (org, node), &mut found);
    found
}

fn nested(path: &[String], value: &str) -> String {
    path.iter().rev().fold(value.to_owned(), |below, key| format!("{{{key}: {below}}}"))
}

/// The file without a setting; the file where it has none.
fn without(values: &str, path: &[String]) -> String {
    let mut tree: serde_yaml::Value = serde_yaml::from_str(values).unwrap();
    let (last, above) = path.split_last().unwrap();
    let section = above.iter().try_fold(&mut tree, |tree, key| tree.get_mut(key.as_str()));
    if section.and_then(serde_yaml::Value::as_mapping_mut).and_then(|map| map.remove(last.as_str())).is_none() {
        return values.to_owned();
    }
    serde_yaml::to_string(&tree).unwrap()
}

#[test]
fn a_setting_without_a_value_says_nothing_and_null_takes_back_what_is_said() {
    // All of them over the sample, and over others what they say, and what the sample has no use for.
    for (sample, org, node) in
        [("", "org1.example.com", "peer0"), ("kafka", "org1.example.com", "peer0"), ("production", "org2.example.com", "peer1")]
    {
        let values = read(&root().join("samples").join(sample).join("values.yaml"));
        let as_it_is = resolved(sample, &values, "");
        assert!(as_it_is.network.is_some(), "{as_it_is:?}");
        let mut paths = paths(org, node);
        paths.retain(|path| match sample {
            "kafka" => ["kafka", "zookeeper"].contains(&path[0].as_str()),
            "production" => without(&values, path) != values,
            _ => true,
        });
        let mut sections: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
        for path in &paths {
            let (key, section) = path.split_last().unwrap();
            sections.entry(section).or_default().push(format!("{key}: "));
        }
        sections.into_par_iter().for_each(|(section, keys)| {
            let empty = nested(section, &format!("{{{}}}", keys.join(", ")));
            assert!(resolved(sample, &values, &empty) == as_it_is, "{sample}: {empty}");
        });
        paths.par_iter().for_each(|path| {
            let null = nested(path, "null");
            let less = without(&values, path);
            let taken_back = if less == values { &as_it_is } else { &resolved(sample, &less, "") };
            let found = resolved(sample, &values, &null);
            assert!(found == *taken_back, "{sample}: {null}\n{:#?}\n{:#?}", found.said, taken_back.said);
        });
    }
}

/// The manifests themselves, with every setting at once.
#[test]
fn a_file_of_keys_without_values_changes_no_manifest() {
    let folder = Project::sample_with_stores();
    let empty = schema().unwrap();
    let sections = empty["properties"].as_object().unwrap().iter().map(|(section, schema)| {
        let keys = schema["properties"].as_object().map(|keys| keys.keys().map(|key| format!("  {key}:\n")).collect::<String>());
        format!("{section}:\n{}", keys.unwrap_or_default())
    });
    folder.write("empty.yaml", &sections.collect::<String>());
    assert_eq!(&variants::render(&folder, &["-f", "empty.yaml"]), variants::sample());
}

#[test]
fn a_null_takes_the_more_general_entry_of_a_map_away() {
    expect(
        &with_values(
            "
            defaults: {nodeSelector: {os: linux}}
            orderer: {nodeSelector: {os: ~}}
            peer: {nodeSelector: {disk: ssd}, config: {chaincode: {executetimeout: 60s}}, resources: {requests: {cpu: ~}}}
            orgs:
              org1.example.com:
                peer: {nodeSelector: {disk: ~}}
                nodes: {peer1: {nodeSelector: {os: null, disk: hdd}, config: {chaincode: ~}, storage: {size: ~}}}
              org2.example.com:
                peer: {nodeSelector: {os: , disk: }}
            ",
        ),
        "
        ConfigMap/org1-peer0 ConfigMap/org2-peer0 ConfigMap/org2-peer1
        - executetimeout: 30s
        + executetimeout: 60s
        StatefulSet/org1-peer0
        - checksum/config
        + checksum/config
        + nodeSelector:
        + os: linux
        StatefulSet/org1-peer1
        + nodeSelector:
        + disk: hdd
        - cpu: 100m
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - checksum/config
        + checksum/config
        + nodeSelector:
        + disk: ssd
        + os: linux
        - cpu: 100m
        ",
    );
}

#[test]
fn the_command_line_takes_back_what_files_say() {
    let folder = Project::sample_with_stores();
    let set = "peer.storage.size=null,orgs.org1\\.example\\.com.nodes.peer0.resources=null,couchdb.resources.requests.cpu=null";
    expect(
        &variants::changes(variants::sample(), &variants::render(&folder, &["--set", set])),
        "
        StatefulSet/org1-peer0
        - cpu: 50m
        - cpu: 250m
        - memory: 512Mi
        + cpu: 100m
        + memory: 256Mi
        - storage: 5Gi
        + storage: 10Gi
        StatefulSet/org1-peer1 StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - cpu: 50m
        - storage: 5Gi
        + storage: 10Gi
        ",
    );
}

#[test]
fn network_yaml_says_nothing_by_keys_without_values_either() {
    let folder = Project::sample_with_stores();
    let network = folder.read("network.yaml");
    folder.write("values.yaml", &format!("{}tlsEnabled: \n", folder.read("values.yaml")));
    assert_eq!(&variants::render(&folder, &[]), variants::sample());
    // What values say stays, and is no contradiction.
    let (values, section) = (folder.read("values.yaml").replace("network:\n", ""), network.replace("network:\n", ""));
    folder.write("values.yaml", &format!("network:\n{section}{values}"));
    folder.write("network.yaml", "tlsEnabled:\nnetwork:\n  channels:\n");
    let ran = folder.run(&["render", "--frozen", "--secrets", "omit"]).ok();
    assert_eq!(&variants::parsed(&ran.stdout), variants::sample());
    assert!(!ran.stderr.contains("FK0112"), "{}", ran.stderr);
    folder.write("network.yaml", "network:\n  channels: null\n");
    assert!(folder.run(&["check"]).stdout.contains("FK0112"));
}

/// Whoever begins with all defaults in a file of his own has said nothing by them.
#[test]
fn copied_defaults_are_no_settings_that_do_nothing() {
    let folder = Project::sample_with_stores();
    folder.write("all.yaml", &folder.run(&["values"]).ok().stdout);
    let said = folder.run(&["check", "-f", "all.yaml"]).ok().stdout;
    assert!(said.starts_with("no problem"), "{said}");
}
