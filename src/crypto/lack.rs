//! What is missing of a network's material, and whether it may and can be made. Making it is `make`'s.

use super::Request;
use super::found::{self, FoundOrg, Pair};
use super::issue::{self, Issuer};
use super::layout;
use super::plan::{Authority, Half, Member, Profile};
use super::shape::Shape;
use crate::diag::{Code, Place, Problem, Problems, more};
use crate::network::Org;
use std::path::{Path, PathBuf};

/// What an org lacks.
#[derive(Debug, Default)]
pub(super) struct Lack {
    pub authorities: Vec<Authority>,
    /// Members that lack something.
    pub members: Vec<MemberLack>,
    /// Of the org's own MSP.
    pub files: Vec<PublicFile>,
}

/// What a member lacks.
#[derive(Debug)]
pub(super) struct MemberLack {
    /// Its place in [`Member::all`].
    pub index: usize,
    /// Pairs without a certificate.
    pub halves: Vec<Half>,
    pub files: Vec<PublicFile>,
}

/// A public file to add.
#[derive(Debug)]
pub(super) struct PublicFile {
    pub path: PathBuf,
    pub content: Content,
}

/// What a public file holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// The certificate of an authority.
    Authority(Authority),
    /// The signing certificate of the member at a place.
    Member(usize),
}

impl Lack {
    pub fn of(org: &Org, found: &FoundOrg) -> Self {
        let authorities = Authority::BOTH.into_iter().filter(|a| found.authority(*a).lacks_certificate()).collect();
        let (shape, files) = Shape::of(org, found);
        let members = Member::all(org).zip(&found.members).enumerate();
        let members = members.filter_map(|(index, (member, found))| {
            let halves: Vec<Half> =
                member.halves().iter().copied().filter(|half| found.half(*half).lacks_certificate()).collect();
            let files = shape.files(org, (index, member), found);
            (!halves.is_empty() || !files.is_empty()).then_some(MemberLack { index, halves, files })
        });
        Self { authorities, members: members.collect(), files }
    }

    pub fn is_empty(&self) -> bool {
        let Self { authorities, members, files } = self;
        authorities.is_empty() && members.is_empty() && files.is_empty()
    }

    /// Every file that is missing, as one line where a whole folder is.
    pub fn report(&self, request: &Request<'_>, org: &Org, problems: &mut Problems) {
        let mut missing = |path: &Path, what: &str| {
            problems.push(
                Problem::new(Code::FK0301, format!("{what} is not here, and with `--frozen` or `--check` nothing is made"))
                    .at(&Place::file(&request.store.path(path)))
                    .help("render once without it where the network's keys are kept"),
            );
        };
        let members: Vec<Member<'_>> = Member::all(org).collect();
        let bare = self.members.iter().filter(|lack| lack.halves.len() == members[lack.index].halves().len()).count();
        if self.authorities.len() == Authority::BOTH.len() && bare == members.len() {
            return missing(&org.dir(), &format!("the material of `{}`", org.domain));
        }
        for authority in &self.authorities {
            missing(&layout::authority_certificate(org, *authority), "the certificate of the CA");
        }
        for file in &self.files {
            missing(&file.path, "the file");
        }
        for lack in &self.members {
            let member = members[lack.index];
            let name = member.common_name();
            match lack.halves.as_slice() {
                [] => lack.files.iter().for_each(|file| missing(&file.path, "the file")),
                [Half::Identity] => missing(&layout::certificate(org, member, Half::Identity), "the signing certificate"),
                [Half::Tls] => missing(&layout::certificate(org, member, Half::Tls), "the TLS certificate"),
                _ => missing(&layout::member_dir(org, member), &format!("the material of `{name}`")),
            }
        }
    }

    /// Whether what is missing can be made: names, and authorities that issue.
    pub fn judge(&self, request: &Request<'_>, org: &Org, found: &FoundOrg, problems: &mut Problems) {
        self.judge_names(org, problems);
        for authority in Authority::BOTH {
            let pair = found.authority(authority);
            let place = Place::file(&request.store.path(&pair.path));
            if matches!(pair.pair, Pair::Missing) {
                let halves = || Half::BOTH.into_iter().filter(|half| half.issuer() == authority);
                let mut pairs = found.members.iter().flat_map(|member| halves().map(|half| member.half(half)));
                let Some(orphan) = pairs.find(|pair| pair.certificate().is_some()) else { continue };
                let message = format!("the CA of `{}` is gone, but certificates that it issued are here", org.domain);
                let orphan = Place::file(&request.store.path(&orphan.path));
                problems.push(Problem::new(Code::FK0308, message).at(&place).at(&orphan).help("restore the CA from a backup"));
                continue;
            }
            let members: Vec<Member<'_>> = Member::all(org).collect();
            let wanted: Vec<(Member<'_>, Half)> = self
                .members
                .iter()
                .flat_map(|lack| lack.halves.iter().map(|half| (members[lack.index], *half)))
                .filter(|(_, half)| half.issuer() == authority)
                .collect();
            let Some((first, _)) = wanted.first() else { continue };
            let Some((reason, help)) = obstacle(request, found, authority) else { continue };
            let others = more(wanted.len(), 1);
            let message = format!("`{}`{others} needs a certificate, and the CA cannot issue it: {reason}", first.common_name());
            let missing = wanted.iter().map(|(member, half)| layout::certificate(org, *member, *half));
            let missing = missing.map(|path| Place::file(&request.store.path(&path)));
            problems.push(Problem::new(Code::FK0308, message).at(&place).at_all(missing).help(help));
        }
    }

    /// The members of which a run could make all that is missing.
    pub fn makeable(&self, request: &Request<'_>, found: &FoundOrg) -> impl Iterator<Item = &MemberLack> {
        let stuck = Authority::BOTH.map(|authority| obstacle(request, found, authority).is_some());
        let is_stuck = move |half: &Half| Authority::BOTH.into_iter().zip(stuck).any(|(of, stuck)| stuck && half.issuer() == of);
        self.members.iter().filter(move |lack| !lack.halves.iter().any(is_stuck))
    }

    fn judge_names(&self, org: &Org, problems: &mut Problems) {
        let members: Vec<Member<'_>> = Member::all(org).collect();
        let mut report = |reason: String, place: &Place| {
            problems.push(Problem::new(Code::FK0314, reason).at(place).help("change the name in crypto-config.yaml"));
        };
        let plain = |name: &str| match layout::is_plain(name) {
            true => Ok(()),
            false => Err(format!("`{name}` cannot be the name of a folder")),
        };
        for authority in &self.authorities {
            let name = authority.common_name(org);
            let checks = [plain(&org.domain), plain(&name), issue::check(&Profile::of_authority(org, *authority))];
            checks.into_iter().filter_map(Result::err).for_each(|reason| report(reason, &org.place));
        }
        for lack in &self.members {
            let member = members[lack.index];
            let place = match member {
                Member::Node(node) => &node.place,
                Member::User(_) | Member::FabricCa(_) | Member::Chaincode(_) => &org.place,
            };
            let profiles = lack.halves.iter().map(|half| issue::check(&Profile::of_member(org, member, *half)));
            let checks = std::iter::once(plain(member.common_name())).chain(profiles);
            checks.filter_map(Result::err).for_each(|reason| report(reason, place));
        }
    }
}

/// Why a CA that is here cannot issue, and what to do about it.
fn obstacle(request: &Request<'_>, found: &FoundOrg, authority: Authority) -> Option<(String, String)> {
    let pair = found.authority(authority);
    match &pair.pair {
        Pair::Whole(..) if !found.msp_knows_issuer(authority) => Some((
            "the org's MSP does not know this CA".to_owned(),
            "bring the org's own CA back; if this one is to issue from now on, put its certificate beside the others in the org's `msp` too"
                .to_owned(),
        )),
        Pair::Certificate(_) => Some(match pair.encrypted.as_ref().map(|path| request.store.path(path)) {
            Some(encrypted) => ("its private key is encrypted".to_owned(), found::decrypting(&encrypted)),
            None => (
                "its private key is not here".to_owned(),
                "put the CA's key beside its certificate, or let the CA issue the pair where its key is and put that into the store"
                    .to_owned(),
            ),
        }),
        Pair::Whole(certificate, key) => {
            let help = "let the CA issue the pair with the tool that made the CA, and put that into the store";
            Issuer::open(certificate, key).err().map(|reason| (reason, help.to_owned()))
        }
        Pair::Missing | Pair::Key(_) | Pair::Broken => None,
    }
}
