//! Networks with a system channel: orderers begin with its first block, and make another channel by a transaction.
//! Programs of each line of releases run what was rendered for it.

use super::client::{Address, Admin, CHANNEL, address};
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{metric, no_secret_is_logged};
use super::operations;
use super::pod::Pod;
use super::process::FABRIC_PATIENCE;
use super::programs::{programs, say, version};
use crate::support::{Project, root};
use fabkube::network::FabricVersion;
use std::path::Path;
use std::time::Instant;

#[test]
fn fabric_runs_the_sample_of_solo() {
    conforms("the sample of Solo", solo());
}

#[test]
fn fabric_runs_raft_with_a_system_channel() {
    conforms("Raft with a system channel", raft());
}

#[test]
fn fabric_runs_raft_without_tls_for_clients() {
    conforms("Raft with a system channel, clients without TLS", without_tls(raft()));
}

#[test]
fn fabric_tells_what_alarms_and_the_dashboard_are_made_of_with_a_system_channel() {
    let project = raft();
    project.write("values.yaml", &format!("{}{}", project.read("values.yaml"), operations::WATCHED));
    conforms("Raft with a system channel, watched by TLS", project);
}

#[test]
fn fabric_starts_the_sample_of_kafka_and_dials_its_brokers() {
    let case = "the sample of Kafka";
    let project = Project::copy_of(&root().join("samples/kafka"));
    // What Fabric's client of Kafka does is told at this level alone.
    let log = "orderer.logSpec=info:orderer.consensus.kafka.sarama=debug";
    let Some((cluster, _, begun)) = cluster(case, &[log], &project) else { return };
    cluster.start("orderer");
    let brokers = ["kafka-0.kafka-headless.default", "kafka-1.kafka-headless.default", "kafka-2.kafka-headless.default"];
    assert!(cluster.brokers.keys().eq(brokers), "{:?}", cluster.brokers);
    for (orderer, (broker, address)) in
        cluster.nodes("orderer").iter().flat_map(|pod| cluster.brokers.iter().map(move |to| (pod, to)))
    {
        let dialled = format!("Failed to connect to broker {broker}:9092: dial tcp {address}:9092: ");
        cluster.wait(&format!("{} to dial {broker}", orderer.name), || {
            let told = cluster.log_lines().iter().any(|(pod, line)| *pod == orderer.name && line.contains(&dialled));
            told.then_some(()).ok_or(format!("`{dialled}` is not in its log"))
        });
    }
    // Still, and probes have not ended them.
    cluster.are_well("orderer");
    no_secret_is_logged(&cluster);
    say(&format!("conformance: {case}, whose brokers are not here: passed in {:.0?}", begun.elapsed()));
}

/// Docker is no program of Fabric: what the peer is told of it is not there, and that is all that its health lacks. Those of Fabric
/// 2.0 do not ask for it.
#[test]
fn a_peer_starts_without_the_docker_beside_it() {
    let Some((mut cluster, set, begun)) = cluster("the sample of Solo with Docker", &["chaincode.runtime=dind"], &solo()) else {
        return;
    };
    for pod in &mut cluster.pods {
        let expected: &[&str] = if pod.label("org") == "orderer" { &[] } else { &["dind"] };
        assert_eq!(pod.left_out, expected, "{}", pod.name);
    }
    cluster.start("orderer");
    if set.iter().any(|set| set.starts_with("fabric.version=2.0.")) {
        cluster.start("peer");
    } else {
        cluster.start_but_ready("peer", r#""component":"docker""#);
    }
    say(&format!(
        "conformance: the sample of Solo with Docker, which is not here: peers start: passed in {:.0?}",
        begun.elapsed()
    ));
}

/// Its channel is called so.
pub const SYSTEM: &str = "system";

pub fn solo() -> Project {
    Project::copy_of(&root().join("samples/solo"))
}

/// The same network with three orderers of two orgs that agree by Raft.
pub fn raft() -> Project {
    let project = solo();
    project.replace("crypto-config.yaml", "      - Hostname: orderer\n", "      - Hostname: orderer\n      - Hostname: second\n");
    let other = "PeerOrgs:\n";
    let third = "  - Name: Third\n    Domain: third.example.com\n    EnableNodeOUs: true\n    Specs: [{Hostname: orderer}]\n";
    project.replace("crypto-config.yaml", other, &format!("{third}{other}"));
    let org = "  - &Third
    Name: ThirdMSP
    ID: ThirdMSP
    MSPDir: crypto-config/ordererOrganizations/third.example.com/msp
    Policies:
      Readers: {Type: Signature, Rule: \"OR('ThirdMSP.member')\"}
      Writers: {Type: Signature, Rule: \"OR('ThirdMSP.member')\"}
      Admins: {Type: Signature, Rule: \"OR('ThirdMSP.admin')\"}
";
    project.replace("configtx.yaml", "\nApplication: &", &format!("{org}\nApplication: &"));
    project.replace("configtx.yaml", "        - *OrdererOrg\n", "        - *OrdererOrg\n        - *Third\n");
    let consenters: Vec<String> = [("example.com", "orderer"), ("example.com", "second"), ("third.example.com", "orderer")]
        .iter()
        .map(|(domain, host)| {
            let certificate = format!("crypto-config/ordererOrganizations/{domain}/orderers/{host}.{domain}/tls/server.crt");
            format!("{{Host: {host}.{domain}, Port: 7050, ClientTLSCert: {certificate}, ServerTLSCert: {certificate}}}")
        })
        .collect();
    let raft = format!("OrdererType: etcdraft\n  EtcdRaft:\n    Consenters: [{}]\n", consenters.join(", "));
    project.replace("configtx.yaml", "OrdererType: solo\n", &raft);
    project.replace(
        "configtx.yaml",
        "    - orderer.example.com:7050\n",
        "    - orderer.example.com:7050\n    - orderer.third.example.com:7050\n",
    );
    project
}

fn without_tls(project: Project) -> Project {
    project.replace("network.yaml", "network:\n", "tlsEnabled: false\nnetwork:\n");
    project
}

/// A cluster of a project that is rendered for the version of the programs here, and the arguments that say so, where that knows
/// system channels.
fn cluster(case: &str, set: &[&str], project: &Project) -> Option<(Cluster, Vec<String>, Instant)> {
    let bin = programs()?;
    let version = version(&bin);
    let known: FabricVersion = version.parse().unwrap_or_else(|e| panic!("{e}"));
    if !known.features().system_channel {
        say(&format!("skipped: {case} is not for Fabric {version}"));
        return None;
    }
    let begun = Instant::now();
    let of_version = format!("fabric.version={version}");
    let set: Vec<String> = [of_version.as_str()].iter().chain(set).flat_map(|pair| ["--set", pair]).map(str::to_owned).collect();
    let manifests = Manifests::read(&made(project, &["render"], &set));
    made(project, &["channel", "tx", "--channel", CHANNEL, "-o", "my.tx"], &set);
    match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => Some((cluster, set, begun)),
        Err(lacking) => {
            say(&format!("skipped: {lacking}"));
            None
        }
    }
}

fn made(project: &Project, command: &[&str], set: &[String]) -> String {
    let set = set.iter().map(String::as_str);
    project.run(&command.iter().copied().chain(set).collect::<Vec<_>>()).ok().stdout
}

/// Brings a network up, has its orderers make a channel, and its peers join that; every orderer takes a part in it. Where peers
/// would have a Docker beside them, which is not here, they have none.
fn conforms(case: &str, project: Project) {
    let has_docker = |bin: &Path| version(bin).parse().is_ok_and(|version: FabricVersion| !version.features().ccaas_builder);
    let without: &[&str] = if programs().is_some_and(|bin| has_docker(&bin)) { &["chaincode.runtime=none"] } else { &[] };
    let Some((cluster, set, begun)) = cluster(case, without, &project) else { return };
    cluster.start("orderer");
    cluster.start("peer");
    let (orderers, peers) = (cluster.nodes("orderer"), cluster.nodes("peer"));
    let peers: Vec<(Admin, Address)> =
        peers.iter().map(|pod| (Admin::new(&cluster, pod), address(&cluster, &[], &pod.name, "grpc"))).collect();
    let block = peers[0].0.folder().join("my.block");
    let admins: Vec<(Admin, Address)> =
        orderers.iter().map(|pod| (Admin::new(&cluster, pod), address(&cluster, &[], &pod.name, "grpc"))).collect();
    let has_tls = orderers[0].variable("ORDERER_GENERAL_TLS_ENABLED") == "true";
    let send = |number: usize, args: &[&str], orderer: usize| {
        let ((admin, at), (its_admin, orderer)) = (&peers[number], &admins[orderer]);
        let ca = its_admin.ca();
        let tls = ["-o", orderer, "--tls", "--cafile", ca.to_str().unwrap()];
        admin.send(&cluster, at, if has_tls { &tls } else { &tls[..2] }, args)
    };
    let transaction = project.path().join("my.tx");
    let (file, output) = (transaction.to_str().unwrap(), block.to_str().unwrap());
    let create = ["channel", "create", "-c", CHANNEL, "-f", file, "--outputBlock", output, "--timeout", FABRIC_PATIENCE];
    // Raft first chooses a leader.
    send(0, &create, 0);
    for (admin, at) in &peers {
        admin.peer(&cluster, at, &["channel", "join", "-b", output]).unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
    }
    for (number, org) in ["Org1MSP", "Org2MSP"].into_iter().enumerate() {
        let file = format!("{org}.tx");
        made(&project, &["channel", "anchors", "--channel", CHANNEL, "--org", org, "-o", &file], &set);
        let file = project.path().join(&file);
        // Each by another orderer, where there is one.
        let update = ["channel", "update", "-c", CHANNEL, "-f", file.to_str().unwrap()];
        send(number, &update, (number + 1) % orderers.len());
    }
    for (admin, at) in &peers {
        cluster.wait(&format!("three blocks on {at}"), || {
            let height = admin.height(&cluster, at)?;
            (height >= 3).then_some(()).ok_or(format!("it has {height}"))
        });
    }
    if let several @ [_, _, ..] = orderers.as_slice() {
        raft_agrees(&cluster, several);
    }
    no_secret_is_logged(&cluster);
    if !cluster.manifests.monitoring.is_empty() {
        operations::told(&cluster, case);
    }
    say(&format!("conformance: {case} in Fabric {}: passed in {:.0?}", &set[1]["fabric.version=".len()..], begun.elapsed()));
}

fn raft_agrees(cluster: &Cluster, orderers: &[&Pod]) {
    cluster.wait("a leader, and three blocks on all orderers", || {
        let mut seen = Vec::new();
        for orderer in orderers {
            let leads = metric(orderer, "consensus_etcdraft_is_leader", CHANNEL)?;
            seen.push((leads, metric(orderer, "consensus_etcdraft_committed_block_number", CHANNEL)?));
        }
        let agreed = seen.iter().any(|(leads, _)| *leads == 1.0) && seen.iter().all(|(_, block)| *block >= 2.0);
        agreed.then_some(()).ok_or(format!("leader and last block: {seen:?}"))
    });
}
