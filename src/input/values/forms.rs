//! How settings are written that are often written in other ways: what Helm charts and Kubernetes call alike, and what is a list or a map
//! here. Which words a setting takes is `words`'s.

/// The end of a setting's path, and an example.
pub const FORMS: &[(&str, &str)] = &[
    (".image", "image: {repository: hyperledger/fabric-peer, tag: 2.5.16}"),
    (".pullSecrets", "pullSecrets: [regcred]"),
    (".imagePullSecrets", "image: {pullSecrets: [regcred]}"),
    (".storage", "storage: {size: 10Gi, className: fast}"),
    (".storageClass", "className: fast"),
    (".storageClassName", "className: fast"),
    (".resources", "resources: {requests: {cpu: 500m}, limits: {memory: 1Gi}}"),
    (".nodeSelector", "nodeSelector: {disk: ssd}"),
    (".tolerations", "tolerations: [{key: dedicated, operator: Exists}]"),
    (
        ".topologySpreadConstraints",
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]",
    ),
    (".hostAliases", "hostAliases: [{ip: 10.0.0.1, hostnames: [db.example.com]}]"),
    (".podLabels", "podLabels: {team: ledger}"),
    (".podAnnotations", "podAnnotations: {example.com/note: text}"),
    (".expose", "expose: {type: nodePort}"),
    (".extraEnv", "extraEnv: [{name: A, value: b}]"),
    (".extraVolumes", "extraVolumes: [{name: certs, secret: {secretName: certs}}]"),
    (".extraVolumeMounts", "extraVolumeMounts: [{name: certs, mountPath: /certs}]"),
    (".extraContainers", "extraContainers: [{name: side, image: side:1}]"),
    (".extraInitContainers", "extraInitContainers: [{name: first, image: first:1}]"),
    (".clients", "clients: [{ipBlock: {cidr: 10.0.0.0/8}}]"),
    (".admins", "admins: [{ipBlock: {cidr: 10.0.0.0/8}}]"),
    (".consenters", "consenters: [{ipBlock: {cidr: 10.0.0.0/8}}]"),
];
