//! A page that says what a file of a channel is and holds, for people. It is made from the JSON of `json`, so that both say the
//! same; verifying signatures is Fabric's.

mod envelope;
mod page;
mod policy;
mod signers;
mod tree;
mod update;
mod values;

use page::Page;
use serde_json::Value;

/// The page of a message that was read, by the name of its type.
pub(super) fn page(message: &str, value: &Value) -> String {
    let mut page = Page::default();
    match message {
        "common.Block" => block(value, &mut page),
        "common.Envelope" => envelope::envelope(value, "an envelope", &mut page),
        "common.ConfigEnvelope" => envelope::configuration(value, "a configuration", &mut page),
        "common.Config" => {
            page.line(0, &format!("a configuration, sequence {}", text(&value["sequence"])));
            tree::group("/Channel", &value["channel_group"], &mut page);
        }
        "common.ConfigUpdateEnvelope" => {
            let channel = text(&value["config_update"]["channel_id"]);
            update::envelope(value, &format!("a config update for channel {channel}"), &mut page);
        }
        "common.ConfigUpdate" => update::update(value, "a config update without signatures", &mut page),
        _ => page.line(0, &format!("a message of the type {message}: the JSON says what is in it")),
    }
    page.text()
}

fn block(block: &Value, page: &mut Page) {
    let envelopes = list(&block["data"]["data"]);
    let number = text(&block["header"]["number"]);
    let metadata = list(&block["metadata"]["metadata"]);
    let channel = envelopes.first().map_or("", |first| text(&first["payload"]["header"]["channel_header"]["channel_id"]));
    let first = if number == "0" { ", its first" } else { "" };
    page.line(0, &format!("block {number} of channel {channel}{first}"));
    if let Some(index) = signers::last_config(metadata).filter(|index| index != number) {
        page.line(1, &format!("last configuration: block {index}"));
    }
    signers::of_block(metadata, page);
    let codes = metadata.get(2).map(page::bytes).unwrap_or_default();
    for (i, envelope) in envelopes.iter().enumerate() {
        // `TRANSACTIONS_FILTER`: peers write a code for each transaction, 0 where it is valid.
        let valid = match codes.get(i) {
            Some(0) => ", valid",
            Some(255) | None => "",
            Some(_) => ", not valid",
        };
        envelope::envelope(envelope, &format!("envelope {i}{valid}"), page);
    }
}

/// A text of the JSON; numbers of 64 bits are texts too.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

#[cfg(test)]
mod tests;
