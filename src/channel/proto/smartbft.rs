//! Package `smartbft`, and the consenters of BFT in `common`.
//! Which of them a channel has is the encoder's.

#[derive(Clone, PartialEq, prost::Message)]
pub struct Orderers {
    #[prost(message, repeated, tag = "1")]
    pub consenter_mapping: Vec<Consenter>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Consenter {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(string, tag = "2")]
    pub host: String,
    #[prost(uint32, tag = "3")]
    pub port: u32,
    #[prost(string, tag = "4")]
    pub msp_id: String,
    #[prost(bytes = "vec", tag = "5")]
    pub identity: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    pub client_tls_cert: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    pub server_tls_cert: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Options {
    #[prost(uint64, tag = "1")]
    pub request_batch_max_count: u64,
    #[prost(uint64, tag = "2")]
    pub request_batch_max_bytes: u64,
    #[prost(string, tag = "3")]
    pub request_batch_max_interval: String,
    #[prost(uint64, tag = "4")]
    pub incoming_message_buffer_size: u64,
    #[prost(uint64, tag = "5")]
    pub request_pool_size: u64,
    #[prost(string, tag = "6")]
    pub request_forward_timeout: String,
    #[prost(string, tag = "7")]
    pub request_complain_timeout: String,
    #[prost(string, tag = "8")]
    pub request_auto_remove_timeout: String,
    #[prost(uint64, tag = "9")]
    pub request_max_bytes: u64,
    #[prost(string, tag = "10")]
    pub view_change_resend_interval: String,
    #[prost(string, tag = "11")]
    pub view_change_timeout: String,
    #[prost(string, tag = "12")]
    pub leader_heartbeat_timeout: String,
    #[prost(uint64, tag = "13")]
    pub leader_heartbeat_count: u64,
    #[prost(string, tag = "14")]
    pub collect_timeout: String,
    #[prost(bool, tag = "15")]
    pub sync_on_start: bool,
    #[prost(bool, tag = "16")]
    pub speed_up_view_change: bool,
    /// UNSPECIFIED 0, OFF 1, ON 2.
    #[prost(int32, tag = "17")]
    pub leader_rotation: i32,
    #[prost(uint64, tag = "18")]
    pub decisions_per_leader: u64,
}
