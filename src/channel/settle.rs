//! What the files say, in the words of the running channel: what means the same stays byte for byte as the channel has it, so
//! that an update holds changes alone. What the files cannot say stays too: `mod_policy` of what is there, the state of the
//! consensus, the consortium that a channel was once created by.

use super::compare::{comparable, comparable_policy, key_of};
use super::consensus::ETCDRAFT;
use super::policy::bft_block_validation;
use super::proto::configtx::ConfigGroup;
use super::proto::msp::{FabricMspConfig, MspConfig};
use super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata};
use super::proto::smartbft::{Consenter, Orderers};
use super::readable;
use prost::{DecodeError, Message};

/// Makes `fresh`, encoded from the files, a change of `current`.
pub(super) fn settle(current: &ConfigGroup, fresh: &mut ConfigGroup) {
    // Of no meaning after a channel's creation, and nothing that its members should have to sign for.
    if let (Some(consortium), None) = (current.values.get("Consortium"), fresh.values.get("Consortium")) {
        fresh.values.insert("Consortium".into(), consortium.clone());
    }
    group(current, fresh);
}

/// Makes `updated`, which comes as a whole from elsewhere, a change of `current`: only the order of maps is settled.
pub(super) fn settle_maps(current: &ConfigGroup, updated: &mut ConfigGroup) {
    for (key, value) in &mut updated.values {
        let Some(known) = current.values.get(key) else { continue };
        if matches!(key.as_str(), "Capabilities" | "ACLs") && comparable(key, &known.value) == comparable(key, &value.value) {
            value.value.clone_from(&known.value);
        }
    }
    for (key, group) in &mut updated.groups {
        if let Some(known) = current.groups.get(key) {
            settle_maps(known, group);
        }
    }
}

fn group(current: &ConfigGroup, fresh: &mut ConfigGroup) {
    fresh.mod_policy.clone_from(&current.mod_policy);
    for (key, value) in &mut fresh.values {
        let Some(known) = current.values.get(key) else { continue };
        value.mod_policy.clone_from(&known.mod_policy);
        let settled = match key.as_str() {
            "MSP" => msp(&known.value, &value.value),
            "ConsensusType" => consensus(&known.value, &value.value),
            "Orderers" => orderers(&known.value, &value.value),
            _ => Ok(value.value.clone()),
        };
        // What cannot be read is replaced as a whole.
        value.value = settled.unwrap_or_else(|_| value.value.clone());
        if comparable(key, &known.value) == comparable(key, &value.value) {
            value.value.clone_from(&known.value);
        }
    }
    for (key, policy) in &mut fresh.policies {
        let Some(known) = current.policies.get(key) else { continue };
        policy.mod_policy.clone_from(&known.mod_policy);
        // Tools number the identities of a rule differently.
        let same = comparable_policy(known.policy.as_ref()) == comparable_policy(policy.policy.as_ref());
        if same || readable::policy(known.policy.as_ref()) == readable::policy(policy.policy.as_ref()) {
            policy.policy.clone_from(&known.policy);
        }
    }
    // Last, whatever the channel has: orderers compare it with the certificates of the consenters, byte for byte (fabric 3
    // `orderer/consensus/smartbft/configverifier.go`).
    let orderers = fresh.values.get("Orderers").and_then(|value| Orderers::decode(value.value.as_slice()).ok());
    if let (Some(orderers), Some(validation)) = (orderers, fresh.policies.get_mut("BlockValidation")) {
        validation.policy = Some(bft_block_validation(&orderers.consenter_mapping));
    }
    for (key, fresh) in &mut fresh.groups {
        if let Some(current) = current.groups.get(key) {
            group(current, fresh);
        }
    }
}

/// Certificates on a key that the channel knows stay as it knows them.
fn msp(current: &[u8], fresh: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (known, mut config) = (MspConfig::decode(current)?, MspConfig::decode(fresh)?);
    if (known.r#type, config.r#type) != (0, 0) {
        return Ok(fresh.to_vec());
    }
    let known = FabricMspConfig::decode(known.config.as_slice())?;
    let mut msp = FabricMspConfig::decode(config.config.as_slice())?;
    for (known, fresh) in [
        (&known.root_certs, &mut msp.root_certs),
        (&known.intermediate_certs, &mut msp.intermediate_certs),
        (&known.admins, &mut msp.admins),
        (&known.tls_root_certs, &mut msp.tls_root_certs),
        (&known.tls_intermediate_certs, &mut msp.tls_intermediate_certs),
    ] {
        fresh.iter_mut().for_each(|certificate| keep(known, certificate));
    }
    let known: Vec<Vec<u8>> = msp.root_certs.iter().chain(&msp.intermediate_certs).cloned().collect();
    let units = msp.organizational_unit_identifiers.iter_mut();
    let node_ous = msp.fabric_node_ous.iter_mut().flat_map(|ous| {
        let ous = [
            &mut ous.client_ou_identifier,
            &mut ous.peer_ou_identifier,
            &mut ous.admin_ou_identifier,
            &mut ous.orderer_ou_identifier,
        ];
        ous.into_iter().flatten()
    });
    // Fabric finds the CA of a unit among those of the MSP by its bytes.
    units.chain(node_ous).for_each(|unit| keep(&known, &mut unit.certificate));
    config.config = msp.encode_to_vec();
    Ok(config.encode_to_vec())
}

/// Takes the first known certificate on the key of this one.
fn keep(known: &[impl AsRef<[u8]>], certificate: &mut Vec<u8>) {
    let key = key_of(certificate);
    if let Some(same) = known.iter().map(AsRef::as_ref).find(|known| key_of(known) == key) {
        *certificate = same.to_vec();
    }
}

/// Consenters that stay keep their certificates and their order, new ones come last; the files know nothing of the state.
fn consensus(current: &[u8], fresh: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (known, mut consensus) = (ConsensusType::decode(current)?, ConsensusType::decode(fresh)?);
    consensus.state = known.state;
    if known.r#type == ETCDRAFT && consensus.r#type == ETCDRAFT {
        let known = RaftMetadata::decode(known.metadata.as_slice())?.consenters;
        let mut metadata = RaftMetadata::decode(consensus.metadata.as_slice())?;
        for consenter in &mut metadata.consenters {
            if let Some(same) = known.iter().find(|known| is_same(known, consenter)) {
                keep(&[&same.client_tls_cert, &same.server_tls_cert], &mut consenter.client_tls_cert);
                keep(&[&same.server_tls_cert, &same.client_tls_cert], &mut consenter.server_tls_cert);
            }
        }
        metadata.consenters.sort_by_key(|consenter| {
            let place = |same: fn(&RaftConsenter, &RaftConsenter) -> bool| known.iter().position(|known| same(known, consenter));
            place(is_same).or_else(|| place(is_there)).unwrap_or(usize::MAX)
        });
        consensus.metadata = metadata.encode_to_vec();
    }
    Ok(consensus.encode_to_vec())
}

/// BFT's consenters, who are known by the key that they sign with or by their ID; the rest as Raft's.
fn orderers(current: &[u8], fresh: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (known, mut orderers) = (Orderers::decode(current)?.consenter_mapping, Orderers::decode(fresh)?);
    let place = |consenter: &Consenter| {
        let signs = |known: &Consenter| key_of(&known.identity) == key_of(&consenter.identity);
        known.iter().position(signs).or_else(|| known.iter().position(|known| known.id == consenter.id))
    };
    for consenter in &mut orderers.consenter_mapping {
        if let Some(Consenter { identity, client_tls_cert, server_tls_cert, .. }) = place(consenter).map(|i| &known[i]) {
            keep(&[identity], &mut consenter.identity);
            keep(&[client_tls_cert, server_tls_cert], &mut consenter.client_tls_cert);
            keep(&[server_tls_cert, client_tls_cert], &mut consenter.server_tls_cert);
        }
    }
    orderers.consenter_mapping.sort_by_key(|consenter| place(consenter).unwrap_or(usize::MAX));
    Ok(orderers.encode_to_vec())
}

/// Orderers know each other by their client certificates (fabric `orderer/consensus/etcdraft/membership.go`).
fn is_same(one: &RaftConsenter, other: &RaftConsenter) -> bool {
    key_of(&one.client_tls_cert) == key_of(&other.client_tls_cert)
}

fn is_there(one: &RaftConsenter, other: &RaftConsenter) -> bool {
    (&one.host, one.port) == (&other.host, other.port)
}
