//! Judges the certificates that are there: who issued them, when they are valid, whom they name, whether their keys are here.
//! What is not there is `lack`'s.

use super::certificate::Certificate;
use super::found::{FoundMember, FoundOrg, FoundPair, Pair};
use super::issue;
use super::plan::{Authority, Half, Member};
use super::{Names, Request};
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::{Node, Org, Role};
use crate::store::{Keys, Store};
use rayon::prelude::*;
use time::OffsetDateTime;

/// What a check of an org looks at.
pub(super) struct Check<'a> {
    store: &'a Store,
    keys: Keys,
    names: Names,
    org: &'a Org,
    found: &'a FoundOrg,
    now: OffsetDateTime,
    signing: Vec<Certificate>,
    tls: Vec<Certificate>,
}

impl<'a> Check<'a> {
    pub fn new(request: &Request<'a>, org: &'a Org, found: &'a FoundOrg) -> Self {
        let msp = &found.msp;
        let signing = trusted(&found.ca, msp.cacerts.iter().chain(&msp.intermediatecerts).map(|f| &f.bytes));
        let tls = trusted(&found.tlsca, msp.tlscacerts.iter().chain(&msp.tlsintermediatecerts).map(|f| &f.bytes));
        let Request { network: _, store, lock: _, pinned: _, rooted: _, policy, names } = *request;
        Self { store, keys: policy.keys, names, org, found, now: issue::now(), signing, tls }
    }

    pub fn run(&self, problems: &mut Problems) {
        self.node_ous(problems);
        for authority in Authority::BOTH {
            let pair = self.found.authority(authority);
            let code = match authority {
                Authority::Signing => Code::FK0311,
                Authority::Tls => Code::FK0310,
            };
            self.validity(pair, code).into_iter().for_each(|problem| problems.push(problem));
        }
        let members: Vec<_> = Member::all(self.org).zip(&self.found.members).collect();
        let found: Vec<_> = members.into_par_iter().map(|(member, found)| self.member(member, found)).collect();
        found.into_iter().flatten().for_each(|problem| problems.push(problem));
    }

    fn place(&self, pair: &FoundPair) -> Place {
        Place::file(&self.store.path(&pair.path))
    }

    fn node_ous(&self, problems: &mut Problems) {
        let msp = &self.found.msp;
        let on = msp.config.as_ref().is_some_and(|config| String::from_utf8_lossy(config).contains("Enable: true"));
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

    fn member(&self, member: Member<'_>, found: &FoundMember) -> Vec<Problem> {
        let mut problems = Vec::new();
        for half in Half::BOTH {
            let pair = found.half(half);
            let code = match member {
                Member::Node(_) => Code::FK0310,
                Member::User(_) => Code::FK0311,
            };
            problems.extend(self.issued(pair, half));
            problems.extend(self.validity(pair, code));
            problems.extend(self.key(member, pair));
        }
        if let (Member::Node(node), Names::Checked) = (member, self.names) {
            problems.extend(self.names_of(node, &found.tls));
        }
        problems
    }

    fn issued(&self, pair: &FoundPair, half: Half) -> Option<Problem> {
        let certificate = pair.certificate()?;
        // Where the authority's own certificate is missing or damaged, that is the problem.
        self.found.authority(half.issuer()).certificate()?;
        let trusted = match half {
            Half::Identity => &self.signing,
            Half::Tls => &self.tls,
        };
        let what = match half {
            Half::Identity => "CA",
            Half::Tls => "TLS CA",
        };
        (!certificate.is_issued_by_one_of(trusted)).then(|| {
            let message =
                format!("the certificate of `{}` is not issued by the {what} of `{}`", certificate.common_name, self.org.domain);
            Problem::new(Code::FK0309, message).at(&self.place(pair)).help(
                "restore the CA that issued it, or move the pair away, certificate and key, so that it is made again (never an \
                 orderer's TLS pair that a block names)",
            )
        })
    }

    fn validity(&self, pair: &FoundPair, code: Code) -> Option<Problem> {
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
        Some(Problem::new(code, message).at(&self.place(pair)).help("have it issued again for the same key, by the same CA"))
    }

    fn key(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let Pair::Certificate(certificate) = &pair.pair else { return None };
        // The keys of plain users go into no product.
        let is_used = match member {
            Member::Node(_) => true,
            Member::User(user) => user.admin,
        };
        (self.keys == Keys::Needed && is_used).then(|| {
            let message = format!("there is no private key that matches the certificate of `{}`", certificate.common_name);
            Problem::new(Code::FK0307, message)
                .at(&self.place(pair))
                .help("restore the key, or leave keys out of the output with `--secrets omit` or `--secrets redact`")
        })
    }

    fn names_of(&self, node: &Node, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let by_clients = match node.role {
            Role::Orderer => [].iter(),
            Role::Peer => node.client_names.iter(),
        };
        let wanted = node.dialled.iter().chain(by_clients);
        let mut missing: Vec<String> = wanted.filter(|name| !certificate.names(name)).map(|name| format!("`{name}`")).collect();
        missing.dedup();
        if missing.is_empty() {
            return None;
        }
        let again = "delete the pair `tls/server.crt` and `tls/server.key`, so that it is made again";
        let by_domain = "`addressing: domain` in values.yaml keeps the hosts that the certificate has";
        let nodes_can_dial = node.dialled.iter().all(|name| certificate.names(name));
        let (code, help) = match (node.role, nodes_can_dial) {
            (Role::Orderer, _) => (Code::FK0312, format!("{by_domain}; or {again}, but only if no block names it")),
            (Role::Peer, false) => (Code::FK0313, format!("{by_domain}; or {again}")),
            (Role::Peer, true) => (Code::FK0313, format!("let clients dial `{}`; or {again}", node.host)),
        };
        let message = format!("the TLS certificate of `{}` does not name {}", node.common_name, missing.join(", "));
        Some(Problem::new(code, message).at(&self.place(pair)).help(help))
    }
}

/// The authorities whose certificates an org's members may have.
fn trusted<'a>(own: &FoundPair, files: impl Iterator<Item = &'a Vec<u8>>) -> Vec<Certificate> {
    own.certificate().cloned().into_iter().chain(files.filter_map(|bytes| Certificate::parse(bytes).ok())).collect()
}
