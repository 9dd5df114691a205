//! Orderers that are started by hand, for channels as they are without any manifest. They have the hosts of configtx.yaml, each on
//! a loopback address of its own. What they are asked to do is `channels`'s.

use super::net;
use super::process::{Access, FABRIC_PATIENCE, Invocation, Processes, Sandbox};
use super::programs::{programs, say, version};
use crate::support::Project;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

const PORT: u16 = 7050;
const ADMIN_PORT: u16 = 9443;

/// A project, and a machine for each of its hosts.
pub struct ByHand {
    // In this order they end.
    processes: Processes,
    sandbox: Sandbox,
    addresses: BTreeMap<String, Ipv4Addr>,
    /// Fabric's own core.yaml and orderer.yaml.
    config: PathBuf,
    folder: tempfile::TempDir,
    runs: Cell<usize>,
    pub project: Project,
}

/// An org: its folder below `crypto-config`, and its MSP ID.
#[derive(Clone, Copy)]
pub struct Org {
    pub folder: &'static str,
    pub msp_id: &'static str,
}

/// An orderer: its common name is its host.
#[derive(Clone, Copy)]
pub struct Orderer {
    pub host: &'static str,
    pub org: Org,
}

/// How an orderer begins.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// Without any channel.
    Empty,
    /// With the first block of a system channel, a file of the project.
    From(&'a str),
}

/// The version of Fabric's programs, if there are some, with their own configuration files beside them.
pub fn fabric() -> Option<String> {
    let bin = programs()?;
    configuration(&bin).is_some().then(|| version(&bin)).or_else(|| {
        say("skipped: there are no core.yaml and orderer.yaml beside Fabric's programs, in `sampleconfig` or `../config`");
        None
    })
}

fn configuration(bin: &Path) -> Option<PathBuf> {
    let folders = [bin.join("sampleconfig"), bin.with_file_name("config")];
    folders.into_iter().find(|folder| ["core.yaml", "orderer.yaml"].iter().all(|name| folder.join(name).is_file()))
}

impl Org {
    /// The MSP folder of its administrator, in the project.
    pub fn admin(&self) -> String {
        let domain = self.folder.split_once('/').map_or(self.folder, |(_, domain)| domain);
        format!("crypto-config/{}/users/Admin@{domain}/msp", self.folder)
    }
}

impl ByHand {
    /// Nothing runs yet. `None` where this machine cannot have it.
    pub fn new(project: Project, hosts: &[&str]) -> Option<Self> {
        let bin = programs()?;
        let config = configuration(&bin)?;
        let folder = tempfile::Builder::new().prefix("by-hand-").tempdir().unwrap();
        let addresses: BTreeMap<String, Ipv4Addr> = hosts.iter().map(|host| ((*host).to_owned(), net::loopback())).collect();
        let lines: String = addresses.iter().map(|(host, ip)| format!("{ip} {host}\n")).collect();
        let sandbox = match Sandbox::new(bin, folder.path().join("etc"), &format!("127.0.0.1 localhost\n{lines}")) {
            Ok(sandbox) => sandbox,
            Err(lacking) => {
                say(&format!("skipped: {lacking}"));
                return None;
            }
        };
        Some(Self { processes: Processes::default(), sandbox, addresses, config, folder, runs: Cell::new(0), project })
    }

    /// Starts an orderer.
    pub fn start(&self, orderer: Orderer, start: Start) {
        let Orderer { host, org } = orderer;
        let data = self.folder.path().join(host);
        std::fs::create_dir_all(&data).unwrap();
        let ip = self.addresses[host];
        let node = self.node(orderer);
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        let [key, certificate, ca] = ["server.key", "server.crt", "ca.crt"].map(|name| path(node.join("tls").join(name)));
        let (method, block) = match start {
            Start::Empty => ("none", String::new()),
            Start::From(block) => ("file", path(self.project.path().join(block))),
        };
        let env = BTreeMap::from(
            [
                ("FABRIC_CFG_PATH", path(self.config.clone())),
                ("ORDERER_GENERAL_LISTENADDRESS", ip.to_string()),
                ("ORDERER_GENERAL_LISTENPORT", PORT.to_string()),
                ("ORDERER_GENERAL_LOCALMSPID", org.msp_id.to_owned()),
                ("ORDERER_GENERAL_LOCALMSPDIR", path(node.join("msp"))),
                ("ORDERER_GENERAL_TLS_ENABLED", "true".to_owned()),
                ("ORDERER_GENERAL_TLS_PRIVATEKEY", key.clone()),
                ("ORDERER_GENERAL_TLS_CERTIFICATE", certificate.clone()),
                ("ORDERER_GENERAL_TLS_ROOTCAS", format!("[{ca}]")),
                // Fabric 1.4 has other names for the same.
                ("ORDERER_GENERAL_BOOTSTRAPMETHOD", method.to_owned()),
                ("ORDERER_GENERAL_BOOTSTRAPFILE", block.clone()),
                ("ORDERER_GENERAL_GENESISMETHOD", method.to_owned()),
                ("ORDERER_GENERAL_GENESISFILE", block),
                ("ORDERER_KAFKA_VERBOSE", "true".to_owned()),
                (
                    "FABRIC_LOGGING_SPEC",
                    "info:grpc=error:orderer.common.cluster=warn:orderer.consensus.kafka.sarama=debug".to_owned(),
                ),
                ("ORDERER_CHANNELPARTICIPATION_ENABLED", "true".to_owned()),
                ("ORDERER_ADMIN_LISTENADDRESS", format!("{ip}:{ADMIN_PORT}")),
                ("ORDERER_ADMIN_TLS_ENABLED", "true".to_owned()),
                ("ORDERER_ADMIN_TLS_PRIVATEKEY", key),
                ("ORDERER_ADMIN_TLS_CERTIFICATE", certificate),
                ("ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED", "true".to_owned()),
                ("ORDERER_ADMIN_TLS_CLIENTROOTCAS", format!("[{ca}]")),
                ("ORDERER_OPERATIONS_LISTENADDRESS", format!("{ip}:8443")),
                ("ORDERER_FILELEDGER_LOCATION", path(data.join("ledger"))),
                ("ORDERER_CONSENSUS_WALDIR", path(data.join("wal"))),
                ("ORDERER_CONSENSUS_SNAPDIR", path(data.join("snapshots"))),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let folders = vec![(data.clone(), Access::ReadWrite)];
        let invocation = Invocation { command: &["orderer".to_owned()], env: &env, folders, working_dir: &data };
        self.processes.add(self.sandbox.start(host, &invocation, data.join("log")));
    }

    /// Stops all orderers; they can be started again on what they have.
    pub fn stop(&self) {
        self.processes.end_all();
    }

    /// Waits until an orderer listens.
    pub fn listens(&self, orderer: Orderer) {
        let at = (self.addresses[orderer.host], PORT);
        self.processes.wait(&format!("{} to listen", orderer.host), || net::connect(at).map(drop));
    }

    /// Lets an orderer join a channel by the block in a file of the project.
    pub fn join(&self, orderer: Orderer, channel: &str, block: &str) {
        let block = self.project.path().join(block);
        let at = (self.addresses[orderer.host], ADMIN_PORT);
        self.processes.wait(&format!("{} to listen", orderer.host), || net::connect(at).map(drop));
        let args = ["join", "--channelID", channel, "--config-block", block.to_str().unwrap()];
        let joined = self.osnadmin(orderer, &args);
        assert!(matches!(&joined, Ok(printed) if printed.starts_with("Status: 201")), "{joined:?}\n{}", self.processes.tails());
    }

    /// Waits until an orderer is a consenter of a channel and has so many blocks.
    pub fn has(&self, orderer: Orderer, channel: &str, height: u64) {
        self.processes.wait(&format!("{} to have {height} blocks", orderer.host), || {
            let printed = self.osnadmin(orderer, &["list", "--channelID", channel])?;
            let body = printed.split_once('\n').map_or("", |(_, body)| body);
            let info: serde_json::Value = serde_json::from_str(body).map_err(|e| format!("{e} in {printed}"))?;
            let good = info["status"] == "active" && info["consensusRelation"] == "consenter" && info["height"] == height;
            good.then_some(()).ok_or(printed)
        });
    }

    /// Runs `peer channel` as an org's administrator, who talks to an orderer. It is asked again while there is no leader.
    pub fn peer_channel(&self, org: Org, orderer: Orderer, args: &[&str]) -> String {
        let msp = self.project.path().join(org.admin());
        let env = BTreeMap::from(
            [
                ("FABRIC_CFG_PATH", self.config.to_str().unwrap()),
                ("CORE_PEER_LOCALMSPID", org.msp_id),
                ("CORE_PEER_MSPCONFIGPATH", msp.to_str().unwrap()),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let ca = self.node(orderer).join("tls/ca.crt");
        let at = format!("{}:{PORT}", orderer.host);
        let orderer = ["-o", &at, "--tls", "--cafile", ca.to_str().unwrap(), "--connTimeout", FABRIC_PATIENCE];
        let command = [&["peer", "channel"], args, &orderer].concat();
        self.processes.wait("an orderer to take it", || match self.run(&env, &command) {
            Err(e) if e.contains("SERVICE_UNAVAILABLE") => Err(e),
            Err(e) => panic!("{e}{}", self.processes.tails()),
            Ok(printed) => Ok(printed),
        })
    }

    /// Writes the newest configuration of a channel to a file of the project, once the channel has had so many updates.
    pub fn fetch(&self, (org, orderer): (Org, Orderer), channel: &str, (file, number): (&str, u64)) {
        let written = self.writable("fetched.block");
        self.processes.wait(&format!("block {number} of {channel}"), || {
            self.peer_channel(org, orderer, &["fetch", "config", written.to_str().unwrap(), "-c", channel]);
            std::fs::copy(&written, self.project.path().join(file)).unwrap();
            let summary = self.project.run(&["channel", "inspect", "--summary", file]).ok().stdout;
            let first = summary.lines().next().unwrap_or_default();
            first.contains(&format!("block {number} ")).then_some(()).ok_or(summary)
        });
    }

    /// The path of a file that programs may write.
    pub fn writable(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits until some line of the log has a text.
    pub fn logs(&self, text: &str) {
        self.processes.wait(&format!("`{text}` in a log"), || {
            let lines = self.processes.log_lines();
            lines.iter().any(|(_, line)| line.contains(text)).then_some(()).ok_or("it is not there".to_owned())
        });
    }

    fn node(&self, Orderer { host, org }: Orderer) -> PathBuf {
        self.project.path().join("crypto-config").join(org.folder).join("orderers").join(host)
    }

    fn osnadmin(&self, orderer: Orderer, args: &[&str]) -> Result<String, String> {
        let at = format!("{}:{ADMIN_PORT}", orderer.host);
        let tls = self.node(orderer).join("tls");
        let [ca, cert, key] = ["ca.crt", "server.crt", "server.key"].map(|name| tls.join(name).to_str().unwrap().to_owned());
        let tls = ["-o", &at, "--ca-file", &ca, "--client-cert", &cert, "--client-key", &key];
        self.run(&BTreeMap::new(), &[&["osnadmin", "channel"], args, &tls].concat())
    }

    fn run(&self, env: &BTreeMap<String, String>, command: &[&str]) -> Result<String, String> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        self.runs.set(self.runs.get() + 1);
        let scratch = self.folder.path().join(format!("run-{}", self.runs.get()));
        std::fs::create_dir_all(&scratch).unwrap();
        let folders = vec![(self.folder.path().to_path_buf(), Access::ReadWrite)];
        self.sandbox.run(&Invocation { command: &command, env, folders, working_dir: &scratch }, &scratch)
    }
}
