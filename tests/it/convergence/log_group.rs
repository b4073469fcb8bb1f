//! `logs.log-group`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "logs.log-group",
    before: |_| (),
    with: "",
    base: r#"
        [logs.log-group.site]
        name = "/team/site"
        retention-days = 30
    "#,
    changes: &[
        (
            "retention-days",
            r#"
            [logs.log-group.site]
            name = "/team/site"
            retention-days = 90
            "#,
        ),
        (
            "keep-for-ever",
            r#"
            [logs.log-group.site]
            name = "/team/site"
            keep-for-ever = true
            "#,
        ),
        (
            "kms-key",
            r#"
            [logs.log-group.site]
            name = "/team/site"
            retention-days = 30
            kms-key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            "#,
        ),
        (
            "deletion-protection",
            r#"
            [logs.log-group.site]
            name = "/team/site"
            retention-days = 30
            deletion-protection = true
            "#,
        ),
    ],
    immutable: &[
        (
            "name",
            r#"
            [logs.log-group.site]
            name = "/team/another"
            retention-days = 30
            "#,
        ),
        (
            "class",
            r#"
            [logs.log-group.site]
            name = "/team/site"
            retention-days = 30
            class = "infrequent-access"
            "#,
        ),
    ],
};
