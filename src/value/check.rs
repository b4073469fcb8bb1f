//! What is refused as a value, said without saying anything of it.

use serde_json::Value as Json;

use super::Form;

/// Most bytes of a value (API `PutSecretValue`).
pub(super) const MOST: usize = 65_536;
/// As many bytes are read of a file at most: with the newline at its end, which is not part of the value, and one more,
/// which shows that there is too much.
pub const MOST_READ: u64 = MOST as u64 + 3;

/// Why what is at hand cannot be the value. It says the rule, and nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, as the end of a sentence: `is empty`.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Fault {
    /// A fault in these words.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    /// It is no text.
    #[must_use]
    pub fn not_text() -> Self {
        Self::new("is not UTF-8 text", "encode it, for example as Base64, and have its readers decode it")
    }

    pub(super) fn too_long() -> Self {
        Self::new("is longer than 65,536 bytes", "Secrets Manager takes no more (API PutSecretValue)")
    }
}

/// Everything that is wrong with `text`.
pub(super) fn faults(text: &str, form: &Form) -> Vec<Fault> {
    if text.is_empty() {
        return vec![Fault::new("is empty", "give it the value, or leave it unset")];
    }
    if text.len() > MOST {
        return vec![Fault::too_long()];
    }
    let json = serde_json::from_str::<Json>(text).ok().filter(|json| json.is_object() || json.is_array());
    let mut faults = Vec::new();
    if is_placeholder(text) || json.as_ref().is_some_and(holds_placeholder) {
        faults.push(Fault::new("is a placeholder, or holds one", "give it the real value"));
    }
    if let Form::Json { keys } = form {
        let Some(members) = json.as_ref().and_then(Json::as_object) else {
            faults
                .push(Fault::new("is no JSON object", "`format = \"json\"` asks for one: {\"KEY\": \"…\"}"));
            return faults;
        };
        let is_there = |key: &&String| {
            members.get(*key).and_then(Json::as_str).is_some_and(|text| !text.trim().is_empty())
        };
        for key in keys.iter().filter(|key| !is_there(key)) {
            let message = format!("holds no text under `{key}`");
            faults.push(Fault::new(message, "`keys` names what its readers need"));
        }
    }
    faults
}

fn holds_placeholder(json: &Json) -> bool {
    match json {
        Json::String(text) => is_placeholder(text),
        Json::Array(items) => items.iter().any(holds_placeholder),
        Json::Object(members) => members.values().any(holds_placeholder),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// What people write where a value is to be put in later.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let begins = ["replace_with", "replace-with", "your-", "your_"].iter().any(|it| text.starts_with(it));
    let is_word = ["changeme", "change-me", "change_me", "todo", "xxx"].contains(&text.as_str());
    // One pair of brackets around words: `<token>`. A document in tags has more of them.
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    let is_bracketed = inner.is_some_and(|inner| !inner.contains(['<', '>', '\n']));
    begins || is_word || is_bracketed || text.ends_with("...") || text.ends_with('…')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, form: &Form) -> Vec<String> {
        faults(text, form).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn placeholders_are_refused_and_values_are_not() {
        for text in [
            "REPLACE_WITH_KEY",
            "replace_with x",
            "YOUR-API-KEY",
            "your_token",
            "...",
            "sk-ant-...",
            "<api key>",
            " <token>\t",
            "changeme",
            "ChangeMe",
            "{\"accessKeyId\": \"YOUR-KEY\"}",
            "[{\"a\": [\"...\"]}]",
        ] {
            assert_eq!(said(text, &Form::Text), ["is a placeholder, or holds one"], "{text}");
        }
        for text in [
            "sk-ant-api03-0123",
            "<config><key>1</key></config>",
            "changeme-not-9f31",
            "a...b",
            "{\"a\": \"b\", \"n\": 1, \"z\": null, \"t\": true}",
            "not yours",
            " ",
        ] {
            assert_eq!(said(text, &Form::Text), [""; 0], "{text}");
        }
    }

    #[test]
    fn there_is_a_least_and_a_most() {
        assert_eq!(said("", &Form::Text), ["is empty"]);
        assert_eq!(said(&"x".repeat(MOST), &Form::Text), [""; 0]);
        // By bytes, not by characters.
        assert_eq!(said(&"é".repeat(MOST / 2 + 1), &Form::Text), ["is longer than 65,536 bytes"]);
    }

    #[test]
    fn json_is_an_object_with_the_keys_that_are_asked_for() {
        let form = Form::Json { keys: vec!["a".to_owned(), "b".to_owned()] };
        assert_eq!(said("{\"a\": \"1\", \"b\": \"2\", \"c\": 3}", &form), [""; 0]);
        assert_eq!(
            said("{\"a\": \"\", \"b\": 2}", &form),
            ["holds no text under `a`", "holds no text under `b`"]
        );
        for text in ["a=1", "\"a\"", "[\"a\"]", "{\"a\": \"1\"", "1"] {
            assert_eq!(said(text, &form), ["is no JSON object"], "{text}");
        }
        assert_eq!(
            said("{\"a\": \"<a>\"}", &form),
            ["is a placeholder, or holds one", "holds no text under `b`"]
        );
    }
}
