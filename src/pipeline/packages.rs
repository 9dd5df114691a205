//! The calls for install packages of chaincodes. They make no keys: where peers speak TLS with a chaincode, the org's TLS CA has to be
//! there, since its certificate is in the package.

use super::{Walk, keys_of, network};
use crate::chaincode::{self, Package};
use crate::crypto::{Names, PublicMaterial};
use crate::diag::{Code, Place, Problem, Problems, Silent, Stop};
use crate::lock::Memory;
use crate::network::{Chaincode, Content, Install, Network, Org, Purpose, ServerTls, names};
use crate::project::Project;
use crate::store::{Keys, Making, Policy};

/// Which packages are asked for.
#[derive(Clone, Copy, Debug)]
pub struct WantedPackages<'a> {
    /// A chaincode by its name, or by name and version as its label has them: `basic_1.0`.
    pub chaincode: &'a str,
    /// Of one org, by its name in crypto-config.yaml, its Domain or its MSP ID; of all that install it otherwise.
    pub org: Option<&'a str>,
}

/// What one org installs.
#[derive(Clone, Debug)]
pub struct OrgPackage {
    /// The org's slug.
    pub org: String,
    pub msp_id: String,
    pub package: Package,
}

impl OrgPackage {
    /// What it is called in the folder of artifacts.
    pub fn file(&self) -> String {
        format!("{}.{}.tgz", self.msp_id, self.package.label)
    }
}

/// The packages of a chaincode, one for each org that is asked for, in the user's order.
pub fn packages(project: &Project, wanted: WantedPackages<'_>, problems: &mut Problems) -> Result<Vec<OrgPackage>, Stop> {
    let mut network = network(project, Purpose::Deployment, problems)?;
    if !network.fabric_version.features().lifecycle {
        let message = format!("peers of Fabric {} install no packages of this kind", network.fabric_version);
        let help = "`peer chaincode install` packs the sources itself; packages came with Fabric 2.0";
        problems.push(Problem::new(Code::FK0815, message).help(help));
        return Err(Stop::Reported);
    }
    let Some(chaincode) = the_one(&network, wanted.chaincode, problems) else { return Err(Stop::Reported) };
    let Some(orgs) = installing(&network, chaincode, wanted.org, problems) else { return Err(Stop::Reported) };
    let chaincode = chaincode.clone();
    let needs_roots = orgs.iter().any(|(_, install)| matches!(install.content, Content::Service { tls: ServerTls::On, .. }));
    if !needs_roots {
        return pack_all(&chaincode, &orgs, None, problems);
    }
    // Their CAs are all that is in packages.
    network.leave_out_what_no_block_names();
    let walk = Walk {
        project,
        policy: Policy { making: Making::Nothing, keys: Keys::NotNeeded },
        memory: Memory::Counts,
        purpose: Purpose::Deployment,
        names: Names::Unchecked,
        progress: &Silent,
    };
    let (_, material) = keys_of(walk, network, problems)?;
    pack_all(&chaincode, &orgs, Some(material.public()), problems)
}

fn pack_all(
    chaincode: &Chaincode,
    orgs: &[(Whose, Install)],
    public: Option<&PublicMaterial>,
    problems: &mut Problems,
) -> Result<Vec<OrgPackage>, Stop> {
    let mut all = Vec::new();
    for (Whose { org, msp_id }, install) in orgs {
        let package = chaincode::pack((chaincode, install), public, problems)?;
        all.extend(package.map(|package| OrgPackage { org: org.clone(), msp_id: msp_id.clone(), package }));
    }
    problems.stop_on_errors()?;
    Ok(all)
}

/// What is left of an org once the network has gone into its keys.
struct Whose {
    org: String,
    msp_id: String,
}

fn the_one<'n>(network: &'n Network, name: &str, problems: &mut Problems) -> Option<&'n Chaincode> {
    let label = |chaincode: &Chaincode| names::package_label(&chaincode.name, &chaincode.version);
    let found: Vec<&Chaincode> =
        network.chaincodes.iter().filter(|chaincode| chaincode.name == name || label(chaincode) == name).collect();
    let (message, among) = match found.as_slice() {
        [one] => return Some(one),
        [] => (format!("there is no chaincode `{name}`"), network.chaincodes.iter().collect()),
        _ => (format!("the chaincode `{name}` is there in several versions"), found),
    };
    let labels: Vec<String> = among.into_iter().map(label).collect();
    let help = if labels.is_empty() {
        "list it in network.yaml: `network: {chaincodes: [{name: basic, …}]}`".to_owned()
    } else {
        format!("there are `{}`", labels.join("`, `"))
    };
    problems.push(Problem::new(Code::FK0816, message).at(&Place::option(name)).help(help));
    None
}

fn installing(
    network: &Network,
    chaincode: &Chaincode,
    wanted: Option<&str>,
    problems: &mut Problems,
) -> Option<Vec<(Whose, Install)>> {
    let whose = |org: &Org| Whose { org: org.name.clone(), msp_id: org.msp_id.clone() };
    let is_wanted = |org: &Org| wanted.is_none_or(|name| org.is_called(name));
    let all = || chaincode.installs.iter().map(|install| (network.org(install.org), install));
    let found: Vec<(Whose, Install)> =
        all().filter(|(org, _)| is_wanted(org)).map(|(org, install)| (whose(org), install.clone())).collect();
    if !found.is_empty() {
        return Some(found);
    }
    let message = match wanted {
        Some(org) => format!("the org `{org}` does not install the chaincode `{}`", chaincode.name),
        None => format!("no org installs the chaincode `{}`", chaincode.name),
    };
    let names: Vec<&str> = all().map(|(org, _)| org.short_name.as_str()).collect();
    let help = if names.is_empty() {
        "its `orgs` do, or those of its `channels`: list either; peers with `chaincode: {runtime: none}` install nothing"
            .to_owned()
    } else {
        format!("`{}` do", names.join("`, `"))
    };
    problems.push(Problem::new(Code::FK0816, message).at(&chaincode.place).help(help));
    None
}
