//! `fabkube channel sign`: an org's consent to a config update.

use crate::channel::{Signable, Wrapping};
use crate::cli::{Status, report};
use crate::crypto::SigningIdentity;
use crate::diag::{Code, Problem, Problems, Stop};
use crate::fs::{self, Mode};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Sign {
    /// The update: what `channel update`, `configtxlator compute_update` or `peer channel signconfigtx` wrote. The signature is
    /// added to this file, unless `-o` names another
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The MSP folder of the identity that signs, with `signcerts` and `keystore`: mostly an administrator's
    #[arg(long, value_name = "DIR")]
    msp_dir: PathBuf,
    /// The MSP ID of its org
    #[arg(long, value_name = "ID")]
    msp_id: String,
    /// Wrap it into an envelope that the identity signs as a whole: what `peer channel update` and orderers take
    #[arg(long)]
    envelope: bool,
    /// Write to this file, which must not be there yet, and leave the other as it is
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Sign {
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        let mut problems = Problems::new();
        let result = self.signed(&mut problems);
        let said = report::reported(&problems, result)?;
        report::line(&said);
        Ok(Status::Done)
    }

    /// What was signed by whom, for the user to read.
    fn signed(&self, problems: &mut Problems) -> Result<String, Stop> {
        if let Some(output) = &self.output
            && (output == Path::new("-") || fs::exists(output)?)
        {
            let problem = Problem::new(Code::FK0602, format!("`{}` is there already, or no file", output.display()));
            problems
                .push(problem.help("give `-o` another name, or leave it out: then the signature is added to the file itself"));
            return Err(Stop::Reported);
        }
        // Both are looked at, so that all that is wrong is said at once.
        let update = Signable::read(&self.file, problems);
        let identity = SigningIdentity::read(&self.msp_dir, &self.msp_id, problems);
        let (mut update, identity) = (update?, identity?);
        update.sign(&identity, problems)?;
        let said = format!(
            "signed the update of channel `{}` as `{}` of `{}`: signed by {}",
            update.channel,
            identity.certificate().common_name,
            identity.msp_id(),
            update.signers().join(", ")
        );
        let wrapping = if self.envelope { Wrapping::Envelope } else { Wrapping::Signatures };
        let bytes = update.into_bytes(wrapping, &identity)?;
        match &self.output {
            Some(output) => fs::write_new(output, &bytes, Mode::Public)?,
            None => fs::write(&self.file, &bytes, Mode::Public)?,
        }
        Ok(said)
    }
}
