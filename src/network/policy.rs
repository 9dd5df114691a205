//! Policies of a channel's configuration, parsed and typed. Encoding them is `channel`'s.

use serde::Serialize;

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// `MAJORITY Admins`: how many of the sub-groups' policies of that name must hold.
    ImplicitMeta { rule: ImplicitRule, sub_policy: String },
    /// `OR('Org1MSP.admin', …)`.
    Signature(Rule),
}

/// How many sub-policies must hold. The numbers are those of `common.ImplicitMetaPolicy.Rule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ImplicitRule {
    Any = 0,
    All = 1,
    Majority = 2,
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

/// `Org1MSP.admin`: a role in an MSP.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Principal {
    pub msp_id: String,
    pub role: PrincipalRole,
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
