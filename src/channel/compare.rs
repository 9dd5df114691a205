//! Holds a stored block against what the files would encode now: a difference is news, and only another root is an error.
//! Blocks are history: nothing here changes one.

use super::Encoding;
use super::consensus::ETCDRAFT;
use super::history::Stored;
use super::proto::configtx::ConfigGroup;
use super::proto::configuration::Capabilities;
use super::proto::msp::{
    FabricMspConfig, FabricOuIdentifier, IdemixMspConfig, MSP_FABRIC, MSP_IDEMIX, MspConfig, PRINCIPAL_IDENTITY,
    SerializedIdentity,
};
use super::proto::orderer::{ConsensusType, RaftMetadata};
use super::proto::peer::Acls;
use super::proto::policies::{POLICY_SIGNATURE, Policy, SignaturePolicyEnvelope};
use super::proto::smartbft::Orderers;
use crate::crypto::key_fingerprint;
use crate::diag::{Code, Place, Problem, Problems, more};
use crate::network::{Channel, MemberOrg, MspSource};
use prost::{DecodeError, Message};
use std::collections::BTreeSet;

/// How many differences a note names.
const NAMED: usize = 5;

/// Says what the files would make otherwise now, and stops where the block cannot serve.
pub(super) fn check(stored: &Stored, channel: &Channel, fresh: &ConfigGroup, encoding: Encoding<'_>, problems: &mut Problems) {
    let found = problems.count(crate::diag::Severity::Error);
    check_roots(stored, channel, encoding, problems);
    if problems.count(crate::diag::Severity::Error) > found {
        return;
    }
    let mut paths = Vec::new();
    differences("/Channel", &stored.group, fresh, &mut paths);
    if paths.is_empty() {
        return;
    }
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = more(paths.len(), NAMED);
    let message = format!("the block of channel `{}` is older than the files: {}{more} differ", channel.name, named.join(", "));
    let problem = Problem::new(Code::FK0406, message).at(&Place::file(&stored.path)).at(&channel.place);
    problems.push(problem.help(format!(
        "a running channel takes the change by a config update: fetch its newest config block, and \
         `fabkube channel update --from BLOCK --channel {} -o update.pb` makes it",
        channel.name
    )));
}

/// Nodes and users of an org are known to a channel by the roots in its block: they must be those of the store.
fn check_roots(stored: &Stored, channel: &Channel, encoding: Encoding<'_>, problems: &mut Problems) {
    for (section, org) in channel.config.orgs() {
        let MspSource::Org(id) = org.msp else { continue };
        let Some(known) = stored_msp(&stored.group, &section, org) else { continue };
        let folder = &encoding.public.org(id).msp;
        for (kind, known, here) in
            [("CA", &known.root_certs, &folder.cacerts), ("TLS CA", &known.tls_root_certs, &folder.tlscacerts)]
        {
            let here: BTreeSet<Vec<u8>> = here.iter().map(|file| key_of(&file.bytes)).collect();
            if !known.is_empty() && known.iter().all(|root| !here.contains(&key_of(root))) {
                let message = format!(
                    "the block of channel `{}` knows another {kind} of `{}` than `{}` holds",
                    channel.name,
                    org.name,
                    encoding.network.org(id).dir().join("msp").display()
                );
                problems.push(Problem::new(Code::FK0407, message).at(&Place::file(&stored.path)).at(&org.place).help(
                    "the keys are of another network than the block: bring the keys or the block of this network back; \
                     to begin another network, make both anew in empty folders",
                ));
            }
        }
    }
}

/// By its MSP ID: that is who an org is, whatever its group is called.
pub(super) fn stored_msp(group: &ConfigGroup, section: &[&str], org: &MemberOrg) -> Option<FabricMspConfig> {
    let section = section.iter().try_fold(group, |group, name| group.groups.get(*name))?;
    section.groups.values().filter_map(msp_of).find(|msp| msp.name == org.msp_id)
}

/// The MSP in an org's group.
fn msp_of(group: &ConfigGroup) -> Option<FabricMspConfig> {
    let value = &group.values.get("MSP")?.value;
    let config = MspConfig::decode(value.as_slice()).ok().filter(|config| config.r#type == MSP_FABRIC)?;
    FabricMspConfig::decode(config.config.as_slice()).ok()
}

/// The MSP ID of an org's group, of whatever kind its MSP is.
pub(super) fn msp_id_of(group: &ConfigGroup) -> Option<String> {
    let config = MspConfig::decode(group.values.get("MSP")?.value.as_slice()).ok()?;
    match config.r#type {
        MSP_FABRIC => FabricMspConfig::decode(config.config.as_slice()).ok().map(|msp| msp.name),
        MSP_IDEMIX => IdemixMspConfig::decode(config.config.as_slice()).ok().map(|msp| msp.name),
        _ => None,
    }
}

/// The paths at which two groups differ. Versions are the running channel's affair.
fn differences(path: &str, stored: &ConfigGroup, fresh: &ConfigGroup, found: &mut Vec<String>) {
    if stored.mod_policy != fresh.mod_policy {
        found.push(format!("{path} (mod_policy)"));
    }
    for key in keys(&stored.values, &fresh.values) {
        let value = |group: &ConfigGroup| group.values.get(key).map(|v| (comparable(key, &v.value), v.mod_policy.clone()));
        if value(stored) != value(fresh) {
            found.push(format!("{path}/{key}"));
        }
    }
    for key in keys(&stored.policies, &fresh.policies) {
        let policy =
            |group: &ConfigGroup| group.policies.get(key).map(|p| (comparable_policy(p.policy.as_ref()), p.mod_policy.clone()));
        if policy(stored) != policy(fresh) {
            found.push(format!("{path}/{key} (policy)"));
        }
    }
    for key in keys(&stored.groups, &fresh.groups) {
        match (stored.groups.get(key), fresh.groups.get(key)) {
            (Some(stored), Some(fresh)) => differences(&format!("{path}/{key}"), stored, fresh, found),
            _ => found.push(format!("{path}/{key}")),
        }
    }
}

fn keys<'a, A, B>(
    one: &'a std::collections::BTreeMap<String, A>,
    other: &'a std::collections::BTreeMap<String, B>,
) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

/// The bytes of a value in one spelling: maps in one order, certificates as their public keys.
pub(super) fn comparable(key: &str, value: &[u8]) -> Vec<u8> {
    let spelt = match key {
        "MSP" => comparable_msp(value),
        "ConsensusType" => comparable_consensus(value),
        "Orderers" => comparable_orderers(value),
        "Capabilities" => Capabilities::decode(value).map(|capabilities| capabilities.encode_to_vec()),
        "ACLs" => Acls::decode(value).map(|acls| acls.encode_to_vec()),
        _ => Ok(value.to_vec()),
    };
    spelt.unwrap_or_else(|_| value.to_vec())
}

fn comparable_msp(value: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut config = MspConfig::decode(value)?;
    if config.r#type == MSP_FABRIC {
        let mut fabric = FabricMspConfig::decode(config.config.as_slice())?;
        let FabricMspConfig {
            name: _,
            root_certs,
            intermediate_certs,
            admins,
            revocation_list: _,
            signing_identity: _,
            organizational_unit_identifiers,
            crypto_config: _,
            tls_root_certs,
            tls_intermediate_certs,
            fabric_node_ous,
        } = &mut fabric;
        for certificates in [root_certs, intermediate_certs, admins, tls_root_certs, tls_intermediate_certs] {
            certificates.iter_mut().for_each(|certificate| *certificate = key_of(certificate));
            // What was renewed may stand there twice, as the old and the new.
            let mut known = BTreeSet::new();
            certificates.retain(|key| known.insert(key.clone()));
        }
        let mut identifiers: Vec<&mut FabricOuIdentifier> = organizational_unit_identifiers.iter_mut().collect();
        if let Some(ous) = fabric_node_ous {
            let node_ous = [
                &mut ous.client_ou_identifier,
                &mut ous.peer_ou_identifier,
                &mut ous.admin_ou_identifier,
                &mut ous.orderer_ou_identifier,
            ];
            identifiers.extend(node_ous.into_iter().flatten());
        }
        identifiers.into_iter().for_each(|identifier| identifier.certificate = key_of(&identifier.certificate));
        config.config = fabric.encode_to_vec();
    }
    Ok(config.encode_to_vec())
}

fn comparable_consensus(value: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut consensus = ConsensusType::decode(value)?;
    if consensus.r#type == ETCDRAFT {
        let mut metadata = RaftMetadata::decode(consensus.metadata.as_slice())?;
        for consenter in &mut metadata.consenters {
            consenter.client_tls_cert = key_of(&consenter.client_tls_cert);
            consenter.server_tls_cert = key_of(&consenter.server_tls_cert);
        }
        consensus.metadata = metadata.encode_to_vec();
    }
    Ok(consensus.encode_to_vec())
}

fn comparable_orderers(value: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut orderers = Orderers::decode(value)?;
    for consenter in &mut orderers.consenter_mapping {
        for certificate in [&mut consenter.identity, &mut consenter.client_tls_cert, &mut consenter.server_tls_cert] {
            *certificate = key_of(certificate);
        }
    }
    Ok(orderers.encode_to_vec())
}

/// A policy in one spelling: BFT's names consenters by their whole certificates.
pub(super) fn comparable_policy(policy: Option<&Policy>) -> Option<Policy> {
    let mut policy = policy?.clone();
    if policy.r#type == POLICY_SIGNATURE
        && let Ok(mut envelope) = SignaturePolicyEnvelope::decode(policy.value.as_slice())
    {
        for principal in envelope.identities.iter_mut().filter(|p| p.principal_classification == PRINCIPAL_IDENTITY) {
            if let Ok(mut identity) = SerializedIdentity::decode(principal.principal.as_slice()) {
                identity.id_bytes = key_of(&identity.id_bytes);
                principal.principal = identity.encode_to_vec();
            }
        }
        policy.value = envelope.encode_to_vec();
    }
    Some(policy)
}

/// A certificate's public key; the bytes themselves where they are no certificate.
pub(super) fn key_of(certificate: &[u8]) -> Vec<u8> {
    key_fingerprint(certificate).map_or_else(|| certificate.to_vec(), String::into_bytes)
}
