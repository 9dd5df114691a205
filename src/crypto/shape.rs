//! What the public files of MSP folders are to be: which CA goes into which folder, and who administers.
//! What is missing of them is put together for `lack`.

use super::certificate::{Certificate, pem_block};
use super::found::{FoundMember, FoundOrg, Pair};
use super::lack::{Content, PublicFile};
use super::layout;
use super::msp::{self, MspFolder, PemFile};
use super::plan::{Authority, Half, Member};
use crate::network::Org;
use std::path::{Path, PathBuf};

/// What the public files of an org's MSPs are: those of the org's own MSP, as it is or will be.
pub(super) struct Shape {
    /// Of each of [`Authority::BOTH`], the roots and what is between them and those who are issued for.
    authorities: [[Vec<(String, Content)>; 2]; 2],
    admincerts: Vec<(String, Content)>,
    config: Option<Content>,
    /// The TLS authority, and those above it.
    tls_ca: Content,
}

impl Shape {
    /// The shape, and the files that the org's own MSP lacks. A folder that another tool filled stays as it is.
    pub fn of(org: &Org, found: &FoundOrg) -> (Self, Vec<PublicFile>) {
        let as_found = |files: &[PemFile]| {
            files.iter().map(|file| (file.name.clone(), Content::Bytes(file.bytes.clone()))).collect::<Vec<_>>()
        };
        let msp = &found.msp;
        let mut shape = Self {
            authorities: Authority::BOTH.map(|authority| msp.authorities(authority).map(|(_, files)| as_found(files))),
            admincerts: as_found(&msp.admincerts),
            config: msp.config.clone().map(Content::Bytes),
            tls_ca: Content::Authority(Authority::Tls),
        };
        let [signing, tls] = Authority::BOTH.map(|authority| Line::of(org, found, authority));
        if let [_, .., _] = tls.certificates.as_slice() {
            let blocks = tls.certificates.iter().map(|(_, certificate)| pem_block("CERTIFICATE", &certificate.der));
            shape.tls_ca = Content::Bytes(blocks.collect::<String>().into_bytes());
        }
        let mut files = Vec::new();
        let Some(issuer) = signing.place(msp) else { return (shape, files) };
        let dir = layout::org_msp(org);
        let mut add =
            |path: PathBuf, content: &Content| files.push(PublicFile { path: dir.join(path), content: content.clone() });
        for (line, lists) in [&signing, &tls].into_iter().zip(&mut shape.authorities) {
            if lists.iter().any(|list| !list.is_empty()) {
                continue;
            }
            let (root, between) = line.contents();
            *lists = [vec![root], between];
            for ((folder, _), contents) in msp.authorities(line.authority).into_iter().zip(lists) {
                contents.iter().for_each(|(name, content)| add(Path::new(folder).join(name), content));
            }
        }
        if shape.config.is_none() && shape.admincerts.is_empty() {
            let admin = Member::all(org).position(|member| matches!(member, Member::User(user) if user.admin));
            match (org.node_ous, admin, org.admin()) {
                (true, ..) => {
                    let content = Content::Bytes(node_ous_config(&issuer).into_bytes());
                    add(PathBuf::from("config.yaml"), &content);
                    shape.config = Some(content);
                }
                (false, Some(index), Some(user)) => {
                    let name = layout::certificate_name(&user.common_name);
                    add(Path::new("admincerts").join(&name), &Content::Member(index));
                    shape.admincerts.push((name, Content::Member(index)));
                }
                _ => {}
            }
        }
        (shape, files)
    }

    /// The files that a member lacks.
    pub fn files(&self, org: &Org, (index, member): (usize, Member<'_>), found: &FoundMember) -> Vec<PublicFile> {
        let dir = layout::member_msp(org, member);
        let own = layout::certificate_name(member.common_name());
        let mut files = Vec::new();
        if found.tls_ca.is_none() {
            files.push(PublicFile { path: layout::tls_ca(org, member), content: self.tls_ca.clone() });
        }
        let msp = &found.msp;
        let is_of_another = !msp.signcerts.is_empty() && !msp.signcerts.iter().any(|file| file.name == own);
        if is_of_another || !member.halves().contains(&Half::Identity) {
            return files;
        }
        let mut add =
            |path: PathBuf, content: &Content| files.push(PublicFile { path: dir.join(path), content: content.clone() });
        let here = Authority::BOTH.into_iter().flat_map(|authority| msp.authorities(authority));
        for ((folder, here), wanted) in here.zip(self.authorities.iter().flatten()) {
            if here.is_empty() {
                wanted.iter().for_each(|(name, content)| add(Path::new(folder).join(name), content));
            }
        }
        if msp.config.is_none() && msp.admincerts.is_empty() {
            match (&self.config, member) {
                (Some(config), _) => add(PathBuf::from("config.yaml"), config),
                (None, Member::Node(_)) => {
                    self.admincerts.iter().for_each(|(name, content)| add(Path::new("admincerts").join(name), content));
                }
                // cryptogen's quirk: without NodeOUs every user is the administrator of its own MSP folder.
                (None, Member::User(_) | Member::FabricCa(_) | Member::Chaincode(_)) => {
                    add(Path::new("admincerts").join(&own), &Content::Member(index))
                }
            }
        }
        files
    }
}

/// An authority and those above it, as far as they are here.
struct Line {
    /// What cryptogen calls the authority's file.
    name: String,
    authority: Authority,
    /// Whether its key is here, so that fabkube issues in its name.
    issues: bool,
    /// From the authority upwards, with the names of their files. Empty where it is not made yet.
    certificates: Vec<(String, Certificate)>,
}

impl Line {
    fn of(org: &Org, found: &FoundOrg, authority: Authority) -> Self {
        let name = layout::certificate_name(&authority.common_name(org));
        let pair = found.authority(authority);
        let files = found.msp.authorities(authority).into_iter().flat_map(|(_, files)| files);
        let of_file = |file: &PemFile| Some((file.name.clone(), file.certificate().ok()?.clone()));
        let mut others: Vec<(String, Certificate)> = files.chain(found.above(authority)).filter_map(of_file).collect();
        let mut certificates: Vec<(String, Certificate)> = Vec::new();
        certificates.extend(pair.certificate().map(|own| (name.clone(), own.clone())));
        while let Some((_, last)) = certificates.last().filter(|(_, last)| last.subject != last.issuer) {
            let Some(next) = others.iter().position(|(_, other)| last.is_issued_by(other)) else { break };
            certificates.push(others.swap_remove(next));
        }
        Self { name, authority, issues: matches!(pair.pair, Pair::Whole(..)), certificates }
    }

    /// Where the authority lies or belongs in an MSP folder; `None` where the folder knows other CAs.
    fn place(&self, msp: &MspFolder) -> Option<String> {
        let [(root_folder, roots), (other_folder, others)] = msp.authorities(self.authority);
        if roots.is_empty() && others.is_empty() {
            let folder = if self.certificates.len() > 1 { other_folder } else { root_folder };
            return Some(format!("{folder}/{}", self.name));
        }
        let own = self.certificates.first().filter(|_| self.issues).map(|(_, own)| own);
        let is_own =
            |file: &&PemFile| own.is_some_and(|own| file.certificate().is_ok_and(|certificate| certificate.der == own.der));
        let of = |files: &[PemFile], folder| files.iter().find(is_own).map(|file| format!("{folder}/{}", file.name));
        let by_name = || roots.iter().any(|file| file.name == self.name).then(|| format!("{root_folder}/{}", self.name));
        of(roots, root_folder).or_else(|| of(others, other_folder)).or_else(by_name)
    }

    /// What goes into the folder of roots, and what between the root and those who are issued for.
    fn contents(&self) -> ((String, Content), Vec<(String, Content)>) {
        let mut contents: Vec<(String, Content)> = self
            .certificates
            .iter()
            .enumerate()
            .map(|(index, (name, certificate))| match index {
                // Of a file with a whole chain, the first certificate alone.
                0 if msp::split(Path::new(name), &certificate.pem).len() == 1 => {
                    (self.name.clone(), Content::Authority(self.authority))
                }
                _ => (name.clone(), Content::Bytes(pem_block("CERTIFICATE", &certificate.der).into_bytes())),
            })
            .collect();
        let root = contents.pop().unwrap_or_else(|| (self.name.clone(), Content::Authority(self.authority)));
        (root, contents)
    }
}

/// `config.yaml` as cryptogen 2.5 writes it. The certificate is the one that issues: `cacerts/ca.org1.example.com-cert.pem`.
fn node_ous_config(ca: &str) -> String {
    let roles = [("Client", "client"), ("Peer", "peer"), ("Admin", "admin"), ("Orderer", "orderer")];
    let mut text = "NodeOUs:\n  Enable: true\n".to_owned();
    for (name, unit) in roles {
        let lines = [
            format!("  {name}OUIdentifier:\n"),
            format!("    Certificate: {ca}\n"),
            format!("    OrganizationalUnitIdentifier: {unit}\n"),
        ];
        text.extend(lines);
    }
    text
}
