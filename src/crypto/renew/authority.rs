//! An authority's own certificate, renewed because it was asked for by name, and the files that hold it.

use super::replace::{Replacement, is_of_same_line};
use super::{Choice, Renewal};
use crate::crypto::bundle;
use crate::crypto::certificate::Certificate;
use crate::crypto::found::{FoundOrg, Pair};
use crate::crypto::layout;
use crate::crypto::plan::{Authority, Member, Profile};
use crate::crypto::reissue;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::Org;
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Renewal<'_> {
    /// The new certificates of an org's authorities, in the order of [`Authority::BOTH`].
    pub(super) fn authorities(&self, org: &Org, found: &FoundOrg, problems: &mut Problems) -> [Option<Certificate>; 2] {
        Authority::BOTH.map(|authority| {
            let Choice { authorities, .. } = self.choice;
            let name = authority.common_name(org);
            let chosen = authorities.contains(&name);
            if !chosen {
                self.judge_end(&name, org, found, authority, problems);
                return None;
            }
            let pair = found.authority(authority);
            let place = Place::file(&self.request.store.path(&pair.path));
            let renewed = match &pair.pair {
                Pair::Whole(old, key) => {
                    reissue::authority(old, key, &Profile::of_authority(org, authority), self.now).map(|new| (old, new))
                }
                Pair::Missing | Pair::Key(_) => Err("its certificate is not here".to_owned()),
                Pair::Certificate(_) | Pair::Broken => Err("its private key is not here".to_owned()),
            };
            match renewed {
                Ok((old, new)) => {
                    problems.push(self.of_channels(old, authority).at(&place));
                    Some(new)
                }
                Err(reason) => {
                    let problem = Problem::new(Code::FK0308, format!("the CA `{name}` cannot be renewed here: {reason}"));
                    problems.push(problem.at(&place).help(
                        "run this where its key is; what another CA issued is issued again there, for the same key, with the same \
                         subject and beginning, and put in place of the old one",
                    ));
                    None
                }
            }
        })
    }

    /// Whether it ends within the time that is asked for.
    fn judge_end(&self, name: &str, org: &Org, found: &FoundOrg, authority: Authority, problems: &mut Problems) {
        let pair = found.authority(authority);
        let (Some(certificate), Some(span)) = (pair.certificate(), self.choice.expiring) else { return };
        if certificate.not_after - self.now > span {
            return;
        }
        let message = format!("the CA `{}` of `{}` itself ends on {}", name, org.domain, certificate.not_after.date());
        problems.push(Problem::new(Code::FK0345, message).at(&Place::file(&self.request.store.path(&pair.path))).help(format!(
            "nothing that it issued is good for longer, in TLS; `fabkube crypto renew --ca {name}` renews it, and channels have to \
             learn it"
        )));
    }

    /// What the channels have to be told.
    fn of_channels(&self, old: &Certificate, authority: Authority) -> Problem {
        let has_ended = old.not_after <= self.now;
        let message = format!(
            "channels know the CA `{}` by its old certificate, which {} on {}",
            old.common_name,
            if has_ended { "ended" } else { "ends" },
            old.not_after.date()
        );
        let until = if has_ended {
            "until then channels refuse identities that are issued from now on"
        } else {
            "in time before that day"
        };
        Problem::new(Code::FK0360, message).help(match authority {
            Authority::Signing => format!(
                "put the new one in place of the old in the org's MSP of every channel, by a config update, {until}; never both in \
                 one `cacerts`, since Fabric refuses an identity with two chains"
            ),
            Authority::Tls => format!(
                "put the new one into the org's MSP of every channel, by a config update, in place of the old or beside it, {}",
                if has_ended { "or nodes of other orgs refuse connections" } else { until }
            ),
        })
    }

    /// The new certificate of an authority in place of the old, in every file of its org.
    pub(super) fn replace_authority(
        &self,
        org: &Org,
        found: &FoundOrg,
        authority: Authority,
        new: &Certificate,
    ) -> Option<Replacement> {
        let pair = found.authority(authority);
        let old = pair.certificate()?.clone();
        let is_meant = |other: &Certificate| is_of_same_line(&old, other);
        let holders = files(org, found).into_iter().filter(|(_, bytes)| bundle::holds(bytes, is_meant));
        let copies: BTreeSet<PathBuf> = holders.map(|(path, _)| path).filter(|path| path != &pair.path).collect();
        Some(Replacement {
            dir: org.dir(),
            name: authority.common_name(org),
            path: pair.path.clone(),
            copies: copies.into_iter().collect(),
            admincerts: Vec::new(),
            new: new.clone(),
            old,
        })
    }
}

/// The files of an org that can hold an authority's certificate, chains behind TLS certificates included.
fn files<'f>(org: &Org, found: &'f FoundOrg) -> Vec<(PathBuf, &'f [u8])> {
    let mut files: Vec<(PathBuf, &[u8])> = Vec::new();
    for (authority, beside) in [(Authority::Signing, &found.above_ca), (Authority::Tls, &found.above_tlsca)] {
        let dir = layout::authority_dir(org, authority);
        files.extend(beside.iter().map(|file| (dir.join(&file.name), file.bytes.as_slice())));
        let pair = found.authority(authority);
        files.extend(pair.certificate().map(|certificate| (pair.path.clone(), certificate.pem.as_slice())));
    }
    let own = std::iter::once((layout::org_msp(org), &found.msp));
    let of_members = Member::all(org).zip(&found.members).map(|(member, found)| (layout::member_msp(org, member), &found.msp));
    for (dir, msp) in own.chain(of_members) {
        let of_chains = msp.signcerts.iter().map(|file| ("signcerts", file));
        let certificates = msp.certificates().chain(of_chains);
        files.extend(certificates.map(|(folder, file)| (dir.join(folder).join(&file.name), file.bytes.as_slice())));
    }
    for (member, found) in Member::all(org).zip(&found.members) {
        files.extend(found.tls_ca.iter().map(|bytes| (layout::tls_ca(org, member), bytes.as_slice())));
        files.extend(found.tls.certificate().map(|certificate| (found.tls.path.clone(), certificate.pem.as_slice())));
    }
    files
}
