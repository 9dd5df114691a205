//! What a network has to do, whatever it was rendered from: orderers make a channel, peers join it, and transactions reach them all.

use super::client::{Admin, CHANNEL, address};
use super::cluster::Cluster;
use super::operations;
use super::pod::Pod;
use super::programs::say;

/// CouchDB is no program of Fabric: peers have their built-in database instead.
pub fn leave_couchdb_out(cluster: &mut Cluster, case: &str) {
    let mut without = Vec::new();
    for pod in &mut cluster.pods {
        let others: Vec<&String> = pod.left_out.iter().filter(|name| *name != "couchdb").collect();
        assert!(others.is_empty(), "{} has containers that are not run: {others:?}", pod.name);
        if !pod.left_out.is_empty() {
            assert_eq!(pod.env.remove("CORE_LEDGER_STATE_STATEDATABASE").as_deref(), Some("CouchDB"), "{}", pod.name);
            without.push(pod.name.as_str());
        }
    }
    say(&format!("conformance: {case}: {} run without CouchDB, which is not here", without.join(", ")));
}

/// Every orderer joins the channel with the stored block, and they choose a leader.
pub fn join_orderers(cluster: &Cluster, dns: &[(&str, &str)], block: &str) {
    let orderers = consenters(cluster);
    for orderer in &orderers {
        let admin = Admin::new(cluster, orderer);
        let at = address(cluster, dns, &orderer.name, "admin");
        admin.join(cluster, &at, block);
    }
    for orderer in &orderers {
        let admin = Admin::new(cluster, orderer);
        let at = address(cluster, dns, &orderer.name, "admin");
        cluster.wait(&format!("{} in the channel", orderer.name), || {
            let (status, body) = admin.osnadmin(cluster, &at, &["list", "--channelID", CHANNEL])?;
            let info: serde_json::Value = serde_json::from_str(&body).map_err(|e| format!("{e} in {status} {body}"))?;
            let good = info["status"] == "active" && info["consensusRelation"] == "consenter";
            good.then_some(()).ok_or(format!("{status} {body}"))
        });
    }
    let (is_leader, nodes) = leader_metrics(cluster);
    cluster.wait("a leader that knows of all orderers", || {
        let mut seen = Vec::new();
        for orderer in &orderers {
            seen.push((metric(orderer, is_leader, CHANNEL)?, metric(orderer, nodes, CHANNEL)?));
        }
        seen.contains(&(1.0, orderers.len() as f64)).then_some(()).ok_or(format!("leader and nodes: {seen:?}"))
    });
}

/// What says who leads, and among how many.
pub fn leader_metrics(cluster: &Cluster) -> (&'static str, &'static str) {
    if consenters(cluster).len() == BFT_CONSENTERS {
        ("consensus_BFT_is_leader", "consensus_BFT_cluster_size")
    } else {
        ("consensus_etcdraft_is_leader", "consensus_etcdraft_active_nodes")
    }
}

/// As many as the smallest network of BFT that survives one of them.
const BFT_CONSENTERS: usize = 4;

/// The orderers of the channel. Where one org has all of them, a fourth may wait for its turn.
fn consenters(cluster: &Cluster) -> Vec<&Pod> {
    let orderers = cluster.nodes("orderer");
    let of_several = orderers.iter().any(|orderer| orderer.label("org") != orderers[0].label("org"));
    let consenters: Vec<&Pod> = orderers.into_iter().take(if of_several { BFT_CONSENTERS } else { 3 }).collect();
    assert!(consenters.len() >= 3);
    consenters
}

/// Every orderer has as many blocks of the channel.
fn orderers_agree(cluster: &Cluster, dns: &[(&str, &str)], blocks: u64) {
    for orderer in consenters(cluster) {
        let admin = Admin::new(cluster, orderer);
        let at = address(cluster, dns, &orderer.name, "admin");
        cluster.wait(&format!("{blocks} blocks on {}", orderer.name), || {
            let (status, body) = admin.osnadmin(cluster, &at, &["list", "--channelID", CHANNEL])?;
            let info: serde_json::Value = serde_json::from_str(&body).map_err(|e| format!("{e} in {status} {body}"))?;
            (info["height"].as_u64() >= Some(blocks)).then_some(()).ok_or(body)
        });
    }
}

/// The peers join, and what one org sends reaches the peers of both.
pub fn transact(cluster: &Cluster, dns: &[(&str, &str)], block: &str) {
    let (orderers, nodes) = (cluster.nodes("orderer"), cluster.nodes("peer"));
    let peers: Vec<(Admin, String)> =
        nodes.iter().map(|pod| (Admin::new(cluster, pod), address(cluster, dns, &pod.name, "grpc"))).collect();
    let [first, second] = peers.as_slice() else { panic!("there are not two orgs of peers, but {}", peers.len()) };
    for (admin, at) in &peers {
        admin.peer(cluster, at, &["channel", "join", "-b", block]).unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
    }
    // One transaction by an orderer's own Service, the next by the Service over all of them.
    let ca = |orderer: &Pod| Admin::new(cluster, orderer).ca();
    let own = address(cluster, dns, &orderers[2].name, "grpc");
    let all = format!("{}-orderer-svc", orderers[2].label("org"));
    let shared = if dns.is_empty() { address(cluster, dns, &all, "grpc") } else { own.clone() };
    for (blocks, (admin, at), orderer) in [(2, first, &own), (3, second, &shared)] {
        admin.approve(cluster, at, orderer, &ca(orderers[2]));
        for (admin, at) in &peers {
            cluster.wait(&format!("{blocks} blocks on {at}"), || {
                let height = admin.height(cluster, at)?;
                (height >= blocks).then_some(()).ok_or(format!("it has {height}"))
            });
        }
    }
    orderers_agree(cluster, dns, 3);
    for pod in &nodes {
        cluster.wait(&format!("{} to know the other org's peer", pod.name), || {
            let known = metric(pod, "gossip_membership_total_peers_known", CHANNEL)?;
            (known >= 1.0).then_some(()).ok_or(format!("it knows {known}"))
        });
    }
    for (pod, (admin, _)) in nodes.iter().zip(&peers).filter(|_| dns.is_empty()) {
        let gateway = address(cluster, dns, &format!("{}-peer-gateway-svc", pod.label("org")), "grpc");
        let listed = admin.peer(cluster, &gateway, &["channel", "list"]);
        assert!(matches!(&listed, Ok(printed) if printed.contains(CHANNEL)), "{listed:?}\n{}", cluster.tails());
    }
}

/// A number that a node tells Prometheus about a channel; 0 where it tells none yet.
pub fn metric(pod: &Pod, name: &str, channel: &str) -> Result<f64, String> {
    let page = operations::metrics(pod)?;
    let line = page.lines().find(|line| line.starts_with(&format!("{name}{{channel=\"{channel}\"}}")));
    let number = line.and_then(|line| line.rsplit(' ').next()).unwrap_or("0");
    number.parse().map_err(|e| format!("{name}: {e}"))
}

/// Neither keys nor passwords are in the logs, where everybody may read them.
pub fn no_secret_is_logged(cluster: &Cluster) {
    let confidential = cluster.manifests.confidential();
    assert!(!confidential.is_empty());
    for (pod, line) in cluster.log_lines() {
        let told = confidential.iter().find(|(_, value)| line.contains(value.as_str()));
        assert!(told.is_none(), "{pod} logs the Secret {}", told.unwrap().0);
    }
}
