//! The keys of PIVT's charts that users of its samples have in their network.yaml and values.yaml. Those of its network.yaml count in
//! either file; the others are named in a warning that says what to use, and taken out before the file is read.

use crate::diag::{Code, Problem, Problems};
use crate::yaml::{Content, Node, Step};

/// What to do with settings of flows that have no other here.
const OF_FLOWS: &str = "leave it out: it speaks of PIVT's Argo flows";

/// A key of PIVT's values and what to use here.
const KEYS: &[(&str, &str)] = &[
    ("hyperledgerVersion", "use `fabric.version` in values.yaml"),
    (
        "hostAliases",
        "use `defaults.hostAliases` in values.yaml for hosts outside this cluster, and leave out those of this network, whose addresses are PIVT's Services: docs/addresses.md says how they resolve",
    ),
    ("persistence", "use `peer.storage.className` and its like in values.yaml: every node has a volume"),
    ("backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("ingress", "leave it out: it speaks of fabric-ca and CouchDB; nodes have `peer.expose` and `orderer.expose`"),
    ("ca.userName", "use `ca.user`, with `ca: {enabled: true}`, since a Fabric CA is an option here"),
    ("ca.password", "leave it out: an unguessable password is made"),
    ("ca.ingress", "leave it out: fabkube makes no Ingress for a Fabric CA"),
    ("chaincode.include", "leave it out: chaincodes are installed by hand"),
    ("chaincode.version", "write `version` at each chaincode of network.yaml; without it, it is `1.0`"),
    ("chaincode.language", "write `language` at each chaincode of network.yaml; without it, it is `node`"),
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
    ("peer.ingress", "use `peer.expose: {type: ingress}`, or `tlsRoute` (docs/exposure.md)"),
    ("peer.externalService", "use `peer.expose: {type: loadBalancer}` (docs/exposure.md)"),
    ("peer.antiAffinity", "use `peer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("peer.backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("peer.restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("peer.operations", "leave it out: the operations port is always served; `operations.tls.enabled` has it by TLS"),
    ("peer.metrics.enabled", "leave it out: Prometheus metrics are served unless `peer.metrics.provider` is `disabled`"),
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
    ("orderer.ingress", "use `orderer.expose: {type: ingress}`, or `tlsRoute` (docs/exposure.md)"),
    ("orderer.externalService", "use `orderer.expose: {type: loadBalancer}` (docs/exposure.md)"),
    ("orderer.antiAffinity", "use `orderer.podAntiAffinity`: `soft`, `hard` or `none`"),
    ("orderer.backup", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("orderer.restore", "leave it out: fabkube makes no backups and restores none; volumes stay when pods go"),
    ("orderer.operations", "leave it out: the operations port is always served; `operations.tls.enabled` has it by TLS"),
    ("orderer.metrics.enabled", "leave it out: Prometheus metrics are served unless `orderer.metrics.provider` is `disabled`"),
    ("network.channels[].externalOrgs", "leave it out: the channel's profile in configtx.yaml says which orgs it has"),
    ("flow.channel", OF_FLOWS),
    ("flow.join", OF_FLOWS),
    ("flow.update", OF_FLOWS),
    ("flow.chaincode", OF_FLOWS),
    ("flow.install", OF_FLOWS),
    ("flow.instantiate", OF_FLOWS),
    ("flow.invoke", OF_FLOWS),
    ("flow.consortium", OF_FLOWS),
    ("flow.createUpdate", OF_FLOWS),
    ("flow.sendUpdate", OF_FLOWS),
    ("flow.peer", OF_FLOWS),
    ("flow.couchdb", OF_FLOWS),
    ("flow.orderer", OF_FLOWS),
    ("update", "leave it out: `fabkube channel update` changes a channel to what configtx.yaml says"),
    ("retryCount", OF_FLOWS),
    ("logLevel", "leave it out: it speaks of PIVT's Argo flows; for nodes use `peer.logSpec` and `orderer.logSpec`"),
];

/// The keys of PIVT's network.yaml, which to Helm are values as all others.
const OF_NETWORK: &[&str] = &[
    "tlsEnabled",
    "useActualDomains",
    "network.genesisProfile",
    "network.systemChannelID",
    "network.channels",
    "network.chaincodes",
];

/// Moves what values say of the network out of their tree into one of their own, laid out as network.yaml is.
pub fn take_network(values: &mut Node) -> Node {
    let mut network = Node { content: Content::Mapping(Vec::new()), place: values.place.clone() };
    for path in OF_NETWORK {
        let steps: Vec<Step> = path.split('.').map(|key| Step::Key(key.to_owned())).collect();
        take(values, path, &mut |_, value| network.set(&steps, value));
    }
    network
}

/// Warns where values say something else of the network than network.yaml, which counts.
pub fn warn_of_difference(values: &Node, network: &Node, problems: &mut Problems) {
    let at = |tree: &Node, path: &str| path.split('.').try_fold(tree.clone(), |node, key| node.get(key).cloned());
    for path in OF_NETWORK {
        let (Some(ours), Some(counting)) = (at(values, path), at(network, path)) else { continue };
        if !ours.is_null() && !counting.says_nothing() && !ours.same_as(&counting) {
            let message = format!("`{path}` does nothing here: network.yaml says something else, and counts");
            let problem = Problem::new(Code::FK0112, message).at(&ours.place).at(&counting.place);
            problems.push(problem.help("say it in network.yaml alone"));
        }
    }
}

/// Takes PIVT's keys out of a file's tree, with a warning for each.
pub fn take_out(tree: &mut Node, problems: &mut Problems) {
    for &(path, instead) in KEYS {
        take(tree, path, &mut |key, _| {
            let problem = Problem::new(Code::FK0112, format!("`{path}` is a setting of PIVT's charts and does nothing here"));
            problems.push(problem.at(&key.place).help(instead));
        });
    }
}

/// Takes out what a path leads to, in every entry of a list on the way (`[]`), and passes each key and value on.
fn take(node: &mut Node, path: &str, taken: &mut impl FnMut(Node, Node)) {
    let Content::Mapping(pairs) = &mut node.content else { return };
    let Some((outer, rest)) = path.split_once('.') else {
        for (key, value) in pairs.extract_if(.., |(name, _)| name.text() == Some(path)) {
            taken(key, value);
        }
        return;
    };
    let key = outer.trim_end_matches("[]");
    let Some((_, value)) = pairs.iter_mut().find(|(name, _)| name.text() == Some(key)) else { return };
    match &mut value.content {
        Content::Sequence(items) if key != outer => items.iter_mut().for_each(|item| take(item, rest, taken)),
        _ => take(value, rest, taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;
    use std::path::Path;

    #[test]
    fn what_values_say_of_the_network_is_moved_out_of_them() {
        let mut problems = Problems::new();
        let text = "{tlsEnabled: true, network: {name: a, channels: [{name: c}], genesisProfile: }, peer: {}}";
        let mut values = yaml::parse(Path::new("values.yaml"), text, &mut problems).unwrap();
        let network = take_network(&mut values);
        assert!(values.get("tlsEnabled").is_none() && values.get("peer").is_some());
        let (ours, theirs) = (values.get("network").unwrap(), network.get("network").unwrap());
        assert!(ours.get("name").is_some() && ours.get("channels").is_none());
        assert!(theirs.get("channels").is_some() && theirs.get("name").is_none() && network.get("tlsEnabled").is_some());
    }

    #[test]
    fn the_page_for_users_of_pivt_names_every_key() {
        let page = include_str!("../../docs/pivt.md");
        let unnamed: Vec<_> = KEYS.iter().map(|(path, _)| path).filter(|path| !page.contains(&format!("`{path}"))).collect();
        assert!(unnamed.is_empty(), "docs/pivt.md does not say what to use for {unnamed:?}");
    }
}
