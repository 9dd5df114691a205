//! Policies as a block holds them (fabric `common/policydsl`, `common/policies`).
//! Reading the strings of configtx.yaml, and writing them, is `network`'s.

use super::proto::msp::{MspPrincipal, MspRole, PRINCIPAL_IDENTITY, PRINCIPAL_ROLE, SerializedIdentity};
use super::proto::policies::{
    ImplicitMetaPolicy, NOutOf, POLICY_IMPLICIT_META, POLICY_SIGNATURE, Policy, SignaturePolicy, SignaturePolicyEnvelope,
    SignaturePolicyType,
};
use super::proto::smartbft::Consenter;
use crate::network::{self, ImplicitRule, Principal, PrincipalRole, Rule};
use prost::Message;

/// A policy, encoded.
pub(super) fn new_policy(policy: &network::Policy) -> Policy {
    match policy {
        network::Policy::ImplicitMeta { rule, sub_policy } => {
            let value = ImplicitMetaPolicy { sub_policy: sub_policy.clone(), rule: *rule as i32 };
            Policy { r#type: POLICY_IMPLICIT_META, value: value.encode_to_vec() }
        }
        network::Policy::Signature(rule) => Policy { r#type: POLICY_SIGNATURE, value: signature_policy(rule).encode_to_vec() },
    }
}

/// A signature policy that asks for nobody's signature (fabric `common/policydsl`, `AcceptAllPolicy`).
pub(super) fn accept_all() -> Policy {
    let envelope = SignaturePolicyEnvelope { version: 0, rule: Some(n_out_of(0, Vec::new())), identities: Vec::new() };
    Policy { r#type: POLICY_SIGNATURE, value: envelope.encode_to_vec() }
}

/// The signatures of a quorum of BFT's consenters, by their identities (fabric `common/policies/bft.go`).
pub(super) fn bft_block_validation(consenters: &[Consenter]) -> Policy {
    let total = consenters.len();
    let faulty = total.saturating_sub(1) / 3;
    let quorum = (total + faulty + 1).div_ceil(2);
    let identity = |consenter: &Consenter| {
        let identity = SerializedIdentity { mspid: consenter.msp_id.clone(), id_bytes: consenter.identity.clone() };
        MspPrincipal { principal_classification: PRINCIPAL_IDENTITY, principal: identity.encode_to_vec() }
    };
    let signed_by = |index: usize| {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        SignaturePolicy { r#type: Some(SignaturePolicyType::SignedBy(index)) }
    };
    let envelope = SignaturePolicyEnvelope {
        version: 0,
        rule: Some(n_out_of(i32::try_from(quorum).unwrap_or(i32::MAX), (0..total).map(signed_by).collect())),
        identities: consenters.iter().map(identity).collect(),
    };
    Policy { r#type: POLICY_SIGNATURE, value: envelope.encode_to_vec() }
}

fn n_out_of(n: i32, rules: Vec<SignaturePolicy>) -> SignaturePolicy {
    SignaturePolicy { r#type: Some(SignaturePolicyType::NOutOf(NOutOf { n, rules })) }
}

fn signature_policy(rule: &Rule) -> SignaturePolicyEnvelope {
    let mut identities = Vec::new();
    let rule = match rule {
        Rule::SignedBy(principal) => signed_by(principal, &mut identities),
        Rule::OutOf { n, rules } => gate(*n, rules, &mut identities),
    };
    SignaturePolicyEnvelope { version: 0, rule: Some(rule), identities }
}

/// Identities stand in the order in which Fabric's expression library comes to them: it evaluates the gates inside a gate before
/// it takes the principals of the gate itself. One that is named twice is there twice.
fn gate(n: u32, rules: &[Rule], identities: &mut Vec<MspPrincipal>) -> SignaturePolicy {
    let inner: Vec<Option<SignaturePolicy>> = rules
        .iter()
        .map(|rule| match rule {
            Rule::SignedBy(_) => None,
            Rule::OutOf { n, rules } => Some(gate(*n, rules, identities)),
        })
        .collect();
    let rules = rules.iter().zip(inner).map(|(rule, inner)| match (rule, inner) {
        (Rule::SignedBy(principal), None) => signed_by(principal, identities),
        (_, inner) => inner.unwrap_or_default(),
    });
    let rules = rules.collect();
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    n_out_of(n, rules)
}

fn signed_by(principal: &Principal, identities: &mut Vec<MspPrincipal>) -> SignaturePolicy {
    let Principal { msp_id, role } = principal;
    let index = i32::try_from(identities.len()).unwrap_or(i32::MAX);
    let role = MspRole { msp_identifier: msp_id.clone(), role: *role as i32 };
    identities.push(MspPrincipal { principal_classification: PRINCIPAL_ROLE, principal: role.encode_to_vec() });
    SignaturePolicy { r#type: Some(SignaturePolicyType::SignedBy(index)) }
}

/// A policy out of a block; `None` where it is of a kind, or names a principal, that configtx.yaml has no word for.
pub(super) fn read_policy(policy: &Policy) -> Option<network::Policy> {
    match policy.r#type {
        POLICY_IMPLICIT_META => {
            let ImplicitMetaPolicy { sub_policy, rule } = ImplicitMetaPolicy::decode(policy.value.as_slice()).ok()?;
            let rules = [ImplicitRule::Any, ImplicitRule::All, ImplicitRule::Majority];
            let rule = rules.into_iter().find(|known| *known as i32 == rule)?;
            Some(network::Policy::ImplicitMeta { rule, sub_policy })
        }
        POLICY_SIGNATURE => {
            let SignaturePolicyEnvelope { version: _, rule, identities } =
                SignaturePolicyEnvelope::decode(policy.value.as_slice()).ok()?;
            Some(network::Policy::Signature(read_rule(&rule?, &identities)?))
        }
        _ => None,
    }
}

fn read_rule(rule: &SignaturePolicy, identities: &[MspPrincipal]) -> Option<Rule> {
    match rule.r#type.as_ref()? {
        SignaturePolicyType::SignedBy(index) => {
            let principal = identities.get(usize::try_from(*index).ok()?)?;
            let role = (principal.principal_classification == PRINCIPAL_ROLE)
                .then(|| MspRole::decode(principal.principal.as_slice()).ok())??;
            let known = PrincipalRole::ALL.into_iter().find(|known| *known as i32 == role.role)?;
            Some(Rule::SignedBy(Principal { msp_id: role.msp_identifier, role: known }))
        }
        SignaturePolicyType::NOutOf(NOutOf { n, rules }) => {
            let rules = rules.iter().map(|rule| read_rule(rule, identities)).collect::<Option<_>>()?;
            Some(Rule::OutOf { n: u32::try_from(*n).ok()?, rules })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(rule: &SignaturePolicy) -> String {
        match rule.r#type.as_ref().unwrap() {
            SignaturePolicyType::SignedBy(index) => index.to_string(),
            SignaturePolicyType::NOutOf(NOutOf { n, rules }) => {
                format!("{n}({})", rules.iter().map(described).collect::<Vec<_>>().join(","))
            }
        }
    }

    /// The rule with the indices of its identities, and the MSPs of the identities in order.
    fn encoded(rule: &str) -> (String, String) {
        let policy = new_policy(&network::Policy::parse("Signature", rule).unwrap());
        assert_eq!(policy.r#type, 1);
        let envelope = SignaturePolicyEnvelope::decode(policy.value.as_slice()).unwrap();
        let role = |p: &MspPrincipal| MspRole::decode(p.principal.as_slice()).unwrap();
        let roles = envelope.identities.iter().map(role).map(|r| format!("{}{}", r.msp_identifier, r.role));
        (described(&envelope.rule.unwrap()), roles.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn inner_gates_number_their_identities_first() {
        assert_eq!(encoded("AND('A.member', OR('B.member','C.peer'))"), ("2(2,1(0,1))".into(), "B0 C3 A0".into()));
        assert_eq!(encoded("OR('A.admin', AND('B.admin'))"), ("1(1,1(0))".into(), "B1 A1".into()));
        assert_eq!(
            encoded("OutOf(2, 'A.member', AND('B.member', OR('C.client', 'D.orderer')), 'E.member', OR('F.member'))"),
            ("2(4,2(2,1(0,1)),5,1(3))".into(), "C2 D4 B0 F0 A0 E0".into())
        );
    }

    #[test]
    fn a_policy_is_read_as_it_was_written() {
        let signature = "OutOf(2, 'A.member', AND('B.member', OR('C.client', 'D.orderer')), 'E.member', OR('F.member'))";
        for (kind, rule) in [("ImplicitMeta", "MAJORITY Admins"), ("Signature", signature), ("Signature", "OR('A.admin')")] {
            let policy = network::Policy::parse(kind, rule).unwrap();
            assert_eq!(read_policy(&new_policy(&policy)), Some(policy));
        }
        let empty = SignaturePolicyEnvelope { version: 0, rule: None, identities: Vec::new() };
        for value in [Vec::new(), vec![0xff], empty.encode_to_vec(), hex::decode("12020805").unwrap()] {
            assert_eq!(read_policy(&Policy { r#type: POLICY_SIGNATURE, value }), None);
        }
    }

    #[test]
    fn an_identity_named_twice_is_there_twice() {
        assert_eq!(encoded("OR('A.member', 'A.member')"), ("1(0,1)".into(), "A0 A0".into()));
    }

    #[test]
    fn the_first_identity_is_written_though_its_number_is_zero() {
        let policy = new_policy(&network::Policy::parse("Signature", "OR('A.member')").unwrap());
        assert_eq!(hex::encode(policy.value), "120812060801120208001a0512030a0141");
    }

    #[test]
    fn an_implicit_meta_policy_leaves_out_its_default() {
        let any = new_policy(&network::Policy::parse("ImplicitMeta", "ANY Readers").unwrap());
        assert_eq!((any.r#type, hex::encode(any.value)), (3, "0a0752656164657273".into()));
        let majority = new_policy(&network::Policy::parse("ImplicitMeta", "MAJORITY Admins").unwrap());
        assert_eq!(hex::encode(majority.value), "0a0641646d696e731002");
    }

    #[test]
    fn a_quorum_of_bft_outvotes_every_third() {
        let quorum = |total: usize| {
            let policy = bft_block_validation(&vec![Consenter::default(); total]);
            let envelope = SignaturePolicyEnvelope::decode(policy.value.as_slice()).unwrap();
            match envelope.rule.unwrap().r#type.unwrap() {
                SignaturePolicyType::NOutOf(NOutOf { n, rules }) => (n, rules.len(), envelope.identities.len()),
                SignaturePolicyType::SignedBy(_) => panic!("no gate"),
            }
        };
        for (total, n) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7)] {
            assert_eq!(quorum(total), (n, total, total));
        }
    }

    #[test]
    fn a_policy_that_accepts_all_has_an_empty_gate() {
        assert_eq!(hex::encode(accept_all().value), "12021200");
    }
}
