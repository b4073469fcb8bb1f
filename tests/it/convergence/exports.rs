//! `cloudformation.exports`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "cloudformation.exports",
    before: |_| {},
    with: r#"
        [ecr.repository.site]
        name = "team/site"
        [secretsmanager.secret.key]
        name = "team/key"
    "#,
    base: r#"
            [export.SiteUri]
            value = "ecr.repository.site.uri"
            "#,
    changes: &[
        (
            "value",
            r#"
            [export.SiteUri]
            value = "ecr.repository.site.arn"
            "#,
        ),
        (
            "description",
            r#"
            [export.SiteUri]
            value = "ecr.repository.site.uri"
            description = "Where images go"
            "#,
        ),
    ],
    immutable: &[],
};
