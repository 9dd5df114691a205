//! Loads the four files and lays the command line over them. Every problem of every file is found in one go.

use super::configtx::ConfigTx;
use super::crypto_config::CryptoConfig;
use super::network_file::{ChannelEntry, NetworkFile};
use super::values::{self, Values};
use super::{ConfigTxFile, Inputs, NetworkInput, collections, pivt};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs;
use crate::project::{Assignment, AssignmentKind, Project};
use crate::yaml::{self, Content, Dialect, Keys, Node, Rules, SetKind, Spanned, Typing, Unknown};
use std::path::{Path, PathBuf};

/// cryptogen ignores keys that it does not know.
const CRYPTOGEN: Rules =
    Rules { keys: Keys::Exact, unknown: Unknown::Warn, typing: Typing::Go, dialect: Dialect::V2, forms: &[] };
/// configtxgen refuses unknown keys, folds the case of known ones, and takes numbers for text and back.
const CONFIGTXGEN: Rules =
    Rules { keys: Keys::AnyCase, unknown: Unknown::Error, typing: Typing::Weak, dialect: Dialect::V2, forms: &[] };
/// network.yaml may hold any of PIVT's Helm values.
const PIVT: Rules = Rules { keys: Keys::Exact, unknown: Unknown::Warn, typing: Typing::Go, dialect: Dialect::V2, forms: &[] };

/// Everything that the user wrote, or every reason why it cannot be read.
pub fn load(project: &Project, problems: &mut Problems) -> Result<Inputs, Stop> {
    let (values, of_network) = load_values(project, problems)?;
    let version = project.fabric_version.as_deref().or(values.as_ref().map(|v| v.settings.fabric.version.value.as_str()));
    let configtx_tree = load_configtx_tree(project, problems)?;
    let dialect = dialect(version.unwrap_or_default(), configtx_tree.as_ref().map(|(tree, _)| tree));

    let crypto_config_place = Place::file(project.crypto_config_files().first().map_or(Path::new(""), PathBuf::as_path));
    let crypto_config = load_crypto_config(project, dialect, problems)?;
    let configtx = configtx_tree.and_then(|(tree, file)| {
        let place = Place::file(&file);
        let content: ConfigTx = yaml::read(&tree.merged(dialect, problems), Rules { dialect, ..CONFIGTXGEN }, problems)?;
        let dir = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Some(ConfigTxFile { content, dir, place })
    });
    let network = load_network(project, of_network, problems)?;

    problems.stop_on_errors()?;
    match values {
        Some(values) => Ok(Inputs {
            crypto_config,
            crypto_config_place,
            configtx,
            network,
            values,
            namespace: project.namespace.clone(),
            fabric_version: project.fabric_version.clone(),
        }),
        None => Err(Stop::Reported),
    }
}

/// Go's YAML changed with Fabric 3: the version decides, and where none is given, what only Fabric 3 knows.
fn dialect(version: &str, configtx: Option<&Node>) -> Dialect {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match (major, configtx) {
        (Some(major), _) if major >= 3 => Dialect::V4,
        (None, Some(tree)) if mentions_key(tree, "V3_0") => Dialect::V4,
        _ => Dialect::V2,
    }
}

fn mentions_key(node: &Node, key: &str) -> bool {
    match &node.content {
        Content::Mapping(pairs) => pairs.iter().any(|(name, value)| name.text() == Some(key) || mentions_key(value, key)),
        Content::Sequence(items) => items.iter().any(|item| mentions_key(item, key)),
        _ => false,
    }
}

fn load_crypto_config(project: &Project, dialect: Dialect, problems: &mut Problems) -> Result<CryptoConfig, Stop> {
    let mut whole = CryptoConfig::default();
    for file in project.crypto_config_files() {
        let Some(tree) = load_tree(&file, problems)? else {
            problems.push(
                Problem::new(Code::FK0102, format!("`{}` is not there", file.display()))
                    .help("fabkube starts from cryptogen's crypto-config.yaml: name its folder with `-C DIR` or the file with `--crypto-config FILE`"),
            );
            continue;
        };
        let Some(tree) = tree else { continue };
        let into_structs = if dialect == Dialect::V2 { Dialect::V2Structs } else { dialect };
        let tree = tree.merged(into_structs, problems);
        let Some(one) = yaml::read::<CryptoConfig>(&tree, Rules { dialect, ..CRYPTOGEN }, problems) else { continue };
        let CryptoConfig { orderer_orgs, peer_orgs, external_peer_orgs, external_orderer_orgs } = one;
        whole.orderer_orgs.extend(orderer_orgs);
        whole.peer_orgs.extend(peer_orgs);
        whole.external_peer_orgs.extend(external_peer_orgs);
        whole.external_orderer_orgs.extend(external_orderer_orgs);
    }
    Ok(whole)
}

fn load_configtx_tree(project: &Project, problems: &mut Problems) -> Result<Option<(Node, PathBuf)>, Stop> {
    for file in project.configtx_files() {
        if let Some(tree) = load_tree(&file, problems)? {
            return Ok(tree.map(|tree| (tree, file)));
        }
    }
    report_missing(project.configtx.as_deref(), problems);
    Ok(None)
}

/// What values say of the network, which is PIVT's way: what files say counts below network.yaml, and `--set` above it.
#[derive(Default)]
struct OfNetwork {
    below: Option<Node>,
    above: Option<Node>,
}

fn load_network(project: &Project, values: OfNetwork, problems: &mut Problems) -> Result<Option<NetworkInput>, Stop> {
    let file = project.network_file();
    let found = load_tree(&file, problems)?;
    if found.is_none() {
        report_missing(project.network.as_deref(), problems);
    }
    let there = found.is_some() || [&values.below, &values.above].into_iter().flatten().any(says_something);
    let mut tree = values.below.unwrap_or_else(|| Node::null(Place::file(&file)));
    if let Some(found) = found.flatten() {
        let mut found = found.merged(Dialect::V2, problems);
        pivt::take_out(&mut found, problems);
        pivt::warn_of_difference(&tree, &found, problems);
        tree.overlay(found);
    }
    tree.overlay(values.above.unwrap_or_else(|| Node::null(Place::file(&file))));
    let dir = file.parent().map(Path::to_path_buf).unwrap_or_default();
    collections::bring_in(&mut tree, &dir, problems)?;
    let mut content: NetworkFile = yaml::read(&tree, PIVT, problems).unwrap_or_default();
    let Some((choice, profile)) = project.channel.as_ref().and_then(|choice| Some((choice, choice.profile.as_ref()?))) else {
        return Ok(there.then(|| NetworkInput { content, dir, place: Place::file(&file) }));
    };
    // A command about one channel takes it from the command line instead.
    let option = |text: &str, value: &str| Spanned { value: value.to_owned(), place: Place::option(&format!("{text} {value}")) };
    let name = option("--channel", &choice.channel);
    let place = name.place.clone();
    let entry = ChannelEntry { name, profile: Some(option("--profile", profile)), ..ChannelEntry::default() };
    content.network.genesis_profile = None;
    content.network.channels = vec![Spanned { value: entry, place: place.clone() }];
    Ok(Some(NetworkInput { content, dir, place }))
}

fn says_something(tree: &Node) -> bool {
    match &tree.content {
        Content::Mapping(pairs) => pairs.iter().any(|(_, value)| says_something(value)),
        Content::Scalar(_) | Content::Sequence(_) => !tree.is_null(),
    }
}

/// Values by themselves, for what needs no network.
pub fn values(project: &Project, problems: &mut Problems) -> Result<Values, Stop> {
    load_values(project, problems)?.0.ok_or(Stop::Reported)
}

fn load_values(project: &Project, problems: &mut Problems) -> Result<(Option<Values>, OfNetwork), Stop> {
    let Some(mut tree) = yaml::parse(Path::new(values::DEFAULTS_NAME), values::DEFAULTS, problems) else {
        return Ok((None, OfNetwork::default()));
    };
    let usual = project.values_file();
    // The user's values by themselves: a null in them takes back what others of them say, and the defaults stay.
    let mut own = Node { content: Content::Mapping(Vec::new()), place: Place::file(&usual) };
    for file in std::iter::once(&usual).chain(&project.values) {
        match load_tree(file, problems)? {
            Some(Some(one)) => {
                let mut one = one.merged(Dialect::Strict, problems);
                pivt::take_out(&mut one, problems);
                match &one.content {
                    Content::Mapping(_) => own.overlay(one),
                    Content::Scalar(_) | Content::Sequence(_) => drop(Values::read(one, tree.clone(), problems)),
                }
            }
            Some(None) => {}
            None if *file == usual => {}
            None => report_missing(Some(file), problems),
        }
    }
    let below = Some(pivt::take_network(&mut own));
    for assignment in &project.assignments {
        for yaml::Assignment { path, value } in assigned(assignment, problems)?.unwrap_or_default() {
            own.set(&path, value);
        }
    }
    let above = Some(pivt::take_network(&mut own));
    values::take_back(&mut own).map_err(Stop::Internal)?;
    let defaults = tree.clone();
    tree.overlay(own);
    Ok((Values::read(tree, defaults, problems), OfNetwork { below, above }))
}

fn assigned(assignment: &Assignment, problems: &mut Problems) -> Result<Option<Vec<yaml::Assignment>>, Stop> {
    let Assignment { kind, text } = assignment;
    Ok(match kind {
        AssignmentKind::Typed => yaml::assignments("--set", text, SetKind::Typed, problems),
        AssignmentKind::String => yaml::assignments("--set-string", text, SetKind::String, problems),
        AssignmentKind::File => {
            let Some(mut assignments) = yaml::assignments("--set-file", text, SetKind::File, problems) else { return Ok(None) };
            for yaml::Assignment { value, .. } in &mut assignments {
                let file = PathBuf::from(value.text().unwrap_or_default());
                match fs::read_if_there(&file)? {
                    Some(bytes) => *value = Node::string(String::from_utf8_lossy(&bytes), value.place.clone()),
                    None => report_missing(Some(&file), problems),
                }
            }
            Some(assignments)
        }
    })
}

/// The tree of a file: `None` where there is no such file, `Some(None)` where it cannot be read (which is in the problems).
pub(super) fn load_tree(file: &Path, problems: &mut Problems) -> Result<Option<Option<Node>>, Stop> {
    let Some(bytes) = fs::read_if_there(file)? else { return Ok(None) };
    let Ok(text) = String::from_utf8(bytes) else {
        problems.push(
            Problem::new(Code::FK0101, "the file is not UTF-8 text")
                .at(&Place::file(file))
                .help("save it as UTF-8, without a BOM"),
        );
        return Ok(Some(None));
    };
    Ok(Some(yaml::parse(file, &text, problems)))
}

/// A file that the user named and that is not there; files that are only looked for may be missing.
fn report_missing(named: Option<&Path>, problems: &mut Problems) {
    if let Some(file) = named {
        problems.push(Problem::new(Code::FK0102, format!("`{}` is not there", file.display())).help("check the path"));
    }
}
