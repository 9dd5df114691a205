//! Which port of every machine leads to which node: the declared one, the one that it had, or the first that is free. A port never
//! moves, whatever is added or taken away.

use crate::diag::{Code, Place, Problem, Problems, Severity};
use crate::lock::NodePorts;
use crate::network::{Allotment, AllottedPort, Listener, USUAL_NODE_PORTS};
use crate::yaml::Spanned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// A port that is needed.
#[derive(Clone, Debug)]
pub struct WantedPort {
    /// The folder in cryptogen's tree of the node, or of the org whose gateway it is.
    pub folder: String,
    pub listener: Listener,
    /// The name of the Service.
    pub name: String,
    pub declared: Option<u16>,
    /// Where it is declared, or whose it is.
    pub place: Place,
}

/// Ports by folder and the word of the listener.
pub type Ports<'a> = BTreeMap<(&'a str, &'static str), u16>;

/// A port for each, and those of them that nobody declared. What was `known` before is kept, and never given to anybody else.
pub fn allot<'a>(
    wanted: &'a [WantedPort],
    range: &Spanned<String>,
    known: &NodePorts,
    problems: &mut Problems,
) -> (Ports<'a>, Vec<AllottedPort>) {
    let mut ports = Ports::new();
    let mut owners: BTreeMap<u16, &WantedPort> = BTreeMap::new();
    let range_of_ports = read_range(range, problems);
    let had = |port: &WantedPort| known.get(&port.folder)?.get(port.listener.word()).copied();
    let (declared, others): (Vec<_>, Vec<_>) = wanted.iter().partition(|port| port.declared.is_some());
    let (kept, new): (Vec<_>, Vec<_>) = others.into_iter().partition(|port| had(port).is_some());
    for (wanted, port) in declared.iter().filter_map(|wanted| Some((*wanted, wanted.declared?))) {
        if !USUAL_NODE_PORTS.contains(&port) && !range_of_ports.contains(&port) {
            problems.push(unusual(port, &wanted.place));
        }
        take(wanted, port, &mut owners, problems);
        ports.insert((&wanted.folder, wanted.listener.word()), port);
    }
    let mut allotted = Vec::new();
    for (wanted, port) in kept.into_iter().filter_map(|wanted| Some((wanted, had(wanted)?))) {
        take(wanted, port, &mut owners, problems);
        allotted.push((wanted, port, Allotment::Before));
    }
    let reserved: BTreeSet<u16> = known.values().flat_map(|ports| ports.values()).copied().collect();
    let is_range = !range_of_ports.is_empty();
    let mut free =
        range_of_ports.filter(|port| !reserved.contains(port) && !owners.contains_key(port)).collect::<Vec<_>>().into_iter();
    for wanted in new {
        match free.next() {
            Some(port) => allotted.push((wanted, port, Allotment::Now)),
            // A range that is none has been told of.
            None if !is_range => {}
            None => {
                let message = format!("no port of `nodePorts.range` is left for `{}`", wanted.name);
                problems.push(
                    Problem::new(Code::FK0702, message)
                        .at(&wanted.place)
                        .at(&range.place)
                        .help("widen the range; or take nodes that are gone for good out of `nodePorts` in fabkube.lock"),
                );
            }
        }
    }
    ports.extend(allotted.iter().map(|(wanted, port, _)| ((wanted.folder.as_str(), wanted.listener.word()), *port)));
    let allotted = allotted.into_iter().map(|(wanted, port, when)| {
        let WantedPort { folder, listener, name, declared: _, place } = wanted.clone();
        AllottedPort { folder, listener, port, when, name, place }
    });
    (ports, allotted.collect())
}

/// Gives a port to one, and reports another who has it.
fn take<'a>(wanted: &'a WantedPort, port: u16, owners: &mut BTreeMap<u16, &'a WantedPort>, problems: &mut Problems) {
    let Some(other) = owners.insert(port, wanted) else { return };
    let message = format!("`{}` and `{}` would both have the node port {port}", other.name, wanted.name);
    let help = match (other.declared, wanted.declared) {
        (Some(_), Some(_)) => "declare another `nodePort` for one of them, or none: then fabkube chooses".to_owned(),
        (Some(_), None) => {
            format!("fabkube.lock has it for `{}`: declare another `nodePort` for `{}`", wanted.name, other.name)
        }
        // Two branches of git, each with a node of its own.
        (None, _) => "fabkube.lock has it twice: take the newer line out, and `render` gives that one another".to_owned(),
    };
    problems.push(Problem::new(Code::FK0701, message).at(&other.place).at(&wanted.place).help(help));
}

fn unusual(port: u16, place: &Place) -> Problem {
    let problem = Problem::new(Code::FK0702, format!("clusters have no node port {port} unless they were told to"));
    let problem = Problem { severity: Severity::Warning, ..problem };
    problem.at(place).help("declare one of 30000 to 32767; or say in `nodePorts.range` which the cluster has")
}

/// `30000-32767`; an empty range where it is none.
fn read_range(range: &Spanned<String>, problems: &mut Problems) -> RangeInclusive<u16> {
    let ends = range.split_once('-').and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
    match ends {
        Some((first, last)) if 0 < first && first <= last => first..=last,
        _ => {
            let problem = Problem::new(Code::FK0702, format!("`{range}` is no range of ports"));
            problems.push(problem.at(&range.place).help("write the first and the last: `30000-32767`"));
            #[expect(clippy::reversed_empty_ranges, reason = "nothing is in it")]
            (1..=0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, declared: Option<u16>) -> WantedPort {
        WantedPort {
            folder: name.to_owned(),
            listener: Listener::Grpc,
            name: name.to_owned(),
            declared,
            place: Place::option(name),
        }
    }

    /// The ports of these, by name, and the lock after it; or the codes of what is wrong.
    fn allotted(names: &[(&str, Option<u16>)], range: &str, lock: &NodePorts) -> Result<(Vec<u16>, NodePorts), Vec<Code>> {
        let all: Vec<_> = names.iter().map(|(name, declared)| wanted(name, *declared)).collect();
        let mut problems = Problems::new();
        let (ports, allotted) = allot(&all, &Spanned::nowhere(range.to_owned()), lock, &mut problems);
        if problems.has_errors() {
            return Err(problems.iter().map(|problem| problem.code).collect());
        }
        let mut lock = lock.clone();
        for AllottedPort { folder, listener, port, .. } in allotted {
            lock.entry(folder).or_default().insert(listener.word().to_owned(), port);
        }
        Ok((all.iter().map(|wanted| ports[&(wanted.folder.as_str(), "grpc")]).collect(), lock))
    }

    #[test]
    fn a_port_stays_whatever_comes_goes_and_is_declared() {
        let range = "30000-30009";
        let (ports, lock) = allotted(&[("a", None), ("b", None), ("c", None)], range, &NodePorts::new()).unwrap();
        assert_eq!(ports, [30000, 30001, 30002]);
        let (ports, lock) = allotted(&[("new", None), ("c", None), ("a", None)], range, &lock).unwrap();
        assert_eq!(ports, [30003, 30002, 30000], "b's is kept for it");
        let (ports, lock) = allotted(&[("d", Some(30004)), ("b", None), ("e", None)], range, &lock).unwrap();
        assert_eq!(ports, [30004, 30001, 30005]);
        let (ports, _) = allotted(&[("a", None), ("f", None)], "31000-31009", &lock).unwrap();
        assert_eq!(ports, [30000, 31000], "of another range new ones alone");
    }

    #[test]
    fn a_declared_port_wins_and_two_of_one_are_an_error() {
        let (_, lock) = allotted(&[("a", None), ("b", None)], "30000-30009", &NodePorts::new()).unwrap();
        assert_eq!(allotted(&[("a", Some(30007)), ("b", None)], "30000-30009", &lock).unwrap().0, [30007, 30001]);
        assert_eq!(allotted(&[("gone's", Some(30000)), ("b", None)], "30000-30009", &lock).unwrap().0, [30000, 30001]);
        assert_eq!(allotted(&[("c", Some(30001)), ("b", None)], "30000-30009", &lock), Err(vec![Code::FK0701]));
        assert_eq!(allotted(&[("c", Some(30007)), ("d", Some(30007))], "30000-30009", &lock), Err(vec![Code::FK0701]));
        let merged = ["a", "b"].map(|name| (name.to_owned(), [("grpc".to_owned(), 30000)].into())).into();
        assert_eq!(allotted(&[("a", None), ("b", None)], "30000-30009", &merged), Err(vec![Code::FK0701]));
    }

    #[test]
    fn a_range_that_is_none_or_used_up_is_an_error() {
        for range in ["", "30000", "30001-30000", "0-5", "a-b", "30000-70000"] {
            assert!(allotted(&[("a", None)], range, &NodePorts::new()).unwrap_err().contains(&Code::FK0702), "{range}");
        }
        assert_eq!(allotted(&[("a", None), ("b", None)], "30000-30000", &NodePorts::new()), Err(vec![Code::FK0702]));
        assert!(allotted(&[("a", Some(8080))], "30000-30000", &NodePorts::new()).is_ok());
    }
}
