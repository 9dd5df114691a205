//! What CoreDNS has to know: each host as another name of its node's Service. Lines stand between two marks of the network's own, so
//! that they can be found again. Which hosts these are is `hosts`'s, and how a Corefile is read is `corefile`'s.

use super::corefile::{Malformed, Plugin, ServerBlock, server_blocks};
use super::hosts::Hosts;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{Network, addresses};
use std::ops::Range;

/// The plugin's own form of an exact name, of which it leads the answer back to the name that was asked for, without another word
/// (CoreDNS, `plugin/rewrite/README.md`; releases before 1.8.4 know no `answer auto`). Names in certificates are not touched.
const REWRITE: [&str; 3] = ["rewrite", "name", "exact"];

/// The lines of a network, between its marks; none where no host needs one.
pub fn rewrites(network: &Network, Hosts { rules, .. }: &Hosts) -> Vec<String> {
    if rules.is_empty() {
        return Vec::new();
    }
    let [begin, end] = marks(network);
    let lines = rules.iter().map(|(host, service)| format!("{} {host} {service}", REWRITE.join(" ")));
    std::iter::once(begin).chain(lines).chain([end]).collect()
}

/// A Corefile with the network's lines in it, in place of those that it had; `None` where the problems say why not.
pub fn patched(network: &Network, hosts: &Hosts, (text, place): (&str, &Place), problems: &mut Problems) -> Option<String> {
    let patch = Patch { network, text, place, hosts };
    let blocks = match server_blocks(text) {
        Ok(blocks) => blocks,
        Err(Malformed { line, reason }) => {
            let problem = Problem::new(Code::FK0712, format!("CoreDNS cannot read this Corefile: {reason}"));
            problems.push(problem.at(&place.with_line(line)).help("look at what the cluster has, and give all of it"));
            return None;
        }
    };
    let old = patch.old(problems)?;
    let without = |old: Range<usize>| format!("{}{}", &text[..old.start], &text[old.end..]);
    if hosts.rules.is_empty() {
        return Some(old.map_or_else(|| text.to_owned(), without));
    }
    let block = patch.block(&blocks, problems)?;
    patch.check(&blocks, (block, old.as_ref()), problems)?;
    let indent = patch.indent(block);
    let lines: String = rewrites(network, hosts).iter().map(|line| format!("{indent}{line}\n")).collect();
    let at = block.inside.start;
    Some(match old {
        Some(old) if block.inside.contains(&old.start) => format!("{}{lines}{}", &text[..old.start], &text[old.end..]),
        old => {
            let rest_of_line = text[at..].find('\n').map_or(&text[at..], |end| &text[at..at + end]);
            // Rules of others come after these, since the first that fits is taken.
            let is_free = rest_of_line.trim().is_empty() || rest_of_line.trim_start().starts_with('#');
            let (at, lines) = if is_free { (at + rest_of_line.len() + 1, lines) } else { (at, format!("\n{lines}")) };
            let Some(old) = old else { return Some(format!("{}{lines}{}", &text[..at], &text[at..])) };
            if old.start < at {
                format!("{}{}{lines}{}", &text[..old.start], &text[old.end..at], &text[at..])
            } else {
                format!("{}{lines}{}{}", &text[..at], &text[at..old.start], &text[old.end..])
            }
        }
    })
}

/// Whether a Corefile has a line of fabkube's for a host.
pub fn leads(corefile: &str, host: &str) -> bool {
    let is_its = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), [rewrite, name, exact, from, _] if [*rewrite, *name, *exact] == REWRITE && *from == host)
    };
    corefile.lines().any(is_its)
}

fn marks(network: &Network) -> [String; 2] {
    let name = &network.name;
    [format!("# fabkube: hosts of the network {name}"), format!("# fabkube: end of the hosts of the network {name}")]
}

struct Patch<'a> {
    network: &'a Network,
    text: &'a str,
    place: &'a Place,
    hosts: &'a Hosts,
}

impl Patch<'_> {
    /// The lines of a former patch, in bytes; `None` where something is wrong with them.
    fn old(&self, problems: &mut Problems) -> Option<Option<Range<usize>>> {
        let [begin, end] = marks(self.network);
        let mut wrong = |line: u32, message: String, help: String| {
            problems.push(Problem::new(Code::FK0715, message).at(&self.place.with_line(line)).help(help));
            None
        };
        let mut at = 0;
        let lines: Vec<(u32, Range<usize>, &str)> = (1..)
            .zip(self.text.split_inclusive('\n'))
            .map(|(number, line)| {
                let bytes = at..at + line.len();
                at = bytes.end;
                (number, bytes, line.trim())
            })
            .collect();
        let marked = |mark: &str| lines.iter().enumerate().filter(|(_, line)| line.2 == mark).map(|(i, _)| i).collect::<Vec<_>>();
        let (first, last) = match (marked(&begin).as_slice(), marked(&end).as_slice()) {
            ([], []) => return Some(None),
            ([first], [last]) if first < last => (*first, *last),
            ([first], []) => {
                let help = format!("write `{end}` below the last of fabkube's lines");
                return wrong(lines[*first].0, format!("the mark `{begin}` has no end"), help);
            }
            (begins, ends) => {
                let second = begins.get(1).or(ends.last()).map_or(0, |i| lines[*i].0);
                let help = "a network has its two marks once, one above and one below its lines: take out what is too many";
                return wrong(second, "a mark of fabkube's is not in its place".to_owned(), help.to_owned());
            }
        };
        let mut rules = Vec::new();
        for (number, _, line) in &lines[first + 1..last] {
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [] => {}
                [rewrite, name, exact, host, service] if [*rewrite, *name, *exact] == REWRITE => rules.push((*host, *service)),
                _ => {
                    let message = format!("`{line}` stands between fabkube's marks and is not fabkube's");
                    return wrong(*number, message, "move it below the second mark".to_owned());
                }
            }
        }
        self.is_own(&rules, &self.place.with_line(lines[first].0), problems)?;
        Some(Some(lines[first].1.start..lines[last].1.end))
    }

    /// Lines that share neither a host nor a namespace with this network are another's, which has the same name.
    fn is_own(&self, old: &[(&str, &str)], place: &Place, problems: &mut Problems) -> Option<()> {
        let is_known = |(host, service): &(&str, &str)| {
            let namespace = service.split('.').nth(1);
            self.hosts.rules.contains_key(*host) || self.network.namespaces.iter().any(|own| namespace == Some(own.name.as_str()))
        };
        if old.is_empty() || old.iter().any(is_known) {
            return Some(());
        }
        let message =
            format!("another network that is called `{}` has its hosts here, `{}` for one", self.network.name, old[0].0);
        problems.push(Problem::new(Code::FK0717, message).at(place).help(
            "give one of the two another name in its values.yaml, `network: {name: …}`; if that one is gone, take its lines out",
        ));
        None
    }

    /// The server block where any host comes and the cluster's Services are known.
    fn block<'b>(&self, blocks: &'b [ServerBlock], problems: &mut Problems) -> Option<&'b ServerBlock> {
        let domain = &self.network.cluster_domain;
        let mut of_any_host = blocks.iter().filter(|block| block.zones().any(|zone| zone.is_empty())).peekable();
        let Some(first) = of_any_host.peek().copied() else {
            let problem = Problem::new(Code::FK0713, "no server block of this Corefile is for all hosts, as `.:53` is");
            problems.push(problem.at(self.place).help("CoreDNS is perhaps not what answers here: docs/addresses.md"));
            return None;
        };
        // What is imported, nobody sees here.
        let has = |block: &&ServerBlock, name: &str| block.plugins_called(name).next().is_some();
        let Some(block) = of_any_host.find(|block| has(block, "kubernetes") || has(block, "import")) else {
            let problem = Problem::new(Code::FK0713, "the server block for all hosts does not know the cluster's Services");
            let help = format!("a rewritten host stays in its block: it needs `kubernetes {domain}`");
            problems.push(problem.at(&self.place.with_line(first.line)).help(help));
            return None;
        };
        for kubernetes in block.plugins_called("kubernetes") {
            let zones: Vec<String> = kubernetes
                .arguments
                .iter()
                .take_while(|zone| zone.contains('.') || zone.contains('{'))
                .map(|zone| addresses::plain(zone))
                .collect();
            if !zones.is_empty() && !zones.iter().any(|zone| zone == domain || zone.contains('{')) {
                let message = format!("the domain of this cluster is `{}`, and the network is made for `{domain}`", zones[0]);
                let problem = Problem::new(Code::FK0713, message).at(&self.place.with_line(kubernetes.line));
                problems.push(problem.help(format!("`clusterDomain: {}` in values.yaml, and render again", zones[0])));
                return None;
            }
        }
        Some(block)
    }

    /// Whether something else in the Corefile has one of the hosts.
    fn check(
        &self,
        blocks: &[ServerBlock],
        (own, old): (&ServerBlock, Option<&Range<usize>>),
        problems: &mut Problems,
    ) -> Option<()> {
        let line_of = |at: usize| self.text[..at].matches('\n').count() + 1;
        let old_lines = old.map_or(0..0, |old| line_of(old.start)..line_of(old.end));
        let mut is_free = true;
        for rule in own.plugins_called("rewrite").filter(|rule| !old_lines.contains(&(rule.line as usize))) {
            let Some((from, to)) = exact_rewrite(rule) else { continue };
            if self.hosts.rules.get(&from).is_some_and(|service| *service != to) {
                let message = format!("`{from}` leads to `{to}` already");
                let help = if self.hosts.led.contains(&from) {
                    "take that line out, or out of the project that it is from; or leave `--outside` out"
                } else {
                    "take that line out, or out of the project that it is from; or use `addressing: service` in one of the two"
                };
                problems.push(Problem::new(Code::FK0714, message).at(&self.place.with_line(rule.line)).help(help));
                is_free = false;
            }
        }
        for block in blocks {
            for zone in block.zones().filter(|zone| !zone.is_empty()) {
                let below = |host: &&String| **host == zone || host.ends_with(&format!(".{zone}"));
                let hosts: Vec<&str> = self.hosts.rules.keys().filter(below).map(String::as_str).collect();
                if hosts.is_empty() {
                    continue;
                }
                let message =
                    format!("the server block of `{zone}` answers for `{}`, and `.:53` is not asked", hosts.join("`, `"));
                let instead = if hosts.iter().all(|host| self.hosts.led.contains(*host)) {
                    "leave `--outside` out"
                } else {
                    "use `addressing: service`"
                };
                let help = format!(
                    "{instead}; or see to it that this block leads the hosts to their Services (`fabkube cluster coredns` says which)"
                );
                problems.push(Problem::new(Code::FK0714, message).at(&self.place.with_line(block.line)).help(help));
                is_free = false;
            }
        }
        is_free.then_some(())
    }

    /// What lines of a block begin with.
    fn indent(&self, block: &ServerBlock) -> &str {
        let line = block.plugins.first().filter(|first| first.line > block.line);
        let line = line.and_then(|first| self.text.lines().nth(first.line as usize - 1));
        line.map_or("    ", |line| &line[..line.len() - line.trim_start().len()])
    }
}

/// The two names of `rewrite [continue|stop] name [exact] FROM TO`.
fn exact_rewrite(rule: &Plugin) -> Option<(String, String)> {
    let words: Vec<&str> = rule.arguments.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        ["continue" | "stop", rest @ ..] => rest,
        all => all,
    };
    match words {
        ["name", "exact", from, to, ..] | ["name", from, to] => Some((addresses::plain(from), addresses::plain(to))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Outside;
    use crate::network::sample;

    /// Numbers that look like chance and are the same each time (Knuth's linear congruential generator).
    struct Dice(u64);

    impl Dice {
        fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            from[(self.0 >> 33) as usize % from.len()]
        }

        fn times(&mut self, most: usize, from: &[&str]) -> String {
            let counts: Vec<&str> = ["", "x", "xx", "xxx", "xxxx", "xxxxx"].into_iter().take(most + 1).collect();
            (0..self.pick(&counts).len()).map(|_| self.pick(from)).collect()
        }
    }

    const BLOCKS: &[&str] = &[
        "(common) {\n  errors\n}\n",
        "import custom/*.server\n",
        "net.test:53 {\n\tforward . 10.0.0.1 {\n\t}\n}\r\n",
        ".:5353 {\n kubernetes\n}\n",
        "# a comment {\n",
        "\n",
    ];
    const LINES: &[&str] = &[
        "    errors\n",
        "  log # { of a comment\n",
        "\tcache 30 {\n\t  success 1\n\t}\r\n",
        "    rewrite name suffix .a.test .b.test\n",
        "    rewrite stop {\n      name regex a b\n      answer name b a\n    }\n",
        "    hosts \"a \\\" {\nb\" {\n    fallthrough\n    }\n",
        "    # fabkube: hosts of the network other\n    rewrite name exact a.test b.test\n    # fabkube: end of the hosts of the network other\n",
        "\n",
    ];

    fn corefile(dice: &mut Dice) -> String {
        let key = dice.pick(&[".:53", ".", "dns://.", "a.test .:53", "a.test,\n."]);
        let open = dice.pick(&[" {\n", "\n{\n", " { # comment\n", " {\r\n", " { reload\n"]);
        let kubernetes = dice.pick(&["kubernetes\n", "kubernetes cluster.local in-addr.arpa {\n  ttl 30\n}\n"]);
        let (before, after) = (dice.times(3, BLOCKS), dice.times(3, BLOCKS));
        let (above, below) = (dice.times(5, LINES), dice.times(5, LINES));
        format!("{before}{key}{open}{above}{kubernetes}{below}}}{}{after}", dice.pick(&["\n", "\r\n"]))
    }

    fn hosts(network: &Network) -> Hosts {
        Hosts::new(network, Outside::Left)
    }

    fn patch(network: &Network, text: &str) -> Result<String, Problems> {
        let mut problems = Problems::new();
        patched(network, &hosts(network), (text, &Place::option("Corefile")), &mut problems).ok_or(problems)
    }

    /// What CoreDNS reads, without the rules of a network.
    fn meaning(text: &str, without: &Network) -> String {
        let Hosts { rules, .. } = hosts(without);
        let is_own = |plugin: &Plugin| exact_rewrite(plugin).is_some_and(|(host, _)| rules.contains_key(&host));
        let mut blocks = server_blocks(text).unwrap();
        blocks.iter_mut().for_each(|block| block.plugins.retain(|plugin| !is_own(plugin)));
        let read = |block: &ServerBlock| {
            let plugins: Vec<_> = block.plugins.iter().map(|plugin| (plugin.name.clone(), plugin.arguments.clone())).collect();
            format!("{:?} {plugins:?}\n", block.keys)
        };
        blocks.iter().map(read).collect()
    }

    #[test]
    fn a_second_patch_changes_nothing_and_all_else_is_read_as_before() {
        let network = sample::by_domain();
        let by_service = Network { name: network.name.clone(), ..sample::two_orgs() };
        let mut dice = Dice(1);
        for _ in 0..500 {
            let before = corefile(&mut dice);
            let once = patch(&network, &before).unwrap_or_else(|problems| panic!("{before}\n{problems:?}"));
            assert_eq!(patch(&network, &once).unwrap(), once, "{before}");
            assert_eq!(meaning(&once, &network), meaning(&before, &network), "{before}");
            let blocks = server_blocks(&once).unwrap();
            let block = blocks.iter().find(|block| block.zones().any(|zone| zone.is_empty())).unwrap();
            assert!(block.plugins_called("rewrite").count() >= hosts(&network).rules.len(), "{once}");
            // Taken out again, nothing is left of it but an end of line.
            let left = patch(&by_service, &once).unwrap();
            assert_eq!(left.split_whitespace().collect::<Vec<_>>(), before.split_whitespace().collect::<Vec<_>>());
        }
    }

    #[test]
    fn whatever_stands_in_a_corefile_is_read_or_refused() {
        let network = sample::by_domain();
        let mut dice = Dice(7);
        let mut refused = 0;
        for _ in 0..2000 {
            let text = dice.times(5, &[BLOCKS, LINES, &["{", "}", "\"", "\\", "#", ".:53", ",", " ", "\u{feff}", "é"]].concat());
            refused += usize::from(patch(&network, &text).is_err_and(|problems| problems.has_errors()));
        }
        assert!(refused > 1000, "{refused}");
    }
}
