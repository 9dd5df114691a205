//! Signatures on config updates, and the envelopes that they travel in (fabric `internal/peer/channel/create.go`,
//! `sanityCheckAndSignConfigTx`). Keys are `crypto`'s.

use super::block::Stamp;
use super::file_bytes;
use super::proto::common::{ChannelHeader, Envelope, HEADER_TYPE_CONFIG_UPDATE, Header, Payload, SignatureHeader, Timestamp};
use super::proto::configtx::{ConfigSignature, ConfigUpdate, ConfigUpdateEnvelope};
use super::proto::msp::SerializedIdentity;
use crate::crypto::{SigningIdentity, key_fingerprint};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use prost::Message;
use std::path::Path;

/// An update that somebody is about to sign.
#[derive(Clone, Debug)]
pub struct Signable {
    pub channel: String,
    place: Place,
    update: ConfigUpdateEnvelope,
    wrapping: Wrapping,
}

/// How a signed update is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// A `ConfigUpdateEnvelope`: the update and its signatures.
    Signatures,
    /// That in an `Envelope` which the last signer signs as a whole: what orderers take.
    Envelope,
}

impl Signable {
    /// Reads an update, with the signatures that it has: a `ConfigUpdate`, a `ConfigUpdateEnvelope` or an `Envelope`.
    pub fn read(path: &Path, problems: &mut Problems) -> Result<Self, Stop> {
        let place = Place::file(path);
        let bytes = file_bytes(path, problems)?;
        let read = in_envelope(&bytes).or_else(|| with_signatures(&bytes)).or_else(|| bare(&bytes));
        let Some((channel, update, wrapping)) = read else {
            let problem = Problem::new(Code::FK0434, "this is no config update").at(&place);
            problems.push(problem.help(
                "`fabkube channel update -o update.pb` writes one; what configtxlator and peer make is taken too, in binary form",
            ));
            return Err(Stop::Reported);
        };
        Ok(Self { channel, place, update, wrapping })
    }

    /// The MSP IDs of those who have signed, in order.
    pub fn signers(&self) -> Vec<String> {
        self.update.signatures.iter().filter_map(creator).map(|identity| identity.mspid).collect()
    }

    /// Adds the signature of an identity. One that has signed already is an error: it counts once, and a second time is mostly
    /// the wrong folder.
    pub fn sign(&mut self, identity: &SigningIdentity, problems: &mut Problems) -> Result<(), Stop> {
        let is_its = |known: &SerializedIdentity| {
            known.mspid == identity.msp_id()
                && key_fingerprint(&known.id_bytes).as_deref() == Some(&identity.certificate().key_fingerprint)
        };
        if self.update.signatures.iter().filter_map(creator).any(|known| is_its(&known)) {
            let name = &identity.certificate().common_name;
            let message = format!("`{name}` of `{}` has signed this update already", identity.msp_id());
            problems.push(Problem::new(Code::FK0435, message).at(&self.place).help(
                "an identity counts once: another org, or another administrator, has to sign; `--msp-dir` says whose folder it is",
            ));
            return Err(Stop::Reported);
        }
        let signature_header = signature_header(identity)?.encode_to_vec();
        let signature = identity.sign(&[signature_header.as_slice(), &self.update.config_update].concat())?;
        self.update.signatures.push(ConfigSignature { signature_header, signature });
        Ok(())
    }

    /// The file: in the wrapping that it came in, or in the larger one. The envelope is of the identity that sends it.
    pub fn into_bytes(self, wrapping: Wrapping, identity: &SigningIdentity) -> Result<Vec<u8>, Stop> {
        if (self.wrapping, wrapping) == (Wrapping::Signatures, Wrapping::Signatures) {
            return Ok(self.update.encode_to_vec());
        }
        let payload = payload(&self.channel, signature_header(identity)?, &self.update)?;
        let signature = identity.sign(&payload)?;
        Ok(Envelope { payload, signature }.encode_to_vec())
    }
}

/// An update in an envelope that nobody has signed yet.
pub(super) fn unsigned_envelope(channel: &str, update: &ConfigUpdate) -> Result<Vec<u8>, Stop> {
    let update = ConfigUpdateEnvelope { config_update: update.encode_to_vec(), signatures: Vec::new() };
    Ok(Envelope { payload: payload(channel, SignatureHeader::default(), &update)?, signature: Vec::new() }.encode_to_vec())
}

fn payload(channel: &str, signature_header: SignatureHeader, update: &ConfigUpdateEnvelope) -> Result<Vec<u8>, Stop> {
    let channel_header = ChannelHeader {
        r#type: HEADER_TYPE_CONFIG_UPDATE,
        timestamp: Some(Timestamp { seconds: Stamp::now()?.seconds, nanos: 0 }),
        channel_id: channel.to_owned(),
        ..ChannelHeader::default()
    };
    let header = Header { channel_header: channel_header.encode_to_vec(), signature_header: signature_header.encode_to_vec() };
    Ok(Payload { header: Some(header), data: update.encode_to_vec() }.encode_to_vec())
}

fn signature_header(identity: &SigningIdentity) -> Result<SignatureHeader, Stop> {
    let creator = SerializedIdentity { mspid: identity.msp_id().to_owned(), id_bytes: identity.id_bytes() };
    Ok(SignatureHeader { creator: creator.encode_to_vec(), nonce: Stamp::now()?.nonce.to_vec() })
}

fn creator(signature: &ConfigSignature) -> Option<SerializedIdentity> {
    let header = SignatureHeader::decode(signature.signature_header.as_slice()).ok()?;
    SerializedIdentity::decode(header.creator.as_slice()).ok()
}

/// What a file is, told by what is inside: on the wire, these messages look alike.
type Read = (String, ConfigUpdateEnvelope, Wrapping);

fn in_envelope(bytes: &[u8]) -> Option<Read> {
    let payload = Payload::decode(Envelope::decode(bytes).ok()?.payload.as_slice()).ok()?;
    let header = ChannelHeader::decode(payload.header?.channel_header.as_slice()).ok()?;
    let (channel, update, _) = with_signatures(&payload.data)?;
    (header.r#type == HEADER_TYPE_CONFIG_UPDATE && header.channel_id == channel).then_some((channel, update, Wrapping::Envelope))
}

fn with_signatures(bytes: &[u8]) -> Option<Read> {
    let update = ConfigUpdateEnvelope::decode(bytes).ok()?;
    Some((channel_of(&update.config_update)?, update, Wrapping::Signatures))
}

fn bare(bytes: &[u8]) -> Option<Read> {
    let update = ConfigUpdateEnvelope { config_update: bytes.to_vec(), signatures: Vec::new() };
    Some((channel_of(bytes)?, update, Wrapping::Signatures))
}

/// The channel that an update is of; `None` where the bytes are none.
fn channel_of(update: &[u8]) -> Option<String> {
    let ConfigUpdate { channel_id, read_set, write_set, isolated_data: _ } = ConfigUpdate::decode(update).ok()?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    (!channel_id.is_empty() && channel_id.chars().all(is_name) && read_set.is_some() && write_set.is_some()).then_some(channel_id)
}
