//! The ids of packages that servers of chaincodes have to know: peers look for a server by them. Packing is `package`'s.

use super::pack;
use super::source;
use crate::crypto::PublicMaterial;
use crate::diag::{Problems, Stop};
use crate::network::{Chaincode, ChaincodeServer, Content, Network, OrgId};
use std::collections::BTreeMap;

/// Of every chaincode that an org runs as a service.
#[derive(Clone, Debug, Default)]
pub struct PackageIds(BTreeMap<(OrgId, String, String), String>);

impl PackageIds {
    /// The id that an org's server calls itself by.
    pub fn of(&self, org: OrgId, server: &ChaincodeServer) -> Option<&str> {
        self.0.get(&(org, server.chaincode.clone(), server.version.clone())).map(String::as_str)
    }
}

/// Packs what servers run, for its ids alone.
pub fn ids(network: &Network, public: &PublicMaterial, problems: &mut Problems) -> Result<PackageIds, Stop> {
    let mut ids = BTreeMap::new();
    for chaincode in &network.chaincodes {
        for install in chaincode.installs.iter().filter(|install| matches!(install.content, Content::Service { .. })) {
            if let Some(package) = pack((chaincode, install), Some(public), problems)? {
                ids.insert((install.org, chaincode.name.clone(), chaincode.version.clone()), package.id());
            }
        }
    }
    problems.stop_on_errors()?;
    Ok(PackageIds(ids))
}

/// Finds what packing would find wrong with the indexes of such chaincodes, before anything is made.
pub fn preflight(network: &Network, problems: &mut Problems) -> Result<(), Stop> {
    let installs = network.chaincodes.iter().flat_map(|Chaincode { installs, .. }| installs);
    for install in installs {
        if let Content::Service { address: _, tls: _, indexes: Some(dir) } = &install.content {
            source::indexes(dir, problems)?;
        }
    }
    Ok(())
}
