//! Whose a repository is, what it was called before, and what becomes of one that left the manifest.

use super::*;
use crate::kind::testing::destroyed;

#[test]
fn the_owner_decides_who_may_change_it() {
    let edit = |key: &'static str, value: &'static str| plan(PLAIN, |live| live.tags.set(key, value));
    assert_snapshot!(edit(tags::MANIFEST, "other"), @"
    blocked ecr.repository.site (team/site)
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(edit("services.k8s.aws/namespace", "prod"), @"
    blocked ecr.repository.site (team/site)
      because its tags say that AWS Controllers for Kubernetes manages it
      help: release it there first: two reconcilers on one resource undo each other
      (1 other tag is left alone)
    ");
    let stack = |answer| world(PLAIN, |live| live.tags = Tags::default()).stack(answer).plan();
    assert_snapshot!(stack(Ok(Standing::Owns)), @"
    blocked ecr.repository.site (team/site)
      because it belongs to the CloudFormation stack `legacy`, which is live
      help: give it DeletionPolicy Retain there, deploy, take it out of the template or delete the stack, then plan again
    ");
    assert_snapshot!(stack(Ok(Standing::Released)), @"
    adopt ecr.repository.site (team/site)
      ecr:TagResource: tag Project none -> site; tag infra:address none -> ecr.repository.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      needs --adopt
      (the CloudFormation stack `legacy` made it and has released it)
    ");
    assert_snapshot!(stack(Err(denied("cloudformation:DescribeStacks"))), @"
    unknown ecr.repository.site (team/site)
      because cloudformation:DescribeStacks on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
    assert_snapshot!(plan(PLAIN, |live| live.service = Some("the AWS service example".to_owned())), @"
    blocked ecr.repository.site (team/site)
      because it is managed by the AWS service example
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
}

#[test]
fn what_belongs_to_nobody_is_adopted_with_its_differences() {
    assert_snapshot!(plan(&with("lifecycle = [{ keep-last = 10 }]"), |live| {
        live.tags = Tags::from_iter([("Project", "site"), ("Team", "web")]);
        live.state.lifecycle = None;
        live.state.scan_on_push = true;
        measured(live, 27, 0);
    }), @r#"
    adopt ecr.repository.site (team/site)
      ecr:TagResource: tag infra:address none -> ecr.repository.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      ecr:PutImageScanningConfiguration: scan-on-push true -> false
      ecr:PutLifecyclePolicy: lifecycle none -> { "rules": [ { "rulePriority": 1, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 }, "action": { "type": "expire" } } ] }
        so 17 of 27 images, 1.6 GiB, would expire within about a day; that cannot be undone
        risk DestroysData
      needs --adopt
      needs --allow-expire
      (1 other tag is left alone)
      (it holds 27 images, 2.6 GiB)
    "#);
    assert_snapshot!(plan(PLAIN, |live| {
        live.tags = Tags::default();
        live.state.encryption = Encryption { algorithm: "KMS".to_owned(), key: Some(KEY.to_owned()) };
    }), @"
    blocked ecr.repository.site (team/site)
      because `encryption` cannot be changed on a live resource, only by replacing it
      cannot change encryption KMS with arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -> AES256
      help: declare the encryption that is live, or make a repository of another name and copy the images
    ");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World::<EcrRepository>::absent(entry(PLAIN));
    world.found = Found::Unknown(denied("ecr:GetLifecyclePolicy"));
    assert_snapshot!(world.plan(), @"
    unknown ecr.repository.site (team/site)
      because ecr:GetLifecyclePolicy on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
    let mut world = World::<EcrRepository>::absent(entry(PLAIN));
    world.gaps.push(denied("ecr:ListTagsForResource"));
    assert_snapshot!(world.plan(), @"
    unknown ecr.repository.site (team/site)
      because ecr:ListTagsForResource on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
    // A gap in the search for leftovers takes nothing from what is there.
    let mut world = World::present(entry(PLAIN), in_step(&entry::<EcrRepository>(PLAIN), Detail::default()));
    world.gaps.push(denied("ecr:ListTagsForResource"));
    assert_snapshot!(world.plan(), @"in sync ecr.repository.site (team/site)");
}

#[test]
fn a_renamed_key_is_a_change_of_a_tag() {
    assert_snapshot!(plan(&with("was = 'blog'"), |live| live.tags.set(tags::ADDRESS, "ecr.repository.blog")), @"
    update ecr.repository.site (team/site)
      ecr:TagResource: tag infra:address ecr.repository.blog -> ecr.repository.site
    ");
}

#[test]
fn a_changed_name_is_no_rename() {
    let old = |active| {
        let mut live = in_step(&entry::<EcrRepository>("name = 'team/old'"), Detail::default());
        measured(&mut live, active, 0);
        live
    };
    let mut world = World::<EcrRepository>::absent(entry(PLAIN));
    world.leftovers.push(old(27));
    assert_snapshot!(world.plan(), @"
    blocked ecr.repository.site (team/site)
      because its name changed from `team/old`, which is live and ours, to `team/site`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was (`team/old` holds 27 images, 2.6 GiB)
    ");
    let mut world = World::<EcrRepository>::absent(entry(&with("was = 'blog'")));
    let mut live = old(0);
    live.tags.set(tags::ADDRESS, "ecr.repository.blog");
    world.leftovers.push(live);
    assert_snapshot!(world.plan(), @"
    blocked ecr.repository.site (team/site)
      because its name changed from `team/old`, which is live and ours, to `team/site`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was
    ");
    // The old one, even empty and to be deleted, is not what left the manifest.
    let (live, seen) = (&world.leftovers[0], [(&world.entry, &world.found)]);
    assert_snapshot!(decide::claimed(live, seen.into_iter()).unwrap(), @"ecr.repository.site named it before, and what it names now is not there, or not its own yet; it stays until that is settled");
    // Nor is it while what the entry names now is still nobody's, or another entry's.
    for (key, value) in [(tags::MANIFEST, "other"), (tags::ADDRESS, "ecr.repository.blog")] {
        let mut live = in_step(&entry(PLAIN), Detail::default());
        live.tags.set(key, value);
        world.found = Found::Present(Box::new(live));
        assert!(decide::claimed(&world.leftovers[0], [(&world.entry, &world.found)].into_iter()).is_some());
    }
    world.found = Found::Present(Box::new(in_step(&entry(PLAIN), Detail::default())));
    assert_eq!(decide::claimed(&world.leftovers[0], [(&world.entry, &world.found)].into_iter()), None);
    // Some other entry's leftover is no reason not to create this one.
    let mut world = World::<EcrRepository>::absent(entry(PLAIN));
    let mut live = old(1);
    live.tags.set(tags::ADDRESS, "ecr.repository.other");
    world.leftovers.push(live);
    assert!(world.plan().starts_with("create "));
}

#[test]
fn what_left_the_manifest_is_deleted_only_while_empty() {
    let delete = with("on-delete = 'delete'");
    assert_snapshot!(leftover(PLAIN, |_| ()), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest and is retained
    ");
    assert_snapshot!(leftover(PLAIN, |live| measured(live, 27, 3)), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest and is retained, with 30 images (3 in the archive), 2.9 GiB
    ");
    assert_snapshot!(leftover(&delete, |_| ()), @"
    delete ecr.repository.site (team/site) not in the manifest
      ecr:DeleteRepository: repository team/site -> none
        so it is empty; AWS refuses should an image arrive in the meantime
      needs --delete
    ");
    assert_snapshot!(leftover(&delete, |live| measured(live, 1, 0)), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest; `delete` means only while empty, and it holds 1 image, 100.0 MiB
    ");
    assert_snapshot!(leftover(&delete, |live| measured(live, 0, 1)), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest; `delete` means only while empty, and it holds 1 image (1 in the archive), 100.0 MiB
    ");
    assert_snapshot!(leftover(&delete, |live| live.detail.images = None), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest; `delete` means only while empty, and it holds images that were not counted
    ");
    // A mark that nobody understands means to keep.
    assert_snapshot!(leftover(&delete, |live| live.tags.set(tags::ON_DELETE, "Delete")), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it left the manifest and is retained
    ");
    // Somebody took our mark off, and left the rest.
    assert_snapshot!(leftover(&delete, |live| {
        let marks = live.tags.iter().filter(|(key, _)| *key != tags::MANIFEST);
        live.tags = marks.collect();
    }), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it no longer carries this manifest's mark (tag infra:manifest)
    ");
    assert_snapshot!(leftover(&delete, |live| live.tags.set("crossplane-kind", "x")), @"
    keep ecr.repository.site (team/site) not in the manifest
      because its tags say that Crossplane manages it
    ");
}

#[test]
fn what_is_destroyed_holds_no_images() {
    let images = |toml: &str, count| {
        let entry = entry(toml);
        let mut live = in_step(&entry, Detail::default());
        measured(&mut live, count, 0);
        destroyed::<EcrRepository>(live)
    };
    assert_snapshot!(images(PLAIN, 27), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it is retained, with 27 images, 2.6 GiB
      $ # this deletes every image in it, for good
      $ aws ecr delete-repository --repository-name team/site --force --region us-west-2
    ");
    assert_snapshot!(images(PLAIN, 0), @"
    keep ecr.repository.site (team/site) not in the manifest
      because it is retained
      $ aws ecr delete-repository --repository-name team/site --region us-west-2
    ");
    assert_snapshot!(images(&with("on-delete = 'delete'"), 27), @"
    blocked ecr.repository.site (team/site) not in the manifest
      because `delete` means only while empty, and it holds 27 images, 2.6 GiB
      help: settle that, then run the same command again
      $ # this deletes every image in it, for good
      $ aws ecr delete-repository --repository-name team/site --force --region us-west-2
    ");
}
