//! Prometheus' opinion of alarms, where `FABKUBE_PROMTOOL` names its `promtool`: they are read, and say what they should in made-up minutes.

use crate::support::{Project, read, root};
use crate::variants::parsed;
use serde_json::{Value, json};
use std::process::Command;

const WATCHED: &str = "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}";

#[test]
fn alarms_say_what_is_wrong_and_nothing_else() {
    judge("minutes.yaml", |rules| rules);
}

#[test]
fn certificates_are_alarms_a_month_before_they_end() {
    judge("certificates.yaml", |rules| ending_at(rules, 30 * 86400 + 600));
}

#[test]
fn certificates_that_have_ended_are_alarms() {
    judge("ended.yaml", |rules| ending_at(rules, -1));
}

/// Has promtool try the sample's rules with a file of tests.
fn judge(tests: &str, change: impl Fn(Value) -> Value) {
    let Some(promtool) = std::env::var_os("FABKUBE_PROMTOOL") else {
        return eprintln!("skipped: FABKUBE_PROMTOOL is not set");
    };
    let project = Project::sample_with_stores();
    project.write("own.yaml", WATCHED);
    let stream = project.run(&["render", "--frozen", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let rules = parsed(&stream).into_iter().filter(|(name, _)| name.starts_with("PrometheusRule/"));
    let groups: Vec<Value> = rules
        .flat_map(|(_, text)| {
            let rule: Value = serde_yaml::from_str(&text).unwrap();
            rule["spec"]["groups"].as_array().unwrap().clone()
        })
        .collect();
    assert_eq!(groups.len(), 4);
    project.write("rules.yaml", &change(json!({ "groups": groups })).to_string());
    project.write("tests.yaml", &read(&root().join("tests/fixtures/alarms").join(tests)));
    for args in [["check", "rules", "rules.yaml"], ["test", "rules", "tests.yaml"]] {
        let output = Command::new(&promtool).args(args).current_dir(project.path()).output().expect("promtool runs");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

/// The rules with certificates that all end at one time.
fn ending_at(mut rules: Value, seconds: i64) -> Value {
    for group in rules["groups"].as_array_mut().unwrap() {
        for rule in group["rules"].as_array_mut().unwrap() {
            if rule["record"] == "fabkube_certificate_not_after" {
                rule["expr"] = format!("vector({seconds})").into();
            }
        }
    }
    rules
}
