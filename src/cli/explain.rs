//! `fabkube explain`: what a problem's code means.

use super::{Status, print};
use crate::diag::Code;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, `FK0209`; without one, every code is listed
    code: Option<Code>,
}

impl Args {
    pub fn run(&self) -> anyhow::Result<Status> {
        match self.code {
            Some(code) => print(&format!("{code} ({}): {}\n\n{}\n", code.severity(), code.title(), code.explanation()))?,
            None => {
                let lines = Code::ALL.iter().map(|code| format!("{code}  {:7}  {}\n", code.severity().to_string(), code.title()));
                print(&lines.collect::<String>())?;
            }
        }
        Ok(Status::Done)
    }
}

/// The page in docs/.
pub fn reference() -> String {
    let mut text = String::from("# Problems\n\nGenerated from what `fabkube explain` prints; `just bless` renews it.\n");
    for code in Code::ALL {
        text.push_str(&format!(
            "\n## {code}: {}\n\n{} ({}).\n",
            code.title(),
            code.explanation().trim_end_matches('.'),
            code.severity()
        ));
    }
    text
}
