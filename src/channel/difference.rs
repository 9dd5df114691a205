//! What differs between two configurations, line by line, for people to read before they sign.
//! How a value reads is `readable`'s; the update itself is `delta`'s.

use super::proto::configtx::ConfigGroup;
use super::readable::{Facts, facts, policy};
use std::collections::BTreeSet;

/// The lines, by path: `+` for what comes, `-` for what goes, and two spaces for what changes. Versions do not count.
pub(super) fn lines(original: &ConfigGroup, updated: &ConfigGroup) -> Vec<String> {
    let mut lines = Vec::new();
    group("/Channel", original, updated, &mut lines);
    lines
}

fn group(path: &str, original: &ConfigGroup, updated: &ConfigGroup, lines: &mut Vec<String>) {
    if !original.mod_policy.is_empty() {
        one(&format!("{path} mod_policy"), Some(&original.mod_policy), Some(&updated.mod_policy), lines);
    }
    for key in both(original.values.keys(), updated.values.keys()) {
        let path = format!("{path} {key}");
        match (original.values.get(key), updated.values.get(key)) {
            (Some(old), Some(new)) => {
                let (before, after) = (facts(key, &old.value), facts(key, &new.value));
                values(&path, &before, &after, lines);
                if before == after && old.value != new.value {
                    lines.push(format!("  {path} the same in other bytes"));
                }
                one(&format!("{path} mod_policy"), Some(&old.mod_policy), Some(&new.mod_policy), lines);
            }
            (Some(old), None) => values(&path, &facts(key, &old.value), &Facts::new(), lines),
            (None, Some(new)) => values(&path, &Facts::new(), &facts(key, &new.value), lines),
            (None, None) => {}
        }
    }
    for key in both(original.policies.keys(), updated.policies.keys()) {
        let path = format!("{path} policy {key}");
        let (old, new) = (original.policies.get(key), updated.policies.get(key));
        let (before, after) = (old.map(|old| policy(old.policy.as_ref())), new.map(|new| policy(new.policy.as_ref())));
        one(&path, before.as_ref(), after.as_ref(), lines);
        if let (Some(old), Some(new)) = (old, new) {
            if before == after && old.policy != new.policy {
                lines.push(format!("  {path} the same in other bytes"));
            }
            one(&format!("{path} mod_policy"), Some(&old.mod_policy), Some(&new.mod_policy), lines);
        }
    }
    for key in both(original.groups.keys(), updated.groups.keys()) {
        let path = format!("{path}/{key}");
        match (original.groups.get(key), updated.groups.get(key)) {
            (Some(old), Some(new)) => group(&path, old, new, lines),
            (None, Some(new)) => {
                lines.push(format!("+ {path}"));
                group(&path, &ConfigGroup::default(), new, lines);
            }
            // What was in it is gone with it, and need not be read.
            (Some(_), None) => lines.push(format!("- {path}")),
            (None, None) => {}
        }
    }
}

fn both<'a>(one: impl Iterator<Item = &'a String>, other: impl Iterator<Item = &'a String>) -> BTreeSet<&'a String> {
    one.chain(other).collect()
}

fn values(path: &str, original: &Facts, updated: &Facts, lines: &mut Vec<String>) {
    if original.is_empty() && updated.is_empty() {
        return;
    }
    for name in both(original.keys(), updated.keys()) {
        let path = if name.is_empty() { path.to_owned() } else { format!("{path} {name}") };
        one(&path, original.get(name), updated.get(name), lines);
    }
}

fn one(path: &str, original: Option<&String>, updated: Option<&String>, lines: &mut Vec<String>) {
    let with = |text: &String| if text.is_empty() { path.to_owned() } else { format!("{path} {text}") };
    match (original, updated) {
        (Some(old), Some(new)) if old == new => {}
        (Some(old), Some(new)) => lines.push(format!("  {path} {old} → {new}")),
        (Some(old), None) => lines.push(format!("- {}", with(old))),
        (None, Some(new)) => lines.push(format!("+ {}", with(new))),
        (None, None) => {}
    }
}
