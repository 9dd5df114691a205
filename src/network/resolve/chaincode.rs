//! Where peers' chaincodes run: as values.yaml says, or as the Fabric version allows.

use super::{Cluster, settings};
use crate::diag::{Code, Problem, Problems};
use crate::input::{Inputs, given};
use crate::network::{ChaincodeRuntime, Dind, Paths, PodSecurity, image_reference, versions};

/// The kind of runtime that all peers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Ccaas,
    Dind,
    None,
}

/// What values say; where they say nothing, chaincode as a service where the peer's image can do it.
pub fn choice(inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) -> Choice {
    let wanted = &inputs.values.settings.chaincode.runtime;
    let knows_ccaas = cluster.version.features().ccaas_builder;
    if !given(wanted) {
        return if knows_ccaas { Choice::Ccaas } else { Choice::Dind };
    }
    settings::one_of(wanted, "chaincode runtime", &["ccaas", "dind", "none"], problems);
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

/// Says once what Docker means for the namespaces of peers.
pub fn warn_of_docker(inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) {
    let wanted = &inputs.values.settings.chaincode.runtime;
    let message = format!(
        "peers of Fabric {} build and start chaincodes in a Docker beside them, which is privileged: their namespaces get the Pod Security \
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

/// A peer's runtime.
pub fn runtime(choice: Choice, inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) -> ChaincodeRuntime {
    match choice {
        Choice::Ccaas => ChaincodeRuntime::Ccaas,
        Choice::None => ChaincodeRuntime::None,
        Choice::Dind => {
            let (dind, everywhere) = (&inputs.values.settings.chaincode.dind, &inputs.values.settings.image);
            let (repository, tag) = (&dind.image.repository, &dind.image.tag);
            let is_too_new =
                repository.ends_with("library/docker") && image_reference::major(tag).is_some_and(|major| major >= 29);
            if is_too_new && !cluster.version.builds_with_docker_29() {
                let message = format!("peers of Fabric {} cannot build chaincodes with Docker `{tag}`", cluster.version);
                let help = format!("leave the tag out: it is `{}` then", cluster.version.docker_tag());
                problems.push(Problem::new(Code::FK0229, message).at(&tag.place).help(help));
            }
            ChaincodeRuntime::Dind(Dind {
                image: settings::image(&dind.image, (everywhere, cluster.version.docker_tag()), problems),
                resources: settings::resources(&dind.resources, problems),
                socket: format!("{}/docker.sock", Paths::STANDARD.docker),
            })
        }
    }
}

/// The Pod Security level that a pod with it meets.
pub fn security(runtime: &ChaincodeRuntime) -> PodSecurity {
    match runtime {
        ChaincodeRuntime::Dind(_) => PodSecurity::Privileged,
        ChaincodeRuntime::Ccaas | ChaincodeRuntime::None => PodSecurity::Restricted,
    }
}
