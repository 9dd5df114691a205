//! New files in place of old ones: the old are kept first, and a kill at any moment leaves one of the two in place, whole.
//! Which certificates are renewed is the parent's.

use crate::crypto::bundle;
use crate::crypto::certificate::Certificate;
use crate::diag::{Progress, Stop};
use crate::fs::{self, Mode, NewFile};
use crate::store::Store;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use time::{Date, OffsetDateTime};

/// What the names of folders with old certificates begin with.
const RENEWED: &str = "renewed";

/// A certificate about to take another's place; paths are below the store.
pub(super) struct Replacement {
    /// The folder of the member or org: beside its folders the old one is kept.
    pub dir: PathBuf,
    /// What the files call the holder.
    pub name: String,
    pub path: PathBuf,
    pub old: Certificate,
    pub new: Certificate,
    /// Other files that hold the old one.
    pub copies: Vec<PathBuf>,
    /// Folders of administrators that hold the old one: channels go on knowing it, so the new one comes beside it.
    pub admincerts: Vec<PathBuf>,
}

impl Replacement {
    /// Whether a certificate is the old one, or one that a killed run put in its place. One that another CA issued for the same key
    /// is neither.
    fn is_meant(&self, other: &Certificate) -> bool {
        is_of_same_line(&self.old, other)
    }
}

/// Whether one certificate can have come of the other by renewal.
pub(super) fn is_of_same_line(one: &Certificate, other: &Certificate) -> bool {
    (&one.key_fingerprint, &one.subject, &one.issuer) == (&other.key_fingerprint, &other.subject, &other.issuer)
}

/// Keeps the old certificates in dated folders, one a run, where no MSP is read: Fabric takes every file of `signcerts` for the
/// identity, and tools copy whole `msp` folders. Gives their places, in order.
pub(super) fn keep(store: &Store, replacements: &[Replacement], now: OffsetDateTime) -> Result<Vec<PathBuf>, Stop> {
    let mut of_dirs: BTreeMap<&Path, Vec<&Replacement>> = BTreeMap::new();
    for replacement in replacements {
        of_dirs.entry(&replacement.dir).or_default().push(replacement);
    }
    let mut kept = BTreeMap::new();
    for (dir, replacements) in of_dirs {
        let below = |replacement: &Replacement| {
            replacement.path.strip_prefix(dir).map(Path::to_path_buf).unwrap_or_else(|_| replacement.path.clone())
        };
        let files: Vec<(PathBuf, &[u8])> = replacements.iter().map(|one| (below(one), one.old.pem.as_slice())).collect();
        let folder = keep_in(store, dir, &files, now.date())?;
        kept.extend(replacements.iter().zip(&files).map(|(one, (below, _))| (one.path.clone(), folder.join(below))));
    }
    Ok(replacements.iter().filter_map(|one| kept.remove(&one.path)).collect())
}

/// The folder that holds these files now: a new one, or that of a run that was killed before it replaced them.
fn keep_in(store: &Store, dir: &Path, files: &[(PathBuf, &[u8])], today: Date) -> Result<PathBuf, Stop> {
    for number in 1.. {
        let folder = dir.join(dated(RENEWED, today, number));
        if !store.has(&folder)? {
            let files: Vec<NewFile<'_>> = files.iter().map(|(path, bytes)| NewFile { path, bytes, mode: Mode::Public }).collect();
            store.add_all(&folder, &files)?;
            return Ok(folder);
        }
        let is_there = |(path, bytes): &(PathBuf, &[u8])| Ok(store.read(&folder.join(path))?.as_deref() == Some(*bytes));
        if files.iter().map(is_there).collect::<Result<Vec<bool>, fs::Error>>()?.into_iter().all(|is_there| is_there) {
            return Ok(folder);
        }
    }
    Err(Stop::Internal(format!("`{}` has no room for old certificates", dir.display())))
}

/// Whether a folder has that name, in which old certificates are kept.
pub(in crate::crypto) fn is_kept(name: &str) -> bool {
    name.strip_prefix(RENEWED).is_some_and(|rest| rest.starts_with('-'))
}

/// `renewed-2026-11-20`, `renewed-2026-11-20.2`.
fn dated(stem: &str, day: Date, number: u32) -> String {
    match number {
        1 => format!("{stem}-{day}"),
        more => format!("{stem}-{day}.{more}"),
    }
}

/// Puts the new certificates in place. What went wrong half-way is told with what is left to do.
pub(super) fn replace(
    store: &Store,
    replacements: &[Replacement],
    now: OffsetDateTime,
    progress: &dyn Progress,
) -> Result<(), Stop> {
    for (done, replacement) in replacements.iter().enumerate() {
        if let Err(error) = put(store, replacement, now.date()) {
            let left: Vec<String> =
                replacements[done..].iter().map(|left| format!("\n  {}", store.path(&left.path).display())).collect();
            progress.note(&format!(
                "{done} of {} certificates are renewed; run the same again when the cause is mended, for these are not:{}",
                replacements.len(),
                left.concat()
            ));
            return Err(error.into());
        }
    }
    Ok(())
}

fn put(store: &Store, replacement: &Replacement, today: Date) -> Result<(), fs::Error> {
    let Replacement { path, new, copies, admincerts, .. } = replacement;
    for dir in admincerts {
        store.replace(&beside(store, dir, replacement, today)?, &new.pem)?;
    }
    // The certificate itself comes last: as long as it is the old one, the next run begins again.
    for target in copies.iter().chain([path]) {
        let there = store.read(target)?.unwrap_or_default();
        store.replace(target, &bundle::with_replaced(&there, |other| replacement.is_meant(other), &new.pem))?;
    }
    Ok(())
}

/// Where the new certificate goes in a folder of administrators: to a file of its own, since Fabric reads the first certificate of a
/// file alone. The last file of the day that is not the certificate in use was left by a killed run, and nobody has seen it.
fn beside(store: &Store, dir: &Path, replacement: &Replacement, today: Date) -> Result<PathBuf, fs::Error> {
    let name = |number| dir.join(format!("{}.pem", dated(&format!("{}-renewed", replacement.name), today, number)));
    let (mut number, mut is_left) = (1, false);
    while let Some(bytes) = store.read(&name(number))? {
        is_left = !bundle::holds(&bytes, |other| other.is_same_as(&replacement.old));
        number += 1;
    }
    Ok(name(if is_left { number - 1 } else { number }))
}
