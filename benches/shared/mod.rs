//! What the benches have in common: how often something runs, how long it takes, and how figures are told.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// `FABKUBE_BENCH_RUNS`, or five.
pub fn runs() -> usize {
    std::env::var("FABKUBE_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5)
}

/// The ordering org of both networks, with five orderers, and peer orgs of as many peers and users each.
pub fn crypto_config(orgs: usize, peers: usize, users: usize) -> String {
    let mut text = String::from(
        "OrdererOrgs:\n- {Name: Orderer, Domain: example.com, EnableNodeOUs: true, Template: {Count: 5}}\nPeerOrgs:\n",
    );
    for i in 1..=orgs {
        let members = format!("Template: {{Count: {peers}}}, Users: {{Count: {users}}}");
        text.push_str(&format!("- {{Name: Org{i}, Domain: org{i}.example.com, EnableNodeOUs: true, {members}}}\n"));
    }
    text
}

/// How long a command takes that prints nothing.
pub fn seconds(command: &mut Command) -> f64 {
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{:?} ended with {status}", Path::new(command.get_program()));
    begun.elapsed().as_secs_f64()
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    sorted[sorted.len() / 2]
}

/// The median (least, most).
pub fn figures(values: &[f64]) -> String {
    let sorted = sorted(values);
    format!("{:.3} ({:.3}, {:.3})", median(values), sorted[0], sorted[sorted.len() - 1])
}

/// The same beside those of another program, and of the ratios run by run; nothing where that did not run.
pub fn beside(ours: &[f64], program: &str, theirs: &[f64]) -> String {
    if theirs.is_empty() {
        return String::new();
    }
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    format!("   {program} {}   ratio {}", figures(theirs), figures(&ratios))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}
