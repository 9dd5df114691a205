//! Judges the certificates that are there: who issued them, when they are valid, whom they name, whether their keys are here.
//! What is not there is `lack`'s.

mod fabric_ca;
mod folder;
mod identity;
mod names;

use super::certificate::Certificate;
use super::chains::Authorities;
use super::found::{self, FoundMember, FoundOrg, FoundPair, Pair};
use super::issue;
use super::lack::{Content, Lack};
use super::layout;
use super::msp::{MspFolder, PemFile};
use super::ou_config::{OuConfig, read_ou_config};
use super::plan::{Authority, Half, Member};
use super::revocation::RevocationList;
use super::{Names, Request};
use crate::diag::{Code, Place, Problem, Problems, Severity, more};
use crate::network::{FabricVersion, Org};
use crate::store::{Keys, Store};
use folder::{Finding, Folder, certificates};
pub(super) use names::missing_names;
use rayon::prelude::*;
use std::path::Path;
use time::OffsetDateTime;

/// What a check of an org looks at.
pub(super) struct Check<'a> {
    store: &'a Store,
    keys: Keys,
    names: Names,
    org: &'a Org,
    found: &'a FoundOrg,
    lack: &'a Lack,
    fabric_version: FabricVersion,
    now: OffsetDateTime,
    signing: Vec<Certificate>,
    tls: Vec<Certificate>,
    /// The org's own MSP with the CAs that a run puts into it, and what it knows.
    planned: MspFolder,
    authorities: Authorities,
    /// `config.yaml` of the org's own MSP, which is the one that channels get.
    config: OuConfig,
    /// What was wrong with reading it.
    config_problems: Problems,
    revocations: Vec<RevocationList>,
    /// What is wrong with the org's own MSP: members have copies of it.
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    pub fn new(request: &Request<'a>, org: &'a Org, found: &'a FoundOrg, lack: &'a Lack) -> Self {
        let msp = &found.msp;
        let [signing, tls] = Authority::BOTH.map(|authority| trusted(found, authority));
        let Request { network, store, lock: _, pinned: _, rooted: _, policy, names } = *request;
        let mut config_problems = Problems::new();
        let dir = layout::org_msp(org);
        let config = ou_config(store, &dir, msp, &mut config_problems);
        let admins_to_come = names_admins(lack.files.iter().map(|file| file.path.as_path()), &dir);
        let (now, fabric_version) = (issue::now(), network.fabric_version);
        let planned = planned(org, found, lack);
        let authorities = folder::authorities(&planned, Authority::Signing);
        let findings = Folder { msp: &planned, config: &config, admins_to_come, fabric_version, now }.findings();
        Self {
            store,
            keys: policy.keys.of_org(found.has_keys()),
            names,
            org,
            found,
            lack,
            fabric_version,
            now,
            signing,
            tls,
            planned,
            authorities,
            config,
            config_problems,
            revocations: msp.crls.iter().filter_map(|file| RevocationList::parse(&file.bytes).ok()).collect(),
            findings,
        }
    }

    pub fn run(&self, problems: &mut Problems) {
        self.node_ous(problems);
        self.config_problems.iter().for_each(|problem| problems.push(problem.clone()));
        self.own_folder(problems);
        for authority in Authority::BOTH {
            let pair = self.found.authority(authority);
            let code = match authority {
                Authority::Signing => Code::FK0311,
                Authority::Tls => Code::FK0310,
            };
            let name = authority.common_name(self.org);
            let help = format!(
                "`fabkube crypto renew --ca {name}` issues it again on the same key, if it is self-signed; another CA's issue is that CA's"
            );
            self.validity(pair, code, &help).into_iter().for_each(|problem| problems.push(problem));
            self.other_key(pair, Severity::Warning).into_iter().for_each(|problem| problems.push(problem));
        }
        self.fabric_ca().into_iter().for_each(|problem| problems.push(problem));
        let members: Vec<_> = Member::all(self.org).zip(&self.found.members).enumerate().collect();
        let found: Vec<_> = members.into_par_iter().map(|(index, (member, found))| self.member(index, member, found)).collect();
        found.into_iter().flatten().for_each(|problem| problems.push(problem));
    }

    fn place(&self, pair: &FoundPair) -> Place {
        Place::file(&self.store.path(&pair.path))
    }

    fn node_ous(&self, problems: &mut Problems) {
        let msp = &self.found.msp;
        let on = self.config.has_node_ous();
        let (says, has) = match (self.org.node_ous, on) {
            (true, false) if !msp.admincerts.is_empty() => ("true", "without NodeOUs"),
            (false, true) => ("false", "with NodeOUs"),
            _ => return,
        };
        let message = format!("`EnableNodeOUs` of `{}` is {says}, but its MSP in the store was made {has}", self.org.domain);
        problems.push(
            Problem::new(Code::FK0317, message)
                .at(&self.org.place)
                .at(&Place::file(&self.store.path(&super::layout::org_msp(self.org))))
                .help("what is in the store counts; give `EnableNodeOUs` the value that it was made with"),
        );
    }

    /// The org's own MSP folder, and whether it has the CAs of those who go by it.
    fn own_folder(&self, problems: &mut Problems) {
        let dir = layout::org_msp(self.org);
        for finding in &self.findings {
            let mut problem = self.problem_of(finding, &dir);
            // Where it is about a CA, it is about the file in `ca` or `tlsca` too.
            let mut files = self.planned.certificates();
            let about = files.find(|(folder, file)| Path::new(folder).join(&file.name) == finding.file);
            for pair in Authority::BOTH.map(|authority| self.found.authority(authority)) {
                if about.is_some_and(|(_, file)| pair.certificate().is_some_and(|certificate| certificate.pem == file.bytes)) {
                    problem = problem.at(&self.place(pair));
                }
            }
            problems.push(problem);
        }
        let msp = &self.found.msp;
        for half in Half::BOTH {
            let [(folder, roots), (_, others)] = msp.authorities(half.issuer());
            let below = dir.join(folder);
            if self.lack.files.iter().any(|file| file.path.starts_with(&below)) {
                continue;
            }
            let authorities = certificates([roots, others]);
            let strangers: Vec<&Certificate> = Member::all(self.org)
                .zip(&self.found.members)
                .filter(|(member, _)| half == Half::Identity || member.is_server())
                .filter_map(|(_, found)| found.half(half).certificate())
                .filter(|certificate| self.issued_by(certificate, half) && !certificate.is_issued_by_one_of(&authorities))
                .collect();
            let Some(first) = strangers.first() else { continue };
            let others = more(strangers.len(), 1);
            let message =
                format!("`msp/{folder}` does not have the CA that issued the certificate of `{}`{others}", first.common_name);
            let problem = Problem::new(Code::FK0338, message).at(&Place::file(&self.store.path(&below)));
            problems.push(problem.help("put the certificate of that CA there: channels trust an org's members by this folder"));
        }
    }

    fn problem_of(&self, finding: &Finding, dir: &Path) -> Problem {
        let place = Place::file(&self.store.path(&dir.join(&finding.file)));
        Problem::new(finding.code, &finding.message).at(&place).help(finding.help)
    }

    /// What is wrong with a member's own MSP folder and is not with its org's.
    fn member_folder(&self, index: usize, member: Member<'_>, found: &FoundMember) -> Vec<Problem> {
        if !member.halves().contains(&Half::Identity) {
            return Vec::new();
        }
        let (own, org) = (&found.msp, &self.found.msp);
        let dir = layout::member_msp(self.org, member);
        let mut problems = Problems::new();
        let config = match own.config == org.config {
            true => self.config.clone(),
            false => ou_config(self.store, &dir, own, &mut problems),
        };
        let mut to_come = self.lack.members.iter().filter(|lack| lack.index == index).flat_map(|lack| &lack.files);
        let admins_to_come = names_admins(to_come.by_ref().map(|file| file.path.as_path()), &dir);
        let Self { fabric_version, now, .. } = *self;
        let findings = Folder { msp: own, config: &config, admins_to_come, fabric_version, now }.findings();
        let own =
            findings.iter().filter(|finding| !self.findings.contains(finding)).map(|finding| self.problem_of(finding, &dir));
        let all = problems.iter().cloned().chain(own);
        // Nodes run on whatever is wrong with a user.
        all.map(|mut problem| {
            if matches!(member, Member::User(_)) && problem.severity == Severity::Error {
                problem.severity = Severity::Warning;
            }
            problem
        })
        .collect()
    }

    fn member(&self, index: usize, member: Member<'_>, found: &FoundMember) -> Vec<Problem> {
        let mut problems = self.member_folder(index, member, found);
        let to_come = self.lack.members.iter().find(|lack| lack.index == index).map_or(&[][..], |lack| &lack.files);
        for &half in member.halves() {
            let pair = found.half(half);
            let code = if member.is_server() { Code::FK0310 } else { Code::FK0311 };
            let stranger = self.issued(pair, half);
            let known = stranger.is_none();
            problems.extend(stranger);
            problems.extend(self.validity(pair, code, &again(member)));
            problems.extend(self.key(member, pair));
            problems.extend(self.usages(member, pair, half));
            if known {
                problems.extend(self.known(member, found, half, to_come));
            }
            if half == Half::Identity {
                problems.extend(self.key_kind(member, pair));
                problems.extend(self.revoked(member, pair));
                problems.extend(if known { self.identity(member, found) } else { None });
            } else {
                problems.extend(self.tls(member, pair));
            }
        }
        if self.names == Names::Checked {
            problems.extend(self.names_of(member, &found.tls));
            if let Member::Node(node) = member {
                problems.extend(self.name_for_prometheus(node, &found.tls));
            }
        }
        problems
    }

    fn issued(&self, pair: &FoundPair, half: Half) -> Option<Problem> {
        let certificate = pair.certificate()?;
        // Where the authority's own certificate is missing or damaged, that is the problem.
        self.found.authority(half.issuer()).certificate()?;
        let what = match half {
            Half::Identity => "CA",
            Half::Tls => "TLS CA",
        };
        (!self.issued_by(certificate, half)).then(|| {
            let message =
                format!("the certificate of `{}` is not issued by the {what} of `{}`", certificate.common_name, self.org.domain);
            Problem::new(Code::FK0309, message).at(&self.place(pair)).help(
                "restore the CA that issued it, or move the pair away, certificate and key, so that it is made again (never an \
                 orderer's TLS pair that a block names)",
            )
        })
    }

    fn issued_by(&self, certificate: &Certificate, half: Half) -> bool {
        certificate.is_issued_by_one_of(match half {
            Half::Identity => &self.signing,
            Half::Tls => &self.tls,
        })
    }

    fn validity(&self, pair: &FoundPair, code: Code, help: &str) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let day = |time: OffsetDateTime| time.date();
        let what = if self.now > certificate.not_after {
            format!("expired on {}", day(certificate.not_after))
        } else if self.now < certificate.not_before {
            format!("is not valid before {}", day(certificate.not_before))
        } else {
            return None;
        };
        let message = format!("the certificate of `{}` {what}", certificate.common_name);
        Some(Problem::new(code, message).at(&self.place(pair)).help(help))
    }

    fn key(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let Pair::Certificate(certificate) = &pair.pair else { return None };
        if !pair.others.is_empty() {
            return self.other_key(pair, if member.is_server() { Severity::Error } else { Severity::Warning });
        }
        // The keys of plain users go into no product.
        let is_used = match member {
            Member::Node(_) | Member::FabricCa(_) | Member::Chaincode(_) => true,
            Member::User(user) => user.admin,
        };
        if let Some(encrypted) = pair.encrypted.as_ref().map(|path| self.store.path(path)).filter(|_| is_used) {
            let message =
                format!("the private key of `{}` is encrypted, and Fabric reads none that are", certificate.common_name);
            let problem = Problem::new(Code::FK0307, message).at(&self.place(pair)).at(&Place::file(&encrypted));
            return (self.keys == Keys::Needed).then(|| problem.help(found::decrypting(&encrypted)));
        }
        (self.keys == Keys::Needed && is_used).then(|| {
            let message = format!("there is no private key that matches the certificate of `{}`", certificate.common_name);
            Problem::new(Code::FK0307, message)
                .at(&self.place(pair))
                .help("restore the key, or leave keys out of the output with `--secrets omit` or `--secrets redact`")
        })
    }

    fn other_key(&self, pair: &FoundPair, severity: Severity) -> Option<Problem> {
        let (certificate, first) = (pair.certificate()?, pair.others.first()?);
        let message = match pair.others.len() {
            1 => format!("the private key beside the certificate of `{}` is another's", certificate.common_name),
            several => {
                format!("none of the {several} private keys beside the certificate of `{}` is its own", certificate.common_name)
            }
        };
        let mut problem = Problem::new(Code::FK0330, message).at(&self.place(pair)).at(&Place::file(&self.store.path(first)));
        problem.severity = severity;
        Some(problem.help("restore the key, or the certificate that goes with this one"))
    }
}

/// What to do about a certificate that is wrong where its key is not.
fn again(member: Member<'_>) -> String {
    format!("`fabkube crypto renew --node {}` issues it again on the same key, where the CA's key is", member.common_name())
}

/// `config.yaml` of an MSP folder.
fn ou_config(store: &Store, dir: &Path, msp: &MspFolder, problems: &mut Problems) -> OuConfig {
    let path = store.path(&dir.join("config.yaml"));
    msp.config.as_ref().and_then(|bytes| read_ou_config(&path, bytes, problems)).unwrap_or_default()
}

/// Whether one of these files will name administrators in an MSP folder.
fn names_admins<'f>(mut files: impl Iterator<Item = &'f Path>, dir: &Path) -> bool {
    files.any(|file| file.starts_with(dir.join("admincerts")) || file == dir.join("config.yaml"))
}

/// An org's own MSP with the certificates of CAs that a run puts into it, as far as they are here.
fn planned(org: &Org, found: &FoundOrg, lack: &Lack) -> MspFolder {
    let mut msp = found.msp.clone();
    let of_cas = Authority::BOTH.map(|authority| found.msp.authorities(authority).map(|(folder, _)| folder)).concat();
    let dir = layout::org_msp(org);
    for file in &lack.files {
        let bytes = match &file.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::Authority(authority) => match found.authority(*authority).certificate() {
                Some(certificate) => certificate.pem.clone(),
                None => continue,
            },
            Content::Member(_) => continue,
        };
        let Ok(below) = file.path.strip_prefix(&dir) else { continue };
        let (Some(folder), Some(name)) = (below.parent(), below.file_name()) else { continue };
        let Some(list) = folder.to_str().filter(|folder| of_cas.contains(folder)).and_then(|folder| msp.list_mut(folder)) else {
            continue;
        };
        list.push(PemFile::new(name.to_string_lossy().into_owned(), bytes));
    }
    msp
}

/// The authorities whose certificates an org's members may have.
fn trusted(found: &FoundOrg, authority: Authority) -> Vec<Certificate> {
    let [(_, roots), (_, others)] = found.msp.authorities(authority);
    found.authority(authority).certificate().cloned().into_iter().chain(certificates([roots, others])).collect()
}
