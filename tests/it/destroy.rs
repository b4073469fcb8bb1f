//! `infra destroy`: what holds no data goes, in one run and in order; data stays, and is taken up again.

use std::path::PathBuf;

use infra::aws::Effect;
use infra::cli::exit::Exit;

use crate::interruption::NETWORK;
use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;
use crate::support::holdings::{group_names, holdings};

const UNMOUNT: &str = "elasticfilesystem:DeleteMountTarget";

/// A repository and a secret that stay, and one of each that goes.
const DATA: &str = r#"
[ecr.repository.site]
name = "team/site"

[ecr.repository.tools]
name = "team/tools"
on-delete = "delete"

[secretsmanager.secret.key]
name = "team/key"

[secretsmanager.secret.token]
name = "team/token"
on-delete = "delete"
"#;

/// A world in which this is applied.
fn applied(world: &World, entries: &str) -> PathBuf {
    let manifest = world.manifest(entries);
    let _ = world.apply(&manifest);
    manifest
}

#[test]
fn all_that_holds_no_data_goes_and_the_next_apply_takes_up_what_stayed() {
    for world in World::each() {
        let manifest = world.prereqs();
        let _ = world.apply(&manifest);
        let before = holdings(&world.account);
        let wire = Wire::new();
        let output = world.infra(&["destroy"], &manifest).answers(&["prereqs"]).wire(&wire).run();
        let output = output.expect(Exit::Done).tells("verified").says("Destroy prereqs in account");
        let writes = wire.writes();
        let at = |call: &str| writes.iter().position(|write| write == call).unwrap();
        assert!(writes.iter().filter(|write| *write == UNMOUNT).count() > 1, "{writes:?}");
        // What uses a group goes before it, and rules that name groups do.
        assert!(at("elasticloadbalancing:DeleteListener") < at("elasticloadbalancing:DeleteLoadBalancer"));
        let group = at("ec2:DeleteSecurityGroup");
        for earlier in [UNMOUNT, "elasticloadbalancing:DeleteLoadBalancer", "ec2:RevokeSecurityGroupIngress"]
        {
            assert!(at(earlier) < group, "{writes:?}");
        }
        let others = ["ecr:", "secretsmanager:"];
        assert!(!writes.iter().any(|write| others.iter().any(|it| write.starts_with(it))), "{writes:?}");
        let output = output.says("Stays (6); to remove it by hand:");
        for command in [
            "aws ecr delete-repository --repository-name webordinary/claude-code-astro --region us-west-2",
            "aws efs delete-file-system --file-system-id fs-",
            "aws secretsmanager delete-secret --secret-id arn:aws:secretsmanager:us-west-2:",
        ] {
            assert!(output.out.contains(command), "{command}\n{output}");
        }
        // The mount targets are gone by now.
        assert!(!output.out.contains("aws efs delete-mount-target"), "{output}");

        let wire = Wire::new();
        let again = world.infra(&["destroy"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = again.says("Nothing to do: all that is left is kept.").says("Stays (6)");
        assert_eq!(wire.writes(), [""; 0]);

        let _ = world.apply(&manifest).tells("verified");
        let _ = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(holdings(&world.account), before);
    }
}

#[test]
fn what_the_marks_say_decides_and_what_is_scheduled_comes_back() {
    for world in World::each() {
        let manifest = applied(&world, DATA);
        let wire = Wire::new();
        let output = world.infra(&["destroy"], &manifest).answers(&["test"]).wire(&wire).run();
        let output = output.expect(Exit::Done).says("Stays (2)").says("it is retained");
        assert_eq!(wire.writes(), ["secretsmanager:DeleteSecret", "ecr:DeleteRepository"]);
        assert!(!output.out.contains("--secret-id team/token"), "{output}");
        // Scheduled, and so neither to be deleted again nor to be removed by hand.
        let again = world.infra(&["destroy"], &manifest).run().expect(Exit::Done);
        let _ = again.says("its deletion was scheduled on").says("Stays (2)");
        let _ = world.drift(&manifest).expect(Exit::Pending).says("restore secretsmanager.secret.token");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// The manifest may say by now what the tags do not say yet.
#[test]
fn of_two_words_the_more_careful_holds() {
    for world in World::each() {
        let _ = applied(&world, DATA);
        let manifest = world.manifest(&DATA.replace("on-delete = \"delete\"\n", ""));
        let wire = Wire::new();
        let _ = world.infra(&["destroy"], &manifest).wire(&wire).run().expect(Exit::Done).says("Stays (4)");
        assert_eq!(wire.writes(), [""; 0]);
        // And the other way round: nobody has applied yet that it may go.
        let manifest =
            world.manifest(&DATA.replace("\"team/site\"", "\"team/site\"\non-delete = \"delete\""));
        let _ = world.drift(&manifest).expect(Exit::Pending).says(" 1 to update,");
        let output = world.infra(&["destroy", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = output.says(" 2 to delete, 2 kept,");
    }
}

#[test]
fn it_needs_the_name_or_the_digest_or_each_address() {
    for world in World::each() {
        let manifest = applied(&world, DATA);
        let refused = |command: &[&str], answers: Option<&[&str]>, exit: Exit| {
            let wire = Wire::new();
            let mut command = world.infra(command, &manifest).wire(&wire);
            if let Some(answers) = answers {
                command = command.answers(answers);
            }
            let output = command.run().expect(exit);
            assert_eq!(wire.writes(), [""; 0], "{output}");
            output
        };
        let _ = refused(&["destroy"], None, Exit::Usage).tells("there is no terminal to ask on");
        for answer in ["y", "yes", "Test", "", "prereqs"] {
            let output = refused(&["destroy"], Some(&[answer]), Exit::Failed);
            let _ = output.tells("Destroy test in 2 steps? Type test to do so:").tells("nothing was changed");
        }
        let _ = refused(&["destroy"], Some(&[]), Exit::Failed);
        let output = refused(&["destroy", "--yes"], None, Exit::Refused);
        let output = output.tells("it needs --delete ecr.repository.tools").tells("nothing was destroyed");
        let digest = output.out.rsplit_once("digest ").unwrap().1.lines().next().unwrap().to_owned();
        let _ = refused(&["destroy", "--yes", "--digest", "0123456789ab"], None, Exit::Moved);
        // The digest says which plan, and not that somebody wants it now.
        let _ = refused(&["destroy", "--digest", &digest], None, Exit::Usage);
        let _ = refused(&["destroy", "--yes", "--delete", "nonsense"], None, Exit::Usage);
        let kept = refused(&["destroy", "--yes", "--delete", "ecr.repository.site"], None, Exit::Refused);
        let _ = kept.tells("--delete ecr.repository.site has no effect: it is retained");

        let wire = Wire::new();
        let one = world.infra(&["destroy", "--yes", "--delete", "ecr.repository.tools"], &manifest);
        let _ = one.wire(&wire).run().expect(Exit::Refused);
        assert_eq!(wire.writes(), ["ecr:DeleteRepository"]);
        let digest = {
            let output = world.infra(&["destroy", "--yes"], &manifest).run().expect(Exit::Refused);
            output.out.lines().find_map(|line| line.split_once("digest ")).unwrap().1.to_owned()
        };
        let _ = world.infra(&["destroy", "--yes", "--digest", &digest], &manifest).run().expect(Exit::Done);
    }
}

/// No word of `apply` says that a file system's mount targets may go.
#[test]
fn only_destroy_takes_mount_targets_away() {
    for world in World::each() {
        let _ = applied(&world, NETWORK);
        let empty = world.manifest("");
        let drift = world.infra(&["drift"], &empty).run().expect(Exit::Done).says("= keep");
        let digest = drift.out.rsplit_once("digest ").unwrap().1.trim().to_owned();
        let words = ["efs.file-system.files", "efs.access-point.clients", "ec2.security-group.files"];
        let words = words.map(|address| ["--delete", address]).concat();
        for more in [&words[..], &["--digest", &digest]] {
            let wire = Wire::new();
            let _ = world.infra(&[&["apply", "--yes"][..], more].concat(), &empty).wire(&wire).run();
            assert_eq!(wire.writes(), [""; 0]);
        }
        // What is left out keeps what it holds, and nothing waits for it.
        let wire = Wire::new();
        let but_the_file_system =
            ["efs.access-point.clients", "ec2.security-group.files", "ec2.security-group.clients"];
        let words = but_the_file_system.map(|address| ["--delete", address]).concat();
        let output = world.infra(&[&["destroy", "--yes"][..], &words].concat(), &empty).wire(&wire).run();
        let _ = output
            .expect(Exit::Refused)
            .tells("left out: update efs.file-system.files: it needs --delete efs.file-system.files")
            .tells("it can only go with efs.file-system.files, which is left out");
        assert_eq!(wire.writes(), ["elasticfilesystem:DeleteAccessPoint"]);
    }
}

#[test]
fn what_others_use_or_own_stays_with_the_reason() {
    for world in World::each() {
        let manifest = applied(&world, NETWORK);
        let other = world.named_manifest("other", "[secretsmanager.secret.key]\nname = \"team/other\"\n");
        let _ = world.apply(&other);
        // Somebody's group lets the clients in.
        let groups = group_names(&world.account);
        let (clients, _) = groups.iter().find(|(_, name)| *name == "team-clients").unwrap();
        let vpc = world.account.ec2("DescribeVpcs", &[]).xml().element("vpcId");
        let named = [("GroupName", "others"), ("GroupDescription", "Others"), ("VpcId", &vpc)];
        let id = world.account.ec2("CreateSecurityGroup", &named).xml().element("groupId");
        let rule = [
            ("GroupId", id.as_str()),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", "22"),
            ("IpPermissions.1.ToPort", "22"),
            ("IpPermissions.1.Groups.1.GroupId", clients),
        ];
        world.account.ec2("AuthorizeSecurityGroupIngress", &rule).xml();
        let output = world.infra(&["destroy"], &manifest).answers(&["test"]).run().expect(Exit::Refused);
        let output =
            output.says("it is in use by rules of").says("(others)").says("aws ec2 delete-security-group");
        assert!(!output.out.contains("team/other"), "{output}");
        let _ = world.drift(&other).expect(Exit::Done);
        // The group of the mount targets names the one that stays, and is none of its users.
        assert!(output.err.contains("left out: blocked ec2.security-group.clients"), "{output}");
    }
}

#[test]
fn what_cannot_be_read_stays() {
    for world in World::each() {
        let manifest = applied(&world, NETWORK);
        for read in ["elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeMountTargets"] {
            let fault = (Which::Named(read), Fault::Answer(400, "AccessDeniedException"));
            let wire = Wire::with_faults(vec![fault]);
            let output = world.infra(&["destroy"], &manifest).answers(&["test"]).wire(&wire).run();
            let output = output.expect(Exit::Incomplete).says("? unknown efs.file-system.files");
            let gone = ["elasticfilesystem:DeleteAccessPoint", UNMOUNT];
            assert!(!wire.writes().iter().any(|write| gone.contains(&write.as_str())), "{output}");
            let _ = world.apply(&manifest);
        }
    }
}

#[test]
fn one_that_is_cut_off_anywhere_is_finished_by_another() {
    let begin = || {
        let world = World::on(Backend::Ministack)?;
        let manifest = applied(&world, NETWORK);
        Some((world, manifest))
    };
    let destroy = |world: &World, manifest: &PathBuf| world.infra(&["destroy"], manifest).answers(&["test"]);
    let Some((world, manifest)) = begin() else { return };
    let wire = Wire::new();
    let _ = destroy(&world, &manifest).wire(&wire).run().expect(Exit::Done);
    let expected = holdings(&world.account);
    let mut cut = 0;
    for (at, call) in wire.seen().iter().enumerate() {
        // After what reads nothing is other than before it.
        let count = if call.effect == Effect::Read { 1 } else { 2 };
        for fault in [Fault::CrashBefore, Fault::CrashAfter].into_iter().take(count) {
            let Some((world, manifest)) = begin() else { return };
            let broken = Wire::with_faults(vec![(Which::Nth(at), fault)]);
            let output = destroy(&world, &manifest).wire(&broken).run();
            cut += usize::from(output.exit.is_none());
            let rerun = destroy(&world, &manifest).run();
            assert_eq!(rerun.exit, Some(Exit::Done), "{fault:?} of {}\n{output}\n{rerun}", call.name);
            assert_eq!(holdings(&world.account), expected, "{fault:?} of {}", call.name);
        }
    }
    assert!(cut > wire.writes().len(), "only {cut} runs were cut off");
}

/// Reads of the plan are answered as they were before the other run.
#[test]
fn two_at_once_make_one() {
    for world in World::each() {
        let manifest = applied(&world, NETWORK);
        let earlier = Wire::new();
        let _ = world.infra(&["destroy", "--yes"], &manifest).wire(&earlier).run().expect(Exit::Refused);
        let _ = world.infra(&["destroy"], &manifest).answers(&["test"]).run().expect(Exit::Done);
        let late = Wire::stale(&earlier, 1);
        let output = world.infra(&["destroy"], &manifest).answers(&["test"]).wire(&late).run();
        assert!(matches!(output.exit, Some(Exit::Done)), "{output}");
        let left: Vec<_> = late.writes().into_iter().filter(|write| write == UNMOUNT).collect();
        assert_eq!(left, [""; 0], "{output}");
    }
}

#[test]
fn another_account_is_not_touched() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = applied(&world, NETWORK);
    let text = std::fs::read_to_string(&manifest).unwrap().replace(&world.number, "999988887777");
    std::fs::write(&manifest, text).unwrap();
    let wire = Wire::new();
    let output = world.infra(&["destroy"], &manifest).answers(&["test"]).wire(&wire).run();
    let _ = output.expect(Exit::Failed).tells("the credentials are for account");
    assert_eq!(wire.writes(), [""; 0]);
}
