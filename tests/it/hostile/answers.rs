//! The texts in what AWS answers, and others in their place.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::connector::{Wire, xml};

/// A text in an answer.
pub(crate) struct Leaf<'a> {
    /// What tells it from others, the same in every run.
    pub number: usize,
    pub text: &'a str,
    /// Whether it stands in a JSON document that is itself a text.
    pub is_nested: bool,
}

/// The body of an answer, with each text as `put` gives it.
pub(crate) fn with(name: &str, body: &str, put: &dyn Fn(&Leaf<'_>) -> Option<String>) -> String {
    let mut number = name.bytes().map(usize::from).sum();
    let mut put = |text: &str, is_nested| {
        number += 1;
        put(&Leaf { number, text, is_nested })
    };
    if body.trim_start().starts_with('<') {
        in_xml(body, &mut put)
    } else if let Ok(mut value) = serde_json::from_str::<Value>(body) {
        in_json(&mut value, false, &mut put);
        value.to_string()
    } else {
        body.to_owned()
    }
}

/// Every text that there is.
pub(crate) fn texts(name: &str, body: &str) -> BTreeSet<String> {
    let texts = std::cell::RefCell::new(BTreeSet::new());
    let _ = with(name, body, &|leaf| {
        texts.borrow_mut().insert(leaf.text.to_owned());
        None
    });
    texts.into_inner()
}

type Put<'a> = dyn FnMut(&str, bool) -> Option<String> + 'a;

fn in_json(value: &mut Value, is_nested: bool, put: &mut Put<'_>) {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(mut inner @ (Value::Object(_) | Value::Array(_))) => {
                in_json(&mut inner, true, put);
                *text = inner.to_string();
            }
            _ => {
                if let Some(other) = put(text, is_nested) {
                    *text = other;
                }
            }
        },
        Value::Array(items) => items.iter_mut().for_each(|item| in_json(item, is_nested, put)),
        // Names of environment variables, and of tags where they are keys, are texts too.
        Value::Object(fields) => {
            let free = fields
                .keys()
                .all(|key| key.starts_with(|c: char| c.is_ascii_uppercase()) && key.contains('_'));
            let old = std::mem::take(fields);
            for (key, mut value) in old {
                in_json(&mut value, is_nested, put);
                let key = if free { put(&key, is_nested).unwrap_or(key) } else { key };
                fields.insert(key, value);
            }
        }
        _ => {}
    }
}

fn in_xml(body: &str, put: &mut Put<'_>) -> String {
    let mut pieces = body.split('<');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (tag, text) = piece.split_once('>').unwrap();
        out = out + "<" + tag + ">";
        let plain = unescaped(text);
        if text.trim().is_empty() {
            out.push_str(text);
        } else if let Some(json) = decoded(&plain) {
            let mut value: Value = json;
            in_json(&mut value, true, put);
            let bytes = value.to_string().into_bytes();
            let coded = bytes.iter().fold(String::new(), |coded, byte| format!("{coded}%{byte:02X}"));
            out.push_str(if plain.starts_with('%') { coded } else { xml(&value.to_string()) }.as_str());
        } else {
            out.push_str(&put(&plain, false).map_or_else(|| text.to_owned(), |other| xml(&other)));
        }
    }
    out
}

/// The document that a text is, as it stands or percent-encoded, as IAM has it.
fn decoded(text: &str) -> Option<Value> {
    let text = if text.starts_with("%7B") { percent_decoded(text) } else { text.to_owned() };
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

fn unescaped(text: &str) -> String {
    let all = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    all.iter().fold(text.to_owned(), |text, (is, as_if)| text.replace(is, as_if))
}

pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        let code = more.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &more[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The texts in the answers, in two: those that people may write as they like, and those that are asked for again or
/// are no words: ids, names, numbers, dates.
pub(crate) fn told_apart(wire: &Wire) -> (BTreeSet<String>, BTreeSet<String>) {
    let heard = wire.heard();
    let asked: String = heard.iter().map(|(_, question, _)| percent_decoded(question)).collect();
    let all = heard.iter().flat_map(|(name, _, body)| texts(name, body));
    let is_word = |text: &String| {
        let number = text.trim_end_matches('Z').chars().all(|c| c.is_ascii_digit() || ".:-+T".contains(c));
        !number && !["true", "false"].contains(&text.as_str()) && !asked.contains(text.as_str())
    };
    all.partition(is_word)
}
