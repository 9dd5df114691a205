//! Judges certificates of members by what Fabric and Go ask of them beyond issuer and date.
//! What Fabric only finds when the identity is used is found here too (`fabric/msp/mspimplvalidate.go`).

use super::folder::{Folder, authorities, certificates, code_of, takes_key};
use super::{Check, again};
use crate::crypto::certificate::{Certificate, KeyKind};
use crate::crypto::chains::{Authorities, Fault, time_of};
use crate::crypto::found::{FoundMember, FoundPair};
use crate::crypto::lack::PublicFile;
use crate::crypto::layout;
use crate::crypto::ou_config::OuRole;
use crate::crypto::plan::{Authority, Half, Member};
use crate::diag::{Code, Place, Problem, Severity};
use crate::network::Role;

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
            KeyKind::Ecdsa(_) if certificate.key_kind.is_known_to_go() => return None,
            KeyKind::Ecdsa(_) => "and Fabric cannot read certificates with keys on that curve".to_owned(),
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
            (Half::Tls, _) if member.is_server() && !usages.server => {
                "lacks the extended key usage `serverAuth`, so nobody can dial it"
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

    /// What Go has against a TLS certificate whatever its issuer, and against who issued it.
    pub(super) fn tls(&self, member: Member<'_>, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        let name = &certificate.common_name;
        if let Err(what) = takes_key(&certificate.key_kind, Authority::Tls, self.fabric_version) {
            let problem = self.of_member(member, pair, Code::FK0331, format!("the TLS certificate of `{name}` {what}"));
            return Some(problem.help("have it issued for a new ECDSA P-256 key"));
        }
        // Nodes trust every CA of an MSP by itself.
        let trusted = Authorities::new(self.tls.clone(), Vec::new());
        let refusal = trusted.chains(certificate, time_of(certificate)).err()?;
        let is_told = matches!(refusal.fault, Fault::CriticalExtension(_) | Fault::Signature(_)) && refusal.is_of(certificate);
        is_told.then(|| {
            let message = format!("the TLS certificate is refused: {refusal}");
            self.of_member(member, pair, code_of(&refusal.fault), message).help(again(member))
        })
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

    /// The CA that an MSP takes an identity from: the next in the one chain that there is. Without a problem where it has been said.
    fn issuer<'c>(
        &self,
        member: Member<'_>,
        pair: &'c FoundPair,
        known: &'c Authorities,
    ) -> Result<&'c Certificate, Option<Box<Problem>>> {
        let certificate = pair.certificate().ok_or(None)?;
        let name = &certificate.common_name;
        let refused =
            |code: Code, what: String, help: &str| Err(Some(Box::new(self.of_member(member, pair, code, what).help(help))));
        let chains = match known.chains(certificate, time_of(certificate)) {
            Ok(chains) => chains,
            Err(refusal) => {
                let (fault, other) = (&refusal.fault, &refusal.common_name);
                let message = match (fault, refusal.is_of(certificate)) {
                    // By whom it is issued and what it may be used for is said without the chain.
                    (Fault::Stranger | Fault::NoAuthority | Fault::Usages | Fault::PathLength, _) => return Err(None),
                    (Fault::NotYet, false) => format!("begins before `{other}` does, and Fabric verifies it at that moment"),
                    (Fault::Ended, false) => format!("begins after `{other}` has ended, and Fabric verifies it at that moment"),
                    (Fault::CriticalExtension(_) | Fault::Signature(_), false) => return Err(None),
                    (
                        Fault::CriticalExtension(_) | Fault::Signature(_) | Fault::LimitedNames | Fault::NotYet | Fault::Ended,
                        _,
                    ) => {
                        format!("is refused: {refusal}")
                    }
                };
                return refused(code_of(fault), format!("the identity of `{name}` {message}"), &again(member));
            }
        };
        let issuer = match chains.as_slice() {
            [chain] => chain.get(1).copied().ok_or(None)?,
            _ => {
                let message =
                    format!("the identity of `{name}` has {} chains to a root, and Fabric takes only one", chains.len());
                let help = "leave one certificate of each CA in `msp/cacerts` and `msp/intermediatecerts`";
                return refused(Code::FK0335, message, help);
            }
        };
        if known.intermediates.iter().any(|below| !below.is_same_as(issuer) && below.is_issued_by(issuer)) {
            let message = format!(
                "the identity of `{name}` is issued by `{}`, which has an intermediate CA below it, and Fabric takes identities from \
                 the lowest CAs alone",
                issuer.common_name
            );
            let help = "have it issued by the intermediate CA, or take that out of `msp/intermediatecerts`";
            return refused(Code::FK0335, message, help);
        }
        Ok(issuer)
    }

    /// What the org's MSP makes of an identity, and the member's own: whether there is a chain and no other, and its role by its OUs.
    pub(super) fn identity(&self, member: Member<'_>, found: &FoundMember) -> Option<Problem> {
        let pair = &found.identity;
        let certificate = pair.certificate()?;
        let name = &certificate.common_name;
        let refused = |what: String, help: &str| Some(self.of_member(member, pair, Code::FK0335, what).help(help));
        if certificate.is_ca {
            return refused(
                format!("the identity of `{name}` is a CA's certificate, and an MSP takes none as an identity"),
                &again(member),
            );
        }
        let known = &self.authorities;
        let issuer = match self.issuer(member, pair, known) {
            Ok(issuer) => issuer,
            Err(problem) => return problem.map(|problem| *problem),
        };
        let own = authorities(&found.msp, Authority::Signing);
        let differs = !own.roots.is_empty() && own != *known;
        if let Err(Some(problem)) = if differs { self.issuer(member, pair, &own) } else { Ok(issuer) } {
            return Some(*problem);
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
        let Self { fabric_version, now, .. } = *self;
        let folder = Folder { msp: &self.planned, config: &self.config, admins_to_come: true, fabric_version, now };
        // One that is no CA of the MSP is its own problem.
        let certifier = folder.ou_certificate(identifier);
        let certifier = certifier.filter(|certifier| known.all().any(|ca| ca.is_same_as(certifier)));
        if certifier.is_some_and(|certifier| !issuer.is_same_as(certifier)) {
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
            Member::User(_) | Member::FabricCa(_) | Member::Chaincode(_) => OuRole::Client,
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
    pub(super) fn known(&self, member: Member<'_>, found: &FoundMember, half: Half, to_come: &[PublicFile]) -> Option<Problem> {
        let pair = found.half(half);
        let certificate = pair.certificate()?;
        let (authorities, what) = match half {
            Half::Identity => (certificates([&found.msp.cacerts, &found.msp.intermediatecerts]), "its `msp/cacerts`"),
            Half::Tls => (Certificate::parse_all(found.tls_ca.as_deref()?), "`tls/ca.crt`"),
        };
        let is_to_come = |file: &PublicFile| file.path.starts_with(layout::member_msp(self.org, member).join("cacerts"));
        if authorities.is_empty() && (half == Half::Tls || to_come.iter().any(is_to_come))
            || certificate.is_issued_by_one_of(&authorities)
        {
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
