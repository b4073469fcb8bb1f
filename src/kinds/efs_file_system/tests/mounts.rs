//! Mount targets that are missing, too many, or elsewhere.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::{FileSystem, MOUNTED, PLAIN, entry, known, live, plan, with, world};
use crate::kind::known::Fate;
use crate::kinds::efs_file_system::mounts::{MountTarget, Mounts};
use crate::kinds::efs_file_system::{Change, EfsFileSystem};
use crate::model::{Address, KindName};

/// A mount target in each zone that is declared, as they are when infra has made them.
pub(super) fn at_home(declared: &Mounts) -> BTreeMap<String, MountTarget> {
    let changes = declared.create(None);
    let target = |change: &Change| match change {
        Change::CreateMountTarget { zone, subnet, groups, .. } => {
            let groups = groups.iter().filter_map(|link| link.value()).map(str::to_owned).collect();
            let (id, vpc) = (format!("fsmt-{zone}"), "vpc-1".to_owned());
            (zone.clone(), MountTarget { id, subnet: subnet.clone(), vpc, groups, coming: false })
        }
        other => panic!("{other:?}"),
    };
    changes.iter().map(target).collect()
}

fn targets(live: &mut FileSystem) -> &mut BTreeMap<String, MountTarget> {
    match &mut live.state.mounts {
        Mounts::Live(targets) => targets,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_that_was_deleted_outside_is_made_again() {
    assert_snapshot!(plan(MOUNTED, |live| drop(targets(live).remove("us-west-2b"))), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:CreateMountTarget: mount target us-west-2b none -> subnet-b; security-group none -> ec2.security-group.nfs (sg-nfs)
    ");
}

#[test]
fn groups_that_were_changed_outside_are_put_back() {
    assert_snapshot!(plan(MOUNTED, |live| {
        targets(live).get_mut("us-west-2c").unwrap().groups = ["sg-nfs", "sg-other"].map(str::to_owned).into();
    }), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:ModifyMountTargetSecurityGroups: security-group us-west-2c sg-other -> none
        so whoever sg-other alone lets in can no longer reach it in us-west-2c
    ");
}

#[test]
fn a_group_that_is_still_to_be_made_is_put_later() {
    let mut world = world(MOUNTED, |live| {
        for target in targets(live).values_mut() {
            target.groups = ["sg-old".to_owned()].into();
        }
        let _ = targets(live).remove("us-west-2a");
    });
    world.known.note(Address::new(KindName::SECURITY_GROUP, "nfs"), Fate::Coming);
    assert_snapshot!(world.plan(), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:ModifyMountTargetSecurityGroups: security-group us-west-2b none -> ec2.security-group.nfs (later); security-group us-west-2b sg-old -> none
        so whoever sg-old alone lets in can no longer reach it in us-west-2b
      elasticfilesystem:ModifyMountTargetSecurityGroups: security-group us-west-2c none -> ec2.security-group.nfs (later); security-group us-west-2c sg-old -> none
        so whoever sg-old alone lets in can no longer reach it in us-west-2c
      elasticfilesystem:CreateMountTarget: mount target us-west-2a none -> subnet-a; security-group none -> ec2.security-group.nfs (later)
    ");
}

#[test]
fn a_new_zone_is_one_creation() {
    let mut world = world(MOUNTED, |_| ());
    world.known = known("abcd");
    assert_snapshot!(world.plan(), @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:CreateMountTarget: mount target us-west-2d none -> subnet-d; security-group none -> ec2.security-group.nfs (sg-nfs)
    ");
}

#[test]
fn what_is_not_declared_is_left_alone() {
    let mut smaller = world(MOUNTED, |_| ());
    smaller.known = known("ab");
    assert_snapshot!(smaller.plan(), @"
    in sync efs.file-system.site (workspaces) fs-0123456789abcdef0
      note: mount targets that are not declared are left alone: us-west-2c
    ");
    let mut undeclared = live(MOUNTED);
    undeclared.tags = entry::<EfsFileSystem>(PLAIN).tags;
    let undeclared = crate::kind::testing::World::present(entry(PLAIN), undeclared);
    assert_snapshot!(undeclared.plan(), @"
    in sync efs.file-system.site (workspaces) fs-0123456789abcdef0
      note: mount targets that are not declared are left alone: us-west-2a, us-west-2b, us-west-2c
    ");
}

#[test]
fn one_in_another_place_is_in_the_way() {
    assert_snapshot!(plan(MOUNTED, |live| {
        targets(live).get_mut("us-west-2a").unwrap().subnet = "subnet-x".to_owned();
    }), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because `mount target us-west-2a` cannot be changed on a live resource, only by replacing it
      cannot change mount target us-west-2a subnet-x in vpc-1 -> subnet-a in vpc-1
      help: AWS cannot move a mount target, and a file system is in one network at a time: when nobody has it mounted there any more, delete that mount target by hand, then plan again
    ");
    // Also one in a zone that is not declared: a file system is in one network at a time.
    assert_snapshot!(plan(MOUNTED, |live| {
        let mut target = targets(live).remove("us-west-2a").unwrap();
        target.vpc = "vpc-2".to_owned();
        targets(live).clear();
        let _ = targets(live).insert("us-west-2d".to_owned(), target);
    }), @"
    blocked efs.file-system.site (workspaces) fs-0123456789abcdef0
      because `mount target us-west-2d` cannot be changed on a live resource, only by replacing it
      cannot change mount target us-west-2d subnet-a in vpc-2 -> none
      help: AWS cannot move a mount target, and a file system is in one network at a time: when nobody has it mounted there any more, delete that mount target by hand, then plan again
    ");
}

#[test]
fn in_one_zone_there_is_one() {
    let toml = |zone: &str| with(&format!("availability-zone = '{zone}'\n{}", MOUNTED.replace(PLAIN, "")));
    let one = plan(&toml("us-west-2b"), |live| targets(live).clear());
    assert_snapshot!(one, @"
    update efs.file-system.site (workspaces) fs-0123456789abcdef0
      elasticfilesystem:CreateMountTarget: mount target us-west-2b none -> subnet-b; security-group none -> ec2.security-group.nfs (sg-nfs)
    ");
    assert_snapshot!(plan(&toml("us-west-2d"), |live| targets(live).clear()), @"
    in sync efs.file-system.site (workspaces) fs-0123456789abcdef0
      note: nobody can mount it: its network has no subnet in us-west-2d, where it is
    ");
}

#[test]
fn what_comes_is_there_and_said() {
    assert_snapshot!(plan(MOUNTED, |live| {
        targets(live).get_mut("us-west-2a").unwrap().coming = true;
    }), @"
    in sync efs.file-system.site (workspaces) fs-0123456789abcdef0
      note: AWS is still making its mount targets: us-west-2a
    ");
}

/// They are made one after another, and take their time together.
#[test]
fn the_last_that_is_made_waits_for_all() {
    let state = entry::<EfsFileSystem>(MOUNTED).resolved(&known("abc")).state;
    let awaited: Vec<_> = state
        .mounts
        .create(None)
        .iter()
        .map(|change| match change {
            Change::CreateMountTarget { awaits, .. } => awaits.join(" "),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(awaited, ["", "", "us-west-2a us-west-2b us-west-2c"]);
}

#[test]
fn each_zone_is_verified() {
    let checks = |edit: fn(&mut FileSystem)| {
        let checks = world(MOUNTED, edit).checks();
        checks.lines().skip(2).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(checks(|_| ()), @"
    passed mount target us-west-2a: fsmt-us-west-2a is up in subnet-a
    passed mount target us-west-2b: fsmt-us-west-2b is up in subnet-b
    passed mount target us-west-2c: fsmt-us-west-2c is up in subnet-c
    ");
    assert_snapshot!(checks(|live| {
        let targets = targets(live);
        targets.get_mut("us-west-2a").unwrap().coming = true;
        let _ = targets.remove("us-west-2b");
    }), @"
    passed tags: 5 tags as declared
    failed mount target us-west-2a: AWS is still making fsmt-us-west-2a
      help: that takes a minute or two; verify again
    failed mount target us-west-2b: there is none
      help: `infra apply` makes it
    passed mount target us-west-2c: fsmt-us-west-2c is up in subnet-c
    ");
    let mut lost = world(MOUNTED, |_| ());
    lost.known.note(Address::new(KindName::VPC, "main"), Fate::Blocked(None));
    assert_eq!(
        lost.checks().lines().last(),
        Some("unread mount targets: its network could not be looked up")
    );
}
