//! What the pods of flows are told. What flows do is `network::flow`'s.

use super::{Cluster, pods, settings};
use crate::diag::Problems;
use crate::input::Inputs;
use crate::network::flow::Flow;
use crate::network::{Reach, names};

/// What the pods of all flows have in common.
pub fn flow(inputs: &Inputs, cluster: &Cluster, problems: &mut Problems) -> Flow {
    let (given, everywhere) = (&inputs.values.settings.flow, &inputs.values.settings.image);
    let of_pods = inputs.values.beside("flow", problems);
    let (application, component) = names::FLOW;
    let labels = names::labels(&cluster.network, application, component, None);
    let made = pods::Made {
        labels: &labels,
        siblings: (labels.clone(), Reach::Namespace),
        mounts: Vec::new(),
        volumes: Vec::new(),
        ports: Vec::new(),
    };
    let mut pod = pods::pod(&of_pods, made, problems);
    // One pod has nobody to keep away from.
    pod.anti_affinity = None;
    pod.topology_spread_constraints.clear();
    Flow {
        image: settings::image(&given.image, (everywhere, ""), problems),
        pull_secrets: everywhere.pull_secrets.iter().map(|name| name.value.clone()).collect(),
        resources: settings::resources(&given.resources, problems),
        node_selector: of_pods.node_selector.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
        tolerations: settings::tolerations(&of_pods.tolerations, problems),
        pod,
        labels,
    }
}
