//! How long a first block takes: `cargo bench --bench channels` makes one for a hundred orgs and prints figures. Where
//! `CONFIGTXGEN` names Fabric's configtxgen, it makes the same from the same files in turn. `FABKUBE_BENCH_RUNS` says how often (5).
//! Judge by the ratio: machines differ, and so do minutes.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod shared;

use shared::{beside, crypto_config, figures, seconds};
use std::fmt::Write as _;
use std::process::Command;

const ORGS: usize = 100;

fn main() {
    let runs = shared::runs();
    let configtxgen = std::env::var_os("CONFIGTXGEN");
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(dir.path().join("crypto-config.yaml"), crypto_config(ORGS, 1, 0)).unwrap();
    std::fs::write(dir.path().join("configtx.yaml"), configtx()).unwrap();
    let fabkube = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fabkube"));
        command.current_dir(dir.path());
        command
    };
    seconds(fabkube().args(["crypto", "generate"]));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let (our_block, their_block) = (format!("ours-{run}.block"), format!("theirs-{run}.block"));
        let choice = ["--profile", "hundred", "--channel", "hundred", "--as-written", "-o", &our_block];
        ours.push(seconds(fabkube().args(["channel", "genesis"]).args(choice)));
        if let Some(configtxgen) = &configtxgen {
            let args = ["-configPath", ".", "-profile", "hundred", "-channelID", "hundred", "-outputBlock", &their_block];
            theirs.push(seconds(Command::new(configtxgen).args(args).current_dir(dir.path())));
        }
    }
    println!("the first block of {ORGS} peer orgs, 5 Raft orderers; seconds by the clock: median (least, most) of {runs}");
    println!("fabkube {}{}", figures(&ours), beside(&ours, "configtxgen", &theirs));
}

fn configtx() -> String {
    let policies = |msp: &str| {
        let policy = |name: &str, role: &str| format!("{name}: {{Type: Signature, Rule: \"OR('{msp}.{role}')\"}}");
        let all = [("Readers", "member"), ("Writers", "member"), ("Admins", "admin"), ("Endorsement", "peer")];
        all.map(|(name, role)| policy(name, role)).join(", ")
    };
    let group = "Readers: {Type: ImplicitMeta, Rule: ANY Readers}, Writers: {Type: ImplicitMeta, Rule: ANY Writers}, \
                 Admins: {Type: ImplicitMeta, Rule: MAJORITY Admins}";
    let orderers = || (0..5).map(|i| format!("orderer{i}.example.com"));
    let endpoints: Vec<String> = orderers().map(|host| format!("{host}:7050")).collect();
    let mut text = format!(
        "Profiles:\n  hundred:\n    Policies: {{{group}}}\n    Capabilities: {{V2_0: true}}\n    Orderer:\n      OrdererType: etcdraft\n      \
         Policies: {{{group}, BlockValidation: {{Type: ImplicitMeta, Rule: ANY Writers}}}}\n      Capabilities: {{V2_0: true}}\n      \
         Organizations:\n      - {{Name: Orderer, ID: OrdererMSP, MSPDir: crypto-config/ordererOrganizations/example.com/msp, \
         Policies: {{{}}}, OrdererEndpoints: [{}]}}\n      EtcdRaft:\n        Consenters:\n",
        policies("OrdererMSP"),
        endpoints.join(", ")
    );
    for host in orderers() {
        let certificate = format!("crypto-config/ordererOrganizations/example.com/orderers/{host}/tls/server.crt");
        let _ =
            writeln!(text, "        - {{Host: {host}, Port: 7050, ClientTLSCert: {certificate}, ServerTLSCert: {certificate}}}");
    }
    let endorsement = "Endorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}";
    let _ = writeln!(
        text,
        "    Application:\n      Policies: {{{group}, {endorsement}, Lifecycle{endorsement}}}\n      Capabilities: {{V2_5: true}}\n      Organizations:"
    );
    for i in 1..=ORGS {
        let dir = format!("crypto-config/peerOrganizations/org{i}.example.com/msp");
        let anchor = format!("{{Host: peer0.org{i}.example.com, Port: 7051}}");
        let policies = policies(&format!("Org{i}MSP"));
        let _ = writeln!(
            text,
            "      - {{Name: Org{i}MSP, ID: Org{i}MSP, MSPDir: {dir}, Policies: {{{policies}}}, AnchorPeers: [{anchor}]}}"
        );
    }
    text
}
