//! Package `protos` (peer): the values of the Application group.
//! Which of them a channel has is the encoder's.

#[derive(Clone, PartialEq, prost::Message)]
pub struct AnchorPeers {
    #[prost(message, repeated, tag = "1")]
    pub anchor_peers: Vec<AnchorPeer>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct AnchorPeer {
    #[prost(string, tag = "1")]
    pub host: String,
    #[prost(int32, tag = "2")]
    pub port: i32,
}

/// A map on the wire, spelled out as that of `Capabilities` is: Go writes an entry's message even where it is empty.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Acls {
    #[prost(message, repeated, tag = "1")]
    pub acls: Vec<AclEntry>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct AclEntry {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(message, optional, tag = "2")]
    pub value: Option<ApiResource>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ApiResource {
    #[prost(string, tag = "1")]
    pub policy_ref: String,
}
