//! The stack of the exports: operations of its own and of another run, how they end, and reads that lag behind.

use infra::aws::Class;
use infra::guard::judge;
use infra::kind::{Entry, Found, Kind as _, Wanted};
use infra::kinds::cloudformation_exports::{Change, CloudFormationExports};
use infra::model::{OnDelete, Outputs, Tags};
use serde_json::{Value, json};
use tokio::runtime;
use tokio::time::Instant;

use super::{Performed, ok, perform_on, then};
use crate::recorded::entry;
use crate::support::recorded::{Answer, scripted};

const DESCRIBE: &str = "cloudformation:DescribeStacks";
const RESOURCES: &str = "cloudformation:DescribeStackResources";
const EXPORTS: &str = "cloudformation:ListExports";
const EVENTS: &str = "cloudformation:DescribeStackEvents";
const CREATE: &str = "cloudformation:CreateStack";
const UPDATE: &str = "cloudformation:UpdateStack";
const DELETE: &str = "cloudformation:DeleteStack";

const STACK: &str = "infra-prereqs-exports";
const ARN: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/infra-prereqs-exports/0ab1";
const URI: &str = "111122223333.dkr.ecr.us-east-1.amazonaws.com/site";

/// When the stack was made, and when it was updated.
const MADE: &str = "2026-11-01T12:00:00.000Z";
const UPDATED: &str = "2026-11-02T12:00:00.000Z";

fn site() -> Entry<CloudFormationExports> {
    let mut entry =
        entry::<CloudFormationExports>(json!({ "SiteUri": { "value": "ecr.repository.site.uri" } }));
    CloudFormationExports::links(&mut entry.state, &mut |_, link| {
        link.resolve(Some(Outputs::default().with("uri", URI)));
    });
    entry
}

fn described(status: &str, updated: Option<&str>) -> Value {
    let output = json!({ "OutputKey": "SiteUri", "OutputValue": URI, "ExportName": "SiteUri" });
    let mut stack = json!({
        "StackId": ARN, "StackName": STACK, "CreationTime": MADE, "StackStatus": status, "Outputs": [output],
        "Tags": [],
    });
    if let Some(updated) = updated {
        stack["LastUpdatedTime"] = json!(updated);
    }
    json!({ "Stacks": [stack] })
}

/// The stack as it was made.
fn is(status: &str) -> Answer {
    Answer::ok(described(status, None))
}

/// The stack after an update began.
fn since(status: &str) -> Answer {
    Answer::ok(described(status, Some(UPDATED)))
}

fn gone() -> Answer {
    Answer::error("ValidationError", &format!("Stack with id {STACK} does not exist"))
}

fn begun() -> Answer {
    Answer::ok(json!({ "StackId": ARN }))
}

/// Events, the newest first, with the token of somebody's operation.
fn events() -> Answer {
    let event = |status: &str, reason: &str| {
        json!({
            "StackId": ARN, "EventId": "1", "StackName": STACK, "Timestamp": UPDATED, "ResourceStatus": status,
            "ResourceStatusReason": reason, "ClientRequestToken": "somebody's",
        })
    };
    let all = [event("UPDATE_ROLLBACK_IN_PROGRESS", "another reason"), event("UPDATE_IN_PROGRESS", "")];
    Answer::ok(json!({ "StackEvents": all }))
}

fn create(answers: Vec<Answer>, states: Vec<Answer>) -> Performed {
    let change = CloudFormationExports::create(&site()).remove(0);
    let script = vec![(CREATE, answers), (DESCRIBE, states), (EVENTS, vec![events()])];
    perform_on::<CloudFormationExports>(&change, Outputs::default(), script)
}

fn update(answers: Vec<Answer>, states: Vec<Answer>) -> Performed {
    // As the kind notes when the stack was last written to.
    let version = "1793534400.000000000".to_owned();
    let change = Change::UpdateStack { state: Box::new(site().state), fields: Vec::new(), version };
    let script = vec![(UPDATE, answers), (DESCRIBE, states), (EVENTS, vec![events()])];
    perform_on::<CloudFormationExports>(&change, live(), script)
}

fn live() -> Outputs {
    Outputs::default().with("stack.arn", ARN)
}

fn delete(states: Vec<Answer>) -> Performed {
    let permit = judge(OnDelete::Delete, None).unwrap();
    let change = Change::DeleteStack { state: Box::new(site().state), permit };
    let script = vec![(DELETE, vec![ok()]), (DESCRIBE, states), (EVENTS, vec![events()])];
    perform_on::<CloudFormationExports>(&change, live(), script)
}

#[test]
fn a_new_stack_is_waited_for() {
    let made = create(vec![begun()], then(3, is("CREATE_IN_PROGRESS"), is("CREATE_COMPLETE"))).done();
    assert_eq!((made.count(CREATE), made.count(DESCRIBE)), (1, 4));
    assert_eq!(made.waited_for, [format!("CloudFormation to be done with {STACK}")]);
    assert_eq!((made.outputs.get("SiteUri"), made.outputs.get("stack.arn")), (Some(URI), Some(ARN)));
    let late = create(vec![begun()], vec![is("CREATE_IN_PROGRESS")]);
    assert_eq!(late.given_up_after(30).class, Class::Timeout);
    // What has begun is known all the same.
    assert_eq!(late.outputs.get("stack.arn"), Some(ARN));
}

#[test]
fn how_a_creation_failed_is_told() {
    for (status, how) in [(is("ROLLBACK_COMPLETE"), "it ended as ROLLBACK_COMPLETE"), (gone(), "it is gone")]
    {
        let failed = create(vec![begun()], then(2, is("ROLLBACK_IN_PROGRESS"), status));
        // Another operation's reason is not that of this one.
        let words = format!("{how}: CloudFormation does not say why");
        assert_eq!(failed.failed().message, words);
    }
    let silent = create(vec![Answer::ok(json!({}))], vec![]);
    assert!(silent.failed().message.contains("holds no ARN"), "{:?}", silent.ended);
}

#[test]
fn a_creation_by_another_run_is_awaited_and_then_looked_at() {
    for code in ["AlreadyExistsException", "TokenAlreadyExistsException"] {
        let exists = Answer::error(code, &format!("Stack [{STACK}] already exists"));
        for end in [is("CREATE_COMPLETE"), is("ROLLBACK_COMPLETE"), gone()] {
            let second = create(vec![exists.clone()], then(3, is("CREATE_IN_PROGRESS"), end));
            // The generic second look takes it up.
            assert!(CloudFormationExports::already_exists(second.failed()), "{:?}", second.ended);
            assert_eq!((second.count(CREATE), second.count(DESCRIBE)), (1, 4));
        }
        let late = create(vec![exists], vec![is("CREATE_IN_PROGRESS")]);
        assert_eq!(late.given_up_after(30).class, Class::Timeout);
    }
}

#[test]
fn an_update_has_begun_once_it_is_told_when() {
    let mut states = vec![is("CREATE_COMPLETE"); 2];
    states.extend(then(2, since("UPDATE_IN_PROGRESS"), since("UPDATE_COMPLETE")));
    let updated = update(vec![begun()], states).done();
    assert_eq!((updated.count(UPDATE), updated.count(DESCRIBE)), (1, 5));
    // What goes is cleared away for a while; then it is done.
    let cleared = then(2, since("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), since("UPDATE_COMPLETE"));
    let _ = update(vec![begun()], cleared).done();
    for state in [is("CREATE_COMPLETE"), since("UPDATE_IN_PROGRESS")] {
        assert_eq!(update(vec![begun()], vec![state]).given_up_after(30).class, Class::Timeout);
    }
    for status in ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"] {
        let failed = update(vec![begun()], then(2, since("UPDATE_ROLLBACK_IN_PROGRESS"), since(status)));
        let words = format!("it ended as {status}: CloudFormation does not say why");
        assert_eq!(failed.failed().message, words);
    }
}

#[test]
fn an_update_by_another_run_is_awaited_and_then_looked_at() {
    let busy = |status: &str| {
        let words = format!("Stack:{ARN} is in {status} state and can not be updated.");
        Answer::error("ValidationError", &words)
    };
    let states = then(3, since("UPDATE_IN_PROGRESS"), since("UPDATE_COMPLETE"));
    let second = update(vec![busy("UPDATE_IN_PROGRESS")], states);
    assert!(second.failed().is("ValidationError"), "{:?}", second.ended);
    assert_eq!((second.count(UPDATE), second.count(DESCRIBE)), (1, 4));
    assert_eq!(second.waited_for, [format!("CloudFormation to be done with {STACK}")]);
    let late = update(vec![busy("UPDATE_IN_PROGRESS")], vec![since("UPDATE_IN_PROGRESS")]);
    assert_eq!(late.given_up_after(30).class, Class::Timeout);
    // No waiting ends this one.
    let stuck = update(vec![busy("UPDATE_ROLLBACK_FAILED")], vec![]);
    assert!(stuck.failed().is("ValidationError") && stuck.took.is_zero(), "{:?}", stuck.ended);
    // The other run has made this very change by then.
    let none = Answer::error("ValidationError", "No updates are to be performed.");
    assert_eq!(update(vec![none], vec![since("UPDATE_COMPLETE")]).done().outputs.get("SiteUri"), Some(URI));
}

#[test]
fn a_stack_is_deleted_once_it_is_gone() {
    let mut states = vec![is("CREATE_COMPLETE")];
    states.extend(then(3, is("DELETE_IN_PROGRESS"), is("DELETE_COMPLETE")));
    assert_eq!(delete(states).done().count(DESCRIBE), 5);
    let _ = delete(vec![gone()]).done();
    assert_eq!(delete(vec![is("DELETE_IN_PROGRESS")]).given_up_after(30).class, Class::Timeout);
    let failed = delete(then(1, is("DELETE_IN_PROGRESS"), is("DELETE_FAILED")));
    assert!(failed.failed().message.starts_with("it ended as DELETE_FAILED"), "{:?}", failed.ended);
}

#[test]
fn a_value_that_is_not_known_is_not_sent() {
    let mut entry = site();
    CloudFormationExports::links(&mut entry.state, &mut |_, link| link.resolve(None));
    let change = CloudFormationExports::create(&entry).remove(0);
    let failed = perform_on::<CloudFormationExports>(&change, Outputs::default(), vec![]);
    assert_eq!(failed.failed().message, "a value that it is to export is not known");
}

/// A look at the stack: what is found, how often it was described, and the seconds that it took.
fn look(
    seen: Option<&Outputs>,
    states: Vec<Answer>,
    resources: Vec<Answer>,
) -> (Found<CloudFormationExports>, usize, u64) {
    // Nobody else exports the name.
    look_with(seen, states, resources, vec![Answer::ok(json!({ "Exports": [] }))])
}

/// That the stack with this ARN exports it.
fn exported_by(arn: &str) -> Answer {
    Answer::ok(json!({ "Exports": [{ "Name": "SiteUri", "Value": URI, "ExportingStackId": arn }] }))
}

/// The same, with who exports it.
fn look_with(
    seen: Option<&Outputs>,
    states: Vec<Answer>,
    resources: Vec<Answer>,
    exports: Vec<Answer>,
) -> (Found<CloudFormationExports>, usize, u64) {
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (aws, calls) = scripted([(DESCRIBE, states), (RESOURCES, resources), (EXPORTS, exports)]).await;
        let entry = site();
        let wanted = Wanted { state: &entry.state, tags: &Tags::default(), seen, measure: false };
        let began = Instant::now();
        let mut observed = CloudFormationExports::observe(&aws, &[wanted], None).await;
        let count = calls.lock().unwrap().iter().filter(|call| *call == DESCRIBE).count();
        (observed.found.remove(0), count, began.elapsed().as_secs())
    })
}

fn held(status: &str) -> Answer {
    let handle = json!({
        "StackName": STACK, "LogicalResourceId": "Nothing", "ResourceType": "AWS::CloudFormation::WaitConditionHandle",
        "Timestamp": MADE, "ResourceStatus": status,
    });
    Answer::ok(json!({ "StackResources": [handle] }))
}

fn unknown(found: Found<CloudFormationExports>) -> String {
    match found {
        Found::Unknown(error) => error.message,
        _ => panic!("it is not unknown"),
    }
}

#[test]
fn a_look_waits_for_what_is_under_way_for_a_minute() {
    for status in ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"] {
        let settles = then(3, is(status), is("UPDATE_COMPLETE"));
        let (found, described, took) = look(None, settles, vec![held("CREATE_COMPLETE")]);
        assert!(matches!(found, Found::Present(_)), "{status}");
        assert!(described == 4 && took < 5, "{status}: {described} looks, {took} s");
        let (found, described, took) = look(None, vec![is(status)], vec![held("CREATE_COMPLETE")]);
        let words = format!("CloudFormation is at it ({status}); plan again when that is done");
        assert_eq!(unknown(found), words);
        assert!(described > 5 && took == 60, "{status}: {described} looks, {took} s");
    }
    // Another run deletes it.
    let (found, described, _) =
        look(None, then(2, is("DELETE_IN_PROGRESS"), gone()), then(2, held("DELETE_IN_PROGRESS"), gone()));
    assert!(matches!(found, Found::Absent) && described == 3, "{described} looks");
    // Somebody's that nobody goes on with is not waited for.
    let (found, described, _) = look(None, vec![is("REVIEW_IN_PROGRESS")], vec![held("CREATE_COMPLETE")]);
    assert!(matches!(found, Found::Unclear { .. }) && described == 1, "{described} looks");
}

/// Between its two calls somebody has made the stack, or deleted it.
#[test]
fn calls_that_contradict_each_other_are_made_again() {
    let (found, described, _) =
        look(None, vec![is("CREATE_COMPLETE")], then(2, gone(), held("CREATE_COMPLETE")));
    assert!(matches!(found, Found::Present(_)) && described == 3, "{described} looks");
    let (found, described, _) =
        look(None, then(2, gone(), is("CREATE_COMPLETE")), vec![held("CREATE_COMPLETE")]);
    assert!(matches!(found, Found::Present(_)) && described == 3, "{described} looks");
    let (found, described, _) = look(None, then(1, is("CREATE_COMPLETE"), gone()), vec![gone()]);
    assert!(matches!(found, Found::Absent) && described == 2, "{described} looks");
    for (states, resources) in [(is("CREATE_COMPLETE"), gone()), (gone(), held("CREATE_COMPLETE"))] {
        let (found, _, took) = look(None, vec![states], vec![resources]);
        assert_eq!((unknown(found).as_str(), took), ("it appeared or vanished while it was read", 60));
    }
    // The stack was not there when it was described, and exports what it is to export when that is asked.
    let script = |exporting: Vec<Answer>| {
        let states = then(1, gone(), is("CREATE_COMPLETE"));
        look_with(None, states, then(1, gone(), held("CREATE_COMPLETE")), exporting)
    };
    let (found, described, _) = script(vec![exported_by(ARN)]);
    assert!(matches!(found, Found::Present(_)) && described == 2, "{described} looks");
    let other = exported_by("arn:aws:cloudformation:us-east-1:111122223333:stack/legacy/0ab1");
    assert!(matches!(script(vec![other]), (Found::Unclear { .. }, 1, 0)));
    let (found, _, took) = look_with(None, vec![gone()], vec![gone()], vec![exported_by(ARN)]);
    assert_eq!((unknown(found).as_str(), took), ("it appeared or vanished while it was read", 60));
    // A stack that is deleted lasts under its ARN, with what it had.
    let deleted = look(Some(&live()), vec![is("DELETE_COMPLETE")], vec![held("DELETE_COMPLETE")]);
    assert!(matches!(deleted, (Found::Absent, 1, 0)));
    // What cannot be read says nothing.
    let denied = Answer { status: 403, ..Answer::error("AccessDenied", "in these words") };
    let (found, described, _) = look(None, vec![is("CREATE_COMPLETE")], vec![denied]);
    assert_eq!((unknown(found).as_str(), described), ("in these words", 1));
}
