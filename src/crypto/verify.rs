//! A whole tree, judged: every certificate with its problems. Judging is `check`'s, `memory`'s and `lack`'s.

use super::check::Check;
use super::found::{self, FoundOrg};
use super::inventory::{Entry, EntryRole, Usage, entries};
use super::lack::Lack;
use super::layout;
use super::leftover;
use super::plan::Member;
use super::unnamed::note_unnamed;
use super::{Request, memory};
use crate::diag::{Code, Place, Problem, Problems, Severity, Stop, count};
use crate::network::Org;
use crate::store::Keys;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A tree that was looked through.
#[derive(Debug)]
pub struct Verified {
    pub rows: Vec<Row>,
    /// What belongs to no row.
    pub others: Vec<Problem>,
}

/// One certificate, or an org's MSP folder.
#[derive(Debug)]
pub struct Row {
    pub subject: Subject,
    pub problems: Vec<Problem>,
}

/// What a row is about.
#[derive(Debug)]
pub enum Subject {
    Certificate(Box<Entry>),
    /// The folder by which channels know the org.
    Msp {
        org: String,
        path: PathBuf,
        /// Whether it has a CA: without one it is no MSP.
        is_here: bool,
    },
}

/// Looks at all that the files name, makes nothing, and puts every problem into `problems` and beside its certificate.
pub fn verify(request: &Request<'_>, problems: &mut Problems) -> Result<Verified, Stop> {
    let Request { network, store, policy, .. } = *request;
    let known = problems.iter().count();
    let found = found::read(network, store, problems)?;
    let elsewhere = memory::judge(request, &found, problems)?;
    let mut rows = Vec::new();
    let mut absent = Vec::new();
    for (index, (org, found)) in network.orgs.iter().zip(&found).enumerate() {
        let all = entries(org, found, store);
        let lack = Lack::of(org, found);
        if !elsewhere.contains(&index) {
            lack.judge(request, org, found, problems);
            Check::new(request, org, found, &lack).run(problems);
            absent.extend(not_made(request, org, found, &lack));
            let keys = policy.keys.of_org(found.has_keys());
            note_missing_keys((org, &store.path(&org.dir())), keys, &all, problems);
        }
        let is_here = !found.msp.cacerts.is_empty();
        rows.push(Subject::Msp { org: org.domain.clone(), path: store.path(&layout::org_msp(org)), is_here });
        rows.extend(all.into_iter().map(|entry| Subject::Certificate(Box::new(entry))));
    }
    let certificates = || rows.iter().filter_map(|row| if let Subject::Certificate(entry) = row { Some(entry) } else { None });
    if certificates().next().is_some() && certificates().all(|entry| entry.certificate.is_none()) {
        // A wrong folder must not look like a right one.
        let dir = store.path(Path::new(""));
        problems.push(
            Problem::new(Code::FK0301, format!("nothing that the files name is in `{}`", dir.display()))
                .at(&Place::file(&dir))
                .help("name the folder of keys with `--crypto-dir DIR`, or make them with `fabkube crypto generate`"),
        );
    }
    if !absent.is_empty() {
        let places = absent.iter().map(|dir| Place::file(&store.path(dir)));
        let problem =
            Problem::new(Code::FK0342, format!("what the files name is not complete here, in {}", count(absent.len(), "folder")));
        problems.push(problem.at_all(places).help("`fabkube crypto generate` makes what is missing, where the CA's key is"));
    }
    leftover::warn(network, &found, store, problems);
    note_unnamed(network, store, problems)?;
    Ok(assign(rows, problems.iter().skip(known)))
}

/// The folders that lack something that a run would make.
fn not_made(request: &Request<'_>, org: &Org, found: &FoundOrg, lack: &Lack) -> Vec<PathBuf> {
    let authorities = lack.authorities.iter().map(|authority| layout::authority_dir(org, *authority));
    let own = (!lack.files.is_empty()).then(|| layout::org_msp(org));
    let members: Vec<_> = Member::all(org).collect();
    let of_members = lack.makeable(request, found).map(|lack| layout::member_dir(org, members[lack.index]));
    authorities.chain(own).chain(of_members).collect()
}

/// Missing keys that the check does not report one by one.
fn note_missing_keys((org, dir): (&Org, &Path), keys: Keys, entries: &[Entry], problems: &mut Problems) {
    let without = |entry: &&Entry| entry.certificate.is_some() && !entry.has_key;
    let is_authority = |entry: &&Entry| entry.role == EntryRole::Ca;
    let missing = entries.iter().filter(without).count();
    let message = match keys {
        Keys::NotNeeded if missing > 0 => format!(
            "{missing} of {} certificates of `{}` have no private key here, and it was not asked for",
            entries.len(),
            org.domain
        ),
        Keys::Needed if entries.iter().filter(is_authority).any(|entry| without(&entry)) => {
            format!("a CA of `{}` has no private key here, so nothing new can be issued by it", org.domain)
        }
        Keys::NotNeeded | Keys::Needed | Keys::WhereAnyAre => return,
    };
    let problem = Problem::new(Code::FK0344, message).at(&Place::file(dir));
    problems.push(problem.help("that is as it should be where the keys are kept elsewhere"));
}

/// Every problem goes to the rows that its places are in: the certificate itself, else the folder around it. Notes are about the
/// whole.
fn assign<'p>(subjects: Vec<Subject>, problems: impl Iterator<Item = &'p Problem>) -> Verified {
    let mut row_of = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        row_of.entry(subject.folder()).or_insert(index);
    }
    row_of.extend(subjects.iter().enumerate().map(|(index, subject)| (subject.path().to_path_buf(), index)));
    let mut rows: Vec<Row> = subjects.into_iter().map(|subject| Row { subject, problems: Vec::new() }).collect();
    let mut others = Vec::new();
    for problem in problems {
        let places = problem.places.iter().filter(|_| problem.severity != Severity::Note).map(|place| Path::new(place.name()));
        // The folder that goes deepest is the one that is meant.
        let indices: BTreeSet<usize> =
            places.filter_map(|place| place.ancestors().find_map(|folder| row_of.get(folder))).copied().collect();
        indices.iter().for_each(|index| rows[*index].problems.push(problem.clone()));
        if indices.is_empty() {
            others.push(problem.clone());
        }
    }
    Verified { rows, others }
}

impl Subject {
    /// The certificate, or the folder.
    pub fn path(&self) -> &Path {
        match self {
            Subject::Certificate(entry) => &entry.path,
            Subject::Msp { path, .. } => path,
        }
    }

    /// The folder whose files go along with it: `ca`, `tls`; for a member's identity the whole of the member's folder.
    fn folder(&self) -> PathBuf {
        let (path, levels) = match self {
            Subject::Msp { path, .. } => (path, 0),
            Subject::Certificate(entry) if entry.role == EntryRole::Ca || entry.usage == Usage::Tls => (&entry.path, 1),
            Subject::Certificate(entry) => (&entry.path, 3),
        };
        path.ancestors().nth(levels).unwrap_or(path).to_path_buf()
    }
}
