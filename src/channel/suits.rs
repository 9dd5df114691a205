//! What an encoded configuration would come to in a running channel: whether its MSPs are any good with its capabilities, and
//! whether consenters that are not ours can be dialled. Which policies and numbers make sense is judged in `network`.

use super::proto::msp::{FabricMspConfig, MSP_FABRIC, MspConfig};
use crate::crypto::{Certificate, MspFolder, OuConfig, read_ou_config};
use crate::diag::{Code, Problem, Problems, Stop};
use crate::network::{Channel, Consenter, MemberOrg, Org};
use crate::store::Store;
use prost::Message;
use std::path::Path;

/// What a channel reads of roles in an MSP.
#[derive(Clone, Copy, Debug)]
struct Roles {
    /// Certificates in `admincerts`.
    has_admins: bool,
    has_node_ous: bool,
    makes_admins: bool,
    makes_orderers: bool,
}

/// Checks the MSP of an org of this network: as it lies in the store, or as it will be made.
pub(super) fn check_org(
    channel: &Channel,
    member: &MemberOrg,
    org: &Org,
    keys: &Store,
    problems: &mut Problems,
) -> Result<(), Stop> {
    let dir = org.dir().join("msp");
    if !keys.has(&dir)? {
        let (yes, no) = (org.node_ous, !org.node_ous);
        check(channel, member, Roles { has_admins: no, has_node_ous: yes, makes_admins: yes, makes_orderers: yes }, problems);
        return Ok(());
    }
    // `crypto` says what is wrong with the files themselves.
    let folder = MspFolder::read_administration(keys, &dir, &mut Problems::new())?;
    let read = |bytes: &Vec<u8>| read_ou_config(&dir.join("config.yaml"), bytes, &mut Problems::new());
    let OuConfig { node_ous, organizational_unit_identifiers: _ } = folder.config.as_ref().and_then(read).unwrap_or_default();
    let ous = node_ous.filter(|ous| ous.enable == Some(true));
    let roles = Roles {
        has_admins: !folder.admincerts.is_empty(),
        has_node_ous: ous.is_some(),
        makes_admins: ous.as_ref().is_some_and(|ous| ous.admin.is_some()),
        makes_orderers: ous.as_ref().is_some_and(|ous| ous.orderer.is_some()),
    };
    check(channel, member, roles, problems);
    Ok(())
}

/// Checks an MSP that was read elsewhere; one that could not be read is empty, and has been reported.
pub(super) fn check_msp_config(channel: &Channel, member: &MemberOrg, config: &MspConfig, problems: &mut Problems) {
    let fabric = (config.r#type == MSP_FABRIC && !config.config.is_empty()).then_some(config.config.as_slice());
    let Some(msp) = fabric.and_then(|bytes| FabricMspConfig::decode(bytes).ok()).filter(|msp| !msp.root_certs.is_empty()) else {
        return;
    };
    let ous = msp.fabric_node_ous.as_ref();
    let roles = Roles {
        has_admins: !msp.admins.is_empty(),
        has_node_ous: ous.is_some(),
        makes_admins: ous.is_some_and(|ous| ous.admin_ou_identifier.is_some()),
        makes_orderers: ous.is_some_and(|ous| ous.orderer_ou_identifier.is_some()),
    };
    check(channel, member, roles, problems);
}

/// How a channel reads the MSPs in it (fabric `common/capabilities/channel.go`, `MSPVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MspVersion {
    /// Without capabilities: roles are not read from OUs.
    V1_0,
    /// `V1_1` to `V1_4_2`: clients and peers are told apart, and nobody else.
    V1_1,
    /// `V1_4_3` and later: all four roles.
    V1_4_3,
}

impl MspVersion {
    fn of(channel: &Channel) -> Self {
        let has = |names: &[&str]| channel.config.capabilities.iter().flatten().any(|name| names.contains(&name.as_str()));
        if has(&["V1_4_3", "V2_0", "V3_0"]) {
            MspVersion::V1_4_3
        } else if has(&["V1_1", "V1_3", "V1_4_2"]) {
            MspVersion::V1_1
        } else {
            MspVersion::V1_0
        }
    }
}

/// An MSP needs administrators that the channel takes for such (fabric `msp/mspimplsetup.go`).
fn check(channel: &Channel, org: &MemberOrg, roles: Roles, problems: &mut Problems) {
    let Roles { has_admins, has_node_ous, makes_admins, makes_orderers } = roles;
    let name = &org.name;
    let message = match MspVersion::of(channel) {
        MspVersion::V1_4_3 if has_admins || makes_admins => return,
        MspVersion::V1_1 if has_node_ous && (makes_admins || makes_orderers) => format!(
            "the MSP of `{name}` has NodeOUs for administrators and orderers, whom a channel of these capabilities takes for invalid"
        ),
        MspVersion::V1_0 if has_node_ous && !has_admins => {
            format!("the MSP of `{name}` makes administrators by NodeOUs, which a channel without capabilities does not read")
        }
        _ if has_admins => return,
        _ => format!("the MSP of `{name}` has no administrators: nothing in `admincerts`, and no NodeOUs that make some"),
    };
    problems.push(
        Problem::new(Code::FK0411, message).at(&org.place).help(
            "give the channel `Capabilities: {V1_4_3: true}` or `{V2_0: true}`, and the org `EnableNodeOUs: true` in crypto-config.yaml or administrators in `admincerts`",
        ),
    );
}

/// A consenter elsewhere is dialled by its host, which its certificate must have; those of this network are judged with their keys.
pub(super) fn check_names(consenter: &Consenter, path: &Path, bytes: &[u8], problems: &mut Problems) {
    let address = &consenter.address.deployed;
    let Some(certificate) = Certificate::parse(bytes).ok().filter(|certificate| !certificate.names(&address.host)) else {
        return;
    };
    let names = certificate.sans();
    let message = format!(
        "the consenter `{address}` cannot be dialled: its certificate `{}` is for {}",
        path.display(),
        if names.is_empty() { "no host".to_owned() } else { format!("`{}`", names.join("`, `")) }
    );
    let problem = Problem::new(Code::FK0412, message).at(&consenter.place);
    problems.push(problem.help("write a host that is in the certificate, or let its CA issue one with this host"));
}
