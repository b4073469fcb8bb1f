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
    /// The same, and only `infra destroy` may do so.
    Destroy,
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

const fn acm(operation: &'static str, effect: Effect) -> Call {
    Call { service: "acm", sdk_service: "ACM", operation, effect }
}

const fn ec2(operation: &'static str, effect: Effect) -> Call {
    Call { service: "ec2", sdk_service: "EC2", operation, effect }
}

const fn ecr(operation: &'static str, effect: Effect) -> Call {
    Call { service: "ecr", sdk_service: "ECR", operation, effect }
}

const fn efs(operation: &'static str, effect: Effect) -> Call {
    Call { service: "elasticfilesystem", sdk_service: "EFS", operation, effect }
}

const fn elb(operation: &'static str, effect: Effect) -> Call {
    Call { service: "elasticloadbalancing", sdk_service: "Elastic Load Balancing v2", operation, effect }
}

const fn events(operation: &'static str, effect: Effect) -> Call {
    Call { service: "events", sdk_service: "EventBridge", operation, effect }
}

const fn iam(operation: &'static str, effect: Effect) -> Call {
    Call { service: "iam", sdk_service: "IAM", operation, effect }
}

const fn logs(operation: &'static str, effect: Effect) -> Call {
    Call { service: "logs", sdk_service: "CloudWatch Logs", operation, effect }
}

const fn lambda(operation: &'static str, effect: Effect) -> Call {
    Call { service: "lambda", sdk_service: "Lambda", operation, effect }
}

const fn tagging(operation: &'static str, effect: Effect) -> Call {
    Call { service: "tag", sdk_service: "Resource Groups Tagging API", operation, effect }
}

const fn secrets(operation: &'static str, effect: Effect) -> Call {
    Call { service: "secretsmanager", sdk_service: "Secrets Manager", operation, effect }
}

const fn cloudformation(operation: &'static str, effect: Effect) -> Call {
    Call { service: "cloudformation", sdk_service: "CloudFormation", operation, effect }
}

const fn cloudtrail(operation: &'static str, effect: Effect) -> Call {
    Call { service: "cloudtrail", sdk_service: "CloudTrail", operation, effect }
}

const fn sts(operation: &'static str, effect: Effect) -> Call {
    Call { service: "sts", sdk_service: "STS", operation, effect }
}

/// Every call that `infra` can make.
pub static CALLS: &[Call] = &[
    sts("GetCallerIdentity", Effect::Read),
    cloudformation("DescribeStacks", Effect::Read),
    cloudformation("DescribeStackResource", Effect::Read),
    cloudformation("DescribeStackResources", Effect::Read),
    cloudformation("DescribeStackEvents", Effect::Read),
    cloudformation("ListExports", Effect::Read),
    cloudformation("ListImports", Effect::Read),
    cloudformation("CreateStack", Effect::Write),
    cloudformation("UpdateStack", Effect::Write),
    cloudformation("DeleteStack", Effect::Delete),
    cloudtrail("DescribeTrails", Effect::Read),
    cloudtrail("GetEventSelectors", Effect::Read),
    cloudtrail("GetTrailStatus", Effect::Read),
    logs("FilterLogEvents", Effect::Read),
    acm("ListCertificates", Effect::Read),
    ec2("DescribeVpcs", Effect::Read),
    ec2("DescribeSubnets", Effect::Read),
    ec2("DescribeSecurityGroups", Effect::Read),
    ec2("DescribeNetworkInterfaces", Effect::Read),
    ec2("CreateSecurityGroup", Effect::Write),
    ec2("CreateTags", Effect::Write),
    ec2("AuthorizeSecurityGroupIngress", Effect::Write),
    ec2("AuthorizeSecurityGroupEgress", Effect::Write),
    ec2("RevokeSecurityGroupIngress", Effect::Write),
    ec2("RevokeSecurityGroupEgress", Effect::Write),
    ec2("UpdateSecurityGroupRuleDescriptionsIngress", Effect::Write),
    ec2("UpdateSecurityGroupRuleDescriptionsEgress", Effect::Write),
    ec2("DeleteSecurityGroup", Effect::Delete),
    ecr("DescribeRepositories", Effect::Read),
    ecr("ListTagsForResource", Effect::Read),
    ecr("GetLifecyclePolicy", Effect::Read),
    ecr("GetRepositoryPolicy", Effect::Read),
    ecr("DescribeImages", Effect::Read),
    ecr("GetAuthorizationToken", Effect::Read),
    ecr("CreateRepository", Effect::Write),
    ecr("TagResource", Effect::Write),
    ecr("PutImageTagMutability", Effect::Write),
    ecr("PutImageScanningConfiguration", Effect::Write),
    ecr("PutLifecyclePolicy", Effect::Write),
    ecr("DeleteLifecyclePolicy", Effect::Write),
    ecr("SetRepositoryPolicy", Effect::Write),
    ecr("DeleteRepositoryPolicy", Effect::Write),
    ecr("DeleteRepository", Effect::Delete),
    efs("DescribeFileSystems", Effect::Read),
    efs("DescribeLifecycleConfiguration", Effect::Read),
    efs("DescribeBackupPolicy", Effect::Read),
    efs("DescribeFileSystemPolicy", Effect::Read),
    efs("DescribeMountTargets", Effect::Read),
    efs("DescribeMountTargetSecurityGroups", Effect::Read),
    efs("DescribeAccessPoints", Effect::Read),
    efs("CreateFileSystem", Effect::Write),
    efs("UpdateFileSystem", Effect::Write),
    efs("PutLifecycleConfiguration", Effect::Write),
    efs("PutBackupPolicy", Effect::Write),
    efs("PutFileSystemPolicy", Effect::Write),
    efs("DeleteFileSystemPolicy", Effect::Write),
    efs("UpdateFileSystemProtection", Effect::Write),
    efs("TagResource", Effect::Write),
    efs("CreateMountTarget", Effect::Write),
    efs("ModifyMountTargetSecurityGroups", Effect::Write),
    efs("DeleteMountTarget", Effect::Destroy),
    efs("CreateAccessPoint", Effect::Write),
    efs("DeleteAccessPoint", Effect::Delete),
    elb("DescribeLoadBalancers", Effect::Read),
    elb("DescribeLoadBalancerAttributes", Effect::Read),
    elb("DescribeListeners", Effect::Read),
    elb("DescribeListenerCertificates", Effect::Read),
    elb("DescribeRules", Effect::Read),
    elb("DescribeTags", Effect::Read),
    elb("CreateLoadBalancer", Effect::Write),
    elb("AddTags", Effect::Write),
    elb("SetSubnets", Effect::Write),
    elb("SetSecurityGroups", Effect::Write),
    elb("SetIpAddressType", Effect::Write),
    elb("ModifyLoadBalancerAttributes", Effect::Write),
    elb("CreateListener", Effect::Write),
    elb("ModifyListener", Effect::Write),
    elb("AddListenerCertificates", Effect::Write),
    elb("RemoveListenerCertificates", Effect::Write),
    elb("DeleteListener", Effect::Delete),
    elb("DeleteLoadBalancer", Effect::Delete),
    iam("GetRole", Effect::Read),
    iam("ListRolePolicies", Effect::Read),
    iam("GetRolePolicy", Effect::Read),
    iam("ListAttachedRolePolicies", Effect::Read),
    iam("ListInstanceProfilesForRole", Effect::Read),
    iam("GetAccountAuthorizationDetails", Effect::Read),
    iam("CreateRole", Effect::Write),
    iam("TagRole", Effect::Write),
    iam("UpdateRole", Effect::Write),
    iam("UpdateAssumeRolePolicy", Effect::Write),
    iam("PutRolePolicy", Effect::Write),
    iam("DeleteRolePolicy", Effect::Write),
    iam("AttachRolePolicy", Effect::Write),
    iam("DetachRolePolicy", Effect::Write),
    iam("PutRolePermissionsBoundary", Effect::Write),
    iam("DeleteRolePermissionsBoundary", Effect::Write),
    iam("DeleteRole", Effect::Delete),
    logs("DescribeLogGroups", Effect::Read),
    logs("ListTagsForResource", Effect::Read),
    tagging("GetResources", Effect::Read),
    logs("CreateLogGroup", Effect::Write),
    logs("TagResource", Effect::Write),
    logs("PutRetentionPolicy", Effect::Write),
    logs("DeleteRetentionPolicy", Effect::Write),
    logs("AssociateKmsKey", Effect::Write),
    logs("DisassociateKmsKey", Effect::Write),
    logs("PutLogGroupDeletionProtection", Effect::Write),
    lambda("GetFunction", Effect::Read),
    lambda("GetPolicy", Effect::Read),
    lambda("ListFunctions", Effect::Read),
    lambda("CreateFunction", Effect::Write),
    lambda("TagResource", Effect::Write),
    lambda("UpdateFunctionConfiguration", Effect::Write),
    lambda("UpdateFunctionCode", Effect::Write),
    lambda("PutFunctionConcurrency", Effect::Write),
    lambda("DeleteFunctionConcurrency", Effect::Write),
    lambda("AddPermission", Effect::Write),
    lambda("RemovePermission", Effect::Write),
    lambda("DeleteFunction", Effect::Delete),
    events("DescribeRule", Effect::Read),
    events("ListRules", Effect::Read),
    events("ListTagsForResource", Effect::Read),
    events("ListTargetsByRule", Effect::Read),
    events("PutRule", Effect::Write),
    events("PutTargets", Effect::Write),
    events("RemoveTargets", Effect::Write),
    events("TagResource", Effect::Write),
    events("DeleteRule", Effect::Delete),
    secrets("DescribeSecret", Effect::Read),
    secrets("GetResourcePolicy", Effect::Read),
    secrets("ListSecretVersionIds", Effect::Read),
    secrets("ListSecrets", Effect::Read),
    secrets("CreateSecret", Effect::Write),
    secrets("UpdateSecret", Effect::Write),
    secrets("PutSecretValue", Effect::Write),
    secrets("RotateSecret", Effect::Write),
    secrets("CancelRotateSecret", Effect::Write),
    secrets("UpdateSecretVersionStage", Effect::Write),
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

    const FORBIDDEN: &[&str] = &[
        "BatchDeleteImage",
        "BatchGetSecretValue",
        "DeleteFileSystem",
        "DeleteLogGroup",
        "DeleteLogStream",
        "DeleteNetworkInterface",
        "DeleteSubnet",
        "DeleteTargetGroup",
        "DeleteTags",
        "DeleteVpc",
        "GetSecretValue",
        "Invoke",
        "RemoveTags",
        "TerminateInstances",
    ];

    #[test]
    fn nothing_that_only_destroys_or_reads_a_secret_is_in_the_table() {
        for call in CALLS {
            assert!(!FORBIDDEN.contains(&call.operation), "{call:?}");
            // A rule of a listener is somebody else's; one of EventBridge is ours or refused.
            assert!(call.operation != "DeleteRule" || call.service == "events", "{call:?}");
        }
    }

    #[test]
    fn every_call_stands_once() {
        for (at, call) in CALLS.iter().enumerate() {
            assert!(!CALLS[..at].contains(call), "{call:?}");
        }
    }
}
