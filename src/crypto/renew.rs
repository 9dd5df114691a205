//! New certificates on the keys that are there. It is the only part that replaces files of the store: the old certificate is
//! kept first, and a kill at any moment leaves one of the two in place, whole. What stands in them is `reissue`'s.

use super::bundle;
use super::certificate::Certificate;
use super::check::missing_names;
use super::found::{self, FoundMember, FoundOrg, Pair};
use super::issue;
use super::layout;
use super::material::lock_key;
use super::plan::{Authority, Half, Member, Profile};
use super::reissue::Reissuer;
use super::{Request, memory};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use crate::network::{Org, Role};
use crate::store::Store;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};

/// Which certificates to renew: those that any of these means.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// Those that end within this time.
    pub expiring: Option<Duration>,
    pub missing_sans: MissingSans,
    /// Those of the nodes and users of these names.
    pub names: &'a [String],
}

/// Whether TLS certificates that lack names by which their nodes are dialled are renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingSans {
    Renewed,
    Left,
}

/// A certificate that was renewed.
#[derive(Debug)]
pub struct Renewed {
    /// Where it is.
    pub path: PathBuf,
    /// Where the old one is now.
    pub kept: PathBuf,
    /// Names for TLS that it has and the old one had not.
    pub gained: Vec<String>,
    /// And those that only the old one had.
    pub lost: Vec<String>,
    /// Of a node: its role.
    pub role: Option<Role>,
}

/// Renews what is chosen: everything is judged and issued before the first write.
pub fn renew(request: &Request<'_>, choice: &Choice<'_>, problems: &mut Problems) -> Result<Vec<Renewed>, Stop> {
    let Request { network, store, .. } = *request;
    let found = found::read(network, store, problems)?;
    let elsewhere = memory::judge(request, &found, problems)?;
    let renewal = Renewal { request, choice, now: issue::now() };
    renewal.judge_names(&found, problems);
    let mut jobs = Vec::new();
    for (_, (org, found)) in network.orgs.iter().zip(&found).enumerate().filter(|(index, _)| !elsewhere.contains(index)) {
        jobs.extend(renewal.jobs(org, found, problems));
    }
    problems.stop_on_errors()?;
    let mut done: Vec<(Replacement, Renewed)> = jobs.par_iter().map(|job| renewal.issue(job)).collect::<Result<_, Stop>>()?;
    for (replacement, renewed) in &mut done {
        renewed.kept = store.path(&keep_old(store, replacement, renewal.now)?);
    }
    store.keep()?;
    for (Replacement { path, copies, new, fingerprint, .. }, _) in &done {
        // The certificate itself comes last: as long as it is the old one, the next run begins again.
        for target in copies.iter().chain([path]) {
            let there = store.read(target)?.unwrap_or_default();
            fs::write(&store.path(target), &bundle::with_replaced(&there, fingerprint, new), Mode::Public)?;
        }
    }
    store.keep()?;
    Ok(done.into_iter().map(|(_, renewed)| renewed).collect())
}

struct Renewal<'a> {
    request: &'a Request<'a>,
    choice: &'a Choice<'a>,
    now: OffsetDateTime,
}

/// A certificate to renew.
struct Job<'a> {
    org: &'a Org,
    found: &'a FoundOrg,
    member: Member<'a>,
    half: Half,
    old: &'a Certificate,
    path: &'a Path,
    issuer: std::sync::Arc<Reissuer<'a>>,
}

/// Files about to be replaced; paths are below the store.
struct Replacement {
    member_dir: PathBuf,
    path: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
    /// Of the key, which stays: by it the certificate is known among others of a file.
    fingerprint: String,
    /// Files that hold the same certificate: administrators of an MSP without NodeOUs.
    copies: Vec<PathBuf>,
}

impl<'a> Renewal<'a> {
    /// Whether every name is somebody's, and nobody's a CA's.
    fn judge_names(&self, found: &[FoundOrg], problems: &mut Problems) {
        let network = self.request.network;
        for name in self.choice.names {
            let orgs = || network.orgs.iter().zip(found);
            let mut authorities =
                orgs().flat_map(|(org, found)| Authority::BOTH.map(|a| (a.common_name(org), found.authority(a))));
            if let Some((_, pair)) = authorities.find(|(common_name, _)| common_name == name) {
                let message = format!("`{name}` is a CA, and CAs are not renewed yet");
                problems.push(Problem::new(Code::FK0901, message).at(&Place::file(&self.request.store.path(&pair.path))).help(
                    "every channel and every node holds the CA's certificate, so a new one goes through a config update of each \
                         channel first; the certificates that it issued are renewed without that",
                ));
                continue;
            }
            let mut members = orgs().flat_map(|(org, found)| Member::all(org).zip(&found.members));
            match members.find(|(member, _)| is_called(*member, name)) {
                Some((_, found)) if Half::BOTH.iter().any(|half| found.half(*half).certificate().is_some()) => {}
                Some((_, found)) => problems.push(
                    Problem::new(Code::FK0601, format!("`{name}` has no certificate to renew"))
                        .at(&Place::file(&self.request.store.path(&found.identity.path)))
                        .help("`fabkube crypto generate` makes what is missing"),
                ),
                None => problems.push(
                    Problem::new(Code::FK0601, format!("no node or user is called `{name}`"))
                        .at(&Place::option(&format!("--node {name}")))
                        .help("give the common name (`peer0.org1.example.com`, `Admin@org1.example.com`) or what `fabkube show` prints"),
                ),
            }
        }
    }

    /// What is to be renewed of an org, if its CAs can.
    fn jobs(&self, org: &'a Org, found: &'a FoundOrg, problems: &mut Problems) -> Vec<Job<'a>> {
        let mut jobs = Vec::new();
        for authority in Authority::BOTH {
            let pair = found.authority(authority);
            let place = Place::file(&self.request.store.path(&pair.path));
            if let (Some(certificate), Some(span)) = (pair.certificate(), self.choice.expiring)
                && certificate.not_after - self.now <= span
            {
                let message = format!("the CA `{}` itself ends on {}", certificate.common_name, certificate.not_after.date());
                problems.push(Problem::new(Code::FK0345, message).at(&place).help(
                    "nothing that it issued is good for longer, in TLS; plan a new certificate of the CA and an update of the channels",
                ));
            }
            let chosen: Vec<_> = Member::all(org)
                .zip(&found.members)
                .flat_map(|(member, found)| Half::BOTH.map(|half| (member, found, half)))
                .filter(|(member, found, half)| half.issuer() == authority && self.is_chosen(*member, found, *half))
                .collect();
            let Some((first, ..)) = chosen.first() else { continue };
            let others = if chosen.len() > 1 { format!(" and {} more", chosen.len() - 1) } else { String::new() };
            let issuer = match &pair.pair {
                Pair::Whole(certificate, _) if certificate.not_after <= self.now => {
                    Err(format!("it ended on {}", certificate.not_after.date()))
                }
                Pair::Whole(certificate, key) => Reissuer::open(certificate, key),
                Pair::Missing | Pair::Key(_) => Err("its certificate is not here".to_owned()),
                Pair::Certificate(_) | Pair::Broken => Err("its private key is not here".to_owned()),
            };
            match issuer {
                Ok(issuer) => {
                    let issuer = std::sync::Arc::new(issuer);
                    for (member, of_member, half) in chosen {
                        let pair = of_member.half(half);
                        let (Some(old), path) = (pair.certificate(), pair.path.as_path()) else { continue };
                        if issuer.issued(old) {
                            jobs.push(Job { org, found, member, half, old, path, issuer: issuer.clone() });
                        } else {
                            problems.push(issued_by_another(old, &self.request.store.path(path)));
                        }
                    }
                }
                Err(reason) => problems.push(
                    Problem::new(
                        Code::FK0308,
                        format!("`{}`{others} cannot be renewed by the CA: {reason}", first.common_name()),
                    )
                    .at(&place)
                    .help(
                        "run this where the CA's key is, or have the CA issue it again for the same key (`fabric-ca-client reenroll \
                         --csr.keyrequest.reusekey`) and put that into the store",
                    ),
                ),
            }
        }
        for job in &jobs {
            self.judge(job, problems);
        }
        jobs
    }

    fn is_chosen(&self, member: Member<'_>, found: &FoundMember, half: Half) -> bool {
        let Some(certificate) = found.half(half).certificate() else { return false };
        let Choice { expiring, missing_sans, names } = self.choice;
        let lacks_names = |node| half == Half::Tls && !missing_names(node, certificate).is_empty();
        expiring.is_some_and(|span| certificate.not_after - self.now <= span)
            || (*missing_sans == MissingSans::Renewed && matches!(member, Member::Node(node) if lacks_names(node)))
            || names.iter().any(|name| is_called(member, name))
    }

    fn judge(&self, job: &Job<'_>, problems: &mut Problems) {
        let place = Place::file(&self.request.store.path(job.path));
        if let Err(reason) = issue::check(&Profile::of_member(job.org, job.member, job.half)) {
            problems.push(Problem::new(Code::FK0314, reason).at(&place).help("change the name in crypto-config.yaml"));
        }
        let named = |files: &[super::PemFile]| files.iter().any(|file| is_for_same_key(&file.bytes, job.old));
        if job.half == Half::Identity && named(&job.found.msp.admincerts) {
            let message = format!(
                "channels know `{}` as an administrator by its old certificate (`{}` has no NodeOUs)",
                job.old.common_name, job.org.domain
            );
            problems.push(Problem::new(Code::FK0346, message).at(&place).help(
                "act with the old one, which is kept, until a config update of each channel has put the new one into the org's MSP",
            ));
        }
    }

    fn issue(&self, job: &Job<'_>) -> Result<(Replacement, Renewed), Stop> {
        let Job { org, found, member, half, old, path, issuer } = job;
        let new = issuer.reissue(old, &Profile::of_member(org, *member, *half), self.now)?;
        let (before, after) = (old.sans(), new.sans());
        let without = |names: &[String], others: &[String]| names.iter().filter(|n| !others.contains(n)).cloned().collect();
        let renewed = Renewed {
            path: self.request.store.path(path),
            kept: PathBuf::new(),
            gained: without(&after, &before),
            lost: without(&before, &after),
            role: match member {
                Member::Node(node) => Some(node.role),
                Member::User(_) => None,
            },
        };
        let member_dir = layout::member_dir(org, *member);
        let copies = if *half == Half::Identity { copies(org, found, old) } else { Vec::new() };
        Ok((
            Replacement {
                member_dir,
                path: path.to_path_buf(),
                old: old.pem.clone(),
                fingerprint: new.key_fingerprint,
                new: new.pem,
                copies,
            },
            renewed,
        ))
    }
}

/// Another CA would be another chain, which the MSP may not have: only the one that issued a certificate issues it again.
fn issued_by_another(old: &Certificate, path: &Path) -> Problem {
    let message =
        format!("`{}` cannot be renewed here: the CA that issued it is another than the one whose key is here", old.common_name);
    Problem::new(Code::FK0308, message)
        .at(&Place::file(path))
        .help("put the certificate and the key of the CA that issued it into the org's `ca` or `tlsca`")
}

fn is_called(member: Member<'_>, name: &str) -> bool {
    member.common_name() == name || matches!(member, Member::Node(node) if node.name == name)
}

/// Where else an org's MSPs hold a signing certificate, for this key.
fn copies(org: &Org, found: &FoundOrg, old: &Certificate) -> Vec<PathBuf> {
    let own = std::iter::once((layout::org_msp(org), &found.msp));
    let of_members = Member::all(org).zip(&found.members).map(|(member, found)| (layout::member_msp(org, member), &found.msp));
    own.chain(of_members)
        .flat_map(|(dir, msp)| msp.admincerts.iter().map(move |file| (dir.join("admincerts").join(&file.name), file)))
        .filter(|(_, file)| is_for_same_key(&file.bytes, old))
        .map(|(path, _)| path)
        .collect()
}

fn is_for_same_key(pem: &[u8], certificate: &Certificate) -> bool {
    Certificate::parse(pem).is_ok_and(|other| other.key_fingerprint == certificate.key_fingerprint)
}

/// Keeps the old certificate in a dated folder beside the member's folders, where no MSP is read: Fabric takes every file of
/// `signcerts` for the identity, and tools copy whole `msp` folders. Gives its place.
fn keep_old(store: &Store, replacement: &Replacement, now: OffsetDateTime) -> Result<PathBuf, Stop> {
    let Replacement { member_dir, path, old, .. } = replacement;
    let below = path.strip_prefix(member_dir).unwrap_or(path);
    let name = |number: u32| match number {
        1 => format!("renewed-{}", now.date()),
        more => format!("renewed-{}.{more}", now.date()),
    };
    for target in (1..).map(|number| member_dir.join(name(number)).join(below)) {
        match store.read(&target)? {
            // A run that was killed kept it.
            Some(bytes) if &bytes == old => return Ok(target),
            Some(_) => {}
            None => {
                fs::write_new(&store.path(&target), old, Mode::Public)?;
                return Ok(target);
            }
        }
    }
    Err(Stop::Internal(format!("`{}` has no room for an old certificate", lock_key(member_dir))))
}
