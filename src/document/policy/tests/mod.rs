mod allowed;
mod exposure;
mod grant;
mod spec;

use serde_json::{Value, json};

use super::*;

fn policy(document: &Value) -> Policy {
    Policy::parse(&document.to_string()).unwrap()
}

/// A policy of one statement that allows pulling to one account, changed by `change`.
fn pull(change: impl FnOnce(&mut Value)) -> Policy {
    let mut statement = json!({
        "Sid": "Pull",
        "Effect": "Allow",
        "Principal": { "AWS": ["123456789012"] },
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": { "StringEquals": { "aws:SourceVpce": ["vpce-1"] } },
    });
    change(&mut statement);
    policy(&json!({ "Version": "2012-10-17", "Statement": [statement] }))
}

fn set(key: &str, value: Value) -> impl FnOnce(&mut Value) {
    move |statement| statement[key] = value
}

#[test]
fn spelling_does_not_count() {
    let same: [(&str, Value); 9] = [
        ("Principal", json!({ "AWS": "123456789012" })),
        ("Principal", json!({ "AWS": "arn:aws:iam::123456789012:root" })),
        ("Principal", json!({ "AWS": ["arn:aws-cn:iam::123456789012:root", "123456789012"] })),
        ("Action", json!(["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchGetImage"])),
        ("Action", json!(["ECR:batchgetimage", "ecr:getDownloadURLForLayer"])),
        ("Condition", json!({ "StringEquals": { "aws:SourceVpce": "vpce-1" } })),
        ("Condition", json!({ "StringEquals": { "AWS:sourcevpce": ["vpce-1", "vpce-1"] } })),
        ("Sid", json!("Pull")),
        ("Effect", json!("Allow")),
    ];
    for (key, value) in same {
        let label = value.to_string();
        assert_eq!(pull(|_| ()), pull(set(key, value)), "{label}");
    }
}

#[test]
fn meaning_counts() {
    let other: [(&str, Value); 13] = [
        ("Principal", json!({ "AWS": "210987654321" })),
        ("Principal", json!({ "AWS": "arn:aws:iam::123456789012:role/root" })),
        ("Principal", json!({ "AWS": "AROAEXAMPLE" })),
        ("Principal", json!({ "Service": "123456789012" })),
        ("Action", json!("ecr:BatchGetImage")),
        ("Condition", json!({ "StringLike": { "aws:SourceVpce": "vpce-1" } })),
        ("Condition", json!({ "StringEquals": { "aws:SourceVpce": "VPCE-1" } })),
        ("Condition", json!({ "StringEquals": { "aws:SourceVpce": "vpce-1", "aws:sourcevpce": "vpce-1" } })),
        ("Condition", json!({})),
        ("Resource", json!("*")),
        ("Sid", json!("")),
        ("Effect", json!("Deny")),
        ("Unknown", json!(null)),
    ];
    for (key, value) in other {
        let label = value.to_string();
        assert_ne!(pull(|_| ()), pull(set(key, value)), "{label}");
    }
}

#[test]
fn small_print_of_equality() {
    let equal = |a: Value, b: Value| policy(&a) == policy(&b);
    let with = |statements: Value| json!({ "Version": "2012-10-17", "Statement": statements });
    let (a, b) = (json!({ "Sid": "A", "Effect": "Allow" }), json!({ "Sid": "B", "Effect": "Deny" }));
    assert!(equal(with(json!([a, b])), with(json!([b, a]))), "order of statements");
    assert!(equal(with(a.clone()), with(json!([a]))), "one statement without a list");
    assert!(
        equal(json!({ "Statement": [] }), json!({ "Version": "2008-10-17", "Statement": [] })),
        "old version"
    );
    assert!(!equal(json!({ "Statement": [] }), with(json!([]))), "version");
    assert!(!equal(json!({ "Statement": [], "Id": "x" }), json!({ "Statement": [] })), "unknown key");
    assert!(!equal(with(json!([a, b])), with(json!([a]))), "a statement more");
    let who = |principal: Value| with(json!({ "Principal": principal }));
    assert!(!equal(who(json!("*")), who(json!({ "AWS": "*" }))), "two kinds of everybody");
    assert!(equal(with(json!({ "Sid": "" })), with(json!({}))), "empty sid");
    assert!(equal(with(json!({ "Condition": {} })), with(json!({}))), "empty condition");
    let when = |value: Value| with(json!({ "Condition": { "Bool": { "k": value } } }));
    assert!(equal(when(json!(true)), when(json!(["true"]))), "boolean");
    assert!(equal(when(json!(5)), when(json!("5"))), "number");
    assert!(!equal(when(json!(null)), when(json!("null"))), "null is not a text");
}

#[test]
fn what_is_no_policy_is_refused_and_not_repeated() {
    assert_eq!(Policy::parse("{\n  hunter2").unwrap_err(), PolicyError::Json { line: 2, column: 3 });
    for (text, error) in [
        ("[\"hunter2\"]", PolicyError::NotAnObject),
        ("{\"hunter2\": 1}", PolicyError::Statements),
        ("{\"Statement\": \"hunter2\"}", PolicyError::Statements),
        ("{\"Statement\": [{}, 1]}", PolicyError::Statements),
    ] {
        assert_eq!(Policy::parse(text).unwrap_err(), error);
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[test]
fn pretty_reads_like_a_policy() {
    let text = pull(|statement| statement["Action"] = json!("ecr:BatchGetImage")).pretty();
    assert_eq!(
        text,
        r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Pull",
      "Effect": "Allow",
      "Principal": {
        "AWS": [
          "123456789012"
        ]
      },
      "Action": [
        "ecr:BatchGetImage"
      ],
      "Condition": {
        "StringEquals": {
          "aws:SourceVpce": [
            "vpce-1"
          ]
        }
      }
    }
  ]
}"#
    );
}

#[test]
fn the_summary_names_statements_by_their_sid_or_by_what_they_say() {
    let named = json!({ "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "ecr:*" });
    let denial = json!({ "Effect": "Deny", "Principal": "*", "Action": "ecr:*" });
    let one = policy(&json!({ "Statement": named }));
    assert_eq!(one.summary(), "1 statement: Pull");
    let two = policy(&json!({ "Statement": [named, denial] }));
    assert_eq!(two.summary(), "2 statements: denies ecr:* to anyone; Pull");
}

#[test]
fn what_a_service_fills_in_does_not_count() {
    const ARN: &str = "arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-1";
    let bare = pull(|statement| drop(statement.as_object_mut().unwrap().remove("Sid")));
    let answered = |id: &str, sid: &str, resource: &Value| {
        let mut document: Value = serde_json::from_str(bare.text()).unwrap();
        document["Id"] = id.into();
        document["Statement"][0]["Sid"] = sid.into();
        document["Statement"][0]["Resource"] = resource.clone();
        policy(&document).without_filled_in("efs-statement-", ARN).unwrap()
    };
    for resource in [json!(ARN), json!([ARN])] {
        assert_eq!(answered("1", "efs-statement-1234abcd", &resource), bare);
    }
    for (sid, resource) in [
        ("Pull", json!(ARN)),
        ("efs-statement-1234abcd", json!("*")),
        ("efs-statement-1234abcd", json!(format!("{ARN}2"))),
        ("efs-statement-1234abcd", json!([ARN, "*"])),
    ] {
        assert_ne!(answered("1", sid, &resource), bare, "{sid} {resource}");
    }
}
