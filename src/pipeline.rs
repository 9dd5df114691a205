//! The program on one screen: the stages, one call each, and nothing else.

use crate::channel::{self, Archive, Artifacts, Encoding, Hosts};
use crate::crypto::{self, Material};
use crate::diag::{Code, Problem, Problems, Progress, Silent, Stop};
use crate::input;
use crate::lock::Lock;
use crate::network::{self, Network};
use crate::project::Project;
use crate::render::{self, Object, Secrets, Templates};
use crate::store::{Keys, Making, Policy, Store};

/// A network with all that was made for it.
#[derive(Debug)]
pub struct Made {
    pub network: Network,
    pub material: Material,
    pub artifacts: Artifacts,
}

/// The network that a project describes.
pub fn network(project: &Project, problems: &mut Problems) -> Result<Network, Stop> {
    let inputs = input::load(project, problems)?;
    network::resolve(&inputs, problems)
}

/// The network, its keys and its blocks. What is wrong anywhere is found before anything is made, and the lock is written last.
pub fn make(project: &Project, policy: Policy, problems: &mut Problems, progress: &dyn Progress) -> Result<Made, Stop> {
    let network = network(project, problems)?;
    channel::preflight(&network, problems)?;
    let old = Lock::load(&project.lock_file(), problems)?;
    let crypto_store = Store::open(&project.crypto_store(), policy.making);
    let channel_store = Store::open(&project.artifacts_store(), policy.making);
    let history = channel::history(&network, Archive { store: &channel_store, making: policy.making }, &old, problems)?;
    let (pinned, rooted) = (history.pinned(), history.rooted());
    let request = crypto::Request { network: &network, store: &crypto_store, lock: &old, pinned, rooted, policy };
    let material = crypto::provision(&request, problems, progress)?;
    let artifacts = channel::encode(&network, material.public(), history, problems)?;

    remember(project, policy, old, |lock| {
        material.remember(&network, lock);
        artifacts.remember(lock);
    })?;
    Ok(Made { network, material, artifacts })
}

/// Every object of a network that was made.
pub fn objects(made: &Made, templates: &Templates, secrets: Secrets, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
    let Made { network, material, artifacts } = made;
    render::render(&render::Request { network, material, artifacts, templates, secrets }, problems)
}

/// The whole line without a trace: what is missing is made in memory, so that everything after it is tried too.
pub fn rehearse(project: &Project, templates: &Templates, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
    let policy = Policy { making: Making::InMemory, keys: Keys::NotNeeded };
    let made = make(project, policy, problems, &Silent)?;
    objects(&made, templates, Secrets::Redact, problems)
}

/// The key material alone (`crypto generate`): stored blocks are read for the keys that they need, and none is made.
pub fn keys(
    project: &Project,
    policy: Policy,
    problems: &mut Problems,
    progress: &dyn Progress,
) -> Result<(Network, Material), Stop> {
    let network = network(project, problems)?;
    channel::preflight(&network, problems)?;
    let old = Lock::load(&project.lock_file(), problems)?;
    let crypto_store = Store::open(&project.crypto_store(), policy.making);
    let channel_store = Store::open(&project.artifacts_store(), policy.making);
    // A block that is not made yet is no concern of the keys.
    let looking = Archive { store: &channel_store, making: Making::InMemory };
    let history = channel::history(&network, looking, &old, problems)?;
    let (pinned, rooted) = (history.pinned(), history.rooted());
    let request = crypto::Request { network: &network, store: &crypto_store, lock: &old, pinned, rooted, policy };
    let material = crypto::provision(&request, problems, progress)?;
    remember(project, policy, old, |lock| material.remember(&network, lock))?;
    Ok((network, material))
}

/// A fresh first block of a channel, made from keys that are there; it is kept nowhere.
pub fn fresh_block((network, material): &(Network, Material), hosts: Hosts, problems: &mut Problems) -> Result<Vec<u8>, Stop> {
    let encoding = Encoding { network, public: material.public(), hosts };
    match network.channels.as_slice() {
        [channel] => channel::genesis_block(channel, encoding, problems),
        channels => {
            let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
            let problem = Problem::new(Code::FK0278, format!("one channel is needed, and there are {}", channels.len()));
            problems.push(problem.help(format!("say which with `--profile P --channel C`: there are `{}`", names.join("`, `"))));
            Err(Stop::Reported)
        }
    }
}

/// Writes the lock where the policy lets anything be written: last, so that a kill before it leaves stores that the next run
/// takes in.
fn remember(project: &Project, policy: Policy, old: Lock, facts: impl FnOnce(&mut Lock)) -> Result<(), Stop> {
    let mut lock = match policy.making {
        Making::Missing => old,
        Making::NewNetwork => Lock::default(),
        Making::Nothing | Making::InMemory => return Ok(()),
    };
    facts(&mut lock);
    lock.save(&project.lock_file())
}
