//! The same tree and the same certificates as Fabric's own cryptogen made of the same files. What it made is in fixtures, and,
//! where it is present, in the folder of references beside the project.

use crate::support::{Project, files, read, root};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::x509::X509Name;

/// Every folder with a crypto-config.yaml, the files that cryptogen made of it, and the facts of its certificates.
fn cases() -> Vec<PathBuf> {
    let beside = root().join("../shared/reference");
    let folders = [root().join("tests/fixtures/cryptogen"), beside];
    let mut cases: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| ["crypto-config.yaml", "tree.txt", "certs.txt"].iter().all(|name| path.join(name).is_file()))
        .collect();
    cases.sort();
    assert!(cases.len() >= 3, "the fixtures are there: {cases:?}");
    cases
}

/// A project with cryptogen's file, and its configtx.yaml and network.yaml where it has them: keys are made whether or not what
/// these ask for is built. And the keys that fabkube makes of it.
fn generated(case: &Path) -> Project {
    let project = Project::empty();
    for name in ["crypto-config.yaml", "configtx.yaml", "network.yaml"] {
        if case.join(name).is_file() {
            project.write(name, &read(&case.join(name)));
        }
    }
    project.run(&["crypto", "generate"]).ok();
    project
}

#[test]
fn the_tree_is_cryptogens() {
    for case in cases() {
        let project = generated(&case);
        let ours: BTreeMap<String, u32> = project
            .tree("crypto-config")
            .into_keys()
            .map(|path| (format!("crypto-config/{}", path.display()), mode(&project.path().join("crypto-config").join(path))))
            .collect();
        let theirs: BTreeMap<String, u32> = read(&case.join("tree.txt"))
            .lines()
            .map(|line| line.split_once(' ').unwrap())
            .map(|(mode, path)| (plain_key_name(path), u32::from_str_radix(mode, 8).unwrap()))
            .collect();
        assert_eq!(ours, theirs, "{}", case.display());
    }
}

#[test]
fn certificates_say_what_cryptogens_say() {
    for case in cases() {
        let project = generated(&case);
        let ours = facts_of_tree(&project.path().join("crypto-config"));
        for (path, theirs) in facts_of_text(&read(&case.join("certs.txt"))) {
            let ours = ours.get(&path).unwrap_or_else(|| panic!("{}: `{path}` was not made", case.display()));
            assert_eq!(ours.said, theirs.said, "{}: `{path}`", case.display());
            assert!(ours.names.starts_with(&theirs.names), "{}: `{path}`: {} / {}", case.display(), ours.names, theirs.names);
            assert_eq!(ours.names.is_empty(), theirs.names.is_empty(), "{}: `{path}`", case.display());
        }
    }
}

/// cryptogen 1.4 names key files after their keys.
fn plain_key_name(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) if name.ends_with("_sk") => format!("{folder}/priv_sk"),
        _ => path.to_owned(),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// What a certificate says: everything but its names, which ours has more of.
#[derive(Default)]
struct Facts {
    said: String,
    names: String,
}

/// The facts of every certificate in a text like openssl's.
fn facts_of_text(text: &str) -> BTreeMap<String, Facts> {
    let mut all: BTreeMap<String, Facts> = BTreeMap::new();
    let mut path = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(next) = line.strip_prefix("== ") {
            path = next.to_owned();
        } else if line.starts_with("X509v3 Subject Alternative Name") {
            all.entry(path.clone()).or_default().names = lines.next().unwrap_or_default().trim().to_owned();
        } else {
            // Several OUs are one multi-valued RDN to Go, and several RDNs here: Fabric looks at the set of them.
            let line = line.trim().replace('+', ",");
            let both_uses = line.contains("TLS Web Client Authentication") && line.contains("TLS Web Server Authentication");
            let line = if both_uses { "client and server".to_owned() } else { line };
            writeln!(all.entry(path.clone()).or_default().said, "{line}").unwrap();
        }
    }
    all
}

fn facts_of_tree(dir: &Path) -> BTreeMap<String, Facts> {
    let is_certificate = |path: &Path| path.extension().is_some_and(|ending| ending == "pem" || ending == "crt");
    let certificates = files(dir).into_iter().filter(|(path, _)| is_certificate(path));
    certificates.map(|(path, bytes)| (path.display().to_string(), facts_of_certificate(&bytes))).collect()
}

fn facts_of_certificate(pem: &[u8]) -> Facts {
    let (_, pem) = parse_x509_pem(pem).unwrap();
    let (_, certificate) = X509Certificate::from_der(&pem.contents).unwrap();
    let mut facts = Facts::default();
    let said = &mut facts.said;
    writeln!(said, "subject={}", name(certificate.subject())).unwrap();
    writeln!(said, "issuer={}", name(certificate.issuer())).unwrap();
    let extension = |wanted: fn(&ParsedExtension) -> Option<String>| {
        certificate.extensions().iter().find_map(|extension| Some((wanted(extension.parsed_extension())?, extension.critical)))
    };
    if let Some((uses, critical)) = extension(key_usage) {
        writeln!(said, "X509v3 Key Usage:{}\n{uses}", if critical { " critical" } else { "" }).unwrap();
    }
    if let Some((uses, critical)) = extension(extended_key_usage) {
        writeln!(said, "X509v3 Extended Key Usage:{}\n{uses}", if critical { " critical" } else { "" }).unwrap();
    }
    if let Some((constraints, critical)) = extension(basic_constraints) {
        writeln!(said, "X509v3 Basic Constraints:{}\n{constraints}", if critical { " critical" } else { "" }).unwrap();
    }
    facts.names = extension(names).map(|(names, _)| names).unwrap_or_default();
    let algorithm = match certificate.public_key().algorithm.parameters.as_ref().map(|p| p.as_oid().unwrap().to_string()) {
        Some(oid) if oid == "1.2.840.10045.3.1.7" => "ASN1 OID: prime256v1\nPublic-Key: (256 bit)",
        other => panic!("another key: {other:?}"),
    };
    writeln!(facts.said, "{algorithm}").unwrap();
    for oid in [&certificate.signature_algorithm.algorithm, &certificate.tbs_certificate.signature.algorithm] {
        assert_eq!(oid.to_string(), "1.2.840.10045.4.3.2");
        writeln!(facts.said, "Signature Algorithm: ecdsa-with-SHA256").unwrap();
    }
    let validity = certificate.validity();
    let seconds = validity.not_after.timestamp() - validity.not_before.timestamp();
    assert_eq!((seconds % 86_400, validity.not_before.timestamp() % 60), (0, 0), "whole days, from a whole minute");
    writeln!(facts.said, "valid for {} days", seconds / 86_400).unwrap();
    facts
}

/// As RFC 2253 writes names: the last part first.
fn name(name: &X509Name<'_>) -> String {
    let short = |oid: &str| match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.17" => "postalCode",
        other => panic!("an attribute {other}"),
    };
    let attributes: Vec<_> = name.iter().flat_map(|rdn| rdn.iter()).collect();
    let parts = attributes.iter().rev().map(|a| format!("{}={}", short(&a.attr_type().to_string()), a.as_str().unwrap()));
    parts.collect::<Vec<_>>().join(",")
}

fn key_usage(extension: &ParsedExtension) -> Option<String> {
    let ParsedExtension::KeyUsage(usage) = extension else { return None };
    let uses = [
        (usage.digital_signature(), "Digital Signature"),
        (usage.key_encipherment(), "Key Encipherment"),
        (usage.key_cert_sign(), "Certificate Sign"),
        (usage.crl_sign(), "CRL Sign"),
    ];
    assert_eq!(usage.flags.count_ones() as usize, uses.iter().filter(|(on, _)| *on).count(), "no other use");
    Some(uses.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect::<Vec<_>>().join(", "))
}

fn extended_key_usage(extension: &ParsedExtension) -> Option<String> {
    let ParsedExtension::ExtendedKeyUsage(usage) = extension else { return None };
    assert!(usage.client_auth && usage.server_auth && !usage.any && usage.other.is_empty());
    // The order counts for nothing, and openssl prints it: CAs have the client's use first, others the server's.
    Some("client and server".to_owned())
}

fn basic_constraints(extension: &ParsedExtension) -> Option<String> {
    let ParsedExtension::BasicConstraints(constraints) = extension else { return None };
    assert_eq!(constraints.path_len_constraint, None);
    Some(if constraints.ca { "CA:TRUE" } else { "CA:FALSE" }.to_owned())
}

fn names(extension: &ParsedExtension) -> Option<String> {
    let ParsedExtension::SubjectAlternativeName(names) = extension else { return None };
    let text = |name: &GeneralName| match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::IPAddress([a, b, c, d]) => format!("IP Address:{a}.{b}.{c}.{d}"),
        other => format!("{other:?}"),
    };
    Some(names.general_names.iter().map(text).collect::<Vec<_>>().join(", "))
}
