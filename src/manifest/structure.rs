//! Checks a TOML value against a JSON Schema, and says everything that is wrong at once.
//!
//! The schemas come from the very types that are decoded afterwards (`schemars`), so that what is
//! checked, what is documented and what editors complete are one thing. Decoding with serde alone would
//! stop at the first error, and its messages repeat the offending value, which may be a secret.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fault::{Code, Finding};

/// A schema with the definitions it refers to.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    node: &'a Value,
    root: &'a Value,
}

impl<'a> Schema<'a> {
    /// The schema of a whole document.
    #[must_use]
    pub fn new(root: &'a Value) -> Self {
        Self { node: root, root }.resolved()
    }

    fn at(self, node: &'a Value) -> Self {
        Self { node, ..self }.resolved()
    }

    /// Follows references, and the choice between something and null that an `Option` becomes.
    fn resolved(self) -> Self {
        if let Some(reference) = self.node.get("$ref").and_then(Value::as_str) {
            let node = self.root.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
            return Self { node, ..self }.resolved();
        }
        let choices = self.node.get("anyOf").and_then(Value::as_array);
        let something =
            choices.and_then(|all| all.iter().find(|it| it.get("type") != Some(&Value::from("null"))));
        match something {
            Some(node) => Self { node, ..self }.resolved(),
            None => self,
        }
    }

    fn get(self, key: &str) -> Option<&'a Value> {
        self.node.get(key)
    }

    fn properties(self) -> Option<&'a Map<String, Value>> {
        self.get("properties").and_then(Value::as_object)
    }

    /// The words that a value must be one of.
    fn words(self) -> Vec<&'a str> {
        let listed = self.get("enum").and_then(Value::as_array);
        let documented = self.get("oneOf").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let documented = documented.into_iter().flatten().flat_map(|one| {
            let more = one.get("enum").and_then(Value::as_array);
            one.get("const").into_iter().chain(more.into_iter().flatten()).filter_map(Value::as_str)
        });
        listed.chain(documented).collect()
    }

    /// The JSON type, without the null of an `Option`.
    fn type_name(self) -> Option<&'a str> {
        match self.get("type") {
            Some(Value::String(name)) => Some(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
            _ => None,
        }
    }
}

/// Checks `table`, whose key stands at `span`, against `schema`.
#[must_use]
pub fn check(within: &str, table: &DeTable<'_>, span: Range<usize>, schema: Schema<'_>) -> Vec<Finding> {
    let mut check = Check { within, findings: Vec::new() };
    check.table(table, span, schema);
    check.findings
}

struct Check<'a> {
    within: &'a str,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn say(&mut self, code: Code, span: Range<usize>, message: String, help: Option<String>) -> &mut Finding {
        let within = (!self.within.is_empty()).then(|| self.within.to_owned());
        self.findings.push(Finding { code, within, message, span, help, hide: None });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, schema: Schema<'_>) {
        let empty = Map::new();
        let properties = schema.properties().unwrap_or(&empty);
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if let Some(node) = properties.get(name) {
                self.value(name, value, schema.at(node));
            } else if let Some(node @ Value::Object(_)) = schema.get("additionalProperties") {
                self.value(name, value, schema.at(node));
            } else {
                let help = unknown_help(name, properties.keys().map(String::as_str));
                let message = format!("there is no key `{}` here", shortened(name));
                let finding = self.say(Code::UnknownKey, key.span(), message, Some(help));
                // Whoever misspells a key may have put a secret behind it.
                finding.hide = Some(value.span());
            }
        }
        for name in
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !table.iter().any(|(key, _)| key.get_ref() == name) {
                let about =
                    properties.get(name).and_then(|node| node.get("description")).and_then(Value::as_str);
                let help = about.map(|about| format!("{name}: {}", about.replace('\n', " ")));
                self.say(Code::MissingKey, span.clone(), format!("`{name}` is missing"), help);
            }
        }
    }

    fn value(&mut self, name: &str, value: &Spanned<DeValue<'_>>, schema: Schema<'_>) {
        let words = schema.words();
        let expected = if words.is_empty() { schema.type_name() } else { Some("string") };
        let is = value.get_ref();
        let fits = match expected {
            Some("string") => is.is_str(),
            Some("boolean") => is.is_bool(),
            Some("integer") => is.is_integer(),
            Some("number") => is.is_integer() || is.is_float(),
            Some("array") => is.is_array(),
            Some("object") => is.is_table(),
            _ => true,
        };
        if !fits {
            let message =
                format!("`{}` must be {}, not {}", shortened(name), type_words(expected), found_words(is));
            let help = match (expected, is) {
                (Some("string"), DeValue::Integer(_)) => Some("put it in quotes".to_owned()),
                (Some("array"), DeValue::String(_)) => Some("put it in brackets: [\"…\"]".to_owned()),
                (Some("boolean"), DeValue::String(_)) => {
                    Some("write true or false, without quotes".to_owned())
                }
                _ => None,
            };
            self.say(Code::WrongType, value.span(), message, help).hide = is.is_str().then(|| value.span());
            return;
        }
        match is {
            DeValue::String(text) if !words.is_empty() && !words.contains(&text.as_ref()) => {
                let message = format!("`{}` must be one of {}", shortened(name), quoted(&words));
                let help = nearest(text, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                self.say(Code::InvalidValue, value.span(), message, help);
            }
            DeValue::Integer(number) => self.integer(name, number, value.span(), schema),
            DeValue::Array(items) => {
                if let Some(node) = schema.get("items") {
                    for item in items {
                        self.value(name, item, schema.at(node));
                    }
                }
            }
            DeValue::Table(table) => self.table(table, value.span(), schema),
            _ => {}
        }
    }

    fn integer(&mut self, name: &str, number: &DeInteger<'_>, span: Range<usize>, schema: Schema<'_>) {
        let least = schema.get("minimum").and_then(Value::as_i64);
        let most = schema.get("maximum").and_then(Value::as_i64).or_else(|| {
            // `schemars` names the Rust type instead of its largest value.
            (schema.get("format").and_then(Value::as_str) == Some("uint32")).then_some(i64::from(u32::MAX))
        });
        let fits = whole(number)
            .is_some_and(|number| least.is_none_or(|it| number >= it) && most.is_none_or(|it| number <= it));
        if !fits {
            let range = match (least, most) {
                (Some(least), Some(most)) => format!("between {least} and {most}"),
                (Some(least), None) => format!("at least {least}"),
                _ => "a smaller number".to_owned(),
            };
            self.say(Code::InvalidValue, span, format!("`{}` must be {range}", shortened(name)), None);
        }
    }
}

fn type_words(name: Option<&str>) -> &'static str {
    match name {
        Some("string") => "text in quotes",
        Some("boolean") => "true or false",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("array") => "a list",
        _ => "a table",
    }
}

fn found_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A key for a message: cut, so that a pasted document does not fill the screen.
#[must_use]
pub fn shortened(key: &str) -> String {
    let mut cut: String = key.chars().take(60).collect();
    if cut.len() < key.len() {
        cut.push('…');
    }
    cut
}

/// What to say of a key that is not among `known`.
#[must_use]
pub fn unknown_help<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The one of `known` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.replace('_', "-").to_lowercase();
    let scored = known.map(|known| (strsim::jaro_winkler(&word, known), known));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 > 0.8).then_some(best.1)
}

/// An integer in any of TOML's spellings (`10`, `1_0`, `0xA`), if it fits.
fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}

/// A TOML value as JSON, for serde. Dates become text; no schema of ours takes one.
#[must_use]
pub fn to_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => whole(number).map_or(Value::Null, Value::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Datetime(date) => Value::from(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => table_to_json(table, |_| true),
    }
}

/// The keys of a table for which `wanted` holds, as JSON.
#[must_use]
pub fn table_to_json(table: &DeTable<'_>, wanted: impl Fn(&str) -> bool) -> Value {
    let chosen = table.iter().filter(|(key, _)| wanted(key.get_ref()));
    chosen
        .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_in_every_spelling() {
        let text = "a = 10\nb = 1_0\nc = 0xA\nd = 0o12\ne = 0b1010\nf = -1\ng = 99999999999";
        let document = DeTable::parse(text).unwrap();
        let number = serde_json::json!({ "type": "integer", "format": "uint32", "minimum": 0 });
        let schema = serde_json::json!({ "additionalProperties": number });
        let findings = check("", document.get_ref(), 0..0, Schema::new(&schema));
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["`f` must be between 0 and 4294967295", "`g` must be between 0 and 4294967295"]
        );
        let numbers = table_to_json(document.get_ref(), |key| key < "f");
        assert_eq!(numbers, serde_json::json!({ "a": 10, "b": 10, "c": 10, "d": 10, "e": 10 }));
    }
}
