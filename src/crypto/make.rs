//! Makes what is missing, authorities first, then members side by side. A key is written before its certificate, so that a killed
//! run leaves nothing that the next cannot complete. Whether it may is `lack`'s.

use super::Request;
use super::certificate::Certificate;
use super::found::{FoundOrg, FoundPair, Pair};
use super::issue::{self, Issuer};
use super::key::PrivateKey;
use super::lack::{Content, Lack, MemberLack, PublicFile};
use super::layout;
use super::material::lock_key;
use super::plan::{Authority, Half, Member, Profile};
use crate::diag::{Progress, Stop};
use crate::fs::Mode;
use crate::network::Org;
use crate::store::Store;
use rayon::prelude::*;
use std::borrow::Cow;
use std::path::Path;
use time::OffsetDateTime;

/// Makes all that is missing, and says by folder what was made.
pub(super) fn make(
    request: &Request<'_>,
    found: &[FoundOrg],
    lacks: &[Lack],
    progress: &dyn Progress,
) -> Result<Vec<String>, Stop> {
    let with_pairs = |lack: &Lack| lack.members.iter().filter(|member| !member.halves.is_empty()).count();
    progress.begin("making keys", lacks.iter().map(|lack| lack.authorities.len() + with_pairs(lack)).sum());
    let maker = Maker { store: request.store, progress, now: issue::now() };
    let orgs: Vec<_> = request.network.orgs.iter().zip(found).zip(lacks).collect();
    let authorities: Vec<Authorities> =
        orgs.par_iter().map(|((org, found), lack)| maker.authorities(org, found, lack)).collect::<Result<_, _>>()?;
    let members: Vec<_> = orgs.iter().enumerate().flat_map(|(i, (_, lack))| lack.members.iter().map(move |m| (i, m))).collect();
    members.par_iter().try_for_each(|(i, lack)| {
        let ((org, found), _) = &orgs[*i];
        maker.pairs(org, found, &authorities[*i], lack)
    })?;
    // Some of these repeat certificates that were made just now, an administrator's say.
    orgs.par_iter().zip(&authorities).try_for_each(|(((org, found), lack), authorities)| {
        let files: Vec<_> = lack.files.iter().chain(lack.members.iter().flat_map(|member| &member.files)).collect();
        files.into_par_iter().try_for_each(|file| maker.file(org, found, authorities, file))
    })?;
    progress.end();
    Ok(orgs.iter().flat_map(|((org, _), lack)| made(org, lack)).collect())
}

fn made(org: &Org, lack: &Lack) -> Vec<String> {
    let members: Vec<Member<'_>> = Member::all(org).collect();
    let authorities = lack.authorities.iter().map(|authority| layout::authority_dir(org, *authority));
    let with_pairs = lack.members.iter().filter(|lack| !lack.halves.is_empty());
    let dirs = with_pairs.map(|lack| layout::member_dir(org, members[lack.index]));
    authorities.chain(dirs).map(|dir| lock_key(&dir)).collect()
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

struct Maker<'a> {
    store: &'a Store,
    progress: &'a dyn Progress,
    now: OffsetDateTime,
}

impl Maker<'_> {
    fn authorities(&self, org: &Org, found: &FoundOrg, lack: &Lack) -> Result<Authorities, Stop> {
        let ready = |authority| self.authority(org, found.authority(authority), authority, lack);
        Ok(Authorities { signing: ready(Authority::Signing)?, tls: ready(Authority::Tls)? })
    }

    fn authority(&self, org: &Org, found: &FoundPair, authority: Authority, lack: &Lack) -> Result<Ready, Stop> {
        match &found.pair {
            Pair::Certificate(certificate) => Ok(Ready { pem: certificate.pem.clone(), issuer: None }),
            Pair::Whole(certificate, key) => {
                let issues = |half: &Half| half.issuer() == authority;
                let wanted = lack.members.iter().any(|member| member.halves.iter().any(issues));
                let issuer = wanted.then(|| Issuer::open(certificate, key)).transpose().map_err(Stop::Internal)?;
                Ok(Ready { pem: certificate.pem.clone(), issuer })
            }
            Pair::Missing | Pair::Key(_) | Pair::Broken => {
                let path = layout::authority_dir(org, authority).join(layout::KEY);
                let key = self.key(&found.pair, &path)?;
                let pem = issue::authority(&Profile::of_authority(org, authority), signer(&key)?, self.now)?;
                self.store.add(&layout::authority_certificate(org, authority), pem.as_bytes(), Mode::Public)?;
                self.progress.step();
                let certificate = Certificate::parse(pem.as_bytes()).map_err(Stop::Internal)?;
                let issuer = Issuer::open(&certificate, &key).map_err(Stop::Internal)?;
                Ok(Ready { pem: pem.into_bytes(), issuer: Some(issuer) })
            }
        }
    }

    fn pairs(&self, org: &Org, found: &FoundOrg, authorities: &Authorities, lack: &MemberLack) -> Result<(), Stop> {
        let Some(member) = Member::all(org).nth(lack.index) else { return Ok(()) };
        for half in &lack.halves {
            let key = self.key(&found.members[lack.index].half(*half).pair, &layout::key(org, member, *half))?;
            let issuer = authorities.get(half.issuer()).issuer.as_ref();
            let issuer = issuer.ok_or_else(|| Stop::Internal("a certificate without an issuer was planned".to_owned()))?;
            let pem = issuer.issue(&Profile::of_member(org, member, *half), signer(&key)?, self.now)?;
            self.store.add(&layout::certificate(org, member, *half), pem.as_bytes(), Mode::Public)?;
        }
        if !lack.halves.is_empty() {
            self.progress.step();
        }
        Ok(())
    }

    /// The key of a pair: the one that is there, or a new one, which is written.
    fn key<'k>(&self, pair: &'k Pair, path: &Path) -> Result<SomeKey<'k>, Stop> {
        if let Pair::Key(key) = pair {
            return Ok(SomeKey::There(key));
        }
        let key = issue::new_key()?;
        self.store.add(path, key.pem().as_bytes(), Mode::Secret)?;
        Ok(SomeKey::New(key))
    }

    fn file(&self, org: &Org, found: &FoundOrg, authorities: &Authorities, file: &PublicFile) -> Result<(), Stop> {
        let bytes = match &file.content {
            Content::Bytes(bytes) => Cow::Borrowed(bytes.as_slice()),
            Content::Authority(authority) => Cow::Borrowed(authorities.get(*authority).pem.as_slice()),
            Content::Member(index) => match found.members[*index].identity.certificate() {
                Some(certificate) => Cow::Borrowed(certificate.pem.as_slice()),
                None => {
                    let Some(member) = Member::all(org).nth(*index) else { return Ok(()) };
                    let path = layout::certificate(org, member, Half::Identity);
                    Cow::Owned(self.store.read(&path)?.ok_or_else(|| {
                        Stop::Internal(format!("`{}` was made and is not there", self.store.path(&path).display()))
                    })?)
                }
            },
        };
        Ok(self.store.add(&file.path, &bytes, Mode::Public)?)
    }
}

/// A key that was there, or one that was made.
enum SomeKey<'k> {
    There(&'k PrivateKey),
    New(PrivateKey),
}

impl std::ops::Deref for SomeKey<'_> {
    type Target = PrivateKey;

    fn deref(&self) -> &PrivateKey {
        match self {
            SomeKey::There(key) => key,
            SomeKey::New(key) => key,
        }
    }
}

fn signer(key: &PrivateKey) -> Result<&p256::SecretKey, Stop> {
    key.p256().ok_or_else(|| Stop::Internal("a certificate for a key that is not ECDSA P-256 was planned".to_owned()))
}
