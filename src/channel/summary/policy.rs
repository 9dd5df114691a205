//! Policies of the JSON as the text that configtx.yaml has for them. It has none for principals that are no roles: units and
//! identities, such as those of BFT's consenters, are named as plainly.

use super::page::bytes;
use super::{list, text};
use crate::crypto::Certificate;
use crate::network::{ImplicitRule, Policy, Principal, PrincipalRole, gate};
use serde_json::Value;

/// `MAJORITY Admins`, `OR('Org1MSP.admin')`, `OutOf(3, 'OrdererMSP orderer0.example.com', …)`.
pub fn policy(policy: &Value) -> String {
    let value = &policy["value"];
    match policy["type"].as_i64() {
        Some(1) => match value["rule"]["n_out_of"]["n"].as_i64() {
            Some(0) => "holds always".to_owned(),
            _ => rule(&value["rule"], list(&value["identities"])),
        },
        Some(3) => match implicit_rule(text(&value["rule"])) {
            Some(rule) => Policy::ImplicitMeta { rule, sub_policy: text(&value["sub_policy"]).to_owned() }.to_string(),
            None => "an implicit meta policy of an unknown rule".to_owned(),
        },
        Some(kind) => format!("of the unknown type {kind}"),
        None => "none".to_owned(),
    }
}

fn implicit_rule(name: &str) -> Option<ImplicitRule> {
    [ImplicitRule::Any, ImplicitRule::All, ImplicitRule::Majority].into_iter().find(|rule| rule.to_string() == name)
}

/// How deep it may go is limited where the JSON is made.
fn rule(value: &Value, identities: &[Value]) -> String {
    let inner = &value["n_out_of"];
    if inner.is_object() {
        let rules: Vec<String> = list(&inner["rules"]).iter().map(|rule| self::rule(rule, identities)).collect();
        return gate(inner["n"].as_i64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default(), &rules);
    }
    let index = value["signed_by"].as_u64().and_then(|index| usize::try_from(index).ok());
    match index.and_then(|index| identities.get(index)) {
        Some(identity) => format!("'{}'", principal(&identity["principal"])),
        None => "nobody".to_owned(),
    }
}

/// A role in an MSP as configtx.yaml writes it, a unit of one, or whom a certificate names.
fn principal(principal: &Value) -> String {
    let msp_id = text(&principal["msp_identifier"]);
    let role = text(&principal["role"]).to_lowercase();
    if let Some(role) = PrincipalRole::ALL.into_iter().find(|known| known.word() == role) {
        return Principal { msp_id: msp_id.to_owned(), role }.to_string();
    }
    match (text(&principal["organizational_unit_identifier"]), Certificate::parse(&bytes(&principal["id_bytes"]))) {
        ("", Ok(certificate)) => format!("{} {}", text(&principal["mspid"]), certificate.common_name),
        ("", Err(_)) => "somebody unknown".to_owned(),
        (unit, _) => format!("{msp_id} unit {unit}"),
    }
}
