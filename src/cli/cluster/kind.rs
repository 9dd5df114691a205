//! `fabkube cluster kind`: a configuration for kind.

use crate::cli::project_args::ProjectArgs;
use crate::cli::{Status, print, report};
use crate::cluster::{self, Proxy};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::input;
use crate::network;
use clap::ValueEnum;

#[derive(Debug, clap::Args)]
pub struct Kind {
    /// What the cluster is called, `kind` where nothing is said
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Machines besides the one of the control plane; without any, that one runs the pods
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    workers: u8,
    /// How kube-proxy leads connections to pods
    #[arg(long, value_enum, value_name = "MODE", default_value_t = Mode::Ipvs)]
    proxy_mode: Mode,
    /// With `ipvs`, which pod a connection goes to
    #[arg(long, value_enum)]
    scheduler: Option<Scheduler>,
    /// The image of its machines, which says the release of Kubernetes: `kindest/node:v1.34.0`
    #[arg(long, value_name = "IMAGE")]
    kubernetes: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// The kernel's load balancer, with a scheduler; deprecated since Kubernetes 1.35
    Ipvs,
    /// At random; its successor
    Nftables,
    /// At random; kind's and kubeadm's own default
    Iptables,
}

/// Those of the kernel that kube-proxy's page names: https://kubernetes.io/docs/reference/networking/virtual-ips/.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scheduler {
    /// Round robin: each in turn; where nothing is said
    Rr,
    /// Weighted round robin
    Wrr,
    /// Least connections: the one that has fewest open
    Lc,
    /// Weighted least connections
    Wlc,
    /// Locality based least connections
    Lblc,
    /// The same with replication
    Lblcr,
    /// Source hashing: clients of one address to one pod
    Sh,
    /// Destination hashing
    Dh,
    /// Shortest expected delay
    Sed,
    /// Never queue
    Nq,
    /// Maglev hashing
    Mh,
}

impl Kind {
    pub fn run(&self, project: &ProjectArgs) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let text = self.text(project, &mut problems);
        print(&report::reported(&problems, text)?)?;
        if self.proxy_mode == Mode::Ipvs {
            report::line(
                "note: Kubernetes is retiring ipvs (deprecated since 1.35, off by default from 1.40 on) for `--proxy-mode nftables`, which chooses at random",
            );
        }
        report::next(&["`kind create cluster --config FILE` with what was printed".to_owned()]);
        Ok(Status::Done)
    }

    fn text(&self, project: &ProjectArgs, problems: &mut Problems) -> Result<String, Stop> {
        let values = input::load_values(&project.project(None), problems)?;
        let domain = network::cluster_domain(&values, problems);
        let scheduler = self
            .scheduler
            .map(|scheduler| scheduler.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned()));
        let proxy = match (self.proxy_mode, &scheduler) {
            (Mode::Ipvs, scheduler) => Proxy::Ipvs(scheduler.as_deref().unwrap_or("rr")),
            (mode, scheduler) => {
                if let Some(scheduler) = scheduler {
                    let problem =
                        Problem::new(Code::FK0711, format!("`--scheduler {scheduler}` is for `--proxy-mode ipvs` alone"));
                    let place = Place::option(&format!("--scheduler {scheduler}"));
                    problems.push(problem.at(&place).help("take one of the two out"));
                }
                if mode == Mode::Nftables { Proxy::NfTables } else { Proxy::IpTables }
            }
        };
        let kind = cluster::Kind {
            name: self.name.as_deref(),
            workers: usize::from(self.workers),
            proxy,
            image: self.kubernetes.as_deref(),
            domain: &domain,
        };
        let text = kind.text(problems).map_err(Stop::Internal)?;
        problems.stop_on_errors()?;
        Ok(text)
    }
}
