//! The ordering service's kind and Raft's consenters. BFT's are `bft`'s, the rest of the Orderer group is `orderer`'s.

use super::orderer::size;
use super::{Context, InStore};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{self, EtcdRaftOptions};
use crate::input::given;
use crate::network::resolve::hosts::Meaning;
use crate::network::resolve::orgs::Known;
use crate::network::resolve::units;
use crate::network::versions;
use crate::network::{CertificateSource, Consensus, Consenter, HostPort, NodeId, OrdererConfig, OrgKind, RaftOptions, Role};
use crate::yaml::Spanned;

/// A consenter as the file has it, of either kind.
pub struct Entry<'a> {
    pub place: &'a Place,
    pub host: &'a Spanned<String>,
    pub port: &'a Spanned<i64>,
    pub client_tls_cert: &'a Spanned<String>,
    pub server_tls_cert: &'a Spanned<String>,
}

impl Context<'_> {
    /// The consensus, or `None` where it lacks so much that nothing can be said.
    pub fn consensus(&self, section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> Option<Consensus> {
        let (kind, place) = match &section.orderer_type {
            Some(kind) if given(kind) => (kind.value.as_str(), &kind.place),
            _ => ("solo", &section.place),
        };
        let version = self.cluster.version;
        match versions::with_orderer_type(kind) {
            Some(releases) if releases.has(version) => {}
            Some(_) => {
                let message = format!("Fabric {version} has no OrdererType `{kind}`");
                problems.push(Problem::new(Code::FK0250, message).at(place).help(self.asked.remedy()));
            }
            None => {
                let known = "Fabric knows `etcdraft`, `BFT`, `kafka` and `solo`, spelt exactly so";
                problems.push(Problem::new(Code::FK0250, format!("`{kind}` is no OrdererType")).at(place).help(known));
            }
        }
        match kind {
            "etcdraft" => self.raft(section, problems),
            "BFT" => self.bft(section, problems),
            "kafka" => Some(Consensus::Kafka { brokers: self.kafka_brokers(section) }),
            "solo" => Some(Consensus::Solo),
            _ => None,
        }
    }

    fn kafka_brokers(&self, section: &Spanned<configtx::Orderer>) -> Vec<Spanned<String>> {
        match section.kafka.as_ref().and_then(|kafka| self.given_list(&kafka.brokers)) {
            Some(brokers) => brokers.to_vec(),
            None => {
                let defaults = self.configtxgen().kafka_brokers.iter();
                defaults.map(|broker| Spanned::new((*broker).to_owned(), section.place.clone())).collect()
            }
        }
    }

    fn raft(&self, section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> Option<Consensus> {
        let Some(raft) = section.etcd_raft.as_ref().filter(|raft| !raft.consenters.is_empty()) else {
            problems.push(
                Problem::new(Code::FK0251, "the consensus type is `etcdraft`, and there are no consenters")
                    .at(&section.place)
                    .help(
                        "list every ordering node under `EtcdRaft.Consenters` with Host, Port, ClientTLSCert and ServerTLSCert",
                    ),
            );
            return None;
        };
        let mut consenters: Vec<Consenter> = Vec::new();
        for entry in &raft.consenters {
            let configtx::Consenter { host, port, client_tls_cert, server_tls_cert } = &entry.value;
            let entry = Entry { place: &entry.place, host, port, client_tls_cert, server_tls_cert };
            let Some(consenter) = self.consenter(&entry, &[], problems) else { continue };
            check_twice(&consenter, &consenters.iter().collect::<Vec<_>>(), problems);
            consenters.push(consenter);
        }
        let default_snapshot = self.configtxgen().snapshot_interval_size;
        let options = raft_options(&raft.options, (&section.place, default_snapshot), problems);
        Some(Consensus::Raft { consenters, options })
    }

    /// A consenter of either kind; `more` are keys that its kind demands besides, with whether they are given.
    pub fn consenter(&self, entry: &Entry<'_>, more: &[(&'static str, bool)], problems: &mut Problems) -> Option<Consenter> {
        let Entry { place, host, port, client_tls_cert, server_tls_cert } = *entry;
        let usual = [
            ("Host", given(host)),
            ("Port", port.value != 0),
            ("ClientTLSCert", given(client_tls_cert)),
            ("ServerTLSCert", given(server_tls_cert)),
        ];
        let missing: Vec<&str> = usual.iter().chain(more).filter(|(_, given)| !given).map(|(key, _)| *key).collect();
        if !missing.is_empty() {
            let needed: Vec<&str> = usual.iter().chain(more).map(|(key, _)| *key).collect();
            problems.push(
                Problem::new(Code::FK0253, format!("a consenter has no {}", missing.join(", no ")))
                    .at(place)
                    .help(format!("every consenter needs {}", and(&needed))),
            );
            return None;
        }
        let Ok(number) = u16::try_from(port.value) else {
            problems
                .push(Problem::new(Code::FK0224, format!("`{}` is no port: ports are 1 to 65535", port.value)).at(&port.place));
            return None;
        };
        if !self.check_host(host, (Role::Orderer, &host.place), problems) {
            return None;
        }
        let server = self.tls_certificate(server_tls_cert, problems);
        let client = if client_tls_cert.value == server_tls_cert.value {
            server.clone()
        } else {
            self.tls_certificate(client_tls_cert, problems)
        };
        let (server, client) = (server?, client?);
        let written = HostPort { host: host.value.clone(), port: number };
        let address = match &server {
            CertificateSource::NodeTls(node) => {
                self.check_host_of_certificate(&written, *node, &host.place, problems);
                self.check_other_certificate(("ClientTLSCert", &client), *node, &client_tls_cert.place, problems);
                self.resolved(written, Some(*node))
            }
            _ => self.address(written, Role::Orderer, &host.place, problems),
        };
        Some(Consenter { address, client_tls_cert: client, server_tls_cert: server, place: place.clone() })
    }

    /// The certificate decides which node a consenter is; a host that plainly means another one is a slip that Raft punishes.
    fn check_host_of_certificate(&self, written: &HostPort, node: NodeId, place: &Place, problems: &mut Problems) {
        match self.hosts.meaning_of_host(&written.host, Role::Orderer) {
            Meaning::Node(other) | Meaning::OtherNamespace(other) if other != node => problems.push(
                Problem::new(
                    Code::FK0254,
                    format!(
                        "the consenter `{written}` has the certificate of `{}`: its host means `{}`",
                        self.common_name(node),
                        self.common_name(other)
                    ),
                )
                .at(place)
                .help("let Host and ServerTLSCert speak of one node"),
            ),
            _ => {}
        }
    }

    /// Every certificate of a consenter is its node's own.
    pub fn check_other_certificate(
        &self,
        (key, source): (&str, &CertificateSource),
        node: NodeId,
        place: &Place,
        problems: &mut Problems,
    ) {
        let other = match source {
            CertificateSource::NodeTls(other) | CertificateSource::NodeSigning(other) => *other,
            CertificateSource::File(_) => return,
        };
        if other != node {
            let (its, others) = (self.common_name(node), self.common_name(other));
            let message = format!("the consenter `{its}` has the {key} of `{others}`");
            let problem = Problem::new(Code::FK0254, message).at(place);
            problems.push(problem.help(format!("let {key} and ServerTLSCert speak of one node")));
        }
    }

    fn common_name(&self, node: NodeId) -> &str {
        &self.orgs[node.org().index()].nodes[node.index()].common_name
    }

    /// The node whose TLS certificate a path means.
    pub fn node_of_certificate(&self, path: &str) -> Option<NodeId> {
        let InStore { org, rest } = self.in_store(path)?;
        let common_name = rest.strip_prefix("orderers/")?.strip_suffix("/tls/server.crt")?;
        self.orderer_of(org, common_name)
    }

    /// The node whose signing certificate a path means; a folder `signcerts` holds one, whatever it is called.
    pub fn node_of_identity(&self, path: &str) -> Option<NodeId> {
        let InStore { org, rest } = self.in_store(path)?;
        let (common_name, file) = rest.strip_prefix("orderers/")?.split_once("/msp/signcerts/")?;
        if file.contains('/') { None } else { self.orderer_of(org, common_name) }
    }

    fn orderer_of(&self, org: &super::OrgDraft, common_name: &str) -> Option<NodeId> {
        (org.kind == OrgKind::Orderer).then(|| org.nodes.iter().find(|node| node.common_name == common_name))?.map(|node| node.id)
    }

    /// Where a TLS certificate that configtx.yaml names comes from.
    fn tls_certificate(&self, path: &Spanned<String>, problems: &mut Problems) -> Option<CertificateSource> {
        match self.node_of_certificate(path) {
            Some(node) => Some(CertificateSource::NodeTls(node)),
            None => self.certificate_elsewhere(path, ("TLS", "tls/server.crt"), problems),
        }
    }

    /// Where the signing certificate of a consenter comes from.
    pub fn identity(&self, path: &Spanned<String>, problems: &mut Problems) -> Option<CertificateSource> {
        match self.node_of_identity(path) {
            Some(node) => Some(CertificateSource::NodeSigning(node)),
            None => self.certificate_elsewhere(path, ("signing", "msp/signcerts/<one of them>-cert.pem"), problems),
        }
    }

    fn certificate_elsewhere(
        &self,
        path: &Spanned<String>,
        (kind, below): (&str, &str),
        problems: &mut Problems,
    ) -> Option<CertificateSource> {
        match self.in_store(path) {
            Some(InStore { rest, .. }) if rest.starts_with("orderers/") && self.known == Known::Some => None,
            Some(InStore { org, rest }) if rest.starts_with("orderers/") => {
                let known: Vec<&str> = org.nodes.iter().map(|node| node.common_name.as_str()).collect();
                problems.push(
                    Problem::new(
                        Code::FK0255,
                        format!("`{}` is the {kind} certificate of no orderer of `{}`", path.value, org.domain),
                    )
                    .at(&path.place)
                    .help(format!("its orderers are `{}`: the path is `…/orderers/<one of them>/{below}`", known.join("`, `"))),
                );
                None
            }
            _ => Some(CertificateSource::File(self.path(path))),
        }
    }

    /// Every consenter's org must be an ordering org of the channel, or its certificate has no root there.
    pub fn check_consenters_orgs(&self, config: &OrdererConfig, problems: &mut Problems) {
        for consenter in config.consensus.consenters() {
            let Some(node) = consenter.node() else { continue };
            if config.orgs.iter().any(|member| member.org() == Some(node.org())) {
                continue;
            }
            let org = &self.orgs[node.org().index()];
            problems.push(
                Problem::new(Code::FK0256, format!("the consenter `{}` belongs to `{}`, which is no ordering org of the channel", consenter.address.written, org.domain))
                    .at(&consenter.place)
                    .help("add its org to `Orderer.Organizations`: orderers refuse a consenter whose certificate has no root in the channel"),
            );
        }
    }
}

/// Orderers refuse two consenters with one certificate or one address.
pub fn check_twice(consenter: &Consenter, known: &[&Consenter], problems: &mut Problems) {
    let same = |known: &&&Consenter| {
        known.server_tls_cert == consenter.server_tls_cert || known.address.deployed == consenter.address.deployed
    };
    if let Some(known) = known.iter().find(same) {
        problems.push(
            Problem::new(Code::FK0252, format!("the consenter `{}` is there twice", consenter.address.written))
                .at(&consenter.place)
                .at(&known.place)
                .help("orderers refuse two consenters with one certificate or one address"),
        );
    }
}

/// `A, B and C`.
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn raft_options(given: &EtcdRaftOptions, (place, default_snapshot): (&Place, u32), problems: &mut Problems) -> RaftOptions {
    let options = RaftOptions {
        tick_interval: match given.tick_interval.as_ref().filter(|text| !text.is_empty()) {
            None => "500ms".to_owned(),
            Some(text) => {
                if !units::duration(text).is_ok_and(|time| time > 0) || units::integer(text).is_some() {
                    let problem = Problem::new(Code::FK0258, format!("the TickInterval `{}` is no duration", text.value));
                    problems.push(problem.at(&text.place).help("write `500ms`"));
                }
                text.value.clone()
            }
        },
        // Every number of 32 bits may be written as a size.
        election_tick: size(&given.election_tick, 10, problems),
        heartbeat_tick: size(&given.heartbeat_tick, 1, problems),
        max_inflight_blocks: size(&given.max_inflight_blocks, 5, problems),
        snapshot_interval_size: size(&given.snapshot_interval_size, default_snapshot, problems),
    };
    if options.election_tick <= options.heartbeat_tick {
        let place = given.election_tick.as_ref().map_or(place, |text| &text.place);
        problems.push(
            Problem::new(
                Code::FK0261,
                format!("ElectionTick ({}) is not more than HeartbeatTick ({})", options.election_tick, options.heartbeat_tick),
            )
            .at(place)
            .help("orderers refuse that: Raft advises ten times as much"),
        );
    }
    options
}
