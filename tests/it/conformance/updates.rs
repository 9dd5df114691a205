//! Config updates, judged by Fabric: orderers take them, a new orderer follows, and configtxlator computes the same.

use super::client::{Admin, CHANNEL, address};
use super::cluster::Cluster;
use super::manifests::Manifests;
use super::network::{join_orderers, leave_couchdb_out};
use super::pod::Pod;
use super::programs::{programs, programs_from, say};
use crate::support::Project;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A network with an orderer and an org that its channel does not know yet.
fn project_before() -> Project {
    let project = Project::sample();
    project.replace(
        "crypto-config.yaml",
        "      - Hostname: orderer2\n",
        "      - Hostname: orderer2\n      - Hostname: orderer3\n",
    );
    let org3 =
        section(&project.read("crypto-config.yaml"), "  - Name: Org2", "\u{0}").replace("Org2", "Org3").replace("org2", "org3");
    project.write("crypto-config.yaml", &format!("{}{org3}", project.read("crypto-config.yaml")));
    project
}

/// The files with both, another batch size, and another anchor peer.
fn change(project: &Project) {
    let name = "configtx.yaml";
    let org3 = section(&project.read(name), "  - &Org2", "Application: &").replace("Org2", "Org3").replace("org2", "org3");
    project.replace(name, "Application: &", &format!("{org3}Application: &"));
    project.replace(name, "        - *Org2\n", "        - *Org2\n        - *Org3\n");
    project.replace(name, "MaxMessageCount: 500", "MaxMessageCount: 100");
    project.replace(name, "Host: peer0.org1.example.com", "Host: peer1.org1.example.com");
    let consenter = section(&project.read(name), "      - Host: orderer2", "  Organizations:");
    project.replace(name, &consenter, &format!("{consenter}{}", consenter.replace("orderer2", "orderer3")));
    project.replace(
        name,
        "      - orderer2.example.com:7050\n",
        "      - orderer2.example.com:7050\n      - orderer3.example.com:7050\n",
    );
}

/// The text from the first mark up to the second, or to the end.
fn section(text: &str, from: &str, to: &str) -> String {
    let text = &text[text.find(from).unwrap()..];
    text[..text.find(to).unwrap_or(text.len())].to_owned()
}

#[test]
fn fabric_takes_updates_of_a_running_channel() {
    let Some(bin) = programs_from((2, 5)) else { return };
    let begun = Instant::now();
    let project = project_before();
    let manifests = Manifests::read(&project.run(&["render"]).ok().stdout);
    let block = project.path().join(format!("channel-artifacts/{CHANNEL}.block"));
    let mut cluster = match Cluster::new(manifests, bin, &[]) {
        Ok(cluster) => cluster,
        Err(lacking) => return say(&format!("skipped: {lacking}")),
    };
    leave_couchdb_out(&mut cluster, "updates");
    cluster.start("orderer");
    join_orderers(&cluster, &[], block.to_str().unwrap());
    cluster.start("peer");
    let orderer_admin = project.path().join("crypto-config/ordererOrganizations/example.com/users/Admin@example.com/msp");
    let running = Running { cluster: &cluster, project: &project, orderer_admin: &orderer_admin };

    // All at once: an org, a consenter, a batch size, an anchor peer.
    change(&project);
    running.fetch(1);
    let said = project.run(&["channel", "update", "--from", "1.block", "-o", "1.pb"]).ok();
    for line in ["+ /Channel/Application/Org3MSP\n", "  /Channel/Orderer BatchSize MaxMessageCount 500 → 100\n"] {
        assert!(said.stderr.contains(line), "{line} is not in\n{}", said.stderr);
    }
    running.sign("1.pb", "ordererOrganizations/example.com", "OrdererMSP", &[]);
    let second = second_administrator(&project, "org2.example.com");
    project.run(&["channel", "sign", "1.pb", "--msp-dir", second, "--msp-id", "Org2MSP"]).ok();
    running.sign("1.pb", "peerOrganizations/org1.example.com", "Org1MSP", &["--envelope"]);
    running.send("1.pb");

    // The new orderer joins with the newest configuration and follows; the new org's peer comes with the first block.
    running.fetch(2);
    let orderers = cluster.nodes("orderer");
    let [.., new] = orderers.as_slice() else { panic!("there are no orderers") };
    running.join(new, &project.path().join("2.block"));
    let peers = cluster.nodes("peer");
    let org3 = peers.iter().find(|pod| pod.label("org") == "org3").expect("a peer of Org3");
    let (admin, at) = (Admin::new(&cluster, org3), address(&cluster, &[], &org3.name, "grpc"));
    admin
        .peer(&cluster, &at, &["channel", "join", "-b", block.to_str().unwrap()])
        .unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
    cluster.wait("the new org's peer to have both blocks", || {
        let height = admin.height(&cluster, &at)?;
        (height == 2).then_some(()).ok_or(format!("it has {height}"))
    });
    let same = project.run(&["channel", "update", "--from", "2.block", "-o", "none.pb"]).ok();
    assert!(same.stderr.contains("no update is needed") && !project.path().join("none.pb").exists(), "{}", same.stderr);

    // Two consenters go, one after the other; Fabric's own tool signs too.
    let name = "configtx.yaml";
    project.replace(name, &section(&project.read(name), "      - Host: orderer1", "      - Host: orderer3"), "");
    project.run(&["channel", "update", "--from", "2.block", "-o", "update.pb", "--envelope"]).ok();
    for (update, after) in [("update.1.pb", 3), ("update.2.pb", 4)] {
        running.sign(update, "ordererOrganizations/example.com", "OrdererMSP", &[]);
        let signed = admin.folder().join(update);
        std::fs::copy(project.path().join(update), &signed).unwrap();
        admin
            .peer(&cluster, &at, &["channel", "signconfigtx", "-f", signed.to_str().unwrap()])
            .unwrap_or_else(|e| panic!("{e}{}", cluster.tails()));
        std::fs::copy(&signed, project.path().join(update)).unwrap();
        running.send(update);
        running.fetch(after);
    }

    // Into maintenance mode and out of it, where all else stays.
    for (state, before, after) in [("maintenance", "4.block", 5), ("normal", "5.block", 6)] {
        let update = format!("{state}.pb");
        project.run(&["channel", "update", "--from", before, "--state", state, "-o", &update]).ok();
        running.sign(&update, "ordererOrganizations/example.com", "OrdererMSP", &["--envelope"]);
        running.send(&update);
        running.fetch(after);
    }
    computed_alike(&cluster, &project);
    say(&format!("conformance: updates: passed in {:.0?}", begun.elapsed()));
}

/// The MSP folder of another administrator of an org, with a key on P-384.
fn second_administrator(project: &Project, domain: &str) -> &'static str {
    let (folder, ca) = ("second", format!("crypto-config/peerOrganizations/{domain}/ca"));
    for below in ["signcerts", "keystore"] {
        std::fs::create_dir_all(project.path().join(folder).join(below)).unwrap();
    }
    let certificate = format!("{ca}/ca.{domain}-cert.pem");
    let (key, request) = ("second/keystore/key.pem", "second/request");
    let subject = format!("/OU=admin/CN=Second@{domain}");
    for args in [
        &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", key][..],
        &["req", "-new", "-key", key, "-subj", &subject, "-out", request],
        &["x509", "-req", "-in", request, "-CA", &certificate, "-CAkey", &format!("{ca}/priv_sk"), "-CAcreateserial"][..],
    ] {
        let out = if args[0] == "x509" { &["-days", "9", "-sha256", "-out", "second/signcerts/cert.pem"][..] } else { &[] };
        let done = Command::new("openssl").args(args).args(out).current_dir(project.path()).output();
        let done = done.expect("openssl is needed for this");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    folder
}

struct Running<'a> {
    cluster: &'a Cluster,
    project: &'a Project,
    orderer_admin: &'a Path,
}

impl Running<'_> {
    /// An administrator of the ordering org at a peer, and an orderer with the root of its TLS.
    fn orderer_org(&self) -> (Admin, String, [String; 2]) {
        let cluster = self.cluster;
        let peers = cluster.nodes("peer");
        let orderers = cluster.nodes("orderer");
        let ca = Admin::new(cluster, orderers[0]).ca().to_str().unwrap().to_owned();
        let orderer = address(cluster, &[], &orderers[0].name, "grpc");
        let admin = Admin::new(cluster, peers[0]).acting_as(self.orderer_admin, "OrdererMSP");
        (admin, address(cluster, &[], &peers[0].name, "grpc"), [orderer, ca])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    /// Writes the configuration after so many updates, counted from 1, as `<number>.block`.
    fn fetch(&self, number: u64) {
        let (admin, at, [orderer, ca]) = self.orderer_org();
        let (name, written) = (format!("{number}.block"), admin.folder().join("config.block"));
        let fetch =
            ["channel", "fetch", "config", written.to_str().unwrap(), "-c", CHANNEL, "-o", &orderer, "--tls", "--cafile", &ca];
        self.cluster.wait(&format!("config block {number}"), || {
            admin.peer(self.cluster, &at, &fetch)?;
            std::fs::copy(&written, self.file(&name)).unwrap();
            let listed = self.project.run(&["channel", "update", "--from", &name, "--to", &name]).stderr;
            let block = format!("at block {}:", number - 1);
            listed.contains(&block).then_some(()).ok_or(listed)
        });
    }

    fn sign(&self, file: &str, org: &str, id: &str, more: &[&str]) {
        let domain = org.split_once('/').unwrap().1;
        let msp = format!("crypto-config/{org}/users/Admin@{domain}/msp");
        self.project.run(&[&["channel", "sign", file, "--msp-dir", &msp, "--msp-id", id], more].concat()).ok();
        self.project.run(&["channel", "sign", file, "--msp-dir", &msp, "--msp-id", id]).wrong();
    }

    fn send(&self, file: &str) {
        let (admin, at, [orderer, ca]) = self.orderer_org();
        let file = self.file(file);
        let update = ["channel", "update", "-f", file.to_str().unwrap(), "-c", CHANNEL];
        admin.send(self.cluster, &at, &["-o", &orderer, "--tls", "--cafile", &ca], &update);
    }

    fn join(&self, orderer: &Pod, block: &Path) {
        let (admin, at) = (Admin::new(self.cluster, orderer), address(self.cluster, &[], &orderer.name, "admin"));
        admin.join(self.cluster, &at, block.to_str().unwrap());
        self.cluster.wait("the new orderer to be a consenter with all blocks", || {
            let (status, body) = admin.osnadmin(self.cluster, &at, &["list", "--channelID", CHANNEL])?;
            let info: serde_json::Value = serde_json::from_str(&body).map_err(|e| format!("{e} in {status} {body}"))?;
            let good = info["status"] == "active" && info["consensusRelation"] == "consenter" && info["height"] == 2;
            good.then_some(()).ok_or(format!("{status} {body}"))
        });
    }
}

/// `configtxlator compute_update` makes of the same two configurations what fabkube does.
fn computed_alike(cluster: &Cluster, project: &Project) {
    let bin = programs().unwrap();
    if !bin.join("configtxlator").is_file() {
        return say("conformance: updates: not compared with configtxlator, which is not here");
    }
    let translate = |command: &str, kind: &str, from: &str, to: &str| {
        let [input, output] = [from, to].map(|name| project.path().join(name));
        let done = Command::new(bin.join("configtxlator"))
            .args([command, "--type", kind, "--input", input.to_str().unwrap(), "--output", output.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let json = |name: &str| -> serde_json::Value { serde_json::from_str(&project.read(name)).unwrap() };
    for (from, to) in [(1, 2), (2, 1), (2, 3), (3, 2), (4, 5)] {
        for block in [from, to] {
            translate("proto_decode", "common.Block", &format!("{block}.block"), "block.json");
            let config = json("block.json")["data"]["data"][0]["payload"]["data"]["config"].clone();
            project.write("config.json", &config.to_string());
            translate("proto_encode", "common.Config", "config.json", &format!("{block}.config"));
        }
        let [theirs, ours] = ["theirs.pb", "ours.pb"].map(|name| project.path().join(name));
        drop(std::fs::remove_file(&ours));
        let paths = [from, to].map(|block| project.path().join(format!("{block}.config")).to_str().unwrap().to_owned());
        let computed = Command::new(bin.join("configtxlator"))
            .args(["compute_update", "--channel_id", CHANNEL, "--original", &paths[0], "--updated", &paths[1]])
            .args(["--output", theirs.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(computed.status.success(), "{}", String::from_utf8_lossy(&computed.stderr));
        let (from_block, to_config) = (format!("{from}.block"), format!("{to}.config"));
        project.run(&["channel", "update", "--from", &from_block, "--to", &to_config, "-o", "ours.pb"]).ok();
        for name in ["theirs", "ours"] {
            translate("proto_decode", "common.ConfigUpdate", &format!("{name}.pb"), &format!("{name}.json"));
        }
        assert_eq!(json("ours.json"), json("theirs.json"), "from block {from} to {to}\n{}", cluster.tails());
    }
}
