//! Answers that are lost, cut, late, refused or old: one more run brings about the same end state, nothing
//! is made twice, and nothing that a stale read did not show is written over.

use infra::cli::exit::Exit;
use serde_json::json;

use crate::interruption::{BEGINNINGS, begin, beginning, clean_up};
use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::holdings::holdings;

/// Runs each beginning once as it should go, and gives the calls that wrote and the end state.
fn as_it_should_go(at: usize) -> Option<(Vec<String>, serde_json::Value)> {
    let (world, manifest) = begin(&BEGINNINGS[at])?;
    let wire = Wire::new();
    let _ = world.infra(BEGINNINGS[at].args, &manifest).wire(&wire).run().expect(Exit::Done);
    let mut writes = wire.writes();
    writes.sort();
    writes.dedup();
    Some((writes, holdings(&world.account)))
}

#[test]
fn an_answer_that_comes_cut_in_half_is_repaired_by_another_run() {
    for (at, beginning) in BEGINNINGS.iter().enumerate() {
        let Some((writes, expected)) = as_it_should_go(at) else { return };
        for name in writes {
            let Some((world, manifest)) = begin(beginning) else { return };
            let wire = Wire::with_faults(vec![(Which::First(1, name.clone()), Fault::CutReply)]);
            let cut = world.infra(beginning.args, &manifest).wire(&wire).run();
            // An answer without a body is whole when it is cut.
            assert!(matches!(cut.exit, Some(Exit::Partly | Exit::Done)), "{name}\n{cut}");
            let rerun = world.infra(beginning.args, &manifest).run();
            assert_eq!(rerun.exit, Some(Exit::Done), "{name}\n{cut}\n{rerun}");
            assert_eq!(holdings(&world.account), expected, "{name}");
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn throttling_is_waited_out_and_a_quota_is_not() {
    let Some((world, manifest)) = begin(&BEGINNINGS[0]) else { return };
    let throttled =
        |name: &str| (Which::First(2, name.to_owned()), Fault::Answer(400, "ThrottlingException"));
    let wire = Wire::with_faults(vec![
        throttled("ecr:CreateRepository"),
        throttled("secretsmanager:DescribeSecret"),
    ]);
    let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);

    let Some((world, manifest)) = begin(&BEGINNINGS[0]) else { return };
    let quota = (Which::Named("secretsmanager:CreateSecret"), Fault::Answer(400, "LimitExceededException"));
    let wire = Wire::with_faults(vec![quota]);
    let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
    let _ = output.tells("raise the quota");
    // One for each of the two secrets: no waiting lifts a limit.
    assert_eq!(wire.counts()["secretsmanager:CreateSecret"], 2);
}

/// Of each service of a clean-up: a call that makes something, how the service asks to slow down, and its word for a
/// limit of the account.
const LIMITS: [(&str, &str, &str); 4] = [
    ("logs:CreateLogGroup", "ThrottlingException", "LimitExceededException"),
    ("iam:CreateRole", "Throttling", "LimitExceeded"),
    ("lambda:CreateFunction", "TooManyRequestsException", "CodeStorageExceededException"),
    ("events:PutRule", "ThrottlingException", "LimitExceededException"),
];

#[test]
fn a_clean_up_is_throttled_and_limited_in_the_words_of_each_service() {
    let beginning = beginning("no clean-up");
    let Some((world, manifest)) = begin(beginning) else { return };
    let throttled =
        LIMITS.map(|(call, code, _)| (Which::First(1, call.to_owned()), Fault::Answer(429, code)));
    let wire = Wire::with_faults(throttled.to_vec());
    let _ = world.infra(beginning.args, &manifest).wire(&wire).run().expect(Exit::Done);
    for (call, _, _) in LIMITS {
        assert_eq!(wire.counts()[call], 2, "{call}");
    }
    // One after the other comes about, each after a run that met its limit.
    let Some((world, manifest)) = begin(beginning) else { return };
    for (call, _, code) in LIMITS {
        let wire = Wire::with_faults(vec![(Which::Named(call), Fault::Answer(400, code))]);
        let output = world.infra(beginning.args, &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = output.tells(&format!("{call} on ")).tells(code).tells("raise the quota");
        assert_eq!(wire.counts()[call], 1, "{call}");
    }
    let _ = world.apply(&manifest);
    let _ = world.drift(&manifest).expect(Exit::Done);
}

/// With status 200 `EventBridge` may say that it did nothing.
#[test]
fn a_target_that_was_not_taken_is_a_failure_and_another_run_repairs_it() {
    let nothing = |call: &str| {
        let none = Fault::Reads("\"FailedEntryCount\": 0", "\"FailedEntryCount\": 1");
        Wire::with_faults(vec![(Which::First(1, call.to_owned()), none)])
    };
    for world in World::each() {
        clean_up::code(&world);
        let manifest = world.manifest(clean_up::ENTRIES);
        let wire = nothing("events:PutTargets");
        let failed = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = failed.tells("events:PutTargets on cleanup failed").tells("AWS did not take it");
        let _ = world.apply(&manifest);
        let expected = holdings(&world.account);
        // Of a second target, which goes; the one that is needed stays.
        let arn = format!("arn:aws:lambda:us-west-2:{}:function:other", world.number);
        let target = json!({ "Id": "by-hand", "Arn": arn });
        world.account.events("PutTargets", &json!({ "Rule": "cleanup", "Targets": [target] })).json();
        let wire = nothing("events:RemoveTargets");
        let failed = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = failed.tells("events:RemoveTargets on cleanup failed").tells("AWS did not take it");
        let _ = world.apply(&manifest);
        assert_eq!(holdings(&world.account), expected);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// Calls that come early in each beginning.
const FIRST: [&str; 6] = [
    "ecr:CreateRepository",
    "ecr:TagResource",
    "ec2:CreateSecurityGroup",
    "ec2:CreateTags",
    "logs:CreateLogGroup",
    "logs:TagResource",
];

#[test]
fn expired_credentials_stop_everything_at_once() {
    for beginning in BEGINNINGS {
        let Some((world, manifest)) = begin(beginning) else { return };
        let expired = |name| (Which::Named(name), Fault::Answer(400, "ExpiredTokenException"));
        let wire = Wire::with_faults(FIRST.map(expired).to_vec());
        let output = world.infra(beginning.args, &manifest).wire(&wire).run().expect(Exit::Partly);
        let _ = output.tells("ExpiredTokenException").tells("help: log in");
        let counts = wire.counts();
        let tried: usize = FIRST.iter().filter_map(|name| counts.get(*name)).sum();
        assert!(tried <= 2, "{counts:?}");
        let _ = world.infra(beginning.args, &manifest).run().expect(Exit::Done);
    }
}

/// Every read of a second run is answered as it was before the first: once, so that only the plan is wrong,
/// and twice, so that the look before the write is wrong too.
#[test]
fn a_run_that_sees_the_world_as_it_was_does_no_harm() {
    for beginning in BEGINNINGS {
        for times in [1, 2] {
            let Some((world, manifest)) = begin(beginning) else { return };
            let before = Wire::new();
            let _ = world.infra(&["plan"], &manifest).wire(&before).run().expect(Exit::Done);
            let _ = world.infra(beginning.args, &manifest).run().expect(Exit::Done);
            let expected = holdings(&world.account);
            let stale = world.infra(beginning.args, &manifest).wire(&Wire::stale(&before, times)).run();
            println!("{}, {times}: {stale}", beginning.what);
            let good = matches!(stale.exit, Some(Exit::Done | Exit::Moved | Exit::Partly));
            assert!(good, "{}, {times}: {stale}", beginning.what);
            assert_eq!(holdings(&world.account), expected, "{}, {times}: {stale}", beginning.what);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

/// A role that was made a moment ago: AWS comes to know it by itself.
#[test]
fn a_principal_that_is_not_known_yet_is_waited_for() {
    for world in World::each() {
        let policy = r#"policy = [{ effect = "allow", principal = { aws = ["111122223333"] }, action"#;
        let manifest = world.manifest(&format!(
            "[ecr.repository.site]\nname = \"team/site\"\n{policy} = [\"ecr:BatchGetImage\"] }}]\n\
             [secretsmanager.secret.key]\nname = \"team/key\"\n{policy} = [\"secretsmanager:GetSecretValue\"] }}]\n"
        ));
        let (ecr, secrets) = ("ecr:SetRepositoryPolicy", "secretsmanager:PutResourcePolicy");
        let says =
            |call: &str, code, words| (Which::First(2, call.to_owned()), Fault::Says(400, code, words));
        let wire = Wire::with_faults(vec![
            says(
                ecr,
                "InvalidParameterException",
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
            ),
            says(
                secrets,
                "MalformedPolicyDocumentException",
                "This resource policy contains an unsupported principal.",
            ),
        ]);
        let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = output.tells("waits for AWS to know the principals of the policy");
        assert_eq!((wire.counts()[ecr], wire.counts()[secrets]), (3, 3));
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}
