//! The images of a network in one list, for whoever mirrors them.

use crate::support::Project;

fn images(project: &Project, values: &str) -> Vec<String> {
    project.write("own.yaml", values);
    let before = project.tree(".");
    let listed = project.run(&["images", "-f", "own.yaml"]).ok().stdout;
    assert_eq!(project.tree("."), before, "nothing is made for it");
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn each_image_is_there_once_and_sorted() {
    let own = "peer: {extraContainers: [{name: a, image: 'logger:1'}], extraInitContainers: [{name: b, image: 'busybox:1'}]}\n";
    let all = [
        "busybox:1",
        "docker.io/alpine/k8s:1.34.1",
        "docker.io/hyperledger/fabric-orderer:2.5.16",
        "docker.io/hyperledger/fabric-peer:2.5.16",
    ];
    let all: Vec<&str> = all.into_iter().chain(["docker.io/library/couchdb:3.4.2", "logger:1"]).collect();
    assert_eq!(images(&Project::sample(), own), all);
}

#[test]
fn what_only_some_networks_have_and_flows_are_among_them() {
    let own = "ca: {enabled: true}\ncli: {enabled: true}\nflow: {image: {registry: tools.corp, repository: kubectl, tag: v1}}\n";
    let listed = images(&Project::sample_with_stores(), own);
    for image in ["docker.io/hyperledger/fabric-ca:1.5.21", "docker.io/hyperledger/fabric-tools:2.5.16", "tools.corp/kubectl:v1"]
    {
        assert!(listed.iter().any(|known| known == image), "{image}: {listed:?}");
    }
}

#[test]
fn they_come_from_the_mirror_as_pods_ask_for_them() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let own = format!("image: {{registry: 'registry.corp:5000/mirror/'}}\norderer: {{image: {{digest: '{digest}'}}}}\n");
    let listed = images(&Project::other_sample_with_stores("kafka"), &own);
    assert!(listed.iter().all(|image| image.starts_with("registry.corp:5000/mirror/")), "{listed:?}");
    assert!(listed.contains(&format!("registry.corp:5000/mirror/hyperledger/fabric-orderer@{digest}")), "{listed:?}");
    assert!(listed.iter().any(|image| image.starts_with("registry.corp:5000/mirror/apache/kafka:")), "{listed:?}");
}
