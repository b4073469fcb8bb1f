//! What a rule may invoke: one statement in the function's resource policy. Pure.
//!
//! A statement is the rule's if its `Sid` begins with our prefix and its condition names the rule's ARN. AWS does not
//! change a statement (API `AddPermission`); one that is not as it should be stays until a right one stands beside it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::listed;
use crate::document::policy::{Policy, PolicyError};
use crate::model::digest;

/// What the `Sid`s of our statements begin with.
const PREFIX: &str = "infra-";
/// Who calls.
pub(super) const PRINCIPAL: &str = "events.amazonaws.com";
/// What it does.
pub(super) const ACTION: &str = "lambda:InvokeFunction";

/// What of a function's policy matters to a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Granted {
    /// The rule's statements that let it invoke the function.
    pub(super) sound: Vec<String>,
    /// The rule's other statements.
    pub(super) unsound: Vec<String>,
    /// Every `Sid` that is taken.
    taken: BTreeSet<String>,
}

impl Granted {
    /// Reads the policy of the function `function`, for the rule `rule`: both ARNs.
    pub(super) fn read(policy: &str, rule: &str, function: &str) -> Result<Self, PolicyError> {
        // What cannot be compared says nothing.
        Policy::parse(policy)?;
        let document: Value = serde_json::from_str(policy).unwrap_or_default();
        let mut granted = Self::default();
        for statement in listed(&document["Statement"]) {
            let Some(sid) = statement["Sid"].as_str() else { continue };
            granted.taken.insert(sid.to_owned());
            if !sid.starts_with(PREFIX) || !names(&statement["Condition"], rule) {
                continue;
            }
            let alone = |statement: &Value| {
                Policy::parse(&json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string())
            };
            let is_sound = alone(&statement)? == alone(&wanted(sid, rule, function))?;
            if is_sound { &mut granted.sound } else { &mut granted.unsound }.push(sid.to_owned());
        }
        granted.sound.sort_unstable();
        Ok(granted)
    }

    /// The statements that are not needed.
    pub(super) fn stale(&self) -> impl Iterator<Item = &String> {
        self.unsound.iter().chain(self.sound.iter().skip(1))
    }

    /// What a new statement for the rule `rule` is called: the same in every run, unless somebody has taken that.
    pub(super) fn free_sid(&self, rule: &str) -> String {
        let digest = digest::of_parts(["infra invoke-permission 1", rule]);
        let first = format!("{PREFIX}{}", &digest[..32]);
        let next = (2..).map(|n: u32| format!("{first}-{n}"));
        let mut sids = std::iter::once(first.clone()).chain(next);
        sids.find(|sid| !self.taken.contains(sid)).unwrap_or(first)
    }
}

/// The statement that AWS makes of our `AddPermission`.
fn wanted(sid: &str, rule: &str, function: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "Service": PRINCIPAL },
        "Action": ACTION,
        "Resource": function,
        "Condition": { "ArnLike": { "AWS:SourceArn": rule } },
    })
}

/// Whether a condition names this ARN as the source, by whatever operator. Condition keys are read without regard to
/// case (IAM user guide, "Condition").
fn names(condition: &Value, rule: &str) -> bool {
    let operators = condition.as_object().into_iter().flat_map(|operators| operators.values());
    let keys = operators.filter_map(Value::as_object).flatten();
    let mut sources = keys.filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"));
    sources.any(|(_, values)| listed(values).iter().any(|value| value.as_str() == Some(rule)))
}
