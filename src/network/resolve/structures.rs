//! Kubernetes' own structures in values.yaml, judged field by field before a cluster does. Which fields there are is
//! `pod_structures`'s, what may stand in selectors is `selectors`'s, and what names and ports a pod has left is `containers`'s.

use super::{selectors, settings};
use crate::diag::{Code, Place, Problem, Problems, near};
use crate::network::names;
use crate::network::pod_structures::{Field, Kind, Need, fields};
use crate::yaml::{Free, FreeMap, Spanned};

/// Reports what Kubernetes refuses in a structure that stands at a place.
pub fn check(structure: &'static str, entries: &FreeMap, place: &Place, problems: &mut Problems) {
    let known = fields(structure);
    let given = |field: &&Field| entries.get(field.name).is_some_and(|value| value.value != Free::Null);
    let mut meant: Vec<&str> = Vec::new();
    for (key, value) in entries.iter() {
        match known.iter().find(|field| field.name == key.value) {
            Some(_) if value.value == Free::Null => {}
            Some(field) => Found { structure, field: field.name }.check(&field.kind, value, problems),
            None => {
                let nearest = near(key, &known.iter().map(|field| field.name).collect::<Vec<_>>());
                meant.extend(nearest);
                problems.push(unknown(structure, key, nearest, known));
            }
        }
    }
    let given = |field: &&Field| given(field) || meant.contains(&field.name);
    for field in known.iter().filter(|field| field.need == Need::Demanded && !given(field)) {
        let problem = Problem::new(Code::FK0294, format!("`{structure}` without `{}`", field.name)).at(place);
        problems.push(problem.help(format!("give it {}: Kubernetes refuses the pod without", example(field))));
    }
    selectors::check(structure, entries, place, problems);
    let rivals = |need: Need| known.iter().filter(move |field| field.need == need);
    let there: Vec<&str> = rivals(Need::OneOf).chain(rivals(Need::OneAtMost)).filter(given).map(|field| field.name).collect();
    let all: Vec<&str> = rivals(Need::OneOf).map(|field| field.name).collect();
    if there.len() > 1 {
        let problem = Problem::new(Code::FK0294, format!("`{structure}` with `{}` at once", there.join("` and `"))).at(place);
        problems.push(problem.help("Kubernetes takes one of them: take the others out"));
    } else if there.is_empty() && !all.is_empty() {
        let problem = Problem::new(Code::FK0294, format!("`{structure}` that says nothing")).at(place);
        problems.push(problem.help(format!("give it one of `{}`", all.join("`, `"))));
    }
}

/// A misspelt field is an error; one that is like no other may be of a Kubernetes to come.
fn unknown(structure: &str, key: &Spanned<String>, nearest: Option<&str>, known: &[Field]) -> Problem {
    let message = format!("`{structure}` has no field `{}`", key.value);
    match nearest {
        Some(name) => Problem::new(Code::FK0104, message).at(&key.place).help(format!("`{name}` is known; was that meant?")),
        None => {
            let names: Vec<&str> = known.iter().map(|field| field.name).collect();
            Problem::new(Code::FK0299, message).at(&key.place).help(format!("known are `{}`", names.join("`, `")))
        }
    }
}

fn example(field: &Field) -> String {
    match &field.kind {
        Kind::Words(words) => format!("`{}`, one of `{}`", field.name, words.join("`, `")),
        _ => format!("`{}`", field.name),
    }
}

/// A value that is in a field.
#[derive(Clone, Copy)]
struct Found {
    structure: &'static str,
    field: &'static str,
}

impl Found {
    fn check(self, kind: &Kind, value: &Spanned<Free>, problems: &mut Problems) {
        match (kind, &value.value) {
            (Kind::Any, _)
            | (Kind::Text | Kind::NumberOrText, Free::Text(_))
            | (Kind::Number | Kind::NumberOrText, Free::Int(_) | Free::Unsigned(_))
            | (Kind::Quantity, Free::Int(_) | Free::Unsigned(_) | Free::Float(_))
            | (Kind::Truth, Free::Bool(_)) => {}
            (Kind::Range(least, most), Free::Int(number)) => {
                if !(least..=most).contains(&number) {
                    let message = format!("`{}` of `{}` is {number}", self.field, self.structure);
                    let problem = Problem::new(Code::FK0294, message).at(&value.place);
                    problems.push(problem.help(format!("Kubernetes takes {least} to {most}")));
                }
            }
            (Kind::Quantity, Free::Text(text)) => {
                if !settings::is_quantity(text) {
                    let message = format!("`{}` of `{}` is `{text}`, which is no quantity", self.field, self.structure);
                    problems.push(Problem::new(Code::FK0216, message).at(&value.place).help("write `500m`, `2` or `1Gi`"));
                }
            }
            (Kind::Words(words), Free::Text(text)) => {
                let what = format!("`{}` of `{}`", self.field, self.structure);
                settings::one_of(&Spanned::new(text.clone(), value.place.clone()), &what, words, problems);
            }
            (Kind::Label | Kind::Port, Free::Text(text)) => {
                let checked = if matches!(kind, Kind::Port) { names::check_port(text) } else { names::check_dns_label(text) };
                if let Err(reason) = checked {
                    let message = format!("`{text}` cannot be the `{}` of `{}`: {reason}", self.field, self.structure);
                    let problem = Problem::new(Code::FK0211, message).at(&value.place);
                    problems.push(problem.help("use lower-case letters, digits and `-`"));
                }
            }
            (Kind::Structure(structure), Free::Map(entries)) => check(structure, entries, &value.place, problems),
            (Kind::List(item), Free::List(items)) => items.iter().for_each(|value| self.check(item, value, problems)),
            (Kind::Map(item), Free::Map(entries)) => entries
                .iter()
                .filter(|(_, value)| value.value != Free::Null)
                .for_each(|(_, value)| self.check(item, value, problems)),
            _ => {
                let message = format!(
                    "`{}` of `{}` takes {}, and this is {}",
                    self.field,
                    self.structure,
                    word(kind),
                    word_of(&value.value)
                );
                let quote = matches!(kind, Kind::Text | Kind::Words(_) | Kind::Label | Kind::Port);
                let help = if quote {
                    "text that looks like something else stands in quotes"
                } else {
                    "see Kubernetes' reference of pods"
                };
                problems.push(Problem::new(Code::FK0103, message).at(&value.place).help(help));
            }
        }
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Words(_) | Kind::Label | Kind::Port => "text",
        Kind::Number | Kind::Range(..) => "a number",
        Kind::Truth => "`true` or `false`",
        Kind::Quantity => "a quantity",
        Kind::NumberOrText => "a number or a name",
        Kind::Structure(_) | Kind::Map(_) => "a map",
        Kind::List(_) => "a list",
        Kind::Any => "anything",
    }
}

fn word_of(value: &Free) -> &'static str {
    match value {
        Free::Null => "nothing",
        Free::Bool(_) => "`true` or `false`",
        Free::Int(_) | Free::Unsigned(_) | Free::Float(_) => "a number",
        Free::Text(_) => "text",
        Free::List(_) => "a list",
        Free::Map(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Dialect};
    use std::path::Path;

    fn judged(structure: &'static str, text: &str) -> Vec<Code> {
        let mut problems = Problems::new();
        let tree = yaml::parse(Path::new("v.yaml"), text, &mut problems).unwrap().merged(Dialect::Strict, &mut problems);
        let entries: FreeMap = yaml::read(&tree, crate::input::STRICT, &mut problems).unwrap();
        check(structure, &entries, &Place::default(), &mut problems);
        problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn what_kubernetes_takes_is_no_problem() {
        for (structure, text) in [
            (
                "Container",
                "{name: 1st, image: a, imagePullPolicy: Always, args: [a], tty: true, workingDir: /a, restartPolicy: Always,
                  ports: [{name: web, containerPort: 80, protocol: UDP, hostPort: 80}],
                  env: [{name: A, value: ''}, {name: B, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}],
                  envFrom: [{prefix: A_, secretRef: {name: a, optional: true}}],
                  resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 0.5}},
                  livenessProbe: {httpGet: {port: web, path: /}, periodSeconds: 5}, readinessProbe: {grpc: {port: 9}},
                  lifecycle: {preStop: {sleep: {seconds: 5}}}, stdin: ,
                  securityContext: {runAsUser: 5, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}},
                  volumeMounts: [{name: a, mountPath: /a, subPath: b, readOnly: true, mountPropagation: None}]}",
            ),
            ("Volume", "{name: a}"),
            ("Volume", "{name: a, hostPath: , emptyDir: {medium: Memory, sizeLimit: 5Mi}}"),
            ("Volume", "{name: a, configMap: {name: a, defaultMode: 0555, items: [{key: a, path: b, mode: 0400}]}}"),
            ("Volume", "{name: a, projected: {sources: [{serviceAccountToken: {path: a, expirationSeconds: 600}}, {secret: {name: b}}]}}"),
            ("Volume", "{name: a, csi: {driver: d, volumeAttributes: {a: b}}}"),
            (
                "Volume",
                "{name: a, ephemeral: {volumeClaimTemplate: {metadata: {labels: {a: b}},
                  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}",
            ),
            (
                "Affinity",
                "{podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution:
                  [{topologyKey: zone, namespaceSelector: {}, labelSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists}]}}]},
                  nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution:
                  [{weight: 1, preference: {matchFields: [{key: metadata.name, operator: In, values: [b]}]}}]}}",
            ),
            ("TopologySpreadConstraint", "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}"),
        ] {
            assert_eq!(judged(structure, text), [], "{text}");
        }
    }

    #[test]
    fn a_misspelt_field_is_reported_once() {
        assert_eq!(judged("VolumeMount", "{name: a, mountpath: /a}"), [Code::FK0104]);
        assert_eq!(judged("VolumeMount", "{name: a, mountPath: /a, unheardOf: 1}"), [Code::FK0299]);
        assert_eq!(judged("VolumeMount", "{name: a}"), [Code::FK0294]);
    }
}
