//! The `ConsensusType` value and those beside it: which consensus a channel has, and who its consenters are.
//! Which consensus types a Fabric version knows is decided in `network`.

use super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata, RaftOptions};
use super::proto::smartbft;
use super::{Encoding, external};
use crate::diag::{Place, Problems, Stop};
use crate::network::{self, BftConsenter, BftOptions, CertificateSource, Consensus, Consenter};
use prost::Message;

/// `OrdererType` of Raft.
pub(super) const ETCDRAFT: &str = "etcdraft";

/// `OrdererType` of Kafka.
pub(super) const KAFKA: &str = "kafka";

/// `OrdererType` of BFT.
pub(super) const BFT: &str = "BFT";

/// The value; certificates are whole files, as they are (fabric `common/channelconfig`, `MarshalEtcdRaftMetadata`).
pub(super) fn consensus_type(
    consensus: &Consensus,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConsensusType, Stop> {
    let (name, metadata) = match consensus {
        Consensus::Solo => ("solo", Vec::new()),
        Consensus::Kafka { brokers: _ } => (KAFKA, Vec::new()),
        Consensus::Raft { consenters, options } => {
            let metadata = RaftMetadata {
                consenters: consenters.iter().map(|c| raft_consenter(c, encoding, problems)).collect::<Result<_, _>>()?,
                options: Some(raft_options(options)),
            };
            (ETCDRAFT, metadata.encode_to_vec())
        }
        Consensus::Bft { consenters: _, options } => (BFT, bft_options(options).encode_to_vec()),
    };
    Ok(ConsensusType { r#type: name.into(), metadata, state: 0 })
}

/// The value `Orderers`: BFT's consenters, in the order of the file.
pub(super) fn orderers(
    consenters: &[BftConsenter],
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<smartbft::Orderers, Stop> {
    let mapping = consenters.iter().map(|BftConsenter { id, msp_id, identity, consenter }| {
        let Consenter { address, client_tls_cert, server_tls_cert, place } = consenter;
        let address = encoding.hosts.of(address);
        Ok::<_, Stop>(smartbft::Consenter {
            id: *id,
            host: address.host.clone(),
            port: u32::from(address.port),
            msp_id: msp_id.clone(),
            identity: certificate(identity, encoding, place, problems)?,
            client_tls_cert: certificate(client_tls_cert, encoding, place, problems)?,
            server_tls_cert: certificate(server_tls_cert, encoding, place, problems)?,
        })
    });
    Ok(smartbft::Orderers { consenter_mapping: mapping.collect::<Result<_, _>>()? })
}

fn raft_consenter(consenter: &Consenter, encoding: Encoding<'_>, problems: &mut Problems) -> Result<RaftConsenter, Stop> {
    let Consenter { address, client_tls_cert, server_tls_cert, place } = consenter;
    let address = encoding.hosts.of(address);
    Ok(RaftConsenter {
        host: address.host.clone(),
        port: u32::from(address.port),
        client_tls_cert: certificate(client_tls_cert, encoding, place, problems)?,
        server_tls_cert: certificate(server_tls_cert, encoding, place, problems)?,
    })
}

fn certificate(
    source: &CertificateSource,
    encoding: Encoding<'_>,
    place: &Place,
    problems: &mut Problems,
) -> Result<Vec<u8>, Stop> {
    match source {
        CertificateSource::NodeTls(node) => Ok(encoding.public.node(*node).tls.certificate.pem.clone()),
        CertificateSource::NodeSigning(node) => Ok(encoding.public.node(*node).certificate.pem.clone()),
        CertificateSource::File(path) => Ok(external::certificate(path, place, problems)?.unwrap_or_default()),
    }
}

fn raft_options(options: &network::RaftOptions) -> RaftOptions {
    let network::RaftOptions { tick_interval, election_tick, heartbeat_tick, max_inflight_blocks, snapshot_interval_size } =
        options;
    RaftOptions {
        tick_interval: tick_interval.clone(),
        election_tick: *election_tick,
        heartbeat_tick: *heartbeat_tick,
        max_inflight_blocks: *max_inflight_blocks,
        snapshot_interval_size: *snapshot_interval_size,
    }
}

fn bft_options(options: &BftOptions) -> smartbft::Options {
    let BftOptions {
        request_batch_max_count,
        request_batch_max_bytes,
        request_batch_max_interval,
        incoming_message_buffer_size,
        request_pool_size,
        request_forward_timeout,
        request_complain_timeout,
        request_auto_remove_timeout,
        request_max_bytes,
        view_change_resend_interval,
        view_change_timeout,
        leader_heartbeat_timeout,
        leader_heartbeat_count,
        collect_timeout,
        sync_on_start,
        speed_up_view_change,
        leader_rotation,
        decisions_per_leader,
    } = options.clone();
    smartbft::Options {
        request_batch_max_count,
        request_batch_max_bytes,
        request_batch_max_interval,
        incoming_message_buffer_size,
        request_pool_size,
        request_forward_timeout,
        request_complain_timeout,
        request_auto_remove_timeout,
        request_max_bytes,
        view_change_resend_interval,
        view_change_timeout,
        leader_heartbeat_timeout,
        leader_heartbeat_count,
        collect_timeout,
        sync_on_start,
        speed_up_view_change,
        leader_rotation: leader_rotation as i32,
        decisions_per_leader,
    }
}
