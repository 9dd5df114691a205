//! Install packages of chaincodes, and their ids: what `peer lifecycle chaincode install` takes. What is in them is `source`'s and the
//! model's.

use super::archive::Archive;
use super::source;
use crate::crypto::PublicMaterial;
use crate::diag::{Problems, Stop};
use crate::network::{Chaincode, Content, Install, ServerTls};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A package as an org installs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub label: String,
    pub bytes: Vec<u8>,
}

impl Package {
    /// What peers call it, and what a chaincode's server has to call itself: the label, and a hash of the bytes
    /// (fabric `core/chaincode/persistence/persistence.go`, packageID).
    pub fn id(&self) -> String {
        format!("{}:{}", self.label, hex::encode(Sha256::digest(&self.bytes)))
    }
}

/// The package of one org; `None` where a problem says why there can be none. Public material is for those that peers dial by TLS.
pub fn pack(
    (chaincode, install): (&Chaincode, &Install),
    public: Option<&PublicMaterial>,
    problems: &mut Problems,
) -> Result<Option<Package>, Stop> {
    let mut code = Archive::new();
    let (kind, path) = match &install.content {
        Content::Service { address, tls, indexes } => {
            let roots = match tls {
                ServerTls::Off => None,
                ServerTls::On => {
                    let public = public.ok_or_else(|| Stop::Internal("a package by TLS has the CA's certificate".to_owned()))?;
                    Some(public.org(install.org).tlsca_chain().concat())
                }
            };
            code.add("connection.json", connection(address, roots).as_bytes())?;
            add_indexes(&mut code, indexes.as_deref(), problems)?;
            ("ccaas", String::new())
        }
        Content::Source { language, path } => {
            let Some(source) = source::read(*language, path, &chaincode.place, problems)? else { return Ok(None) };
            source.files.iter().try_for_each(|(path, bytes)| code.add(path, bytes))?;
            (language.word(), source.path)
        }
    };
    let mut package = Archive::new();
    let metadata = json!({ "path": path, "type": kind, "label": install.label });
    package.add("metadata.json", text(&metadata).as_bytes())?;
    package.add("code.tar.gz", &code.finish()?)?;
    Ok(Some(Package { label: install.label.clone(), bytes: package.finish()? }))
}

fn add_indexes(code: &mut Archive, dir: Option<&std::path::Path>, problems: &mut Problems) -> Result<(), Stop> {
    let Some(dir) = dir else { return Ok(()) };
    source::indexes(dir, problems)?.iter().try_for_each(|(path, bytes)| code.add(path, bytes))
}

/// How peers dial the server (fabric `core/container/externalbuilder/instance.go`, ChaincodeServerUserData; each text is a Go template
/// to `ccaas_builder`).
fn connection(address: &str, roots: Option<String>) -> String {
    let mut connection = json!({ "address": address, "dial_timeout": "10s", "tls_required": roots.is_some() });
    if let Some(roots) = roots {
        connection["client_auth_required"] = json!(false);
        connection["root_cert"] = json!(roots);
    }
    text(&connection)
}

/// Keys in the order in which they were written, so that the bytes are always the same.
fn text(value: &Value) -> String {
    value.to_string()
}
