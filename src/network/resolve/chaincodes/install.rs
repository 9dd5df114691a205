//! How an org comes by a chaincode: as a server that Kubernetes runs and its peers dial, or as sources that they build. The servers
//! themselves are `servers`'s.

use super::Reading;
use super::servers::Sharing;
use crate::diag::{Code, Problem, Problems};
use crate::input::given;
use crate::input::values::words;
use crate::network::addresses::{self, port};
use crate::network::resolve::{chaincode, settings};
use crate::network::{ChaincodeRuntime, Content, Indexes, Install, Language, Org, OrgId, ServerTls, names};
use crate::yaml::Spanned;

/// What PIVT's charts take where nobody says.
const DEFAULT_LANGUAGE: Language = Language::Node;

/// Where chaincodes lie that say no `path`: below network.yaml, each in a folder of its name, as PIVT's scripts pack them.
const SOURCES: &str = "chaincode";

/// How peers come by one chaincode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Service,
    Source,
}

impl Reading<'_> {
    /// What an org installs; `None` where its peers run no chaincode, or a problem says why it cannot.
    pub(super) fn install(
        &self,
        org: OrgId,
        (name, version): (&Spanned<String>, &Spanned<String>),
        problems: &mut Problems,
    ) -> Option<Install> {
        let org = &self.orgs[org.index()];
        let content = match self.way(org, problems)? {
            Way::Service => self.service(org, (name, version), problems),
            Way::Source => self.source(name, problems)?,
        };
        Some(Install { org: org.id, label: names::package_label(name, version), content })
    }

    /// How it goes with what the org's peers can: all of them run chaincodes alike.
    fn way(&self, org: &Org, problems: &mut Problems) -> Option<Way> {
        let runtime = org.nodes.iter().find_map(|node| node.chaincode_runtime.as_ref())?;
        let of_org = match runtime {
            ChaincodeRuntime::Ccaas => Some(Way::Service),
            ChaincodeRuntime::Dind(_) => Some(Way::Source),
            ChaincodeRuntime::None => None,
        };
        let Some(wanted) = self.entry.runtime.as_ref().filter(|wanted| given(wanted)) else { return of_org };
        settings::one_of(wanted, "chaincode runtime", words::CHAINCODE_RUNTIME, problems);
        if !words::CHAINCODE_RUNTIME.contains(&wanted.value.as_str()) {
            return None;
        }
        match (wanted.value.as_str(), runtime) {
            ("none", _) => None,
            // Their builder of services is there with any other, and is asked first.
            ("ccaas", ChaincodeRuntime::Dind(_)) if self.cluster.version.features().ccaas_builder => Some(Way::Service),
            ("ccaas", ChaincodeRuntime::Ccaas) | ("dind", ChaincodeRuntime::Dind(_)) => of_org,
            _ => {
                let message = format!(
                    "the chaincode `{}` is to run as `{}`, and peers of `{}` run chaincodes as `{}`",
                    self.entry.name.value,
                    wanted.value,
                    org.short_name,
                    chaincode::word(runtime)
                );
                let help = format!(
                    "take `runtime` out here, or write `orgs: {{{}: {{chaincode: {{runtime: {}}}}}}}` in values.yaml",
                    org.domain, wanted.value
                );
                problems.push(Problem::new(Code::FK0812, message).at(&wanted.place).help(help));
                None
            }
        }
    }

    fn service(&self, org: &Org, (name, version): (&str, &str), problems: &mut Problems) -> Content {
        let (own, _) = self.inputs.values.chaincode(&org.domain, problems);
        let whose = match Sharing::of(&own) {
            // Each peer puts its own name in, which its environment tells its builder.
            Sharing::None => "{{.peername}}",
            Sharing::Org => org.name.as_str(),
        };
        let host = addresses::service_fqdn(&names::chaincode_server(whose, name, version), &org.namespace, &self.cluster.domain);
        let tls = if own.tls.enabled { ServerTls::On } else { ServerTls::Off };
        let indexes: Indexes = self.entry.path.as_ref().filter(|path| given(path)).map(|path| self.path(path));
        Content::Service { address: format!("{host}:{}", port::CHAINCODE), tls, indexes }
    }

    fn source(&self, name: &Spanned<String>, problems: &mut Problems) -> Option<Content> {
        let path = match self.entry.path.as_ref().filter(|path| given(path)) {
            Some(path) => self.path(path),
            None => self.dir.join(SOURCES).join(&name.value),
        };
        let Some(word) = self.entry.language.as_ref().filter(|word| given(word)) else {
            return Some(Content::Source { language: DEFAULT_LANGUAGE, path });
        };
        settings::one_of(word, "language of chaincodes", &Language::ALL.map(Language::word), problems);
        let language = Language::ALL.into_iter().find(|language| language.word() == word.value)?;
        Some(Content::Source { language, path })
    }
}
