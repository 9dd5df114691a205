//! A channel's first block: its envelope, hashes, nonce and time (fabric `common/genesis`), made and read.
//! The configuration inside is the encoder's.

use super::proto::common::{
    Block, BlockData, BlockHeader, BlockMetadata, ChannelHeader, Envelope, HEADER_TYPE_CONFIG, HEADER_TYPE_CONFIG_UPDATE, Header,
    LastConfig, Metadata, OrdererBlockMetadata, Payload, SignatureHeader, Timestamp,
};
use super::proto::configtx::{Config, ConfigEnvelope, ConfigGroup};
use crate::diag::Stop;
use crate::network::FabricVersion;
use prost::Message;
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};

/// `common.BlockMetadataIndex` has five entries; each is written, empty or not (3.x refuses a block without metadata).
const METADATA_ENTRIES: usize = 5;

/// What makes a block unlike every other.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    pub seconds: i64,
    pub nonce: [u8; 24],
}

impl Stamp {
    /// The time, and chance.
    pub(super) fn now() -> Result<Self, Stop> {
        let Timestamp { seconds, nanos: _ } = now();
        let mut nonce = [0; 24];
        OsRng.try_fill_bytes(&mut nonce).map_err(|e| Stop::Internal(format!("no random numbers to be had: {e}")))?;
        Ok(Self { seconds, nonce })
    }
}

/// The time, in whole seconds, as Fabric stamps its headers.
pub(super) fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Timestamp { seconds: i64::try_from(seconds).unwrap_or(0), nanos: 0 }
}

/// An unsigned transaction that asks for a change of a channel's configuration (fabric `protoutil/txutils.go`,
/// `CreateSignedEnvelope` without a signer). configtxgen 1.4 leaves out the time where it tells anchor peers.
pub(super) fn transaction(channel_id: &str, update: Vec<u8>, time: Option<Timestamp>) -> Vec<u8> {
    let channel_header = ChannelHeader {
        r#type: HEADER_TYPE_CONFIG_UPDATE,
        timestamp: time,
        channel_id: channel_id.to_owned(),
        ..ChannelHeader::default()
    };
    let header = Header { channel_header: channel_header.encode_to_vec(), signature_header: Vec::new() };
    let payload = Payload { header: Some(header), data: update };
    Envelope { payload: payload.encode_to_vec(), signature: Vec::new() }.encode_to_vec()
}

/// The block file. Its first entry of metadata is empty up to Fabric 1.4, and says from 2.0 on which block has the configuration.
pub(super) fn genesis(channel_id: &str, channel_group: ConfigGroup, version: FabricVersion, stamp: &Stamp) -> Vec<u8> {
    let channel_header = ChannelHeader {
        r#type: HEADER_TYPE_CONFIG,
        version: 1,
        timestamp: Some(Timestamp { seconds: stamp.seconds, nanos: 0 }),
        channel_id: channel_id.to_owned(),
        // Of the nonce and the creator, whom a first block does not have.
        tx_id: hex::encode(Sha256::digest(stamp.nonce)),
        ..ChannelHeader::default()
    };
    let signature_header = SignatureHeader { creator: Vec::new(), nonce: stamp.nonce.to_vec() };
    let config = Config { sequence: 0, channel_group: Some(channel_group) };
    let payload = Payload {
        header: Some(Header {
            channel_header: channel_header.encode_to_vec(),
            signature_header: signature_header.encode_to_vec(),
        }),
        data: ConfigEnvelope { config: Some(config), last_update: None }.encode_to_vec(),
    };
    let envelope = Envelope { payload: payload.encode_to_vec(), signature: Vec::new() }.encode_to_vec();
    let mut metadata = vec![Vec::new(); METADATA_ENTRIES];
    if version.is_from((2, 0)) {
        let last_config = OrdererBlockMetadata { last_config: Some(LastConfig { index: 0 }), consenter_metadata: Vec::new() };
        metadata[0] = Metadata { value: last_config.encode_to_vec(), signatures: Vec::new() }.encode_to_vec();
    }
    let block = Block {
        header: Some(BlockHeader { number: 0, previous_hash: Vec::new(), data_hash: data_hash([&envelope]) }),
        data: Some(BlockData { data: vec![envelope] }),
        metadata: Some(BlockMetadata { metadata }),
    };
    block.encode_to_vec()
}

fn data_hash<'a>(data: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut hash = Sha256::new();
    data.into_iter().for_each(|entry| hash.update(entry));
    hash.finalize().to_vec()
}

/// What a block file says.
#[derive(Clone, Debug)]
pub(super) struct Genesis {
    pub channel_id: String,
    pub group: ConfigGroup,
}

/// What a block that holds a channel's configuration says: the first one, or one that an update made.
#[derive(Clone, Debug)]
pub(super) struct ConfigBlock {
    pub number: u64,
    pub channel_id: String,
    /// How many updates the channel has had.
    pub sequence: u64,
    pub group: ConfigGroup,
}

/// Reads a first block, or says why the bytes are none.
pub(super) fn read(bytes: &[u8]) -> Result<Genesis, String> {
    let ConfigBlock { number, channel_id, sequence: _, group } = read_config(bytes)?;
    if number != 0 {
        return Err(format!("it is block {number} of its channel, not the first one"));
    }
    Ok(Genesis { channel_id, group })
}

/// Reads a block with a channel's configuration, or says why the bytes are none.
pub(super) fn read_config(bytes: &[u8]) -> Result<ConfigBlock, String> {
    let block: Block = decoded(bytes, "a block")?;
    let header = block.header.unwrap_or_default();
    let [envelope] = block.data.map(|data| data.data).unwrap_or_default().try_into().map_err(|data: Vec<Vec<u8>>| {
        format!("it holds {} transactions, and a block with a channel's configuration holds one", data.len())
    })?;
    if header.data_hash != data_hash([&envelope]) {
        return Err("its hash is not that of its data".into());
    }
    if block.metadata.is_none_or(|metadata| metadata.metadata.is_empty()) {
        return Err("it has no metadata".into());
    }
    let payload: Payload = decoded(&decoded::<Envelope>(&envelope, "an envelope")?.payload, "a payload")?;
    let channel_header: ChannelHeader = decoded(&payload.header.unwrap_or_default().channel_header, "a channel header")?;
    if channel_header.r#type != HEADER_TYPE_CONFIG {
        return Err("it holds no channel configuration".into());
    }
    let config = decoded::<ConfigEnvelope>(&payload.data, "a configuration")?.config.unwrap_or_default();
    let group = config.channel_group.ok_or("its channel configuration is empty")?;
    Ok(ConfigBlock { number: header.number, channel_id: channel_header.channel_id, sequence: config.sequence, group })
}

fn decoded<M: Message + Default>(bytes: &[u8], what: &str) -> Result<M, String> {
    M::decode(bytes).map_err(|e| format!("{what} cannot be read: {e}"))
}
