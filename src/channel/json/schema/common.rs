//! `common/common.proto`: blocks and envelopes.

use super::super::form::Form;
use super::super::wire::Fields;
use super::Kind::*;
use super::configtx::{CONFIG_ENVELOPE, CONFIG_UPDATE_ENVELOPE, CONFIG_VALUE};
use super::msp::SERIALIZED_IDENTITY;
use super::peer::{CHAINCODE_HEADER_EXTENSION, TRANSACTION};
use super::{Held, Message as M, many, one};

/// Numbers of `common.HeaderType`.
const MESSAGE: u64 = 0;
const CONFIG: u64 = 1;
const CONFIG_UPDATE: u64 = 2;
const ENDORSER_TRANSACTION: u64 = 3;
const ORDERER_TRANSACTION: u64 = 4;

pub static BLOCK: M = M {
    name: "common.Block",
    fields: &[
        one(1, "header", Message(&BLOCK_HEADER)),
        one(2, "data", Message(&BLOCK_DATA)),
        one(3, "metadata", Message(&BLOCK_METADATA)),
    ],
};

pub static BLOCK_HEADER: M = M {
    name: "common.BlockHeader",
    fields: &[one(1, "number", Uint64), one(2, "previous_hash", Bytes), one(3, "data_hash", Bytes)],
};

pub static BLOCK_DATA: M = M { name: "common.BlockData", fields: &[many(1, "data", Holds(&ENVELOPE))] };

pub static BLOCK_METADATA: M = M { name: "common.BlockMetadata", fields: &[many(1, "metadata", Bytes)] };

/// What stands in a block's metadata, by the numbers of `common.BlockMetadataIndex`; printed as bytes there.
pub static METADATA: M =
    M { name: "common.Metadata", fields: &[one(1, "value", Bytes), many(2, "signatures", Message(&METADATA_SIGNATURE))] };

pub static METADATA_SIGNATURE: M = M {
    name: "common.MetadataSignature",
    fields: &[one(1, "signature_header", Bytes), one(2, "signature", Bytes), one(3, "identifier_header", Bytes).since(Form::V3)],
};

/// Which of BFT's consenters signed (Fabric 3.x).
pub static IDENTIFIER_HEADER: M =
    M { name: "common.IdentifierHeader", fields: &[one(1, "identifier", Uint32), one(2, "nonce", Bytes)] };

pub static ORDERER_BLOCK_METADATA: M = M {
    name: "common.OrdererBlockMetadata",
    fields: &[one(1, "last_config", Message(&LAST_CONFIG)), one(2, "consenter_metadata", Bytes)],
};

pub static LAST_CONFIG: M = M { name: "common.LastConfig", fields: &[one(1, "index", Uint64)] };

pub static ENVELOPE: M = M { name: "common.Envelope", fields: &[one(1, "payload", Holds(&PAYLOAD)), one(2, "signature", Bytes)] };

pub static PAYLOAD: M =
    M { name: "common.Payload", fields: &[one(1, "header", Message(&HEADER)), one(2, "data", HoldsBy(payload_data))] };

pub static HEADER: M = M {
    name: "common.Header",
    fields: &[one(1, "channel_header", Holds(&CHANNEL_HEADER)), one(2, "signature_header", Holds(&SIGNATURE_HEADER))],
};

pub static CHANNEL_HEADER: M = M {
    name: "common.ChannelHeader",
    fields: &[
        one(1, "type", Int32),
        one(2, "version", Int32),
        one(3, "timestamp", Timestamp),
        one(4, "channel_id", Text),
        one(5, "tx_id", Text),
        one(6, "epoch", Uint64),
        one(7, "extension", HoldsBy(extension)),
        one(8, "tls_cert_hash", Bytes),
    ],
};

pub static SIGNATURE_HEADER: M =
    M { name: "common.SignatureHeader", fields: &[one(1, "creator", Holds(&SERIALIZED_IDENTITY)), one(2, "nonce", Bytes)] };

/// By the type in the channel header.
fn payload_data(payload: &Fields<'_>, _form: Form) -> Held {
    let Some(header) = payload.merged(1) else { return Held::Refused("its payload has no header, which would say what it is") };
    let kind = Fields::parse(&header).and_then(|header| {
        let channel_header = Fields::parse(header.bytes(1).unwrap_or_default())?;
        Ok(channel_header.varint(1).unwrap_or_default())
    });
    match kind {
        Ok(CONFIG) => Held::Message(&CONFIG_ENVELOPE),
        Ok(ORDERER_TRANSACTION) => Held::Message(&ENVELOPE),
        Ok(CONFIG_UPDATE) => Held::Message(&CONFIG_UPDATE_ENVELOPE),
        Ok(MESSAGE) => Held::Message(&CONFIG_VALUE),
        Ok(ENDORSER_TRANSACTION) => Held::Message(&TRANSACTION),
        Ok(_) => Held::Refused("its channel header has a type that says nothing of its content"),
        Err(_) => Held::Refused("its channel header is damaged"),
    }
}

fn extension(channel_header: &Fields<'_>, form: Form) -> Held {
    match (form, channel_header.varint(1)) {
        (Form::V1, _) => Held::Bytes,
        (_, Some(ENDORSER_TRANSACTION)) => Held::Message(&CHAINCODE_HEADER_EXTENSION),
        _ => Held::Refused("only the headers of endorsed transactions have an extension"),
    }
}
