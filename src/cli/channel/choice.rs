//! The options that say which channel a command is about.

use crate::project::ChannelChoice;

#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// The profile of configtx.yaml, instead of what network.yaml says
    #[arg(long, value_name = "PROFILE", requires = "channel")]
    profile: Option<String>,
    /// The channel
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
}

impl Choice {
    /// The choice, where one was made.
    pub(super) fn choice(&self) -> Option<ChannelChoice> {
        self.channel.clone().map(|channel| ChannelChoice { channel, profile: self.profile.clone() })
    }
}
