//! An application as docs/clients.md has it: a user's identity, the org's root out of its Secret, and the address of the Service over
//! all peers. How a Service leads to pods is `net`'s: to the first of those that it selects that takes a connection.

use super::client::{Admin, CHANNEL, address};
use super::cluster::{Cluster, Peers, host};
use super::manifests::Manifests;
use super::network::leave_couchdb_out;
use super::pod::{Pod, write_files};
use super::programs::{programs_from, say};
use crate::support::Project;
use std::path::PathBuf;
use std::time::Instant;

const GATEWAY: &str = "org1-peer-gateway-svc";
/// A name that leads to the gateway, and that no certificate has.
const STRANGE: &str = "peers.elsewhere.example.com";

#[test]
fn a_user_lists_channels_at_the_gateway_whichever_peer_is_there() {
    lists_channels("a user at the gateway", "org1-peer-gateway-svc.fabric.svc.cluster.local:7051", &[]);
}

#[test]
fn a_user_lists_channels_at_the_gateway_of_a_namespace() {
    let set = ["--set", "namespaces.mode=per-org"];
    lists_channels("a user at a namespace's gateway", "org1-peer-gateway-svc.org1.svc.cluster.local:7051", &set);
}

fn lists_channels(case: &str, at: &str, set: &[&str]) {
    let Some(bin) = programs_from((2, 5)) else { return };
    let begun = Instant::now();
    let project = Project::sample();
    let manifests = Manifests::read(&project.run(&[&["render"], set].concat()).ok().stdout);
    let mut cluster = match Cluster::with(manifests, bin, &[(STRANGE, GATEWAY)], Peers::All) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    leave_couchdb_out(&mut cluster, case);
    let service = cluster.manifests.service(GATEWAY);
    assert!(at.starts_with(&host(service)));
    // Else clients would be led to peers that are not ready, too.
    assert_eq!(service.spec.as_ref().unwrap().publish_not_ready_addresses, None);
    cluster.start("peer");
    let peers: Vec<&Pod> = cluster.nodes("peer").into_iter().filter(|pod| pod.label("org") == "org1").collect();
    let [first, second] = peers.as_slice() else { panic!("Org1 has {} peers", peers.len()) };
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    for pod in [first, second] {
        let own = address(&cluster, &[], &pod.name, "grpc");
        let joined = Admin::new(&cluster, pod).peer(&cluster, &own, &["channel", "join", "-b", block.to_str().unwrap()]);
        joined.unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
    }

    let list = ["channel", "list"];
    let listed = || user(&cluster, &project, "org1").peer(&cluster, &at.to_owned(), &list);
    let lists = |there: &str| match listed() {
        Ok(printed) => assert!(printed.contains(CHANNEL), "{there}: {printed}"),
        Err(e) => panic!("{there}: {e}{}", cluster.tails()),
    };
    lists("both peers");
    cluster.end(first);
    lists("the second peer alone");
    cluster.restart(first);
    cluster.end(second);
    lists("the first peer alone");

    // It is the name and the root that let it in.
    let port = at.rsplit_once(':').unwrap().1;
    let strange = user(&cluster, &project, "org1").impatient().peer(&cluster, &format!("{STRANGE}:{port}"), &list).unwrap_err();
    assert!(strange.contains("certificate is valid for") && strange.contains(&format!("not {STRANGE}")), "{strange}");
    let other = user(&cluster, &project, "org2").impatient().peer(&cluster, &at.to_owned(), &list).unwrap_err();
    assert!(other.contains("certificate signed by unknown authority"), "{other}");
    cluster.end(first);
    assert!(user(&cluster, &project, "org1").impatient().peer(&cluster, &at.to_owned(), &list).is_err());
    say(&format!("conformance: {case}: passed in {:.0?}", begun.elapsed()));
}

/// `User1` of Org1, who knows peers by an org's root. No name stands in for another.
fn user(cluster: &Cluster, project: &Project, root_of: &str) -> Admin {
    let pods = cluster.nodes("peer");
    let pod = pods.iter().find(|pod| pod.label("org") == "org1").unwrap();
    let config = crate::support::read(&PathBuf::from(pod.variable("FABRIC_CFG_PATH")).join("core.yaml"));
    assert!(!config.to_lowercase().contains("serverhostoverride"), "{config}");
    let roots = cluster.folder(&format!("roots-of-{root_of}"));
    write_files(&cluster.manifests.secret(&format!("{root_of}-msp")), None, None, &roots);
    let msp = project.path().join("crypto-config/peerOrganizations/org1.example.com/users/User1@org1.example.com/msp");
    Admin::new(cluster, pod).acting_as(&msp, "Org1MSP").trusting(&roots.join("tlscacert.pem"))
}
