//! Checks a TOML value against a JSON Schema, and says everything that is wrong at once.
//!
//! The schemas come from the very types that are decoded afterwards (`schemars`), so that what is
//! checked, what is documented and what editors complete are one thing. Decoding with serde alone would
//! stop at the first error, and its messages repeat the offending value, which may be a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fault::{Code, Fault};
use super::names;

/// A schema with the definitions it refers to.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    node: &'a Value,
    root: &'a Value,
}

impl<'a> Schema<'a> {
    /// The schema of a whole document.
    #[must_use]
    pub(super) fn new(root: &'a Value) -> Self {
        Self { node: root, root }.resolved()
    }

    /// That of every member of a table whose keys people make up.
    #[must_use]
    pub(super) fn member(self) -> Self {
        self.at(self.get("additionalProperties").unwrap_or(&Value::Null))
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

    /// The keys of its properties.
    #[must_use]
    pub(super) fn keys(self) -> BTreeSet<String> {
        self.properties().into_iter().flat_map(Map::keys).cloned().collect()
    }

    fn properties(self) -> Option<&'a Map<String, Value>> {
        self.get("properties").and_then(Value::as_object)
    }

    fn property(self, name: &str) -> Option<&'a Value> {
        self.properties()?.get(name)
    }

    /// The property that somebody meant who wrote `name`, which is none.
    fn meant(self, name: &str) -> Option<(&'a str, &'a Value)> {
        let properties = self.properties()?;
        if properties.contains_key(name) {
            return None;
        }
        let meant = names::nearest(name, properties.keys().map(String::as_str))?;
        properties.get_key_value(meant).map(|(name, node)| (name.as_str(), node))
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

    /// Whether what is in the list is tables.
    fn lists_tables(self) -> bool {
        self.get("items").map(|node| self.at(node)).and_then(Schema::type_name) == Some("object")
    }
}

/// What of a table is wrong, and what is right and can be checked further.
pub(super) struct Sifted<'a, 'i> {
    /// What is wrong.
    pub(super) faults: Vec<Fault>,
    /// The keys behind which all is well, with their values. A key that is misspelt beyond doubt is
    /// under the name that was meant, so that one slip does not hide another or seem to be two.
    pub(super) sound: Vec<(String, &'a Spanned<DeValue<'i>>)>,
}

impl<'a, 'i> Sifted<'a, 'i> {
    /// The value of a sound key.
    #[must_use]
    pub(super) fn get(&self, name: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.sound.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The sound keys for which `wanted` holds, as JSON.
    #[must_use]
    pub(super) fn to_json(&self, wanted: impl Fn(&str) -> bool) -> Value {
        let chosen = self.sound.iter().filter(|(key, _)| wanted(key));
        chosen.map(|(key, value)| (key.clone(), to_json(value.get_ref()))).collect::<Map<_, _>>().into()
    }
}

/// Checks `table`, whose key stands at `span`, against `schema`, key by key.
#[must_use]
pub(super) fn sift<'a, 'i>(
    within: &str,
    table: &'a DeTable<'i>,
    span: Range<usize>,
    schema: Schema<'_>,
) -> Sifted<'a, 'i> {
    let mut sound = Vec::new();
    let mut check = Check { within, faults: Vec::new() };
    for (key, value) in table {
        let (name, before) = (key.get_ref().as_ref(), check.faults.len());
        check.member(key, value, schema);
        if check.faults.len() == before {
            sound.push((name.to_owned(), value));
        } else if let Some((meant, node)) =
            schema.meant(name).filter(|(meant, _)| !table.contains_key(*meant))
        {
            let mut again = Check { within, faults: Vec::new() };
            again.value(meant, value, schema.at(node));
            if again.faults.is_empty() {
                sound.push((meant.to_owned(), value));
            }
        }
    }
    check.missing(table, &span, schema);
    Sifted { faults: check.faults, sound }
}

struct Check<'a> {
    within: &'a str,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn say(&mut self, fault: Fault) {
        self.faults.push(fault.within(self.within));
    }

    fn table(&mut self, table: &DeTable<'_>, span: &Range<usize>, schema: Schema<'_>) {
        for (key, value) in table {
            self.member(key, value, schema);
        }
        self.missing(table, span, schema);
    }

    fn member(&mut self, key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>, schema: Schema<'_>) {
        let name = key.get_ref().as_ref();
        if let Some(node) = schema.property(name) {
            self.value(&names::quoted_or(name, "this"), value, schema.at(node));
        } else if let Some(node @ Value::Object(_)) = schema.get("additionalProperties") {
            self.value(&names::quoted_or(name, "this"), value, schema.at(node));
        } else {
            let message = format!("there is no key {} here", names::quoted_or(name, "of this name"));
            let known = schema.properties().into_iter().flat_map(Map::keys).map(String::as_str);
            let help = names::unknown_help(name, known);
            self.say(Fault::new(Code::UnknownKey, key.span(), message).label("unknown key").help(help));
        }
    }

    fn missing(&mut self, table: &DeTable<'_>, span: &Range<usize>, schema: Schema<'_>) {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !table.contains_key(*name)) {
            let about = schema.property(name).and_then(|node| node.get("description"));
            let about = about.and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
            self.say(Fault::new(Code::MissingKey, span.clone(), format!("`{name}` is missing")).help(about));
        }
    }

    /// Checks `value`; `what` it is, for the message.
    fn value(&mut self, what: &str, value: &Spanned<DeValue<'_>>, schema: Schema<'_>) {
        let words = schema.words();
        let expected = if words.is_empty() { schema.type_name() } else { Some("string") };
        let is = value.get_ref();
        if !fits(expected, is) {
            let wanted = match words.as_slice() {
                [] => type_words(expected, schema).to_owned(),
                words => format!("one of {}", quoted(words)),
            };
            let message = format!("{what} must be {wanted}");
            let help = match (expected, is) {
                (Some("string"), DeValue::Array(_) | DeValue::Table(_)) => "",
                (Some("string"), _) if words.is_empty() => "put it in quotes",
                (Some("array"), DeValue::String(_)) if schema.lists_tables() => {
                    "write [{ KEY = VALUE }], or leave it out"
                }
                (Some("array"), DeValue::String(_)) => "put it in brackets: [\"…\"]",
                (Some("array"), DeValue::Table(_)) => {
                    "put it in brackets: [{ … }]; or head its table with [[…]]"
                }
                (Some("boolean"), DeValue::String(_)) => "write true or false, without quotes",
                (Some("integer"), DeValue::String(_)) => "write it without quotes",
                (Some("object"), _) => "write { KEY = VALUE }, or give it a header of its own",
                _ => "",
            };
            let fault = Fault::new(Code::WrongType, value.span(), message);
            let label = format!("this is {}", found_words(is));
            // What stands in the wrong place may be anything.
            let concealed = is.is_str() || is.is_array() || is.is_table();
            self.say(fault.label(label).help(help).concealed(concealed));
            return;
        }
        match is {
            DeValue::String(text) if !words.is_empty() && !words.contains(&text.as_ref()) => {
                let message = format!("{what} must be one of {}", quoted(&words));
                let help = names::nearest(text, words.iter().copied());
                let help = help.map(|near| format!("did you mean \"{near}\"?")).unwrap_or_default();
                let fault = Fault::new(Code::InvalidValue, value.span(), message);
                self.say(fault.label("none of these").help(help).concealed(!names::is_plausible(text)));
            }
            DeValue::Integer(number) => self.integer(what, number, value.span(), schema),
            DeValue::Array(items) => {
                if let Some(node) = schema.get("items") {
                    let what = format!("each of {what}");
                    for item in items {
                        self.value(&what, item, schema.at(node));
                    }
                }
            }
            DeValue::Table(table) => self.table(table, &value.span(), schema),
            _ => {}
        }
    }

    fn integer(&mut self, what: &str, number: &DeInteger<'_>, span: Range<usize>, schema: Schema<'_>) {
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
            let message = format!("{what} must be {range}");
            self.say(Fault::new(Code::InvalidValue, span, message).label("out of range"));
        }
    }
}

fn fits(expected: Option<&str>, is: &DeValue<'_>) -> bool {
    match expected {
        Some("string") => is.is_str(),
        Some("boolean") => is.is_bool(),
        Some("integer") => is.is_integer(),
        Some("number") => is.is_integer() || is.is_float(),
        Some("array") => is.is_array(),
        Some("object") => is.is_table(),
        _ => true,
    }
}

fn type_words(name: Option<&str>, schema: Schema<'_>) -> &'static str {
    match name {
        Some("string") => "text in quotes",
        Some("boolean") => "true or false",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("array") if schema.lists_tables() => "a list of tables",
        Some("array") => match schema.get("items").map(|node| schema.at(node)) {
            Some(items) if items.type_name() == Some("string") => "a list of texts",
            _ => "a list",
        },
        _ => "a table",
    }
}

fn found_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// The value of a whole number in whichever of TOML's bases, if it fits.
fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}

/// A TOML value as JSON, for serde. Dates become text; no schema of ours takes one.
#[must_use]
pub(super) fn to_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => whole(number).map_or(Value::Null, Value::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Datetime(date) => Value::from(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let members =
                table.iter().map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())));
            members.collect::<Map<_, _>>().into()
        }
    }
}
