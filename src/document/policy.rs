//! IAM-style resource policies, compared by what they mean.
//!
//! What AWS may change between write and read, and what therefore does not count: one element for a
//! list of one, the order of statements and of everything that is a set, the two names of an
//! account as a principal, and condition values that are JSON booleans or numbers
//! (IAM user guide, "IAM JSON policy elements reference"; terraform-provider-aws #28835, #30870).
//! A principal that was deleted comes back as its unique id (`AROA…`) and so differs, as it should.

mod allowed;
mod exposure;
mod grant;
mod permission;
mod principal;
mod raise;
mod role;
mod spec;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{listed, pretty, unordered};
use crate::model::Arn;
use crate::model::arn::is_account;

pub use exposure::widened;
pub use grant::{Access, Grant, Granted, Only};
pub use permission::{PermissionSpec, Text, lower_permissions};
pub use principal::PrincipalSpec;
pub use role::{Home, Role};
pub use spec::{Effect, ResourceElement, StatementSpec, lower};

/// The usual order of a policy's elements, which is how people read one.
const ELEMENTS: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The version of the policies that are written here.
const VERSION: &str = "2012-10-17";

/// What a policy without `Version` means (IAM user guide, "Version").
const OLD_VERSION: &str = "2008-10-17";

/// A resource policy; two are equal if they mean the same.
#[derive(Clone, Debug)]
pub struct Policy {
    text: String,
    shown: Value,
    canonical: Value,
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Policy {}

/// Why a text is no policy. Says where, never what: the text is not ours to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not JSON at all.
    #[error("the policy is not valid JSON (line {line}, column {column})")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("the policy is not a JSON object")]
    NotAnObject,
    /// An object without statements that could be compared.
    #[error("the policy's Statement is neither a statement nor a list of statements")]
    Statements,
}

impl Policy {
    /// Reads a policy, whoever wrote it.
    ///
    /// # Errors
    /// If the text cannot be understood as a policy; then nothing may be concluded from it.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document: Value = serde_json::from_str(text)
            .map_err(|error| PolicyError::Json { line: error.line(), column: error.column() })?;
        let document = document.as_object().ok_or(PolicyError::NotAnObject)?;
        Ok(Self {
            text: text.to_owned(),
            shown: canonical(document, Names::AsWritten)?,
            canonical: canonical(document, Names::Folded)?,
        })
    }

    /// The same policy, without what a service fills in where nothing is said: an `Id`, a `Sid` that begins with
    /// `sid`, and as `Resource` the `arn` that the policy is attached to.
    ///
    /// # Errors
    /// If what is left cannot be understood as a policy.
    pub fn without_filled_in(&self, sid: &str, arn: &str) -> Result<Self, PolicyError> {
        let mut document = self.shown.clone();
        if let Some(document) = document.as_object_mut() {
            document.remove("Id");
        }
        let own = unordered([Value::from(arn)]);
        let statements = document.get_mut("Statement").and_then(Value::as_array_mut);
        for statement in statements.into_iter().flatten().filter_map(Value::as_object_mut) {
            statement.retain(|key, value| match key.as_str() {
                "Sid" => !value.as_str().is_some_and(|text| text.starts_with(sid)),
                "Resource" => *value != own,
                _ => true,
            });
        }
        Self::parse(&document.to_string())
    }

    /// The accounts, users and roles that the policy names as principals, in one line.
    #[must_use]
    pub fn principals(&self) -> String {
        let statements = self.shown.get("Statement").and_then(Value::as_array).into_iter().flatten();
        let elements = statements.flat_map(|it| [&it["Principal"], &it["NotPrincipal"]]);
        let named = elements.filter_map(|who| who.get("AWS")).filter_map(Value::as_array).flatten();
        let named: BTreeSet<_> = named.filter_map(Value::as_str).filter(|who| *who != "*").collect();
        named.into_iter().map(role::told).collect::<Vec<_>>().join(", ")
    }

    /// The text as it was written, and as it is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The canonical form for people, with actions and condition keys in the case they were written in.
    #[must_use]
    pub fn pretty(&self) -> String {
        pretty(&self.shown, &ELEMENTS)
    }
}

/// How names that IAM compares without regard to case come out: as people know them, or comparable.
#[derive(Clone, Copy)]
enum Names {
    AsWritten,
    Folded,
}

impl Names {
    fn of(self, name: &str) -> String {
        match self {
            Self::AsWritten => name.to_owned(),
            Self::Folded => name.to_lowercase(),
        }
    }
}

fn canonical(document: &Map<String, Value>, names: Names) -> Result<Value, PolicyError> {
    let mut statements = document
        .get("Statement")
        .map(listed)
        .ok_or(PolicyError::Statements)?
        .iter()
        .map(|item| {
            item.as_object().map(|item| Value::Object(statement(item, names))).ok_or(PolicyError::Statements)
        })
        .collect::<Result<Vec<Value>, _>>()?;
    // By Sid first, so that a diff puts the two versions of a statement side by side.
    statements.sort_by_cached_key(|item| (item.get("Sid").map(Value::to_string), item.to_string()));
    statements.dedup();

    let mut policy = document.clone();
    policy.entry("Version").or_insert_with(|| OLD_VERSION.into());
    policy.insert("Statement".to_owned(), Value::Array(statements));
    Ok(Value::Object(policy))
}

fn statement(statement: &Map<String, Value>, names: Names) -> Map<String, Value> {
    let elements = statement.iter().filter(|(key, value)| match key.as_str() {
        "Sid" => value.as_str() != Some(""),
        "Condition" => value.as_object().is_none_or(|operators| !operators.is_empty()),
        _ => true,
    });
    elements.map(|(key, value)| (key.clone(), element(key, value, names))).collect()
}

fn element(key: &str, value: &Value, names: Names) -> Value {
    match (key, value) {
        ("Action" | "NotAction", _) => unordered(listed(value).into_iter().map(|action| match action {
            Value::String(action) => names.of(&action).into(),
            other => other,
        })),
        ("Resource" | "NotResource", _) => unordered(listed(value)),
        ("Principal" | "NotPrincipal", Value::Object(kinds)) => {
            kinds.iter().map(|(kind, who)| (kind.clone(), principals(kind, listed(who)))).collect()
        }
        ("Condition", Value::Object(operators)) => {
            operators.iter().map(|(operator, keys)| (operator.clone(), condition(keys, names))).collect()
        }
        _ => value.clone(),
    }
}

fn principals(kind: &str, who: Vec<Value>) -> Value {
    match kind {
        "AWS" => unordered(who.into_iter().map(short_account)),
        _ => unordered(who),
    }
}

/// `arn:<partition>:iam::<account>:root` is the account's other name (IAM user guide, "Principal").
/// The short one is chosen, because it needs no partition.
fn short_account(principal: Value) -> Value {
    match principal.as_str().and_then(Arn::parse) {
        Some(Arn { service: "iam", region: "", account, resource: "root", .. }) if is_account(account) => {
            account.into()
        }
        _ => principal,
    }
}

/// The keys below one operator. Keys are case-insensitive (IAM user guide, "Condition").
fn condition(keys: &Value, names: Names) -> Value {
    let Value::Object(keys) = keys else {
        return keys.clone();
    };
    let values = |values: &Value| {
        unordered(listed(values).into_iter().map(|value| match value {
            Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
            other => other,
        }))
    };
    let folded: Map<_, _> = keys.iter().map(|(key, of)| (names.of(key), values(of))).collect();
    if folded.len() == keys.len() {
        Value::Object(folded)
    } else {
        // One key twice, in two spellings: whatever that means, it means something else than one key.
        Value::Object(keys.clone())
    }
}
