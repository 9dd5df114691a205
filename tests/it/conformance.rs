//! Fabric's own orderer, osnadmin and peer run what was rendered, where `FABKUBE_FABRIC_BIN` names a folder that has them: what was
//! rendered for their own line of releases, and with those of Fabric 3 also what was rendered for 2.5.
//! Processes are built from the manifests alone; only these differ from a cluster: mount paths are temporary folders, addresses
//! are loopback addresses, names come from a hosts file, and CouchDB is left out.

mod by_hand;
mod chaincode;
mod channels;
mod cli;
mod client;
mod cluster;
mod fabric_ca;
mod gateway;
mod manifests;
mod net;
mod network;
mod operations;
mod pod;
mod process;
mod programs;
mod roll;
mod system_channel;
mod updates;

use crate::authorities::{P384, company_ca};
use crate::support::{Project, copy_tree, root};
use client::CHANNEL;
use cluster::Cluster;
use manifests::Manifests;
use network::{join_orderers, leave_couchdb_out, no_secret_is_logged, transact};
use programs::{programs, programs_from, say, version};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The cluster's DNS with the names of configtx.yaml, as the user is told to set it up.
const AS_WRITTEN: [(&str, &str); 5] = [
    ("orderer0.example.com", "orderer-orderer0"),
    ("orderer1.example.com", "orderer-orderer1"),
    ("orderer2.example.com", "orderer-orderer2"),
    ("peer0.org1.example.com", "org1-peer0"),
    ("peer0.org2.example.com", "org2-peer0"),
];

#[test]
fn fabric_runs_the_sample() {
    conforms("the sample", &[], Project::sample);
}

#[test]
fn fabric_2_3_and_2_4_run_the_sample() {
    for line in ["2.3", "2.4"] {
        let case = format!("the sample in Fabric {line}");
        conforms_in(&format!("{line}."), &case, || {
            let project = Project::sample();
            // Peers of 2.3 would have a Docker beside them, which is not here.
            let runtime = if line == "2.3" { "none" } else { "ccaas" };
            let settings = format!("fabric: {{version: \"{line}\"}}\nchaincode: {{runtime: {runtime}}}\nnetwork:\n");
            project.replace("values.yaml", "network:\n", &settings);
            project.replace("configtx.yaml", "V2_5: true", "V2_0: true");
            project
        });
    }
}

#[test]
fn fabric_starts_the_sample_of_namespaces() {
    let Some(bin) = programs_from((2, 5)) else { return };
    let begun = Instant::now();
    let project = Project::copy_of(&root().join("samples/namespaces"));
    let manifests = Manifests::read(&project.run(&["render"]).ok().stdout);
    let cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    // It has one org of peers, and `transact` takes two: how orgs in namespaces reach each other is shown by others.
    cluster.start("orderer");
    join_orderers(&cluster, &[], project.path().join(format!("channel-artifacts/{CHANNEL}.block")).to_str().unwrap());
    no_secret_is_logged(&cluster);
    say(&format!("conformance: the orderers of the sample of namespaces: passed in {:.0?}", begun.elapsed()));
}

/// Operations by TLS, limits, settings of its own, and nodes that dial each other by what they are called outside.
#[test]
fn fabric_runs_the_sample_with_everything() {
    if programs_from((2, 5)).is_none() {
        return;
    }
    let project = Project::copy_of(&root().join("samples/production"));
    // The version is that of the programs here, and who runs them need not be root to listen.
    project.replace("values.yaml", "version: 2.5.16", "version: \"2.5\"");
    project.replace("values.yaml", "className: haproxy", "className: haproxy\n        port: 8443");
    // Nodes are asked with their own certificates here; `operations` shows one of the user's.
    project.replace("values.yaml", "clientSecret: prometheus-client", "clientSecret: ''");
    let manifests = Manifests::read(&project.run(&["render"]).ok().stdout);
    let nodes = ["orderer-orderer0", "orderer-orderer1", "orderer-orderer2", "org1-peer0", "org2-peer0"];
    let hosts = nodes.map(|node| (format!("{node}.trade.example.org"), node));
    let dns: Vec<(&str, &str)> = hosts.iter().map(|(host, node)| (host.as_str(), *node)).collect();
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    runs("the sample with everything", &dns, manifests, &block);
}

#[test]
fn fabric_3_runs_the_sample_of_bft() {
    conforms_in("3.", "the sample of BFT", || Project::copy_of(&root().join("samples/bft")));
}

#[test]
fn fabric_3_runs_a_network_of_raft() {
    conforms_in("3.", "Raft in Fabric 3", || {
        let project = Project::sample();
        project.replace("values.yaml", "network:\n", "fabric: {version: \"3.1\"}\nnetwork:\n");
        project
    });
}

#[test]
fn fabric_runs_a_network_with_settings_of_its_own() {
    conforms("own settings of core.yaml and orderer.yaml, LevelDB", &[], || {
        let project = Project::sample();
        project.write(
            "values.yaml",
            "
            peer:
              stateDatabase: leveldb
              config: {peer: {Gossip: {pullInterval: 5s}}, chaincode: {externalBuilders: [{name: own, path: /opt/own}]}}
              extraEnv: [{name: CORE_PEER_GOSSIP_PULLPEERNUM, value: 2}]
            orderer:
              config: {General: {Cluster: {DialTimeout: 10s}, authentication: {timewindow: 10m}}, Consensus: {EvictionSuspicion: 20m}}
            ",
        );
        project
    });
}

#[test]
fn fabric_runs_a_network_of_two_orgs_with_fresh_keys() {
    conforms("two orgs, fresh keys", &[], || {
        let project = Project::empty();
        for name in ["crypto-config.yaml", "configtx.yaml"] {
            project.write(name, &crate::support::read(&root().join("tests/fixtures/raft-two-orgs").join(name)));
        }
        project
    });
}

#[test]
fn fabric_runs_a_network_with_a_namespace_for_each_org() {
    conforms("a namespace for each org", &[], || {
        let project = Project::sample();
        project.replace("values.yaml", "network:\n", "namespaces: {mode: per-org, of: {Orderer: ord}}\nnetwork:\n");
        project
    });
}

#[test]
fn fabric_runs_a_network_that_moved_to_a_namespace_for_each_org() {
    conforms("renewed certificates in other namespaces", &[], || {
        let project = Project::sample();
        project.run(&["render"]).ok();
        project.replace("values.yaml", "network:\n", "namespaces: {mode: per-org}\nnetwork:\n");
        project.run(&["crypto", "renew", "--missing-sans"]).ok();
        // Its channel begins anew: the old block is of the old addresses.
        project.remove("channel-artifacts");
        project.remove("fabkube.lock");
        project
    });
}

#[test]
fn fabric_runs_a_network_with_the_keys_of_cryptogen() {
    let Some(keys) = keys_of_cryptogen() else { return };
    conforms("keys of cryptogen", &AS_WRITTEN, || {
        let project = with_keys(&keys);
        project.write("values.yaml", "addressing: domain\n");
        project
    });
}

#[test]
fn fabric_runs_a_network_with_renewed_certificates_on_the_keys_of_cryptogen() {
    let Some(keys) = keys_of_cryptogen() else { return };
    conforms("renewed certificates on the keys of cryptogen", &[], || {
        let project = with_keys(&keys);
        project.run(&["render"]).wrong();
        project.run(&["crypto", "renew", "--missing-sans"]).ok();
        project
    });
}

/// The tree that the real cryptogen made, private keys included, if it is here.
fn keys_of_cryptogen() -> Option<PathBuf> {
    let reference = std::env::var_os("FABKUBE_REFERENCE").map_or(root().join("../shared/reference"), PathBuf::from);
    let keys = reference.join("raft-two-orgs/crypto-config");
    if programs().is_some() && !keys.is_dir() {
        say(&format!("skipped: there are no keys of cryptogen in {}", keys.display()));
        return None;
    }
    Some(keys)
}

/// The fixture's network with those keys.
fn with_keys(keys: &Path) -> Project {
    let project = Project::copy_of(&root().join("tests/fixtures/raft-two-orgs"));
    project.remove("crypto-config");
    copy_tree(keys, &project.path().join("crypto-config"));
    project
}

#[test]
fn fabric_runs_a_network_whose_certificates_are_newer_than_its_block() {
    conforms("renewed certificates", &[], || {
        let project = Project::sample();
        project.run(&["render"]).ok();
        let block = project.tree("channel-artifacts");
        // The channel goes on knowing the CAs by their old certificates.
        let cas = ["ca.example.com", "tlsca.example.com", "ca.org1.example.com", "tlsca.org1.example.com"];
        let cas = cas.into_iter().flat_map(|ca| ["--ca", ca]);
        project.run(&["crypto", "renew", "--expiring", "20y"].into_iter().chain(cas).collect::<Vec<_>>()).ok();
        assert!(project.run(&["render", "--frozen"]).ok().stderr.is_empty());
        assert!(project.tree("channel-artifacts") == block);
        project
    });
}

#[test]
fn fabric_runs_a_network_under_a_company_ca() {
    conforms("a company's CAs", &[], || {
        let project = Project::sample();
        for org in
            ["ordererOrganizations/example.com", "peerOrganizations/org1.example.com", "peerOrganizations/org2.example.com"]
        {
            for ca in ["ca", "tlsca"] {
                let dir = project.path().join("crypto-config").join(org).join(ca);
                assert!(company_ca(&dir, P384), "openssl is needed for this");
                for name in ["extensions", "root.key", "root.csr", "ca.csr"] {
                    std::fs::remove_file(dir.join(name)).unwrap();
                }
            }
        }
        project
    });
}

#[test]
fn fabric_runs_a_network_that_was_written_for_one_machine() {
    conforms("loopback addresses", &[], || {
        let project = Project::sample();
        for (i, port) in ["7050", "8050", "9050"].into_iter().enumerate() {
            project.replace("configtx.yaml", &format!("orderer{i}.example.com:7050"), &format!("127.0.0.1:{port}"));
            let host = format!("Host: orderer{i}.example.com\n        Port: 7050");
            project.replace("configtx.yaml", &host, &format!("Host: 127.0.0.1\n        Port: {port}"));
        }
        for org in ["org1", "org2"] {
            project.replace("configtx.yaml", &format!("Host: peer0.{org}.example.com"), "Host: 127.0.0.1");
        }
        project
    });
}

/// As with cryptogen, the pairs for TLS and the CAs have such keys too, and an `Admin` has an ECDSA key.
#[test]
fn fabric_3_runs_a_network_with_ed25519_keys() {
    conforms_in("3.", "Ed25519 keys", || {
        let project = Project::sample();
        let with_ca = "EnableNodeOUs: true\n    CA: {PublicKeyAlgorithm: ed25519}";
        project.replace("crypto-config.yaml", "EnableNodeOUs: true", with_ca);
        for orderer in ["orderer0", "orderer1", "orderer2"] {
            let name = format!("Hostname: {orderer}");
            project.replace("crypto-config.yaml", &name, &format!("{name}\n        PublicKeyAlgorithm: ed25519"));
        }
        // The peers of one org: the other's have ECDSA keys, under CAs with Ed25519 keys.
        let text = project.read("crypto-config.yaml");
        let (others, own) = text.split_at(text.find("Name: Org2").expect("there is an Org2"));
        let own = own.replace("Count:", "PublicKeyAlgorithm: ed25519\n      Count:");
        project.write("crypto-config.yaml", &format!("{others}{own}"));
        // The capability that such keys need, which asks for Fabric 3.
        let channel = project.read("configtx.yaml");
        let (before, channel) = channel.split_at(channel.find("\nChannel: ").expect("there are ChannelDefaults"));
        project.write("configtx.yaml", &format!("{before}{}", channel.replacen("V2_0", "V3_0", 1)));
        project.run(&["crypto", "generate"]).ok();
        let listed = project.run(&["crypto", "list"]).ok().stdout;
        // Six CAs; two pairs of each of three orderers, two peers and a user.
        assert_eq!(listed.matches(" Ed25519 ").count(), 18, "{listed}");
        project
    });
}

/// Renders a project for Fabric 2.5 or later and brings its network up. Where the cluster's DNS has names beside those of
/// Services, the certificates need not name Services.
fn conforms(case: &str, dns: &[(&str, &str)], project: impl Fn() -> Project) {
    if programs_from((2, 5)).is_some() {
        brings_up(case, dns, &project());
    }
}

/// Renders a project and brings its network up.
fn brings_up(case: &str, dns: &[(&str, &str)], project: &Project) {
    let manifests = Manifests::read(&project.run(&["render"]).ok().stdout);
    runs(case, dns, manifests, &project.path().join(format!("channel-artifacts/{CHANNEL}.block")));
}

/// The same for what only some versions of Fabric run.
fn conforms_in(line: &str, case: &str, project: impl Fn() -> Project) {
    let Some(bin) = programs() else { return };
    let version = version(&bin);
    if version.starts_with(line) {
        brings_up(case, &[], &project());
    } else {
        say(&format!("skipped: {case} is not for Fabric {version}"));
    }
}

/// Brings a network up.
fn runs(case: &str, dns: &[(&str, &str)], manifests: Manifests, block: &Path) {
    drop(up(case, dns, manifests, block));
}

/// A network that is up, with transactions in its channel; `None` where this machine cannot have it.
fn up(case: &str, dns: &[(&str, &str)], manifests: Manifests, block: &Path) -> Option<Cluster> {
    let bin = programs()?;
    let begun = Instant::now();
    let mut cluster = match Cluster::new(manifests, bin, dns) {
        Ok(cluster) => cluster,
        Err(lacking) => {
            say(&format!("skipped: {lacking}"));
            return None;
        }
    };
    leave_couchdb_out(&mut cluster, case);
    cluster.start("orderer");
    join_orderers(&cluster, dns, block.to_str().unwrap());
    cluster.start("peer");
    transact(&cluster, dns, block.to_str().unwrap());
    no_secret_is_logged(&cluster);
    say(&format!("conformance: {case}: passed in {:.0?}", begun.elapsed()));
    Some(cluster)
}
