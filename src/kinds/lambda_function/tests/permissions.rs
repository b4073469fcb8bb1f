//! Which statements of a policy are the rules', and which nobody declared.

use serde_json::{Value, json};

use super::super::permissions::{of_others, others};
use super::*;

fn rule() -> Value {
    json!({
        "Sid": "infra-0a1b",
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {
            "StringEquals": { "AWS:SourceAccount": "111122223333" },
            "ArnLike": { "AWS:SourceArn": "arn:aws:events:us-west-2:111122223333:rule/nightly" },
        },
    })
}

fn sids(statement: &Value) -> Vec<String> {
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": [statement] }).to_string();
    of_others(&policy, ARN).unwrap().into_iter().map(|it| it.sid).collect()
}

#[test]
fn what_a_rule_needs_is_the_rules() {
    assert_eq!(sids(&rule()), [""; 0]);
    let mut lists = rule();
    lists["Action"] = json!(["lambda:InvokeFunction"]);
    lists["Principal"]["Service"] = json!(["events.amazonaws.com"]);
    assert_eq!(sids(&lists), [""; 0]);
}

#[test]
fn all_else_is_nobodys() {
    let edits: [(&str, Value); 10] = [
        ("/Sid", json!("by-hand")),
        ("/Effect", json!("Deny")),
        ("/Principal", json!("*")),
        ("/Principal", json!({ "Service": "events.amazonaws.com", "AWS": "*" })),
        ("/Principal/Service", json!("s3.amazonaws.com")),
        ("/Action", json!(["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"])),
        ("/Condition", json!({})),
        ("/Condition/ArnLike/AWS:SourceArn", json!("arn:aws:events:us-west-2:111122223333:rule/*")),
        ("/Condition/ArnLike/AWS:SourceArn", json!("arn:aws:events:us-west-2:444455556666:rule/nightly")),
        ("/Condition/ArnLike/AWS:SourceArn", json!("arn:aws:events:eu-west-1:111122223333:rule/nightly")),
    ];
    for (path, value) in edits {
        let mut statement = rule();
        *statement.pointer_mut(path).unwrap() = value;
        assert_eq!(sids(&statement).len(), 1, "{statement:#}");
    }
}

#[test]
fn what_cannot_be_understood_is_said() {
    for text in ["", "{}", r#"{"Statement": ["x"]}"#, r#"{"Statement": [{"Effect": "Allow"}]}"#] {
        assert!(of_others(text, ARN).is_err(), "{text}");
    }
}

/// One that lets a service invoke it.
pub(super) fn of(service: &str) -> Vec<Permission> {
    let mut statement = rule();
    statement["Sid"] = json!(service);
    statement["Principal"]["Service"] = json!(format!("{service}.amazonaws.com"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    of_others(&policy, ARN).unwrap()
}

#[test]
fn one_that_nobody_declared_is_taken_away() {
    assert_snapshot!(plan(PLAIN, |live| live.state.permissions = of("s3")), @r#"
    update lambda.function.site (site)
      lambda:RemovePermission: permission s3 { "Version": "2012-10-17", "Statement": [ { "Sid": "s3", "Effect": "Allow", "Principal": { "Service": [ "s3.amazonaws.com" ] }, "Action": [ "lambda:InvokeFunction" ], "Resource": [ "arn:aws:lambda:us-west-2:111122223333:function:site" ], "Condition": { "ArnLike": { "AWS:SourceArn": [ "arn:aws:events:us-west-2:111122223333:rule/nightly" ] }, "StringEquals": { "AWS:SourceAccount": [ "111122223333" ] } } } ] } -> none
        so whom this statement lets in can no longer invoke it
    "#);
    assert_eq!(others("site", &[]), None);
}
