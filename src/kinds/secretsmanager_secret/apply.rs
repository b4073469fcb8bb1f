//! The calls that write, one per change. No value passes through here.

use aws_sdk_secretsmanager::types::Tag;

use super::observe::brings;
use super::state::{Change, Edit, RECOVERY_DAYS};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::Describe;
use crate::model::{Outputs, Tags};

/// Makes the call that `change` stands for.
pub(super) async fn perform(aws: &Aws, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let secrets = &aws.secrets;
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
            let request = secrets
                .put_resource_policy()
                .secret_id(name)
                .resource_policy(after.text())
                .block_public_policy(true);
            request.send().await.about(call, name)?;
        }
        Change::DeleteResourcePolicy { name, .. } => {
            let request = secrets.delete_resource_policy().secret_id(name);
            request.send().await.about(call, name)?;
        }
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

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
