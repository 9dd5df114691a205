//! What `fabkube schema` prints, by a validator of JSON Schema: it takes what fabkube takes, and not what fabkube refuses.

use crate::support::{Project, files, read, root};
use fabkube::diag::{Code, Problems};
use fabkube::input::schema::schema;
use fabkube::input::values::{DEFAULTS, words};
use fabkube::network::Purpose;
use fabkube::pipeline;
use serde_json::Value;

fn value(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// What the schema says against some values.
fn objections(values: &Value) -> Vec<String> {
    let validator = jsonschema::draft7::new(&schema().unwrap()).unwrap();
    validator.iter_errors(values).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn it_is_a_schema_of_draft_7() {
    assert!(jsonschema::draft7::meta::is_valid(&schema().unwrap()));
    let printed = Project::empty().run(&["schema"]).ok().stdout;
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), schema().unwrap());
}

#[test]
fn the_embedded_file_and_the_values_of_all_samples_are_valid() {
    assert_eq!(objections(&value(DEFAULTS)), Vec::<String>::new());
    let samples = root().join("samples");
    let all = files(&samples).into_keys().filter(|path| path.file_name().is_some_and(|name| name == "values.yaml"));
    let all: Vec<_> = all.collect();
    assert!(all.len() > 3, "{all:?}");
    for path in all {
        assert_eq!(objections(&value(&read(&samples.join(&path)))), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn what_fabkube_takes_is_valid() {
    for values in [
        "{}",
        "peer: {nodeSelector: , priorityClassName: , extraEnv: }",
        "peer: {image: {tag: 2.5}, resources: {limits: {cpu: 1}}, affinity: {nodeAffinity: {anything: 1}}, stateDatabase: leveldb}",
        "orgs: {org1.example.com: {peer: {storage: {size: 5Gi}}, nodes: {peer0: {couchdb: {user: me}, extraContainers: [{name: a}]}}}}",
        "defaults: {tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}], nodeSelector: {a: b}}",
        "couchdb: {logLevel: }",
        "{peer: , orderer: {rollout: }, addressing: ~, kafka: {replicas: ~}, orgs: {org1.example.com: }}",
        "orgs: {org1.example.com: {gateway: {expose: {externalTrafficPolicy: }}, nodes: {peer0: {couchdb: {logLevel: ''}}}}}",
    ] {
        assert_eq!(objections(&value(values)), Vec::<String>::new(), "{values}");
        let problems = problems(values);
        assert!(problems.iter().all(|code| ![Code::FK0103, Code::FK0104, Code::FK0212].contains(code)), "{values}: {problems:?}");
    }
}

/// At every level, the same values that fabkube refuses.
#[test]
fn a_misspelt_key_and_a_wrong_type_are_not_valid() {
    for (values, code) in [
        ("peeer: {}", Code::FK0104),
        ("peer: {storge: {size: 5Gi}}", Code::FK0104),
        ("peer: {storage: {sise: 5Gi}}", Code::FK0104),
        ("defaults: {tolerations: [{ky: a}]}", Code::FK0104),
        ("orgs: {org1.example.com: {per: {}}}", Code::FK0104),
        ("orgs: {org1.example.com: {nodes: {peer0: {couchdb: {usr: a}}}}}", Code::FK0104),
        ("peer: [a]", Code::FK0103),
        ("peer: {extraVolumes: {name: a}}", Code::FK0103),
        ("namespaces: {create: perhaps}", Code::FK0103),
        ("kafka: {replicas: three}", Code::FK0103),
        ("orgs: {org1.example.com: {nodes: {peer0: {storage: 5Gi}}}}", Code::FK0103),
        ("peer: ''", Code::FK0103),
        ("orderer: {rollout: ''}", Code::FK0212),
        ("orderer: {rollout: all}", Code::FK0212),
        ("orgs: {org1.example.com: {nodes: {peer0: {stateDatabase: mysql}}}}", Code::FK0212),
    ] {
        assert_ne!(objections(&value(values)), Vec::<String>::new(), "{values}");
        assert!(problems(values).contains(&code), "{values}: {:?}", problems(values));
    }
}

fn problems(values: &str) -> Vec<Code> {
    let folder = Project::sample();
    folder.write("values.yaml", values);
    let mut problems = Problems::new();
    let _ = pipeline::network(&fabkube::project::Project::in_dir(folder.path()), Purpose::Deployment, &mut problems);
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn every_word_that_it_lists_is_one_that_fabkube_takes_and_no_other_is() {
    for (end, words) in words::BY_PATH {
        for (word, is_known) in words.iter().map(|word| (*word, true)).chain([("something-else", false)]) {
            let values = match *end {
                "addressing" | "namespaces.mode" | "image.pullPolicy" => nested(end, word),
                "chaincode.runtime" | "chaincode.servers" => nested(end, word),
                "podAntiAffinity" => nested("defaults.podAntiAffinity", word),
                "stateDatabase" => nested("peer.stateDatabase", word),
                "rollout" => nested("orderer.rollout", word),
                "tolerations.operator" => format!("defaults: {{tolerations: [{{key: a, operator: {word}}}]}}"),
                "tolerations.effect" => format!("defaults: {{tolerations: [{{key: a, effect: {word}}}]}}"),
                "expose.type" | "metrics.provider" => nested(&format!("peer.{end}"), word),
                "gateway.sessionAffinity" | "couchdb.logLevel" => nested(end, word),
                "ca.logLevel" => format!("ca: {{enabled: true, logLevel: {word}}}"),
                "expose.externalTrafficPolicy" => {
                    format!("gateway: {{expose: {{type: loadBalancer, externalTrafficPolicy: {word}}}}}")
                }
                other => panic!("say how `{other}` is written"),
            };
            assert_eq!(!problems(&values).contains(&Code::FK0212), is_known, "{values}");
            assert_eq!(objections(&value(&values)).is_empty(), is_known, "{values}");
        }
    }
}

fn nested(path: &str, word: &str) -> String {
    let keys = path.split('.').collect::<Vec<_>>();
    format!("{}: {word}{}", keys.join(": {"), "}".repeat(keys.len() - 1))
}

#[test]
fn defaults_and_comments_are_those_of_the_embedded_file() {
    let schema = schema().unwrap();
    let at = |path: &str| {
        let pointer: String = path
            .split('.')
            .map(|key| if key == "*" { "/additionalProperties".into() } else { format!("/properties/{key}") })
            .collect();
        schema.pointer(&pointer).unwrap_or_else(|| panic!("{path}")).clone()
    };
    for (path, default, comment) in [
        ("peer.storage.size", "10Gi", "The size of the ledger's volume. It cannot be changed once the peer runs."),
        ("clusterDomain", "cluster.local", "The DNS domain of the cluster."),
        (
            "namespaces.mode",
            "single",
            "`single`: every object is in one namespace. `per-org`: each org has its own. A change of it moves the whole network: docs/namespaces.md.",
        ),
    ] {
        assert_eq!((at(path)["default"].as_str(), at(path)["description"].as_str()), (Some(default), Some(comment)));
    }
    // What another level says first, and nobody's default.
    for (path, comment) in [
        ("orderer.podAntiAffinity", "Whether nodes that do the same"),
        ("orderer.storage.size", "The size of the ledger's volume."),
        ("orgs.*.nodes.*.storage.size", "The size of the ledger's volume."),
        ("orgs.*.nodes.*.couchdb.user", "The name of its administrator"),
        ("couchdb.image.repository", "Its name there"),
        ("gateway.expose.host", "The host that others dial."),
        ("chaincode.dind.resources.limits", "What it may use at most"),
    ] {
        let said = at(path)["description"].as_str().unwrap_or_default().to_owned();
        assert!(said.starts_with(comment), "{path}: {said}");
        assert!(!path.contains('*') || at(path).get("default").is_none(), "{path}");
    }
}

/// Whoever points at a key in an editor is told what it is for. Items of lists are Kubernetes' own.
#[test]
fn every_key_is_described() {
    fn undescribed(schema: &Value, path: &str) -> Vec<String> {
        let properties = schema["properties"].as_object().into_iter().flatten().flat_map(|(key, property)| {
            let path = format!("{path}.{key}");
            let own = property["description"].as_str().is_none_or(str::is_empty).then(|| path.clone());
            own.into_iter().chain(undescribed(property, &path)).collect::<Vec<_>>()
        });
        let of_items = schema["additionalProperties"].as_object().map(|items| Value::Object(items.clone()));
        properties.chain(of_items.iter().flat_map(|items| undescribed(items, &format!("{path}.*")))).collect()
    }
    let all = schema().unwrap();
    assert_eq!(undescribed(&all, ""), Vec::<String>::new());
    assert!(all.pointer("/properties/flow/properties/image/properties/tag/description").is_some());
}
