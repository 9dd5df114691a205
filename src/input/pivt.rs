//! The keys of PIVT's charts that users of its samples have in their network.yaml and values.yaml. They are named in a warning
//! that says what to use, and taken out before the file is read; keys that fabkube understands are not in this table.

use crate::diag::{Code, Problem, Problems};
use crate::yaml::{Content, Node};

/// A key of PIVT's values and what to use here.
const KEYS: &[(&str, &str)] = &[
    ("hyperledgerVersion", "use `fabric.version` in values.yaml"),
    ("hostAliases", "leave it out: names resolve by the cluster's own DNS"),
    ("persistence", "use `peer.storage.className` and its like in values.yaml: every node has a volume"),
    ("backup", "leave it out: volumes are always kept"),
    ("restore", "leave it out: volumes are always kept"),
    ("ingress", "leave it out: fabkube makes no Ingress"),
    ("ca", "leave it out: certificates are made by fabkube itself"),
    ("chaincode.include", "leave it out: no chaincode is packed into the manifests"),
    ("chaincode.version", "leave it out: no chaincode is packed into the manifests"),
    ("chaincode.language", "leave it out: no chaincode is packed into the manifests"),
    ("hlf-kafka", "leave it out: the brokers in configtx.yaml say what Kafka there is, and `kafka` in values.yaml how it runs"),
    ("externalOrderer", "leave it out: orderers are read from the files"),
    ("peer.logLevel", "use `peer.logSpec`"),
    ("peer.launchPods", "leave it out: one pass is enough"),
    ("peer.chaincode", "use `peer.config: {chaincode: …}`, in the keys of core.yaml"),
    ("peer.persistence", "use `peer.storage.size` and `peer.storage.className`"),
    ("peer.docker", "use `chaincode: {runtime: dind}`, which is so for peers before Fabric 2.4.1 anyway"),
    ("peer.ingress", "leave it out: fabkube makes no Ingress"),
    ("peer.externalService", "leave it out: every peer has a Service of its own"),
    ("peer.antiAffinity", "use `peer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("peer.backup", "leave it out: volumes are always kept"),
    ("peer.restore", "leave it out: volumes are always kept"),
    ("peer.operations", "leave it out: the operations port is always served"),
    ("peer.metrics", "leave it out: Prometheus metrics are always served"),
    ("couchdb.version", "use `couchdb.image.tag`"),
    ("couchdb.userName", "use `couchdb.user`"),
    ("couchdb.password", "leave it out: an unguessable password is made"),
    ("couchdb.persistence", "use `couchdb.storage.size` and `couchdb.storage.className`"),
    ("couchdb.ingress", "leave it out: CouchDB listens to its peer alone"),
    ("couchdb.backup", "leave it out: volumes are always kept"),
    ("couchdb.restore", "leave it out: volumes are always kept"),
    ("orderer.replicas", "leave it out: every orderer of crypto-config.yaml is a node of its own"),
    ("orderer.logLevel", "use `orderer.logSpec`"),
    ("orderer.launchPods", "leave it out: one pass is enough"),
    ("orderer.persistence", "use `orderer.storage.size` and `orderer.storage.className`"),
    ("orderer.cluster", "leave it out: with `tlsEnabled: false`, orderers talk to each other at port 7059"),
    ("orderer.ingress", "leave it out: fabkube makes no Ingress"),
    ("orderer.externalService", "leave it out: every orderer has a Service of its own"),
    ("orderer.antiAffinity", "use `orderer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("orderer.backup", "leave it out: volumes are always kept"),
    ("orderer.restore", "leave it out: volumes are always kept"),
    ("orderer.operations", "leave it out: the operations port is always served"),
    ("orderer.metrics", "leave it out: Prometheus metrics are always served"),
    ("flow", "leave it out: it speaks of PIVT's Argo flows"),
    ("retryCount", "leave it out: it speaks of PIVT's Argo flows"),
];

/// Takes PIVT's keys out of a file's tree, with a warning for each.
pub fn take_out(tree: &mut Node, problems: &mut Problems) {
    for &(path, instead) in KEYS {
        let (within, key) = match path.split_once('.') {
            Some((outer, key)) => (entry(tree, outer), key),
            None => (Some(&mut *tree), path),
        };
        let Some(Node { content: Content::Mapping(pairs), .. }) = within else { continue };
        pairs.retain(|(name, _)| {
            let is_it = name.text() == Some(key);
            if is_it {
                let problem = Problem::new(Code::FK0112, format!("`{path}` is a setting of PIVT's charts and does nothing here"));
                problems.push(problem.at(&name.place).help(instead));
            }
            !is_it
        });
    }
}

fn entry<'a>(tree: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let Content::Mapping(pairs) = &mut tree.content else { return None };
    pairs.iter_mut().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
}
