//! Reads Fabric's policy strings (fabric `common/policydsl`, `common/policies/implicitmetaparser.go`): the gates, numbers and
//! quotes that its expression library lets through. What that lets through by accident is refused: arithmetic in the place of a
//! number, a list in parentheses of its own, text after the end of the rule.

use super::{ImplicitRule, Policy, Principal, PrincipalRole, Rule};

/// How deep gates and parentheses may nest. Protobuf readers stop at 100 messages, and a gate takes two.
const MAX_DEPTH: usize = 32;

/// `RULE SubPolicy`, with exactly one space.
pub(super) fn implicit_meta(text: &str) -> Result<Policy, String> {
    let words: Vec<&str> = text.split(' ').collect();
    let &[rule, sub_policy] = words.as_slice() else {
        return Err(format!("expected a rule, one space and the name of a policy, such as `ANY Readers`, not `{text}`"));
    };
    let rule = match rule {
        "ANY" => ImplicitRule::Any,
        "ALL" => ImplicitRule::All,
        "MAJORITY" => ImplicitRule::Majority,
        _ => return Err(format!("unknown rule `{rule}`: it is `ANY`, `ALL` or `MAJORITY`, in capitals")),
    };
    if sub_policy.is_empty() {
        return Err(format!("`{text}` names no policy after the rule"));
    }
    Ok(Policy::ImplicitMeta { rule, sub_policy: sub_policy.to_owned() })
}

/// A gate over principals and gates.
pub(super) fn signature(text: &str) -> Result<Rule, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let rule = parser.rule(0)?;
    match (parser.next(), rule) {
        (Some(token), _) => Err(format!("{} after the end of the rule", token.describe())),
        (None, Rule::SignedBy(principal)) => Err(format!("a rule is a gate, such as `OR('{principal}')`")),
        (None, rule) => Ok(rule),
    }
}

/// Whether a gate is spelled `and` or `or`.
pub(super) fn has_lower_case_gate(text: &str) -> bool {
    tokens(text)
        .is_ok_and(|tokens| tokens.iter().any(|token| matches!(token, Token::Word(word) if word == "and" || word == "or")))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Comma,
    Open,
    Close,
}

impl Token {
    fn describe(&self) -> String {
        match self {
            Token::Word(word) => format!("unrecognized word `{word}`"),
            Token::Text(text) => format!("unexpected text `'{text}'`"),
            Token::Number(number) => format!("unexpected number `{number}`"),
            Token::Comma => "unexpected `,`".into(),
            Token::Open => "unexpected `(`".into(),
            Token::Close => "unexpected `)`".into(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let token;
        (token, rest) = match first {
            ',' => (Token::Comma, &rest[1..]),
            '(' => (Token::Open, &rest[1..]),
            ')' => (Token::Close, &rest[1..]),
            // Either quote ends what the other began.
            '\'' | '"' => quoted(&rest[1..])?,
            '-' => match number(rest[1..].trim_start())? {
                (number, rest) if found.last() != Some(&Token::Close) => (Token::Number(-number), rest),
                _ => return Err("unexpected `-`".into()),
            },
            '0'..='9' | '.' => {
                let (number, rest) = number(rest)?;
                (Token::Number(number), rest)
            }
            _ if first.is_alphabetic() => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), &rest[end..])
            }
            _ => return Err(format!("unexpected `{first}`")),
        };
        found.push(token);
        rest = rest.trim_start();
    }
    Ok(found)
}

/// The text up to a quote, and what follows it; a backslash takes away the meaning of the next character.
fn quoted(text: &str) -> Result<(Token, &str), String> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' | '"' => return Ok((Token::Text(inside), &text[at + 1..])),
            '\\' => inside.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => inside.push(c),
        }
    }
    Err("a quote is not closed".into())
}

fn number(text: &str) -> Result<(f64, &str), String> {
    let (digits, rest, value) = match text.strip_prefix("0x") {
        Some(hex) => {
            let (digits, rest) = hex.split_at(hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len()));
            (digits, rest, u64::from_str_radix(digits, 16).ok().map(|value| value as f64))
        }
        None => {
            let (digits, rest) = text.split_at(text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len()));
            (digits, rest, digits.parse().ok())
        }
    };
    value.map(|value| (value, rest)).ok_or_else(|| format!("`{digits}` is no number"))
}

#[derive(Clone, Copy, PartialEq)]
enum Gate {
    And,
    Or,
    OutOf,
}

impl Gate {
    fn of(word: &str) -> Option<Self> {
        match word {
            "And" | "and" | "AND" => Some(Gate::And),
            "Or" | "or" | "OR" => Some(Gate::Or),
            "OutOf" | "outof" | "OUTOF" => Some(Gate::OutOf),
            _ => None,
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn expect(&mut self, wanted: &Token, what: &str) -> Result<(), String> {
        match self.next() {
            Some(token) if token == *wanted => Ok(()),
            Some(token) => Err(format!("{} where {what} belongs", token.describe())),
            None => Err(format!("the rule ends where {what} belongs")),
        }
    }

    /// A principal, a gate, or either in parentheses.
    fn rule(&mut self, depth: usize) -> Result<Rule, String> {
        if depth > MAX_DEPTH {
            return Err(format!("gates nest more than {MAX_DEPTH} deep"));
        }
        match self.next() {
            Some(Token::Text(text)) => principal(&text).map(Rule::SignedBy),
            Some(Token::Open) => {
                let rule = self.rule(depth + 1)?;
                self.expect(&Token::Close, "`)`")?;
                Ok(rule)
            }
            Some(Token::Word(word)) => match Gate::of(&word) {
                Some(gate) => self.gate(gate, depth),
                None => Err(format!("unrecognized word `{word}`: gates are `AND`, `OR` and `OutOf`, principals stand in quotes")),
            },
            Some(token) => Err(format!("{} where a principal or a gate belongs", token.describe())),
            None => Err("the rule ends where a principal or a gate belongs".into()),
        }
    }

    fn gate(&mut self, gate: Gate, depth: usize) -> Result<Rule, String> {
        self.expect(&Token::Open, "`(`")?;
        let wanted = match gate {
            Gate::OutOf => {
                let wanted = self.how_many()?;
                self.expect(&Token::Comma, "`,`")?;
                Some(wanted)
            }
            Gate::And | Gate::Or => None,
        };
        if self.tokens.get(self.at) == Some(&Token::Close) {
            return Err("a gate has nothing in it: it needs one principal at least".into());
        }
        let mut rules = Vec::new();
        loop {
            rules.push(self.rule(depth + 1)?);
            match self.next() {
                Some(Token::Comma) => {}
                Some(Token::Close) => break,
                Some(token) => return Err(format!("{} where `,` or `)` belongs", token.describe())),
                None => return Err("a `(` is not closed".into()),
            }
        }
        let n = match (gate, wanted) {
            (_, Some(wanted)) => checked(wanted, rules.len())?,
            (Gate::Or, None) => 1,
            (Gate::And | Gate::OutOf, None) => u32::try_from(rules.len()).unwrap_or(u32::MAX),
        };
        Ok(Rule::OutOf { n, rules })
    }

    /// The number of an `OutOf`, in quotes or not.
    fn how_many(&mut self) -> Result<f64, String> {
        let token = match self.next() {
            Some(Token::Text(text)) => match tokens(&text)?.as_slice() {
                [token] => Some(token.clone()),
                _ => return Err(format!("`OutOf` needs a number first, not `'{text}'`")),
            },
            token => token,
        };
        match token {
            Some(Token::Number(number)) => Ok(number),
            Some(token) => Err(format!("{}: `OutOf` needs a number first", token.describe())),
            None => Err("`OutOf` needs a number first".into()),
        }
    }
}

/// Fabric cuts off what stands behind the point, and lets one more than there are through: a rule that never holds.
fn checked(wanted: f64, of: usize) -> Result<u32, String> {
    let wanted = wanted.trunc();
    if !(0.0..=of as f64 + 1.0).contains(&wanted) {
        return Err(format!("`OutOf` asks for {wanted} of {of}"));
    }
    Ok(wanted as u32)
}

/// `MSP.role`; the MSP ID may hold dots, so the role is what follows the last one.
fn principal(text: &str) -> Result<Principal, String> {
    let (msp_id, word) = text.rsplit_once('.').ok_or_else(|| format!("`{text}` is no principal such as `Org1MSP.member`"))?;
    let role = PrincipalRole::ALL.into_iter().find(|role| role.word() == word).ok_or_else(|| {
        format!("unknown role `{word}` in `{text}`: it is `member`, `admin`, `client`, `peer` or `orderer`, in lower case")
    })?;
    if msp_id.is_empty() || !msp_id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') {
        return Err(format!("the MSP ID of `{text}` can only hold letters, digits, `.` and `-` in a policy"));
    }
    Ok(Principal { msp_id: msp_id.to_owned(), role })
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
