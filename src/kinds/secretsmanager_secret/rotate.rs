//! The calls that switch rotation on and off.

use std::time::Duration;

use aws_sdk_secretsmanager::types::RotationRulesType;

use super::rotation::Rotation;
use crate::aws::{Answer as _, CallError};
use crate::kind::Run;

const ROTATE: &str = "secretsmanager:RotateSecret";
const CANCEL: &str = "secretsmanager:CancelRotateSecret";

/// How long the permission of a function may take to be seen (terraform-provider-aws: `secret_rotation.go`).
const UNTIL_PERMITTED: Duration = Duration::from_mins(2);

/// Has `name` rotated so. Never at once: the value stays until its schedule comes.
pub(super) async fn set(run: &Run<'_>, name: &str, rotation: &Rotation) -> Result<(), CallError> {
    let rules = RotationRulesType::builder()
        .set_schedule_expression(rotation.schedule.clone())
        .set_duration(rotation.window.clone())
        .build();
    let request = run
        .aws
        .secrets
        .rotate_secret()
        .secret_id(name)
        .set_rotation_lambda_arn(rotation.function.clone())
        .rotation_rules(rules)
        .rotate_immediately(false);
    let mut patience = run.patience("AWS to see that it may invoke the function", UNTIL_PERMITTED);
    loop {
        match request.clone().send().await.about(ROTATE, name) {
            Err(error) if passes(&error) => patience.pause_after(error).await?,
            answer => return answer.map(|_| ()),
        }
    }
}

/// Whether an error may pass by itself: a permission that AWS does not see yet, or a rotation under way. What whoever
/// runs this may not do does not.
fn passes(error: &CallError) -> bool {
    let is_ours = error.message.contains(ROTATE);
    error.is("InvalidRequestException") || (error.is("AccessDeniedException") && !is_ours)
}

pub(super) async fn cancel(run: &Run<'_>, name: &str) -> Result<(), CallError> {
    run.aws.secrets.cancel_rotate_secret().secret_id(name).send().await.about(CANCEL, name).map(|_| ())
}
