//! `secretsmanager.secret`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "secretsmanager.secret",
    before: |_| (),
    with: "",
    base: r#"
        [secretsmanager.secret.key]
        name = "team/key"
        description = "A key"
    "#,
    changes: &[
        (
            "description",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "Another key"
            "#,
        ),
        (
            "kms-key",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
            kms-key = "alias/site"
            "#,
        ),
        (
            "readers",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
            readers = ["team/run", "arn:aws:iam::111122223333:role/run"]
            "#,
        ),
        (
            "only-readers",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
            readers = ["run"]
            only-readers = true
            policy = [
                { sid = "Not", effect = "deny", principal = { aws = ["444455556666"] }, action = ["secretsmanager:*"] },
            ]
            "#,
        ),
        (
            "policy",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
            policy = [
                { effect = "allow", principal = { aws = ["111122223333"] }, action = ["secretsmanager:GetSecretValue"] },
                { sid = "Not", effect = "deny", principal = { aws = ["444455556666"] }, action = ["secretsmanager:*"] },
            ]
            "#,
        ),
        (
            "rotation",
            r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
            rotation = { schedule = "rate(30 days)", window = "3h", function = "rotate" }
            "#,
        ),
    ],
    immutable: &[(
        "name",
        r#"
        [secretsmanager.secret.key]
        name = "team/another-key"
        "#,
    )],
};
