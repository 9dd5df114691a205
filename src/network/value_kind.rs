//! What kind of value a key of Fabric's files takes, and the words for it. Whether a value is one is judged in `resolve`.

/// A kind, called in the lists of keys by [`Kind::parse`]'s words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bool,
    /// A whole number of 64 bits.
    Number,
    /// Whole numbers of fewer bits: others overflow, and Fabric does not say so.
    Whole {
        min: i64,
        max: i64,
    },
    Fraction,
    /// Bytes, also with a unit; 32 bits.
    Size,
    /// A number is nanoseconds.
    Duration,
    /// A duration that Fabric itself reads, out of text: a number is none.
    Span,
    /// A version of Kafka's protocol.
    Version,
    List,
    /// A list of maps.
    Maps,
    Any,
}

impl Kind {
    /// The kind that a list of keys names.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Kind::Text,
            "bool" => Kind::Bool,
            "number" => Kind::Number,
            "int16" => Kind::Whole { min: i16::MIN as i64, max: i16::MAX as i64 },
            "int32" => Kind::Whole { min: i32::MIN as i64, max: i32::MAX as i64 },
            "uint16" => Kind::Whole { min: 0, max: u16::MAX as i64 },
            "uint32" => Kind::Whole { min: 0, max: u32::MAX as i64 },
            "fraction" => Kind::Fraction,
            "size" => Kind::Size,
            "duration" => Kind::Duration,
            "span" => Kind::Span,
            "version" => Kind::Version,
            "list" => Kind::List,
            "maps" => Kind::Maps,
            "any" => Kind::Any,
            _ => return None,
        })
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Bool => "`true` or `false`",
            Kind::Number | Kind::Whole { .. } => "a whole number",
            Kind::Fraction => "a number",
            Kind::Size => "a size",
            Kind::Duration | Kind::Span => "a duration",
            Kind::Version => "a version of Kafka",
            Kind::List => "a list",
            Kind::Maps => "a list of maps",
            Kind::Any => "anything",
        }
    }

    /// How one is written.
    pub fn example(self) -> String {
        match self {
            Kind::Text => "write a text, in quotes where it looks like something else".to_owned(),
            Kind::Bool => "write `true` or `false`, without quotes".to_owned(),
            Kind::Number => "write digits alone, without a unit: `100`".to_owned(),
            Kind::Whole { min: _, max } => format!("write a whole number up to {max}, without a unit"),
            Kind::Fraction => "write a number: `0.75`".to_owned(),
            Kind::Size => "write bytes, or a whole number and a unit, less than 4 GB: `10 MB`".to_owned(),
            Kind::Duration | Kind::Span => {
                "write numbers with units, one of `ms`, `s`, `m` and `h` (Fabric knows no days): `1h30m`".to_owned()
            }
            Kind::Version => "write it in quotes, with its dots: `\"1.0.0\"`".to_owned(),
            Kind::List => "write `[one, another]`".to_owned(),
            Kind::Maps => "write a list of maps: `[{name: …}]`".to_owned(),
            Kind::Any => String::new(),
        }
    }
}
