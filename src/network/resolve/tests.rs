//! What names, hosts and ports of files mean, tried on small networks. Wrong files are `tests/diagnostics`'s.

use crate::diag::{Code, Problems};
use crate::input;
use crate::network::{Address, Addressing, MemberOrg, Network, Node, OrgKind, resolve};
use crate::project::Project;

const ORGS: &str = r#"
OrdererOrgs:
  - Name: Ord
    Domain: ord.test
    Specs:
      - Hostname: one
        SANS: ["alias.{{.Domain}}", two.ord.test]
      - Hostname: two
      - Hostname: Three_3
        CommonName: third.elsewhere.test
PeerOrgs:
  - {Name: "Big Bank", Domain: bank.test, Template: {Count: 2, Start: 5}, Users: {Count: 1}}
  - {Domain: shop.test, Specs: [{CommonName: till.shop.test}, {Hostname: one}]}
"#;

/// A channel with these endpoints and consenters (`host:port` and node), as YAML of configtx.yaml.
fn configtx(endpoints: &[&str], consenters: &[(&str, &str)], anchors: &[&str]) -> String {
    let pair = |address: &str| {
        let (host, port) = address.rsplit_once(':').unwrap();
        format!("Host: '{host}', Port: {port}")
    };
    let consenters = consenters.iter().map(|(address, node)| {
        let certificate = format!("/any/ordererOrganizations/ord.test/orderers/{node}/tls/server.crt");
        format!("          - {{{}, ClientTLSCert: {certificate}, ServerTLSCert: {certificate}}}\n", pair(address))
    });
    let anchors: Vec<String> = anchors.iter().map(|address| format!("{{{}}}", pair(address))).collect();
    let policies = "Policies: {Admins: &p {Type: ImplicitMeta, Rule: ANY Admins}, Readers: *p, Writers: *p, BlockValidation: *p, Endorsement: *p}";
    format!(
        "Profiles:
  channel:
    {policies}
    Capabilities: {{V2_0: true}}
    Orderer:
      {policies}
      OrdererType: etcdraft
      Capabilities: {{V2_0: true}}
      Organizations:
        - {{Name: O, ID: OrdID, MSPDir: x/ordererOrganizations/ord.test/msp/, {policies}, OrdererEndpoints: ['{}']}}
      EtcdRaft:
        Consenters:
{}    Application:
      {policies}
      Capabilities: {{V2_0: true}}
      Organizations:
        - {{Name: B, ID: BankID, MSPDir: ../y/peerOrganizations/bank.test/msp, {policies}, AnchorPeers: [{}]}}
",
        endpoints.join("', '"),
        consenters.collect::<String>(),
        anchors.join(", ")
    )
}

fn resolved(configtx: &str, values: &str) -> (Network, Problems) {
    resolved_beside("{}", configtx, values)
}

/// The same beside a network.yaml.
fn resolved_beside(network: &str, configtx: &str, values: &str) -> (Network, Problems) {
    let dir = tempfile::tempdir().unwrap();
    let files = [("crypto-config.yaml", ORGS), ("configtx.yaml", configtx), ("network.yaml", network), ("values.yaml", values)];
    for (name, text) in files {
        crate::fs::write(&dir.path().join(name), text.as_bytes(), crate::fs::Mode::Public).unwrap();
    }
    let mut problems = Problems::new();
    let network = input::load(&Project::in_dir(dir.path()), &mut problems)
        .and_then(|inputs| resolve(&inputs, &crate::lock::NodePorts::new(), super::Purpose::Deployment, &mut problems));
    assert!(!problems.has_errors(), "{problems:?}");
    (network.unwrap(), problems)
}

/// What was said of hosts: these networks are small on purpose.
fn said(problems: &Problems) -> Vec<Code> {
    let of_hosts = |code: &Code| ![Code::FK0244, Code::FK0266].contains(code);
    problems.iter().map(|problem| problem.code).filter(of_hosts).collect()
}

const CONSENTERS: &[(&str, &str)] = &[("one.ord.test:7050", "one.ord.test"), ("127.0.0.1:8050", "two.ord.test")];

fn ordering(network: &Network) -> &MemberOrg {
    &network.channels[0].config.orderer_orgs()[0]
}

fn meant<'n>(network: &'n Network, address: &Address) -> Option<&'n str> {
    address.node.map(|node| network.node(node).common_name.as_str())
}

fn node<'n>(network: &'n Network, name: &str) -> &'n Node {
    network.nodes().find(|node| node.name == name).expect(name)
}

#[test]
fn a_host_means_a_node_by_each_of_its_names() {
    let table = [
        ("one.ord.test", Some("one.ord.test")),
        ("ONE.ord.test", Some("one.ord.test")),
        ("one.ord.test.", Some("one.ord.test")),
        ("one", Some("one.ord.test")),
        ("alias.ord.test", Some("one.ord.test")),
        ("ord-one", Some("one.ord.test")),
        ("ord-one.fabric", Some("one.ord.test")),
        ("ord-one.fabric.svc.cluster.local", Some("one.ord.test")),
        ("hlf-orderer--Ord--one", Some("one.ord.test")),
        ("Three_3", Some("third.elsewhere.test")),
        ("ord-three-3", Some("third.elsewhere.test")),
        // A common name before an alias of another node.
        ("two.ord.test", Some("two.ord.test")),
        ("orderer.far.test", None),
        ("10.1.2.3", None),
    ];
    let endpoints: Vec<String> = table.iter().map(|(host, _)| format!("{host}:7050")).collect();
    let endpoints: Vec<&str> = endpoints.iter().map(String::as_str).collect();
    let (network, problems) = resolved(&configtx(&endpoints, CONSENTERS, &[]), "");
    assert!(said(&problems).is_empty(), "{problems:?}");
    for (address, (host, expected)) in ordering(&network).orderer_endpoints.iter().zip(table) {
        assert_eq!(meant(&network, address), expected, "{host}");
        assert_eq!(address.written.host, host);
        let deployed = address.node.map_or(host, |node| network.node(node).host.as_str());
        assert_eq!(address.deployed.host, deployed);
    }
}

#[test]
fn a_consenters_address_means_its_node_in_endpoints_too() {
    let (network, problems) = resolved(&configtx(&["127.0.0.1:8050", "127.0.0.1:9999"], CONSENTERS, &[]), "");
    let meant: Vec<_> = ordering(&network).orderer_endpoints.iter().map(|address| meant(&network, address)).collect();
    assert_eq!(meant, [Some("two.ord.test"), Some("third.elsewhere.test")]);
    assert_eq!(said(&problems), [Code::FK0225]);
    let offered: Vec<_> = node(&network, "ord-two").service_ports.iter().map(|port| (port.target.word(), port.port)).collect();
    assert_eq!(offered, [("grpc", 7050), ("grpc", 8050), ("admin", 7053), ("operations", 9443)]);
}

#[test]
fn a_host_that_one_consenter_has_means_it_at_other_ports_too() {
    let consenters = [
        ("raft.far.test:7059", "one.ord.test"),
        ("many.far.test:1", "two.ord.test"),
        ("many.far.test:2", "third.elsewhere.test"),
    ];
    let endpoints = ["raft.far.test:7050", "many.far.test:2", "many.far.test:3"];
    let (network, _) = resolved(&configtx(&endpoints, &consenters, &[]), "");
    let meant: Vec<_> = ordering(&network).orderer_endpoints.iter().map(|address| meant(&network, address)).collect();
    assert_eq!(meant, [Some("one.ord.test"), Some("third.elsewhere.test"), None]);
}

#[test]
fn a_loopback_anchor_peer_is_the_first_of_its_org() {
    let (network, problems) = resolved(&configtx(&["one:7050"], CONSENTERS, &["localhost:7055", "peer6:7051"]), "");
    let anchors = &network.channels[0].config.application_orgs()[0].anchor_peers;
    let meant: Vec<_> = anchors.iter().map(|anchor| meant(&network, &anchor.address)).collect();
    assert_eq!(meant, [Some("peer5.bank.test"), Some("peer6.bank.test")]);
    assert_eq!(said(&problems), [Code::FK0275]);
}

#[test]
fn a_service_of_another_namespace_means_its_node_where_its_own_org_says_it() {
    let consenters = [("ord-one.fabric:7050", "one.ord.test")];
    let endpoints = ["ord-one.fabric:7050", "ord-two.fabric:7050", "ord-two.trial:7050", "ord-two.a.b:7050"];
    let anchors = ["big-bank-peer5.fabric.svc:7051", "shop-one.fabric.svc.cluster.local:7051", "ord-one.fabric:7051"];
    for (addressing, one, two, peer) in [
        (
            "service",
            "ord-one.trial.svc.cluster.local",
            "ord-two.trial.svc.cluster.local",
            "big-bank-peer5.trial.svc.cluster.local",
        ),
        ("domain", "one.ord.test", "two.ord.test", "peer5.bank.test"),
    ] {
        let values = format!("{{addressing: {addressing}, namespaces: {{name: trial}}}}");
        let (network, problems) = resolved(&configtx(&endpoints, &consenters, &anchors), &values);
        let deployed = |address: &Address| address.deployed.host.clone();
        let hosts: Vec<String> = ordering(&network).orderer_endpoints.iter().map(deployed).collect();
        let by_right_name = if addressing == "service" { two } else { "ord-two.trial" };
        assert_eq!(hosts, [one, two, by_right_name, "ord-two.a.b"]);
        let anchors = &network.channels[0].config.application_orgs()[0].anchor_peers;
        let hosts: Vec<String> = anchors.iter().map(|anchor| deployed(&anchor.address)).collect();
        // An anchor peer of another org may be anywhere, and no peer is called as an orderer.
        assert_eq!(hosts, [peer, "shop-one.fabric.svc.cluster.local", "ord-one.fabric"]);
        assert_eq!(said(&problems), [Code::FK0269; 3]);
    }
}

#[test]
fn what_values_say_of_addressing_stands_over_pivts_switch() {
    for (values, expected) in
        [("{}", Addressing::Domain), ("addressing: service", Addressing::Service), ("addressing: domain", Addressing::Domain)]
    {
        let configtx = configtx(&["one:7050"], CONSENTERS, &[]);
        let (network, _) = resolved_beside("useActualDomains: true", &configtx, values);
        assert_eq!(network.addressing, expected, "{values}");
    }
}

#[test]
fn what_is_in_the_way_of_a_users_ports_moves_to_the_next_free_one() {
    let anchors = ["peer5:7052", "peer5:7053", "peer5:9443", "peer6:65535"];
    let (network, _) = resolved(&configtx(&["one:7054", "one:7053"], CONSENTERS, &anchors), "");
    let offered = |name: &str| -> Vec<(String, u16)> {
        node(&network, name).service_ports.iter().map(|port| (port.name.clone(), port.port)).collect()
    };
    let ports = |list: &[(&str, u16)]| list.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect::<Vec<_>>();
    let bank = [
        ("grpc", 7051),
        ("grpc-7052", 7052),
        ("grpc-7053", 7053),
        ("grpc-9443", 9443),
        ("chaincode", 7054),
        ("operations", 9444),
    ];
    assert_eq!(offered("big-bank-peer5"), ports(&bank));
    let one = [("grpc", 7050), ("grpc-7053", 7053), ("grpc-7054", 7054), ("admin", 7055), ("operations", 9443)];
    assert_eq!(offered("ord-one"), ports(&one));
    // Containers listen where they always do.
    let listeners: Vec<_> = node(&network, "big-bank-peer5").ports.iter().map(|port| (port.name.word(), port.port)).collect();
    assert_eq!(listeners, [("grpc", 7051), ("chaincode", 7052), ("operations", 9443)]);
}

#[test]
fn an_org_has_the_msp_id_of_its_folder_or_of_its_name() {
    let (network, _) = resolved(&configtx(&["one:7050"], CONSENTERS, &[]), "");
    let ids: Vec<_> = network.orgs.iter().map(|org| (org.kind, org.short_name.as_str(), org.msp_id.as_str())).collect();
    let expected =
        [(OrgKind::Orderer, "Ord", "OrdID"), (OrgKind::Peer, "Big Bank", "BankID"), (OrgKind::Peer, "shop", "shopMSP")];
    assert_eq!(ids, expected);
    assert!(network.orgs.iter().flat_map(|org| org.nodes.iter().map(move |node| (org, node))).all(|(o, n)| o.msp_id == n.msp_id));
}

#[test]
fn the_orgs_of_the_profile_join_where_nobody_lists_them() {
    let (network, _) = resolved(&configtx(&["one:7050"], CONSENTERS, &[]), "");
    let members: Vec<_> = network.channels[0].members.iter().map(|org| network.org(*org).domain.as_str()).collect();
    assert_eq!(members, ["bank.test"]);
    assert_eq!((network.channels[0].name.as_str(), network.channels[0].profile.as_str()), ("channel", "channel"));
}

#[test]
fn names_are_slugs_unless_values_say_otherwise() {
    let names = |values: &str| -> Vec<String> {
        let (network, _) = resolved(&configtx(&["one:7050"], CONSENTERS, &[]), values);
        network.nodes().map(|node| node.name.clone()).collect()
    };
    let usual = ["ord-one", "ord-two", "ord-three-3", "big-bank-peer5", "big-bank-peer6", "shop-till", "shop-one"];
    assert_eq!(names(""), usual);
    let renamed = names("orgs: {bank.test: {name: bb}}");
    assert_eq!(renamed[3..5], ["bb-peer5", "bb-peer6"]);
    assert_eq!(renamed[..3], usual[..3]);
}

#[test]
fn a_certificate_has_cryptogens_names_first_and_every_name_once() {
    let (network, _) = resolved(&configtx(&["one:7050"], CONSENTERS, &[]), "");
    let expected = [
        "one.ord.test",
        "one",
        "alias.ord.test",
        "two.ord.test",
        "ord-one",
        "ord-one.fabric",
        "ord-one.fabric.svc",
        "ord-one.fabric.svc.cluster.local",
        "ord-orderer-svc",
        "ord-orderer-svc.fabric",
        "ord-orderer-svc.fabric.svc",
        "ord-orderer-svc.fabric.svc.cluster.local",
        "localhost",
        "127.0.0.1",
    ];
    assert_eq!(node(&network, "ord-one").sans, expected);
    assert_eq!(node(&network, "shop-till").sans[..2], ["till.shop.test", "shop-till"]);
}

#[test]
fn domain_addressing_keeps_hosts_that_dns_can_be_told_of() {
    let endpoints = ["alias.ord.test:7050", "ord-one:7050", "two:7050", "hlf-orderer--Ord--Three_3:7050", "far.test:7050"];
    let (network, _) = resolved(&configtx(&endpoints, CONSENTERS, &[]), "addressing: domain");
    let deployed: Vec<_> = ordering(&network).orderer_endpoints.iter().map(|address| address.deployed.host.as_str()).collect();
    assert_eq!(deployed, ["alias.ord.test", "ord-one", "two.ord.test", "third.elsewhere.test", "far.test"]);
    let one = node(&network, "ord-one");
    assert_eq!((one.host.as_str(), one.address.as_str()), ("one.ord.test", "one.ord.test:7050"));
    assert!(one.dialled.iter().all(|host| one.sans.contains(host)), "{:?}", one.dialled);
    let told = network.hosts_to_resolve();
    assert!(told["alias.ord.test"].name == "ord-one" && told.contains_key("peer5.bank.test"), "{told:?}");
    assert!(!told.contains_key("ord-one") && !told.contains_key("far.test"), "{told:?}");
}

#[test]
fn a_bare_service_name_is_known_in_its_own_namespace_alone() {
    let values = "{addressing: domain, namespaces: {mode: per-org}}";
    let (network, _) = resolved(&configtx(&["ord-one:7050"], CONSENTERS, &[]), values);
    assert_eq!(ordering(&network).orderer_endpoints[0].deployed.host, "one.ord.test");
}

#[test]
fn gossip_starts_from_the_first_peer_of_the_org() {
    let (network, _) = resolved(&configtx(&["one:7050"], CONSENTERS, &[]), "");
    let variable =
        |node: &Node, name: &str| node.env.iter().find(|variable| variable.name == name).unwrap().value.clone().unwrap();
    for (name, first) in [("big-bank-peer5", "big-bank-peer5"), ("big-bank-peer6", "big-bank-peer5"), ("shop-one", "shop-till")] {
        let bootstrap = variable(node(&network, name), "CORE_PEER_GOSSIP_BOOTSTRAP");
        assert_eq!(bootstrap, format!("{first}.fabric.svc.cluster.local:7051"));
    }
}
