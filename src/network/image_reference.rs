//! What the parts of an image's name can be, as container runtimes read them (github.com/distribution/reference, `regexp.go` and
//! `reference.go`). Which image a pod has is `resolve`'s.

use super::addresses;

/// `repositoryNameTotalLengthMax` there, and what `anchoredTagRegexp` takes.
const PATH_LIMIT: usize = 255;
const TAG_LIMIT: usize = 128;

/// What a tag begins with that is a digest.
pub const SHA256: &str = "sha256:";

/// Whether a text can be a registry, `host[:port][/path]`; if not, why.
pub fn check_registry(text: &str) -> Result<(), String> {
    no_scheme(text)?;
    if text.contains('@') {
        return Err("a user has no place in it: `image.pullSecrets` names who pulls".to_owned());
    }
    let (domain, path) = text.split_once('/').map_or((text, None), |(domain, path)| (domain, Some(path)));
    check_domain(domain)?;
    path.map_or(Ok(()), check_path)
}

/// Whether a text can be a repository, `hyperledger/fabric-peer`; if not, why. Without a registry before it, it may begin with one,
/// which has a dot or a port there.
pub fn check_repository(text: &str, registry: &str) -> Result<(), String> {
    no_scheme(text)?;
    match text.split_once('/').filter(|(first, _)| registry.is_empty() && is_domain(first)) {
        Some((domain, path)) => check_domain(domain).and_then(|()| check_path(path)),
        None => check_path(text),
    }?;
    let length = registry.len() + 1 + text.len();
    if length > PATH_LIMIT {
        return Err(format!("with its registry it has {length} characters, and may have {PATH_LIMIT}"));
    }
    Ok(())
}

/// The registry that a repository of Docker Hub begins with, and what is behind it: Docker Hub has none within it, so nobody could
/// pull that. A registry of one's own may have such paths, as a mirror of others.
pub fn registry_within<'t>(text: &'t str, registry: &str) -> Option<(&'t str, &'t str)> {
    let is_hub = matches!(registry.split('/').next(), Some("docker.io" | "index.docker.io" | "registry-1.docker.io"));
    text.split_once('/').filter(|(first, _)| is_hub && is_domain(first))
}

/// Whether an image's name begins with its registry.
pub fn has_registry(name: &str) -> bool {
    name.split_once('/').is_some_and(|(first, _)| is_domain(first))
}

/// What container runtimes take for a registry at the beginning of an image's name (`splitDockerDomain`).
fn is_domain(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost"
}

/// Whether a text can be a tag, or a digest in its place; if not, why.
pub fn check_tag(text: &str) -> Result<(), String> {
    if text.starts_with(SHA256) {
        return check_digest(text);
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.len() > TAG_LIMIT {
        Err(format!("it has {} characters, and may have {TAG_LIMIT}", text.len()))
    } else if !text.starts_with(word) {
        Err("it begins with a letter, a digit or `_`".to_owned())
    } else if !text.chars().all(|c| word(c) || "-.".contains(c)) {
        Err("only letters, digits, `_`, `.` and `-` may stand in it".to_owned())
    } else {
        Ok(())
    }
}

/// Whether a text can be a digest, `sha256:` and 64 digits; if not, why.
pub fn check_digest(text: &str) -> Result<(), String> {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    match text.strip_prefix(SHA256) {
        Some(digest) if digest.len() == 64 && digest.chars().all(is_hex) => Ok(()),
        Some(_) => Err("a digest by SHA-256 has 64 digits, 0 to 9 and a to f".to_owned()),
        None => Err(format!("it does not begin with `{SHA256}`")),
    }
}

/// Fabric's own images whose tags are its releases.
const FABRICS: &[&str] = &["fabric-peer", "fabric-orderer", "fabric-tools"];

/// The release that a tag of one of Fabric's own images names: `3.1.5` of `3.1.5`, `v3.1.5-rc1` and, as tags were up to 1.4,
/// `amd64-3.1.5`. `None` where it names none, and of images that are called otherwise: their builds may have numbers of their own.
pub fn release<'t>(repository: &str, tag: &'t str) -> Option<&'t str> {
    const MACHINES: &[&str] = &["amd64-", "arm64-", "x86_64-", "s390x-", "ppc64le-"];
    let name = repository.rsplit('/').next()?;
    let tag = MACHINES.iter().find_map(|machine| tag.strip_prefix(machine)).unwrap_or(tag);
    let release = tag.strip_prefix('v').unwrap_or(tag).split('-').next()?;
    let parts: Vec<&str> = release.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let is_release = [2, 3].contains(&parts.len()) && parts.iter().all(is_number);
    (FABRICS.contains(&name) && is_release).then_some(release)
}

/// The number that a tag begins with, `29` of `29.0.0-dind`, where it has one.
pub fn major(tag: &str) -> Option<u32> {
    tag.split(['.', '-']).next().and_then(|number| number.parse().ok())
}

fn no_scheme(text: &str) -> Result<(), String> {
    if text.contains("://") { Err("it is no URL, and has no scheme before it".to_owned()) } else { Ok(()) }
}

/// `host[:port]`, where the host may have capital letters and a `_` may not stand.
fn check_domain(text: &str) -> Result<(), String> {
    let (host, port) = match text.rfind(':').filter(|colon| !text[*colon..].contains(']')) {
        Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
        None => (text, None),
    };
    if let Some(port) = port {
        addresses::check_port(port)?;
    }
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let parsed = address.parse::<std::net::Ipv6Addr>();
        return parsed.map(|_| ()).map_err(|_| format!("`{address}` is no IPv6 address"));
    }
    let edge = |c: char| c.is_ascii_alphanumeric();
    let is_label = |label: &str| label.starts_with(edge) && label.ends_with(edge) && label.chars().all(|c| edge(c) || c == '-');
    if host.split('.').all(is_label) { Ok(()) } else { Err(format!("`{host}` is no host")) }
}

/// Parts of small letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn check_path(text: &str) -> Result<(), String> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    for part in text.split('/') {
        if part.is_empty() {
            return Err("a part of it between two `/` is empty".to_owned());
        }
        if !part.chars().all(|c| edge(c) || "._-".contains(c)) {
            return Err("only lower-case letters, digits, `.`, `_`, `-` and `/` may stand in it".to_owned());
        }
        let separators = part.split(edge).filter(|between| !between.is_empty());
        let mut wrong = separators.filter(|between| !([".", "_", "__"].contains(between) || between.chars().all(|c| c == '-')));
        if !part.starts_with(edge) || !part.ends_with(edge) || wrong.next().is_some() {
            return Err(format!(
                "`{part}` has to begin and end with a letter or digit, with one `.`, `_`, `__` or some `-` between"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_a_host_with_a_port_and_a_path() {
        for right in ["docker.io", "mirror.corp:5000", "localhost:5000/a/b", "MIRROR.corp", "[::1]:5000", "10.0.0.1/hub"] {
            assert_eq!(check_registry(right), Ok(()), "{right}");
        }
        for wrong in ["https://mirror.corp", "mirror corp", "mirror.corp:x", "mirror.corp/Hub", "mirror.corp//a", "-a.corp", ""] {
            assert!(check_registry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_repository_is_in_small_letters() {
        for right in ["hyperledger/fabric-peer", "a", "a/b__c/d.e/f--g", "0"] {
            assert_eq!(check_repository(right, "docker.io"), Ok(()), "{right}");
        }
        for wrong in ["https://x/y", "Hyperledger/fabric-peer", "a//b", "a/", "a..b", "a___b", "-a", "fabric-peer:2.5", "a@b"] {
            assert!(check_repository(wrong, "docker.io").is_err(), "{wrong}");
        }
        assert!(check_repository("localhost:5000/a", "").is_ok() && check_repository("localhost:5000/a", "docker.io").is_err());
        assert!(check_repository(&"a".repeat(254), "").is_ok() && check_repository(&"a".repeat(254), "b").is_err());
    }

    #[test]
    fn a_tag_of_fabrics_own_images_names_a_release_or_none() {
        for (tag, named) in [
            ("3.1.5", Some("3.1.5")),
            ("3.1", Some("3.1")),
            ("v2.5.0-beta", Some("2.5.0")),
            ("amd64-1.4.12", Some("1.4.12")),
            ("3", None),
            ("latest", None),
            ("2.5.x", None),
            ("2.5.16.1", None),
            ("20240101", None),
            ("", None),
        ] {
            assert_eq!(release("mirror/fabric-peer", tag), named, "{tag}");
        }
        assert_eq!(release("mine/peer", "3.1.5"), None);
        assert_eq!(release("mine/fabric-peer-custom", "1.0.3"), None);
    }

    #[test]
    fn docker_hub_has_no_registry_within_it() {
        for (text, registry, within) in [
            ("ghcr.io/x/fabric-peer", "docker.io", Some(("ghcr.io", "x/fabric-peer"))),
            ("localhost/a", "docker.io/mine", Some(("localhost", "a"))),
            ("mirror:5000/a", "docker.io", Some(("mirror:5000", "a"))),
            ("ghcr.io/x/fabric-peer", "mirror.corp:5000", None),
            ("ghcr.io/x/fabric-peer", "", None),
            ("hyperledger/fabric.peer", "docker.io", None),
            ("fabric.peer", "docker.io", None),
        ] {
            assert_eq!(registry_within(text, registry), within, "{text} of {registry}");
        }
    }

    #[test]
    fn a_tag_is_a_word_or_a_digest() {
        for right in ["2.5.16", "_a", "28.5.1-dind", &"a".repeat(128), &format!("sha256:{}", "0a".repeat(32))] {
            assert_eq!(check_tag(right), Ok(()), "{right}");
        }
        for wrong in ["a b", ".5", "-a", "2.5+1", &"a".repeat(129), "sha256:ab", &format!("sha256:{}", "0A".repeat(32))] {
            assert!(check_tag(wrong).is_err(), "{wrong}");
        }
    }
}
