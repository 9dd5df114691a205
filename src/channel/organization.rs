//! An organization's group by itself, as configtxgen's `-printOrg` prints it: what is added to a running channel.

use super::encoder;
use super::json::{self, Form};
use super::proto::configtx::ConfigGroup;
use super::{Encoding, Hosts};
use crate::crypto::PublicMaterial;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::network::{LoneOrg, MemberOrg, MspSource, Network};
use prost::Message;
use std::path::Path;

/// The group as JSON, of the form of the network's Fabric. The MSP is read where it lies, below `keys` if it is an org of the
/// network: nothing else of the keys is needed, and nothing is made.
pub fn organization(network: &Network, keys: &Path, org: LoneOrg, hosts: Hosts, problems: &mut Problems) -> Result<String, Stop> {
    let nobody = PublicMaterial { orgs: Vec::new() };
    let encoding = Encoding { network, public: &nobody, hosts };
    let (group, shape) = match org {
        LoneOrg::Foreign => (ConfigGroup { mod_policy: encoder::ADMINS.into(), ..ConfigGroup::default() }, &json::ORDERER_ORG),
        LoneOrg::Orderer(org) => {
            let org = in_folder(org, network, keys, problems)?;
            (encoder::new_orderer_org_group(&org, encoding, problems)?, &json::ORDERER_ORG)
        }
        LoneOrg::Application(org) => {
            let org = in_folder(org, network, keys, problems)?;
            (encoder::new_application_org_group(&org, encoding, problems)?, &json::APPLICATION_ORG)
        }
    };
    problems.stop_on_errors()?;
    let decoded = json::decode(&group.encode_to_vec(), shape, Form::of(network.fabric_version));
    decoded.map(|decoded| json::text(&decoded.value)).map_err(Stop::Internal)
}

/// The org with its MSP in a folder on disk.
fn in_folder(mut org: MemberOrg, network: &Network, keys: &Path, problems: &mut Problems) -> Result<MemberOrg, Stop> {
    if let MspSource::Org(id) = org.msp {
        let dir = keys.join(network.org(id).dir()).join("msp");
        if !crate::fs::is_dir(&dir)? {
            let problem =
                Problem::new(Code::FK0408, format!("the MSP folder `{}` of `{}` is not there", dir.display(), org.name));
            problems.push(problem.at(&org.place).help("`fabkube crypto generate` makes it"));
            return Err(Stop::Reported);
        }
        org.msp = MspSource::Folder(dir);
    }
    Ok(org)
}
