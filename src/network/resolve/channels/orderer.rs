//! The `/Channel/Orderer` group: consensus, addresses, batches. Defaults are configtxgen's
//! (fabric `internal/configtxgen/genesisconfig/config.go`).

use super::members::Section;
use super::policies::Group;
use super::{Context, Purpose};
use crate::diag::{Code, Problem, Problems};
use crate::input::configtx;
use crate::network::resolve::units;
use crate::network::versions::{EmptyLists, Level};
use crate::network::{Address, BatchSize, Capabilities, Consensus, HostPort, MemberOrg, OrdererConfig, Role, addresses};
use crate::yaml::Spanned;

impl Context<'_> {
    /// The Orderer group, or `None` where its kind is not built yet.
    pub fn orderer(&self, section: &Spanned<configtx::Orderer>, profile: &str, problems: &mut Problems) -> Option<OrdererConfig> {
        let whose = format!("the Orderer section of `{profile}`");
        let consensus = self.consensus(section, problems);
        let mut addresses = Vec::new();
        for text in &self.channel_wide_addresses(section) {
            addresses.extend(self.endpoint(text, problems));
        }
        let config = OrdererConfig {
            addresses,
            batch_timeout: batch_timeout(section, problems),
            batch_size: batch_size(section, problems),
            max_channels: max_channels(section, problems),
            capabilities: self.capabilities(Level::Orderer, &section.capabilities, problems),
            policies: self.policies(&section.policies, (&whose, Group::Orderer), &section.place, problems),
            orgs: self.member_orgs(&section.organizations, Section::Orderer, problems),
            consensus: consensus?,
        };
        self.check_consenters_orgs(&config, problems);
        self.note_ignored_addresses(section, &config, problems);
        Some(config)
    }

    /// `Addresses`, or what the version's configtxgen takes in their place: a loopback address, which nobody deploys.
    fn channel_wide_addresses(&self, section: &Spanned<configtx::Orderer>) -> Vec<Spanned<String>> {
        match self.given_list(&section.addresses) {
            Some(addresses) => addresses.to_vec(),
            None if self.purpose != Purpose::ChannelsAsWritten => Vec::new(),
            None => {
                let defaults = self.configtxgen().addresses.iter();
                defaults.map(|address| Spanned::new((*address).to_owned(), section.place.clone())).collect()
            }
        }
    }

    /// A list, if the version's configtxgen takes it for one: to Fabric before 2.2 an empty list is none.
    pub fn given_list<'a>(&self, list: &'a Option<Vec<Spanned<String>>>) -> Option<&'a [Spanned<String>]> {
        let empty_lists = self.configtxgen().empty_lists;
        list.as_deref().filter(|list| !list.is_empty() || empty_lists == EmptyLists::Count)
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

    /// Peers take an org's own endpoints and warn of the channel's (fabric `core/peer/peer.go`, "global endpoints will be ignored").
    fn note_ignored_addresses(&self, section: &Spanned<configtx::Orderer>, config: &OrdererConfig, problems: &mut Problems) {
        let every_org_has_own = config.orgs.iter().all(|org| !org.orderer_endpoints.is_empty());
        if let (Some(address), true, false) =
            (section.addresses.iter().flatten().next(), every_org_has_own, config.orgs.is_empty())
        {
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

    /// Without any address a peer finds no orderer, and orderers refuse the block ("Must set some OrdererAddresses"). Which kind of
    /// address a channel may have follows its capabilities (fabric `common/channelconfig/{channel,orderer}.go`).
    pub fn check_endpoints(
        &self,
        section: &Spanned<configtx::Orderer>,
        (channel, config): (&Capabilities, &OrdererConfig),
        problems: &mut Problems,
    ) {
        let mut endpoints = section.organizations.iter().flat_map(|org| &org.orderer_endpoints);
        let first = endpoints.next();
        // fabric `common/capabilities/channel.go`: OrgSpecificOrdererEndpoints.
        let allowed = channel.iter().flatten().any(|name| !["V1_1", "V1_3"].contains(&name.as_str()));
        if let (Some(endpoint), false) = (first, allowed) {
            let problem = Problem::new(Code::FK0263, "`OrdererEndpoints` need the channel capability `V1_4_2` or a later one")
                .at(&endpoint.place);
            problems.push(self.judged(problem.help(
                "give the channel `Capabilities: {V2_0: true}`, or list the addresses as `Addresses` in the Orderer section",
            )));
        }
        let is_v3 = channel.iter().flatten().any(|name| name == "V3_0");
        if self.channel_wide_addresses(section).is_empty() && first.is_none() && (!is_v3 || config.orgs.is_empty()) {
            let problem = Problem::new(Code::FK0257, "the channel names no orderer's address").at(&section.place);
            problems.push(
                self.judged(
                    problem.help("list `OrdererEndpoints` in every ordering org (or `Addresses` in the Orderer section)"),
                ),
            );
        }
        if let (true, Some(address)) = (is_v3, section.addresses.iter().flatten().next()) {
            problems.push(
                Problem::new(Code::FK0264, "with the capability `V3_0` a channel has no `Addresses` of its own")
                    .at(&address.place)
                    .help("list them as `OrdererEndpoints` of the ordering orgs, and take `Addresses` out"),
            );
        }
        let lacks_endpoints = |org: &&MemberOrg| is_v3 && org.foreign.is_none() && org.orderer_endpoints.is_empty();
        for org in config.orgs.iter().filter(lacks_endpoints) {
            problems.push(
                Problem::new(
                    Code::FK0264,
                    format!("with the capability `V3_0` every ordering org has `OrdererEndpoints`, and `{}` has none", org.name),
                )
                .at(&org.place)
                .help("list its orderers: `OrdererEndpoints: [orderer0.example.com:7050]`"),
            );
        }
        if let (Consensus::Bft { .. }, false, Some(kind)) = (&config.consensus, is_v3, &section.orderer_type) {
            problems.push(
                Problem::new(Code::FK0264, "BFT needs the channel capability `V3_0`")
                    .at(&kind.place)
                    .help("give the channel `Capabilities: {V3_0: true}`"),
            );
        }
    }
}

/// A whole number, or the default where none is given.
pub fn number<T: TryFrom<u64>>(given: &Option<Spanned<String>>, default: T, problems: &mut Problems) -> T {
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
pub fn size(given: &Option<Spanned<String>>, default: u32, problems: &mut Problems) -> u32 {
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
