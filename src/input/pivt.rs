//! The keys of PIVT's charts that users of its samples have in their network.yaml and values.yaml. They are named in a warning
//! that says what to use, and taken out before the file is read; keys that fabkube understands are not in this table.

use crate::diag::{Code, Place, Problem, Problems};
use crate::yaml::{Content, Node};

/// A key of PIVT's values and what to use here.
const KEYS: &[(&str, &str)] = &[
    ("hyperledgerVersion", "use `fabric.version` in values.yaml"),
    ("hostAliases", "leave it out: names of Services resolve by themselves, and docs/addresses.md says how hosts of your own do"),
    ("persistence", "use `peer.storage.className` and its like in values.yaml: every node has a volume"),
    ("backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("ingress", "leave it out: fabkube makes no Ingress"),
    ("ca", "leave it out: fabkube issues the certificates, and runs no fabric-ca"),
    ("chaincode.include", "leave it out: chaincodes are installed by hand"),
    ("chaincode.version", "leave it out: chaincodes are installed by hand"),
    ("chaincode.language", "leave it out: chaincodes are installed by hand"),
    ("hlf-kafka", "leave it out: the brokers in configtx.yaml say what Kafka there is, and `kafka` in values.yaml how it runs"),
    ("externalOrderer", "leave it out: fabkube sends nothing to orderers; name yours to `peer channel create -o`"),
    ("peer.logLevel", "use `peer.logSpec`"),
    ("peer.launchPods", "leave it out: one pass is enough"),
    (
        "peer.chaincode",
        "use `peer.config`, in the keys of core.yaml: `{chaincode: {logging: …}, vm: {docker: {attachStdout: …}}}`",
    ),
    ("peer.persistence", "use `peer.storage.size` and `peer.storage.className`"),
    ("peer.docker", "use `chaincode: {runtime: dind}`, which is so for peers before Fabric 2.4.1 anyway"),
    ("peer.ingress", "leave it out: fabkube makes no Ingress"),
    ("peer.externalService", "leave it out: Services are within the cluster; a LoadBalancer is yours to add"),
    ("peer.antiAffinity", "use `peer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("peer.backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("peer.restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("peer.operations", "leave it out: the operations port is always served"),
    ("peer.metrics", "leave it out: Prometheus metrics are always served"),
    ("couchdb.version", "use `couchdb.image.tag`, with a tag of Apache's `couchdb`"),
    ("couchdb.userName", "use `couchdb.user`"),
    ("couchdb.password", "leave it out: an unguessable password is made"),
    ("couchdb.persistence", "use `couchdb.storage.size` and `couchdb.storage.className`"),
    ("couchdb.ingress", "leave it out: CouchDB listens to its peer alone"),
    ("couchdb.backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("couchdb.restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("orderer.replicas", "leave it out: every orderer of crypto-config.yaml is a node of its own"),
    ("orderer.logLevel", "use `orderer.logSpec`"),
    ("orderer.launchPods", "leave it out: one pass is enough"),
    ("orderer.persistence", "use `orderer.storage.size` and `orderer.storage.className`"),
    ("orderer.cluster", "leave it out: with `tlsEnabled: false`, orderers talk to each other at port 7059"),
    ("orderer.ingress", "leave it out: fabkube makes no Ingress"),
    ("orderer.externalService", "leave it out: Services are within the cluster; a LoadBalancer is yours to add"),
    ("orderer.antiAffinity", "use `orderer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("orderer.backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("orderer.restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("orderer.operations", "leave it out: the operations port is always served"),
    ("orderer.metrics", "leave it out: Prometheus metrics are always served"),
    ("network.channels[].externalOrgs", "leave it out: the channel's profile in configtx.yaml says which orgs it has"),
    ("flow", "leave it out: it speaks of PIVT's Argo flows"),
    ("update", "leave it out: `fabkube channel update` changes a channel to what configtx.yaml says"),
    ("retryCount", "leave it out: it speaks of PIVT's Argo flows"),
    ("logLevel", "leave it out: it speaks of PIVT's Argo flows; for nodes use `peer.logSpec` and `orderer.logSpec`"),
];

/// Takes PIVT's keys out of a file's tree, with a warning for each.
pub fn take_out(tree: &mut Node, problems: &mut Problems) {
    for &(path, instead) in KEYS {
        take(tree, path, &mut |place| {
            let problem = Problem::new(Code::FK0112, format!("`{path}` is a setting of PIVT's charts and does nothing here"));
            problems.push(problem.at(place).help(instead));
        });
    }
}

/// Takes out what a path leads to, in every entry of a list on the way (`[]`), and reports the place of each.
fn take(node: &mut Node, path: &str, report: &mut impl FnMut(&Place)) {
    let Content::Mapping(pairs) = &mut node.content else { return };
    let Some((outer, rest)) = path.split_once('.') else {
        pairs.retain(|(name, _)| {
            let is_it = name.text() == Some(path);
            if is_it {
                report(&name.place);
            }
            !is_it
        });
        return;
    };
    let key = outer.trim_end_matches("[]");
    let Some((_, value)) = pairs.iter_mut().find(|(name, _)| name.text() == Some(key)) else { return };
    match &mut value.content {
        Content::Sequence(items) if key != outer => items.iter_mut().for_each(|item| take(item, rest, report)),
        _ => take(value, rest, report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_users_of_pivt_names_every_key() {
        let page = include_str!("../../docs/pivt.md");
        let unnamed: Vec<_> = KEYS.iter().map(|(path, _)| path).filter(|path| !page.contains(&format!("`{path}"))).collect();
        assert!(unnamed.is_empty(), "docs/pivt.md does not say what to use for {unnamed:?}");
    }
}
