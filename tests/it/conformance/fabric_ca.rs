//! A Fabric CA out of the manifests: whom it enrols, Fabric's own peer and orderer accept. It takes `fabric-ca-server` and
//! `fabric-ca-client` in the folder that `FABKUBE_FABRIC_CA_BIN` names.

use super::client::{Address, Admin, address};
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{join_orderers, leave_couchdb_out, no_secret_is_logged};
use super::operations::metrics;
use super::pod::write_files;
use super::process::{Access, Invocation};
use super::programs::{programs_from, programs_of_fabric_ca, say};
use crate::authorities::{P384, company_ca};
use crate::support::{Project, files};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

const CHANNEL_BLOCK: &str = "channel-artifacts/mychannel.block";

#[test]
fn a_fabric_ca_enrols_users_whom_a_peer_accepts() {
    enrols("the sample", Project::sample);
}

#[test]
fn a_fabric_ca_below_a_company_ca_enrols_users_whom_a_peer_accepts() {
    enrols("a company's CA on P-384", || {
        let project = Project::sample();
        let dir = project.path().join("crypto-config/peerOrganizations/org1.example.com/ca");
        assert!(company_ca(&dir, P384), "openssl is needed for this");
        for name in ["extensions", "root.key", "root.csr", "ca.csr"] {
            std::fs::remove_file(dir.join(name)).unwrap();
        }
        project
    });
}

fn enrols(case: &str, project: impl Fn() -> Project) {
    let Some(bin) = programs_from((2, 5)) else { return };
    if programs_of_fabric_ca().is_none() {
        return say("skipped: FABKUBE_FABRIC_CA_BIN is not set");
    }
    let begun = Instant::now();
    let project = project();
    project.write("own.yaml", "ca: {enabled: true, logLevel: debug}\n");
    let manifests = Manifests::read(&project.run(&["render", "-f", "own.yaml"]).ok().stdout);
    let mut cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    leave_couchdb_out(&mut cluster, case);
    cluster.start("ca");
    cluster.start("orderer");
    let block = project.path().join(CHANNEL_BLOCK);
    join_orderers(&cluster, &[], block.to_str().unwrap());
    cluster.start("peer");

    let ca = Ca::of(&cluster, "org1");
    let [user, admin] = [("appuser", "client"), ("operator", "admin")].map(|(name, kind)| {
        ca.register("ca", name, kind);
        ca.enrol("ca", name, &[])
    });
    let peer = cluster.nodes("peer").into_iter().find(|peer| peer.label("org") == "org1").expect("org1 has a peer");
    let at = address(&cluster, &[], &peer.name, "grpc");
    let org_msp = project.path().join("crypto-config/peerOrganizations/org1.example.com/msp");
    let acting_as = |msp: &Path| Admin::new(&cluster, peer).acting_as(&ca.with_roots(msp, &org_msp), "Org1MSP");
    let listed = acting_as(&user).peer(&cluster, &at, &["channel", "list"]);
    assert!(listed.is_ok(), "{listed:?}\n{}", cluster.tails());
    // Its type counts as its role, by NodeOUs.
    let join = ["channel", "join", "-b", block.to_str().unwrap()];
    let refused = acting_as(&user).peer(&cluster, &at, &join);
    assert!(matches!(&refused, Err(reason) if reason.contains("access denied")), "{refused:?}");
    acting_as(&admin).peer(&cluster, &at, &join).unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));

    a_pair_of_the_tls_ca_is_accepted(&cluster);
    nothing_of_the_keys_is_on_volumes(&cluster);
    for pod in cluster.nodes("ca") {
        let told = metrics(pod).unwrap_or_else(|e| panic!("{}: {e}", pod.name));
        assert!(told.contains("api_request_count"), "{told}");
    }
    no_secret_is_logged(&cluster);

    // What it knows outlives its pod.
    cluster.end_all();
    cluster.start("ca");
    ca.enrol("ca", "appuser", &[]);
    say(&format!("conformance: a Fabric CA, {case}: passed in {:.0?}", begun.elapsed()));
}

/// The orderers' admin port asks clients for a certificate of their org's TLS CA.
fn a_pair_of_the_tls_ca_is_accepted(cluster: &Cluster) {
    let orderer = cluster.nodes("orderer")[0];
    let ca = Ca::of(cluster, orderer.label("org"));
    ca.register("tlsca", "watcher", "client");
    let msp = ca.enrol("tlsca", "watcher", &["--enrollment.profile", "tls", "--csr.hosts", "watcher.example.com"]);
    let [certificate, key] = ["signcerts", "keystore"].map(|folder| only_file(&msp.join(folder)));
    let at = address(cluster, &[], &orderer.name, "admin");
    let tls = ["-o", &at, "--ca-file", ca.root(), "--client-cert", &certificate, "--client-key", &key];
    let listed = ca.run(&[&["osnadmin", "channel", "list"], &tls[..]].concat(), &BTreeMap::new());
    assert!(matches!(&listed, Ok(printed) if printed.contains("Status: 200")), "{listed:?}\n{}", cluster.tails());
}

/// The CAs' private keys are in the Secret and in memory alone.
fn nothing_of_the_keys_is_on_volumes(cluster: &Cluster) {
    for pod in cluster.nodes("ca") {
        let paths: Vec<PathBuf> = files(pod.folder_at("/var/hyperledger/fabric-ca")).into_keys().collect();
        assert!(paths.iter().any(|path| path.ends_with("tlsca/fabric-ca-server.db")), "{paths:?}");
        assert!(!paths.iter().any(|path| path.to_string_lossy().ends_with("_sk")), "{paths:?}");
        assert_eq!(files(pod.folder_at("/var/run/keystore")).len(), 2, "the CAs' keys are where fabkube says");
    }
}

/// A Fabric CA, and somebody who has its first user's password.
struct Ca<'a> {
    cluster: &'a Cluster,
    at: Address,
    folder: PathBuf,
    root: String,
    bootstrap: BTreeMap<String, String>,
}

impl<'a> Ca<'a> {
    fn of(cluster: &'a Cluster, org: &str) -> Self {
        let folder = cluster.folder(&format!("client-of-{org}-ca"));
        let tls = folder.join("tls");
        let manifests = &cluster.manifests;
        // The root alone: whoever dials it has no need of its pair.
        let mut secret = manifests.secret(&format!("{org}-ca-tls"));
        secret.retain(|key, _| key == "ca.crt");
        write_files(&secret, None, None, &tls);
        let bootstrap = manifests.secret(&format!("{org}-ca-bootstrap"));
        let bootstrap = bootstrap.into_iter().map(|(key, value)| (key, String::from_utf8(value).unwrap())).collect();
        let at = address(cluster, &[], &format!("{org}-ca"), "https");
        Self { cluster, at, root: tls.join("ca.crt").to_str().unwrap().to_owned(), folder, bootstrap }
    }

    fn root(&self) -> &str {
        &self.root
    }

    /// Registers somebody with a CA, as its first user; the secret is the name backwards.
    fn register(&self, ca: &str, name: &str, kind: &str) {
        let home = self.folder.join(format!("registrar-of-{ca}"));
        if !home.exists() {
            let (user, password) = (&self.bootstrap["username"], &self.bootstrap["password"]);
            self.client(ca, &home, &["enroll", "-u", &format!("https://{user}:{password}@{}", self.at)]);
        }
        let id = ["--id.name", name, "--id.type", kind, "--id.secret", &secret_of(name)];
        let url = format!("https://{}", self.at);
        self.client(ca, &home, &[&["register", "-u", &url], &id[..]].concat());
    }

    /// Enrols somebody who is registered: the MSP folder that the client made.
    fn enrol(&self, ca: &str, name: &str, more: &[&str]) -> PathBuf {
        let home = self.folder.join(format!("{name}-of-{ca}"));
        let url = format!("https://{name}:{}@{}", secret_of(name), self.at);
        self.client(ca, &home, &[&["enroll", "-u", &url], more].concat());
        home.join("msp")
    }

    /// Somebody's MSP, as docs/fabric-ca.md has it made: what was enrolled, and the public part of the org's own in place of the
    /// CAs that the client wrote.
    fn with_roots(&self, enrolled: &Path, org_msp: &Path) -> PathBuf {
        let msp = enrolled.with_file_name("whole-msp");
        crate::support::copy_tree(enrolled, &msp);
        for folder in ["cacerts", "intermediatecerts"] {
            drop(std::fs::remove_dir_all(msp.join(folder)));
        }
        crate::support::copy_tree(org_msp, &msp);
        msp
    }

    fn client(&self, ca: &str, home: &Path, args: &[&str]) {
        let home = ("FABRIC_CA_CLIENT_HOME".to_owned(), home.to_str().unwrap().to_owned());
        let done =
            self.run(&[&["fabric-ca-client"], args, &["--caname", ca, "--tls.certfiles", &self.root]].concat(), &[home].into());
        done.unwrap_or_else(|e| panic!("{e}\n{}", self.cluster.tails()));
    }

    fn run(&self, command: &[&str], env: &BTreeMap<String, String>) -> Result<String, String> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let folders = vec![(self.folder.clone(), Access::ReadWrite)];
        let invocation = Invocation { command: &command, env, folders, working_dir: &self.folder };
        self.cluster.sandbox.run(&invocation, &self.folder)
    }
}

fn secret_of(name: &str) -> String {
    name.chars().rev().collect()
}

fn only_file(folder: &Path) -> String {
    let names: Vec<PathBuf> = files(folder).into_keys().collect();
    let [name] = names.as_slice() else { panic!("not one file in {}: {names:?}", folder.display()) };
    folder.join(name).to_str().unwrap().to_owned()
}
