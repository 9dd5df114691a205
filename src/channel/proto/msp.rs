//! Package `msp`: principals, and the verifying MSP of an org.
//! Reading an MSP's folder is `channel::msp`'s.

/// `MSPPrincipal.Classification.ROLE`.
pub const PRINCIPAL_ROLE: i32 = 0;

/// `MSPPrincipal.Classification.IDENTITY`.
pub const PRINCIPAL_IDENTITY: i32 = 2;

/// `MSPConfig.type` of an MSP of certificates.
pub const MSP_FABRIC: i32 = 0;

/// `MSPConfig.type` of an Idemix MSP.
pub const MSP_IDEMIX: i32 = 1;

#[derive(Clone, PartialEq, prost::Message)]
pub struct MspPrincipal {
    #[prost(int32, tag = "1")]
    pub principal_classification: i32,
    #[prost(bytes = "vec", tag = "2")]
    pub principal: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct MspRole {
    #[prost(string, tag = "1")]
    pub msp_identifier: String,
    #[prost(int32, tag = "2")]
    pub role: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct SerializedIdentity {
    #[prost(string, tag = "1")]
    pub mspid: String,
    #[prost(bytes = "vec", tag = "2")]
    pub id_bytes: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct MspConfig {
    /// FABRIC 0, IDEMIX 1.
    #[prost(int32, tag = "1")]
    pub r#type: i32,
    #[prost(bytes = "vec", tag = "2")]
    pub config: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct FabricMspConfig {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub root_certs: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub intermediate_certs: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "4")]
    pub admins: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub revocation_list: Vec<Vec<u8>>,
    /// `SigningIdentityInfo`; never in a channel.
    #[prost(bytes = "vec", optional, tag = "6")]
    pub signing_identity: Option<Vec<u8>>,
    #[prost(message, repeated, tag = "7")]
    pub organizational_unit_identifiers: Vec<FabricOuIdentifier>,
    #[prost(message, optional, tag = "8")]
    pub crypto_config: Option<FabricCryptoConfig>,
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub tls_root_certs: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "10")]
    pub tls_intermediate_certs: Vec<Vec<u8>>,
    #[prost(message, optional, tag = "11")]
    pub fabric_node_ous: Option<FabricNodeOus>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct FabricCryptoConfig {
    #[prost(string, tag = "1")]
    pub signature_hash_family: String,
    #[prost(string, tag = "2")]
    pub identity_identifier_hash_function: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct FabricOuIdentifier {
    #[prost(bytes = "vec", tag = "1")]
    pub certificate: Vec<u8>,
    #[prost(string, tag = "2")]
    pub organizational_unit_identifier: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct FabricNodeOus {
    #[prost(bool, tag = "1")]
    pub enable: bool,
    #[prost(message, optional, tag = "2")]
    pub client_ou_identifier: Option<FabricOuIdentifier>,
    #[prost(message, optional, tag = "3")]
    pub peer_ou_identifier: Option<FabricOuIdentifier>,
    #[prost(message, optional, tag = "4")]
    pub admin_ou_identifier: Option<FabricOuIdentifier>,
    #[prost(message, optional, tag = "5")]
    pub orderer_ou_identifier: Option<FabricOuIdentifier>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct IdemixMspConfig {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub ipk: Vec<u8>,
    /// `IdemixMSPSignerConfig`, which has a secret key; never in a channel.
    #[prost(bytes = "vec", optional, tag = "3")]
    pub signer: Option<Vec<u8>>,
    #[prost(bytes = "vec", tag = "4")]
    pub revocation_pk: Vec<u8>,
    #[prost(int64, tag = "5")]
    pub epoch: i64,
}
