//! The closed table of every AWS call that `infra` can make.
//!
//! What is not here cannot be sent: the [`gate`](super::gate) refuses it. So the table is also the
//! answer to “what could this tool do to my account?”, and what a least-privilege policy is made from.

/// What a call can do to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// It creates or changes something.
    Write,
    /// It takes something away: reviewed, one address at a time.
    Delete,
}

/// One permitted call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service, as in IAM actions (`ecr`).
    pub service: &'static str,
    /// The service, as the SDK calls it.
    pub sdk_service: &'static str,
    /// The API operation.
    pub operation: &'static str,
    /// What it can do.
    pub effect: Effect,
}

const fn ecr(operation: &'static str, effect: Effect) -> Call {
    Call { service: "ecr", sdk_service: "ECR", operation, effect }
}

const fn secrets(operation: &'static str, effect: Effect) -> Call {
    Call { service: "secretsmanager", sdk_service: "Secrets Manager", operation, effect }
}

const fn cloudformation(operation: &'static str, effect: Effect) -> Call {
    Call { service: "cloudformation", sdk_service: "CloudFormation", operation, effect }
}

const fn sts(operation: &'static str, effect: Effect) -> Call {
    Call { service: "sts", sdk_service: "STS", operation, effect }
}

/// Every call that `infra` can make.
pub static CALLS: &[Call] = &[
    sts("GetCallerIdentity", Effect::Read),
    cloudformation("DescribeStacks", Effect::Read),
    cloudformation("DescribeStackResource", Effect::Read),
    ecr("DescribeRepositories", Effect::Read),
    ecr("ListTagsForResource", Effect::Read),
    ecr("GetLifecyclePolicy", Effect::Read),
    ecr("GetRepositoryPolicy", Effect::Read),
    ecr("DescribeImages", Effect::Read),
    ecr("CreateRepository", Effect::Write),
    ecr("TagResource", Effect::Write),
    ecr("PutImageTagMutability", Effect::Write),
    ecr("PutImageScanningConfiguration", Effect::Write),
    ecr("PutLifecyclePolicy", Effect::Write),
    ecr("DeleteLifecyclePolicy", Effect::Write),
    ecr("SetRepositoryPolicy", Effect::Write),
    ecr("DeleteRepositoryPolicy", Effect::Write),
    ecr("DeleteRepository", Effect::Delete),
    secrets("DescribeSecret", Effect::Read),
    secrets("GetResourcePolicy", Effect::Read),
    secrets("ListSecrets", Effect::Read),
    secrets("CreateSecret", Effect::Write),
    secrets("UpdateSecret", Effect::Write),
    secrets("TagResource", Effect::Write),
    secrets("PutResourcePolicy", Effect::Write),
    secrets("DeleteResourcePolicy", Effect::Write),
    secrets("RestoreSecret", Effect::Write),
    secrets("DeleteSecret", Effect::Delete),
];

/// The entry of the table for an operation, by the SDK's names.
#[must_use]
pub fn permitted(sdk_service: &str, operation: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.sdk_service == sdk_service && call.operation == operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_only_destroys_or_reads_a_secret_is_in_the_table() {
        for call in CALLS {
            for forbidden in ["BatchDeleteImage", "GetSecretValue", "BatchGetSecretValue", "DeleteFileSystem"]
            {
                assert_ne!(call.operation, forbidden);
            }
        }
    }

    #[test]
    fn every_call_stands_once() {
        for (at, call) in CALLS.iter().enumerate() {
            assert!(!CALLS[..at].contains(call), "{call:?}");
        }
    }
}
