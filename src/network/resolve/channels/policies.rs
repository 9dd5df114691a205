//! The policies of a group: those that Fabric demands or fills in, parsed. The grammar is `network::policy`'s.

use super::Context;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{PolicySpec, Profile};
use crate::network::versions::DefaultPolicies;
use crate::network::{ImplicitRule, Policy, Principal, PrincipalRole, Rule};
use crate::yaml::Ordered;

/// A group whose policies are read.
#[derive(Clone, Copy, Debug)]
pub enum Group<'a> {
    /// `/Channel` and `/Channel/Application`.
    Section,
    /// `/Channel/Orderer`.
    Orderer,
    /// An org; its administrators are by default whoever `AdminPrincipal` says.
    Org { msp_id: &'a str, admin: PrincipalRole },
}

impl Group<'_> {
    /// The policies that configtxgen 2.x demands (fabric `internal/configtxgen/encoder/encoder.go`, `AddPolicies`).
    fn needed(self) -> &'static [&'static str] {
        match self {
            Group::Section | Group::Org { .. } => &["Admins", "Readers", "Writers"],
            Group::Orderer => &["Admins", "Readers", "Writers", "BlockValidation"],
        }
    }

    /// The policies that configtxgen 1.4 gives a group without any (fabric 1.4 `common/tools/configtxgen/encoder/encoder.go`).
    fn defaults(self) -> Vec<(String, Policy)> {
        let implicit = |name: &str, rule, sub_policy: &str| {
            (name.to_owned(), Policy::ImplicitMeta { rule, sub_policy: sub_policy.to_owned() })
        };
        match self {
            Group::Section | Group::Orderer => {
                let mut policies = vec![
                    implicit("Readers", ImplicitRule::Any, "Readers"),
                    implicit("Writers", ImplicitRule::Any, "Writers"),
                    implicit("Admins", ImplicitRule::Majority, "Admins"),
                ];
                if let Group::Orderer = self {
                    policies.push(implicit("BlockValidation", ImplicitRule::Any, "Writers"));
                }
                policies
            }
            Group::Org { msp_id, admin } => {
                let signed_by = |name: &str, role| {
                    let principal = Principal { msp_id: msp_id.to_owned(), role };
                    (name.to_owned(), Policy::Signature(Rule::OutOf { n: 1, rules: vec![Rule::SignedBy(principal)] }))
                };
                vec![
                    signed_by("Readers", PrincipalRole::Member),
                    signed_by("Writers", PrincipalRole::Member),
                    signed_by("Admins", admin),
                ]
            }
        }
    }
}

impl Context<'_> {
    /// Reads the policies of `whose` group and reports what is missing or cannot be read.
    pub fn policies(
        &self,
        specs: &Option<Ordered<PolicySpec>>,
        (whose, group): (&str, Group<'_>),
        place: &Place,
        problems: &mut Problems,
    ) -> Vec<(String, Policy)> {
        let there = || specs.iter().flat_map(|specs| specs.iter());
        let fills_in = self.configtxgen().policies == DefaultPolicies::FilledIn;
        if fills_in && there().next().is_none() {
            return group.defaults();
        }
        let mut policies = Vec::new();
        for (name, spec) in there() {
            super::keys::check_key(name, "a policy", problems);
            let parsed = Policy::parse(&spec.kind, &spec.rule).and_then(|policy| self.checked_gates(policy, spec));
            match parsed {
                Ok(policy) => policies.push((name.value.clone(), policy)),
                Err(reason) => problems.push(
                    Problem::new(Code::FK0240, format!("the policy `{}` of {whose} cannot be read: {reason}", name.value))
                        .at(if spec.rule.value.is_empty() { &name.place } else { &spec.rule.place })
                        .help("write `Type: ImplicitMeta` with `Rule: \"MAJORITY Admins\"`, or `Type: Signature` with `Rule: \"OR('Org1MSP.admin')\"`"),
                ),
            }
        }
        let is_missing = |wanted: &&&str| !there().any(|(name, _)| name.value == **wanted);
        let missing: Vec<&str> = group.needed().iter().filter(is_missing).copied().collect();
        if !missing.is_empty() && !fills_in {
            problems.push(
                Problem::new(Code::FK0241, format!("{whose} lacks the {} `{}`", if missing.len() == 1 { "policy" } else { "policies" }, missing.join("`, `")))
                    .at(place)
                    .help("Fabric 2.x encodes no group without them; `<<: *ChannelDefaults` (or its like) brings them where the file has one"),
            );
        }
        policies
    }

    fn checked_gates(&self, policy: Policy, spec: &PolicySpec) -> Result<Policy, String> {
        match self.takes_small_gates() || !has_small_gate(spec) {
            true => Ok(policy),
            false => Err("Fabric 3 takes no `and` or `or` in small letters".to_owned()),
        }
    }

    /// Warns, once for all profiles, of rules that the version takes and Fabric 3 does not.
    pub fn warn_of_small_gates<'p>(&self, profiles: impl Iterator<Item = &'p Profile>, problems: &mut Problems) {
        let specs = profiles.flat_map(Profile::policies).filter(|spec| self.takes_small_gates() && has_small_gate(spec));
        let mut places = specs.map(|spec| spec.rule.place.clone()).peekable();
        if places.peek().is_none() {
            return;
        }
        let problem = Problem::new(Code::FK0246, "policies have `and` or `or` in small letters, which Fabric 3 refuses");
        problems
            .push(problem.at_all(places).help("write `AND` and `OR`: every version takes them, and the policy stays the same"));
    }

    /// Fabric 3 reads `and` and `or` as operators of its expression library.
    fn takes_small_gates(&self) -> bool {
        !self.cluster.version.is_from((3, 0))
    }
}

/// Whether it is a signature rule with a gate `and` or `or`.
fn has_small_gate(spec: &PolicySpec) -> bool {
    *spec.kind == *"Signature" && Policy::has_lower_case_gate(&spec.rule)
}
