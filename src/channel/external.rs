//! Files that configtx.yaml names outside the stores: MSP folders and consenters' certificates of other people's orgs.
//! They are read, checked, and never written.

use super::msp::Verifying;
use super::proto::msp::MspConfig;
use crate::crypto::{MspFolder, key_fingerprint};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{CertificateSource, Consensus, MemberOrg, MspSource, Network};
use crate::store::{Making, Store};
use std::path::Path;

/// Finds what encoding would find wrong in files outside the stores, before anything is made.
pub fn preflight(network: &Network, problems: &mut Problems) -> Result<(), Stop> {
    for channel in &network.channels {
        let (orderer, application) = (&channel.config.orderer, &channel.config.application);
        for org in orderer.orgs.iter().chain(&application.orgs) {
            if let Some(foreign) = &org.foreign {
                let message = format!("the org `{}` is marked `SkipAsForeign`, and nothing else here says what it is", org.name);
                problems.push(Problem::new(Code::FK0273, message).at(foreign).help(
                    "take the mark out: a first block needs all of every org, and an update keeps only what the channel has",
                ));
                continue;
            }
            if let MspSource::Folder(dir) = &org.msp {
                msp_config(org, dir, problems)?;
            }
        }
        let Consensus::Raft { consenters, options: _ } = &orderer.consensus;
        for consenter in consenters {
            for source in [&consenter.client_tls_cert, &consenter.server_tls_cert] {
                if let CertificateSource::File(path) = source {
                    certificate(path, &consenter.place, problems)?;
                }
            }
        }
    }
    Ok(())
}

/// The verifying MSP in a folder.
pub(super) fn msp_config(org: &MemberOrg, dir: &Path, problems: &mut Problems) -> Result<MspConfig, Stop> {
    if !crate::fs::is_dir(dir)? {
        let problem = Problem::new(Code::FK0408, format!("the MSP folder `{}` of `{}` is not there", dir.display(), org.name));
        problems.push(problem.at(&org.place).help(
            "`MSPDir` is a path from the folder of configtx.yaml; where it ends in `peerOrganizations/<Domain>/msp` or \
             `ordererOrganizations/<Domain>/msp` of an org in crypto-config.yaml, it means the folder that fabkube makes",
        ));
        return Ok(MspConfig::default());
    }
    let folder = MspFolder::read(&Store::open(dir, Making::Nothing), Path::new(""), problems)?;
    Verifying { org, dir: dir.to_path_buf(), folder: &folder, elsewhere: Some(dir) }.config(problems)
}

/// A consenter's certificate: the whole file.
pub(super) fn certificate(path: &Path, place: &Place, problems: &mut Problems) -> Result<Option<Vec<u8>>, Stop> {
    let bytes = if crate::fs::is_dir(path)? { None } else { crate::fs::read_if_there(path)? };
    let message = match &bytes {
        None => format!("the certificate `{}` of a consenter is not there", path.display()),
        Some(bytes) if key_fingerprint(bytes).is_none() => format!("`{}` is no certificate in PEM", path.display()),
        Some(_) => return Ok(bytes),
    };
    problems.push(Problem::new(Code::FK0409, message).at(place).help(
        "the path starts at the folder of configtx.yaml; where it ends in `ordererOrganizations/<Domain>/orderers/<node>/tls/server.crt` \
         of a node in crypto-config.yaml, it means the certificate that fabkube makes",
    ));
    Ok(None)
}
