//! Networks made by hand, for the tests of the stages after `resolve`.

use super::*;
use crate::diag::Place;
use std::path::Path;

/// An ordering org of three Raft consenters and two peer orgs of two peers and a user, with NodeOUs, and one channel.
pub(crate) fn two_orgs() -> Network {
    let orgs = vec![
        org(OrgId::new(0), OrgKind::Orderer, "example.com", &["orderer0", "orderer1", "orderer2"]),
        org(OrgId::new(1), OrgKind::Peer, "org1.example.com", &["peer0", "peer1"]),
        org(OrgId::new(2), OrgKind::Peer, "org2.example.com", &["peer0", "peer1"]),
    ];
    let channels = vec![channel(&orgs)];
    Network {
        name: "fabric".into(),
        fabric_version: FabricVersion::new(2, 5, 16),
        addressing: Addressing::Service,
        cluster_domain: "cluster.local".into(),
        namespaces: vec![],
        orgs,
        channels,
    }
}

/// An org with nodes of these hostnames; a peer org has one user beside its administrator.
fn org(id: OrgId, kind: OrgKind, domain: &str, hostnames: &[&str]) -> Org {
    let short_name = domain.split('.').next().unwrap().to_owned();
    let user = |name: &str, admin| User { common_name: format!("{name}@{domain}"), admin };
    let mut users = vec![user("Admin", true)];
    if kind == OrgKind::Peer {
        users.insert(0, user("User1", false));
    }
    let nodes = hostnames.iter().enumerate().map(|(i, hostname)| node(NodeId::new(id, i), kind, domain, hostname)).collect();
    Org {
        id,
        kind,
        name: short_name.clone(),
        msp_id: format!("{short_name}MSP"),
        short_name,
        domain: domain.into(),
        node_ous: true,
        ca: CertificateAuthority {
            common_name: format!("ca.{domain}"),
            subject: Subject {
                country: "US".into(),
                province: "California".into(),
                locality: "San Francisco".into(),
                organizational_unit: String::new(),
                street_address: String::new(),
                postal_code: String::new(),
            },
        },
        users,
        nodes,
        namespace: "fabric".into(),
        secrets: names::org_secrets(domain.split('.').next().unwrap()),
        labels: Labels::new(),
        service: None,
        peers_may_be_down: None,
        place: Place::new(Path::new("crypto-config.yaml"), 1),
    }
}

/// A node.
fn node(id: NodeId, kind: OrgKind, domain: &str, hostname: &str) -> Node {
    let (role, port) = match kind {
        OrgKind::Orderer => (Role::Orderer, 7050),
        OrgKind::Peer => (Role::Peer, 7051),
    };
    let short = domain.split('.').next().unwrap();
    let name = format!("{short}-{hostname}");
    let common_name = format!("{hostname}.{domain}");
    let host = format!("{name}.fabric.svc.cluster.local");
    let mut sans = vec![common_name.clone(), hostname.to_owned(), name.clone(), host.clone()];
    let client_names = match role {
        Role::Orderer => vec![],
        Role::Peer => vec![format!("{short}-peer-gateway-svc.fabric.svc.cluster.local")],
    };
    sans.extend(client_names.iter().cloned());
    sans.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    Node {
        id,
        role,
        name,
        hostname: hostname.into(),
        common_name,
        namespace: "fabric".into(),
        msp_id: format!("{short}MSP"),
        address: format!("{host}:{port}"),
        host,
        sans,
        client_names,
        secrets: names::node_secrets(&format!("{short}-{hostname}")),
        labels: Labels::new(),
        selector: Labels::new(),
        ports: vec![],
        service_ports: vec![],
        image: Image { reference: "hyperledger/fabric".into(), pull_policy: "IfNotPresent".into() },
        pull_secrets: vec![],
        env: vec![],
        storage: Storage { size: "1Gi".into(), class: None },
        resources: serde_json::Value::Null,
        node_selector: Default::default(),
        tolerations: vec![],
        couchdb: None,
        paths: Paths::STANDARD,
        rollout: Rollout::Rolling,
        place: Place::new(Path::new("crypto-config.yaml"), 2),
    }
}

/// A channel that all orderers of the orgs order.
fn channel(orgs: &[Org]) -> Channel {
    let orderers = orgs.iter().flat_map(|org| &org.nodes).filter(|node| node.role == Role::Orderer);
    let consenters = orderers.map(|node| {
        let address = |host: &str| HostPort { host: host.into(), port: 7050 };
        Consenter {
            address: Address { written: address(&node.common_name), deployed: address(&node.host), node: Some(node.id) },
            client_tls_cert: CertificateSource::NodeTls(node.id),
            server_tls_cert: CertificateSource::NodeTls(node.id),
            place: Place::default(),
        }
    });
    let options = RaftOptions {
        tick_interval: "500ms".into(),
        election_tick: 10,
        heartbeat_tick: 1,
        max_inflight_blocks: 5,
        snapshot_interval_size: 16 << 20,
    };
    let orderer = OrdererConfig {
        consensus: Consensus::Raft { consenters: consenters.collect(), options },
        addresses: vec![],
        batch_timeout: "2s".into(),
        batch_size: BatchSize { max_message_count: 10, absolute_max_bytes: 1 << 20, preferred_max_bytes: 1 << 19 },
        max_channels: 0,
        capabilities: None,
        policies: vec![],
        orgs: vec![],
    };
    Channel {
        name: "mychannel".into(),
        profile: "MyChannel".into(),
        members: orgs.iter().filter(|org| org.kind == OrgKind::Peer).map(|org| org.id).collect(),
        config: ChannelConfig {
            consortium: None,
            capabilities: None,
            policies: vec![],
            orderer,
            application: ApplicationConfig { capabilities: None, policies: vec![], acls: vec![], orgs: vec![] },
        },
        place: Place::default(),
    }
}
