//! The calls that write, one per change, and waiting for what they begin.

use std::time::Duration;

use aws_sdk_cloudformation::types::{OnFailure, StackEvent, Tag};

use super::observe::{DESCRIBE, STACK, brings, described, version};
use super::state::{Change, State};
use super::template;
use crate::aws::stack::is_busy;
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::holds_no;
use crate::kind::{Describe, Run};
use crate::model::tags::AWS_RESERVED;
use crate::model::{Outputs, Tags, digest};

/// Outputs are written within seconds. CloudFormation gives other resources half an hour and more, and it may have
/// others to see to (terraform-provider-aws: `cloudformation/stack.go` waits as long).
const UNTIL_DONE: Duration = Duration::from_mins(30);

/// Longest of `ClientRequestToken` (API `CreateStack`).
const MAX_TOKEN: usize = 128;

pub(super) fn already_exists(error: &CallError) -> bool {
    // The second: the same operation is under way.
    error.is("AlreadyExistsException") || error.is("TokenAlreadyExistsException")
}

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let cloudformation = &run.aws.cloudformation;
    let call = change.describe().call;
    let arn = outputs.get(STACK).unwrap_or_default().to_owned();
    match change {
        Change::CreateStack { state, tags, token } => {
            let body = body(call, state)?;
            let token = made_of(&[token, &body]);
            let request = cloudformation
                .create_stack()
                .stack_name(&state.stack)
                .on_failure(OnFailure::Delete)
                .client_request_token(&token)
                .template_body(body)
                .set_tags(Some(sdk_tags(tags)));
            let made = match request.send().await.about(call, &state.stack) {
                // Another run makes it, or the reply was lost: what it comes to tells who it is.
                Err(error) if already_exists(&error) => {
                    until_idle(run, &state.stack).await?;
                    return Err(error);
                }
                answer => answer?,
            };
            let arn = made.stack_id().ok_or_else(|| holds_no(call, &state.stack, "ARN"))?;
            outputs.set(STACK, arn);
            let begun = Begun { call, arn, token: &token, since: "" };
            *outputs = until(run, &begun, Some("CREATE_COMPLETE")).await?;
        }
        Change::UpdateStack { state, version, .. } => {
            let body = body(call, state)?;
            let token = made_of(&["update-stack 1", &arn, version, &body]);
            let request = cloudformation.update_stack().stack_name(&arn).client_request_token(&token);
            let answer = request.template_body(body).send().await.about(call, &arn);
            let begun = Begun { call, arn: &arn, token: &token, since: version };
            *outputs = updated(run, &begun, answer.map(drop)).await?;
        }
        Change::TagStack { before, tags, version } => {
            let all = together(before, tags);
            let text: Vec<_> = all.iter().flat_map(|(key, value)| [key, value]).collect();
            let token = made_of(&[&["tag-stack 1", &arn, version], text.as_slice()].concat());
            let request = cloudformation.update_stack().stack_name(&arn).client_request_token(&token);
            let request = request.use_previous_template(true).set_tags(Some(sdk_tags(&all)));
            let answer = request.send().await.about(call, &arn);
            let begun = Begun { call, arn: &arn, token: &token, since: version };
            *outputs = updated(run, &begun, answer.map(drop)).await?;
        }
        Change::DeleteStack { permit: _, .. } => {
            let token = made_of(&["delete-stack 1", &arn]);
            let request = cloudformation.delete_stack().stack_name(&arn).client_request_token(&token);
            request.send().await.about(call, &arn)?;
            until(run, &Begun { call, arn: &arn, token: &token, since: "" }, None).await?;
        }
    }
    Ok(())
}

/// The template. A value that is not known is not passed over: what it stands for would be deleted.
fn body(call: &str, state: &State) -> Result<String, CallError> {
    template::of(state)
        .ok_or_else(|| CallError::unusable(call, &state.stack, "a value that it is to export is not known"))
}

/// The same token for the same operation on the same stack, and another for every other: CloudFormation takes a token that
/// it knows for a repeat.
fn made_of(parts: &[&str]) -> String {
    format!("infra-{}", digest::of_parts(parts.iter().copied())).chars().take(MAX_TOKEN).collect()
}

/// All tags that the stack is to have: those that are given take the place of all it has (API `UpdateStack`).
fn together(before: &Tags, tags: &Tags) -> Tags {
    let kept = before.iter().filter(|(key, _)| !key.starts_with(AWS_RESERVED));
    let mut all: Tags = kept.collect();
    for (key, value) in tags.iter() {
        all.set(key, value);
    }
    all
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// An operation that CloudFormation has begun.
struct Begun<'a> {
    call: &'static str,
    arn: &'a str,
    token: &'a str,
    /// When the stack was last written to before it.
    since: &'a str,
}

impl Begun<'_> {
    fn error(&self, message: impl Into<String>) -> CallError {
        CallError::unusable(self.call, self.arn, message)
    }
}

async fn updated(
    run: &Run<'_>,
    begun: &Begun<'_>,
    answer: Result<(), CallError>,
) -> Result<Outputs, CallError> {
    match answer {
        // Somebody has made it in the meantime.
        Err(error) if is_done_already(&error) => match described(run.aws, begun.arn).await? {
            Some(stack) => brings(&stack, begun.arn),
            None => Err(begun.error("it is gone")),
        },
        // Another run is at it, and may be making this very change: what it comes to tells.
        Err(error) if is_under_way(&error) => {
            until_idle(run, begun.arn).await?;
            Err(error)
        }
        answer => {
            answer?;
            until(run, begun, Some("UPDATE_COMPLETE")).await
        }
    }
}

/// There is no code of its own for it (API `UpdateStack`).
fn is_done_already(error: &CallError) -> bool {
    error.is("ValidationError") && error.message.contains("No updates are to be performed")
}

/// There is no code of its own for it either: `Stack:… is in UPDATE_IN_PROGRESS state and can not be updated.`
fn is_under_way(error: &CallError) -> bool {
    error.is("ValidationError") && error.message.contains("_IN_PROGRESS state")
}

/// Waits until nothing is under way on the stack of this name or ARN.
async fn until_idle(run: &Run<'_>, name: &str) -> Result<(), CallError> {
    let mut patience = run.patience(at_it(name), UNTIL_DONE);
    while let Some(stack) = described(run.aws, name).await? {
        if !stack.stack_status().is_some_and(|status| is_busy(status.as_str())) {
            break;
        }
        patience.pause().await?;
    }
    Ok(())
}

/// What is waited for, of the stack of this name or ARN.
fn at_it(stack: &str) -> String {
    format!("CloudFormation to be done with {}", stack.split('/').nth(1).unwrap_or(stack))
}

/// Waits until the stack has come to this status, or is gone if to none, and gives what it brings. Every other end is
/// an error, with what CloudFormation says of it.
async fn until(run: &Run<'_>, begun: &Begun<'_>, to: Option<&str>) -> Result<Outputs, CallError> {
    let arn = begun.arn;
    let mut patience = run.patience(at_it(arn), UNTIL_DONE);
    loop {
        let Some(stack) = described(run.aws, arn).await? else {
            return match to {
                None => Ok(Outputs::default()),
                // A creation that failed takes everything back.
                Some(_) => Err(failed(run, begun, "it is gone").await),
            };
        };
        let status = stack.stack_status().ok_or_else(|| holds_no(DESCRIBE, arn, "status"))?.as_str();
        // Reads may lag behind what has just begun.
        let has_begun = match to {
            None => status.starts_with("DELETE_"),
            Some(_) => version(&stack).as_deref() != Some(begun.since),
        };
        if has_begun && to == Some(status) {
            return brings(&stack, arn);
        }
        if has_begun && !is_busy(status) {
            return Err(failed(run, begun, &format!("it ended as {status}")).await);
        }
        patience.pause().await?;
    }
}

/// What CloudFormation says of an operation that failed.
async fn failed(run: &Run<'_>, begun: &Begun<'_>, how: &str) -> CallError {
    const EVENTS: &str = "cloudformation:DescribeStackEvents";
    // The newest come first, a hundred of them; an operation on outputs has a few.
    let events = run.aws.cloudformation.describe_stack_events().stack_name(begun.arn).send().await;
    let why = match events.about(EVENTS, begun.arn) {
        Err(error) => format!("why could not be read: {error}"),
        Ok(events) => {
            let events = events.stack_events.unwrap_or_default();
            let mut own =
                events.iter().rev().filter(|event| event.client_request_token() == Some(begun.token));
            own.find_map(reason).unwrap_or("CloudFormation does not say why").to_owned()
        }
    };
    begun.error(format!("{how}: {why}"))
}

/// Why, if an event is that of a failure: the first is the cause, and what follows from it comes after.
fn reason(event: &StackEvent) -> Option<&str> {
    let status = event.resource_status()?.as_str();
    let is_failure = status.ends_with("_FAILED") || status.ends_with("ROLLBACK_IN_PROGRESS");
    event.resource_status_reason().filter(|_| is_failure)
}
