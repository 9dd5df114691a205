//! Packages `orderer` and `etcdraft`: the values of the Orderer group.
//! Which of them a channel has is the encoder's.

#[derive(Clone, PartialEq, prost::Message)]
pub struct ConsensusType {
    #[prost(string, tag = "1")]
    pub r#type: String,
    #[prost(bytes = "vec", tag = "2")]
    pub metadata: Vec<u8>,
    /// NORMAL 0, MAINTENANCE 1.
    #[prost(int32, tag = "3")]
    pub state: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct BatchSize {
    #[prost(uint32, tag = "1")]
    pub max_message_count: u32,
    #[prost(uint32, tag = "2")]
    pub absolute_max_bytes: u32,
    #[prost(uint32, tag = "3")]
    pub preferred_max_bytes: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct BatchTimeout {
    #[prost(string, tag = "1")]
    pub timeout: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ChannelRestrictions {
    #[prost(uint64, tag = "1")]
    pub max_count: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct KafkaBrokers {
    #[prost(string, repeated, tag = "1")]
    pub brokers: Vec<String>,
}

/// `etcdraft.ConfigMetadata`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RaftMetadata {
    #[prost(message, repeated, tag = "1")]
    pub consenters: Vec<RaftConsenter>,
    #[prost(message, optional, tag = "2")]
    pub options: Option<RaftOptions>,
}

/// `etcdraft.Consenter`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RaftConsenter {
    #[prost(string, tag = "1")]
    pub host: String,
    #[prost(uint32, tag = "2")]
    pub port: u32,
    #[prost(bytes = "vec", tag = "3")]
    pub client_tls_cert: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub server_tls_cert: Vec<u8>,
}

/// `etcdraft.Options`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RaftOptions {
    #[prost(string, tag = "1")]
    pub tick_interval: String,
    #[prost(uint32, tag = "2")]
    pub election_tick: u32,
    #[prost(uint32, tag = "3")]
    pub heartbeat_tick: u32,
    #[prost(uint32, tag = "4")]
    pub max_inflight_blocks: u32,
    #[prost(uint32, tag = "5")]
    pub snapshot_interval_size: u32,
}
