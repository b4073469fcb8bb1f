//! The life of a rule.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const ADDRESS: &str = "events.rule.old";
const BYSTANDER: &str = "[ecr.repository.site]\nname = \"team/site\"\n";

/// Makes a rule that left the manifest, with a target.
fn left_behind(world: &World, on_delete: &str) {
    let tags = [("infra:manifest", "test"), ("infra:address", ADDRESS), ("infra:on-delete", on_delete)];
    let tags: Vec<_> = tags.map(|(key, value)| json!({ "Key": key, "Value": value })).into();
    let body = json!({ "Name": "old", "ScheduleExpression": "rate(1 day)", "Tags": tags });
    world.account.events("PutRule", &body).json();
    let arn = format!("arn:aws:lambda:us-west-2:{}:function:gone", world.account.number());
    let target = json!({ "Rule": "old", "Targets": [{ "Id": "Id1", "Arn": arn }] });
    world.account.events("PutTargets", &target).json();
}

fn rules(world: &World) -> Vec<Value> {
    world.account.events("ListRules", &json!({})).json()["Rules"].as_array().unwrap().clone()
}

const DELETE: [&str; 4] = ["apply", "--yes", "--delete", ADDRESS];

#[test]
fn one_that_left_is_deleted_by_word_with_what_it_calls() {
    for world in World::each() {
        left_behind(&world, "delete");
        let manifest = world.manifest(BYSTANDER);
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused).says(ADDRESS);
        assert_eq!(rules(&world).len(), 1);
        let wire = Wire::new();
        let _ = world.infra(&DELETE, &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(rules(&world), Vec::<Value>::new());
        let writes: Vec<_> = wire.writes().into_iter().filter(|call| !call.starts_with("ecr:")).collect();
        // Of a function that is gone there is no permission to take.
        assert_eq!(writes, ["events:RemoveTargets", "events:DeleteRule"]);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_deletion_that_was_cut_off_goes_on() {
    for world in World::each() {
        let manifest = world.manifest(BYSTANDER);
        let _ = world.apply(&manifest);
        for call in ["events:RemoveTargets", "events:DeleteRule"] {
            for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply] {
                left_behind(&world, "delete");
                let faults = vec![(Which::First(1, call.to_owned()), fault)];
                let _ = world.infra(&DELETE, &manifest).wire(&Wire::with_faults(faults)).run();
                let _ = world.infra(&DELETE, &manifest).run().expect(Exit::Done);
                assert_eq!(rules(&world), Vec::<Value>::new(), "{call} {fault:?}");
            }
        }
    }
}

#[test]
fn aws_may_take_a_while_to_know_that_a_rule_calls_nothing() {
    const MESSAGE: &str = "Rule can't be deleted since it has targets.";
    for world in World::each() {
        left_behind(&world, "delete");
        let manifest = world.manifest(BYSTANDER);
        let refused = Fault::Says(400, "ValidationException", MESSAGE);
        let faults = vec![(Which::First(2, "events:DeleteRule".to_owned()), refused)];
        let wire = Wire::with_faults(faults);
        let _ = world.infra(&DELETE, &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!((wire.counts()["events:DeleteRule"], rules(&world).len()), (3, 0));
        // Other refusals are not waited for.
        left_behind(&world, "delete");
        let managed = Fault::Says(400, "ManagedRuleException", "a service's");
        let wire = Wire::with_faults(vec![(Which::Named("events:DeleteRule"), managed)]);
        let _ = world.infra(&DELETE, &manifest).wire(&wire).run().expect(Exit::Partly);
        assert_eq!((wire.counts()["events:DeleteRule"], rules(&world).len()), (1, 1));
    }
}

#[test]
fn one_that_is_retained_stays() {
    for world in World::each() {
        left_behind(&world, "retain");
        let manifest = world.manifest(BYSTANDER);
        let _ = world.apply(&manifest).says("keep");
        assert_eq!(rules(&world).len(), 1);
    }
}

const ALL: &str = r#"
[iam.role.site]
name = "site"
trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]

[lambda.function.site]
name = "site"
source = "code"
handler = "handler.handler"
runtime = "python3.13"
role = "site"
"#;
const RULE: &str = r#"
[events.rule.daily]
name = "site-daily"
description = "Cleans"
schedule = "rate(1 day)"
function = "site"
input = '{"mode": "clean"}'
"#;
const DAILY: &str = "events.rule.daily";

/// Each with the folder of the code beside its manifest.
fn worlds() -> impl Iterator<Item = World> {
    World::each()
        .inspect(|world| world.file("code/handler.py", "def handler(event, context):\n    return {}\n"))
}

fn both() -> String {
    [ALL, RULE].concat()
}

fn rule(world: &World) -> Value {
    world.account.events("DescribeRule", &json!({ "Name": "site-daily" })).json()
}

fn targets(world: &World) -> Vec<Value> {
    let answer = world.account.events("ListTargetsByRule", &json!({ "Rule": "site-daily" })).json();
    answer["Targets"].as_array().unwrap().clone()
}

/// The statements of the function's policy.
fn statements(world: &World, function: &str) -> Vec<Value> {
    let answer = world.account.lambda(&format!("GET 2015-03-31/functions/{function}/policy"), &Value::Null);
    if answer.code() == "ResourceNotFoundException" {
        return Vec::new();
    }
    let policy = answer.json()["Policy"].as_str().unwrap().to_owned();
    serde_json::from_str::<Value>(&policy).unwrap()["Statement"].as_array().unwrap().clone()
}

fn arn(world: &World, service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:us-west-2:{}:{resource}", world.account.number())
}

/// The rule calls the function, and may.
#[track_caller]
fn works(world: &World, function: &str) {
    let targets = targets(world);
    assert_eq!(targets.len(), 1, "{targets:#?}");
    let called = arn(world, "lambda", &format!("function:{function}"));
    assert_eq!((&targets[0]["Arn"], &targets[0]["Input"]), (&json!(called), &json!("{\"mode\": \"clean\"}")));
    let statements = statements(world, function);
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let source = &statements[0]["Condition"]["ArnLike"]["AWS:SourceArn"];
    assert_eq!(*source, arn(world, "events", "rule/site-daily"));
    assert_eq!(statements[0]["Principal"], json!({ "Service": "events.amazonaws.com" }));
}

#[test]
fn it_is_made_with_its_permission_and_its_target() {
    for world in worlds() {
        let manifest = world.manifest(&both());
        let wire = Wire::new();
        let applied = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = applied.tells("verified");
        let ours = |call: &String| call.starts_with("events:") || call == "lambda:AddPermission";
        let writes: Vec<_> = wire.writes().into_iter().filter(ours).collect();
        assert_eq!(writes, ["events:PutRule", "lambda:AddPermission", "events:PutTargets"]);
        works(&world, "site");
        let rule = rule(&world);
        assert_eq!((&rule["State"], &rule["ScheduleExpression"]), (&json!("ENABLED"), &json!("rate(1 day)")));
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn whatever_is_changed_from_outside_is_put_back() {
    for world in worlds() {
        let manifest = world.manifest(&both());
        let _ = world.apply(&manifest);
        let put = |body: Value| world.account.events("PutRule", &body).json();
        let target = |more: Value| {
            let body = json!({ "Rule": "site-daily", "Targets": [more] });
            world.account.events("PutTargets", &body).json()
        };
        let own = targets(&world)[0]["Id"].clone();
        let function = arn(&world, "lambda", "function:site");
        let sid = statements(&world, "site")[0]["Sid"].as_str().unwrap().to_owned();
        let drifts: [(&str, &dyn Fn()); 7] = [
            ("schedule", &|| {
                put(
                    json!({ "Name": "site-daily", "Description": "Cleans", "ScheduleExpression": "rate(7 days)" }),
                );
            }),
            ("enabled", &|| {
                world.account.events("DisableRule", &json!({ "Name": "site-daily" }));
            }),
            ("description", &|| {
                put(json!({ "Name": "site-daily", "ScheduleExpression": "rate(1 day)" }));
            }),
            ("input", &|| {
                target(json!({ "Id": own, "Arn": function, "Input": "{\"mode\": \"report\"}" }));
            }),
            ("target second", &|| {
                target(json!({ "Id": "second", "Arn": function }));
            }),
            ("function", &|| {
                world.account.events("RemoveTargets", &json!({ "Rule": "site-daily", "Ids": [own] })).json();
            }),
            ("permission", &|| {
                let line = format!("DELETE 2015-03-31/functions/site/policy/{sid}");
                assert!(world.account.lambda(&line, &Value::Null).error().is_none());
            }),
        ];
        for (field, drift) in drifts {
            drift();
            let _ =
                world.drift(&manifest).expect(Exit::Pending).says(&format!("~ update {DAILY}")).says(field);
            let _ = world.apply(&manifest);
            works(&world, "site");
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn another_function_takes_the_permission_along() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(&both()));
        let second = ALL.split_once("[lambda").unwrap().1.replace("site\"\nsource", "second\"\nsource");
        let second = format!("[lambda{}", second.replace("function.site", "function.second"));
        let manifest = world.manifest(&[ALL, &second, &RULE.replace("\"site\"", "\"second\"")].concat());
        let _ = world.apply(&manifest).tells("verified");
        works(&world, "second");
        assert_eq!(statements(&world, "site"), Vec::<Value>::new());
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn rules_of_one_function_lose_no_permission() {
    for world in worlds() {
        let rules: Vec<_> = (0..6).map(|at| RULE.replace("daily", &format!("daily-{at}"))).collect();
        let manifest = world.manifest(&[ALL, &rules.concat()].concat());
        let _ = world.apply(&manifest).tells("verified");
        assert_eq!(statements(&world, "site").len(), 6);
        // Some leave while another comes: all write to one policy.
        let manifest = world.manifest(&[ALL, &rules[..2].concat(), RULE].concat());
        let gone: Vec<_> = (2..6).map(|at| format!("events.rule.daily-{at}")).collect();
        let words = gone.iter().flat_map(|address| ["--delete", address]);
        let args: Vec<_> = ["apply", "--yes"].into_iter().chain(words).collect();
        let _ = world.infra(&args, &manifest).run().expect(Exit::Done);
        assert_eq!(statements(&world, "site").len(), 3);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn one_that_was_made_by_hand_is_taken_over_by_word() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(ALL));
        let body = json!({ "Name": "site-daily", "ScheduleExpression": "rate(2 days)" });
        world.account.events("PutRule", &body).json();
        let target = json!({ "Id": "Target0", "Arn": arn(&world, "lambda", "function:site") });
        world.account.events("PutTargets", &json!({ "Rule": "site-daily", "Targets": [target] })).json();
        let manifest = world.manifest(&both());
        let refused = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = refused.says(&format!("* adopt {DAILY}")).says("rate(2 days) → rate(1 day)");
        assert_eq!(rule(&world)["ScheduleExpression"], "rate(2 days)");
        let _ = world.infra(&["apply", "--yes", "--adopt", DAILY], &manifest).run().expect(Exit::Done);
        works(&world, "site");
        // What its target is called was nobody's affair.
        assert_eq!(targets(&world)[0]["Id"], "Target0");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_creation_that_was_cut_off_goes_on() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(ALL));
        for call in ["events:PutRule", "lambda:AddPermission", "events:PutTargets"] {
            for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply] {
                let manifest = world.manifest(&both());
                let faults = vec![(Which::First(1, call.to_owned()), fault)];
                let _ = world.infra(&["apply", "--yes"], &manifest).wire(&Wire::with_faults(faults)).run();
                let _ = world.apply(&manifest);
                works(&world, "site");
                let _ = world.drift(&manifest).expect(Exit::Done);
                let args = ["apply", "--yes", "--delete", DAILY];
                let _ = world.infra(&args, &world.manifest(ALL)).run().expect(Exit::Done);
                assert_eq!(
                    (rules(&world).len(), statements(&world, "site").len()),
                    (0, 0),
                    "{call} {fault:?}"
                );
            }
        }
    }
}

#[test]
fn a_function_that_is_made_again_gets_its_permission_back() {
    for world in worlds() {
        let manifest = world.manifest(&both());
        let _ = world.apply(&manifest);
        world.account.lambda("DELETE 2015-03-31/functions/site", &Value::Null);
        let _ = world.apply(&manifest).tells("verified");
        works(&world, "site");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}
