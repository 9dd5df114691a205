//! How long keys take: `cargo bench --bench keys` makes the material of networks of several sizes and prints figures.
//! Where `CRYPTOGEN` names Fabric's cryptogen, it makes the same in turn, on the same disk. `FABKUBE_BENCH_RUNS` says how often (5).
//! Judge by the ratio: machines differ, and so do minutes. Nothing is deleted while runs are counted, since file systems remember.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

fn main() {
    let runs: usize = std::env::var("FABKUBE_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5);
    let cryptogen = std::env::var_os("CRYPTOGEN");
    println!("peer orgs × peers, 5 orderers, one user an org; seconds by the clock: median (least, most) of {runs}");
    for (orgs, peers) in [(1, 1), (1, 10), (10, 10), (100, 10), (1, 1000)] {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::write(dir.path().join("crypto-config.yaml"), crypto_config(orgs, peers)).unwrap();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..runs {
            let project = dir.path().join(format!("fabkube-{run}"));
            std::fs::create_dir(&project).unwrap();
            std::fs::copy(dir.path().join("crypto-config.yaml"), project.join("crypto-config.yaml")).unwrap();
            ours.push(seconds(Command::new(env!("CARGO_BIN_EXE_fabkube")).args(["crypto", "generate"]).current_dir(&project)));
            if let Some(cryptogen) = &cryptogen {
                let output = format!("cryptogen-{run}");
                let args = ["generate", "--config", "crypto-config.yaml", "--output", &output];
                theirs.push(seconds(Command::new(cryptogen).args(args).current_dir(dir.path())));
            }
        }
        // Every peer, orderer, user and administrator has two pairs.
        let identities = orgs * (peers + 2) + 6;
        let each = middle(&ours) * 1e6 / identities as f64;
        print!("{orgs:>4} × {peers:<5} {:>5} identities   fabkube {}   {each:>5.0} µs each", identities, figures(&ours));
        if !theirs.is_empty() {
            let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
            print!("   cryptogen {}   ratio {}", figures(&theirs), figures(&ratios));
        }
        println!();
    }
}

fn crypto_config(orgs: usize, peers: usize) -> String {
    let mut text = String::from(
        "OrdererOrgs:\n- {Name: Orderer, Domain: example.com, EnableNodeOUs: true, Template: {Count: 5}}\nPeerOrgs:\n",
    );
    for i in 1..=orgs {
        let nodes = format!("Template: {{Count: {peers}}}, Users: {{Count: 1}}");
        text.push_str(&format!("- {{Name: Org{i}, Domain: org{i}.example.com, EnableNodeOUs: true, {nodes}}}\n"));
    }
    text
}

fn seconds(command: &mut Command) -> f64 {
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{:?} ended with {status}", Path::new(command.get_program()));
    begun.elapsed().as_secs_f64()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

fn middle(values: &[f64]) -> f64 {
    sorted(values)[values.len() / 2]
}

fn figures(values: &[f64]) -> String {
    let sorted = sorted(values);
    format!("{:.3} ({:.3}, {:.3})", middle(values), sorted[0], sorted[sorted.len() - 1])
}
