//! Networks for the tests of the stages after `resolve`: resolved from files, as a user's are.

use super::{
    Network, OrgId, Purpose,
    resolve::{self, resolve},
};
use crate::diag::{Problems, Severity};
use crate::input;
use crate::lock::NodePorts;
use crate::project::{ChannelChoice, Project};
use std::path::Path;

/// `samples/`: an ordering org of three Raft consenters, two peer orgs of two peers and a user, NodeOUs, one channel.
pub(crate) fn two_orgs() -> Network {
    resolved("samples")
}

/// The network of the fixture that Fabric's own tools made artifacts of.
pub(crate) fn raft_two_orgs() -> Network {
    resolved("tests/fixtures/raft-two-orgs")
}

/// The channel of a profile of a fixture, with hosts as written, for whichever Fabric its inputs choose.
pub(crate) fn channel_of(fixture: &str, channel: &str, profile: &str) -> Network {
    let choice = ChannelChoice { channel: channel.to_owned(), profile: Some(profile.to_owned()) };
    let project = in_package(&format!("tests/fixtures/{fixture}"));
    resolved_for(&Project { channel: Some(choice), ..project }, Purpose::ChannelsAsWritten)
}

/// The same orgs, whose one channel is ordered by these brokers, and what is reported of them; `values` stand over the sample's own.
pub(crate) fn by_kafka(brokers: &[&str], values: &str) -> (Network, Problems) {
    // Of the network before, which orders by Raft, no problem counts: that its Kafka does nothing, say.
    let (mut network, inputs, _) = with_values(values);
    let mut problems = Problems::new();
    resolve::kafka::order_by(&mut network, brokers, &inputs, &mut problems);
    (network, problems)
}

/// The same orgs and their channel, dialled by the hosts of their files.
pub(crate) fn by_domain() -> Network {
    with_values("addressing: domain").0
}

fn with_values(values: &str) -> (Network, input::Inputs, Problems) {
    let dir = tempfile::tempdir().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for file in ["crypto-config.yaml", "configtx.yaml"] {
        std::fs::copy(samples.join(file), dir.path().join(file)).unwrap();
    }
    crate::fs::write(&dir.path().join("values.yaml"), values.as_bytes(), crate::fs::Mode::Public).unwrap();
    let mut problems = Problems::new();
    let inputs = input::load(&Project::in_dir(dir.path()), &mut problems).unwrap();
    let network = resolve(&inputs, &NodePorts::new(), Purpose::Deployment, &mut problems).unwrap();
    (network, inputs, problems)
}

/// The id of an org by its place.
pub(crate) fn org_id(index: usize) -> OrgId {
    OrgId::new(index)
}

fn resolved(dir: &str) -> Network {
    resolved_for(&in_package(dir), Purpose::Deployment)
}

fn in_package(dir: &str) -> Project {
    Project::in_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir))
}

fn resolved_for(project: &Project, purpose: Purpose) -> Network {
    let mut problems = Problems::new();
    let network =
        input::load(project, &mut problems).and_then(|inputs| resolve(&inputs, &NodePorts::new(), purpose, &mut problems));
    assert_eq!(problems.count(Severity::Error), 0, "{problems:?}");
    network.unwrap()
}
