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
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "raft-two-orgs"].iter().collect()
}

/// The block of configtxgen 2.5.16.
pub(super) fn reference_block() -> Vec<u8> {
    crate::fs::read(&fixture().join("TwoOrgsApplicationGenesis.block")).unwrap()
}

/// The public material of the fixture.
pub(super) fn public(network: &Network) -> PublicMaterial {
    let dir = fixture().join("crypto-config");
    PublicMaterial { orgs: network.orgs.iter().map(|org| org_public(org, &dir)).collect() }
}

fn org_public(org: &Org, dir: &Path) -> OrgPublic {
    let certificate = |below: String| Certificate::parse(&crate::fs::read(&dir.join(org.dir()).join(below)).unwrap()).unwrap();
    let node = |common_name: &String| IdentityPublic {
        msp: MspFolder::default(),
        certificate: certificate(format!("orderers/{common_name}/tls/server.crt")),
        tls: TlsPublic { certificate: certificate(format!("orderers/{common_name}/tls/server.crt")), ca: Vec::new() },
    };
    let msp = MspFolder::read(&Store::open(dir, Making::Nothing), &org.dir().join("msp"), &mut Problems::new()).unwrap();
    OrgPublic {
        msp,
        ca: certificate(format!("ca/ca.{}-cert.pem", org.domain)),
        tlsca: certificate(format!("tlsca/tlsca.{}-cert.pem", org.domain)),
        // No block names a peer's certificate, so the fixture has none.
        nodes: org.nodes.iter().filter(|n| n.role == Role::Orderer).map(|n| node(&n.common_name)).collect(),
        users: Vec::new(),
        authorities: [Vec::new(), Vec::new()],
    }
}

/// The tree of the one channel of a network, for which nothing may be found wrong.
pub(super) fn group(network: &Network, hosts: Hosts) -> ConfigGroup {
    let mut problems = Problems::new();
    let public = public(network);
    let encoding = Encoding { network, public: &public, hosts };
    let group = encoder::new_channel_group(&network.channels[0], encoding, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    group
}

pub(super) fn codes(problems: &Problems) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}
