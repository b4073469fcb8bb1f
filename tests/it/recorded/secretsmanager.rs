//! Secrets.

use infra::document::policy::{Access, Policy};
use infra::kind::{Found, Kind as _, Live, Phase};
use infra::kinds::secretsmanager_secret::{self as kind, SecretsManagerSecret};
use infra::model::kms;
use insta::assert_snapshot;
use serde_json::json;

use super::{entry, is_unreadable, look, present, recordings, statements, survey, unknown};
use crate::support::recorded::{self, Answer, Recording, declared, rewritten};

const SECRET: &str = "secretsmanager:DescribeSecret";
const SECRET_POLICY: &str = "secretsmanager:GetResourcePolicy";
const ARN: &str = "arn:aws:secretsmanager:us-west-2:111122223333:secret:";
const VERSIONS: &str = "secretsmanager:ListSecretVersionIds";
const SECRETS: &str = "secretsmanager:ListSecrets";

/// A secret of which AWS says nothing but its name and its ARN, except for these answers.
fn secret(name: &str, answers: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let mut all = vec![
        (SECRET, Answer::ok(json!({ "Name": name, "ARN": format!("{ARN}{name}-abcdef") }))),
        (SECRET_POLICY, Answer::ok(json!({ "Name": name }))),
        (SECRETS, Answer::ok(json!({ "SecretList": [] }))),
        (VERSIONS, Answer::ok(json!({ "Versions": [] }))),
    ];
    all.extend(answers.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

/// By its name alone: services make secrets whose names nobody else may choose.
fn look_secret(name: &str, answers: &[(&'static str, &Answer)]) -> Found<SecretsManagerSecret> {
    let state = kind::State {
        name: name.to_owned(),
        description: None,
        kms_key: None,
        access: Access::default(),
        rotation: None,
        value: kind::Wish::default(),
    };
    look::<SecretsManagerSecret>(&state, secret(name, answers))
}

fn secret_brief(live: &Live<SecretsManagerSecret>) -> String {
    let state = &live.state;
    let phase = match &live.phase {
        Phase::Active => "active".to_owned(),
        Phase::Deleting => "going".to_owned(),
        Phase::PendingDeletion { date } => format!("pending deletion, {date}"),
    };
    let key = match state.kms_key.as_deref() {
        None => "AWS's own",
        Some(key) if kms::is_alias(key) => "by alias",
        Some(key) if key.starts_with("arn:") => "by ARN",
        Some(_) => "by id",
    };
    format!(
        "{phase}\nmanaged by: {}\ndescription: {}\nkey: {key}\nstatements: {}\ntags: {}\nholds: {}",
        live.service.as_deref().unwrap_or("nobody"),
        state.description.is_some(),
        statements(state.access.policy.as_ref()),
        live.tags.len(),
        SecretsManagerSecret::holds(live).unwrap_or_default(),
    )
}

#[test]
fn secrets_are_read() {
    for recording in recordings("secretsmanager", "DescribeSecret") {
        let Recording { name, answer, .. } = &recording;
        let is = answer.data["Name"].as_str().unwrap_or("any");
        let look = || look_secret(is, &[(SECRET, answer)]);
        if is_unreadable(&recording, look) {
            continue;
        }
        let live = present(look(), name);
        assert_eq!(live.state.name, is, "{name}");
        assert_eq!(live.phase == Phase::Active, answer.data["DeletedDate"].is_null(), "{name}");
        assert!(live.detail.has_value(), "{name}");
    }
    for recording in recordings("secretsmanager", "GetResourcePolicy") {
        let Recording { name, answer, .. } = &recording;
        let look = || look_secret("any", &[(SECRET_POLICY, answer)]);
        if !is_unreadable(&recording, look) {
            let live = present(look(), name);
            assert_eq!(
                live.state.access.policy.is_some(),
                answer.data["ResourcePolicy"].is_string(),
                "{name}"
            );
        }
    }
}

#[test]
fn secrets_with_our_mark_are_found_in_a_list() {
    for recording in recordings("secretsmanager", "ListSecrets") {
        let Recording { name, mut answer, .. } = recording;
        let seen = survey::<SecretsManagerSecret>(secret("any", &[(SECRETS, &answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]), "{name}");
        let secrets = answer.data["SecretList"].as_array_mut().unwrap();
        let mark = json!([{ "Key": "infra:manifest", "Value": "prereqs" }]);
        // Each under one name, for there is one description to answer with. Listed twice is found once.
        for secret in &mut *secrets {
            secret["Tags"] = mark.clone();
            secret["Name"] = json!("any");
        }
        let count = secrets.len().min(1);
        let described = Answer::ok(json!({ "Name": "any", "Tags": mark }));
        let seen = survey::<SecretsManagerSecret>(secret("any", &[(SECRETS, &answer), (SECRET, &described)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (count, vec![]), "{name}");
    }
}

/// A success without what AWS always sends, and calls that contradict each other: never absent, never
/// without a policy, never another secret.
#[test]
fn an_answer_that_says_too_little_of_a_secret_is_unknown() {
    let nothing = Answer::ok(json!({}));
    let gone = Answer::error("ResourceNotFoundException", "none");
    for (call, answer) in [
        (SECRET, &nothing),
        (SECRET, &Answer::ok(json!({ "Name": "team/other" }))),
        (SECRET, &gone),
        (SECRET_POLICY, &nothing),
        (SECRET_POLICY, &gone),
        (SECRET_POLICY, &Answer::ok(json!({ "Name": "team/key", "ResourcePolicy": "" }))),
    ] {
        let _ = unknown(look_secret("team/key", &[(call, answer)]), &format!("{call} {answer:?}"));
    }
    let list = |secret: serde_json::Value| Answer::ok(json!({ "SecretList": [secret] }));
    let mark = json!([{ "Key": "infra:manifest", "Value": "prereqs" }]);
    for answer in [&nothing, &list(json!({ "Tags": mark }))] {
        let seen = survey::<SecretsManagerSecret>(secret("any", &[(SECRETS, answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{answer:?}");
    }
    // Listed without its tags: its own description says whose it is.
    let ours = Answer::ok(json!({ "Name": "any", "Tags": mark }));
    let seen = survey::<SecretsManagerSecret>(secret(
        "any",
        &[(SECRETS, &list(json!({ "Name": "any" }))), (SECRET, &ours)],
    ));
    assert_eq!((seen.leftovers.len(), seen.gaps), (1, vec![]));
}

#[test]
fn secrets_come_out_in_normal_form() {
    let Some(folder) = recorded::folder() else { return };
    let described = recorded::of(&folder, "secretsmanager", "DescribeSecret");
    let policies = recorded::of(&folder, "secretsmanager", "GetResourcePolicy");
    let one = |all: &'static str, case: &str| {
        let all = if all == SECRET { &described } else { &policies };
        &all.iter().find(|it| it.name.ends_with(case)).unwrap().answer
    };
    let live = |answers: &[(&'static str, &Answer)]| {
        let name = answers[0].1.data["Name"].as_str().unwrap();
        secret_brief(&present(look_secret(name, answers), name))
    };
    assert_snapshot!(live(&[(SECRET, one(SECRET, "cross_account_1")), (SECRET_POLICY, one(SECRET_POLICY, "cross_account_1"))]), @"
    active
    managed by: nobody
    description: true
    key: AWS's own
    statements: 1
    tags: 1
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "kms_filter_2"))]), @"
    active
    managed by: the AWS service events
    description: false
    key: AWS's own
    statements: 0
    tags: 1
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "manager_delete_3"))]), @"
    active
    managed by: nobody
    description: false
    key: AWS's own
    statements: 0
    tags: 0
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "manager_delete_4"))]), @"
    pending deletion, 2025-09-28
    managed by: nobody
    description: false
    key: by ARN
    statements: 0
    tags: 0
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "replica_attribute_3"))]), @"
    active
    managed by: Secrets Manager, which copies it from us-east-1
    description: false
    key: AWS's own
    statements: 0
    tags: 0
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "set_encryption_key_1"))]), @"
    active
    managed by: nobody
    description: false
    key: AWS's own
    statements: 0
    tags: 0
    holds: a value
    ");
    assert_snapshot!(live(&[(SECRET, one(SECRET, "set_encryption_key_2"))]), @"
    active
    managed by: nobody
    description: false
    key: by alias
    statements: 0
    tags: 0
    holds: a value
    ");
}

/// `DescribeSecret` gives the time of the request, not that of the deletion, which the request answers.
#[test]
fn the_date_of_a_scheduled_deletion_is_that_of_the_request() {
    let requests = recordings("secretsmanager", "DeleteSecret");
    let described = recordings("secretsmanager", "DescribeSecret");
    let pending = described.iter().filter(|it| !it.answer.data["DeletedDate"].is_null());
    for (secret, request) in pending.zip(&requests) {
        assert_eq!(secret.answer.data["Name"], request.answer.data["Name"]);
        let days =
            |answer: &Answer, field: &str| recorded::time(&answer.data[field]).unwrap().secs() / 86_400;
        let asked = days(&secret.answer, "DeletedDate");
        assert_eq!(asked, days(&secret.answer, "LastChangedDate"));
        assert!((7..=30).contains(&(days(&request.answer, "DeletionDate") - asked)));
    }
}

#[test]
fn a_secret_declared_as_it_is_live_has_nothing_to_do() {
    let described = recordings("secretsmanager", "DescribeSecret");
    let policies = recordings("secretsmanager", "GetResourcePolicy");
    let policies = policies.iter().filter(|it| it.answer.data["ResourcePolicy"].is_string());
    let policies: Vec<_> = policies.map(|it| &it.answer).collect();
    let described =
        described.iter().filter(|it| it.answer.code().is_none() && it.answer.data["OwningService"].is_null());
    for (recording, policy) in described.zip(policies.iter().cycle()) {
        let name = recording.answer.data["Name"].as_str().unwrap();
        let live = present(look_secret(name, &[(SECRET, &recording.answer), (SECRET_POLICY, policy)]), name);
        let mut want = live.state.clone();
        want.access.policy = Policy::parse(&rewritten(policy.data["ResourcePolicy"].as_str().unwrap())).ok();
        assert!(SecretsManagerSecret::diff(&live, &want).is_empty(), "{}", recording.name);
        let mut entry = entry::<SecretsManagerSecret>(json!({
            "name": name,
            "description": recording.answer.data["Description"],
            "kms-key": recording.answer.data["KmsKeyId"],
            "policy": declared(live.state.access.policy.as_ref().unwrap()),
        }));
        // Its function is another account's, which no entry can name.
        entry.state.rotation.clone_from(&live.state.rotation);
        assert!(SecretsManagerSecret::diff(&live, &entry.state).is_empty(), "{}", recording.name);
    }
}

#[test]
fn only_one_error_means_that_a_secret_is_not_there() {
    let Some(folder) = recorded::folder() else { return };
    let mut told = String::new();
    for answer in recorded::errors(&folder, "test_secretsmanager.snapshot.json") {
        let code = answer.code().unwrap();
        let word = match look_secret("any", &[(SECRET, &answer), (SECRET_POLICY, &answer)]) {
            Found::Absent | Found::Unclear { .. } => "absent".to_owned(),
            Found::Present(_) => "present".to_owned(),
            Found::Unknown(error) => {
                let exists = SecretsManagerSecret::already_exists(&error);
                format!("unknown, {:?}{}", error.class, if exists { ", exists" } else { "" })
            }
        };
        let line = format!("{code} {}: {word}\n", answer.status);
        if !told.contains(&line) {
            told.push_str(&line);
        }
    }
    assert_snapshot!(told, @"
    AccessDeniedException 400: unknown, Denied
    InvalidRequestException 400: unknown, Other
    ResourceExistsException 400: unknown, Other, exists
    ResourceNotFoundException 400: absent
    ValidationException 400: unknown, Other
    ");
}

/// Readers stand beside whatever policies there are, and are found again in it.
#[test]
fn readers_beside_a_policy_are_told_from_it() {
    for recording in recordings("secretsmanager", "GetResourcePolicy") {
        let Some(text) = recording.answer.data["ResourcePolicy"].as_str() else { continue };
        let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
        let role = "arn:aws:iam::111122223333:role/run";
        let statements = document["Statement"].as_array_mut().unwrap();
        statements.push(json!({
            "Sid": "InfraReaders",
            "Effect": "Allow",
            "Principal": { "AWS": role },
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": "*",
        }));
        statements.push(json!({
            "Sid": "InfraOnlyReaders",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": { "ArnNotEquals": { "aws:PrincipalArn": role } },
        }));
        let answer = Answer::ok(json!({ "Name": "any", "ResourcePolicy": document.to_string() }));
        let live = present(look_secret("any", &[(SECRET_POLICY, &answer)]), &recording.name);
        let body = json!({ "name": "any", "readers": ["run"], "only-readers": true });
        let mut want = entry::<SecretsManagerSecret>(body).state.access;
        want.policy = Policy::parse(text).ok();
        assert_eq!(live.state.access, want, "{}", recording.name);
    }
}
