//! Whether values are of the kinds that keys of Fabric's files take, as the libraries read them through which Fabric looks at its
//! files: what Fabric refuses, and what it takes for something else without a word. Which kind a key takes is `fabric_keys`'s.

use super::units;
use crate::diag::{Code, Place, Problem, Problems};
use crate::network::value_kind::Kind;
use crate::yaml::Free;

/// What reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A peer asks for a key at a time (viper, with `caste.go` of spf13/cast): what cannot be read is nothing, and the default counts.
    ByKey,
    /// Orderers and Fabric CAs read a whole file into structures (mapstructure, `WeaklyTypedInput`), as peers do some sections: what
    /// cannot be read ends the program.
    Whole,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Misfit {
    Wrong,
    /// Nanoseconds, by want of a unit.
    NoUnit(i64),
}

/// Reports a value that is none of its kind, and a duration that would be nanoseconds.
pub fn check(kind: Kind, (path, value, place): (&str, &Free, &Place), reader: Reader, problems: &mut Problems) {
    match judge(kind, value, reader) {
        Ok(()) => {}
        Err(Misfit::Wrong) => {
            let message = format!("{path} takes {}, and not {}", kind.name(), shown(value));
            problems.push(Problem::new(Code::FK0103, message).at(place).help(kind.example()));
        }
        Err(Misfit::NoUnit(nanoseconds)) => {
            let taken = units::go_duration(nanoseconds);
            let message = format!("{path} is {} without a unit: Fabric takes it for {taken}", shown(value));
            let help = format!("write `{nanoseconds}s` for seconds");
            problems.push(Problem::new(Code::FK0260, message).at(place).help(help));
        }
    }
}

fn shown(value: &Free) -> String {
    match value {
        Free::Null => "nothing".to_owned(),
        Free::Bool(word) => format!("`{word}`"),
        Free::Int(number) => format!("`{number}`"),
        Free::Unsigned(number) => format!("`{number}`"),
        Free::Float(number) => format!("`{number}`"),
        Free::Text(text) => format!("the text `{}`", text.escape_debug()),
        Free::List(_) => "a list".to_owned(),
        Free::Map(_) => "a map".to_owned(),
    }
}

fn judge(kind: Kind, value: &Free, reader: Reader) -> Result<(), Misfit> {
    let fits = |fits: bool| if fits { Ok(()) } else { Err(Misfit::Wrong) };
    match (kind, value) {
        (Kind::Any, _) | (_, Free::Null) => Ok(()),
        // Nothing at all, to both; but in text that Fabric reads as a duration before it is one.
        (Kind::Duration, Free::Text(text)) if text.is_empty() => fits(reader == Reader::ByKey),
        (_, Free::Text(text)) if text.is_empty() => Ok(()),
        (Kind::Text, _) => fits(is_text(value, reader)),
        (Kind::Bool, Free::Bool(_) | Free::Int(_)) => Ok(()),
        (Kind::Bool, Free::Text(text)) => fits(TRUTHS.contains(&text.as_str())),
        (Kind::Number, _) => fits(whole(value).is_some()),
        (Kind::Whole { min, max }, _) => fits(whole(value).is_some_and(|number| (min..=max).contains(&number))),
        (Kind::Fraction, Free::Int(_) | Free::Unsigned(_) | Free::Float(_)) => Ok(()),
        (Kind::Fraction, Free::Text(text)) => fits(text.parse::<f64>().is_ok()),
        (Kind::Size, Free::Text(text)) => fits(units::size(text).is_ok()),
        (Kind::Size, _) => fits(whole(value).is_some_and(|number| u32::try_from(number).is_ok())),
        (Kind::Duration | Kind::Span, _) => duration(kind, value, reader),
        (Kind::Version, Free::Text(text)) => fits(text.split('.').all(|part| part.parse::<u32>().is_ok())),
        (Kind::List, Free::List(items)) => fits(items.iter().all(|item| is_text(item, Reader::ByKey))),
        (Kind::List, Free::Text(_)) => Ok(()),
        (Kind::List, Free::Map(_)) => fits(is_text(value, reader)),
        (Kind::List, _) => fits(reader == Reader::Whole),
        // One map counts for a list of it.
        (Kind::Maps, Free::Map(_)) => Ok(()),
        (Kind::Maps, Free::List(items)) => fits(items.iter().all(|item| matches!(item.value, Free::Map(_) | Free::Null))),
        // A text of YAML (`YamlStringToStructHook` in Fabric's viperutil).
        (Kind::Maps, Free::Text(text)) => fits(text.trim_start().starts_with(['[', '-'])),
        (Kind::Bool | Kind::Fraction | Kind::Version | Kind::Maps, _) => Err(Misfit::Wrong),
    }
}

/// Go's `strconv.ParseBool`.
const TRUTHS: &[&str] = &["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];

/// A text, or what is read as one; an orderer reads `{File: …}` as what that file holds (`stringFromFileDecodeHook`).
fn is_text(value: &Free, reader: Reader) -> bool {
    match value {
        Free::List(items) => items.is_empty(),
        Free::Map(map) => reader == Reader::Whole && map.iter().any(|(key, _)| key.value == "File" || key.value == "file"),
        _ => true,
    }
}

/// A whole number that stays what it is: both readers drop fractions and make numbers of truths.
fn whole(value: &Free) -> Option<i64> {
    match value {
        Free::Int(number) => Some(*number),
        Free::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
        Free::Text(text) => {
            let (sign, digits) = match text.strip_prefix('-') {
                Some(digits) => (-1, digits),
                None => (1, text.strip_prefix('+').unwrap_or(text)),
            };
            units::integer(digits).and_then(|number| i64::try_from(number).ok()).map(|number| sign * number)
        }
        _ => None,
    }
}

fn duration(kind: Kind, value: &Free, reader: Reader) -> Result<(), Misfit> {
    let bare = |number: i64| match (number, kind) {
        (0, _) => Ok(()),
        (_, Kind::Span) => Err(Misfit::Wrong),
        (number, _) => Err(Misfit::NoUnit(number)),
    };
    match value {
        Free::Int(number) => bare(*number),
        Free::Float(number) if number.is_finite() => bare(*number as i64),
        Free::Text(text) if text.bytes().all(|digit| digit.is_ascii_digit()) => match (text.parse(), reader) {
            (Ok(0), _) => Ok(()),
            (Ok(number), Reader::ByKey) => bare(number),
            _ => Err(Misfit::Wrong),
        },
        // What is left of numbers here is `0x10` and its like, which no duration is.
        Free::Text(text) if units::integer(text).is_none() => units::duration(text).map(|_| ()).map_err(|_| Misfit::Wrong),
        _ => Err(Misfit::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Ordered, Spanned};

    fn text(text: &str) -> Free {
        Free::Text(text.to_owned())
    }

    fn list(items: impl IntoIterator<Item = Free>) -> Free {
        Free::List(items.into_iter().map(Spanned::nowhere).collect())
    }

    fn map(key: &str) -> Free {
        Free::Map(Ordered(vec![(Spanned::nowhere(key.to_owned()), Spanned::nowhere(text("x")))]))
    }

    fn all(kind: &str, reader: Reader, right: &[Free], wrong: &[Free]) {
        let kind = Kind::parse(kind).unwrap();
        right.iter().for_each(|value| assert_eq!(judge(kind, value, reader), Ok(()), "{kind:?} {value:?}"));
        wrong.iter().for_each(|value| assert_eq!(judge(kind, value, reader), Err(Misfit::Wrong), "{kind:?} {value:?}"));
    }

    #[test]
    fn numbers_and_truths_may_be_in_quotes() {
        use Free::{Bool, Float, Int, Null};
        for reader in [Reader::ByKey, Reader::Whole] {
            let numbers = [Int(-1), Float(1e6), Null, text("5"), text("0x10"), text("-5"), text("")];
            all("number", reader, &numbers, &[Float(1.5), Bool(true), text("x"), text("100 MB"), list([]), map("a")]);
            all("int32", reader, &[Int(2147483647), text("5")], &[Int(2147483648), text("3000000000"), text("100 MB")]);
            all("uint16", reader, &[Int(0)], &[Int(-1), Int(65536)]);
            all("bool", reader, &[Bool(false), Int(1), text("true"), text("T"), text("")], &[text("yes"), text("x"), list([])]);
            all("fraction", reader, &[Float(0.5), Int(1), text("1.6")], &[text("x"), Bool(true)]);
            all("size", reader, &[Int(5), text("2 MB"), text("5")], &[Int(-1), text("5 GB"), text("2 MiB"), Bool(true)]);
            all("version", reader, &[text("1.0.0")], &[Float(1.0), Int(1), text("abc")]);
        }
    }

    #[test]
    fn a_duration_has_a_unit() {
        use Free::{Bool, Float, Int};
        let right = [Int(0), text("0"), text("30s"), text("1h30m"), text("-1s"), text("0.5s")];
        let wrong = [text("abc"), text("2y"), text("10 s"), text("0x10"), Bool(true), list([]), map("a")];
        for reader in [Reader::ByKey, Reader::Whole] {
            all("duration", reader, &right, &wrong);
            all("span", reader, &right, &wrong);
            all("span", reader, &[text("")], &[Int(15), Float(1.5)]);
            for (value, taken) in [(Int(24), 24), (Float(1.5), 1)] {
                assert_eq!(judge(Kind::Duration, &value, reader), Err(Misfit::NoUnit(taken)), "{value:?}");
            }
        }
        // viper adds `ns` to a text without a unit, and what it cannot read is nothing; mapstructure does neither.
        assert_eq!(judge(Kind::Duration, &text("24"), Reader::ByKey), Err(Misfit::NoUnit(24)));
        all("duration", Reader::ByKey, &[text("")], &[]);
        all("duration", Reader::Whole, &[], &[text("24"), text("")]);
    }

    #[test]
    fn lists_and_texts_are_told_apart_as_far_as_fabric_does() {
        use Free::{Bool, Int};
        for reader in [Reader::ByKey, Reader::Whole] {
            all("text", reader, &[Int(5), Bool(true), text("x")], &[list([text("a")]), map("a")]);
            all("list", reader, &[list([text("a"), Int(5)]), list([]), text("a")], &[list([list([text("a")])]), map("a")]);
            all(
                "maps",
                reader,
                &[list([map("a")]), list([]), text("[{name: a}]"), map("a")],
                &[list([text("a")]), text("a"), Int(5)],
            );
            all("any", reader, &[Int(5), list([]), map("a")], &[]);
        }
        all("text", Reader::Whole, &[map("File")], &[]);
        all("text", Reader::ByKey, &[], &[map("File")]);
        all("list", Reader::Whole, &[Int(5), map("File")], &[]);
        all("list", Reader::ByKey, &[], &[Int(5)]);
    }
}
