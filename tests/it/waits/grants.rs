//! Roles that a policy names before AWS knows them.

use infra::kind::Kind;
use infra::kinds::ecr_repository::EcrRepository;
use infra::kinds::secretsmanager_secret::SecretsManagerSecret;
use serde_json::{Value, json};

use super::{Performed, ok, perform, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

/// The call after the creation, which puts the policy.
fn put<K: Kind>(body: Value, call: &'static str, answers: Vec<Answer>) -> Performed {
    let change = K::create(&entry::<K>(body)).remove(1);
    perform::<K>(&change, None, vec![(call, answers)])
}

fn secret(answers: Vec<Answer>) -> Performed {
    let body = json!({ "name": "key", "readers": ["late", "team/other"], "only-readers": true });
    put::<SecretsManagerSecret>(body, "secretsmanager:PutResourcePolicy", answers)
}

fn repository(answers: Vec<Answer>) -> Performed {
    let body = json!({ "name": "site", "pull-from": ["late"] });
    put::<EcrRepository>(body, "ecr:SetRepositoryPolicy", answers)
}

fn unsupported() -> Answer {
    let words = "This resource policy contains an unsupported principal.";
    Answer { status: 400, ..Answer::error("MalformedPolicyDocumentException", words) }
}

fn invalid() -> Answer {
    let words = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'";
    Answer { status: 400, ..Answer::error("InvalidParameterException", words) }
}

#[test]
fn a_role_that_was_just_made_is_waited_for() {
    for performed in [secret(then(3, unsupported(), ok())), repository(then(3, invalid(), ok()))] {
        let performed = performed.done();
        assert_eq!(performed.calls.len(), 4);
        assert_eq!(performed.waited_for, ["AWS to know the principals of the policy"]);
    }
}

#[test]
fn a_role_that_does_not_come_is_named_and_what_to_do() {
    let (late, other) = ("arn:aws:iam::111122223333:role/late", "arn:aws:iam::111122223333:role/team/other");
    for (performed, roles) in [
        (secret(vec![unsupported()]), format!("{late}, {other}")),
        (repository(vec![invalid()]), late.to_owned()),
    ] {
        let told = &performed.given_up_after(2).message;
        let end = format!(
            " After 2 minutes AWS still does not know one of the principals that the policy names: {roles}. Make the \
             role that is missing, or take it out of the entry; then run the same command again."
        );
        assert!(told.ends_with(&end), "{told}");
        assert!(told.starts_with("This resource") || told.starts_with("Invalid parameter"), "{told}");
    }
}

#[test]
fn another_fault_of_a_policy_is_not_waited_for() {
    let malformed = Answer { status: 400, ..Answer::error("MalformedPolicyDocumentException", "no JSON") };
    let performed = secret(vec![malformed]);
    assert_eq!((performed.calls.len(), performed.failed().message.as_str()), (1, "no JSON"));
}
