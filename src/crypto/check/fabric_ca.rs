//! Whether a Fabric CA can issue with the CAs that are here: what its server asks of them when it starts.

use super::Check;
use crate::crypto::certificate::KeyKind;
use crate::crypto::found::{self, FoundPair, Pair};
use crate::crypto::plan::Authority;
use crate::diag::{Code, Place, Problem};
use crate::store::Keys;

impl Check<'_> {
    /// What keeps the org's Fabric CA from serving its CAs, where it has one.
    pub(super) fn fabric_ca(&self) -> Vec<Problem> {
        if self.org.fabric_ca.is_none() {
            return Vec::new();
        }
        let pairs = Authority::BOTH.map(|authority| self.found.authority(authority));
        let of_pairs = pairs.into_iter().flat_map(|pair| [self.key_to_issue_with(pair), self.kind_to_issue_with(pair)]);
        of_pairs.flatten().chain(self.one_subject(pairs)).collect()
    }

    fn key_to_issue_with(&self, pair: &FoundPair) -> Option<Problem> {
        let Pair::Certificate(certificate) = &pair.pair else { return None };
        let message =
            |what: &str| format!("the Fabric CA of `{}` cannot issue as `{}`: {what}", self.org.domain, certificate.common_name);
        let problem = match pair.encrypted.as_ref().map(|path| self.store.path(path)) {
            Some(encrypted) => Problem::new(Code::FK0720, message("its private key is encrypted"))
                .at(&self.place(pair))
                .at(&Place::file(&encrypted))
                .help(found::decrypting(&encrypted)),
            None => Problem::new(Code::FK0720, message("its private key is not here")).at(&self.place(pair)).help(
                "put the CA's key beside its certificate; where another Fabric CA has it, that one issues: \
                 `orgs: {<Domain>: {ca: {enabled: false}}}`",
            ),
        };
        (self.keys == Keys::Needed).then_some(problem)
    }

    /// It imports no RSA key (fabric-ca `util/csp.go`, ImportBCCSPKeyFromPEM).
    fn kind_to_issue_with(&self, pair: &FoundPair) -> Option<Problem> {
        let certificate = pair.certificate()?;
        if matches!(certificate.key_kind, KeyKind::Ecdsa(_)) {
            return None;
        }
        let message = format!(
            "the Fabric CA of `{}` cannot issue as `{}`, which has a key of the kind {}",
            self.org.domain, certificate.common_name, certificate.key_kind
        );
        let problem = Problem::new(Code::FK0721, message).at(&self.place(pair));
        Some(problem.help("it takes ECDSA keys alone: leave `ca.enabled` off for this org, or have an ECDSA CA below this one"))
    }

    /// It refuses a second CA of one subject and one issuer (fabric-ca `lib/server.go`, addCA).
    fn one_subject(&self, [ca, tlsca]: [&FoundPair; 2]) -> Option<Problem> {
        let (one, other) = (ca.certificate()?, tlsca.certificate()?);
        (one.subject == other.subject && one.issuer == other.issuer).then(|| {
            let message = format!(
                "the CA and the TLS CA of `{}` have one subject (`{}`), and a Fabric CA serves no two CAs of one",
                self.org.domain, one.common_name
            );
            let problem = Problem::new(Code::FK0721, message).at(&self.place(ca)).at(&self.place(tlsca));
            problem.help("leave `ca.enabled` off for this org, or give it a TLS CA of its own")
        })
    }
}
