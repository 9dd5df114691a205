//! The Go templates that crypto-config.yaml may hold: `{{.Hostname}}` and its like. Pipelines and functions are not read.
//! Which fields a template may use is the caller's (fabric `cmd/cryptogen/main.go`: `HostnameData`, `SpecData`).

/// Fills a template: `fields` are the names that may stand in it, with their values. The error says what is wrong, in lower case.
pub fn fill(template: &str, fields: &[(&str, &str)]) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = template;
    let mut trim_next = false;
    while let Some(start) = rest.find("{{") {
        let (text, action) = (&rest[..start], &rest[start + 2..]);
        let end = action.find("}}").ok_or_else(|| format!("the template `{template}` has `{{{{` without `}}}}`"))?;
        let (inside, after) = (&action[..end], &action[end + 2..]);
        // `{{- ` and ` -}}` swallow the white space beside them.
        let (trim_before, inside) = match inside.strip_prefix('-') {
            Some(inner) if inner.starts_with(char::is_whitespace) => (true, inner),
            _ => (false, inside),
        };
        let (trim_after, inside) = match inside.strip_suffix('-') {
            Some(inner) if inner.ends_with(char::is_whitespace) => (true, inner),
            _ => (false, inside),
        };
        let text = if trim_next { text.trim_start() } else { text };
        filled.push_str(if trim_before { text.trim_end() } else { text });
        let name = inside.trim();
        let field = name.strip_prefix('.').ok_or_else(|| unknown(template, name, fields))?;
        let value = fields.iter().find(|(known, _)| *known == field).ok_or_else(|| unknown(template, name, fields))?;
        filled.push_str(value.1);
        (rest, trim_next) = (after, trim_after);
    }
    filled.push_str(if trim_next { rest.trim_start() } else { rest });
    Ok(filled)
}

fn unknown(template: &str, name: &str, fields: &[(&str, &str)]) -> String {
    let known: Vec<String> = fields.iter().map(|(field, _)| format!("`{{{{.{field}}}}}`")).collect();
    format!("the template `{template}` uses `{name}`, and only {} can stand there", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, &str)] = &[("Hostname", "peer0"), ("Domain", "org1.example.com")];

    #[test]
    fn fields_are_filled_with_or_without_space_around_them() {
        assert_eq!(fill("{{.Hostname}}.{{ .Domain }}", FIELDS).unwrap(), "peer0.org1.example.com");
        assert_eq!(fill("a {{- .Hostname -}} b", FIELDS).unwrap(), "apeer0b");
        assert_eq!(fill("plain", FIELDS).unwrap(), "plain");
    }

    #[test]
    fn an_unknown_field_or_an_open_brace_is_told() {
        assert!(fill("{{.Foo}}", FIELDS).unwrap_err().contains("`.Foo`"));
        assert!(fill("{{.Hostname", FIELDS).unwrap_err().contains("without"));
        assert!(fill("{{", FIELDS).is_err());
    }
}
