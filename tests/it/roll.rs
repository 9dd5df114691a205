//! `flow roll`: what is printed. Its script against a cluster of files is `script`'s, and against real orderers `conformance::roll`'s.

mod script;

use crate::schemas;
use crate::support::{Project, compare_with_file, root};
use crate::variants::{changes, expect, parsed};
use k8s_openapi::api::core::v1::{Volume, VolumeMount};
use serde_json::Value;
use std::collections::BTreeMap;

/// What `fabkube flow roll` prints, by kind and namespace.
fn printed(project: &Project, args: &[&str]) -> BTreeMap<(String, String), Value> {
    let stream = project.run(&[&["flow", "roll", "--run", "1"], args].concat()).ok().stdout;
    let documents = stream.split("---\n").filter(|text| !text.is_empty());
    let objects = documents.map(|text| serde_yaml::from_str::<Value>(text).unwrap());
    let key = |object: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&object["kind"]), text(&object["metadata"]["namespace"]))
    };
    objects.map(|object| (key(&object), object)).collect()
}

fn of<'a>(objects: &'a BTreeMap<(String, String), Value>, kind: &str, namespace: &str) -> &'a Value {
    objects.get(&(kind.to_owned(), namespace.to_owned())).unwrap_or_else(|| panic!("no {kind} in {namespace}"))
}

/// What the container of a Job is told and runs.
pub struct Script {
    pub text: String,
    pub env: BTreeMap<String, String>,
    /// Each volume with its place.
    pub mounts: Vec<(VolumeMount, Volume)>,
}

impl Script {
    /// That of the Job that a project prints.
    pub fn of(project: &Project, args: &[&str]) -> Self {
        let objects = printed(project, args);
        let (_, job) = objects.into_iter().find(|((kind, _), _)| kind == "Job").unwrap();
        schemas::check(&job).unwrap();
        let pod = &job["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        assert_eq!((&container["command"][0], &container["command"][1]), (&"sh".into(), &"-c".into()));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let env = container["env"].as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["value"]))).collect();
        let volumes: Vec<Volume> = serde_json::from_value(pod["volumes"].clone()).unwrap();
        let mounts: Vec<VolumeMount> = serde_json::from_value(container["volumeMounts"].clone()).unwrap();
        let of = |mount: &VolumeMount| volumes.iter().find(|volume| volume.name == mount.name).cloned().unwrap();
        let mounts = mounts.into_iter().map(|mount| (mount.clone(), of(&mount))).collect();
        Self { text: text(&container["command"][2]), env, mounts }
    }
}

#[test]
fn a_job_is_printed_without_a_key_and_none_is_made() {
    let project = Project::sample();
    let before = project.tree(".");
    let ran = project.run(&["flow", "roll", "--run", "1"]).ok();
    assert_eq!(ran.stderr, "next: apply it, and `kubectl -n fabric logs -f job/sample-roll-1`\n");
    assert!(before == project.tree("."), "something was made");
    compare_with_file(&root().join("tests/golden/flow-roll.yaml"), &ran.stdout);
}

#[test]
fn every_run_has_a_name_of_its_own_and_one_account() {
    let project = Project::sample();
    let names = |args: &[&str]| -> Vec<String> {
        let stream = project.run(&[&["flow", "roll"], args].concat()).ok().stdout;
        stream.lines().filter_map(|line| line.strip_prefix("  name: ").map(str::to_owned)).collect()
    };
    let (first, second) = (names(&["--run", "a"]), names(&["--run", "b"]));
    assert_eq!(first[..first.len() - 1], second[..second.len() - 1]);
    assert_eq!((first.last().unwrap().as_str(), second.last().unwrap().as_str()), ("sample-roll-a", "sample-roll-b"));
    let timed = names(&[]).pop().unwrap();
    let mark = timed.strip_prefix("sample-roll-").unwrap();
    assert!(mark.len() == 15 && mark.chars().all(|c| c.is_ascii_digit() || c == '-'), "{mark}");
}

#[test]
fn argo_runs_the_same_container() {
    let project = Project::sample();
    let (jobs, argo) = (printed(&project, &[]), printed(&project, &["--engine", "argo"]));
    let job = &of(&jobs, "Job", "fabric")["spec"]["template"]["spec"];
    let workflow = &of(&argo, "Workflow", "fabric")["spec"];
    assert_eq!(job["containers"][0], workflow["templates"][0]["container"]);
    assert_eq!(workflow["entrypoint"], workflow["templates"][0]["name"]);
    for same in ["serviceAccountName", "securityContext", "volumes"] {
        assert_eq!(job[same], workflow[same]);
    }
    // Argo would take it for a parameter.
    assert!(!workflow.to_string().contains("{{"));
    assert!(!jobs.contains_key(&("Workflow".to_owned(), "fabric".to_owned())));
    // Argo's part in the pod has to be allowed more than the script.
    let rules = |objects: &BTreeMap<_, _>| of(objects, "Role", "fabric")["rules"].as_array().unwrap().clone();
    let (of_job, mut of_argo) = (rules(&jobs), rules(&argo));
    assert_eq!(of_argo.pop().unwrap()["resources"][0], "workflowtaskresults");
    assert_eq!(of_job, of_argo);
}

#[test]
fn orderers_in_several_namespaces_have_a_role_in_each() {
    let project = Project::copy_of(&root().join("samples/bft"));
    project.write("own.yaml", "namespaces: {mode: per-org}\n");
    let objects = printed(&project, &["-f", "values.yaml", "-f", "own.yaml", "--org", "East"]);
    let account = of(&objects, "ServiceAccount", "east");
    for org in ["north", "east", "south", "west"] {
        let rules = of(&objects, "Role", org)["rules"].as_array().unwrap();
        let may_delete = rules.iter().any(|rule| rule["verbs"][0] == "delete");
        assert_eq!(may_delete, org == "east", "{org}");
        assert!(rules.iter().all(|rule| rule["resourceNames"].as_array().is_some_and(|names| names.len() == 1)), "{org}");
        let binding = of(&objects, "RoleBinding", org);
        assert_eq!(binding["subjects"][0]["namespace"], "east");
        assert_eq!(binding["subjects"][0]["name"], account["metadata"]["name"]);
    }
    let script = Script::of(&project, &["-f", "values.yaml", "-f", "own.yaml", "--org", "East"]);
    let lines: Vec<&str> = script.env["ORDERERS"].lines().collect();
    assert_eq!(lines[0], "north-orderer north never http://north-orderer.north.svc.cluster.local:9443/metrics");
    assert_eq!(lines[1], "east-orderer east changed http://east-orderer.east.svc.cluster.local:9443/metrics");
}

/// What `flow roll` prints with these settings, as what differs from the sample's.
fn differs(values: &str) -> String {
    let roll = |values: &str| {
        let project = Project::sample();
        project.write("own.yaml", values);
        parsed(&project.run(&["flow", "roll", "--run", "1", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout)
    };
    changes(&roll("{}"), &roll(values))
}

#[test]
fn orderers_that_speak_tls_are_shown_the_certificate_that_they_ask_for() {
    expect(
        &differs("operations: {tls: {enabled: true}}"),
        "
        Job/sample-roll-1
        - orderer-orderer0 fabric changed http://orderer-orderer0.fabric.svc.cluster.local:9443/metrics
        - orderer-orderer1 fabric changed http://orderer-orderer1.fabric.svc.cluster.local:9443/metrics
        - orderer-orderer2 fabric changed http://orderer-orderer2.fabric.svc.cluster.local:9443/metrics
        + orderer-orderer0 fabric changed https://orderer-orderer0.fabric.svc.cluster.local:9443/metrics orderer-orderer0.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/orderer-admin-tls
        + orderer-orderer1 fabric changed https://orderer-orderer1.fabric.svc.cluster.local:9443/metrics orderer-orderer1.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/orderer-admin-tls
        + orderer-orderer2 fabric changed https://orderer-orderer2.fabric.svc.cluster.local:9443/metrics orderer-orderer2.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/orderer-admin-tls
        + - name: roots
        + mountPath: /etc/hyperledger/roots
        + readOnly: true
        + - name: clients
        + mountPath: /etc/hyperledger/clients
        + readOnly: true
        + - name: roots
        + secret:
        + secretName: sample-flow-roots
        + defaultMode: 288
        + - name: clients
        + projected:
        + defaultMode: 288
        + sources:
        + - secret:
        + name: orderer-admin-tls
        + items:
        + - key: tls.crt
        + path: orderer-admin-tls/tls.crt
        + - key: tls.key
        + path: orderer-admin-tls/tls.key
        ",
    );
    expect(
        &differs("{addressing: domain, operations: {tls: {enabled: true, clientSecret: metrics}}}"),
        "
        Job/sample-roll-1
        - orderer-orderer0 fabric changed http://orderer-orderer0.fabric.svc.cluster.local:9443/metrics
        - orderer-orderer1 fabric changed http://orderer-orderer1.fabric.svc.cluster.local:9443/metrics
        - orderer-orderer2 fabric changed http://orderer-orderer2.fabric.svc.cluster.local:9443/metrics
        + orderer-orderer0 fabric changed https://orderer0.example.com:9443/metrics orderer-orderer0.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/metrics
        + orderer-orderer1 fabric changed https://orderer1.example.com:9443/metrics orderer-orderer1.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/metrics
        + orderer-orderer2 fabric changed https://orderer2.example.com:9443/metrics orderer-orderer2.fabric.svc.cluster.local:9443 /etc/hyperledger/roots/orderer.fabric.pem /etc/hyperledger/clients/metrics
        + - name: roots
        + mountPath: /etc/hyperledger/roots
        + readOnly: true
        + - name: clients
        + mountPath: /etc/hyperledger/clients
        + readOnly: true
        + - name: roots
        + secret:
        + secretName: sample-flow-roots
        + defaultMode: 288
        + - name: clients
        + projected:
        + defaultMode: 288
        + sources:
        + - secret:
        + name: metrics
        + items:
        + - key: tls.crt
        + path: metrics/tls.crt
        + - key: tls.key
        + path: metrics/tls.key
        ",
    );
}

#[test]
fn roots_of_orderers_are_where_flows_run_and_in_no_other_namespace() {
    let project = Project::copy_of(&root().join("samples/bft"));
    project.write("own.yaml", "{namespaces: {mode: per-org}, operations: {tls: {enabled: true, clientSecret: metrics}}}");
    let stream = project.run(&["render", "-f", "values.yaml", "-f", "own.yaml"]).ok().stdout;
    let objects = stream.split("---\n").filter_map(|text| serde_yaml::from_str::<Value>(text).ok());
    let roots: Vec<Value> = objects.filter(|object| object["metadata"]["name"] == "compass-flow-roots").collect();
    let namespaces: Vec<&Value> = roots.iter().map(|secret| &secret["metadata"]["namespace"]).collect();
    assert_eq!(namespaces, ["north", "east", "south", "west"]);
    for secret in &roots {
        let data = secret["data"].as_object().unwrap();
        let files: Vec<&str> = data.keys().map(String::as_str).collect();
        assert_eq!(files, ["east.east.pem", "north.north.pem", "south.south.pem", "west.west.pem"]);
        assert_eq!(secret["data"], roots[0]["data"]);
    }
    // By plain HTTP, nobody needs them.
    let plain = project.run(&["render", "-f", "values.yaml", "--set", "namespaces.mode=per-org"]).ok().stdout;
    assert!(!plain.contains("flow-roots"));
    // Whichever org's orderers are restarted, all are looked at, by what lies in its namespace.
    let objects = printed(&project, &["-f", "values.yaml", "-f", "own.yaml", "--org", "West"]);
    let pod = &of(&objects, "Job", "west")["spec"]["template"]["spec"];
    let volumes = pod["volumes"].to_string();
    assert!(volumes.contains("compass-flow-roots") && volumes.contains("metrics") && !volumes.contains("admin"), "{volumes}");
    let script = Script::of(&project, &["-f", "values.yaml", "-f", "own.yaml", "--org", "West"]);
    assert_eq!(
        script.env["ORDERERS"].lines().next().unwrap(),
        "north-orderer north never https://north-orderer.north.svc.cluster.local:9443/metrics \
         north-orderer.north.svc.cluster.local:9443 /etc/hyperledger/roots/north.north.pem /etc/hyperledger/clients/metrics"
    );
}

#[test]
fn pods_of_flows_have_settings_of_their_own() {
    let project = Project::sample();
    project.write(
        "own.yaml",
        "
        image: {registry: mirror.example.com, pullSecrets: [pull]}
        defaults: {tolerations: [{key: dedicated, operator: Exists}], podAntiAffinity: hard}
        flow: {image: {repository: tools, tag: '1'}, nodeSelector: {disk: ssd}, priorityClassName: high, podLabels: {team: a}}
        ",
    );
    for engine in ["jobs", "argo"] {
        let objects = printed(&project, &["-f", "own.yaml", "--engine", engine]);
        let (pod, container, priority) = if engine == "jobs" {
            let job = of(&objects, "Job", "fabric");
            schemas::check(job).unwrap();
            assert_eq!(job["spec"]["template"]["metadata"]["labels"]["team"], "a");
            let pod = &job["spec"]["template"]["spec"];
            (pod, &pod["containers"][0], &pod["priorityClassName"])
        } else {
            let pod = &of(&objects, "Workflow", "fabric")["spec"];
            assert_eq!(pod["podMetadata"]["labels"]["team"], "a");
            (pod, &pod["templates"][0]["container"], &pod["templates"][0]["priorityClassName"])
        };
        assert_eq!(container["image"], "mirror.example.com/tools:1");
        assert_eq!(priority, "high");
        assert_eq!(pod["imagePullSecrets"][0]["name"], "pull");
        assert_eq!(pod["nodeSelector"]["disk"], "ssd");
        assert_eq!(pod["tolerations"][0]["key"], "dedicated");
        assert!(pod.get("affinity").is_none());
    }
}
