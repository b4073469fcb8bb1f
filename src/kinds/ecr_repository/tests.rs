//! A repository in step with its entry, one thing edited, and what is decided.

mod checks;
mod grants;
mod laws;
mod owners;

use aws_sdk_ecr::types::{ImageDetail, ImageStatus};
use aws_smithy_types::DateTime;
use insta::assert_snapshot;

use super::lifecycle::{Image, Lifecycle};
use super::observe::add;
use super::state::{Encryption, Images, Mutability};
use super::*;
use crate::aws::stack::Standing;
use crate::document::policy::{Access, Policy};
use crate::kind::testing::{World, denied, entry, in_step, left, try_entry};
use crate::kind::{Found, decide};
use crate::model::tags;

const DAY: i64 = 86_400;
const NOW: i64 = 1_700_000_000;
const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const PLAIN: &str = "name = 'team/site'";
const PULL: &str = "policy = [{ sid = 'Pull', effect = 'allow', principal = { aws = ['444455556666'] }, action = ['ecr:BatchGetImage'] }]";

type Repository = Live<EcrRepository>;

fn with(more: &str) -> String {
    format!("{PLAIN}\n{more}")
}

/// So many images of 100 MiB, one pushed each day until today.
fn images(active: i64, archived: i64) -> Images {
    let image = |days: i64| Image {
        digest: format!("sha256:{days:02}"),
        tags: vec![format!("v{days}")],
        bytes: Some(100 << 20),
        pushed_at: NOW - days * DAY,
    };
    Images {
        active: (0..active).map(image).collect(),
        archived: (active..active + archived).map(image).collect(),
        measured_at: NOW,
    }
}

fn measured(live: &mut Repository, active: i64, archived: i64) {
    live.detail.images = Some(images(active, archived));
}

fn lifecycle(toml: &str) -> Option<Lifecycle> {
    entry::<EcrRepository>(&with(toml)).state.lifecycle
}

/// What is in step with `toml`, then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Repository)) -> World<EcrRepository> {
    let entry = entry(toml);
    let mut live = in_step(&entry, Detail::default());
    edit(&mut live);
    World::present(entry, live)
}

fn plan(toml: &str, edit: impl FnOnce(&mut Repository)) -> String {
    world(toml, edit).plan()
}

/// A resource of the entry `toml` that has left the manifest.
fn leftover(toml: &str, edit: impl FnOnce(&mut Repository)) -> String {
    let mut live = in_step(&entry(toml), Detail { images: Some(Images::default()) });
    edit(&mut live);
    left(&live)
}

#[test]
fn what_is_absent_is_created() {
    assert_snapshot!(World::<EcrRepository>::absent(entry(PLAIN)).plan(), @"
    create ecr.repository.site (team/site)
      ecr:CreateRepository: name none -> team/site; scan-on-push none -> false; tag-mutability none -> mutable; encryption none -> AES256; tag Project none -> site; tag infra:address none -> ecr.repository.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
    ");
    let full = "scan-on-push = true\ntag-mutability = 'immutable'\ntag-mutability-exclusions = ['latest', 'dev-*']\nencryption = 'kms'\ntags = { Team = 'web' }\non-delete = 'delete'\nlifecycle = [{ keep-last = 10 }]";
    assert_snapshot!(World::<EcrRepository>::absent(entry(&with(&format!("{full}\n{PULL}")))).plan(), @r#"
    create ecr.repository.site (team/site)
      ecr:CreateRepository: name none -> team/site; scan-on-push none -> true; tag-mutability none -> immutable, except dev-*, latest; encryption none -> KMS; tag Project none -> site; tag Team none -> web; tag infra:address none -> ecr.repository.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      ecr:SetRepositoryPolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage" ] } ] }
        so allows ecr:BatchGetImage to 444455556666
        risk Exposes
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
    "#);
}

#[test]
fn what_is_in_step_stays() {
    assert_snapshot!(plan(PLAIN, |_| ()), @"in sync ecr.repository.site (team/site)");
    assert_snapshot!(plan(&with("lifecycle = [{ keep-last = 10 }]"), |live| measured(live, 27, 3)), @"in sync ecr.repository.site (team/site)");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set("Cost", "1")), @"
    in sync ecr.repository.site (team/site)
      (1 other tag is left alone)
    ");
}

#[test]
fn what_can_be_changed_is() {
    assert_snapshot!(plan(PLAIN, |live| live.state.scan_on_push = true), @"
    update ecr.repository.site (team/site)
      ecr:PutImageScanningConfiguration: scan-on-push true -> false
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.mutability.immutable = true), @"
    update ecr.repository.site (team/site)
      ecr:PutImageTagMutability: tag-mutability immutable -> mutable
    ");
    assert_snapshot!(plan(&with("tag-mutability = 'immutable'\ntag-mutability-exclusions = ['dev-*']"), |live| {
        live.state.mutability.exclusions.clear();
    }), @"
    update ecr.repository.site (team/site)
      ecr:PutImageTagMutability: tag-mutability immutable -> immutable, except dev-*
    ");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set("Project", "other")), @"
    update ecr.repository.site (team/site)
      ecr:TagResource: tag Project other -> site
    ");
    assert_snapshot!(plan(&with("on-delete = 'delete'"), |live| live.tags.set(tags::ON_DELETE, "retain")), @"
    update ecr.repository.site (team/site)
      ecr:TagResource: tag infra:on-delete retain -> delete
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.lifecycle = lifecycle("lifecycle = [{ keep-last = 10 }]")), @r#"
    update ecr.repository.site (team/site)
      ecr:DeleteLifecyclePolicy: lifecycle { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] } -> none
        so no image expires any more
    "#);
}

#[test]
fn several_changes_go_tags_first_and_rules_last() {
    let toml = with(&format!("lifecycle = [{{ keep-last = 10 }}]\n{PULL}"));
    assert_snapshot!(plan(&toml, |live| {
        live.tags.set("Project", "other");
        live.state.scan_on_push = true;
        live.state.lifecycle = None;
        live.state.access.policy = None;
        measured(live, 2, 0);
    }), @r#"
    update ecr.repository.site (team/site)
      ecr:TagResource: tag Project other -> site
      ecr:PutImageScanningConfiguration: scan-on-push true -> false
      ecr:SetRepositoryPolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage" ] } ] }
        so allows ecr:BatchGetImage to 444455556666
        risk Exposes
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
    "#);
}

#[test]
fn a_policy_shows_what_it_opens() {
    let narrow = entry::<EcrRepository>(&with(PULL)).state.access.policy;
    assert_snapshot!(plan(&with(PULL), |live| live.state.access.policy = None), @r#"
    update ecr.repository.site (team/site)
      ecr:SetRepositoryPolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage" ] } ] }
        so allows ecr:BatchGetImage to 444455556666
        risk Exposes
    "#);
    assert_snapshot!(plan(PLAIN, |live| live.state.access.policy = narrow), @r#"
    update ecr.repository.site (team/site)
      ecr:DeleteRepositoryPolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage" ] } ] } -> none
    "#);
    let denies = r#"{"Version":"2012-10-17","Statement":{"Sid":"No","Effect":"Deny","Principal":"*","Action":"ecr:*"}}"#;
    assert_snapshot!(plan(PLAIN, |live| live.state.access.policy = Policy::parse(denies).ok()), @r#"
    update ecr.repository.site (team/site)
      ecr:DeleteRepositoryPolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "No", "Effect": "Deny", "Principal": "*", "Action": [ "ecr:*" ] } ] } -> none
        so no longer denies ecr:* to anyone
        risk Exposes
    "#);
    let wide = PULL.replace("'ecr:BatchGetImage'", "'ecr:BatchGetImage', 'ecr:PutImage'");
    assert_snapshot!(plan(&with(PULL), |live| {
        live.state.access.policy = entry::<EcrRepository>(&with(&wide)).state.access.policy;
    }), @r#"
    update ecr.repository.site (team/site)
      ecr:SetRepositoryPolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage", "ecr:PutImage" ] } ] } -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Pull", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "ecr:BatchGetImage" ] } ] }
    "#);
}

#[test]
fn encryption_is_never_changed() {
    let kms = |key: &str| Encryption { algorithm: "KMS".to_owned(), key: Some(key.to_owned()) };
    assert_snapshot!(plan(&with("encryption = 'kms'"), |live| {
        live.state.encryption = Encryption { algorithm: "AES256".to_owned(), key: None };
        live.state.scan_on_push = true;
    }), @"
    blocked ecr.repository.site (team/site)
      because `encryption` cannot be changed on a live resource, only by replacing it
      cannot change encryption AES256 -> KMS
      help: declare the encryption that is live, or make a repository of another name and copy the images
    ");
    let chosen = with(&format!("encryption = 'kms'\nkms-key = '{KEY_ID}'"));
    assert_snapshot!(plan(&chosen, |live| live.state.encryption = kms(KEY)), @"in sync ecr.repository.site (team/site)");
    assert_snapshot!(plan(&chosen, |live| live.state.encryption = kms(&KEY.replace("1234abcd", "ffffffff"))), @"
    blocked ecr.repository.site (team/site)
      because `encryption` cannot be changed on a live resource, only by replacing it
      cannot change encryption KMS with arn:aws:kms:us-west-2:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab -> KMS with 1234abcd-12ab-34cd-56ef-1234567890ab
      help: declare the encryption that is live, or make a repository of another name and copy the images
    ");
    assert_snapshot!(plan(&chosen, |live| live.state.encryption.key = None), @"
    blocked ecr.repository.site (team/site)
      because `encryption` cannot be changed on a live resource, only by replacing it
      cannot change encryption KMS -> KMS with 1234abcd-12ab-34cd-56ef-1234567890ab
      help: declare the encryption that is live, or make a repository of another name and copy the images
    ");
    // AWS chose the key: nothing was declared about it.
    assert_snapshot!(plan(&with("encryption = 'kms'"), |live| live.state.encryption = kms(KEY)), @"in sync ecr.repository.site (team/site)");
    // An alias could point elsewhere tomorrow, and the images would still be under the old key.
    let alias = try_entry::<EcrRepository>(&with("encryption = 'kms'\nkms-key = 'alias/site'"));
    assert_eq!(alias.err().unwrap()[0].message, "this is no id or ARN of a KMS key");
}

#[test]
fn new_rules_show_what_they_would_expire() {
    let toml = with("lifecycle = [{ keep-last = 10 }]");
    assert_snapshot!(plan(&toml, |live| { live.state.lifecycle = None; measured(live, 27, 0); }), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
        so 17 of 27 images, 1.6 GiB, would expire within about a day; that cannot be undone
        risk DestroysData
      needs --allow-expire
    "#);
    assert_snapshot!(plan(&toml, |live| { live.state.lifecycle = None; measured(live, 10, 5); }), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
    "#);
    // Seventeen are doomed already.
    assert_snapshot!(plan(&with("lifecycle = [{ keep-last = 8 }]"), |live| {
        live.state.lifecycle = lifecycle("lifecycle = [{ keep-last = 10 }]");
        measured(live, 27, 0);
    }), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] } -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 8 }, "action": { "type": "expire" } } ] }
        so 2 of 27 images, 200.0 MiB, would expire within about a day; that cannot be undone
        risk DestroysData
      needs --allow-expire
    "#);
    assert_snapshot!(plan(&toml, |live| live.state.lifecycle = None), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
        so which images would expire cannot be told: the images were not measured
        risk DestroysData
      needs --allow-expire
    "#);
    // What the rules in force do cannot be told, so nobody can say that these images are doomed already.
    assert_snapshot!(plan(&toml, |live| {
        let pulled = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":3},"action":{"type":"expire"}}]}"#;
        live.state.lifecycle = Lifecycle::parse(pulled).ok();
        measured(live, 12, 0);
    }), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 3 }, "action": { "type": "expire" } } ] } -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
        so 2 of 12 images, 200.0 MiB, would expire within about a day; that cannot be undone
        risk DestroysData
      needs --allow-expire
    "#);
}

#[test]
fn what_cannot_be_predicted_counts_as_loss() {
    let archive = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":3},"action":{"type":"transition","targetStorageClass":"archive"}}]}"#;
    let mut world = world(PLAIN, |live| measured(live, 1, 0));
    world.entry.state.lifecycle = Lifecycle::parse(archive).ok();
    assert_snapshot!(world.plan(), @r#"
    update ecr.repository.site (team/site)
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 3 }, "action": { "type": "transition", "targetStorageClass": "archive" } } ] }
        so which images would expire cannot be told: the lifecycle policy has a rule whose effect cannot be computed
        risk DestroysData
      needs --allow-expire
    "#);
}

#[test]
fn what_is_ignored_is_left_alone() {
    let ignore =
        "ignore = ['scan-on-push', 'tag-mutability', 'lifecycle', 'pull-from', 'policy', 'encryption']";
    assert_snapshot!(plan(&with(&format!("{ignore}\npull-from = ['a']\n{PULL}")), |live| {
        live.state = State {
            scan_on_push: true,
            mutability: Mutability { immutable: true, exclusions: ["a".to_owned()].into() },
            encryption: Encryption { algorithm: "KMS".to_owned(), key: None },
            lifecycle: lifecycle("lifecycle = [{ keep-last = 10 }]"),
            access: Access::default(),
            ..live.state.clone()
        };
    }), @"in sync ecr.repository.site (team/site)");
}

#[test]
fn archived_images_count_for_deletion_and_not_for_rules() {
    let image = |digest: &str, status, pushed, activated: Option<i64>| {
        ImageDetail::builder()
            .image_digest(digest)
            .image_size_in_bytes(5)
            .set_image_status(status)
            .image_pushed_at(DateTime::from_secs(pushed))
            .set_last_activated_at(activated.map(DateTime::from_secs))
            .build()
    };
    let mut images = Images { measured_at: NOW, ..Images::default() };
    for detail in [
        image("of-old", None, 1, None),
        image("in-use", Some(ImageStatus::Active), 2, None),
        image("restored", Some(ImageStatus::Active), 3, Some(50)),
        image("pushed-again", Some(ImageStatus::Active), 60, Some(50)),
        image("on-its-way-back", Some(ImageStatus::Activating), 4, Some(5)),
        image("stored", Some(ImageStatus::Archived), 6, None),
        image("of-tomorrow", Some(ImageStatus::from("FROZEN")), 7, None),
    ] {
        add(&mut images, detail).unwrap();
    }
    // What does not say which image it is, or how old, would be taken for another, or for the oldest.
    for broken in [
        ImageDetail::builder().image_digest("x").build(),
        ImageDetail::builder().image_pushed_at(DateTime::from_secs(1)).build(),
    ] {
        assert!(add(&mut images, broken).is_err());
    }
    let brief = |images: &[Image]| {
        images.iter().map(|it| format!("{} {}", it.digest, it.pushed_at)).collect::<Vec<_>>()
    };
    assert_eq!(
        brief(&images.active),
        [
            "of-old 1",
            "in-use 2",
            "restored 50",
            "pushed-again 60",
            "on-its-way-back 1700000000",
            "of-tomorrow 7"
        ]
    );
    assert_eq!(brief(&images.archived), ["stored 6"]);
    let mut detail = Detail { images: Some(images) };
    assert_eq!(detail.holds().unwrap(), "7 images (1 in the archive), 35 B");
    detail.images.as_mut().unwrap().active[0].bytes = None;
    assert_eq!(detail.holds().unwrap(), "7 images (1 in the archive), at least 30 B");
    detail.images.as_mut().unwrap().active[0].bytes = Some(u64::MAX);
    assert!(detail.holds().unwrap().starts_with("7 images"));
}
