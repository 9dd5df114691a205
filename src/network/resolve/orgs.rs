//! crypto-config.yaml expanded as cryptogen expands it: orgs, nodes, users and their names. Addresses and settings come later.
//! The order of the steps is cryptogen's (fabric `cmd/cryptogen/main.go`).

use super::go_template;
use super::namespaces::Placement;
use crate::diag::{Code, Place, Problem, Problems, Severity};
use crate::input::crypto_config::{NodeSpec, OrgSpec};
use crate::input::{Inputs, given};
use crate::network::{CertificateAuthority, FabricVersion, KeyAlgorithm, NodeId, OrgId, OrgKind, Role, Subject, User, names};
use crate::yaml::Spanned;

/// An org before its nodes have addresses and settings.
#[derive(Debug)]
pub struct OrgDraft {
    pub id: OrgId,
    pub kind: OrgKind,
    pub name: String,
    pub namespace: String,
    pub short_name: String,
    pub domain: String,
    pub node_ous: bool,
    pub ca: CertificateAuthority,
    pub users: Vec<User>,
    pub nodes: Vec<NodeDraft>,
    pub place: Place,
}

impl OrgDraft {
    /// What its nodes do.
    pub fn role(&self) -> Role {
        match self.kind {
            OrgKind::Orderer => Role::Orderer,
            OrgKind::Peer => Role::Peer,
        }
    }
}

/// A node before it has an address and settings.
#[derive(Debug)]
pub struct NodeDraft {
    pub id: NodeId,
    pub role: Role,
    pub name: String,
    /// Its org's.
    pub namespace: String,
    /// As written; empty where only a CommonName was given.
    pub hostname: String,
    pub common_name: String,
    pub key_algorithm: KeyAlgorithm,
    /// cryptogen's: the CN, the hostname, then the user's SANS.
    pub cryptogen_sans: Vec<String>,
    pub from: Source,
    pub place: Place,
}

/// Which part of an org's entry a node is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Specs,
    Template,
}

/// Whether every org and node that crypto-config.yaml names is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    All,
    /// Some were left out, and why has been reported.
    Some,
}

/// The problems after which an org or a node is missing.
const LEFT_OUT: &[Code] = &[Code::FK0201, Code::FK0202, Code::FK0203, Code::FK0205, Code::FK0206, Code::FK0207, Code::FK0210];

/// More nodes than any network has: a slip of the finger, and minutes of key making.
const MOST_NODES: i64 = 1000;

/// Every org of the files that can be one, ordering orgs first; and whether that is all that the files name. Where it is not, what
/// other files say of orgs and nodes cannot be judged.
pub fn expand(
    (inputs, placement): (&Inputs, &Placement<'_>),
    version: FabricVersion,
    problems: &mut Problems,
) -> (Vec<OrgDraft>, Known) {
    let crypto = &inputs.crypto_config;
    let before = problems.iter().count();
    let sections = [(OrgKind::Orderer, &crypto.orderer_orgs), (OrgKind::Peer, &crypto.peer_orgs)];
    let mut orgs: Vec<OrgDraft> = Vec::new();
    for (kind, specs) in sections {
        for spec in specs {
            let id = OrgId::new(orgs.len());
            let Some(org) = Expansion { inputs, placement, version, kind, spec, id }.org(problems) else { continue };
            match orgs.iter().find(|known| known.kind == kind && known.domain == org.domain) {
                Some(known) => problems.push(
                    Problem::new(Code::FK0202, format!("the org with the Domain `{}` is there twice", org.domain))
                        .at(&org.place)
                        .at(&known.place)
                        .help("give one of them another Domain, or make them one org"),
                ),
                None => orgs.push(org),
            }
        }
    }
    if orgs.is_empty() && !problems.iter().skip(before).any(|problem| problem.severity == Severity::Error) {
        problems.push(
            Problem::new(Code::FK0201, "crypto-config.yaml names no org")
                .at(&inputs.crypto_config_place)
                .help("it needs `PeerOrgs:` or `OrdererOrgs:`, spelt exactly so, with at least one org"),
        );
    }
    let left_out = problems.iter().skip(before).any(|problem| LEFT_OUT.contains(&problem.code));
    (orgs, if left_out { Known::Some } else { Known::All })
}

/// A node as its org's entry has it.
struct Entry<'a> {
    spec: &'a NodeSpec,
    from: Source,
    place: &'a Place,
}

struct Expansion<'a> {
    inputs: &'a Inputs,
    placement: &'a Placement<'a>,
    version: FabricVersion,
    kind: OrgKind,
    spec: &'a Spanned<OrgSpec>,
    id: OrgId,
}

impl Expansion<'_> {
    fn org(&self, problems: &mut Problems) -> Option<OrgDraft> {
        let spec = &self.spec.value;
        let domain = spec.domain.value.clone();
        if !given(&spec.domain) {
            problems.push(
                Problem::new(Code::FK0203, "an org has no Domain").at(&self.spec.place).help(
                    "the Domain is the name of its folder and the end of its nodes' names: write `Domain: org1.example.com`",
                ),
            );
            return None;
        }
        check_file_name(&domain, "the Domain", &spec.domain.place, problems)?;
        let short_name = match spec.name.value.as_str() {
            "" => domain.split('.').next().unwrap_or_default().to_owned(),
            name => name.to_owned(),
        };
        let name = self.org_name(&short_name, problems);
        let ca = self.certificate_authority(problems)?;
        let mut org = OrgDraft {
            id: self.id,
            kind: self.kind,
            namespace: self.placement.namespace(&short_name, &domain).unwrap_or(&name).to_owned(),
            name,
            short_name,
            node_ous: spec.enable_node_ous,
            ca,
            users: self.users(problems),
            nodes: Vec::new(),
            place: self.place().clone(),
            domain,
        };
        self.add_nodes(&mut org, problems);
        Some(org)
    }

    /// Where the org stands: its Name's or its Domain's line says more than the dash of the list.
    fn place(&self) -> &Place {
        let spec = &self.spec.value;
        if given(&spec.name) { &spec.name.place } else { &spec.domain.place }
    }

    fn org_name(&self, short_name: &str, problems: &mut Problems) -> String {
        let domain = &self.spec.domain.value;
        let wanted = self.inputs.values.settings.orgs.get(domain).map(|org| &org.name).filter(|name| given(name));
        let (name, place) = match wanted {
            Some(wanted) => (wanted.value.clone(), &wanted.place),
            None => (names::slug(short_name), self.place()),
        };
        if let Err(reason) = names::check_label(&name, names::LABEL_LIMIT) {
            problems.push(
                Problem::new(Code::FK0204, format!("the org `{short_name}` cannot be called `{name}` in Kubernetes: {reason}"))
                    .at(place)
                    .help(format!("give it a name in values.yaml: `orgs: {{{domain}: {{name: org1}}}}`")),
            );
        }
        name
    }

    fn certificate_authority(&self, problems: &mut Problems) -> Option<CertificateAuthority> {
        let ca = &self.spec.ca;
        let hostname = if given(&ca.hostname) { ca.hostname.value.as_str() } else { "ca" };
        let common_name = self.common_name(&ca.common_name, hostname, problems)?;
        check_file_name(&common_name, "the CA's CommonName", &ca.common_name.place, problems)?;
        for san in &ca.sans {
            ignored("`SANS` of a CA", "a CA's certificate has no names beside its subject", &san.place, problems);
        }
        let key_algorithm = self.key_algorithm(&ca.public_key_algorithm, problems);
        let or = |value: &str, default: &str| if value.is_empty() { default.to_owned() } else { value.to_owned() };
        let subject = Subject {
            country: or(&ca.country, "US"),
            province: or(&ca.province, "California"),
            locality: or(&ca.locality, "San Francisco"),
            organizational_unit: ca.organizational_unit.value.clone(),
            street_address: ca.street_address.value.clone(),
            postal_code: ca.postal_code.value.clone(),
        };
        Some(CertificateAuthority { common_name, subject, key_algorithm })
    }

    fn users(&self, problems: &mut Problems) -> Vec<User> {
        let (spec, domain) = (&self.spec.value, &self.spec.domain.value);
        let users = &spec.users;
        // cryptogen gives an ordering org its Admin alone, and an Admin an ECDSA key.
        if self.kind == OrgKind::Orderer {
            if users.count.value > 0 {
                let why = "cryptogen gives an ordering org its Admin and no other user";
                ignored("`Users` of an ordering org", why, &users.count.place, problems);
            }
            return vec![self.admin()];
        }
        let key_algorithm = self.key_algorithm(&users.public_key_algorithm, problems);
        let count = self.count(&users.count, "Users.Count", problems);
        let plain = (1..=count).map(|i| User { common_name: format!("User{i}@{domain}"), admin: false, key_algorithm });
        plain.chain([self.admin()]).collect()
    }

    fn admin(&self) -> User {
        let common_name = format!("Admin@{}", self.spec.domain.value);
        User { common_name, admin: true, key_algorithm: KeyAlgorithm::Ecdsa }
    }

    fn count(&self, count: &Spanned<i64>, key: &str, problems: &mut Problems) -> i64 {
        if count.value > MOST_NODES {
            problems.push(
                Problem::new(Code::FK0205, format!("`{key}` is {}, and fabkube makes at most {MOST_NODES}", count.value))
                    .at(&count.place)
                    .help("check the number"),
            );
            return 0;
        }
        count.value.max(0)
    }

    /// Explicit Specs first, then those of the Template.
    fn add_nodes(&self, org: &mut OrgDraft, problems: &mut Problems) {
        let spec = &self.spec.value;
        for node in &spec.specs {
            let place = if given(&node.hostname) { &node.hostname.place } else { &node.place };
            for (key, value) in node.subject() {
                let what = format!("`{key}` of a node");
                ignored(&what, "all certificates of an org have the attributes that stand under `CA:`", &value.place, problems);
            }
            self.add_node(org, Entry { spec: &node.value, from: Source::Specs, place }, problems);
        }
        let template = &spec.template.value;
        let prefix = org.role().word();
        for i in 0..self.count(&template.count, "Template.Count", problems) {
            let index = i.saturating_add(template.start).to_string();
            let pattern = if given(&template.hostname) { template.hostname.value.as_str() } else { "{{.Prefix}}{{.Index}}" };
            let fields = [("Prefix", prefix), ("Index", index.as_str()), ("Domain", org.domain.as_str())];
            let hostname = match go_template::fill(pattern, &fields) {
                Ok(hostname) => hostname,
                Err(reason) => return bad_template(reason, &template.hostname.place, problems),
            };
            let hostname = Spanned { value: hostname, place: template.count.place.clone() };
            let (sans, public_key_algorithm) = (template.sans.clone(), template.public_key_algorithm.clone());
            let node = NodeSpec { hostname, sans, public_key_algorithm, ..NodeSpec::default() };
            self.add_node(org, Entry { spec: &node, from: Source::Template, place: &template.count.place }, problems);
        }
    }

    fn add_node(&self, org: &mut OrgDraft, Entry { spec, from, place }: Entry<'_>, problems: &mut Problems) {
        let hostname = spec.hostname.value.clone();
        if hostname.is_empty() && !given(&spec.common_name) {
            problems.push(
                Problem::new(Code::FK0206, format!("a node of the org `{}` has neither Hostname nor CommonName", org.short_name))
                    .at(place)
                    .help("write `- Hostname: peer0`"),
            );
            return;
        }
        let Some(common_name) = self.common_name(&spec.common_name, &hostname, problems) else { return };
        if check_file_name(&common_name, "the CommonName", place, problems).is_none() {
            return;
        }
        let mut cryptogen_sans = vec![common_name.clone(), hostname.clone()];
        let fields = [("Hostname", hostname.as_str()), ("Domain", &org.domain), ("CommonName", &common_name)];
        for san in &spec.sans {
            match go_template::fill(&san.value, &fields) {
                Ok(filled) if filled.is_ascii() => cryptogen_sans.push(filled),
                Ok(filled) => problems.push(
                    Problem::new(Code::FK0207, format!("`{filled}` cannot stand in a certificate: only ASCII can"))
                        .at(&san.place)
                        .help("write an international name in its `xn--` form"),
                ),
                Err(reason) => bad_template(reason, &san.place, problems),
            }
        }
        cryptogen_sans.retain(|san| !san.is_empty());
        let label = if hostname.is_empty() { common_name.split('.').next().unwrap_or_default() } else { &hostname };
        let name = names::node(&org.name, &names::slug(label));
        // An org whose name is wrong by itself has been told of.
        let org_name_is_right = names::check_label(&org.name, names::LABEL_LIMIT).is_ok();
        if let (true, Err(reason)) = (org_name_is_right, names::check_label(&name, names::STATEFUL_SET_LIMIT)) {
            problems.push(
                Problem::new(Code::FK0208, format!("the node `{common_name}` cannot be called `{name}` in Kubernetes: {reason}"))
                    .at(place)
                    .help(format!(
                        "a shorter name for its org helps: `orgs: {{{}: {{name: …}}}}` in values.yaml; or change the Hostname",
                        org.domain
                    )),
            );
        }
        if let Some(known) = org.nodes.iter().find(|known| known.common_name == common_name || known.name == name) {
            problems.push(
                Problem::new(Code::FK0209, format!("the node `{common_name}` of the org `{}` is there twice", org.short_name))
                    .at(place)
                    .at(&known.place)
                    .help("cryptogen would silently make one of them: take one out, or give it another Hostname"),
            );
            return;
        }
        let id = NodeId::new(org.id, org.nodes.len());
        org.nodes.push(NodeDraft {
            id,
            role: org.role(),
            name,
            namespace: org.namespace.clone(),
            hostname,
            common_name,
            key_algorithm: self.key_algorithm(&spec.public_key_algorithm, problems),
            cryptogen_sans,
            from,
            place: place.clone(),
        });
    }

    fn common_name(&self, pattern: &Spanned<String>, hostname: &str, problems: &mut Problems) -> Option<String> {
        let text = if given(pattern) { pattern.value.as_str() } else { "{{.Hostname}}.{{.Domain}}" };
        let fields = [("Hostname", hostname), ("Domain", self.spec.domain.value.as_str()), ("CommonName", "")];
        match go_template::fill(text, &fields) {
            Ok(name) => Some(name),
            Err(reason) => {
                bad_template(reason, &pattern.place, problems);
                None
            }
        }
    }

    /// Only Fabric 3 reads it; earlier ones make ECDSA keys whatever it says.
    fn key_algorithm(&self, wanted: &Spanned<String>, problems: &mut Problems) -> KeyAlgorithm {
        let is_read = self.version.major >= 3;
        match wanted.value.as_str() {
            "" | "ecdsa" => {}
            "ed25519" if is_read => return KeyAlgorithm::Ed25519,
            other if is_read => {
                let problem = Problem::new(Code::FK0212, format!("cryptogen makes no keys of the kind `{other}`"));
                problems.push(problem.at(&wanted.place).help("write `ecdsa` or `ed25519`"));
            }
            other => {
                let why = format!("Fabric {}.{} makes ECDSA keys", self.version.major, self.version.minor);
                let what = format!("`PublicKeyAlgorithm: {other}`");
                ignored(
                    &what,
                    &format!("{why}; Fabric 3 reads it: `fabric: {{version: 3.1}}` in values.yaml"),
                    &wanted.place,
                    problems,
                );
            }
        }
        KeyAlgorithm::Ecdsa
    }
}

/// What cryptogen reads and makes nothing of, without a word.
fn ignored(what: &str, why: &str, place: &Place, problems: &mut Problems) {
    problems.push(Problem::new(Code::FK0105, format!("{what} has no effect")).at(place).help(why));
}

fn bad_template(reason: String, place: &Place, problems: &mut Problems) {
    problems.push(Problem::new(Code::FK0210, reason).at(place).help("write the name itself, or only those fields"));
}

/// Names that become files: they must stay inside their folder and be plain ASCII, as certificates need them.
fn check_file_name(name: &str, what: &str, place: &Place, problems: &mut Problems) -> Option<()> {
    let fine =
        name.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c)) && !name.starts_with('.') && !name.is_empty();
    if !fine {
        problems.push(
            Problem::new(Code::FK0207, format!("{what} `{name}` cannot name a folder and stand in a certificate"))
                .at(place)
                .help(
                    "use letters, digits, `.`, `-` and `_` (an international name in its `xn--` form), not beginning with a dot",
                ),
        );
    }
    fine.then_some(())
}
