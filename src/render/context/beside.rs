//! What templates are given for what an org has beside its nodes, its Fabric CA and its CLI pod, and for a namespace.

use super::{View, summary};
use crate::chaincode::PackageIds;
use crate::channel::Artifacts;
use crate::crypto::{self, Material, MspFolder};
use crate::network::{ChaincodeServer, Cli, FabricCa, Namespace, Org, OrgRoot};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl View {
    /// With the block that orderers in it begin with, where they do, and the roots that flows know them by.
    pub(super) fn namespace(
        &self,
        namespace: &Namespace,
        (material, artifacts): (&Material, &Artifacts),
    ) -> Vec<(&'static str, Value)> {
        let mut variables = vec![("namespace", json!(namespace))];
        variables.extend(namespace.flow_roots.iter().map(|secret| ("flow_roots", self.roots(&secret.roots, material))));
        if let Some(genesis) = &namespace.genesis {
            let block = artifacts.blocks.iter().find(|block| block.channel == genesis.channel);
            let data: BTreeMap<&str, String> =
                block.map(|block| ("genesis.block", self.public(&block.bytes))).into_iter().collect();
            variables.push(("genesis", json!({ "data": data })));
        }
        variables
    }

    /// The administrator's files, and the roots of all who are dialled, from whichever namespace.
    pub(super) fn cli(&self, (org, cli): (&Org, &Cli), material: &Material) -> Vec<(&'static str, Value)> {
        let admin = org.users.iter().position(|user| user.admin);
        let admin = admin.map(|admin| {
            self.msp(&material.public().org(org.id).users[admin].msp, Some(&material.user_keys(org.id, admin).identity))
        });
        vec![
            ("org", summary(org)),
            ("cli", json!(cli)),
            ("admin", json!({ "msp": { "items": admin.unwrap_or_default().items } })),
            ("roots", self.roots(&cli.roots, material)),
        ]
    }

    /// The roots of orgs' TLS certificates: a Secret's `data`.
    pub(super) fn roots(&self, roots: &[OrgRoot], material: &Material) -> Value {
        let root = |of: &OrgRoot| {
            let MspFolder { tlscacerts, tlsintermediatecerts, .. } = &material.public().org(of.org).msp;
            let files = tlscacerts.iter().chain(tlsintermediatecerts);
            self.public(&files.map(|file| file.bytes.as_slice()).collect::<Vec<_>>().concat())
        };
        let data: BTreeMap<&str, String> = roots.iter().map(|of| (of.file.as_str(), root(of))).collect();
        json!({ "data": data })
    }

    /// What a Fabric CA serves by, is dialled with and is told. Its first user has one password for both CAs.
    pub(super) fn ca(&self, (org, ca): (&Org, &FabricCa), material: &Material) -> Option<Vec<(&'static str, Value)>> {
        let (public, keys) = (material.public().org(org.id), material.fabric_ca_keys(org.id)?);
        let tls = public.fabric_ca.as_ref()?;
        let password = crypto::password(&public.ca, &keys.ca, &format!("fabric-ca {}", ca.name));
        let authorities = [("ca", public.ca_chain(), &keys.ca), ("tlsca", public.tlsca_chain(), &keys.tlsca)];
        let mut data = BTreeMap::new();
        let mut parts = vec![ca.user.clone().into_bytes(), password.digest().as_bytes().to_vec()];
        for (name, chain, key) in authorities {
            let own = chain.first().map(String::as_str).unwrap_or_default();
            let chain = chain.concat();
            data.insert(format!("{name}-cert.pem"), self.public(own.as_bytes()));
            data.insert(format!("{name}-chain.pem"), self.public(chain.as_bytes()));
            data.insert(format!("{name}-key.pem"), self.secret(key));
            parts.extend([chain.into_bytes(), key.digest().as_bytes().to_vec()]);
        }
        parts.extend([tls.certificate.pem.clone(), tls.ca.clone(), keys.tls.digest().as_bytes().to_vec()]);
        let bootstrap = [("username", self.public(ca.user.as_bytes())), ("password", self.secret(&password))];
        Some(vec![
            ("org", summary(org)),
            ("ca", json!(ca)),
            ("keys", json!({ "data": data })),
            ("tls", json!(self.tls(tls, &keys.tls))),
            ("bootstrap", json!({ "data": BTreeMap::from(bootstrap), "password": self.secret_text(&password) })),
            ("checksum", json!(self.checksum(parts))),
        ])
    }

    /// The servers of an org's chaincodes, each with the id of its package and what it is dialled with.
    pub(super) fn chaincodes<'o>(
        &self,
        org: &'o Org,
        (material, ids): (&Material, &PackageIds),
    ) -> Vec<(&'o ChaincodeServer, Vec<(&'static str, Value)>)> {
        let mut pairs = material.public().org(org.id).chaincodes.iter().zip(material.chaincode_keys(org.id));
        let of_server = |server: &'o ChaincodeServer| {
            let mut own = vec![
                ("org", summary(org)),
                ("chaincode", json!(server)),
                ("package_id", json!(ids.of(org.id, server).unwrap_or_default())),
            ];
            if let Some((public, key)) = server.tls.as_ref().and_then(|_| pairs.next()) {
                let parts = [public.certificate.pem.as_slice(), public.ca.as_slice(), key.digest().as_bytes()];
                own.push(("checksum", json!(self.checksum(parts))));
                own.push(("tls", json!(self.tls(public, key))));
            }
            (server, own)
        };
        org.chaincodes.iter().map(of_server).collect()
    }
}
