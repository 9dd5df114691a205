//! Config updates: what one reads, and what it makes new and changes (fabric `common/configtx/update.go`).

use super::page::Page;
use super::{members, policy, signers, text, tree};
use serde_json::{Value, json};

/// An update with its signatures.
pub fn envelope(envelope: &Value, what: &str, page: &mut Page) {
    page.line(0, what);
    signers::of_update(envelope, 1, page);
    sets(&envelope["config_update"], page);
}

/// An update by itself.
pub fn update(update: &Value, what: &str, page: &mut Page) {
    page.line(0, &format!("{what}, for channel {}", text(&update["channel_id"])));
    sets(update, page);
}

fn sets(update: &Value, page: &mut Page) {
    // Only what creates a channel on a system channel names a consortium (fabric `orderer/common/msgprocessor`).
    let consortium = &update["write_set"]["values"]["Consortium"]["value"];
    if consortium.is_object() {
        page.line(1, &format!("creates the channel, of consortium {}", text(&consortium["name"])));
    }
    page.line(0, "");
    page.line(0, "reads");
    read("/Channel", &update["read_set"], page);
    page.line(0, "");
    page.line(0, "writes");
    group("/Channel", &update["read_set"], &update["write_set"], page);
}

/// Every element of the read set with its version.
fn read(path: &str, group: &Value, page: &mut Page) {
    page.line(1, &format!("{path} version {}", version(group)));
    for (key, value) in members(&group["values"]) {
        page.line(1, &format!("{path}/{key} version {}", version(value)));
    }
    for (key, policy) in members(&group["policies"]) {
        page.line(1, &format!("{path}/{key} (policy) version {}", version(policy)));
    }
    for (key, below) in members(&group["groups"]) {
        read(&format!("{path}/{key}"), below, page);
    }
}

fn version(element: &Value) -> &str {
    match text(&element["version"]) {
        "" => "0",
        version => version,
    }
}

/// What an element of the write set is beside the read set; `None` where it is only named.
fn change(read: Option<&Value>, written: &Value) -> Option<String> {
    match (read.map(version), version(written)) {
        (Some(read), written) if read == written => None,
        (None, "0") => Some("new".to_owned()),
        (_, written) => Some(format!("changed to version {written}")),
    }
}

fn group(path: &str, read: &Value, written: &Value, page: &mut Page) {
    let read_of = |kind: &str, key: &str| read[kind].get(key);
    if let Some(change) = change((!read.is_null()).then_some(read), written) {
        page.line(1, &format!("{path} {change}"));
        if !read.is_null() {
            held(written, page);
        }
    }
    for (key, value) in members(&written["values"]) {
        if let Some(change) = change(read_of("values", key), value) {
            page.line(1, &format!("{path}/{key} {change}"));
            tree::value(key, value, page);
        }
    }
    for (key, policy) in members(&written["policies"]) {
        if let Some(change) = change(read_of("policies", key), policy) {
            page.line(1, &format!("{path}/{key} (policy) {change}: {}", policy::policy(&policy["policy"])));
        }
    }
    for (key, below) in members(&written["groups"]) {
        group(&format!("{path}/{key}"), read_of("groups", key).unwrap_or(&json!(null)), below, page);
    }
}

/// What a group holds from now on: one that gets a new version names all that it keeps, and what it does not name goes.
fn held(written: &Value, page: &mut Page) {
    let kinds = [("groups", ""), ("values", ""), ("policies", " (policy)")];
    let all = kinds.iter().flat_map(|(kind, what)| members(&written[*kind]).map(move |(key, _)| format!("{key}{what}")));
    let all: Vec<String> = all.collect();
    page.line(2, &format!("holds from now on: {}", if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }));
}
