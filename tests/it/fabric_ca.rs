//! The Fabric CA of an org: what it adds to the manifests, where its keys and its password go, and how its certificate is kept.

use crate::support::Project;
use crate::variants::{Objects, changes, parsed};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::collections::BTreeMap;

const ON: &str = "orgs: {org1.example.com: {ca: {enabled: true}}}\n";

/// The sample with values besides its own.
fn with(values: &str) -> Project {
    let project = Project::sample_with_stores();
    project.write("own.yaml", values);
    project
}

fn render(project: &Project, more: &[&str]) -> Objects {
    parsed(&project.run(&[&["render", "-f", "own.yaml"], more].concat()).ok().stdout)
}

fn objects(project: &Project, more: &[&str]) -> Vec<Value> {
    render(project, more).iter().map(|(_, text)| serde_yaml::from_str(text).unwrap()).collect()
}

#[test]
fn a_fabric_ca_is_added_and_nothing_else_changes() {
    let before = render(&with(""), &["--secrets", "omit"]);
    let project = with(ON);
    let shown = changes(&before, &render(&project, &["--secrets", "omit"]));
    assert_eq!(shown, "ServiceAccount/org1-ca Service/org1-ca StatefulSet/org1-ca\n(new)\n");
    let before = render(&with(""), &["--secrets", "only"]);
    let shown = changes(&before, &render(&project, &["--secrets", "only"]));
    assert_eq!(shown, "Secret/org1-ca-bootstrap Secret/org1-ca-config Secret/org1-ca Secret/org1-ca-tls\n(new)\n");
    for object in objects(&project, &[]) {
        crate::schemas::check(&object).unwrap();
    }
}

#[test]
fn settings_resolve_from_all_pods_to_the_cas_of_an_org() {
    let project = with("ca: {enabled: true}\norgs: {example.com: {ca: {enabled: false}}}\n");
    let before = render(&project, &["--secrets", "omit"]);
    assert!(!before.iter().any(|(name, _)| name.ends_with("orderer-ca")), "{before:?}");
    project.write(
        "own.yaml",
        "
        image: {registry: mirror.example.com, pullSecrets: [regcred]}
        peer: {image: {registry: docker.io}}
        orderer: {image: {registry: docker.io}}
        couchdb: {image: {registry: docker.io}}
        ca:
          enabled: true
          nodeSelector: {disk: ssd}
          podLabels: {team: pki}
          resources: {limits: {memory: 128Mi}}
          serviceAccount: {annotations: {a: b}}
        orgs:
          example.com: {ca: {enabled: false}}
          org2.example.com: {ca: {image: {tag: 1.5.15}, storage: {size: 2Gi, className: fast}}}
        ",
    );
    let of_cas = |objects: Objects| objects.into_iter().filter(|(name, _)| name.ends_with("-ca")).collect::<Objects>();
    let shown = changes(&of_cas(before), &of_cas(render(&project, &["--secrets", "omit"])));
    let expected = "
        ServiceAccount/org1-ca ServiceAccount/org2-ca
        + annotations:
        + a: b
        StatefulSet/org1-ca
        + team: pki
        + imagePullSecrets:
        + - name: regcred
        + nodeSelector:
        + disk: ssd
        - image: docker.io/hyperledger/fabric-ca:1.5.21
        + image: mirror.example.com/hyperledger/fabric-ca:1.5.21
        + limits:
        + memory: 128Mi
        StatefulSet/org2-ca
        + team: pki
        + imagePullSecrets:
        + - name: regcred
        + nodeSelector:
        + disk: ssd
        - image: docker.io/hyperledger/fabric-ca:1.5.21
        + image: mirror.example.com/hyperledger/fabric-ca:1.5.15
        + limits:
        + memory: 128Mi
        - storage: 1Gi
        + storage: 2Gi
        + storageClassName: fast
        ";
    let lines = |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    assert_eq!(lines(&shown), lines(expected));
}

#[test]
fn the_image_is_of_the_line_that_goes_with_fabric() {
    for (version, tag) in [("1.4", "1.4.9"), ("2.2", "1.5.21"), ("2.5", "1.5.21"), ("3.1", "1.5.21")] {
        let network: fabkube::network::FabricVersion = version.parse().unwrap();
        assert_eq!(network.fabric_ca_tag(), tag, "{version}");
    }
}

#[test]
fn what_it_is_told_besides_holds_and_rolls_its_pod() {
    let project = with(ON);
    let config = |project: &Project| {
        let all = objects(project, &[]);
        let named = |kind: &str, name: &str| {
            all.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name).unwrap().clone()
        };
        let text = decoded(&named("Secret", "org1-ca-config")["data"]["ca.yaml"]);
        let annotations = &named("StatefulSet", "org1-ca")["spec"]["template"]["metadata"]["annotations"];
        (serde_yaml::from_str::<Value>(&text).unwrap(), annotations.to_string())
    };
    let (before, annotations) = config(&project);
    assert_eq!(before["signing"]["default"]["expiry"], "8760h");
    let more = "config: {Signing: {default: {expiry: 17520h}}, affiliations: {sales: [north]}}";
    project.write("own.yaml", &ON.replace("enabled", &format!("{more}, enabled")));
    let (after, rolled) = config(&project);
    assert_eq!(after["signing"]["default"], serde_json::json!({"usage": ["digital signature"], "expiry": "17520h"}));
    assert_eq!(after["affiliations"], serde_json::json!({"org1": [], "sales": ["north"]}));
    assert_ne!(annotations, rolled);
}

/// The lines of a PEM file that say something.
fn lines(pem: &str) -> impl Iterator<Item = &str> {
    pem.lines().filter(|line| !line.starts_with("-----"))
}

fn decoded(value: &Value) -> String {
    String::from_utf8(BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()).unwrap()
}

/// Every text of every object, out of its base64, by the object's kind, namespace and name.
fn texts(objects: &[Value]) -> Vec<(String, String)> {
    let all = objects.iter().flat_map(|object| {
        let metadata = &object["metadata"];
        let name = format!("{}/{}/{}", object["kind"], metadata["namespace"], metadata["name"]).replace('"', "");
        let data = object["data"].as_object().cloned().unwrap_or_default();
        let secrets = data.values().filter(|_| object["kind"] == "Secret").map(decoded).collect::<Vec<_>>();
        secrets.into_iter().chain([object.to_string()]).map(move |text| (name.clone(), text))
    });
    all.collect()
}

#[test]
fn the_keys_are_in_one_secret_of_the_orgs_own_namespace_and_the_password_in_two() {
    for (values, namespaces) in [("", ["fabric"; 3]), ("namespaces: {mode: per-org}\n", ["orderer", "org1", "org2"])] {
        let project = Project::sample();
        project.write("own.yaml", &format!("ca: {{enabled: true}}\n{values}"));
        let objects = objects(&project, &[]);
        let texts = texts(&objects);
        let holders = |part: &str| {
            let mut names: Vec<&str> =
                texts.iter().filter(|(_, text)| text.contains(part)).map(|(name, _)| name.as_str()).collect();
            names.dedup();
            names.sort_unstable();
            names
        };
        let orgs = [
            ("ordererOrganizations/example.com", "orderer", namespaces[0]),
            ("peerOrganizations/org1.example.com", "org1", namespaces[1]),
            ("peerOrganizations/org2.example.com", "org2", namespaces[2]),
        ];
        let mut passwords = BTreeMap::new();
        for (dir, org, namespace) in orgs {
            for ca in ["ca", "tlsca"] {
                let key = project.read(&format!("crypto-config/{dir}/{ca}/priv_sk"));
                for line in lines(&key).filter(|line| line.len() > 60) {
                    // The first line of every key of a kind begins alike.
                    assert_eq!(holders(&line[40..]), [format!("Secret/{namespace}/{org}-ca")], "{ca} of {org}");
                }
            }
            let name = format!("{org}-ca-bootstrap");
            let bootstrap = objects.iter().find(|object| object["metadata"]["name"] == *name).unwrap();
            let password = decoded(&bootstrap["data"]["password"]);
            let expected = ["bootstrap", "config"].map(|what| format!("Secret/{namespace}/{org}-ca-{what}"));
            assert_eq!(holders(&password), expected);
            passwords.insert(password, org);
        }
        assert_eq!(passwords.len(), 3, "every org has a password of its own");
    }
}

#[test]
fn a_review_without_keys_sees_the_same() {
    let project = with(ON);
    let redacted = render(&project, &["--secrets", "redact"]);
    let text: String = redacted.iter().map(|(_, text)| text.as_str()).collect();
    let secret = objects(&project, &[]).into_iter().find(|object| object["metadata"]["name"] == "org1-ca-bootstrap").unwrap();
    let password = decoded(&secret["data"]["password"]);
    assert!(password.len() == 32 && !text.contains(&password) && !text.contains(&BASE64_STANDARD.encode(&password)));
    for path in project.tree("crypto-config").into_keys() {
        if path.to_string_lossy().ends_with("_sk") || path.to_string_lossy().ends_with(".key") {
            project.remove(&format!("crypto-config/{}", path.display()));
        }
    }
    assert_eq!(render(&project, &["--frozen", "--secrets", "redact"]), redacted);
    let shown = project.run(&["show", "-o", "yaml", "-f", "own.yaml"]).ok().stdout;
    assert!(shown.contains("<secret>") && !shown.contains(&password));
}

#[test]
fn the_password_is_the_keys_whatever_the_certificate() {
    let project = with(ON);
    let password = |project: &Project| {
        let secret = objects(project, &[]).into_iter().find(|object| object["metadata"]["name"] == "org1-ca-bootstrap");
        decoded(&secret.unwrap()["data"]["password"])
    };
    let before = password(&project);
    project.run(&["crypto", "renew", "--ca", "ca.org1.example.com", "-f", "own.yaml"]).ok();
    assert_eq!(password(&project), before);
}

#[test]
fn its_certificate_is_made_once_renewed_and_left_alone_when_it_is_switched_off() {
    let project = with(ON);
    render(&project, &[]);
    const PAIR: &str = "crypto-config/peerOrganizations/org1.example.com/fabric-ca/fabric-ca.org1.example.com/tls";
    let first = project.tree(PAIR);
    assert_eq!(first.keys().map(|path| path.to_str().unwrap()).collect::<Vec<_>>(), ["ca.crt", "server.crt", "server.key"]);
    render(&project, &["--frozen"]);
    assert_eq!(project.tree(PAIR), first);
    let listed = project.run(&["crypto", "list", "-f", "own.yaml"]).ok().stdout;
    assert!(listed.contains("fabric-ca.org1.example.com"), "{listed}");
    assert!(project.run(&["crypto", "verify", "-f", "own.yaml"]).ok().stdout.contains("fabric-ca.org1.example.com"));

    // Elsewhere it is dialled by another name.
    let moved = ["--set", "namespaces.name=elsewhere,addressing=domain"];
    let warned = project.run(&[&["render", "--secrets", "omit", "-f", "own.yaml"], &moved[..]].concat()).ok().stderr;
    let message = "the TLS certificate of `fabric-ca.org1.example.com` does not name `org1-ca.elsewhere.svc.cluster.local`";
    assert!(warned.contains(&format!("warning[FK0313]: {message}")), "{warned}");
    project.run(&[&["crypto", "renew", "--missing-sans", "-f", "own.yaml"], &moved[..]].concat()).ok();
    let warned = project.run(&[&["render", "--secrets", "omit", "-f", "own.yaml"], &moved[..]].concat()).ok().stderr;
    assert!(!warned.contains("org1-ca.elsewhere"), "{warned}");
    let again = project.tree(PAIR);
    assert!(again[&std::path::PathBuf::from("server.crt")] != first[&std::path::PathBuf::from("server.crt")]);
    assert!(again[&std::path::PathBuf::from("server.key")] == first[&std::path::PathBuf::from("server.key")]);

    let off = project.run(&["crypto", "verify"]).ok();
    assert!(off.stderr.contains("note[FK0343]") && off.stderr.contains("fabric-ca/fabric-ca.org1.example.com"), "{}", off.stderr);
}
