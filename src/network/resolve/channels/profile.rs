//! A profile as a channel's configuration: the `/Channel` and `/Channel/Application` groups. The Orderer group is `orderer`'s,
//! orgs are `members`'s.

use super::list::Wanted;
use super::policies::EVERY_GROUP;
use super::{Context, members};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::Application;
use crate::network::resolve::orgs::Known;
use crate::network::resolve::{Chosen, names_or};
use crate::network::versions::{self, Level};
use crate::network::{Acl, ApplicationConfig, Capabilities, Channel, ChannelConfig, MemberOrg, OrgId, OrgKind, Policy};
use crate::yaml::{Ordered, Spanned};
use std::collections::BTreeSet;

impl Context<'_> {
    /// The channel, or `None` where it lacks so much that nothing more can be said.
    pub fn channel(&self, wanted: &Wanted, problems: &mut Problems) -> Option<Channel> {
        let Wanted { name, profile_name, profile, members, place } = wanted;
        let whose = format!("the profile `{profile_name}`");
        let missing: Vec<&str> = [("Orderer", profile.orderer.is_none()), ("Application", profile.application.is_none())]
            .into_iter()
            .filter_map(|(section, absent)| absent.then_some(section))
            .collect();
        let (Some(orderer), Some(application)) = (&profile.orderer, &profile.application) else {
            problems.push(
                Problem::new(Code::FK0234, format!("{whose} cannot begin the channel `{name}`: it has no `{}` section", missing.join("` and no `")))
                    .at(&profile.place)
                    .at(place)
                    .help("a channel's first block needs both: give it `Orderer: {<<: *OrdererDefaults, …}` and `Application: {<<: *ApplicationDefaults, …}`"),
            );
            return None;
        };
        if profile.consortiums.is_some() {
            super::super::not_built(
                format!("a channel with Consortiums, a system channel (`{profile_name}`)"),
                &profile.place,
                problems,
            );
            return None;
        }
        let capabilities = self.capabilities(Level::Channel, &profile.capabilities, problems);
        let policies =
            self.policies(&profile.policies, (&format!("{whose} (the channel)"), EVERY_GROUP), &profile.place, problems);
        let orderer_config = self.orderer(orderer, profile_name, problems);
        let application_config = self.application(application, profile_name, problems);
        let orderer_config = orderer_config?;
        self.check_capabilities(&capabilities, &orderer_config.capabilities, &profile.place, problems);
        self.check_endpoints(orderer, &capabilities, problems);

        // Where an org of the section could not be read, nobody can say that another is missing there.
        let complete = application_config.orgs.len() == application.organizations.len();
        let members = self.members(name, (*members, complete), &application_config.orgs, problems);
        let config = ChannelConfig {
            consortium: profile.consortium.as_ref().map(|c| c.value.clone()),
            capabilities,
            policies,
            orderer: orderer_config,
            application: application_config,
        };
        warn_of_strangers(&config, &profile.place, problems);
        members::check_same_msps(&config, problems);
        Some(Channel { name: name.clone(), profile: profile_name.clone(), members, config, place: place.clone() })
    }

    fn application(&self, application: &Spanned<Application>, profile: &str, problems: &mut Problems) -> ApplicationConfig {
        let whose = format!("the Application section of `{profile}`");
        let capabilities = self.capabilities(Level::Application, &application.capabilities, problems);
        let policies = self.policies(&application.policies, (&whose, EVERY_GROUP), &application.place, problems);
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
            problems.push(
                Problem::new(Code::FK0263, "`ACLs` need the application capability `V1_2` or a later one")
                    .at(&resource.place)
                    .help("give the Application section `Capabilities: {V2_0: true}`, or take the ACLs out"),
            );
        }
        ApplicationConfig {
            acls: acls
                .map(|(resource, policy)| Acl { resource: resource.value.clone(), policy_ref: policy.value.clone() })
                .collect(),
            orgs: self.member_orgs(&application.organizations, OrgKind::Peer, problems),
            capabilities,
            policies,
        }
    }

    /// The capabilities that are switched on, each known to the Fabric version.
    pub fn capabilities(&self, level: Level, given: &Option<Ordered<bool>>, problems: &mut Problems) -> Capabilities {
        let given = given.as_ref().filter(|map| map.iter().next().is_some())?;
        let version = self.cluster.version;
        for (name, on) in given.iter() {
            let since = versions::capability_since(level, name);
            let known = since.is_some_and(|since| since <= (version.major, version.minor));
            if !on || known {
                continue;
            }
            // Where nobody named a version, the inputs choose it.
            if let (Chosen::ByInputs, Some(newer)) = (self.cluster.version_is, since.and_then(versions::newest_of)) {
                super::super::not_built(
                    format!("Fabric {newer}, which the capability `{}` needs,", name.value),
                    &name.place,
                    problems,
                );
                continue;
            }
            let problem = Problem::new(Code::FK0235, format!("Fabric {version} has no {level:?} capability `{}`", name.value));
            let problem = problem.at(&name.place);
            problems.push(match since.and_then(versions::newest_of) {
                Some(newer) => problem.help(format!("Fabric {newer} has it: `fabric: {{version: {newer}}}` in values.yaml")),
                None => problem.help("every node would refuse the channel: take it out"),
            });
        }
        Some(given.iter().filter(|(_, on)| *on).map(|(name, _)| name.value.clone()).collect())
    }

    /// The orderer refuses a channel that has capabilities while its Orderer group has none (fabric `common/channelconfig/bundle.go`).
    fn check_capabilities(&self, channel: &Capabilities, orderer: &Capabilities, place: &Place, problems: &mut Problems) {
        let some = |capabilities: &Capabilities| capabilities.as_ref().is_some_and(|list| !list.is_empty());
        if some(channel) && !some(orderer) {
            problems.push(
                Problem::new(Code::FK0236, "the channel has capabilities and its Orderer section has none: orderers refuse that")
                    .at(place)
                    .help("add `Capabilities: {V2_0: true}` to the Orderer section"),
            );
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

/// A policy over an MSP that the channel does not have can never be met, and Fabric says nothing.
fn warn_of_strangers(config: &ChannelConfig, place: &Place, problems: &mut Problems) {
    let orgs = || config.orderer.orgs.iter().chain(&config.application.orgs);
    let known: BTreeSet<&str> = orgs().map(|org| org.msp_id.as_str()).collect();
    let mut warn = |whose: &str, policies: &[(String, Policy)], place: &Place| {
        for (name, policy) in policies {
            for msp_id in policy.msp_ids().into_iter().filter(|id| !known.contains(id)) {
                problems.push(
                    Problem::new(
                        Code::FK0243,
                        format!("the policy `{name}` of {whose} asks for `{msp_id}`, an MSP that the channel does not have"),
                    )
                    .at(place)
                    .help(format!("the MSP IDs of the channel are `{}`", known.iter().copied().collect::<Vec<_>>().join("`, `"))),
                );
            }
        }
    };
    warn("the channel", &config.policies, place);
    warn("the Orderer section", &config.orderer.policies, place);
    warn("the Application section", &config.application.policies, place);
    for org in orgs() {
        warn(&format!("`{}`", org.name), &org.policies, &org.place);
    }
}
