//! Who can do more than before, and whether that is everybody.

use serde_json::{Map, Value};

use super::role::told;
use super::{ELEMENTS, Names, Policy, statement};
use crate::model::{Arn, size};

/// One line for each way in which `after` lets more principals do more than `before` did.
///
/// When in doubt it says so: only a statement that lists a part of what one earlier statement listed
/// counts as no wider. Resource policies also deny, so that removing one can widen access.
#[must_use]
pub fn widened(before: Option<&Policy>, after: Option<&Policy>) -> Vec<String> {
    let (before, after) = (Clause::all(before), Clause::all(after));
    let beyond = |some: &[Clause], all: &[Clause], denies: bool| -> Vec<String> {
        let some = some.iter().filter(|clause| clause.denies() == denies);
        let beyond = some.filter(|clause| !all.iter().any(|other| other.covers(clause)));
        beyond.map(|clause| clause.describe(if denies { "no longer denies" } else { "allows" })).collect()
    };
    let mut lines = beyond(&after, &before, false);
    lines.extend(beyond(&before, &after, true));
    lines
}

impl Policy {
    /// The policy in a line: its statements by their sids, or by what they say if they have none.
    #[must_use]
    pub fn summary(&self) -> String {
        let told = |clause: Clause| match clause.shown.get("Sid").and_then(Value::as_str) {
            Some(sid) => sid.to_owned(),
            None => clause.describe(if clause.denies() { "denies" } else { "allows" }),
        };
        let told: Vec<_> = Clause::all(Some(self)).into_iter().map(told).collect();
        format!("{}: {}", size::count(told.len(), "statement"), told.join("; "))
    }
}

/// True if a statement lets people in whom nobody named, and nothing else keeps them out.
///
/// `NotPrincipal` with `Allow` includes anonymous callers (IAM user guide, "`NotPrincipal`").
pub(super) fn is_public(statement: &Map<String, Value>) -> bool {
    let open = match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.values().any(|who| texts(who).contains(&"*")),
        Some(who) => who.as_str() == Some("*"),
        None => statement.get("NotPrincipal").is_some(),
    };
    open && !denies(statement)
        && !conditions(statement).any(|(operator, key, values)| narrows(operator, key, &values))
}

/// The keys whose value says who is calling, or from where (S3 user guide, "The meaning of public").
const NARROWING_KEYS: [&str; 12] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
];

/// `…IfExists` and `ForAllValues:` hold when the key is missing, and negations let in the rest of the
/// world, so none of them is here (IAM user guide, "Condition operators").
const NARROWING_OPERATORS: [&str; 6] =
    ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"];

/// Whether a condition keeps strangers out, in the sense in which S3 blocks public policies.
fn narrows(operator: &str, key: &str, values: &[&str]) -> bool {
    // Through a mount target nobody comes who is not let into its network (EFS user guide, "Blocking public
    // access to EFS file systems").
    if operator == "Bool" && key.eq_ignore_ascii_case("elasticfilesystem:AccessedViaMountTarget") {
        return values == ["true"];
    }
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
    NARROWING_OPERATORS.contains(&operator)
        && NARROWING_KEYS.contains(&key.to_lowercase().as_str())
        && !values.is_empty()
        && values.iter().all(|value| is_fixed(value) && !is_wide_range(value))
}

/// A value that a stranger cannot have: without wildcard or variable, except in what follows a fixed
/// account of an ARN or the first part of a path.
fn is_fixed(value: &str) -> bool {
    let owner = match Arn::parse(value) {
        Some(arn) if !arn.account.is_empty() => &value[..value.len() - arn.resource.len()],
        Some(_) => value,
        None if value.starts_with("arn:") => value,
        None => value.split_once('/').map_or(value, |(organization, _)| organization),
    };
    !owner.contains(['*', '?']) && !value.contains("${")
}

/// Broader than /8 (IPv4) or /32 (IPv6) counts as everywhere (S3 user guide, "The meaning of public").
fn is_wide_range(value: &str) -> bool {
    value.rsplit_once('/').is_some_and(|(address, length)| {
        let narrowest = if address.contains(':') { 32 } else { 8 };
        address.parse::<std::net::IpAddr>().is_ok()
            && length.parse::<u8>().is_ok_and(|length| length < narrowest)
    })
}

/// A statement in the form in which it is compared, beside the one in which it is told.
struct Clause {
    compared: Map<String, Value>,
    shown: Map<String, Value>,
}

impl Clause {
    fn all(policy: Option<&Policy>) -> Vec<Self> {
        let Some(policy) = policy else {
            return Vec::new();
        };
        let version = &policy.shown["Version"];
        let statements = policy.shown["Statement"].as_array().into_iter().flatten();
        let clause = |shown: &Map<String, Value>| {
            let mut compared = statement(shown, Names::Folded);
            compared.remove("Sid");
            // Only in the newer version is `${…}` a variable: the same text, another meaning.
            if Value::Object(compared.clone()).to_string().contains("${") {
                compared.insert("Version".to_owned(), version.clone());
            }
            Self { compared, shown: shown.clone() }
        };
        statements.filter_map(Value::as_object).map(clause).collect()
    }

    fn denies(&self) -> bool {
        denies(&self.shown)
    }

    /// True if everything that `other` speaks of, this one speaks of too, with the same effect.
    fn covers(&self, other: &Self) -> bool {
        let mut keys = self.compared.keys().chain(other.compared.keys());
        keys.all(|key| match (key.as_str(), self.compared.get(key), other.compared.get(key)) {
            ("Action" | "Resource", Some(all), Some(some)) => includes(all, some),
            ("Principal", Some(Value::Object(all)), Some(Value::Object(some))) => {
                some.iter().all(|(kind, some)| all.get(kind).is_some_and(|all| includes(all, some)))
            }
            (_, ours, theirs) => ours == theirs,
        })
    }

    fn describe(&self, verb: &str) -> String {
        let what = self.either("Action", "nothing");
        let whom = self.whom();
        let place = match self.either("Resource", "*") {
            all if all == "*" => String::new(),
            some => format!(" on {some}"),
        };
        let terms = conditions(&self.shown)
            .map(|(operator, key, values)| format!("{operator} {key} = {}", values.join(" | ")));
        let when = phrase(", if ", &terms.collect::<Vec<_>>(), " and ");
        let unknown = self.shown.keys().filter(|key| !ELEMENTS.contains(&key.as_str()));
        let besides = phrase(", with unknown ", &unknown.cloned().collect::<Vec<_>>(), ", ");
        format!("{verb} {what} to {whom}{place}{when}{besides}")
    }

    fn whom(&self) -> String {
        let public = if is_public(&self.shown) { " (public)" } else { "" };
        if let Some(Value::Object(kinds)) = self.shown.get("NotPrincipal") {
            return format!("everyone except {}{public}", named(kinds));
        }
        match self.shown.get("Principal") {
            Some(Value::Object(kinds)) => match kinds.get("AWS") {
                Some(who) if texts(who).contains(&"*") => format!("anyone{public}"),
                _ => named(kinds) + public,
            },
            Some(Value::String(who)) if who == "*" => format!("anyone{public}"),
            // A policy of an identity is about whoever has it.
            None => "whoever has it".to_owned(),
            Some(_) => "principals that cannot be made out".to_owned(),
        }
    }

    /// The values of an element, or of its negation.
    fn either(&self, element: &str, absent: &str) -> String {
        let not = format!("Not{element}");
        match (self.shown.get(element), self.shown.get(&not)) {
            (Some(values), _) => texts(values).join(", "),
            (None, Some(values)) => format!("everything except {}", texts(values).join(", ")),
            (None, None) => absent.to_owned(),
        }
    }
}

/// Anything that is not plainly a denial is taken for a permission.
pub(super) fn denies(statement: &Map<String, Value>) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
}

fn includes(all: &Value, some: &Value) -> bool {
    match (all, some) {
        (Value::Array(all), Value::Array(some)) => some.iter().all(|item| all.contains(item)),
        (all, some) => all == some,
    }
}

/// A part of a sentence that is left out if there is nothing to say.
fn phrase(beginning: &str, items: &[String], between: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("{beginning}{}", items.join(between))
}

fn named(kinds: &Map<String, Value>) -> String {
    let groups = kinds.iter().map(|(kind, who)| match kind.as_str() {
        "AWS" => texts(who).into_iter().map(told).collect::<Vec<_>>().join(", "),
        kind => format!("{} {}", kind.to_lowercase(), texts(who).join(", ")),
    });
    groups.collect::<Vec<_>>().join(", ")
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap_or("something unknown")).collect()
}

/// Every (operator, key, values) of a statement's condition.
fn conditions(statement: &Map<String, Value>) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| (operator.as_str(), key.as_str(), texts(values)))
    })
}
