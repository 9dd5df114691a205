//! Whether every object of the network has a name of its own.
//! How names are made is `names`'s; an org or a node that is there twice is `orgs`'s.

use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{NodeSecrets, Org, OrgSecrets, names};
use std::collections::BTreeMap;

/// Every (kind, namespace, name) is unique: two orgs with one slug, or a hostname that makes another object's name.
pub fn check(orgs: &[Org], problems: &mut Problems) {
    let mut taken: BTreeMap<(names::Kind, &str, String), (&Place, String)> = BTreeMap::new();
    let mut clashes = Vec::new();
    for org in orgs {
        let whose = format!("the org `{}`", org.short_name);
        let OrgSecrets { msp, admin_msp, admin_tls } = org.secrets.clone();
        let mut org_names = vec![(names::Kind::Secret, msp), (names::Kind::Secret, admin_msp), (names::Kind::Secret, admin_tls)];
        let shared = org.service.iter().map(|service| &service.name).chain(&org.connection_profile);
        org_names.extend(shared.map(|name| (names::Kind::Workload, name.clone())));
        org_names.extend(org.fabric_ca.iter().flat_map(|ca| {
            let secrets = ca.secrets.all().map(|name| (names::Kind::Secret, name.to_owned()));
            secrets.into_iter().chain([(names::Kind::Workload, ca.name.clone())])
        }));
        org_names.extend(
            org.cli
                .iter()
                .flat_map(|cli| [(names::Kind::Workload, cli.name.clone()), (names::Kind::Secret, cli.roots_secret.clone())]),
        );
        org_names.extend(org.chaincodes.first().map(|_| (names::Kind::Workload, names::chaincodes(&org.name))));
        for server in &org.chaincodes {
            org_names.push((names::Kind::Workload, server.name.clone()));
            org_names.extend(server.tls.iter().map(|tls| (names::Kind::Secret, tls.secret.clone())));
        }
        org_names.extend(org.exposure.iter().map(|exposure| (names::Kind::Workload, exposure.name.clone())));
        let of_org = org_names.into_iter().map(|(kind, name)| (kind, name, &org.place, whose.clone()));
        let of_nodes = org.nodes.iter().flat_map(|node| {
            let NodeSecrets { msp, tls, couchdb } = node.secrets.clone();
            let secrets = [msp, tls, couchdb].map(|name| (names::Kind::Secret, name));
            let outside = node.exposure.iter().map(|exposure| (names::Kind::Workload, exposure.name.clone()));
            let all = secrets.into_iter().chain([(names::Kind::Workload, node.name.clone())]).chain(outside);
            all.map(|(kind, name)| (kind, name, &node.place, format!("the node `{}`", node.common_name)))
        });
        // Two orgs of one name in one namespace share the names of all their objects: that is one problem.
        let mut before = orgs.iter().take_while(|other| other.id != org.id);
        if let Some(other) = before.find(|other| (&other.name, &other.namespace) == (&org.name, &org.namespace)) {
            problems.push(same_name(org, other));
            continue;
        }
        for (kind, name, place, whose) in of_org.chain(of_nodes) {
            match taken.get(&(kind, org.namespace.as_str(), name.clone())) {
                Some((other, others)) => clashes.push((name, place, whose, (*other).clone(), others.clone())),
                None => {
                    taken.insert((kind, org.namespace.as_str(), name), (place, whose));
                }
            }
        }
    }
    for (name, place, whose, other, others) in clashes {
        problems.push(
            Problem::new(Code::FK0214, format!("{whose} and {others} would both have an object called `{name}`"))
                .at(place)
                .at(&other)
                .help("give one org another name in values.yaml (`orgs: {<Domain>: {name: …}}`), or one node another Hostname"),
        );
    }
}

fn same_name(org: &Org, other: &Org) -> Problem {
    let message =
        format!("the orgs `{}` and `{}` would both be called `{}` in Kubernetes", other.short_name, org.short_name, org.name);
    // `orgs.<Domain>` speaks of both where they share the Domain.
    let help = if org.domain == other.domain {
        "give one of them another Name in crypto-config.yaml, which no certificate holds".to_owned()
    } else {
        format!("give one of them another name in values.yaml: `orgs: {{{}: {{name: {}2}}}}`", org.domain, org.name)
    };
    Problem::new(Code::FK0214, message).at(&org.place).at(&other.place).help(help)
}
