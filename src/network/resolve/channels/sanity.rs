//! What Fabric takes without a word and what never works: policies that nobody can meet, orgs that nobody finds, orderers too few.
//! What orderers refuse is said where it is read.

use super::Context;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{PolicySpec, Profile};
use crate::network::{BftConsenter, ChannelConfig, Consensus, ImplicitRule, OrdererConfig, Policy};
use crate::yaml::{Ordered, Spanned};
use std::collections::BTreeSet;

impl Context<'_> {
    /// Checks a configuration in which nothing else was found wrong.
    pub fn check_sanity(&self, config: &ChannelConfig, profile: &Spanned<Profile>, problems: &mut Problems) {
        // Without an Orderer section the ordering orgs are the system channel's, which may be described elsewhere.
        let own = BTreeSet::new();
        let ordering = match (&config.orderer, &config.consortium) {
            (Some(_), _) => Some(&own),
            (None, consortium) => consortium.as_ref().and_then(|name| self.ordering.get(name)),
        };
        if let Some(ordering) = ordering {
            warn_of_strangers(config, ordering, &profile.place, problems);
        }
        warn_of_missing_sub_policies(config, profile, problems);
        for org in config.application_orgs().iter().filter(|org| org.anchor_peers.is_empty() && org.foreign.is_none()) {
            let message = format!("`{}` has no anchor peer in the channel, so other orgs' peers do not find its own", org.name);
            let problem = Problem::new(Code::FK0244, message).at(&org.place);
            problems.push(problem.help("name one of its peers: `AnchorPeers: [{Host: peer0.org1.example.com, Port: 7051}]`"));
        }
        if let (Some(orderer), Some(section)) = (&config.orderer, &profile.orderer) {
            note_counts(orderer, &section.place, problems);
            self.check_consenters_msps(orderer, problems);
        }
    }

    /// A BFT consenter is known by its MSP ID and its identity together.
    fn check_consenters_msps(&self, orderer: &OrdererConfig, problems: &mut Problems) {
        let Consensus::Bft { consenters, .. } = &orderer.consensus else { return };
        let known: Vec<&str> = orderer.orgs.iter().map(|org| org.msp_id.as_str()).collect();
        for BftConsenter { id: _, msp_id, identity: _, consenter } in consenters {
            let own = consenter.node().and_then(|node| orderer.orgs.iter().find(|org| org.org() == Some(node.org())));
            let whose = format!("the consenter `{}` has the MSPID `{msp_id}`", consenter.address.written);
            let message = match own {
                Some(own) if own.msp_id != *msp_id => format!("{whose}, and its org is `{}`", own.msp_id),
                None if !known.contains(&msp_id.as_str()) => format!("{whose}, which no ordering org has"),
                _ => continue,
            };
            let problem = Problem::new(Code::FK0256, message).at(&consenter.place);
            problems.push(self.judged(problem.help(format!("the ordering orgs' MSP IDs are `{}`", known.join("`, `")))));
        }
    }
}

/// A policy over an MSP that the channel does not have can never be met, and Fabric says nothing.
fn warn_of_strangers(config: &ChannelConfig, ordering: &BTreeSet<String>, place: &Place, problems: &mut Problems) {
    let own = config.orgs().map(|(_, org)| org.msp_id.as_str());
    let known: BTreeSet<&str> = own.chain(ordering.iter().map(String::as_str)).collect();
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
    if let Some(orderer) = &config.orderer {
        warn("the Orderer section", &orderer.policies, place);
    }
    if let Some(application) = &config.application {
        warn("the Application section", &application.policies, place);
    }
    for (_, org) in config.orgs() {
        warn(&format!("`{}`", org.name), &org.policies, &org.place);
    }
}

/// A group whose policies may speak of those of its sub-groups.
struct Parent<'a> {
    whose: &'a str,
    policies: &'a [(String, Policy)],
    specs: &'a Option<Ordered<PolicySpec>>,
    /// The names of the policies of each sub-group.
    subgroups: Vec<BTreeSet<&'a str>>,
    place: &'a Place,
}

/// An ImplicitMeta policy counts a sub-group without the policy that it names as one that never agrees
/// (fabric `common/policies/implicitmeta.go`).
fn warn_of_missing_sub_policies(config: &ChannelConfig, profile: &Spanned<Profile>, problems: &mut Problems) {
    fn names(policies: &[(String, Policy)]) -> BTreeSet<&str> {
        policies.iter().map(|(name, _)| name.as_str()).collect()
    }
    let mut parents = Vec::new();
    if let Some(orderer) = &config.orderer {
        let mut subgroups = vec![names(&orderer.policies)];
        subgroups.extend(config.application.iter().map(|application| names(&application.policies)));
        // Consortiums have the policy Admins, and no other.
        subgroups.extend(config.consortiums.iter().map(|_| BTreeSet::from(["Admins"])));
        parents.push(Parent {
            whose: "the channel",
            policies: &config.policies,
            specs: &profile.policies,
            subgroups,
            place: &profile.place,
        });
    }
    if let (Some(orderer), Some(section)) = (&config.orderer, &profile.orderer) {
        let subgroups = orderer.orgs.iter().map(|org| names(&org.policies)).collect();
        let whose = "the Orderer section";
        parents.push(Parent { whose, policies: &orderer.policies, specs: &section.policies, subgroups, place: &section.place });
    }
    if let (Some(application), Some(section)) = (&config.application, &profile.application)
        && !application.orgs.iter().any(|org| org.foreign.is_some())
    {
        let subgroups = application.orgs.iter().map(|org| names(&org.policies)).collect();
        let whose = "the Application section";
        parents.push(Parent {
            whose,
            policies: &application.policies,
            specs: &section.policies,
            subgroups,
            place: &section.place,
        });
    }
    for Parent { whose, policies, specs, subgroups, place } in parents {
        for (name, policy) in policies {
            let Policy::ImplicitMeta { rule, sub_policy } = policy else { continue };
            let have = subgroups.iter().filter(|names| names.contains(sub_policy.as_str())).count();
            let needed = match rule {
                ImplicitRule::Any => 1,
                ImplicitRule::All => subgroups.len(),
                ImplicitRule::Majority => subgroups.len() / 2 + 1,
            };
            if have >= needed || subgroups.is_empty() {
                continue;
            }
            let spec = specs.as_ref().and_then(|specs| specs.get(name));
            let lacking = subgroups.len() - have;
            let message = format!(
                "the policy `{name}` of {whose} can never be met: it asks for `{policy}`, and {lacking} of {} groups below lack `{sub_policy}`",
                subgroups.len()
            );
            let at = spec.map_or(place, |spec| &spec.rule.place);
            let problem = Problem::new(Code::FK0245, message).at(at);
            problems.push(problem.help(format!("give each of them a policy `{sub_policy}`")));
        }
    }
}

/// How many consenters survive what: Raft gains nothing by an even number, and BFT nothing below four.
fn note_counts(orderer: &OrdererConfig, place: &Place, problems: &mut Problems) {
    let message = match &orderer.consensus {
        Consensus::Raft { consenters, .. } if consenters.len().is_multiple_of(2) => format!(
            "{} Raft consenters survive the loss of {}, as {} would",
            consenters.len(),
            consenters.len().saturating_sub(1) / 2,
            consenters.len().saturating_sub(1)
        ),
        Consensus::Bft { consenters, .. } if consenters.len() < 4 => {
            format!("{} BFT consenters survive no fault: one takes four", consenters.len())
        }
        _ => return,
    };
    let problem = Problem::new(Code::FK0266, message).at(place);
    problems.push(problem.help("an odd number of Raft consenters, or four, seven or ten of BFT, gets the most out of each node"));
}
