//! `common/policies.proto`: policies and the rules in them.
//! The principals that rules name are `msp`'s.

use super::msp::MspPrincipal;

/// `Policy.PolicyType.SIGNATURE`.
pub const POLICY_SIGNATURE: i32 = 1;

/// `Policy.PolicyType.IMPLICIT_META`.
pub const POLICY_IMPLICIT_META: i32 = 3;

#[derive(Clone, PartialEq, prost::Message)]
pub struct Policy {
    #[prost(int32, tag = "1")]
    pub r#type: i32,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ImplicitMetaPolicy {
    #[prost(string, tag = "1")]
    pub sub_policy: String,
    #[prost(int32, tag = "2")]
    pub rule: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct SignaturePolicyEnvelope {
    #[prost(int32, tag = "1")]
    pub version: i32,
    #[prost(message, optional, tag = "2")]
    pub rule: Option<SignaturePolicy>,
    #[prost(message, repeated, tag = "3")]
    pub identities: Vec<MspPrincipal>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct SignaturePolicy {
    #[prost(oneof = "SignaturePolicyType", tags = "1, 2")]
    pub r#type: Option<SignaturePolicyType>,
}

/// A choice, so that `signed_by: 0` is written.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum SignaturePolicyType {
    #[prost(int32, tag = "1")]
    SignedBy(i32),
    #[prost(message, tag = "2")]
    NOutOf(NOutOf),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct NOutOf {
    #[prost(int32, tag = "1")]
    pub n: i32,
    #[prost(message, repeated, tag = "2")]
    pub rules: Vec<SignaturePolicy>,
}
