//! Whether a CloudFormation stack still owns what carries its tags.
//!
//! The tags stay behind on resources that a stack retained, so the stack itself is asked.

use super::{Aws, CallError};
use crate::model::StackMark;

/// Whether a stack still owns a resource that carries its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The stack is there and lists the resource.
    Owns,
    /// The stack is gone, or no longer lists the resource: it was retained, and may be adopted.
    Released,
}

/// Asks CloudFormation whether the stack of `mark` still owns the resource.
///
/// A stack is found by its id for 90 days after its deletion, then as `DELETE_COMPLETE` (API
/// `DescribeStacks`); `does not exist` comes as a `ValidationError`, which has no code of its own.
///
/// # Errors
///
/// [`CallError`] when the stack could not be read, so that nobody can say.
pub async fn standing(aws: &Aws, mark: &StackMark) -> Result<Standing, CallError> {
    const STACKS: &str = "cloudformation:DescribeStacks";
    const RESOURCE: &str = "cloudformation:DescribeStackResource";
    let status = match aws.cloudformation.describe_stacks().stack_name(&mark.id).send().await {
        Ok(answer) => answer.stacks().first().and_then(|stack| stack.stack_status.clone()),
        Err(error) => {
            let error = CallError::new(STACKS, &mark.name, &error);
            return if gone(&error) { Ok(Standing::Released) } else { Err(error) };
        }
    };
    let status =
        status.ok_or_else(|| CallError::unusable(STACKS, &mark.name, "the answer holds no stack"))?;
    if status.as_str() == "DELETE_COMPLETE" {
        return Ok(Standing::Released);
    }
    let Some(logical_id) = &mark.logical_id else { return Ok(Standing::Owns) };
    let listed = aws
        .cloudformation
        .describe_stack_resource()
        .stack_name(&mark.id)
        .logical_resource_id(logical_id)
        .send()
        .await;
    match listed {
        Ok(answer) => {
            let status = answer.stack_resource_detail.and_then(|detail| detail.resource_status);
            // Retained by an update that dropped it from the template.
            let dropped =
                status.is_some_and(|status| matches!(status.as_str(), "DELETE_SKIPPED" | "DELETE_COMPLETE"));
            Ok(if dropped { Standing::Released } else { Standing::Owns })
        }
        Err(error) => {
            let error = CallError::new(RESOURCE, &mark.name, &error);
            if gone(&error) { Ok(Standing::Released) } else { Err(error) }
        }
    }
}

fn gone(error: &CallError) -> bool {
    error.is("ValidationError") && error.message.contains("does not exist")
}
