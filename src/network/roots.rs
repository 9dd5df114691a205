//! The roots of orgs' TLS certificates as files of a Secret, for pods that dial orgs of other namespaces, whose own Secrets they cannot
//! mount. The roots themselves are `crypto`'s.

use super::{Labels, Org, OrgId};
use serde::Serialize;

/// Where the root of an org's TLS certificates is.
#[derive(Clone, Debug, Serialize)]
pub struct OrgRoot {
    pub org: OrgId,
    /// `org1.fabric.pem`, after the org and its namespace, since two orgs in two namespaces may have one name.
    pub file: String,
}

impl OrgRoot {
    pub fn of(org: &Org) -> Self {
        Self { org: org.id, file: format!("{}.{}.pem", org.name, org.namespace) }
    }
}

/// A Secret with roots: public, and kept in a Secret as all that pods mount from `crypto`.
#[derive(Clone, Debug, Serialize)]
pub struct RootsSecret {
    pub name: String,
    pub labels: Labels,
    pub roots: Vec<OrgRoot>,
}
