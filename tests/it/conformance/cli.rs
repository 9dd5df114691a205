//! CLI pods out of the manifests: with their environment alone, Fabric's own programs bring a channel up.

use super::client::CHANNEL;
use super::cluster::Cluster;
use super::manifests::{Manifests, name_of};
use super::net;
use super::network::{leave_couchdb_out, no_secret_is_logged};
use super::pod::Pod;
use super::process::{Access, Invocation};
use super::programs::{programs_from, say};
use crate::support::Project;
use std::time::Instant;

#[test]
fn cli_pods_bring_a_channel_up() {
    brings_a_channel_up("CLI pods", "cli: {enabled: true}\n");
}

#[test]
fn cli_pods_reach_orgs_in_other_namespaces() {
    brings_a_channel_up("CLI pods in namespaces", "cli: {enabled: true}\nnamespaces: {mode: per-org}\n");
}

fn brings_a_channel_up(case: &str, values: &str) {
    let Some(bin) = programs_from((2, 5)) else { return };
    let begun = Instant::now();
    let project = Project::sample();
    project.write("own.yaml", values);
    let manifests = Manifests::read(&project.run(&["render", "-f", "own.yaml"]).ok().stdout);
    let mut cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    leave_couchdb_out(&mut cluster, case);
    cluster.start("orderer");
    cluster.start("peer");
    let [orderer, org1, org2] = ["orderer-cli", "org1-cli", "org2-cli"].map(|name| Cli::of(&cluster, name));
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    let block = block.to_str().unwrap();

    // One by the environment, the others by the file.
    let tls = "--ca-file $ORDERER_CA --client-cert $ORDERER_ADMIN_TLS_SIGN_CERT --client-key $ORDERER_ADMIN_TLS_PRIVATE_KEY";
    for address in ["$ORDERER_ADMIN_ADDRESS", "$ADMIN_ADDRESS_ORDERER_ORDERER1", "$ADMIN_ADDRESS_ORDERER_ORDERER2"] {
        let joined =
            orderer.run(&format!("osnadmin channel join --channelID {CHANNEL} --config-block {block} -o {address} {tls}"));
        assert!(joined.contains("Status: 201"), "{joined}");
    }
    let listed = orderer.run(&format!("osnadmin channel list -o $ORDERER_ADMIN_ADDRESS {tls}"));
    assert!(listed.contains(CHANNEL), "{listed}");
    org1.run(&format!("peer channel join -b {block}"));
    org2.run(&format!("CORE_PEER_ADDRESS=$ADDRESS_ORG2_PEER0 peer channel join -b {block}"));
    assert!(org1.run("peer channel list").contains(CHANNEL));

    let ordering = "-o $ORDERER_ADDRESS --tls --cafile $ORDERER_CA";
    cluster.wait("the orderers to have a leader", || {
        orderer.try_run(&format!("peer channel fetch newest $HOME/newest.block -c {CHANNEL} {ordering}"))
    });
    let approve = format!("peer lifecycle chaincode approveformyorg -C {CHANNEL} --name own --version 1 --sequence 1 {ordering}");
    org1.run(&approve);
    org2.run(&approve);
    // Another org's peer, under that org's root.
    let of_both = "--peerAddresses $ADDRESS_ORG1_PEER0 --tlsRootCertFiles $CA_ORG1 --peerAddresses $ADDRESS_ORG2_PEER0 --tlsRootCertFiles $CA_ORG2";
    org1.run(&format!("peer lifecycle chaincode commit -C {CHANNEL} --name own --version 1 --sequence 1 {ordering} {of_both}"));
    assert!(org2.run(&format!("peer lifecycle chaincode querycommitted -C {CHANNEL}")).contains("Name: own"));
    no_secret_is_logged(&cluster);
    say(&format!("conformance: {case}: passed in {:.0?}", begun.elapsed()));
}

struct Cli<'a> {
    cluster: &'a Cluster,
    pod: Pod,
}

impl<'a> Cli<'a> {
    fn of(cluster: &'a Cluster, name: &str) -> Self {
        let sets = &cluster.manifests.deployments;
        let set = sets.iter().find(|set| name_of(*set) == name).unwrap_or_else(|| panic!("there is no Deployment {name}"));
        let pod = Pod::lay_out(set, &cluster.manifests, net::loopback(), &cluster.folder(name));
        Self { cluster, pod }
    }

    /// What `kubectl exec` would run, in the pod's own shell and folder.
    fn try_run(&self, line: &str) -> Result<String, String> {
        let command = ["sh", "-c", &format!(". $ENDPOINTS && {line}")].map(str::to_owned);
        let work = self.pod.folder_at("/work");
        let invocation = Invocation { command: &command, working_dir: work, ..self.pod.invocation() };
        assert!(invocation.folders.iter().any(|(folder, access)| folder == work && *access == Access::ReadWrite));
        self.cluster.sandbox.run(&invocation, &self.cluster.folder("outputs"))
    }

    fn run(&self, line: &str) -> String {
        self.try_run(line).unwrap_or_else(|e| panic!("{e}\n{}", self.cluster.tails()))
    }
}
