//! A profile as a channel's configuration: the `/Channel` and `/Channel/Application` groups. The Orderer group is `orderer`'s,
//! orgs are `members`'s.

use super::list::Wanted;
use super::members::Section;
use super::policies::Group;
use super::{Context, Purpose, keys, members};
use crate::diag::{Code, Place, Problem, Problems, Severity};
use crate::input::configtx::{self, Profile};
use crate::network::resolve::names_or;
use crate::network::resolve::orgs::Known;
use crate::network::versions::{self, Level};
use crate::network::{
    Acl, ApplicationConfig, Beginning, Capabilities, Channel, ChannelConfig, Consortium, MemberOrg, OrgId, OrgKind,
};
use crate::yaml::{Ordered, Spanned};

impl Context<'_> {
    /// The channel, or `None` where it lacks so much that nothing more can be said.
    pub fn channel(&self, wanted: &Wanted, problems: &mut Problems) -> Option<Channel> {
        let Wanted { name, profile_name, profile, begins_with, members, place } = wanted;
        let begins_with = *begins_with;
        let whose = format!("the profile `{profile_name}`");
        self.check_sections(wanted, problems)?;
        let errors = problems.count(Severity::Error);
        self.check_orderers_take_it(wanted, problems);
        let capabilities = self.capabilities(Level::Channel, &profile.capabilities, problems);
        let policies =
            self.policies(&profile.policies, (&format!("{whose} (the channel)"), Group::Section), &profile.place, problems);
        let orderer = profile.orderer.as_ref().map(|section| (section, self.orderer(section, profile_name, problems)));
        let application = profile
            .application
            .as_ref()
            .map(|section| (section, self.application(section, (profile_name, begins_with), problems)));
        let consortiums = profile.consortiums.as_ref().map(|consortiums| self.consortiums(consortiums, problems));
        let orderer_config = match orderer {
            Some((section, config)) => {
                let config = config?;
                self.check_capabilities(&capabilities, &config.capabilities, &profile.place, problems);
                self.check_endpoints(section, (&capabilities, &config), problems);
                Some(config)
            }
            None => None,
        };
        // Where an org of the section could not be read, nobody can say that another is missing there.
        let complete = application.as_ref().is_some_and(|(section, config)| config.orgs.len() == section.organizations.len());
        let application = application.map(|(_, config)| config);
        let of_application = application.as_ref().map_or(&[][..], |config| &config.orgs);
        let members = match begins_with {
            Beginning::SystemBlock => Vec::new(),
            Beginning::Block | Beginning::Transaction => self.members(name, (*members, complete), of_application, problems),
        };
        let config = ChannelConfig {
            consortium: profile.consortium.as_ref().map(|c| c.value.clone()).filter(|name| !name.is_empty()),
            capabilities,
            policies,
            orderer: orderer_config,
            application,
            consortiums,
        };
        members::check_same_msps(&config, problems);
        // Of what could not be read nobody can say what it lacks.
        if problems.count(Severity::Error) == errors && self.known == Known::All {
            self.check_sanity(&config, profile, problems);
        }
        Some(Channel { name: name.clone(), profile: profile_name.clone(), begins_with, members, config, place: place.clone() })
    }

    /// The sections that the beginning of a channel needs (fabric `cmd/configtxgen/main.go`, `encoder.go`).
    fn check_sections(&self, wanted: &Wanted, problems: &mut Problems) -> Option<()> {
        let Wanted { name, profile_name, profile, begins_with, members: _, place } = wanted;
        let Profile { consortium, application, orderer, consortiums: _, capabilities: _, policies: _ } = &profile.value;
        // Without a system channel nobody would make a channel of a transaction.
        let nobody_makes_it = self.purpose == Purpose::Deployment && !self.has_system_channel;
        let begins_with = if nobody_makes_it { Beginning::Block } else { *begins_with };
        let orderer = ("Orderer", orderer.is_some());
        let application = ("Application", application.is_some());
        let (needed, help) = match begins_with {
            Beginning::SystemBlock => {
                (vec![orderer], "a system channel's first block needs it: `Orderer: {<<: *OrdererDefaults, …}`")
            }
            Beginning::Block => (
                vec![orderer, application],
                "a channel's first block needs both: give it `Orderer: {<<: *OrdererDefaults, …}` and `Application: {<<: *ApplicationDefaults, …}`",
            ),
            Beginning::Transaction => (
                vec![("Consortium", consortium.as_ref().is_some_and(|name| !name.is_empty())), application],
                "a channel that the system channel's orderers make needs `Consortium: <one of the system channel's>` and `Application: {<<: *ApplicationDefaults, …}`",
            ),
        };
        let missing: Vec<&str> = needed.into_iter().filter(|(_, there)| !there).map(|(section, _)| section).collect();
        if missing.is_empty() {
            return Some(());
        }
        let is_key_alone = missing == ["Consortium"];
        let sections = format!("no `{}`{}", missing.join("` and no `"), if is_key_alone { "" } else { " section" });
        problems.push(
            Problem::new(
                Code::FK0234,
                format!("the profile `{profile_name}` cannot begin the channel `{name}`: it has {sections}"),
            )
            .at(&profile.place)
            .at(place)
            .help(help),
        );
        None
    }

    /// What configtxgen 3 still encodes and orderers of Fabric 3 refuse; as written, it is encoded with a warning.
    fn check_orderers_take_it(&self, wanted: &Wanted, problems: &mut Problems) {
        let version = self.cluster.version;
        let profile = wanted.profile;
        let mut refuse = |what: &str, place: &Place| {
            let message = format!("orderers of Fabric {version} know no {what}");
            let problem = Problem::new(Code::FK0281, message).at(place);
            problems.push(self.judged(problem.help(self.asked.remedy())));
        };
        if !version.has_system_channel() && wanted.begins_with != Beginning::Block {
            refuse("system channel, nor channels that one makes", &profile.place);
        }
        let kind = profile.orderer.as_ref().and_then(|orderer| orderer.orderer_type.as_ref());
        if let (false, Some(kind)) = (version.has_solo_orderers(), kind.filter(|kind| kind.value == "solo")) {
            refuse("OrdererType `solo`", &kind.place);
        }
    }

    fn consortiums(&self, consortiums: &Ordered<configtx::Consortium>, problems: &mut Problems) -> Vec<Consortium> {
        let read = consortiums.iter().map(|(name, consortium)| {
            keys::check_key(name, "a consortium", problems);
            let orgs = self.member_orgs(&consortium.organizations, Section::Consortium, problems);
            Consortium { name: name.value.clone(), orgs }
        });
        read.collect()
    }

    fn application(
        &self,
        application: &Spanned<configtx::Application>,
        (profile, begins_with): (&str, Beginning),
        problems: &mut Problems,
    ) -> ApplicationConfig {
        let whose = format!("the Application section of `{profile}`");
        let capabilities = self.capabilities(Level::Application, &application.capabilities, problems);
        let policies = self.policies(&application.policies, (&whose, Group::Section), &application.place, problems);
        let new_lifecycle = capabilities.iter().flatten().any(|c| c == "V2_0" || c == "V2_5");
        if new_lifecycle && !policies.is_empty() && !policies.iter().any(|(name, _)| name == "Endorsement") {
            problems.push(
                Problem::new(Code::FK0242, format!("{whose} has no policy `Endorsement`, so no chaincode can be committed"))
                    .at(&application.place)
                    .help("add `Endorsement: {Type: ImplicitMeta, Rule: \"MAJORITY Endorsement\"}`, and an `Endorsement` policy to each org"),
            );
        }
        let acls = application.acls.iter().flat_map(|acls| acls.iter());
        // fabric `common/capabilities/application.go`: ACLs.
        let acls_allowed = capabilities.iter().flatten().any(|name| name != "V1_1");
        if let (Some((resource, _)), false) = (acls.clone().next(), acls_allowed) {
            let problem =
                Problem::new(Code::FK0263, "`ACLs` need the application capability `V1_2` or a later one").at(&resource.place);
            problems.push(
                self.judged(problem.help("give the Application section `Capabilities: {V2_0: true}`, or take the ACLs out")),
            );
        }
        ApplicationConfig {
            acls: acls
                .map(|(resource, policy)| Acl { resource: resource.value.clone(), policy_ref: policy.value.clone() })
                .collect(),
            orgs: self.member_orgs(&application.organizations, Section::Application(begins_with), problems),
            capabilities,
            policies,
        }
    }

    /// The capabilities that are switched on, each known to the Fabric version.
    pub fn capabilities(&self, level: Level, given: &Option<Ordered<bool>>, problems: &mut Problems) -> Capabilities {
        let given = given.as_ref().filter(|map| map.iter().next().is_some())?;
        let version = self.cluster.version;
        for (name, on) in given.iter() {
            let releases = versions::with_capability(level, name);
            if !on || releases.is_some_and(|releases| releases.has(version)) {
                continue;
            }
            let problem = Problem::new(Code::FK0235, format!("Fabric {version} has no {level:?} capability `{}`", name.value));
            let problem = problem.at(&name.place);
            problems.push(problem.help(match releases {
                Some(_) => self.asked.remedy(),
                None => "every node would refuse the channel: take it out".to_owned(),
            }));
        }
        Some(given.iter().filter(|(_, on)| *on).map(|(name, _)| name.value.clone()).collect())
    }

    /// The orderer refuses a channel that has capabilities while its Orderer group has none (fabric `common/channelconfig/bundle.go`).
    fn check_capabilities(&self, channel: &Capabilities, orderer: &Capabilities, place: &Place, problems: &mut Problems) {
        let some = |capabilities: &Capabilities| capabilities.as_ref().is_some_and(|list| !list.is_empty());
        if some(channel) && !some(orderer) {
            let message = "the channel has capabilities and its Orderer section has none: orderers refuse that";
            let problem = Problem::new(Code::FK0236, message).at(place);
            problems.push(self.judged(problem.help("add `Capabilities: {V2_0: true}` to the Orderer section")));
        }
    }

    /// The local orgs whose peers join.
    fn members(
        &self,
        channel: &str,
        (listed, complete): (Option<&[Spanned<String>]>, bool),
        application: &[MemberOrg],
        problems: &mut Problems,
    ) -> Vec<OrgId> {
        let peers = || self.orgs.iter().filter(|org| org.kind == OrgKind::Peer);
        let in_profile = |id: OrgId| application.iter().any(|member| member.org() == Some(id));
        let Some(listed) = listed else {
            return peers().map(|org| org.id).filter(|id| in_profile(*id)).collect();
        };
        let mut members = Vec::new();
        for name in listed {
            let Some(org) = peers().find(|org| org.short_name == name.value || org.domain == name.value) else {
                if self.known == Known::Some {
                    continue;
                }
                let known: Vec<&str> = peers().map(|org| org.short_name.as_str()).collect();
                problems.push(
                    Problem::new(
                        Code::FK0237,
                        format!("the channel `{channel}` names the org `{}`, which crypto-config.yaml does not have", name.value),
                    )
                    .at(&name.place)
                    .help(names_or("its peer orgs are", &known, "it has no peer org")),
                );
                continue;
            };
            if !in_profile(org.id) && complete {
                problems.push(
                    Problem::new(Code::FK0238, format!("the channel `{channel}` names the org `{}`, and its profile does not", name.value))
                        .at(&name.place)
                        .help("add the org to `Application.Organizations` of the profile, or take it out here: its peers could not join"),
                );
                continue;
            }
            if !members.contains(&org.id) {
                members.push(org.id);
            }
        }
        members
    }
}
