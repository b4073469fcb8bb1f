//! The calls that write, one per change.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use super::observe::brings;
use super::state::Change;
use crate::aws::{Answer as _, CallError};
use crate::kind::{Describe, Run};
use crate::model::{Outputs, Tags};

/// For how long another change of the same group is let finish.
const UNTIL_ITS_TURN: Duration = Duration::from_mins(1);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let mut patience = run.patience("another change of the log group to end", UNTIL_ITS_TURN);
    loop {
        match send(run, change).await {
            // API: several requests to change the same resource were in conflict.
            Err(error) if error.is("OperationAbortedException") => patience.pause_after(error).await?,
            answer => break answer?,
        }
    }
    if let Change::CreateLogGroup { state, .. } = change {
        *outputs = brings(&state.arn);
    }
    Ok(())
}

async fn send(run: &Run<'_>, change: &Change) -> Result<(), CallError> {
    let logs = &run.aws.logs;
    let call = change.describe().call;
    match change {
        Change::CreateLogGroup { state, tags } => {
            let request = logs
                .create_log_group()
                .log_group_name(&state.name)
                .set_kms_key_id(state.kms_key.clone())
                .log_group_class(LogGroupClass::from(state.class.as_str()))
                .deletion_protection_enabled(state.is_protected)
                .set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, &state.name)?;
        }
        Change::TagResource { arn, tags, .. } => {
            let request = logs.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, arn)?;
        }
        Change::PutRetentionPolicy { name, after, .. } => {
            let request = logs.put_retention_policy().log_group_name(name).retention_in_days((*after).into());
            request.send().await.about(call, name)?;
        }
        Change::DeleteRetentionPolicy { name, .. } => {
            logs.delete_retention_policy().log_group_name(name).send().await.about(call, name)?;
        }
        Change::AssociateKmsKey { name, after, .. } => {
            let request = logs.associate_kms_key().log_group_name(name).kms_key_id(after);
            request.send().await.about(call, name)?;
        }
        Change::DisassociateKmsKey { name, .. } => {
            logs.disassociate_kms_key().log_group_name(name).send().await.about(call, name)?;
        }
        Change::PutLogGroupDeletionProtection { name, on } => {
            let request = logs
                .put_log_group_deletion_protection()
                .log_group_identifier(name)
                .deletion_protection_enabled(*on);
            request.send().await.about(call, name)?;
        }
    }
    Ok(())
}

fn sdk_tags(tags: &Tags) -> HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
