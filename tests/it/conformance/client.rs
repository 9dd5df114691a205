//! An organization's administrator: `osnadmin` and `peer` with the identity that lies in the org's Secrets.

use super::cluster::{Cluster, host, ports};
use super::pod::{Pod, write_files};
use super::process::{Access, FABRIC_PATIENCE, Invocation};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub const CHANNEL: &str = "mychannel";

/// What an administrator has on disk.
pub struct Admin {
    tls: PathBuf,
    env: BTreeMap<String, String>,
    folder: PathBuf,
}

/// Where something is dialled: `host:port`.
pub type Address = String;

impl Admin {
    /// The administrator of the org of a node, out of the org's Secrets; as config serves the file that the node has.
    pub fn new(cluster: &Cluster, node: &Pod) -> Self {
        let org = node.label("org");
        let folder = cluster.folder(&format!("admin-of-{org}"));
        let tls = folder.join("tls");
        write_files(&cluster.manifests.secret(&format!("{org}-admin-tls")), None, None, &tls);
        let mut env = BTreeMap::new();
        if node.env.contains_key("CORE_PEER_MSPCONFIGPATH") {
            let msp = folder.join("msp");
            let items = node.items_at("CORE_PEER_MSPCONFIGPATH");
            write_files(&cluster.manifests.secret(&format!("{org}-admin-msp")), Some(&items), None, &msp);
            env = BTreeMap::from(
                [
                    ("FABRIC_CFG_PATH", node.variable("FABRIC_CFG_PATH").to_owned()),
                    ("CORE_PEER_LOCALMSPID", node.variable("CORE_PEER_LOCALMSPID").to_owned()),
                    ("CORE_PEER_MSPCONFIGPATH", msp.to_str().unwrap().to_owned()),
                    ("CORE_PEER_CLIENT_CONNTIMEOUT", FABRIC_PATIENCE.to_owned()),
                    ("CORE_PEER_TLS_ENABLED", node.variable("CORE_PEER_TLS_ENABLED").to_owned()),
                    ("CORE_PEER_TLS_ROOTCERT_FILE", tls.join("ca.crt").to_str().unwrap().to_owned()),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            );
        }
        Self { tls, env, folder }
    }

    /// The same with another identity.
    pub fn acting_as(mut self, msp: &Path, id: &str) -> Self {
        self.env.insert("CORE_PEER_MSPCONFIGPATH".to_owned(), msp.to_str().unwrap().to_owned());
        self.env.insert("CORE_PEER_LOCALMSPID".to_owned(), id.to_owned());
        self
    }

    /// The same with another root of the peers' TLS.
    pub fn trusting(mut self, root: &Path) -> Self {
        self.env.insert("CORE_PEER_TLS_ROOTCERT_FILE".to_owned(), root.to_str().unwrap().to_owned());
        self
    }

    /// The same that gives up after a few seconds.
    pub fn impatient(mut self) -> Self {
        self.env.insert("CORE_PEER_CLIENT_CONNTIMEOUT".to_owned(), "3s".to_owned());
        self
    }

    /// Where it may write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its org's TLS root.
    pub fn ca(&self) -> PathBuf {
        self.tls.join("ca.crt")
    }

    /// Runs `peer` against a peer.
    pub fn peer(&self, cluster: &Cluster, at: &Address, args: &[&str]) -> Result<String, String> {
        let mut env = self.env.clone();
        env.insert("CORE_PEER_ADDRESS".to_owned(), at.clone());
        self.run(cluster, &env, [&["peer"], args].concat())
    }

    /// Sends a transaction by way of `peer`, to the orderer that is named; again while that knows no leader.
    pub fn send(&self, cluster: &Cluster, at: &Address, orderer: &[&str], args: &[&str]) -> String {
        let args = [args, orderer, &["--connTimeout", FABRIC_PATIENCE]].concat();
        cluster.wait("an orderer to take a transaction", || match self.peer(cluster, at, &args) {
            Err(e) if e.contains("SERVICE_UNAVAILABLE") => Err(e),
            Err(e) => panic!("{e}{}", cluster.tails()),
            Ok(printed) => Ok(printed),
        })
    }

    /// Lets an orderer join the channel by the block in a file. No probe asks for the admin port, which listens later than those
    /// that they ask for.
    pub fn join(&self, cluster: &Cluster, at: &Address, block: &str) {
        cluster.wait(&format!("{at} to listen"), || self.osnadmin(cluster, at, &["list"]).map(drop));
        let joined = self.osnadmin(cluster, at, &["join", "--channelID", CHANNEL, "--config-block", block]);
        assert!(matches!(&joined, Ok((status, _)) if status == "Status: 201"), "{joined:?}\n{}", cluster.tails());
    }

    /// Runs `osnadmin channel` against an orderer: the status that it prints, and what comes after.
    pub fn osnadmin(&self, cluster: &Cluster, at: &Address, args: &[&str]) -> Result<(String, String), String> {
        let [ca, cert, key] = ["ca.crt", "tls.crt", "tls.key"].map(|name| self.tls.join(name).to_str().unwrap().to_owned());
        let tls = ["-o", at, "--ca-file", &ca, "--client-cert", &cert, "--client-key", &key];
        let printed = self.run(cluster, &BTreeMap::new(), [&["osnadmin", "channel"], args, &tls].concat())?;
        let (status, body) = printed.split_once('\n').unwrap_or((&printed, ""));
        Ok((status.to_owned(), body.to_owned()))
    }

    /// How many blocks a peer has.
    pub fn height(&self, cluster: &Cluster, at: &Address) -> Result<u64, String> {
        let printed = self.peer(cluster, at, &["channel", "getinfo", "-c", CHANNEL])?;
        let json = printed.split_once("Blockchain info: ").and_then(|(_, json)| serde_json::from_str(json).ok());
        let height = json.as_ref().and_then(|info: &serde_json::Value| info.get("height")?.as_u64());
        height.ok_or_else(|| format!("there is no height in {printed}"))
    }

    /// Approves a chaincode for the org: a transaction, which an orderer takes.
    pub fn approve(&self, cluster: &Cluster, at: &Address, orderer: &Address, ca: &Path) {
        let chaincode = ["--name", "conformance", "--version", "1", "--sequence", "1"];
        let approve = ["lifecycle", "chaincode", "approveformyorg", "-C", CHANNEL, "--waitForEventTimeout", FABRIC_PATIENCE];
        let orderer = ["-o", orderer, "--tls", "--cafile", ca.to_str().unwrap()];
        self.send(cluster, at, &orderer, &[&approve[..], &chaincode].concat());
    }

    fn run(&self, cluster: &Cluster, env: &BTreeMap<String, String>, command: Vec<&str>) -> Result<String, String> {
        let command: Vec<String> = command.into_iter().map(str::to_owned).collect();
        let folders = vec![(self.folder.clone(), Access::ReadWrite)];
        let invocation = Invocation { command: &command, env, folders, working_dir: &self.folder };
        cluster.sandbox.run(&invocation, &self.folder)
    }
}

/// Where a listener of a Service is dialled: by the name that the cluster's DNS has for it beside its own if there is one, and by
/// the last port that leads there, which is the one that the user wrote.
pub fn address(cluster: &Cluster, dns: &[(&str, &str)], service: &str, listener: &str) -> Address {
    let object = cluster.manifests.service(service);
    let alias = dns.iter().find(|(_, of)| *of == service).map(|(name, _)| (*name).to_owned());
    let leads_there = |target: &Option<IntOrString>| *target == Some(IntOrString::String(listener.to_owned()));
    let port = ports(object).iter().rev().find(|port| leads_there(&port.target_port));
    let port = port.unwrap_or_else(|| panic!("the Service {service} does not lead to `{listener}`")).port;
    format!("{}:{port}", alias.unwrap_or_else(|| host(object)))
}
