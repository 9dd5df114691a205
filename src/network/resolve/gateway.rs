//! Settings of the Services over all peers of an org. Which peers are behind one is `nodes`'s.

use super::orgs::OrgDraft;
use super::settings::one_of;
use crate::diag::{Code, Problem, Problems};
use crate::input::Inputs;
use crate::input::values::{GatewaySettings, words};
use crate::network::{OrgKind, SessionAffinity};

/// The longest time that Kubernetes remembers an address for (`pkg/apis/core`, `MaxClientIPServiceAffinitySeconds`).
const LONGEST: i64 = 86400;

/// Whether connections from one address go to one peer of an org; for orderers, whom nodes dial one by one, never.
pub fn session_affinity(org: &OrgDraft, inputs: &Inputs, problems: &mut Problems) -> Option<SessionAffinity> {
    if org.kind == OrgKind::Orderer {
        return None;
    }
    let settings = inputs.values.gateway(&org.domain, problems);
    let GatewaySettings { session_affinity, session_affinity_timeout_seconds: timeout, expose: _ } = &settings;
    one_of(session_affinity, "session affinity", words::SESSION_AFFINITY, problems);
    let timeout_seconds = u32::try_from(timeout.value).ok().filter(|_| (1..=LONGEST).contains(&timeout.value));
    if timeout_seconds.is_none() {
        let problem = Problem::new(Code::FK0216, format!("`{timeout}` is no time for a session affinity to last"));
        problems.push(problem.at(&timeout.place).help(format!("write a number of seconds from 1 to {LONGEST}")));
    }
    timeout_seconds.filter(|_| session_affinity.value == "ClientIP").map(|timeout_seconds| SessionAffinity { timeout_seconds })
}
