//! Policies of the JSON as the text that configtx.yaml has for them.

use super::{list, text};
use crate::network::{ImplicitRule, Policy, Principal, PrincipalRole, Rule};
use serde_json::Value;

/// `MAJORITY Admins`, `OR('Org1MSP.admin')`; what cannot be said so is described.
pub fn policy(policy: &Value) -> String {
    let value = &policy["value"];
    let read = match policy["type"].as_i64() {
        Some(1) => rule(&value["rule"], list(&value["identities"])).map(Policy::Signature),
        Some(3) => implicit_rule(text(&value["rule"]))
            .map(|rule| Policy::ImplicitMeta { rule, sub_policy: text(&value["sub_policy"]).to_owned() }),
        _ => None,
    };
    match (read, policy["type"].as_i64()) {
        (Some(read), _) => read.to_string(),
        (None, Some(1)) => "a signature policy over something else than roles in MSPs: the JSON says what".to_owned(),
        (None, _) if policy.is_null() => "none".to_owned(),
        (None, _) => "of an unknown type".to_owned(),
    }
}

fn implicit_rule(name: &str) -> Option<ImplicitRule> {
    [ImplicitRule::Any, ImplicitRule::All, ImplicitRule::Majority].into_iter().find(|rule| rule.to_string() == name)
}

/// How deep it may go is limited where the JSON is made.
fn rule(value: &Value, identities: &[Value]) -> Option<Rule> {
    if let Some(index) = value["signed_by"].as_u64() {
        let identity = &identities.get(usize::try_from(index).ok()?)?;
        return principal(identity).map(Rule::SignedBy);
    }
    let gate = value.get("n_out_of")?;
    let rules = list(&gate["rules"]).iter().map(|inner| rule(inner, identities)).collect::<Option<Vec<_>>>()?;
    Some(Rule::OutOf { n: u32::try_from(gate["n"].as_i64()?).ok()?, rules })
}

fn principal(identity: &Value) -> Option<Principal> {
    let principal = &identity["principal"];
    let role = text(&principal["role"]).to_lowercase();
    let role = PrincipalRole::ALL.into_iter().find(|known| known.word() == role)?;
    Some(Principal { msp_id: text(&principal["msp_identifier"]).to_owned(), role })
}
