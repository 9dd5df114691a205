//! Which Fabric version configtx.yaml is for: chosen where nobody names one, and held against the keys of the file.
//! What versions know is `network::versions`'s.

use super::Context;
use super::list::{self, Wanted};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::Inputs;
use crate::input::configtx::ConfigTx;
use crate::network::versions::{self, Knows, Level};
use crate::network::{Beginning, FabricVersion};
use crate::yaml::Ordered;

/// The version that the inputs ask for: Fabric 3 for BFT or V3_0, Fabric 1.4 for a system channel whose capabilities it has, else
/// the default.
pub fn chosen(inputs: &Inputs) -> FabricVersion {
    let Some(configtx) = inputs.configtx.as_ref().map(|file| &file.content) else { return versions::DEFAULT };
    if needs_fabric_3(configtx) {
        return versions::WITH_BFT;
    }
    let wanted = list::wanted(inputs, configtx, &mut Problems::new());
    let has_system_channel = wanted.iter().any(|channel| channel.begins_with != Beginning::Block);
    let knows_more = configtx.organizations().any(|org| org.skip_as_foreign.is_some());
    if has_system_channel && !knows_more && wanted.iter().all(is_of_fabric_1_4) {
        return versions::WITH_SYSTEM_CHANNEL;
    }
    versions::DEFAULT
}

fn needs_fabric_3(configtx: &ConfigTx) -> bool {
    let is_bft = configtx.orderers().any(|orderer| {
        let is_type = orderer.orderer_type.as_ref().is_some_and(|kind| kind.value == "BFT");
        is_type || orderer.consenter_mapping.is_some() || orderer.smart_bft.is_some()
    });
    let of_profiles = configtx.profiles.iter().map(|(_, profile)| &profile.value).chain(&configtx.channel);
    let mut channel_wide = of_profiles.filter_map(|profile| profile.capabilities.as_ref());
    is_bft || channel_wide.any(|capabilities| capabilities.iter().any(|(name, on)| *on && name.value == "V3_0"))
}

/// Whether Fabric 1.4 has every capability of a channel.
fn is_of_fabric_1_4(channel: &Wanted<'_>) -> bool {
    let known = |level: Level, capabilities: &Option<Ordered<bool>>| {
        let mut on = capabilities.iter().flat_map(|map| map.iter()).filter(|(_, on)| *on);
        on.all(|(name, _)| versions::capability_since(level, name).is_some_and(|since| since <= (1, 4)))
    };
    let profile = channel.profile;
    known(Level::Channel, &profile.capabilities)
        && profile.orderer.as_ref().is_none_or(|section| known(Level::Orderer, &section.capabilities))
        && profile.application.as_ref().is_none_or(|section| known(Level::Application, &section.capabilities))
}

impl Context<'_> {
    /// configtxgen refuses a file with a key that it does not know, wherever it stands.
    pub fn check_keys_of_version(&self, configtx: &ConfigTx, problems: &mut Problems) {
        let mut found: Vec<(&str, &Place)> = Vec::new();
        for orderer in configtx.orderers() {
            found.extend(orderer.kafka.as_ref().map(|kafka| ("Kafka", &kafka.place)));
            found.extend(orderer.consenter_mapping.as_ref().map(|mapping| ("ConsenterMapping", &mapping.place)));
            found.extend(orderer.smart_bft.as_ref().map(|options| ("SmartBFT", &options.place)));
        }
        let of_applications = configtx.applications().map(|application| &application.resources);
        found.extend(of_applications.chain([&configtx.resources]).flatten().map(|resources| ("Resources", &resources.place)));
        found.extend(configtx.organizations().filter_map(|org| Some(("SkipAsForeign", &org.skip_as_foreign.as_ref()?.place))));
        for (key, place) in found {
            let version = self.cluster.version;
            let Knows::But(other) = versions::knows_key(version, key) else { continue };
            let message = format!("the configtxgen of Fabric {version} knows no `{key}` and refuses the file");
            let problem = Problem::new(Code::FK0280, message).at(place);
            problems.push(problem.help(format!("take it out, or name a version that knows it: `--fabric-version {other}`")));
        }
    }
}
