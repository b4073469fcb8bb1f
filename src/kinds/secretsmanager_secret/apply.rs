//! The calls that write, one per change. Those that write a value are in `write`.

use aws_sdk_secretsmanager::types::Tag;

use super::change::{Change, Edit, RECOVERY_DAYS};
use super::observe::brings;
use super::spec::READ;
use super::{rotate, write};
use crate::aws::{Answer as _, CallError};
use crate::kind::{Describe, Run};
use crate::model::{Outputs, Tags};

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let secrets = &run.aws.secrets;
    let call = change.describe().call;
    match change {
        Change::CreateSecret { state, tags, token } => {
            let request = secrets
                .create_secret()
                .name(&state.name)
                .client_request_token(token)
                .set_description(state.description.clone())
                .set_kms_key_id(state.kms_key.clone())
                .set_tags(Some(sdk_tags(tags)));
            let made = request.send().await.about(call, &state.name)?;
            *outputs = brings(made.arn());
        }
        Change::TagResource { name, tags, .. } => {
            let request = secrets.tag_resource().secret_id(name).set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, name)?;
        }
        // An empty text clears the description and goes back to AWS's own key (API `UpdateSecret`).
        Change::UpdateSecret { name, description, kms_key } => {
            let value =
                |edit: &Option<Edit>| edit.as_ref().map(|edit| edit.after.clone().unwrap_or_default());
            let request = secrets
                .update_secret()
                .secret_id(name)
                .set_description(value(description))
                .set_kms_key_id(value(kms_key));
            request.send().await.about(call, name)?;
        }
        // AWS itself checks that the policy is not public, and refuses it otherwise.
        Change::PutResourcePolicy { name, after, .. } => {
            let Some(policy) = READ.document(after) else {
                return Err(CallError::unusable(call, name, "there is no policy to put"));
            };
            let request = secrets
                .put_resource_policy()
                .secret_id(name)
                .resource_policy(policy.text())
                .block_public_policy(true);
            let put = || async { request.clone().send().await.about(call, name) };
            run.until_principals_are_known(&policy, is_unknown, put).await?;
        }
        Change::DeleteResourcePolicy { name, .. } => {
            let request = secrets.delete_resource_policy().secret_id(name);
            request.send().await.about(call, name)?;
        }
        Change::PutSecretValue { name, held, current, .. } => {
            write::put(run, name, held, current.as_deref()).await?;
        }
        Change::UpdateSecretVersionStage { name, held, versions, .. } => {
            write::make_current(run, name, held.version_id().as_str(), versions).await?;
        }
        Change::GenerateSecretValue { name, recipe } => {
            write::make(run, name, recipe, outputs.get(Outputs::ARN)).await?;
        }
        Change::RotateSecret { name, after, .. } => rotate::set(run, name, after).await?,
        Change::CancelRotateSecret { name, .. } => rotate::cancel(run, name).await?,
        Change::RestoreSecret { name, .. } => {
            let request = secrets.restore_secret().secret_id(name);
            request.send().await.about(call, name)?;
        }
        Change::DeleteSecret { name, permit: _ } => {
            let request = secrets.delete_secret().secret_id(name).recovery_window_in_days(RECOVERY_DAYS);
            request.send().await.about(call, name)?;
        }
    }
    Ok(())
}

/// What Secrets Manager says of a principal that it does not know, and of one that there is not
/// (terraform-provider-aws: `secretsmanager/secret.go`).
fn is_unknown(error: &CallError) -> bool {
    error.is("MalformedPolicyDocumentException") && error.message.contains("unsupported principal")
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
