//! Running programs with a hosts file of their own, a bounded time, and a log that can be told.
//! What they run with is `pod`'s and `client`'s.

use crate::support::read;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take; what takes longer does not work. The slowest is a peer that dials another org's anchor peer before
/// that has joined: it tries again after 25 seconds (`reconnectInterval`). The rest is for machines that have much else to do.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// The same in Fabric's own settings, which else have 3 seconds for a connection and 30 for a transaction.
pub const FABRIC_PATIENCE: &str = "300s";
/// How long to leave a program alone between two questions.
pub const PAUSE: Duration = Duration::from_millis(100);

/// What runs before a program, in a mount namespace of its own: names come from `$1` alone, and nothing can be written but what
/// a pod can write. Read-only is kept where the machine lets us: a container may not remount.
const PREPARE: &str = r#"
set -e
for file in hosts nsswitch.conf resolv.conf; do
  if [ -e "/etc/$file" ]; then mount --bind "$1/$file" "/etc/$file"; fi
done
shift
while [ "$1" != -- ]; do
  mount --bind "$2" "$2"
  if [ "$1" = ro ]; then mount -o remount,bind,ro "$2" 2>/dev/null || true; fi
  shift 2
done
shift
mount -o remount,bind,ro / 2>/dev/null || true
if setpriv --pdeathsig KILL true 2>/dev/null; then exec setpriv --pdeathsig KILL "$@"; fi
exec "$@"
"#;

/// Where programs run.
pub struct Sandbox {
    /// The programs of Fabric.
    bin: PathBuf,
    /// The files of `/etc` that say how names are resolved.
    etc: PathBuf,
    unshare: &'static [&'static str],
}

/// What a program may do below a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadOnly,
    ReadWrite,
}

/// A program, and what it is given.
pub struct Invocation<'a> {
    pub command: &'a [String],
    pub env: &'a BTreeMap<String, String>,
    pub folders: Vec<(PathBuf, Access)>,
    pub working_dir: &'a Path,
}

impl Sandbox {
    /// A sandbox whose names are those of a hosts file; if this machine cannot have one, why.
    pub fn new(bin: PathBuf, etc: PathBuf, hosts: &str) -> Result<Self, String> {
        std::fs::create_dir_all(&etc).unwrap();
        for (name, text) in [("hosts", hosts), ("nsswitch.conf", "hosts: files\n"), ("resolv.conf", "nameserver 127.0.0.1\n")] {
            std::fs::write(etc.join(name), text).unwrap();
        }
        let mut last = String::new();
        for unshare in [&["--mount"][..], &["--user", "--map-root-user", "--mount"]] {
            let sandbox = Self { bin: bin.clone(), etc: etc.clone(), unshare };
            let nothing = BTreeMap::new();
            let invocation =
                Invocation { command: &["true".to_owned()], env: &nothing, folders: Vec::new(), working_dir: &sandbox.etc };
            match sandbox.command(&invocation).output() {
                Ok(output) if output.status.success() => return Ok(sandbox),
                Ok(output) => last = String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                Err(e) => return Err(format!("`unshare` of util-linux is needed for a private hosts file: {e}")),
            }
        }
        Err(format!("no mount namespace can be had for a private hosts file: {last}"))
    }

    fn command(&self, invocation: &Invocation) -> Command {
        let mut command = Command::new("unshare");
        command.args(self.unshare).args(["sh", "-c", PREPARE, "sh"]).arg(&self.etc);
        for (folder, access) in &invocation.folders {
            command.arg(if *access == Access::ReadOnly { "ro" } else { "rw" }).arg(folder);
        }
        command.arg("--").args(invocation.command);
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let programs = [Some(self.bin.clone()), super::programs::programs_of_fabric_ca()].into_iter().flatten();
        let path = std::env::join_paths(programs.chain(std::env::split_paths(&inherited)));
        command.env_clear().env("PATH", path.unwrap()).env("HOME", "/").envs(invocation.env);
        command.current_dir(invocation.working_dir).stdin(Stdio::null());
        command
    }

    /// Starts a program that stays.
    pub fn start(&self, name: &str, invocation: &Invocation, log: PathBuf) -> Process {
        let file = File::create(&log).unwrap();
        let mut command = self.command(invocation);
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn();
        Process { name: name.to_owned(), child: child.unwrap_or_else(|e| panic!("cannot start {name}: {e}")), log }
    }

    /// Runs a program to its end; what it printed, or what it said was wrong.
    pub fn run(&self, invocation: &Invocation, scratch: &Path) -> Result<String, String> {
        let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
        let mut command = self.command(invocation);
        let child = command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn();
        let mut process = Process { name: invocation.command.join(" "), child: child.unwrap(), log: err.clone() };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match process.ended() {
                Some(status) if status.success() => return Ok(read(&out)),
                Some(status) => return Err(format!("`{}` ended with {status}\n{}{}", process.name, read(&out), read(&err))),
                None => std::thread::sleep(PAUSE / 10),
            }
        }
        Err(format!("`{}` does not end\n{}{}", process.name, read(&out), read(&err)))
    }
}

/// Programs that run beside each other; they end when dropped, in the order in which they came.
#[derive(Default)]
pub struct Processes(RefCell<Vec<Process>>);

impl Processes {
    pub fn add(&self, process: Process) {
        self.0.borrow_mut().push(process);
    }

    /// Ends the one of a name.
    pub fn end(&self, name: &str) {
        self.0.borrow_mut().retain(|process| process.name != name);
    }

    pub fn end_all(&self) {
        self.0.borrow_mut().clear();
    }

    /// Asks again and again, until the answer is good. Fails when time is over or a program has ended.
    pub fn wait<T>(&self, what: &str, ask: impl Fn() -> Result<T, String>) -> T {
        let begun = Instant::now();
        loop {
            let answer = match ask() {
                Ok(answer) => return answer,
                Err(e) => e,
            };
            let ended: Vec<String> = self
                .0
                .borrow_mut()
                .iter_mut()
                .filter_map(|process| process.ended().map(|status| format!("{} has ended with {status}\n", process.name)))
                .collect();
            if begun.elapsed() > PATIENCE || !ended.is_empty() {
                panic!("{what}: {answer}\n{}{}", ended.concat(), self.tails());
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The ends of all logs.
    pub fn tails(&self) -> String {
        self.0.borrow().iter().map(Process::tail).collect()
    }

    /// Every line of a log, with its program's name.
    pub fn log_lines(&self) -> Vec<(String, String)> {
        let lines =
            |process: &Process| process.log().lines().map(|line| (process.name.clone(), line.to_owned())).collect::<Vec<_>>();
        self.0.borrow().iter().flat_map(lines).collect()
    }
}

/// A running program; it ends when dropped.
pub struct Process {
    pub name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// All that it has said.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The end of its log, for a message.
    pub fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(25)..].join("\n");
        format!("--- the end of the log of {}:\n{last}\n", self.name)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
