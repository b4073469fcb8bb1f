//! The calls that write, one per change.

use std::time::Duration;

use aws_sdk_iam::error::BuildError;
use aws_sdk_iam::types::Tag;

use super::change::Change;
use super::observe::{NO_ENTITY, brings, described};
use super::state::State;
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::absent_if;
use crate::kind::{Describe, Run};
use crate::model::{Outputs, Tags};

/// How long IAM may take until a role is known everywhere, and until another change of it has ended
/// (terraform-provider-aws: `iam/wait.go`).
const UNTIL_KNOWN: Duration = Duration::from_mins(2);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let mut patience =
        run.patience("IAM to know the role, and to be done with other changes of it", UNTIL_KNOWN);
    loop {
        match send(run, change).await {
            Err(error) if passes(&error) => patience.pause_after(error).await?,
            answer => break answer?,
        }
    }
    if let Change::CreateRole { state, .. } = change {
        *outputs = until_there(run, &state.name).await?;
    }
    Ok(())
}

/// What IAM says for some seconds after something else was changed. That there is no such policy to attach has the
/// code of there being no such role, and does not pass.
fn passes(error: &CallError) -> bool {
    let says = |text: &str| error.message.to_lowercase().contains(text);
    match error.code.as_deref() {
        Some("ConcurrentModification" | "EntityTemporarilyUnmodifiable") => true,
        Some(NO_ENTITY) => says("role with name"),
        // That of a principal which was made a moment ago.
        Some("MalformedPolicyDocument") => says("invalid principal"),
        // What was detached a moment ago.
        Some("DeleteConflict") => says("polic"),
        _ => false,
    }
}

async fn send(run: &Run<'_>, change: &Change) -> Result<(), CallError> {
    let iam = &run.aws.iam;
    let (call, role) = (change.describe().call, change.role());
    match change {
        Change::CreateRole { state, tags } => create(run, state, tags, call).await?,
        Change::TagRole { tags, .. } => {
            let request = iam.tag_role().role_name(role).set_tags(Some(sdk_tags(tags, call, role)?));
            request.send().await.about(call, role)?;
        }
        Change::UpdateRole { description, max_session, .. } => {
            let request = iam
                .update_role()
                .role_name(role)
                .description(description.after.as_deref().unwrap_or_default())
                .max_session_duration(seconds(max_session.after));
            request.send().await.about(call, role)?;
        }
        Change::UpdateAssumeRolePolicy { after, .. } => {
            let request = iam.update_assume_role_policy().role_name(role).policy_document(after.text());
            request.send().await.about(call, role)?;
        }
        Change::PutRolePolicy { name, after, .. } => {
            let unknown =
                || CallError::unusable(call, role, format!("what its policy {name} names is not known"));
            let policy = after.filled().ok_or_else(unknown)?;
            let request =
                iam.put_role_policy().role_name(role).policy_name(name).policy_document(policy.text());
            request.send().await.about(call, role)?;
        }
        Change::DeleteRolePolicy { name, .. } => {
            let answer = iam.delete_role_policy().role_name(role).policy_name(name).send().await;
            absent_if(NO_ENTITY, answer.about(call, role))?;
        }
        Change::AttachRolePolicy { arn, .. } => {
            iam.attach_role_policy().role_name(role).policy_arn(arn).send().await.about(call, role)?;
        }
        Change::DetachRolePolicy { arn, .. } => {
            let answer = iam.detach_role_policy().role_name(role).policy_arn(arn).send().await;
            absent_if(NO_ENTITY, answer.about(call, role))?;
        }
        Change::PutRolePermissionsBoundary { after, .. } => {
            let request = iam.put_role_permissions_boundary().role_name(role).permissions_boundary(after);
            request.send().await.about(call, role)?;
        }
        Change::DeleteRolePermissionsBoundary { .. } => {
            iam.delete_role_permissions_boundary().role_name(role).send().await.about(call, role)?;
        }
        Change::DeleteRole { permit: _, .. } => {
            absent_if(NO_ENTITY, iam.delete_role().role_name(role).send().await.about(call, role))?;
        }
    }
    Ok(())
}

async fn create(run: &Run<'_>, state: &State, tags: &Tags, call: &str) -> Result<(), CallError> {
    // Destructured whole, so that a new field cannot be forgotten here. Policies are calls of their own.
    let State { name, path, description, max_session, trust, policies: _, managed: _, boundary } = state;
    let request = run
        .aws
        .iam
        .create_role()
        .role_name(name)
        .path(path)
        .assume_role_policy_document(trust.text())
        .set_description(description.clone())
        .max_session_duration(seconds(*max_session))
        .set_permissions_boundary(boundary.clone())
        .set_tags(Some(sdk_tags(tags, call, name)?));
    request.send().await.about(call, name)?;
    Ok(())
}

/// Waits until what was just made can be read, under an ARN: for a moment it may stand there by its id.
async fn until_there(run: &Run<'_>, name: &str) -> Result<Outputs, CallError> {
    let mut patience = run.patience("IAM to know the role", UNTIL_KNOWN);
    loop {
        match described(run.aws, name).await? {
            Some(role) if role.arn().starts_with("arn:") => return Ok(brings(&role)),
            _ => patience.pause().await?,
        }
    }
}

/// API `CreateRole`: 3,600 to 43,200.
fn seconds(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

fn sdk_tags(tags: &Tags, call: &str, role: &str) -> Result<Vec<Tag>, CallError> {
    let tags: Result<_, BuildError> =
        tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    tags.map_err(|error| CallError::unusable(call, role, error.to_string()))
}
