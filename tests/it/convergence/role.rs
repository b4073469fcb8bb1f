//! `iam.role`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "iam.role",
    before: |_| (),
    // What its policies name.
    with: r#"
        [logs.log-group.site]
        name = "/team/site"
        retention-days = 30
    "#,
    base: r#"
        [iam.role.site]
        name = "team-site"
        trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
        policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
        managed-policies = ["ReadOnlyAccess"]
    "#,
    changes: &[
        (
            "description",
            r#"
            [iam.role.site]
            name = "team-site"
            description = "What the site runs as"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
        (
            "max-session-seconds",
            r#"
            [iam.role.site]
            name = "team-site"
            max-session-seconds = 7200
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
        (
            "trust",
            r#"
            [iam.role.site]
            name = "team-site"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com", "scheduler.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
        (
            "policies",
            r#"
            [iam.role.site]
            name = "team-site"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], resource = ["logs.log-group.site.arn:*"] }]
            policies.files = [
                { sid = "Mount", effect = "allow", action = ["elasticfilesystem:ClientMount"], resource = ["*"], condition = { StringEquals = { "elasticfilesystem:AccessPointArn" = ["logs.log-group.site.arn"] } } },
            ]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
        (
            "managed-policies",
            r#"
            [iam.role.site]
            name = "team-site"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            "#,
        ),
        (
            "permissions-boundary",
            r#"
            [iam.role.site]
            name = "team-site"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            permissions-boundary = "PowerUserAccess"
            "#,
        ),
    ],
    immutable: &[
        (
            "name",
            r#"
            [iam.role.site]
            name = "team-other"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
        (
            "path",
            r#"
            [iam.role.site]
            name = "team-site"
            path = "/team/"
            trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
            policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.site.arn:*"] }]
            managed-policies = ["ReadOnlyAccess"]
            "#,
        ),
    ],
};
