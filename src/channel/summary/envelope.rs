//! Envelopes: what kind of transaction one is, of which channel, by whom.

use super::page::Page;
use super::{list, signers, text, tree, update};
use serde_json::Value;

/// An envelope, in a block or by itself.
pub fn envelope(envelope: &Value, what: &str, page: &mut Page) {
    let payload = &envelope["payload"];
    let header = &payload["header"]["channel_header"];
    let (kind, data) = (header["type"].as_i64(), &payload["data"]);
    match kind {
        // The numbers of `common.HeaderType`.
        Some(1) => configuration(data, &heading(what, "a configuration", header), page),
        Some(2) => {
            update::envelope(data, &heading(what, "a config update", header), page);
        }
        Some(3) => {
            page.line(0, &heading(what, "a transaction", header));
            transaction(payload, page);
        }
        Some(4) => {
            page.line(0, &heading(what, "a new channel, on the system channel", header));
            self::envelope(data, "what it begins with", page);
        }
        Some(number) => page.line(0, &heading(what, &format!("of type {number}"), header)),
        None => page.line(0, &heading(what, "without a type", header)),
    }
}

/// `envelope 0: a configuration for channel mychannel, made 2026-11-20T12:12:45Z`.
fn heading(what: &str, kind: &str, header: &Value) -> String {
    let made = match text(&header["timestamp"]) {
        "" => String::new(),
        time => format!(", made {time}"),
    };
    format!("{what}: {kind} for channel {}{made}", text(&header["channel_id"]))
}

/// A configuration and the update that led to it.
pub fn configuration(envelope: &Value, what: &str, page: &mut Page) {
    let config = &envelope["config"];
    page.line(0, &format!("{what}, sequence {}", text(&config["sequence"])));
    let last = &envelope["last_update"]["payload"];
    if !last.is_null() {
        page.line(1, "made by a config update");
        signers::creator(&last["header"]["signature_header"], 2, page);
        signers::of_update(&last["data"], 2, page);
    }
    tree::group("/Channel", &config["channel_group"], page);
}

fn transaction(payload: &Value, page: &mut Page) {
    let header = &payload["header"];
    page.line(1, &format!("id {}", text(&header["channel_header"]["tx_id"])));
    signers::creator(&header["signature_header"], 1, page);
    for action in list(&payload["data"]["actions"]) {
        let spec = &action["payload"]["chaincode_proposal_payload"]["input"]["chaincode_spec"];
        let endorsed = &action["payload"]["action"];
        page.line(1, &format!("of chaincode {}", text(&spec["chaincode_id"]["name"])));
        page.line(1, &format!("endorsements: {}", list(&endorsed["endorsements"]).len()));
        let results = &endorsed["proposal_response_payload"]["extension"]["results"];
        for namespace in list(&results["ns_rwset"]) {
            let sets = &namespace["rwset"];
            let (reads, writes) = (list(&sets["reads"]).len(), list(&sets["writes"]).len());
            page.line(1, &format!("{}: {reads} read, {writes} written", text(&namespace["namespace"])));
        }
    }
}
