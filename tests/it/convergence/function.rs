//! `lambda.function`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Case;
use crate::emulator_contract::functions::packed;

const HANDLER: &str = "def handler(event, context):\n    return {}\n";

pub(super) const CASE: Case = Case {
    kind: "lambda.function",
    before: |world| {
        world.file("code/handler.py", HANDLER);
        world.file("code/lib/other.py", "def run(event, context):\n    return {}\n");
        world.file("other/handler.py", "def handler(event, context):\n    return 1\n");
        let layer = json!({ "Content": { "ZipFile": STANDARD.encode(packed(HANDLER)) } });
        let _ = world.account.lambda("POST 2018-10-31/layers/site/versions", &layer).json();
    },
    with: r#"
        [lookup.vpc.main]
        default = true
        [ec2.security-group.site]
        name = "site"
        vpc = "main"
        description = "What the function may reach"
        [efs.file-system.site]
        name = "site"
        [efs.access-point.site]
        file-system = "site"
        name = "site"
        path = "/"
        [logs.log-group.site]
        name = "/site"
        retention-days = 30
        [iam.role.site]
        name = "site"
        trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
        [iam.role.other]
        name = "other"
        trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
    "#,
    base: r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            "#,
    changes: &[
        (
            "description",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            description = "Cleans up"
            "#,
        ),
        (
            "source",
            r#"
            [lambda.function.site]
            name = "site"
            source = "other"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            "#,
        ),
        (
            "handler",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "lib/other.run"
            runtime = "python3.13"
            role = "site"
            "#,
        ),
        (
            "runtime",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.14"
            role = "site"
            "#,
        ),
        (
            "architecture",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            architecture = "arm64"
            "#,
        ),
        (
            "timeout",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            timeout = 900
            "#,
        ),
        (
            "memory",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            memory = 512
            "#,
        ),
        (
            "ephemeral-storage",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            ephemeral-storage = 1024
            "#,
        ),
        (
            "environment",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            environment = { DAYS = "30" }
            "#,
        ),
        (
            "role",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "other"
            "#,
        ),
        (
            "vpc",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            vpc = { vpc = "main", security-groups = ["site"] }
            "#,
        ),
        (
            "file-system",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            vpc = { vpc = "main", security-groups = ["site"] }
            file-system = { access-point = "site", path = "/mnt/site" }
            "#,
        ),
        (
            "log-group",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            log-group = "site"
            "#,
        ),
        (
            "tracing",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            tracing = "active"
            "#,
        ),
        (
            "reserved-concurrency",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            reserved-concurrency = 0
            "#,
        ),
        (
            "layers",
            r#"
            [lambda.function.site]
            name = "site"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            layers = ["arn:aws:lambda:us-west-2:ACCOUNT:layer:site:1"]
            "#,
        ),
    ],
    immutable: &[(
        "name",
        r#"
            [lambda.function.site]
            name = "another"
            source = "code"
            handler = "handler.handler"
            runtime = "python3.13"
            role = "site"
            "#,
    )],
};
