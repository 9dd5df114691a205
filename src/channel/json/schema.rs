//! What Fabric's messages look like, as data: field numbers, names and kinds, one file a group of messages. Numbers and names are
//! those of fabric-protos; which bytes hold another message is in fabric-config's `protolator/protoext`.

mod common;
mod configtx;
mod ledger;
mod msp;
mod orderer;
mod peer;
mod policies;

use super::form::Form;
use super::wire::Fields;

pub use common::{BLOCK, ENVELOPE};
pub use configtx::{APPLICATION_ORG, CONFIG, CONFIG_ENVELOPE, CONFIG_UPDATE, CONFIG_UPDATE_ENVELOPE, ORDERER_ORG};

/// A message.
#[derive(Debug)]
pub struct Message {
    /// As configtxlator's `--type` takes it: `common.Block`.
    pub name: &'static str,
    pub fields: &'static [Field],
}

/// A field of a message.
#[derive(Debug)]
pub struct Field {
    pub number: u32,
    pub name: &'static str,
    pub label: Label,
    pub kind: Kind,
    /// The releases whose messages have it, first and last.
    pub forms: (Form, Form),
}

/// How often a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    One,
    Many,
    /// One of those that exclude each other; printed only where it is there.
    Choice,
    /// By a text.
    Map,
}

/// What a field is; of a map, what its values are.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Text,
    Bytes,
    /// The names of 0, 1, 2 …
    Enum(&'static [&'static str]),
    Timestamp,
    Message(&'static Message),
    /// Bytes that hold a message.
    Holds(&'static Message),
    /// Bytes that hold what the other fields of their message say.
    HoldsBy(fn(&Fields<'_>, Form) -> Held),
    /// Messages in a map: what each is depends on its key.
    ByKey(fn(&str, Form) -> Keyed),
}

/// What is in some bytes.
#[derive(Clone, Copy, Debug)]
pub enum Held {
    Message(&'static Message),
    /// They are printed as they are.
    Bytes,
    /// configtxlator refuses them, and so the whole file.
    Refused(&'static str),
}

/// What stands under a key.
#[derive(Clone, Copy, Debug)]
pub enum Keyed {
    Known(&'static Message),
    /// configtxlator refuses the key, and so the whole file. The message can be read as this all the same.
    Refused(&'static Message),
}

const ALL: (Form, Form) = (Form::V1, Form::V3);

const fn field(number: u32, name: &'static str, label: Label, kind: Kind) -> Field {
    Field { number, name, label, kind, forms: ALL }
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    field(number, name, Label::One, kind)
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    field(number, name, Label::Many, kind)
}

const fn choice(number: u32, name: &'static str, kind: Kind) -> Field {
    field(number, name, Label::Choice, kind)
}

const fn map(number: u32, name: &'static str, kind: Kind) -> Field {
    field(number, name, Label::Map, kind)
}

impl Field {
    const fn since(mut self, form: Form) -> Self {
        self.forms.0 = form;
        self
    }

    const fn until(mut self, form: Form) -> Self {
        self.forms.1 = form;
        self
    }

    /// Whether the messages of a line of releases have it.
    pub fn is_in(&self, form: Form) -> bool {
        (self.forms.0..=self.forms.1).contains(&form)
    }
}

/// No fields at all.
static EMPTY: Message = Message { name: "google.protobuf.Empty", fields: &[] };

/// Every message that can be asked for by its name.
pub static TYPES: &[&Message] = &[
    &common::BLOCK,
    &common::BLOCK_DATA,
    &common::BLOCK_HEADER,
    &common::BLOCK_METADATA,
    &common::CHANNEL_HEADER,
    &common::ENVELOPE,
    &common::HEADER,
    &common::IDENTIFIER_HEADER,
    &common::LAST_CONFIG,
    &common::METADATA,
    &common::METADATA_SIGNATURE,
    &common::ORDERER_BLOCK_METADATA,
    &common::PAYLOAD,
    &common::SIGNATURE_HEADER,
    &configtx::BLOCK_DATA_HASHING_STRUCTURE,
    &configtx::CAPABILITIES,
    &configtx::CONFIG,
    &configtx::CONFIG_ENVELOPE,
    &configtx::CONFIG_GROUP,
    &configtx::CONFIG_POLICY,
    &configtx::CONFIG_SIGNATURE,
    &configtx::CONFIG_UPDATE,
    &configtx::CONFIG_UPDATE_ENVELOPE,
    &configtx::CONFIG_VALUE,
    &configtx::CONSORTIUM,
    &configtx::HASHING_ALGORITHM,
    &configtx::ORDERER_ADDRESSES,
    &ledger::HASHED_RW_SET,
    &ledger::KV_RW_SET,
    &ledger::TX_READ_WRITE_SET,
    &msp::FABRIC_MSP_CONFIG,
    &msp::IDEMIX_MSP_CONFIG,
    &msp::MSP_CONFIG,
    &msp::MSP_PRINCIPAL,
    &msp::MSP_ROLE,
    &msp::ORGANIZATION_UNIT,
    &msp::SERIALIZED_IDENTITY,
    &orderer::BATCH_SIZE,
    &orderer::BATCH_TIMEOUT,
    &orderer::CHANNEL_RESTRICTIONS,
    &orderer::CONSENSUS_TYPE,
    &orderer::CONSENTER,
    &orderer::KAFKA_BROKERS,
    &orderer::ORDERERS,
    &orderer::RAFT_METADATA,
    &orderer::SMARTBFT_OPTIONS,
    &peer::ACLS,
    &peer::ANCHOR_PEERS,
    &peer::CHAINCODE_ACTION,
    &peer::CHAINCODE_ACTION_PAYLOAD,
    &peer::CHAINCODE_EVENT,
    &peer::CHAINCODE_HEADER_EXTENSION,
    &peer::CHAINCODE_INVOCATION_SPEC,
    &peer::CHAINCODE_PROPOSAL_PAYLOAD,
    &peer::PROPOSAL_RESPONSE_PAYLOAD,
    &peer::TRANSACTION,
    &policies::IMPLICIT_META_POLICY,
    &policies::POLICY,
    &policies::SIGNATURE_POLICY,
    &policies::SIGNATURE_POLICY_ENVELOPE,
];
