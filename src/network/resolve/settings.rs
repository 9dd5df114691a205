//! Settings of pods, checked before a cluster sees them. Which level of values.yaml they are from is `input`'s.

use super::{pods, selectors};
use crate::diag::{Code, Problem, Problems};
use crate::input::given;
use crate::input::values::{ImageSettings, RegistrySettings, ResourceSettings, StorageSettings, TolerationSettings, words};
use crate::network::{FabricVersion, Image, Resources, Rollout, Storage, Toleration, addresses, image_reference, names};
use crate::yaml::{Ordered, Spanned};
use std::collections::BTreeMap;

/// A setting that cannot be empty.
pub fn needed(setting: &Spanned<String>, path: &str, problems: &mut Problems) -> String {
    if !given(setting) {
        let problem = Problem::new(Code::FK0217, format!("`{path}` cannot be empty"));
        problems.push(problem.at(&setting.place).help("`fabkube values` prints its default"));
    }
    setting.value.clone()
}

/// One of a few words that Kubernetes or fabkube knows.
pub fn one_of(setting: &Spanned<String>, what: &str, known: &[&str], problems: &mut Problems) {
    if !known.contains(&setting.value.as_str()) {
        let problem = Problem::new(Code::FK0212, format!("`{}` is no {what}", setting.value));
        problems.push(problem.at(&setting.place).help(format!("write one of `{}`", known.join("`, `"))));
    }
}

/// How changed orderers restart.
pub fn rollout(setting: &Spanned<String>, problems: &mut Problems) -> Rollout {
    one_of(setting, "way to roll out orderers", words::ROLLOUT, problems);
    if setting.value == "rolling" { Rollout::Rolling } else { Rollout::Ordered }
}

/// An image out of its own settings, those of all images, and the tag that it has where none is given.
pub fn image(image: &ImageSettings, (everywhere, tag): (&RegistrySettings, &str), problems: &mut Problems) -> Image {
    one_of(&everywhere.pull_policy, "imagePullPolicy", words::PULL_POLICY, problems);
    let registry = if given(&image.registry) { &image.registry } else { &everywhere.registry };
    let host = registry.trim_end_matches('/');
    let mut judge = |part: &str, text: &Spanned<String>, checked: Result<(), String>, example: &str| {
        if let Err(reason) = checked {
            let problem =
                Problem::new(Code::FK0227, format!("`{}` can be no {part} of an image: {reason}", addresses::without_user(text)));
            problems.push(problem.at(&text.place).help(example));
        }
    };
    if !host.is_empty() {
        let example = "write a host, with a port and a folder if need be: `mirror.example.com:5000/hub`";
        judge("registry", registry, image_reference::check_registry(host), example);
    }
    if let Some((within, path)) = image_reference::registry_within(&image.repository, host) {
        let reason = format!("`{within}` is a registry, and `{host}` has none within it");
        let example = format!("write `image: {{registry: {within}, repository: {path}}}`");
        judge("repository", &image.repository, Err(reason), &example);
    } else if given(&image.repository) {
        let example = "write the image's path alone, the registry and the tag apart: `repository: hyperledger/fabric-peer`";
        judge("repository", &image.repository, image_reference::check_repository(&image.repository, host), example);
    }
    if given(&image.tag) {
        let example = "write `2.5.16`, say, or a digest, `sha256:` and its 64 digits";
        judge("tag", &image.tag, image_reference::check_tag(&image.tag), example);
    }
    if given(&image.digest) {
        let example = "`docker buildx imagetools inspect IMAGE` prints it: `sha256:` and its 64 digits";
        judge("digest", &image.digest, image_reference::check_digest(&image.digest), example);
    }
    let repository = needed(&image.repository, "image.repository", problems);
    let path = if host.is_empty() { repository } else { format!("{host}/{repository}") };
    // What has a digest needs no tag: it is that very image, whatever a tag comes to mean.
    let version = if given(&image.digest) {
        image.digest.value.clone()
    } else if given(&image.tag) || tag.is_empty() {
        needed(&image.tag, "image.tag", problems)
    } else {
        tag.to_owned()
    };
    let separator = if version.starts_with(image_reference::SHA256) { '@' } else { ':' };
    Image { reference: format!("{path}{separator}{version}"), pull_policy: everywhere.pull_policy.value.clone() }
}

/// An image that is written as one text, as container runtimes take it: with its registry, or without one.
pub fn named_image(text: &Spanned<String>, everywhere: &RegistrySettings, problems: &mut Problems) -> Image {
    let (path, digest) = text.split_once('@').map_or((text.as_str(), ""), |(path, digest)| (path, digest));
    let at = path.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = match path[at..].split_once(':') {
        Some((name, tag)) => (format!("{}{name}", &path[..at]), tag),
        None => (path.to_owned(), ""),
    };
    if tag.is_empty() && digest.is_empty() {
        let message = format!("the image `{}` names no version", addresses::without_user(text));
        let help = "write a tag, `registry.example.com/basic:1.0`, or a digest: whatever is newest is another program tomorrow";
        problems.push(Problem::new(Code::FK0227, message).at(&text.place).help(help));
        return Image { reference: text.value.clone(), pull_policy: everywhere.pull_policy.value.clone() };
    }
    let part = |value: &str| Spanned { value: value.to_owned(), place: text.place.clone() };
    let image = ImageSettings { registry: part(""), repository: part(&repository), tag: part(tag), digest: part(digest) };
    let registry = if image_reference::has_registry(&repository) { part("") } else { everywhere.registry.clone() };
    self::image(&image, (&RegistrySettings { registry, ..everywhere.clone() }, ""), problems)
}

/// An image of Fabric's own whose tag names a release of another line: what is rendered is for the network's. A tag of one's own says
/// nothing.
pub fn check_release(image: &ImageSettings, version: FabricVersion, problems: &mut Problems) {
    let named = image_reference::release(&image.repository, &image.tag).filter(|_| !given(&image.digest));
    let Some((text, release)) = named.and_then(|text| Some((text, text.parse::<FabricVersion>().ok()?))) else { return };
    if (release.major, release.minor) != (version.major, version.minor) {
        let message = format!(
            "the tag `{}` is of Fabric {}.{}, and the network is made for Fabric {version}",
            image.tag.value, release.major, release.minor
        );
        let help = format!("write `fabric: {{version: \"{text}\"}}`, which blocks, settings and images follow, and no tag");
        problems.push(Problem::new(Code::FK0770, message).at(&image.tag.place).help(help));
    }
}

/// No volume of use is smaller: what is below is a number that lacks its unit, and a claim by template cannot be changed later.
const SMALLEST_VOLUME: f64 = 1048576.0;

/// A volume claim.
pub fn storage(settings: &StorageSettings, problems: &mut Problems) -> Storage {
    let (size, class) = (&settings.size, &settings.class_name);
    let mut refuse = |reason: &str, help: &str| {
        let problem = Problem::new(Code::FK0216, format!("`{}` is no size of a volume{reason}", size.value));
        problems.push(problem.at(&size.place).help(help));
    };
    match quantity(size) {
        Some(bytes) if bytes >= SMALLEST_VOLUME => {}
        Some(bytes) if bytes >= 1.0 => refuse(&format!(": it is {bytes} bytes"), "write a unit: `10Gi`"),
        _ => refuse("", "write a Kubernetes quantity: `10Gi`"),
    }
    if given(class)
        && let Err(reason) = names::check_subdomain(class)
    {
        let problem = Problem::new(Code::FK0211, format!("`{class}` cannot name a StorageClass: {reason}"));
        problems.push(problem.at(&class.place).help("`kubectl get storageclasses` lists those of a cluster"));
    }
    Storage { size: size.value.clone(), class: given(class).then(|| class.value.clone()) }
}

/// Requests and limits, and no request above its limit.
pub fn resources(settings: &ResourceSettings, problems: &mut Problems) -> Resources {
    for (name, limit) in settings.limits.iter() {
        let above = |request: &&Spanned<String>| quantity(request) > quantity(limit);
        if let Some(request) = settings.requests.get(name).filter(above) {
            let message = format!("the request for {} (`{}`) is above its limit (`{}`)", name.value, request.value, limit.value);
            let problem = Problem::new(Code::FK0216, message).at(&request.place).at(&limit.place);
            problems.push(problem.help("raise the limit, or lower the request"));
        }
    }
    Resources { requests: quantities(&settings.requests, problems), limits: quantities(&settings.limits, problems) }
}

fn quantities(map: &Ordered<Spanned<String>>, problems: &mut Problems) -> BTreeMap<String, String> {
    for (name, _) in map.iter() {
        if let Err(reason) = names::check_resource(name) {
            let problem = Problem::new(Code::FK0211, format!("`{}` is no resource of a container: {reason}", name.value));
            let help = "write `cpu`, `memory` or `ephemeral-storage`, or a name with a domain: `nvidia.com/gpu`";
            problems.push(problem.at(&name.place).help(help));
        }
    }
    for (name, amount) in map.iter().filter(|(_, amount)| quantity(amount).is_none()) {
        let problem = Problem::new(Code::FK0216, format!("`{}` is no amount of {}", amount.value, name.value));
        problems.push(problem.at(&amount.place).help("write a Kubernetes quantity: `500m`, `2`, `1Gi`"));
    }
    map.iter().map(|(name, amount)| (name.value.clone(), amount.value.clone())).collect()
}

/// Labels that a machine must have.
pub fn node_selector(settings: &Ordered<Spanned<String>>, problems: &mut Problems) -> BTreeMap<String, String> {
    settings.iter().for_each(|(key, value)| pods::check_label(key, value, problems));
    settings.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

/// Names of Secrets with a registry's credentials.
pub fn pull_secrets(everywhere: &RegistrySettings, problems: &mut Problems) -> Vec<String> {
    for name in &everywhere.pull_secrets {
        let checked = if given(name) { names::check_subdomain(name) } else { Err("it is empty".to_owned()) };
        if let Err(reason) = checked {
            let problem = Problem::new(Code::FK0211, format!("`{name}` cannot name a Secret: {reason}"));
            problems.push(problem.at(&name.place).help("`kubectl create secret docker-registry NAME` makes one: write its name"));
        }
    }
    everywhere.pull_secrets.iter().map(|name| name.value.clone()).collect()
}

/// Tolerations, in words that Kubernetes knows.
pub fn tolerations(settings: &[Spanned<TolerationSettings>], problems: &mut Problems) -> Vec<Toleration> {
    settings
        .iter()
        .map(|toleration| {
            let TolerationSettings { key, operator, value, effect, toleration_seconds } = &toleration.value;
            if let Some(operator) = operator {
                one_of(operator, "operator of a toleration", words::TOLERATION_OPERATOR, problems);
            }
            if let Some(effect) = effect.as_ref().filter(|effect| given(effect)) {
                one_of(effect, "effect of a taint", words::TAINT_EFFECT, problems);
            }
            check_toleration(toleration, problems);
            let text = |word: &Option<Spanned<String>>| word.as_ref().map(|word| word.value.clone());
            Toleration {
                key: text(key),
                operator: text(operator),
                value: text(value),
                effect: text(effect),
                toleration_seconds: *toleration_seconds,
            }
        })
        .collect()
}

/// What Kubernetes demands of a toleration's fields together (`validateTolerations` in pkg/apis/core/validation).
fn check_toleration(toleration: &Spanned<TolerationSettings>, problems: &mut Problems) {
    let TolerationSettings { key, operator, value, effect, toleration_seconds } = &toleration.value;
    let exists = operator.as_ref().is_some_and(|operator| operator.value == "Exists");
    let says = |text: &Option<Spanned<String>>| text.as_ref().is_some_and(given);
    if let Some(key) = key.as_ref().filter(|key| given(key)) {
        pods::check_key(key, "a taint", problems);
    }
    if let Some(value) = value.as_ref().filter(|_| !exists) {
        selectors::check_value(value, problems);
    }
    let mut refuse = |message: &str, help: &str| {
        problems.push(Problem::new(Code::FK0294, message).at(&toleration.place).help(help));
    };
    if !says(key) && !exists {
        refuse("a toleration without a `key`", "give it one, or `operator: Exists`, which tolerates all taints");
    }
    if says(value) && exists {
        refuse("a toleration with `operator: Exists` and a `value`", "take the value out, or write `operator: Equal`");
    }
    let evicts = effect.as_ref().is_some_and(|effect| effect.value == "NoExecute");
    if toleration_seconds.is_some() && !evicts {
        refuse("`tolerationSeconds` without `effect: NoExecute`", "write `effect: NoExecute`, or take the seconds out");
    }
}

/// Whether a text is a quantity of Kubernetes.
pub fn is_quantity(text: &str) -> bool {
    quantity(text).is_some()
}

/// A Kubernetes quantity as a number (apimachinery `pkg/api/resource/quantity.go`); `None` where it is none.
pub fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: &[(&str, f64)] = &[
        ("Ki", 1024.0),
        ("Mi", 1048576.0),
        ("Gi", 1073741824.0),
        ("Ti", 1099511627776.0),
        ("Pi", 1125899906842624.0),
        ("Ei", 1152921504606846976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let (number, scale) =
        SUFFIXES.iter().find_map(|(suffix, scale)| Some((text.strip_suffix(suffix)?, *scale))).unwrap_or((text, 1.0));
    // Rust would take `inf` and `nan` too, and an exponent is a suffix of its own.
    let has_suffix = number.len() < text.len();
    let plain = number.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !(has_suffix && number.contains(['e', 'E']));
    number.parse::<f64>().ok().filter(|_| plain).map(|number| number * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_and_a_suffix() {
        for (text, number) in [("500m", 0.5), ("2", 2.0), ("1Gi", 1073741824.0), ("1e3", 1000.0), (".5", 0.5), ("1E", 1e18)] {
            assert_eq!(quantity(text), Some(number), "{text}");
        }
        for wrong in ["", "Gi", "1GB", "-1", "ten", "inf", "1 Gi", "0x10", "1e2Ki", "1E1k", "."] {
            assert_eq!(quantity(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_request_above_its_limit_is_an_error() {
        let map = |amount: &str| Ordered(vec![(Spanned::nowhere("cpu".to_owned()), Spanned::nowhere(amount.to_owned()))]);
        let mut problems = Problems::new();
        resources(&ResourceSettings { requests: map("500m"), limits: map("1") }, &mut problems);
        assert!(problems.is_empty());
        resources(&ResourceSettings { requests: map("2"), limits: map("1500m") }, &mut problems);
        assert!(problems.has_errors());
    }

    #[test]
    fn a_digest_is_told_from_a_tag() {
        let settings = |tag: &str| ImageSettings {
            registry: Spanned::default(),
            repository: Spanned::nowhere("fabric/peer".into()),
            tag: Spanned::nowhere(tag.into()),
            digest: Spanned::default(),
        };
        let everywhere = RegistrySettings {
            registry: Spanned::nowhere("mirror.example.com/".into()),
            pull_policy: Spanned::nowhere("Always".into()),
            pull_secrets: Vec::new(),
        };
        let mut problems = Problems::new();
        let mut reference = |tag: &str| image(&settings(tag), (&everywhere, "2.5.16"), &mut problems).reference;
        assert_eq!(reference(""), "mirror.example.com/fabric/peer:2.5.16");
        let digest = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(reference(&digest), format!("mirror.example.com/fabric/peer@{digest}"));
        let with_digest = ImageSettings { digest: Spanned::nowhere(digest.clone()), ..settings("2.5.15") };
        let reference = image(&with_digest, (&everywhere, "2.5.16"), &mut problems).reference;
        assert_eq!(reference, format!("mirror.example.com/fabric/peer@{digest}"));
        assert!(problems.is_empty());
    }
}
