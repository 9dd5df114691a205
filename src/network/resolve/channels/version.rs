//! Which Fabric version configtx.yaml is for: chosen where nobody names one, and held against the keys of the file.
//! What versions know is `network::versions`'s.

use super::Context;
use super::list::{self, Wanted};
use crate::diag::{Code, Place, Problem, Problems};
use crate::input::Inputs;
use crate::input::configtx::ConfigTx;
use crate::network::resolve::Purpose;
use crate::network::versions::{self, Level, Span};
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
        on.all(|(name, _)| versions::with_capability(level, name).is_some_and(|span| span.since <= (1, 4)))
    };
    let profile = channel.profile;
    known(Level::Channel, &profile.capabilities)
        && profile.orderer.as_ref().is_none_or(|section| known(Level::Orderer, &section.capabilities))
        && profile.application.as_ref().is_none_or(|section| known(Level::Application, &section.capabilities))
}

/// Everything that the files ask of the version, each with the releases that have it.
pub struct Asked(Vec<(String, Span)>);

impl Asked {
    /// Of the whole file its keys, and of the channels that are wanted what they need.
    pub fn new(configtx: &ConfigTx, wanted: &[Wanted<'_>], purpose: Purpose) -> Self {
        let mut asked = Vec::new();
        let mut ask = |what: String, span: Option<Span>| asked.extend(span.map(|span| (what, span)));
        for (key, _) in keys_of_versions(configtx) {
            ask(format!("the key `{key}`"), versions::with_key(key));
        }
        for channel in wanted {
            let profile = channel.profile;
            let (orderer, application) = (profile.orderer.as_ref(), profile.application.as_ref());
            for (level, capabilities) in [
                (Level::Channel, &profile.capabilities),
                (Level::Orderer, orderer.map_or(&None, |section| &section.capabilities)),
                (Level::Application, application.map_or(&None, |section| &section.capabilities)),
            ] {
                for (name, _) in capabilities.iter().flat_map(|map| map.iter()).filter(|(_, on)| *on) {
                    ask(format!("the {level:?} capability `{}`", name.value), versions::with_capability(level, name));
                }
            }
            if let Some(kind) = orderer.and_then(|section| section.orderer_type.as_ref()) {
                let is_deployed_solo = kind.value == "solo" && purpose != Purpose::ChannelsAsWritten;
                let span = if is_deployed_solo { Some(versions::SOLO_ORDERERS) } else { versions::with_orderer_type(kind) };
                ask(format!("the OrdererType `{}`", kind.value), span);
            }
            if channel.begins_with != Beginning::Block && purpose != Purpose::ChannelsAsWritten {
                ask("a system channel".to_owned(), Some(versions::SYSTEM_CHANNEL));
            }
        }
        Self(asked)
    }

    /// Which version has everything, or between what to choose.
    pub fn remedy(&self) -> String {
        if let Some(version) = versions::with_all(self.0.iter().map(|(_, span)| *span)) {
            return format!(
                "Fabric {version} has all that the files ask for: `--fabric-version {version}`, or `fabric: {{version: {version}}}` in \
                 values.yaml"
            );
        }
        let newest = self.0.iter().max_by_key(|(_, span)| span.since);
        let oldest = self.0.iter().filter_map(|(what, span)| Some((what, span.until?))).min_by_key(|(_, until)| *until);
        let began = newest.map(|(what, span)| format!("{what} began with {}.{}", span.since.0, span.since.1));
        let ended = oldest.map(|(what, (major, minor))| format!("{what} ended with {major}.{minor}"));
        let [began, ended] = [began, ended].map(Option::unwrap_or_default);
        format!("no Fabric has all that the files ask for, so choose: {ended}, and {began}")
    }
}

/// The keys of configtx.yaml that only some versions know, wherever they stand.
fn keys_of_versions(configtx: &ConfigTx) -> Vec<(&'static str, &Place)> {
    let mut found: Vec<(&'static str, &Place)> = Vec::new();
    for orderer in configtx.orderers() {
        found.extend(orderer.kafka.as_ref().map(|kafka| ("Kafka", &kafka.place)));
        found.extend(orderer.consenter_mapping.as_ref().map(|mapping| ("ConsenterMapping", &mapping.place)));
        found.extend(orderer.smart_bft.as_ref().map(|options| ("SmartBFT", &options.place)));
    }
    let of_applications = configtx.applications().map(|application| &application.resources);
    found.extend(of_applications.chain([&configtx.resources]).flatten().map(|resources| ("Resources", &resources.place)));
    found.extend(configtx.organizations().filter_map(|org| Some(("SkipAsForeign", &org.skip_as_foreign.as_ref()?.place))));
    found
}

impl Context<'_> {
    /// configtxgen refuses a file with a key that it does not know, wherever it stands.
    pub fn check_keys_of_version(&self, configtx: &ConfigTx, problems: &mut Problems) {
        for (key, place) in keys_of_versions(configtx) {
            let version = self.cluster.version;
            if versions::with_key(key).is_none_or(|span| span.has(version)) {
                continue;
            }
            let message = format!("the configtxgen of Fabric {version} knows no `{key}` and refuses the file");
            let problem = Problem::new(Code::FK0280, message).at(place);
            problems.push(problem.help(format!("take it out; or {}", self.asked.remedy())));
        }
    }
}
