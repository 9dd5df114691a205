//! Networks for the tests of the stages after `resolve`: resolved from files, as a user's are.

use super::{Network, OrgId, Purpose, resolve};
use crate::diag::{Problems, Severity};
use crate::input;
use crate::project::Project;
use std::path::Path;

/// `samples/`: an ordering org of three Raft consenters, two peer orgs of two peers and a user, NodeOUs, one channel.
pub(crate) fn two_orgs() -> Network {
    resolved("samples")
}

/// The network of the fixture that Fabric's own tools made artifacts of.
pub(crate) fn raft_two_orgs() -> Network {
    resolved("tests/fixtures/raft-two-orgs")
}

/// The id of an org by its place.
pub(crate) fn org_id(index: usize) -> OrgId {
    OrgId::new(index)
}

fn resolved(dir: &str) -> Network {
    let mut problems = Problems::new();
    let project = Project::in_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir));
    let network = input::load(&project, &mut problems).and_then(|inputs| resolve(&inputs, Purpose::Deployment, &mut problems));
    assert_eq!(problems.count(Severity::Error), 0, "{problems:?}");
    network.unwrap()
}
