//! Package `msp`: principals, identities, and the verifying MSPs of orgs.

use super::super::form::Form;
use super::super::wire::Fields;
use super::Kind::*;
use super::{Held, Message as M, many, one};

pub static MSP_PRINCIPAL: M = M {
    name: "common.MSPPrincipal",
    fields: &[
        one(1, "principal_classification", Enum(&["ROLE", "ORGANIZATION_UNIT", "IDENTITY", "ANONYMITY", "COMBINED"])),
        one(2, "principal", HoldsBy(principal)),
    ],
};

fn principal(principal: &Fields<'_>, _form: Form) -> Held {
    match principal.varint(1) {
        None | Some(0) => Held::Message(&MSP_ROLE),
        Some(1) => Held::Message(&ORGANIZATION_UNIT),
        Some(2) => Held::Message(&SERIALIZED_IDENTITY),
        _ => Held::Refused("the principal is no role, unit or identity"),
    }
}

pub static MSP_ROLE: M = M {
    name: "common.MSPRole",
    fields: &[one(1, "msp_identifier", Text), one(2, "role", Enum(&["MEMBER", "ADMIN", "CLIENT", "PEER", "ORDERER"]))],
};

pub static ORGANIZATION_UNIT: M = M {
    name: "common.OrganizationUnit",
    fields: &[
        one(1, "msp_identifier", Text),
        one(2, "organizational_unit_identifier", Text),
        one(3, "certifiers_identifier", Bytes),
    ],
};

pub static SERIALIZED_IDENTITY: M =
    M { name: "msp.SerializedIdentity", fields: &[one(1, "mspid", Text), one(2, "id_bytes", Bytes)] };

pub static MSP_CONFIG: M = M { name: "msp.MSPConfig", fields: &[one(1, "type", Int32), one(2, "config", HoldsBy(config))] };

fn config(msp: &Fields<'_>, _form: Form) -> Held {
    match msp.varint(1) {
        None | Some(0) => Held::Message(&FABRIC_MSP_CONFIG),
        Some(1) => Held::Message(&IDEMIX_MSP_CONFIG),
        _ => Held::Refused("the MSP's type is neither bccsp nor idemix"),
    }
}

pub static FABRIC_MSP_CONFIG: M = M {
    name: "msp.FabricMSPConfig",
    fields: &[
        one(1, "name", Text),
        many(2, "root_certs", Bytes),
        many(3, "intermediate_certs", Bytes),
        many(4, "admins", Bytes),
        many(5, "revocation_list", Bytes),
        one(6, "signing_identity", Message(&SIGNING_IDENTITY_INFO)),
        many(7, "organizational_unit_identifiers", Message(&FABRIC_OU_IDENTIFIER)),
        one(8, "crypto_config", Message(&FABRIC_CRYPTO_CONFIG)),
        many(9, "tls_root_certs", Bytes),
        many(10, "tls_intermediate_certs", Bytes),
        one(11, "fabric_node_ous", Message(&FABRIC_NODE_OUS)),
    ],
};

static SIGNING_IDENTITY_INFO: M = M {
    name: "msp.SigningIdentityInfo",
    fields: &[one(1, "public_signer", Bytes), one(2, "private_signer", Message(&KEY_INFO))],
};

static KEY_INFO: M = M { name: "msp.KeyInfo", fields: &[one(1, "key_identifier", Text), one(2, "key_material", Bytes)] };

static FABRIC_OU_IDENTIFIER: M =
    M { name: "msp.FabricOUIdentifier", fields: &[one(1, "certificate", Bytes), one(2, "organizational_unit_identifier", Text)] };

static FABRIC_CRYPTO_CONFIG: M = M {
    name: "msp.FabricCryptoConfig",
    fields: &[one(1, "signature_hash_family", Text), one(2, "identity_identifier_hash_function", Text)],
};

static FABRIC_NODE_OUS: M = M {
    name: "msp.FabricNodeOUs",
    fields: &[
        one(1, "enable", Bool),
        one(2, "client_ou_identifier", Message(&FABRIC_OU_IDENTIFIER)),
        one(3, "peer_ou_identifier", Message(&FABRIC_OU_IDENTIFIER)),
        one(4, "admin_ou_identifier", Message(&FABRIC_OU_IDENTIFIER)),
        one(5, "orderer_ou_identifier", Message(&FABRIC_OU_IDENTIFIER)),
    ],
};

pub static IDEMIX_MSP_CONFIG: M = M {
    name: "msp.IdemixMSPConfig",
    fields: &[
        one(1, "name", Text),
        one(2, "ipk", Bytes),
        one(3, "signer", Message(&IDEMIX_MSP_SIGNER_CONFIG)),
        one(4, "revocation_pk", Bytes),
        one(5, "epoch", Int64),
    ],
};

static IDEMIX_MSP_SIGNER_CONFIG: M = M {
    name: "msp.IdemixMSPSignerConfig",
    fields: &[
        one(1, "cred", Bytes),
        one(2, "sk", Bytes),
        one(3, "organizational_unit_identifier", Text),
        one(4, "role", Int32),
        one(5, "enrollment_id", Text),
        one(6, "credential_revocation_information", Bytes),
    ],
};
