//! `fabkube cluster kind`: what is printed, with and without a project.

use crate::support::Project;

#[test]
fn a_cluster_of_kind_balances_by_ipvs_without_a_word_and_without_a_project() {
    let ran = Project::empty().run(&["cluster", "kind"]).ok();
    assert_eq!(
        ran.stdout,
        "kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking:
  kubeProxyMode: ipvs
kubeadmConfigPatches:
  - |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    ipvs:
      scheduler: rr
nodes:
  - role: control-plane
"
    );
    assert!(ran.stderr.contains("retiring ipvs"), "{}", ran.stderr);
}

#[test]
fn everything_that_can_be_said_of_a_cluster_of_kind() {
    let project = Project::empty();
    project.write("values.yaml", "clusterDomain: k8s.example");
    let args = ["--name", "try", "--workers", "1", "--scheduler", "lc", "--kubernetes", "kindest/node:v1.34.0"];
    assert_eq!(
        project.run(&[&["cluster", "kind"], args.as_slice()].concat()).ok().stdout,
        "kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: try
networking:
  kubeProxyMode: ipvs
kubeadmConfigPatches:
  - |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    ipvs:
      scheduler: lc
  - |
    kind: ClusterConfiguration
    networking:
      dnsDomain: k8s.example
nodes:
  - role: control-plane
    image: kindest/node:v1.34.0
  - role: worker
    image: kindest/node:v1.34.0
"
    );
}

#[test]
fn the_modes_that_leave_it_to_chance_have_no_scheduler_and_no_warning() {
    for mode in ["nftables", "iptables"] {
        let ran = Project::empty().run(&["cluster", "kind", "--proxy-mode", mode]).ok();
        assert!(ran.stdout.contains(&format!("  kubeProxyMode: {mode}\n")), "{}", ran.stdout);
        assert!(!ran.stdout.contains("Patches") && !ran.stderr.contains("ipvs"), "{}{}", ran.stdout, ran.stderr);
    }
}
