//! Who may invoke a function: the statements of its resource policy that no rule of ours has made. Pure.

use serde_json::{Map, Value, json};

use crate::document::listed;
use crate::document::policy::Policy;
use crate::model::Arn;

/// How the ids of statements begin that `events.rule` makes.
const SID: &str = "infra-";
/// Who they let in, and what to.
const EVENTS: &str = "events.amazonaws.com";
const INVOKE: &str = "lambda:InvokeFunction";

/// A statement of a function's policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    /// Its id, by which it is taken away.
    pub sid: String,
    /// A policy of this statement alone.
    pub policy: Policy,
}

/// The permissions in a function's policy but for those of rules, by id.
///
/// # Errors
///
/// Why the policy cannot be understood.
pub(super) fn of_others(policy: &str, function: &str) -> Result<Vec<Permission>, String> {
    let document: Value = serde_json::from_str(policy).map_err(|_| "its policy is no JSON".to_owned())?;
    let version = document.get("Version").cloned().unwrap_or(Value::Null);
    let statements = document.get("Statement").ok_or("its policy holds no statements")?;
    let mut others = Vec::new();
    for statement in listed(statements) {
        let statement = statement.as_object().ok_or("a statement of its policy is no object")?;
        let sid =
            statement.get("Sid").and_then(Value::as_str).ok_or("a statement of its policy has no id")?;
        if is_of_rule(statement, sid, function) {
            continue;
        }
        let alone = json!({ "Version": version, "Statement": [statement] }).to_string();
        let policy = Policy::parse(&alone).map_err(|error| error.to_string())?;
        others.push(Permission { sid: sid.to_owned(), policy });
    }
    others.sort_by(|one, other| one.sid.cmp(&other.sid));
    Ok(others)
}

/// Whether a statement is of the form that `events.rule` makes: it lets one rule of this account and region invoke.
fn is_of_rule(statement: &Map<String, Value>, sid: &str, function: &str) -> bool {
    let is_alone =
        |value: Option<&Value>, text: &str| value.is_some_and(|it| listed(it) == [Value::from(text)]);
    let principal = statement.get("Principal").and_then(Value::as_object);
    let condition = statement.get("Condition").and_then(Value::as_object);
    sid.starts_with(SID)
        && statement.get("Effect").and_then(Value::as_str) == Some("Allow")
        && is_alone(statement.get("Action"), INVOKE)
        && principal.is_some_and(|it| it.len() == 1 && is_alone(it.get("Service"), EVENTS))
        && condition.is_some_and(|it| it.iter().any(|(operator, keys)| is_rule(operator, keys, function)))
}

/// Whether a condition asks for one rule of the account and region of `function`.
fn is_rule(operator: &str, keys: &Value, function: &str) -> bool {
    let is_operator = ["arnlike", "arnequals"].contains(&operator.to_lowercase().as_str());
    let Some(keys) = keys.as_object().filter(|_| is_operator) else { return false };
    let (Some(function), [source]) = (Arn::parse(function), &sources(keys)[..]) else { return false };
    Arn::parse(source).is_some_and(|source| {
        source.service == "events"
            && source.resource.starts_with("rule/")
            && !source.resource.contains(['*', '?'])
            && (source.partition, source.region, source.account)
                == (function.partition, function.region, function.account)
    })
}

/// The sources that a condition allows. Its keys have no case.
fn sources(keys: &Map<String, Value>) -> Vec<String> {
    let all = keys.iter().filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"));
    all.flat_map(|(_, value)| listed(value)).filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

/// Why a function that left the manifest stays: others may invoke it.
#[must_use]
pub(super) fn others(function: &str, permissions: &[Permission]) -> Option<String> {
    let Permission { sid, .. } = permissions.first()?;
    let sids: Vec<_> = permissions.iter().map(|it| format!("`{}`", it.sid)).collect();
    Some(format!(
        "its policy lets others invoke it ({}); where nobody needs that: aws lambda remove-permission --function-name {function} --statement-id {sid}",
        sids.join(", ")
    ))
}
