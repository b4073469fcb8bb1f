//! File systems.

use infra::document::policy::Policy;
use infra::kind::{Found, Kind as _, Live};
use infra::kinds::efs_file_system::mounts::Mounts;
use infra::kinds::efs_file_system::{EfsFileSystem, State, Stored};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{entry, is_unreadable, look, present, recordings, statements, survey, unknown};
use crate::support::recorded::{self, Answer, Recording, declared, rewritten};

const FILE_SYSTEMS: &str = "elasticfilesystem:DescribeFileSystems";
const LIFECYCLE: &str = "elasticfilesystem:DescribeLifecycleConfiguration";
const BACKUP: &str = "elasticfilesystem:DescribeBackupPolicy";
const POLICY: &str = "elasticfilesystem:DescribeFileSystemPolicy";
const TARGETS: &str = "elasticfilesystem:DescribeMountTargets";
const GROUPS: &str = "elasticfilesystem:DescribeMountTargetSecurityGroups";

const ID: &str = "fs-0371f35245f586545";

/// A file system as AWS describes one, with nothing in it.
fn description() -> Value {
    json!({
        "OwnerId": "111122223333", "CreationToken": "token", "FileSystemId": ID, "CreationTime": 1.0,
        "FileSystemArn": format!("arn:aws:elasticfilesystem:us-west-1:644160558196:file-system/{ID}"),
        "LifeCycleState": "available", "Name": "site", "NumberOfMountTargets": 0,
        "SizeInBytes": { "Value": 6144 }, "PerformanceMode": "generalPurpose", "Encrypted": false,
        "ThroughputMode": "bursting", "Tags": [{ "Key": "Name", "Value": "site" }],
    })
}

/// Recorded before AWS sent all that it sends today. What it left out is not taken for nothing.
const OLD: [(&str, &str); 13] = [
    ("DescribeFileSystems/test_disable_lifecycle_policy_1", "ARN"),
    ("DescribeFileSystems/test_efs_delete_1", "tags"),
    ("DescribeFileSystems/test_efs_kms_key_filter_1", "tags"),
    ("DescribeFileSystems/test_efs_mount_secgroup_1", "tags"),
    ("DescribeFileSystems/test_efs_query_1", "tags"),
    ("DescribeFileSystems/test_efs_subresource_1", "tags"),
    ("DescribeFileSystems/test_enable_lifecycle_policy_1", "ARN"),
    ("DescribeFileSystems/test_filter_lifecycle_policy_absent_1", "ARN"),
    ("DescribeFileSystems/test_filter_lifecycle_policy_present_1", "ARN"),
    ("DescribeFileSystems/test_filter_lifecycle_policy_value_1", "ARN"),
    ("DescribeMountTargets/test_efs_delete_1", "zone"),
    ("DescribeMountTargets/test_efs_mount_secgroup_1", "zone"),
    ("DescribeMountTargets/test_efs_subresource_1", "zone"),
];

/// Whether a recording is one of [`OLD`]; then it must be unknown because of that.
fn is_old(recording: &Recording, look: impl FnOnce() -> Found<EfsFileSystem>) -> bool {
    let Some((name, what)) = OLD.iter().find(|(name, _)| recording.name.ends_with(name)) else {
        return false;
    };
    assert_eq!(unknown(look(), name).message, format!("the answer holds no {what}"), "{name}");
    true
}

fn listed(description: &Value) -> Answer {
    Answer::ok(json!({ "FileSystems": [description] }))
}

/// An account with that file system, except for these answers.
fn account(answers: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let mut all = vec![
        (FILE_SYSTEMS, listed(&description())),
        (LIFECYCLE, Answer::ok(json!({ "LifecyclePolicies": [] }))),
        (BACKUP, Answer::error("PolicyNotFound", "none")),
        (POLICY, Answer::error("PolicyNotFound", "none")),
        (TARGETS, Answer::ok(json!({ "MountTargets": [] }))),
        (GROUPS, Answer::ok(json!({ "SecurityGroups": ["sg-1"] }))),
    ];
    all.extend(answers.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

fn find(id: &str, answers: &[(&'static str, &Answer)]) -> Found<EfsFileSystem> {
    let state = entry::<EfsFileSystem>(json!({ "name": "site", "id": id })).state;
    look::<EfsFileSystem>(&state, account(answers))
}

fn brief(live: &Live<EfsFileSystem>) -> String {
    let State { encrypted, performance, throughput, lifecycle, policy, mounts, .. } = &live.state;
    let targets: Vec<_> = match mounts {
        Mounts::Live(live) => live.iter().map(|(zone, it)| format!("{zone} {}", it.groups.len())).collect(),
        other => panic!("{other:?}"),
    };
    format!(
        "{} of {}\nencrypted: {encrypted}, {performance:?}, {throughput:?}\n{lifecycle:?}\nstatements: {}\ntargets: {}\nholds: {}",
        live.state.name,
        live.tags.len(),
        statements(policy.as_ref()),
        targets.join(", "),
        EfsFileSystem::holds(live).unwrap_or_default(),
    )
}

#[test]
fn file_systems_are_read() {
    for recording in recordings("elasticfilesystem", "DescribeFileSystems") {
        let Recording { name, answer, .. } = &recording;
        let all = answer.data["FileSystems"].as_array().cloned().unwrap_or_default();
        if all.is_empty() {
            let state = entry::<EfsFileSystem>(json!({ "name": "site" })).state;
            let found = look::<EfsFileSystem>(&state, account(&[(FILE_SYSTEMS, answer)]));
            assert!(matches!(found, Found::Absent), "{name}");
        }
        for one in all {
            let id = one["FileSystemId"].as_str().unwrap();
            let look = || find(id, &[(FILE_SYSTEMS, answer)]);
            if !is_old(&recording, look) {
                let live = present(look(), name);
                assert_eq!(live.state.id.as_deref(), Some(id), "{name}");
                assert_eq!(live.state.name, one["Name"].as_str().unwrap_or_default(), "{name}");
                // Older answers have the whole size alone. Then nobody knows of any class, which is not nothing.
                let standard = one["SizeInBytes"]["ValueInStandard"].as_u64();
                assert_eq!(live.detail.stored.map(|it| it.standard), standard, "{name}");
            }
        }
    }
}

#[test]
fn parts_of_file_systems_are_read() {
    for recording in recordings("elasticfilesystem", "DescribeLifecycleConfiguration") {
        let Recording { name, answer, .. } = &recording;
        let live = present(find(ID, &[(LIFECYCLE, answer)]), name);
        let some = answer.data["LifecyclePolicies"].as_array().unwrap();
        assert_eq!(live.state.lifecycle.moves(), !some.is_empty(), "{name}");
    }
    for recording in recordings("elasticfilesystem", "DescribeMountTargets") {
        let Recording { name, answer, .. } = &recording;
        let look = || find(ID, &[(TARGETS, answer)]);
        if !is_old(&recording, look) {
            let Mounts::Live(targets) = present(look(), name).state.mounts else { panic!("{name}") };
            assert_eq!(targets.len(), answer.data["MountTargets"].as_array().unwrap().len(), "{name}");
        }
    }
    for recording in recordings("elasticfilesystem", "DescribeFileSystemPolicy") {
        let Recording { name, answer, .. } = &recording;
        let look = || find(ID, &[(POLICY, answer)]);
        if !is_unreadable(&recording, look) {
            let live = present(look(), name);
            assert_eq!(live.state.policy.is_some(), answer.data["Policy"].is_string(), "{name}");
        }
    }
}

/// A policy that is declared as AWS's own, without a resource, is what AWS answers.
#[test]
fn policies_of_file_systems_are_equal_to_themselves() {
    let mut told = 0;
    let all = recordings("elasticfilesystem", "DescribeFileSystemPolicy");
    for Recording { name, answer, .. } in &all {
        let Some(text) = answer.data["Policy"].as_str() else { continue };
        let mut described = description();
        let arn = Policy::parse(text).unwrap().pretty();
        let arn = arn.split('"').find(|it| it.contains(":file-system/")).unwrap().to_owned();
        described["FileSystemArn"] = json!(arn);
        let live = |text: &str| {
            let answer = Answer::ok(json!({ "FileSystemId": ID, "Policy": text }));
            present(find(ID, &[(FILE_SYSTEMS, &listed(&described)), (POLICY, &answer)]), name).state.policy
        };
        let policy = live(text).unwrap();
        assert!(!policy.pretty().contains("Resource"), "{name}");
        assert_eq!(live(&rewritten(text)).as_ref(), Some(&policy), "{name}");
        // Everybody is declared in another way, which AWS would hand back.
        if !policy.pretty().contains("\"*\"") {
            let want = json!({ "name": "site", "policy": declared(&policy) });
            assert_eq!(entry::<EfsFileSystem>(want).state.policy, Some(policy), "{name}");
            told += 1;
        }
    }
    assert!(all.is_empty() || told > 0);
}

/// A success without what AWS always sends, and calls that contradict each other: never absent, never nothing.
#[test]
fn an_answer_that_says_too_little_of_a_file_system_is_unknown() {
    let nothing = Answer::ok(json!({}));
    let gone = Answer::error("FileSystemNotFound", "none");
    for (call, answer) in [
        (FILE_SYSTEMS, &nothing),
        (LIFECYCLE, &nothing),
        (BACKUP, &nothing),
        (BACKUP, &Answer::ok(json!({ "BackupPolicy": { "Status": "HALF" } }))),
        (POLICY, &nothing),
        (POLICY, &Answer::ok(json!({ "Policy": "" }))),
        (TARGETS, &nothing),
        (LIFECYCLE, &gone),
        (BACKUP, &gone),
        (POLICY, &gone),
        (TARGETS, &gone),
        (LIFECYCLE, &Answer::ok(json!({ "LifecyclePolicies": [{ "TransitionToIA": "AFTER_2_DAYS" }] }))),
    ] {
        let _ = unknown(find(ID, &[(call, answer)]), &format!("{call} {answer:?}"));
    }
    for (key, value) in [
        ("Tags", json!([])),
        ("FileSystemArn", Value::Null),
        ("Encrypted", Value::Null),
        ("Encrypted", json!(true)),
        ("ThroughputMode", Value::Null),
        ("ThroughputMode", json!("provisioned")),
        ("ThroughputMode", json!("sideways")),
        ("PerformanceMode", json!("sideways")),
        ("LifeCycleState", json!("error")),
        ("FileSystemProtection", json!({ "ReplicationOverwriteProtection": "HALF" })),
    ] {
        let mut described = description();
        described[key] = value.clone();
        let _ = unknown(find(ID, &[(FILE_SYSTEMS, &listed(&described))]), &format!("{key} {value}"));
    }
    let target = json!({
        "MountTargetId": "fsmt-1", "FileSystemId": ID, "SubnetId": "subnet-1", "LifeCycleState": "available",
        "AvailabilityZoneName": "us-east-1a", "VpcId": "vpc-1",
    });
    for (key, value) in
        [("AvailabilityZoneName", Value::Null), ("VpcId", Value::Null), ("LifeCycleState", json!("error"))]
    {
        let mut target = target.clone();
        target[key] = value;
        let answer = Answer::ok(json!({ "MountTargets": [target] }));
        let _ = unknown(find(ID, &[(TARGETS, &answer)]), key);
    }
    let answer = Answer::ok(json!({ "MountTargets": [target] }));
    for error in ["MountTargetNotFound", "IncorrectMountTargetState", "InternalServerError"] {
        let _ = unknown(find(ID, &[(TARGETS, &answer), (GROUPS, &Answer::error(error, ""))]), error);
    }
}

#[test]
fn what_passes_counts_as_what_it_comes_to() {
    let is = |call: &'static str, answer: &Answer| present(find(ID, &[(call, answer)]), call);
    for (status, backups) in
        [("ENABLING", true), ("ENABLED", true), ("DISABLING", false), ("DISABLED", false)]
    {
        let answer = Answer::ok(json!({ "BackupPolicy": { "Status": status } }));
        assert_eq!(is(BACKUP, &answer).state.backups, backups, "{status}");
    }
    let target = |state: &str| {
        Answer::ok(json!({ "MountTargets": [{
            "MountTargetId": "fsmt-1", "FileSystemId": ID, "SubnetId": "subnet-1", "LifeCycleState": state,
            "AvailabilityZoneName": "us-east-1a", "VpcId": "vpc-1",
        }] }))
    };
    for (state, count) in [("creating", 1), ("available", 1), ("deleting", 0), ("deleted", 0)] {
        let live = is(TARGETS, &target(state));
        assert_eq!(live.state.mounts.live().unwrap().len(), count, "{state}");
    }
    let mut described = description();
    described["SizeInBytes"] =
        json!({ "Value": 6, "ValueInStandard": 1, "ValueInIA": 2, "ValueInArchive": 3 });
    let stored = is(FILE_SYSTEMS, &listed(&described)).detail.stored;
    assert_eq!(stored, Some(Stored { standard: 1, infrequent_access: 2, archive: 3 }));
    described["LifeCycleState"] = json!("deleted");
    let state = entry::<EfsFileSystem>(json!({ "name": "site" })).state;
    let found = look::<EfsFileSystem>(&state, account(&[(FILE_SYSTEMS, &listed(&described))]));
    assert!(matches!(found, Found::Absent));
    described["LifeCycleState"] = json!("available");
    described["FileSystemProtection"] = json!({ "ReplicationOverwriteProtection": "REPLICATING" });
    let replica = is(FILE_SYSTEMS, &listed(&described));
    assert_eq!(replica.service.as_deref(), Some("EFS, which copies another file system into it"));
}

#[test]
fn file_systems_with_our_mark_are_found_in_the_list() {
    let mut ours = description();
    ours["Tags"] =
        json!([{ "Key": "Name", "Value": "site" }, { "Key": "infra:manifest", "Value": "prereqs" }]);
    let seen = survey::<EfsFileSystem>(account(&[(FILE_SYSTEMS, &listed(&ours))]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (1, vec![]));
    assert_eq!(seen.leftovers[0].outputs.get("id"), Some(ID));
    let seen = survey::<EfsFileSystem>(account(&[]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
    // What cannot be read whole is not passed over.
    let denied = Answer::error("AccessDeniedException", "no");
    for (call, answer) in [(FILE_SYSTEMS, &denied), (POLICY, &denied), (FILE_SYSTEMS, &Answer::ok(json!({})))]
    {
        let mut all = account(&[(FILE_SYSTEMS, &listed(&ours))]);
        all.push((call, answer.clone()));
        let seen = survey::<EfsFileSystem>(all);
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{call}");
    }
}

#[test]
fn file_systems_come_out_in_normal_form() {
    let Some(folder) = recorded::folder() else { return };
    let one = |operation: &str, case: &str| {
        let all = recorded::of(&folder, "elasticfilesystem", operation);
        all.into_iter().find(|it| it.name.ends_with(case)).unwrap().answer
    };
    let listed = one("DescribeFileSystems", "create_efs_mount_target_1");
    let targets = one("DescribeMountTargets", "create_efs_mount_target_1");
    let lifecycle = one("DescribeLifecycleConfiguration", "enable_lifecycle_policy_2");
    let policy = one("DescribeFileSystemPolicy", "has_statement_1");
    let answers = [(FILE_SYSTEMS, &listed), (TARGETS, &targets), (LIFECYCLE, &lifecycle), (POLICY, &policy)];
    assert_snapshot!(brief(&present(find("fs-028d2a86fa813320a", &answers), "all")), @"
    test-2 of 2
    encrypted: true, GeneralPurpose, Elastic
    Lifecycle { infrequent_after: Some(7), archive_after: None, back_on_access: false }
    statements: 1
    targets: us-east-1a 1, us-east-1b 1, us-east-1e 1
    holds: 6.0 KiB (measured 2023-06-03), 3 mount targets, not backed up
    ");
}
