//! Functions. Those that were recorded are older than settings that AWS always sends by now; newer answers, which the `LocalStack` project
//! validated against AWS, are put together here.

use infra::kind::{Found, Kind as _, Live};
use infra::kinds::lambda_function::{LambdaFunction, State};
use infra::model::Link;
use serde_json::{Value, json};

use super::{entry, look, present, recordings, survey, unknown};
use crate::support::recorded::Answer;

pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:111122223333:function:site";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/site";

const GET: &str = "lambda:GetFunction";
const POLICY: &str = "lambda:GetPolicy";
const LIST: &str = "lambda:ListFunctions";

/// A configuration with nothing but what AWS always sends.
pub(crate) fn configuration() -> Value {
    json!({
        "Architectures": ["x86_64"],
        "CodeSha256": "5sFjAF4J+TcRvn8y5vjdJfhHhBOz8n+ULMPFfJvIFx4=",
        "CodeSize": 1_033_678,
        "Description": "",
        "Environment": { "Variables": {} },
        "EphemeralStorage": { "Size": 512 },
        "FunctionArn": ARN,
        "FunctionName": "site",
        "Handler": "handler.handler",
        "LastModified": "2026-11-20T06:50:03.585+0000",
        "LastUpdateStatus": "Successful",
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/site" },
        "MemorySize": 128,
        "PackageType": "Zip",
        "RevisionId": "b4ee2e52-9e5a-4c5e-8d6e-5d2f2c1e1d00",
        "Role": ROLE,
        "Runtime": "python3.13",
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "State": "Active",
        "Timeout": 3,
        "TracingConfig": { "Mode": "PassThrough" },
        "Version": "$LATEST",
    })
}

fn answer(edit: impl FnOnce(&mut Value)) -> Answer {
    let mut answer = json!({
        "Configuration": configuration(),
        "Code": { "RepositoryType": "S3", "Location": "https://example.com/?X-Amz-Signature=0a1b" },
    });
    edit(&mut answer);
    Answer::ok(answer)
}

fn absent() -> Answer {
    Answer { status: 404, ..Answer::error("ResourceNotFoundException", "in these words") }
}

fn wanted() -> State {
    let body = json!({
        "name": "site", "source": "code", "handler": "handler.handler", "runtime": "python3.13", "role": "site",
    });
    entry::<LambdaFunction>(body).state
}

fn found(function: Answer, policy: Answer) -> Found<LambdaFunction> {
    look(&wanted(), vec![(GET, function), (POLICY, policy)])
}

fn live(edit: impl FnOnce(&mut Value)) -> Live<LambdaFunction> {
    present(found(answer(edit), absent()), "site")
}

#[test]
fn one_with_nothing_set_is_as_one_with_nothing_declared() {
    let plain = live(|_| {});
    let same = |live: &Live<LambdaFunction>| {
        let mut want = wanted();
        want.role = Link::live(ROLE);
        want.code = live.state.code.clone();
        LambdaFunction::diff(live, &want).is_empty()
    };
    assert!(same(&plain));
    assert_eq!(plain.detail.modified, "2026-11-20T06:50:03Z");
    // What AWS may send of what is not set.
    let edits: [fn(&mut Value); 4] = [
        |it| drop(it["Configuration"].as_object_mut().unwrap().remove("Environment")),
        |it| {
            it["Configuration"]["VpcConfig"] =
                json!({ "SubnetIds": [], "SecurityGroupIds": [], "VpcId": "" });
        },
        |it| it["Configuration"]["KMSKeyArn"] = json!(""),
        |it| it["Configuration"]["State"] = json!("Inactive"),
    ];
    for edit in edits {
        assert!(same(&live(edit)));
    }
    // What no entry can say is a difference all the same.
    let edits: [fn(&mut Value); 6] = [
        |it| it["DeadLetterConfig"] = json!({ "TargetArn": "arn:aws:sqs:us-east-1:111122223333:x" }),
        |it| it["KMSKeyArn"] = json!("arn:aws:kms:us-east-1:111122223333:key/x"),
        |it| it["SnapStart"]["ApplyOn"] = json!("PublishedVersions"),
        |it| it["LoggingConfig"]["LogFormat"] = json!("JSON"),
        |it| it["Layers"] = json!([{ "Arn": "arn:aws:lambda:us-east-1:111122223333:layer:x:1" }]),
        |it| it["PackageType"] = json!("Image"),
    ];
    for edit in edits {
        assert!(!same(&live(|it| edit(&mut it["Configuration"]))));
    }
}

/// None of it is read as absent, or as at its default.
#[test]
fn what_aws_always_sends_is_missed() {
    for member in [
        "FunctionArn",
        "CodeSha256",
        "Handler",
        "Runtime",
        "Role",
        "Timeout",
        "MemorySize",
        "EphemeralStorage",
        "Architectures",
        "LoggingConfig",
        "TracingConfig",
        "LastModified",
        "State",
    ] {
        let without = answer(|it| drop(it["Configuration"].as_object_mut().unwrap().remove(member)));
        let said = unknown(found(without, absent()), member).message;
        assert!(said.starts_with("the answer holds no "), "{member}: {said}");
    }
    let said = unknown(found(Answer::ok(json!({})), absent()), "nothing").message;
    assert_eq!(said, "the answer holds no configuration");
    let said = unknown(found(answer(|_| {}), Answer::ok(json!({}))), "policy").message;
    assert_eq!(said, "the answer holds no policy");
}

/// A success that says in itself that it is none.
#[test]
fn what_could_not_be_read_is_unknown() {
    let error = json!({ "ErrorCode": "AccessDeniedException", "Message": "not authorized" });
    let tags = unknown(found(answer(|it| it["TagsError"] = error.clone()), absent()), "tags");
    assert_eq!(
        (tags.code.as_deref(), tags.message.as_str()),
        (Some("AccessDeniedException"), "its tags could not be read: not authorized")
    );
    let locked = answer(|it| it["Configuration"]["Environment"] = json!({ "Error": error }));
    let locked = unknown(found(locked, absent()), "environment");
    assert_eq!(locked.message, "its environment could not be read: not authorized");
    let denied = || Answer { status: 403, ..Answer::error("AccessDeniedException", "not authorized") };
    let _ = unknown(found(denied(), absent()), "function");
    let _ = unknown(found(answer(|_| {}), denied()), "policy");
    assert!(matches!(found(absent(), absent()), Found::Absent));
    assert!(matches!(found(absent(), denied()), Found::Absent));
}

/// The address of the code is a credential, and nothing that is kept has it.
#[test]
fn the_address_of_the_code_is_not_kept() {
    let live = live(|_| {});
    let kept = format!(
        "{:?} {:?} {:?} {:?}",
        live.state,
        live.detail,
        live.outputs,
        LambdaFunction::settings(&live.state)
    );
    assert!(!kept.contains("example.com") && !kept.contains("X-Amz"), "{kept}");
}

#[test]
fn one_with_our_mark_is_found_in_the_list() {
    let list = |mark: &str| {
        let tags = json!({ "infra:manifest": mark });
        survey::<LambdaFunction>(vec![
            (LIST, Answer::ok(json!({ "Functions": [{ "FunctionName": "site" }] }))),
            (GET, answer(|it| it["Tags"] = tags)),
            (POLICY, absent()),
        ])
    };
    assert_eq!(list("prereqs").leftovers.len(), 1);
    let other = list("other");
    assert!(other.leftovers.is_empty() && other.gaps.is_empty());
    // Nobody can say that there are no more.
    let denied = Answer { status: 403, ..Answer::error("AccessDeniedException", "not authorized") };
    assert_eq!(survey::<LambdaFunction>(vec![(LIST, denied)]).gaps.len(), 1);
    let lost =
        vec![(LIST, Answer::ok(json!({ "Functions": [{ "FunctionName": "site" }] }))), (GET, absent())];
    assert!(survey::<LambdaFunction>(lost).gaps.is_empty());
}

/// All that were recorded lack what AWS has sent since 2020: they are unknown, and nothing is made of them.
#[test]
fn what_is_too_old_is_unknown() {
    for recording in recordings("lambda", "GetFunction") {
        let mut want = wanted();
        let Some(name) = recording.answer.data["Configuration"]["FunctionName"].as_str() else { continue };
        want.name = name.to_owned();
        let error = unknown(
            look::<LambdaFunction>(&want, vec![(GET, recording.answer.clone()), (POLICY, absent())]),
            &recording.name,
        );
        assert!(error.message.starts_with("the answer holds no "), "{}: {error}", recording.name);
    }
}

/// The policies of others that were recorded: all of their statements are nobody's here.
#[test]
fn the_statements_of_others_are_read() {
    let mut count = 0;
    for recording in recordings("lambda", "GetPolicy") {
        let Some(policy) = recording.answer.data["Policy"].as_str() else { continue };
        let statements =
            serde_json::from_str::<Value>(policy).unwrap()["Statement"].as_array().unwrap().len();
        let live = present(found(answer(|_| {}), recording.answer.clone()), &recording.name);
        assert_eq!(live.state.permissions.len(), statements, "{}", recording.name);
        count += statements;
    }
    assert!(count > 0 || recordings("lambda", "GetPolicy").is_empty());
}
