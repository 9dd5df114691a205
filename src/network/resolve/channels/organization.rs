//! One organization of configtx.yaml by itself, whatever channel it is in: what configtxgen's `-printOrg` prints.

use super::Context;
use super::members::Section;
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::configtx::{ConfigTx, Organization, Profile};
use crate::network::resolve::names_or;
use crate::network::{Beginning, LoneOrg};
use crate::yaml::Spanned;

impl Context<'_> {
    /// The organization that goes by this name: `Name` or `ID` of configtx.yaml, or the name or domain of crypto-config.yaml that
    /// its `MSPDir` means. It is looked for in a profile where one is given, else among `Organizations`, else in every profile.
    pub fn organization(
        &mut self,
        wanted: &str,
        profile: Option<&str>,
        configtx: &ConfigTx,
        problems: &mut Problems,
    ) -> Option<LoneOrg> {
        let sections = match profile {
            Some(name) => match configtx.profiles.iter().find(|(known, _)| known.value == name) {
                Some((_, profile)) => vec![orgs_of(profile)],
                None => {
                    problems.push(unknown_profile(name, configtx));
                    return None;
                }
            },
            None => {
                let in_profiles = configtx.profiles.iter().flat_map(|(_, profile)| orgs_of(profile)).collect();
                vec![configtx.organizations.iter().collect(), in_profiles]
            }
        };
        for (_, profile) in configtx.profiles.iter() {
            self.learn_consenters(profile);
        }
        let Some(org) = sections.iter().find_map(|orgs| self.called(wanted, orgs)) else {
            let mut names: Vec<&str> = sections.iter().flatten().map(|org| org.name.value.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            problems.push(
                Problem::new(Code::FK0601, format!("there is no organization `{wanted}` in configtx.yaml")).help(names_or(
                    "there are",
                    &names,
                    "it has none",
                )),
            );
            return None;
        };
        for (_, profile) in configtx.profiles.iter().filter(|(_, profile)| orgs_of(profile).iter().any(|o| o.name == org.name)) {
            self.learn_loopback_endpoints(profile, problems);
        }
        self.lone(org, problems)
    }

    fn called<'a>(&self, wanted: &str, orgs: &[&'a Spanned<Organization>]) -> Option<&'a Spanned<Organization>> {
        let of_crypto_config = |org: &Organization| {
            let found = self.in_store(&org.msp_dir).filter(|found| found.rest == "msp");
            found.is_some_and(|found| [&found.org.short_name, &found.org.domain].into_iter().any(|name| name == wanted))
        };
        let find = |is_it: &dyn Fn(&Organization) -> bool| orgs.iter().copied().find(|org| is_it(org));
        find(&|org| org.name.value == wanted).or_else(|| find(&|org| org.id.value == wanted)).or_else(|| find(&of_crypto_config))
    }

    /// What configtxgen makes of an organization alone depends on its release (fabric `cmd/configtxgen/main.go`, `doPrintOrg`):
    /// an ordering org; from 3.0 on an application org, where there are no orderer endpoints; up to 1.4 neither.
    fn lone(&self, org: &Spanned<Organization>, problems: &mut Problems) -> Option<LoneOrg> {
        let version = self.cluster.version;
        if org.skip_as_foreign.as_ref().is_some_and(|foreign| foreign.value) {
            return Some(LoneOrg::Foreign);
        }
        if version.major >= 3 && org.orderer_endpoints.is_empty() {
            return self.member(org, Section::Application(Beginning::Block), problems).map(LoneOrg::Application);
        }
        let mut member = self.member(org, Section::Orderer, problems)?;
        if version.major < 2 {
            member.orderer_endpoints.clear();
        }
        Some(LoneOrg::Orderer(member))
    }
}

/// Every organization of a profile: those that order, those that use the channel, those of consortiums.
fn orgs_of(profile: &Profile) -> Vec<&Spanned<Organization>> {
    let orderer = profile.orderer.iter().flat_map(|section| &section.organizations);
    let application = profile.application.iter().flat_map(|section| &section.organizations);
    let consortiums = profile.consortiums.iter().flat_map(|all| all.iter()).flat_map(|(_, consortium)| &consortium.organizations);
    orderer.chain(application).chain(consortiums).collect()
}

fn unknown_profile(name: &str, configtx: &ConfigTx) -> Problem {
    let known: Vec<&str> = configtx.profiles.iter().map(|(name, _)| name.value.as_str()).collect();
    Problem::new(Code::FK0233, format!("configtx.yaml has no profile `{name}`"))
        .at(&Place::option(&format!("--profile {name}")))
        .help(names_or("there are", &known, "it has none"))
}
