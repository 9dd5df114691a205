//! Policies of a channel's configuration, typed: what they say, whom they name, and how they are written.
//! Reading Fabric's policy strings is `parser`'s; encoding policies is `channel`'s.

mod parser;

use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// `MAJORITY Admins`: how many of the sub-groups' policies of that name must hold.
    ImplicitMeta { rule: ImplicitRule, sub_policy: String },
    /// `OR('Org1MSP.admin', …)`.
    Signature(Rule),
}

impl Policy {
    /// Reads `Type` and `Rule` of configtx.yaml as Fabric does; otherwise the reason why it would not.
    pub fn parse(kind: &str, rule: &str) -> Result<Self, String> {
        match kind {
            "ImplicitMeta" => parser::implicit_meta(rule),
            "Signature" => parser::signature(rule).map(Policy::Signature),
            _ => Err(format!("unknown policy type `{kind}`: it is `ImplicitMeta` or `Signature`")),
        }
    }

    /// Whether a signature rule spells a gate `and` or `or`: Fabric 3.x reads these words as operators and refuses them.
    pub fn has_lower_case_gate(rule: &str) -> bool {
        parser::has_lower_case_gate(rule)
    }

    /// The MSP IDs that a signature policy names, each once.
    pub fn msp_ids(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        if let Policy::Signature(rule) = self {
            rule.collect_msp_ids(&mut found);
        }
        found
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::ImplicitMeta { rule, sub_policy } => write!(f, "{rule} {sub_policy}"),
            Policy::Signature(rule) => write!(f, "{rule}"),
        }
    }
}

/// How many sub-policies must hold. The numbers are those of `common.ImplicitMetaPolicy.Rule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ImplicitRule {
    Any = 0,
    All = 1,
    Majority = 2,
}

impl fmt::Display for ImplicitRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ImplicitRule::Any => "ANY",
            ImplicitRule::All => "ALL",
            ImplicitRule::Majority => "MAJORITY",
        })
    }
}

/// A signature rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A signature of this principal.
    SignedBy(Principal),
    /// At least `n` of the rules hold; `AND` is all of them, `OR` one of them.
    OutOf { n: u32, rules: Vec<Rule> },
}

impl Rule {
    fn collect_msp_ids<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Rule::SignedBy(principal) => {
                found.insert(&principal.msp_id);
            }
            Rule::OutOf { n: _, rules } => rules.iter().for_each(|rule| rule.collect_msp_ids(found)),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::SignedBy(principal) => write!(f, "'{principal}'"),
            Rule::OutOf { n, rules } => {
                let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
                f.write_str(&gate(*n, &rules))
            }
        }
    }
}

/// A gate over rules in text: `OR(…)`, `AND(…)`, else `OutOf(n, …)`.
pub fn gate(n: u32, rules: &[String]) -> String {
    let all = rules.join(", ");
    match n {
        1 => format!("OR({all})"),
        _ if n as usize == rules.len() => format!("AND({all})"),
        _ => format!("OutOf({n}, {all})"),
    }
}

/// `Org1MSP.admin`: a role in an MSP.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Principal {
    pub msp_id: String,
    pub role: PrincipalRole,
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.msp_id, self.role.word())
    }
}

/// The roles of a principal. The numbers are those of `msp.MSPRole.MSPRoleType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalRole {
    Member = 0,
    Admin = 1,
    Client = 2,
    Peer = 3,
    Orderer = 4,
}

impl PrincipalRole {
    /// Every role.
    pub const ALL: [PrincipalRole; 5] =
        [PrincipalRole::Member, PrincipalRole::Admin, PrincipalRole::Client, PrincipalRole::Peer, PrincipalRole::Orderer];

    /// As policy strings spell it.
    pub fn word(self) -> &'static str {
        match self {
            PrincipalRole::Member => "member",
            PrincipalRole::Admin => "admin",
            PrincipalRole::Client => "client",
            PrincipalRole::Peer => "peer",
            PrincipalRole::Orderer => "orderer",
        }
    }
}
