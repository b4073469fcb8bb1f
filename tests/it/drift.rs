//! What is changed behind the tool's back is drift, is said in the right line, and is repaired.

mod clean_up;
mod load_balancer;
mod network;
mod reviewed;

use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::{SITE, World, put_functions_beside};
use crate::support::connector::Wire;
use crate::support::emulators::Backend;
use crate::support::holdings::{access_points, holdings, listed_file_systems, mount_targets};
use crate::support::leaks::WITHOUT_VALUES;

/// Every row of the requirement.
const PREREQS: &str = include_str!("../../manifests/prereqs.toml");

const REPOSITORY: &str = "webordinary/claude-code-astro";
const SECRET: &str = "webordinary/github-token";

/// The shipped manifest, for the account of `world`.
fn prereqs(world: &World) -> PathBuf {
    world.account.certify(SITE);
    let entries = PREREQS.split_once("# The image").unwrap().1;
    let manifest = world.named_manifest("prereqs", &format!("# The image{entries}").replace("[tags]", ""));
    put_functions_beside(&manifest);
    manifest
}

fn repository_arn(world: &World) -> String {
    format!("arn:aws:ecr:us-west-2:{}:repository/{REPOSITORY}", world.number)
}

/// What somebody does, and the line of `drift` that tells.
type Meddling = (&'static str, fn(&World), &'static [&'static str]);

fn ecr(world: &World, operation: &str, body: &Value) {
    assert_eq!(world.account.ecr(operation, body).code(), "", "{operation}");
}

fn secrets(world: &World, operation: &str, body: &Value) {
    assert_eq!(world.account.secrets(operation, body).code(), "", "{operation}");
}

const MEDDLING: &[Meddling] = &[
    (
        "lifecycle policy deleted",
        |world| ecr(world, "DeleteLifecyclePolicy", &json!({"repositoryName": REPOSITORY})),
        &["~ update ecr.repository.claude-code-astro", "lifecycle", "(none) → 1 rule: keep last 10 (any)"],
    ),
    (
        "lifecycle policy changed",
        |world| {
            let rules = json!({"rules": [{"rulePriority": 1, "description": "Keep last 10 images", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}]});
            ecr(
                world,
                "PutLifecyclePolicy",
                &json!({"repositoryName": REPOSITORY, "lifecyclePolicyText": rules.to_string()}),
            );
        },
        &[
            "~ update ecr.repository.claude-code-astro",
            "1 rule: keep last 3 (any) → 1 rule: keep last 10 (any)",
            "-   \"countNumber\": 3",
            "+   \"countNumber\": 10",
        ],
    ),
    (
        "scan on push off",
        |world| {
            ecr(
                world,
                "PutImageScanningConfiguration",
                &json!({"repositoryName": REPOSITORY, "imageScanningConfiguration": {"scanOnPush": false}}),
            );
        },
        &["scan-on-push      false → true"],
    ),
    (
        "tag mutability changed",
        |world| {
            ecr(
                world,
                "PutImageTagMutability",
                &json!({"repositoryName": REPOSITORY, "imageTagMutability": "IMMUTABLE"}),
            );
        },
        &["tag-mutability    immutable → mutable"],
    ),
    (
        "managed tag changed",
        |world| {
            ecr(
                world,
                "TagResource",
                &json!({"resourceArn": repository_arn(world), "tags": [{"Key": "Project", "Value": "other"}]}),
            );
        },
        &["tag Project       other → tests"],
    ),
    (
        "managed tag removed",
        |world| {
            ecr(
                world,
                "UntagResource",
                &json!({"resourceArn": repository_arn(world), "tagKeys": ["Project"]}),
            );
        },
        &["tag Project       (none) → tests"],
    ),
    (
        "repository policy added",
        |world| {
            let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "ecr:BatchGetImage"}]});
            ecr(
                world,
                "SetRepositoryPolicy",
                &json!({"repositoryName": REPOSITORY, "policyText": policy.to_string()}),
            );
        },
        &["~ update ecr.repository.claude-code-astro", "policy", "-       \"Action\": "],
    ),
    (
        "secret description changed",
        |world| secrets(world, "UpdateSecret", &json!({"SecretId": SECRET, "Description": "mine"})),
        &[
            "~ update secretsmanager.secret.github-token",
            "description       mine → GitHub personal access token for repository operations",
        ],
    ),
    (
        "secret's managed tag removed",
        |world| secrets(world, "UntagResource", &json!({"SecretId": SECRET, "TagKeys": ["Project"]})),
        &["~ update secretsmanager.secret.github-token", "tag Project       (none) → tests"],
    ),
    (
        "secret's mark of ownership altered",
        |world| {
            secrets(
                world,
                "TagResource",
                &json!({"SecretId": SECRET, "Tags": [{"Key": "infra:address", "Value": "x"}]}),
            );
        },
        &["tag infra:address  x → secretsmanager.secret.github-token"],
    ),
    (
        "secret policy added",
        |world| {
            let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]});
            secrets(
                world,
                "PutResourcePolicy",
                &json!({"SecretId": SECRET, "ResourcePolicy": policy.to_string()}),
            );
        },
        &["~ update secretsmanager.secret.github-token", "policy"],
    ),
];

/// Where `manifest` is in sync: what somebody does is drift, and is gone after `apply`.
fn is_seen_and_repaired(world: &World, manifest: &Path, (what, meddle, lines): &Meddling) {
    meddle(world);
    let mut drift = world.drift(manifest).expect(Exit::Pending);
    assert!(drift.out.contains(" 1 to update,"), "{what}\n{drift}");
    for line in *lines {
        drift = drift.says(line);
    }
    let _ = world.apply(manifest);
    let _ = world.drift(manifest).expect(Exit::Done);
}

#[test]
fn every_meddling_is_seen_and_repaired() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
        for meddling in MEDDLING.iter().chain(network::NETWORK) {
            is_seen_and_repaired(&world, &manifest, meddling);
        }
    }
}

#[test]
fn tags_that_nobody_declared_are_no_drift() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let tags = json!([{"Key": "CostCenter", "Value": "7"}]);
        ecr(&world, "TagResource", &json!({"resourceArn": repository_arn(&world), "tags": tags}));
        let _ = world.drift(&manifest).expect(Exit::Done);
        let all = world.infra(&["drift", "--all"], &manifest).run().expect(Exit::Done);
        let _ = all.says("1 other tag is left alone");
    }
}

#[test]
fn something_deleted_is_drift_and_is_made_again() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        ecr(&world, "DeleteRepository", &json!({"repositoryName": REPOSITORY}));
        let _ =
            world.drift(&manifest).expect(Exit::Pending).says("+ create ecr.repository.claude-code-astro");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// The file system stays whatever happens to its entry, and what belongs to it stays with it.
#[test]
fn a_file_system_that_left_the_manifest_is_the_same_when_it_comes_back() {
    for world in World::each() {
        let manifest = prereqs(&world);
        // What names it is another matter: without those, it can leave alone.
        let text = std::fs::read_to_string(&manifest).unwrap();
        std::fs::write(&manifest, text.split_once("# The daily clean-up").unwrap().0).unwrap();
        let _ = world.apply(&manifest);
        let before = holdings(&world.account);
        let ids = |world: &World| {
            let systems = listed_file_systems(&world.account);
            let id = systems[0]["FileSystemId"].as_str().unwrap().to_owned();
            let ids = |list: Vec<Value>, key: &str| {
                let mut ids: Vec<_> = list.iter().map(|it| it[key].to_string()).collect();
                ids.sort();
                ids
            };
            let targets = ids(mount_targets(&world.account, &id), "MountTargetId");
            let points = ids(access_points(&world.account, &id), "AccessPointId");
            (systems.len(), id, targets, points)
        };
        let as_made = ids(&world);
        let text = std::fs::read_to_string(&manifest).unwrap();
        let (start, rest) = text.split_once("# The workspaces that").unwrap();
        let (_, after) = rest.split_once("# What the editor is reached by").unwrap();
        std::fs::write(&manifest, format!("{start}# What the editor is reached by{after}")).unwrap();
        let drift = world.drift(&manifest).expect(Exit::Done);
        let drift = drift.says("= keep efs.file-system.workspaces").says("= keep efs.access-point.clients");
        let _ = drift
            .says("= keep ec2.security-group.workspaces")
            .says("= keep ec2.security-group.workspaces-clients");
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [""; 0]);
        std::fs::write(&manifest, text).unwrap();
        let wire = Wire::new();
        // No word is asked for: it was ours, and is ours again.
        let _ = world.infra(&["apply"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [""; 0]);
        assert_eq!((ids(&world), holdings(&world.account)), (as_made, before));
    }
}

#[test]
fn a_value_put_into_a_secret_is_no_drift_and_ends_the_note() {
    let Some(world) = World::on(Backend::Moto) else { return };
    let manifest = prereqs(&world);
    let _ = world.infra(&["apply", "--yes"], &manifest).env(WITHOUT_VALUES).run().expect(Exit::Done);
    let _ = world.drift(&manifest).expect(Exit::Done).says("it has no value yet");
    for name in ["anthropic-api-key", "github-token", "aws-credentials"] {
        let body = json!({"SecretId": format!("webordinary/{name}"), "SecretString": "{}"});
        secrets(&world, "PutSecretValue", &body);
    }
    let drift = world.drift(&manifest).expect(Exit::Done);
    assert!(!drift.out.contains("no value yet"), "{drift}");
    // Whether they are what is wanted, nobody can say who reads none.
    let _ = drift
        .says("its value was written elsewhere on 20")
        .says("and was not compared: no values are read here");
}

#[test]
fn several_manifests_are_checked_in_one_run() {
    for world in World::each() {
        let one = world.named_manifest("one", "[ecr.repository.a]\nname = \"a1\"\n");
        let two = world.named_manifest("two", "[ecr.repository.b]\nname = \"b1\"\n");
        let _ = world.apply(&one);
        let both = world.infra(&["drift", one.to_str().unwrap()], &two).run();
        let _ = both.expect(Exit::Pending).says("one in account").says("two in account");
        let _ = world.apply(&two);
        let _ = world.infra(&["drift", one.to_str().unwrap()], &two).run().expect(Exit::Done);
        let broken = world.named_manifest("three", "[ecr.repository.c]\n");
        let all = world.infra(&["drift", broken.to_str().unwrap()], &two).run();
        let _ = all.expect(Exit::Invalid).says("two in account");
    }
}
