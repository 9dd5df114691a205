//! `common/configtx.proto` and `common/configuration.proto`: configuration trees. One message of the protocol, `ConfigGroup`, is
//! several here: what its groups and values are depends on where in the tree it stands.

use super::super::form::Form;
use super::super::wire::Fields;
use super::Kind::*;
use super::common::{ENVELOPE, SIGNATURE_HEADER};
use super::msp::MSP_CONFIG;
use super::orderer::{BATCH_SIZE, BATCH_TIMEOUT, CHANNEL_RESTRICTIONS, CONSENSUS_TYPE, KAFKA_BROKERS, ORDERERS};
use super::peer::{ACLS, ANCHOR_PEERS};
use super::policies::POLICY;
use super::{EMPTY, Field, Held, Keyed, Kind, Message as M, many, map, one};

pub static CONFIG_ENVELOPE: M =
    M { name: "common.ConfigEnvelope", fields: &[one(1, "config", Message(&CONFIG)), one(2, "last_update", Message(&ENVELOPE))] };

pub static CONFIG: M =
    M { name: "common.Config", fields: &[one(1, "sequence", Uint64), one(2, "channel_group", Message(&CHANNEL))] };

pub static CONFIG_UPDATE_ENVELOPE: M = M {
    name: "common.ConfigUpdateEnvelope",
    fields: &[one(1, "config_update", Holds(&CONFIG_UPDATE)), many(2, "signatures", Message(&CONFIG_SIGNATURE))],
};

pub static CONFIG_SIGNATURE: M = M {
    name: "common.ConfigSignature",
    fields: &[one(1, "signature_header", Holds(&SIGNATURE_HEADER)), one(2, "signature", Bytes)],
};

pub static CONFIG_UPDATE: M = M {
    name: "common.ConfigUpdate",
    fields: &[
        one(1, "channel_id", Text),
        one(2, "read_set", Message(&CHANNEL)),
        one(3, "write_set", Message(&CHANNEL)),
        map(5, "isolated_data", HoldsBy(isolated_data)),
    ],
};

/// No release registers a type for any key.
fn isolated_data(_: &Fields<'_>, _: Form) -> Held {
    Held::Refused("isolated data has no known type")
}

pub static CONFIG_POLICY: M = M {
    name: "common.ConfigPolicy",
    fields: &[one(1, "version", Uint64), one(2, "policy", Message(&POLICY)), one(3, "mod_policy", Text)],
};

/// A group outside of a tree, as `--type common.ConfigGroup` reads it.
pub static CONFIG_GROUP: M = M { name: GROUP, fields: &group_fields(Message(&CONFIG_GROUP), Message(&CONFIG_VALUE)) };

const GROUP: &str = "common.ConfigGroup";

/// `/Channel`.
static CHANNEL: M = M { name: GROUP, fields: &group_fields(ByKey(channel_groups), ByKey(channel_values)) };

/// `/Channel/Orderer`.
static ORDERER: M = M { name: GROUP, fields: &group_fields(ByKey(orderer_orgs), ByKey(orderer_values)) };

/// `/Channel/Orderer/<org>`.
pub static ORDERER_ORG: M = M { name: GROUP, fields: &group_fields(ByKey(no_groups), ByKey(orderer_org_values)) };

/// `/Channel/Application`.
static APPLICATION: M = M { name: GROUP, fields: &group_fields(ByKey(application_orgs), ByKey(application_values)) };

/// `/Channel/Application/<org>`.
pub static APPLICATION_ORG: M = M { name: GROUP, fields: &group_fields(ByKey(no_groups), ByKey(application_org_values)) };

/// `/Channel/Consortiums`.
static CONSORTIUMS: M = M { name: GROUP, fields: &group_fields(ByKey(consortiums), ByKey(no_values)) };

/// `/Channel/Consortiums/<consortium>`.
static CONSORTIUM_GROUP: M = M { name: GROUP, fields: &group_fields(ByKey(consortium_orgs), ByKey(consortium_values)) };

/// `/Channel/Consortiums/<consortium>/<org>`.
static CONSORTIUM_ORG: M = M { name: GROUP, fields: &group_fields(ByKey(no_groups), ByKey(consortium_org_values)) };

const fn group_fields(groups: Kind, values: Kind) -> [Field; 5] {
    [
        one(1, "version", Uint64),
        map(2, "groups", groups),
        map(3, "values", values),
        map(4, "policies", Message(&CONFIG_POLICY)),
        one(5, "mod_policy", Text),
    ]
}

fn channel_groups(key: &str, _: Form) -> Keyed {
    match key {
        "Orderer" => Keyed::Known(&ORDERER),
        "Application" => Keyed::Known(&APPLICATION),
        "Consortiums" => Keyed::Known(&CONSORTIUMS),
        _ => Keyed::Refused(&CONFIG_GROUP),
    }
}

fn orderer_orgs(_: &str, _: Form) -> Keyed {
    Keyed::Known(&ORDERER_ORG)
}

fn application_orgs(_: &str, _: Form) -> Keyed {
    Keyed::Known(&APPLICATION_ORG)
}

fn consortiums(_: &str, _: Form) -> Keyed {
    Keyed::Known(&CONSORTIUM_GROUP)
}

fn consortium_orgs(_: &str, _: Form) -> Keyed {
    Keyed::Known(&CONSORTIUM_ORG)
}

fn no_groups(_: &str, _: Form) -> Keyed {
    Keyed::Refused(&CONFIG_GROUP)
}

fn no_values(_: &str, _: Form) -> Keyed {
    Keyed::Refused(&CONFIG_VALUE)
}

fn channel_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "HashingAlgorithm" => &HASHING_ALGORITHM_VALUE,
        "BlockDataHashingStructure" => &BLOCK_DATA_HASHING_STRUCTURE_VALUE,
        "OrdererAddresses" => &ADDRESSES_VALUE,
        "Consortium" => &CONSORTIUM_VALUE,
        "Capabilities" => &CAPABILITIES_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn orderer_values(key: &str, form: Form) -> Keyed {
    Keyed::Known(match key {
        "ConsensusType" => &CONSENSUS_TYPE_VALUE,
        "BatchSize" => &BATCH_SIZE_VALUE,
        "BatchTimeout" => &BATCH_TIMEOUT_VALUE,
        "KafkaBrokers" => &KAFKA_BROKERS_VALUE,
        "ChannelRestrictions" => &CHANNEL_RESTRICTIONS_VALUE,
        "Capabilities" => &CAPABILITIES_VALUE,
        "Orderers" if form == Form::V3 => &ORDERERS_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn orderer_org_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "MSP" => &MSP_VALUE,
        "Endpoints" => &ADDRESSES_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn application_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "Capabilities" => &CAPABILITIES_VALUE,
        "ACLs" => &ACLS_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn application_org_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "MSP" => &MSP_VALUE,
        "AnchorPeers" => &ANCHOR_PEERS_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn consortium_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "ChannelCreationPolicy" => &POLICY_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

fn consortium_org_values(key: &str, _: Form) -> Keyed {
    Keyed::Known(match key {
        "MSP" => &MSP_VALUE,
        _ => &UNKNOWN_VALUE,
    })
}

/// `ConfigValue`, by what its value is.
macro_rules! values {
    ($($visible:vis $name:ident = $kind:expr;)*) => {
        $($visible static $name: M = M {
            name: "common.ConfigValue",
            fields: &[one(1, "version", Uint64), one(2, "value", $kind), one(3, "mod_policy", Text)],
        };)*
    };
}

values! {
    pub CONFIG_VALUE = Bytes;
    HASHING_ALGORITHM_VALUE = Holds(&HASHING_ALGORITHM);
    BLOCK_DATA_HASHING_STRUCTURE_VALUE = Holds(&BLOCK_DATA_HASHING_STRUCTURE);
    ADDRESSES_VALUE = Holds(&ORDERER_ADDRESSES);
    CONSORTIUM_VALUE = Holds(&CONSORTIUM);
    CAPABILITIES_VALUE = Holds(&CAPABILITIES);
    CONSENSUS_TYPE_VALUE = Holds(&CONSENSUS_TYPE);
    BATCH_SIZE_VALUE = Holds(&BATCH_SIZE);
    BATCH_TIMEOUT_VALUE = Holds(&BATCH_TIMEOUT);
    KAFKA_BROKERS_VALUE = Holds(&KAFKA_BROKERS);
    CHANNEL_RESTRICTIONS_VALUE = Holds(&CHANNEL_RESTRICTIONS);
    ORDERERS_VALUE = Holds(&ORDERERS);
    MSP_VALUE = Holds(&MSP_CONFIG);
    ACLS_VALUE = Holds(&ACLS);
    ANCHOR_PEERS_VALUE = Holds(&ANCHOR_PEERS);
    POLICY_VALUE = Holds(&POLICY);
    UNKNOWN_VALUE = HoldsBy(unknown_value);
}

fn unknown_value(_: &Fields<'_>, _: Form) -> Held {
    Held::Refused("a group at this place has no value of this name")
}

pub static HASHING_ALGORITHM: M = M { name: "common.HashingAlgorithm", fields: &[one(1, "name", Text)] };

pub static BLOCK_DATA_HASHING_STRUCTURE: M = M { name: "common.BlockDataHashingStructure", fields: &[one(1, "width", Uint32)] };

pub static ORDERER_ADDRESSES: M = M { name: "common.OrdererAddresses", fields: &[many(1, "addresses", Text)] };

pub static CONSORTIUM: M = M { name: "common.Consortium", fields: &[one(1, "name", Text)] };

pub static CAPABILITIES: M = M { name: "common.Capabilities", fields: &[map(1, "capabilities", Message(&EMPTY))] };
