//! What names what: order, failure, consent and waiting across kinds.

use infra::cli::exit::Exit;

use crate::interruption::NETWORK;
use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;
use crate::support::holdings::{group_names, listed_file_systems, mount_targets};

const DENIED: Fault = Fault::Answer(403, "AccessDeniedException");

#[test]
fn a_failure_skips_what_is_behind_it_and_nothing_else() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{NETWORK}\n[ecr.repository.site]\nname = \"team/site\"\n"));
        let wire = Wire::with_faults(vec![(Which::Named("elasticfilesystem:CreateFileSystem"), DENIED)]);
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = output
            .tells("applied: 3 of 5 resources")
            .tells("create efs.file-system.files: elasticfilesystem:CreateFileSystem")
            .tells("not begun: create efs.access-point.clients, which needs efs.file-system.files");
        assert_eq!(group_names(&world.account).len(), 2);
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// The rules fail, the group is there: who names the group goes on.
#[test]
fn parts_that_fail_stop_nobody_else() {
    for world in World::each() {
        let manifest = world.manifest(NETWORK);
        let wire = Wire::with_faults(vec![(Which::Named("ec2:AuthorizeSecurityGroupIngress"), DENIED)]);
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = output.tells("applied: 3 of 4 resources").tells("create ec2.security-group.files: ec2:Auth");
        let _ = world.drift(&manifest).expect(Exit::Pending).says("~ update ec2.security-group.files");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_names_something_that_is_left_out_is_left_out() {
    for world in World::each() {
        let vpc = world.account.ec2("DescribeVpcs", &[]).xml().element("vpcId");
        let named =
            [("GroupName", "team-files"), ("GroupDescription", "The file system"), ("VpcId", vpc.as_str())];
        world.account.ec2("CreateSecurityGroup", &named).xml();
        let manifest = world.manifest(NETWORK);
        // Nobody agrees to adopt the group: neither it, nor the file system behind it, nor what is on that.
        let output = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = output
            .tells("left out: adopt ec2.security-group.files: it needs --adopt ec2.security-group.files")
            .tells("left out: create efs.file-system.files: it names ec2.security-group.files, which is left out")
            .tells("left out: create efs.access-point.clients: it names efs.file-system.files, which is left out")
            .tells("left out: create ec2.security-group.clients: it names ec2.security-group.files");
        assert_eq!(listed_file_systems(&world.account).len(), 0);
        let only = ["apply", "--yes", "--only", "efs.access-point.clients"];
        let output = world.infra(&only, &manifest).run().expect(Exit::Refused);
        let _ =
            output.tells("it names efs.file-system.files, which is left out").tells("nothing was applied");
        let args = ["apply", "--yes", "--adopt", "ec2.security-group.files"];
        let _ = world.infra(&args, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_names_something_blocked_is_blocked_and_the_rest_is_applied() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(NETWORK));
        let changed =
            NETWORK.replace("description = \"The file system\"", "description = \"Another\"").replace(
                "name = \"team-files\"\nlifecycle = { infrequent-access-after-days = 30 }",
                "name = \"team-files\"",
            );
        let manifest = world.manifest(&format!("{changed}\n[ecr.repository.site]\nname = \"team/site\"\n"));
        let drift = world.drift(&manifest).expect(Exit::Refused);
        let drift = drift.says("! blocked ec2.security-group.files").says("`description` cannot be changed");
        let drift = drift
            .says("! blocked efs.file-system.files")
            .says("it names ec2.security-group.files, which is blocked");
        // What would not be changed anyway is as it was.
        let _ = drift.says("1 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 2 blocked, 0 unknown, 2 in sync, of 5");
        let output = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = output.tells("applied: 1 resource");
    }
}

#[test]
fn what_names_something_unread_is_unknown() {
    for world in World::each() {
        let manifest = world.manifest(NETWORK);
        for applied in [false, true] {
            for (read, unknown) in [
                ("ec2:DescribeVpcs", "5 unknown, 0 in sync, of 5"),
                ("ec2:DescribeSubnets", "5 unknown, 0 in sync, of 5"),
                ("ec2:DescribeSecurityGroups", "4 unknown, 0 in sync, of 4"),
            ] {
                let wire = Wire::with_faults(vec![(Which::Named(read), DENIED)]);
                let drift = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
                println!("{applied} {drift}");
                let drift = drift.says(read).says("AccessDeniedException").says(unknown);
                let _ = drift.says("which could not be read");
            }
            let _ = world.apply(&manifest);
        }
    }
}

/// A look-up that finds nothing blocks what names it, and says what to do.
#[test]
fn a_look_up_that_finds_nothing_blocks_what_names_it() {
    for world in World::each() {
        let manifest = world.manifest(&NETWORK.replace("default = true", "id = \"vpc-0000000000000000f\""));
        let wire = Wire::new();
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
        let output = output.says("! blocked lookup.vpc.main").says("! blocked ec2.security-group.clients");
        let _ = output.says("it names lookup.vpc.main, which is blocked").tells("nothing was applied");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

const CREATE: &str = "elasticfilesystem:CreateFileSystem";
const SYSTEMS: &str = "elasticfilesystem:DescribeFileSystems";
const MOUNT: &str = "elasticfilesystem:CreateMountTarget";
const TARGETS: &str = "elasticfilesystem:DescribeMountTargets";
const AVAILABLE: &str = "\"available\"";
const CREATING: &str = "\"creating\"";

#[test]
fn what_takes_time_is_waited_for_and_said() {
    for world in World::each() {
        let manifest = world.manifest(NETWORK);
        let slow = |most, read, write| (Which::Behind(most, read, write), Fault::Reads(AVAILABLE, CREATING));
        let wire = Wire::with_faults(vec![slow(3, SYSTEMS, CREATE), slow(6, TARGETS, MOUNT)]);
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        println!("{output}");
        let output = output.tells("create efs.file-system.files waits for ");
        assert!(output.err.matches(" waits for ").count() >= 2, "{output}");
        assert_eq!(wire.counts()[CREATE], 1);
        let id = listed_file_systems(&world.account)[0]["FileSystemId"].as_str().unwrap().to_owned();
        assert_eq!(wire.counts()[MOUNT], mount_targets(&world.account, &id).len());
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_stop_ends_waiting_and_another_run_goes_on() {
    for (read, write) in [(SYSTEMS, CREATE), (TARGETS, MOUNT)] {
        let Some(world) = World::on(Backend::Ministack) else { return };
        let manifest = world.manifest(NETWORK);
        let wire = Wire::with_faults(vec![
            (Which::Behind(1, read, write), Fault::Reads(AVAILABLE, CREATING)),
            (Which::Behind(2, read, write), Fault::ReadsAndSignal(AVAILABLE, CREATING, Exit::Interrupted)),
            (Which::Behind(1000, read, write), Fault::Reads(AVAILABLE, CREATING)),
        ]);
        let signals = wire.signals();
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).signals(signals).run();
        let output = output.expect(Exit::Interrupted).tells("stopping: nothing new begins");
        let _ = output.tells("stopped: create efs.file-system.files, while it waited for ");
        let _ = world.apply(&manifest);
        assert_eq!(listed_file_systems(&world.account).len(), 1);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// A zone more is one mount target more, and nothing else.
#[test]
fn a_new_zone_is_one_mount_target_more() {
    for world in World::each() {
        let vpc = world.account.ec2("CreateVpc", &[("CidrBlock", "10.7.0.0/16")]).xml().element("vpcId");
        let subnet = |zone: &str, cidr: &str| {
            let subnet = [("VpcId", vpc.as_str()), ("AvailabilityZone", zone), ("CidrBlock", cidr)];
            world.account.ec2("CreateSubnet", &subnet).xml();
        };
        subnet("us-west-2a", "10.7.1.0/24");
        subnet("us-west-2b", "10.7.2.0/24");
        let manifest = world.manifest(&NETWORK.replace("default = true", &format!("id = \"{vpc}\"")));
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
        subnet("us-west-2c", "10.7.3.0/24");
        let drift = world.drift(&manifest).expect(Exit::Pending);
        let _ = drift
            .says("~ update efs.file-system.files")
            .says("mount target us-west-2c")
            .says(" 1 to update,");
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [MOUNT]);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// A quota is said at once; throttling is waited out.
#[test]
fn quotas_of_the_new_services_are_not_asked_again() {
    for (call, status, code) in [
        (CREATE, 403, "FileSystemLimitExceeded"),
        ("ec2:CreateSecurityGroup", 400, "SecurityGroupLimitExceeded"),
    ] {
        let Some(world) = World::on(Backend::Ministack) else { return };
        let manifest = world.manifest(NETWORK);
        let wire = Wire::with_faults(vec![(Which::Named(call), Fault::Answer(status, code))]);
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
        let _ = output.expect(Exit::Partly).tells(code).tells("raise the quota");
        assert!(wire.counts()[call] <= 2, "{:?}", wire.counts());
    }
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(NETWORK);
    let wire = Wire::with_faults(vec![
        (Which::First(2, "ec2:CreateSecurityGroup".to_owned()), Fault::Answer(503, "RequestLimitExceeded")),
        (Which::First(2, MOUNT.to_owned()), Fault::Answer(400, "ThrottlingException")),
        (Which::First(2, SYSTEMS.to_owned()), Fault::Answer(400, "ThrottlingException")),
    ]);
    let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
}
