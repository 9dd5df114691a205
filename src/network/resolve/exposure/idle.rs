//! Settings of `expose` that belong to another type than the one chosen: each is told of once, where it is written. Whether those that
//! count are right is `checks`'s.

use crate::diag::{Code, Place, Problem, Problems, Severity};
use crate::input::given;
use crate::input::values::{ExposureSettings, RouteParentSettings, is_default, words};

/// A setting, and the types that read it.
struct Kind {
    key: &'static str,
    types: &'static [&'static str],
}

/// Every type but `none`.
const ANY: &[&str] = &["nodePort", "loadBalancer", "ingress", "tlsRoute"];

const fn kind(key: &'static str, types: &'static [&'static str]) -> Kind {
    Kind { key, types }
}

const HOST: Kind = kind("host", ANY);
const DOMAIN: Kind = kind("domain", ANY);
const PORT: Kind = kind("port", ANY);
const ANNOTATIONS: Kind = kind("annotations", ANY);
const NODE_PORT: Kind = kind("nodePort", &["nodePort"]);
const TRAFFIC_POLICY: Kind = kind("externalTrafficPolicy", &["nodePort", "loadBalancer"]);
const LOAD_BALANCER_CLASS: Kind = kind("loadBalancerClass", &["loadBalancer"]);
const SOURCE_RANGES: Kind = kind("loadBalancerSourceRanges", &["loadBalancer"]);
const CLASS_NAME: Kind = kind("className", &["ingress"]);
const GATEWAY_NAME: Kind = kind("gateway.name", &["tlsRoute"]);
const GATEWAY_NAMESPACE: Kind = kind("gateway.namespace", &["tlsRoute"]);
const SECTION_NAME: Kind = kind("gateway.sectionName", &["tlsRoute"]);

/// What was seen of the settings of all nodes and gateways so far. One that stands further up, for those that have the type that it
/// is for, is no slip where others have another.
#[derive(Default)]
pub struct Idle {
    read: Vec<(&'static str, Place)>,
    unread: Vec<Unread>,
}

struct Unread {
    kind: &'static Kind,
    place: Place,
    /// The types of those that it holds for.
    chosen: Vec<String>,
}

impl Idle {
    /// Looks at the settings of one node or gateway.
    pub fn see(&mut self, settings: &ExposureSettings, problems: &mut Problems) {
        let chosen = &settings.kind;
        // What is no type has been told of. And where somebody switched off what stands further up, that is no slip either.
        if !words::EXPOSE_TYPE.contains(&chosen.value.as_str()) || (chosen.value == "none" && !is_default(chosen)) {
            return;
        }
        for (kind, place) in written(settings) {
            if kind.types.contains(&chosen.value.as_str()) {
                self.read.push((kind.key, place.clone()));
                continue;
            }
            if kind.key == SOURCE_RANGES.key && chosen.value != "none" {
                open_to_all(&chosen.value, (place, &chosen.place), problems);
                continue;
            }
            let is_known = |unread: &&mut Unread| unread.kind.key == kind.key && unread.place == *place;
            match self.unread.iter_mut().find(is_known) {
                Some(known) if known.chosen.contains(&chosen.value) => {}
                Some(known) => known.chosen.push(chosen.value.clone()),
                None => self.unread.push(Unread { kind, place: place.clone(), chosen: vec![chosen.value.clone()] }),
            }
        }
    }

    /// Warns of what nobody reads.
    pub fn warn(self, problems: &mut Problems) {
        for Unread { kind, place, mut chosen } in self.unread {
            if self.read.contains(&(kind.key, place.clone())) {
                continue;
            }
            if chosen.len() > 1 {
                chosen.retain(|chosen| chosen != "none");
            }
            let help = match kind.types {
                ANY => "write `type: nodePort`, or another type; or take it out".to_owned(),
                types => format!("it is for `type: {}`: choose that, or take it out", types.join("` and `type: ")),
            };
            let chosen = chosen.join("` and `type: ");
            let problem = Problem::new(Code::FK0705, format!("`{}` does nothing with `type: {chosen}`", kind.key));
            problems.push(problem.at(&place).help(help));
        }
    }
}

/// Who wrote down whom to let in means to keep others out.
fn open_to_all(chosen: &str, (place, of_type): (&Place, &Place), problems: &mut Problems) {
    let message = format!(
        "`{}` does nothing with `type: {chosen}`: everybody could come in, and not these addresses alone",
        SOURCE_RANGES.key
    );
    let problem = Problem { severity: Severity::Error, ..Problem::new(Code::FK0705, message) };
    problems.push(problem.at(place).at(of_type).help(
        "they are for `type: loadBalancer`: choose that; or limit who comes in by `networkPolicies.clients` or before the cluster, and write \
         `loadBalancerSourceRanges: []` beside the `type`",
    ));
}

/// What the user said beside the type, and where.
fn written(settings: &ExposureSettings) -> Vec<(&'static Kind, &Place)> {
    let ExposureSettings {
        kind: _,
        host,
        domain,
        port,
        node_port,
        annotations,
        class_name,
        load_balancer_class,
        load_balancer_source_ranges,
        external_traffic_policy,
        gateway: RouteParentSettings { name, namespace, section_name },
    } = settings;
    let texts = [
        (&HOST, host),
        (&DOMAIN, domain),
        (&CLASS_NAME, class_name),
        (&LOAD_BALANCER_CLASS, load_balancer_class),
        (&TRAFFIC_POLICY, external_traffic_policy),
        (&GATEWAY_NAME, name),
        (&GATEWAY_NAMESPACE, namespace),
        (&SECTION_NAME, section_name),
    ];
    let texts = texts.into_iter().filter(|(_, text)| given(text)).map(|(kind, text)| (kind, &text.place));
    let numbers = [(&PORT, port), (&NODE_PORT, node_port)];
    let numbers = numbers.into_iter().filter(|(_, number)| number.value != 0).map(|(kind, number)| (kind, &number.place));
    let annotations = annotations.first().map(|(key, _)| (&ANNOTATIONS, &key.place));
    let ranges = load_balancer_source_ranges.first().map(|range| (&SOURCE_RANGES, &range.place));
    texts.chain(numbers).chain(annotations).chain(ranges).collect()
}
