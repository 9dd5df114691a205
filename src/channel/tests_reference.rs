//! Every block and transaction that Fabric's own configtxgen made of known networks, made again: the same, but for time and chance.
//! The project's own fixtures are always compared; `FABKUBE_REFERENCE` names a folder with more networks of the same layout.

use super::proto::common::{Block, ChannelHeader, Envelope, Payload, SignatureHeader};
use super::proto::configtx::{ConfigEnvelope, ConfigGroup, ConfigUpdate, ConfigUpdateEnvelope};
use super::testing::public_in;
use super::tests_encoding::spelt_alike;
use super::*;
use crate::input;
use crate::network::{Purpose, resolve};
use crate::project::{ChannelChoice, Project};
use crate::store::{Making, Store};
use prost::Message;
use std::path::PathBuf;

/// A network with what configtxgen of one version made of it.
struct Reference {
    dir: PathBuf,
    version: &'static str,
    /// `P.block`, `C.tx` or `C.ORG.anchors.tx`.
    file: PathBuf,
}

fn references() -> Vec<Reference> {
    let own = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"].iter().collect::<PathBuf>();
    let mut found = Vec::new();
    for root in std::iter::once(own).chain(std::env::var_os("FABKUBE_REFERENCE").map(PathBuf::from)) {
        for dir in entries(&root) {
            for version in ["1.4", "2.5", "3.1"] {
                let files = entries(&dir.join(format!("configtxgen-{version}")));
                let is_artifact = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "block" || ending == "tx");
                found.extend(files.into_iter().filter(is_artifact).map(|file| Reference { dir: dir.clone(), version, file }));
            }
        }
    }
    found
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let names = Store::open(dir, Making::Nothing).list(Path::new("")).unwrap();
    names.into_iter().map(|name| dir.join(name)).collect()
}

impl Reference {
    /// The same file, made here. Profiles of systems channels go by the names of their files.
    fn ours(&self, theirs: &Taken) -> Vec<u8> {
        let stem = self.file.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned();
        let choice = ChannelChoice { channel: theirs.channel.channel_id.clone(), profile: Some(stem) };
        let project =
            Project { fabric_version: Some(self.version.to_owned()), channel: Some(choice), ..Project::in_dir(&self.dir) };
        let mut problems = Problems::new();
        let network = input::load(&project, &mut problems)
            .and_then(|inputs| resolve(&inputs, &crate::lock::NodePorts::new(), Purpose::ChannelsAsWritten, &mut problems))
            .unwrap_or_else(|_| panic!("{}: {problems:?}", self.file.display()));
        let channel = &network.channels[0];
        let name = self.file.file_name().unwrap().to_str().unwrap();
        let made = if let Some(org) = name.strip_suffix(".anchors.tx").and_then(|rest| rest.split('.').next_back()) {
            let of = AnchorsOf { network: &network, org, hosts: Hosts::AsWritten, was_created: true };
            anchor_peers(channel, &of, &mut problems).map(|(_, bytes)| bytes)
        } else if name.ends_with(".tx") {
            channel_creation(channel)
        } else {
            let public = public_in(&network, &self.dir);
            let encoding = Encoding { network: &network, public: &public, hosts: Hosts::AsWritten };
            genesis_block(channel, encoding, &mut problems)
        };
        made.unwrap_or_else(|e| panic!("{}: {e:?} {problems:?}", self.file.display()))
    }
}

/// A block or a transaction, taken apart.
#[derive(Clone, Debug, PartialEq)]
struct Taken {
    metadata: Option<Vec<Vec<u8>>>,
    number: Option<(u64, Vec<u8>)>,
    signature: Vec<u8>,
    channel: ChannelHeader,
    signer: SignatureHeader,
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Config(u64, ConfigGroup),
    Update(ConfigUpdate),
}

impl Taken {
    fn apart(bytes: &[u8], name: &Path) -> Self {
        let block = name.extension().is_some_and(|ending| ending == "block").then(|| Block::decode(bytes).unwrap());
        let mut data = block.iter().flat_map(|block| block.data.clone().unwrap().data);
        let envelope = Envelope::decode(data.next().unwrap_or_else(|| bytes.to_vec()).as_slice()).unwrap();
        assert!(data.next().is_none());
        let payload = Payload::decode(envelope.payload.as_slice()).unwrap();
        let header = payload.header.unwrap();
        let content = match &block {
            Some(_) => {
                let ConfigEnvelope { config, last_update } = ConfigEnvelope::decode(payload.data.as_slice()).unwrap();
                let config = config.unwrap();
                assert!(last_update.is_none());
                Content::Config(config.sequence, config.channel_group.unwrap())
            }
            None => {
                let ConfigUpdateEnvelope { config_update, signatures } =
                    ConfigUpdateEnvelope::decode(payload.data.as_slice()).unwrap();
                assert!(signatures.is_empty());
                Content::Update(ConfigUpdate::decode(config_update.as_slice()).unwrap())
            }
        };
        Self {
            metadata: block.as_ref().map(|block| block.metadata.clone().unwrap().metadata),
            number: block.map(|block| block.header.unwrap()).map(|header| (header.number, header.previous_hash)),
            signature: envelope.signature,
            channel: ChannelHeader::decode(header.channel_header.as_slice()).unwrap(),
            signer: SignatureHeader::decode(header.signature_header.as_slice()).unwrap(),
            content,
        }
    }

    /// Without time and chance, and with Go's maps in one order.
    fn comparable(mut self) -> Self {
        self.channel.timestamp = self.channel.timestamp.map(|_| Default::default());
        self.channel.tx_id = if self.channel.tx_id.is_empty() { String::new() } else { "of the nonce".into() };
        self.signer.nonce = vec![0; self.signer.nonce.len()];
        self.content = match self.content {
            Content::Config(sequence, group) => Content::Config(sequence, spelt_alike(group)),
            Content::Update(mut update) => {
                update.read_set = update.read_set.map(spelt_alike);
                update.write_set = update.write_set.map(spelt_alike);
                Content::Update(update)
            }
        };
        self
    }
}

#[test]
fn every_artifact_of_configtxgen_is_made_again() {
    let references = references();
    assert!(references.len() >= 5, "{}", references.len());
    for reference in &references {
        let bytes = crate::fs::read(&reference.file).unwrap();
        let theirs = Taken::apart(&bytes, &reference.file);
        let ours = reference.ours(&theirs);
        let taken = Taken::apart(&ours, &reference.file);
        assert_eq!(taken.comparable(), theirs.clone().comparable(), "{}", reference.file.display());
        // Nothing but order is otherwise, so nothing is longer or shorter.
        assert_eq!(ours.len(), bytes.len(), "{}", reference.file.display());
    }
}

#[test]
fn made_twice_they_differ_in_time_and_chance_alone() {
    for reference in references() {
        let theirs = Taken::apart(&crate::fs::read(&reference.file).unwrap(), &reference.file);
        let (one, other) = (reference.ours(&theirs), reference.ours(&theirs));
        let (mut one, mut other) = (Taken::apart(&one, &reference.file), Taken::apart(&other, &reference.file));
        for taken in [&mut one, &mut other] {
            taken.channel.timestamp = None;
            taken.channel.tx_id.clear();
            taken.signer.nonce.clear();
        }
        assert_eq!(one, other, "{}", reference.file.display());
    }
}
