//! A chaincode as a service, wired by what was rendered alone: packages that real peers install, and the server of `tests/chaincode`, which
//! answers them. It takes `go`, and Fabric's `ccaas_builder` in the folder of its programs.

use super::client::{Admin, CHANNEL, address};
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{join_orderers, leave_couchdb_out, no_secret_is_logged};
use super::process::FABRIC_PATIENCE;
use super::programs::{programs_from, say};
use crate::support::{Project, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const CHAINCODES: &str = "
  chaincodes:
  - name: store
    version: '1.0'
    image: registry.example.com/store:1.0
    channels: [{name: mychannel, policy: \"AND('Org1MSP.peer', 'Org2MSP.peer')\"}]
";

#[test]
fn a_chaincode_as_a_service_answers() {
    answers("a chaincode as a service", "");
}

#[test]
fn a_chaincode_as_a_service_answers_by_tls() {
    answers("a chaincode as a service, by TLS", "chaincode: {tls: {enabled: true}}");
}

#[test]
fn a_chaincode_as_a_service_of_each_peer_answers() {
    answers("a chaincode as a service of each peer", "chaincode: {servers: peer, tls: {enabled: true}}");
}

fn answers(case: &str, values: &str) {
    let Some(bin) = programs_from((2, 5)) else { return };
    let builder = bin.join("ccaas_builder");
    if !builder.join("bin/detect").is_file() {
        return say(&format!("skipped: there is no {}", builder.display()));
    }
    let begun = Instant::now();
    let project = Project::sample();
    project.write("network.yaml", &(project.read("network.yaml") + CHAINCODES));
    project.write("own.yaml", values);
    let own = ["-f", "own.yaml"];
    let manifests = Manifests::read(&project.run(&[&["render"], &own[..]].concat()).ok().stdout);
    let mut cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    let Some(server) = server(&cluster.folder("server")) else { return say("skipped: `go` does not build tests/chaincode here") };
    leave_couchdb_out(&mut cluster, case);
    for pod in &mut cluster.pods {
        match pod.label("app.kubernetes.io/component") {
            "chaincode" => pod.run_as(&server),
            "peer" => {
                let folder = PathBuf::from(pod.variable("FABRIC_CFG_PATH"));
                pod.replace_in(&folder, "core.yaml", "/opt/hyperledger/ccaas_builder", builder.to_str().unwrap());
            }
            _ => {}
        }
    }
    cluster.start("orderer");
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    join_orderers(&cluster, &[], block.to_str().unwrap());
    cluster.start("peer");
    cluster.start("chaincode");

    project.run(&[&["chaincode", "package", "store"], &own[..]].concat()).ok();
    let orderer = cluster.nodes("orderer")[0];
    let (at_orderer, root) = (address(&cluster, &[], &orderer.name, "grpc"), Admin::new(&cluster, orderer).ca());
    let to_orderer = ["-o", &at_orderer, "--tls", "--cafile", root.to_str().unwrap()];
    let peers: Vec<(Admin, String)> = cluster
        .nodes("peer")
        .into_iter()
        .map(|pod| (Admin::new(&cluster, pod), address(&cluster, &[], &pod.name, "grpc")))
        .collect();
    let definition = ["--channelID", CHANNEL, "--name", "store", "--version", "1.0", "--sequence", "1"];
    let policy = ["--signature-policy", "AND('Org1MSP.peer', 'Org2MSP.peer')"];
    let patience = ["--waitForEventTimeout", FABRIC_PATIENCE];
    for ((admin, at), (org, msp)) in peers.iter().zip([("Org1", "Org1MSP"), ("Org2", "Org2MSP")]) {
        let peer = |args: &[&str]| admin.peer(&cluster, at, args).unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
        peer(&["channel", "join", "-b", block.to_str().unwrap()]);
        let package = project.path().join(format!("channel-artifacts/{msp}.store_1.0.tgz"));
        let package = package.to_str().unwrap();
        let id = project.run(&[&["chaincode", "id", "store", "--org", org], &own[..]].concat()).ok().stdout;
        assert_eq!(peer(&["lifecycle", "chaincode", "calculatepackageid", package]).trim(), id.trim());
        peer(&["lifecycle", "chaincode", "install", package]);
        let installed = peer(&["lifecycle", "chaincode", "queryinstalled"]);
        assert!(installed.contains(&format!("Package ID: {}, Label: store_1.0", id.trim())), "{installed}");
        let approve = ["lifecycle", "chaincode", "approveformyorg", "--package-id", id.trim()];
        admin.send(&cluster, at, &to_orderer, &[&approve[..], &definition, &policy, &patience].concat());
    }
    let roots: Vec<PathBuf> = peers.iter().map(|(admin, _)| admin.ca()).collect();
    let of_both: Vec<&str> = peers
        .iter()
        .zip(&roots)
        .flat_map(|((_, at), root)| ["--peerAddresses", at.as_str(), "--tlsRootCertFiles", root.to_str().unwrap()])
        .collect();
    let (first, at) = &peers[0];
    first.send(
        &cluster,
        at,
        &to_orderer,
        &[&["lifecycle", "chaincode", "commit"], &definition[..], &policy, &of_both, &patience].concat(),
    );
    let put =
        ["chaincode", "invoke", "-C", CHANNEL, "-n", "store", "-c", r#"{"Args":["put","who","fabkube"]}"#, "--waitForEvent"];
    first.send(&cluster, at, &to_orderer, &[&put[..], &of_both, &patience].concat());
    for (admin, at) in &peers {
        let get = ["chaincode", "query", "-C", CHANNEL, "-n", "store", "-c", r#"{"Args":["get","who"]}"#];
        cluster.wait(&format!("what was put, at {at}"), || {
            let answer = admin.peer(&cluster, at, &get)?;
            (answer.trim() == "fabkube").then_some(()).ok_or(answer)
        });
    }
    no_secret_is_logged(&cluster);
    say(&format!("conformance: {case}: passed in {:.0?}", begun.elapsed()));
}

/// The server, built here; `None` where that cannot be.
fn server(folder: &Path) -> Option<PathBuf> {
    let program = folder.join("store");
    let build =
        Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(root().join("tests/chaincode")).output();
    build.is_ok_and(|output| output.status.success()).then_some(program)
}
