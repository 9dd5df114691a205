//! The one door to minijinja. Every value is written as JSON, which is YAML too: a template can embed a whole value, and no
//! value can break out of its place.

use super::overlay::overlay;
use super::{Object, Scope, Template, Templates, macros, place};
use crate::diag::{Code, Problem, Problems, Stop};
use crate::yaml;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use sha2::{Digest, Sha256};

/// All templates, compiled.
pub struct Engine<'a> {
    environment: Environment<'a>,
    templates: &'a Templates,
}

impl<'a> Engine<'a> {
    /// Compiles the templates; what cannot be compiled is in the problems.
    pub fn new(templates: &'a Templates, problems: &mut Problems) -> Result<Self, Stop> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|e| Stop::Internal(e.to_string()))?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Not `None`, or what macros give would be written as quoted text.
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
        environment.set_formatter(write_value);
        environment.add_function(macros::NEEDED, needed);
        environment.add_test("none", is_none);
        environment.add_filter("canonical", canonical);
        environment.add_filter("overlaid", overlaid);
        environment.add_filter("properties", properties);
        environment.add_filter("sha256", |text: &str| hex::encode(Sha256::digest(text)));
        environment.add_filter("b64encode", |text: &str| BASE64_STANDARD.encode(text));
        for template in templates.iter() {
            if let Err(error) = environment.add_template_owned(template.name.as_str(), macros::demanding(&template.text)) {
                problems.push(report(&error, template, templates));
            }
        }
        Ok(Self { environment, templates })
    }

    /// The objects that a template makes in a scope: one, or none where it renders to nothing.
    pub fn render(&self, template: &Template, scope: &Scope, problems: &mut Problems) -> Vec<Object> {
        let text = match self.environment.get_template(&template.name).and_then(|t| t.render(Serde(&scope.variables))) {
            Ok(text) => text,
            Err(error) => {
                problems.push(report(&error, template, self.templates));
                return Vec::new();
            }
        };
        let documents = match yaml::documents(&text) {
            Ok(documents) => documents,
            Err((line, reason)) => {
                let shown = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().trim();
                problems.push(
                    Problem::new(Code::FK0502, format!("`{}` rendered for `{}` is no YAML: {reason}", template.name, scope.name))
                        .at(&place(template, 0))
                        .help(format!(
                            "line {line} of what it rendered is `{shown}`; values are written in quotes, so join them within one: \
                             `{{{{ org.name ~ \"-x\" }}}}`"
                        )),
                );
                return Vec::new();
            }
        };
        let mut objects = Vec::new();
        for document in documents {
            match Object::new(document, template.name.clone(), place(template, 0)) {
                Ok(object) => objects.push(object),
                Err(reason) => problems.push(
                    Problem::new(
                        Code::FK0503,
                        format!("`{}` rendered for `{}` is no Kubernetes object: {reason}", template.name, scope.name),
                    )
                    .at(&place(template, 0)),
                ),
            }
        }
        objects
    }
}

/// A failure of the engine as a problem at the line of the template that it happened in, which may be an included one.
fn report(error: &Error, template: &Template, templates: &Templates) -> Problem {
    let failed = error.name().and_then(|name| templates.get(name)).unwrap_or(template);
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    let problem = |what: String| Problem::new(Code::FK0501, what);
    let help = "`fabkube show -o yaml` prints every variable that a template can use";
    match error.kind() {
        ErrorKind::UndefinedError => {
            let what = format!("the template `{}` uses a variable that is not there: {reason}", failed.name);
            problem(what).at(&place(failed, line)).help(help)
        }
        // The line is where the macro begins: minijinja does not say who calls it.
        ErrorKind::MissingArgument if failed.name != template.name => {
            let what = format!("the template `{}` failed: {reason}", template.name);
            problem(what).at(&place(template, 0)).at(&place(failed, line)).help(macros::HELP)
        }
        kind => {
            let is_of_macro = matches!(kind, ErrorKind::MissingArgument | ErrorKind::TooManyArguments);
            let what = format!("the template `{}` failed: {reason}", failed.name);
            problem(what).at(&place(failed, line)).help(if is_of_macro { macros::HELP } else { help })
        }
    }
}

/// What a macro calls for an argument that it was not given.
fn needed(name: &str, argument: &str) -> Result<Value, Error> {
    let message = format!("the macro `{name}` is called without its argument `{argument}`");
    Err(Error::new(ErrorKind::MissingArgument, message))
}

/// Jinja's own test, but what is not there is no `none`.
fn is_none(value: &Value) -> Result<bool, Error> {
    if value.is_undefined() { Err(Error::from(ErrorKind::UndefinedError)) } else { Ok(value.is_none()) }
}

/// Writes a value as JSON; what a macro or a block gave is written as it is.
fn write_value(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = if value.is_safe() {
        value.to_string()
    } else {
        serde_json::to_string(value).map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?
    };
    out.write_str(&text).map_err(Error::from)
}

/// `text | canonical`: YAML text in its canonical form, comments gone.
fn canonical(text: &str) -> Result<String, Error> {
    document(text, "canonical").map(|document| yaml::to_text(&document))
}

/// `text | overlaid(map)`: YAML text with a map of the user's over it, in its canonical form.
fn overlaid(text: &str, over: &Value) -> Result<String, Error> {
    let wrong = |reason: String| Error::new(ErrorKind::InvalidOperation, format!("`overlaid` was given no map: {reason}"));
    let over = yaml::value_of(over).map_err(wrong)?;
    let mut document = document(text, "overlaid")?;
    overlay(&mut document, over);
    Ok(yaml::to_text(&document))
}

/// `map | properties`: a Java file of properties (`java.util.Properties.load`).
fn properties(map: &Value) -> Result<String, Error> {
    let escaped = |text: &str, key: bool| -> String {
        let mut escaped = String::new();
        for (i, c) in text.chars().enumerate() {
            match c {
                '\\' => escaped.push_str("\\\\"),
                '\n' => escaped.push_str("\\n"),
                '\r' => escaped.push_str("\\r"),
                '\t' => escaped.push_str("\\t"),
                ' ' if key || i == 0 => escaped.push_str("\\ "),
                '=' | ':' | '#' | '!' if key => escaped.extend(['\\', c]),
                // Files are read as Latin-1.
                c if !c.is_ascii() => {
                    let mut units = [0; 2];
                    c.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
                }
                c => escaped.push(c),
            }
        }
        escaped
    };
    let pairs = map.try_iter()?.map(|key| {
        let value = map.get_item(&key)?;
        Ok(format!("{}={}\n", escaped(&key.to_string(), true), escaped(&value.to_string(), false)))
    });
    pairs.collect()
}

/// The one document that a text is.
fn document(text: &str, filter: &str) -> Result<yaml::Value, Error> {
    let wrong = |reason: String| Error::new(ErrorKind::InvalidOperation, format!("`{filter}` was given no YAML: {reason}"));
    let mut documents = yaml::documents(text).map_err(|(line, reason)| wrong(format!("line {line}: {reason}")))?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => Ok(document),
        _ => Err(wrong("it has not exactly one document".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::ScopeKind;
    use serde_json::json;

    /// What a user's template makes of a value, or the first problem.
    fn rendered(text: &str, value: &str) -> Result<Vec<Object>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("peer/own.yaml.j2");
        crate::fs::write(&path, text.as_bytes(), crate::fs::Mode::Public).unwrap();
        let mut problems = Problems::new();
        let templates = Templates::load(Some(dir.path()), &mut problems).unwrap();
        let first = |problems: &Problems| {
            let problem = problems.iter().next().unwrap();
            let line = problem.places[0].line().unwrap_or_default();
            format!("{} {line} {}", problem.code, problem.message)
        };
        let Ok(engine) = Engine::new(&templates, &mut problems) else { return Err(first(&problems)) };
        if !problems.is_empty() {
            return Err(first(&problems));
        }
        let variables = [("peer", json!({ "name": value, "list": ["a", null], "none": null }))].into();
        let scope = Scope { kind: ScopeKind::Peer, name: "org1-peer0".into(), namespace: "fabric".into(), variables };
        let objects = engine.render(templates.get("peer/own.yaml.j2").unwrap(), &scope, &mut problems);
        if problems.is_empty() { Ok(objects) } else { Err(first(&problems)) }
    }

    const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";

    #[test]
    fn no_value_breaks_out_of_its_place() {
        for value in ["plain", "a: b", "x\nkind: Secret", "\"'", "{{ peer }}", "- 1", "#", "~", "yes", "1e3", "\u{2028}\t\\"] {
            let objects = rendered(&format!("{OBJECT}data: {{text: {{{{ peer.name }}}}}}\n"), value).unwrap();
            assert_eq!(objects.len(), 1, "{value:?}: {objects:?}");
            let object = &objects[0];
            assert_eq!(object.kind, "ConfigMap");
            let text = object.value().get("data").and_then(|data| data.get("text"));
            assert_eq!(text.and_then(yaml::Value::as_str), Some(value), "{value:?}");
            assert_eq!(yaml::documents(object.text()).unwrap().as_slice(), std::slice::from_ref(object.value()));
        }
    }

    #[test]
    fn whole_values_and_what_macros_give_are_embedded() {
        let template = format!(
            "{{% macro pair(name) %}}{{a: {{{{ name }}}}}}{{% endmacro %}}{OBJECT}data: {{{{ pair(peer.name) }}}}\nlist: {{{{ peer.list }}}}\n"
        );
        let objects = rendered(&template, "n").unwrap();
        assert_eq!(objects[0].value().get("data").and_then(|data| data.get("a")).and_then(yaml::Value::as_str), Some("n"));
        assert!(objects[0].text().contains("list:\n  - a\n  - null\n"), "{}", objects[0].text());
    }

    #[test]
    fn what_is_not_there_is_an_error_at_its_line() {
        for expression in ["peer.nmae", "nobody", "peer.none.more", "peer.list[7]", "peer.nmae is none", "peer.nmae is not none"]
        {
            let problem = rendered(&format!("{OBJECT}data: {{{{ {expression} }}}}\n"), "n").unwrap_err();
            assert!(problem.starts_with("FK0501 4 "), "{problem}");
        }
        assert!(rendered(&format!("{OBJECT}data: {{{{ peer.name\n"), "n").unwrap_err().starts_with("FK0501"));
        assert!(rendered("{% include \"peer/_nothing.j2\" %}", "n").unwrap_err().starts_with("FK0501"));
    }

    #[test]
    fn a_macro_is_given_its_arguments_and_no_others() {
        let called = |call: &str| {
            let macros = "{% macro f(a, b, c=none) %}{% if b == 1 %}{{ a }}{% endif %}{% endmacro %}\n";
            rendered(&format!("{macros}{OBJECT}data: {{{{ {call} }}}}\n"), "n")
        };
        for call in ["f({}, 1)", "f({}, 1, 2)", "f({}, b=1)", "f(b=1, a={})", "f({}, none)"] {
            assert!(called(call).is_ok(), "{call}: {:?}", called(call));
        }
        let reason = |call: &str| called(call).unwrap_err().replace("the template `peer/own.yaml.j2` failed: ", "");
        for call in ["f({})", "f({}, c=1)", "f({}, peer.nmae)"] {
            assert_eq!(reason(call), "FK0501 1 the macro `f` is called without its argument `b`", "{call}");
        }
        assert_eq!(reason("f({}, 1, 2, 3)"), "FK0501 5 too many arguments");
        assert_eq!(reason("f({}, 1, d=1)"), "FK0501 5 unknown keyword argument `d`");
    }

    #[test]
    fn a_template_may_make_no_object_or_several() {
        assert!(rendered("{% if peer.none %}kind: x{% endif %}\n# nothing\n", "n").unwrap().is_empty());
        let two = format!("{OBJECT}---\n{}", OBJECT.replace("name: x", "name: y"));
        assert_eq!(rendered(&two, "n").unwrap().len(), 2);
        assert!(rendered("kind: ConfigMap\n", "n").unwrap_err().starts_with("FK0503"));
        assert!(rendered("- a\n", "n").unwrap_err().starts_with("FK0503"));
        assert!(rendered("a: [\n", "n").unwrap_err().starts_with("FK0502"));
    }

    #[test]
    fn properties_are_escaped_as_java_reads_them() {
        let text = |map: serde_json::Value| properties(&Serde(map).into()).unwrap();
        assert_eq!(text(json!({"a.b": "x=y:z #", "b": "1"})), "a.b=x=y:z #\nb=1\n");
        assert_eq!(text(json!({"a b:c": " x\\\n\u{fc}\u{1f600}"})), "a\\ b\\:c=\\ x\\\\\\n\\u00fc\\ud83d\\ude00\n");
        assert!(properties(&Value::from(1)).is_err());
    }

    #[test]
    fn canonical_forgets_comments_and_spelling() {
        assert_eq!(canonical("# note\na:   {b: 'x'}\n").unwrap(), "a:\n  b: x\n");
        assert!(canonical("a: 1\n---\nb: 2\n").is_err() && canonical("a: [").is_err());
    }
}
