//! New certificates on the keys that are there: which, and by whom. What stands in them is `reissue`'s; the only place where files
//! of the store are replaced is `replace`.

mod authority;
mod replace;

use super::bundle;
use super::certificate::Certificate;
use super::check::missing_names;
use super::found::{self, FoundMember, FoundOrg, Pair};
use super::issue;
use super::layout;
use super::material::lock_key;
use super::plan::{Authority, Half, Member, Profile};
use super::reissue::{OldNames, Reissuer};
use super::{Request, memory};
use crate::diag::{Code, Place, Problem, Problems, Progress, Stop, more};
use crate::network::{Org, OrgKind, Role};
use rayon::prelude::*;
use replace::Replacement;
pub(super) use replace::is_kept;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Which certificates to renew: those that any of the first four means.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// Those that end within this time, but for CAs.
    pub expiring: Option<Duration>,
    pub missing_sans: MissingSans,
    /// Those of the nodes and users of these names.
    pub names: &'a [String],
    /// The CAs of these names: `ca.org1.example.com`.
    pub authorities: &'a [String],
    pub old_names: OldNames,
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
    /// How many other files had it and have the new one now.
    pub copies: usize,
    /// How many folders of administrators have it beside the old one.
    pub beside: usize,
    /// Names for TLS that it has and the old one had not.
    pub gained: Vec<String>,
    /// And those that only the old one had.
    pub lost: Vec<String>,
    pub holder: Holder,
}

/// Whose a renewed certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// An org's, whose nodes have this role.
    Authority(OrgKind),
    Node(Role),
    User,
    FabricCa,
    Chaincode,
}

/// Renews what is chosen: everything is judged and issued before the first write.
pub fn renew(
    request: &Request<'_>,
    choice: &Choice<'_>,
    problems: &mut Problems,
    progress: &dyn Progress,
) -> Result<Vec<Renewed>, Stop> {
    let Request { network, store, .. } = *request;
    let found = found::read(network, store, problems)?;
    let elsewhere = memory::judge(request, &found, problems)?;
    let renewal = Renewal { request, choice, now: issue::now() };
    renewal.judge_names(&found, problems);
    let here = network.orgs.iter().zip(&found).enumerate().filter(|(index, _)| !elsewhere.contains(index));
    let here: Vec<(&Org, &FoundOrg, [Option<Certificate>; 2])> =
        here.map(|(_, (org, found))| (org, found, renewal.authorities(org, found, problems))).collect();
    let jobs: Vec<Job<'_>> =
        here.iter().flat_map(|(org, found, authorities)| renewal.jobs(org, found, authorities, problems)).collect();
    problems.stop_on_errors()?;
    let mut done: Vec<(Replacement, Holder)> = Vec::new();
    for (org, found, authorities) in &here {
        for (authority, new) in Authority::BOTH.into_iter().zip(authorities) {
            let replacement = new.as_ref().and_then(|new| renewal.replace_authority(org, found, authority, new));
            done.extend(replacement.map(|replacement| (replacement, Holder::Authority(org.kind))));
        }
    }
    done.extend(jobs.par_iter().map(|job| renewal.issue(job)).collect::<Result<Vec<_>, Stop>>()?);
    let (replacements, holders): (Vec<Replacement>, Vec<Holder>) = done.into_iter().unzip();
    let kept = replace::keep(store, &replacements, renewal.now)?;
    store.keep()?;
    replace::replace(store, &replacements, renewal.now, progress)?;
    store.keep()?;
    let renewed = |((replacement, holder), kept): ((Replacement, Holder), PathBuf)| {
        let (before, after) = (replacement.old.sans(), replacement.new.sans());
        let without = |names: &[String], others: &[String]| names.iter().filter(|n| !others.contains(n)).cloned().collect();
        Renewed {
            path: store.path(&replacement.path),
            kept: store.path(&kept),
            copies: replacement.copies.len(),
            beside: replacement.admincerts.len(),
            gained: without(&after, &before),
            lost: without(&before, &after),
            holder,
        }
    };
    Ok(replacements.into_iter().zip(holders).zip(kept).map(renewed).collect())
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
    issuer: Arc<Reissuer<'a>>,
}

impl<'a> Renewal<'a> {
    /// Whether every name is somebody's.
    fn judge_names(&self, found: &[FoundOrg], problems: &mut Problems) {
        let network = self.request.network;
        let orgs = || network.orgs.iter().zip(found);
        let authority_called = |name: &str| {
            let mut all = orgs().flat_map(|(org, found)| Authority::BOTH.map(|a| (a.common_name(org), found.authority(a))));
            all.find(|(common_name, _)| common_name == name)
        };
        for name in self.choice.authorities.iter().filter(|name| authority_called(name).is_none()) {
            problems.push(
                Problem::new(Code::FK0601, format!("no CA is called `{name}`")).at(&Place::option(&format!("--ca {name}"))).help(
                    "give its common name as `fabkube crypto list` prints it: `ca.org1.example.com`, `tlsca.org1.example.com`",
                ),
            );
        }
        for name in self.choice.names {
            if let Some((_, pair)) = authority_called(name) {
                problems.push(
                    Problem::new(Code::FK0601, format!("`{name}` is a CA, and no node or user is called so"))
                        .at(&Place::option(&format!("--node {name}")))
                        .at(&Place::file(&self.request.store.path(&pair.path)))
                        .help(format!(
                            "`--ca {name}` renews it; channels hold a CA's certificate, and have to be updated after that"
                        )),
                );
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

    /// What is to be renewed of an org's members, if its CAs can. A CA that is renewed itself issues with its new certificate.
    fn jobs(
        &self,
        org: &'a Org,
        found: &'a FoundOrg,
        authorities: &'a [Option<Certificate>; 2],
        problems: &mut Problems,
    ) -> Vec<Job<'a>> {
        let mut jobs = Vec::new();
        for (authority, renewed) in Authority::BOTH.into_iter().zip(authorities) {
            let pair = found.authority(authority);
            let place = Place::file(&self.request.store.path(&pair.path));
            let chosen: Vec<_> = Member::all(org)
                .zip(&found.members)
                .flat_map(|(member, found)| member.halves().iter().map(move |half| (member, found, *half)))
                .filter(|(member, found, half)| half.issuer() == authority && self.is_chosen(*member, found, *half))
                .collect();
            let Some((first, ..)) = chosen.first() else { continue };
            let others = more(chosen.len(), 1);
            let elsewhere = "run this where the CA's key is, or have the CA issue it again for the same key (`fabric-ca-client \
                             reenroll --csr.keyrequest.reusekey`) and put that into the store";
            let issuer = match &pair.pair {
                Pair::Whole(certificate, key) => match renewed.as_ref().unwrap_or(certificate) {
                    ended if ended.not_after <= self.now => Err((
                        format!("it ended on {}", ended.not_after.date()),
                        format!("renew the CA itself, with `--ca {}`", authority.common_name(org)),
                    )),
                    certificate => Reissuer::open(certificate, key).map_err(|reason| (reason, elsewhere.to_owned())),
                },
                Pair::Missing | Pair::Key(_) => Err(("its certificate is not here".to_owned(), elsewhere.to_owned())),
                Pair::Certificate(_) | Pair::Broken => Err(("its private key is not here".to_owned(), elsewhere.to_owned())),
            };
            match issuer {
                Ok(issuer) => {
                    let issuer = Arc::new(issuer);
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
                Err((reason, help)) => {
                    let message = format!("`{}`{others} cannot be renewed by the CA: {reason}", first.common_name());
                    problems.push(Problem::new(Code::FK0308, message).at(&place).help(help));
                }
            }
        }
        for job in &jobs {
            self.judge(job, problems);
        }
        jobs
    }

    fn is_chosen(&self, member: Member<'_>, found: &FoundMember, half: Half) -> bool {
        let Some(certificate) = found.half(half).certificate() else { return false };
        let Choice { expiring, missing_sans, names, authorities: _, old_names: _ } = self.choice;
        let lacks_names = || half == Half::Tls && !missing_names(member, certificate).is_empty();
        expiring.is_some_and(|span| certificate.not_after - self.now <= span)
            || (*missing_sans == MissingSans::Renewed && lacks_names())
            || names.iter().any(|name| is_called(member, name))
    }

    fn judge(&self, job: &Job<'_>, problems: &mut Problems) {
        let place = Place::file(&self.request.store.path(job.path));
        if let Err(reason) = issue::check(&Profile::of_member(job.org, job.member, job.half)) {
            problems.push(Problem::new(Code::FK0314, reason).at(&place).help("change the name in crypto-config.yaml"));
        }
        if self.is_known_as_a_whole(job) {
            let version = self.request.network.fabric_version;
            let message = format!(
                "orderers of Fabric {version} know the consenter `{}` by its old certificate, and not by its key alone",
                job.member.common_name()
            );
            problems.push(Problem::new(Code::FK0347, message).at(&place).help(
                "take a Fabric that knows keys first (1.4.9, 2.2.1 or 3.1.2); or, one consenter after the other, put the new \
                 certificate into every channel by a config update, and restart that orderer with it",
            ));
        }
        let administers = |file: &super::PemFile| bundle::holds(&file.bytes, |other| replace::is_of_same_line(job.old, other));
        if job.half == Half::Identity && job.found.msp.admincerts.iter().any(administers) {
            let message = format!(
                "channels know `{}` as an administrator by its old certificate (`{}` has no NodeOUs)",
                job.old.common_name, job.org.domain
            );
            problems.push(Problem::new(Code::FK0346, message).at(&place).help(
                "in the folders `admincerts` the new one stands beside the old; act in channels with the old one, which is kept, \
                 until a config update of each has put the new one into the org's MSP",
            ));
        }
    }

    /// Whether channels have a consenter's certificate, and its orderers compare that with theirs byte by byte.
    fn is_known_as_a_whole(&self, job: &Job<'_>) -> bool {
        let features = self.request.network.fabric_version.features();
        let Some(known) = self.request.lock.orgs.get(&lock_key(&job.org.dir())) else { return false };
        let (by_key, consenters) = match job.half {
            Half::Tls => (features.raft_knows_keys, &known.consenters),
            Half::Identity => (features.bft_knows_keys, &known.signers),
        };
        !by_key && consenters.contains_key(job.member.common_name())
    }

    fn issue(&self, job: &Job<'_>) -> Result<(Replacement, Holder), Stop> {
        let Job { org, found, member, half, old, path, issuer } = job;
        let profile = Profile::of_member(org, *member, *half);
        let new = issuer.reissue(old, &profile, self.choice.old_names, self.now)?;
        let holder = match member {
            Member::Node(node) => Holder::Node(node.role),
            Member::User(_) => Holder::User,
            Member::FabricCa(_) => Holder::FabricCa,
            Member::Chaincode(_) => Holder::Chaincode,
        };
        let replacement = Replacement {
            dir: layout::member_dir(org, *member),
            name: member.common_name().to_owned(),
            path: path.to_path_buf(),
            old: (*old).clone(),
            new,
            copies: Vec::new(),
            admincerts: if *half == Half::Identity { admincerts(org, found, old) } else { Vec::new() },
        };
        Ok((replacement, holder))
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
    member.common_name() == name || member.object_name() == Some(name)
}

/// The folders of administrators in an org's MSPs that hold a signing certificate, in whatever place of a file.
fn admincerts(org: &Org, found: &FoundOrg, old: &Certificate) -> Vec<PathBuf> {
    let own = std::iter::once((layout::org_msp(org), &found.msp));
    let of_members = Member::all(org).zip(&found.members).map(|(member, found)| (layout::member_msp(org, member), &found.msp));
    let holds = |file: &super::PemFile| bundle::holds(&file.bytes, |other| replace::is_of_same_line(old, other));
    own.chain(of_members).filter(|(_, msp)| msp.admincerts.iter().any(holds)).map(|(dir, _)| dir.join("admincerts")).collect()
}
