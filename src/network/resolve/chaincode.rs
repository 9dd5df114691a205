//! Where peers' chaincodes run: as values.yaml says, or as the Fabric version allows.

use super::Cluster;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::values::{ChaincodeSettings, words};
use crate::input::{Inputs, given};
use crate::network::{ChaincodeRuntime, Dind, EnvVar, Paths, PodSecurity, image_reference, versions};
use crate::yaml::{Free, FreeMap, Spanned};

/// The kind of runtime that all peers of an org have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Ccaas,
    Dind,
    None,
}

/// What values say; where they say nothing, chaincode as a service where the peer's image can do it.
fn choice(settings: &ChaincodeSettings, cluster: &Cluster, problems: &mut Problems) -> Choice {
    let wanted = &settings.runtime;
    let knows_ccaas = cluster.version.features().ccaas_builder;
    if !given(wanted) {
        return if knows_ccaas { Choice::Ccaas } else { Choice::Dind };
    }
    super::settings::one_of(wanted, "chaincode runtime", words::CHAINCODE_RUNTIME, problems);
    match wanted.value.as_str() {
        "dind" => Choice::Dind,
        "none" => Choice::None,
        "ccaas" if !knows_ccaas => {
            let message = format!("peers of Fabric {} run no chaincode as a service by themselves", cluster.version);
            let help = format!(
                "leave `chaincode.runtime` out, or use a version from 2.4.1 on, whose image has the builder: `fabric: {{version: {}}}`",
                versions::DEFAULT
            );
            problems.push(Problem::new(Code::FK0287, message).at(&wanted.place).help(help));
            Choice::None
        }
        _ => Choice::Ccaas,
    }
}

/// Says once what Docker means for the namespaces of peers of an org.
pub fn warn_of_docker(domain: &str, inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) {
    let wanted = &inputs.values.chaincode(domain, problems).0.runtime;
    let message = format!(
        "peers of Fabric {} build and start chaincodes in a Docker beside them, which is privileged: their namespaces need the Pod Security \
         level `privileged`",
        cluster.version
    );
    let problem = Problem::new(Code::FK0288, message);
    let problem = if given(wanted) { problem.at(&wanted.place) } else { problem };
    problems.push(problem.help(if cluster.version.features().ccaas_builder {
        "leave `chaincode.runtime` out: peers of this version dial chaincodes that Kubernetes runs".to_owned()
    } else {
        let ccaas = versions::DEFAULT;
        format!(
            "`chaincode: {{runtime: none}}` does without, where chaincodes are not needed; Fabric {ccaas} runs them as services"
        )
    }));
}

/// A runtime, as values call it.
pub fn word(runtime: &ChaincodeRuntime) -> &'static str {
    match runtime {
        ChaincodeRuntime::Ccaas => "ccaas",
        ChaincodeRuntime::Dind(_) => "dind",
        ChaincodeRuntime::None => "none",
    }
}

/// The runtime of an org's peers.
pub fn runtime(settings: &ChaincodeSettings, inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) -> ChaincodeRuntime {
    super::settings::one_of(&settings.servers, "way to share servers of chaincodes", words::CHAINCODE_SERVERS, problems);
    match choice(settings, cluster, problems) {
        Choice::Ccaas => ChaincodeRuntime::Ccaas,
        Choice::None => ChaincodeRuntime::None,
        Choice::Dind => {
            let (dind, everywhere) = (&settings.dind, &inputs.values.settings.image);
            let (repository, tag) = (&dind.image.repository, &dind.image.tag);
            let is_too_new =
                repository.ends_with("library/docker") && image_reference::major(tag).is_some_and(|major| major >= 29);
            if is_too_new && !cluster.version.builds_with_docker_29() {
                let message = format!("peers of Fabric {} cannot build chaincodes with Docker `{tag}`", cluster.version);
                let help = format!("leave the tag out: it is `{}` then", cluster.version.docker_tag());
                problems.push(Problem::new(Code::FK0229, message).at(&tag.place).help(help));
            }
            ChaincodeRuntime::Dind(Dind {
                image: super::settings::image(&dind.image, (everywhere, cluster.version.docker_tag()), problems),
                resources: super::settings::resources(&dind.resources, problems),
                socket: format!("{}/docker.sock", Paths::STANDARD.docker),
            })
        }
    }
}

/// A peer that knows neither Docker nor a builder ends at once (fabric `internal/peer/node/start.go`, "VMEndpoint not set and no
/// ExternalBuilders defined"); `env` has the user's variables too.
pub fn check_builders(config: &FreeMap, env: &[EnvVar], cluster: &Cluster, problems: &mut Problems) {
    let Some((key, builders)) = setting(config, "chaincode", "externalBuilders") else { return };
    let is_empty = match builders {
        Free::List(items) => items.is_empty(),
        Free::Map(map) => map.is_empty(),
        Free::Text(text) => text.is_empty(),
        Free::Null | Free::Bool(_) | Free::Int(_) | Free::Unsigned(_) | Free::Float(_) => false,
    };
    let is_docker = |variable: &EnvVar| {
        let has_value = variable.value_from.is_some() || variable.value.as_ref().is_some_and(|value| !value.is_empty());
        variable.name == "CORE_VM_ENDPOINT" && has_value
    };
    let endpoint = setting(config, "vm", "endpoint").and_then(|(_, endpoint)| endpoint.text());
    let has_docker = env.iter().any(is_docker) || endpoint.is_some_and(|endpoint| !endpoint.is_empty());
    if is_empty && !has_docker && cluster.version.features().lifecycle {
        let message = "without Docker and with an empty `chaincode.externalBuilders` peers would not start";
        problems.push(Problem::new(Code::FK0780, message).at(key).help(
            "take it out: fabkube gives peers the builder that `chaincode.runtime` asks for, and one that takes no chaincode for `none`",
        ));
    }
}

/// What is under two keys of core.yaml, one below the other, and where; Fabric reads them in any case.
fn setting<'f>(config: &'f FreeMap, above: &str, key: &str) -> Option<(&'f Place, &'f Free)> {
    let Free::Map(section) = &find(config, above)?.1.value else { return None };
    find(section, key).map(|(key, value)| (&key.place, &value.value))
}

fn find<'f>(map: &'f FreeMap, wanted: &str) -> Option<&'f (Spanned<String>, Spanned<Free>)> {
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted))
}

/// The Pod Security level that a pod with it meets.
pub fn security(runtime: &ChaincodeRuntime) -> PodSecurity {
    match runtime {
        ChaincodeRuntime::Dind(_) => PodSecurity::Privileged,
        ChaincodeRuntime::Ccaas | ChaincodeRuntime::None => PodSecurity::Restricted,
    }
}
