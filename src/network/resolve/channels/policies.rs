//! The policies of a group: those that Fabric demands, parsed. The grammar is `network::policy`'s.

use super::Context;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::PolicySpec;
use crate::network::Policy;
use crate::yaml::Ordered;

/// The policies that configtxgen 2.x demands of every group.
pub const EVERY_GROUP: &[&str] = &["Admins", "Readers", "Writers"];

/// The policies that it demands of the Orderer group.
pub const ORDERER_GROUP: &[&str] = &["Admins", "Readers", "Writers", "BlockValidation"];

impl Context<'_> {
    /// Reads the policies of `whose` group and reports what is missing or cannot be read.
    pub fn policies(
        &self,
        specs: &Option<Ordered<PolicySpec>>,
        (whose, needed): (&str, &[&str]),
        place: &Place,
        problems: &mut Problems,
    ) -> Vec<(String, Policy)> {
        let mut policies = Vec::new();
        for (name, spec) in specs.iter().flat_map(|specs| specs.iter()) {
            super::keys::check_key(name, "a policy", problems);
            match Policy::parse(&spec.kind, &spec.rule) {
                Ok(policy) => policies.push((name.value.clone(), policy)),
                Err(reason) => problems.push(
                    Problem::new(Code::FK0240, format!("the policy `{}` of {whose} cannot be read: {reason}", name.value))
                        .at(if spec.rule.value.is_empty() { &name.place } else { &spec.rule.place })
                        .help("write `Type: ImplicitMeta` with `Rule: \"MAJORITY Admins\"`, or `Type: Signature` with `Rule: \"OR('Org1MSP.admin')\"`"),
                ),
            }
        }
        let there = |wanted: &&&str| !specs.iter().flat_map(|s| s.iter()).any(|(name, _)| name.value == **wanted);
        let missing: Vec<&str> = needed.iter().filter(there).copied().collect();
        if !missing.is_empty() {
            problems.push(
                Problem::new(Code::FK0241, format!("{whose} lacks the {} `{}`", if missing.len() == 1 { "policy" } else { "policies" }, missing.join("`, `")))
                    .at(place)
                    .help("Fabric 2.x encodes no group without them; `<<: *ChannelDefaults` (or its like) brings them where the file has one"),
            );
        }
        policies
    }
}
