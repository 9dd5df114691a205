//! Sizes, numbers and durations as Fabric reads them in configtx.yaml (fabric `common/viperutil/config_util.go`,
//! Go's `time.ParseDuration`).

/// A number, or a size with a unit (`99 MB`, `512KB`): bytes. Units are powers of 1024, and a leading 0 means octal, as in Go.
pub fn size(text: &str) -> Result<u32, String> {
    let reason = || format!("`{text}` is no size: write bytes, or a whole number and KB, MB or GB");
    let lower = text.to_ascii_lowercase();
    let unit = lower.strip_suffix('b').filter(|rest| rest.ends_with(['k', 'm', 'g'])).unwrap_or(&lower);
    let shift = match unit.as_bytes().last() {
        Some(b'k') => 10,
        Some(b'm') => 20,
        Some(b'g') => 30,
        _ => 0,
    };
    let digits = if shift > 0 { unit[..unit.len() - 1].trim_end() } else { unit };
    // Before a unit stand digits alone; hexadecimal and `_` are YAML's, for plain numbers.
    let is_plain = shift == 0 || digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = integer(digits).filter(|_| is_plain).ok_or_else(reason)?;
    number
        .checked_shl(shift)
        .filter(|bytes| bytes >> shift == number)
        .and_then(|bytes| u32::try_from(bytes).ok())
        .ok_or_else(|| format!("`{text}` is too large: Fabric takes less than 4 GB"))
}

/// A whole number as Go's YAML reads it: `010` is octal, `0x1f` hexadecimal, `10_000` ten thousand.
pub fn integer(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    let (digits, radix) = match plain.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&plain[2..], 16),
        [b'0', b'b' | b'B', ..] => (&plain[2..], 2),
        [b'0', b'o' | b'O', ..] => (&plain[2..], 8),
        [b'0', _, ..] => (&plain[1..], 8),
        _ => (plain.as_str(), 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

const UNITS: &[(&str, f64)] =
    &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// A duration in nanoseconds: Go's syntax (`2s`, `1m30s`, `0.5s`); a bare number is nanoseconds, as Fabric reads it.
pub fn duration(text: &str) -> Result<i64, String> {
    let reason = || format!("`{text}` is no duration: write `2s` or `500ms`");
    if let Some(nanoseconds) = integer(text) {
        return i64::try_from(nanoseconds).map_err(|_| reason());
    }
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return Err(reason());
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(reason)?;
        let number: f64 = rest[..end].parse().map_err(|_| reason())?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let (_, scale) = UNITS.iter().find(|(unit, _)| *unit == &rest[..end]).ok_or_else(reason)?;
        total += number * scale;
        rest = &rest[end..];
    }
    if total > i64::MAX as f64 { Err(reason()) } else { Ok((sign * total).round() as i64) }
}

/// A duration as Go prints it: `2s`, `2m0s`, `500ms`.
pub fn go_duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let fraction = |value: u64, unit: u64, name: &str| {
        let digits = format!("{:0width$}", value % unit, width = unit.to_string().len() - 1);
        let digits = if unit == 1 { "" } else { digits.trim_end_matches('0') };
        let point = if digits.is_empty() { "" } else { "." };
        format!("{}{point}{digits}{name}", value / unit)
    };
    let text = match total {
        0 => "0s".to_owned(),
        1..1_000 => fraction(total, 1, "ns"),
        1_000..1_000_000 => fraction(total, 1_000, "µs"),
        1_000_000..1_000_000_000 => fraction(total, 1_000_000, "ms"),
        _ => {
            let (minutes, rest) = (total / 60_000_000_000, total % 60_000_000_000);
            let seconds = fraction(rest, 1_000_000_000, "s");
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024_and_octal_is_octal() {
        for (text, bytes) in [
            ("99 MB", 103_809_024),
            ("512KB", 524_288),
            ("2m", 2_097_152),
            ("1 GB", 1 << 30),
            ("500", 500),
            ("010 MB", 8 << 20),
            ("10_000", 10_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for wrong in [
            "1.5 MB",
            "0x10 MB",
            "1_0 MB",
            "10MB ",
            "99 MiB",
            "4 GB",
            "-1",
            "",
            "MB",
            "5B",
            "5bb",
            "5mk",
            "0x",
            "99999999999999999999",
        ] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_read_and_print_as_in_go() {
        for (text, printed) in [
            ("120s", "2m0s"),
            ("0.5s", "500ms"),
            ("2s", "2s"),
            ("2", "2ns"),
            ("1h", "1h0m0s"),
            ("1.5s", "1.5s"),
            ("1500us", "1.5ms"),
            ("-2s", "-2s"),
            ("0", "0s"),
        ] {
            assert_eq!(duration(text).map(go_duration).as_deref(), Ok(printed), "{text}");
        }
        for wrong in ["", "2 s", " 2s", "s", "2x", "1.2.3s", "-", "abc"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
