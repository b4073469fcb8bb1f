//! CloudFormation stacks: whether one still owns what carries its tags, and which may be written.
//!
//! The tags stay behind on resources that a stack retained, so the stack itself is asked.

use serde_json::{Value, json};

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

/// Whether an error says that there is no such stack.
#[must_use]
pub fn gone(error: &CallError) -> bool {
    error.is("ValidationError") && error.message.contains("does not exist")
}

/// The one type of resource that a stack of ours has: it is nothing, and a stack must have one.
pub const HANDLE: &str = "AWS::CloudFormation::WaitConditionHandle";

/// Whether CloudFormation is about to change the stack, by its status. One that is in review waits for people.
#[must_use]
pub fn is_busy(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}

/// How the names of our stacks begin and end.
const NAME: (&str, &str) = ("infra-", "-exports");

/// Whether a stack of this name or ARN is one that may be written: that of a manifest's exports.
#[must_use]
pub(super) fn is_ours(stack: Option<&str>) -> bool {
    let name = stack.map(|stack| stack.split('/').nth(1).unwrap_or(stack)).unwrap_or_default();
    name.starts_with(NAME.0) && name.ends_with(NAME.1)
}

/// Whether a template is of the form that makes no resource: beside outputs the one that is nothing.
#[must_use]
pub(super) fn holds_outputs_alone(template: &str) -> bool {
    let Ok(Value::Object(template)) = serde_json::from_str(template) else { return false };
    let resources = template.get("Resources").and_then(Value::as_object);
    let is_nothing = |resource: &Value| *resource == json!({ "Type": HANDLE });
    template.keys().all(|key| ["Description", "Resources", "Outputs"].contains(&key.as_str()))
        && resources.is_some_and(|all| all.values().all(is_nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_outputs_alone_is_known_from_others() {
        let nothing = json!({ "Type": HANDLE });
        let outputs = json!({ "Out": { "Value": "x" } });
        let good = json!({ "Description": "x", "Resources": { "Nothing": nothing }, "Outputs": outputs });
        assert!(holds_outputs_alone(&good.to_string()));
        let mut all = Vec::new();
        for (key, value) in [
            ("Resources", json!({ "Nothing": nothing, "Role": { "Type": "AWS::IAM::Role" } })),
            ("Resources", json!({ "Nothing": { "Type": HANDLE, "DependsOn": "x" } })),
            ("Resources", json!([])),
            ("Transform", json!("AWS::Serverless-2016-10-31")),
            ("Parameters", json!({})),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            all.push(bad.to_string());
        }
        all.extend(["Outputs: {}", "", "[]", "{}"].map(str::to_owned));
        for bad in all {
            assert!(!holds_outputs_alone(&bad), "{bad}");
        }
    }

    #[test]
    fn only_stacks_of_exports_are_ours() {
        for stack in ["infra-site-exports", "arn:aws:cloudformation:us-west-2:1:stack/infra-site-exports/2-3"]
        {
            assert!(is_ours(Some(stack)), "{stack}");
        }
        let other = "arn:aws:cloudformation:us-west-2:1:stack/legacy/infra-exports";
        for stack in [None, Some(""), Some("legacy"), Some("infra-site"), Some("site-exports"), Some(other)] {
            assert!(!is_ours(stack), "{stack:?}");
        }
    }
}
