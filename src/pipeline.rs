//! The program on one screen: the stages, one call each, and nothing else.

mod memory;
mod packages;
mod transactions;

pub use packages::{OrgPackage, WantedPackages, packages};
pub use transactions::{Transaction, anchors_transaction, channel_transaction, store_channel_transactions, store_transactions};

use memory::{check_ports, needs_ports, node_ports, remember, remember_ports};

use crate::chaincode::{self, PackageIds};
use crate::channel::{self, Artifacts, Encoding, History, Hosts};
use crate::crypto::{self, Material, Names};
use crate::diag::{Code, Place, Problem, Problems, Progress, Silent, Stop};
use crate::fs::Claim;
use crate::input;
use crate::lock::{Lock, Memory};
use crate::network::flow::roll;
use crate::network::{self, Channel, Network, Purpose};
use crate::output;
use crate::project::{ChannelChoice, Project};
use crate::render::{self, Object, Secrets, Templates};
use crate::store::{Keys, Making, Policy, Store};
use std::collections::BTreeSet;

/// A walk along the line: which project, what it may make, and who is told how far it is.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    pub project: &'a Project,
    pub policy: Policy,
    pub memory: Memory,
    pub purpose: Purpose,
    pub names: Names,
    pub progress: &'a dyn Progress,
}

/// A network with all that was made for it.
#[derive(Debug)]
pub struct Made {
    pub network: Network,
    pub material: Material,
    pub artifacts: Artifacts,
    pub package_ids: PackageIds,
    /// The node ports that were allotted now, each with whose it is.
    pub ports: Vec<String>,
}

/// The network that a project describes.
pub fn network(project: &Project, purpose: Purpose, problems: &mut Problems) -> Result<Network, Stop> {
    network_remembered(project, Memory::Counts, purpose, problems)
}

/// The same, with the node ports that it had, where they count.
fn network_remembered(project: &Project, memory: Memory, purpose: Purpose, problems: &mut Problems) -> Result<Network, Stop> {
    let inputs = input::load(project, problems)?;
    let node_ports = node_ports(project, memory, problems)?;
    let network = network::resolve(&inputs, &node_ports, purpose, problems)?;
    match &project.channel {
        Some(choice) => only(network, choice, problems),
        None => Ok(network),
    }
}

/// The network with the one channel that a command is about.
fn only(mut network: Network, choice: &ChannelChoice, problems: &mut Problems) -> Result<Network, Stop> {
    let names: Vec<String> = network.channels.iter().map(|channel| channel.name.clone()).collect();
    network.channels.retain(|channel| channel.name == choice.channel);
    if network.channels.is_empty() {
        let problem = Problem::new(Code::FK0278, format!("there is no channel `{}`", choice.channel));
        problems.push(problem.at(&Place::option(&format!("--channel {}", choice.channel))).help(match names.as_slice() {
            [] => "`--profile P` says which profile of configtx.yaml it is made from".to_owned(),
            names => format!("there are `{}`; `--profile P` makes one from any profile of configtx.yaml", names.join("`, `")),
        }));
        return Err(Stop::Reported);
    }
    Ok(network)
}

/// The network, its keys and its blocks. What is wrong anywhere is found before anything is made, and the lock is written last:
/// after a kill before that, the next run takes the stores in.
pub fn make(walk: Walk<'_>, problems: &mut Problems) -> Result<Made, Stop> {
    let network = network_remembered(walk.project, walk.memory, walk.purpose, problems)?;
    check_begins_with_block(&network, walk.project, problems)?;
    let store = Store::open(&walk.project.artifacts_store(), walk.policy.making);
    let Provided { material, history, lock, claim: _claim } = provision(walk, &network, &store, problems)?;
    let artifacts = channel::encode(&network, material.public(), history, problems)?;
    let package_ids = chaincode::ids(&network, material.public(), problems)?;
    let ports = network.allotted_now(&lock.node_ports).iter().map(|port| port.to_string()).collect();
    remember(walk, &lock, |lock| {
        material.remember(&network, lock);
        artifacts.remember(lock);
        network.remember(lock);
    })?;
    Ok(Made { network, material, artifacts, package_ids, ports })
}

/// An organization that is asked for: its name in one of the files, and the profile of configtx.yaml to look in, if any.
#[derive(Clone, Copy, Debug)]
pub struct WantedOrg<'a> {
    pub name: &'a str,
    pub profile: Option<&'a str>,
}

/// An organization of configtx.yaml as JSON, as a channel's configuration would hold it.
pub fn organization(project: &Project, wanted: WantedOrg<'_>, hosts: Hosts, problems: &mut Problems) -> Result<String, Stop> {
    let inputs = input::load(project, problems)?;
    let node_ports = node_ports(project, Memory::Counts, problems)?;
    let network = network::resolve(&inputs, &node_ports, Purpose::Keys, problems)?;
    let org = network::organization(&inputs, &node_ports, (wanted.name, wanted.profile), problems)?;
    needs_ports((project, &network), hosts, problems)?;
    channel::organization(&network, &project.crypto_store(), org, hosts, problems)
}

/// The key material alone: stored blocks are read for the keys that they need, and none is made.
pub fn keys(walk: Walk<'_>, problems: &mut Problems) -> Result<(Network, Material), Stop> {
    let network = network_remembered(walk.project, walk.memory, walk.purpose, problems)?;
    keys_of(walk, network, problems)
}

fn keys_of(walk: Walk<'_>, network: Network, problems: &mut Problems) -> Result<(Network, Material), Stop> {
    // In memory, since a block that is not made yet is no concern of the keys.
    let store = Store::open(&walk.project.artifacts_store(), Making::InMemory);
    let Provided { material, history, lock, claim: _claim } = provision(walk, &network, &store, problems)?;
    remember(walk, &lock, |lock| {
        material.remember(&network, lock);
        history.remember(&network, lock);
        if walk.purpose.needs_ports() {
            network.remember(lock);
        }
    })?;
    Ok((network, material))
}

/// The updates that lead a running channel to what the files say. Keys that they need are made; what is defined elsewhere stays
/// as the channel knows it.
pub fn channel_updates(
    walk: Walk<'_>,
    current: &channel::Current,
    (hosts, form): (Hosts, channel::Form),
    problems: &mut Problems,
) -> Result<(Vec<channel::Update>, Material), Stop> {
    let mut network = network_remembered(walk.project, walk.memory, walk.purpose, problems)?;
    let foreign = channel::without_foreign(&mut network, current, problems)?;
    let (network, material) = keys_of(walk, network, problems)?;
    let [channel] = network.channels.as_slice() else {
        return Err(Stop::Internal("an update is of one channel".to_owned()));
    };
    let encoding = Encoding { network: &network, public: material.public(), hosts };
    let target = channel::target_of_files((channel, encoding), foreign, current, problems)?;
    let updates = current.updates_to(target, form, problems)?;
    Ok((updates, material))
}

/// A note of what lies among the keys and no file names.
pub fn note_unnamed(project: &Project, network: &Network, problems: &mut Problems) -> Result<(), Stop> {
    crypto::note_unnamed(network, &Store::open(&project.crypto_store(), Making::Nothing), problems)
}

/// Every certificate that the project names, as it lies there. Nothing is made.
pub fn certificates(project: &Project, problems: &mut Problems) -> Result<Vec<crypto::Entry>, Stop> {
    let network = network(project, Purpose::Keys, problems)?;
    let store = Store::open(&project.crypto_store(), Making::Nothing);
    crypto::list(&network, &store, problems)
}

/// All that is to be said of the tree of keys. Stored blocks are read for the keys that they need; one that cannot be read is a
/// problem among the others.
pub fn verify(project: &Project, keys: Keys, problems: &mut Problems) -> Result<crypto::Verified, Stop> {
    let network = network(project, Purpose::Keys, problems)?;
    let lock = Lock::load(&project.lock_file(), Memory::Counts, problems)?;
    let blocks = Store::open(&project.artifacts_store(), Making::InMemory);
    let history = match channel::history(&network, &blocks, &lock, problems) {
        Ok(history) => Some(history),
        Err(Stop::Reported) => None,
        Err(stop) => return Err(stop),
    };
    let (pinned, rooted) = history.as_ref().map_or((&[][..], &[][..]), |history| (history.pinned(), history.rooted()));
    let policy = Policy { making: Making::InMemory, keys };
    let store = Store::open(&project.crypto_store(), policy.making);
    let request =
        crypto::Request { network: &network, store: &store, lock: &lock, pinned, rooted, policy, names: Names::Checked };
    crypto::verify(&request, problems)
}

/// New certificates on the keys that are there. The lock stays as it is, since keys do.
pub fn renew(
    project: &Project,
    choice: &crypto::Choice<'_>,
    problems: &mut Problems,
    progress: &dyn Progress,
) -> Result<Vec<crypto::Renewed>, Stop> {
    let network = network(project, Purpose::Keys, problems)?;
    let store = Store::open(&project.crypto_store(), Making::Missing);
    // No other run may make anything meanwhile.
    let _claim = store.claim(problems, progress)?;
    store.clean()?;
    let lock = Lock::load(&project.lock_file(), Memory::Counts, problems)?;
    // What is missing is not this command's to make.
    let policy = Policy { making: Making::Nothing, keys: Keys::NotNeeded };
    let (pinned, rooted) = (&[], &[]);
    let request =
        crypto::Request { network: &network, store: &store, lock: &lock, pinned, rooted, policy, names: Names::Checked };
    crypto::renew(&request, choice, problems, progress)
}

/// The keys, what the stored blocks say, and the claim on the stores, which lasts until the lock is written.
struct Provided<'a> {
    material: Material,
    history: History<'a>,
    lock: Lock,
    claim: Option<Claim>,
}

/// The keys, made where they are missing and nothing that is there speaks against it.
fn provision<'a>(walk: Walk<'_>, network: &Network, blocks: &'a Store, problems: &mut Problems) -> Result<Provided<'a>, Stop> {
    let Walk { project, policy, memory, purpose, names, progress } = walk;
    let store = Store::open(&project.crypto_store(), policy.making);
    let hosts = if purpose == Purpose::ChannelsAsWritten { Hosts::AsWritten } else { Hosts::Deployed };
    channel::preflight(network, &store, hosts, problems)?;
    chaincode::preflight(network, problems)?;
    let claim = store.claim(problems, progress)?;
    store.clean()?;
    blocks.clean()?;
    let lock = Lock::load(&project.lock_file(), memory, problems)?;
    let history = channel::history(network, blocks, &lock, problems)?;
    check_ports(walk, (network, &store), (&history, &lock), problems)?;
    let (pinned, rooted) = (history.pinned(), history.rooted());
    if history.lacks_blocks() {
        // Before the first key: a folder that cannot be written is no reason to make half.
        blocks.try_adding()?;
    }
    let request = crypto::Request { network, store: &store, lock: &lock, pinned, rooted, policy, names };
    let judged = crypto::judge(&request, problems)?;
    if purpose.needs_ports() && (judged.lacks_keys() || history.lacks_blocks()) {
        // Before anything else says that this network is there: so a lock that is gone is known from one that was never written.
        remember_ports(walk, network, &lock)?;
    }
    let material = judged.provide(progress)?;
    Ok(Provided { material, history, lock, claim })
}

/// Every object of a network that was made.
pub fn objects(made: &Made, templates: &Templates, secrets: Secrets, problems: &mut Problems) -> Result<Vec<Object>, Stop> {
    let Made { network, material, artifacts, package_ids, ports: _ } = made;
    render::render(&render::Request { network, material, artifacts, package_ids, templates, secrets }, problems)
}

/// The whole line without a trace: what is missing is made in memory, so that everything after it is tried too.
pub fn rehearse(
    project: &Project,
    (memory, keys): (Memory, Keys),
    templates: &Templates,
    problems: &mut Problems,
) -> Result<Vec<Object>, Stop> {
    objects(&made_in_memory(project, (memory, keys), problems)?, templates, Secrets::Redact, problems)
}

fn made_in_memory(project: &Project, (memory, keys): (Memory, Keys), problems: &mut Problems) -> Result<Made, Stop> {
    let policy = Policy { making: Making::InMemory, keys };
    make(Walk { project, policy, memory, purpose: Purpose::Deployment, names: Names::Checked, progress: &Silent }, problems)
}

/// Every image that a network needs, that of its flows too, once and sorted.
pub fn images(project: &Project, templates: &Templates, problems: &mut Problems) -> Result<BTreeSet<String>, Stop> {
    let made = made_in_memory(project, (Memory::Counts, Keys::NotNeeded), problems)?;
    let mut images = output::images(&objects(&made, templates, Secrets::Redact, problems)?);
    images.insert(made.network.flow.image.reference);
    Ok(images)
}

/// The objects that restart orderers. It takes no keys: who runs it need not have them.
pub fn roll(
    project: &Project,
    (choice, run): (roll::Choice<'_>, roll::Run<'_>),
    templates: &Templates,
    problems: &mut Problems,
) -> Result<Vec<Object>, Stop> {
    let network = network(project, Purpose::Deployment, problems)?;
    let roll = roll::roll(&network, choice, run, problems)?;
    render::roll(&roll, &network, templates, problems)
}

/// What a command about channels resolves for.
pub fn channel_purpose(hosts: Hosts) -> Purpose {
    match hosts {
        Hosts::Deployed => Purpose::Channels,
        Hosts::AsWritten => Purpose::ChannelsAsWritten,
    }
}

/// The key material that one first block is made from.
pub fn channel_keys(walk: Walk<'_>, problems: &mut Problems) -> Result<(Network, Material), Stop> {
    let mut network = network_remembered(walk.project, walk.memory, walk.purpose, problems)?;
    one_channel_with_block(&network, problems)?;
    // Where every org is there already, a block needs their MSPs and the consenters, and peers and users are no concern of it.
    let store = Store::open(&walk.project.crypto_store(), Making::Nothing);
    let are_there: Vec<bool> = network.orgs.iter().map(|org| store.has(&org.dir().join("msp"))).collect::<Result<_, _>>()?;
    if !are_there.contains(&false) {
        network.leave_out_what_no_block_names();
    }
    keys_of(walk, network, problems)
}

/// A fresh first block of a channel, made from keys that are there; it is kept nowhere.
pub fn fresh_block((network, material): &(Network, Material), hosts: Hosts, problems: &mut Problems) -> Result<Vec<u8>, Stop> {
    let encoding = Encoding { network, public: material.public(), hosts };
    channel::genesis_block(one_channel_with_block(network, problems)?, encoding, problems)
}

/// The one channel with a block that a command is about.
pub fn one_channel_with_block<'a>(network: &'a Network, problems: &mut Problems) -> Result<&'a Channel, Stop> {
    one(network.channels_with_block().collect(), "begins with a block", "channel tx", network, problems)
}

/// The one channel that is left of those that a command can be about.
fn one<'a>(
    channels: Vec<&'a Channel>,
    kind: &str,
    other: &str,
    network: &Network,
    problems: &mut Problems,
) -> Result<&'a Channel, Stop> {
    let names = |channels: &[&Channel]| channels.iter().map(|channel| channel.name.clone()).collect::<Vec<_>>().join("`, `");
    match (channels.as_slice(), network.channels.as_slice()) {
        ([channel], _) => return Ok(channel),
        ([], [channel]) => {
            let problem = Problem::new(Code::FK0279, format!("the channel `{}` is none that {kind}", channel.name));
            problems.push(problem.at(&channel.place).help(format!(
                "its profile `{}` says what it begins with: an Orderer section and an Application section a block, a Consortium and an Application section a transaction; try `{other}`",
                channel.profile
            )));
        }
        ([], _) => {
            let problem = Problem::new(Code::FK0278, format!("there is no channel that {kind}"));
            problems.push(problem.help("`--profile P --channel C` make one from any profile of configtx.yaml"));
        }
        (several, _) => {
            let problem = Problem::new(Code::FK0278, format!("one channel is needed, and there are {}", several.len()));
            problems.push(problem.help(format!("say which with `--channel C`: there are `{}`", names(several))));
        }
    }
    Err(Stop::Reported)
}

/// A channel that was chosen for its block has to begin with one.
fn check_begins_with_block(network: &Network, project: &Project, problems: &mut Problems) -> Result<(), Stop> {
    match project.channel {
        Some(_) => one_channel_with_block(network, problems).map(drop),
        None => Ok(()),
    }
}
