//! What a scalar's text is to Go's YAML libraries: the table of null, booleans and numbers.
//! What a field of some type makes of it is `convert`'s.

use super::merge::Dialect;
use super::node::{Scalar, Style};

/// A scalar understood without knowing the type of the field it goes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolved {
    Null,
    Bool(bool),
    /// At least `i64::MIN`, at most `u64::MAX`.
    Int(i128),
    Float(f64),
    /// Its own text. Dates are here too: as values of no known type both libraries' users see text.
    Text,
}

impl Scalar {
    /// Whether this is null (`prepare` and `resolve` in go-yaml).
    pub fn is_null(&self) -> bool {
        let bare = || matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL");
        match self.tag.as_deref() {
            Some("!!null") => bare(),
            None | Some("!") => self.style == Style::Plain && bare(),
            Some(_) => false,
        }
    }

    /// What this is (`resolve` in go-yaml's resolve.go). An error where the tag says another kind than the text.
    pub(super) fn resolved(&self, dialect: Dialect) -> Result<Resolved, String> {
        if self.is_null() {
            return Ok(Resolved::Null);
        }
        let plain = || plain(&self.text, dialect);
        let resolved = match self.tag.as_deref() {
            None | Some("!") if self.style == Style::Quoted => Resolved::Text,
            None | Some("!") => plain(),
            Some("!!bool") => plain(),
            Some("!!int") => plain(),
            Some("!!float") => match plain() {
                Resolved::Int(i) => Resolved::Float(i as f64),
                other => other,
            },
            Some(_) => Resolved::Text,
        };
        match (self.tag.as_deref(), resolved) {
            (Some("!!bool"), Resolved::Bool(_)) | (Some("!!int"), Resolved::Int(_)) | (Some("!!float"), Resolved::Float(_)) => {}
            (Some(tag @ ("!!null" | "!!bool" | "!!int" | "!!float")), _) => return Err(tag.to_string()),
            _ => {}
        }
        Ok(resolved)
    }
}

fn plain(text: &str, dialect: Dialect) -> Resolved {
    let bools = !matches!(dialect, Dialect::V4);
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        _ if bools && legacy_bool(text).is_some() => legacy_bool(text).map_or(Resolved::Text, Resolved::Bool),
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => number(text),
    }
}

/// YAML 1.1's other words for true and false. yaml.v2 reads them anywhere, v4 only into a field of type bool.
pub(super) fn legacy_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Resolved {
    let plain = match text.as_bytes().first() {
        // After a dot no underscore is left out.
        Some(b'.') => text.to_string(),
        Some(b'+' | b'-' | b'0'..=b'9') => text.replace('_', ""),
        _ => return Resolved::Text,
    };
    if let Some(int) = go_int(&plain) {
        return Resolved::Int(int);
    }
    match plain.parse::<f64>() {
        // Rust reads `inf`, `nan` and `infinity` too; Go's YAML asks for digits. What is too large for a float is text to Go.
        Ok(float) if float.is_finite() && plain.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
            Resolved::Float(float)
        }
        _ => Resolved::Text,
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)` and `ParseUint`, without underscores: `0x`, `0b`, `0o`, and a leading 0 for octal.
pub(super) fn go_int(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = sign * i128::from(u64::from_str_radix(digits, radix).ok()?);
    // ParseUint takes no sign, so what has one must fit into 64 bits with it.
    let most = if text.starts_with('+') { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    (value >= i128::from(i64::MIN) && value <= most).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, dialect: Dialect) -> Resolved {
        plain(text, dialect)
    }

    #[test]
    fn scalars_are_what_yaml_v2_makes_of_them() {
        use Resolved::*;
        let table = [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("NULL", Null),
            ("nULL", Text),
            ("y", Bool(true)),
            ("Y", Bool(true)),
            ("yes", Bool(true)),
            ("On", Bool(true)),
            ("TRUE", Bool(true)),
            ("n", Bool(false)),
            ("NO", Bool(false)),
            ("off", Bool(false)),
            ("False", Bool(false)),
            ("yEs", Text),
            ("t", Text),
            ("0", Int(0)),
            ("5", Int(5)),
            ("+5", Int(5)),
            ("-5", Int(-5)),
            ("010", Int(8)),
            ("-010", Int(-8)),
            ("0o17", Int(15)),
            ("0x1F", Int(31)),
            ("0X1f", Int(31)),
            ("0b101", Int(5)),
            ("-0b101", Int(-5)),
            ("10_000", Int(10_000)),
            ("1_", Int(1)),
            ("_1", Text),
            ("0_1", Int(1)),
            ("-", Text),
            ("+", Text),
            ("0x", Text),
            ("--1", Text),
            ("+-1", Text),
            ("0x-1", Text),
            ("18446744073709551615", Int(u64::MAX as i128)),
            ("+18446744073709551615", Float(u64::MAX as f64)),
            ("18446744073709551616", Float(18446744073709551616.0)),
            ("-9223372036854775808", Int(i64::MIN as i128)),
            ("08", Float(8.0)),
            ("09.5", Float(9.5)),
            ("1.10", Float(1.1)),
            (".5", Float(0.5)),
            ("5.", Float(5.0)),
            ("1e3", Float(1000.0)),
            ("1_0.5", Float(10.5)),
            ("._5", Text),
            (".", Text),
            (".e1", Text),
            ("1e400", Text),
            ("-.5", Float(-0.5)),
            ("+.5", Float(0.5)),
            (".inf", Float(f64::INFINITY)),
            ("-.INF", Float(f64::NEG_INFINITY)),
            ("inf", Text),
            ("+inf", Text),
            ("-nan", Text),
            ("12:30:45", Text),
            ("2001-01-01", Text),
            ("0x1p3", Text),
            ("1.2.3", Text),
            ("10Gi", Text),
            ("é", Text),
            ("0é", Text),
        ];
        for (text, wanted) in table {
            assert_eq!(is(text, Dialect::V2), wanted, "`{text}`");
        }
        assert!(matches!(is(".NaN", Dialect::V2), Float(f) if f.is_nan()));
    }

    #[test]
    fn yes_and_on_are_words_to_fabric_3() {
        for text in ["y", "yes", "on", "No", "OFF"] {
            assert_eq!(is(text, Dialect::V4), Resolved::Text, "`{text}`");
        }
        assert_eq!(is("true", Dialect::V4), Resolved::Bool(true));
    }

    #[test]
    fn a_tag_decides_what_a_scalar_is() {
        let of = |text: &str, tag: &str| {
            Scalar { text: text.into(), style: Style::Quoted, tag: Some(tag.into()) }.resolved(Dialect::V2)
        };
        assert_eq!(of("5", "!!int"), Ok(Resolved::Int(5)));
        assert_eq!(of("5", "!!float"), Ok(Resolved::Float(5.0)));
        assert_eq!(of("5", "!!str"), Ok(Resolved::Text));
        assert_eq!(of("yes", "!!bool"), Ok(Resolved::Bool(true)));
        assert_eq!(of("~", "!!null"), Ok(Resolved::Null));
        assert_eq!(of("x", "!!null"), Err("!!null".into()));
        assert_eq!(of("x", "!mine"), Ok(Resolved::Text));
        assert_eq!(of("x", "!!int"), Err("!!int".into()));
    }
}
