//! Rules: answers that say no in a success, what AWS has not forgotten yet, and who else writes.

use infra::aws::Class;
use infra::kind::Kind as _;
use infra::kinds::events_rule::{Change, EventsRule, Other, Target};
use infra::model::{Address, KindName, Link, Outputs, Tags};
use serde_json::{Value, json};

use super::{Performed, ok, perform, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const RULE: &str = "arn:aws:events:us-east-1:111122223333:rule/site-cleanup";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:site-cleanup";

const PUT_RULE: &str = "events:PutRule";
const TAGS: &str = "events:ListTagsForResource";
const PUT: &str = "events:PutTargets";
const REMOVE: &str = "events:RemoveTargets";
const POLICY: &str = "lambda:GetPolicy";
const ADD: &str = "lambda:AddPermission";
const TAKE: &str = "lambda:RemovePermission";

const NOT_FOUND: &str = "ResourceNotFoundException";
const BUSY: &str = "ConcurrentModificationException";

fn creation() -> Vec<Change> {
    let body = json!({ "name": "site-cleanup", "schedule": "rate(1 day)", "function": "site" });
    let mut entry = entry::<EventsRule>(body);
    entry.state.target.as_mut().unwrap().function = Link::live(FUNCTION);
    EventsRule::create(&entry)
}

fn tagged(manifest: &str) -> Answer {
    Answer::ok(json!({ "Tags": [
        { "Key": "infra:manifest", "Value": manifest },
        { "Key": "infra:address", "Value": "events.rule.site" },
        { "Key": "infra:on-delete", "Value": "delete" },
    ] }))
}

fn create(put: Vec<Answer>, tags: Vec<Answer>) -> Performed {
    perform::<EventsRule>(&creation()[0], None, vec![(PUT_RULE, put), (TAGS, tags)])
}

fn made() -> Answer {
    Answer::ok(json!({ "RuleArn": RULE }))
}

/// As AWS answers with status 200 although nothing was done.
fn failed(code: &str) -> Answer {
    let entry = json!({ "TargetId": "function", "ErrorCode": code, "ErrorMessage": "in these words" });
    Answer::ok(json!({ "FailedEntryCount": 1, "FailedEntries": [entry] }))
}

/// The function's policy with our statements of these ids.
fn policy(sids: &[&str]) -> Answer {
    let statement = |sid: &&str| {
        json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" },
            "Action": "lambda:InvokeFunction",
            "Resource": FUNCTION,
            "Condition": { "ArnLike": { "AWS:SourceArn": RULE } },
        })
    };
    let statements: Vec<Value> = sids.iter().map(statement).collect();
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements }).to_string();
    Answer::ok(json!({ "Policy": policy, "RevisionId": "1" }))
}

fn none() -> Answer {
    refused(404, NOT_FOUND)
}

fn permit(policies: Vec<Answer>, add: Vec<Answer>) -> Performed {
    perform::<EventsRule>(&creation()[1], None, vec![(POLICY, policies), (ADD, add)])
}

fn put_targets(answers: Vec<Answer>) -> Performed {
    perform::<EventsRule>(&creation()[2], None, vec![(PUT, answers)])
}

#[test]
fn a_rule_that_was_there_is_not_taken_for_the_one_that_was_made() {
    let created =
        create(vec![made()], vec![none(), Answer::ok(json!({ "Tags": [] })), tagged("prereqs")]).done();
    assert_eq!((created.count(PUT_RULE), created.outputs.get(Outputs::ARN)), (1, Some(RULE)));
    assert_eq!(created.waited_for, ["AWS to show the tags of site-cleanup"]);
    let others = create(vec![made()], vec![tagged("other")]);
    assert!(others.failed().message.contains("somebody else") && others.took.is_zero(), "{:?}", others.ended);
    let nobodys = create(vec![made()], vec![Answer::ok(json!({ "Tags": [] }))]);
    assert!(nobodys.given_up_after(1).message.contains("somebody else"));
    for answer in [json!({}), json!({ "RuleArn": format!("{RULE}-2") })] {
        let _ = create(vec![Answer::ok(answer)], vec![tagged("prereqs")]).failed();
    }
}

#[test]
fn who_else_writes_to_the_rule_is_waited_for() {
    let created = create(then(2, refused(400, BUSY), made()), vec![tagged("prereqs")]).done();
    assert_eq!(
        (created.count(PUT_RULE), created.waited_for),
        (3, vec!["other changes of the rule".to_owned()])
    );
    assert!(create(vec![refused(400, BUSY)], vec![]).given_up_after(2).is(BUSY));
    assert_eq!(create(vec![refused(400, "LimitExceededException")], vec![]).failed().class, Class::Quota);
}

#[test]
fn a_success_with_failed_entries_is_a_failure() {
    let refused = put_targets(vec![failed("ManagedRuleException")]);
    assert!(refused.failed().is("ManagedRuleException") && refused.took.is_zero());
    assert!(refused.failed().message.contains("function: in these words"), "{:?}", refused.ended);
    assert_eq!(put_targets(then(3, failed(BUSY), ok())).done().count(PUT), 4);
    assert!(put_targets(vec![failed(BUSY)]).given_up_after(2).is(BUSY));
    // It says how many, and not which.
    let silent = put_targets(vec![Answer::ok(json!({ "FailedEntryCount": 1, "FailedEntries": [] }))]);
    assert!(silent.failed().message.contains("does not say why"), "{:?}", silent.ended);
}

fn remove(answers: Vec<Answer>) -> Performed {
    let targets = vec![Other { id: "function".to_owned(), arn: FUNCTION.to_owned() }];
    let change = Change::RemoveTargets { name: "site-cleanup".to_owned(), targets };
    perform::<EventsRule>(&change, None, vec![(REMOVE, answers)])
}

#[test]
fn a_target_that_is_gone_is_removed() {
    for gone in [ok(), none(), failed(NOT_FOUND)] {
        let _ = remove(vec![gone]).done();
    }
    assert!(remove(vec![failed("ManagedRuleException")]).failed().is("ManagedRuleException"));
    assert_eq!(remove(then(1, failed(BUSY), ok())).done().count(REMOVE), 2);
}

#[test]
fn a_permission_is_there_once_it_is_read() {
    let added = permit(vec![none(), policy(&["infra-1"])], vec![ok()]).done();
    assert_eq!(added.calls, [POLICY, ADD, POLICY]);
    // An earlier attempt, whose answer was lost, or another run.
    assert_eq!(permit(vec![policy(&["infra-1"])], vec![]).done().calls, [POLICY]);
    // Another's write took its place: it is made again.
    let lost = permit(vec![none(), policy(&[]), none(), policy(&["infra-1"])], vec![ok()]).done();
    assert_eq!(lost.calls, [POLICY, ADD, POLICY, POLICY, ADD, POLICY]);
    assert_eq!(lost.waited_for, ["site-cleanup to let the rule invoke it"]);
    assert_eq!(permit(vec![none()], vec![ok()]).given_up_after(5).class, Class::Timeout);
}

#[test]
fn who_else_writes_to_the_policy_is_waited_for() {
    for code in ["PreconditionFailedException", "ResourceConflictException", NOT_FOUND] {
        let policies = vec![none(), none(), policy(&["infra-1"])];
        let added = permit(policies, then(1, refused(409, code), ok())).done();
        assert_eq!((added.count(ADD), added.calls.len()), (2, 5), "{code}");
        assert!(permit(vec![none()], vec![refused(409, code)]).given_up_after(5).is(code));
    }
    let long = permit(vec![none()], vec![refused(400, "PolicyLengthExceededException")]);
    assert!(long.failed().is("PolicyLengthExceededException") && long.took.is_zero());
    // What cannot be read says nothing, and nothing is written.
    let denied = permit(vec![refused(403, "AccessDeniedException")], vec![ok()]);
    assert_eq!((denied.failed().class, denied.count(ADD)), (Class::Denied, 0));
}

fn withdraw(keeps: bool, policies: Vec<Answer>, answers: Vec<Answer>) -> Performed {
    let change =
        Change::RemovePermission { arn: RULE.to_owned(), function: "site-cleanup".to_owned(), keeps };
    perform::<EventsRule>(&change, None, vec![(POLICY, policies), (TAKE, answers)])
}

#[test]
fn a_permission_is_gone_once_none_is_read() {
    let both = vec![policy(&["infra-1", "infra-2"]), policy(&["infra-1"]), none()];
    assert_eq!(withdraw(false, both.clone(), vec![ok()]).done().count(TAKE), 2);
    // One is needed.
    assert_eq!(withdraw(true, both, vec![ok()]).done().count(TAKE), 1);
    // The function is gone, and its policy with it.
    assert_eq!(withdraw(false, vec![none()], vec![]).done().calls, [POLICY]);
    assert_eq!(withdraw(false, vec![policy(&["infra-1"]), none()], vec![none()]).done().count(TAKE), 1);
    let changed = || refused(412, "PreconditionFailedException");
    let policies = vec![policy(&["infra-1"]), policy(&["infra-1"]), none()];
    assert_eq!(withdraw(false, policies, then(1, changed(), ok())).done().count(TAKE), 2);
    let busy = withdraw(false, vec![policy(&["infra-1"])], vec![changed()]);
    assert!(busy.given_up_after(5).is("PreconditionFailedException"));
}

#[test]
fn a_function_that_is_not_made_has_no_arn_to_send() {
    let target = Target {
        id: None,
        function: Link::to(Address::new(KindName::FUNCTION, "site"), Outputs::ARN),
        input: None,
        retries: 0,
        age: 60,
        more: Vec::new(),
    };
    let change = Change::PutTargets {
        name: "site-cleanup".to_owned(),
        arn: RULE.to_owned(),
        before: None,
        target: Box::new(target),
    };
    let failed = perform::<EventsRule>(&change, None, vec![(PUT, vec![ok()])]);
    assert!(failed.failed().code.is_none() && failed.calls.is_empty(), "{:?}", failed.ended);
}

#[test]
fn tags_are_set() {
    let change = Change::TagResource {
        arn: RULE.to_owned(),
        before: Tags::default(),
        tags: Tags::from_iter([("Team", "web")]),
    };
    let tag = |answers| perform::<EventsRule>(&change, None, vec![("events:TagResource", answers)]);
    assert_eq!(tag(then(1, refused(400, BUSY), ok())).done().calls.len(), 2);
    assert!(tag(vec![none()]).failed().is(NOT_FOUND));
}
