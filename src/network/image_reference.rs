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
    let (domain, path) = text.split_once('/').map_or((text, None), |(domain, path)| (domain, Some(path)));
    check_domain(domain)?;
    path.map_or(Ok(()), check_path)
}

/// Whether a text can be a repository, `hyperledger/fabric-peer`; if not, why. Without a registry before it, it may begin with one,
/// which has a dot or a port there.
pub fn check_repository(text: &str, registry: &str) -> Result<(), String> {
    no_scheme(text)?;
    let is_domain = |first: &str| first.contains(['.', ':']) || first == "localhost";
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

/// Whether a text can be a tag, or a digest in its place; if not, why.
pub fn check_tag(text: &str) -> Result<(), String> {
    if let Some(digest) = text.strip_prefix(SHA256) {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let is_digest = digest.len() == 64 && digest.chars().all(is_hex);
        return if is_digest { Ok(()) } else { Err("a digest by SHA-256 has 64 digits, 0 to 9 and a to f".to_owned()) };
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
    fn a_tag_is_a_word_or_a_digest() {
        for right in ["2.5.16", "_a", "28.5.1-dind", &"a".repeat(128), &format!("sha256:{}", "0a".repeat(32))] {
            assert_eq!(check_tag(right), Ok(()), "{right}");
        }
        for wrong in ["a b", ".5", "-a", "2.5+1", &"a".repeat(129), "sha256:ab", &format!("sha256:{}", "0A".repeat(32))] {
            assert!(check_tag(wrong).is_err(), "{wrong}");
        }
    }
}
