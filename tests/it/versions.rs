//! What a Fabric version, a chaincode runtime and a network without TLS change, and what they leave as it is.

use crate::support::{Project, root};
use crate::variants::{Objects, changes, expect, parsed, render};

/// Another sample with the stores of its fixture, without Secrets.
fn of_sample(name: &str, values: &str) -> Objects {
    let project = Project::other_sample_with_stores(name);
    project.write("own.yaml", values);
    render(&project, &["-f", "values.yaml", "-f", "own.yaml"])
}

/// The same without checksums, which follow from the rest.
fn plain(objects: Objects) -> Objects {
    let lines = |text: String| text.lines().filter(|line| !line.contains(" checksum/")).map(|line| format!("{line}\n")).collect();
    objects.into_iter().map(|(name, text)| (name, lines(text))).collect()
}

/// What one setting changes in a sample.
fn change(name: &str, values: &str) -> String {
    changes(&plain(of_sample(name, "{}")), &plain(of_sample(name, values)))
}

#[test]
fn a_peer_without_docker_leaves_everything_else_as_it_is() {
    expect(
        &change("solo", "chaincode: {runtime: none}"),
        r#"
        Namespace/fabric
        - pod-security.kubernetes.io/audit: privileged
        - pod-security.kubernetes.io/enforce: privileged
        - pod-security.kubernetes.io/warn: privileged
        + pod-security.kubernetes.io/audit: restricted
        + pod-security.kubernetes.io/enforce: restricted
        + pod-security.kubernetes.io/warn: restricted
        ConfigMap/org1-peer0 ConfigMap/org2-peer0
        - vm:
        - docker:
        - attachStdout: false
        - hostConfig:
        - NetworkMode: host
        - Dns: null
        - LogConfig:
        - Type: json-file
        - Config:
        - max-size: 50m
        - max-file: "5"
        - Memory: 2147483648
        - builder: $(DOCKER_NS)/fabric-ccenv:$(TWO_DIGIT_VERSION)
        - golang:
        - runtime: $(BASE_DOCKER_NS)/fabric-baseos:$(ARCH)-$(BASE_VERSION)
        - dynamicLink: false
        - car:
        - runtime: $(BASE_DOCKER_NS)/fabric-baseos:$(ARCH)-$(BASE_VERSION)
        - java:
        - runtime: $(DOCKER_NS)/fabric-javaenv:$(TWO_DIGIT_VERSION)
        - node:
        - runtime: $(BASE_DOCKER_NS)/fabric-baseimage:$(ARCH)-$(BASE_VERSION)
        StatefulSet/org1-peer0 StatefulSet/org2-peer0
        - initContainers:
        - - name: dind
        - restartPolicy: Always
        - image: docker.io/library/docker:20.10.24-dind
        - imagePullPolicy: IfNotPresent
        - args:
        - - dockerd
        - - --host=unix:///var/run/dind/docker.sock
        - - --group=7051
        - securityContext:
        - privileged: true
        - runAsNonRoot: false
        - runAsUser: 0
        - runAsGroup: 0
        - startupProbe:
        - exec:
        - command:
        - - docker
        - - --host
        - - unix:///var/run/dind/docker.sock
        - - version
        - periodSeconds: 2
        - timeoutSeconds: 5
        - failureThreshold: 60
        - livenessProbe:
        - exec:
        - command:
        - - docker
        - - --host
        - - unix:///var/run/dind/docker.sock
        - - version
        - periodSeconds: 10
        - timeoutSeconds: 5
        - failureThreshold: 6
        - resources:
        - requests:
        - cpu: 100m
        - memory: 256Mi
        - volumeMounts:
        - - name: dind
        - mountPath: /var/run/dind
        - - name: dind-data
        - mountPath: /var/lib/docker
        - - name: CORE_VM_ENDPOINT
        - value: unix:///var/run/dind/docker.sock
        - httpGet:
        - path: /healthz
        - port: operations
        + tcpSocket:
        + port: grpc
        - - name: dind
        - mountPath: /var/run/dind
        - emptyDir: {}
        - - name: dind
        - emptyDir:
        - medium: Memory
        - sizeLimit: 1Mi
        - - name: dind-data
        "#,
    );
}

#[test]
fn a_later_fabric_begins_with_the_same_block() {
    let project = Project::other_sample_with_stores("solo");
    let (old, new) = (render(&project, &["-s", "orderer/*"]), render(&project, &["-s", "orderer/*", "--fabric-version", "2.5"]));
    expect(
        &changes(&plain(old), &plain(new)),
        r#"
        ConfigMap/orderer-orderer
        - LedgerType: file
        + MaxRecvMsgSize: 104857600
        + MaxSendMsgSize: 104857600
        - SendBufferSize: 10
        + SendBufferSize: 100
        - RootCAs: []
        - GenesisMethod: file
        - GenesisFile: null
        + BootstrapMethod: none
        + BootstrapFile: null
        + Admin:
        + ListenAddress: "0.0.0.0:7053"
        + TLS:
        + Enabled: true
        + Certificate: null
        + PrivateKey: null
        + ClientAuthRequired: true
        + ClientRootCAs: []
        + ChannelParticipation:
        + Enabled: true
        + MaxRequestBodySize: 1 MB
        Service/orderer-orderer
        + - name: admin
        + port: 7053
        + protocol: TCP
        + targetPort: admin
        StatefulSet/orderer-orderer
        - image: docker.io/hyperledger/fabric-orderer:1.4.12
        + image: docker.io/hyperledger/fabric-orderer:2.5.16
        - - name: ORDERER_GENERAL_GENESISMETHOD
        + - name: ORDERER_GENERAL_BOOTSTRAPMETHOD
        - - name: ORDERER_GENERAL_GENESISFILE
        + - name: ORDERER_GENERAL_BOOTSTRAPFILE
        + - name: ORDERER_CHANNELPARTICIPATION_ENABLED
        + value: "true"
        + - name: ORDERER_ADMIN_LISTENADDRESS
        + value: "0.0.0.0:7053"
        + - name: ORDERER_ADMIN_TLS_ENABLED
        + value: "true"
        + - name: ORDERER_ADMIN_TLS_CERTIFICATE
        + value: /etc/hyperledger/tls/tls.crt
        + - name: ORDERER_ADMIN_TLS_PRIVATEKEY
        + value: /etc/hyperledger/tls/tls.key
        + - name: ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED
        + value: "true"
        + - name: ORDERER_ADMIN_TLS_CLIENTROOTCAS
        + value: "[/etc/hyperledger/tls/ca.crt]"
        + - name: admin
        + containerPort: 7053
        + protocol: TCP
        "#,
    );
}

#[test]
fn docker_beside_peers_is_for_peers_and_their_namespace() {
    let project = Project::sample_with_stores();
    project.replace("values.yaml", "network:\n", "chaincode: {runtime: dind}\nnamespaces: {mode: per-org}\nnetwork:\n");
    project.run(&["crypto", "renew", "--missing-sans"]).ok();
    let shown = project.run(&["show"]).ok().stdout;
    assert!(shown.contains("namespace orderer of orderer (Pod Security restricted"), "{shown}");
    assert!(shown.contains("namespace org1 of org1 (Pod Security privileged)"), "{shown}");
}

#[test]
fn without_tls_consenters_have_a_port_of_their_own() {
    let rendered = |network: &str| {
        let project = Project::sample();
        project.write("network.yaml", &format!("{network}{}", project.read("network.yaml")));
        let stream = project.run(&["render", "--secrets", "omit", "-s", "orderer/*", "-s", "peer/*"]).ok().stdout;
        let block = std::fs::read(project.path().join("channel-artifacts/mychannel.block")).unwrap();
        let hosts: Vec<String> = crate::block::addresses(&block).into_iter().map(|dialled| dialled.address).collect();
        (plain(parsed(&stream)), hosts)
    };
    let ((with, _), (without, hosts)) = (rendered(""), rendered("tlsEnabled: false\n"));
    expect(
        &changes(&with, &without),
        r#"
        Service/orderer-orderer0 Service/orderer-orderer1 Service/orderer-orderer2
        + - name: cluster
        + port: 7059
        + protocol: TCP
        + targetPort: cluster
        StatefulSet/orderer-orderer0 StatefulSet/orderer-orderer1 StatefulSet/orderer-orderer2
        - value: "true"
        + value: "false"
        + - name: ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE
        + value: /etc/hyperledger/tls/tls.crt
        + - name: ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY
        + value: /etc/hyperledger/tls/tls.key
        + - name: ORDERER_GENERAL_CLUSTER_ROOTCAS
        + value: "[/etc/hyperledger/tls/ca.crt]"
        + - name: ORDERER_GENERAL_CLUSTER_LISTENADDRESS
        + value: "0.0.0.0"
        + - name: ORDERER_GENERAL_CLUSTER_LISTENPORT
        + value: "7059"
        + - name: ORDERER_GENERAL_CLUSTER_SERVERCERTIFICATE
        + value: /etc/hyperledger/tls/tls.crt
        + - name: ORDERER_GENERAL_CLUSTER_SERVERPRIVATEKEY
        + value: /etc/hyperledger/tls/tls.key
        + - name: cluster
        + containerPort: 7059
        + protocol: TCP
        StatefulSet/org1-peer0 StatefulSet/org1-peer1 StatefulSet/org2-peer0 StatefulSet/org2-peer1
        - value: "true"
        + value: "false"
        "#,
    );
    for host in ["orderer-orderer0.fabric.svc.cluster.local:7050", "orderer-orderer0.fabric.svc.cluster.local:7059"] {
        assert!(hosts.contains(&host.to_owned()), "{hosts:?}");
    }
}

#[test]
fn the_genesis_block_is_in_every_namespace_of_orderers_and_in_no_other() {
    let project = Project::copy_of(&root().join("samples/solo"));
    project.replace("values.yaml", "network:\n", "namespaces: {mode: per-org, of: {Orderer: ord}}\nnetwork:\n");
    let stream = project.run(&["render", "--secrets", "redact"]).ok().stdout;
    let secrets: Vec<&str> = stream.split("---\n").filter(|text| text.contains("genesis.block:")).collect();
    let [secret] = secrets.as_slice() else { panic!("{} Secrets", secrets.len()) };
    assert!(secret.contains("name: solo-genesis\n") && secret.contains("namespace: ord\n"), "{secret}");
    // A block is public: a review sees it as it is.
    let block = std::fs::read(project.path().join("channel-artifacts/genesis.block")).unwrap();
    use base64::Engine as _;
    assert!(secret.contains(&base64::prelude::BASE64_STANDARD.encode(block)), "{secret}");
}
