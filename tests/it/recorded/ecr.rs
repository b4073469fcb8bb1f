//! Repositories.

use infra::document::policy::Policy;
use infra::kind::{Found, Kind as _, Live};
use infra::kinds::ecr_repository::EcrRepository;
use infra::kinds::ecr_repository::lifecycle::Lifecycle;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{entry, is_unreadable, look, present, recordings, statements, survey, unknown};
use crate::support::recorded::{self, Answer, Recording, declared, rewritten};

const REPOSITORIES: &str = "ecr:DescribeRepositories";
const REPOSITORY_TAGS: &str = "ecr:ListTagsForResource";
const LIFECYCLE: &str = "ecr:GetLifecyclePolicy";
const REPOSITORY_POLICY: &str = "ecr:GetRepositoryPolicy";
const IMAGES: &str = "ecr:DescribeImages";

/// A repository of which AWS says nothing but its name, except for these answers.
fn repository(name: &str, answers: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let arn = format!("arn:aws:ecr:us-east-1:111122223333:repository/{name}");
    let mut all = vec![
        (
            REPOSITORIES,
            Answer::ok(json!({ "repositories": [{ "repositoryName": name, "repositoryArn": arn }] })),
        ),
        (REPOSITORY_TAGS, Answer::ok(json!({ "tags": [] }))),
        (LIFECYCLE, Answer::error("LifecyclePolicyNotFoundException", "none")),
        (REPOSITORY_POLICY, Answer::error("RepositoryPolicyNotFoundException", "none")),
        (IMAGES, Answer::ok(json!({ "imageDetails": [] }))),
    ];
    all.extend(answers.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

fn look_repository(name: &str, answers: &[(&'static str, &Answer)]) -> Found<EcrRepository> {
    look::<EcrRepository>(&entry::<EcrRepository>(json!({ "name": name })).state, repository(name, answers))
}

fn repository_brief(live: &Live<EcrRepository>) -> String {
    let state = &live.state;
    format!(
        "scan on push: {}\nimmutable: {}, but for {}\nencryption: {}, key {:?}\nlifecycle: {}\nstatements: {}\ntags: {}\nholds: {}",
        state.scan_on_push,
        state.mutability.immutable,
        state.mutability.exclusions.len(),
        state.encryption.algorithm,
        state.encryption.key,
        state.lifecycle.as_ref().map_or_else(|| "none".to_owned(), Lifecycle::summary),
        statements(state.access.policy.as_ref()),
        live.tags.len(),
        EcrRepository::holds(live).unwrap_or_default(),
    )
}

#[test]
fn repositories_are_read() {
    let tags = recordings("ecr", "ListTagsForResource");
    for recording in recordings("ecr", "DescribeRepositories") {
        let Recording { name, case, answer } = &recording;
        let repositories = answer.data["repositories"].as_array().unwrap();
        let same = tags.iter().find(|tags| tags.case == *case);
        for repository in repositories {
            let is = repository["repositoryName"].as_str().unwrap();
            let mut answers = vec![(REPOSITORIES, answer)];
            answers.extend(same.map(|tags| (REPOSITORY_TAGS, &tags.answer)));
            let live = present(look_repository(is, &answers), name);
            assert_eq!(
                (live.state.name.as_str(), live.state.arn.as_str()),
                (is, repository["repositoryArn"].as_str().unwrap())
            );
            assert!(live.state.lifecycle.is_none() && live.state.access.policy.is_none());
        }
        if repositories.is_empty() {
            let none = Answer::error("RepositoryNotFoundException", "none");
            let gone = Answer::error("RepositoryNotFoundException", "none");
            let answers = [
                (REPOSITORIES, &gone),
                (REPOSITORY_TAGS, &none),
                (LIFECYCLE, &none),
                (REPOSITORY_POLICY, &none),
            ];
            assert!(matches!(look_repository("any", &answers), Found::Absent));
        }
        // The same list, when looking for what has left the manifest: first nobody's, then all of it ours.
        let seen = survey::<EcrRepository>(repository("any", &[(REPOSITORIES, answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]), "{name}");
        let ours = Answer::ok(json!({ "tags": [{ "Key": "infra:manifest", "Value": "prereqs" }] }));
        let seen =
            survey::<EcrRepository>(repository("any", &[(REPOSITORIES, answer), (REPOSITORY_TAGS, &ours)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (repositories.len(), vec![]), "{name}");
    }
}

/// A success without what AWS always sends, and calls that contradict each other: never absent, never
/// nobody's, never without rules, and never empty.
#[test]
fn an_answer_that_says_too_little_of_a_repository_is_unknown() {
    let gone = Answer::error("RepositoryNotFoundException", "none");
    let of = |more: Value| {
        let mut one =
            json!({ "repositoryName": "team/site", "repositoryArn": "arn:aws:ecr:::repository/team/site" });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Answer::ok(json!({ "repositories": [one] }))
    };
    let image = |more: Value| Answer::ok(json!({ "imageDetails": [more] }));
    let nothing = Answer::ok(json!({}));
    for (call, answer) in [
        (REPOSITORIES, &nothing),
        (REPOSITORIES, &Answer::ok(json!({ "repositories": [] }))),
        (REPOSITORIES, &Answer::ok(json!({ "repositories": [{ "repositoryName": "team/site" }] }))),
        (REPOSITORIES, &of(json!({ "imageTagMutability": "FROZEN" }))),
        (REPOSITORIES, &gone),
        (REPOSITORY_TAGS, &nothing),
        (REPOSITORY_TAGS, &gone),
        (LIFECYCLE, &nothing),
        (LIFECYCLE, &gone),
        (LIFECYCLE, &Answer::ok(json!({ "lifecyclePolicyText": "" }))),
        (REPOSITORY_POLICY, &nothing),
        (REPOSITORY_POLICY, &gone),
        (REPOSITORY_POLICY, &Answer::ok(json!({ "policyText": "[]" }))),
        (IMAGES, &nothing),
        (IMAGES, &image(json!({ "imageDigest": "sha256:1" }))),
        (IMAGES, &image(json!({ "imagePushedAt": 1 }))),
    ] {
        let _ = unknown(look_repository("team/site", &[(call, answer)]), &format!("{call} {answer:?}"));
    }
    // In the list, nothing of it may make a repository vanish.
    for (call, answer) in [
        (REPOSITORIES, &nothing),
        (REPOSITORIES, &Answer::ok(json!({ "repositories": [{ "repositoryArn": "arn" }] }))),
        (REPOSITORY_TAGS, &nothing),
        (REPOSITORY_TAGS, &gone),
    ] {
        let seen = survey::<EcrRepository>(repository("team/site", &[(call, answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{call} {answer:?}");
    }
}

#[test]
fn what_belongs_to_a_repository_is_read() {
    for (operation, call) in [
        ("ListTagsForResource", REPOSITORY_TAGS),
        ("GetLifecyclePolicy", LIFECYCLE),
        ("GetRepositoryPolicy", REPOSITORY_POLICY),
        ("DescribeImages", IMAGES),
    ] {
        for recording in recordings("ecr", operation) {
            let Recording { name, answer, .. } = &recording;
            let look = || look_repository("team/site", &[(call, answer)]);
            if is_unreadable(&recording, look) {
                continue;
            }
            let live = present(look(), name);
            let count = |list: &str| answer.data[list].as_array().map_or(0, Vec::len);
            assert_eq!(live.tags.len(), count("tags"), "{name}");
            assert_eq!(live.detail.images.as_ref().unwrap().active.len(), count("imageDetails"), "{name}");
            assert_eq!(
                live.state.lifecycle.is_some(),
                answer.data["lifecyclePolicyText"].is_string(),
                "{name}"
            );
            assert_eq!(live.state.access.policy.is_some(), answer.data["policyText"].is_string(), "{name}");
        }
    }
}

#[test]
fn repositories_come_out_in_normal_form() {
    let Some(folder) = recorded::folder() else { return };
    let one = |operation: &str, case: &str| {
        let all = recorded::of(&folder, "ecr", operation);
        all.into_iter().find(|it| it.name.ends_with(case)).unwrap().answer
    };
    let live = |answers: &[(&'static str, &Answer)]| {
        let name = answers[0].1.data["repositories"][0]["repositoryName"].as_str().unwrap();
        repository_brief(&present(look_repository(name, answers), name))
    };
    // Of before there was a choice of mutability, scanning or encryption.
    assert_snapshot!(live(&[
        (REPOSITORIES, &one("DescribeRepositories", "cross_account_ecr_1")),
        (REPOSITORY_POLICY, &one("GetRepositoryPolicy", "cross_account_ecr_1")),
        (REPOSITORY_TAGS, &one("ListTagsForResource", "ecr_tags_2")),
    ]), @"
    scan on push: false
    immutable: false, but for 0
    encryption: AES256, key None
    lifecycle: none
    statements: 1
    tags: 2
    holds:
    ");
    assert_snapshot!(live(&[
        (REPOSITORIES, &one("DescribeRepositories", "ecr_set_scanning_2")),
        (LIFECYCLE, &one("GetLifecyclePolicy", "lifecycle_update_2")),
        (REPOSITORY_POLICY, &one("GetRepositoryPolicy", "remove_matched_1")),
    ]), @"
    scan on push: true
    immutable: true, but for 0
    encryption: AES256, key None
    lifecycle: 1 rule: expire after 14 days (untagged)
    statements: 2
    tags: 0
    holds:
    ");
    assert_snapshot!(live(&[
        (REPOSITORIES, &one("DescribeRepositories", "image_modify_policy_1")),
        (REPOSITORY_POLICY, &one("GetRepositoryPolicy", "image_modify_policy_1")),
        (IMAGES, &one("DescribeImages", "image_modify_policy_1")),
    ]), @"
    scan on push: true
    immutable: false, but for 0
    encryption: AES256, key None
    lifecycle: none
    statements: 2
    tags: 0
    holds: 1 image, 298.5 MiB
    ");
}

#[test]
fn a_repository_declared_as_it_is_live_has_nothing_to_do() {
    for recording in recordings("ecr", "GetRepositoryPolicy") {
        let Some(text) = recording.answer.data["policyText"].as_str() else { continue };
        let live =
            present(look_repository("team/site", &[(REPOSITORY_POLICY, &recording.answer)]), &recording.name);
        let mut want = live.state.clone();
        want.access.policy = Some(Policy::parse(&rewritten(text)).unwrap());
        assert!(EcrRepository::diff(&live, &want).is_empty(), "{}", recording.name);
        // A manifest writes policies of the present version, without an id, and nothing else differs.
        let policy = live.state.access.policy.as_ref().unwrap();
        let entry = entry::<EcrRepository>(json!({ "name": "team/site", "policy": declared(policy) }));
        let document: Value = serde_json::from_str(text).unwrap();
        let writable = document["Version"] == "2012-10-17" && document["Id"].is_null();
        assert_eq!(EcrRepository::diff(&live, &entry.state).is_empty(), writable, "{}", recording.name);
        let mut document = document;
        document["Version"] = json!("2012-10-17");
        document.as_object_mut().unwrap().remove("Id");
        assert_eq!(
            entry.state.access.policy,
            Policy::parse(&document.to_string()).ok(),
            "{}",
            recording.name
        );
    }
    for recording in recordings("ecr", "GetLifecyclePolicy") {
        let Some(text) = recording.answer.data["lifecyclePolicyText"].as_str() else { continue };
        let live = present(look_repository("team/site", &[(LIFECYCLE, &recording.answer)]), &recording.name);
        let document: Value = serde_json::from_str(text).unwrap();
        let rule = |rule: &Value| {
            json!({
                "description": rule["description"],
                "tag-status": rule["selection"]["tagStatus"],
                "expire-after-days": rule["selection"]["countNumber"],
            })
        };
        let rules: Vec<_> = document["rules"].as_array().unwrap().iter().map(rule).collect();
        let entry = entry::<EcrRepository>(json!({ "name": "team/site", "lifecycle": rules }));
        assert!(EcrRepository::diff(&live, &entry.state).is_empty(), "{}", recording.name);
    }
}

/// A grant stands beside whatever policies there are, and is found again in it.
#[test]
fn a_grant_beside_a_policy_is_told_from_it() {
    for recording in recordings("ecr", "GetRepositoryPolicy") {
        let Some(text) = recording.answer.data["policyText"].as_str() else { continue };
        let mut document: Value = serde_json::from_str(text).unwrap();
        document["Statement"].as_array_mut().unwrap().insert(
            0,
            json!({
                "Sid": "InfraPullFrom",
                "Effect": "Allow",
                "Principal": { "AWS": "arn:aws:iam::111122223333:role/build" },
                "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            }),
        );
        let answer = Answer::ok(json!({ "policyText": document.to_string() }));
        let live = present(look_repository("team/site", &[(REPOSITORY_POLICY, &answer)]), &recording.name);
        let body = json!({ "name": "team/site", "pull-from": ["arn:aws:iam::111122223333:role/build"] });
        let mut want = entry::<EcrRepository>(body).state.access;
        want.policy = Policy::parse(text).ok();
        assert_eq!(live.state.access, want, "{}", recording.name);
    }
}
