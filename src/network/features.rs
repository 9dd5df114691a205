//! Where the peers and orderers of Fabric's releases differ in what they are told and in what they answer: data, each line with its
//! source. What a channel's configuration may say in which release is `versions`'s.

use super::FabricVersion;
use serde::Serialize;

/// What the programs of one release know. Templates have it as `network.features`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Features {
    /// orderer.yaml says `GenesisMethod` and `LedgerType`, as before Fabric 2.0 (`orderer/common/localconfig/config.go`).
    pub genesis_method: bool,
    /// Orderers may have a system channel, and begin from its first block (gone in Fabric 3.0).
    pub system_channel: bool,
    /// Orderers have an admin port, by which they join channels.
    pub channel_participation: bool,
    /// Sizes of messages can be set (`MaxRecvMsgSize`; in every patch since 2.4.0).
    pub message_sizes: bool,
    /// Orderers know `General.Backoff` and `General.Throttling`.
    pub backoff: bool,
    /// `General.Cluster.SendBufferSize` of Fabric's own orderer.yaml.
    pub cluster_send_buffer: u32,
    /// Orderers that reach each other at their gRPC port show that port's certificate where they are told of no other (2.2.2 and 2.3;
    /// `initializeClusterClientConfig` in `orderer/common/server/main.go`).
    pub cluster_shows_server_certificate: bool,
    /// Orderers know consenters of Raft by their public key; before, by every byte of their TLS certificate (1.4.9 and 2.2.1;
    /// `detectSelfID` in `orderer/consensus/etcdraft/consenter.go`).
    pub raft_knows_keys: bool,
    /// The same for BFT and the certificate that a consenter signs with (3.1.2; `orderer/consensus/smartbft/consenter.go`).
    pub bft_knows_keys: bool,
    /// Peers have the lifecycle of chaincodes by approvals (`_lifecycle`), and external builders.
    pub lifecycle: bool,
    /// The peer's image has the builder of chaincode as a service (`images/peer/Dockerfile`, 2.4.1).
    pub ccaas_builder: bool,
    /// Every peer gets blocks from orderers itself; before, peers of an org elected one, which passed them on (`core.yaml`, 2.2.0).
    pub own_deliveries: bool,
    /// Requests to each service have a limit, and collections of an org's own can be spread (2.1; in 2.0 only `qscc` has a limit).
    pub limits: bool,
    /// Ledgers have snapshots.
    pub snapshots: bool,
    /// Peers have the gateway service.
    pub gateway: bool,
    /// Private data can be purged.
    pub purge: bool,
    /// Peers choose how they get blocks (`peer.deliveryclient.policy`), and refuse proposals of another time (`TimeWindowCheck`).
    pub delivery_policy: bool,
    /// Chaincodes read and write in batches (`chaincode.runtimeParams`).
    pub runtime_parameters: bool,
    /// An image with all of Fabric's programs is published, `fabric-tools` (gone in Fabric 3.0).
    pub tools_image: bool,
    /// A peer's `/healthz` asks for Docker, whatever the peer is told (`peer/node/start.go` before 2.0).
    pub needs_docker_for_health: bool,
}

impl FabricVersion {
    /// What the release's programs know.
    pub fn features(self) -> Features {
        let since = |major, minor| self.is_from((major, minor));
        Features {
            genesis_method: !since(2, 0),
            system_channel: !since(3, 0),
            channel_participation: since(2, 3),
            message_sizes: since(2, 4),
            backoff: since(3, 0),
            cluster_send_buffer: if since(2, 5) { 100 } else { 10 },
            cluster_shows_server_certificate: self >= FabricVersion::new(2, 2, 2),
            raft_knows_keys: self >= FabricVersion::new(2, 2, 1) || (!since(2, 0) && self >= FabricVersion::new(1, 4, 9)),
            bft_knows_keys: self >= FabricVersion::new(3, 1, 2),
            lifecycle: since(2, 0),
            ccaas_builder: self >= FabricVersion::new(2, 4, 1),
            own_deliveries: since(2, 2),
            limits: since(2, 1),
            snapshots: since(2, 3),
            gateway: since(2, 4),
            purge: since(2, 5),
            delivery_policy: since(3, 0),
            runtime_parameters: since(3, 1),
            tools_image: !since(3, 0),
            needs_docker_for_health: !since(2, 0),
        }
    }

    /// The tag of fabric-ca's image, which has versions of its own: the last of the line that Fabric 1.4 came with, and for the others
    /// the newest, which is for every Fabric (fabric-ca `CHANGELOG.md`).
    pub fn fabric_ca_tag(self) -> &'static str {
        if self.major < 2 { "1.4.9" } else { "1.5.21" }
    }

    /// Whether the release's peers build chaincodes with Docker 29 and later: since 2.5.15 and 3.1.4 (fabric issues 5350 and 5353).
    pub fn builds_with_docker_29(self) -> bool {
        if self.is_from((3, 0)) { self >= FabricVersion::new(3, 1, 4) } else { self >= FabricVersion::new(2, 5, 15) }
    }

    /// The tag of Docker's image for the release's peers: one before 29, and for those before 2.4.1 one of their days.
    pub fn docker_tag(self) -> &'static str {
        if self.features().ccaas_builder { "28.5.1-dind" } else { "20.10.24-dind" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_begin_with_a_release_and_end_with_one() {
        let of = |version: &str| version.parse::<FabricVersion>().unwrap().features();
        assert!(of("1.4").genesis_method && !of("1.4").channel_participation && of("1.4").needs_docker_for_health);
        assert!(!of("2.2").channel_participation && of("2.2").own_deliveries && of("2.3.3").channel_participation);
        assert!(!of("2.2.1").cluster_shows_server_certificate && of("2.2").cluster_shows_server_certificate);
        assert!(["1.4.9", "1.4.12", "2.2.1", "3.0.0"].iter().all(|version| of(version).raft_knows_keys));
        assert!(!["1.4.8", "2.0.0", "2.1.1", "2.2.0"].iter().any(|version| of(version).raft_knows_keys));
        assert!(!of("3.1.1").bft_knows_keys && of("3.1.2").bft_knows_keys);
        assert!(!of("2.4.0").ccaas_builder && of("2.4.1").ccaas_builder);
        assert!(of("2.5").system_channel && !of("3.1").system_channel);
        assert!(!of("3.0.0").runtime_parameters && of("3.1.0").runtime_parameters);
    }

    #[test]
    fn docker_is_no_newer_than_peers_can_speak_with() {
        let tag = |version: &str| version.parse::<FabricVersion>().unwrap().docker_tag();
        assert_eq!([tag("1.4"), tag("2.4.0")], ["20.10.24-dind"; 2]);
        assert_eq!([tag("2.4.1"), tag("2.5.14"), tag("3.1")], ["28.5.1-dind"; 3]);
        let builds = |version: &str| version.parse::<FabricVersion>().unwrap().builds_with_docker_29();
        assert_eq!(["2.5.14", "2.5.15", "3.0.0", "3.1.3", "3.1.4"].map(builds), [false, true, false, false, true]);
    }
}
