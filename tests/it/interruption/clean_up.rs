//! What runs by a schedule: a log group, a role, a function and a rule, each naming the one before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::emulator_contract::functions::packed;
use crate::support::cli::World;

/// With everything that makes a second call.
pub(crate) const ENTRIES: &str = r#"
[logs.log-group.cleanup]
name = "/aws/lambda/cleanup"
retention-days = 30

[iam.role.cleanup]
name = "cleanup"
trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
policies.logs = [{ effect = "allow", action = ["logs:PutLogEvents"], resource = ["logs.log-group.cleanup.arn:*"] }]
managed-policies = ["ReadOnlyAccess"]

[lambda.function.cleanup]
name = "cleanup"
source = "code"
handler = "handler.handler"
runtime = "python3.13"
role = "cleanup"
log-group = "cleanup"
environment = { DAYS = "30" }
reserved-concurrency = 1

[events.rule.cleanup]
name = "cleanup"
schedule = "rate(1 day)"
function = "cleanup"
"#;

/// The words that take over all of [`ENTRIES`].
pub(super) const ADOPTING: &[&str] = &[
    "apply",
    "--yes",
    "--adopt",
    "logs.log-group.cleanup",
    "--adopt",
    "iam.role.cleanup",
    "--adopt",
    "lambda.function.cleanup",
    "--adopt",
    "events.rule.cleanup",
];

/// The words that let go of all of it but for the logs, which are kept.
pub(super) const LEAVING: &[&str] = &[
    "apply",
    "--yes",
    "--delete",
    "events.rule.cleanup",
    "--delete",
    "lambda.function.cleanup",
    "--delete",
    "iam.role.cleanup",
];

/// Puts the function's code beside the manifest.
pub(crate) fn code(world: &World) {
    world.file("code/handler.py", "def handler(event, context):\n    return {}\n");
}

/// Somebody made all of it by hand, and otherwise.
pub(super) fn by_hand(world: &World) {
    code(world);
    let account = &world.account;
    account.logs("CreateLogGroup", &json!({ "logGroupName": "/aws/lambda/cleanup" })).json();
    let allow = |more: serde_json::Value| {
        let mut statement = json!({ "Effect": "Allow" });
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
    };
    let trust = allow(json!({ "Action": "sts:AssumeRole", "Principal": { "Service": "ec2.amazonaws.com" } }));
    let any = allow(json!({ "Action": "s3:*", "Resource": "*" }));
    let role = ("RoleName", "cleanup");
    let arn = account.iam("CreateRole", &[role, ("AssumeRolePolicyDocument", &trust)]).xml().element("Arn");
    account.iam("PutRolePolicy", &[role, ("PolicyName", "by-hand"), ("PolicyDocument", &any)]).xml();
    let administrator = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    account.iam("AttachRolePolicy", &[role, administrator]).xml();
    let function = json!({
        "FunctionName": "cleanup",
        "Runtime": "python3.12",
        "Role": arn,
        "Handler": "handler.handler",
        "Code": { "ZipFile": STANDARD.encode(packed("def handler(event, context):\n    pass\n")) },
    });
    let function = account.lambda("POST 2015-03-31/functions", &function).json();
    account.events("PutRule", &json!({ "Name": "cleanup", "ScheduleExpression": "rate(7 days)" })).json();
    let other = function["FunctionArn"].as_str().unwrap().replace("cleanup", "other");
    let target = json!({ "Id": "by-hand", "Arn": other });
    account.events("PutTargets", &json!({ "Rule": "cleanup", "Targets": [target] })).json();
}
