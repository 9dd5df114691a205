//! A configuration tree, group by group.

use super::page::Page;
use super::{members, policy, text, values};
use serde_json::Value;

/// Who may change most elements; said only where it is another.
const ADMINS: &str = "Admins";

/// A group and all below it: values and policies first, then its groups, each in the order of its keys.
pub fn group(path: &str, group: &Value, page: &mut Page) {
    page.line(0, "");
    page.line(0, &format!("{path}{}", standing(group)));
    for (key, value) in members(&group["values"]) {
        element(key, value, page);
    }
    for (key, policy) in members(&group["policies"]) {
        page.line(1, &format!("policy {key}: {}{}", policy::policy(&policy["policy"]), standing(policy)));
    }
    for (key, below) in members(&group["groups"]) {
        self::group(&format!("{path}/{key}"), below, page);
    }
}

fn element(key: &str, value: &Value, page: &mut Page) {
    let lines = values::lines(key, &value["value"]);
    let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    page.line(1, format!("{key}: {first}{}", standing(value)).trim_end());
    rest.iter().for_each(|line| page.line(2, line));
}

/// What a value says, below a line that names it.
pub fn value(key: &str, value: &Value, page: &mut Page) {
    values::lines(key, &value["value"]).iter().filter(|line| !line.is_empty()).for_each(|line| page.line(2, line));
}

/// The version of an element that was changed, and who may change it, where that is not the usual.
fn standing(element: &Value) -> String {
    let version = match text(&element["version"]) {
        "" | "0" => None,
        version => Some(format!("version {version}")),
    };
    let mod_policy = match text(&element["mod_policy"]) {
        "" => Some("changed by nobody".to_owned()),
        ADMINS => None,
        policy => Some(format!("changed by {policy}")),
    };
    match (version, mod_policy) {
        (None, None) => String::new(),
        (version, mod_policy) => format!(" ({})", version.into_iter().chain(mod_policy).collect::<Vec<_>>().join(", ")),
    }
}
