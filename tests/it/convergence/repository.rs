//! `ecr.repository`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "ecr.repository",
    before: |_| (),
    with: "",
    base: r#"
        [ecr.repository.site]
        name = "team/site"
    "#,
    changes: &[
        (
            "scan-on-push",
            r#"
            [ecr.repository.site]
            name = "team/site"
            scan-on-push = true
            "#,
        ),
        (
            "tag-mutability",
            r#"
            [ecr.repository.site]
            name = "team/site"
            tag-mutability = "immutable"
            "#,
        ),
        (
            "tag-mutability-exclusions",
            r#"
            [ecr.repository.site]
            name = "team/site"
            tag-mutability = "immutable"
            tag-mutability-exclusions = ["latest", "dev-*"]
            "#,
        ),
        (
            "lifecycle",
            r#"
            [ecr.repository.site]
            name = "team/site"
            lifecycle = [
                { description = "Untagged for a week", tag-status = "untagged", expire-after-days = 7 },
                { tag-prefixes = ["v", "release"], keep-last = 30 },
                { keep-last = 100 },
            ]
            "#,
        ),
        (
            "pull-from",
            r#"
            [ecr.repository.site]
            name = "team/site"
            pull-from = ["build", "arn:aws:iam::111122223333:role/team/run"]
            "#,
        ),
        (
            "policy",
            r#"
            [ecr.repository.site]
            name = "team/site"
            policy = [
                { sid = "Pull", effect = "allow", principal = { aws = ["111122223333"] }, action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] },
            ]
            "#,
        ),
    ],
    immutable: &[
        (
            "encryption",
            r#"
            [ecr.repository.site]
            name = "team/site"
            encryption = "kms"
            "#,
        ),
        (
            "kms-key",
            r#"
            [ecr.repository.site]
            name = "team/site"
            encryption = "kms"
            kms-key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            "#,
        ),
        (
            "name",
            r#"
            [ecr.repository.site]
            name = "team/another-site"
            "#,
        ),
    ],
};
