//! The `/Channel/Orderer` group: consensus, addresses, batches. Defaults are configtxgen's
//! (fabric `internal/configtxgen/genesisconfig/config.go`).

use super::policies::ORDERER_GROUP;
use super::{Context, InStore};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{self, EtcdRaftOptions};
use crate::input::given;
use crate::network::resolve::hosts::Meaning;
use crate::network::resolve::orgs::Known;
use crate::network::resolve::{not_built, units};
use crate::network::versions::Level;
use crate::network::{
    Address, BatchSize, Capabilities, CertificateSource, Consensus, Consenter, HostPort, NodeId, OrdererConfig, OrgKind,
    RaftOptions, Role, addresses,
};
use crate::yaml::Spanned;

impl Context<'_> {
    pub fn node_of_certificate(&self, path: &str) -> Option<NodeId> {
        let InStore { org, rest } = self.in_store(path)?;
        let common_name = rest.strip_prefix("orderers/")?.strip_suffix("/tls/server.crt")?;
        (org.kind == OrgKind::Orderer).then(|| org.nodes.iter().find(|node| node.common_name == common_name))?.map(|node| node.id)
    }

    /// The Orderer group, or `None` where its kind is not built yet.
    pub fn orderer(&self, section: &Spanned<configtx::Orderer>, profile: &str, problems: &mut Problems) -> Option<OrdererConfig> {
        let whose = format!("the Orderer section of `{profile}`");
        let consensus = self.consensus(section, problems);
        let mut addresses = Vec::new();
        for text in &section.addresses {
            addresses.extend(self.endpoint(text, problems));
        }
        let config = OrdererConfig {
            addresses,
            batch_timeout: batch_timeout(section, problems),
            batch_size: batch_size(section, problems),
            max_channels: max_channels(section, problems),
            capabilities: self.capabilities(Level::Orderer, &section.capabilities, problems),
            policies: self.policies(&section.policies, (&whose, ORDERER_GROUP), &section.place, problems),
            orgs: self.member_orgs(&section.organizations, OrgKind::Orderer, problems),
            consensus: consensus?,
        };
        self.check_consenters_orgs(&config, problems);
        self.note_ignored_addresses(section, &config, problems);
        Some(config)
    }

    /// `host:port` text of an ordering endpoint.
    pub fn endpoint(&self, text: &Spanned<String>, problems: &mut Problems) -> Option<Address> {
        match addresses::split_host_port(text) {
            Ok((host, _)) if !self.check_host(&host, (Role::Orderer, &text.place), problems) => None,
            Ok((host, port)) => Some(self.address(HostPort { host, port }, Role::Orderer, &text.place, problems)),
            Err(reason) => {
                problems.push(Problem::new(Code::FK0224, reason).at(&text.place).help("write `orderer0.example.com:7050`"));
                None
            }
        }
    }

    fn consensus(&self, section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> Option<Consensus> {
        let (kind, place) = match &section.orderer_type {
            Some(kind) if given(kind) => (kind.value.as_str(), &kind.place),
            _ => ("solo", &section.place),
        };
        match kind {
            "etcdraft" => self.raft(section, problems),
            "solo" | "kafka" | "BFT" => {
                not_built(format!("the consensus type `{kind}`"), place, problems);
                None
            }
            _ => {
                let known = "Fabric knows `etcdraft`, `BFT`, `kafka` and `solo`, spelt exactly so";
                problems.push(Problem::new(Code::FK0250, format!("`{kind}` is no OrdererType")).at(place).help(known));
                None
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
            let Some(consenter) = self.consenter(entry, problems) else { continue };
            let same = |known: &&Consenter| {
                known.server_tls_cert == consenter.server_tls_cert || known.address.deployed == consenter.address.deployed
            };
            if let Some(known) = consenters.iter().find(same) {
                problems.push(
                    Problem::new(Code::FK0252, format!("the consenter `{}` is there twice", consenter.address.written))
                        .at(&consenter.place)
                        .at(&known.place)
                        .help("orderers refuse two consenters with one certificate or one address"),
                );
            }
            consenters.push(consenter);
        }
        Some(Consensus::Raft { consenters, options: raft_options(&raft.options, &section.place, problems) })
    }

    fn consenter(&self, entry: &Spanned<configtx::Consenter>, problems: &mut Problems) -> Option<Consenter> {
        let configtx::Consenter { host, port, client_tls_cert, server_tls_cert } = &entry.value;
        let missing: Vec<&str> = [
            ("Host", !given(host)),
            ("Port", port.value == 0),
            ("ClientTLSCert", !given(client_tls_cert)),
            ("ServerTLSCert", !given(server_tls_cert)),
        ]
        .into_iter()
        .filter_map(|(key, absent)| absent.then_some(key))
        .collect();
        if !missing.is_empty() {
            problems.push(
                Problem::new(Code::FK0253, format!("a consenter has no {}", missing.join(", no ")))
                    .at(&entry.place)
                    .help("every consenter needs Host, Port, ClientTLSCert and ServerTLSCert"),
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
        let server = self.certificate(server_tls_cert, problems);
        let client = if client_tls_cert.value == server_tls_cert.value {
            server.clone()
        } else {
            self.certificate(client_tls_cert, problems)
        };
        let (server, client) = (server?, client?);
        let written = HostPort { host: host.value.clone(), port: number };
        let address = match &server {
            CertificateSource::NodeTls(node) => {
                self.check_host_of_certificate(&written, *node, &host.place, problems);
                self.resolved(written, Some(*node))
            }
            CertificateSource::File(_) => self.address(written, Role::Orderer, &host.place, problems),
        };
        Some(Consenter { address, client_tls_cert: client, server_tls_cert: server, place: entry.place.clone() })
    }

    /// The certificate decides which node a consenter is; a host that plainly means another one is a slip that Raft punishes.
    fn check_host_of_certificate(&self, written: &HostPort, node: NodeId, place: &Place, problems: &mut Problems) {
        let draft = |id: NodeId| &self.orgs[id.org().index()].nodes[id.index()];
        match self.hosts.meaning_of_host(&written.host, Role::Orderer) {
            Meaning::Node(other) if other != node => problems.push(
                Problem::new(
                    Code::FK0254,
                    format!(
                        "the consenter `{written}` has the certificate of `{}`: its host means `{}`",
                        draft(node).common_name,
                        draft(other).common_name
                    ),
                )
                .at(place)
                .help("let Host and ServerTLSCert speak of one node"),
            ),
            _ => {}
        }
    }

    /// Where a certificate that configtx.yaml names comes from.
    fn certificate(&self, path: &Spanned<String>, problems: &mut Problems) -> Option<CertificateSource> {
        if let Some(node) = self.node_of_certificate(path) {
            return Some(CertificateSource::NodeTls(node));
        }
        match self.in_store(path) {
            Some(InStore { rest, .. }) if rest.starts_with("orderers/") && self.known == Known::Some => None,
            Some(InStore { org, rest }) if rest.starts_with("orderers/") => {
                let known: Vec<&str> = org.nodes.iter().map(|node| node.common_name.as_str()).collect();
                problems.push(
                    Problem::new(
                        Code::FK0255,
                        format!("`{}` is the TLS certificate of no orderer of `{}`", path.value, org.domain),
                    )
                    .at(&path.place)
                    .help(format!(
                        "its orderers are `{}`: the path is `…/orderers/<one of them>/tls/server.crt`",
                        known.join("`, `")
                    )),
                );
                None
            }
            _ => Some(CertificateSource::File(self.path(path))),
        }
    }

    /// Every consenter's org must be an ordering org of the channel, or its certificate has no root there.
    fn check_consenters_orgs(&self, config: &OrdererConfig, problems: &mut Problems) {
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

    /// Peers take an org's own endpoints and warn of the channel's (fabric `core/peer/peer.go`, "global endpoints will be ignored").
    fn note_ignored_addresses(&self, section: &Spanned<configtx::Orderer>, config: &OrdererConfig, problems: &mut Problems) {
        let every_org_has_own = config.orgs.iter().all(|org| !org.orderer_endpoints.is_empty());
        if let (Some(address), true, false) = (section.addresses.first(), every_org_has_own, config.orgs.is_empty()) {
            problems.push(
                Problem::new(
                    Code::FK0262,
                    "peers ignore the `Addresses` of the channel, since its ordering orgs have `OrdererEndpoints`",
                )
                .at(&address.place)
                .help("take `Addresses` out of the Orderer section"),
            );
        }
    }

    /// Without any address a peer finds no orderer, and orderers refuse the block ("Must set some OrdererAddresses").
    pub fn check_endpoints(&self, section: &Spanned<configtx::Orderer>, channel: &Capabilities, problems: &mut Problems) {
        let mut endpoints = section.organizations.iter().flat_map(|org| &org.orderer_endpoints);
        let first = endpoints.next();
        // fabric `common/capabilities/channel.go`: OrgSpecificOrdererEndpoints.
        let allowed = channel.iter().flatten().any(|name| !["V1_1", "V1_3"].contains(&name.as_str()));
        if let (Some(endpoint), false) = (first, allowed) {
            problems.push(
                Problem::new(Code::FK0263, "`OrdererEndpoints` need the channel capability `V1_4_2` or a later one")
                    .at(&endpoint.place)
                    .help("give the channel `Capabilities: {V2_0: true}`, or list the addresses as `Addresses` in the Orderer section"),
            );
        }
        if section.addresses.is_empty() && first.is_none() {
            problems.push(
                Problem::new(Code::FK0257, "the channel names no orderer's address")
                    .at(&section.place)
                    .help("list `OrdererEndpoints` in every ordering org (or `Addresses` in the Orderer section)"),
            );
        }
    }
}

fn number<T: TryFrom<u64>>(given: &Option<Spanned<String>>, default: T, problems: &mut Problems) -> T {
    let Some(text) = given.as_ref().filter(|text| !text.is_empty()) else { return default };
    match units::integer(text).and_then(|number| T::try_from(number).ok()) {
        Some(number) => number,
        None => {
            problems
                .push(Problem::new(Code::FK0258, format!("`{}` is no whole number that fits here", text.value)).at(&text.place));
            default
        }
    }
}

/// A size, or the default where none (or 0) is given.
fn size(given: &Option<Spanned<String>>, default: u32, problems: &mut Problems) -> u32 {
    let Some(text) = given.as_ref().filter(|text| !text.is_empty()) else { return default };
    match units::size(text) {
        Ok(0) => default,
        Ok(bytes) => bytes,
        Err(reason) => {
            problems.push(Problem::new(Code::FK0258, reason).at(&text.place));
            default
        }
    }
}

fn batch_size(section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> BatchSize {
    let given = &section.batch_size;
    let size = BatchSize {
        max_message_count: size(&given.max_message_count, 500, problems),
        absolute_max_bytes: size(&given.absolute_max_bytes, 10 << 20, problems),
        preferred_max_bytes: size(&given.preferred_max_bytes, 2 << 20, problems),
    };
    if size.preferred_max_bytes > size.absolute_max_bytes {
        let place = given.preferred_max_bytes.as_ref().map_or(&section.place, |text| &text.place);
        problems.push(
            Problem::new(
                Code::FK0259,
                format!(
                    "PreferredMaxBytes ({}) is more than AbsoluteMaxBytes ({})",
                    size.preferred_max_bytes, size.absolute_max_bytes
                ),
            )
            .at(place)
            .help("orderers refuse that: raise AbsoluteMaxBytes or lower PreferredMaxBytes"),
        );
    }
    size
}

fn batch_timeout(section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> String {
    const DEFAULT: i64 = 2_000_000_000;
    let Some(text) = section.batch_timeout.as_ref().filter(|text| !text.is_empty()) else { return units::go_duration(DEFAULT) };
    match units::duration(text) {
        Ok(0) => units::go_duration(DEFAULT),
        Ok(time) if time < 0 => {
            problems.push(
                Problem::new(Code::FK0258, format!("the BatchTimeout `{}` is less than nothing", text.value)).at(&text.place),
            );
            units::go_duration(DEFAULT)
        }
        Ok(time) => {
            if units::integer(text).is_some() {
                problems.push(
                    Problem::new(
                        Code::FK0260,
                        format!(
                            "the BatchTimeout `{}` has no unit: Fabric takes it for {}",
                            text.value,
                            units::go_duration(time)
                        ),
                    )
                    .at(&text.place)
                    .help(format!("write `{}s` for seconds", text.value)),
                );
            }
            units::go_duration(time)
        }
        Err(reason) => {
            problems.push(Problem::new(Code::FK0258, reason).at(&text.place));
            units::go_duration(DEFAULT)
        }
    }
}

fn max_channels(section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> u64 {
    number(&section.max_channels, 0, problems)
}

fn raft_options(given: &EtcdRaftOptions, place: &Place, problems: &mut Problems) -> RaftOptions {
    let or_default = |value: u32, default: u32| if value == 0 { default } else { value };
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
        election_tick: or_default(number(&given.election_tick, 10, problems), 10),
        heartbeat_tick: or_default(number(&given.heartbeat_tick, 1, problems), 1),
        max_inflight_blocks: or_default(number(&given.max_inflight_blocks, 5, problems), 5),
        snapshot_interval_size: size(&given.snapshot_interval_size, 16 << 20, problems),
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
