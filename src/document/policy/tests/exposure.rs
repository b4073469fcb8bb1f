use serde_json::{Value, json};

use super::super::*;
use super::{policy, pull, set};

#[test]
fn what_was_not_there_before_widens() {
    let plain = pull(set("Condition", json!({})));
    let told = "allows ecr:BatchGetImage, ecr:GetDownloadUrlForLayer to 123456789012";
    assert_eq!(widened(None, Some(&plain)), [told]);
    assert_eq!(widened(Some(&plain), Some(&plain)), [""; 0]);
    assert_eq!(widened(Some(&plain), None), [""; 0]);
    assert_eq!(widened(None, None), [""; 0]);
    let renamed = policy(&json!({ "Statement": {
        "Sid": "Other", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
        "Action": ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
    } }));
    assert_eq!(widened(Some(&plain), Some(&renamed)), [""; 0]);
    let narrower = pull(|statement| {
        statement["Condition"] = json!({});
        statement["Action"] = json!("ecr:BatchGetImage");
    });
    assert_eq!(widened(Some(&plain), Some(&narrower)), [""; 0], "part of what was there");
    assert_eq!(widened(Some(&narrower), Some(&plain)), [told]);
    assert_eq!(widened(Some(&pull(|_| ())), Some(&plain)), [told], "a condition less");
}

#[test]
fn every_element_is_told() {
    let allows = |change: Value| {
        let mut statement = json!({ "Effect": "Allow", "Action": "ecr:*", "Principal": "*" });
        for (key, value) in change.as_object().unwrap() {
            statement[key] = value.clone();
        }
        widened(None, Some(&policy(&json!({ "Statement": [statement] })))).join("; ")
    };
    assert_eq!(allows(json!({})), "allows ecr:* to anyone (public)");
    assert_eq!(allows(json!({ "Principal": { "AWS": "*" } })), "allows ecr:* to anyone (public)");
    assert_eq!(
        allows(json!({ "Condition": { "StringEquals": { "aws:SourceVpc": ["vpc-2", "vpc-1"] } } })),
        "allows ecr:* to anyone, if StringEquals aws:SourceVpc = vpc-1 | vpc-2"
    );
    assert_eq!(
        allows(json!({ "Condition": { "Bool": { "aws:SecureTransport": true } } })),
        "allows ecr:* to anyone (public), if Bool aws:SecureTransport = true"
    );
    assert_eq!(
        allows(
            json!({ "Principal": { "AWS": "1", "Service": "lambda.amazonaws.com" }, "Resource": "arn:x", "New": 1 })
        ),
        "allows ecr:* to 1, service lambda.amazonaws.com on arn:x, with unknown New"
    );
    assert_eq!(allows(json!({ "Principal": 7 })), "allows ecr:* to principals that cannot be made out");
    let inverted = json!({ "Effect": "Allow", "NotAction": "ecr:Delete*", "NotPrincipal": { "AWS": "123456789012" },
        "NotResource": "arn:y" });
    assert_eq!(
        widened(None, Some(&policy(&json!({ "Statement": inverted })))),
        [
            "allows everything except ecr:Delete* to everyone except 123456789012 (public) on everything except arn:y"
        ]
    );
    assert!(
        allows(json!({ "Effect": "allow" })).starts_with("allows"),
        "an unknown effect is taken for a permission"
    );
}

#[test]
fn a_denial_that_goes_widens() {
    let deny = |actions: Value| {
        policy(&json!({ "Statement": { "Effect": "Deny", "Principal": "*", "Action": actions } }))
    };
    let (one, two) = (deny(json!("ecr:A")), deny(json!(["ecr:A", "ecr:B"])));
    assert_eq!(widened(None, Some(&one)), [""; 0]);
    assert_eq!(widened(Some(&one), Some(&two)), [""; 0], "denies more");
    assert_eq!(widened(Some(&two), Some(&one)), ["no longer denies ecr:A, ecr:B to anyone"]);
    assert_eq!(widened(Some(&one), None), ["no longer denies ecr:A to anyone"]);
}

#[test]
fn variables_mean_something_in_the_newer_version_only() {
    let allow = |version: &str, resource: &str| {
        policy(&json!({ "Version": version, "Statement": {
            "Effect": "Allow", "Principal": { "AWS": "1" }, "Action": "s:A", "Resource": resource,
        } }))
    };
    let widens = |resource: &str| {
        !widened(Some(&allow("2008-10-17", resource)), Some(&allow("2012-10-17", resource))).is_empty()
    };
    assert!(!widens("arn:x"));
    assert!(widens("arn:${aws:username}"));
}
