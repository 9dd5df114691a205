//! Files of channels made readable: what a file is, and its content as JSON. The page for people is `summary`'s.

use super::json::{self, Decoded, Form, Message, Remark, RemarkKind};
use super::{file_bytes, summary};
use crate::diag::{Code, Place, Problem, Problems, Stop};
use crate::network::FabricVersion;
use std::path::Path;

/// How many fields and parts that are not shown are named one by one.
const NAMED: usize = 20;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Inspection {
    message: &'static Message,
    decoded: Decoded,
}

/// Reads a file of a channel: a block, an envelope, an update or a configuration. `wanted` says its type as configtxlator's
/// `--type` takes it; otherwise the file itself does. `version` says whose configtxlator to print like; otherwise the content
/// does. What the JSON leaves out, or configtxlator would refuse, is a warning or a note.
pub fn inspect(
    file: &Path,
    wanted: Option<&str>,
    version: Option<FabricVersion>,
    problems: &mut Problems,
) -> Result<Inspection, Stop> {
    let place = Place::file(file);
    let bytes = file_bytes(file, problems)?;
    let read = match wanted {
        Some(name) => json::message_type(name).ok_or_else(|| unknown_type(name)),
        None => json::recognize(&bytes).ok_or_else(|| unrecognized(&bytes)),
    };
    let read = read.and_then(|message| match json::decode_as_needed(&bytes, message, version.map(Form::of)) {
        Ok(decoded) => Ok(Inspection { message, decoded }),
        Err(reason) => Err(unreadable(message, &reason)),
    });
    match read {
        Ok(inspection) => {
            report(&inspection.decoded.remarks, &place, problems);
            Ok(inspection)
        }
        Err(problem) => {
            problems.push(problem.at(&place));
            Err(Stop::Reported)
        }
    }
}

impl Inspection {
    /// Its content as configtxlator prints it.
    pub fn json(&self) -> String {
        json::text(&self.decoded.value)
    }

    /// Its content as a page to read.
    pub fn summary(&self) -> String {
        summary::page(self.message.name, &self.decoded.value)
    }
}

fn unknown_type(name: &str) -> Problem {
    let mut names: Vec<&str> = json::TYPES.iter().map(|message| message.name).collect();
    names.sort_unstable();
    Problem::new(Code::FK0420, format!("there is no type `{name}`")).help(format!("the types are `{}`", names.join("`, `")))
}

fn unrecognized(bytes: &[u8]) -> Problem {
    let give = "give a block, a transaction, an update or a configuration, as Fabric's own programs write it";
    let (what, help) = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => ("the file is empty", give),
        Some(b'{') if std::str::from_utf8(bytes).is_ok() => ("this is JSON already, and no protobuf", give),
        Some(b'-') if bytes.starts_with(b"-----BEGIN") => ("this is PEM, and no file of a channel", give),
        Some(_) => (
            "this is no block, envelope, update or configuration of a channel, or it is cut off or damaged",
            "with `--type common.Block`, or another type, fabkube says what is wrong with it as that",
        ),
    };
    Problem::new(Code::FK0420, what).help(help)
}

fn unreadable(message: &Message, reason: &str) -> Problem {
    Problem::new(Code::FK0420, format!("this cannot be read as `{}`: {reason}", message.name))
        .help("it was cut off or damaged, or is something else: without `--type` the file itself says what it is")
}

/// Says what the JSON does not show.
fn report(remarks: &[Remark], place: &Place, problems: &mut Problems) {
    for Remark { path, kind } in remarks.iter().take(NAMED) {
        problems.push(match kind {
            RemarkKind::UnknownField { message, number } => {
                let path = if path.is_empty() { String::new() } else { format!(", at `{path}`") };
                Problem::new(Code::FK0422, format!("field {number} of `{message}`{path} is unknown, and left out"))
                    .at(place)
                    .help("configtxlator leaves it out too: the file is of a newer Fabric, or of another type")
            }
            RemarkKind::Refused(reason) => Problem::new(Code::FK0421, format!("`{path}` is printed as it is: {reason}"))
                .at(place)
                .help("configtxlator of this version would refuse the whole file"),
        });
    }
    if remarks.len() > NAMED {
        let more = remarks.len() - NAMED;
        problems.push(Problem::new(Code::FK0422, format!("{more} more fields and parts are unknown")).at(place));
    }
}
