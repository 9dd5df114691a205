//! The values and policies of a configuration in words: what people read when a channel changes.
//! What differs between two configurations is `difference`'s.

mod consensus;

use super::policy::read_policy;
use super::proto::configuration::{BlockDataHashingStructure, Capabilities, Consortium, HashingAlgorithm, OrdererAddresses};
use super::proto::msp::{FabricMspConfig, FabricOuIdentifier, IdemixMspConfig, MSP_FABRIC, MSP_IDEMIX, MspConfig};
use super::proto::orderer::{BatchSize, BatchTimeout, ChannelRestrictions, ConsensusType};
use super::proto::peer::{Acls, AnchorPeers};
use super::proto::policies::Policy;
use super::proto::smartbft::Orderers;
use crate::crypto::Certificate;
use prost::{DecodeError, Message};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a value says, by name. One that is a list of things has each of them as a name with an empty text; the one thing that a
/// value is has an empty name.
pub(super) type Facts = BTreeMap<String, String>;

/// The facts of a value. One that is not known here, or cannot be read, is known by its digest.
pub(super) fn facts(key: &str, value: &[u8]) -> Facts {
    read(key, value).unwrap_or_else(|_| one(digest(value)))
}

/// A policy as configtx.yaml spells it; one that cannot be spelt there is known by its digest.
pub(super) fn policy(policy: Option<&Policy>) -> String {
    let Some(policy) = policy else { return "nothing".to_owned() };
    read_policy(policy).map_or_else(|| digest(&policy.encode_to_vec()), |policy| policy.to_string())
}

fn read(key: &str, value: &[u8]) -> Result<Facts, DecodeError> {
    Ok(match key {
        "HashingAlgorithm" => one(HashingAlgorithm::decode(value)?.name),
        "BlockDataHashingStructure" => one(BlockDataHashingStructure::decode(value)?.width.to_string()),
        "Consortium" => one(Consortium::decode(value)?.name),
        // Brokers have the form of addresses.
        "OrdererAddresses" | "Endpoints" | "KafkaBrokers" => list(OrdererAddresses::decode(value)?.addresses),
        "Capabilities" => list(Capabilities::decode(value)?.0.into_keys()),
        "ACLs" => Acls::decode(value)?.0.into_iter().map(|(resource, acl)| (resource, acl.policy_ref)).collect(),
        "AnchorPeers" => {
            let peers = AnchorPeers::decode(value)?.anchor_peers;
            list(peers.into_iter().map(|peer| format!("{}:{}", peer.host, peer.port)))
        }
        "BatchSize" => {
            let BatchSize { max_message_count, absolute_max_bytes, preferred_max_bytes } = BatchSize::decode(value)?;
            named([
                ("MaxMessageCount", max_message_count.to_string()),
                ("AbsoluteMaxBytes", absolute_max_bytes.to_string()),
                ("PreferredMaxBytes", preferred_max_bytes.to_string()),
            ])
        }
        "BatchTimeout" => one(BatchTimeout::decode(value)?.timeout),
        "ChannelRestrictions" => one(ChannelRestrictions::decode(value)?.max_count.to_string()),
        "ConsensusType" => consensus::facts(ConsensusType::decode(value)?)?,
        "Orderers" => consensus::orderers(Orderers::decode(value)?),
        "MSP" => msp(&MspConfig::decode(value)?)?,
        _ => one(digest(value)),
    })
}

fn msp(config: &MspConfig) -> Result<Facts, DecodeError> {
    match config.r#type {
        MSP_FABRIC => {}
        MSP_IDEMIX => {
            let IdemixMspConfig { name, ipk, signer: _, revocation_pk, epoch: _ } =
                IdemixMspConfig::decode(config.config.as_slice())?;
            return Ok(named([("ID", name), ("IssuerPublicKey", digest(&ipk)), ("RevocationPublicKey", digest(&revocation_pk))]));
        }
        other => return Ok(named([("type", other.to_string()), ("config", digest(&config.config))])),
    }
    let msp = FabricMspConfig::decode(config.config.as_slice())?;
    let mut facts = named([("ID", msp.name.clone())]);
    for (folder, certificates) in [
        ("cacerts", &msp.root_certs),
        ("intermediatecerts", &msp.intermediate_certs),
        ("admincerts", &msp.admins),
        ("tlscacerts", &msp.tls_root_certs),
        ("tlsintermediatecerts", &msp.tls_intermediate_certs),
    ] {
        facts.extend(list(certificates.iter().map(|pem| format!("{folder} {}", certificate(pem)))));
    }
    facts.extend(list(msp.revocation_list.iter().map(|crl| format!("crls {}", digest(crl)))));
    if let Some(crypto) = msp.crypto_config {
        let hashes = format!("{}, {}", crypto.signature_hash_family, crypto.identity_identifier_hash_function);
        facts.insert("hashes".into(), hashes);
    }
    let identifier =
        |what: &str, FabricOuIdentifier { certificate: pem, organizational_unit_identifier }: &FabricOuIdentifier| {
            let of = if pem.is_empty() { "any CA".to_owned() } else { certificate(pem) };
            (format!("{what} `{organizational_unit_identifier}`"), format!("of {of}"))
        };
    facts.extend(msp.organizational_unit_identifiers.iter().map(|unit| identifier("OU", unit)));
    if let Some(ous) = msp.fabric_node_ous {
        facts.insert("NodeOUs".into(), if ous.enable { "on" } else { "off" }.into());
        let roles = [
            ("client OU", ous.client_ou_identifier),
            ("peer OU", ous.peer_ou_identifier),
            ("admin OU", ous.admin_ou_identifier),
            ("orderer OU", ous.orderer_ou_identifier),
        ];
        facts.extend(roles.iter().filter_map(|(role, unit)| Some(identifier(role, unit.as_ref()?))));
    }
    Ok(facts)
}

/// A certificate by its name, its end and the beginning of its digest.
fn certificate(pem: &[u8]) -> String {
    match Certificate::parse(pem) {
        Ok(read) => format!("{} until {} ({})", read.common_name, read.not_after.date(), digest(&read.der)),
        Err(_) if pem.is_empty() => "no certificate".to_owned(),
        Err(_) => digest(pem),
    }
}

/// Enough of a digest to tell two things apart by eye.
fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}…", &hex::encode(Sha256::digest(bytes))[..12])
}

fn one(text: String) -> Facts {
    Facts::from([(String::new(), text)])
}

fn list(things: impl IntoIterator<Item = String>) -> Facts {
    things.into_iter().map(|thing| (thing, String::new())).collect()
}

fn named<const N: usize>(facts: [(&str, String); N]) -> Facts {
    facts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}
