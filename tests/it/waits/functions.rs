//! Functions: roles and mount targets that are not known yet, updates that take their time, and what fails.

use infra::aws::Class;
use infra::kind::{Delta, Kind as _, Live, Phase};
use infra::kinds::lambda_function::{Change, Code, Detail, LambdaFunction, State};
use infra::model::{Link, Outputs, Tags};
use serde_json::{Value, json};

use super::{Performed, ok, perform_on, refused, then};
use crate::recorded::entry;
use crate::recorded::functions::{ARN, ROLE, configuration};
use crate::support::recorded::Answer;

const CREATE: &str = "lambda:CreateFunction";
const GET: &str = "lambda:GetFunction";
const CONFIGURE: &str = "lambda:UpdateFunctionConfiguration";
const CODE: &str = "lambda:UpdateFunctionCode";

fn wanted() -> State {
    let body = json!({
        "name": "site", "source": "code", "handler": "handler.handler", "runtime": "python3.13", "role": "site",
    });
    let mut state = entry::<LambdaFunction>(body).state;
    state.role = Link::live(ROLE);
    state
}

fn creation() -> Change {
    Change::CreateFunction { state: Box::new(wanted()), tags: Tags::default() }
}

/// What is to be changed, if this is live instead.
fn change(edit: impl FnOnce(&mut State)) -> Change {
    let mut state = wanted();
    edit(&mut state);
    let live = Live {
        tags: Tags::default(),
        phase: Phase::Active,
        service: None,
        state,
        created: None,
        detail: Detail::default(),
        outputs: Outputs::default(),
    };
    let mut deltas = LambdaFunction::diff(&live, &wanted());
    match deltas.pop() {
        Some(Delta::Change(change)) if deltas.is_empty() => change,
        other => panic!("{other:?}"),
    }
}

/// What `GetFunction` says of one that is as wanted, with some of its members replaced.
fn is(members: &Value) -> Answer {
    let mut about = configuration();
    about["CodeSha256"] = json!(wanted().code.sha256);
    about.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Answer::ok(
        json!({ "Configuration": about, "Code": { "Location": "https://example.com/?X-Amz-Signature=1" } }),
    )
}

fn ready() -> Answer {
    is(&json!({}))
}

fn pending() -> Answer {
    is(&json!({ "State": "Pending", "StateReasonCode": "Creating" }))
}

fn updating(members: Value) -> Answer {
    let mut all = members;
    all["LastUpdateStatus"] = json!("InProgress");
    is(&all)
}

fn invalid(message: &str) -> Answer {
    Answer::error("InvalidParameterValueException", message)
}

fn busy() -> Answer {
    refused(409, "ResourceConflictException")
}

fn create(made: Vec<Answer>, states: Vec<Answer>) -> Performed {
    perform_on::<LambdaFunction>(&creation(), Outputs::default(), vec![(CREATE, made), (GET, states)])
}

fn made() -> Answer {
    Answer {
        status: 201,
        ..Answer::ok(json!({ "FunctionArn": ARN, "FunctionName": "site", "State": "Pending" }))
    }
}

fn on_site(change: &Change, script: Vec<(&'static str, Vec<Answer>)>) -> Performed {
    let outputs = Outputs::default().with(Outputs::ARN, ARN).with("name", "site");
    perform_on::<LambdaFunction>(change, outputs, script)
}

const ASSUMED: &str = "The role defined for the function cannot be assumed by Lambda.";
const INTERFACES: &str =
    "The provided execution role does not have permissions to call CreateNetworkInterface on EC2";
const GRANT: &str = "KMS key is invalid for CreateGrant";
const MOUNTS: &str = "EFS file system x referenced by access point y has mount targets created in all availability \
                      zones the function will execute in, but not all are in the available life cycle state yet.";
const THROTTLED: &str =
    "Your request has been throttled by EC2, please make sure you have enough API rate limit.";

#[test]
fn a_new_one_is_waited_for_and_reads_may_lag_behind() {
    let mut states = vec![refused(404, "ResourceNotFoundException")];
    states.extend(then(3, pending(), ready()));
    let created = create(vec![made()], states).done();
    assert_eq!((created.count(CREATE), created.count(GET)), (1, 5));
    assert_eq!(created.waited_for, ["site to be set up"]);
    assert_eq!(created.outputs.get(Outputs::ARN), Some(ARN));
    let late = create(vec![made()], vec![pending()]);
    assert_eq!(late.given_up_after(10).class, Class::Timeout);
}

#[test]
fn what_passes_by_itself_is_waited_for_as_long_as_it_may_take() {
    let role = "IAM to make its role known to Lambda, with what it may do";
    let mounts = "the mount targets of its file system";
    let interfaces = "EC2 to let Lambda make network interfaces";
    for (message, what, minutes) in [
        (ASSUMED, role, 15),
        (INTERFACES, role, 15),
        (GRANT, role, 15),
        (MOUNTS, mounts, 15),
        (THROTTLED, interfaces, 9),
    ] {
        let created = create(then(3, invalid(message), made()), vec![ready()]).done();
        assert_eq!(
            (created.count(CREATE), &created.waited_for[..]),
            (4, &[what.to_owned()][..]),
            "{message}"
        );
        let late = create(vec![invalid(message)], vec![]);
        assert_eq!(late.given_up_after(minutes).message, message);
    }
    // One after the other, each with a deadline of its own.
    let mut both = vec![invalid(ASSUMED); 3];
    both.extend(then(3, invalid(MOUNTS), made()));
    assert_eq!(create(both, vec![ready()]).done().waited_for, [role, mounts]);
}

#[test]
fn nothing_else_is_waited_for() {
    let other = create(vec![invalid("Unzipped size must be smaller than 262144000 bytes")], vec![]);
    assert!(other.failed().is("InvalidParameterValueException") && other.took.is_zero());
    // The name is taken: whose it is, the step looks at.
    let taken = create(vec![busy()], vec![]);
    assert!(LambdaFunction::already_exists(taken.failed()) && taken.took.is_zero());
}

#[test]
fn one_that_could_not_be_set_up_is_said_with_the_reason() {
    let failed = is(&json!({
        "State": "Failed", "StateReason": "The subnet is full", "StateReasonCode": "SubnetOutOfIPAddresses",
    }));
    let created = create(vec![made()], vec![pending(), failed]);
    let why = "it cannot be invoked: The subnet is full (SubnetOutOfIPAddresses)";
    assert_eq!(created.failed().message, why);
}

#[test]
fn configuration_is_written_when_nothing_else_is_and_waited_for() {
    let change = change(|it| it.timeout = 60);
    let was = json!({ "Timeout": 60 });
    let mut states = then(2, updating(was.clone()), is(&was));
    states.extend(then(2, updating(json!({})), ready()));
    let updated = on_site(&change, vec![(CONFIGURE, vec![busy(), ok()]), (GET, states)]).done();
    assert_eq!((updated.count(CONFIGURE), updated.count(GET)), (2, 6));
    assert_eq!(updated.waited_for, ["site to be set up", "another update of it to end", "site to be set up"]);
    let late = on_site(&change, vec![(CONFIGURE, vec![busy()]), (GET, vec![is(&was)])]);
    assert!(late.given_up_after(10).is("ResourceConflictException"));
}

#[test]
fn an_update_that_fails_is_said_with_the_reason() {
    let failed = is(&json!({
        "LastUpdateStatus": "Failed",
        "LastUpdateStatusReason": "The mount timed out",
        "LastUpdateStatusReasonCode": "EFSMountTimeout",
    }));
    let states = vec![is(&json!({ "Timeout": 60 })), failed];
    let updated = on_site(&change(|it| it.timeout = 60), vec![(CONFIGURE, vec![ok()]), (GET, states)]);
    assert_eq!(updated.failed().message, "the update failed: The mount timed out (EFSMountTimeout)");
}

#[test]
fn what_somebody_else_has_changed_since_is_not_overwritten() {
    let seen = change(|it| it.timeout = 60);
    // The setting itself, or one that was not to be changed.
    for now in [json!({ "Timeout": 90 }), json!({ "Timeout": 60, "MemorySize": 256 })] {
        let updated = on_site(&seen, vec![(GET, vec![is(&now)])]);
        assert!(updated.failed().is("PreconditionFailedException"), "{now}");
    }
    let code = change(|it| it.code = Code::live("old", 1));
    let updated = on_site(&code, vec![(GET, vec![is(&json!({ "CodeSha256": "newer" }))])]);
    assert!(updated.failed().is("PreconditionFailedException"));
    // And where it was changed between that look and the call, AWS says so.
    let script = vec![
        (CONFIGURE, vec![refused(412, "PreconditionFailedException")]),
        (GET, vec![is(&json!({ "Timeout": 60 }))]),
    ];
    assert!(on_site(&seen, script).failed().is("PreconditionFailedException"));
}

#[test]
fn code_is_waited_for_too() {
    let change = change(|it| it.code = Code::live("old", 1));
    let mut states = vec![is(&json!({ "CodeSha256": "old" }))];
    states.extend(then(2, updating(json!({})), ready()));
    let updated = on_site(&change, vec![(CODE, vec![ok()]), (GET, states)]).done();
    assert_eq!((updated.count(CODE), updated.count(GET)), (1, 4));
}

#[test]
fn the_rest_waits_for_an_update_to_end() {
    const PUT: &str = "lambda:PutFunctionConcurrency";
    let change = Change::PutFunctionConcurrency { before: None, after: 1 };
    assert_eq!(on_site(&change, vec![(PUT, then(2, busy(), ok()))]).done().count(PUT), 3);
    assert!(on_site(&change, vec![(PUT, vec![busy()])]).given_up_after(10).is("ResourceConflictException"));
}
