//! Macros of templates, as minijinja is given them: an argument without a default has to be given, where Jinja would go on without it.
//! Compiling and calling them is minijinja's, and arguments that a macro does not have are refused there too.

use std::borrow::Cow;

/// The function that templates call for an argument that is not there, with the names of the macro and of the argument. It fails.
pub const NEEDED: &str = "__needed";

/// What to do where one is not there, or one too many.
pub const HELP: &str = "give a macro each of its arguments, `none` where there is nothing to give, and no others";

/// A template whose macros fail without an argument: each that has no default is given one, which is worked out only where the
/// argument is not there. Lines stay where they are.
pub fn demanding(template: &str) -> Cow<'_, str> {
    if !template.contains("macro") {
        return Cow::Borrowed(template);
    }
    let mut made = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (text, tags) = rest.split_at(start);
        let (tag, after) = tags.split_at(length(tags));
        made.push_str(text);
        match of_macro(tag) {
            Some((head, name, arguments)) => {
                made.push_str(head);
                with_defaults(name, arguments, &mut made);
            }
            None => made.push_str(tag),
        }
        rest = after;
    }
    made.push_str(rest);
    Cow::Owned(made)
}

/// How long the tag, comment or raw text is that a text begins with; one character where it begins with none.
fn length(text: &str) -> usize {
    let past = |mark: &str, from: usize| text.get(from..).and_then(|rest| rest.find(mark)).map(|at| from + at + mark.len());
    let end = match text.get(..2) {
        Some("{#") => past("#}", 2),
        Some("{{") => end_of_code(text, "}}"),
        Some("{%") if word(text) == "raw" => past("endraw", 2).and_then(|from| past("%}", from)),
        Some("{%") => end_of_code(text, "%}"),
        _ => Some(1),
    };
    end.unwrap_or(text.len())
}

/// Where a tag ends that has code in it: not within the code's strings.
fn end_of_code(tag: &str, closing: &str) -> Option<usize> {
    let mut quotes = Quotes::default();
    let end = tag.char_indices().skip(2).find(|(at, c)| {
        let is_code = !quotes.quotes(*c);
        is_code && tag.get(*at..).is_some_and(|rest| rest.starts_with(closing))
    });
    end.map(|(at, _)| at + closing.len())
}

/// The first word of a block's tag.
fn word(tag: &str) -> &str {
    let code = tag.get(2..).unwrap_or_default().trim_start_matches(['-', '+']).trim_start();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The tag that begins a macro, parted: up to the arguments, with the macro's name, and from there on.
fn of_macro(tag: &str) -> Option<(&str, &str, &str)> {
    if !tag.starts_with("{%") || word(tag) != "macro" {
        return None;
    }
    let (head, arguments) = tag.split_at(tag.find('(')? + 1);
    let (_, name) = head.trim_end_matches('(').trim_end().rsplit_once(char::is_whitespace)?;
    Some((head, name, arguments))
}

/// Writes a macro's arguments and what follows them, each with a default.
fn with_defaults(name: &str, arguments: &str, made: &mut String) {
    let mut quotes = Quotes::default();
    let (mut depth, mut from) = (0, 0);
    for (at, c) in arguments.char_indices() {
        match c {
            _ if quotes.quotes(c) => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                let argument = arguments.get(from..at).unwrap_or_default();
                made.push_str(argument.trim_end());
                let own = argument.trim();
                if !own.is_empty() && own.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    made.push_str(&format!("={NEEDED}(\"{name}\", \"{own}\")"));
                }
                made.push(c);
                from = at + c.len_utf8();
                if c == ')' {
                    break;
                }
            }
            _ => {}
        }
    }
    made.push_str(arguments.get(from..).unwrap_or_default());
}

/// Whether a character of code stands in a string.
#[derive(Default)]
struct Quotes {
    open: Option<char>,
    is_escaped: bool,
}

impl Quotes {
    /// Whether the next character belongs to a string, its quotes too.
    fn quotes(&mut self, c: char) -> bool {
        match self.open {
            None if c == '"' || c == '\'' => self.open = Some(c),
            None => return false,
            Some(_) if self.is_escaped => self.is_escaped = false,
            Some(_) if c == '\\' => self.is_escaped = true,
            Some(open) if c == open => self.open = None,
            Some(_) => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_without_a_default_is_given_one_that_fails() {
        for (template, given) in [
            ("{% macro f(a, b=1) -%}x", r#"{% macro f(a=__needed("f", "a"), b=1) -%}x"#),
            ("a\n{%- macro f (\n a ,\n b,) %}", "a\n{%- macro f (\n a=__needed(\"f\", \"a\"),\n b=__needed(\"f\", \"b\"),) %}"),
            ("{% macro f() %}{% macro g(é=[1, (2)], c) %}", r#"{% macro f() %}{% macro g(é=[1, (2)], c=__needed("g", "c")) %}"#),
            (r#"{% macro f(a=",)\"", b) %}"#, r#"{% macro f(a=",)\"", b=__needed("f", "b")) %}"#),
        ] {
            assert_eq!(demanding(template), given);
        }
    }

    #[test]
    fn what_begins_no_macro_stays() {
        for template in [
            "{# {% macro f(a) %} #}",
            "{% raw %}{% macro f(a) %}{% endraw %}",
            "{% macros f(a) %} macro f(a)",
            "{{ '{% macro f(a) %}' }} {",
            "{% set x = \"%} {% macro f(a) %}\" %}",
            "{% macro f(a",
            "{% macro (",
            "macro {%",
            "macro {",
        ] {
            assert_eq!(demanding(template), template);
        }
    }
}
