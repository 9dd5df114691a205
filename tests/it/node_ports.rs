//! Node ports: that they never move, whatever comes, goes or is lost. What is made of them is `exposure`'s.

use crate::block;
use crate::exposure::{WITH_OWN, addresses, object, project, rendered};
use crate::support::Project;
use std::collections::BTreeSet;

fn set<const N: usize>(list: [&str; N]) -> BTreeSet<String> {
    list.map(str::to_owned).into()
}

#[test]
fn consenters_without_tls_for_clients_have_a_node_port_of_their_own() {
    let project = project("{orderer: {expose: {type: nodePort, host: 192.0.2.1}}}");
    project.write("network.yaml", "tlsEnabled: false\nnetwork: {channels: [{name: mychannel, profile: TwoOrgs}]}\n");
    let shown = object(&project, "Service/orderer-orderer0-external");
    assert!(shown.contains("nodePort: 30000\n") && shown.contains("nodePort: 30001\n"), "{shown}");
    let orderers = ["192.0.2.1:30000", "192.0.2.1:30001", "192.0.2.1:30002", "192.0.2.1:30003"];
    assert!(orderers.iter().all(|address| addresses(&project).contains(*address)), "{:?}", addresses(&project));
    let lock = project.read("fabkube.lock");
    assert!(lock.contains("/orderer0.example.com:\n    cluster: 30001\n    grpc: 30000\n"), "{lock}");
}

/// Which node port each external Service has.
fn node_ports(project: &Project) -> BTreeSet<String> {
    let of = |(name, text): &(String, String)| {
        let port = text.lines().find_map(|line| line.trim().strip_prefix("nodePort: "))?;
        Some(format!("{} {port}", name.strip_prefix("Service/")?.strip_suffix("-external")?))
    };
    rendered(project).iter().filter_map(of).collect()
}

#[test]
fn a_node_port_stays_when_nodes_come_go_and_change_places() {
    let project = project("{peer: {expose: {type: nodePort}}}");
    let first = ["org1-peer0 30000", "org1-peer1 30001", "org2-peer0 30002", "org2-peer1 30003"];
    assert_eq!(node_ports(&project), set(first));
    // An org before the others, and one peer less after them.
    project.replace(
        "crypto-config.yaml",
        "PeerOrgs:\n",
        "PeerOrgs:\n  - {Name: Zero, Domain: zero.example.com, Template: {Count: 1}}\n",
    );
    let crypto_config = project.read("crypto-config.yaml");
    let (before, last) = crypto_config.rsplit_once("Count: 2").unwrap();
    project.write("crypto-config.yaml", &format!("{before}Count: 1{last}"));
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2]]));
    // The one that went comes back.
    project.write("crypto-config.yaml", &crypto_config);
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2], first[3]]));
    // The range is another one, and a port is declared.
    project.write(
        "own.yaml",
        "{nodePorts: {range: 31000-31010}, peer: {expose: {type: nodePort}}, gateway: {expose: {type: nodePort}}, \
         orgs: {org1.example.com: {nodes: {peer0: {expose: {nodePort: 31000}}}}}}",
    );
    let gateways = ["zero-peer-gateway-svc 31001", "org1-peer-gateway-svc 31002", "org2-peer-gateway-svc 31003"];
    let nodes = ["zero-peer0 30004", "org1-peer0 31000", first[1], first[2], first[3]];
    assert_eq!(node_ports(&project), nodes.into_iter().chain(gateways).map(str::to_owned).collect());
    // No longer declared: it has the port that it had before.
    project.write("own.yaml", "{peer: {expose: {type: nodePort}}}");
    assert_eq!(node_ports(&project), set(["zero-peer0 30004", first[0], first[1], first[2], first[3]]));
}

#[test]
fn a_run_that_writes_nothing_allots_nothing_and_says_so() {
    let project = project("{orderer: {expose: {type: nodePort, host: 192.0.2.1}}}");
    let folder = ["render", "--output-dir", "out"];
    project.run(&[&folder[..], WITH_OWN].concat()).ok();
    project.run(&[&folder[..], WITH_OWN, &["--check"]].concat()).ok();
    let lock = project.read("fabkube.lock");
    let (made, ports) = lock.split_once("nodePorts:\n").unwrap();
    assert_eq!(ports.lines().count(), 6, "{ports}");

    // As a lock is that was written before nodes were exposed.
    project.write("fabkube.lock", made);
    for option in ["--frozen", "--check"] {
        let ran = project.run(&[&folder[..], WITH_OWN, &[option]].concat()).wrong();
        assert_eq!(ran.stderr.matches("error[FK0700]").count(), 3, "{}", ran.stderr);
    }
    for command in [&["check"][..], &["show"], &["show", "-o", "yaml"], &["crypto", "generate"]] {
        project.run(&[command, &["-f", "values.yaml", "-f", "own.yaml"]].concat()).ok();
        assert_eq!(project.read("fabkube.lock"), made, "{command:?}");
    }
    let ran = project.run(&[&["render"], WITH_OWN].concat()).ok();
    assert!(ran.stderr.contains("made node port 30000 of orderer-orderer0-external (grpc)\n"), "{}", ran.stderr);
    assert_eq!(project.read("fabkube.lock"), lock);
}

#[test]
fn a_block_made_by_itself_keeps_its_ports() {
    let project = project("{peer: {expose: {type: nodePort, host: node.example.net}}}");
    let own = ["-f", "values.yaml", "-f", "own.yaml"];
    project.run(&[&["crypto", "generate"][..], &own].concat()).ok();
    for command in [&["channel", "org", "Org1"][..], &["channel", "anchors", "--channel", "mychannel", "--org", "Org1"]] {
        let ran = project.run(&[command, &own].concat()).wrong();
        assert!(ran.stderr.contains("error[FK0700]"), "{}", ran.stderr);
    }
    project.run(&[&["channel", "genesis", "--channel", "mychannel", "-o", "own.block"][..], &own].concat()).ok();
    let lock = project.read("fabkube.lock");
    assert!(lock.contains("/peer0.org2.example.com:\n    grpc: 30002\n"), "{lock}");
    let block = std::fs::read(project.path().join("own.block")).unwrap();
    assert!(block::addresses(&block).iter().any(|dialled| dialled.address == "node.example.net:30002"));
    project.run(&[&["channel", "org", "Org1", "--as-written"][..], &own].concat()).ok();
    project.run(&[&["channel", "org", "Org1"][..], &own].concat()).ok();
}

#[test]
fn ports_whose_lock_is_gone_are_not_allotted_again_without_a_word() {
    let project = project("{orderer: {expose: {type: nodePort, domain: example.net}}, gateway: {expose: {type: nodePort}}}");
    let first = ["orderer-orderer0 30000", "orderer-orderer1 30001", "orderer-orderer2 30002"];
    let gateways = ["org1-peer-gateway-svc 30003", "org2-peer-gateway-svc 30004"];
    let all = |gateways: [&str; 2]| first.into_iter().chain(gateways).map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(node_ports(&project), all(gateways));
    let (lock, keys) = (project.read("fabkube.lock"), project.tree("crypto-config"));
    project.remove("fabkube.lock");
    for command in [&["render"][..], &["render", "--frozen"], &["check"], &["crypto", "generate"]] {
        let more = if command[0] == "render" { WITH_OWN } else { &["-f", "values.yaml", "-f", "own.yaml"] };
        let ran = project.run(&[command, more].concat()).wrong();
        let said = ran.stdout + &ran.stderr;
        assert_eq!((said.matches("error[FK0718]").count(), said.contains("FK0700")), (1, false), "{said}");
        assert!(!project.path().join("fabkube.lock").exists());
    }
    // Whoever knows the ports declares them: then others are not in doubt, and orderers have those that the block says.
    let declared = "orgs: {org1.example.com: {gateway: {expose: {nodePort: 30104}}}, org2.example.com: {gateway: {expose: {nodePort: 30103}}}}";
    project.write(
        "own.yaml",
        &format!("{{orderer: {{expose: {{type: nodePort, domain: example.net}}}}, gateway: {{expose: {{type: nodePort}}}}, {declared}}}"),
    );
    assert_eq!(node_ports(&project), all(["org1-peer-gateway-svc 30104", "org2-peer-gateway-svc 30103"]));
    // Or gives them up.
    project.remove("fabkube.lock");
    project.write("own.yaml", "{orderer: {expose: {type: nodePort, domain: example.net}}, gateway: {expose: {type: nodePort}}}");
    project.run(&[&["render", "--new-network"], WITH_OWN].concat()).ok();
    assert_eq!((project.read("fabkube.lock"), project.tree("crypto-config")), (lock, keys));
}

#[test]
fn hosts_of_the_files_leave_the_keys_alone_to_show_that_a_lock_was_there() {
    let project = project("{addressing: domain, gateway: {expose: {type: nodePort}}}");
    rendered(&project);
    project.remove("fabkube.lock");
    let ran = project.run(&[&["render"], WITH_OWN].concat()).wrong();
    assert!(ran.stderr.contains("error[FK0718]") && ran.stderr.contains("/tls/server.crt\n"), "{}", ran.stderr);
}

#[test]
fn ports_that_a_killed_run_wrote_down_before_its_first_key_are_those_of_the_next() {
    let project = project("{gateway: {expose: {type: nodePort}}}");
    project.write("fabkube.lock", "nodePorts:\n  peerOrganizations/org2.example.com:\n    grpc: 30007\n");
    assert_eq!(node_ports(&project), set(["org1-peer-gateway-svc 30000", "org2-peer-gateway-svc 30007"]));
}

#[test]
fn what_is_not_allotted_yet_is_shown_as_such() {
    let values = "{orderer: {expose: {type: nodePort, domain: example.net}}, gateway: {expose: {type: nodePort}}, \
                  orgs: {example.com: {nodes: {orderer0: {expose: {port: 443}}, orderer1: {expose: {nodePort: 30007}}}}}}";
    let project = project(values);
    let show = |more: &[&str]| project.run(&[&["show", "-f", "values.yaml", "-f", "own.yaml"], more].concat()).ok();
    let awaits = "its node port allotted at `render`";
    let shown = show(&[]).stdout;
    for line in [
        format!(
            "[grpc 7050, grpc 443, admin 7053, operations 9443]  outside by nodePort [grpc orderer-orderer0.example.net:443, {awaits}]"
        ),
        "grpc 30007, admin 7053, operations 9443]  outside by nodePort [grpc orderer-orderer1.example.net:30007]".to_owned(),
        format!("[grpc 7050, admin 7053, operations 9443]  outside by nodePort [grpc orderer-orderer2.example.net, {awaits}]"),
        format!("outside by nodePort [grpc, {awaits}]"),
    ] {
        assert!(shown.contains(&line), "{line}\n{shown}");
    }
    let note = "note: not allotted yet, and perhaps others once `render` allots them: node port 30000 of orderer-orderer0-external (grpc), ";
    assert!(show(&["-o", "json"]).stderr.contains(note));
    rendered(&project);
    let shown = show(&[]).stdout;
    assert!(shown.contains("[grpc orderer-orderer2.example.net:30001]") && !shown.contains(awaits), "{shown}");
    assert!(!show(&["-o", "json"]).stderr.contains("not allotted"));
}
