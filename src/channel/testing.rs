//! The fixture of the channel stage's tests, read: public material, and the block that configtxgen made of it.
//! The network of the same values is `network::sample`'s.

use super::proto::configtx::ConfigGroup;
use super::{Encoding, Hosts, encoder};
use crate::crypto::{Certificate, IdentityPublic, MspFolder, OrgPublic, PublicMaterial, TlsPublic};
use crate::diag::{Code, Problems};
use crate::network::{Network, Org, Role};
use crate::store::{Making, Store};
use std::path::{Path, PathBuf};

/// `tests/fixtures/raft-two-orgs`.
pub(super) fn fixture() -> PathBuf {
    fixture_of("raft-two-orgs")
}

pub(super) fn fixture_of(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name].iter().collect()
}

/// The block of configtxgen 2.5.16.
pub(super) fn reference_block() -> Vec<u8> {
    crate::fs::read(&fixture().join("configtxgen-2.5/TwoOrgsApplicationGenesis.block")).unwrap()
}

/// The public material of the fixture.
pub(super) fn public(network: &Network) -> PublicMaterial {
    public_in(network, &fixture())
}

/// The public material of a network whose folder has no more than a block is made from.
pub(super) fn public_in(network: &Network, project: &Path) -> PublicMaterial {
    let dir = project.join("crypto-config");
    PublicMaterial { orgs: network.orgs.iter().map(|org| org_public(org, &dir)).collect() }
}

fn org_public(org: &Org, dir: &Path) -> OrgPublic {
    let parsed = |below: &Path| Certificate::parse(&crate::fs::read(&dir.join(org.dir()).join(below)).unwrap()).unwrap();
    let node = |common_name: &String| {
        let folder = Path::new("orderers").join(common_name);
        let tls = parsed(&folder.join("tls/server.crt"));
        let signing = folder.join(format!("msp/signcerts/{common_name}-cert.pem"));
        // Raft's blocks name none, so its fixture has none.
        let has_signing = crate::fs::exists(&dir.join(org.dir()).join(&signing));
        IdentityPublic {
            msp: MspFolder::default(),
            certificate: if has_signing.unwrap() { parsed(&signing) } else { tls.clone() },
            tls: TlsPublic { certificate: tls, ca: Vec::new() },
        }
    };
    let msp = MspFolder::read(&Store::open(dir, Making::Nothing), &org.dir().join("msp"), &mut Problems::new()).unwrap();
    OrgPublic {
        msp,
        ca: parsed(Path::new(&format!("ca/ca.{}-cert.pem", org.domain))),
        tlsca: parsed(Path::new(&format!("tlsca/tlsca.{}-cert.pem", org.domain))),
        // No block names a peer's certificate, so the fixture has none.
        nodes: org.nodes.iter().filter(|n| n.role == Role::Orderer).map(|n| node(&n.common_name)).collect(),
        users: Vec::new(),
        authorities: [Vec::new(), Vec::new()],
        fabric_ca: None,
        chaincodes: Vec::new(),
    }
}

/// The tree of the one channel of a network, for which nothing may be found wrong.
pub(super) fn group(network: &Network, hosts: Hosts) -> ConfigGroup {
    group_of(network, &public(network), hosts)
}

/// The same of another fixture's public material.
pub(super) fn group_of(network: &Network, public: &PublicMaterial, hosts: Hosts) -> ConfigGroup {
    let mut problems = Problems::new();
    let encoding = Encoding { network, public, hosts };
    let group = encoder::new_channel_group(&network.channels[0], encoding, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    group
}

pub(super) fn codes(problems: &Problems) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}
