//! What of a function's policy is a rule's, and whether it is as it should be.

use serde_json::{Value, json};

use super::{FUNCTION, RULE};
use crate::kinds::events_rule::permission::Granted;

/// A statement as AWS writes ours, under this id.
fn statement(sid: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": { "ArnLike": { "AWS:SourceArn": RULE } },
    })
}

fn edited(sid: &str, pointer: &str, value: Value) -> Value {
    let mut statement = statement(sid);
    *statement.pointer_mut(pointer).unwrap() = value;
    statement
}

fn read(statements: &[Value]) -> Granted {
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    Granted::read(&policy.to_string(), RULE, FUNCTION).unwrap()
}

#[test]
fn a_statement_of_ours_is_known_in_every_spelling() {
    for ours in [
        statement("infra-1"),
        edited("infra-1", "/Action", json!(["lambda:InvokeFunction"])),
        edited("infra-1", "/Resource", json!([FUNCTION])),
        edited("infra-1", "/Principal", json!({ "Service": ["events.amazonaws.com"] })),
        edited("infra-1", "/Condition/ArnLike", json!({ "aws:sourcearn": [RULE] })),
    ] {
        let granted = read(std::slice::from_ref(&ours));
        assert_eq!((&granted.sound[..], granted.unsound.len()), (&["infra-1".to_owned()][..], 0), "{ours}");
        assert_eq!(granted.stale().count(), 0);
    }
}

#[test]
fn a_statement_of_ours_that_was_changed_is_no_permission() {
    let tightened = json!({ "ArnLike": { "AWS:SourceArn": RULE }, "StringEquals": { "AWS:SourceAccount": "444455556666" } });
    for ours in [
        edited("infra-1", "/Principal", json!({ "Service": "s3.amazonaws.com" })),
        edited("infra-1", "/Principal", json!("*")),
        edited("infra-1", "/Action", json!("lambda:GetFunction")),
        edited("infra-1", "/Effect", json!("Deny")),
        edited("infra-1", "/Resource", json!(format!("{FUNCTION}:live"))),
        edited("infra-1", "/Condition", tightened),
        edited("infra-1", "/Condition", json!({ "StringEquals": { "aws:SourceArn": RULE } })),
    ] {
        let granted = read(std::slice::from_ref(&ours));
        assert_eq!((granted.sound.len(), &granted.unsound[..]), (0, &["infra-1".to_owned()][..]), "{ours}");
    }
}

#[test]
fn statements_of_others_are_theirs() {
    for other in [
        // By hand, and of another rule.
        statement("console"),
        edited("infra-1", "/Condition/ArnLike/AWS:SourceArn", json!(format!("{RULE}-2"))),
        edited("infra-1", "/Condition", json!({})),
        edited("infra-1", "/Sid", json!(7)),
    ] {
        let granted = read(std::slice::from_ref(&other));
        assert_eq!((granted.sound.len(), granted.unsound.len()), (0, 0), "{other}");
    }
    assert_eq!(read(&[]), Granted::default());
}

#[test]
fn one_is_needed_and_no_more() {
    let changed = edited("infra-3", "/Effect", json!("Deny"));
    let granted = read(&[statement("infra-2"), changed, statement("infra-1"), statement("console")]);
    let stale: Vec<_> = granted.stale().collect();
    assert_eq!(granted.sound, ["infra-1", "infra-2"]);
    assert_eq!(stale, ["infra-3", "infra-2"]);
}

#[test]
fn a_new_one_has_the_same_id_in_every_run_unless_it_is_taken() {
    let first = read(&[]).free_sid(RULE);
    assert_eq!(first, read(&[statement("infra-1")]).free_sid(RULE));
    assert_ne!(first, read(&[]).free_sid(&format!("{RULE}-2")));
    // API AddPermission: letters, digits, hyphens and underscores, at most 100.
    assert!(first.len() <= 97 && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{first}");
    let taken = edited(&first, "/Principal", json!("*"));
    assert_eq!(read(std::slice::from_ref(&taken)).free_sid(RULE), format!("{first}-2"));
    assert_eq!(read(&[taken, statement(&format!("{first}-2"))]).free_sid(RULE), format!("{first}-3"));
}

#[test]
fn what_is_no_policy_says_nothing() {
    for text in ["", "[]", "{}", "{\"Statement\": 1}", "{\"Statement\": [1]}"] {
        assert!(Granted::read(text, RULE, FUNCTION).is_err(), "{text}");
    }
}
