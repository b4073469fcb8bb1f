//! File systems, which hold what cannot be made again: none is made twice, none is taken for another, and
//! what others do to their mount targets is repaired.

use std::time::Duration;

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const GROUP: &str = r#"
[lookup.vpc.main]
default = true

[ec2.security-group.nfs]
name = "team-nfs"
vpc = "main"
description = "Mounts"
"#;

const DATA: &str = r#"
[efs.file-system.data]
name = "team-data"
"#;

const MOUNTED: &str = r#"
[efs.file-system.data]
name = "team-data"
mount-targets = { vpc = "main", security-groups = ["nfs"] }
"#;

fn ids(world: &World) -> Vec<String> {
    let all = world.account.efs("GET file-systems", &Value::Null).json();
    let all = all["FileSystems"].as_array().unwrap().iter();
    all.map(|it| it["FileSystemId"].as_str().unwrap().to_owned()).collect()
}

/// Makes one by hand, and gives its id.
fn by_hand(world: &World, token: &str) -> String {
    let body = json!({
        "CreationToken": token, "Encrypted": true, "Tags": [{ "Key": "Name", "Value": "team-data" }],
    });
    let made = world.account.efs("POST file-systems", &body).json();
    made["FileSystemId"].as_str().unwrap().to_owned()
}

/// The zone and the groups of each mount target of the only file system.
fn targets(world: &World) -> Vec<(String, String, usize)> {
    let list = format!("GET mount-targets?FileSystemId={}", ids(world)[0]);
    let all = world.account.efs(&list, &Value::Null).json();
    let target = |it: &Value| {
        let text = |key: &str| it[key].as_str().unwrap().to_owned();
        let id = text("MountTargetId");
        let groups =
            world.account.efs(&format!("GET mount-targets/{id}/security-groups"), &Value::Null).json();
        (text("AvailabilityZoneName"), id, groups["SecurityGroups"].as_array().unwrap().len())
    };
    let mut targets: Vec<_> = all["MountTargets"].as_array().unwrap().iter().map(target).collect();
    targets.sort();
    targets
}

#[test]
fn of_two_that_are_called_the_same_none_is_taken_and_no_third_is_made() {
    for world in World::each() {
        let (one, two) = (by_hand(&world, "one"), by_hand(&world, "two"));
        let manifest = world.manifest(DATA);
        let output = world.drift(&manifest).expect(Exit::Refused);
        let _ = output.says("2 file systems are called `team-data`").says(&one).says(&two);
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
        assert_eq!(wire.writes(), [""; 0]);
        // The id says which.
        let chosen = world.manifest(&format!("{DATA}id = \"{two}\"\nbackups = false\n"));
        let adopt = ["apply", "--yes", "--adopt", "efs.file-system.data"];
        let _ = world.infra(&adopt, &chosen).run().expect(Exit::Done).says(&two);
        let _ = world.drift(&chosen).expect(Exit::Done).says(" 1 in sync, of 1;");
        // From then on it is ours, and is found without.
        let _ = world.drift(&world.manifest(&format!("{DATA}backups = false\n"))).expect(Exit::Done);
        assert_eq!(ids(&world).len(), 2);
    }
}

#[test]
fn an_id_that_is_not_there_is_not_made_up_for() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{DATA}id = \"fs-0f0f0f0f0f0f0f0f1\"\n"));
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        assert_eq!(ids(&world), [""; 0]);
    }
}

#[test]
fn what_leaves_the_manifest_comes_back_as_the_same() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(DATA));
        let made = ids(&world);
        let _ = world.drift(&world.manifest("")).expect(Exit::Done).says(&made[0]).says("retained, with");
        let _ = world.apply(&world.manifest(DATA));
        assert_eq!(ids(&world), made);
    }
}

/// The first so many calls of this name.
fn first(count: usize, operation: &str) -> Which {
    Which::First(count, format!("elasticfilesystem:{operation}"))
}

#[test]
fn a_lost_reply_makes_no_second_one() {
    for operation in ["CreateFileSystem", "CreateMountTarget"] {
        for world in World::each() {
            let wire = Wire::with_faults(vec![(first(1, operation), Fault::LostReply)]);
            let manifest = world.manifest(&format!("{GROUP}{MOUNTED}"));
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
            let mut zones: Vec<_> = targets(&world).into_iter().map(|(zone, ..)| zone).collect();
            zones.dedup();
            assert_eq!((ids(&world).len(), zones.len()), (1, targets(&world).len()), "{operation}");
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn what_passes_by_itself_is_waited_for() {
    const POLICY: &str = r#"
    policy = [{ effect = "allow", principal = { aws = ["111122223333"] }, action = ["elasticfilesystem:ClientMount"] }]
    "#;
    for world in World::each() {
        let manifest = world.manifest(&format!(
            "{GROUP}{MOUNTED}{POLICY}\nlifecycle = {{ infrequent-access-after-days = 30 }}\n"
        ));
        let busy = || Fault::Answer(409, "IncorrectFileSystemLifeCycleState");
        let unknown = Fault::Says(400, "InvalidPolicyException", "Policy contains invalid Principal block");
        let wire = Wire::with_faults(vec![
            (first(2, "PutLifecycleConfiguration"), busy()),
            (first(1, "CreateMountTarget"), busy()),
            (first(2, "PutFileSystemPolicy"), unknown),
        ]);
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.counts()["elasticfilesystem:PutFileSystemPolicy"], 3);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_second_change_of_throughput_in_a_day_is_refused_in_clear_words() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(DATA));
        let wire =
            Wire::with_faults(vec![(first(1, "UpdateFileSystem"), Fault::Answer(429, "TooManyRequests"))]);
        let manifest = world.manifest(&format!("{DATA}throughput-mode = \"elastic\"\n"));
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = output.tells("only once in 24 hours");
        assert_eq!(wire.counts()["elasticfilesystem:UpdateFileSystem"], 1);
    }
}

#[test]
fn what_others_do_to_mount_targets_is_repaired() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{GROUP}{MOUNTED}"));
        let _ = world.apply(&manifest);
        let made = targets(&world);
        assert!(made.len() > 2 && made.iter().all(|(.., groups)| *groups == 1), "{made:?}");

        let (zone, id, _) = &made[1];
        world.account.efs(&format!("DELETE mount-targets/{id}"), &Value::Null).json();
        let drift = world.drift(&manifest).expect(Exit::Pending);
        let _ = drift.says(&format!("mount target {zone}")).says(" 1 to update,");
        let _ = world.apply(&manifest);
        assert_eq!(targets(&world).len(), made.len());

        let default = world.account.ec2(
            "DescribeSecurityGroups",
            &[("Filter.1.Name", "group-name"), ("Filter.1.Value.1", "default")],
        );
        let default = default.xml().element("groupId");
        let (zone, id, _) = &made[0];
        let path = format!("PUT mount-targets/{id}/security-groups");
        world.account.efs(&path, &json!({ "SecurityGroups": [default] })).json();
        let drift = world.drift(&manifest).expect(Exit::Pending);
        let _ = drift.says(&format!("security-group {zone}")).says(&default);
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// The list; what it does not say; the groups of the mount targets: no deeper, however many there are.
#[test]
fn reading_is_three_deep() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{GROUP}{MOUNTED}"));
        let _ = world.apply(&manifest);
        // With latency, what leaves together is seen to.
        let wire = Wire::with_latency(Duration::from_millis(100));
        let _ = world.infra(&["plan"], &manifest).wire(&wire).run().expect(Exit::Done);
        let counts = wire.counts();
        let zones = targets(&world).len();
        for (call, count) in [
            ("DescribeFileSystems", 1),
            ("DescribeLifecycleConfiguration", 1),
            ("DescribeBackupPolicy", 1),
            ("DescribeFileSystemPolicy", 1),
            ("DescribeMountTargets", 1),
            ("DescribeMountTargetSecurityGroups", zones),
        ] {
            assert_eq!(counts.get(&format!("elasticfilesystem:{call}")), Some(&count), "{call}");
        }
        assert!(wire.depth() <= 3, "{:?}", wire.waves());
    }
}
