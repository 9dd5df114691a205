//! Files that configtx.yaml names outside the stores: MSP folders and consenters' certificates of other people's orgs.
//! They are read, checked, and never written.

use super::msp::Verifying;
use super::proto::msp::{IdemixMspConfig, MSP_IDEMIX, MspConfig};
use super::{Hosts, suits};
use crate::crypto::{MspFolder, key_fingerprint};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{BftConsenter, CertificateSource, Channel, Consensus, MemberOrg, MspSource, Network, Org};
use crate::store::{Making, Store};
use prost::Message;
use rayon::prelude::*;
use std::path::Path;

/// Finds what encoding would find wrong with the MSPs and certificates of channels, before anything is made. `keys` is the store
/// of keys: what is there counts, and what is not will be made as the files say.
pub fn preflight(network: &Network, keys: &Store, hosts: Hosts, problems: &mut Problems) -> Result<(), Stop> {
    for channel in network.channels_with_block() {
        let orgs: Vec<&MemberOrg> = channel.config.orgs().map(|(_, org)| org).collect();
        let found: Vec<Problems> =
            orgs.into_par_iter().map(|org| preflight_org(network, channel, org, keys)).collect::<Result<_, _>>()?;
        found.into_iter().for_each(|of_org| problems.append(of_org));
        let Some(orderer) = &channel.config.orderer else { continue };
        if let Consensus::Bft { consenters, options: _ } = &orderer.consensus {
            for BftConsenter { id: _, msp_id: _, identity, consenter } in consenters {
                if let CertificateSource::File(path) = identity {
                    certificate(path, &consenter.place, problems)?;
                }
            }
        }
        for consenter in orderer.consensus.consenters() {
            if let CertificateSource::File(path) = &consenter.client_tls_cert {
                certificate(path, &consenter.place, problems)?;
            }
            if let CertificateSource::File(path) = &consenter.server_tls_cert
                && let Some(bytes) = certificate(path, &consenter.place, problems)?
                && hosts == Hosts::Deployed
            {
                suits::check_names(consenter, path, &bytes, problems);
            }
        }
    }
    Ok(())
}

/// What would be wrong with the MSP of an org.
fn preflight_org(network: &Network, channel: &Channel, org: &MemberOrg, keys: &Store) -> Result<Problems, Stop> {
    let mut problems = Problems::new();
    if let Some(foreign) = &org.foreign {
        let message = format!("the org `{}` is marked `SkipAsForeign`, and nothing else here says what it is", org.name);
        problems.push(
            Problem::new(Code::FK0273, message)
                .at(foreign)
                .help("take the mark out: a first block needs all of every org, and an update keeps only what the channel has"),
        );
        return Ok(problems);
    }
    match &org.msp {
        MspSource::Org(id) => {
            suits::check_org(channel, org, network.org(*id), keys, &mut problems)?;
            warn_of_another_folder(org, network.org(*id), keys, &mut problems)?;
        }
        MspSource::Folder(dir) => {
            let msp = msp_config(org, dir, &mut problems)?;
            if !problems.has_errors() {
                suits::check_msp_config(channel, org, &msp, &mut problems);
            }
        }
        MspSource::Idemix(dir) => drop(idemix_msp_config(org, dir, &mut problems)?),
    }
    Ok(problems)
}

/// A folder that `MSPDir` names and the store stands for, though both are there and do not say the same.
fn warn_of_another_folder(member: &MemberOrg, org: &Org, keys: &Store, problems: &mut Problems) -> Result<(), Stop> {
    let dir = &member.msp_dir;
    if crate::fs::is_one_place(dir, &keys.path(&org.dir().join("msp"))) {
        return Ok(());
    }
    // What cannot be read is no folder that somebody would miss.
    let elsewhere = Store::open(dir, Making::Nothing);
    let Ok(named) = MspFolder::read(&elsewhere, Path::new(""), &mut Problems::new()) else { return Ok(()) };
    let kept = MspFolder::read(keys, &org.dir().join("msp"), &mut Problems::new())?;
    if named.cacerts.is_empty() || (named.cacerts == kept.cacerts && named.tlscacerts == kept.tlscacerts) {
        return Ok(());
    }
    let message =
        format!("`MSPDir` names `{}`, whose CAs are others than those that fabkube keeps for `{}`", dir.display(), org.domain);
    problems.push(Problem::new(Code::FK0413, message).at(&member.place).help(
        "fabkube's are taken: name the right folder with `--crypto-dir`, or, if the org is another company's, take it out of \
         crypto-config.yaml",
    ));
    Ok(())
}

/// The public keys of an Idemix issuer (fabric `msp/configbuilder.go`, `GetIdemixMspConfig`). A signer's secret that lies beside
/// them is none of the channel's business, though configtxgen would publish it.
pub(super) fn idemix_msp_config(org: &MemberOrg, dir: &Path, problems: &mut Problems) -> Result<MspConfig, Stop> {
    let mut read = |name: &str| -> Result<Vec<u8>, Stop> {
        let path = dir.join("msp").join(name);
        let bytes = if crate::fs::is_dir(&path)? { None } else { crate::fs::read_if_there(&path)? };
        if bytes.is_none() {
            let message = format!("the Idemix key `{}` of `{}` is not there", path.display(), org.name);
            problems.push(
                Problem::new(Code::FK0408, message)
                    .at(&org.place)
                    .help("`MSPDir` of an idemix MSP has the folder `msp` with IssuerPublicKey and RevocationPublicKey, as idemixgen makes it"),
            );
        }
        Ok(bytes.unwrap_or_default())
    };
    let (ipk, revocation_pk) = (read("IssuerPublicKey")?, read("RevocationPublicKey")?);
    let config = IdemixMspConfig { name: org.msp_id.clone(), ipk, signer: None, revocation_pk, epoch: 0 };
    Ok(MspConfig { r#type: MSP_IDEMIX, config: config.encode_to_vec() })
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
