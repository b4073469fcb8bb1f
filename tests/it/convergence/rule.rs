//! `events.rule`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "events.rule",
    before: |world| world.file("code/handler.py", "def handler(event, context):\n    return {}\n"),
    with: r#"
        [iam.role.site]
        name = "site"
        trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
        [lambda.function.site]
        name = "site"
        source = "code"
        handler = "handler.handler"
        runtime = "python3.13"
        role = "site"
        [lambda.function.other]
        name = "other"
        source = "code"
        handler = "handler.handler"
        runtime = "python3.13"
        role = "site"
    "#,
    base: r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            "#,
    changes: &[
        (
            "description",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            description = "Cleans up"
            "#,
        ),
        (
            "schedule",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "cron(0 3 * * ? *)"
            function = "site"
            "#,
        ),
        (
            "enabled",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            enabled = false
            "#,
        ),
        (
            "function",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "other"
            "#,
        ),
        (
            "input",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            input = '{"dry_run": true}'
            "#,
        ),
        (
            "retry-attempts",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            retry-attempts = 2
            "#,
        ),
        (
            "maximum-event-age-seconds",
            r#"
            [events.rule.site]
            name = "site"
            schedule = "rate(1 day)"
            function = "site"
            maximum-event-age-seconds = 3600
            "#,
        ),
    ],
    immutable: &[(
        "name",
        r#"
            [events.rule.site]
            name = "other"
            schedule = "rate(1 day)"
            function = "site"
            "#,
    )],
};
