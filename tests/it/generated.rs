//! Networks made up from a seed: the text of their files, always right, never the usual.
//! What must hold of them is `properties`'s.

use std::fmt::Write as _;

/// Numbers that look random and are the same for a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// A made-up network.
pub struct Generated {
    pub crypto_config: String,
    pub configtx: String,
    pub network: Option<String>,
    pub values: String,
    /// Addresses in it that are machines elsewhere.
    pub external: Vec<String>,
    /// Secrets that the user brings into the cluster.
    pub brought: Vec<&'static str>,
}

struct Org {
    ordering: bool,
    name: String,
    domain: String,
    msp_id: String,
    nodes: Vec<Node>,
}

struct Node {
    hostname: String,
    common_name: String,
    /// How configtx.yaml may call it.
    names: Vec<String>,
}

const ORG_NAMES: &[&str] = &["Org", "acme", "Big Bank", "Trade_Fin", "o-r-g"];
const HOSTNAMES: &[&str] = &["peer", "Node", "n-o", "a_b", "x"];
const PORTS: &[u16] = &[7050, 7051, 7052, 7053, 7054, 8051, 9443, 9444, 443, 1, 65535];

/// The network of a seed.
pub fn network(seed: u64) -> Generated {
    let dice = &mut Dice::new(seed);
    let mut orgs: Vec<Org> = Vec::new();
    for ordering in [true, false] {
        for _ in 0..1 + dice.below(if ordering { 2 } else { 4 }) {
            let org = org(orgs.len(), ordering, dice);
            orgs.push(org);
        }
    }
    let by_name = dice.one_in(2);
    let mut generated = Generated {
        crypto_config: crypto_config(&orgs, dice),
        configtx: String::new(),
        network: by_name.then(|| {
            "network: {channels: [{name: trade, profile: The_Profile}, {name: other.channel-2, profile: The_Profile}]}\n"
                .to_owned()
        }),
        values: values(&orgs, dice),
        external: Vec::new(),
        brought: vec!["registry", "prometheus-client", "outer-couchdb"],
    };
    configtx(&orgs, &mut generated, dice);
    generated
}

fn org(index: usize, ordering: bool, dice: &mut Dice) -> Org {
    let name = format!("{}{index}", dice.pick(ORG_NAMES));
    let domain = format!("{}{index}.example.{}", if ordering { "ord" } else { "org" }, dice.pick(&["com", "co.uk", "test"]));
    let nodes = (0..1 + dice.below(4)).map(|i| {
        let hostname = format!("{}{i}", dice.pick(HOSTNAMES));
        let common_name =
            if dice.one_in(4) { format!("{}-of.{domain}", hostname.to_lowercase()) } else { format!("{hostname}.{domain}") };
        let mut names = vec![common_name.clone(), format!("alias{i}.{domain}")];
        names.push(format!("hlf-{}--{name}--{hostname}", if ordering { "orderer" } else { "peer" }));
        Node { hostname, common_name, names }
    });
    Org { ordering, domain: domain.clone(), msp_id: format!("MSP-{index}"), nodes: nodes.collect(), name }
}

fn crypto_config(orgs: &[Org], dice: &mut Dice) -> String {
    let mut text = String::new();
    for ordering in [true, false] {
        let _ = writeln!(text, "{}:", if ordering { "OrdererOrgs" } else { "PeerOrgs" });
        for org in orgs.iter().filter(|org| org.ordering == ordering) {
            let _ = writeln!(text, "  - Name: {}\n    Domain: {}\n    EnableNodeOUs: {}", org.name, org.domain, !dice.one_in(4));
            let _ = writeln!(text, "    Users: {{Count: {}}}\n    Specs:", dice.below(3));
            for (i, Node { hostname, common_name, names: _ }) in org.nodes.iter().enumerate() {
                let _ = writeln!(text, "      - Hostname: {hostname}\n        CommonName: {common_name}");
                let _ = writeln!(text, "        SANS: [\"alias{i}.{{{{.Domain}}}}\", 10.0.0.{i}]");
            }
        }
    }
    text
}

fn values(orgs: &[Org], dice: &mut Dice) -> String {
    let addressing = dice.pick(&["service", "service", "domain"]);
    let mut text = format!("addressing: {addressing}\n");
    if dice.one_in(2) {
        text.push_str("namespaces: {name: some-namespace}\nclusterDomain: k8s.example\n");
    } else if dice.one_in(2) {
        // Some orgs together, the others each in a namespace of their own name.
        let mut entries = Vec::new();
        for org in orgs {
            let key = if dice.one_in(2) { &org.name } else { &org.domain };
            entries.extend(dice.one_in(2).then(|| format!("{key}: {}", dice.pick(&["1st", "second"]))));
        }
        let _ = writeln!(text, "namespaces: {{mode: per-org, of: {{{}}}}}", entries.join(", "));
    }
    let renamed = dice.one_in(3).then(|| dice.below(orgs.len()));
    let database = dice.pick(&["couchdb", "couchdb", "leveldb", "external"]);
    text.push_str("orgs:\n");
    for (i, org) in orgs.iter().enumerate() {
        let name = if renamed == Some(i) { "name: renamed, " } else { "" };
        let own = |node: &Node| {
            format!("{}: {{couchdb: {{external: {{address: 'outer-{i}-{}:5984'}}}}}}", node.hostname, node.hostname)
        };
        // A CouchDB of the user's for each peer.
        let external = database == "external" && !org.ordering;
        let nodes: Vec<String> = org.nodes.iter().filter(|_| external).map(own).collect();
        let _ = writeln!(text, "  {}: {{{name}nodes: {{{}}}}}", org.domain, nodes.join(", "));
    }
    text.push_str(&nodes(database, dice));
    for feature in ["ca", "cli", "connectionProfile", "networkPolicies"] {
        let _ = writeln!(text, "{feature}: {{enabled: {}}}", dice.one_in(2));
    }
    text.push_str(&watching(dice));
    text
}

/// What stands under `defaults`, `peer`, `orderer` and `gateway`.
fn nodes(database: &str, dice: &mut Dice) -> String {
    let mut text = String::new();
    if database == "external" {
        text.push_str("couchdb: {external: {existingSecret: outer-couchdb}}\n");
    }
    let database = format!("stateDatabase: {database}, ");
    for (component, more) in [("peer", database.as_str()), ("orderer", ""), ("gateway", "")] {
        let affinity = if component == "gateway" && dice.one_in(2) { "sessionAffinity: ClientIP, " } else { "" };
        let limits =
            if component != "gateway" && dice.one_in(2) { "resources: {limits: {memory: 4Gi}}, logFormat: json, " } else { "" };
        let kind = dice.pick(&["none", "none", "nodePort", "loadBalancer", "ingress", "tlsRoute"]);
        let expose = format!("expose: {{type: {kind}, domain: out.example, gateway: {{name: edge}}}}");
        let _ = writeln!(text, "{component}: {{{more}{affinity}{limits}{expose}}}");
    }
    if dice.one_in(2) {
        let apart = dice.pick(&["soft", "hard", "none"]);
        let _ = writeln!(text, "defaults:\n  podAntiAffinity: {apart}\n  priorityClassName: high\n  nodeSelector: {{disk: ssd}}");
        text.push_str("  tolerations: [{key: fabric, operator: Exists}]\n  podLabels: {team: trade}\n");
        text.push_str("  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]\n");
        text.push_str("  hostAliases: [{ip: 203.0.113.7, hostnames: [far.away.example]}]\n");
    }
    if dice.one_in(2) {
        text.push_str("image: {registry: mirror.example, pullSecrets: [registry]}\n");
    }
    if dice.one_in(4) {
        text.push_str("chaincode: {runtime: dind}\n");
    }
    text
}

/// Metrics, who is told them, and what is made of them.
fn watching(dice: &mut Dice) -> String {
    let mut text = String::from("monitoring:\n");
    for feature in ["serviceMonitor", "prometheusRule", "dashboard"] {
        let _ = writeln!(text, "  {feature}: {{enabled: {}}}", dice.one_in(2));
    }
    let client = if dice.one_in(2) { "prometheus-client" } else { "" };
    let _ = writeln!(text, "operations: {{tls: {{enabled: {}, clientSecret: '{client}'}}}}", dice.one_in(2));
    text
}

fn configtx(orgs: &[Org], generated: &mut Generated, dice: &mut Dice) {
    let policies = |text: &mut String, indent: &str, more: &str| {
        for name in ["Admins", "Readers", "Writers", more].into_iter().filter(|name| !name.is_empty()) {
            let _ = writeln!(text, "{indent}  {name}: {{Type: ImplicitMeta, Rule: \"ANY Admins\"}}");
        }
    };
    let capabilities = "{V2_0: true}";
    // A network that was tried on one machine first: a port each.
    let loopback = dice.one_in(3);
    let mut text = String::from("Profiles:\n  The_Profile:\n    Policies:\n");
    policies(&mut text, "    ", "");
    let _ = writeln!(text, "    Capabilities: {capabilities}\n    Orderer:\n      OrdererType: etcdraft\n      Policies:");
    policies(&mut text, "      ", "BlockValidation");
    let _ = writeln!(text, "      Capabilities: {capabilities}\n      EtcdRaft:\n        Consenters:");
    let mut endpoints: Vec<(usize, String)> = Vec::new();
    for (i, org) in orgs.iter().enumerate().filter(|(_, org)| org.ordering) {
        for (j, node) in org.nodes.iter().enumerate() {
            let host = match dice.below(4) {
                _ if loopback => "127.0.0.1".to_owned(),
                // A host that only the certificate's path says anything of.
                0 => format!("raft-{i}-{j}.dns.example"),
                _ => node.names[dice.below(node.names.len())].clone(),
            };
            let port = if loopback { 7050 + 1000 * i + 10 * j } else { usize::from(PORTS[dice.below(PORTS.len())]) };
            let certificate = format!("x/ordererOrganizations/{}/orderers/{}/tls/server.crt", org.domain, node.common_name);
            let _ = writeln!(text, "          - Host: {host}\n            Port: {port}");
            let _ = writeln!(text, "            ClientTLSCert: {certificate}\n            ServerTLSCert: ../{certificate}");
            let name = if loopback || dice.one_in(2) { host } else { node.names[dice.below(node.names.len())].clone() };
            let port = if loopback || dice.one_in(2) { port } else { usize::from(PORTS[dice.below(PORTS.len())]) };
            endpoints.push((i, format!("{name}:{port}")));
        }
    }
    if dice.one_in(4) {
        let external = format!("orderer.elsewhere.net:{}", PORTS[dice.below(PORTS.len())]);
        endpoints.push((0, external.clone()));
        generated.external.push(external);
    }
    for ordering in [true, false] {
        if !ordering {
            let _ = writeln!(text, "    Application:\n      Policies:");
            policies(&mut text, "      ", "Endorsement");
            let _ = writeln!(text, "      Capabilities: {capabilities}");
        }
        text.push_str("      Organizations:\n");
        for (i, org) in orgs.iter().enumerate().filter(|(_, org)| org.ordering == ordering) {
            let section = if ordering { "orderer" } else { "peer" };
            let _ = writeln!(text, "        - Name: {}\n          ID: {}", org.msp_id, org.msp_id);
            let _ = writeln!(text, "          MSPDir: any/where/{section}Organizations/{}/msp\n          Policies:", org.domain);
            for name in ["Admins", "Readers", "Writers", "Endorsement"] {
                let _ = writeln!(text, "            {name}: {{Type: Signature, Rule: \"OR('{}.member')\"}}", org.msp_id);
            }
            if ordering {
                let own: Vec<&str> = endpoints.iter().filter(|(of, _)| *of == i).map(|(_, address)| address.as_str()).collect();
                let _ = writeln!(text, "          OrdererEndpoints: [{}]", own.join(", "));
            } else if !dice.one_in(3) {
                let node = &org.nodes[dice.below(org.nodes.len())];
                let host = if dice.one_in(5) { "localhost" } else { &node.names[dice.below(node.names.len())] };
                let port = PORTS[dice.below(PORTS.len())];
                let _ = writeln!(text, "          AnchorPeers: [{{Host: \"{host}\", Port: {port}}}]");
            }
        }
    }
    generated.configtx = text;
}
