//! BFT: the consenter mapping and SmartBFT's options. What both kinds of consenters share is `consensus`'s.

use super::Context;
use super::consensus::{Entry, check_twice};
use super::orderer::number;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{self, SmartBft};
use crate::input::given;
use crate::network::resolve::units;
use crate::network::{BftConsenter, BftOptions, Consensus, LeaderRotation};
use crate::yaml::Spanned;

impl Context<'_> {
    pub fn bft(&self, section: &Spanned<configtx::Orderer>, problems: &mut Problems) -> Option<Consensus> {
        let Some(mapping) = section.consenter_mapping.as_ref().filter(|mapping| !mapping.is_empty()) else {
            problems.push(
                Problem::new(Code::FK0251, "the consensus type is `BFT`, and there are no consenters").at(&section.place).help(
                    "list every ordering node under `ConsenterMapping` with ID, Host, Port, MSPID, Identity, ClientTLSCert and ServerTLSCert",
                ),
            );
            return None;
        };
        let mut consenters: Vec<BftConsenter> = Vec::new();
        for entry in mapping.iter() {
            let Some(consenter) = self.bft_consenter(entry, problems) else { continue };
            if let Some(known) = consenters.iter().find(|known| known.id == consenter.id) {
                problems.push(
                    Problem::new(Code::FK0252, format!("two consenters have the ID {}", consenter.id))
                        .at(&entry.id.place)
                        .at(&known.consenter.place)
                        .help("give each consenter an ID of its own"),
                );
            }
            let others: Vec<_> = consenters.iter().map(|known| &known.consenter).collect();
            check_twice(&consenter.consenter, &others, problems);
            consenters.push(consenter);
        }
        Some(Consensus::Bft { consenters, options: Box::new(bft_options(section.smart_bft.as_ref(), problems)) })
    }

    fn bft_consenter(&self, entry: &Spanned<configtx::ConsenterMapping>, problems: &mut Problems) -> Option<BftConsenter> {
        let configtx::ConsenterMapping { id, host, port, msp_id, identity, client_tls_cert, server_tls_cert } = &entry.value;
        let usual = Entry { place: &entry.place, host, port, client_tls_cert, server_tls_cert };
        let more = [("ID", id.value != 0), ("MSPID", given(msp_id)), ("Identity", given(identity))];
        let number = u32::try_from(id.value);
        if number.is_err() {
            let message = format!("`{}` is no consenter's ID: IDs are whole numbers above 0", id.value);
            problems.push(Problem::new(Code::FK0253, message).at(&id.place).help("number the consenters 1, 2, 3 and so on"));
        }
        let source = if given(identity) { self.identity(identity, problems) } else { None };
        let consenter = self.consenter(&usual, &more, problems)?;
        let identity_source = source?;
        if let Some(node) = consenter.node() {
            self.check_other_certificate(("Identity", &identity_source), node, &identity.place, problems);
        }
        Some(BftConsenter { id: number.ok()?, msp_id: msp_id.value.clone(), identity: identity_source, consenter })
    }
}

/// SmartBFT's options: its own defaults where there is no section, and what is written where there is one
/// (fabric `internal/configtxgen/genesisconfig/config.go`).
fn bft_options(section: Option<&Spanned<SmartBft>>, problems: &mut Problems) -> BftOptions {
    match section {
        None => defaults(),
        Some(section) => written(section, problems),
    }
}

/// SmartBFT `pkg/types/config.go`, `DefaultConfig`, as far as configtxgen takes it over.
fn defaults() -> BftOptions {
    BftOptions {
        request_batch_max_count: 100,
        request_batch_max_bytes: 10 << 20,
        request_batch_max_interval: "50ms".to_owned(),
        incoming_message_buffer_size: 200,
        request_pool_size: 400,
        request_forward_timeout: "2s".to_owned(),
        request_complain_timeout: "20s".to_owned(),
        request_auto_remove_timeout: "3m0s".to_owned(),
        request_max_bytes: 0,
        view_change_resend_interval: "5s".to_owned(),
        view_change_timeout: "20s".to_owned(),
        leader_heartbeat_timeout: "1m0s".to_owned(),
        leader_heartbeat_count: 10,
        collect_timeout: "1s".to_owned(),
        sync_on_start: false,
        speed_up_view_change: false,
        leader_rotation: LeaderRotation::Unspecified,
        decisions_per_leader: 0,
    }
}

/// Reads a section and remembers what orderers would miss in it.
struct Section<'a> {
    place: &'a Place,
    missing: Vec<&'static str>,
}

impl Section<'_> {
    fn duration(&mut self, key: &'static str, text: &Option<Spanned<String>>, problems: &mut Problems) -> String {
        let Some(text) = text.as_ref().filter(|text| given(text)) else {
            self.missing.push(key);
            return String::new();
        };
        if !units::duration(text).is_ok_and(|time| time > 0) || units::integer(text).is_some() {
            let problem = Problem::new(Code::FK0258, format!("the {key} `{}` is no duration", text.value));
            problems.push(problem.at(&text.place).help("write `2s` or `500ms`"));
        }
        text.value.clone()
    }

    fn amount(&mut self, key: &'static str, text: &Option<Spanned<String>>, problems: &mut Problems) -> u64 {
        let amount = number(text, 0, problems);
        if amount == 0 {
            self.missing.push(key);
        }
        amount
    }
}

/// Nothing is filled in, and orderers refuse what lacks (fabric `orderer/consensus/smartbft/util/util.go`; they take the batch's
/// count and bytes from `BatchSize`).
fn written(given: &Spanned<SmartBft>, problems: &mut Problems) -> BftOptions {
    let mut section = Section { place: &given.place, missing: Vec::new() };
    let flag = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
    let options = BftOptions {
        request_batch_max_count: number(&given.request_batch_max_count, 0, problems),
        request_batch_max_bytes: number(&given.request_batch_max_bytes, 0, problems),
        request_batch_max_interval: section.duration("RequestBatchMaxInterval", &given.request_batch_max_interval, problems),
        incoming_message_buffer_size: section.amount("IncomingMessageBufferSize", &given.incoming_message_buffer_size, problems),
        request_pool_size: section.amount("RequestPoolSize", &given.request_pool_size, problems),
        request_forward_timeout: section.duration("RequestForwardTimeout", &given.request_forward_timeout, problems),
        request_complain_timeout: section.duration("RequestComplainTimeout", &given.request_complain_timeout, problems),
        request_auto_remove_timeout: section.duration("RequestAutoRemoveTimeout", &given.request_auto_remove_timeout, problems),
        request_max_bytes: number(&given.request_max_bytes, 0, problems),
        view_change_resend_interval: section.duration("ViewChangeResendInterval", &given.view_change_resend_interval, problems),
        view_change_timeout: section.duration("ViewChangeTimeout", &given.view_change_timeout, problems),
        leader_heartbeat_timeout: section.duration("LeaderHeartbeatTimeout", &given.leader_heartbeat_timeout, problems),
        leader_heartbeat_count: section.amount("LeaderHeartbeatCount", &given.leader_heartbeat_count, problems),
        collect_timeout: section.duration("CollectTimeout", &given.collect_timeout, problems),
        sync_on_start: flag(&given.sync_on_start),
        speed_up_view_change: flag(&given.speed_up_view_change),
        leader_rotation: leader_rotation(&given.leader_rotation, problems),
        decisions_per_leader: number(&given.decisions_per_leader, 0, problems),
    };
    let Section { place, missing } = section;
    if !missing.is_empty() {
        problems.push(
            Problem::new(Code::FK0265, format!("the `SmartBFT` section lacks {}", missing.join(", ")))
                .at(place)
                .help("Fabric fills in nothing where the section is there, and orderers refuse the block: write these keys, or leave the whole section out"),
        );
    }
    check_order(&options, place, problems);
    options
}

/// What has to come before what (SmartBFT `pkg/types/config.go`, `Validate`).
fn check_order(options: &BftOptions, place: &Place, problems: &mut Problems) {
    let pairs = [
        ("RequestForwardTimeout", &options.request_forward_timeout, "RequestComplainTimeout", &options.request_complain_timeout),
        (
            "RequestComplainTimeout",
            &options.request_complain_timeout,
            "RequestAutoRemoveTimeout",
            &options.request_auto_remove_timeout,
        ),
        ("ViewChangeResendInterval", &options.view_change_resend_interval, "ViewChangeTimeout", &options.view_change_timeout),
    ];
    for (first, shorter, second, longer) in pairs {
        if let (Ok(short), Ok(long)) = (units::duration(shorter), units::duration(longer))
            && short > long
        {
            let message = format!("{first} ({shorter}) is more than {second} ({longer})");
            problems.push(Problem::new(Code::FK0261, message).at(place).help("orderers refuse that: make it the shorter one"));
        }
    }
    if options.leader_rotation == LeaderRotation::On && options.decisions_per_leader == 0 {
        let message = "LeaderRotation is on, and DecisionsPerLeader is 0";
        problems
            .push(Problem::new(Code::FK0261, message).at(place).help("orderers refuse that: write `DecisionsPerLeader: 3`, say"));
    }
}

fn leader_rotation(text: &Option<Spanned<String>>, problems: &mut Problems) -> LeaderRotation {
    let Some(text) = text.as_ref().filter(|text| given(text)) else { return LeaderRotation::Unspecified };
    match units::integer(text) {
        Some(0) => LeaderRotation::Unspecified,
        Some(1) => LeaderRotation::Off,
        Some(2) => LeaderRotation::On,
        _ => {
            let message = format!("`{}` is no LeaderRotation", text.value);
            problems.push(Problem::new(Code::FK0258, message).at(&text.place).help("write 1 for off or 2 for on"));
            LeaderRotation::Unspecified
        }
    }
}
