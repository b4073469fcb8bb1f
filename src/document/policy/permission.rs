//! How a manifest spells what an identity may do: a policy of a role.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::spec::{Effect, ResourceElement, StatementSpec, is_resource};
use super::{Policy, PolicyError};
use crate::model::problem::Problems;

/// What may, or may not, be done, and to what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PermissionSpec {
    /// A name for the statement, unique in the policy: letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether the statement allows or denies. A denial wins over every permission.
    pub effect: Effect,
    /// The actions meant, such as `logs:PutLogEvents`; `*` and `?` are wildcards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub action: Vec<String>,
    /// Every action but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_action: Vec<String>,
    /// The ARNs meant, or what brings them: `logs.log-group.KEY.arn`, and whatever is to follow it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Every resource but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_resource: Vec<String>,
    /// When the statement applies: operator, then condition key, then the values of which one must match. A value may be
    /// what an entry brings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// A text of a statement that may stand for something else than itself.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: &'a str,
    /// Its place in its list.
    pub at: usize,
    /// Whether it is a value of a condition, which may be anything; else it is a resource, and no ARN.
    pub is_value: bool,
}

/// Makes the policy that `statements` spell, with its texts as they are written.
///
/// `understand` is told of each text that may name an entry, and reports what of it is wrong.
pub fn lower_permissions(
    statements: &[PermissionSpec],
    understand: &mut dyn FnMut(Text<'_>, &mut Problems),
    problems: &mut Problems,
) -> Option<Policy> {
    let sound = problems.passes(|problems| {
        if statements.is_empty() {
            problems.report_here("the policy has no statements", "add one, or take the policy out");
        }
        let mut sids = BTreeSet::new();
        for (index, statement) in statements.iter().enumerate() {
            problems.within(index, |problems| {
                if statement.sid.as_deref().is_some_and(|sid| !sid.is_empty() && !sids.insert(sid)) {
                    problems.report("sid", "another statement has this sid", "sids are unique in a policy");
                }
                statement.check(understand, problems);
            });
        }
    });
    if !sound {
        return None;
    }
    let documents: Vec<_> =
        statements.iter().map(|it| it.statement().document(ResourceElement::None)).collect();
    Policy::parse(&json!({ "Version": "2012-10-17", "Statement": documents }).to_string()).ok()
}

impl PermissionSpec {
    /// The same as a statement of a resource policy, about nobody.
    fn statement(&self) -> StatementSpec {
        let Self { sid, effect, action, not_action, resource, not_resource, condition } = self.clone();
        StatementSpec {
            sid,
            effect,
            principal: None,
            not_principal: None,
            action,
            not_action,
            resource,
            not_resource,
            condition,
            public: false,
        }
    }

    fn check(&self, understand: &mut dyn FnMut(Text<'_>, &mut Problems), problems: &mut Problems) {
        let statement = self.statement();
        statement.check_sid(problems);
        statement.check_actions(problems);
        statement.check_condition(problems);
        match (self.resource.is_empty(), self.not_resource.is_empty()) {
            (true, true) => problems.report_here(
                "the statement names no resource",
                "add resource = [\"…\"]: an ARN, what an entry brings, or \"*\"",
            ),
            (false, false) => problems.report(
                "not-resource",
                "a statement has either resource or not-resource",
                "remove one of them",
            ),
            _ => {}
        }
        for (key, texts) in [("resource", &self.resource), ("not-resource", &self.not_resource)] {
            problems.within(key, |problems| {
                for (at, text) in texts.iter().enumerate() {
                    if !is_resource(text) {
                        understand(Text { text, at, is_value: false }, problems);
                    }
                }
            });
        }
        problems.within("condition", |problems| {
            for (operator, keys) in &self.condition {
                problems.within(operator.as_str(), |problems| {
                    for (key, values) in keys {
                        problems.within(key.as_str(), |problems| {
                            for (at, text) in values.iter().enumerate() {
                                understand(Text { text, at, is_value: true }, problems);
                            }
                        });
                    }
                });
            }
        });
    }
}

impl Policy {
    /// The statements that would spell this policy of an identity.
    ///
    /// # Errors
    /// What of it no manifest can say.
    pub fn raise_permissions(&self) -> Result<Vec<PermissionSpec>, String> {
        let permission = |it: StatementSpec| {
            let StatementSpec { principal, not_principal, public: _, .. } = &it;
            if principal.is_some() || not_principal.is_some() {
                return Err("a statement has an element Principal".to_owned());
            }
            let StatementSpec { sid, effect, action, not_action, resource, not_resource, condition, .. } = it;
            Ok(PermissionSpec { sid, effect, action, not_action, resource, not_resource, condition })
        };
        self.raise(ResourceElement::None)?.into_iter().map(permission).collect()
    }

    /// The same policy with other texts for resources and condition values, where `other` knows any.
    ///
    /// # Errors
    /// If what comes out cannot be understood as a policy.
    pub fn with_texts(&self, other: impl Fn(&str) -> Option<String>) -> Result<Self, PolicyError> {
        let mut document = self.shown.clone();
        let statements = document.get_mut("Statement").and_then(Value::as_array_mut);
        for statement in statements.into_iter().flatten().filter_map(Value::as_object_mut) {
            for element in ["Resource", "NotResource", "Condition"] {
                if let Some(value) = statement.get_mut(element) {
                    replace(value, &other);
                }
            }
        }
        Self::parse(&document.to_string())
    }
}

fn replace(value: &mut Value, other: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(other) = other(text) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, other)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, other)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
