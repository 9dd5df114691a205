//! The servers that orgs run of chaincodes: one for all peers of an org, or one for each. What peers install of them is `install`'s.

use super::Reading;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::given;
use crate::input::values::{ChaincodeSettings, NodeSettings};
use crate::network::addresses::{self, port};
use crate::network::resolve::{pods, settings};
use crate::network::{Chaincode, ChaincodeServer, ChaincodeTls, Content, EnvVar, Image, Org, OrgId, names};
use crate::yaml::Spanned;

/// Where a server's pair is mounted.
const TLS: &str = "/etc/hyperledger/tls";

/// Whose peers share a server of a chaincode (`chaincode.servers`).
pub(super) enum Sharing {
    Org,
    /// Each peer has its own.
    None,
}

impl Sharing {
    /// Of an org's settings; a word that there is not is told where its peers' runtime is read.
    pub(super) fn of(settings: &ChaincodeSettings) -> Self {
        match settings.servers.value.as_str() {
            "peer" => Self::None,
            _ => Self::Org,
        }
    }
}

impl Reading<'_> {
    /// The servers that orgs run of a chaincode, each with its org.
    pub(super) fn servers(&self, chaincode: &Chaincode, problems: &mut Problems) -> Vec<(OrgId, ChaincodeServer)> {
        let with_service = chaincode.installs.iter().filter(|install| matches!(install.content, Content::Service { .. }));
        let orgs: Vec<&Org> = with_service.map(|install| &self.orgs[install.org.index()]).collect();
        let Some(first) = orgs.first() else { return Vec::new() };
        let Some(image) = self.entry.image.as_ref().filter(|image| given(image)) else {
            let name = names::chaincode_server(&first.name, &chaincode.name, &chaincode.version);
            let message = format!(
                "nobody runs the chaincode `{}`, since it has no image: peers dial `{name}` and reach nothing",
                chaincode.name
            );
            let help = "`image: registry.example.com/basic:1.0` has fabkube run it; `chaincode: {runtime: dind}` in values.yaml has peers build it";
            problems.push(Problem::new(Code::FK0814, message).at(&self.entry.place).help(help));
            return Vec::new();
        };
        let image = settings::named_image(image, &self.inputs.values.settings.image, problems);
        orgs.into_iter().flat_map(|org| self.of_org(org, chaincode, &image, problems)).collect()
    }

    fn of_org(&self, org: &Org, chaincode: &Chaincode, image: &Image, problems: &mut Problems) -> Vec<(OrgId, ChaincodeServer)> {
        let (own, of_pod) = self.inputs.values.chaincode(&org.domain, problems);
        let whose: Vec<&str> = match Sharing::of(&own) {
            Sharing::None => org.nodes.iter().map(|node| node.name.as_str()).collect(),
            Sharing::Org => vec![&org.name],
        };
        let mut server = |whose: &str| {
            let name = names::chaincode_server(whose, &chaincode.name, &chaincode.version);
            let is_right = check_name(&name, (own.tls.enabled, &org.domain), &chaincode.place, problems);
            is_right.then(|| (org.id, self.server(name, (org, chaincode), (&own, &of_pod), image, problems)))
        };
        whose.into_iter().filter_map(&mut server).collect()
    }

    fn server(
        &self,
        name: String,
        (org, chaincode): (&Org, &Chaincode),
        (own, of_pod): (&ChaincodeSettings, &NodeSettings),
        image: &Image,
        problems: &mut Problems,
    ) -> ChaincodeServer {
        let mut labels = names::labels(&self.cluster.network, "fabric-chaincode", names::CHAINCODE, Some(&org.name));
        let selector = names::node_selector(&name);
        labels.extend(selector.clone());
        let pod = pods::pod(of_pod, pods::Made::closed(&labels, &selector), problems);
        let tls = own.tls.enabled.then(|| self.tls(&name, org));
        let mut env = env(tls.as_ref());
        let own_env = pods::env(&own.extra_env, &env, problems);
        env.extend(own_env);
        let everywhere = &self.inputs.values.settings.image;
        ChaincodeServer {
            namespace: org.namespace.clone(),
            chaincode: chaincode.name.clone(),
            version: chaincode.version.clone(),
            port: port::CHAINCODE,
            tls,
            env,
            image: image.clone(),
            pull_secrets: settings::pull_secrets(everywhere, problems),
            replicas: replicas(&own.replicas, problems),
            resources: settings::resources(&own.resources, problems),
            node_selector: settings::node_selector(&of_pod.node_selector, problems),
            tolerations: settings::tolerations(&of_pod.tolerations, problems),
            pod,
            name,
            labels,
            selector,
        }
    }

    fn tls(&self, name: &str, org: &Org) -> ChaincodeTls {
        let in_cluster = addresses::service_names(name, &org.namespace, &self.cluster.domain);
        ChaincodeTls {
            name: name.to_owned(),
            common_name: common_name(name, &org.domain),
            secret: format!("{name}-tls"),
            path: TLS,
            dialled: vec![addresses::service_fqdn(name, &org.namespace, &self.cluster.domain)],
            sans: in_cluster.into_iter().chain(addresses::itself()).collect(),
        }
    }
}

/// Whether a server can be called so, and its certificate's holder after the org's domain.
fn check_name(name: &str, (by_tls, domain): (bool, &str), place: &Place, problems: &mut Problems) -> bool {
    let length = common_name(name, domain).chars().count();
    let checked = match names::check_label(name, names::LABEL_LIMIT) {
        Ok(()) if by_tls && length > COMMON_NAME_LIMIT => {
            Err(format!("its certificate's common name would have {length} characters, and may have {COMMON_NAME_LIMIT}"))
        }
        checked => checked,
    };
    let Err(reason) = checked else { return true };
    let message = format!("a chaincode's server cannot be called `{name}`: {reason}");
    let help = "give the chaincode, its version or the org a shorter name (`orgs: {<Domain>: {name: …}}` in values.yaml)";
    problems.push(Problem::new(Code::FK0813, message).at(place).help(help));
    false
}

/// `ub-common-name` of RFC 5280, appendix A.1.
const COMMON_NAME_LIMIT: usize = 64;

fn common_name(name: &str, domain: &str) -> String {
    format!("{name}.{domain}")
}

fn replicas(setting: &Spanned<i64>, problems: &mut Problems) -> u32 {
    u32::try_from(setting.value).unwrap_or_else(|_| {
        let message = format!("`{}` is no number of pods", setting.value);
        problems.push(Problem::new(Code::FK0212, message).at(&setting.place).help("write `replicas: 2`, say; 0 runs none"));
        0
    })
}

/// What a server is told besides its package's id, in the words of those who read it: Fabric's samples in Go, its library for Java
/// (`ChaincodeBase`, processEnvironmentOptions), and that for Node (`serverCommand`, options by `CORE_…`).
fn env(tls: Option<&ChaincodeTls>) -> Vec<EnvVar> {
    let address = format!("0.0.0.0:{}", port::CHAINCODE);
    let is_on = tls.is_some();
    let mut env = vec![
        EnvVar::plain("CHAINCODE_SERVER_ADDRESS", address.clone()),
        EnvVar::plain("CORE_CHAINCODE_ADDRESS", address),
        EnvVar::plain("CHAINCODE_TLS_DISABLED", (!is_on).to_string()),
        EnvVar::plain("CORE_PEER_TLS_ENABLED", is_on.to_string()),
    ];
    let pair = ["KEY", "CERT"].into_iter().zip(["tls.key", "tls.crt"]);
    let told = |(what, file): (&str, &str)| {
        let path = format!("{TLS}/{file}");
        [format!("CHAINCODE_TLS_{what}"), format!("CORE_TLS_CLIENT_{what}_FILE"), format!("CORE_CHAINCODE_TLS_{what}_FILE")]
            .map(|name| EnvVar::plain(&name, path.clone()))
    };
    env.extend(pair.filter(|_| is_on).flat_map(told));
    env
}
