//! Judges certificates of members by what Fabric and Go ask of them beyond issuer and date.
//! What Fabric only finds when the identity is used is found here too (`fabric/msp/mspimplvalidate.go`).

use super::folder::{Folder, certificates};
use super::{Check, again};
use crate::crypto::certificate::{Certificate, KeyKind};
use crate::crypto::found::{FoundMember, FoundPair};
use crate::crypto::layout;
use crate::crypto::ou_config::OuRole;
use crate::crypto::plan::{Half, Member};
use crate::diag::{Code, Place, Problem, Severity};
use crate::network::Role;
use time::Duration;

impl Check<'_> {
    /// A problem of a member's. Nodes run on whatever is wrong with a user.
    fn of_member(&self, member: Member<'_>, pair: &FoundPair, code: Code, message: String) -> Problem {
        let mut problem = Problem::new(code, message).at(&self.place(pair));
        if matches!(member, Member::User(_)) && problem.severity == Severity::Error {
            problem.severity = Severity::Warning;
        }
        problem
    }

    pub(super) fn key_kind(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let why = match &certificate.key_kind {
            KeyKind::Ecdsa(_) => return None,
            // Until 1.4 Fabric signed with RSA keys; from 3.0 on with Ed25519 (`fabric/bccsp/sw`).
            KeyKind::Rsa(_) if self.fabric_version.major < 2 => return None,
            KeyKind::Ed25519 if self.fabric_version.major >= 3 => return None,
            KeyKind::Ed25519 => format!("and Fabric {} knows no such keys", self.fabric_version),
            KeyKind::Rsa(_) | KeyKind::Other(_) => "and Fabric signs with none but ECDSA keys".to_owned(),
        };
        let message =
            format!("the identity of `{}` has a key of the kind {}, {why}", certificate.common_name, certificate.key_kind);
        let problem = self.of_member(member, pair, Code::FK0331, message);
        Some(problem.help("have it issued for a new ECDSA P-256 key; TLS pairs may have other kinds"))
    }

    pub(super) fn usages(&self, member: Member<'_>, pair: &FoundPair, half: Half) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let usages = certificate.usages?;
        let what = match (half, member) {
            (Half::Identity, _) if !usages.server => {
                "has extended key usages without `serverAuth`, which Fabric asks of identities that have any"
            }
            (Half::Tls, Member::Node(_)) if !usages.server => {
                "lacks the extended key usage `serverAuth`, so nobody can dial the node"
            }
            (Half::Tls, Member::Node(node)) if node.role == Role::Orderer && !usages.client => {
                "lacks the extended key usage `clientAuth`, and orderers dial each other as clients"
            }
            (Half::Tls, Member::User(_)) if !usages.client => "lacks the extended key usage `clientAuth`",
            _ => return None,
        };
        let which = if half == Half::Tls { "TLS certificate" } else { "identity" };
        let message = format!("the {which} of `{}` {what}", certificate.common_name);
        Some(self.of_member(member, pair, Code::FK0333, message).help(again(member)))
    }

    /// Fabric verifies a chain at the moment when the leaf begins, and one second.
    pub(super) fn begin(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let at = certificate.not_before + Duration::SECOND;
        let mut issuers = self.signing.iter().filter(|authority| certificate.is_issued_by(authority)).peekable();
        let first = *issuers.peek()?;
        if issuers.any(|authority| (authority.not_before..=authority.not_after).contains(&at)) {
            return None;
        }
        let when = if at < first.not_before { "before its CA does" } else { "after its CA has ended" };
        let message =
            format!("the identity of `{}` begins {when}, and Fabric verifies it at that moment", certificate.common_name);
        Some(self.of_member(member, pair, Code::FK0334, message).help(again(member)))
    }

    pub(super) fn revoked(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let issuers: Vec<&Certificate> = self.signing.iter().filter(|authority| certificate.is_issued_by(authority)).collect();
        let revoked = self.revocations.iter().any(|list| issuers.iter().any(|issuer| list.revokes(certificate, issuer)));
        revoked.then(|| {
            let message = format!("the identity of `{}` is revoked by a list in `msp/crls`", certificate.common_name);
            let problem = self.of_member(member, pair, Code::FK0340, message);
            problem.help("make it a new key and certificate, or take the node or user out of crypto-config.yaml")
        })
    }

    /// What the org's MSP makes of an identity: whether its chain is the only one, and its role by its OUs.
    pub(super) fn role(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let name = &certificate.common_name;
        let refused = |what: String, help: &str| Some(self.of_member(member, pair, Code::FK0335, what).help(help));
        if certificate.is_ca {
            return refused(
                format!("the identity of `{name}` is a CA's certificate, and an MSP takes none as an identity"),
                &again(member),
            );
        }
        let msp = &self.found.msp;
        let [roots, intermediates] = [[&msp.cacerts[..], &[]], [&msp.intermediatecerts[..], &[]]].map(certificates);
        let mut issuers: Vec<&Certificate> = Vec::new();
        for authority in roots.iter().chain(&intermediates).filter(|authority| certificate.is_issued_by(authority)) {
            if !issuers.iter().any(|issuer| issuer.is_same_as(authority)) {
                issuers.push(authority);
            }
        }
        if issuers.len() > 1 {
            let message =
                format!("the identity of `{name}` has {} issuers in the MSP, and Fabric takes only one chain", issuers.len());
            return refused(message, "leave one certificate of each CA in `msp/cacerts` and `msp/intermediatecerts`");
        }
        let is_inner =
            |issuer: &&&Certificate| intermediates.iter().any(|below| !below.is_same_as(issuer) && below.is_issued_by(issuer));
        if let Some(issuer) = issuers.iter().find(is_inner) {
            let message = format!(
                "the identity of `{name}` is issued by `{}`, which has an intermediate CA below it, and Fabric takes identities from \
                 the lowest CAs alone",
                issuer.common_name
            );
            return refused(message, "have it issued by the intermediate CA, or take that out of `msp/intermediatecerts`");
        }
        let roles = self.config.roles();
        if roles.is_empty() {
            return None;
        }
        let of_unit = |unit: &String| roles.iter().find(|(_, identifier)| identifier.name() == unit);
        let (role, identifier) = match certificate.units.iter().filter_map(of_unit).collect::<Vec<_>>().as_slice() {
            [one] => **one,
            [] => {
                let names: Vec<String> = roles.iter().map(|(_, identifier)| format!("`{}`", identifier.name())).collect();
                let message = format!("the identity of `{name}` has no OU that says its role: one of {}", names.join(", "));
                return refused(message, "have it issued again with the OU of its role, for the same key");
            }
            several => {
                let names: Vec<String> = several.iter().map(|(_, identifier)| format!("`{}`", identifier.name())).collect();
                let message = format!("the identity of `{name}` has more than one OU that says a role: {}", names.join(", "));
                return refused(message, "have it issued again with one of them, for the same key");
            }
        };
        let folder = Folder { msp, config: &self.config, admins_to_come: true };
        // One that is no CA of the MSP is its own problem.
        let certifier = folder.ou_certificate(identifier);
        let certifier = certifier.filter(|certifier| roots.iter().chain(&intermediates).any(|ca| ca.is_same_as(certifier)));
        if certifier.is_some_and(|certifier| !issuers.iter().any(|issuer| issuer.is_same_as(&certifier))) {
            let message = format!(
                "the OU `{}` of `{name}` counts only where `{}` issued it, and another CA did",
                identifier.name(),
                identifier.path()
            );
            return refused(message, "let the CA that `msp/config.yaml` names issue it, or change that file");
        }
        self.wrong_role(member, pair, role)
    }

    fn wrong_role(&self, member: Member<'_>, pair: &FoundPair, role: OuRole) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let wanted = match member {
            Member::Node(node) => match node.role {
                Role::Orderer => OuRole::Orderer,
                Role::Peer => OuRole::Peer,
            },
            Member::User(user) if user.admin => OuRole::Admin,
            Member::User(_) => OuRole::Client,
        };
        // An administrator may be named as one by its certificate.
        let named = wanted == OuRole::Admin
            && certificates([&self.found.msp.admincerts, &[]]).iter().any(|admin| admin.is_same_as(certificate));
        if role == wanted || named {
            return None;
        }
        let message = format!(
            "the identity of `{}` is a {}'s by its OU, where the files have {} {}",
            certificate.common_name,
            role.word(),
            if wanted.word().starts_with(['a', 'o']) { "an" } else { "a" },
            wanted.word()
        );
        let help =
            "have it issued again with the OU of its role, for the same key: policies that ask for that role do not count it";
        Some(Problem::new(Code::FK0341, message).at(&self.place(pair)).help(help))
    }

    /// Whether the folders that go along with a member's pairs know who issued them.
    pub(super) fn known(&self, member: Member<'_>, found: &FoundMember, half: Half) -> Option<Problem> {
        let pair = found.half(half);
        let certificate = pair.certificate()?;
        let (authorities, what) = match half {
            Half::Identity => (certificates([&found.msp.cacerts, &found.msp.intermediatecerts]), "its `msp/cacerts`"),
            Half::Tls => (Certificate::parse_all(found.tls_ca.as_deref()?), "`tls/ca.crt`"),
        };
        // An empty folder is filled, or its lack is said.
        if authorities.is_empty() || certificate.is_issued_by_one_of(&authorities) {
            return None;
        }
        let message = format!("{what} does not have the CA that issued the certificate of `{}`", certificate.common_name);
        let folder = match half {
            Half::Identity => layout::member_msp(self.org, member).join("cacerts"),
            Half::Tls => layout::tls_ca(self.org, member),
        };
        let problem = self.of_member(member, pair, Code::FK0338, message).at(&Place::file(&self.store.path(&folder)));
        Some(problem.help("put the certificate of the CA that issued it there, in place of the other"))
    }
}
