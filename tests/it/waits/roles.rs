//! Roles.

use infra::aws::Class;
use infra::kind::Kind as _;
use infra::kinds::iam_role::{Change, IamRole};
use infra::model::Outputs;
use serde_json::{Value, json};

use super::{ok, perform, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const CREATE: &str = "iam:CreateRole";
const ROLE: &str = "iam:GetRole";
const ATTACH: &str = "iam:AttachRolePolicy";
const PUT: &str = "iam:PutRolePolicy";

fn changes() -> Vec<Change> {
    let trust = json!([{ "effect": "allow", "principal": { "aws": ["arn:aws:iam::111122223333:role/new"] }, "action": ["sts:AssumeRole"] }]);
    let own = json!({ "one": [{ "effect": "allow", "action": ["s3:Get*"], "resource": ["*"] }] });
    let body =
        json!({ "name": "site", "trust": trust, "policies": own, "managed-policies": ["ReadOnlyAccess"] });
    IamRole::create(&entry::<IamRole>(body))
}

fn role(arn: &str) -> Answer {
    let role: Value = json!({ "Path": "/", "RoleName": "site", "RoleId": "AROA1", "Arn": arn, "CreateDate": "2026-11-01T12:30:15Z" });
    Answer::ok(json!({ "Role": role }))
}

fn there() -> Answer {
    role("arn:aws:iam::111122223333:role/site")
}

fn says(status: u16, code: &str, message: &str) -> Answer {
    Answer { status, ..Answer::error(code, message) }
}

fn not_yet() -> Answer {
    says(404, "NoSuchEntity", "The role with name site cannot be found.")
}

#[test]
fn a_new_one_is_waited_for_until_it_stands_there_under_its_arn() {
    let reads = vec![not_yet(), role("AROA1"), there()];
    let made = perform::<IamRole>(&changes()[0], None, vec![(CREATE, vec![there()]), (ROLE, reads)]).done();
    assert_eq!((made.count(CREATE), made.count(ROLE)), (1, 3));
    assert_eq!(made.outputs.get(Outputs::ARN), Some("arn:aws:iam::111122223333:role/site"));
    assert_eq!(made.outputs.get("created"), Some("2026-11-01T12:30:15Z"));
    let late =
        perform::<IamRole>(&changes()[0], None, vec![(CREATE, vec![there()]), (ROLE, vec![not_yet()])]);
    assert_eq!(late.given_up_after(2).class, Class::Timeout);
}

#[test]
fn principals_that_were_just_made_are_waited_for_and_other_faults_are_not() {
    let invalid = || says(400, "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"arn:…\"");
    let script = vec![(CREATE, then(3, invalid(), there())), (ROLE, vec![there()])];
    assert_eq!(perform::<IamRole>(&changes()[0], None, script).done().count(CREATE), 4);
    let late = perform::<IamRole>(&changes()[0], None, vec![(CREATE, vec![invalid()])]);
    assert!(late.given_up_after(2).is("MalformedPolicyDocument"));
    let wrong = says(400, "MalformedPolicyDocument", "Syntax errors in policy.");
    let failed = perform::<IamRole>(&changes()[0], None, vec![(CREATE, vec![wrong])]);
    assert!(failed.failed().is("MalformedPolicyDocument") && failed.took.is_zero());
}

#[test]
fn policies_wait_until_the_role_is_known_and_for_one_another() {
    let busy = || says(409, "ConcurrentModification", "The request was rejected because multiple requests…");
    let answers = vec![not_yet(), busy(), ok()];
    assert_eq!(perform::<IamRole>(&changes()[1], None, vec![(PUT, answers)]).done().count(PUT), 3);
    // That there is no such policy is not waited for: nobody makes it.
    let missing = says(
        404,
        "NoSuchEntity",
        "Policy arn:aws:iam::aws:policy/ReadOnlyAccess does not exist or is not attachable.",
    );
    let failed = perform::<IamRole>(&changes()[2], None, vec![(ATTACH, vec![missing])]);
    assert!(failed.failed().is("NoSuchEntity") && failed.took.is_zero());
    let full = says(409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10");
    let failed = perform::<IamRole>(&changes()[2], None, vec![(ATTACH, vec![full])]);
    assert_eq!((failed.failed().class, failed.count(ATTACH)), (Class::Quota, 1));
}
