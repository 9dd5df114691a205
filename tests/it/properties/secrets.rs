//! Private keys and passwords are in Secrets, once, and in nothing that is printed.

use super::case::{Case, make, objects};
use fabkube::pipeline::Made;
use fabkube::render::{Object, Secrets};
use fabkube::store::{Keys, Making};
use std::collections::BTreeSet;

/// What all private keys look like.
const ARMOR: &str = "PRIVATE KEY";

/// A part of a Secret that nobody may see.
struct Confidential {
    /// Which it is.
    name: String,
    /// As it stands in the Secret.
    encoded: String,
    plain: String,
}

impl Confidential {
    /// What is enough to know it by: lines of it, and how it is written in a Secret.
    fn traces(&self) -> impl Iterator<Item = &str> {
        let lines = self.plain.lines().filter(|line| !line.starts_with("-----") && line.len() > 8);
        lines.chain([self.encoded.as_str()])
    }
}

/// All private keys and passwords in Secrets.
fn confidential(Case { name, cluster, .. }: &Case) -> Vec<Confidential> {
    let mut found = Vec::new();
    for secret in cluster.of_kind("Secret") {
        for (key, value) in secret["data"].as_object().unwrap() {
            let encoded = value.as_str().unwrap().to_owned();
            let plain = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &encoded).unwrap();
            // What is no text is a block, which everybody may see.
            let Ok(plain) = String::from_utf8(plain) else { continue };
            if plain.contains(ARMOR) || key == "password" {
                found.push(Confidential { name: format!("{key} of {}", secret["metadata"]["name"]), encoded, plain });
            }
        }
    }
    assert!(found.len() > 1, "{name}: no private keys");
    found
}

/// No private key and no password is in anything that is no Secret.
pub fn stay_in_secrets(case: &Case) {
    let open: String = case.objects.iter().filter(|object| !object.is_secret()).map(Object::text).collect();
    lacks(case, &confidential(case), "an object that is no Secret", &open);
}

fn lacks(case: &Case, confidential: &[Confidential], what: &str, text: &str) {
    assert!(!text.contains(ARMOR), "{}: a private key is in {what}", case.name);
    for one in confidential {
        assert!(!one.traces().any(|trace| text.contains(trace)), "{}: {} is in {what}", case.name, one.name);
    }
}

/// No private key is in two Secrets, so none is copied to another namespace.
pub fn private_keys_are_in_one_secret(case: &Case) {
    let mut known = BTreeSet::new();
    for one in confidential(case).iter().filter(|one| one.plain.contains(ARMOR)) {
        assert!(known.insert(one.plain.clone()), "{}: {}", case.name, one.name);
    }
}

/// Whatever is printed for people and for git, and whatever is said of wrong input, shows nothing of them.
pub fn are_in_nothing_that_is_printed(case: &Case) {
    let confidential = confidential(case);
    let runs: &[(&[&str], i32)] = &[
        (&["show"], 0),
        (&["show", "-o", "json"], 0),
        (&["check"], 0),
        (&["crypto", "list"], 0),
        (&["render", "--frozen", "--secrets", "redact"], 0),
        (&["render", "--frozen", "--secrets", "omit"], 0),
        (&["check", "--set", "peer.nothing=1"], 1),
    ];
    for (args, code) in runs {
        let ran = case.folder.run(args);
        assert_eq!(ran.code, *code, "{}: {args:?}: {}", case.name, ran.stderr);
        lacks(case, &confidential, &format!("what {args:?} prints"), &(ran.stdout + &ran.stderr));
    }
    // A key that is damaged is named, and not shown.
    let keys = case.folder.tree("crypto-config").into_iter().filter(|(path, _)| path.to_string_lossy().contains("msp/keystore/"));
    let (path, bytes) = keys.into_iter().next().unwrap();
    let path = format!("crypto-config/{}", path.display());
    let text = String::from_utf8(bytes).unwrap();
    case.folder.write(&path, &text.replacen('M', "!", 1));
    let ran = case.folder.run(&["render", "--frozen"]).wrong();
    lacks(case, &confidential, "what is said of a damaged key", &(ran.stdout + &ran.stderr));
    case.folder.write(&path, &text);
}

/// What `omit` and `only` print is all of it, and `redact` needs no key.
pub fn modes_agree(case: &Case) {
    let Case { name, folder, made, objects: included, .. } = case;
    let text = |objects: &[Object]| objects.iter().map(|object| object.text().to_owned()).collect::<Vec<String>>();
    let of_mode = |made: &Made, secrets: Secrets| text(&objects(made, secrets));
    let (omitted, only) = (of_mode(made, Secrets::Omit), of_mode(made, Secrets::Only));
    let both: BTreeSet<&String> = omitted.iter().chain(&only).collect();
    assert_eq!(both, text(included).iter().collect(), "{name}");
    assert_eq!(both.len(), omitted.len() + only.len());

    let redacted = of_mode(made, Secrets::Redact);
    for path in folder.tree(".").into_keys() {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file.ends_with("_sk") || file.ends_with(".key") {
            std::fs::remove_file(folder.path().join(&path)).unwrap();
        }
    }
    let without = make(folder, Making::Nothing, Keys::NotNeeded, &|| format!("{name}, without keys"));
    assert_eq!(of_mode(&without, Secrets::Redact), redacted, "{name}: redacted without keys");
}
