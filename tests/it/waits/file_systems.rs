//! File systems and their mount targets.

use std::sync::Arc;
use std::time::Duration;

use infra::aws::Class;
use infra::guard::Destruction;
use infra::kind::Kind as _;
use infra::kinds::efs_file_system::{Change, EfsFileSystem};
use infra::model::{Link, Outputs};
use serde_json::{Value, json};

use super::{FILE_SYSTEM as ID, GROUP, Performed, Script, ok, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const SYSTEMS: &str = "elasticfilesystem:DescribeFileSystems";
const TARGETS: &str = "elasticfilesystem:DescribeMountTargets";
const BACKUP: &str = "elasticfilesystem:DescribeBackupPolicy";
const CREATE: &str = "elasticfilesystem:CreateFileSystem";
const UPDATE: &str = "elasticfilesystem:UpdateFileSystem";
const MOUNT: &str = "elasticfilesystem:CreateMountTarget";
const UNMOUNT: &str = "elasticfilesystem:DeleteMountTarget";
const REGROUP: &str = "elasticfilesystem:ModifyMountTargetSecurityGroups";

fn perform(change: &Change, script: Script) -> Performed {
    super::perform::<EfsFileSystem>(change, Some(ID), script)
}

fn is(state: &str) -> Answer {
    let arn = format!("arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/{ID}");
    let system = json!({ "FileSystemId": ID, "FileSystemArn": arn, "LifeCycleState": state });
    Answer::ok(json!({ "FileSystems": [system] }))
}

fn created() -> Answer {
    let mut is = is("creating").data["FileSystems"][0].clone();
    is["OwnerId"] = json!("111122223333");
    Answer { status: 201, data: is }
}

fn creation() -> Change {
    EfsFileSystem::create(&entry(json!({ "name": "team-data" }))).remove(0)
}

#[test]
fn a_new_one_is_waited_for_and_reads_may_lag_behind() {
    let mut states = vec![refused(404, "FileSystemNotFound"); 2];
    states.extend(then(3, is("creating"), is("available")));
    let script = vec![(CREATE, vec![created()]), (SYSTEMS, states)];
    let made = super::perform::<EfsFileSystem>(&creation(), None, script).done();
    assert_eq!((made.count(CREATE), made.count(SYSTEMS)), (1, 6));
    assert_eq!(made.waited_for, [format!("{ID} to be available")]);
    assert_eq!(made.outputs.get(Outputs::ID), Some(ID));
}

#[test]
fn one_that_never_comes_is_given_up_and_known_all_the_same() {
    let script = vec![(CREATE, vec![created()]), (SYSTEMS, vec![is("creating")])];
    let made = super::perform::<EfsFileSystem>(&creation(), None, script);
    let error = made.given_up_after(10);
    assert_eq!(error.class, Class::Timeout);
    assert_eq!(error.to_string(), "waited for fs-0ab1 to be available: it did not come within 10 minutes");
    assert_eq!(made.outputs.get(Outputs::ID), Some(ID));
}

#[test]
fn one_that_fails_is_not_waited_for() {
    for state in ["error", "deleting", "deleted", "something new"] {
        let script = vec![(CREATE, vec![created()]), (SYSTEMS, then(1, is("creating"), is(state)))];
        let made = super::perform::<EfsFileSystem>(&creation(), None, script);
        assert!(made.failed().message.contains(&format!("`{state}`")), "{:?}", made.ended);
        assert!(made.took < Duration::from_secs(1));
    }
}

#[test]
fn a_change_waits_for_the_one_before_it_and_for_its_own_end() {
    let busy = || refused(409, "IncorrectFileSystemLifeCycleState");
    let change = || {
        let entry = |mode| entry::<EfsFileSystem>(json!({ "name": "team-data", "throughput-mode": mode }));
        let (before, after) = (entry("bursting").state.throughput, entry("elastic").state.throughput);
        Change::UpdateFileSystem { before, after }
    };
    let updating = then(3, is("updating"), is("available"));
    let script = vec![(UPDATE, then(4, busy(), ok())), (SYSTEMS, updating)];
    let made = perform(&change(), script).done();
    assert_eq!((made.count(UPDATE), made.count(SYSTEMS)), (5, 4));
    // AWS's own words say more than that it took too long.
    let error = perform(&change(), vec![(UPDATE, vec![busy()])]);
    assert!(error.given_up_after(10).is("IncorrectFileSystemLifeCycleState"));
}

#[test]
fn a_backup_policy_waits_for_the_one_before_it() {
    let status = |status: &str| Answer::ok(json!({ "BackupPolicy": { "Status": status } }));
    let put = "elasticfilesystem:PutBackupPolicy";
    let change = Change::PutBackupPolicy { backups: false };
    let script = vec![(BACKUP, then(4, status("ENABLING"), status("ENABLED"))), (put, vec![ok()])];
    let made = perform(&change, script).done();
    assert_eq!((made.count(BACKUP), made.count(put)), (5, 1));
    assert_eq!(made.waited_for, [format!("the backup policy of {ID}")]);

    let made = perform(&change, vec![(BACKUP, vec![refused(404, "PolicyNotFound")]), (put, vec![ok()])]);
    assert!(made.done().waited_for.is_empty());

    let made = perform(&change, vec![(BACKUP, vec![status("DISABLING")])]);
    assert_eq!(made.given_up_after(10).class, Class::Timeout);
}

#[test]
fn a_policy_waits_for_its_principals_and_for_no_other_fault_of_it() {
    let statement = json!({
        "effect": "allow", "principal": { "aws": ["111122223333"] }, "action": ["elasticfilesystem:ClientMount"],
    });
    let entry = entry::<EfsFileSystem>(json!({ "name": "team-data", "policy": [statement] }));
    let after = entry.state.policy.clone().unwrap();
    let change = Change::PutFileSystemPolicy { before: None, after };
    let put = "elasticfilesystem:PutFileSystemPolicy";
    let says = |message| Answer::error("InvalidPolicyException", message);
    let made = perform(&change, vec![(put, vec![says("Policy contains invalid Principal block")])]);
    assert!(made.given_up_after(2).is("InvalidPolicyException"));
    assert_eq!(made.waited_for, ["AWS to know the principals of the policy"]);
    let made = perform(&change, vec![(put, vec![says("Policy contains an invalid action")])]);
    assert!(made.failed().is("InvalidPolicyException"));
    assert_eq!(made.calls, [put]);
}

/// A mount target: its subnet and its state. The zone is that of the letter at the subnet's end.
fn target(subnet: &str, state: &str) -> Value {
    json!({
        "MountTargetId": format!("fsmt-{subnet}"), "FileSystemId": ID, "SubnetId": subnet, "VpcId": "vpc-1",
        "AvailabilityZoneName": format!("us-east-1{}", &subnet[subnet.len() - 1..]), "LifeCycleState": state,
    })
}

fn targets(targets: &[(&str, &str)]) -> Answer {
    let targets: Vec<_> = targets.iter().map(|(subnet, state)| target(subnet, state)).collect();
    Answer::ok(json!({ "MountTargets": targets }))
}

fn mounting(awaits: &[&str]) -> Change {
    Change::CreateMountTarget {
        zone: "us-east-1a".to_owned(),
        subnet: "subnet-a".to_owned(),
        groups: vec![Link::live(GROUP)],
        awaits: awaits.iter().map(|zone| (*zone).to_owned()).collect(),
    }
}

fn conflict() -> Answer {
    refused(409, "MountTargetConflict")
}

fn made() -> Answer {
    Answer::ok(target("subnet-a", "creating"))
}

#[test]
fn mount_targets_are_waited_for_together() {
    let coming = |a, b| targets(&[("subnet-a", a), ("subnet-b", b), ("subnet-c", "creating")]);
    let states = vec![
        targets(&[]),
        coming("creating", "creating"),
        coming("available", "creating"),
        coming("available", "available"),
    ];
    let change = mounting(&["us-east-1a", "us-east-1b"]);
    let mounted = perform(&change, vec![(MOUNT, vec![made()]), (TARGETS, states)]).done();
    assert_eq!(mounted.count(TARGETS), 4);
    assert_eq!(mounted.waited_for, ["mount targets in us-east-1a, us-east-1b"]);

    let states = vec![coming("available", "creating")];
    let late = perform(&change, vec![(MOUNT, vec![made()]), (TARGETS, states)]);
    assert_eq!(late.given_up_after(30).class, Class::Timeout);
    assert_eq!(late.count(MOUNT), 1);
}

fn unmounting(awaits: &[&str]) -> Change {
    Change::DeleteMountTarget {
        zone: "us-east-1a".to_owned(),
        subnet: "subnet-a".to_owned(),
        id: "fsmt-subnet-a".to_owned(),
        awaits: awaits.iter().map(|subnet| format!("fsmt-{subnet}")).collect(),
        permit: Arc::new(Destruction::of_all().strips()),
    }
}

#[test]
fn mount_targets_are_waited_for_until_they_are_gone() {
    let going = |a, b| targets(&[("subnet-a", a), ("subnet-b", b), ("subnet-c", "available")]);
    let states = vec![
        going("available", "deleting"),
        going("deleting", "deleting"),
        going("deleting", "deleted"),
        targets(&[("subnet-c", "available")]),
    ];
    let change = unmounting(&["subnet-a", "subnet-b"]);
    let done = perform(&change, vec![(UNMOUNT, vec![ok()]), (TARGETS, states)]).done();
    assert_eq!((done.count(UNMOUNT), done.count(TARGETS)), (1, 4));
    assert_eq!(done.waited_for, ["2 mount targets of fs-0ab1 to be gone"]);

    let late = perform(&change, vec![(UNMOUNT, vec![ok()]), (TARGETS, vec![going("deleting", "deleted")])]);
    assert_eq!(late.given_up_after(10).class, Class::Timeout);

    // Somebody else was faster, with the mount target or with the whole file system.
    let gone = || refused(404, "MountTargetNotFound");
    let done = perform(&unmounting(&[]), vec![(UNMOUNT, vec![gone()])]).done();
    assert_eq!(done.calls, [UNMOUNT]);
    let script = vec![(UNMOUNT, vec![gone()]), (TARGETS, vec![refused(404, "FileSystemNotFound")])];
    let _ = perform(&change, script).done();
    let denied = perform(&change, vec![(UNMOUNT, vec![refused(403, "AccessDeniedException")])]);
    assert_eq!(denied.failed().class, Class::Denied);
}

#[test]
fn one_that_is_made_beside_others_waits_for_none() {
    let mounted = perform(&mounting(&[]), vec![(MOUNT, vec![made()])]).done();
    assert_eq!(mounted.calls, [MOUNT]);
}

#[test]
fn a_mount_target_that_fails_is_not_waited_for() {
    let states = then(2, targets(&[("subnet-a", "creating")]), targets(&[("subnet-a", "error")]));
    let mounted = perform(&mounting(&["us-east-1a"]), vec![(MOUNT, vec![made()]), (TARGETS, states)]);
    let error = mounted.failed();
    assert!(error.message.contains("`error`") && error.subject == "fsmt-subnet-a", "{error}");
    assert!(mounted.took < Duration::from_secs(2));
}

#[test]
fn the_mount_target_that_is_there_already_is_taken() {
    for state in ["creating", "available"] {
        let there = targets(&[("subnet-a", state), ("subnet-b", "available")]);
        let mounted = perform(&mounting(&[]), vec![(MOUNT, vec![conflict()]), (TARGETS, vec![there])]);
        assert_eq!(mounted.done().calls, [MOUNT, TARGETS]);
    }
}

#[test]
fn a_mount_target_elsewhere_in_the_zone_is_not_taken_and_not_waited_for() {
    let elsewhere = [
        targets(&[("subnet-other-a", "available")]),
        // A place that gets free is of no use while another has it.
        targets(&[("subnet-a", "deleting"), ("subnet-other-a", "creating")]),
        // In another network, or so AWS says.
        targets(&[("subnet-b", "available")]),
    ];
    for there in elsewhere {
        let mounted = perform(&mounting(&[]), vec![(MOUNT, vec![conflict()]), (TARGETS, vec![there])]);
        assert!(mounted.failed().is("MountTargetConflict"));
        assert_eq!(mounted.calls, [MOUNT, TARGETS]);
    }
}

#[test]
fn a_mount_target_that_aws_is_deleting_keeps_its_place_until_it_is_gone() {
    for subnet in ["subnet-a", "subnet-other-a"] {
        let leaving = targets(&[(subnet, "deleting"), ("subnet-b", "available")]);
        let script = vec![(MOUNT, then(3, conflict(), made())), (TARGETS, vec![leaving])];
        let mounted = perform(&mounting(&[]), script).done();
        assert_eq!(mounted.count(MOUNT), 4);
        assert_eq!(mounted.waited_for, ["the old mount target in us-east-1a to be gone"]);
    }
    let leaving = targets(&[("subnet-a", "deleting")]);
    let mounted = perform(&mounting(&[]), vec![(MOUNT, vec![conflict()]), (TARGETS, vec![leaving])]);
    assert!(mounted.given_up_after(10).is("MountTargetConflict"));
}

/// A run that was cut off may leave one that AWS is still making.
#[test]
fn groups_wait_for_their_mount_target() {
    let change = Change::ModifyMountTargetSecurityGroups {
        zone: "us-east-1a".to_owned(),
        id: "fsmt-subnet-a".to_owned(),
        before: [].into(),
        after: vec![Link::live(GROUP)],
    };
    let early = || refused(409, "IncorrectMountTargetState");
    let is = |state| targets(&[("subnet-a", state)]);
    let script = vec![(REGROUP, then(3, early(), ok())), (TARGETS, vec![is("creating")])];
    let made = perform(&change, script).done();
    assert_eq!(made.count(REGROUP), 4);
    assert_eq!(made.waited_for, ["the mount target in us-east-1a to be available"]);
    let late = perform(&change, vec![(REGROUP, vec![early()]), (TARGETS, vec![is("creating")])]);
    assert!(late.given_up_after(30).is("IncorrectMountTargetState"));
    for other in [is("deleting"), is("error"), targets(&[])] {
        let failed = perform(&change, vec![(REGROUP, vec![early()]), (TARGETS, vec![other])]);
        assert!(failed.failed().is("IncorrectMountTargetState"));
        assert_eq!(failed.calls, [REGROUP, TARGETS]);
    }
}
