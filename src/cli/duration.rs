//! A span of time as users write it: `30d`, `12h`, `2w`.

use std::fmt;
use std::str::FromStr;
use time::Duration;

/// A span of whole hours, days, weeks or years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no span of time: write `12h`, `30d`, `2w` or `1y`");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let hours: u32 = match unit {
            'h' => 1,
            'd' => 24,
            'w' => 7 * 24,
            'y' => 365 * 24,
            _ => return Err(wrong()),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        // A thousand years are more than any certificate has.
        let hours = number.checked_mul(hours).filter(|hours| *hours <= 1000 * 365 * 24).ok_or_else(wrong)?;
        Ok(Self(Duration::hours(hours.into())))
    }
}

impl fmt::Display for Span {
    /// As it can be given again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.whole_hours() {
            hours if hours % 24 == 0 => write!(f, "{}d", hours / 24),
            hours => write!(f, "{hours}h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        let hours = |text: &str| text.parse::<Span>().map(|span| span.0.whole_hours());
        assert_eq!((hours("12h"), hours("30d"), hours("2w"), hours("1y")), (Ok(12), Ok(720), Ok(336), Ok(8760)));
        for text in ["12h", "30d", "2w", "1y"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        for text in ["", "d", "30", "-1d", "1.5d", "30 d", "30m", "9999999999d", "2000y", "30é"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
