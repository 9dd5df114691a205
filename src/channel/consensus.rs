//! The `ConsensusType` value: which consensus a channel has, and who its consenters are.
//! Which consensus types a Fabric version knows is decided in `network`.

use super::proto::orderer::{ConsensusType, RaftConsenter, RaftMetadata, RaftOptions};
use super::{Encoding, external};
use crate::diag::{Problems, Stop};
use crate::network::{self, CertificateSource, Consensus, Consenter};
use prost::Message;

/// `OrdererType` of Raft.
pub(super) const ETCDRAFT: &str = "etcdraft";

/// The value; consenters' certificates are whole files, as they are (fabric `common/channelconfig`, `MarshalEtcdRaftMetadata`).
pub(super) fn consensus_type(
    consensus: &Consensus,
    encoding: Encoding<'_>,
    problems: &mut Problems,
) -> Result<ConsensusType, Stop> {
    match consensus {
        Consensus::Raft { consenters, options } => {
            let metadata = RaftMetadata {
                consenters: consenters.iter().map(|c| raft_consenter(c, encoding, problems)).collect::<Result<_, _>>()?,
                options: Some(raft_options(options)),
            };
            Ok(ConsensusType { r#type: ETCDRAFT.into(), metadata: metadata.encode_to_vec(), state: 0 })
        }
    }
}

fn raft_consenter(consenter: &Consenter, encoding: Encoding<'_>, problems: &mut Problems) -> Result<RaftConsenter, Stop> {
    let Consenter { address, client_tls_cert, server_tls_cert, place } = consenter;
    let address = encoding.hosts.of(address);
    let mut certificate = |source: &CertificateSource| match source {
        CertificateSource::NodeTls(node) => Ok(encoding.public.node(*node).tls.certificate.pem.clone()),
        CertificateSource::File(path) => Ok::<_, Stop>(external::certificate(path, place, problems)?.unwrap_or_default()),
    };
    Ok(RaftConsenter {
        host: address.host.clone(),
        port: u32::from(address.port),
        client_tls_cert: certificate(client_tls_cert)?,
        server_tls_cert: certificate(server_tls_cert)?,
    })
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
