//! A Corefile, read as CoreDNS reads it (github.com/coredns/caddy, `caddyfile/lexer.go` and `parse.go`), as far as to know where
//! its server blocks and their plugins are. What is written into one is `coredns`'s.

use std::ops::Range;

/// Why CoreDNS would not read a file, or would read another thing than it looks like.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Counted from 1.
    pub line: u32,
    pub reason: String,
}

/// A word of the file.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    /// Where it begins and where it ends, in lines counted from 1; a quoted one may have several.
    lines: (u32, u32),
    bytes: Range<usize>,
}

/// A server block: the zones that it answers for, and its plugins in the order of the file.
#[derive(Debug)]
pub struct ServerBlock {
    pub line: u32,
    /// As written: `.:53`, `example.com`, `dns://.`.
    pub keys: Vec<String>,
    pub plugins: Vec<Plugin>,
    /// What is between its braces, in bytes of the file.
    pub inside: Range<usize>,
}

/// A plugin with its arguments and all that is in its braces, on as many lines as it has.
#[derive(Debug)]
pub struct Plugin {
    pub line: u32,
    pub name: String,
    pub arguments: Vec<String>,
}

impl ServerBlock {
    /// Its zones without transport and port, in lower case, the root as the empty text: what CoreDNS makes of keys without one
    /// of the two (`core/dnsserver/register.go`). Only DNS itself at the port that the cluster asks counts.
    pub fn zones(&self) -> impl Iterator<Item = String> {
        self.keys.iter().filter_map(|key| {
            let rest = match key.split_once("://") {
                Some(("dns", rest)) => rest,
                Some(_) => return None,
                None => key,
            };
            let zone = match rest.rsplit_once(':') {
                Some((zone, "53")) => zone,
                Some((_, port)) if port.chars().all(|c| c.is_ascii_digit()) => return None,
                _ => rest,
            };
            Some(zone.trim_end_matches('.').to_ascii_lowercase())
        })
    }

    /// Its plugins of a name.
    pub fn plugins_called(&self, name: &str) -> impl Iterator<Item = &Plugin> {
        self.plugins.iter().filter(move |plugin| plugin.name == name)
    }
}

/// The server blocks of a file. Snippets are none, and what is imported stays unknown.
pub fn server_blocks(text: &str) -> Result<Vec<ServerBlock>, Malformed> {
    Parser { tokens: tokens(text)?, at: 0 }.blocks()
}

/// The words of a file: whitespace ends one, `"` around it keeps whitespace in, and `#` begins a comment wherever it stands.
fn tokens(text: &str) -> Result<Vec<Token>, Malformed> {
    let mut tokens = Vec::new();
    let mut word: Option<Token> = None;
    let (mut line, mut is_comment) = (1, false);
    // Of a quoted word: where it began, and whether a backslash came just before.
    let mut quoted: Option<bool> = None;
    let begin = text.chars().next().filter(|first| *first == '\u{feff}').map_or(0, char::len_utf8);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < begin) {
        let end = at + c.len_utf8();
        if let (Some(escaped), Some(open)) = (quoted, word.as_mut()) {
            match c {
                '\\' if !escaped => {
                    quoted = Some(true);
                    continue;
                }
                '"' if !escaped => {
                    open.bytes.end = end;
                    open.lines.1 = line;
                    tokens.extend(word.take());
                    quoted = None;
                    continue;
                }
                '\n' => line += 1,
                _ => {}
            }
            if escaped && c != '"' {
                open.text.push('\\');
            }
            open.text.push(c);
            quoted = Some(false);
            continue;
        }
        if c == '\r' {
            continue;
        }
        if c.is_whitespace() {
            // As there: a comment that begins within a word ends with the next blank.
            is_comment &= c != '\n' && word.is_none();
            tokens.extend(word.take());
            line += u32::from(c == '\n');
            continue;
        }
        is_comment |= c == '#';
        if is_comment {
            continue;
        }
        match &mut word {
            Some(open) => {
                open.text.push(c);
                open.bytes.end = end;
            }
            None => {
                quoted = (c == '"').then_some(false);
                let text = if c == '"' { String::new() } else { c.to_string() };
                word = Some(Token { text, lines: (line, line), bytes: at..end });
            }
        }
    }
    match (quoted, &word) {
        (Some(_), Some(open)) => Err(Malformed { line: open.lines.0, reason: "a quotation mark is never closed".to_owned() }),
        _ => {
            tokens.extend(word);
            Ok(tokens)
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn blocks(mut self) -> Result<Vec<ServerBlock>, Malformed> {
        let mut blocks = Vec::new();
        while self.at < self.tokens.len() {
            let Some(block) = self.block()? else { continue };
            // A snippet is no server block: others import it.
            if !matches!(block.keys.as_slice(), [key] if key.starts_with('(') && key.ends_with(')')) {
                blocks.push(block);
            }
        }
        Ok(blocks)
    }

    /// `None` where an import is all that stands there.
    fn block(&mut self) -> Result<Option<ServerBlock>, Malformed> {
        let line = self.line();
        let mut keys = Vec::new();
        let mut expects_another = false;
        while let Some(token) = self.tokens.get(self.at) {
            if token.text == "import" && self.begins_line() && keys.is_empty() {
                self.at += 2;
                return Ok(None);
            }
            if token.text == "{" && expects_another {
                return Err(self.malformed("a comma before it asks for another zone"));
            }
            if token.text == "{" || (!keys.is_empty() && !expects_another && self.begins_line()) {
                break;
            }
            if token.text == "}" {
                return Err(self.malformed("a `}` closes nothing"));
            }
            expects_another = token.text.ends_with(',');
            keys.extend(Some(token.text.trim_end_matches(',').to_owned()).filter(|key| !key.is_empty()));
            self.at += 1;
        }
        let open = match self.tokens.get(self.at) {
            Some(token) if token.text == "{" && !keys.is_empty() => token.bytes.end,
            Some(token) if token.text == "{" => return Err(self.malformed("a `{` without a zone before it")),
            _ => {
                let reason = format!("`{}` is followed by no `{{`", keys.last().map_or("", String::as_str));
                return Err(Malformed { line, reason });
            }
        };
        self.at += 1;
        let mut plugins = Vec::new();
        loop {
            match self.tokens.get(self.at) {
                None => return Err(Malformed { line, reason: "the `{` of this block is never closed".to_owned() }),
                Some(token) if token.text == "}" => {
                    let inside = open..token.bytes.start;
                    self.at += 1;
                    return Ok(Some(ServerBlock { line, keys, plugins, inside }));
                }
                Some(token) if token.text == "{" => return Err(self.malformed("a `{` without a plugin before it")),
                Some(_) => plugins.push(self.plugin()?),
            }
        }
    }

    /// A plugin, to the end of its line or of its braces.
    fn plugin(&mut self) -> Result<Plugin, Malformed> {
        let (line, name) = (self.line(), self.tokens[self.at].text.clone());
        let mut arguments = Vec::new();
        let mut open = 0;
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at) {
            match token.text.as_str() {
                "{" => open += 1,
                _ if open == 0 && self.begins_line() => break,
                "}" if open == 0 => return Err(self.malformed("a `}` stands where no `{` is open: give it a line of its own")),
                "}" => open -= 1,
                _ => arguments.push(token.text.clone()),
            }
            self.at += 1;
        }
        if open > 0 {
            return Err(Malformed { line, reason: format!("the `{{` of `{name}` is never closed") });
        }
        Ok(Plugin { line, name, arguments })
    }

    /// Whether the token is the first of its line.
    fn begins_line(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_none_or(|before| before.lines.1 < self.line())
    }

    fn line(&self) -> u32 {
        self.tokens.get(self.at).map_or(0, |token| token.lines.0)
    }

    fn malformed(&self, reason: &str) -> Malformed {
        Malformed { line: self.line(), reason: reason.to_owned() }
    }
}
