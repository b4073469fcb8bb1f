//! Roles.

use infra::kind::{Found, Live};
use infra::kinds::iam_role::IamRole;
use infra::model::Outputs;
use serde_json::{Value, json};

use super::{entry, look, present, survey, unknown};
use crate::support::recorded::{self, Answer, Recording};

const ROLE: &str = "iam:GetRole";
const NAMES: &str = "iam:ListRolePolicies";
const ATTACHED: &str = "iam:ListAttachedRolePolicies";
const PROFILES: &str = "iam:ListInstanceProfilesForRole";
const POLICY: &str = "iam:GetRolePolicy";
const ALL: &str = "iam:GetAccountAuthorizationDetails";

const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
const OWN: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";

fn role(name: &str) -> Value {
    json!({ "Role": {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLE",
        "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
        "CreateDate": "2026-11-01T12:30:15Z",
        "AssumeRolePolicyDocument": TRUST,
        "MaxSessionDuration": 3600,
    } })
}

/// A role to which nothing is attached, except for these answers.
fn answers(name: &str, other: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let mut all = vec![
        (ROLE, Answer::ok(role(name))),
        (NAMES, Answer::ok(json!({ "PolicyNames": [], "IsTruncated": false }))),
        (ATTACHED, Answer::ok(json!({ "AttachedPolicies": [], "IsTruncated": false }))),
        (PROFILES, Answer::ok(json!({ "InstanceProfiles": [], "IsTruncated": false }))),
        (ALL, Answer::ok(json!({ "RoleDetailList": [], "IsTruncated": false }))),
    ];
    all.extend(other.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

fn look_role(name: &str, other: &[(&'static str, &Answer)]) -> Found<IamRole> {
    let trust = json!([{ "effect": "allow", "principal": { "service": ["lambda.amazonaws.com"] }, "action": ["sts:AssumeRole"] }]);
    let mut state = entry::<IamRole>(json!({ "name": "site", "trust": trust })).state;
    name.clone_into(&mut state.name);
    look::<IamRole>(&state, answers(name, other))
}

fn gone() -> Answer {
    Answer { status: 404, ..Answer::error("NoSuchEntity", "The role with name site cannot be found.") }
}

#[test]
fn roles_are_read() {
    let Some(folder) = recorded::folder() else { return };
    for Recording { name, answer, .. } in recorded::of(&folder, "iam", "GetRole") {
        if answer.code().is_some() {
            let _ = unknown(look_role("site", &[(ROLE, &answer)]), &name);
            let all: Vec<_> = [ROLE, NAMES, ATTACHED, PROFILES].iter().map(|call| (*call, &answer)).collect();
            assert!(matches!(look_role("site", &all), Found::Absent), "{name}");
            continue;
        }
        let is = &answer.data["Role"];
        // Whoever recorded it took the statements out.
        if !is["AssumeRolePolicyDocument"].as_str().unwrap().contains("Statement") {
            let _ = unknown(look_role(is["RoleName"].as_str().unwrap(), &[(ROLE, &answer)]), &name);
            continue;
        }
        let live = present(look_role(is["RoleName"].as_str().unwrap(), &[(ROLE, &answer)]), &name);
        assert_eq!(live.outputs.get(Outputs::ARN), is["Arn"].as_str(), "{name}");
        assert_eq!(live.tags.len(), is["Tags"].as_array().map_or(0, Vec::len), "{name}");
        assert!(live.state.trust.pretty().contains("sts:AssumeRole"), "{name}");
        let is_own = is["Path"].as_str().unwrap().starts_with("/aws-service-role/");
        assert_eq!(live.service.is_some(), is_own, "{name}");
    }
    for Recording { name, answer, .. } in recorded::of(&folder, "iam", "ListAttachedRolePolicies") {
        let live = present(look_role("site", &[(ATTACHED, &answer)]), &name);
        let attached = answer.data["AttachedPolicies"].as_array().unwrap();
        assert_eq!(live.state.managed.len(), attached.len(), "{name}");
    }
    for Recording { name, answer, .. } in recorded::of(&folder, "iam", "ListRolePolicies") {
        let own = Answer::ok(json!({ "RoleName": "site", "PolicyName": "any", "PolicyDocument": OWN }));
        let live = present(look_role("site", &[(NAMES, &answer), (POLICY, &own)]), &name);
        assert_eq!(live.state.policies.len(), answer.data["PolicyNames"].as_array().unwrap().len(), "{name}");
    }
}

#[test]
fn a_role_brings_when_it_was_made() {
    let live: Live<IamRole> = present(look_role("site", &[]), "a role");
    let brought: Vec<_> = live.outputs.iter().collect();
    let expected = [
        ("arn", "arn:aws:iam::111122223333:role/site"),
        ("created", "2026-11-01T12:30:15Z"),
        ("name", "site"),
    ];
    assert_eq!(brought, expected);
}

/// A success without what AWS always sends, a denial, and calls that contradict each other: never absent, and never
/// without a policy.
#[test]
fn an_answer_that_says_too_little_of_a_role_is_unknown() {
    let without = |member: &str| {
        let mut answer = role("site");
        answer["Role"].as_object_mut().unwrap().remove(member);
        Answer::ok(answer)
    };
    let denied = Answer { status: 403, ..Answer::error("AccessDenied", "not authorized") };
    let listed = Answer::ok(json!({ "PolicyNames": ["one"], "IsTruncated": false }));
    for answer in ["RoleName", "Path", "Arn", "AssumeRolePolicyDocument", "MaxSessionDuration"].map(without) {
        let _ = unknown(look_role("site", &[(ROLE, &answer)]), &format!("{answer:?}"));
    }
    for call in [ROLE, NAMES, ATTACHED, PROFILES] {
        for answer in [&denied, &gone()] {
            let _ = unknown(look_role("site", &[(call, answer)]), &format!("{call} {answer:?}"));
        }
    }
    for policy in [
        &denied,
        &gone(),
        &Answer::ok(json!({ "RoleName": "site", "PolicyName": "one", "PolicyDocument": "%7" })),
    ] {
        let _ = unknown(look_role("site", &[(NAMES, &listed), (POLICY, policy)]), &format!("{policy:?}"));
    }
}

#[test]
fn roles_with_our_mark_are_found_among_all() {
    let detail = |path: &str, tags: Value| {
        let list = json!([{ "Path": path, "RoleName": "site", "Tags": tags }]);
        Answer::ok(json!({ "RoleDetailList": list, "IsTruncated": false }))
    };
    let mark = json!([{ "Key": "infra:manifest", "Value": "prereqs" }]);
    let mut ours = role("site");
    ours["Role"]["Tags"] = mark.clone();
    let ours = Answer::ok(ours);
    for (list, described, found) in [
        (detail("/", mark.clone()), &ours, 1),
        // The list lags behind.
        (detail("/", mark.clone()), &Answer::ok(role("site")), 0),
        (detail("/", json!([])), &ours, 0),
        (detail("/aws-service-role/x.amazonaws.com/", mark), &ours, 0),
    ] {
        let seen = survey::<IamRole>(answers("site", &[(ALL, &list), (ROLE, described)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (found, vec![]), "{list:?}");
    }
    let denied = Answer { status: 403, ..Answer::error("AccessDenied", "not authorized") };
    let seen = survey::<IamRole>(answers("site", &[(ALL, &denied)]));
    assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1));
}
