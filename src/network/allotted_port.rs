//! Node ports that nobody declared: allotted once, and remembered by `fabkube.lock` from then on. Which is given to whom is
//! `resolve`'s.

use super::{ExposedPort, Exposure, Listener, Network};
use crate::diag::{Code, Place, Problem, Problems};
use crate::lock::{Lock, NodePorts};
use crate::store::Making;
use std::fmt;
use std::path::Path;

/// One of them, and whose it is.
#[derive(Clone, Debug)]
pub struct AllottedPort {
    /// The folder in cryptogen's tree of the node, or of the org whose gateway it is.
    pub folder: String,
    pub listener: Listener,
    pub port: u16,
    pub when: Allotment,
    /// The name of the Service.
    pub name: String,
    pub place: Place,
}

/// Whether a port is one for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allotment {
    /// The lock has it.
    Before,
    /// It was free as the network was resolved, and is its owner's once the lock says so.
    Now,
}

impl fmt::Display for AllottedPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node port {} of {} ({})", self.port, self.name, self.listener.word())
    }
}

impl Network {
    /// Those that the lock does not have yet.
    pub fn allotted_now(&self, known: &NodePorts) -> Vec<&AllottedPort> {
        let had = |port: &AllottedPort| known.get(&port.folder).and_then(|ports| ports.get(port.listener.word())).copied();
        self.allotted_ports.iter().filter(|port| had(port) != Some(port.port)).collect()
    }

    /// Whether a port of an exposure is none for good yet.
    pub fn is_allotted_now(&self, exposure: &Exposure, port: &ExposedPort) -> bool {
        let is_its = |allotted: &&AllottedPort| {
            allotted.name == exposure.name && allotted.listener == port.name && Some(allotted.port) == port.node_port
        };
        self.allotted_ports.iter().find(is_its).is_some_and(|allotted| allotted.when == Allotment::Now)
    }

    /// Writes them down, beside those of what is gone.
    pub fn remember(&self, lock: &mut Lock) {
        for AllottedPort { folder, listener, port, .. } in &self.allotted_ports {
            lock.node_ports.entry(folder.clone()).or_default().insert(listener.word().to_owned(), *port);
        }
    }

    /// Reports those that may not be allotted now, or that another run has given away since they were.
    pub fn check_ports(&self, (known, lock): (&NodePorts, &Path), making: Making, problems: &mut Problems) {
        for new in self.allotted_now(known) {
            let others = known.iter().flat_map(|(folder, ports)| ports.iter().map(move |(word, port)| (folder, word, port)));
            let is_its = |folder: &str, word: &str| folder == new.folder && word == new.listener.word();
            if others.into_iter().any(|(folder, word, port)| *port == new.port || is_its(folder, word)) {
                let message = format!("another run has allotted the {} meanwhile", new);
                let problem = Problem::new(Code::FK0708, message).at(&Place::file(lock)).at(&new.place);
                problems.push(problem.help("run it again: it reads what the other one wrote"));
            } else if making == Making::Nothing {
                let message = format!("`{}` has no node port yet, and this run allots none", new.name);
                problems.push(Problem::new(Code::FK0700, message).at(&new.place).help(
                    "`fabkube render`, without `--frozen` and `--check`, allots one: commit fabkube.lock then; or declare `nodePort`",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::sample;

    fn ports(list: &[(&str, u16)]) -> NodePorts {
        list.iter().map(|(folder, port)| ((*folder).to_owned(), [("grpc".to_owned(), *port)].into())).collect()
    }

    #[test]
    fn ports_of_another_run_stop_this_one_and_missing_ones_stop_what_allots_none() {
        let mut network = sample::two_orgs();
        let port = |folder: &str, port: u16| AllottedPort {
            folder: folder.to_owned(),
            listener: Listener::Grpc,
            port,
            when: Allotment::Now,
            name: folder.to_owned(),
            place: Place::option(folder),
        };
        network.allotted_ports = vec![port("a", 30000), port("b", 30001)];
        let codes = |known: &[(&str, u16)], making: Making| {
            let mut problems = Problems::new();
            network.check_ports((&ports(known), Path::new("fabkube.lock")), making, &mut problems);
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&[("a", 30000), ("b", 30001), ("gone", 30002)], Making::Nothing), []);
        assert_eq!(codes(&[("a", 30000)], Making::Missing), []);
        assert_eq!(codes(&[("a", 30000)], Making::InMemory), []);
        assert_eq!(codes(&[("a", 30000)], Making::Nothing), [Code::FK0700]);
        assert_eq!(codes(&[("a", 30000), ("other", 30001)], Making::Missing), [Code::FK0708]);
        assert_eq!(codes(&[("a", 30007), ("b", 30001)], Making::Missing), [Code::FK0708]);

        let mut lock = Lock { node_ports: ports(&[("gone", 30002)]), ..Lock::default() };
        network.remember(&mut lock);
        assert_eq!(lock.node_ports, ports(&[("a", 30000), ("b", 30001), ("gone", 30002)]));
        assert!(network.allotted_now(&lock.node_ports).is_empty());
    }
}
