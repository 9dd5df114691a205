//! Who signed. Whether a signature holds is not looked at.

use super::page::{Page, bytes, identity};
use super::{list, text};
use crate::channel::json::{self, Form};
use serde_json::Value;

/// Places in a block's metadata (`common.BlockMetadataIndex`).
const SIGNATURES: usize = 0;
const LAST_CONFIG: usize = 1;

/// Some bytes as a message of a type, where they are one.
fn held(value: &Value, message: &str) -> Option<Value> {
    let decoded = json::decode(&bytes(value), json::message_type(message)?, Form::V3).ok()?;
    Some(decoded.value)
}

/// The number of the block with the configuration that counts: since 2.0 it is signed among the signatures.
pub fn last_config(metadata: &[Value]) -> Option<String> {
    let value = |index: usize| held(metadata.get(index)?, "common.Metadata").map(|metadata| metadata["value"].clone());
    let signed = || {
        let orderer = held(&value(SIGNATURES)?, "common.OrdererBlockMetadata")?;
        Some(text(&orderer["last_config"]["index"]).to_owned()).filter(|index| !index.is_empty())
    };
    let own = || {
        let last = value(LAST_CONFIG).filter(|value| !text(value).is_empty())?;
        Some(text(&held(&last, "common.LastConfig")?["index"]).to_owned())
    };
    signed().or_else(own)
}

/// The orderers that signed a block.
pub fn of_block(metadata: &[Value], page: &mut Page) {
    let signatures = metadata.get(SIGNATURES).and_then(|value| held(value, "common.Metadata"));
    for signature in signatures.iter().flat_map(|metadata| list(&metadata["signatures"])) {
        let header = held(&signature["signature_header"], "common.SignatureHeader").unwrap_or_default();
        let identifier = held(&signature["identifier_header"], "common.IdentifierHeader").unwrap_or_default();
        match (&header["creator"], identifier["identifier"].as_u64()) {
            (Value::Null, Some(id)) if !text(&signature["identifier_header"]).is_empty() => {
                page.line(1, &format!("signed by consenter {id}"));
            }
            (Value::Null, _) => page.line(1, "signed by nobody that is named"),
            (creator, _) => page.line(1, &format!("signed by {}", identity(creator))),
        }
    }
}

/// Who made what a signature header stands before.
pub fn creator(header: &Value, depth: usize, page: &mut Page) {
    let creator = &header["creator"];
    if !creator.is_null() {
        page.line(depth, &format!("by {}", identity(creator)));
    }
}

/// The signatures of a config update.
pub fn of_update(envelope: &Value, depth: usize, page: &mut Page) {
    let signatures = list(&envelope["signatures"]);
    if signatures.is_empty() {
        page.line(depth, "no signatures");
    }
    for signature in signatures {
        page.line(depth, &format!("signed by {}", identity(&signature["signature_header"]["creator"])));
    }
}
