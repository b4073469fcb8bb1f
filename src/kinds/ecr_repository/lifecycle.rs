//! ECR lifecycle policies: which images a repository keeps.
//!
//! The facts are from the ECR user guide, "Lifecycle policy properties", "Automate the cleanup of
//! images" (evaluation rules) and "Service quotas". ECR may hand a policy back with its rules
//! reordered (terraform `aws_ecr_lifecycle_policy`), so policies are compared by their structure.

mod expiry;
mod raise;
mod spec;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::document::{pretty, unordered};
use crate::model::size;
use expiry::Rule;

pub use expiry::{Image, Unpredictable};
pub use spec::{RuleSpec, TagStatus, lower};

/// A lifecycle policy; two are equal if they consist of the same rules.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    text: String,
    canonical: Value,
}

impl PartialEq for Lifecycle {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Lifecycle {}

/// Why a text is no lifecycle policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// Not JSON at all.
    #[error("the lifecycle policy is not valid JSON (line {line}, column {column})")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// JSON, but without rules that could be compared.
    #[error("the lifecycle policy is not an object with a list of rules")]
    Rules,
}

impl Lifecycle {
    /// Reads a policy, whoever wrote it.
    ///
    /// # Errors
    /// If the text cannot be understood as a lifecycle policy; then nothing may be concluded from it.
    pub fn parse(text: &str) -> Result<Self, LifecycleError> {
        let mut canonical: Value = serde_json::from_str(text)
            .map_err(|error| LifecycleError::Json { line: error.line(), column: error.column() })?;
        let rules = canonical.get_mut("rules").and_then(Value::as_array_mut).ok_or(LifecycleError::Rules)?;
        for rule in rules.iter_mut() {
            normalise(rule.as_object_mut().ok_or(LifecycleError::Rules)?);
        }
        rules.sort_by_cached_key(|rule| (rule["rulePriority"].as_u64(), rule.to_string()));
        Ok(Self { text: text.to_owned(), canonical })
    }

    /// The text as it was written, and as it is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The canonical form, laid out for people.
    #[must_use]
    pub fn pretty(&self) -> String {
        pretty(&self.canonical, &KEYS)
    }

    /// The policy in a line, such as `1 rule: keep last 10 (any)`.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = self.canonical["rules"].as_array().map_or(0, Vec::len);
        let rules: Vec<String> =
            expiry::rules(&self.canonical).iter().flatten().map(Rule::to_string).collect();
        let colon = if rules.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", size::count(count, "rule"), rules.join(", "))
    }
}

/// The order in which people read a policy.
const KEYS: [&str; 13] = [
    "rules",
    "rulePriority",
    "description",
    "selection",
    "tagStatus",
    "tagPrefixList",
    "tagPatternList",
    "storageClass",
    "countType",
    "countUnit",
    "countNumber",
    "action",
    "type",
];

/// An empty description and an empty list mean the same as none; the lists are sets. Images in use are what a
/// rule is about that names no storage class (ECR user guide, "Lifecycle policy properties").
fn normalise(rule: &mut Map<String, Value>) {
    rule.retain(|key, value| key != "description" || value.as_str() != Some(""));
    if let Some(selection) = rule.get_mut("selection").and_then(Value::as_object_mut) {
        selection.retain(|key, value| key != "storageClass" || value.as_str() != Some("standard"));
        for key in ["tagPrefixList", "tagPatternList"] {
            match selection.remove(key) {
                Some(Value::Array(tags)) if tags.is_empty() => {}
                Some(Value::Array(tags)) => {
                    selection.insert(key.to_owned(), unordered(tags));
                }
                Some(other) => {
                    selection.insert(key.to_owned(), other);
                }
                None => {}
            }
        }
    }
}
