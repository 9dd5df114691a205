//! What a field of a known type makes of a scalar: Go's typed fields, and mapstructure's weak ones.
//! What a scalar is without a type is `scalar`'s.

use super::merge::Dialect;
use super::node::Scalar;
use super::read::{Rules, Typing};
use super::scalar::{Resolved, go_int, legacy_bool};

/// The width of an integer field.
#[derive(Clone, Copy)]
pub(super) enum Width {
    Signed(u32),
    Unsigned(u32),
}

impl Width {
    fn least(self) -> i128 {
        match self {
            Width::Signed(bits) => -(1 << (bits - 1)),
            Width::Unsigned(_) => 0,
        }
    }

    fn most(self) -> i128 {
        match self {
            Width::Signed(bits) => (1 << (bits - 1)) - 1,
            Width::Unsigned(bits) => (1 << bits) - 1,
        }
    }

    fn fitting(self, value: i128) -> Option<i128> {
        (self.least()..=self.most()).contains(&value).then_some(value)
    }

    /// Go's conversion: the low bits alone (`reflect.Value.SetUint`).
    fn cut(self, value: i128) -> i128 {
        let (Width::Signed(bits) | Width::Unsigned(bits)) = self;
        let low = value & ((1 << bits) - 1);
        if matches!(self, Width::Signed(_)) && low > self.most() { low - (1 << bits) } else { low }
    }

    /// What belongs there, for a message.
    pub(super) fn expected(self) -> String {
        match self {
            Width::Signed(64) => "a whole number".into(),
            Width::Unsigned(64) => "a whole number that is not negative".into(),
            _ => format!("a whole number from {} to {}", self.least(), self.most()),
        }
    }
}

/// A field of type bool: the words of [`Resolved::Bool`]; v4 takes the words of YAML 1.1 there too, quoted or not.
pub(super) fn boolean(scalar: &Scalar, rules: Rules) -> Option<bool> {
    match (rules.typing, scalar.resolved(rules.dialect).ok()?) {
        (_, Resolved::Bool(b)) => Some(b),
        (Typing::Go, Resolved::Text) if rules.dialect == Dialect::V4 => legacy_bool(&scalar.text),
        (Typing::Weak, Resolved::Int(i)) => Some(i != 0),
        (Typing::Weak, Resolved::Float(f)) => Some(f != 0.0),
        // strconv.ParseBool
        (Typing::Weak, Resolved::Text) => match scalar.text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
            "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A field of an integer type. yaml.v2 cuts the fraction off a float, v4 takes whole ones alone. mapstructure reads strings,
/// cuts what is too wide (`-1` is 4294967295 to a uint32), and Fabric's own hook reads `10 MB` into a uint32.
pub(super) fn integer(scalar: &Scalar, width: Width, rules: Rules) -> Option<i128> {
    let resolved = scalar.resolved(rules.dialect).ok()?;
    match rules.typing {
        Typing::Go => match resolved {
            Resolved::Int(i) => width.fitting(i),
            Resolved::Float(f) if f.is_finite() && (in_v2(rules) || f.fract() == 0.0) => {
                let least = if matches!(width, Width::Unsigned(_)) && f < 0.0 { return None } else { f.trunc() };
                width.fitting(least as i128)
            }
            _ => None,
        },
        Typing::Weak => match resolved {
            Resolved::Int(i) => Some(width.cut(i)),
            Resolved::Float(f) if f.is_finite() => Some(width.cut(f.trunc() as i128)),
            Resolved::Bool(b) => Some(i128::from(b)),
            Resolved::Text => match width {
                Width::Unsigned(32) if byte_size(&scalar.text).is_some() => {
                    byte_size(&scalar.text).and_then(|i| width.fitting(i))
                }
                Width::Unsigned(_) if scalar.text.starts_with(['+', '-']) => None,
                _ => width.fitting(literal_int(&scalar.text)?),
            },
            _ => None,
        },
    }
}

fn in_v2(rules: Rules) -> bool {
    matches!(rules.dialect, Dialect::V2 | Dialect::V2Structs)
}

/// `strconv.ParseInt(text, 0, _)` of a string, where an underscore may stand between digits; nothing is 0 to mapstructure.
fn literal_int(text: &str) -> Option<i128> {
    if text.is_empty() {
        return Some(0);
    }
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return None;
    }
    go_int(&text.replace('_', ""))
}

/// `byteSizeDecodeHook` of Fabric's viperutil: digits, spaces, one of k, m and g, and perhaps a b.
fn byte_size(text: &str) -> Option<i128> {
    let lower = text.to_ascii_lowercase();
    let body = lower.strip_suffix('b').unwrap_or(&lower);
    let (digits, shift) =
        [('k', 10), ('m', 20), ('g', 30)].iter().find_map(|(unit, shift)| Some((body.strip_suffix(*unit)?, shift)))?;
    let digits = digits.trim_end();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    go_int(digits)?.checked_shl(*shift)
}

/// A field of a float type.
pub(super) fn float(scalar: &Scalar, rules: Rules) -> Option<f64> {
    match (rules.typing, scalar.resolved(rules.dialect).ok()?) {
        (_, Resolved::Int(i)) => Some(i as f64),
        (_, Resolved::Float(f)) => Some(f),
        (Typing::Weak, Resolved::Bool(b)) => Some(f64::from(u8::from(b))),
        (Typing::Weak, Resolved::Text) if scalar.text.is_empty() => Some(0.0),
        (Typing::Weak, Resolved::Text) => scalar.text.parse().ok().filter(|f: &f64| f.is_finite()),
        _ => None,
    }
}

/// A field of type string: a scalar's own text (`version: 1.10` stays `1.10`). mapstructure gets a value that is understood
/// already and writes it anew: `010` is `8`, `1.10` is `1.1`, `yes` is `1`.
pub(super) fn string(scalar: &Scalar, rules: Rules) -> Option<String> {
    let resolved = scalar.resolved(rules.dialect).ok()?;
    if rules.typing == Typing::Go {
        return Some(scalar.text.clone());
    }
    Some(match resolved {
        Resolved::Null => String::new(),
        Resolved::Bool(b) => u8::from(b).to_string(),
        Resolved::Int(i) => i.to_string(),
        Resolved::Float(f) if f.is_nan() => "NaN".into(),
        Resolved::Float(f) if f.is_infinite() => if f > 0.0 { "+Inf" } else { "-Inf" }.into(),
        Resolved::Float(f) => f.to_string(),
        Resolved::Text => scalar.text.clone(),
    })
}

/// `customDecodeHook` of Fabric's viperutil: `[a, b]` in a string is a list.
pub(super) fn listed(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split(',').map(|item| item.trim().to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::node::Style;
    use super::super::read::{Keys, Unknown};
    use super::*;

    fn rules(dialect: Dialect, typing: Typing) -> Rules {
        Rules { keys: Keys::Exact, unknown: Unknown::Ignore, typing, dialect, forms: &[] }
    }

    fn scalar(text: &str) -> Scalar {
        match text.strip_prefix('\'') {
            Some(text) => Scalar { text: text.trim_end_matches('\'').into(), style: Style::Quoted, tag: None },
            None => Scalar { text: text.into(), style: Style::Plain, tag: None },
        }
    }

    #[test]
    fn fields_of_go_structs_take_what_yaml_v2_gives_them() {
        let go = rules(Dialect::V2, Typing::Go);
        let ints = [
            ("5", Some(5)),
            ("010", Some(8)),
            ("10_000", Some(10_000)),
            ("0x1F", Some(31)),
            ("2.0", Some(2)),
            ("2.7", Some(2)),
            ("-2.7", Some(-2)),
            ("1e3", Some(1000)),
            ("08", Some(8)),
            ("'5'", None),
            ("x", None),
            ("yes", None),
            (".inf", None),
            ("18446744073709551615", None),
            ("1e30", None),
        ];
        for (text, wanted) in ints {
            assert_eq!(integer(&scalar(text), Width::Signed(64), go), wanted, "{text}");
        }
        assert_eq!(integer(&scalar("-1"), Width::Unsigned(32), go), None);
        assert_eq!(integer(&scalar("70000"), Width::Unsigned(16), go), None);
        assert_eq!(integer(&scalar("18446744073709551615"), Width::Unsigned(64), go), Some(u64::MAX.into()));
        for (text, wanted) in [("yes", Some(true)), ("'yes'", None), ("off", Some(false)), ("1", None), ("'true'", None)] {
            assert_eq!(boolean(&scalar(text), go), wanted, "{text}");
        }
        for text in ["1.10", "010", "yes", "2001-01-01", "x"] {
            assert_eq!(string(&scalar(text), go).as_deref(), Some(text));
        }
    }

    #[test]
    fn fields_of_go_structs_take_what_yaml_v4_gives_them() {
        let go = rules(Dialect::V4, Typing::Go);
        assert_eq!(integer(&scalar("2.0"), Width::Signed(64), go), Some(2));
        assert_eq!(integer(&scalar("2.7"), Width::Signed(64), go), None);
        assert_eq!(boolean(&scalar("yes"), go), Some(true));
        assert_eq!(boolean(&scalar("'yes'"), go), Some(true));
        assert_eq!(boolean(&scalar("'true'"), go), None);
    }

    #[test]
    fn configtx_fields_take_what_mapstructure_gives_them() {
        let weak = rules(Dialect::V2, Typing::Weak);
        let sizes = [
            ("99 MB", Some(103_809_024)),
            ("512KB", Some(524_288)),
            ("2m", Some(2_097_152)),
            ("1 GB", Some(1 << 30)),
            ("010 MB", Some(8 << 20)),
            ("1.5 MB", None),
            ("99 MiB", None),
            ("4 GB", None),
            ("-1", Some(4_294_967_295)),
            ("'-1'", None),
            ("'5'", Some(5)),
            ("10_000", Some(10_000)),
            ("'10_000'", Some(10_000)),
            ("'1__0'", None),
            ("yes", Some(1)),
            ("''", Some(0)),
            ("2.7", Some(2)),
            ("x", None),
        ];
        for (text, wanted) in sizes {
            assert_eq!(integer(&scalar(text), Width::Unsigned(32), weak), wanted, "{text}");
        }
        assert_eq!(integer(&scalar("'1 MB'"), Width::Unsigned(64), weak), None);
        for (text, wanted) in [
            ("yes", Some(true)),
            ("'yes'", None),
            ("'true'", Some(true)),
            ("'T'", Some(true)),
            ("1", Some(true)),
            ("''", Some(false)),
        ] {
            assert_eq!(boolean(&scalar(text), weak), wanted, "{text}");
        }
        assert_eq!(boolean(&scalar("yes"), rules(Dialect::V4, Typing::Weak)), None);
        for (text, wanted) in [
            ("010", "8"),
            ("1.10", "1.1"),
            ("yes", "1"),
            ("'yes'", "yes"),
            ("1e3", "1000"),
            ("2s", "2s"),
            ("2001-01-01", "2001-01-01"),
        ] {
            assert_eq!(string(&scalar(text), weak).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_list_may_be_written_as_a_string() {
        assert_eq!(listed("[a, b]"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(listed("a, b"), None);
    }
}
