//! How long keys take: `cargo bench --bench keys` makes the material of networks of several sizes and prints figures.
//! Where `CRYPTOGEN` names Fabric's cryptogen, it makes the same in turn, on the same disk. `FABKUBE_BENCH_RUNS` says how often (5).
//! Judge by the ratio: machines differ, and so do minutes. Nothing is deleted while runs are counted, since file systems remember.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod shared;

use shared::{beside, crypto_config, figures, median, seconds};
use std::process::Command;

fn main() {
    let runs = shared::runs();
    let cryptogen = std::env::var_os("CRYPTOGEN");
    println!("peer orgs × peers, 5 orderers, one user an org; seconds by the clock: median (least, most) of {runs}");
    for (orgs, peers) in [(1, 1), (1, 10), (10, 10), (100, 10), (1, 1000)] {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::write(dir.path().join("crypto-config.yaml"), crypto_config(orgs, peers, 1)).unwrap();
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
        let each = median(&ours) * 1e6 / identities as f64;
        let (ours, theirs) = (figures(&ours), beside(&ours, "cryptogen", &theirs));
        println!("{orgs:>4} × {peers:<5} {identities:>5} identities   fabkube {ours}   {each:>5.0} µs each{theirs}");
    }
}
