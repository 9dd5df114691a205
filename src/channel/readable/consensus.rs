//! The consensus of a channel in words: options by the names of configtx.yaml, and consenters.

use super::super::consensus::{BFT, ETCDRAFT};
use super::super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata, RaftOptions};
use super::super::proto::smartbft::{Consenter, Options, Orderers};
use super::{Facts, certificate, digest, named};
use prost::{DecodeError, Message};

/// The value `ConsensusType`.
pub(super) fn facts(consensus: ConsensusType) -> Result<Facts, DecodeError> {
    let ConsensusType { r#type, metadata, state } = consensus;
    let state = match state {
        0 => "NORMAL".to_owned(),
        1 => "MAINTENANCE".to_owned(),
        other => other.to_string(),
    };
    let mut facts = match r#type.as_str() {
        ETCDRAFT => raft(RaftMetadata::decode(metadata.as_slice())?),
        BFT => bft(Options::decode(metadata.as_slice())?),
        _ if metadata.is_empty() => Facts::new(),
        _ => named([("metadata", digest(&metadata))]),
    };
    facts.extend(named([("type", r#type), ("state", state)]));
    Ok(facts)
}

fn raft(metadata: RaftMetadata) -> Facts {
    let RaftMetadata { consenters, options } = metadata;
    let consenters = consenters.into_iter().map(|consenter| {
        let RaftConsenter { host, port, client_tls_cert, server_tls_cert } = consenter;
        (format!("consenter {host}:{port}"), tls(&client_tls_cert, &server_tls_cert))
    });
    let mut facts: Facts = consenters.collect();
    if let Some(options) = options {
        let RaftOptions { tick_interval, election_tick, heartbeat_tick, max_inflight_blocks, snapshot_interval_size } = options;
        facts.extend(named([
            ("TickInterval", tick_interval),
            ("ElectionTick", election_tick.to_string()),
            ("HeartbeatTick", heartbeat_tick.to_string()),
            ("MaxInflightBlocks", max_inflight_blocks.to_string()),
            ("SnapshotIntervalSize", snapshot_interval_size.to_string()),
        ]));
    }
    facts
}

fn bft(options: Options) -> Facts {
    let Options {
        request_batch_max_count,
        request_batch_max_bytes,
        request_batch_max_interval,
        incoming_message_buffer_size,
        request_pool_size,
        request_forward_timeout,
        request_complain_timeout,
        request_auto_remove_timeout,
        request_max_bytes,
        view_change_resend_interval,
        view_change_timeout,
        leader_heartbeat_timeout,
        leader_heartbeat_count,
        collect_timeout,
        sync_on_start,
        speed_up_view_change,
        leader_rotation,
        decisions_per_leader,
    } = options;
    let leader_rotation = match leader_rotation {
        0 => "unspecified".to_owned(),
        1 => "off".to_owned(),
        2 => "on".to_owned(),
        other => other.to_string(),
    };
    named([
        ("RequestBatchMaxCount", request_batch_max_count.to_string()),
        ("RequestBatchMaxBytes", request_batch_max_bytes.to_string()),
        ("RequestBatchMaxInterval", request_batch_max_interval),
        ("IncomingMessageBufferSize", incoming_message_buffer_size.to_string()),
        ("RequestPoolSize", request_pool_size.to_string()),
        ("RequestForwardTimeout", request_forward_timeout),
        ("RequestComplainTimeout", request_complain_timeout),
        ("RequestAutoRemoveTimeout", request_auto_remove_timeout),
        ("RequestMaxBytes", request_max_bytes.to_string()),
        ("ViewChangeResendInterval", view_change_resend_interval),
        ("ViewChangeTimeout", view_change_timeout),
        ("LeaderHeartbeatTimeout", leader_heartbeat_timeout),
        ("LeaderHeartbeatCount", leader_heartbeat_count.to_string()),
        ("CollectTimeout", collect_timeout),
        ("SyncOnStart", sync_on_start.to_string()),
        ("SpeedUpViewChange", speed_up_view_change.to_string()),
        ("LeaderRotation", leader_rotation),
        ("DecisionsPerLeader", decisions_per_leader.to_string()),
    ])
}

/// The value `Orderers`: BFT's consenters by their IDs, which they keep wherever they move.
pub(super) fn orderers(orderers: Orderers) -> Facts {
    let consenters = orderers.consenter_mapping.into_iter().map(|consenter| {
        let Consenter { id, host, port, msp_id, identity, client_tls_cert, server_tls_cert } = consenter;
        let (signs_by, tls) = (certificate(&identity), tls(&client_tls_cert, &server_tls_cert));
        (format!("consenter {id}"), format!("{host}:{port}, {msp_id}, signs by {signs_by}, TLS {tls}"))
    });
    consenters.collect()
}

/// The TLS certificates of a consenter, which mostly are one.
fn tls(client: &[u8], server: &[u8]) -> String {
    match client == server {
        true => certificate(server),
        false => format!("{}, as a client {}", certificate(server), certificate(client)),
    }
}
