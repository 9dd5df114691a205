//! Reads a message by its schema into JSON. How releases differ is in [`Form`] and the schema; what is no message is said with the
//! path to it.

use super::form::Form;
use super::schema::{Field, Held, Keyed, Kind, Label, Message};
use super::wire::{Fields, Raw};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How deep messages may lie in each other. The deepest that Fabric takes are gates of policies, far below this.
const MAX_DEPTH: usize = 200;

/// The first second of the year 1 and the last of 9999: what a timestamp may be (`google.protobuf.Timestamp`).
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A message that was read.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub value: Value,
    /// What the JSON does not show, or shows otherwise than configtxlator would.
    pub remarks: Vec<Remark>,
}

/// Something that is in the bytes and not in the JSON as one expects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// `data.data[0].payload`.
    pub path: String,
    pub kind: RemarkKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// A field that the message does not have; it is left out.
    UnknownField { message: &'static str, number: u32 },
    /// Bytes or a group that configtxlator refuses, with the reason; they are printed as they are.
    Refused(&'static str),
}

/// Reads one message.
pub struct Reader {
    form: Form,
    path: Vec<String>,
    remarks: Vec<Remark>,
    depth: usize,
}

impl Reader {
    pub fn new(form: Form) -> Self {
        Self { form, path: Vec::new(), remarks: Vec::new(), depth: 0 }
    }

    /// The whole message, or what is wrong and where.
    pub fn read(mut self, bytes: &[u8], message: &'static Message) -> Result<Decoded, String> {
        match self.message(bytes, message) {
            Ok(value) => Ok(Decoded { value, remarks: self.remarks }),
            Err(reason) if self.path.is_empty() => Err(reason),
            Err(reason) => Err(format!("at `{}`: {reason}", self.path())),
        }
    }

    /// Reads below a part of the path. After an error the path stays where it happened.
    fn below<T>(&mut self, part: String, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.path.push(part);
        let result = read(self)?;
        self.path.pop();
        Ok(result)
    }

    fn remark(&mut self, kind: RemarkKind) {
        self.remarks.push(Remark { path: self.path(), kind });
    }

    fn path(&self) -> String {
        self.path.join(".").replace(".[", "[")
    }

    /// A message, its keys in order.
    fn message(&mut self, bytes: &[u8], message: &'static Message) -> Result<Value, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("messages lie more than {MAX_DEPTH} deep in each other"));
        }
        self.depth += 1;
        let wire = Fields::parse(bytes)?;
        let known: Vec<&'static Field> = message.fields.iter().filter(|field| field.is_in(self.form)).collect();
        let mut members = BTreeMap::new();
        for field in &known {
            let wire = match field.label {
                Label::Choice => match chosen(&wire, &known) {
                    Some(number) if number == field.number => &wire,
                    _ => continue,
                },
                _ => &wire,
            };
            let value = self.below(field.name.to_owned(), |reader| reader.field(wire, field))?;
            members.insert(field.name, value);
        }
        for (number, raw) in wire.iter() {
            if !known.iter().any(|field| field.number == number && fits(field, raw)) {
                self.remark(RemarkKind::UnknownField { message: message.name, number });
            }
        }
        self.depth -= 1;
        Ok(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into())
    }

    fn field(&mut self, wire: &Fields<'_>, field: &Field) -> Result<Value, String> {
        match field.label {
            Label::One | Label::Choice => self.one(wire, field),
            Label::Many => {
                let all: Vec<&[u8]> = wire.all_bytes(field.number).collect();
                let mut list = Vec::new();
                for (i, bytes) in all.into_iter().enumerate() {
                    list.push(self.below(format!("[{i}]"), |reader| reader.element(bytes, field.kind, wire))?);
                }
                Ok(Value::Array(list))
            }
            Label::Map => self.map(wire, field),
        }
    }

    /// A field that is there once, or its default.
    fn one(&mut self, wire: &Fields<'_>, field: &Field) -> Result<Value, String> {
        let number = wire.varint(field.number).unwrap_or_default();
        // Numbers are cut as Go cuts them.
        Ok(match field.kind {
            Kind::Bool => json!(number != 0),
            Kind::Int32 => json!(number as i32),
            Kind::Uint32 => json!(number as u32),
            Kind::Int64 => json!((number as i64).to_string()),
            Kind::Uint64 => json!(number.to_string()),
            Kind::Enum(names) => match usize::try_from(number as i32).ok().and_then(|number| names.get(number)) {
                Some(name) => json!(name),
                None => json!(number as i32),
            },
            Kind::Text => json!(utf8(wire.all_bytes(field.number).try_fold(&b""[..], |_, text| utf8(text).map(str::as_bytes))?)?),
            Kind::Bytes => match wire.bytes(field.number) {
                Some(bytes) if !bytes.is_empty() || self.form == Form::V1 => base64(bytes),
                _ if self.form == Form::V3 => json!(""),
                _ => Value::Null,
            },
            Kind::Timestamp => match wire.merged(field.number) {
                Some(bytes) => timestamp(&bytes)?,
                None => Value::Null,
            },
            Kind::Message(message) => match wire.merged(field.number) {
                Some(bytes) => self.message(&bytes, message)?,
                None => Value::Null,
            },
            Kind::Holds(_) | Kind::HoldsBy(_) => match wire.bytes(field.number) {
                Some(bytes) if !bytes.is_empty() || self.form == Form::V1 => self.element(bytes, field.kind, wire)?,
                _ => Value::Null,
            },
            Kind::ByKey(_) => Value::Null,
        })
    }

    /// One of many: what is there, however empty. `around` is the message that it is in.
    fn element(&mut self, bytes: &[u8], kind: Kind, around: &Fields<'_>) -> Result<Value, String> {
        match kind {
            Kind::Text => Ok(json!(utf8(bytes)?)),
            Kind::Message(message) | Kind::Holds(message) => self.message(bytes, message),
            Kind::HoldsBy(by) => match by(around, self.form) {
                Held::Message(message) => self.message(bytes, message),
                Held::Bytes => Ok(base64(bytes)),
                Held::Refused(reason) => {
                    self.remark(RemarkKind::Refused(reason));
                    Ok(base64(bytes))
                }
            },
            _ => Ok(base64(bytes)),
        }
    }

    /// A map by texts; of two entries with one key, the last counts.
    fn map(&mut self, wire: &Fields<'_>, field: &Field) -> Result<Value, String> {
        let mut entries = BTreeMap::new();
        for bytes in wire.all_bytes(field.number) {
            let entry = Fields::parse(bytes)?;
            let key = utf8(entry.bytes(1).unwrap_or_default())?;
            entries.insert(key, entry);
        }
        let mut members = Map::new();
        for (key, entry) in entries {
            // An entry without a value.
            let value = match (entry.merged(2), field.kind, self.form) {
                (Some(value), _, _) => value,
                (None, Kind::Bytes, Form::V1 | Form::V2) => {
                    members.insert(key.to_owned(), Value::Null);
                    continue;
                }
                (None, Kind::HoldsBy(_), _) | (None, _, Form::V1) => continue,
                (None, _, _) => Default::default(),
            };
            let value = self.below(key.to_owned(), |reader| match field.kind {
                Kind::ByKey(by) => match by(key, reader.form) {
                    Keyed::Known(message) => reader.message(&value, message),
                    Keyed::Refused(message) => {
                        reader.remark(RemarkKind::Refused("at this place there is none of this name"));
                        reader.message(&value, message)
                    }
                },
                kind => reader.element(&value, kind, wire),
            })?;
            members.insert(key.to_owned(), value);
        }
        Ok(members.into())
    }
}

/// Which of the fields that exclude each other is there: the last one.
fn chosen(wire: &Fields<'_>, known: &[&Field]) -> Option<u32> {
    let is_choice = |number: u32, raw: Raw<'_>| {
        known.iter().any(|field| field.label == Label::Choice && field.number == number && fits(field, raw))
    };
    wire.iter().rev().find(|(number, raw)| is_choice(*number, *raw)).map(|(number, _)| number)
}

/// Whether what is on the wire can be that field at all.
fn fits(field: &Field, raw: Raw<'_>) -> bool {
    let is_number = matches!(field.kind, Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Enum(_))
        && field.label != Label::Map;
    match raw {
        Raw::Varint(_) => is_number,
        Raw::Bytes(_) => !is_number,
        Raw::Other => false,
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8".to_owned())
}

fn base64(bytes: &[u8]) -> Value {
    json!(STANDARD.encode(bytes))
}

/// `2026-11-20T12:12:46Z`, with 0, 3, 6 or 9 digits of a second.
fn timestamp(bytes: &[u8]) -> Result<Value, String> {
    let wire = Fields::parse(bytes)?;
    let (seconds, nanos) = (wire.varint(1).unwrap_or_default() as i64, wire.varint(2).unwrap_or_default() as i32);
    let out_of_range = || format!("a timestamp of {seconds} seconds and {nanos} nanoseconds is none");
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000).ok_or_else(out_of_range)?;
    let moment = SECONDS.contains(&seconds).then(|| OffsetDateTime::from_unix_timestamp(seconds).ok()).flatten();
    let whole = moment.and_then(|moment| moment.format(&Rfc3339).ok()).ok_or_else(out_of_range)?;
    let digits = match nanos {
        0 => String::new(),
        _ => {
            let mut digits = format!(".{nanos:09}");
            while digits.ends_with("000") {
                digits.truncate(digits.len() - 3);
            }
            digits
        }
    };
    Ok(json!(format!("{}{digits}Z", whole.trim_end_matches('Z'))))
}
