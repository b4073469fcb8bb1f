//! From entries to a manifest that people read: the text, laid out as somebody would write it.
//!
//! What stands in it comes from AWS, where others choose names and descriptions. Strings are TOML's basic ones, in which
//! everything is escaped that could end one or deceive a reader; a comment is one line whatever is in it.

use std::fmt::Write as _;

use toml::{Table, Value};
use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlKeyBuilder, TomlStringBuilder};

use super::credentials;
use crate::kind::entry::Place;
use crate::kind::raise::Sketch;
use crate::model::escape::{Line, replaced};
use crate::model::{Address, Tags};

/// What fits a line.
const WIDTH: usize = 110;

/// A manifest that is to be written.
pub struct Sheet<'a> {
    /// What is said at the beginning.
    pub head: Vec<String>,
    /// Name, account, region, and the tags of all.
    pub place: &'a Place,
    /// The entries, as [`entry`] gives them.
    pub entries: Vec<String>,
    /// What is said at the end.
    pub tail: Vec<String>,
}

/// The whole text.
#[must_use]
pub fn text(sheet: &Sheet<'_>) -> String {
    let Sheet { head, place, entries, tail } = sheet;
    let Place { manifest, account, region, tags, .. } = place;
    let mut text = comments(head);
    let header = [("name", manifest), ("account", account), ("region", region)];
    let header = header.map(|(key, value)| (key.to_owned(), string(value)));
    let _ = write!(text, "\n[manifest]\n{}", lines(&header));
    if !tags.is_empty() {
        let tags: Vec<_> = tags.iter().map(|(name, value)| (key(name), string(value))).collect();
        let _ = write!(text, "\n[tags]\n{}", lines(&tags));
    }
    for entry in entries {
        let _ = write!(text, "\n{entry}");
    }
    if !tail.is_empty() {
        let _ = write!(text, "\n{}", comments(tail));
    }
    text
}

/// One entry, with what is said of it.
///
/// # Errors
///
/// What keeps it from being written.
pub fn entry(address: &Address, sketch: &Sketch) -> Result<String, String> {
    let Sketch { fields, tags, on_delete, ignore, comments: said } = sketch;
    let unreadable = |error: serde_json::Error| format!("it cannot be written: {error}");
    let mut fields: Table = serde_json::from_str(fields).map_err(unreadable)?;
    fields.retain(|field, _| !ignore.iter().any(|left| left == field));
    if let Some(on_delete) = on_delete {
        fields.insert("on-delete".to_owned(), Value::String(on_delete.word().to_owned()));
    }
    if !tags.is_empty() {
        fields.insert("tags".to_owned(), Value::Table(of_tags(tags)));
    }
    if !ignore.is_empty() {
        let ignore = ignore.iter().cloned().map(Value::String).collect();
        fields.insert("ignore".to_owned(), Value::Array(ignore));
    }
    let text = format!("{}{}", comments(said), table(&address.to_string(), &fields));
    // Whoever reads the manifest would refuse it; and what it says would be there for all to see.
    if credentials::certain(&text).is_empty() {
        Ok(text)
    } else {
        Err("something in it has the shape of a credential, and a manifest holds no secrets".to_owned())
    }
}

fn of_tags(tags: &Tags) -> Table {
    tags.iter().map(|(key, value)| (key.to_owned(), Value::String(value.to_owned()))).collect()
}

/// Comments, each on a line.
fn comments(said: &[String]) -> String {
    let mut text = String::new();
    for line in said {
        let line = Line(line).to_string();
        let is_fit = credentials::certain(&line).is_empty();
        let line = if is_fit { line.as_str() } else { "(withheld: this has the shape of a credential)" };
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
    }
    text
}

/// A table with its header: what fits in lines first, then the tables in it.
fn table(path: &str, fields: &Table) -> String {
    let (mut short, mut long) = (Vec::new(), String::new());
    for (name, value) in fields {
        let one = inline(value);
        let fits = |text: &str| name.len() + text.len() + " = ".len() <= WIDTH;
        match value {
            Value::Table(fields) if !fits(&one) => {
                let _ = write!(long, "\n{}", section(&format!("[{path}.{}]", key(name)), fields));
            }
            Value::Array(items) if !fits(&one) => {
                let items: Vec<_> = items.iter().map(|item| (item, inline(item))).collect();
                if items.iter().all(|(item, text)| !item.is_table() || text.len() <= WIDTH) {
                    let items: Vec<_> = items.iter().map(|(_, text)| format!("    {text},")).collect();
                    short.push((key(name), format!("[\n{}\n]", items.join("\n"))));
                } else {
                    for fields in items.iter().filter_map(|(item, _)| item.as_table()) {
                        let _ = write!(long, "\n{}", section(&format!("[[{path}.{}]]", key(name)), fields));
                    }
                }
            }
            _ => short.push((key(name), one)),
        }
    }
    format!("[{path}]\n{}{long}", lines(&short))
}

fn section(header: &str, fields: &Table) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (key(name), inline(value))).collect();
    format!("{header}\n{}", lines(&fields))
}

/// Keys and values, a line each, with the values in a column.
fn lines(fields: &[(String, String)]) -> String {
    let width = fields.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
    fields.iter().fold(String::new(), |mut text, (key, value)| {
        let _ = writeln!(text, "{key:width$} = {value}");
        text
    })
}

/// A value in one line.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(is) => is.to_string(),
        Value::Datetime(at) => at.to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Table(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// A basic string. TOML lets some characters stand that can deceive a reader; those are escaped too.
fn string(text: &str) -> String {
    harmless(&TomlStringBuilder::new(text).as_basic().to_toml_value())
}

/// A key: bare, or a basic string.
fn key(text: &str) -> String {
    let key = TomlKeyBuilder::new(text);
    key.as_unquoted().map_or_else(|| harmless(&key.as_basic().to_toml_key()), |key| key.to_toml_key())
}

/// What TOML has escaped already holds none of these unless they may stand in a string.
fn harmless(quoted: &str) -> String {
    replaced(quoted, |text, c| {
        let code = u32::from(c);
        let _ = if code > 0xffff { write!(text, "\\U{code:08X}") } else { write!(text, "\\u{code:04X}") };
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::model::KindName;
    use crate::model::escape::is_unsafe;

    const KIND: KindName = KindName { service: "ecr", resource: "repository" };

    fn sketch(fields: &str) -> Sketch {
        Sketch {
            fields: fields.to_owned(),
            tags: Tags::default(),
            on_delete: None,
            ignore: Vec::new(),
            comments: Vec::new(),
        }
    }

    fn written(sketch: &Sketch) -> String {
        entry(&Address::new(KIND, "site"), sketch).unwrap()
    }

    /// Whatever AWS says of a resource, what is written says the same, and nothing of it can be taken for anything
    /// else.
    #[test]
    fn nothing_comes_out_of_its_string_or_its_comment() {
        let hostile = [
            "\"\n[manifest]\nname = \"evil\"",
            "'''\"\"\"\\",
            "a\u{1b}[2Jb\u{202e}c\u{200b}d\u{2028}e\u{feff}\u{7f}\u{85}",
            "# a\tb\r\nc",
            "##[error]x ##vso[y]",
            "\u{10ffff} ✓ 日本",
        ];
        for text in hostile {
            let fields = serde_json::json!({"name": text, "list": [text], "map": {text: text}});
            let mut sketch = sketch(&fields.to_string());
            sketch.comments.push(text.to_owned());
            let written = written(&sketch);
            assert!(!written.chars().any(|c| c != '\n' && is_unsafe(c)), "{written:?}");
            let read: Value = toml::from_str(&written).unwrap();
            let site = &read["ecr"]["repository"]["site"];
            assert_eq!(serde_json::to_value(site).unwrap(), fields, "{written}");
        }
    }

    #[test]
    fn what_does_not_fit_a_line_is_broken_where_people_would_break_it() {
        let long = "x".repeat(60);
        let fields = format!(
            r#"{{"name": "team/site", "keep-last": 10, "few": [1, 2], "rules": [{{"a": "{long}"}}, {{"a": "{long}", "b": ["c"]}}],
                "small": {{"uid": 1}}, "large": {{"a": "{long}", "b": "{long}"}},
                "wide": [{{"a": "{long}", "b": "{long}"}}]}}"#
        );
        let mut sketch = sketch(&fields);
        sketch.tags.set("cost centre", "1");
        sketch.ignore = vec!["small".to_owned()];
        sketch.comments = vec!["small is left alone: why not".to_owned()];
        assert_snapshot!(written(&sketch), @r#"
        # small is left alone: why not
        [ecr.repository.site]
        name      = "team/site"
        keep-last = 10
        few       = [1, 2]
        rules     = [
            { a = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
            { a = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", b = ["c"] },
        ]
        tags      = { "cost centre" = "1" }
        ignore    = ["small"]

        [ecr.repository.site.large]
        a = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        b = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

        [[ecr.repository.site.wide]]
        a = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        b = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "#);
    }

    #[test]
    fn what_has_the_shape_of_a_credential_is_not_repeated() {
        let key = ["AKIA", "Z7QK3TXWMB5NRPVD"].concat();
        let sketch = sketch(&serde_json::json!({ "name": key }).to_string());
        assert!(entry(&Address::new(KIND, "site"), &sketch).is_err());
        assert_eq!(comments(&[format!("a {key}")]), "# (withheld: this has the shape of a credential)\n");
    }
}
