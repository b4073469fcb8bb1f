//! What cannot be read is unknown: never absent, never in sync. And what moved is not written over.

use std::path::Path;
use std::sync::Arc;

use infra::cli::exit::Exit;
use serde_json::json;

use crate::interruption::clean_up;
use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;

const BOTH: &str =
    "[ecr.repository.site]\nname = \"team/site\"\n[secretsmanager.secret.key]\nname = \"team/key\"\n";

/// Every read but the question who we are, and what is then unknown.
const READS: &[&str] = &[
    "ecr:DescribeRepositories",
    "ecr:ListTagsForResource",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRepositoryPolicy",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecrets",
];

#[test]
fn a_read_that_is_denied_makes_the_answer_incomplete_and_blocks_the_write() {
    for world in World::each() {
        let manifest = world.manifest(BOTH);
        for applied in [false, true] {
            for read in READS {
                // AWS says that there is no secret, so there is no policy either.
                if !applied && *read == "secretsmanager:GetResourcePolicy" {
                    continue;
                }
                let denied = || {
                    Wire::with_faults(vec![(Which::Named(read), Fault::Answer(400, "AccessDeniedException"))])
                };
                // Whether or not its exit code is asked for.
                for args in [&["plan"][..], &["plan", "--exit-code"], &["drift"]] {
                    let plan = world.infra(args, &manifest).wire(&denied()).run();
                    let plan = plan.expect(Exit::Incomplete).says(read).says("AccessDeniedException");
                    let _ = plan.says("help: allow this action");
                }
                let wire = denied();
                let output =
                    world.infra(&["apply", "--yes", "--only", address_of(read)], &manifest).wire(&wire).run();
                // Of an entry that is in sync, the list of what left the manifest says nothing.
                let all_seen = applied && *read == "secretsmanager:ListSecrets";
                let exit = if all_seen { Exit::Done } else { Exit::Incomplete };
                assert_eq!((output.exit, wire.writes()), (Some(exit), Vec::new()), "{read} {output}");
            }
            let _ = world.apply(&manifest);
        }
    }
}

fn address_of(read: &str) -> &'static str {
    if read.starts_with("ecr") { "ecr.repository.site" } else { "secretsmanager.secret.key" }
}

#[test]
fn a_kind_that_cannot_be_read_does_not_keep_the_others_from_being_applied() {
    for world in World::each() {
        let manifest = world.manifest(BOTH);
        let fault = (Which::Named("ecr:DescribeRepositories"), Fault::Answer(400, "AccessDeniedException"));
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&Wire::with_faults(vec![fault])).run();
        let _ = output
            .expect(Exit::Incomplete)
            .tells("left out: unknown ecr.repository.site")
            .tells("applied: 1 resource");
        let _ = world.drift(&manifest).expect(Exit::Pending).says(" 1 in sync, of 2;");
    }
}

/// In a CI log a line of its own could be a command, and on a terminal an escape could hide the rest.
#[test]
fn what_aws_says_cannot_drive_a_terminal_or_a_log() {
    const HOSTILE: &str = "no\n::error::forged\u{1b}[2J\u{202e}";
    for call in [
        "sts:GetCallerIdentity",
        "ecr:DescribeRepositories",
        "ecr:CreateRepository",
        "secretsmanager:ListSecrets",
        "secretsmanager:CreateSecret",
    ] {
        for world in World::each() {
            let manifest = world.manifest(BOTH);
            for args in [&["plan", "--color", "always"][..], &["apply", "--yes", "--color", "always"]] {
                let fault = (Which::Named(call), Fault::Says(400, "ValidationException", HOSTILE));
                let output = world.infra(args, &manifest).wire(&Wire::with_faults(vec![fault])).run();
                let all = format!("{}{}", output.out, output.err);
                let said = args[0] == "apply" || !call.contains(":Create");
                assert_eq!(all.contains("no\\n::error::forged\\u{1b}[2J\\u{202e}"), said, "{output}");
                assert!(
                    !all.contains("\n::error") && !all.contains("\u{1b}[2J") && !all.contains('\u{202e}')
                );
            }
        }
    }
}

#[test]
fn without_credentials_that_work_it_says_so() {
    for world in World::each() {
        let manifest = world.manifest(BOTH);
        for code in ["ExpiredTokenException", "InvalidClientTokenId"] {
            let wire =
                Wire::with_faults(vec![(Which::Named("sts:GetCallerIdentity"), Fault::Answer(403, code))]);
            let output = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Failed);
            assert_eq!(output.out, "");
            let _ = output.tells("cannot tell which account").tells("help: log in");
        }
    }
}

/// Between the plan and the answer to its question the credentials have become somebody else's.
#[test]
fn who_we_are_is_asked_again_before_anything_is_written() {
    for world in World::each() {
        let manifest = world.manifest(BOTH);
        let other = Fault::Answer(403, "ExpiredTokenException");
        let wire = Wire::with_faults(vec![(Which::Again("sts:GetCallerIdentity"), other)]);
        let output =
            world.infra(&["apply"], &manifest).answers(&["y"]).wire(&wire).run().expect(Exit::Failed);
        let _ = output.tells("cannot tell which account");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn what_moved_between_plan_and_write_is_not_written_over() {
    for world in World::each() {
        let world = Arc::new(world);
        let manifest =
            world.manifest("[secretsmanager.secret.key]\nname = \"team/key\"\ndescription = \"ours\"\n");
        let _ = world.apply(&manifest);
        let describe = |world: &World, text: &str| {
            let body = json!({"SecretId": "team/key", "Description": text});
            world.account.secrets("UpdateSecret", &body).json();
        };
        describe(&world, "first");
        let (wire, behind) = (Wire::new(), Arc::clone(&world));
        let output = world
            .infra(&["apply"], &manifest)
            .answers(&["y"])
            .meanwhile(move || describe(&behind, "second"))
            .wire(&wire)
            .run();
        let _ = output.expect(Exit::Moved).tells("it is no longer what the plan saw");
        assert_eq!(wire.writes(), [""; 0]);
        // Put right by somebody else: nothing is left to do, and nothing is done.
        let (wire, behind) = (Wire::new(), Arc::clone(&world));
        let output = world
            .infra(&["apply"], &manifest)
            .answers(&["y"])
            .meanwhile(move || describe(&behind, "ours"))
            .wire(&wire)
            .run();
        let _ = output.expect(Exit::Done).tells("is already so");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn what_appears_between_plan_and_write_is_not_taken_over() {
    for world in World::each() {
        let world = Arc::new(world);
        let manifest = world.manifest("[secretsmanager.secret.key]\nname = \"team/key\"\n");
        let (wire, behind) = (Wire::new(), Arc::clone(&world));
        let output = world
            .infra(&["apply"], &manifest)
            .answers(&["y"])
            .meanwhile(move || {
                behind.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
            })
            .wire(&wire)
            .run();
        let _ = output.expect(Exit::Moved).tells("now it would be adopt");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn a_write_that_fails_is_told_and_repaired_by_another_run() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{BOTH}\nkms-key = \"alias/site\"\n"));
        let fault =
            (Which::Named("secretsmanager:CreateSecret"), Fault::Answer(400, "LimitExceededException"));
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&Wire::with_faults(vec![fault])).run();
        let output = output.expect(Exit::Partly).tells("applied: 1 of 2 resources").tells("raise the quota");
        let _ =
            output.tells("secretsmanager:CreateSecret on team/key failed: LimitExceededException: injected");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_aws_says_cannot_drive_a_terminal() {
    let Some(world) = World::on(Backend::Moto) else { return };
    let manifest = world.manifest(BOTH);
    for (call, args) in [
        ("sts:GetCallerIdentity", &["plan"][..]),
        ("ecr:DescribeRepositories", &["plan"]),
        ("secretsmanager:CreateSecret", &["apply", "--yes"]),
    ] {
        let fault = Fault::Answer(400, "Odd\u{1b}[2JException");
        let wire = Wire::with_faults(vec![(Which::Named(call), fault)]);
        let output = world.infra(args, &manifest).wire(&wire).run();
        let text = format!("{}{}", output.out, output.err);
        assert!(text.contains("Odd\\u{1b}[2J") && !text.contains('\u{1b}'), "{text:?}");
    }
}

/// The services of a clean-up, each of which waits for the one before, and the reads by which it is known that there is
/// nothing: of what is not there its parts are of no account.
const SERVICES: [(&str, &[&str]); 4] = [
    ("logs:", &["DescribeLogGroups"]),
    ("iam:", &["GetRole", "GetAccountAuthorizationDetails"]),
    ("lambda:", &["GetFunction", "ListFunctions"]),
    ("events:", &["DescribeRule", "ListRules"]),
];

#[test]
fn a_clean_up_of_which_a_read_is_denied_is_not_written() {
    // `apply --yes` with one read denied; what it wrote.
    let denied = |world: &World, manifest: &Path, read: &str| {
        let fault = Fault::Answer(403, "AccessDeniedException");
        let wire = Wire::with_faults(vec![(Which::First(usize::MAX, read.to_owned()), fault)]);
        let output = world.infra(&["apply", "--yes"], manifest).wire(&wire).run();
        assert_eq!(output.exit, Some(Exit::Incomplete), "{read}\n{output}");
        let _ = output.says(read).says("AccessDeniedException");
        wire.writes()
    };
    for world in World::each() {
        clean_up::code(&world);
        let manifest = world.manifest(clean_up::ENTRIES);
        for (service, reads) in SERVICES {
            for read in reads {
                let writes = denied(&world, &manifest, &format!("{service}{read}"));
                assert!(!writes.iter().any(|call| call.starts_with(service)), "{read}: {writes:?}");
            }
        }
        let _ = world.apply(&manifest);
        // Of what is there, all of them.
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        let counts = wire.counts();
        let reads = counts.keys().filter(|read| SERVICES.iter().any(|(of, _)| read.starts_with(of)));
        let reads: Vec<_> = reads.collect();
        assert!(reads.len() > 12, "{reads:?}");
        for read in reads {
            assert_eq!(denied(&world, &manifest, read), [""; 0], "{read}");
        }
    }
}
