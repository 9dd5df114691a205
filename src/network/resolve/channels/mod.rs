//! The channels: which there are, and their configuration typed and checked from the profiles of configtx.yaml.
//! Nothing is encoded here.

mod bft;
mod clusters;
mod consensus;
mod keys;
mod learn;
mod list;
mod members;
mod orderer;
mod organization;
mod policies;
mod profile;
mod sanity;
mod version;

use super::exposure;
use super::hosts::{Hosts, Meaning};
use super::orgs::{Known, NodeDraft, OrgDraft};
use super::{Cluster, Purpose};
use crate::diag::{Code, Place, Problem, Problems, Severity};
use crate::input::{ConfigTxFile, Inputs};
use crate::network::versions::ConfigTxGen;
use crate::network::{Address, Addressing, Beginning, Channel, HostPort, LoneOrg, NodeId, OrgKind, Role, addresses};
use crate::yaml::Spanned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(super) use members::msp_id;
use version::Asked;
pub(super) use version::chosen as version_chosen;

/// What reading a profile looks at.
struct Context<'a> {
    orgs: &'a [OrgDraft],
    known: Known,
    cluster: &'a Cluster,
    purpose: Purpose,
    /// Whether one of the channels is a system channel, whose orderers make others.
    has_system_channel: bool,
    asked: Asked,
    hosts: Hosts,
    /// The MSP IDs of the orgs that order for the channels of a consortium, by its name.
    ordering: BTreeMap<String, BTreeSet<String>>,
    /// The folder that relative paths in configtx.yaml start from.
    dir: PathBuf,
}

/// Every channel, in the user's order, the system channel first.
pub fn resolve(
    inputs: &Inputs,
    (orgs, known): (&[OrgDraft], Known),
    (cluster, purpose): (&Cluster, Purpose),
    problems: &mut Problems,
) -> Vec<Channel> {
    let Some(configtx) = &inputs.configtx else {
        let wanted = inputs.network.iter().flat_map(|network| &network.content.network.channels);
        wanted.for_each(|entry| problems.push(no_configtx(&entry.name)));
        return Vec::new();
    };
    let wanted = list::wanted(inputs, &configtx.content, problems);
    let asked = Asked::new(&configtx.content, &wanted, purpose);
    let outside = exposure::hosts(orgs, inputs);
    let mut cx = Context::new((orgs, known, &outside), (cluster, purpose), (configtx, asked));
    let is_system = |channel: &list::Wanted| channel.begins_with == Beginning::SystemBlock;
    cx.has_system_channel = list::asks_for_system_channel(inputs) || wanted.iter().any(is_system);
    cx.check_keys_of_version(&configtx.content, problems);
    cx.warn_of_small_gates(wanted.iter().map(|channel| &channel.profile.value), problems);
    configtx.content.profiles.iter().for_each(|(_, profile)| cx.learn_ordering(profile));
    // Consenters of all profiles first: an address that one of them gives its node means that node everywhere.
    for channel in &wanted {
        cx.learn_consenters(channel.profile);
    }
    for channel in &wanted {
        cx.learn_other_namespaces(channel.profile, problems);
        cx.learn_loopback_endpoints(channel.profile, problems);
    }
    let mut channels: Vec<Channel> = wanted.iter().filter_map(|channel| cx.channel(channel, problems)).collect();
    clusters::part(&mut channels, cluster);
    channels
}

/// One organization of configtx.yaml by itself.
pub fn organization(
    inputs: &Inputs,
    (orgs, known): (&[OrgDraft], Known),
    cluster: &Cluster,
    (wanted, profile): (&str, Option<&str>),
    problems: &mut Problems,
) -> Option<LoneOrg> {
    let Some(configtx) = &inputs.configtx else {
        let problem = Problem::new(Code::FK0233, format!("the organization `{wanted}` needs a configtx.yaml, and there is none"));
        problems.push(problem.help("put configtx.yaml into the project folder, or name it with `--configtx FILE`"));
        return None;
    };
    let purpose = Purpose::ChannelsAsWritten;
    let asked = Asked::new(&configtx.content, &[], purpose);
    let outside = exposure::hosts(orgs, inputs);
    let mut cx = Context::new((orgs, known, &outside), (cluster, purpose), (configtx, asked));
    cx.check_keys_of_version(&configtx.content, problems);
    cx.organization(wanted, profile, &configtx.content, problems)
}

fn no_configtx(channel: &Spanned<String>) -> Problem {
    Problem::new(Code::FK0233, format!("the channel `{}` needs a profile, and there is no configtx.yaml", channel.value))
        .at(&channel.place)
        .help("put configtx.yaml into the project folder, or name it with `--configtx FILE`")
}

/// What a path below a cryptogen tree means.
#[derive(Debug)]
struct InStore<'a> {
    org: &'a OrgDraft,
    /// What follows the org's folder, `/` between the parts.
    rest: String,
}

impl<'a> Context<'a> {
    fn new(
        (orgs, known, outside): (&'a [OrgDraft], Known, &[(NodeId, String)]),
        (cluster, purpose): (&'a Cluster, Purpose),
        (configtx, asked): (&ConfigTxFile, Asked),
    ) -> Self {
        let (hosts, dir) = (Hosts::new(orgs, outside, cluster), configtx.dir.clone());
        Self { orgs, known, cluster, purpose, has_system_channel: false, asked, hosts, ordering: BTreeMap::new(), dir }
    }
}

impl Context<'_> {
    /// What the version's configtxgen takes where the file says nothing.
    fn configtxgen(&self) -> ConfigTxGen {
        self.cluster.version.configtxgen()
    }

    /// Something that configtxgen lets through and no network should have: an error, and a warning to whoever wants what configtxgen
    /// makes.
    fn judged(&self, problem: Problem) -> Problem {
        match self.purpose {
            Purpose::ChannelsAsWritten => Problem { severity: Severity::Warning, ..problem },
            Purpose::Deployment | Purpose::Keys | Purpose::Channels => problem,
        }
    }

    /// A path that ends in `{peer,orderer}Organizations/<Domain>/…` of a known org means the store, wherever it points.
    fn in_store(&self, path: &str) -> Option<InStore<'_>> {
        let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
        (0..parts.len().saturating_sub(1)).rev().find_map(|i| {
            let kind = match parts[i] {
                "ordererOrganizations" => OrgKind::Orderer,
                "peerOrganizations" => OrgKind::Peer,
                _ => return None,
            };
            let org = self.orgs.iter().find(|org| org.kind == kind && org.domain == parts[i + 1])?;
            Some(InStore { org, rest: parts[i + 2..].join("/") })
        })
    }

    /// A path as Fabric reads it: from the folder of configtx.yaml.
    fn path(&self, text: &str) -> PathBuf {
        self.dir.join(Path::new(text))
    }

    /// An address in configtx.yaml, and the node that it means.
    fn address(&self, written: HostPort, role: Role, place: &Place, problems: &mut Problems) -> Address {
        let node = match self.hosts.meaning(&written, role) {
            Meaning::Node(node) => Some(node),
            // Nobody is to be dialled by fabkube's rules: what Fabric makes of the host is the user's affair.
            _ if self.purpose == Purpose::ChannelsAsWritten => None,
            Meaning::External => {
                self.warn_of_near_host(&written.host, role, place, problems);
                None
            }
            Meaning::OtherNamespace(node) => {
                self.warn_of_other_namespace((&written.host, node), "a machine elsewhere", place, problems);
                None
            }
            Meaning::Loopback => {
                let (why, help) = match role {
                    Role::Orderer => (
                        "no consenter has it",
                        "write the node's name, or list the node under `EtcdRaft.Consenters` with this host and port",
                    ),
                    Role::Peer => (
                        "its org has no peer in crypto-config.yaml",
                        "write the peer's name; `MSPDir` says which org of crypto-config.yaml is meant",
                    ),
                };
                problems.push(
                    Problem::new(Code::FK0220, format!("`{written}` is a loopback address, and {why}: it means no node"))
                        .at(place)
                        .help(help),
                );
                None
            }
            Meaning::Ambiguous(nodes) => {
                problems.push(
                    Problem::new(Code::FK0221, format!("`{}` means several nodes: `{}`", written.host, nodes.join("`, `")))
                        .at(place)
                        .help("write the node's common name"),
                );
                None
            }
            // It may be one of those that were left out.
            Meaning::Unknown if self.known == Known::Some => None,
            Meaning::Unknown => {
                let known = self.hosts.names_like(&written.host, role);
                let help = match known.as_slice() {
                    [] => format!("crypto-config.yaml names no {}", role.word()),
                    known => format!("the {}s of crypto-config.yaml are `{}`", role.word(), known.join("`, `")),
                };
                problems.push(
                    Problem::new(Code::FK0222, format!("`{}` is no {} of this network", written.host, role.word()))
                        .at(place)
                        .help(help),
                );
                None
            }
        };
        self.resolved(written, node)
    }

    /// Whether a host that stands apart from its port can be one: a name of a node, or any DNS name or IP address.
    fn check_host(&self, host: &str, (role, place): (Role, &Place), problems: &mut Problems) -> bool {
        if matches!(self.hosts.meaning_of_host(host, role), Meaning::Node(_)) {
            return true;
        }
        let checked = addresses::check_host(host);
        if let Err(reason) = &checked {
            problems.push(Problem::new(Code::FK0224, reason).at(place).help("the port has a line of its own, `Port:`"));
        }
        checked.is_ok()
    }

    /// The address under which `render` deploys the node.
    fn resolved(&self, written: HostPort, node: Option<NodeId>) -> Address {
        let draft = node.map(|id| &self.orgs[id.org().index()].nodes[id.index()]);
        let host = match draft {
            Some(draft) if !self.keeps(&written.host, draft) => super::hosts::dialled(draft, self.cluster),
            _ => written.host.clone(),
        };
        Address { deployed: HostPort { host, port: written.port }, written, node }
    }

    /// Whether a host of the user's stays as it is: with `addressing: domain`, where the cluster's DNS can be told of it. A name
    /// without a dot can only be a Service's, which its own namespace alone knows.
    fn keeps(&self, host: &str, draft: &NodeDraft) -> bool {
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        // The cluster answers by itself that there is no such Service.
        let is_wrong = || matches!(self.hosts.meaning_of_host(host, draft.role), Meaning::OtherNamespace(_));
        let is_known = || self.orgs.iter().all(|org| org.namespace == draft.namespace);
        let can_be_told = (host == draft.name && is_known()) || (host.contains('.') && !is_address && !is_wrong());
        self.cluster.addressing == Addressing::Domain && can_be_told
    }

    /// A name of a node's Service in a namespace where it is not, and what it is taken for.
    fn warn_of_other_namespace(&self, (host, node): (&str, NodeId), taken_for: &str, place: &Place, problems: &mut Problems) {
        let draft = &self.orgs[node.org().index()].nodes[node.index()];
        let (name, role) = (&draft.common_name, draft.role.word());
        let message = format!(
            "no Service is called `{host}`: that of `{name}` is in the namespace `{}`; taken for {taken_for}",
            draft.namespace
        );
        let help = format!("write `{name}` where that {role} is meant, which holds in every namespace");
        problems.push(Problem::new(Code::FK0269, message).at(place).help(help));
    }

    /// A host below the Domain of one of our orgs that is none of its nodes is more likely a slip than a foreign machine.
    fn warn_of_near_host(&self, host: &str, role: Role, place: &Place, problems: &mut Problems) {
        let near = self.orgs.iter().find(|org| org.role() == role && host.ends_with(&format!(".{}", org.domain)));
        if let (Some(org), Known::All) = (near, self.known) {
            problems.push(
                Problem::new(
                    Code::FK0223,
                    format!("`{host}` is none of the nodes of `{}`, so it is taken for a machine elsewhere", org.domain),
                )
                .at(place)
                .help("add the node to crypto-config.yaml, or correct the host"),
            );
        }
    }
}
