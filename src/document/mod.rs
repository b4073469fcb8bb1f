//! JSON documents that AWS hands back in another spelling than it was given.
//!
//! AWS may turn a one-element list into its element, reorder what is a set, and write out a short
//! name. Documents are therefore compared by a canonical form, never by their text. Whatever a
//! canonical form does not know, it keeps: unknown things make documents differ, never equal.

pub mod policy;

use serde_json::Value;

/// A value where one element may stand for a list of one.
#[must_use]
pub fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    }
}

/// A list in which neither order nor repetition means anything.
#[must_use]
pub fn unordered(items: impl IntoIterator<Item = Value>) -> Value {
    let mut items: Vec<Value> = items.into_iter().collect();
    items.sort_by_cached_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

/// Lays a document out for reading and for line-by-line diffs: `keys` come first, in that order,
/// the others after them by the alphabet.
#[must_use]
pub fn pretty(value: &Value, keys: &[&str]) -> String {
    lay_out(value, keys, "")
}

fn lay_out(value: &Value, keys: &[&str], indent: &str) -> String {
    let inner = format!("{indent}  ");
    let (open, lines, close) = match value {
        Value::Array(items) if !items.is_empty() => {
            let lines: Vec<_> = items.iter().map(|item| lay_out(item, keys, &inner)).collect();
            ('[', lines, ']')
        }
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| keys.iter().position(|known| known == key).unwrap_or(keys.len()));
            let lines = members.into_iter().map(|(key, member)| {
                format!("{}: {}", Value::from(key.as_str()), lay_out(member, keys, &inner))
            });
            ('{', lines.collect(), '}')
        }
        leaf => return leaf.to_string(),
    };
    format!("{open}\n{inner}{}\n{indent}{close}", lines.join(&format!(",\n{inner}")))
}
