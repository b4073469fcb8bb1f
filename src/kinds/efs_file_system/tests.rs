//! A file system in step with its entry, one thing edited, and what is decided.

mod diff;
mod lifecycle;
mod mounts;
mod spec;

use insta::assert_snapshot;

use super::*;
use crate::kind::known::Fate;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, denied, destroyed, entry, in_step, left};
use crate::kind::{Found, Known, Phase};
use crate::model::{Address, tags};
use lifecycle::mixed;
use mounts::at_home;
use state::{Performance, Throughput};

use super::mounts::Mounts;

const ID: &str = "fs-0123456789abcdef0";
const ARN: &str = "arn:aws:elasticfilesystem:us-west-2:111122223333:file-system/fs-0123456789abcdef0";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const PLAIN: &str = "name = 'workspaces'";
const MOUNTED: &str = "name = 'workspaces'\nmount-targets = { vpc = 'main', security-groups = ['nfs'] }";
const MOUNT: &str = "policy = [{ sid = 'Mount', effect = 'allow', principal = { aws = ['arn:aws:iam::111122223333:role/site'] }, action = ['elasticfilesystem:ClientMount'] }]";

type FileSystem = Live<EfsFileSystem>;

fn with(more: &str) -> String {
    format!("{PLAIN}\n{more}")
}

/// The network `main` with a subnet in each of these zones, and the group `nfs`.
fn known(zones: &str) -> Known {
    let mut vpc = Outputs::default().with(Outputs::ID, "vpc-1");
    for zone in zones.chars() {
        vpc.set(format!("subnet.us-west-2{zone}"), format!("subnet-{zone}"));
    }
    let mut known = Known::default();
    known.note(Address::new(KindName::VPC, "main"), Fate::Live(vpc));
    let group = Outputs::default().with(Outputs::ID, "sg-nfs");
    known.note(Address::new(KindName::SECURITY_GROUP, "nfs"), Fate::Live(group));
    known
}

fn detail() -> Detail {
    Detail { bytes: Some(96 << 30), measured: Some("2026-11-20".to_owned()), stored: None }
}

/// What is in step with `toml`, in the network of three zones.
fn live(toml: &str) -> FileSystem {
    let entry = entry::<EfsFileSystem>(toml).resolved(&known("abc"));
    let mut live = in_step(&entry, detail());
    live.state.id = Some(ID.to_owned());
    live.state.kms_key = live.state.encrypted.then(|| live.state.kms_key.unwrap_or_else(|| KEY.to_owned()));
    live.state.mounts = Mounts::Live(at_home(&entry.state.mounts));
    live.outputs = Outputs::default().with(Outputs::ID, ID).with(Outputs::ARN, ARN);
    live
}

/// What is in step with `toml`, then edited.
fn world(toml: &str, edit: impl FnOnce(&mut FileSystem)) -> World<EfsFileSystem> {
    let mut live = live(toml);
    edit(&mut live);
    World { known: known("abc"), ..World::present(entry(toml), live) }
}

fn plan(toml: &str, edit: impl FnOnce(&mut FileSystem)) -> String {
    world(toml, edit).plan()
}

fn absent(toml: &str) -> World<EfsFileSystem> {
    World { known: known("abc"), ..World::absent(entry(toml)) }
}

#[test]
fn what_is_absent_is_created_with_its_parts() {
    assert_snapshot!(absent(PLAIN).plan(), @"
    create efs.file-system.site (workspaces)
      elasticfilesystem:CreateFileSystem: name none -> workspaces; encrypted none -> true; kms-key none -> aws/elasticfilesystem; performance-mode none -> general-purpose; throughput-mode none -> bursting; backups none -> true; tag Name none -> workspaces; tag Project none -> site; tag infra:address none -> efs.file-system.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      note: nobody can mount it: it has no mount targets
    ");
    let full = "throughput-mode = 'elastic'\nbackups = false\nreplication-overwrite-protection = false\nkms-key = '1234abcd-12ab-34cd-56ef-1234567890ab'\nlifecycle = { infrequent-access-after-days = 30, archive-after-days = 90, primary-after-access = true }\nmount-targets = { vpc = 'main', security-groups = ['nfs'] }";
    assert_snapshot!(absent(&with(&format!("{full}\n{MOUNT}"))).plan(), @r#"
    create efs.file-system.site (workspaces)
      elasticfilesystem:CreateFileSystem: name none -> workspaces; encrypted none -> true; kms-key none -> 1234abcd-12ab-34cd-56ef-1234567890ab; performance-mode none -> general-purpose; throughput-mode none -> elastic; backups none -> false; tag Name none -> workspaces; tag Project none -> site; tag infra:address none -> efs.file-system.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      elasticfilesystem:PutFileSystemPolicy: policy AWS's default: whoever reaches a mount target -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Mount", "Effect": "Allow", "Principal": { "AWS": [ "arn:aws:iam::111122223333:role/site" ] }, "Action": [ "elasticfilesystem:ClientMount" ] } ] }
        so only whom the policy allows can mount it; without one, whoever reaches a mount target
      elasticfilesystem:PutLifecycleConfiguration: infrequent-access-after-days none -> 30; archive-after-days none -> 90; primary-after-access false -> true
      elasticfilesystem:UpdateFileSystemProtection: replication-overwrite-protection true -> false
        so it can become the copy of another file system, which replaces its files
      elasticfilesystem:CreateMountTarget: mount target us-west-2a none -> subnet-a; security-group none -> ec2.security-group.nfs (sg-nfs)
      elasticfilesystem:CreateMountTarget: mount target us-west-2b none -> subnet-b; security-group none -> ec2.security-group.nfs (sg-nfs)
      elasticfilesystem:CreateMountTarget: mount target us-west-2c none -> subnet-c; security-group none -> ec2.security-group.nfs (sg-nfs)
    "#);
    assert_snapshot!(absent(&with("encrypted = false\nperformance-mode = 'max-io'\nthroughput-mode = 'provisioned'\nprovisioned-mibps = 8")).plan(), @"
    create efs.file-system.site (workspaces)
      elasticfilesystem:CreateFileSystem: name none -> workspaces; encrypted none -> false; performance-mode none -> max-io; throughput-mode none -> provisioned, 8 MiB/s; backups none -> true; tag Name none -> workspaces; tag Project none -> site; tag infra:address none -> efs.file-system.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      note: nobody can mount it: it has no mount targets
    ");
}

#[test]
fn what_is_as_declared_is_in_sync() {
    for toml in [
        PLAIN,
        MOUNTED,
        &with(MOUNT),
        &with("kms-key = '1234abcd-12ab-34cd-56ef-1234567890ab'"),
        &with("encrypted = false\navailability-zone = 'us-west-2b'"),
        &with("throughput-mode = 'provisioned'\nprovisioned-mibps = 8"),
    ] {
        let first = plan(toml, |_| ());
        assert!(first.starts_with("in sync efs.file-system.site (workspaces)"), "{toml}\n{first}");
    }
}

#[test]
fn settings_are_changed_in_place() {
    let throughput = |toml: &str, live: Throughput| plan(&with(toml), |it| it.state.throughput = live);
    assert_snapshot!(throughput("throughput-mode = 'elastic'", Throughput::Bursting), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:UpdateFileSystem: throughput-mode bursting -> elastic
        so from now on what is read and written is paid for by the GiB
        so for 24 hours AWS takes no other mode and no lower throughput
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(throughput("throughput-mode = 'provisioned'\nprovisioned-mibps = 8", Throughput::Provisioned { mibps: 16.5 }), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:UpdateFileSystem: throughput-mode provisioned, 16.5 MiB/s -> provisioned, 8 MiB/s
        so from now on 8 MiB/s are paid for by the hour, used or not
        so for 24 hours AWS takes no other mode and no lower throughput
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(throughput("", Throughput::Elastic), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:UpdateFileSystem: throughput-mode elastic -> bursting
        so for 24 hours AWS takes no other mode and no lower throughput
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.backups = false), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:PutBackupPolicy: backups false -> true
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(plan(&with("backups = false"), |live| live.state.backups = true), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:PutBackupPolicy: backups true -> false
        so no new backups are made; those that exist expire by their plan
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.overwrite_protection = false), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:UpdateFileSystemProtection: replication-overwrite-protection false -> true
      note: nobody can mount it: it has no mount targets
    ");
    let off = with("replication-overwrite-protection = false");
    assert_snapshot!(plan(&off, |live| live.state.overwrite_protection = true), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:UpdateFileSystemProtection: replication-overwrite-protection true -> false
        so it can become the copy of another file system, which replaces its files
      note: nobody can mount it: it has no mount targets
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.lifecycle = mixed()), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:PutLifecycleConfiguration: infrequent-access-after-days 30 -> none; archive-after-days 90 -> none; primary-after-access true -> false
        so no file moves to cheaper storage any more; what has moved stays there
      note: nobody can mount it: it has no mount targets
    ");
    let some = with("lifecycle = { infrequent-access-after-days = 7, primary-after-access = true }");
    assert_snapshot!(plan(&some, |live| live.state.lifecycle = mixed()), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:PutLifecycleConfiguration: infrequent-access-after-days 30 -> 7; archive-after-days 90 -> none
      note: nobody can mount it: it has no mount targets
    ");
}

#[test]
fn archive_begins_after_elastic_throughput_and_ends_before() {
    let archive = with("throughput-mode = 'elastic'\nlifecycle = { archive-after-days = 90 }");
    let begin = plan(&archive, |live| {
        live.state.throughput = Throughput::Bursting;
        live.state.lifecycle = super::lifecycle::Lifecycle::default();
    });
    let end = plan(PLAIN, |live| {
        live.state.throughput = Throughput::Elastic;
        live.state.lifecycle = mixed();
    });
    let order = |plan: &str| plan.find("UpdateFileSystem").cmp(&plan.find("PutLifecycleConfiguration"));
    assert!(order(&begin).is_lt() && order(&end).is_gt(), "{begin}\n{end}");
}

#[test]
fn a_policy_replaces_a_default_that_lets_everybody_in() {
    assert_snapshot!(plan(&with(MOUNT), |live| live.state.policy = None), @r#"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:PutFileSystemPolicy: policy AWS's default: whoever reaches a mount target -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Mount", "Effect": "Allow", "Principal": { "AWS": [ "arn:aws:iam::111122223333:role/site" ] }, "Action": [ "elasticfilesystem:ClientMount" ] } ] }
        so only whom the policy allows can mount it; without one, whoever reaches a mount target
      note: nobody can mount it: it has no mount targets
    "#);
    let policy = entry::<EfsFileSystem>(&with(MOUNT)).state.policy;
    assert_snapshot!(plan(PLAIN, |live| live.state.policy = policy), @r#"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:DeleteFileSystemPolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "Mount", "Effect": "Allow", "Principal": { "AWS": [ "arn:aws:iam::111122223333:role/site" ] }, "Action": [ "elasticfilesystem:ClientMount" ] } ] } -> AWS's default: whoever reaches a mount target
        so whoever reaches a mount target may read and write every file, as root
        risk Exposes
      note: nobody can mount it: it has no mount targets
    "#);
}

#[test]
fn what_cannot_be_changed_is_blocked() {
    assert_snapshot!(plan(PLAIN, |live| {
        live.state.encrypted = false;
        live.state.kms_key = None;
        live.state.performance = Performance::MaxIo;
        live.state.availability_zone = Some("us-west-2a".to_owned());
        // What could be changed is not, beside what cannot.
        live.state.backups = false;
    }), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because `encrypted`, `performance-mode`, `availability-zone` cannot be changed on a live resource, only by replacing it
      cannot change encrypted false -> true
      cannot change performance-mode max-io -> general-purpose
      cannot change availability-zone us-west-2a -> all of the region
      help: declare it as it is, or make another file system of another name beside it and copy the files
    ");
    let keyed = with("kms-key = '4321abcd-12ab-34cd-56ef-1234567890ab'");
    assert_snapshot!(plan(&keyed, |live| live.state.kms_key = Some(KEY.to_owned())), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because `kms-key` cannot be changed on a live resource, only by replacing it
      cannot change kms-key arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -> 4321abcd-12ab-34cd-56ef-1234567890ab
      help: declare it as it is, or make another file system of another name beside it and copy the files
    ");
}

#[test]
fn the_name_is_a_tag() {
    assert_snapshot!(plan(PLAIN, |live| live.tags.set("Name", "other")), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:TagResource: tag Name other -> workspaces
      note: nobody can mount it: it has no mount targets
    ");
    assert_eq!(
        spec::problems(&with("tags = { Name = 'x' }")),
        ["tags.Name: a field of this entry sets this tag"]
    );
}

#[test]
fn what_belongs_to_nobody_is_adopted_and_its_size_is_said() {
    assert_snapshot!(plan(PLAIN, |live| live.tags = Tags::from_iter([("Name", "workspaces"), ("Cost", "1")])), @"
    adopt efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:TagResource: tag Project none -> site; tag infra:address none -> efs.file-system.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      needs --adopt
      note: nobody can mount it: it has no mount targets
      (1 other tag is left alone)
      (it holds 96.0 GiB (measured 2026-11-20), backed up)
    ");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(plan(PLAIN, |live| live.service = Some("EFS, which copies another file system into it".to_owned())), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because it is managed by EFS, which copies another file system into it
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
}

#[test]
fn what_cannot_be_told_or_read_is_neither_made_nor_changed() {
    let mut world = absent(PLAIN);
    world.found = Found::Unclear { reason: "two are called so".to_owned(), help: "name one".to_owned() };
    assert_snapshot!(world.plan(), @"
    blocked efs.file-system.site (workspaces)
      because two are called so
      help: name one
    ");
    world.found = Found::Unknown(denied("elasticfilesystem:DescribeFileSystems"));
    assert!(world.plan().starts_with("unknown "), "{}", world.plan());
    assert_snapshot!(plan(PLAIN, |live| live.phase = Phase::Deleting), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because AWS is deleting it
      help: plan again when it is gone; if nobody deletes it on purpose, find out who does
    ");
}

#[test]
fn another_name_makes_no_second_one() {
    let mut world = absent("name = 'other'");
    world.leftovers.push(live(PLAIN));
    assert_snapshot!(world.plan(), @"
    blocked efs.file-system.site (other)
      because its name changed from `workspaces`, which is live and ours, to `other`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was (`workspaces` holds 96.0 GiB (measured 2026-11-20), backed up)
    ");
}

#[test]
fn what_left_the_manifest_is_kept_whatever_its_tags_say() {
    assert_snapshot!(left(&live(MOUNTED)), @"
    keep efs.file-system.site (workspaces) fs-0123456789abcdef0 not in the manifest
      because it left the manifest and is retained, with 96.0 GiB (measured 2026-11-20), 3 mount targets, backed up
    ");
    let mut marked = live(PLAIN);
    marked.tags.set(tags::ON_DELETE, "delete");
    marked.detail = Detail::default();
    marked.state.name = String::new();
    assert_snapshot!(left(&marked), @"
    keep efs.file-system.site (fs-0123456789abcdef0) fs-0123456789abcdef0 not in the manifest
      because it left the manifest; a file system is never deleted by infra, and this one holds files of a size that is not known, backed up
    ");
}

#[test]
fn what_is_destroyed_of_it_is_its_mount_targets() {
    assert_snapshot!(destroyed(live(MOUNTED)), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0 not in the manifest
      elasticfilesystem:DeleteMountTarget: mount target us-west-2a fsmt-us-west-2a in subnet-a -> none
        so whoever has it mounted in us-west-2a; every file in it stays
        risk CutsOff
      elasticfilesystem:DeleteMountTarget: mount target us-west-2b fsmt-us-west-2b in subnet-b -> none
        so whoever has it mounted in us-west-2b; every file in it stays
        risk CutsOff
      elasticfilesystem:DeleteMountTarget: mount target us-west-2c fsmt-us-west-2c in subnet-c -> none
        so whoever has it mounted in us-west-2c; every file in it stays
        risk CutsOff
      needs --delete
    ");
    let mut bare = live(PLAIN);
    bare.tags.set(tags::ON_DELETE, "delete");
    assert_snapshot!(destroyed(bare), @"
    keep efs.file-system.site (workspaces) fs-0123456789abcdef0 not in the manifest
      because it is retained, with 96.0 GiB (measured 2026-11-20), backed up
      $ # this deletes every file in it, for good
      $ aws efs delete-file-system --file-system-id fs-0123456789abcdef0 --region us-west-2
      $ # its backups stay in AWS Backup, and are paid for; this lists them
      $ aws backup list-recovery-points-by-resource --resource-arn arn:aws:elasticfilesystem:us-west-2:111122223333:file-system/fs-0123456789abcdef0 --region us-west-2
    ");
    let mut others = live(MOUNTED);
    others.service = Some("the AWS service backup".to_owned());
    assert_snapshot!(destroyed(others), @"
    keep efs.file-system.site (workspaces) fs-0123456789abcdef0 not in the manifest
      because it is managed by the AWS service backup
    ");
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<EfsFileSystem>("", |_| detail(), false);
}
