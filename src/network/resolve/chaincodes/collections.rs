//! Collections of private data, judged as peers judge them when a chaincode is defined (fabric `core/chaincode/lifecycle/scc.go`,
//! validateCollectionConfigs), so that no definition is approved that nobody can commit.

use super::endorsement;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::given;
use crate::input::network_file::{CollectionEndorsementEntry, CollectionEntry};
use crate::network::{Collection, Policy, Rule};
use crate::yaml::{Mapping, Spanned, Value};

/// The collections of a chaincode, over the members of its channels.
pub fn collections(entries: &[Spanned<CollectionEntry>], members: &[&str], problems: &mut Problems) -> Vec<Collection> {
    let mut known: Vec<(&str, &Place)> = Vec::new();
    let mut collections = Vec::new();
    for entry in entries {
        let name = &entry.name;
        let place = if given(name) { &name.place } else { &entry.place };
        if let Err(reason) = check_name(name) {
            let problem = Problem::new(Code::FK0811, format!("`{}` cannot name a collection: {reason}", name.value)).at(place);
            problems.push(problem.help("Fabric takes letters, digits, `-` and `_`, and no `_` at the beginning"));
        }
        if let Some((_, other)) = known.iter().find(|(other, _)| *other == name.value) {
            let problem =
                Problem::new(Code::FK0811, format!("the collection `{}` is there twice", name.value)).at(place).at(other);
            problems.push(problem.help("take one of them out"));
            continue;
        }
        known.push((&name.value, place));
        collections.extend(collection(entry, members, problems));
    }
    collections
}

fn collection(entry: &Spanned<CollectionEntry>, members: &[&str], problems: &mut Problems) -> Option<Collection> {
    let CollectionEntry {
        name,
        policy,
        required_peer_count,
        max_peer_count,
        block_to_live,
        member_only_read,
        member_only_write,
        endorsement_policy,
    } = &entry.value;
    let count = |given: &Option<Spanned<i64>>, default| given.as_ref().map_or(default, |count| count.value);
    let (required, most) = (count(required_peer_count, 0), count(max_peer_count, 1));
    if required < 0 || most < required || most > i64::from(i32::MAX) {
        let message = format!("the collection `{}` cannot be kept by {required} to {most} other peers", name.value);
        let places = [required_peer_count, max_peer_count].into_iter().flatten().map(|count| count.place.clone());
        let problem = Problem::new(Code::FK0811, message).at_all(places);
        problems.push(
            problem.help("`requiredPeerCount` is at least 0 (which it is where nobody says) and at most `maxPeerCount` (1)"),
        );
    }
    if !given(policy) {
        let message = format!("the collection `{}` does not say whose it is", name.value);
        let problem = Problem::new(Code::FK0811, message).at(&entry.place);
        problems.push(problem.help("`policy` names its members: `OR('Org1MSP.member', 'Org2MSP.member')`"));
        return None;
    }
    let rule = endorsement::signature(policy, members, problems)?;
    if let Policy::Signature(rule) = &rule
        && !is_any_of(rule)
    {
        let message = format!("the members of the collection `{}` are not a list of which any one counts", name.value);
        let problem = Problem::new(Code::FK0811, message).at(&policy.place);
        problems.push(problem.help("write `OR(…)` alone: who has to endorse is `endorsementPolicy`"));
    }
    let mut definition = vec![
        ("name", Value::from(name.value.as_str())),
        ("policy", Value::from(policy.value.as_str())),
        ("requiredPeerCount", Value::from(required)),
        ("maxPeerCount", Value::from(most)),
        ("blockToLive", Value::from(block_to_live.as_ref().map_or(0, |blocks| blocks.value))),
        ("memberOnlyRead", Value::from(is_on(member_only_read))),
        ("memberOnlyWrite", Value::from(is_on(member_only_write))),
    ];
    if let Some(endorsement) = endorsement_policy {
        definition.extend(endorsement_of(endorsement, members, problems).map(|policy| ("endorsementPolicy", policy)));
    }
    let definition = definition.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<Mapping>();
    Some(Collection { name: name.value.clone(), definition: Value::Mapping(definition) })
}

fn endorsement_of(entry: &Spanned<CollectionEndorsementEntry>, members: &[&str], problems: &mut Problems) -> Option<Value> {
    let CollectionEndorsementEntry { signature_policy, channel_config_policy } = &entry.value;
    let (key, text) = match (signature_policy, channel_config_policy) {
        (Some(signature), None) => {
            endorsement::signature(signature, members, problems)?;
            ("signaturePolicy", signature)
        }
        (None, Some(policy)) => ("channelConfigPolicy", policy),
        (None, None) => return None,
        (Some(one), Some(other)) => {
            let problem = Problem::new(Code::FK0811, "a collection is endorsed by one policy, and here are two");
            problems.push(problem.at(&one.place).at(&other.place).help("take one of them out"));
            return None;
        }
    };
    Some(Value::Mapping([(Value::from(key), Value::from(text.value.as_str()))].into_iter().collect()))
}

fn is_on(setting: &Option<Spanned<bool>>) -> bool {
    setting.as_ref().is_some_and(|on| on.value)
}

/// Whether a rule holds with any one signature that it names.
fn is_any_of(rule: &Rule) -> bool {
    match rule {
        Rule::SignedBy(_) => true,
        Rule::OutOf { n, rules } => *n == 1 && rules.iter().all(is_any_of),
    }
}

/// `[A-Za-z0-9-]+[A-Za-z0-9_-]*`.
fn check_name(name: &str) -> Result<(), String> {
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-' && *c != '_') {
        Some(other) => Err(format!("it has a `{other}`")),
        None if name.is_empty() => Err("it is empty".to_owned()),
        None if name.starts_with('_') => Err("it begins with `_`".to_owned()),
        None => Ok(()),
    }
}
