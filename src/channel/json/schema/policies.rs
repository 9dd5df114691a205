//! `common/policies.proto`: policies and their rules.

use super::super::form::Form;
use super::super::wire::Fields;
use super::Kind::*;
use super::msp::MSP_PRINCIPAL;
use super::{Held, Message as M, choice, many, one};

pub static POLICY: M = M { name: "common.Policy", fields: &[one(1, "type", Int32), one(2, "value", HoldsBy(policy_value))] };

pub static SIGNATURE_POLICY_ENVELOPE: M = M {
    name: "common.SignaturePolicyEnvelope",
    fields: &[
        one(1, "version", Int32),
        one(2, "rule", Message(&SIGNATURE_POLICY)),
        many(3, "identities", Message(&MSP_PRINCIPAL)),
    ],
};

pub static SIGNATURE_POLICY: M =
    M { name: "common.SignaturePolicy", fields: &[choice(1, "signed_by", Int32), choice(2, "n_out_of", Message(&N_OUT_OF))] };

static N_OUT_OF: M =
    M { name: "common.SignaturePolicy.NOutOf", fields: &[one(1, "n", Int32), many(2, "rules", Message(&SIGNATURE_POLICY))] };

pub static IMPLICIT_META_POLICY: M = M {
    name: "common.ImplicitMetaPolicy",
    fields: &[one(1, "sub_policy", Text), one(2, "rule", Enum(&["ANY", "ALL", "MAJORITY"]))],
};

/// By `common.Policy.PolicyType`.
fn policy_value(policy: &Fields<'_>, _form: Form) -> Held {
    match policy.varint(1) {
        Some(1) => Held::Message(&SIGNATURE_POLICY_ENVELOPE),
        Some(3) => Held::Message(&IMPLICIT_META_POLICY),
        _ => Held::Refused("the policy's type is neither signature nor implicit meta"),
    }
}
