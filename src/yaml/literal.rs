//! How a string is written: bare, in quotes, or as a block, so that every reader of YAML 1.1 and 1.2 reads the same string.
//! Where it is written is `text`'s.

/// A string on one line: bare where nothing could take it for something else, in quotes otherwise.
pub(super) fn one_line(text: &str) -> String {
    if is_plain(text) {
        return text.to_string();
    }
    if text.contains(['"', '\\']) && text.chars().all(is_printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// The head of a literal block (`|`, with the indicators it needs), for a text that can be written as one.
pub(super) fn block(text: &str) -> Option<&'static str> {
    let body = text.trim_end_matches('\n');
    // A line of blanks alone may vanish or end the block, depending on the reader.
    let blank = |line: &str| !line.is_empty() && line.trim_matches([' ', '\t']).is_empty();
    if !text.contains('\n') || body.is_empty() || body.split('\n').any(blank) {
        return None;
    }
    if !body.chars().all(|c| matches!(c, '\n' | '\t') || is_printable(c)) {
        return None;
    }
    // Where the first line is empty or begins with a blank, the indentation cannot be seen from it.
    let counted = text.starts_with([' ', '\t', '\n']);
    Some(match (counted, text.len() - body.len()) {
        (false, 0) => "|-",
        (false, 1) => "|",
        (false, _) => "|+",
        (true, 0) => "|2-",
        (true, 1) => "|2",
        (true, _) => "|2+",
    })
}

/// What every reader prints and takes as it is. Tabs and line ends are none of these.
fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        // The line ends of Unicode, the byte order mark, and what is no character.
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        c => c >= '\u{a0}',
    }
}

fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    let begins = match first {
        Some('-') => second.is_some_and(|c| c == '-' || c.is_ascii_alphabetic()) && !text.starts_with("---"),
        Some('/' | '_' | '$' | '(') => true,
        Some(c) => c.is_alphanumeric(),
        None => false,
    };
    begins
        && text.chars().all(is_printable)
        && !text.ends_with([' ', ':', '\u{a0}'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !is_word(text)
        && !is_number_like(text)
}

/// Whether a reader could take it for null or a boolean.
fn is_word(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "inf" | "nan"
    )
}

/// Whether a reader could take it for a number, a date or a time: it has a digit, and only the letters that those have.
fn is_number_like(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X' | b'o' | b'O' | b'_' | b'.' | b':' | b'+' | b'-' | b'T' | b't' | b'Z' | b'z' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_is_written_bare() {
        for text in [
            "peer0",
            "nginx:1.27",
            "hyperledger/fabric-peer:2.5.16",
            "/var/hyperledger",
            "10Gi",
            "100m",
            "1h",
            "--flag=x",
            "-c",
            "$(HOME)",
            "a b",
            "x{y}",
            "it's",
            "a#b",
            "a:b",
            "Größe",
            "app.kubernetes.io/name",
            "prefix-010",
            "30s",
        ] {
            assert_eq!(one_line(text), text);
        }
    }

    #[test]
    fn what_a_reader_could_take_for_something_else_is_quoted() {
        for text in [
            "",
            "y",
            "N",
            "yes",
            "No",
            "ON",
            "off",
            "true",
            "False",
            "null",
            "NULL",
            "~",
            "010",
            "1_000",
            "0o17",
            "1e3",
            "1E5",
            "12:30:45",
            "2001-01-01",
            "2001-12-14t21:59:43.10-05:00",
            "0x1F",
            "0b1",
            ".5",
            "1.10",
            "1.2.3",
            "5.",
            "-5",
            "+5",
            "-.5",
            ".inf",
            "-.inf",
            ".NaN",
            "<<",
            "=",
            "-",
            "---",
            "- a",
            "?",
            "? a",
            ":",
            "a:",
            "a: b",
            "a #b",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "[a]",
            "{a}",
            ",a",
            " a",
            "a ",
            "!!str x",
            "...",
        ] {
            let shown = one_line(text);
            assert!(shown.starts_with('"') || shown.starts_with('\''), "{text:?} is written {shown}");
        }
        assert_eq!(one_line("yes"), "\"yes\"");
        assert_eq!(one_line(r#"{"a": 'b'}"#), r#"'{"a": ''b''}'"#);
        assert_eq!(one_line("a\tb\u{7}\u{85}\u{2028}"), r#""a\tb\x07\x85\u2028""#);
    }

    #[test]
    fn lines_are_written_as_a_block_where_it_keeps_them() {
        let table = [
            ("a\nb\n", Some("|")),
            ("a\nb", Some("|-")),
            ("a\nb\n\n", Some("|+")),
            (" a\nb\n", Some("|2")),
            ("\na\n", Some("|2")),
            ("a\n\n\tb", Some("|-")),
            ("a", None),
            ("\n", None),
            ("a\n \nb", None),
            ("a\r\nb", None),
            ("a\n\u{7}", None),
        ];
        for (text, wanted) in table {
            assert_eq!(block(text), wanted, "{text:?}");
        }
    }
}
