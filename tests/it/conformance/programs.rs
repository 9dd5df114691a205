//! Fabric's programs, where they are, and what is said where they are not.

use fabkube::network::FabricVersion;
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

/// The programs, unless they are older than what was rendered.
pub fn programs_from(line: (u32, u32)) -> Option<PathBuf> {
    let bin = programs()?;
    let version = version(&bin);
    if version.parse().is_ok_and(|version: FabricVersion| version.is_from(line)) {
        return Some(bin);
    }
    say(&format!("skipped: what is rendered for Fabric {}.{} is not for {version}", line.0, line.1));
    None
}

/// The folder of `fabric-ca-server` and `fabric-ca-client`, if there is one.
pub fn programs_of_fabric_ca() -> Option<PathBuf> {
    std::env::var_os("FABKUBE_FABRIC_CA_BIN").map(|bin| std::path::absolute(PathBuf::from(bin)).unwrap())
}

/// Says something to whoever runs the tests, past the capture of their output.
pub fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
