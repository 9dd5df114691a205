//! What users add to pods, each as what it changes.

use crate::support::{Project, read, root};
use crate::variants::{expect, with_values};
use rayon::prelude::*;
use std::collections::BTreeSet;

#[test]
fn variables_volumes_and_containers_are_added_as_they_are_written() {
    expect(
        &with_values(
            "
            orderer: {extraEnv: [{name: GODEBUG, value: 1}]}
            orgs:
              org1.example.com:
                nodes:
                  peer0:
                    extraEnv:
                    - {name: HTTP_PROXY, value: ''}
                    - {name: CORE_PEER_BCCSP_PKCS11_PIN, valueFrom: {secretKeyRef: {name: hsm, key: pin}}}
                    extraVolumes:
                    - {name: builder, emptyDir: , nothing: }
                    - {name: more, configMap: {name: more, defaultMode: 0440}}
                    extraVolumeMounts: [{name: builder, mountPath: /opt/builder, readOnly: yes}]
                    extraInitContainers: [{name: fetch, image: 'fetch:1', securityContext: &strict {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
                    extraContainers: [{name: logger, image: 'logger:1', args: ['010', '-x'], securityContext: *strict}]
            ",
        ),
        r#"
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + - name: GODEBUG
        + value: "1"
        StatefulSet/org1-peer0
        + - name: fetch
        + image: fetch:1
        + securityContext:
        + allowPrivilegeEscalation: false
        + capabilities:
        + drop:
        + - ALL
        + - name: HTTP_PROXY
        + value: ""
        + - name: CORE_PEER_BCCSP_PKCS11_PIN
        + valueFrom:
        + secretKeyRef:
        + name: hsm
        + key: pin
        + - name: builder
        + mountPath: /opt/builder
        + readOnly: true
        + - name: logger
        + image: logger:1
        + args:
        + - "010"
        + - -x
        + securityContext:
        + allowPrivilegeEscalation: false
        + capabilities:
        + drop:
        + - ALL
        + - name: builder
        + - name: more
        + configMap:
        + name: more
        + defaultMode: 288
        "#,
    );
}

#[test]
fn pods_are_labelled_annotated_and_placed() {
    expect(
        &with_values(
            "
            defaults: {podLabels: {team: blockchain}, podAnnotations: {example.com/scrape: true}, priorityClassName: high}
            orderer: {podLabels: {team: ordering}}
            peer: {serviceAccount: {annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/x'}}}
            orgs:
              org1.example.com:
                peer: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: arch, operator: In, values: [amd64]}]}]}}}}
                nodes:
                  peer1: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {org: org1}}}]}
            ",
        ),
        r#"
        ServiceAccount/org1-peer0 ServiceAccount/org1-peer1 ServiceAccount/org2-peer0 ServiceAccount/org2-peer1
        + annotations:
        + eks.amazonaws.com/role-arn: arn:aws:iam::1:role/x
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        + team: ordering
        + example.com/scrape: "true"
        + priorityClassName: high
        StatefulSet/org1-peer0
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        + nodeAffinity:
        + requiredDuringSchedulingIgnoredDuringExecution:
        + nodeSelectorTerms:
        + - matchExpressions:
        + - key: arch
        + operator: In
        + values:
        + - amd64
        StatefulSet/org1-peer1
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        + nodeAffinity:
        + requiredDuringSchedulingIgnoredDuringExecution:
        + nodeSelectorTerms:
        + - matchExpressions:
        + - key: arch
        + operator: In
        + values:
        + - amd64
        + topologySpreadConstraints:
        + - maxSkew: 1
        + topologyKey: zone
        + whenUnsatisfiable: ScheduleAnyway
        + labelSelector:
        + matchLabels:
        + org: org1
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        + team: blockchain
        + example.com/scrape: "true"
        + priorityClassName: high
        "#,
    );
}

#[test]
fn nodes_keep_apart_as_much_as_is_wished() {
    expect(
        &with_values("peer: {podAntiAffinity: none}"),
        "
        StatefulSet/org1-peer0 StatefulSet/org1-peer1
        - affinity:
        - podAntiAffinity:
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org1
        - topologyKey: kubernetes.io/hostname
        StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - affinity:
        - podAntiAffinity:
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org2
        - topologyKey: kubernetes.io/hostname
        ",
    );
    expect(
        &with_values("orderer: {podAntiAffinity: hard}"),
        "
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: orderer
        - app.kubernetes.io/instance: sample
        - topologyKey: kubernetes.io/hostname
        + requiredDuringSchedulingIgnoredDuringExecution:
        + - labelSelector:
        + matchLabels:
        + app.kubernetes.io/component: orderer
        + app.kubernetes.io/instance: sample
        + topologyKey: kubernetes.io/hostname
        ",
    );
    expect(
        &with_values(
            "orgs: {org1.example.com: {nodes: {peer0: {affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}}}}}",
        ),
        "
        StatefulSet/org1-peer0
        - preferredDuringSchedulingIgnoredDuringExecution:
        - - weight: 100
        - podAffinityTerm:
        - labelSelector:
        - matchLabels:
        - app.kubernetes.io/component: peer
        - org: org1
        - topologyKey: kubernetes.io/hostname
        + preferredDuringSchedulingIgnoredDuringExecution: []
        ",
    );
}

#[test]
fn the_namespace_allows_what_its_pods_need() {
    expect(
        &with_values("orgs: {example.com: {nodes: {orderer0: {extraContainers: [{name: shell, image: 'shell:1'}]}}}}"),
        "
        Namespace/fabric
        - pod-security.kubernetes.io/audit: restricted
        - pod-security.kubernetes.io/enforce: restricted
        - pod-security.kubernetes.io/warn: restricted
        + pod-security.kubernetes.io/audit: baseline
        + pod-security.kubernetes.io/enforce: baseline
        + pod-security.kubernetes.io/warn: baseline
        StatefulSet/orderer-orderer0
        + - name: shell
        + image: shell:1
        ",
    );
}

/// The list of names in the program is the list of names in the templates.
#[test]
fn every_name_that_a_pod_has_is_taken() {
    let golden = root().join("tests/golden/samples/fabric");
    let mut settings = BTreeSet::new();
    for (component, node) in [("peer", "org1-peer0"), ("orderer", "orderer-orderer0")] {
        let set: serde_json::Value = serde_yaml::from_str(&read(&golden.join(format!("{node}.statefulset.yaml")))).unwrap();
        let (template, claims) = (&set["spec"]["template"], &set["spec"]["volumeClaimTemplates"]);
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let main = &template["spec"]["containers"][0];
        let claimed = list(claims).into_iter().map(|claim| claim["metadata"].clone());
        for volume in list(&template["spec"]["volumes"]).into_iter().chain(claimed) {
            settings.insert(format!("{component}.extraVolumes[0].name={}", volume["name"].as_str().unwrap()));
        }
        for key in ["containers", "initContainers"] {
            for container in list(&template["spec"][key]) {
                let name = container["name"].as_str().unwrap();
                settings.insert(format!("{component}.extraContainers[0].name={name}"));
                settings.insert(format!("{component}.extraInitContainers[0].name={name}"));
            }
        }
        for variable in list(&main["env"]) {
            settings.insert(format!("{component}.extraEnv[0].name={}", variable["name"].as_str().unwrap()));
        }
        for mount in list(&main["volumeMounts"]) {
            settings.insert(format!("{component}.extraVolumeMounts[0].mountPath={}/", mount["mountPath"].as_str().unwrap()));
        }
        for (key, of) in [("labels", "podLabels"), ("annotations", "podAnnotations")] {
            for name in template["metadata"][key].as_object().unwrap().keys() {
                settings.insert(format!("{component}.{of}.{}=x", name.replace('.', "\\.")));
            }
        }
    }
    assert!(settings.len() > 60, "{settings:#?}");
    let project = Project::sample_with_stores();
    settings.par_iter().for_each(|setting| {
        let ran = project.run(&["show", "--set", setting]).wrong();
        assert!(ran.stderr.contains("[FK0290]") || ran.stderr.contains("[FK0293]"), "{setting}: {}", ran.stderr);
    });
}
