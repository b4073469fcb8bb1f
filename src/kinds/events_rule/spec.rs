//! What may be written in an entry, its normal form, and the way back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EventsRule;
use super::schedule;
use super::state::{Permission, Rule, State, Switch};
use super::target::{AGE, Input, RETRIES, Target};
use crate::kind::{Live, Place, Raised, Raising};
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs};

/// A schedule, and the function that it calls.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The rule's name. Cannot be changed later.
    name: String,
    /// What the rule is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// When it acts, in UTC: `rate(1 day)`, or `cron(0 3 * * ? *)`.
    schedule: String,
    /// Whether it acts at all.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    enabled: bool,
    /// The function that it calls: the key of a `lambda.function`. The permission to invoke it comes with it.
    function: String,
    /// What the function is sent, as JSON. Left out, the event itself, which says when and by which rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    /// How often a call that failed is tried again.
    #[serde(default = "retries", skip_serializing_if = "is_retries")]
    #[schemars(range(min = 0, max = 185))]
    retry_attempts: u32,
    /// For how many seconds it is tried again.
    #[serde(default = "age", skip_serializing_if = "is_age")]
    #[schemars(range(min = 60, max = 86_400))]
    maximum_event_age_seconds: u32,
}

fn yes() -> bool {
    true
}

fn retries() -> u32 {
    RETRIES
}

fn age() -> u32 {
    AGE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_retries(value: &u32) -> bool {
    *value == RETRIES
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_age(value: &u32) -> bool {
    *value == AGE
}

/// Longest name and description (API `PutRule`) and input (API `Target`), in characters.
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION: usize = 512;
const MAX_INPUT: usize = 8192;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> State {
    let Spec { name, description, enabled, function, input, .. } = spec;
    let is_named = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_named) {
        let help = "1 to 64 letters, digits and any of . _ - (API PutRule)";
        problems.report("name", "this is no valid name of a rule", help);
    }
    if description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        problems.report("description", "this description is too long", "AWS takes at most 512 characters");
    }
    let schedule = schedule::normal(&spec.schedule);
    if let Err((message, help)) = schedule::check(&schedule) {
        problems.report("schedule", message, help);
    }
    let input = input.as_deref().map(Input::new);
    if input.as_ref().is_some_and(|input| !input.is_json()) {
        problems.report("input", "this is not JSON", "write it in single quotes: '{\"mode\": \"report\"}'");
    }
    if input.as_ref().is_some_and(|input| input.text.chars().count() > MAX_INPUT) {
        problems.report("input", "this input is too long", "AWS takes at most 8,192 characters");
    }
    State {
        name: name.clone(),
        arn: place.arn("events", &format!("rule/{name}")),
        rule: Rule {
            description: description.clone().filter(|text| !text.is_empty()),
            schedule: Some(schedule),
            pattern: None,
            switch: if *enabled { Switch::On } else { Switch::Off },
            role: None,
        },
        target: Some(Target {
            id: None,
            function: problems.link("function", KindName::FUNCTION, function, Outputs::ARN),
            input,
            retries: spec.retry_attempts,
            age: spec.maximum_event_age_seconds,
            more: Vec::new(),
        }),
        others: Vec::new(),
        permission: Permission::Given,
    }
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<EventsRule>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
    let State { name, rule, target, .. } = &live.state;
    let target = target.as_ref().ok_or("it calls nothing")?;
    let function = raising.key(KindName::FUNCTION, target.function.value().unwrap_or_default());
    let schedule = rule.schedule.clone().ok_or("it acts on events, which no manifest can say")?;
    Ok(Raised::new(Spec {
        name: name.clone(),
        description: rule.description.clone(),
        schedule,
        enabled: rule.switch == Switch::On,
        function: function?,
        input: target.input.as_ref().map(|input| input.text.clone()),
        retry_attempts: target.retries,
        maximum_event_age_seconds: target.age,
    }))
}
