//! The Fabric version that the user names, or the inputs ask for. What versions know is `network::versions`'s.

use super::channels;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::{Inputs, given};
use crate::network::{FabricVersion, versions};
use crate::yaml::Spanned;

/// What the user wrote of it; empty where nothing.
pub fn wanted(inputs: &Inputs) -> Spanned<String> {
    match &inputs.fabric_version {
        Some(version) => Spanned { value: version.clone(), place: Place::option(&format!("--fabric-version {version}")) },
        None => inputs.values.settings.fabric.version.clone(),
    }
}

/// The version that the user named; else, and where that is none, the one that the inputs ask for, so that nothing is said about a
/// version that nobody meant.
pub fn version(inputs: &Inputs, problems: &mut Problems) -> FabricVersion {
    let wanted = wanted(inputs);
    let named = if given(&wanted) { named_version(&wanted, problems) } else { None };
    named.unwrap_or_else(|| channels::version_chosen(inputs))
}

/// The version that a text names; `None`, and a problem, where it names none. A patch that may have come out after this fabkube is
/// taken for what it says.
pub fn named_version(wanted: &Spanned<String>, problems: &mut Problems) -> Option<FabricVersion> {
    match wanted.parse::<FabricVersion>() {
        Ok(version) => {
            if let Some(newest) = version.known_before() {
                let message = format!("fabkube knows no Fabric {version}: the newest of its line that it knows is {newest}");
                let help = "nothing is to be done where it has come out since: it is taken to know what that one knows";
                problems.push(Problem::new(Code::FK0226, message).at(&wanted.place).help(help));
            }
            Some(version)
        }
        Err(reason) => {
            let lines = versions::lines().join("`, `");
            let help = format!("write a release, `{}`, or a line of releases: `{lines}`", versions::DEFAULT);
            problems.push(Problem::new(Code::FK0213, reason).at(&wanted.place).help(help));
            None
        }
    }
}
