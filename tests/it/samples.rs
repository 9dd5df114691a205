//! The golden trees: every sample, rendered frozen over a fixture store of keys for tests alone.

use crate::support::{Project, blessing, compare_with_file, files, root};
use std::path::Path;

#[test]
fn the_sample_renders_as_its_golden_tree_says() {
    renders_as(&Project::sample_with_stores(), "samples");
}

#[test]
fn the_sample_of_namespaces_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("namespaces"), "namespaces");
}

#[test]
fn the_sample_with_everything_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("production"), "production");
}

#[test]
fn the_sample_of_bft_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("bft"), "bft");
}

#[test]
fn the_sample_of_solo_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("solo"), "solo");
}

#[test]
fn the_sample_of_kafka_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("kafka"), "kafka");
}

#[test]
fn the_sample_of_chaincodes_renders_as_its_golden_tree_says() {
    renders_as(&Project::other_sample_with_stores("chaincode"), "chaincode");
}

/// Renders a project and compares what comes out, file by file.
fn renders_as(project: &Project, golden: &str) {
    project.run(&["render", "--frozen", "--output-dir", "out"]).ok();
    let golden = root().join("tests/golden").join(golden);
    if blessing() && golden.exists() {
        std::fs::remove_dir_all(&golden).unwrap();
    }
    let (expected, actual) = (files(&golden), project.tree("out"));
    for (path, bytes) in &actual {
        compare_with_file(&golden.join(path), std::str::from_utf8(bytes).unwrap());
    }
    if !blessing() {
        let left: Vec<&Path> = expected.keys().filter(|path| !actual.contains_key(*path)).map(|p| p.as_path()).collect();
        assert!(left.is_empty(), "golden files that are not rendered any more: {left:?}");
    }
}

#[test]
fn a_second_render_is_the_same_and_touches_nothing() {
    let project = Project::sample();
    let first = project.run(&["render"]).ok();
    let times = |project: &Project| -> Vec<_> {
        ["crypto-config", "channel-artifacts"]
            .iter()
            .flat_map(|store| project.tree(store).into_keys().map(move |path| Path::new(store).join(path)))
            .chain([Path::new("fabkube.lock").to_path_buf()])
            .map(|path| (project.path().join(&path).metadata().unwrap().modified().unwrap(), path))
            .collect()
    };
    let before = (project.tree("."), times(&project));
    let second = project.run(&["render"]).ok();
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(before, (project.tree("."), times(&project)));
    assert_eq!(project.run(&["render", "--frozen"]).ok().stdout, first.stdout);
}
