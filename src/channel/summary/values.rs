//! The values of a configuration, each in a line or a few.

use super::page::{bytes, certificate};
use super::{list, members, policy, text};
use serde_json::Value;

/// What a value says, by its key; the first line stands beside the key.
pub fn lines(key: &str, value: &Value) -> Vec<String> {
    match key {
        "HashingAlgorithm" | "Consortium" => vec![text(&value["name"]).to_owned()],
        "BlockDataHashingStructure" => vec![format!("width {}", number(&value["width"]))],
        "Capabilities" => vec![joined(members(&value["capabilities"]).map(|(name, _)| name.to_owned()))],
        "OrdererAddresses" | "Endpoints" => vec![joined(texts(&value["addresses"]))],
        "KafkaBrokers" => vec![joined(texts(&value["brokers"]))],
        "AnchorPeers" => vec![joined(list(&value["anchor_peers"]).iter().map(address))],
        "BatchTimeout" => vec![text(&value["timeout"]).to_owned()],
        "BatchSize" => vec![format!(
            "{} messages, {} bytes preferred, {} bytes at most",
            number(&value["max_message_count"]),
            number(&value["preferred_max_bytes"]),
            number(&value["absolute_max_bytes"])
        )],
        "ChannelRestrictions" => vec![match text(&value["max_count"]) {
            "" | "0" => "any number of channels".to_owned(),
            most => format!("{most} channels at most"),
        }],
        "ACLs" => acls(value),
        "ConsensusType" => consensus(value),
        "Orderers" => orderers(value),
        "MSP" => msp(value),
        "ChannelCreationPolicy" => vec![policy::policy(value)],
        _ => vec![format!("{} bytes", bytes(value).len())],
    }
}

fn acls(value: &Value) -> Vec<String> {
    let all = members(&value["acls"]);
    let mut lines = vec![String::new()];
    lines.extend(all.map(|(resource, acl)| format!("{resource}: {}", text(&acl["policy_ref"]))));
    lines
}

/// Raft's consenters are in it; BFT's are a value of their own.
fn consensus(value: &Value) -> Vec<String> {
    let state = match text(&value["state"]) {
        "STATE_MAINTENANCE" => ", in maintenance",
        _ => "",
    };
    let mut lines = vec![format!("{}{state}", text(&value["type"]))];
    let metadata = &value["metadata"];
    let options = if metadata["options"].is_object() { &metadata["options"] } else { metadata };
    let settings = members(options).filter(|(_, value)| value.is_string() || value.is_number() || value.is_boolean());
    lines.extend(settings.map(|(name, value)| match value {
        Value::String(text) => format!("{name} {text}"),
        other => format!("{name} {other}"),
    }));
    for consenter in list(&metadata["consenters"]) {
        lines.push(format!("consenter {}", address(consenter)));
        lines.extend(tls(consenter));
    }
    lines
}

fn orderers(value: &Value) -> Vec<String> {
    let mut lines = vec![String::new()];
    for consenter in list(&value["consenter_mapping"]) {
        let (id, msp) = (number(&consenter["id"]), text(&consenter["msp_id"]));
        lines.push(format!("consenter {id} {}, {msp}", address(consenter)));
        lines.push(format!("  identity {}", certificate(&consenter["identity"])));
        lines.extend(tls(consenter));
    }
    lines
}

/// The TLS certificates of a consenter, which mostly are one.
fn tls(consenter: &Value) -> Vec<String> {
    let (server, client) = (&consenter["server_tls_cert"], &consenter["client_tls_cert"]);
    if server == client {
        return vec![format!("  TLS {}", certificate(server))];
    }
    vec![format!("  TLS server {}", certificate(server)), format!("  TLS client {}", certificate(client))]
}

fn msp(value: &Value) -> Vec<String> {
    let config = &value["config"];
    let mut lines = vec![match value["type"].as_i64() {
        Some(1) => format!("{}, idemix", text(&config["name"])),
        _ => text(&config["name"]).to_owned(),
    }];
    for (key, what) in [
        ("root_certs", "root CA"),
        ("intermediate_certs", "intermediate CA"),
        ("tls_root_certs", "TLS root CA"),
        ("tls_intermediate_certs", "TLS intermediate CA"),
        ("admins", "administrator"),
    ] {
        lines.extend(list(&config[key]).iter().map(|pem| format!("{what} {}", certificate(pem))));
    }
    match list(&config["revocation_list"]).len() {
        0 => {}
        revoked => lines.push(format!("lists of revoked certificates: {revoked}")),
    }
    let units = list(&config["organizational_unit_identifiers"]);
    if !units.is_empty() {
        lines.push(format!("units {}", joined(units.iter().map(unit))));
    }
    let node_ous = &config["fabric_node_ous"];
    if node_ous["enable"] == true {
        let role = |(key, what): (&str, &str)| {
            let identifier = &node_ous[key];
            identifier.is_object().then(|| match unit(identifier) {
                unit if unit == what => unit,
                unit => format!("{what} as {unit}"),
            })
        };
        let roles = [
            ("client_ou_identifier", "client"),
            ("peer_ou_identifier", "peer"),
            ("admin_ou_identifier", "admin"),
            ("orderer_ou_identifier", "orderer"),
        ];
        lines.push(format!("NodeOUs: {}", joined(roles.into_iter().filter_map(role))));
    } else if config.is_object() {
        lines.push("NodeOUs: off".to_owned());
    }
    lines
}

fn unit(identifier: &Value) -> String {
    text(&identifier["organizational_unit_identifier"]).to_owned()
}

fn address(node: &Value) -> String {
    format!("{}:{}", text(&node["host"]), number(&node["port"]))
}

/// A number of 32 bits.
fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    list(value).iter().map(|item| text(item).to_owned())
}

fn joined(items: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = items.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}
