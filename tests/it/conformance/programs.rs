//! Fabric's programs, where they are, and what is said where they are not.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// The folder of Fabric's programs of whatever version, if there is one.
pub fn programs() -> Option<PathBuf> {
    static ONCE: Once = Once::new();
    let Some(bin) = std::env::var_os("FABKUBE_FABRIC_BIN").map(PathBuf::from) else {
        ONCE.call_once(|| say("skipped: FABKUBE_FABRIC_BIN is not set"));
        return None;
    };
    for name in ["orderer", "peer"] {
        assert!(bin.join(name).is_file(), "FABKUBE_FABRIC_BIN has no `{name}`: {}", bin.display());
    }
    Some(std::path::absolute(bin).unwrap())
}

/// What Fabric's `peer` says that it is: `3.1.5`.
pub fn version(bin: &Path) -> String {
    let output = Command::new(bin.join("peer")).arg("version").output().expect("`peer version` runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = printed.lines().find_map(|line| line.trim().strip_prefix("Version: "));
    version.map_or("of no known version", |version| version.trim_start_matches('v')).to_owned()
}

/// The programs, unless they are older than channel participation.
pub fn programs_with_channel_participation() -> Option<PathBuf> {
    let bin = programs()?;
    if bin.join("osnadmin").is_file() {
        return Some(bin);
    }
    say(&format!("skipped: Fabric {} knows no channel participation", version(&bin)));
    None
}

/// Says something to whoever runs the tests, past the capture of their output.
pub fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
