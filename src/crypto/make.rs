//! Makes what is missing, org by org and side by side: the authorities first, then the folders of members, each whole or not at
//! all. Where a folder is there already, a key is written before its certificate. So a killed run leaves nothing that the next
//! cannot complete. Whether anything may be made is `lack`'s.

use super::Request;
use super::certificate::Certificate;
use super::found::{self, FoundMember, FoundOrg, FoundPair, Pair};
use super::issue::{self, Issuer};
use super::key::{PrivateKey, PublicKey};
use super::lack::{Content, Lack, MemberLack, PublicFile};
use super::layout;
use super::material::lock_key;
use super::msp::MspFolder;
use super::plan::{Authority, Half, Member, Profile};
use super::signer;
use crate::diag::{Progress, Stop};
use crate::fs::{Mode, NewFile};
use crate::network::{KeyAlgorithm, Org};
use crate::store::{Added, Store};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Makes all that is missing. Gives what is there now, and says by folder what was made.
pub(super) fn make(
    request: &Request<'_>,
    found: Vec<FoundOrg>,
    lacks: &[Lack],
    progress: &dyn Progress,
) -> Result<(Vec<FoundOrg>, Vec<String>), Stop> {
    let with_pairs = |lack: &Lack| lack.members.iter().filter(|member| !member.halves.is_empty()).count();
    progress.begin("making keys", lacks.iter().map(|lack| lack.authorities.len() + with_pairs(lack)).sum());
    let (now, orgs) = (issue::now(), &request.network.orgs);
    let work: Vec<_> = orgs.iter().zip(found).zip(lacks).collect();
    let complete = |((org, found), lack): ((_, FoundOrg), &Lack)| {
        if lack.is_empty() {
            return Ok(found);
        }
        let members = Member::all(org).collect();
        let complete = Maker { store: request.store, progress, now, org, found: &found, lack, members }.run()?;
        Ok(complete.into(found))
    };
    let found: Vec<FoundOrg> = work.into_par_iter().map(complete).collect::<Result<_, Stop>>()?;
    progress.end();
    Ok((found, orgs.iter().zip(lacks).flat_map(|(org, lack)| made(org, lack)).collect()))
}

fn made(org: &Org, lack: &Lack) -> Vec<String> {
    let members: Vec<Member<'_>> = Member::all(org).collect();
    let authorities = lack.authorities.iter().map(|authority| layout::authority_dir(org, *authority));
    let with_pairs = lack.members.iter().filter(|lack| !lack.halves.is_empty());
    let dirs = with_pairs.map(|lack| layout::member_dir(org, members[lack.index]));
    authorities.chain(dirs).map(|dir| lock_key(&dir)).collect()
}

/// Makes what one org lacks.
struct Maker<'a> {
    store: &'a Store,
    progress: &'a dyn Progress,
    now: OffsetDateTime,
    org: &'a Org,
    found: &'a FoundOrg,
    lack: &'a Lack,
    members: Vec<Member<'a>>,
}

/// The authorities of an org, ready.
struct Authorities {
    signing: Ready,
    tls: Ready,
}

struct Ready {
    /// The file of its certificate.
    pem: Vec<u8>,
    /// Where its key is here.
    issuer: Option<Issuer>,
}

impl Authorities {
    fn get(&self, authority: Authority) -> &Ready {
        match authority {
            Authority::Signing => &self.signing,
            Authority::Tls => &self.tls,
        }
    }
}

/// A pair that was made and is not written yet.
struct NewPair {
    half: Half,
    /// `None` where the key is there already.
    key: Option<PrivateKey>,
    certificate: String,
}

/// A file to be written: its path below a folder, its bytes, its mode.
type File<'f> = (PathBuf, &'f [u8], Mode);

/// The new pairs of a member.
struct Made<'a> {
    lack: &'a MemberLack,
    pairs: Vec<NewPair>,
}

/// The public part of a folder that was not there before.
struct NewMember {
    msp: MspFolder,
    tls_ca: Option<Vec<u8>>,
}

impl Made<'_> {
    fn identity(&self) -> Option<&[u8]> {
        self.pairs.iter().find(|pair| pair.half == Half::Identity).map(|pair| pair.certificate.as_bytes())
    }
}

/// What there is of an org after making: its authorities, and the members that lacked something by their place.
struct Complete {
    authorities: FoundOrg,
    members: Vec<(usize, FoundMember)>,
}

impl Complete {
    /// Puts it into what there was before.
    fn into(self, before: FoundOrg) -> FoundOrg {
        let mut after = FoundOrg { members: before.members, ..self.authorities };
        self.members.into_iter().for_each(|(index, member)| after.members[index] = member);
        after
    }
}

impl Maker<'_> {
    fn run(&self) -> Result<Complete, Stop> {
        let ready = |authority| self.authority(self.found.authority(authority), authority);
        let authorities = Authorities { signing: ready(Authority::Signing)?, tls: ready(Authority::Tls)? };
        let made: Vec<Made<'_>> =
            self.lack.members.par_iter().map(|lack| self.pairs(lack, &authorities)).collect::<Result<_, _>>()?;
        let dir = layout::org_msp(self.org);
        let files = self.public_files(&dir, &self.lack.files, (&authorities, &made))?;
        self.add(&dir, &files)?;
        // Members repeat each other's certificates: so all are put down before any is given up.
        let folders = made.par_iter().map(|member| self.member(member, (&authorities, &made))).collect::<Result<Vec<_>, _>>()?;
        let members: Vec<_> =
            made.into_par_iter().zip(folders).map(|(made, folder)| self.found(made, folder)).collect::<Result<_, _>>()?;
        let (authorities, _) = found::read_authorities(self.org, self.store)?;
        Ok(Complete { authorities, members })
    }

    fn authority(&self, found: &FoundPair, authority: Authority) -> Result<Ready, Stop> {
        match &found.pair {
            Pair::Certificate(certificate) => Ok(Ready { pem: certificate.pem.clone(), issuer: None }),
            Pair::Whole(certificate, key) => {
                let issues = |half: &Half| half.issuer() == authority;
                let wanted = self.lack.members.iter().any(|member| member.halves.iter().any(issues));
                let issuer = wanted.then(|| Issuer::open(certificate, key)).transpose().map_err(Stop::Internal)?;
                Ok(Ready { pem: certificate.pem.clone(), issuer })
            }
            Pair::Missing | Pair::Key(_) | Pair::Broken => {
                let (there, new) = key_of(&found.pair, self.org.ca.key_algorithm)?;
                let key = there.or(new.as_ref()).ok_or_else(no_key)?;
                let pem = issue::authority(&Profile::of_authority(self.org, authority), key, self.now)?;
                let dir = layout::authority_dir(self.org, authority);
                let name = layout::certificate_name(&authority.common_name(self.org));
                let mut files = Vec::new();
                files.extend(new.as_ref().map(|key| file(Path::new(layout::KEY), key.pem().as_bytes(), Mode::Secret)));
                files.push(file(Path::new(&name), pem.as_bytes(), Mode::Public));
                self.store.add_all(&dir, &files)?;
                self.progress.step();
                let certificate = Certificate::parse(pem.as_bytes()).map_err(Stop::Internal)?;
                let issuer = Issuer::open(&certificate, key).map_err(Stop::Internal)?;
                Ok(Ready { pem: pem.into_bytes(), issuer: Some(issuer) })
            }
        }
    }

    fn pairs<'l>(&'l self, lack: &'l MemberLack, authorities: &Authorities) -> Result<Made<'l>, Stop> {
        let member = self.members[lack.index];
        let pair = |half: &Half| {
            let (there, new) = key_of(&self.found.members[lack.index].half(*half).pair, member.key_algorithm())?;
            let key: &PublicKey = there.or(new.as_ref()).and_then(PrivateKey::public).ok_or_else(no_key)?;
            let issuer = authorities.get(half.issuer()).issuer.as_ref();
            let issuer = issuer.ok_or_else(|| Stop::Internal("a certificate without an issuer was planned".to_owned()))?;
            let certificate = issuer.issue(&Profile::of_member(self.org, member, *half), key, self.now)?;
            Ok(NewPair { half: *half, key: new, certificate })
        };
        Ok(Made { lack, pairs: lack.halves.iter().map(pair).collect::<Result<_, Stop>>()? })
    }

    /// Writes the folder of a member, or what it lacks. Gives its MSP where the folder is new and so holds nothing else.
    fn member(&self, made: &Made<'_>, sources: (&Authorities, &[Made<'_>])) -> Result<Option<NewMember>, Stop> {
        let member = self.members[made.lack.index];
        let dir = layout::member_dir(self.org, member);
        let inside = |path: PathBuf| path.strip_prefix(&dir).map(Path::to_path_buf).unwrap_or(path);
        let mut files = Vec::new();
        for NewPair { half, key, certificate } in &made.pairs {
            // The key first.
            let key = key.as_ref().map(|key| (inside(layout::key(self.org, member, *half)), key.pem().as_bytes(), Mode::Secret));
            files.extend(key);
            files.push((inside(layout::certificate(self.org, member, *half)), certificate.as_bytes(), Mode::Public));
        }
        files.extend(self.public_files(&dir, &made.lack.files, sources)?);
        let added = self.add(&dir, &files)?;
        if !made.pairs.is_empty() {
            self.progress.step();
        }
        let public = || files.iter().filter(|(_, _, mode)| *mode == Mode::Public);
        Ok((added == Added::Folder).then(|| NewMember {
            msp: MspFolder::of_files(public().filter_map(|(path, bytes, _)| Some((path.strip_prefix("msp").ok()?, *bytes)))),
            tls_ca: public()
                .find(|(path, ..)| dir.join(path) == layout::tls_ca(self.org, member))
                .map(|(_, bytes, _)| bytes.to_vec()),
        }))
    }

    /// What there is of a member now.
    fn found(&self, mut made: Made<'_>, new: Option<NewMember>) -> Result<(usize, FoundMember), Stop> {
        let index = made.lack.index;
        let member = self.members[index];
        let mut whole = |half: Half| {
            let pair = made.pairs.iter_mut().find(|pair| pair.half == half)?;
            let certificate = Certificate::parse(pair.certificate.as_bytes()).ok()?;
            let pair = Pair::Whole(certificate, pair.key.take()?);
            Some(FoundPair { path: layout::certificate(self.org, member, half), pair, others: Vec::new(), encrypted: None })
        };
        let (identity, tls) = (whole(Half::Identity), whole(Half::Tls));
        match (new, identity, tls) {
            (Some(NewMember { msp, tls_ca }), Some(identity), Some(tls)) => {
                Ok((index, FoundMember { msp, identity, tls, tls_ca }))
            }
            _ => found::read_member(self.org, member, self.store).map(|(found, _)| (index, found)),
        }
    }

    /// Public files, by their paths below a folder.
    fn public_files<'f>(
        &'f self,
        dir: &Path,
        files: &'f [PublicFile],
        sources: (&'f Authorities, &'f [Made<'_>]),
    ) -> Result<Vec<File<'f>>, Stop> {
        let inside = |path: &'f Path| path.strip_prefix(dir).unwrap_or(path).to_path_buf();
        files.iter().map(|file| Ok((inside(&file.path), self.content(&file.content, sources)?, Mode::Public))).collect()
    }

    fn add(&self, dir: &Path, files: &[File<'_>]) -> Result<Added, Stop> {
        if files.is_empty() {
            return Ok(Added::Files);
        }
        let files: Vec<NewFile<'_>> = files.iter().map(|(path, bytes, mode)| file(path, bytes, *mode)).collect();
        Ok(self.store.add_all(dir, &files)?)
    }

    fn content<'c>(
        &'c self,
        content: &'c Content,
        (authorities, made): (&'c Authorities, &'c [Made<'_>]),
    ) -> Result<&'c [u8], Stop> {
        let bytes = match content {
            Content::Bytes(bytes) => Some(bytes.as_slice()),
            Content::Authority(authority) => Some(authorities.get(*authority).pem.as_slice()),
            Content::Member(index) => match self.found.members[*index].identity.certificate() {
                Some(certificate) => Some(certificate.pem.as_slice()),
                None => made.iter().find(|made| made.lack.index == *index).and_then(Made::identity),
            },
        };
        bytes.ok_or_else(|| Stop::Internal("a certificate that was to be repeated was not made".to_owned()))
    }
}

/// The key of a pair: the one that is there, or a new one.
fn key_of(pair: &Pair, algorithm: KeyAlgorithm) -> Result<(Option<&PrivateKey>, Option<PrivateKey>), Stop> {
    match pair {
        Pair::Key(key) => Ok((Some(key), None)),
        _ => Ok((None, Some(signer::new_key(algorithm)?))),
    }
}

fn no_key() -> Stop {
    Stop::Internal("a certificate for a key that does not sign was planned".to_owned())
}

fn file<'a>(path: &'a Path, bytes: &'a [u8], mode: Mode) -> NewFile<'a> {
    NewFile { path, bytes, mode }
}
