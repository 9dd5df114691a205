//! Package `protos` (peer): the values of the Application group.
//! Which of them a channel has is the encoder's.

use super::map::Map;

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

/// Resources by name, each with the policy that guards it.
pub type Acls = Map<ApiResource>;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ApiResource {
    #[prost(string, tag = "1")]
    pub policy_ref: String,
}
