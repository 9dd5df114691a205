//! `fabkube profile`: what an org's applications read of the network.

use super::progress::Bar;
use super::project_args::ProjectArgs;
use super::{Status, print, report};
use crate::crypto::Names;
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::lock::Memory;
use crate::network::{Network, Org, OrgKind, Purpose};
use crate::pipeline::{self, Walk};
use crate::profile::Profile;
use crate::project::Project;
use crate::store::{Keys, Making, Policy};
use clap::ValueEnum;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The org, by its name or Domain in crypto-config.yaml or by its MSP ID; the only one of peers where nothing is said
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// For applications outside of the cluster: nodes by the hosts that `expose` declares for them, in place of their Services
    #[arg(long)]
    outside: bool,
    /// The form
    #[arg(short, long, value_enum, default_value_t = Format::Json)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Yaml,
}

impl Args {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let profile = self.profile(&project.project(None), &mut problems);
        let profile = report::reported(&problems, profile)?;
        print(&match self.output {
            Format::Json => profile.json(),
            Format::Yaml => profile.yaml(),
        })?;
        Ok(Status::Done)
    }

    /// Keys are not made for it: their roots would be of no network.
    fn profile(&self, project: &Project, problems: &mut Problems) -> Result<Profile, Stop> {
        let policy = Policy { making: Making::Nothing, keys: Keys::NotNeeded };
        let walk = Walk {
            project,
            policy,
            memory: Memory::Counts,
            purpose: Purpose::Deployment,
            names: Names::Checked,
            progress: &Bar::new(),
        };
        let (network, material) = pipeline::keys(walk, problems)?;
        let org = self.org(&network, problems)?;
        if self.outside {
            return Profile::outside(&network, org, material.public(), problems);
        }
        Ok(Profile::new(&network, org, material.public()))
    }

    fn org<'a>(&self, network: &'a Network, problems: &mut Problems) -> Result<&'a Org, Stop> {
        let of_peers: Vec<&Org> = network.orgs.iter().filter(|org| org.kind == OrgKind::Peer).collect();
        let is_wanted = |org: &&&Org| match &self.org {
            Some(wanted) => org.is_called(wanted) || org.name == *wanted,
            None => true,
        };
        let found: Vec<&Org> = of_peers.iter().filter(is_wanted).copied().collect();
        if let [org] = found.as_slice() {
            return Ok(org);
        }
        let names: Vec<&str> = of_peers.iter().map(|org| org.short_name.as_str()).collect();
        let problem = match &self.org {
            Some(wanted) => Problem::new(Code::FK0730, format!("`{wanted}` is no org of peers"))
                .at(&Place::option(&format!("--org {wanted}"))),
            None => Problem::new(Code::FK0730, "whose connection profile is wanted is not said"),
        };
        let help = match names.as_slice() {
            [] => "crypto-config.yaml has no org of peers".to_owned(),
            names => format!("`--org` takes one of `{}`", names.join("`, `")),
        };
        problems.push(problem.help(help));
        Err(Stop::Reported)
    }
}
