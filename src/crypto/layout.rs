//! Where everything lies in cryptogen's tree. Nothing else knows these paths.

use super::plan::{Authority, Half, Member};
use crate::network::{Org, Role};
use std::path::{Path, PathBuf};

/// The folder below which the ordering orgs lie.
pub(super) const ORDERER_ORGS: &str = "ordererOrganizations";

/// The folders of an org that its members' folders lie in.
pub(super) const MEMBER_SECTIONS: [&str; 5] = ["orderers", "peers", "users", FABRIC_CA, CHAINCODES];

/// The folder of an org that cryptogen's tree does not have: the TLS pair of its Fabric CA. Readers of cryptogen's trees pass it by.
const FABRIC_CA: &str = "fabric-ca";
/// Another one: the TLS pairs of the servers of its chaincodes.
const CHAINCODES: &str = "chaincodes";

/// The name of a private key made here, as cryptogen 2.x calls it.
pub(super) const KEY: &str = "priv_sk";

/// `ca` and `tlsca`.
pub(super) fn authority_dir(org: &Org, authority: Authority) -> PathBuf {
    org.dir().join(match authority {
        Authority::Signing => "ca",
        Authority::Tls => "tlsca",
    })
}

/// `<name>-cert.pem`.
pub(super) fn certificate_name(common_name: &str) -> String {
    format!("{common_name}-cert.pem")
}

/// The certificate of an authority.
pub(super) fn authority_certificate(org: &Org, authority: Authority) -> PathBuf {
    authority_dir(org, authority).join(certificate_name(&authority.common_name(org)))
}

/// The verifying MSP of an org.
pub(super) fn org_msp(org: &Org) -> PathBuf {
    org.dir().join("msp")
}

/// The folder of a member.
pub(super) fn member_dir(org: &Org, member: Member<'_>) -> PathBuf {
    let section = match member {
        Member::Node(node) => section(node.role),
        Member::User(_) => "users",
        Member::FabricCa(_) => FABRIC_CA,
        Member::Chaincode(_) => CHAINCODES,
    };
    org.dir().join(section).join(member.common_name())
}

fn section(role: Role) -> &'static str {
    match role {
        Role::Orderer => "orderers",
        Role::Peer => "peers",
    }
}

/// The MSP of a member.
pub(super) fn member_msp(org: &Org, member: Member<'_>) -> PathBuf {
    member_dir(org, member).join("msp")
}

/// Where a pair's certificate lies when it is made here.
pub(super) fn certificate(org: &Org, member: Member<'_>, half: Half) -> PathBuf {
    match half {
        Half::Identity => member_msp(org, member).join("signcerts").join(certificate_name(member.common_name())),
        Half::Tls => tls(org, member, "crt"),
    }
}

/// Where a pair's private key lies when it is made here.
pub(super) fn key(org: &Org, member: Member<'_>, half: Half) -> PathBuf {
    match half {
        Half::Identity => keystore(org, member).join(KEY),
        Half::Tls => tls(org, member, "key"),
    }
}

/// The folder of a member's signing keys.
pub(super) fn keystore(org: &Org, member: Member<'_>) -> PathBuf {
    member_msp(org, member).join("keystore")
}

fn tls(org: &Org, member: Member<'_>, extension: &str) -> PathBuf {
    let stem = match member {
        Member::Node(_) | Member::FabricCa(_) | Member::Chaincode(_) => "server",
        Member::User(_) => "client",
    };
    member_dir(org, member).join("tls").join(format!("{stem}.{extension}"))
}

/// The TLS authority's certificate beside a member's TLS pair.
pub(super) fn tls_ca(org: &Org, member: Member<'_>) -> PathBuf {
    member_dir(org, member).join("tls").join("ca.crt")
}

/// The TLS certificate of an orderer that the model need not know.
pub(super) fn stray_orderer_tls(org_dir: &Path, orderer: &str) -> PathBuf {
    org_dir.join(section(Role::Orderer)).join(orderer).join("tls").join("server.crt")
}

/// The folder of the signing certificate of an orderer that the model need not know.
pub(super) fn stray_orderer_signcerts(org_dir: &Path, orderer: &str) -> PathBuf {
    org_dir.join(section(Role::Orderer)).join(orderer).join("msp").join("signcerts")
}

/// The folder of the orderers of an org that the model need not know.
pub(super) fn stray_orderers(org_dir: &Path) -> PathBuf {
    org_dir.join(section(Role::Orderer))
}

/// Whether a name can be a folder or file of its own: one plain component.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}
