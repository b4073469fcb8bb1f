//! What people do to the clean-up: its function, its rule, its role and its logs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra::cli::exit::Exit;
use serde_json::{Value, json};

use super::{Meddling, prereqs, reviewed};
use crate::emulator_contract::functions::packed;
use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::holdings::holdings;

const NAME: &str = "webordinary-cleanup-threads";
const GROUP: &str = "/aws/lambda/webordinary-cleanup-threads";
const ROLE: (&str, &str) = ("RoleName", NAME);
const OPEN: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}"#;

fn logs(world: &World, operation: &str, body: &Value) {
    assert_eq!(world.account.logs(operation, body).code(), "", "{operation}");
}

fn iam(world: &World, operation: &str, parameters: &[(&str, &str)]) {
    assert_eq!(world.account.iam(operation, &[&[ROLE], parameters].concat()).code(), "", "{operation}");
}

fn lambda(world: &World, line: &str, body: &Value) {
    let (method, what) = line.split_once(' ').unwrap();
    let line = format!("{method} 2015-03-31/functions/{NAME}/{what}");
    assert_eq!(world.account.lambda(&line, body).code(), "", "{line}");
}

fn events(world: &World, operation: &str, body: &Value) {
    assert_eq!(world.account.events(operation, body).code(), "", "{operation}");
}

fn arn(world: &World, service: &str, resource: &str) -> String {
    let region = if service == "iam" { "" } else { "us-west-2" };
    format!("arn:aws:{service}:{region}:{}:{resource}", world.number)
}

/// What somebody does, and the lines of `drift` that tell. No two of them undo each other.
const MEDDLING: &[Meddling] = &[
    (
        "retention taken off",
        |world| logs(world, "DeleteRetentionPolicy", &json!({ "logGroupName": GROUP })),
        &["~ update logs.log-group.cleanup", "for ever → 30"],
    ),
    (
        "tag of the log group changed",
        |world| {
            let arn = arn(world, "logs", &format!("log-group:{GROUP}"));
            logs(world, "TagResource", &json!({ "resourceArn": arn, "tags": { "Project": "its logs" } }));
        },
        &["its logs → tests"],
    ),
    (
        "trust changed",
        |world| iam(world, "UpdateAssumeRolePolicy", &[("PolicyDocument", TRUST)]),
        &["~ update iam.role.cleanup", "444455556666"],
    ),
    (
        "inline policy changed",
        |world| iam(world, "PutRolePolicy", &[("PolicyName", "logs"), ("PolicyDocument", OPEN)]),
        &["policy logs 1 statement: allows s3:* to whoever has it → 1 statement: Write"],
    ),
    (
        "inline policy added",
        |world| iam(world, "PutRolePolicy", &[("PolicyName", "by-hand"), ("PolicyDocument", OPEN)]),
        &["policy by-hand 1 statement: allows s3:* to whoever has it → (none)"],
    ),
    (
        "inline policy deleted",
        |world| iam(world, "DeleteRolePolicy", &[("PolicyName", "network")]),
        &["policy network (none) → 1 statement"],
    ),
    (
        "managed policy attached",
        |world| {
            let policy = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
            iam(world, "AttachRolePolicy", &[policy]);
        },
        &["managed-policy arn:aws:iam::aws:policy/AdministratorAccess → (none)"],
    ),
    (
        "tag of the role taken off",
        |world| iam(world, "UntagRole", &[("TagKeys.member.1", "Project")]),
        &["tag Project (none) → tests"],
    ),
    (
        "code deployed",
        |world| {
            let zip = STANDARD.encode(packed("def handler(event, context):\n    pass\n"));
            lambda(world, "PUT code", &json!({ "ZipFile": zip }));
        },
        &["~ update lambda.function.cleanup", "code - sha256"],
    ),
    (
        "settings changed",
        |world| {
            let edit = json!({
                "Timeout": 9,
                "MemorySize": 512,
                "Environment": { "Variables": { "ROOT": "/mnt/clients", "DELETE_AFTER_DAYS": "1" } },
            });
            lambda(world, "PUT configuration", &edit);
        },
        &[
            "timeout 9 s → 900 s",
            "memory 512 MB → 256 MB",
            "environment DELETE_AFTER_DAYS another value → the declared value",
            "environment COMPRESS_AFTER_DAYS (none) → a value",
        ],
    ),
    (
        "tag of the function changed",
        |world| {
            let arn = arn(world, "lambda", &format!("function:{NAME}")).replace(':', "%3A");
            let tags = json!({ "Tags": { "Project": "its function" } });
            assert_eq!(world.account.lambda(&format!("POST 2017-03-31/tags/{arn}"), &tags).code(), "");
        },
        &["its function → tests"],
    ),
    (
        "somebody else may invoke it",
        |world| {
            let statement = json!({
                "StatementId": "by-hand",
                "Action": "lambda:InvokeFunction",
                "Principal": "444455556666",
            });
            lambda(world, "POST policy", &statement);
        },
        &["permission by-hand 1 statement: by-hand → (none)"],
    ),
    (
        "the rule may invoke it no longer",
        |world| {
            let line = format!("GET 2015-03-31/functions/{NAME}/policy");
            let policy = world.account.lambda(&line, &Value::Null).json();
            let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
            let is_own = |it: &&Value| it["Principal"]["Service"] == "events.amazonaws.com";
            let own = policy["Statement"].as_array().unwrap().iter().find(is_own).unwrap();
            lambda(world, &format!("DELETE policy/{}", own["Sid"].as_str().unwrap()), &Value::Null);
        },
        &["~ update events.rule.cleanup", "permission (none) → lambda.function.cleanup"],
    ),
    (
        "schedule changed and switched off",
        |world| {
            let rule = json!({
                "Name": NAME,
                "Description": "Daily clean-up of thread contexts",
                "ScheduleExpression": "rate(7 days)",
                "State": "DISABLED",
            });
            events(world, "PutRule", &rule);
        },
        &["rate(7 days) → rate(1 day)", "false → true"],
    ),
    (
        "target changed",
        |world| {
            let targets = world.account.events("ListTargetsByRule", &json!({ "Rule": NAME })).json();
            let mut target = targets["Targets"][0].clone();
            target["Input"] = "{\"dry_run\": true}".into();
            events(world, "PutTargets", &json!({ "Rule": NAME, "Targets": [target] }));
        },
        &["input {\"dry_run\":true} → (none)"],
    ),
    (
        "target added",
        |world| {
            let target = json!({ "Id": "by-hand", "Arn": arn(world, "lambda", "function:other") });
            events(world, "PutTargets", &json!({ "Rule": NAME, "Targets": [target] }));
        },
        &["target by-hand"],
    ),
    (
        "tag of the rule changed",
        |world| {
            let tags = json!([{ "Key": "Project", "Value": "its rule" }]);
            let arn = arn(world, "events", &format!("rule/{NAME}"));
            events(world, "TagResource", &json!({ "ResourceARN": arn, "Tags": tags }));
        },
        &["its rule → tests"],
    ),
];

/// All of it at once, in the manifest of this repository.
#[test]
fn whatever_is_done_to_the_clean_up_is_seen_and_repaired_in_one_run() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
        let expected = holdings(&world.account);
        let file = reviewed::plan(&world, &reviewed::touching_all(&manifest));
        for (_, meddle, _) in MEDDLING {
            meddle(&world);
        }
        // A plan that was reviewed before is of no use any more.
        let (moved, writes) = reviewed::apply(&world, &file);
        let _ = moved.expect(Exit::Moved).tells("4 resources moved").tells("nothing was changed");
        assert_eq!(writes, [""; 0]);
        let drift = world.drift(&manifest).expect(Exit::Pending).says(" 0 to create, 4 to update,");
        // What is aligned may be far apart.
        let said = drift.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for (what, _, lines) in MEDDLING {
            for line in *lines {
                assert!(said.contains(line), "{what}: {line}\n{drift}");
            }
        }
        let wire = Wire::new();
        let applied = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = applied.tells("applied: 4 resources").tells("verified");
        let others =
            |call: &String| !["logs:", "iam:", "lambda:", "events:"].iter().any(|it| call.starts_with(it));
        assert!(!wire.writes().iter().any(others), "{:?}", wire.writes());
        let _ = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(holdings(&world.account), expected);
    }
}
