//! `fabkube cluster coredns`: the lines, and Corefiles that they are put into.

use crate::support::{Project, Ran};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What kubeadm gives a cluster.
const COREFILE: &str = ".:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
";

/// A project whose hosts the cluster has to be told of.
fn project() -> Project {
    let project = Project::sample();
    project.write("own.yaml", "{addressing: domain}");
    project
}

fn coredns(project: &Project, more: &[&str]) -> Ran {
    project.run(&[&["cluster", "coredns", "-f", "values.yaml", "-f", "own.yaml"], more].concat())
}

/// What becomes of a Corefile.
#[track_caller]
fn patched(project: &Project, corefile: &str) -> String {
    project.write("Corefile", corefile);
    coredns(project, &["--corefile", "Corefile"]).ok().stdout
}

fn lines(project: &Project) -> String {
    coredns(project, &[]).ok().stdout
}

#[test]
fn each_host_of_the_files_is_another_name_of_its_nodes_service() {
    assert_eq!(
        lines(&project()),
        "# fabkube: hosts of the network sample
rewrite name exact orderer0.example.com orderer-orderer0.fabric.svc.cluster.local
rewrite name exact orderer1.example.com orderer-orderer1.fabric.svc.cluster.local
rewrite name exact orderer2.example.com orderer-orderer2.fabric.svc.cluster.local
rewrite name exact peer0.org1.example.com org1-peer0.fabric.svc.cluster.local
rewrite name exact peer0.org2.example.com org2-peer0.fabric.svc.cluster.local
rewrite name exact peer1.org1.example.com org1-peer1.fabric.svc.cluster.local
rewrite name exact peer1.org2.example.com org2-peer1.fabric.svc.cluster.local
# fabkube: end of the hosts of the network sample
"
    );
}

#[test]
fn hosts_lead_to_the_namespace_of_their_org() {
    let project = Project::copy_of(&crate::support::root().join("samples/namespaces"));
    let ran = project.run(&["cluster", "coredns", "--set", "addressing=domain"]).ok();
    let rules: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("rewrite")).collect();
    let namespaces: std::collections::BTreeSet<&str> = rules.iter().map(|rule| rule.split('.').rev().nth(3).unwrap()).collect();
    assert!(rules.len() > 2 && namespaces.len() > 1, "{}", ran.stdout);
}

#[test]
fn with_service_names_nobody_needs_to_be_told() {
    let ran = Project::sample().run(&["cluster", "coredns"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.contains("knows them by itself")), ("", true));
}

#[test]
fn a_corefile_gets_the_lines_at_the_top_of_its_block_and_keeps_all_else() {
    let project = project();
    let text = patched(&project, COREFILE);
    let indented: String = lines(&project).lines().map(|line| format!("    {line}\n")).collect();
    assert_eq!(text, COREFILE.replacen(".:53 {\n", &format!(".:53 {{\n{indented}"), 1));
}

#[test]
fn stdin_is_a_file_too() {
    let project = project();
    let mut run = Command::new(env!("CARGO_BIN_EXE_fabkube"))
        .args(["cluster", "coredns", "-f", "own.yaml", "--corefile", "-"])
        .current_dir(project.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    run.stdin.take().unwrap().write_all(COREFILE.as_bytes()).unwrap();
    let text = String::from_utf8(run.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(text, patched(&project, COREFILE));
}

#[test]
fn a_changed_network_replaces_its_own_lines_and_others_stay() {
    let (one, other) = (project(), project());
    other.write("own.yaml", "{addressing: domain, network: {name: other}}");
    for file in ["crypto-config.yaml", "configtx.yaml"] {
        other.write(file, &other.read(file).replace("example.com", "example.org"));
    }
    other.write("values.yaml", "");
    let both = patched(&other, &patched(&one, COREFILE));
    let (former, moved) = ("{addressing: domain", "{namespaces: {name: moved}, addressing: domain");
    for project in [&one, &other] {
        project.replace("own.yaml", former, moved);
        let text = patched(project, &both);
        assert_eq!(text.matches(".moved.svc.").count(), 7, "{text}");
        assert_eq!(text.replace(".moved.svc.", ".fabric.svc."), both);
        project.replace("own.yaml", moved, former);
    }
    // Without hosts of its own, a network leaves.
    one.write("own.yaml", "addressing: service");
    assert_eq!(patched(&one, &both), patched(&other, COREFILE));
}

#[test]
fn corefiles_of_other_shapes_get_the_lines_where_the_clusters_services_are() {
    let project = project();
    for (before, after) in [
        (
            "(common) {\n  errors\n}\nimport custom/*.server\nexample.net:53 {\n  forward . 10.0.0.1\n}\n.:53\n{",
            "\n  import common\n  kubernetes\n}\n",
        ),
        (". {", " kubernetes cluster.local\n}"),
        (".:5353 {\n kubernetes\n}\ndns://.:53, example.net {  # any host", "\n\tkubernetes k8s.example CLUSTER.local.\n}\n"),
        (
            "# a `{` in a comment, and one in quotes\n. {",
            "\n  template IN A {\n    answer \"{ \\\" }\"\n  }\n  kubernetes {$DOMAIN} in-addr.arpa\n}\n",
        ),
    ] {
        let text = patched(&project, &format!("{before}{after}"));
        let rest = text.strip_prefix(before).unwrap_or_else(|| panic!("{text}"));
        let (between, end) = rest.rsplit_once("network sample\n").unwrap();
        assert!(between.trim_start().starts_with("# fabkube: hosts of"), "{text}");
        assert_eq!(end, after.trim_start_matches('\n'), "{text}");
        assert_eq!(patched(&project, &text), text);
    }
}

#[test]
fn a_line_of_the_users_that_says_the_same_stays() {
    let own = ".:53 {\n    rewrite stop name exact Peer0.org1.example.com. org1-peer0.fabric.svc.cluster.local\n    kubernetes cluster.local\n}\n";
    let project = project();
    let text = patched(&project, own);
    assert!(text.contains("Peer0.org1") && text.contains("exact peer0.org1.example.com org1-peer0"), "{text}");
    assert_eq!(patched(&project, &text), text);
}

/// The sample, exposed in each way, and dialled from outside by hosts of others too.
fn exposed(values: &str) -> Project {
    let project = project();
    project.write("own.yaml", values);
    project
}

const EXPOSED: &str = "
peer: {expose: {type: loadBalancer, domain: Example.net.}}
gateway: {expose: {type: nodePort, host: gateway.example.net}}
orderer: {expose: {type: nodePort, host: machine.example.net}}
orgs:
  org1.example.com: {nodes: {peer1: {expose: {host: 192.0.2.1}}}}
  org2.example.com: {peer: {expose: {type: ingress, domain: example.net}}, gateway: {expose: {type: none}}}
";

#[test]
fn hosts_outside_lead_to_their_services_where_they_are_asked_for_and_each_is_of_one() {
    let project = exposed(EXPOSED);
    let without = coredns(&project, &[]).ok();
    let declared = "gateway.example.net, org1-peer0.example.net, org2-peer0.example.net, org2-peer1.example.net";
    assert_eq!(without.stdout, "");
    for note in [
        "the cluster's DNS knows them by itself\n".to_owned(),
        format!(
            "note: hosts that `expose` declares are left to other DNS: {declared}; with `--outside` they lead to the Services\n"
        ),
        "note: hosts of several nodes are left to other DNS: machine.example.net, since none".to_owned(),
    ] {
        assert!(without.stderr.contains(&note), "{note}\n{}", without.stderr);
    }
    let with = coredns(&project, &["--outside"]).ok();
    assert_eq!(
        with.stdout,
        "# fabkube: hosts of the network sample
rewrite name exact gateway.example.net org1-peer-gateway-svc.fabric.svc.cluster.local
rewrite name exact org1-peer0.example.net org1-peer0.fabric.svc.cluster.local
rewrite name exact org2-peer0.example.net org2-peer0.fabric.svc.cluster.local
rewrite name exact org2-peer1.example.net org2-peer1.fabric.svc.cluster.local
# fabkube: end of the hosts of the network sample
"
    );
    assert!(!with.stderr.contains("`expose` declares") && with.stderr.contains("machine.example.net"), "{}", with.stderr);
    // What the files call nodes by is led either way.
    project.write("own.yaml", &format!("addressing: domain\n{EXPOSED}"));
    let both = coredns(&project, &["--outside"]).ok().stdout;
    assert_eq!(both.matches("rewrite name exact ").count(), 7 + 4, "{both}");
}

#[test]
fn lines_for_hosts_outside_are_put_in_once_and_taken_out_with_a_word() {
    let project = exposed(EXPOSED);
    project.write("Corefile", COREFILE);
    let patch = |more: &[&str]| coredns(&project, &[&["--corefile", "Corefile"], more].concat()).ok();
    let once = patch(&["--outside"]).stdout;
    assert_eq!(once.matches("rewrite name exact ").count(), 4);
    project.write("Corefile", &once);
    let twice = patch(&["--outside"]);
    assert_eq!((twice.stdout.as_str(), twice.stderr.contains("next:")), (once.as_str(), false), "{}", twice.stderr);
    let without = patch(&[]);
    assert_eq!(without.stdout, COREFILE);
    let note = "note: lines of a run with `--outside` are gone, since this one is without: gateway.example.net, org1-peer0";
    assert!(without.stderr.contains(note), "{}", without.stderr);
}

#[test]
fn hosts_of_others_are_named_and_left_to_their_dns() {
    let project = project();
    project.replace(
        "configtx.yaml",
        "      - Host: peer0.org1.example.com\n",
        "      - {Host: Peer9.partner.example.org, Port: 7051}\n      - {Host: 203.0.113.9, Port: 7051}\n      - Host: peer0.org1.example.com\n",
    );
    let ran = coredns(&project, &[]).ok();
    assert!(ran.stderr.contains("note: hosts elsewhere are left to other DNS: peer9.partner.example.org\n"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("partner"), "{}", ran.stdout);
    // Pods have it in their hosts files.
    project.write(
        "own.yaml",
        "{addressing: domain, defaults: {hostAliases: [{ip: 203.0.113.7, hostnames: [peer9.partner.example.org]}]}}",
    );
    assert!(!coredns(&project, &[]).ok().stderr.contains("elsewhere"));
}
