//! The calls that write, one per change, and what has to be waited for.

use std::time::Duration;

use aws_sdk_eventbridge::types::{RetryPolicy, RuleState, Tag, Target as SdkTarget};

use super::change::Change;
use super::observe::{NOT_FOUND, brings, policy, tags as tags_of};
use super::permission::{ACTION, PRINCIPAL};
use super::state::{Rule, Switch};
use super::target::{Input, Target, function_arn, function_name};
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Describe, Run};
use crate::model::{Arn, Link, Outputs, Tags, tags};

/// What a target is called that is made here.
const TARGET: &str = "function";

/// AWS's word for two writes to one rule at once.
const BUSY: &str = "ConcurrentModificationException";
/// AWS's word for a policy that somebody has changed since it was read.
const CHANGED: &str = "PreconditionFailedException";
/// AWS's word for a statement that is there already, and for another write that is under way.
const CONFLICT: &str = "ResourceConflictException";

/// How long writes of others to the same rule may take.
const UNTIL_FREE: Duration = Duration::from_mins(2);
/// How long AWS may take to show the tags of what it has just made.
const UNTIL_TAGGED: Duration = Duration::from_mins(1);
/// How long AWS may go on to say that a rule has targets after they were removed (terraform-provider-aws:
/// `events/rule.go`).
const UNTIL_EMPTY: Duration = Duration::from_mins(5);
/// How long a function may take to be known, and other writes to its policy (terraform-provider-aws:
/// `lambda/permission.go`).
const UNTIL_PERMITTED: Duration = Duration::from_mins(5);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let events = &run.aws.events;
    let call = change.describe().call;
    match change {
        Change::PutRule { name, arn, rule, tags, .. } => {
            // Destructured whole: what is not sent AWS takes off.
            let Rule { description, schedule, pattern, switch, role } = rule;
            let request = events
                .put_rule()
                .name(name)
                .set_description(description.clone())
                .set_schedule_expression(schedule.clone())
                .set_event_pattern(pattern.clone())
                .state(sdk_state(switch))
                .set_role_arn(role.clone())
                .set_tags(tags.as_ref().map(|tags| sdk_tags(tags, call, name)).transpose()?);
            let made = until_free(run, || async { request.clone().send().await.about(call, name) }).await?;
            let made = made.rule_arn().ok_or_else(|| holds_no(call, name, "ARN"))?;
            if made != arn {
                return Err(CallError::unusable(call, name, "it has another ARN than follows from its name"));
            }
            *outputs = brings(made);
            if let Some(tags) = tags {
                check_owner(run, call, name, arn, tags).await?;
            }
        }
        Change::TagResource { arn, tags, .. } => {
            let tags = sdk_tags(tags, call, arn)?;
            let request = events.tag_resource().resource_arn(arn).set_tags(Some(tags));
            until_free(run, || async { request.clone().send().await.about(call, arn) }).await?;
        }
        Change::AddPermission { arn, function } => permit(run, call, arn, function).await?,
        Change::PutTargets { name, arn, target, before } => {
            let id = before.as_ref().and_then(|before| before.id.as_deref()).unwrap_or(TARGET);
            let target = sdk_target(id, arn, target).map_err(|why| CallError::unusable(call, name, why))?;
            let request = events.put_targets().rule(name).targets(target);
            let put = || async {
                let answer = request.clone().send().await.about(call, name)?;
                let failed = answer.failed_entries().iter();
                let failed = failed.map(|it| (it.target_id(), it.error_code(), it.error_message()));
                check_entries(call, name, answer.failed_entry_count(), failed)
            };
            until_free(run, put).await?;
        }
        Change::RemovePermission { arn, function, keeps } => {
            withdraw(run, call, arn, function, *keeps).await?;
        }
        Change::RemoveTargets { name, targets } => {
            let ids = targets.iter().map(|target| target.id.clone()).collect();
            let request = events.remove_targets().rule(name).set_ids(Some(ids));
            let remove = || async {
                let answer = request.clone().send().await.about(call, name);
                let Some(answer) = absent_if(NOT_FOUND, answer)? else { return Ok(()) };
                let failed = answer.failed_entries().iter();
                let failed = failed.map(|it| (it.target_id(), it.error_code(), it.error_message()));
                let gone = |(_, code, _): &(_, Option<&str>, _)| *code != Some(NOT_FOUND);
                let failed: Vec<_> = failed.filter(gone).collect();
                let is_all_gone = failed.is_empty() && !answer.failed_entries().is_empty();
                let count = if is_all_gone { 0 } else { answer.failed_entry_count() };
                check_entries(call, name, count, failed.into_iter())
            };
            until_free(run, remove).await?;
        }
        Change::DeleteRule { name, permit: _ } => {
            let mut patience = run.patience("AWS to know that the rule calls nothing", UNTIL_EMPTY);
            let request = events.delete_rule().name(name);
            let delete = || async { request.clone().send().await.about(call, name) };
            while let Err(error) = until_free(run, delete).await {
                match error {
                    error if error.is(NOT_FOUND) => break,
                    error if has_targets(&error) => patience.pause_after(error).await?,
                    error => return Err(error),
                }
            }
        }
    }
    Ok(())
}

/// What AWS says of a rule that still has targets.
fn has_targets(error: &CallError) -> bool {
    error.is("ValidationException") && error.message.contains("has targets")
}

/// Makes sure that AWS has made a rule with these `tags`. Of one that was there it says nothing, and leaves its tags
/// alone (API `PutRule`): only those tell.
async fn check_owner(run: &Run<'_>, call: &str, name: &str, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let taken = "there was one of this name, made in this very moment by somebody else: its settings were overwritten";
    let taken = || CallError::unusable(call, name, taken);
    let mut patience = run.patience(format!("AWS to show the tags of {name}"), UNTIL_TAGGED);
    loop {
        // Of what has just been made, reads may say that it is not there.
        let live = tags_of(run.aws, arn).await?.unwrap_or_default();
        if tags.missing_from(&live).is_empty() {
            return Ok(());
        }
        // Somebody's: that will not change.
        if live.get(tags::MANIFEST).is_some() {
            return Err(taken());
        }
        patience.pause_after(taken()).await?;
    }
}

/// Lets the rule `arn` invoke a function, and makes sure that it may.
///
/// Of two writes to one policy AWS may keep the later alone although both succeed. So whoever writes to it takes turns
/// within this process, and names the revision that was read for the sake of others; the first statement of all has none
/// to name, so the policy is read once more.
async fn permit(run: &Run<'_>, call: &str, arn: &str, function: &Link) -> Result<(), CallError> {
    let function = function_arn(arn, function);
    let unknown = || CallError::unusable(call, arn, "the ARN of its function is not known");
    let function = function.as_deref().ok_or_else(unknown)?;
    let name = function_name(arn, function).unwrap_or(function);
    let mut patience = run.patience(format!("{name} to let the rule invoke it"), UNTIL_PERMITTED);
    loop {
        let turn = run.aws.turn(function).await;
        let (granted, revision) = policy(run.aws, arn, function).await?;
        if !granted.sound.is_empty() {
            return Ok(());
        }
        let request = run
            .aws
            .lambda
            .add_permission()
            .function_name(name)
            .statement_id(granted.free_sid(arn))
            .action(ACTION)
            .principal(PRINCIPAL)
            .source_arn(arn)
            .set_revision_id(revision);
        match request.send().await.about(call, name) {
            Ok(_) => {
                let (granted, _) = policy(run.aws, arn, function).await?;
                if !granted.sound.is_empty() {
                    return Ok(());
                }
                drop(turn);
                patience.pause().await?;
            }
            Err(error) if is_passing(&error) || error.is(NOT_FOUND) => {
                drop(turn);
                patience.pause_after(error).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Takes off what lets the rule `arn` invoke a function; but for one statement that is needed, where it `keeps` that.
async fn withdraw(run: &Run<'_>, call: &str, arn: &str, name: &str, keeps: bool) -> Result<(), CallError> {
    let Some(rule) = Arn::parse(arn) else { return Err(CallError::unusable(call, arn, "this is no ARN")) };
    let resource = format!("function:{name}");
    let function = Arn { service: "lambda", resource: &resource, ..rule }.to_string();
    let mut patience = run.patience(format!("other changes of the policy of {name}"), UNTIL_PERMITTED);
    loop {
        let turn = run.aws.turn(&function).await;
        let (granted, revision) = policy(run.aws, arn, &function).await?;
        let needed = granted.sound.first().filter(|_| keeps);
        let mut all = granted.sound.iter().chain(&granted.unsound);
        let Some(sid) = all.find(|sid| Some(*sid) != needed) else { return Ok(()) };
        let request = run.aws.lambda.remove_permission().function_name(name).statement_id(sid);
        let answer = request.set_revision_id(revision).send().await.about(call, name);
        drop(turn);
        match absent_if(NOT_FOUND, answer) {
            Ok(_) => {}
            Err(error) if is_passing(&error) => patience.pause_after(error).await?,
            Err(error) => return Err(error),
        }
    }
}

/// Whether somebody else writes to the policy at this moment.
fn is_passing(error: &CallError) -> bool {
    error.is(CHANGED) || error.is(CONFLICT)
}

/// Sends again and again while somebody else writes to the same rule.
async fn until_free<T, F: Future<Output = Result<T, CallError>>>(
    run: &Run<'_>,
    send: impl Fn() -> F,
) -> Result<T, CallError> {
    let mut patience = run.patience("other changes of the rule", UNTIL_FREE);
    loop {
        match send().await {
            Err(error) if error.is(BUSY) => patience.pause_after(error).await?,
            answer => return answer,
        }
    }
}

/// An answer with status 200 may say all the same that nothing was done (API `PutTargets`, `RemoveTargets`).
fn check_entries<'a>(
    call: &str,
    name: &str,
    count: i32,
    mut failed: impl Iterator<Item = (Option<&'a str>, Option<&'a str>, Option<&'a str>)>,
) -> Result<(), CallError> {
    let (id, code, message) = match failed.next() {
        Some(failed) => failed,
        None if count == 0 => return Ok(()),
        None => (None, None, None),
    };
    let said = message.unwrap_or("AWS did not take it, and does not say why");
    let said = format!("target {}: {said}", id.unwrap_or("of no name"));
    Err(CallError { code: code.map(str::to_owned), ..CallError::unusable(call, name, said) })
}

fn sdk_state(switch: &Switch) -> RuleState {
    match switch {
        Switch::On => RuleState::Enabled,
        Switch::Off => RuleState::Disabled,
        Switch::Other(word) => RuleState::from(word.as_str()),
    }
}

fn sdk_target(id: &str, rule: &str, target: &Target) -> Result<SdkTarget, String> {
    // Destructured whole: a new field that nobody sends does not compile. What else is set goes with the old target.
    let Target { id: _, function, input, retries, age, more: _ } = target;
    let number = |value: u32| i32::try_from(value).map_err(|error| error.to_string());
    let retry = RetryPolicy::builder()
        .maximum_retry_attempts(number(*retries)?)
        .maximum_event_age_in_seconds(number(*age)?)
        .build();
    let builder = SdkTarget::builder()
        .id(id)
        .set_arn(function_arn(rule, function))
        .set_input(input.as_ref().map(|Input { text, .. }| text.clone()))
        .retry_policy(retry);
    builder.build().map_err(|error| error.to_string())
}

fn sdk_tags(tags: &Tags, call: &str, about: &str) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags: Result<_, _> = tags.iter().map(tag).collect();
    tags.map_err(|error| CallError::unusable(call, about, error.to_string()))
}
