//! Stacks, read as if they were those of exports.

use infra::kind::{Found, Kind as _, Wanted};
use infra::kinds::cloudformation_exports::CloudFormationExports;
use infra::model::Tags;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::runtime;

use super::{entry, recordings};
use crate::support::recorded::{self, Answer, Recording};

const DESCRIBE: &str = "cloudformation:DescribeStacks";
const RESOURCES: &str = "cloudformation:DescribeStackResources";

/// What is found of a stack, by a clock that stands still: one that is being written to is waited for.
fn found(name: &str, stacks: Answer, resources: Answer) -> Found<CloudFormationExports> {
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let aws = recorded::aws([(DESCRIBE, stacks), (RESOURCES, resources)]).await;
        let mut state = entry::<CloudFormationExports>(json!({})).state;
        name.clone_into(&mut state.stack);
        let wanted = Wanted { state: &state, tags: &Tags::default(), seen: None, measure: false };
        CloudFormationExports::observe(&aws, &[wanted], None).await.found.remove(0)
    })
}

fn word(found: &Found<CloudFormationExports>) -> String {
    match found {
        Found::Present(live) => format!("{:?}, {} exports", live.phase, live.state.exports.len()),
        Found::Absent => "absent".to_owned(),
        Found::Unclear { reason, .. } => reason.clone(),
        Found::Unknown(error) => format!("unknown: {}", error.message),
    }
}

#[test]
fn every_stack_is_understood() {
    let mut told = Vec::new();
    for Recording { answer, .. } in recordings("cloudformation", "DescribeStacks") {
        for stack in answer.data["Stacks"].as_array().unwrap() {
            // Of a list each comes alone, as where it was asked for by its name.
            let alone = Answer::ok(json!({ "Stacks": [stack] }));
            let none = if stack["StackStatus"] == "DELETE_COMPLETE" {
                Answer::error("ValidationError", "Stack with id site does not exist")
            } else {
                Answer::ok(json!({ "StackResources": [] }))
            };
            let (name, status) =
                (stack["StackName"].as_str().unwrap(), stack["StackStatus"].as_str().unwrap());
            told.push(format!("{status}: {}", word(&found(name, alone, none))));
        }
    }
    if told.is_empty() {
        return;
    }
    told.sort();
    told.dedup();
    assert_snapshot!(told.join("\n"), @"
    CREATE_COMPLETE: Active, 0 exports
    DELETE_COMPLETE: absent
    ROLLBACK_COMPLETE: its creation failed, and CloudFormation can only delete it (ROLLBACK_COMPLETE)
    UPDATE_COMPLETE: Active, 0 exports
    UPDATE_IN_PROGRESS: unknown: CloudFormation is at it (UPDATE_IN_PROGRESS); plan again when that is done
    ");
}

/// What AWS says of a stack that is not there, to each of the two calls.
#[test]
fn only_does_not_exist_means_absent() {
    let Some(folder) = recorded::folder() else { return };
    for answer in recorded::errors(&folder, "test_stacks.snapshot.json") {
        let message = answer.data["Error"]["Message"].as_str().unwrap().to_owned();
        let is_gone = message.contains("does not exist");
        let found = found("site", answer.clone(), answer);
        assert_eq!(matches!(found, Found::Absent), is_gone, "{message}");
        assert_eq!(matches!(found, Found::Unknown(_)), !is_gone, "{message}");
    }
}

/// What AWS always sends, and nobody can do without.
#[test]
fn what_is_left_out_is_not_read_as_nothing() {
    let whole = json!({
        "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/site/1",
        "StackName": "site",
        "CreationTime": "2026-11-01T12:00:00.000Z",
        "StackStatus": "CREATE_COMPLETE",
        "Tags": [],
    });
    let resources = || Answer::ok(json!({ "StackResources": [] }));
    let stacks = |stack: &Value| Answer::ok(json!({ "Stacks": [stack] }));
    assert_eq!(word(&found("site", stacks(&whole), resources())), "Active, 0 exports");
    // The SDK makes up a time of creation where there is none.
    for key in ["StackId", "StackName", "StackStatus", "Tags"] {
        let mut stack = whole.clone();
        stack.as_object_mut().unwrap().remove(key);
        let word = word(&found("site", stacks(&stack), resources()));
        assert!(word.starts_with("unknown: "), "{key}: {word}");
    }
    let none = found("site", stacks(&whole), Answer::ok(json!({})));
    assert_eq!(word(&none), "unknown: the answer holds no resources");
    let empty = found("site", Answer::ok(json!({ "Stacks": [] })), resources());
    assert_eq!(word(&empty), "unknown: the answer holds no stack");
}
