//! A network written by hand for tests of the channel stage: what `tests/fixtures/raft-two-orgs` says.
//! It has what blocks are made of; what only pods need is left empty.

use super::*;
use crate::diag::Place;
use std::path::Path;

/// Two peer orgs and three Raft orderers of one ordering org, with the channel `mychannel`.
pub(crate) fn raft_two_orgs() -> Network {
    let mut orgs = vec![
        org(0, OrgKind::Orderer, "orderer", "example.com", "OrdererMSP"),
        org(1, OrgKind::Peer, "org1", "org1.example.com", "Org1MSP"),
        org(2, OrgKind::Peer, "org2", "org2.example.com", "Org2MSP"),
    ];
    orgs[0].nodes = (0..3).map(orderer).collect();
    Network {
        name: "fabric".into(),
        fabric_version: FabricVersion::new(2, 5, 16),
        addressing: Addressing::Service,
        cluster_domain: "cluster.local".into(),
        namespaces: Vec::new(),
        orgs,
        channels: vec![channel()],
    }
}

/// The id of an org of a test network.
pub(crate) fn org_id(index: usize) -> OrgId {
    OrgId::new(index)
}

fn org(index: usize, kind: OrgKind, name: &str, domain: &str, msp_id: &str) -> Org {
    let nothing = String::new();
    Org {
        id: OrgId::new(index),
        kind,
        name: name.into(),
        short_name: name.into(),
        domain: domain.into(),
        msp_id: msp_id.into(),
        node_ous: true,
        ca: CertificateAuthority {
            common_name: format!("ca.{domain}"),
            subject: Subject {
                country: nothing.clone(),
                province: nothing.clone(),
                locality: nothing.clone(),
                organizational_unit: nothing.clone(),
                street_address: nothing.clone(),
                postal_code: nothing,
            },
        },
        users: Vec::new(),
        nodes: Vec::new(),
        namespace: "fabric".into(),
        secrets: names::org_secrets(name),
        labels: Labels::new(),
        service: None,
        peers_may_be_down: None,
        place: Place::default(),
    }
}

fn orderer(index: usize) -> Node {
    let name = format!("orderer-orderer{index}");
    let host = format!("{name}.fabric.svc.cluster.local");
    let common_name = format!("orderer{index}.example.com");
    Node {
        id: NodeId::new(OrgId::new(0), index),
        role: Role::Orderer,
        hostname: format!("orderer{index}"),
        namespace: "fabric".into(),
        msp_id: "OrdererMSP".into(),
        address: format!("{host}:7050"),
        sans: vec![common_name.clone(), format!("orderer{index}"), name.clone()],
        client_names: Vec::new(),
        secrets: names::node_secrets(&name),
        labels: Labels::new(),
        selector: Labels::new(),
        ports: Vec::new(),
        service_ports: Vec::new(),
        image: Image { reference: String::new(), pull_policy: String::new() },
        pull_secrets: Vec::new(),
        env: Vec::new(),
        storage: Storage { size: String::new(), class: None },
        resources: serde_json::Value::Null,
        node_selector: Default::default(),
        tolerations: Vec::new(),
        couchdb: None,
        paths: Paths::STANDARD,
        rollout: Rollout::Ordered,
        place: Place::default(),
        host,
        common_name,
        name,
    }
}

fn channel() -> Channel {
    let place = Place::new(Path::new("configtx.yaml"), 156);
    let orderer_address = |index: usize| {
        let deployed = HostPort { host: format!("orderer-orderer{index}.fabric.svc.cluster.local"), port: 7050 };
        let written = HostPort { host: format!("orderer{index}.example.com"), port: 7050 };
        Address { written, deployed, node: Some(NodeId::new(OrgId::new(0), index)) }
    };
    let consenter = |index: usize| Consenter {
        address: orderer_address(index),
        client_tls_cert: CertificateSource::NodeTls(NodeId::new(OrgId::new(0), index)),
        server_tls_cert: CertificateSource::NodeTls(NodeId::new(OrgId::new(0), index)),
        place: place.clone(),
    };
    let mut orderers = member(0, "OrdererOrg", "OrdererMSP");
    orderers.orderer_endpoints = (0..3).map(orderer_address).collect();
    orderers.policies = vec![
        signature("Readers", "OR('OrdererMSP.member')"),
        signature("Writers", "OR('OrdererMSP.member')"),
        signature("Admins", "OR('OrdererMSP.admin')"),
    ];
    let config = ChannelConfig {
        consortium: None,
        capabilities: Some(vec!["V2_0".into()]),
        policies: common_policies(),
        orderer: OrdererConfig {
            consensus: Consensus::Raft {
                consenters: (0..3).map(consenter).collect(),
                options: RaftOptions {
                    tick_interval: "500ms".into(),
                    election_tick: 10,
                    heartbeat_tick: 1,
                    max_inflight_blocks: 5,
                    snapshot_interval_size: 16 << 20,
                },
            },
            addresses: (0..3).map(orderer_address).collect(),
            batch_timeout: "2s".into(),
            batch_size: BatchSize { max_message_count: 500, absolute_max_bytes: 10 << 20, preferred_max_bytes: 2 << 20 },
            max_channels: 0,
            capabilities: Some(vec!["V2_0".into()]),
            policies: [common_policies(), vec![implicit("BlockValidation", "ANY Writers")]].concat(),
            orgs: vec![orderers],
        },
        application: ApplicationConfig {
            capabilities: Some(vec!["V2_5".into()]),
            policies: [
                vec![implicit("LifecycleEndorsement", "MAJORITY Endorsement"), implicit("Endorsement", "MAJORITY Endorsement")],
                common_policies(),
            ]
            .concat(),
            acls: [("_lifecycle/CheckCommitReadiness", "Writers"), ("peer/Propose", "Writers"), ("event/Block", "Readers")]
                .map(|(resource, policy)| Acl { resource: resource.into(), policy_ref: format!("/Channel/Application/{policy}") })
                .into(),
            orgs: vec![application_org(1), application_org(2)],
        },
    };
    Channel {
        name: "mychannel".into(),
        profile: "TwoOrgsApplicationGenesis".into(),
        members: vec![OrgId::new(1), OrgId::new(2)],
        config,
        place,
    }
}

fn application_org(index: usize) -> MemberOrg {
    let id = format!("Org{index}MSP");
    let mut org = member(index, &id, &id);
    org.policies = vec![
        signature("Readers", &format!("OR('{id}.admin', '{id}.peer', '{id}.client')")),
        signature("Writers", &format!("OR('{id}.admin', '{id}.client')")),
        signature("Admins", &format!("OR('{id}.admin')")),
        signature("Endorsement", &format!("OR('{id}.peer')")),
    ];
    let written = HostPort { host: format!("peer0.org{index}.example.com"), port: 7051 };
    let deployed = HostPort { host: format!("org{index}-peer0.fabric.svc.cluster.local"), port: 7051 };
    org.anchor_peers = vec![AnchorPeer { address: Address { written, deployed, node: None } }];
    org
}

fn member(index: usize, name: &str, msp_id: &str) -> MemberOrg {
    MemberOrg {
        name: name.into(),
        msp_id: msp_id.into(),
        msp: MspSource::Org(OrgId::new(index)),
        policies: Vec::new(),
        orderer_endpoints: Vec::new(),
        anchor_peers: Vec::new(),
        place: Place::new(Path::new("configtx.yaml"), 3),
    }
}

fn common_policies() -> Vec<(String, Policy)> {
    vec![implicit("Readers", "ANY Readers"), implicit("Writers", "ANY Writers"), implicit("Admins", "MAJORITY Admins")]
}

fn implicit(name: &str, rule: &str) -> (String, Policy) {
    (name.into(), Policy::parse("ImplicitMeta", rule).unwrap())
}

fn signature(name: &str, rule: &str) -> (String, Policy) {
    (name.into(), Policy::parse("Signature", rule).unwrap())
}
