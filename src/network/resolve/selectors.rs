//! What stands in selectors and constraints of Kubernetes' structures: keys and values of labels, and what an operator takes. Which
//! fields they have is `structures`'s.

use super::pods;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::names;
use crate::yaml::{Free, FreeMap, Spanned};

/// The only field of a machine that it can be chosen by.
const NAME_FIELD: &str = "metadata.name";

/// Reports what Kubernetes refuses in the values of a structure that selects (`pkg/apis/core/validation`, and
/// `pkg/apis/meta/v1/validation` of apimachinery); of all others, nothing.
pub fn check(structure: &str, entries: &FreeMap, place: &Place, problems: &mut Problems) {
    match structure {
        "LabelSelector" => check_labels(entries, problems),
        "LabelSelectorRequirement" => check_requirement(entries, place, problems),
        "NodeSelector" => check_terms(entries, problems),
        "NodeSelectorTerm" => {
            for (term, place) in items(entries, "matchExpressions") {
                check_requirement(term, place, problems);
                check_number(term, place, problems);
            }
            items(entries, "matchFields").for_each(|(term, place)| check_field(term, place, problems));
        }
        "PodAffinityTerm" => {
            check_topology(entries, problems);
            check_label_keys(entries, place, problems);
            for namespace in texts(entries, "namespaces") {
                if let Err(reason) = names::check_namespace(&namespace) {
                    let problem = Problem::new(Code::FK0211, format!("`{namespace}` cannot name a namespace: {reason}"));
                    problems.push(problem.at(&namespace.place).help("use lower-case letters, digits and `-`"));
                }
            }
        }
        "TopologySpreadConstraint" => {
            check_topology(entries, problems);
            check_label_keys(entries, place, problems);
            let way = pods::text(entries.get("whenUnsatisfiable"));
            if let (Some(_), Some("ScheduleAnyway")) = (given(entries, "minDomains"), way.as_deref().map(String::as_str)) {
                let help = "take `minDomains` out, or write `whenUnsatisfiable: DoNotSchedule`";
                refuse("`minDomains` with `whenUnsatisfiable: ScheduleAnyway`", help, place, problems);
            }
        }
        _ => {}
    }
}

fn refuse(message: &str, help: &str, place: &Place, problems: &mut Problems) {
    problems.push(Problem::new(Code::FK0294, message).at(place).help(help));
}

fn given<'a>(entries: &'a FreeMap, key: &str) -> Option<&'a Spanned<Free>> {
    entries.get(key).filter(|value| value.value != Free::Null)
}

fn items<'a>(entries: &'a FreeMap, key: &str) -> impl Iterator<Item = (&'a FreeMap, &'a Place)> {
    let all = entries.get(key).map_or(&[][..], |list| list.items());
    all.iter().filter_map(|item| if let Free::Map(map) = &item.value { Some((map, &item.place)) } else { None })
}

fn texts(entries: &FreeMap, key: &str) -> Vec<Spanned<String>> {
    let all = entries.get(key).map_or(&[][..], |list| list.items());
    all.iter().filter_map(|item| pods::text(Some(item))).collect()
}

fn check_labels(entries: &FreeMap, problems: &mut Problems) {
    let Some(Free::Map(labels)) = entries.get("matchLabels").map(|labels| &labels.value) else { return };
    for (key, value) in labels.iter() {
        pods::check_key(key, "a label", problems);
        if let Some(value) = pods::text(Some(value)) {
            check_value(&value, problems);
        }
    }
}

/// A value that no label has selects nothing.
pub fn check_value(value: &Spanned<String>, problems: &mut Problems) {
    if let Err(reason) = names::check_label_value(value) {
        let problem = Problem::new(Code::FK0211, format!("`{value}` cannot be the value of a label: {reason}"));
        problems.push(problem.at(&value.place).help("write a value that a label has: letters, digits, `-`, `_` and `.`"));
    }
}

fn check_requirement(entries: &FreeMap, place: &Place, problems: &mut Problems) {
    if let Some(key) = pods::text(entries.get("key")) {
        pods::check_key(&key, "a label", problems);
    }
    let (values, all) = (texts(entries, "values"), entries.get("values").map_or(0, |values| values.items().len()));
    let Some(operator) = pods::text(entries.get("operator")) else { return };
    let word = operator.as_str();
    match word {
        "In" | "NotIn" if all == 0 => {
            refuse(&format!("`operator: {word}` without `values`"), "write `values: [a, b]`", place, problems);
        }
        "Exists" | "DoesNotExist" if all > 0 => {
            let help = "take the values out, or write `In` or `NotIn`";
            refuse(&format!("`operator: {word}` with `values`"), help, place, problems);
        }
        _ => values.iter().for_each(|value| check_value(value, problems)),
    }
}

/// Labels of machines can be compared with a number; what is none, the scheduler reads as no machine.
fn check_number(entries: &FreeMap, place: &Place, problems: &mut Problems) {
    let Some(operator) = pods::text(entries.get("operator")).filter(|word| ["Gt", "Lt"].contains(&word.as_str())) else { return };
    let is_number = |value: &Spanned<Free>| value.text().is_none_or(|text| text.parse::<i64>().is_ok());
    let is_one = entries.get("values").is_some_and(|values| matches!(values.items(), [value] if is_number(value)));
    if !is_one {
        let message = format!("`operator: {operator}` without one number to compare with in `values`");
        refuse(&message, "write one whole number, in quotes: `values: ['4']`", place, problems);
    }
}

/// Machines are chosen by one field alone (`ValidateNodeFieldSelectorRequirement`).
fn check_field(entries: &FreeMap, place: &Place, problems: &mut Problems) {
    let help = "write `matchFields: [{key: metadata.name, operator: In, values: [machine-1]}]`";
    let text = |key: &str| pods::text(entries.get(key));
    if let Some(key) = text("key").filter(|key| key.value != NAME_FIELD) {
        refuse(&format!("a machine is not chosen by its field `{key}`"), help, &key.place, problems);
    }
    if let Some(operator) = text("operator").filter(|word| ["Exists", "DoesNotExist", "Gt", "Lt"].contains(&word.as_str())) {
        refuse(&format!("`operator: {operator}` in `matchFields`"), help, &operator.place, problems);
    }
    let values = texts(entries, "values");
    if entries.get("values").map_or(0, |values| values.items().len()) != 1 {
        refuse("`matchFields` without one value", help, place, problems);
    }
    for value in &values {
        if let Err(reason) = names::check_subdomain(value) {
            let problem = Problem::new(Code::FK0211, format!("`{value}` cannot name a machine: {reason}"));
            problems.push(problem.at(&value.place).help("`kubectl get nodes` lists those of a cluster"));
        }
    }
}

fn check_terms(entries: &FreeMap, problems: &mut Problems) {
    if let Some(terms) = entries.get("nodeSelectorTerms").filter(|terms| terms.value == Free::List(Vec::new())) {
        let help = "write a term, or take `requiredDuringSchedulingIgnoredDuringExecution` out";
        refuse("`nodeSelectorTerms` without a term", help, &terms.place, problems);
    }
}

fn check_topology(entries: &FreeMap, problems: &mut Problems) {
    let help = "write the key of a label of machines: `kubernetes.io/hostname` or `topology.kubernetes.io/zone`";
    let Some(key) = pods::text(entries.get("topologyKey")) else { return };
    if key.is_empty() {
        refuse("`topologyKey` is empty", help, &key.place, problems);
    } else if let Err(reason) = names::check_qualified(&key) {
        let problem = Problem::new(Code::FK0211, format!("`{key}` cannot be a `topologyKey`: {reason}"));
        problems.push(problem.at(&key.place).help(help));
    }
}

/// Keys whose values a pod has from its own labels (`validateMatchLabelKeysInTopologySpread`, and those of pod affinity).
fn check_label_keys(entries: &FreeMap, place: &Place, problems: &mut Problems) {
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let keys = texts(entries, field);
        keys.iter().for_each(|key| pods::check_key(key, "a label", problems));
        if !keys.is_empty() && given(entries, "labelSelector").is_none() {
            let help = format!("write a `labelSelector`, or take `{field}` out");
            refuse(&format!("`{field}` without a `labelSelector`"), &help, place, problems);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::resolve::structures;
    use crate::yaml::{self, Dialect};
    use std::path::Path;

    fn judged(structure: &'static str, text: &str) -> Vec<String> {
        let mut problems = Problems::new();
        let tree = yaml::parse(Path::new("v.yaml"), text, &mut problems).unwrap().merged(Dialect::Strict, &mut problems);
        let entries: FreeMap = yaml::read(&tree, crate::input::STRICT, &mut problems).unwrap();
        structures::check(structure, &entries, &Place::default(), &mut problems);
        problems.iter().map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn labels_are_selected_by_what_labels_can_be() {
        for fine in [
            "{}",
            "{matchLabels: {a: '', kubernetes.io/metadata.name: b}}",
            "{matchExpressions: [{key: a, operator: In, values: [b, '']}, {key: a/b, operator: DoesNotExist, values: []}]}",
        ] {
            assert_eq!(judged("LabelSelector", fine), [""; 0], "{fine}");
        }
        for wrong in [
            "{matchLabels: {team: a b}}",
            "{matchLabels: {a b: team}}",
            "{matchExpressions: [{key: a b, operator: Exists}]}",
            "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
            "{matchExpressions: [{key: a, operator: In}]}",
            "{matchExpressions: [{key: a, operator: NotIn, values: []}]}",
            "{matchExpressions: [{key: a, operator: In, values: [b c]}]}",
            "{matchExpressions: [{key: a, operator: Gt, values: ['1']}]}",
        ] {
            assert_eq!(judged("LabelSelector", wrong).len(), 1, "{wrong}: {:?}", judged("LabelSelector", wrong));
        }
    }

    #[test]
    fn machines_are_chosen_by_labels_numbers_and_names() {
        let of = |term: &str| judged("NodeSelector", &format!("{{nodeSelectorTerms: [{term}]}}"));
        for fine in [
            "{matchExpressions: [{key: cpu, operator: Gt, values: ['4']}]}",
            "{matchFields: [{key: metadata.name, operator: NotIn, values: [machine-1]}]}",
        ] {
            assert_eq!(of(fine), [""; 0], "{fine}");
        }
        for wrong in [
            "",
            "{matchExpressions: [{key: cpu, operator: Gt, values: [many]}]}",
            "{matchExpressions: [{key: cpu, operator: Lt, values: ['1', '2']}]}",
            "{matchExpressions: [{key: c pu, operator: Lt, values: ['1']}]}",
            "{matchExpressions: [{key: disk, operator: In, values: [a/b]}]}",
            "{matchFields: [{key: metadata.uid, operator: In, values: [a]}]}",
            "{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}",
            "{matchFields: [{key: metadata.name, operator: Gt, values: ['1']}]}",
            "{matchFields: [{key: metadata.name, operator: In, values: [A]}]}",
        ] {
            assert_eq!(of(wrong).len(), 1, "{wrong}: {:?}", of(wrong));
        }
    }

    #[test]
    fn pods_are_spread_over_what_machines_are_labelled_by() {
        let spread = |more: &str| {
            judged("TopologySpreadConstraint", &format!("{{maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, {more}}}"))
        };
        assert_eq!(spread("topologyKey: zone, labelSelector: {}, matchLabelKeys: [app]"), [""; 0]);
        for wrong in [
            "topologyKey: ''",
            "topologyKey: bad key",
            "topologyKey: zone, minDomains: 2",
            "topologyKey: zone, matchLabelKeys: [app]",
            "topologyKey: zone, labelSelector: {}, matchLabelKeys: [a b]",
        ] {
            assert_eq!(spread(wrong).len(), 1, "{wrong}: {:?}", spread(wrong));
        }
        let term = |text: &str| judged("PodAffinityTerm", text);
        assert_eq!(term("{topologyKey: zone, namespaces: [a]}"), [""; 0]);
        for wrong in ["{topologyKey: ''}", "{topologyKey: a b}", "{topologyKey: zone, namespaces: [A]}"] {
            assert_eq!(term(wrong).len(), 1, "{wrong}: {:?}", term(wrong));
        }
    }
}
