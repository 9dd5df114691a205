//! What is in the store, read as it is: foreign names and forms included. Judging it is `check`'s, `memory`'s and `lack`'s.

mod pair;

pub(super) use pair::{FoundPair, Pair, decrypting};

use super::certificate::{self, Certificate};
use super::layout;
use super::msp::{self, MspFolder, PemFile, SecretFile};
use super::plan::{Authority, Half, Member};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::{Network, Org};
use crate::store::{HasKeys, Store};
use pair::{CertificateFile, KeyFile, Parts, read_file};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// An org's part of the store.
#[derive(Debug)]
pub(super) struct FoundOrg {
    pub ca: FoundPair,
    pub tlsca: FoundPair,
    /// Certificates that lie beside those of the authorities: a company CA's root, say.
    pub above_ca: Vec<PemFile>,
    pub above_tlsca: Vec<PemFile>,
    pub msp: MspFolder,
    /// As [`Member::all`].
    pub members: Vec<FoundMember>,
}

/// A member's part of the store.
#[derive(Debug)]
pub(super) struct FoundMember {
    pub msp: MspFolder,
    pub identity: FoundPair,
    pub tls: FoundPair,
    /// `tls/ca.crt`.
    pub tls_ca: Option<Vec<u8>>,
}

impl FoundOrg {
    pub fn authority(&self, authority: Authority) -> &FoundPair {
        match authority {
            Authority::Signing => &self.ca,
            Authority::Tls => &self.tlsca,
        }
    }

    /// The certificates that lie beside an authority's.
    pub fn above(&self, authority: Authority) -> &[PemFile] {
        match authority {
            Authority::Signing => &self.above_ca,
            Authority::Tls => &self.above_tlsca,
        }
    }

    /// The certificates that count as the org's CA of a kind: the one that issues, those beside it, and those in the org's MSP.
    pub fn authorities(&self, authority: Authority) -> Vec<Certificate> {
        let beside = self.above(authority).iter().filter_map(|file| file.certificate().ok().cloned());
        self.authority(authority).certificate().cloned().into_iter().chain(beside).chain(self.of_msp(authority)).collect()
    }

    /// Whether any private key of the org is here.
    pub fn has_keys(&self) -> HasKeys {
        let of_members = self.members.iter().flat_map(|member| [&member.identity, &member.tls]);
        let any = [&self.ca, &self.tlsca].into_iter().chain(of_members).any(FoundPair::has_key);
        if any { HasKeys::Some } else { HasKeys::None }
    }

    /// Whether the org's MSP knows the CA that issues, as far as the MSP knows any.
    pub fn msp_knows_issuer(&self, authority: Authority) -> bool {
        let issuer = self.authority(authority).fingerprint();
        let mut known = self.of_msp(authority).peekable();
        known.peek().is_none() || known.any(|certificate| Some(certificate.key_fingerprint) == issuer)
    }

    fn of_msp(&self, authority: Authority) -> impl Iterator<Item = Certificate> {
        let files = self.msp.authorities(authority).into_iter().flat_map(|(_, files)| files);
        files.filter_map(|file| file.certificate().ok().cloned())
    }
}

impl FoundMember {
    fn nothing(org: &Org, member: Member<'_>) -> Self {
        let missing = |half| FoundPair::missing(layout::certificate(org, member, half));
        Self { msp: MspFolder::default(), identity: missing(Half::Identity), tls: missing(Half::Tls), tls_ca: None }
    }

    pub fn half(&self, half: Half) -> &FoundPair {
        match half {
            Half::Identity => &self.identity,
            Half::Tls => &self.tls,
        }
    }
}

/// Reads what the store has of a network.
pub(super) fn read(network: &Network, store: &Store, problems: &mut Problems) -> Result<Vec<FoundOrg>, Stop> {
    let read: Vec<_> = network.orgs.par_iter().map(|org| read_org(org, store)).collect::<Result<_, Stop>>()?;
    let (orgs, of_orgs): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    of_orgs.into_iter().for_each(|of_org| problems.append(of_org));
    Ok(orgs)
}

fn read_org(org: &Org, store: &Store) -> Result<(FoundOrg, Problems), Stop> {
    let (found, mut problems) = read_authorities(org, store)?;
    // A new network has thousands of folders that are not there yet.
    if !store.has(&org.dir())? {
        let members = Member::all(org).map(|member| FoundMember::nothing(org, member)).collect();
        return Ok((FoundOrg { members, ..found }, problems));
    }
    let members: Vec<_> = Member::all(org).collect();
    let read: Vec<_> = members.into_par_iter().map(|member| read_member(org, member, store)).collect::<Result<_, Stop>>()?;
    let (members, of_members): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    of_members.into_iter().for_each(|of_member| problems.append(of_member));
    Ok((FoundOrg { members, ..found }, problems))
}

/// An org without its members.
pub(super) fn read_authorities(org: &Org, store: &Store) -> Result<(FoundOrg, Problems), Stop> {
    let mut reader = Reader { store, problems: Problems::new() };
    let msp = reader.msp(&layout::org_msp(org))?;
    let (ca, above_ca) = reader.authority(org, Authority::Signing, &msp)?;
    let (tlsca, above_tlsca) = reader.authority(org, Authority::Tls, &msp)?;
    Ok((FoundOrg { ca, tlsca, above_ca, above_tlsca, msp, members: Vec::new() }, reader.problems))
}

/// What the store has of one member.
pub(super) fn read_member(org: &Org, member: Member<'_>, store: &Store) -> Result<(FoundMember, Problems), Stop> {
    let mut reader = Reader { store, problems: Problems::new() };
    let found = match store.has(&layout::member_dir(org, member))? {
        true => reader.member(org, member)?,
        false => FoundMember::nothing(org, member),
    };
    Ok((found, reader.problems))
}

struct Reader<'a> {
    store: &'a Store,
    problems: Problems,
}

impl Reader<'_> {
    fn report(&mut self, code: Code, path: &Path, message: String, help: &str) {
        let place = Place::file(&self.store.path(path));
        self.problems.push(Problem::new(code, message).at(&place).help(help));
    }

    fn keys(&self, dir: &Path) -> Result<Vec<KeyFile>, Stop> {
        let files = msp::files_with_keys(self.store, dir)?;
        Ok(files.iter().map(|SecretFile { name, bytes }| KeyFile::read(dir.join(name), bytes)).collect())
    }

    fn msp(&mut self, dir: &Path) -> Result<MspFolder, Stop> {
        let msp = MspFolder::read(self.store, dir, &mut self.problems)?;
        for (folder, file) in msp.certificates() {
            if let Err(reason) = file.certificate() {
                self.unreadable(&dir.join(folder).join(&file.name), reason);
            }
        }
        Ok(msp)
    }

    fn unreadable(&mut self, path: &Path, reason: &str) {
        let message = format!("the certificate cannot be read: {reason}");
        self.report(Code::FK0306, path, message, "restore the file from a backup");
    }

    /// An authority, and the certificates that lie beside it. It may have given its certificate to the org's MSP alone: a Fabric CA's
    /// key is elsewhere for good.
    fn authority(&mut self, org: &Org, authority: Authority, msp: &MspFolder) -> Result<(FoundPair, Vec<PemFile>), Stop> {
        let [(folder, roots_of_msp), _] = msp.authorities(authority);
        let expected = layout::authority_certificate(org, authority);
        let dir = layout::authority_dir(org, authority);
        let (mut certificates, mut beside, mut keys) = (Vec::<CertificateFile>::new(), Vec::new(), Vec::new());
        for SecretFile { name, bytes } in msp::files_with_keys(self.store, &dir)? {
            let path = dir.join(name);
            if path == expected || certificate::is_meant_as_certificate(bytes.expose()) {
                msp::judge_public(self.store, &path, bytes.expose(), &mut self.problems);
                beside.extend(msp::split(&path, bytes.expose()));
                // Mostly it is in the MSP too, byte by byte, where it has been read.
                let in_msp = roots_of_msp.iter().find(|file| file.bytes == bytes.expose());
                certificates.push((path, in_msp.map_or_else(|| Certificate::parse(bytes.expose()), read_file)));
            } else {
                keys.push(KeyFile::read(path, &bytes));
            }
        }
        // The one that is called as it should be is the one that counts, unless only another has its key here.
        certificates.sort_by_key(|(path, _)| path != &expected);
        let roots = layout::org_msp(org).join(folder);
        certificates.extend(roots_of_msp.iter().map(|file| (roots.join(&file.name), read_file(file))));
        let damaged = certificates.iter().position(|(path, read)| path == &expected && read.is_err());
        let has_key = |certificate: &Certificate| keys.iter().any(|file| file.fits(certificate));
        let with_key = || certificates.iter().position(|(_, read)| read.as_ref().is_ok_and(has_key));
        let index = damaged.or_else(with_key).or((!certificates.is_empty()).then_some(0));
        let chosen = index.map(|index| certificates.swap_remove(index));
        // A folder may hold several CAs, each with its key.
        let others: Vec<&Certificate> = certificates.iter().filter_map(|(_, read)| read.as_ref().ok()).collect();
        let is_of_another = |file: &&KeyFile| others.iter().any(|certificate| file.fits(certificate));
        let of_another: Vec<PathBuf> = keys.iter().filter(is_of_another).map(|file| file.path.clone()).collect();
        let key = dir.join(layout::KEY);
        let mut found = Parts { certificate: chosen, keys, expected, key }.pair(self);
        found.others.retain(|path| !of_another.contains(path));
        Ok((found, beside))
    }

    fn member(&mut self, org: &Org, member: Member<'_>) -> Result<FoundMember, Stop> {
        let dir = layout::member_msp(org, member);
        let msp = self.msp(&dir)?;
        let signcert = msp.signcerts.first();
        let signcert = signcert.map(|file| (dir.join("signcerts").join(&file.name), read_file(file)));
        let identity = Parts {
            certificate: signcert,
            keys: self.keys(&layout::keystore(org, member))?,
            expected: layout::certificate(org, member, Half::Identity),
            key: layout::key(org, member, Half::Identity),
        };
        let (expected, key) = (layout::certificate(org, member, Half::Tls), layout::key(org, member, Half::Tls));
        let certificate = self.store.read(&expected)?;
        certificate.iter().for_each(|bytes| msp::judge_public(self.store, &expected, bytes, &mut self.problems));
        let certificate = certificate.map(|bytes| (expected.clone(), Certificate::parse(&bytes)));
        let key_file = match self.store.read_secret(&key) {
            Err(error) if error.is_denied() => None,
            read => read?.map(|bytes| KeyFile::read(key.clone(), &bytes)),
        };
        let tls = Parts { certificate, keys: key_file.into_iter().collect(), expected, key };
        let tls_ca = self.store.read(&layout::tls_ca(org, member))?;
        tls_ca.iter().for_each(|bytes| msp::judge_public(self.store, &layout::tls_ca(org, member), bytes, &mut self.problems));
        if let Some(Err(reason)) = tls_ca.as_deref().map(Certificate::parse) {
            self.unreadable(&layout::tls_ca(org, member), &reason);
        }
        Ok(FoundMember { msp, identity: identity.pair(self), tls: tls.pair(self), tls_ca })
    }
}
