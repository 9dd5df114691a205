//! Packages `orderer`, `etcdraft` and `smartbft`: the values of the Orderer group.

use super::super::form::Form;
use super::super::wire::Fields;
use super::Kind::*;
use super::{EMPTY, Held, Message as M, many, one};

pub static CONSENSUS_TYPE: M = M {
    name: "orderer.ConsensusType",
    fields: &[
        one(1, "type", Text),
        one(2, "metadata", HoldsBy(metadata)),
        one(3, "state", Enum(&["STATE_NORMAL", "STATE_MAINTENANCE"])),
    ],
};

/// By the name of the consensus; 2.x stumbles over an empty message.
fn metadata(consensus: &Fields<'_>, form: Form) -> Held {
    match (consensus.bytes(1), form) {
        (Some(b"etcdraft"), _) => Held::Message(&RAFT_METADATA),
        (Some(b"BFT"), Form::V3) => Held::Message(&SMARTBFT_OPTIONS),
        (_, Form::V2) => Held::Refused("Fabric 2.x knows the metadata of etcdraft alone"),
        _ => Held::Message(&EMPTY),
    }
}

pub static BATCH_SIZE: M = M {
    name: "orderer.BatchSize",
    fields: &[one(1, "max_message_count", Uint32), one(2, "absolute_max_bytes", Uint32), one(3, "preferred_max_bytes", Uint32)],
};

pub static BATCH_TIMEOUT: M = M { name: "orderer.BatchTimeout", fields: &[one(1, "timeout", Text)] };

pub static KAFKA_BROKERS: M = M { name: "orderer.KafkaBrokers", fields: &[many(1, "brokers", Text)] };

pub static CHANNEL_RESTRICTIONS: M = M { name: "orderer.ChannelRestrictions", fields: &[one(1, "max_count", Uint64)] };

pub static RAFT_METADATA: M = M {
    name: "etcdraft.ConfigMetadata",
    fields: &[many(1, "consenters", Message(&RAFT_CONSENTER)), one(2, "options", Message(&RAFT_OPTIONS))],
};

static RAFT_CONSENTER: M = M {
    name: "etcdraft.Consenter",
    fields: &[one(1, "host", Text), one(2, "port", Uint32), one(3, "client_tls_cert", Bytes), one(4, "server_tls_cert", Bytes)],
};

static RAFT_OPTIONS: M = M {
    name: "etcdraft.Options",
    fields: &[
        one(1, "tick_interval", Text),
        one(2, "election_tick", Uint32),
        one(3, "heartbeat_tick", Uint32),
        one(4, "max_inflight_blocks", Uint32),
        one(5, "snapshot_interval_size", Uint32),
    ],
};

/// BFT's consenters (Fabric 3.x).
pub static ORDERERS: M = M { name: "common.Orderers", fields: &[many(1, "consenter_mapping", Message(&CONSENTER))] };

pub static CONSENTER: M = M {
    name: "common.Consenter",
    fields: &[
        one(1, "id", Uint32),
        one(2, "host", Text),
        one(3, "port", Uint32),
        one(4, "msp_id", Text),
        one(5, "identity", Bytes),
        one(6, "client_tls_cert", Bytes),
        one(7, "server_tls_cert", Bytes),
    ],
};

pub static SMARTBFT_OPTIONS: M = M {
    name: "orderer.smartbft.Options",
    fields: &[
        one(1, "request_batch_max_count", Uint64),
        one(2, "request_batch_max_bytes", Uint64),
        one(3, "request_batch_max_interval", Text),
        one(4, "incoming_message_buffer_size", Uint64),
        one(5, "request_pool_size", Uint64),
        one(6, "request_forward_timeout", Text),
        one(7, "request_complain_timeout", Text),
        one(8, "request_auto_remove_timeout", Text),
        one(9, "request_max_bytes", Uint64),
        one(10, "view_change_resend_interval", Text),
        one(11, "view_change_timeout", Text),
        one(12, "leader_heartbeat_timeout", Text),
        one(13, "leader_heartbeat_count", Uint64),
        one(14, "collect_timeout", Text),
        one(15, "sync_on_start", Bool),
        one(16, "speed_up_view_change", Bool),
        one(17, "leader_rotation", Enum(&["ROTATION_UNSPECIFIED", "ROTATION_OFF", "ROTATION_ON"])),
        one(18, "decisions_per_leader", Uint64),
    ],
};
